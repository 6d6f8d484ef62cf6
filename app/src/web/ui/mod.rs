//! Design-system markup: NHS components as functions. Knows nothing of the domain.

mod form;
mod listing;
mod markup;

pub use form::{Field, Form, Found, Kind, Offered, Pick, Picker, picker_id, sought, submit, submit_as};
pub use listing::{Listing, Part, ROWS, by_name};
pub use markup::Markup;

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::format;

/// Text made safe for the two places that Leptos does not escape: `<textarea>` and `<title>`.
#[must_use]
pub fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A value made safe for a query.
#[must_use]
pub fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// The date as a person reads it, in a `<time>`.
#[must_use]
pub fn time(date: NaiveDate) -> AnyView {
    view! { <time datetime=date.to_string()>{format::date(date)}</time> }.into_any()
}

/// How far a date lies from today, in words: stands beside the date, never alone.
#[must_use]
pub fn distance(date: NaiveDate, today: NaiveDate) -> String {
    let days = (date - today).num_days();
    let size = match days.abs() {
        0 => return "today".to_owned(),
        1 => "1 day".to_owned(),
        n @ 2..=20 => format!("{n} days"),
        n @ 21..=89 => format!("{} weeks", n / 7),
        n @ 90..=729 => format!("{} months", n / 30),
        n => format!("{} years", n / 365),
    };
    if days > 0 { format!("in {size}") } else { format!("{size} ago") }
}

/// A paragraph's text with its line breaks kept; escaped by Leptos.
#[must_use]
pub fn paragraphs(text: &str) -> AnyView {
    text.split("\n\n")
        .filter(|part| !part.trim().is_empty())
        .map(|part| view! { <p class="baton-lines">{part.trim().to_owned()}</p> })
        .collect_view()
        .into_any()
}

/// The page's one heading, with a small caption above it when there is one.
#[must_use]
pub fn heading(caption: &str, title: &str) -> AnyView {
    let caption = (!caption.is_empty()).then(|| view! { <span class="nhsuk-caption-l">{caption.to_owned()}" "</span> });
    view! { <h1 class="nhsuk-heading-l">{caption}{title.to_owned()}</h1> }.into_any()
}

/// A link back to where the person came from.
#[must_use]
pub fn back(href: &str, label: &str) -> AnyView {
    view! { <a class="nhsuk-back-link" href=href.to_owned()>{shortened(label, BACK)}</a> }.into_any()
}

/// Longer titles would make more of the way back than of the page.
const BACK: usize = 60;

fn shortened(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let cut: String = text.chars().take(most).collect();
    let words = cut.rsplit_once(' ').map_or(cut.as_str(), |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ':', ';', '.', ' ']))
}

/// A state in a word; `colour` is one of the design system's (`grey`, `blue`, `green`, `orange`, …).
#[must_use]
pub fn tag(word: &str, colour: &str) -> AnyView {
    view! { <strong class=format!("nhsuk-tag nhsuk-tag--{colour}")>{word.to_owned()}</strong> }.into_any()
}

/// What stands where there is nothing yet: what will be here, and the first step.
#[must_use]
pub fn empty(words: &str, step: Option<(&str, &str)>) -> AnyView {
    let step = step.map(|(href, label)| view! { <p><a href=href.to_owned()>{label.to_owned()}</a></p> });
    view! { <div class="nhsuk-inset-text"><p>{words.to_owned()}</p>{step}</div> }.into_any()
}

/// A link that looks like a button.
#[must_use]
pub fn button_link(href: &str, label: &str, secondary: bool) -> AnyView {
    let class = if secondary { "nhsuk-button nhsuk-button--secondary" } else { "nhsuk-button" };
    view! {
        <a class=class href=href.to_owned() role="button" draggable="false" data-module="nhsuk-button">{label.to_owned()}</a>
    }
    .into_any()
}

/// Names and values in rows; an optional link changes the row.
#[must_use]
pub fn summary_list(rows: Vec<(&str, AnyView)>) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|(key, value)| {
            view! {
                <div class="nhsuk-summary-list__row nhsuk-summary-list__row--no-actions">
                    <dt class="nhsuk-summary-list__key">{key.to_owned()}</dt>
                    <dd class="nhsuk-summary-list__value">{value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="nhsuk-summary-list">{rows}</dl> }.into_any()
}

/// A column of a [`table`]: its heading, and what it holds.
#[derive(Clone, Debug)]
pub struct Column {
    heading: String,
    holds: Holds,
    /// Where the heading leads to, and how the column is sorted now.
    sort: Option<(String, Sorted)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Words,
    Numbers,
    Acts,
}

impl Column {
    fn class(&self, base: &str) -> String {
        match self.holds {
            Holds::Words => base.to_owned(),
            Holds::Numbers => format!("{base} {base}--numeric"),
            Holds::Acts => format!("{base} baton-no-print"),
        }
    }
}

/// A column of words.
#[must_use]
pub fn words(heading: &str) -> Column {
    Column { heading: heading.to_owned(), holds: Holds::Words, sort: None }
}

/// Which way a column is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sorted {
    Not,
    Up,
    Down,
}

impl Sorted {
    /// Of a column by which the table is sorted or is not, from the last row to the first or not.
    #[must_use]
    pub const fn of(here: bool, descends: bool) -> Self {
        match (here, descends) {
            (false, _) => Self::Not,
            (true, false) => Self::Up,
            (true, true) => Self::Down,
        }
    }
}

impl Column {
    /// The heading leads to the table sorted by this column, the other way round where it is already.
    #[must_use]
    pub fn sorts(self, href: String, sorted: Sorted) -> Self {
        Self { sort: Some((href, sorted)), ..self }
    }

    fn head(&self) -> AnyView {
        let class = self.class("nhsuk-table__header");
        let Some((href, sorted)) = &self.sort else {
            return view! { <th scope="col" class=class>{self.heading.clone()}</th> }.into_any();
        };
        let sorts = match sorted {
            Sorted::Not => None,
            Sorted::Up => Some("ascending"),
            Sorted::Down => Some("descending"),
        };
        view! { <th scope="col" class=class aria-sort=sorts><a href=href.clone()>{self.heading.clone()}</a></th> }
            .into_any()
    }
}

/// A column of numbers, set to the right.
#[must_use]
pub fn numbers(heading: &str) -> Column {
    Column { heading: heading.to_owned(), holds: Holds::Numbers, sort: None }
}

/// A column of links and buttons: on paper it is left out.
#[must_use]
pub fn acts(heading: &str) -> Column {
    Column { heading: heading.to_owned(), holds: Holds::Acts, sort: None }
}

/// A table that scrolls inside its own region on a narrow screen. The first cell of a row names it.
#[must_use]
pub fn table(caption: &str, columns: Vec<Column>, rows: Vec<Vec<AnyView>>) -> AnyView {
    draw_table("nhsuk-table__caption", caption, columns, rows)
}

/// A table whose page's heading says already what its caption says: that is told to whoever does not see it.
#[must_use]
pub fn table_under_heading(caption: &str, columns: Vec<Column>, rows: Vec<Vec<AnyView>>) -> AnyView {
    draw_table("nhsuk-table__caption nhsuk-u-visually-hidden", caption, columns, rows)
}

fn draw_table(class: &'static str, caption: &str, columns: Vec<Column>, rows: Vec<Vec<AnyView>>) -> AnyView {
    let head = columns.iter().map(Column::head).collect_view();
    let body = rows
        .into_iter()
        .map(|row| {
            let cells = row
                .into_iter()
                .zip(columns.clone())
                .enumerate()
                .map(|(at, (value, column))| {
                    if at == 0 {
                        view! { <th scope="row" class=column.class("nhsuk-table__header")>{value}</th> }.into_any()
                    } else {
                        view! { <td class=column.class("nhsuk-table__cell")>{value}</td> }.into_any()
                    }
                })
                .collect_view();
            view! { <tr class="nhsuk-table__row">{cells}</tr> }
        })
        .collect_view();
    view! {
        <div class="baton-table-region" role="region" aria-label=caption.to_owned() tabindex="0">
            <table class="nhsuk-table">
                <caption class=class>{caption.to_owned()}</caption>
                <thead class="nhsuk-table__head"><tr>{head}</tr></thead>
                <tbody class="nhsuk-table__body">{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// A detail that opens on demand.
#[must_use]
pub fn details(summary: &str, body: AnyView) -> AnyView {
    details_open(summary, false, body)
}

/// As [`details`], opened already where it holds what was just sent.
#[must_use]
pub fn details_open(summary: &str, open: bool, body: AnyView) -> AnyView {
    view! {
        <details class="nhsuk-details" open=open>
            <summary class="nhsuk-details__summary">
                <span class="nhsuk-details__summary-text">{summary.to_owned()}</span>
            </summary>
            <div class="nhsuk-details__text">{body}</div>
        </details>
    }
    .into_any()
}

/// A section of a page that opens on demand: its heading stays in sight.
#[must_use]
pub fn folded_section(id: &str, title: &str, body: AnyView) -> AnyView {
    view! {
        <details class="nhsuk-details baton-folded-section">
            <summary class="nhsuk-details__summary">
                <h2 class="nhsuk-details__summary-text" id=id.to_owned()>{title.to_owned()}</h2>
            </summary>
            <section class="nhsuk-details__text" aria-labelledby=id.to_owned()>{body}</section>
        </details>
    }
    .into_any()
}

/// The pages of a long list: `address` gives the address of a page (from 1).
#[must_use]
pub fn pages(page: i64, last: i64, address: impl Fn(i64) -> String) -> AnyView {
    pages_of("Pages", page, last, address)
}

/// As [`pages`], of one of several lists that a page has, by what tells it from the others.
#[must_use]
pub fn pages_of(label: &str, page: i64, last: i64, address: impl Fn(i64) -> String) -> AnyView {
    if last <= 1 {
        return ().into_any();
    }
    let link = |to: i64, words: &str, side: &str| {
        let href = address(to);
        view! {
            <li class=format!("nhsuk-pagination-item--{side}")>
                <a class=format!("nhsuk-pagination__link nhsuk-pagination__link--{}", if side == "previous" { "prev" } else { "next" }) href=href rel=if side == "previous" { "prev" } else { "next" }>
                    <span class="nhsuk-pagination__title">{words.to_owned()}</span>
                    <span class="nhsuk-u-visually-hidden">":"</span>
                    <span class="nhsuk-pagination__page">{format!("page {to} of {last}")}</span>
                </a>
            </li>
        }
    };
    let previous = (page > 1).then(|| link(page - 1, "Previous", "previous"));
    let next = (page < last).then(|| link(page + 1, "Next", "next"));
    view! {
        <nav class="nhsuk-pagination" aria-label=label.to_owned()>
            <ul class="nhsuk-list nhsuk-pagination__list">{previous}{next}</ul>
        </nav>
    }
    .into_any()
}

/// Other views of the same thing, as tabs that are links: label, address, whether it is this one.
#[must_use]
pub fn tabs(label: &str, links: Vec<(String, String, bool)>) -> AnyView {
    let links = links
        .into_iter()
        .map(|(label, href, here)| {
            view! { <li class=if here { "baton-tabs__item baton-tabs__item--here" } else { "baton-tabs__item" }>
                <a href=href aria-current=here.then_some("page")>{label}</a>
            </li> }
        })
        .collect_view();
    view! { <nav class="baton-tabs" aria-label=label.to_owned()><ul>{links}</ul></nav> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_is_told_in_the_nearest_useful_unit() {
        let today = NaiveDate::from_ymd_opt(2026, 1, 31).expect("a date");
        let told = |days| distance(today + chrono::Duration::days(days), today);
        assert_eq!(told(0), "today");
        assert_eq!(told(1), "in 1 day");
        assert_eq!(told(-20), "20 days ago");
        assert_eq!(told(28), "in 4 weeks");
        assert_eq!(told(-100), "3 months ago");
    }
}

//! What is asked about a list: the order of its dates, its unknown departments, who is who, what becomes of posts that
//! overlap, and what is right in rows that cannot be read.

use std::collections::BTreeSet;

use leptos::prelude::*;

use super::pieces::{SHOWN, column_for, post};
use crate::format;
use crate::people::intake::api::Checked;
use crate::people::intake::model::{BOTH, Is, MAKE, NEW, SHORTEN, key_of};
use crate::people::intake::plan::{Candidate, Found, Question, Row, Unknown};
use crate::table::dates::{Order, date_of};
use crate::web::ui::{self, Form};

pub(super) fn all(form: &Form, checked: &Checked) -> AnyView {
    view! {
        {order(form, checked)}
        {departments(form, checked)}
        {people(form, checked)}
        {overlaps(form, checked)}
        {unreadable(form, checked)}
    }
    .into_any()
}

fn order(form: &Form, checked: &Checked) -> AnyView {
    let Some(cell) = &checked.ask_order else { return ().into_any() };
    let options = Order::ALL
        .iter()
        .filter_map(|order| {
            let on = date_of(cell, *order)?.on;
            Some((order.to_string(), format::date(on), format!("{}.", order.label())))
        })
        .collect();
    form.radios("order", &format!("Which day is {cell}?"), options).heading().view()
}

fn departments(form: &Form, checked: &Checked) -> AnyView {
    let unknown = &checked.plan.unknown;
    if unknown.is_empty() {
        return ().into_any();
    }
    let (asked, rest): (Vec<&Unknown>, Vec<&Unknown>) =
        unknown.iter().partition(|one| checked.form.meant(one.line).is_none());
    let shown: Vec<&Unknown> = asked.iter().chain(&rest).copied().take(SHOWN).collect();
    let travels = unknown
        .iter()
        .filter(|one| !shown.iter().any(|shown| shown.line == one.line))
        .filter_map(|one| checked.form.department.get(&key_of(one.line)).map(|answer| (one.line, answer)))
        .map(|(line, answer)| form.hidden(&format!("department[{}]", key_of(line)), answer))
        .collect_view();
    let more = more(unknown.len(), shown.len());
    let selects = shown.into_iter().map(|one| department(form, checked, one)).collect_view();
    view! {
        <section aria-labelledby="unknown-departments">
            <h2 class="nhsuk-heading-m" id="unknown-departments">"Departments that Baton does not know by this name"</h2>
            <div class="baton-import__columns">{selects}</div>
            {more}
            {travels}
        </section>
    }
    .into_any()
}

fn department(form: &Form, checked: &Checked, one: &Unknown) -> AnyView {
    let known = &checked.ground.departments;
    let named = |place: &crate::people::intake::plan::Place| {
        if place.site.is_empty() { place.name.clone() } else { format!("{}, {}", place.name, place.site) }
    };
    let near = one.nearest.iter().filter_map(|id| known.iter().find(|place| place.id == *id));
    let rest = known.iter().filter(|place| !one.nearest.contains(&place.id));
    let mut options = vec![(String::new(), "Choose which it is".to_owned())];
    options.extend(near.map(|place| (place.id.to_string(), format!("{} (nearest)", named(place)))));
    options.push((MAKE.to_owned(), format!("A new department: make “{}”", one.name)));
    options.extend(rest.map(|place| (place.id.to_string(), named(place))));
    let rows = format::count(i64::try_from(one.rows).unwrap_or(i64::MAX), "row", "rows");
    form.select(&format!("department[{}]", key_of(one.line)), &one.name, options)
        .hint(&format!("{rows}, first on line {}", one.line))
        .view()
}

fn people(form: &Form, checked: &Checked) -> AnyView {
    let asks = |row: &&Row| matches!(row.found, Found::Asks(Question::Person(_)));
    let asked: Vec<&Row> = checked.plan.rows.iter().filter(asks).collect();
    let answered: Vec<&Row> = checked.plan.rows.iter().filter(|row| !row.candidates.is_empty() && !asks(row)).collect();
    if asked.is_empty() && answered.is_empty() {
        return ().into_any();
    }
    let shown: Vec<&Row> = asked.iter().chain(&answered).copied().take(SHOWN).collect();
    let drawn: BTreeSet<u64> = shown.iter().map(|row| row.line).collect();
    let travels = answered
        .iter()
        .filter(|row| !drawn.contains(&row.line))
        .filter_map(|row| checked.form.same.get(&key_of(row.line)).map(|answer| (row.line, answer)))
        .map(|(line, answer)| form.hidden(&format!("same[{}]", key_of(line)), answer))
        .collect_view();
    let more = more(asked.len() + answered.len(), shown.len());
    let selects = shown.into_iter().map(|row| person(form, row)).collect_view();
    view! {
        <section aria-labelledby="perhaps-known">
            <h2 class="nhsuk-heading-m" id="perhaps-known">"Perhaps known already"</h2>
            <p>"The name is known, and no address says whether it is the same person."</p>
            {selects}
            {more}
            {travels}
        </section>
    }
    .into_any()
}

fn person(form: &Form, row: &Row) -> AnyView {
    let value = |candidate: &Candidate| match candidate.is {
        Is::New => NEW.to_owned(),
        Is::Known(id) => id.to_string(),
        Is::OnLine(line) => key_of(line),
    };
    let mut options = vec![(String::new(), "Choose who it is".to_owned())];
    options.extend(row.candidates.iter().map(|candidate| (value(candidate), format!("The same: {}", candidate.told))));
    options.push((NEW.to_owned(), "Somebody else: a new person".to_owned()));
    let label = format!("Line {}: {}", row.line, row.typed.name);
    form.select(&format!("same[{}]", key_of(row.line)), &label, options).hint(&post(&row.typed)).view()
}

fn overlaps(form: &Form, checked: &Checked) -> AnyView {
    if checked.plan.overlaps == 0 {
        return ().into_any();
    }
    let asked: Vec<&Row> =
        checked.plan.rows.iter().filter(|row| matches!(row.found, Found::Asks(Question::Overlap(_)))).collect();
    let examples = asked
        .iter()
        .take(5)
        .filter_map(|row| match &row.found {
            Found::Asks(Question::Overlap(other)) => Some(view! {
                <li>{format!("Line {}, {}: {} overlaps {other}", row.line, row.typed.name, post(&row.typed))}</li>
            }),
            _ => None,
        })
        .collect_view();
    let options = vec![
        (SHORTEN.to_owned(), "The post that began before ends the day before the new one".to_owned(), String::new()),
        (BOTH.to_owned(), "Both posts are kept".to_owned(), "As for two part-time posts.".to_owned()),
    ];
    let rows = format::count(i64::try_from(checked.plan.overlaps).unwrap_or(i64::MAX), "row overlaps", "rows overlap");
    view! {
        {form.radios("overlap", &format!("{rows} another post of the same person, and together they are more than full time. What happens?"), options).heading().view()}
        {(!asked.is_empty()).then(|| view! { <ul>{examples}</ul> })}
    }
    .into_any()
}

fn unreadable(form: &Form, checked: &Checked) -> AnyView {
    let wrong: Vec<&Row> = checked.plan.rows.iter().filter(|row| matches!(row.found, Found::Wrong(_))).collect();
    if wrong.is_empty() {
        return ().into_any();
    }
    let key = ui::encoded(&checked.kept);
    let label = format!(
        "Leave out the {} that cannot be read",
        format::count(i64::try_from(wrong.len()).unwrap_or(i64::MAX), "row", "rows")
    );
    let rows = wrong.iter().take(SHOWN).map(|row| mend(form, checked, row)).collect_view();
    view! {
        <section aria-labelledby="unreadable">
            <h2 class="nhsuk-heading-m" id="unreadable">"Rows that cannot be read"</h2>
            <p>
                "Correct them here and check again, or "
                <a href=format!("/people/intake/rejected.csv?form={key}") download="">"download these rows with the reasons (CSV)"</a>
                "."
            </p>
            {rows}
            {more(wrong.len(), wrong.len().min(SHOWN))}
            {form.checkboxes("leave_out[]", "If you do not correct them", vec![("yes".to_owned(), label)]).view()}
        </section>
    }
    .into_any()
}

/// The fields of a row that are to blame, with what is wrong with each.
fn mend(form: &Form, checked: &Checked, row: &Row) -> AnyView {
    let Found::Wrong(wrong) = &row.found else { return ().into_any() };
    let mut drawn = BTreeSet::new();
    let fields = wrong
        .iter()
        .flat_map(|(one, why)| column_for(&checked.holds, *one).into_iter().map(move |one| (one, why)))
        .filter(|(one, _)| drawn.insert(*one))
        .map(|(one, why)| {
            let name = format!("fix[{}_{one}]", key_of(row.line));
            form.line(&name, one.label()).hint(why).view()
        })
        .collect_view();
    let who = if row.typed.name.is_empty() { "no name".to_owned() } else { row.typed.name.chars().take(60).collect() };
    let untold = wrong
        .iter()
        .filter(|(one, _)| column_for(&checked.holds, *one).is_empty())
        .map(|(_, why)| view! { <p>{why.clone()}</p> })
        .collect_view();
    view! {
        <fieldset class="nhsuk-fieldset baton-intake__row">
            <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{format!("Line {}: {who}", row.line)}</legend>
            <div class="baton-import__columns">{fields}</div>
            {untold}
        </fieldset>
    }
    .into_any()
}

fn more(all: usize, shown: usize) -> AnyView {
    (all > shown).then(|| view! { <p class="nhsuk-hint">{format!("{shown} of {all} are shown. The next come when you check again.")}</p> }).into_any()
}

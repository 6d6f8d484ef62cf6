//! The timeline of a project's cycles as a picture, on true dates: one lane for each ramp.

use std::fmt::Write as _;

use chrono::{Datelike as _, Days, Months, NaiveDate};

use super::model::Decision;
use super::ramp::Ramp;
use crate::web::ui;

const MARGIN: f64 = 8.0;
const TOP: f64 = 26.0;
const NAME: f64 = 22.0;
const ROW: f64 = 30.0;
const BAR: f64 = 24.0;
const LEAST_DAYS: u64 = 28;
const LETTER: f64 = 7.6;

/// The picture, this many pixels wide. `id` tells its parts from those of other pictures of the page.
#[must_use]
pub fn draw(ramps: &[Ramp<'_>], today: NaiveDate, width: f64, id: &str) -> String {
    let cycles = || ramps.iter().flat_map(|ramp| &ramp.cycles);
    let Some(first) = cycles().map(|cycle| cycle.starts_on).min() else { return String::new() };
    let last = cycles().map(|cycle| cycle.ends_on.unwrap_or(cycle.starts_on)).max().unwrap_or(first).max(today);
    let last = last.max(first + Days::new(LEAST_DAYS));
    let inner = width - 2.0 * MARGIN;
    let span = days(first, last);
    let at = |date: NaiveDate| MARGIN + inner * days(first, date) / span;

    let mut body = String::new();
    let mut y = TOP;
    for ramp in ramps {
        let name = shortened(ramp.name, inner / LETTER);
        let _ = write!(body, r#"<text class="baton-cycles__name" x="{MARGIN}" y="{:.1}">{name}</text>"#, y + 14.0);
        y += NAME;
        // The right edge of what is drawn in each row of the lane.
        let mut rows: Vec<f64> = Vec::new();
        for cycle in &ramp.cycles {
            let label = format!("{} {}", cycle.number, cycle.decision.map_or("Under way", Decision::label));
            let short = cycle.number.to_string();
            let least = letters(&short).mul_add(LETTER, 14.0);
            let from = at(cycle.starts_on).min(width - MARGIN - least);
            let until = cycle.ends_on.unwrap_or_else(|| today.max(cycle.starts_on));
            let to = at(until).max(from + least);
            let fits = letters(&label).mul_add(LETTER, 14.0) <= to - from;
            let row = rows.iter().position(|edge| *edge + 2.0 <= from).unwrap_or(rows.len());
            match rows.get_mut(row) {
                Some(edge) => *edge = to,
                None => rows.push(to),
            }
            let top = (row as f64).mul_add(ROW, y);
            let _ = write!(
                body,
                r#"<g class="baton-cycles__bar baton-cycles__bar--{}"><rect x="{from:.1}" y="{top:.1}" width="{:.1}" height="{BAR}" rx="3"/><text x="{:.1}" y="{:.1}">{}</text></g>"#,
                cycle.decision.map_or("open", Decision::as_str),
                to - from,
                from + 7.0,
                top + 17.0,
                if fits { &label } else { &short },
            );
        }
        let lane = rows.len() as f64;
        y += lane.mul_add(ROW, 6.0);
    }

    let mut axis = String::new();
    for (date, words) in ticks(first, last, inner) {
        let x = at(date);
        let _ = write!(axis, r#"<path class="baton-cycles__tick" d="M{x:.1} {TOP}V{y:.1}"/>"#);
        let _ = write!(axis, r#"<text class="baton-cycles__date" x="{:.1}" y="14">{words}</text>"#, x + 2.0);
    }
    if first <= today && today <= last {
        let x = at(today).min(width - MARGIN);
        let _ = write!(axis, r#"<path class="baton-cycles__today" d="M{x:.1} {TOP}V{y:.1}"/>"#);
    }
    let number = cycles().count();
    let told = crate::format::count(i64::try_from(number).unwrap_or(i64::MAX), "PDSA cycle", "PDSA cycles");
    format!(
        r#"<svg class="baton-cycles" viewBox="0 0 {width} {y:.1}" role="img" aria-labelledby="{id}-title {id}-words" focusable="false"><title id="{id}-title">Timeline of {told}</title><desc id="{id}-words">From {} to {}. {} The list below says the same in words.</desc>{axis}{body}</svg>"#,
        crate::format::date(first),
        crate::format::date(last),
        said(ramps),
    )
}

fn said(ramps: &[Ramp<'_>]) -> String {
    ramps.iter().fold(String::new(), |mut text, ramp| {
        let numbers: Vec<String> = ramp.cycles.iter().map(|cycle| cycle.number.to_string()).collect();
        let _ = write!(text, "{}: {}. ", ui::escaped(ramp.name), numbers.join(", "));
        text
    })
}

fn days(from: NaiveDate, to: NaiveDate) -> f64 {
    (to - from).num_days() as f64
}

fn letters(text: &str) -> f64 {
    text.chars().count() as f64
}

fn shortened(text: &str, most: f64) -> String {
    if letters(text) <= most {
        return ui::escaped(text);
    }
    let most = most.max(2.0) as usize - 1;
    let start: String = text.chars().take(most).collect();
    format!("{}…", ui::escaped(start.trim_end()))
}

/// The first days of months, as many as can be read side by side.
fn ticks(first: NaiveDate, last: NaiveDate, width: f64) -> Vec<(NaiveDate, String)> {
    let months = days(first, last) / 30.0;
    let room = (width / 76.0).floor();
    let step = [1, 2, 3, 6, 12, 24, 60, 120, 240, 600];
    let step = step.into_iter().find(|step| months / f64::from(*step) <= room).unwrap_or(1200);
    let mut date = first.with_day(1).unwrap_or(first);
    let mut ticks = Vec::new();
    while date <= last {
        // Counted from January, so that steps are the quarters, halves and years that people know.
        if date >= first && (date.year() * 12 + date.month0().cast_signed()) % step == 0 {
            ticks.push((date, date.format("%b %Y").to_string()));
        }
        date = date + Months::new(1);
    }
    ticks.retain(|(date, _)| width - width * days(first, *date) / days(first, last) > 60.0);
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cycles::ramp::{ramps, tests::cycle};
    use crate::testing::{TODAY, on};
    use proptest::prelude::*;

    #[test]
    fn ticks_are_first_days_of_months_with_room_between_them() {
        let words = |first, last, width| {
            ticks(on(first), on(last), width).into_iter().map(|(_, words)| words).collect::<Vec<_>>()
        };
        assert_eq!(words("2026-01-10", "2026-04-20", 900.0), ["Feb 2026", "Mar 2026", "Apr 2026"]);
        assert_eq!(words("2025-11-10", "2026-12-20", 300.0), ["Jan 2026", "Jul 2026"]);
        assert!(words("1990-01-01", "2026-01-01", 300.0).len() <= 6);
    }

    #[test]
    fn the_picture_says_what_it_shows_and_is_markup_only_of_its_own() {
        let mut one = cycle(1, None, None);
        one.title = "<b>Box</b>".to_owned();
        let all = [one];
        let svg = draw(&ramps(&all), TODAY, 300.0, "x");
        assert!(svg.contains("Timeline of 1 PDSA cycle<") && svg.contains("&lt;b&gt;Box") && !svg.contains("<b>"));
        assert!(!svg.contains("style=") && svg.contains("aria-labelledby=\"x-title x-words\""));
        assert_eq!(draw(&[], TODAY, 300.0, "x"), "");
    }

    proptest! {
        #[test]
        fn every_bar_stays_inside_the_picture_whatever_its_dates(
            dates in prop::collection::vec((0i64..80_000, prop::option::of(0i64..4_000)), 1..30),
            width in prop::sample::select(vec![290.0, 960.0]),
        ) {
            let all: Vec<_> = (1..).zip(dates).map(|(number, (from, length))| {
                let mut one = cycle(number, None, None);
                one.starts_on = on("1948-01-01") + chrono::Duration::days(from);
                one.ends_on = length.map(|length| one.starts_on + chrono::Duration::days(length));
                one
            }).collect();
            let svg = draw(&ramps(&all), TODAY, width, "x");
            prop_assert!(!svg.contains("NaN") && !svg.contains("inf"));
            let number = |rect: &str, name: &str| -> f64 {
                let start = rect.find(&format!(" {name}=\"")).expect(name) + name.len() + 3;
                rect[start..].split('"').next().expect("a value").parse().expect("a number")
            };
            prop_assert_eq!(svg.matches("<rect").count(), all.len());
            for rect in svg.split("<rect").skip(1) {
                let (x, wide) = (number(rect, "x"), number(rect, "width"));
                prop_assert!(x >= 0.0 && wide > 0.0 && x + wide <= width, "{x} + {wide}");
            }
        }
    }
}

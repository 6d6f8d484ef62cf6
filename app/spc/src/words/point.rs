//! One point.

use super::phrases::{centre_word, value};
use crate::chart::{Chart, ChartPoint};
use crate::format;
use crate::rules::Rule;
use crate::side::{Meaning, Side};

/// One point, for a tooltip or a screen reader: `4 January 2026: 55.6 minutes, above the median`.
pub fn point(chart: &Chart, place: usize) -> Option<String> {
    let point = chart.points.get(place)?;
    let line = centre_word(chart);
    let mut text = format::moment(point.date, point.time);
    if !point.label.trim().is_empty() {
        text = format!("{text}, {}", point.label.trim());
    }
    match point.value {
        Some(found) => text += &format!(": {}", value(chart, found)),
        None => text += ": no value",
    }
    match point.side {
        Some(Side::Above) => text += &format!(", above the {line}"),
        Some(Side::On) => text += &format!(", on the {line}"),
        Some(Side::Below) => text += &format!(", below the {line}"),
        None => {}
    }
    if let Some(flag) = flag(point) {
        text += &format!(", {flag}");
    }
    if point.excluded {
        text += ", excluded";
    }
    if !point.note.is_empty() {
        text += &format!(". Note: {}", point.note);
    }
    Some(text)
}

/// A point with a note: the letter by which the picture marks it, and its place in [`Chart::points`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noted {
    /// From a on.
    pub letter: char,
    /// The place.
    pub place: usize,
}

/// The latest points with a note, lettered in their order: as many as there are letters.
pub fn notes(chart: &Chart) -> Vec<Noted> {
    let noted = chart.points.iter().enumerate().filter(|(_, point)| !point.note.is_empty() && point.value.is_some());
    let places: Vec<usize> = noted.map(|(place, _)| place).collect();
    let latest = &places[places.len().saturating_sub(usize::from(b'z' - b'a') + 1)..];
    ('a'..='z').zip(latest).map(|(letter, &place)| Noted { letter, place }).collect()
}

/// What the rules say of one point, for a table cell: `in a long run (improvement)`.
pub fn flag(point: &ChartPoint) -> Option<String> {
    let (_, meaning) = point.flags.first()?;
    let mut said: Vec<&str> = Vec::new();
    for (rule, _) in &point.flags {
        let words = rule_of_a_point(rule);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let said = said.join(", ");
    Some(match meaning {
        Meaning::Improvement => format!("{said} (improvement)"),
        Meaning::Concern => format!("{said} (concern)"),
        Meaning::Change => said,
    })
}

/// What a point that a rule covers is, in a few words.
pub fn rule_of_a_point(rule: &Rule) -> &'static str {
    match rule {
        Rule::BeyondLimits { .. } => "outside the limits",
        Rule::LongRun | Rule::Shift { .. } => "in a long run",
        Rule::Trend { .. } => "in a trend",
        Rule::ZoneTest(_) => "near a limit",
        Rule::Oscillation { .. } => "up and down in turn",
        Rule::Stratification { .. } => "close to the line",
        Rule::Mixture { .. } => "far from the line",
        Rule::FewCrossings | Rule::TooFewRuns | Rule::TooManyRuns => "in an unusual pattern",
    }
}

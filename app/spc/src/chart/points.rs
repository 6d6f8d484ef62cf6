//! Which readings stand together as one point.

use std::cmp::Ordering;

use chrono::NaiveDate;

use super::ChartPoint;
use super::options::ChartOptions;
use crate::kind::ChartKind;
use crate::series::{DataType, Point, Reading, Series, Summary};
use crate::subgroup::{self, Aggregate};

/// A point, and the values that it stands for.
pub(super) struct Plotted {
    pub point: ChartPoint,
    pub raw: Vec<f64>,
}

/// The points of the chart, by date, time and key, each with what is aimed for on its day.
pub(super) fn plotted(series: &Series, options: &ChartOptions) -> Vec<Plotted> {
    let apart = matches!(series.data_type, DataType::TimeBetween | DataType::CasesBetween)
        || matches!(options.kind, ChartKind::G | ChartKind::T);
    let mut sorted: Vec<(&Point, Option<f64>)> =
        series.points.iter().map(|point| (point, point.reading.value(series.data_type))).collect();
    sorted.sort_by(|(a, x), (b, y)| {
        (a.date, a.time, a.excluded, a.key)
            .cmp(&(b.date, b.time, b.excluded, b.key))
            .then_with(|| compare(*x, *y))
            .then_with(|| a.label.cmp(&b.label))
            .then_with(|| in_order(a.reading, b.reading))
            .then_with(|| a.note.cmp(&b.note))
    });
    let mut targets = options.later_targets.clone();
    targets.sort_by_key(|(from, _)| *from);
    let target_on = |date: NaiveDate| {
        let later = targets.iter().rev().find(|(from, _)| *from <= date).map(|(_, target)| *target);
        let wanted = later.or(options.target).filter(|target| target.is_finite());
        // What is aimed for is a value, not a spread.
        wanted.filter(|_| !options.kind.is_spread())
    };
    sorted
        .chunk_by(|(a, _), (b, _)| !apart && !b.excluded && (a.date, a.time) == (b.date, b.time))
        .map(|together| one_of(together, series, target_on))
        .collect()
}

/// One point for what was recorded at one time.
fn one_of(
    together: &[(&Point, Option<f64>)],
    series: &Series,
    target_on: impl Fn(NaiveDate) -> Option<f64>,
) -> Plotted {
    let first = together[0].0;
    let raw: Vec<f64> = together.iter().filter_map(|(_, value)| *value).collect();
    // A share of nothing adds nothing.
    let ratios: Option<Vec<(f64, f64)>> = together
        .iter()
        .filter(|(_, value)| value.is_some())
        .map(|(point, _)| match point.reading {
            Reading::Ratio { numerator, denominator } => Some((numerator, denominator)),
            _ => None,
        })
        .collect();
    let (value, numerator, denominator) = match (together, ratios) {
        ([(point, value)], _) => match point.reading {
            Reading::Ratio { numerator, denominator } => (*value, Some(numerator), Some(denominator)),
            _ => (*value, None, None),
        },
        (_, Some(ratios)) => {
            let (top, bottom) = ratios.iter().fold((0.0, 0.0), |(a, b), (top, bottom)| (a + top, b + bottom));
            (Reading::ratio(top, bottom).value(series.data_type), Some(top), Some(bottom))
        }
        (_, None) => {
            let how = match (series.data_type, series.summary) {
                (DataType::Count, _) => Aggregate::Sum,
                (_, Summary::Mean) => Aggregate::Mean,
                (_, Summary::Median) => Aggregate::Median,
            };
            (subgroup::aggregate(&raw, how), None, None)
        }
    };
    let label = if together.len() == 1 { first.label.clone() } else { String::new() };
    let point = ChartPoint {
        keys: together.iter().map(|(point, _)| point.key).collect(),
        label,
        date: first.date,
        time: first.time,
        value,
        numerator: numerator.filter(|top| top.is_finite()),
        denominator: denominator.filter(|bottom| bottom.is_finite()),
        excluded: first.excluded,
        note: notes(together),
        centre: None,
        lower: None,
        upper: None,
        target: target_on(first.date),
        side: None,
        flags: Vec::new(),
    };
    Plotted { point, raw }
}

/// The notes of all that stands together.
fn notes(together: &[(&Point, Option<f64>)]) -> String {
    let said: Vec<&str> = together.iter().map(|(point, _)| point.note.trim()).filter(|note| !note.is_empty()).collect();
    said.join("; ")
}

/// Some order of readings that give the same value, or none: whichever came first in the input must not matter.
fn in_order(a: Reading, b: Reading) -> Ordering {
    let parts = |reading| match reading {
        Reading::Missing => (0, 0.0, 0.0),
        Reading::Value(value) => (1, value, 0.0),
        Reading::Ratio { numerator, denominator } => (2, numerator, denominator),
    };
    let (a, b): ((u8, f64, f64), (u8, f64, f64)) = (parts(a), parts(b));
    a.0.cmp(&b.0).then_with(|| a.1.total_cmp(&b.1)).then_with(|| a.2.total_cmp(&b.2))
}

fn compare(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
}

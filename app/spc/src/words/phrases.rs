//! Pieces of sentences.

use crate::chart::Chart;
use crate::format;

pub(super) fn centre_word(chart: &Chart) -> &'static str {
    match chart.kind.centre_name() {
        "Median" => "median",
        _ => "mean",
    }
}

pub(super) fn latest(chart: &Chart) -> Option<String> {
    let point = chart.latest()?;
    Some(format!("Latest {} on {}.", value(chart, point.used()?), format::moment(point.date, point.time)))
}

pub(super) fn value(chart: &Chart, value: f64) -> String {
    format::value(value, chart.data_type, &chart.unit)
}

pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", format::decimals(n as f64, 0), if n == 1 { one } else { many })
}

pub(super) fn times(n: usize) -> String {
    match n {
        1 => "once".into(),
        _ => format!("{n} times"),
    }
}

//! The days of a chart, evenly spaced.

use chrono::{Datelike, NaiveDate, NaiveTime, Timelike};

use crate::chart::Chart;

/// The days of the chart, first to last; a chart of one day gets room on both sides.
pub(super) struct DateScale {
    pub first: f64,
    pub last: f64,
    /// The first day.
    pub start: NaiveDate,
}

impl DateScale {
    /// `None` for a chart without points.
    pub fn of(chart: &Chart) -> Option<Self> {
        let (first_point, last_point) = chart.points.first().zip(chart.points.last())?;
        let mut first = days(first_point.date, None);
        let mut last = days(last_point.date, last_point.time).ceil();
        if last - first < 1.0 {
            (first, last) = (first - 3.0, last + 3.0);
        }
        // A cycle a little before or after the data belongs in the picture; one years away would
        // squeeze the data into a corner.
        let room = ((last - first) / 2.0).max(14.0);
        let near: Vec<f64> = chart
            .cycles
            .iter()
            .map(|cycle| days(cycle.date, None))
            .filter(|day| (first - room..=last + room).contains(day))
            .collect();
        let first = near.iter().copied().fold(first, f64::min);
        let last = near.iter().copied().fold(last, f64::max);
        let start = NaiveDate::from_num_days_from_ce_opt(first as i32).unwrap_or(first_point.date);
        Some(Self { first, last, start })
    }

    /// How far across a day lies, 0 to 1.
    pub fn share(&self, day: f64) -> f64 {
        ((day - self.first) / (self.last - self.first)).clamp(0.0, 1.0)
    }
}

/// Days since 1 January of year 1, with the time of day as a fraction.
pub(super) fn days(date: NaiveDate, time: Option<NaiveTime>) -> f64 {
    let part = time.map_or(0.0, |time| f64::from(time.num_seconds_from_midnight()) / 86_400.0);
    f64::from(date.num_days_from_ce()) + part
}

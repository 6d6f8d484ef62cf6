//! The x axis: days, evenly spaced.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Timelike};

use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Line, LineKind, Scene, Text, TextKind};
use crate::chart::Chart;

/// Space between the axis and the first and last point.
pub(super) const INSET: f64 = 8.0;

/// The days of the chart, first to last; a chart of one day gets room on both sides.
pub(super) struct Time {
    pub first: f64,
    pub last: f64,
    start: NaiveDate,
}

impl Time {
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

    pub fn share(&self, day: f64) -> f64 {
        ((day - self.first) / (self.last - self.first)).clamp(0.0, 1.0)
    }
}

pub(super) fn days(date: NaiveDate, time: Option<NaiveTime>) -> f64 {
    let part = time.map_or(0.0, |time| f64::from(time.num_seconds_from_midnight()) / 86_400.0);
    f64::from(date.num_days_from_ce()) + part
}

#[derive(Clone, Copy)]
enum Step {
    Days(u16),
    Months(u16),
    Years(i32),
}

const STEPS: [Step; 18] = [
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(20),
    Step::Years(50),
    Step::Years(100),
    Step::Years(1_000),
    Step::Years(10_000),
    Step::Years(100_000),
];

impl Step {
    /// The fewest days between two ticks.
    fn days(self) -> f64 {
        match self {
            Self::Days(n) => f64::from(n),
            Self::Months(n) => f64::from(n) * 30.4 - 2.4,
            Self::Years(n) => f64::from(n) * 365.0,
        }
    }

    fn label(self, date: NaiveDate) -> String {
        match self {
            Self::Days(_) => date.format("%-d %b").to_string(),
            Self::Months(_) => date.format("%b").to_string(),
            Self::Years(_) => date.year().to_string(),
        }
    }

    fn widest(self, font: f64) -> f64 {
        text_width(
            match self {
                Self::Days(_) => "28 Mar",
                Self::Months(_) => "2026",
                Self::Years(n) if n < 10_000 => "2026",
                Self::Years(_) => "-200000",
            },
            font,
        )
    }

    fn ticks(self, time: &Time) -> Vec<NaiveDate> {
        let inside = |date: &NaiveDate| (time.first..=time.last).contains(&days(*date, None));
        let span = time.last - time.first;
        let many = (span / self.days()).ceil() as i32 + 2;
        match self {
            Self::Days(n) => (0..many)
                .filter_map(|i| time.start.checked_add_days(Days::new(u64::from(n) * i as u64)))
                .filter(inside)
                .collect(),
            Self::Months(n) => {
                let n = i32::from(n);
                let from = time.start.year() * 12 + (time.start.month0() as i32 / n) * n;
                (0..=many)
                    .map(|i| from + i * n)
                    .filter_map(|month| {
                        NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
                    })
                    .filter(inside)
                    .collect()
            }
            Self::Years(n) => {
                let from = time.start.year().div_euclid(n) * n;
                (0..=many).filter_map(|i| NaiveDate::from_ymd_opt(from + i * n, 1, 1)).filter(inside).collect()
            }
        }
    }
}

pub(super) fn date_axis(scene: &mut Scene, time: &Time, preset: &Preset, across: impl Fn(f64) -> f64) {
    let plot = scene.plot;
    let width = plot.right - plot.left - 2.0 * INSET;
    let gap = preset.font * 0.9;
    let per_day = width / (time.last - time.first);
    let fits = |step: &&Step| {
        step.days() * per_day >= step.widest(preset.font) + gap
            && (time.last - time.first) / step.days() < preset.x_ticks as f64
    };
    let Some(step) = STEPS.iter().find(fits) else {
        return;
    };
    let mut year = None;
    for date in step.ticks(time) {
        let x = across(days(date, None));
        scene.lines.push(Line { kind: LineKind::Axis, from: (x, plot.bottom), to: (x, plot.bottom + 5.0) });
        let label = step.label(date);
        let half = text_width(&label, preset.font) / 2.0;
        let text_x = x.clamp(half + 1.0, preset.width - half - 1.0);
        let baseline = plot.bottom + 6.0 + preset.font * 0.9;
        scene.texts.push(Text {
            kind: TextKind::XTick,
            x: text_x,
            y: baseline,
            anchor: Anchor::Middle,
            text: label,
            font: preset.font,
        });
        if !matches!(step, Step::Years(_)) && year != Some(date.year()) {
            year = Some(date.year());
            scene.texts.push(Text {
                kind: TextKind::Year,
                x: text_x,
                y: baseline + preset.font * 1.1,
                anchor: Anchor::Middle,
                text: date.year().to_string(),
                font: preset.font,
            });
        }
    }
}

//! The x axis: ticks at whole days, months or years, with their dates.

use chrono::{Datelike, Days, NaiveDate};

use super::dates::{DateScale, days};
use super::frame::{Frame, INSET};
use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Line, LineKind, Scene, Text, TextKind};

/// The distance between two ticks.
#[derive(Clone, Copy)]
enum DateStep {
    Days(u16),
    Months(u16),
    Years(i32),
}

/// The steps between ticks, from the shortest to the longest.
const STEPS: [DateStep; 18] = [
    DateStep::Days(1),
    DateStep::Days(2),
    DateStep::Days(7),
    DateStep::Days(14),
    DateStep::Months(1),
    DateStep::Months(2),
    DateStep::Months(3),
    DateStep::Months(6),
    DateStep::Years(1),
    DateStep::Years(2),
    DateStep::Years(5),
    DateStep::Years(10),
    DateStep::Years(20),
    DateStep::Years(50),
    DateStep::Years(100),
    DateStep::Years(1_000),
    DateStep::Years(10_000),
    DateStep::Years(100_000),
];

impl DateStep {
    /// The fewest days between two ticks.
    fn days(self) -> f64 {
        match self {
            Self::Days(n) => f64::from(n),
            Self::Months(n) => f64::from(n) * 30.4 - 2.4,
            Self::Years(n) => f64::from(n) * 365.0,
        }
    }

    /// What stands at a tick.
    fn label(self, date: NaiveDate) -> String {
        match self {
            Self::Days(_) => date.format("%-d %b").to_string(),
            Self::Months(_) => date.format("%b").to_string(),
            Self::Years(_) => date.year().to_string(),
        }
    }

    /// The width of its widest label.
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

    /// The days that have a tick.
    fn ticks(self, time: &DateScale) -> Vec<NaiveDate> {
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

/// Ticks with their dates, and the year under the first of each year.
pub(super) fn date_axis(scene: &mut Scene, frame: &Frame, preset: &Preset) {
    let Some(step) = shortest_step(frame, preset) else { return };
    let bottom = frame.plot.bottom;
    let mut year = None;
    for date in step.ticks(&frame.dates) {
        let x = frame.x(days(date, None));
        scene.lines.push(Line { kind: LineKind::Axis, from: (x, bottom), to: (x, bottom + 5.0) });
        let label = step.label(date);
        let half = text_width(&label, preset.font) / 2.0;
        let baseline = bottom + 6.0 + preset.font * 0.9;
        let centred = |kind, y, text| Text {
            kind,
            x: x.clamp(half + 1.0, preset.width - half - 1.0),
            y,
            anchor: Anchor::Middle,
            text,
            font: preset.font,
        };
        scene.texts.push(centred(TextKind::XTick, baseline, label));
        if !matches!(step, DateStep::Years(_)) && year != Some(date.year()) {
            year = Some(date.year());
            scene.texts.push(centred(TextKind::Year, baseline + preset.font * 1.1, date.year().to_string()));
        }
    }
}

/// The shortest step between ticks whose labels do not touch.
fn shortest_step(frame: &Frame, preset: &Preset) -> Option<&'static DateStep> {
    let width = frame.plot.right - frame.plot.left - 2.0 * INSET;
    let span = frame.dates.last - frame.dates.first;
    let per_day = width / span;
    let gap = preset.font * 0.9;
    STEPS.iter().find(|step| {
        step.days() * per_day >= step.widest(preset.font) + gap && span / step.days() < preset.x_ticks as f64
    })
}

//! The y axis: what is at its foot and its top, and the values written beside it.

use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Line, LineKind, Rect, Scene, Text, TextKind};
use crate::chart::Chart;
use crate::format;
use crate::series::DataType;

/// The values of the y axis.
pub(super) struct ValueScale {
    /// Values are multiplied by this before anything else, so that the largest doubles do not
    /// overflow.
    factor: f64,
    /// What is at the foot, times the factor.
    low: f64,
    /// What is at the top, times the factor.
    high: f64,
    /// The values written beside the axis.
    ticks: Vec<(f64, String)>,
}

impl ValueScale {
    /// The scale for everything that is drawn, with about so many steps between its ticks.
    pub fn of(chart: &Chart, steps: f64) -> Self {
        let drawn = drawn(chart);
        let largest = drawn.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let factor = if largest > 1e290 { 1e-20 } else { 1.0 };
        let percentage = chart.data_type == DataType::Percentage;
        let (min, max) = extremes(&drawn, factor, percentage);
        let never_negative = min >= 0.0;
        let (min, max) = with_room(min, max, percentage);

        let whole = matches!(chart.data_type, DataType::Count | DataType::CasesBetween);
        let step = nice_step((max - min) / steps);
        let step = if whole { step.max(factor) } else { step };
        let from = (min / step + 1e-9).floor();
        let to = (max / step - 1e-9).ceil().max(from + 1.0);
        let low = if never_negative { (from * step).max(0.0) } else { from * step };
        let at_most_100 = percentage && never_negative && drawn.iter().all(|value| *value <= 100.0);
        let high = if at_most_100 { (to * step).min(100.0) } else { to * step };
        let high = if high <= low { low + step } else { high };

        let label = Label::of(step / factor, high.abs().max(low.abs()) / factor, percentage);
        let ticks = (0..=(to - from) as usize)
            .map(|i| (from + i as f64) * step)
            .filter(|tick| (low..=high).contains(tick))
            .map(|tick| tick / factor)
            // The next tick above the largest double is no number.
            .filter(|value| value.is_finite())
            .map(|value| (value, label.text(value)))
            .collect();
        Self { factor, low, high, ticks }
    }

    /// Where a value stands in the plot.
    pub fn y(&self, value: f64, plot: Rect) -> f64 {
        let share = ((value * self.factor - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        plot.bottom - share * (plot.bottom - plot.top)
    }
}

/// Every value that has to be in the picture.
fn drawn(chart: &Chart) -> Vec<f64> {
    let values = chart.points.iter().filter_map(|point| point.value);
    let centres = chart.phases.iter().map(|phase| phase.centre);
    let lines = chart.points.iter().flat_map(|point| [point.lower, point.upper, point.target]).flatten();
    values.chain(centres).chain(lines).collect()
}

/// The least and the largest of them, times the factor; a range of its own for none.
fn extremes(drawn: &[f64], factor: f64, percentage: bool) -> (f64, f64) {
    let min = drawn.iter().copied().fold(f64::INFINITY, f64::min) * factor;
    let max = drawn.iter().copied().fold(f64::NEG_INFINITY, f64::max) * factor;
    match (min.is_finite() && max.is_finite(), percentage) {
        (false, true) => (0.0, 100.0),
        (false, false) => (0.0, 1.0),
        (true, _) => (min, max),
    }
}

/// The range of the axis: percentages from 0 to 100 unless they hardly vary, room on both sides where
/// nothing varies, and from 0 where that costs little.
fn with_room(min: f64, max: f64, percentage: bool) -> (f64, f64) {
    let size = min.abs().max(max.abs());
    // Too small to be told apart on any axis.
    let nothing = size < 1e-280;
    let flat = nothing || max - min <= size * 1e-7;
    if percentage && min >= 0.0 && max <= 100.0 && (flat || max - min >= 10.0) {
        (0.0, 100.0)
    } else if flat {
        let room = if nothing { 1.0 } else { size / 2.0 };
        (min - room, max + room)
    } else if min >= 0.0 && min < (max - min) / 2.0 {
        (0.0, max)
    } else {
        (min, max)
    }
}

/// How the values beside the axis are written.
struct Label {
    /// Decimals, where numbers are written in full.
    places: usize,
    /// Decimals, where they are written with a power of ten.
    digits: usize,
    in_full: bool,
    percentage: bool,
}

impl Label {
    /// For ticks a `step` apart, the largest of which is of this `size`.
    fn of(step: f64, size: f64, percentage: bool) -> Self {
        Self {
            places: (-step.log10().floor()).clamp(0.0, 12.0) as usize,
            digits: (size.log10().floor() - step.log10().floor()).clamp(0.0, 9.0) as usize,
            in_full: (1e-9..1e12).contains(&size),
            percentage,
        }
    }

    fn text(&self, value: f64) -> String {
        let text = if self.in_full || value == 0.0 {
            format::decimals(value, self.places)
        } else {
            format!("{value:.0$e}", self.digits)
        };
        if self.percentage { format!("{text}%") } else { text }
    }
}

/// How much room the values take to the left of the plot.
pub(super) fn tick_room(values: &ValueScale, preset: &Preset) -> f64 {
    let widest = values.ticks.iter().map(|(_, text)| text_width(text, preset.font)).fold(0.0, f64::max);
    (widest + 10.0).clamp(24.0, preset.width * 0.4)
}

/// A line across the plot at each tick with its value, and the x axis below them.
pub(super) fn value_axis(scene: &mut Scene, values: &ValueScale, preset: &Preset) {
    let plot = scene.plot;
    for (value, text) in &values.ticks {
        let y = values.y(*value, plot);
        scene.lines.push(Line { kind: LineKind::Grid, from: (plot.left, y), to: (plot.right, y) });
        scene.texts.push(Text {
            kind: TextKind::YTick,
            x: plot.left - 6.0,
            y: y + preset.font * 0.35,
            anchor: Anchor::End,
            text: text.clone(),
            font: preset.font,
        });
    }
    scene.lines.push(Line { kind: LineKind::Axis, from: (plot.left, plot.bottom), to: (plot.right, plot.bottom) });
}

/// The step of 1, 2 or 5 times a power of ten that is at least `raw`.
fn nice_step(raw: f64) -> f64 {
    let power = 10_f64.powi(raw.log10().floor() as i32);
    let lead = raw / power;
    let nice = match lead {
        lead if lead <= 1.0 + 1e-9 => 1.0,
        lead if lead <= 2.0 + 1e-9 => 2.0,
        lead if lead <= 5.0 + 1e-9 => 5.0,
        _ => 10.0,
    };
    nice * power
}

//! The y axis: what is at its foot and its top, and the values written beside it.

use crate::chart::Chart;
use crate::format;
use crate::series::DataType;

/// The y axis: what is at its foot and its top, and the values written beside it.
pub(super) struct Values {
    /// Values are multiplied by this before anything else, so that the largest doubles do not
    /// overflow.
    factor: f64,
    low: f64,
    high: f64,
    pub ticks: Vec<(f64, String)>,
}

impl Values {
    pub fn of(chart: &Chart, wanted: f64) -> Self {
        let mut all: Vec<f64> = chart.points.iter().filter_map(|point| point.value).collect();
        all.extend(chart.phases.iter().map(|phase| phase.centre));
        all.extend(chart.points.iter().flat_map(|point| [point.lower, point.upper, point.target]).flatten());
        let largest = all.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let factor = if largest > 1e290 { 1e-20 } else { 1.0 };
        let min = all.iter().copied().fold(f64::INFINITY, f64::min) * factor;
        let max = all.iter().copied().fold(f64::NEG_INFINITY, f64::max) * factor;
        let percentage = chart.data_type == DataType::Percentage;
        let (mut min, mut max) = match (min.is_finite() && max.is_finite(), percentage) {
            (false, true) => (0.0, 100.0),
            (false, false) => (0.0, 1.0),
            (true, _) => (min, max),
        };
        let size = min.abs().max(max.abs());
        let never_negative = min >= 0.0;
        // Too small to be told apart on any axis.
        let nothing = size < 1e-280;
        let flat = nothing || max - min <= size * 1e-7;
        if percentage && never_negative && max <= 100.0 && (flat || max - min >= 10.0) {
            (min, max) = (0.0, 100.0);
        } else if flat {
            let room = if nothing { 1.0 } else { size / 2.0 };
            (min, max) = (min - room, max + room);
        } else if never_negative && min < (max - min) / 2.0 {
            min = 0.0;
        }
        let whole = matches!(chart.data_type, DataType::Count | DataType::CasesBetween);
        let mut step = nice_step((max - min) / wanted);
        if whole {
            step = step.max(factor);
        }
        let from = (min / step + 1e-9).floor();
        let to = (max / step - 1e-9).ceil().max(from + 1.0);
        let mut low = from * step;
        let mut high = to * step;
        if never_negative {
            low = low.max(0.0);
        }
        if percentage && never_negative && all.iter().all(|value| *value <= 100.0) {
            high = high.min(100.0);
        }
        if high <= low {
            high = low + step;
        }
        let places = (-(step / factor).log10().floor()).clamp(0.0, 12.0) as usize;
        let size = high.abs().max(low.abs()) / factor;
        let digits = (size.log10().floor() - (step / factor).log10().floor()).clamp(0.0, 9.0) as usize;
        let ticks = (0..=(to - from) as usize)
            .map(|i| (from + i as f64) * step)
            .filter(|tick| (low..=high).contains(tick))
            .map(|tick| tick / factor)
            // The next tick above the largest double is no number.
            .filter(|value| value.is_finite())
            .map(|value| {
                let text = if (1e-9..1e12).contains(&size) || value == 0.0 {
                    format::decimals(value, places)
                } else {
                    format!("{value:.digits$e}")
                };
                (value, if percentage { format!("{text}%") } else { text })
            })
            .collect();
        Self { factor, low, high, ticks }
    }

    /// How far up a value lies, 0 to 1.
    pub fn share(&self, value: f64) -> f64 {
        ((value * self.factor - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
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

//! Moving ranges, and leaving out those that are too large to be chance.
//!
//! A *moving range* is the distance between two neighbouring values. Their average measures the
//! spread of a process without being inflated by a shift. A single wild point makes two wild moving
//! ranges, so it is customary to leave out, once, those beyond their own upper limit (Nelson LS
//! (1982), "Control charts for individual measurements", Journal of Quality Technology 14(3)).
//! Wheeler advises against it: hence the switch.

use crate::average::{mean, median};

/// Whether wild moving ranges are left out before they are averaged.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Screening {
    /// Every moving range counts.
    Off,
    /// Only those strictly below `multiple` × their average count. Done once.
    Below {
        /// The upper limit of a moving range in averages: D4 for two values, 3.267.
        multiple: f64,
    },
    /// As long as one lies above `multiple` × their average, those strictly below count; at most so many times.
    Repeated {
        /// The upper limit of a moving range in averages.
        multiple: f64,
        /// How many times.
        times: usize,
    },
}

impl Screening {
    /// Screening at the published constant, 3.267.
    pub const ON: Self = Self::Below { multiple: 3.267 };
}

/// How moving ranges are averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Average {
    /// Their arithmetic mean.
    #[default]
    Mean,
    /// Their median, which a few wild ones hardly move.
    Median,
}

/// What becomes of moving ranges of zero where the average is zero, too: the strict comparison of
/// [`Screening::Below`] would then keep none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum NoVariation {
    /// A range of zero is always kept, so that the average is zero and limits lie on the centre line.
    #[default]
    Zero,
    /// None is kept, there is no average, and hence there are no limits.
    Undefined,
}

/// The average of the moving ranges, and how it came about.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RangeAverage {
    /// The average of those kept; `None` where none is left.
    pub average: Option<f64>,
    /// How many were averaged.
    pub kept: usize,
    /// How many were left out.
    pub screened: usize,
}

/// The moving ranges: |xᵢ − xᵢ₋₁| for every neighbouring pair of values.
///
/// A missing value has no range on either side. Leave out a point that is to be passed over.
pub fn moving_ranges(values: impl IntoIterator<Item = Option<f64>>) -> Vec<f64> {
    let mut previous = None;
    let mut ranges = Vec::new();
    for value in values {
        if let (Some(a), Some(b)) = (previous, value) {
            ranges.push(distance(a, b));
        }
        previous = value;
    }
    ranges
}

/// |a − b|, at most the largest double.
pub(crate) fn distance(a: f64, b: f64) -> f64 {
    (a - b).abs().min(f64::MAX)
}

/// The average of moving ranges after screening.
pub fn average(ranges: &[f64], average: Average, screening: Screening, none: NoVariation) -> RangeAverage {
    let of = |ranges: &[f64]| match average {
        Average::Mean => mean(ranges),
        Average::Median => median(ranges),
    };
    let all = of(ranges);
    if let Screening::Repeated { multiple, times } = screening {
        return repeated(ranges, of, multiple, times);
    }
    let (Screening::Below { multiple }, Some(raw)) = (screening, all) else {
        return RangeAverage { average: all, kept: ranges.len(), screened: 0 };
    };
    let limit = multiple * raw;
    let keeps = |range: f64| range < limit || (range == 0.0 && none == NoVariation::Zero);
    let kept: Vec<f64> = ranges.iter().copied().filter(|range| keeps(*range)).collect();
    RangeAverage { average: of(&kept), kept: kept.len(), screened: ranges.len() - kept.len() }
}

fn repeated(ranges: &[f64], of: impl Fn(&[f64]) -> Option<f64>, multiple: f64, times: usize) -> RangeAverage {
    let mut kept = ranges.to_vec();
    for _ in 0..times {
        let Some(limit) = of(&kept).map(|average| multiple * average) else { break };
        if kept.iter().all(|range| *range <= limit) {
            break;
        }
        kept.retain(|range| *range < limit);
    }
    RangeAverage { average: of(&kept), kept: kept.len(), screened: ranges.len() - kept.len() }
}

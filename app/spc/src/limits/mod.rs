//! Centre lines and control limits of every chart.
//!
//! One function a chart: it takes [`Data`] (the points of one phase) and [`LimitOptions`] and gives
//! [`ControlLimits`]; [`chart`] chooses the function by [`ChartKind`](crate::ChartKind), and [`by_phase`]
//! does so for every phase of a series. Charts of subgroups are in the module `subgroup`.
//!
//! The tools of the field agree in the formulas and differ in a few choices; these are the fields of
//! [`LimitOptions`], and each tool's choices have a name ([`LimitOptions::qicharts2`] and so on).
//!
//! A value that is missing or not finite is a gap: it counts in no calculation, and its moving
//! ranges on both sides are missing too. An excluded point ([`Data::used`]) is passed over: its
//! neighbours become neighbours of each other. Limits are given at every point of the phase, used
//! or not, except where they depend on a denominator that is missing or not above zero.

mod attribute;
mod individual;
mod normalised;
mod options;
mod phases;
mod rare;

pub use attribute::{c, c_prime, p, p_prime, u, u_prime};
pub use individual::{moving_range, run, xmr};
pub use normalised::{MOVING_S_UPPER, i_prime, moving_s};
pub use options::{
    Bounds, Centre, Degrees, Excluded, Geometric, LimitOptions, RangeConstants, RangeScale, Times, Within,
    ZeroDenominator,
};
pub use phases::{Phase, by_phase, chart};
pub(crate) use phases::{slice, spans};
pub use rare::{TIME_POWER, g, t};

use crate::screening::RangeAverage;

/// Why there is no chart for the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// A time between events is not above zero.
    TimeNotPositive,
    /// The chart is one of subgroups, and single values were given.
    NeedsSubgroups,
    /// A subgroup has fewer than two values.
    SubgroupTooSmall,
    /// A subgroup has too many values for the range to be a measure of spread.
    SubgroupTooLarge,
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TimeNotPositive => "a time between events is not above zero",
            Self::NeedsSubgroups => "a chart of subgroups needs all values of each",
            Self::SubgroupTooSmall => "a subgroup has fewer than two values",
            Self::SubgroupTooLarge => "a subgroup has too many values for its range",
        })
    }
}

impl std::error::Error for Refusal {}

/// The points of one phase, in order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Data<'a> {
    /// The value, count or numerator of each point.
    pub values: &'a [Option<f64>],
    /// The denominator of each point, in the same order; none where the chart has none.
    pub denominators: Option<&'a [Option<f64>]>,
    /// Whether each point takes part in the calculation; none where all do. One that doesn't is
    /// excluded, and passed over.
    pub used: Option<&'a [bool]>,
    /// How many points at the beginning the lines are computed from; none where all are. Points that
    /// are missing or excluded count, so that a frozen baseline ends where it was said to end.
    pub baseline: Option<usize>,
}

impl<'a> Data<'a> {
    /// Values without denominators, all used.
    pub fn new(values: &'a [Option<f64>]) -> Self {
        Self { values, ..Self::default() }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is no point.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The finite value of a point.
    pub(crate) fn value(&self, i: usize) -> Option<f64> {
        self.values.get(i).copied().flatten().filter(|value| value.is_finite())
    }

    /// The finite denominator above zero of a point that has a value; 1 where the series has none.
    pub(crate) fn denominator(&self, i: usize) -> Option<f64> {
        self.value(i)?;
        match self.denominators {
            None => Some(1.0),
            Some(all) => all.get(i).copied().flatten().filter(|n| n.is_finite() && *n > 0.0),
        }
    }

    /// The value over the denominator.
    pub(crate) fn ratio(&self, i: usize) -> Option<f64> {
        finite(self.value(i)? / self.denominator(i)?)
    }

    /// Whether a point has events, and an exposure of exactly zero.
    pub(crate) fn is_unbounded(&self, i: usize) -> bool {
        let denominator = self.denominators.and_then(|all| all.get(i).copied().flatten());
        denominator == Some(0.0) && self.value(i).is_some_and(|value| value > 0.0)
    }

    /// Whether a point is excluded.
    pub(crate) fn is_excluded(&self, i: usize) -> bool {
        self.used.is_some_and(|used| used.get(i) == Some(&false))
    }

    /// Whether a point takes part in the calculation.
    pub(crate) fn is_used(&self, i: usize) -> bool {
        !self.is_excluded(i) && self.baseline.is_none_or(|baseline| i < baseline)
    }

    /// The places of the points that take part.
    pub(crate) fn places(&self) -> impl Iterator<Item = usize> {
        (0..self.len()).filter(|i| self.is_used(*i))
    }

    /// The value over the denominator of every point.
    pub(crate) fn ratios(&self) -> Vec<Option<f64>> {
        (0..self.len()).map(|i| self.ratio(i)).collect()
    }
}

/// A lower and an upper line. `None` where there is none.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct SigmaLines {
    /// The lower line at each point.
    pub lower: Vec<Option<f64>>,
    /// The upper line at each point.
    pub upper: Vec<Option<f64>>,
}

/// What the lines were computed from: for the words under the chart.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Basis {
    /// How many points have a value and take part.
    pub used: usize,
    /// The moving ranges, where the chart has any: of the values, of the values in standard
    /// deviations (p′, u′, c′), of the transformed times (t), or the moving S (I′).
    pub ranges: Option<RangeAverage>,
    /// Laney's σz: how much wider the data spread than the binomial or Poisson distribution says.
    pub sigma_z: Option<f64>,
    /// The standard deviation that those of the points come from: of the process (XmR, subgroups),
    /// of the transformed times (t), of the count for one unit of the denominator (p, u, c).
    pub process_sigma: Option<f64>,
    /// With [`ZeroDenominator::Unbounded`]: the centre line lies above every number.
    pub centre_unbounded: bool,
}

/// The lines of one chart in one phase; every list has one entry a point.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct ControlLimits {
    /// What is drawn: the value, or numerator over denominator.
    pub values: Vec<Option<f64>>,
    /// The centre line.
    pub centre: Vec<Option<f64>>,
    /// The standard deviation of the plotted value, in its unit. `None` where the limits are not
    /// symmetrical about a centre (t), too.
    pub sigma: Vec<Option<f64>>,
    /// One, two and three standard deviations.
    pub bands: [SigmaLines; 3],
    /// What they were computed from.
    pub basis: Basis,
}

impl ControlLimits {
    /// The lower control limit, three standard deviations below.
    pub fn lower(&self) -> &[Option<f64>] {
        &self.bands[2].lower
    }

    /// The upper control limit.
    pub fn upper(&self) -> &[Option<f64>] {
        &self.bands[2].upper
    }

    /// The lower warning line, two standard deviations below.
    pub fn near_lower(&self) -> &[Option<f64>] {
        &self.bands[1].lower
    }

    /// The upper warning line.
    pub fn near_upper(&self) -> &[Option<f64>] {
        &self.bands[1].upper
    }

    /// Values and lines in another unit: each times `by` (100 for per cent, 1,000 for a rate per
    /// 1,000). What is no longer finite is a gap.
    #[must_use]
    pub fn multiplied(mut self, by: f64) -> Self {
        let lines = self.bands.iter_mut().flat_map(|band| [&mut band.lower, &mut band.upper]);
        for line in lines.chain([&mut self.values, &mut self.centre, &mut self.sigma]) {
            for number in line.iter_mut() {
                *number = number.and_then(|number| finite(number * by));
            }
        }
        self
    }

    /// Lines at centre ± k σ, no further out than from `least` to `most`.
    pub(crate) fn symmetric(
        values: Vec<Option<f64>>,
        centre: Vec<Option<f64>>,
        mut sigma: Vec<Option<f64>>,
        (least, most): (f64, f64),
        basis: Basis,
    ) -> Self {
        // A negative centre given by hand for a spread would make one.
        sigma.iter_mut().for_each(|sigma| *sigma = sigma.filter(|sigma| *sigma >= 0.0));
        let band = |k: f64| {
            let line = |k: f64| {
                let at = |(centre, sigma): (&Option<f64>, &Option<f64>)| {
                    finite((*centre)? + k * (*sigma)?).map(|line| line.max(least).min(most))
                };
                centre.iter().zip(&sigma).map(at).collect()
            };
            SigmaLines { lower: line(-k), upper: line(k) }
        };
        let bands = [band(1.0), band(2.0), band(3.0)];
        Self { values, centre, sigma, bands, basis }
    }
}

/// The number, if it is one; -0 becomes 0, so that both are the same point on the same line.
pub(crate) fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number + 0.0)
}

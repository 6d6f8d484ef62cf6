//! Centre lines and control limits of every chart.
//!
//! One function a chart: it takes [`Data`] (the points of one phase) and [`Options`] and gives
//! [`Limits`]. [`by_phase`] does so for every phase of a series. The tools of the field agree in
//! the formulas and differ in a few choices; these are the fields of [`Options`], and each tool's
//! choices have a name ([`Options::qicharts2`] and so on).
//!
//! A value that is missing or not finite is a gap: it counts in no calculation, and its moving
//! ranges on both sides are missing too. A point that is not [used](Data::used) is passed over: its
//! neighbours become neighbours of each other. Limits are given at every point of the phase, used
//! or not, except where they depend on a denominator that is missing or not above zero.

mod attribute;
mod individual;

pub use attribute::{c, c_prime, p, p_prime, u, u_prime};
pub use individual::xmr;

use crate::screening::{Average, NoVariation, RangeAverage, Screening};

/// The points of one phase, in order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Data<'a> {
    /// The value, count or numerator of each point.
    pub values: &'a [Option<f64>],
    /// The denominator of each point, in the same order; none where the chart has none.
    pub denominators: Option<&'a [Option<f64>]>,
    /// Whether each point takes part in the calculation; none where all do. An excluded point, or
    /// one after a frozen baseline, doesn't.
    pub used: Option<&'a [bool]>,
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

    /// The finite denominator above zero of a point; 1 where the series has none.
    pub(crate) fn denominator(&self, i: usize) -> Option<f64> {
        match self.denominators {
            None => Some(1.0),
            Some(all) => all.get(i).copied().flatten().filter(|n| n.is_finite() && *n > 0.0),
        }
    }

    /// The value over the denominator.
    pub(crate) fn ratio(&self, i: usize) -> Option<f64> {
        finite(self.value(i)? / self.denominator(i)?)
    }

    /// Whether a point takes part in the calculation.
    pub(crate) fn is_used(&self, i: usize) -> bool {
        self.used.is_none_or(|used| used.get(i).copied().unwrap_or(true))
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

/// What the centre line is.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Centre {
    /// The mean of the points used: weighted by the denominators where the chart has any.
    #[default]
    Mean,
    /// The median of the points used.
    Median,
    /// Given by hand, in the unit of the chart before it is multiplied.
    Given(f64),
}

/// How an average moving range becomes a standard deviation.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum RangeScale {
    /// Divided by 1.128: d2 for two values to three places, as printed in every table.
    #[default]
    Rounded,
    /// Divided by 2/√π = 1.12837…: d2 for two values.
    Exact,
    /// Three standard deviations are 2.66 average moving ranges.
    Limit266,
    /// Divided by this number.
    Divisor(f64),
}

impl RangeScale {
    /// The divisor.
    pub fn divisor(self) -> f64 {
        match self {
            Self::Rounded => 1.128,
            Self::Exact => std::f64::consts::FRAC_2_SQRT_PI,
            Self::Limit266 => 3.0 / 2.66,
            Self::Divisor(divisor) => divisor,
        }
    }
}

/// Whether limits end where the quantity does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Bounds {
    /// A share lies between 0 and 1, a count, a rate or a spread is at least 0; a measurement is
    /// free.
    #[default]
    Natural,
    /// As [`Bounds::Natural`], and a measurement is at least 0 too where no value is below.
    NotBelowZero,
    /// Limits are what the formula gives.
    Off,
}

/// The choices in which the tools differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Options {
    /// What the centre line is.
    pub centre: Centre,
    /// How moving ranges are averaged.
    pub average: Average,
    /// Whether wild moving ranges are left out.
    pub screening: Screening,
    /// How their average becomes a standard deviation.
    pub scale: RangeScale,
    /// Whether limits end where the quantity does.
    pub bounds: Bounds,
    /// What a series without any variation has for limits.
    pub no_variation: NoVariation,
}

impl Default for Options {
    /// Baton's choices: screening, 1.128, natural bounds, and limits on the centre line where
    /// nothing varies.
    fn default() -> Self {
        Self {
            centre: Centre::Mean,
            average: Average::Mean,
            screening: Screening::ON,
            scale: RangeScale::Rounded,
            bounds: Bounds::Natural,
            no_variation: NoVariation::Zero,
        }
    }
}

impl Options {
    /// The choices of qicharts2 0.8 (Anhøj).
    pub fn qicharts2() -> Self {
        Self { no_variation: NoVariation::Undefined, ..Self::default() }
    }

    /// The choices of NHSRplotthedots 0.2: 2.66 mean moving ranges.
    pub fn nhsrplotthedots() -> Self {
        Self { scale: RangeScale::Limit266, ..Self::qicharts2() }
    }

    /// The choices of autospc 0.0.0.9051.
    pub fn autospc() -> Self {
        Self::qicharts2()
    }
}

/// A lower and an upper line. `None` where there is none.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Band {
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
    /// deviations (p′, u′, c′), or of the transformed times (t).
    pub ranges: Option<RangeAverage>,
    /// Laney's σz: how much wider the data spread than the binomial or Poisson distribution says.
    pub sigma_z: Option<f64>,
}

/// The lines of one chart in one phase; every list has one entry a point.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Limits {
    /// What is drawn: the value, or numerator over denominator.
    pub values: Vec<Option<f64>>,
    /// The centre line.
    pub centre: Vec<Option<f64>>,
    /// The standard deviation of the plotted value, in its unit. `None` where limits are not
    /// symmetrical about a centre (t), too.
    pub sigma: Vec<Option<f64>>,
    /// One, two and three standard deviations.
    pub bands: [Band; 3],
    /// What they were computed from.
    pub basis: Basis,
}

impl Limits {
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

    /// Lines at centre ± k σ, no further out than from `least` to `most`.
    pub(crate) fn symmetric(
        values: Vec<Option<f64>>,
        centre: Vec<Option<f64>>,
        sigma: Vec<Option<f64>>,
        (least, most): (f64, f64),
        basis: Basis,
    ) -> Self {
        let band = |k: f64| {
            let line = |k: f64| {
                let at = |(centre, sigma): (&Option<f64>, &Option<f64>)| {
                    finite((*centre)? + k * (*sigma)?).map(|line| line.max(least).min(most))
                };
                centre.iter().zip(&sigma).map(at).collect()
            };
            Band { lower: line(-k), upper: line(k) }
        };
        let bands = [band(1.0), band(2.0), band(3.0)];
        Self { values, centre, sigma, bands, basis }
    }
}

/// The number, if it is one.
pub(crate) fn finite(number: f64) -> Option<f64> {
    number.is_finite().then_some(number + 0.0)
}

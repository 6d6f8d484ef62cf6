use crate::screening::{Average, NoVariation, Screening};

/// What the centre line is.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Centre {
    /// The mean of the points used: weighted by the denominators on charts of attributes and I′.
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
    /// A share lies between 0 and 1; a count, a rate or a spread is at least 0; a measurement is
    /// free.
    #[default]
    Natural,
    /// As [`Bounds::Natural`], and a measurement is at least 0 too where no value is below.
    NotBelowZero,
    /// Limits are what the formula gives. A moving range then has no lower limit.
    Off,
}

impl Bounds {
    /// The bounds of a share.
    pub(crate) fn share(self) -> (f64, f64) {
        if self == Self::Off { FREE } else { (0.0, 1.0) }
    }

    /// The bounds of a count, a rate or a spread.
    pub(crate) fn amount(self) -> (f64, f64) {
        if self == Self::Off { FREE } else { (0.0, f64::INFINITY) }
    }

    /// The bounds of a measurement with these values.
    pub(crate) fn measurement(self, values: &[Option<f64>]) -> (f64, f64) {
        let zero = self == Self::NotBelowZero && values.iter().flatten().all(|value| *value >= 0.0);
        if zero { (0.0, f64::INFINITY) } else { FREE }
    }
}

const FREE: (f64, f64) = (f64::NEG_INFINITY, f64::INFINITY);

/// What events with an exposure of exactly zero are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ZeroDenominator {
    /// A gap: neither value nor limits, counted nowhere.
    #[default]
    Gap,
    /// A value above every number. It is drawn as a gap, but counts in a median, makes a plain mean
    /// infinite (so that there is no centre line), and its events count in Σy / Σn.
    Unbounded,
}

/// What the moving range chart does with an excluded point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Excluded {
    /// It is passed over: its neighbours make a moving range.
    #[default]
    PassedOver,
    /// It makes moving ranges; only the one that ends in it is left out of the mean.
    MakesRanges,
}

/// How the cases between two rare events are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Geometric {
    /// Cases without the event, from 0: σ = √(μ (μ + 1)); the line is drawn at the median, since
    /// half the points should lie on either side.
    #[default]
    Failures,
    /// Cases up to and including the event, from 1: σ = √(μ (μ − 1)), the line at the mean, no
    /// limits.
    Trials,
}

/// What a time between events of zero is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Times {
    /// Refused: record the time of day, or use the g chart.
    #[default]
    AboveZero,
    /// Taken as it is.
    ZeroAllowed,
}

/// How the spread inside subgroups is estimated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Within {
    /// The mean of s if all subgroups used are of one size, the pooled s otherwise; divided by c4 of
    /// each subgroup's size.
    #[default]
    MeanOrPooled,
    /// The pooled s, √(Σ(n − 1)s² / Σ(n − 1)), divided by c4 of each subgroup's size.
    Pooled,
    /// The mean of W / d2 (x̄ and R charts; with more than 25 values in a subgroup the pooled s
    /// divided by c4 of Σ(n − 1) + 1), or of s / c4 (s chart). Subgroups of one value are refused.
    Unbiased,
}

/// The constants that the ranges of subgroups are divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum RangeConstants {
    /// d2 and d3 to all digits.
    #[default]
    Exact,
    /// d2 to three places for up to 25 values, as tables print it, and the d3 that qcc 3.0 has for up to 50, which is
    /// too large by some units of the sixth place for few values and of the fourth for many.
    Printed,
}

/// How many degrees of freedom a pooled standard deviation has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Degrees {
    /// Σ(n − 1) over the subgroups that have values.
    #[default]
    OfValues,
    /// Σn − k, the k subgroups counted whether or not they have values.
    LessSubgroups,
}

/// The choices in which the tools differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimitOptions {
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
    /// What events without exposure are.
    pub zero_denominator: ZeroDenominator,
    /// What the moving range chart does with an excluded point.
    pub excluded: Excluded,
    /// How the cases between rare events are counted.
    pub geometric: Geometric,
    /// What a time between events of zero is.
    pub times: Times,
    /// How the spread inside subgroups is estimated.
    pub within: Within,
    /// The degrees of freedom of a pooled standard deviation.
    pub degrees: Degrees,
    /// The constants that the ranges of subgroups are divided by.
    pub range_constants: RangeConstants,
}

impl Default for LimitOptions {
    /// Baton's choices: screening, 1.128, natural bounds, and limits on the centre line where
    /// nothing varies.
    fn default() -> Self {
        Self {
            centre: Centre::default(),
            average: Average::default(),
            screening: Screening::ON,
            scale: RangeScale::default(),
            bounds: Bounds::default(),
            no_variation: NoVariation::default(),
            zero_denominator: ZeroDenominator::default(),
            excluded: Excluded::default(),
            geometric: Geometric::default(),
            times: Times::default(),
            within: Within::default(),
            degrees: Degrees::default(),
            range_constants: RangeConstants::default(),
        }
    }
}

impl LimitOptions {
    /// The choices of qicharts2 0.8: no limits where nothing varies, and events without exposure
    /// counted.
    pub fn qicharts2() -> Self {
        Self {
            no_variation: NoVariation::Undefined,
            zero_denominator: ZeroDenominator::Unbounded,
            excluded: Excluded::MakesRanges,
            degrees: Degrees::LessSubgroups,
            ..Self::default()
        }
    }

    /// The choices of NHSRplotthedots 0.2: limits at 2.66 mean moving ranges.
    pub fn nhsrplotthedots() -> Self {
        Self { scale: RangeScale::Limit266, no_variation: NoVariation::Undefined, ..Self::default() }
    }

    /// The choices of autospc 0.0.0.9051: the bounds are those of the re-basing.
    pub fn autospc() -> Self {
        Self {
            screening: Screening::Repeated { multiple: 3.267, times: 1 },
            bounds: Bounds::Off,
            zero_denominator: ZeroDenominator::Unbounded,
            ..Self::default()
        }
    }

    /// The choices of PowerBI-SPC: always the pooled s, times of zero drawn. Its s chart has
    /// [`Bounds::Off`]; its chart on the median moving range has [`NoVariation::Zero`].
    pub fn powerbi_spc() -> Self {
        Self {
            no_variation: NoVariation::Undefined,
            times: Times::ZeroAllowed,
            within: Within::Pooled,
            ..Self::default()
        }
    }

    /// The choices of qcc 3.0: no screening, unbiased estimates and printed constants for subgroups,
    /// trials in the g chart.
    pub fn qcc() -> Self {
        Self {
            screening: Screening::Off,
            geometric: Geometric::Trials,
            within: Within::Unbiased,
            range_constants: RangeConstants::Printed,
            ..Self::default()
        }
    }

    /// The choices of pbcharts 0.1: no screening, no bounds.
    pub fn pbcharts() -> Self {
        Self {
            screening: Screening::Off,
            scale: RangeScale::Exact,
            bounds: Bounds::Off,
            zero_denominator: ZeroDenominator::Unbounded,
            ..Self::default()
        }
    }
}

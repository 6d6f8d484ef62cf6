//! Several values at one time: their aggregate, and the charts of subgroups.

use crate::average::{mean, median};
use crate::constants::{c4, c5, d2, d3};
use crate::limits::{
    self, Basis, Centre, ControlLimits, Degrees, LimitOptions, Phase, RangeConstants, Refusal, Within, finite,
};

/// The largest subgroup for which [`Within::Unbiased`] estimates the spread by ranges.
const MOST_FOR_RANGES: usize = 25;

/// How several values at one time become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Aggregate {
    /// Their mean.
    #[default]
    Mean,
    /// Their median.
    Median,
    /// Their sum.
    Sum,
    /// Their standard deviation, with n − 1; none for one value.
    StandardDeviation,
    /// The largest less the smallest.
    Range,
    /// The smallest.
    Least,
    /// The largest.
    Most,
    /// How many there are.
    Count,
}

/// One value for several. Those that are not finite are left out; `None` where none is left.
pub fn aggregate(values: &[f64], how: Aggregate) -> Option<f64> {
    let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    let least = || values.iter().copied().reduce(f64::min);
    let most = || values.iter().copied().reduce(f64::max);
    match how {
        Aggregate::Mean => mean(&values),
        Aggregate::Median => median(&values),
        Aggregate::Sum if values.is_empty() => None,
        Aggregate::Sum => finite(values.iter().sum()),
        Aggregate::StandardDeviation => standard_deviation(&values),
        Aggregate::Range => finite(most()? - least()?),
        Aggregate::Least => least(),
        Aggregate::Most => most(),
        Aggregate::Count => Some(values.len() as f64),
    }
}

/// √(Σ(x − x̄)² / (n − 1)) of finite values.
fn standard_deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    finite((squares / (values.len() - 1) as f64).sqrt())
}

/// The values of one time, as the charts want them.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Subgroup {
    /// How many values.
    pub size: usize,
    /// Their mean; none for no value.
    pub mean: Option<f64>,
    /// Their standard deviation; none for fewer than two values.
    pub s: Option<f64>,
    /// The largest less the smallest; none for fewer than two values.
    pub range: Option<f64>,
}

impl Subgroup {
    /// The subgroup of these values. Those that are not finite are left out.
    pub fn of(values: &[f64]) -> Self {
        let values: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        Self {
            size: values.len(),
            mean: mean(&values),
            s: standard_deviation(&values),
            range: if values.len() < 2 { None } else { aggregate(&values, Aggregate::Range) },
        }
    }
}

/// The subgroups of one phase, in order of time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subgroups<'a> {
    /// The subgroups.
    pub groups: &'a [Subgroup],
    /// Whether each takes part in the calculation; none where all do.
    pub used: Option<&'a [bool]>,
    /// How many subgroups at the beginning the lines are computed from; none where all are.
    pub baseline: Option<usize>,
}

impl<'a> Subgroups<'a> {
    /// Subgroups that all take part.
    pub fn new(groups: &'a [Subgroup]) -> Self {
        Self { groups, ..Self::default() }
    }

    fn used(&self) -> impl Iterator<Item = &'a Subgroup> {
        let (used, baseline) = (self.used, self.baseline.unwrap_or(usize::MAX));
        let is_used = move |i: usize| i < baseline && used.is_none_or(|used| used.get(i) != Some(&false));
        self.groups.iter().enumerate().filter(move |(i, _)| is_used(*i)).map(|(_, group)| group)
    }

    /// The mean of a statistic, each subgroup with the weight of its size.
    fn weighted(&self, statistic: fn(&Subgroup) -> Option<f64>) -> Option<f64> {
        let values = self.used().filter_map(|group| Some((group.size as f64, statistic(group)?)));
        let (n, sum) = values.fold((0.0, 0.0), |(n, sum), (size, value)| (n + size, sum + size * value));
        finite(sum / n)
    }

    fn plain(&self, statistic: impl Fn(&Subgroup) -> Option<f64>) -> Option<f64> {
        mean(&self.used().filter_map(statistic).collect::<Vec<_>>())
    }

    /// √(Σ(n − 1)s² / f), and f, the degrees of freedom.
    fn pooled(&self, degrees: Degrees) -> Option<(f64, usize)> {
        let squares: f64 =
            self.used().filter_map(|group| Some(group.size.saturating_sub(1) as f64 * group.s? * group.s?)).sum();
        let freedom = self.used().map(|group| group.size.saturating_sub(1)).fold(0, usize::saturating_add);
        let freedom = match degrees {
            Degrees::OfValues => freedom,
            Degrees::LessSubgroups => freedom.saturating_sub(self.used().filter(|group| group.size == 0).count()),
        };
        Some((finite((squares / freedom as f64).sqrt())?, freedom))
    }

    /// s̄: the mean where all sizes are the same, pooled otherwise.
    fn mean_or_pooled(&self, degrees: Degrees) -> Option<f64> {
        let mut sizes = self.used().map(|group| group.size);
        let first = sizes.next()?;
        if sizes.all(|size| size == first) { self.plain(|group| group.s) } else { Some(self.pooled(degrees)?.0) }
    }

    fn check(&self, options: &LimitOptions) -> Result<(), Refusal> {
        if options.within == Within::Unbiased && self.groups.iter().any(|group| group.size < 2) {
            return Err(Refusal::SubgroupTooSmall);
        }
        Ok(())
    }

    /// The spread of the process from ranges.
    fn sigma_from_ranges(&self, options: &LimitOptions) -> Option<f64> {
        self.plain(|group| finite(group.range? / range_mean(group.size, options.range_constants)?))
    }

    fn lines(&self, statistic: fn(&Subgroup) -> Option<f64>) -> (Vec<Option<f64>>, usize) {
        let used = self.used().filter(|group| statistic(group).is_some()).count();
        (self.groups.iter().map(statistic).collect(), used)
    }
}

/// A chart of subgroups: [`xbar`], [`s`] or [`r`].
pub type SubgroupChart = fn(&Subgroups, &LimitOptions) -> Result<ControlLimits, Refusal>;

/// The chart of every phase, in order; see [`limits::by_phase`].
///
/// # Errors
///
/// As those of the chart: if one phase is refused, all are.
pub fn by_phase(
    chart: SubgroupChart,
    groups: &Subgroups,
    phases: &[Phase],
    options: &LimitOptions,
) -> Result<Vec<ControlLimits>, Refusal> {
    limits::spans(groups.groups.len(), phases)
        .into_iter()
        .map(|span| {
            let part = Subgroups {
                groups: limits::slice(groups.groups, span.first, span.end),
                used: groups.used.map(|used| limits::slice(used, span.first, span.end)),
                baseline: span.baseline,
            };
            chart(&part, options)
        })
        .collect()
}

/// The x̄ chart of the means of subgroups: x̿ ± k σ / √n.
///
/// x̿ is the mean of all values; how σ is found is [`LimitOptions::within`]. ControlLimits are missing where a
/// subgroup has fewer than two values. Unit: that of the values.
///
/// # Errors
///
/// [`Refusal::SubgroupTooSmall`] for fewer than two values with [`Within::Unbiased`].
///
/// Source: Montgomery, 7th edition, sections 6.2 and 6.3.
pub fn xbar(groups: &Subgroups, options: &LimitOptions) -> Result<ControlLimits, Refusal> {
    groups.check(options)?;
    let (values, used) = groups.lines(|group| group.mean);
    let (s, process_sigma) = match options.within {
        Within::MeanOrPooled => (groups.mean_or_pooled(options.degrees), None),
        Within::Pooled => (groups.pooled(options.degrees).map(|(s, _)| s), None),
        Within::Unbiased => {
            let large = groups.used().any(|group| group.size > MOST_FOR_RANGES);
            let pooled =
                || groups.pooled(options.degrees).and_then(|(s, freedom)| finite(s / c4(freedom.saturating_add(1))?));
            (None, if large { pooled() } else { groups.sigma_from_ranges(options) })
        }
    };
    let sigma = |group: &Subgroup| {
        let correction = c4(group.size)?;
        let process = process_sigma.or_else(|| finite(s? / correction))?;
        finite(process / (group.size as f64).sqrt())
    };
    let centre = centre(groups, |group| group.mean, options);
    let sigma: Vec<Option<f64>> = groups.groups.iter().map(sigma).collect();
    let within = options.bounds.measurement(&values);
    let basis = Basis { used, process_sigma, ..Basis::default() };
    let len = values.len();
    Ok(ControlLimits::symmetric(values, vec![centre; len], sigma, within, basis))
}

/// The s chart of the standard deviations of subgroups: s̄ ± k s̄ c5 / c4.
///
/// s̄ is that of [`LimitOptions::within`]; with [`Within::Unbiased`] the line is the mean of s weighted by
/// size and its standard deviation σ c5. Unit: that of the values.
///
/// # Errors
///
/// As [`xbar`].
///
/// Source: Montgomery, 7th edition, section 6.3.
pub fn s(groups: &Subgroups, options: &LimitOptions) -> Result<ControlLimits, Refusal> {
    groups.check(options)?;
    let (values, used) = groups.lines(|group| group.s);
    let (mean, process_sigma) = match options.within {
        Within::MeanOrPooled => (groups.mean_or_pooled(options.degrees), None),
        Within::Pooled => (groups.pooled(options.degrees).map(|(s, _)| s), None),
        Within::Unbiased => {
            (groups.weighted(|group| group.s), groups.plain(|group| finite(group.s? / c4(group.size)?)))
        }
    };
    let centre = match options.centre {
        Centre::Given(given) => finite(given),
        _ => mean,
    };
    let sigma = |group: &Subgroup| {
        let (c4, c5) = (c4(group.size)?, c5(group.size)?);
        finite(process_sigma.or_else(|| finite(centre? / c4))? * c5)
    };
    let sigma: Vec<Option<f64>> = groups.groups.iter().map(sigma).collect();
    let within = options.bounds.amount();
    let basis = Basis { used, process_sigma, ..Basis::default() };
    let len = values.len();
    Ok(ControlLimits::symmetric(values, vec![centre; len], sigma, within, basis))
}

/// The R chart of the ranges of subgroups: R̄ ± k σ d3, σ the mean of R / d2.
///
/// R̄ is weighted by size. Unit: that of the values.
///
/// # Errors
///
/// [`Refusal::SubgroupTooLarge`] for more values than [`d3`] is known for; otherwise as [`xbar`].
///
/// Source: Montgomery, 7th edition, section 6.2.
pub fn r(groups: &Subgroups, options: &LimitOptions) -> Result<ControlLimits, Refusal> {
    groups.check(options)?;
    if groups.groups.iter().any(|group| group.size > crate::constants::MOST_FOR_RANGE) {
        return Err(Refusal::SubgroupTooLarge);
    }
    let (values, used) = groups.lines(|group| group.range);
    let centre = centre(groups, |group| group.range, options);
    let process_sigma = groups.sigma_from_ranges(options);
    let sigma = |group: &Subgroup| finite(process_sigma? * range_deviation(group.size, options.range_constants)?);
    let sigma: Vec<Option<f64>> = groups.groups.iter().map(sigma).collect();
    let basis = Basis { used, process_sigma, ..Basis::default() };
    let len = values.len();
    Ok(ControlLimits::symmetric(values, vec![centre; len], sigma, options.bounds.amount(), basis))
}

/// The centre line: the mean weighted by size, the median of the subgroups, or given.
fn centre(groups: &Subgroups, statistic: fn(&Subgroup) -> Option<f64>, options: &LimitOptions) -> Option<f64> {
    match options.centre {
        Centre::Mean => groups.weighted(statistic),
        Centre::Median => median(&groups.used().filter_map(statistic).collect::<Vec<_>>()),
        Centre::Given(given) => finite(given),
    }
}

fn range_mean(size: usize, constants: RangeConstants) -> Option<f64> {
    match constants {
        RangeConstants::Exact => d2(size),
        RangeConstants::Printed if size > MOST_FOR_RANGES => None,
        RangeConstants::Printed => Some((d2(size)? * 1000.0).round() / 1000.0),
    }
}

fn range_deviation(size: usize, constants: RangeConstants) -> Option<f64> {
    /// For 2 to 50 values; see [`RangeConstants::Printed`].
    const PRINTED: [f64; 49] = [
        0.852_503_3,
        0.888_369_7,
        0.879_810_8,
        0.864_085_5,
        0.848_044_2,
        0.833_210_8,
        0.819_837_8,
        0.807_841_3,
        0.797_058_4,
        0.787_323_0,
        0.778_487_3,
        0.770_425_7,
        0.763_033_0,
        0.756_221_7,
        0.749_918_8,
        0.744_062_7,
        0.738_602_1,
        0.733_492_9,
        0.728_698_0,
        0.724_185_1,
        0.719_926_7,
        0.715_898_7,
        0.712_080_2,
        0.708_452_8,
        0.705_000_4,
        0.701_708_6,
        0.698_564_8,
        0.695_557_6,
        0.692_677_0,
        0.689_913_7,
        0.687_259_6,
        0.684_707_4,
        0.682_250_2,
        0.679_882_1,
        0.677_597_3,
        0.675_391_0,
        0.673_258_4,
        0.671_195_2,
        0.669_197_6,
        0.667_261_9,
        0.665_384_8,
        0.663_563_2,
        0.661_794_3,
        0.660_075_4,
        0.658_404_1,
        0.656_778_0,
        0.655_195_0,
        0.653_653_2,
        0.652_150_6,
    ];
    match constants {
        RangeConstants::Printed => PRINTED.get(size.checked_sub(2)?).copied(),
        RangeConstants::Exact => d3(size),
    }
}

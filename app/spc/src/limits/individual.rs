use super::{Basis, Bounds, Centre, ControlLimits, Data, Excluded, LimitOptions, SigmaLines, ZeroDenominator, finite};
use crate::average::{mean, median};
use crate::screening::{self, RangeAverage, distance};

/// The upper limit of a moving range in mean moving ranges, D4 for two values to three places.
const RANGE_UPPER: f64 = 3.267;

/// The run chart: the median of the points used, and no limits.
///
/// With denominators the values are plain quotients. [`LimitOptions::centre`] matters only where it is
/// [`Centre::Given`]. Unit: that of the values.
///
/// Source: Perla RJ, Provost LP, Murray SK (2011), "The run chart", BMJ Quality & Safety 20(1).
pub fn run(data: &Data, options: &LimitOptions) -> ControlLimits {
    let centre = match options.centre {
        Centre::Given(_) => options.centre,
        _ => Centre::Median,
    };
    let values = data.ratios();
    let (centre, basis) = plain_centre(data, &values, &LimitOptions { centre, ..*options });
    let none = vec![None; data.len()];
    ControlLimits::symmetric(values, vec![centre; data.len()], none, (f64::NEG_INFINITY, f64::INFINITY), basis)
}

/// The X chart of individual values (XmR, I chart): centre ± k σ, σ = average moving range / d2.
///
/// The centre is the mean, or the median ([`Centre::Median`]). With denominators the values are
/// plain quotients, each with the same weight. Unit: that of the values.
///
/// Source: Shewhart WA (1931), "Economic control of quality of manufactured product"; Wheeler DJ
/// (1993), "Understanding variation"; Montgomery, 7th edition, section 6.4.
pub fn xmr(data: &Data, options: &LimitOptions) -> ControlLimits {
    let values = data.ratios();
    let (centre, mut basis) = plain_centre(data, &values, options);
    let ranges = ranges(data, &values, options);
    let sigma = sigma(&ranges, options);
    basis.ranges = Some(ranges);
    basis.process_sigma = sigma;
    let within = options.bounds.measurement(&values);
    ControlLimits::symmetric(values, vec![centre; data.len()], vec![sigma; data.len()], within, basis)
}

/// The moving range chart (mR): mean moving range, with an upper limit of 3.267 times that.
///
/// Each value is the distance to the point before; the first of a phase has none. Nothing is
/// screened. The lower limit is 0, or none with [`Bounds::Off`]. Unit: that of the values.
///
/// Source: as [`xmr`].
pub fn moving_range(data: &Data, options: &LimitOptions) -> ControlLimits {
    let ratios = data.ratios();
    let unbounded = |i: usize| options.zero_denominator == ZeroDenominator::Unbounded && data.is_unbounded(i);
    let mut values = vec![None; data.len()];
    let mut before: Option<usize> = None;
    let mut infinite = false;
    for i in 0..data.len() {
        if options.excluded == Excluded::PassedOver && data.is_excluded(i) {
            continue;
        }
        if let Some(before) = before.replace(i) {
            values[i] = ratios[before].zip(ratios[i]).map(|(a, b)| distance(a, b));
            let to_infinity = (unbounded(before) && ratios[i].is_some()) || (ratios[before].is_some() && unbounded(i));
            infinite |= to_infinity && data.is_used(i);
        }
    }
    let used: Vec<f64> = data.places().filter_map(|i| values[i]).collect();
    let centre_unbounded = infinite && !matches!(options.centre, Centre::Given(_));
    let centre = if centre_unbounded { None } else { centre(&used, options) };
    let same = |line: Option<f64>| vec![line; data.len()];
    let lower = same((options.bounds != Bounds::Off).then_some(0.0));
    let bands = [1.0, 2.0, 3.0]
        .map(|k| SigmaLines { lower: lower.clone(), upper: same(multiple(centre, RANGE_UPPER * k / 3.0)) });
    ControlLimits {
        centre: same(centre),
        sigma: same(multiple(centre, (RANGE_UPPER - 1.0) / 3.0)),
        values,
        bands,
        basis: Basis { used: used.len(), centre_unbounded, ..Basis::default() },
    }
}

/// So many times a mean range. A negative one, given by hand, has no lines.
pub(super) fn multiple(centre: Option<f64>, by: f64) -> Option<f64> {
    finite(centre.filter(|centre| *centre >= 0.0)? * by)
}

/// The centre line of values of equal weight, with what it is made of.
fn plain_centre(data: &Data, values: &[Option<f64>], options: &LimitOptions) -> (Option<f64>, Basis) {
    let mut used: Vec<f64> = data.places().filter_map(|i| values[i]).collect();
    let mut basis = Basis { used: used.len(), ..Basis::default() };
    let unbounded = match options.zero_denominator {
        ZeroDenominator::Gap => 0,
        ZeroDenominator::Unbounded => data.places().filter(|i| data.is_unbounded(*i)).count(),
    };
    let centre = match options.centre {
        Centre::Given(_) => centre(&used, options),
        _ if unbounded == 0 => centre(&used, options),
        Centre::Mean => None,
        Centre::Median => {
            used.sort_by(f64::total_cmp);
            let total = used.len() + unbounded;
            let (low, high) = (used.get((total - 1) / 2), used.get(total / 2));
            low.zip(high).and_then(|(low, high)| median(&[*low, *high]))
        }
    };
    basis.centre_unbounded = centre.is_none() && unbounded > 0;
    (centre, basis)
}

/// The centre line of values of equal weight.
pub(super) fn centre(used: &[f64], options: &LimitOptions) -> Option<f64> {
    match options.centre {
        Centre::Mean => mean(used),
        Centre::Median => median(used),
        Centre::Given(centre) => finite(centre),
    }
}

/// The average of the moving ranges of the points used.
pub(super) fn ranges(data: &Data, values: &[Option<f64>], options: &LimitOptions) -> RangeAverage {
    let ranges = screening::moving_ranges(data.places().map(|i| values.get(i).copied().flatten()));
    screening::average(&ranges, options.average, options.screening, options.no_variation)
}

/// The standard deviation that an average moving range stands for.
pub(super) fn sigma(ranges: &RangeAverage, options: &LimitOptions) -> Option<f64> {
    finite(ranges.average? / options.scale.divisor())
}

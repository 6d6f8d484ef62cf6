use super::{Basis, Bounds, Centre, Data, Limits, Options, finite};
use crate::chart::median;
use crate::screening::{self, RangeAverage, mean};

/// The X chart of individual values (XmR, I chart): centre ± k σ, σ = average moving range / d2.
///
/// The centre is the mean, or the median ([`Centre::Median`]). With denominators the values are
/// plain quotients, each with the same weight. Unit: that of the values.
///
/// Source: Shewhart WA (1931); Wheeler DJ (1993), "Understanding variation"; Montgomery DC,
/// "Introduction to statistical quality control", 7th edition, section 6.4.
pub fn xmr(data: &Data, options: &Options) -> Limits {
    let values = data.ratios();
    let used: Vec<f64> = data.places().filter_map(|i| values[i]).collect();
    let centre = centre(&used, options);
    let ranges = ranges(data, &values, options);
    let sigma = sigma(&ranges, options);
    let least = if options.bounds == Bounds::NotBelowZero && values.iter().flatten().all(|value| *value >= 0.0) {
        0.0
    } else {
        f64::NEG_INFINITY
    };
    let basis = Basis { used: used.len(), ranges: Some(ranges), ..Basis::default() };
    let len = data.len();
    Limits::symmetric(values, vec![centre; len], vec![sigma; len], (least, f64::INFINITY), basis)
}

/// The centre line of values of equal weight.
pub(super) fn centre(used: &[f64], options: &Options) -> Option<f64> {
    match options.centre {
        Centre::Mean => mean(used),
        Centre::Median => median(used),
        Centre::Given(centre) => finite(centre),
    }
}

/// The average of the moving ranges of the points used.
pub(super) fn ranges(data: &Data, values: &[Option<f64>], options: &Options) -> RangeAverage {
    let ranges = screening::moving_ranges(data.places().map(|i| values.get(i).copied().flatten()));
    screening::average(&ranges, options.average, options.screening, options.no_variation)
}

/// The standard deviation that an average moving range stands for.
pub(super) fn sigma(ranges: &RangeAverage, options: &Options) -> Option<f64> {
    finite(ranges.average? / options.scale.divisor())
}

use super::individual::{centre, xmr};
use super::{Basis, Centre, ControlLimits, Data, Geometric, LimitOptions, Refusal, Times, finite};
use crate::average::{mean, median};

/// The power that makes times between events nearly normal.
pub const TIME_POWER: f64 = 3.6;

/// A mean of the geometric distribution times this is about its median: ln 2 to three places.
const MEDIAN_OF_MEAN: f64 = 0.693;

/// The g chart of the cases between rare events: μ ± k √(μ (μ + 1)), drawn about the median.
///
/// μ is the mean of the points used, or given; a given one is drawn at 0.693 μ, where the median
/// would be. See [`Geometric`] for the other way to count. Unit: cases.
///
/// Source: Benneyan JC (2001), "Number-between g-type statistical quality control charts for
/// monitoring adverse events", Health Care Management Science 4; the line at the median: Provost
/// LP, Murray SK (2011), "The health care data guide".
pub fn g(data: &Data, options: &LimitOptions) -> ControlLimits {
    let values: Vec<Option<f64>> = (0..data.len()).map(|i| data.value(i)).collect();
    let used: Vec<f64> = data.places().filter_map(|i| values[i]).collect();
    let given = match options.centre {
        Centre::Given(given) => finite(given),
        _ => None,
    };
    let mean = given.or_else(|| mean(&used));
    let basis = |sigma| Basis { used: used.len(), process_sigma: sigma, ..Basis::default() };
    let len = data.len();
    match options.geometric {
        Geometric::Failures => {
            let sigma = mean.and_then(|mean| finite((mean * (mean + 1.0)).sqrt()));
            let within = options.bounds.amount();
            let about_mean = ControlLimits::symmetric(values, vec![mean; len], vec![sigma; len], within, basis(sigma));
            let drawn = given.map_or_else(|| median(&used), |given| finite(MEDIAN_OF_MEAN * given));
            ControlLimits { centre: vec![drawn; len], ..about_mean }
        }
        Geometric::Trials => {
            let sigma = mean.and_then(|mean| finite((1.0 - 1.0 / mean).sqrt() * mean));
            let free = (f64::NEG_INFINITY, f64::INFINITY);
            let line = vec![centre(&used, options); len];
            let limits = ControlLimits::symmetric(values, line, vec![None; len], free, basis(sigma));
            ControlLimits { sigma: vec![sigma; len], ..limits }
        }
    }
}

/// The t chart of the times between rare events: the [X chart](xmr) of the times to the power of
/// 1/3.6, raised to the power of 3.6 again.
///
/// The lower limit is 0 where the transformed one is below. A centre given by hand is in the unit of
/// the times. Unit: that of the times.
///
/// # Errors
///
/// [`Refusal::TimeNotPositive`] for a time below zero, and for one of zero unless the options allow
/// it: two events on one day need their time of day.
///
/// Source: Nelson LS (1994), "A control chart for parts-per-million nonconforming items", Journal of
/// Quality Technology 26(3).
pub fn t(data: &Data, options: &LimitOptions) -> Result<ControlLimits, Refusal> {
    let values: Vec<Option<f64>> = (0..data.len()).map(|i| data.value(i)).collect();
    let possible = |time: f64| match options.times {
        Times::AboveZero => time > 0.0,
        Times::ZeroAllowed => time >= 0.0,
    };
    if !values.iter().flatten().all(|time| possible(*time)) {
        return Err(Refusal::TimeNotPositive);
    }
    let transformed: Vec<Option<f64>> =
        values.iter().map(|time| time.map(|time| time.powf(1.0 / TIME_POWER))).collect();
    let centre = match options.centre {
        Centre::Given(given) => Centre::Given(given.max(0.0).powf(1.0 / TIME_POWER)),
        other => other,
    };
    let limits = xmr(&Data { values: &transformed, denominators: None, ..*data }, &LimitOptions { centre, ..*options });
    let back = |line: &[Option<f64>]| {
        line.iter().map(|at| at.and_then(|at| finite(at.max(0.0).powf(TIME_POWER)))).collect::<Vec<_>>()
    };
    let bands = limits.bands.map(|band| super::SigmaLines { lower: back(&band.lower), upper: back(&band.upper) });
    Ok(ControlLimits {
        centre: back(&limits.centre),
        values,
        sigma: vec![None; data.len()],
        bands,
        basis: limits.basis,
    })
}

//! The funnel plot: many units at one time, each against limits for its size.
//!
//! Source: Spiegelhalter DJ (2005), "Funnel plots for comparing institutional performance",
//! Statistics in Medicine 24(8): 1185–1202.

use crate::average::mean;
use crate::distribution::{Counts, normal_quantile};
use crate::limits::finite;

/// Above this variance of the count, exact limits are taken from the normal distribution: they no
/// longer differ in the picture, and would take long to add up.
const NORMAL_FROM: f64 = 1e9;

/// What the units are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Events out of a whole number of trials, as a share from 0 to 1.
    Proportion,
    /// Events over the number expected (or an exposure, as a rate for one unit of it).
    Ratio,
}

/// How limits are computed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Method {
    /// From the binomial or Poisson distribution, interpolated between whole counts.
    Exact,
    /// From the normal distribution, with the variance times `overdispersion` (1 for none).
    Normal {
        /// How much larger the variance is than chance explains; see [`overdispersion`].
        overdispersion: f64,
    },
}

/// The overall level: Σ events / Σ sizes, over the units that have both.
///
/// A size that is not finite or not above zero leaves its unit out.
pub fn target(events: &[Option<f64>], sizes: &[Option<f64>]) -> Option<f64> {
    let both = events.iter().zip(sizes).filter_map(|(events, size)| (*events).zip(usable(*size)));
    let both = both.filter(|(events, _)| events.is_finite());
    let (y, n) = both.fold((0.0, 0.0), |(y, n), (events, size)| (y + events, n + size));
    finite(y / n)
}

/// The limit below which a unit of this size falls with probability `level` (0.001, 0.025, 0.975,
/// 0.999 for the usual four), if its true level is the target.
///
/// - exact: (r − α) / n, where r is the quantile of the count, F its distribution, and
///   α = (F(r) − level) / (F(r) − F(r − 1)); Spiegelhalter's appendix A.1;
/// - normal: θ + z √(φ V), V = θ (1 − θ) / n for a proportion and θ / n for a ratio.
///
/// At least 0, and at most 1 for a proportion. `None` for a size that is not above zero, a target
/// outside its range, a level not strictly between 0 and 1, and for exact limits of a proportion a
/// size that is not whole. Unit: that of the target.
pub fn limit(measure: Measure, method: Method, target: f64, size: f64, level: f64) -> Option<f64> {
    let size = usable(Some(size))?;
    let variance = variance(measure, target, size)?;
    let normal = |overdispersion: f64| finite(target + normal_quantile(level)? * (overdispersion * variance).sqrt());
    let line = match method {
        Method::Normal { overdispersion } => normal(overdispersion)?,
        // A target that leaves nothing to chance.
        Method::Exact if variance == 0.0 => normal(1.0)?,
        Method::Exact => {
            let counts = match measure {
                Measure::Proportion if size.fract() != 0.0 => return None,
                Measure::Proportion => Counts::Binomial { trials: size, chance: target },
                Measure::Ratio => Counts::Poisson { expected: finite(target * size)? },
            };
            if counts.variance() > NORMAL_FROM {
                normal(1.0)?
            } else {
                let at = counts.quantile(level)?;
                let alpha = if at.mass > 0.0 { (at.cumulative - level) / at.mass } else { 0.0 };
                finite((at.count - alpha) / size)?
            }
        }
    };
    let most = if measure == Measure::Proportion { 1.0 } else { f64::INFINITY };
    Some(line.max(0.0).min(most))
}

/// How many standard deviations a unit lies from the target: (y / n − θ) / √V.
///
/// `None` where it has no value, no usable size, or no variance.
pub fn z_score(measure: Measure, target: f64, events: Option<f64>, size: Option<f64>) -> Option<f64> {
    let (events, size) = (events.filter(|events| events.is_finite())?, usable(size)?);
    finite((events / size - target) / variance(measure, target, size)?.sqrt())
}

/// The over-dispersion φ: the mean of z², after the share `winsorised` of the z-scores at either end
/// is drawn in to the quantile there (0.1 is usual, 0 for none).
///
/// Quantiles are interpolated between order statistics (type 7 of Hyndman and Fan). `None` for no
/// scores or a share that is not from 0 to 0.5. Of k units with nothing but chance between them φ
/// is about 1, with a standard deviation of √(2 / k). A pure number.
pub fn overdispersion(z_scores: &[f64], winsorised: f64) -> Option<f64> {
    let mut sorted: Vec<f64> = z_scores.iter().copied().filter(|z| z.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    if !(0.0..=0.5).contains(&winsorised) {
        return None;
    }
    let (low, high) = (quantile(&sorted, winsorised)?, quantile(&sorted, 1.0 - winsorised)?);
    let squares: Vec<f64> = sorted.iter().map(|z| z.max(low).min(high).powi(2)).collect();
    mean(&squares)
}

fn quantile(sorted: &[f64], level: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * level;
    let (below, part) = (place.floor(), place.fract());
    let low = sorted.get(below as usize)?;
    let high = sorted.get(place.ceil() as usize)?;
    finite(low + part * (high - low))
}

fn usable(size: Option<f64>) -> Option<f64> {
    size.filter(|size| size.is_finite() && *size > 0.0)
}

fn variance(measure: Measure, target: f64, size: f64) -> Option<f64> {
    match measure {
        Measure::Proportion if (0.0..=1.0).contains(&target) => finite(target * (1.0 - target) / size),
        Measure::Ratio if target >= 0.0 => finite(target / size),
        _ => None,
    }
}

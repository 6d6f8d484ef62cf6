use super::attribute::weighted_mean;
use super::individual;
use super::{Basis, Bounds, Centre, ControlLimits, Data, LimitOptions, ZeroDenominator, finite};
use crate::average::median;
use crate::screening::{self, distance};

/// The upper limit of a moving S in mean moving S, B4 for two values to four places.
pub const MOVING_S_UPPER: f64 = 3.2665;

/// The normalised individuals chart, I′: x̄ ± k S̄ / √nᵢ.
///
/// xᵢ = yᵢ / nᵢ, x̄ = Σy / Σn, and S̄ is the average of the [moving S](moving_s). With denominators
/// that are all 1 it is the [X chart](super::xmr) at d2 = 2/√π. No bounds apply but
/// [`Bounds::NotBelowZero`]. Unit: that of the values over that of the denominators.
///
/// Source: Taylor WA (2017), "Normalized individuals (IN) control chart"; Anhøj J (2025).
pub fn i_prime(data: &Data, options: &LimitOptions) -> ControlLimits {
    let values = data.ratios();
    let used = data.places().filter(|i| values[*i].is_some()).count();
    let centre = match options.centre {
        Centre::Given(centre) => finite(centre),
        Centre::Median => median(&data.places().filter_map(|i| values[i]).collect::<Vec<_>>()),
        Centre::Mean => weighted_mean(data, ZeroDenominator::Gap),
    };
    let moving = moving(data, &values);
    let averaged: Vec<f64> = data.places().filter_map(|i| moving[i]).collect();
    let ranges = screening::average(&averaged, options.average, options.screening, options.no_variation);
    let sigma = (0..data.len()).map(|i| finite(ranges.average? / data.denominator(i)?.sqrt())).collect();
    let basis = Basis { used, ranges: Some(ranges), ..Basis::default() };
    let within = options.bounds.measurement(&values);
    ControlLimits::symmetric(values, vec![centre; data.len()], sigma, within, basis)
}

/// The moving S chart that goes with [`i_prime`]: the mean, and an upper limit of 3.2665 times that.
///
/// Sᵢ = √(π/2) |xᵢ − xᵢ₋₁| / √(1/nᵢ + 1/nᵢ₋₁), an estimate of the standard deviation of one unit of
/// the denominator. Nothing is screened. Points without a moving S have no limits; the lower limit
/// is 0, or none with [`Bounds::Off`].
///
/// Source: as [`i_prime`].
pub fn moving_s(data: &Data, options: &LimitOptions) -> ControlLimits {
    let values = moving(data, &data.ratios());
    let used: Vec<f64> = data.places().filter_map(|i| values[i]).collect();
    let centre = individual::centre(&used, options);
    let at = |line: Option<f64>| values.iter().map(|value| value.and(line)).collect::<Vec<_>>();
    let sigma = at(individual::multiple(centre, (MOVING_S_UPPER - 1.0) / 3.0));
    let lower = at((options.bounds != Bounds::Off).then_some(0.0));
    let upper = [1.0, 2.0, 3.0].map(|k| at(individual::multiple(centre, MOVING_S_UPPER * k / 3.0)));
    let bands = upper.map(|upper| super::SigmaLines { lower: lower.clone(), upper });
    let basis = Basis { used: used.len(), ..Basis::default() };
    ControlLimits { centre: vec![centre; data.len()], values, sigma, bands, basis }
}

/// The moving S of each point; an excluded one has none.
fn moving(data: &Data, values: &[Option<f64>]) -> Vec<Option<f64>> {
    let mut before: Option<usize> = None;
    let mut one = |i: usize| {
        if data.is_excluded(i) {
            return None;
        }
        let previous = before.replace(i)?;
        let distance = distance(values[previous]?, values[i]?);
        let width = (1.0 / data.denominator(previous)? + 1.0 / data.denominator(i)?).sqrt();
        finite(std::f64::consts::FRAC_PI_2.sqrt() * distance / width)
    };
    (0..data.len()).map(&mut one).collect()
}

use super::individual::{ranges, sigma};
use super::{Basis, Centre, ControlLimits, Data, LimitOptions, ZeroDenominator, finite};
use crate::average::median;

/// The distribution that says how far counts spread.
#[derive(Clone, Copy)]
enum Family {
    /// `n` trials with the same chance: variance c (1 − c) / n.
    Binomial,
    /// Events at the same rate over an exposure `n`: variance c / n.
    Poisson,
}

/// Whether the spread is what the distribution says.
#[derive(Clone, Copy, PartialEq)]
enum Dispersion {
    AsExpected,
    /// Laney's correction by the moving ranges of the standardised values.
    Measured,
}

/// The p chart of shares: p̄ ± k √(p̄ (1 − p̄) / nᵢ), p̄ = Σy / Σn.
///
/// Needs denominators (without any, each is 1). Unit: share from 0 to 1.
///
/// Source: Shewhart; Montgomery, 7th edition, section 7.2.
pub fn p(data: &Data, options: &LimitOptions) -> ControlLimits {
    chart(data, Family::Binomial, Dispersion::AsExpected, options)
}

/// The p′ chart: p̄ ± k σz √(p̄ (1 − p̄) / nᵢ).
///
/// σz is the standard deviation, by moving ranges, of zᵢ = (pᵢ − p̄) / √(p̄ (1 − p̄) / nᵢ). Unit:
/// share from 0 to 1.
///
/// Source: Laney DB (2002), "Improved control charts for attributes", Quality Engineering 14(4).
pub fn p_prime(data: &Data, options: &LimitOptions) -> ControlLimits {
    chart(data, Family::Binomial, Dispersion::Measured, options)
}

/// The u chart of rates: ū ± k √(ū / nᵢ), ū = Σy / Σn.
///
/// Unit: events for one unit of the denominator.
///
/// Source: Shewhart; Montgomery, 7th edition, section 7.3.
pub fn u(data: &Data, options: &LimitOptions) -> ControlLimits {
    chart(data, Family::Poisson, Dispersion::AsExpected, options)
}

/// The u′ chart: ū ± k σz √(ū / nᵢ); see [`p_prime`].
pub fn u_prime(data: &Data, options: &LimitOptions) -> ControlLimits {
    chart(data, Family::Poisson, Dispersion::Measured, options)
}

/// The c chart of counts: c̄ ± k √c̄. Denominators are not looked at. Unit: events.
///
/// Source: Shewhart; Montgomery, 7th edition, section 7.3.
pub fn c(data: &Data, options: &LimitOptions) -> ControlLimits {
    chart(&Data { denominators: None, ..*data }, Family::Poisson, Dispersion::AsExpected, options)
}

/// The c′ chart: c̄ ± k σz √c̄; see [`p_prime`].
pub fn c_prime(data: &Data, options: &LimitOptions) -> ControlLimits {
    chart(&Data { denominators: None, ..*data }, Family::Poisson, Dispersion::Measured, options)
}

fn chart(data: &Data, family: Family, dispersion: Dispersion, options: &LimitOptions) -> ControlLimits {
    let values = data.ratios();
    let used = data.places().filter(|i| values[*i].is_some()).count();
    let centre = centre(data, &values, options);
    let expected: Vec<Option<f64>> = (0..data.len()).map(|i| spread(family, centre?, data.denominator(i)?)).collect();
    let process_sigma = centre.and_then(|centre| spread(family, centre, 1.0));
    let mut basis = Basis { used, process_sigma, ..Basis::default() };
    let spreads = if dispersion == Dispersion::Measured {
        let standardised: Vec<Option<f64>> =
            values.iter().zip(&expected).map(|(value, spread)| finite(((*value)? - centre?) / (*spread)?)).collect();
        let ranges = ranges(data, &standardised, options);
        let sigma_z = sigma(&ranges, options);
        basis.ranges = Some(ranges);
        basis.sigma_z = sigma_z;
        expected.iter().map(|spread| finite((*spread)? * sigma_z?)).collect()
    } else {
        expected
    };
    let within = match family {
        Family::Binomial => options.bounds.share(),
        Family::Poisson => options.bounds.amount(),
    };
    ControlLimits::symmetric(values, vec![centre; data.len()], spreads, within, basis)
}

/// The centre line: Σy / Σn of the points used, unless it is their median or given.
fn centre(data: &Data, values: &[Option<f64>], options: &LimitOptions) -> Option<f64> {
    match options.centre {
        Centre::Given(centre) => finite(centre),
        Centre::Median => median(&data.places().filter_map(|i| values[i]).collect::<Vec<_>>()),
        Centre::Mean => weighted_mean(data, options.zero_denominator),
    }
}

/// Σy / Σn of the points used that have both.
pub(super) fn weighted_mean(data: &Data, zero: ZeroDenominator) -> Option<f64> {
    let both = |i: usize| match data.denominator(i) {
        Some(n) => Some((data.value(i)?, n)),
        None if zero == ZeroDenominator::Unbounded && data.is_unbounded(i) => Some((data.value(i)?, 0.0)),
        None => None,
    };
    let (y, n) = data.places().filter_map(both).fold((0.0, 0.0), |(y, n), (a, b)| (y + a, n + b));
    finite(y / n)
}

fn spread(family: Family, centre: f64, n: f64) -> Option<f64> {
    let variance = match family {
        Family::Binomial => centre * (1.0 - centre),
        Family::Poisson => centre,
    };
    finite((variance / n).sqrt())
}

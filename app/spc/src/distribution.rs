//! The normal, binomial and Poisson distributions, as far as funnel plots need them.

use std::f64::consts::{PI, TAU};

/// The normal quantile: the z with Φ(z) = level. `None` unless 0 < level < 1.
pub(crate) fn normal_quantile(level: f64) -> Option<f64> {
    if !(level > 0.0 && level < 1.0) {
        return None;
    }
    let tail = level.min(1.0 - level);
    // Abramowitz and Stegun, "Handbook of mathematical functions", 26.2.23: within 4.5e-4.
    let t = (-2.0 * tail.ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = t - numerator / denominator;
    // Halley's method triples the exact digits each time.
    for _ in 0..3 {
        let step = (tail - upper_tail(z)) / density(z);
        z -= step / (1.0 + z * step / 2.0);
    }
    Some(if level < 0.5 { -z } else { z })
}

fn density(z: f64) -> f64 {
    (-z * z / 2.0).exp() / TAU.sqrt()
}

/// 1 − Φ(z).
fn upper_tail(z: f64) -> f64 {
    const SERIES_TO: f64 = 3.0;
    if z.abs() <= SERIES_TO {
        // Φ(z) = 1/2 + φ(z) (z + z³/3 + z⁵/(3·5) + …)
        let (mut term, mut sum, mut k) = (z, z, 1.0);
        while term.abs() > 1e-18 * sum.abs() {
            k += 2.0;
            term *= z * z / k;
            sum += term;
        }
        return 0.5 - density(z) * sum;
    }
    // Laplace's continued fraction: φ(z) / (z + 1/(z + 2/(z + 3/(z + …)))).
    let far = z.abs();
    let fraction = (1..=120).rev().fold(far, |below, k| far + f64::from(k) / below);
    let tail = density(far) / fraction;
    if z > 0.0 { tail } else { 1.0 - tail }
}

/// A distribution of counts.
#[derive(Clone, Copy)]
pub(crate) enum Counts {
    /// Successes in a whole number of trials, each with the same chance above 0 and below 1.
    Binomial { trials: f64, chance: f64 },
    /// Events where a number above 0 is expected.
    Poisson { expected: f64 },
}

/// A quantile of counts with the distribution there.
pub(crate) struct Quantile {
    /// The smallest count r with P(X ≤ r) ≥ level.
    pub count: f64,
    /// P(X ≤ r).
    pub cumulative: f64,
    /// P(X = r).
    pub mass: f64,
}

impl Counts {
    fn mean(self) -> f64 {
        match self {
            Self::Binomial { trials, chance } => trials * chance,
            Self::Poisson { expected } => expected,
        }
    }

    pub(crate) fn variance(self) -> f64 {
        match self {
            Self::Binomial { trials, chance } => trials * chance * (1.0 - chance),
            Self::Poisson { expected } => expected,
        }
    }

    fn largest(self) -> f64 {
        match self {
            Self::Binomial { trials, .. } => trials,
            Self::Poisson { .. } => f64::INFINITY,
        }
    }

    /// P(X = count) for a whole count of at least 0.
    ///
    /// Loader C (2000), "Fast and accurate computation of binomial probabilities".
    fn mass(self, count: f64) -> f64 {
        match self {
            Self::Binomial { trials, chance } => {
                let (rest, other) = (trials - count, 1.0 - chance);
                if rest < 0.0 {
                    0.0
                } else if count == 0.0 {
                    (trials * (-chance).ln_1p()).exp()
                } else if rest == 0.0 {
                    (trials * chance.ln()).exp()
                } else {
                    let correction = stirling_error(trials) - stirling_error(count) - stirling_error(rest);
                    let deviance = deviance(count, trials * chance) + deviance(rest, trials * other);
                    (correction - deviance).exp() * (trials / (2.0 * PI * count * rest)).sqrt()
                }
            }
            Self::Poisson { expected } if count == 0.0 => (-expected).exp(),
            Self::Poisson { expected } => {
                (-stirling_error(count) - deviance(count, expected)).exp() / (2.0 * PI * count).sqrt()
            }
        }
    }

    /// P(X = count − 1) / P(X = count).
    fn ratio_below(self, count: f64) -> f64 {
        match self {
            Self::Binomial { trials, chance } => count * (1.0 - chance) / ((trials - count + 1.0) * chance),
            Self::Poisson { expected } => count / expected,
        }
    }

    /// P(X ≤ count): the masses from there downwards, until they no longer matter.
    fn cumulative(self, count: f64) -> f64 {
        let mean = self.mean();
        let (mut at, mut mass) = (count, self.mass(count));
        let mut sum = mass;
        while at > 0.0 && (at > mean || mass > 1e-18 * sum) {
            mass *= self.ratio_below(at);
            at -= 1.0;
            sum += mass;
        }
        sum.min(1.0)
    }

    /// The quantile; `None` unless 0 < level < 1.
    pub(crate) fn quantile(self, level: f64) -> Option<Quantile> {
        let about = self.mean() + normal_quantile(level)? * self.variance().sqrt();
        let mut count = about.floor().clamp(0.0, self.largest());
        let mut cumulative = self.cumulative(count);
        let mut mass = self.mass(count);
        while cumulative < level && count < self.largest() {
            count += 1.0;
            mass = self.mass(count);
            if mass == 0.0 && count > self.mean() {
                break;
            }
            cumulative += mass;
        }
        while count > 0.0 && cumulative - mass >= level {
            cumulative -= mass;
            count -= 1.0;
            mass = self.mass(count);
        }
        Some(Quantile { count, cumulative, mass })
    }
}

/// ln n! less Stirling's approximation of it.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        let factorial: f64 = (2..=n as u32).map(f64::from).product();
        return factorial.ln() - (n + 0.5) * n.ln() + n - 0.5 * TAU.ln();
    }
    let square = n * n;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - (1.0 / 1680.0 - 1.0 / (1188.0 * square)) / square) / square) / square)
        / n
}

/// x ln(x / m) + m − x, without loss of digits where x is close to m.
fn deviance(x: f64, m: f64) -> f64 {
    let difference = x - m;
    if difference.abs() < 0.1 * (x + m) {
        let v = difference / (x + m);
        let (mut sum, mut power, mut k) = (difference * v, 2.0 * x * v, 1.0);
        loop {
            power *= v * v;
            k += 2.0;
            let next = sum + power / k;
            if next == sum {
                return sum;
            }
            sum = next;
        }
    }
    x * (x / m).ln() + m - x
}

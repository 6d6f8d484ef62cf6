//! The two runs rules of Anhøj: an unusually long run, unusually few crossings.
//!
//! Source: Anhøj J, Olesen AV (2014), "Run charts revisited: a simulation study of run chart rules
//! for detection of non-random variation in health care processes", PLoS ONE 9(11): e113825; the
//! same limits as `qicharts2`.
//!
//! *Useful points* are those that are not exactly on the centre line (equality of doubles); the
//! others are skipped, and neither break a run nor count in it. A *run* is a stretch of useful
//! points on one side; a *crossing* is a change of side between two neighbouring useful points.
//! With n useful points there is a signal if
//!
//! - the longest run is longer than `round(log2(n)) + 3`, or
//! - there are fewer crossings than the 5 % quantile of the binomial distribution with n − 1 trials
//!   and probability ½.

use crate::side::Side;

/// From this many useful points on the rules are judged.
pub const MINIMUM_USEFUL: usize = 10;

/// The limits of both rules for a number of useful points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunLimits {
    /// A longer run is a signal.
    pub longest_run_max: usize,
    /// Fewer crossings are a signal.
    pub crossings_min: usize,
}

/// The limits for `useful` points; `None` for no points.
pub fn run_limits(useful: usize) -> Option<RunLimits> {
    (useful > 0).then(|| RunLimits {
        longest_run_max: rounded_log2(useful) + 3,
        crossings_min: binomial_half_quantile_5(useful - 1),
    })
}

/// `round(log2(n))` in whole numbers: log2 n rounds up where n² exceeds 2^(2k + 1).
fn rounded_log2(n: usize) -> usize {
    let floor = n.ilog2();
    let n = n as u128;
    floor as usize + usize::from(n * n > 1u128 << (2 * floor + 1))
}

/// The smallest k with P(X ≤ k) ≥ 0.05, X binomial(trials, ½).
///
/// Weights are taken relative to the largest, so nothing overflows, and those too small to matter
/// fall away: exact to about 1e-13 at any size.
fn binomial_half_quantile_5(trials: usize) -> usize {
    const NEGLIGIBLE: f64 = 1e-20;
    let middle = trials / 2;
    // weights[i] belongs to k = middle - i.
    let mut weights = Vec::new();
    let (mut k, mut weight) = (middle, 1.0_f64);
    while weight > NEGLIGIBLE {
        weights.push(weight);
        if k == 0 {
            break;
        }
        weight *= k as f64 / (trials - k + 1) as f64;
        k -= 1;
    }
    let lower: f64 = weights.iter().rev().sum();
    let total = if trials.is_multiple_of(2) { 2.0 * lower - 1.0 } else { 2.0 * lower };
    let mut sum = 0.0;
    for (i, weight) in weights.iter().enumerate().rev() {
        sum += weight;
        if sum >= 0.05 * total {
            return middle - i;
        }
    }
    middle
}

/// A stretch of useful points on one side of the centre line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Above or below.
    pub side: Side,
    /// The places of its points in the sequence given.
    pub places: Vec<usize>,
}

/// What the runs of a sequence are.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Runs {
    /// Points not on the centre line.
    pub useful: usize,
    /// The length of the longest run; 0 without useful points.
    pub longest_run: usize,
    /// How often the line changes side.
    pub crossings: usize,
    /// The limits for this many useful points; none without any.
    pub limits: Option<RunLimits>,
    /// Every run, in order.
    pub runs: Vec<Run>,
}

impl Runs {
    /// Whether the longest run is longer than its limit.
    pub fn long_run(&self) -> bool {
        self.limits.is_some_and(|limits| self.longest_run > limits.longest_run_max)
    }

    /// Whether there are fewer crossings than the limit.
    pub fn few_crossings(&self) -> bool {
        self.limits.is_some_and(|limits| self.crossings < limits.crossings_min)
    }

    /// Whether there are enough useful points for the rules to be judged.
    pub fn judged(&self) -> bool {
        self.useful >= MINIMUM_USEFUL
    }
}

/// The runs of a sequence about a centre line. `None` and NaN are passed over.
pub fn runs(values: impl IntoIterator<Item = Option<f64>>, centre: f64) -> Runs {
    let mut found = Runs::default();
    for (place, value) in values.into_iter().enumerate() {
        let side = match value.and_then(|value| value.partial_cmp(&centre)) {
            Some(std::cmp::Ordering::Greater) => Side::Above,
            Some(std::cmp::Ordering::Less) => Side::Below,
            _ => continue,
        };
        found.useful += 1;
        match found.runs.last_mut() {
            Some(run) if run.side == side => run.places.push(place),
            _ => found.runs.push(Run { side, places: vec![place] }),
        }
    }
    found.longest_run = found.runs.iter().map(|run| run.places.len()).max().unwrap_or(0);
    found.crossings = found.runs.len().saturating_sub(1);
    found.limits = run_limits(found.useful);
    found
}

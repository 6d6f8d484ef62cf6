//! How many runs about the centre line chance explains.

/// The number of runs that chance explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RunCountLimits {
    /// Fewer runs are a signal.
    pub fewest: usize,
    /// More runs are a signal.
    pub most: usize,
}

/// The number of runs that chance explains for `useful` points, those not on the centre line.
///
/// With n₁ = ⌊n/2⌋ of them on one side, n₂ = ⌈n/2⌉ on the other and every order equally likely, R
/// runs have the probabilities
///
/// - P(R = 2k) = 2 C(n₁−1, k−1) C(n₂−1, k−1) / C(n, n₁),
/// - P(R = 2k+1) = (C(n₁−1, k−1) C(n₂−1, k) + C(n₁−1, k) C(n₂−1, k−1)) / C(n, n₁),
///
/// and each limit leaves no more than 2.5 % outside. Source: Swed FS, Eisenhart C (1943), "Tables
/// for testing randomness of grouping in a sequence of alternatives", Annals of Mathematical
/// Statistics 14: 66–87. Perla, Provost and Murray (2011) print it as their Table 1; copies of that
/// table differ from it by one in places.
///
/// `None` for fewer than 2 points.
pub fn run_count_limits(useful: usize) -> Option<RunCountLimits> {
    if useful < 2 {
        return None;
    }
    let weights = weights(useful / 2, useful.div_ceil(2));
    let tail = 0.025 * weights.iter().sum::<f64>();
    // weights[i] belongs to i + 2 runs.
    let fewest = 2 + within(weights.iter(), tail);
    let most = 1 + weights.len() - within(weights.iter().rev(), tail);
    Some(RunCountLimits { fewest, most })
}

/// How many weights from the start together don't exceed the tail.
fn within<'a>(weights: impl Iterator<Item = &'a f64>, tail: f64) -> usize {
    let mut sum = 0.0;
    weights
        .take_while(|&weight| {
            sum += weight;
            sum <= tail
        })
        .count()
}

/// Weights in proportion to the probabilities of 2, 3, … n₁ + n₂ runs, with n₂ either n₁ or n₁ + 1.
fn weights(n1: usize, n2: usize) -> Vec<f64> {
    let (a, b) = (binomials(n1 - 1), binomials(n2 - 1));
    let at = |row: &[f64], k: usize| row.get(k).copied().unwrap_or(0.0);
    (2..=n1 + n2)
        .map(|runs| {
            let k = runs / 2;
            if runs % 2 == 0 {
                2.0 * at(&a, k - 1) * at(&b, k - 1)
            } else {
                at(&a, k - 1) * at(&b, k) + at(&a, k) * at(&b, k - 1)
            }
        })
        .collect()
}

/// C(n, 0), … C(n, n) in proportion, the largest being 1. Those too small for a double are 0.
fn binomials(n: usize) -> Vec<f64> {
    let middle = n / 2;
    let mut row = vec![1.0; n + 1];
    for k in middle..n {
        row[k + 1] = row[k] * (n - k) as f64 / (k + 1) as f64;
    }
    for k in (0..middle).rev() {
        row[k] = row[k + 1] * (k + 1) as f64 / (n - k) as f64;
    }
    row
}

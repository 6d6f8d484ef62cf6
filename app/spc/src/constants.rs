//! The constants of Shewhart charts for subgroups of n values.
//!
//! With the range W of n independent values from a normal distribution of standard deviation 1, and
//! s their standard deviation: d2 = E(W), d3 = sd(W), c4 = E(s), c5 = sd(s) = √(1 − c4²). The others
//! follow from these. Source: Montgomery DC, "Introduction to statistical quality control",
//! appendix VI, whose values are these rounded. All are pure numbers.
//!
//! `None` stands for a size that has no such constant: fewer than 2 values, and, for those of the
//! range, more than [`MOST_FOR_RANGE`].

/// The largest subgroup for which a range is a sensible measure of spread.
pub const MOST_FOR_RANGE: usize = 50;

/// E(W) for n = 2 to 50: ∫ (1 − Φ(x)ⁿ − (1 − Φ(x))ⁿ) dx.
const D2: [f64; 49] = [
    1.128379167096,
    1.692568750643,
    2.058750746008,
    2.325928947281,
    2.534412721223,
    2.704356751214,
    2.847200612091,
    2.970026324418,
    3.077505461670,
    3.172872703816,
    3.258455279744,
    3.335980354098,
    3.406763108200,
    3.471826889882,
    3.531982786110,
    3.587883961765,
    3.640063757937,
    3.688963023208,
    3.734950119597,
    3.778335829843,
    3.819384643363,
    3.858323423285,
    3.895348148451,
    3.930629219507,
    3.964315679523,
    3.996538604013,
    4.027413848247,
    4.057044292095,
    4.085521688343,
    4.112928195276,
    4.139337655858,
    4.164816671940,
    4.189425511537,
    4.213218879208,
    4.236246573513,
    4.258554050746,
    4.280182910470,
    4.301171315458,
    4.321554356350,
    4.341364369507,
    4.360631215039,
    4.379382520843,
    4.397643897485,
    4.415439127997,
    4.432790336001,
    4.449718135059,
    4.466241761692,
    4.482379194158,
    4.498147258780,
];

/// √(E(W²) − E(W)²) for n = 2 to 50.
const D3: [f64; 49] = [
    0.852502466427,
    0.888368004045,
    0.879808202825,
    0.864081941100,
    0.848039686118,
    0.833205335622,
    0.819831489792,
    0.807834274553,
    0.797050673519,
    0.787314620550,
    0.778478341203,
    0.770416202064,
    0.763023095625,
    0.756211429728,
    0.749908089410,
    0.744051783961,
    0.738590853378,
    0.733481495519,
    0.728686345707,
    0.724173340718,
    0.719914808434,
    0.715886735492,
    0.712068175148,
    0.708440765889,
    0.704988337803,
    0.701696588864,
    0.698552817169,
    0.695545698256,
    0.692665098883,
    0.689901920521,
    0.687247967148,
    0.684695833053,
    0.682238807187,
    0.679870791263,
    0.677586229348,
    0.675380047090,
    0.673247599066,
    0.671184623005,
    0.669187199845,
    0.667251718777,
    0.665374846547,
    0.663553500421,
    0.661784824313,
    0.660066167635,
    0.658395066524,
    0.656769227127,
    0.655186510684,
    0.653644920190,
    0.652142588430,
];

/// E(s): √(2 / (n − 1)) Γ(n / 2) / Γ((n − 1) / 2).
pub fn c4(n: usize) -> Option<f64> {
    /// From here on the series below is exact to the last digit.
    const SERIES_FROM: usize = 400;
    if n < 2 {
        return None;
    }
    if n >= SERIES_FROM {
        let inverse = 1.0 / (n - 1) as f64;
        let series = -1.0 / 4.0 + inverse * (1.0 / 32.0 + inverse * (5.0 / 128.0 - inverse * 21.0 / 2048.0));
        return Some(1.0 + inverse * series);
    }
    // Γ(m / 2) / Γ((m − 1) / 2) for m = 2 or 3, then by m / (m − 1) from m to m + 2.
    let root_pi = std::f64::consts::PI.sqrt();
    let (first, start) = if n.is_multiple_of(2) { (2, 1.0 / root_pi) } else { (3, root_pi / 2.0) };
    let ratio = (first..n).step_by(2).fold(start, |ratio, m| ratio * m as f64 / (m - 1) as f64);
    Some((2.0 / (n - 1) as f64).sqrt() * ratio)
}

/// sd(s): √(1 − c4²).
pub fn c5(n: usize) -> Option<f64> {
    c4(n).map(|c4| (1.0 - c4 * c4).sqrt())
}

/// E(W), to twelve places.
pub fn d2(n: usize) -> Option<f64> {
    D2.get(n.checked_sub(2)?).copied()
}

/// sd(W), to twelve places.
pub fn d3(n: usize) -> Option<f64> {
    D3.get(n.checked_sub(2)?).copied()
}

/// Limits of x̄ from the mean range: 3 / (d2 √n).
pub fn a2(n: usize) -> Option<f64> {
    d2(n).map(|d2| 3.0 / (d2 * (n as f64).sqrt()))
}

/// Limits of x̄ from the mean standard deviation: 3 / (c4 √n).
pub fn a3(n: usize) -> Option<f64> {
    c4(n).map(|c4| 3.0 / (c4 * (n as f64).sqrt()))
}

/// Lower limit of s in mean standard deviations: 1 − 3 c5 / c4, at least 0.
pub fn b3(n: usize) -> Option<f64> {
    Some((1.0 - 3.0 * c5(n)? / c4(n)?).max(0.0))
}

/// Upper limit of s in mean standard deviations: 1 + 3 c5 / c4.
pub fn b4(n: usize) -> Option<f64> {
    Some(1.0 + 3.0 * c5(n)? / c4(n)?)
}

/// Lower limit of s in standard deviations of the process: c4 − 3 c5, at least 0.
pub fn b5(n: usize) -> Option<f64> {
    Some((c4(n)? - 3.0 * c5(n)?).max(0.0))
}

/// Upper limit of s in standard deviations of the process: c4 + 3 c5.
pub fn b6(n: usize) -> Option<f64> {
    Some(c4(n)? + 3.0 * c5(n)?)
}

/// Lower limit of the range in mean ranges: 1 − 3 d3 / d2, at least 0.
#[doc(alias = "D3")]
pub fn range_lower(n: usize) -> Option<f64> {
    Some((1.0 - 3.0 * d3(n)? / d2(n)?).max(0.0))
}

/// Upper limit of the range in mean ranges: 1 + 3 d3 / d2.
#[doc(alias = "D4")]
pub fn range_upper(n: usize) -> Option<f64> {
    Some(1.0 + 3.0 * d3(n)? / d2(n)?)
}

/// Limits of individual values in mean moving ranges: 3 / d2(2) = 2.6587 (rounded: 2.66).
pub fn e2() -> f64 {
    3.0 / std::f64::consts::FRAC_2_SQRT_PI
}

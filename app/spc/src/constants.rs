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
    std::f64::consts::FRAC_2_SQRT_PI,
    1.69256875064327,
    2.05875074600793,
    2.32592894728104,
    2.53441272122294,
    2.70435675121381,
    2.84720061209056,
    2.97002632441848,
    3.07750546167035,
    3.17287270381600,
    3.25845527974382,
    3.33598035409826,
    3.40676310819995,
    3.47182688988208,
    3.53198278610958,
    3.58788396176538,
    3.64006375793744,
    3.68896302320765,
    3.73495011959664,
    3.77833582984262,
    3.81938464336284,
    3.85832342328501,
    3.89534814845136,
    3.93062921950711,
    3.96431567952263,
    3.99653860401316,
    4.02741384824653,
    4.05704429209519,
    4.08552168834302,
    4.11292819527639,
    4.13933765585782,
    4.16481667194027,
    4.18942551153697,
    4.21321887920791,
    4.23624657351298,
    4.25855405074645,
    4.28018291047040,
    4.30117131545753,
    4.32155435635004,
    4.34136436950694,
    4.36063121503884,
    4.37938252084269,
    4.39764389748497,
    4.41543912799690,
    4.43279033600100,
    4.44971813505896,
    4.46624176169161,
    4.48237919415842,
    4.49814725877971,
];

/// √(E(W²) − E(W)²) for n = 2 to 50.
const D3: [f64; 49] = [
    0.85250246642740,
    0.88836800404523,
    0.87980820282499,
    0.86408194109951,
    0.84803968611752,
    0.83320533562229,
    0.81983148979195,
    0.80783427455332,
    0.79705067351940,
    0.78731462055035,
    0.77847834120341,
    0.77041620206376,
    0.76302309562481,
    0.75621142972796,
    0.74990808940992,
    0.74405178396074,
    0.73859085337820,
    0.73348149551889,
    0.72868634570731,
    0.72417334071751,
    0.71991480843422,
    0.71588673549182,
    0.71206817514796,
    0.70844076588868,
    0.70498833780349,
    0.70169658886375,
    0.69855281716940,
    0.69554569825621,
    0.69266509888348,
    0.68990192052122,
    0.68724796714794,
    0.68469583305331,
    0.68223880718723,
    0.67987079126323,
    0.67758622934830,
    0.67538004709014,
    0.67324759906631,
    0.67118462300493,
    0.66918719984522,
    0.66725171877749,
    0.66537484654727,
    0.66355350042149,
    0.66178482431299,
    0.66006616763463,
    0.65839506652372,
    0.65676922712675,
    0.65518651068426,
    0.65364492018983,
    0.65214258842997,
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

/// E(W).
pub fn d2(n: usize) -> Option<f64> {
    D2.get(n.checked_sub(2)?).copied()
}

/// sd(W).
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

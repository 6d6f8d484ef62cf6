//! Which chart suits a series, and why.
//!
//! What one number is decides; then how the data are. Sources: Provost LP, Murray SK (2011), "The
//! health care data guide"; Anhøj J, "Statistical process control for healthcare", on when a p chart's
//! limits are too narrow and when a run chart of rare events fails; Laney DB (2002), "Improved control
//! charts for attributes".

use crate::chart::LIMITS_FROM;
use crate::kind::ChartKind;
use crate::limits::{self, ControlLimits, Data, LimitOptions};
use crate::series::{DataType, Reading, Series};
use crate::subgroup::{Aggregate, aggregate};

/// Denominators that are larger than this on average make the limits of a p or u chart too narrow.
pub const LARGE_DENOMINATOR: f64 = 300.0;
/// A spread so many times wider than chance alone explains asks for p′ or u′.
pub const WIDE_SPREAD: f64 = 1.5;
/// A mean count below this leaves the c chart without a lower limit.
pub const SMALL_COUNT: f64 = 4.0;

/// A chart, and why it suits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The chart.
    pub kind: ChartKind,
    /// Why, in a sentence.
    pub reason: &'static str,
}

impl Choice {
    const fn new(kind: ChartKind, reason: &'static str) -> Self {
        Self { kind, reason }
    }
}

/// The chart that a series has been given, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The chart.
    pub kind: ChartKind,
    /// The last [key](crate::Point::key) when that was decided: points with a larger one came later.
    pub last_key: usize,
    /// Another one that a person did not want.
    pub set_aside: Option<ChartKind>,
}

/// Another chart than the one that was settled, and what asks for it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Suggestion {
    /// The chart, and why it suits.
    pub choice: Choice,
    /// How many points ask for it.
    pub points: usize,
    /// Whether they are those that came since the chart was settled, rather than all of them.
    pub since: bool,
    /// How many times as far as chance alone explains they spread, where that is known.
    pub spread: Option<f64>,
}

/// All points together ask for another chart from this many on.
const ALL_FROM: usize = 2 * LIMITS_FROM;

/// Where one chart gives way to another.
#[derive(Clone, Copy)]
struct Thresholds {
    spread: f64,
    denominator: f64,
    count: f64,
}

impl Thresholds {
    const FIRST: Self = Self { spread: WIDE_SPREAD, denominator: LARGE_DENOMINATOR, count: SMALL_COUNT };

    /// Further away than where the settled chart was chosen, so that no point alone tips it over.
    fn against(settled: ChartKind) -> Self {
        match settled {
            ChartKind::P | ChartKind::U => Self { spread: 1.7, denominator: 360.0, ..Self::FIRST },
            ChartKind::PPrime | ChartKind::UPrime => Self { spread: 1.3, denominator: 240.0, ..Self::FIRST },
            ChartKind::C => Self { count: 3.0, ..Self::FIRST },
            ChartKind::Run => Self { count: 5.0, ..Self::FIRST },
            _ => Self::FIRST,
        }
    }
}

/// How many points of a series count: what was read at one time is one, but for times and cases between events.
pub fn counted(series: &Series) -> usize {
    let used =
        || series.points.iter().filter(|point| !point.excluded && point.reading.value(series.data_type).is_some());
    if matches!(series.data_type, DataType::TimeBetween | DataType::CasesBetween) {
        return used().count();
    }
    let mut times: Vec<_> = used().map(|point| (point.date, point.time)).collect();
    times.sort_unstable();
    times.dedup();
    times.len()
}

/// Another chart than the settled one, where the points ask for it by a margin: those that came since, if there are
/// enough for limits, or else all of them. All of them do not ask again for what was set aside.
pub fn another(series: &Series, settled: &Settled) -> Option<Suggestion> {
    let thresholds = Thresholds::against(settled.kind);
    let asked = |series: &Series, since: bool| {
        let choice = choose_by(series, thresholds);
        (choice.kind != settled.kind).then(|| Suggestion {
            choice,
            points: counted(series),
            since,
            spread: spread_of(series),
        })
    };
    let later = Series {
        points: series.points.iter().filter(|point| point.key > settled.last_key).cloned().collect(),
        ..series.clone()
    };
    let of_later = (counted(&later) >= LIMITS_FROM).then(|| asked(&later, true)).flatten();
    // A t chart of a time of zero cannot be drawn at all.
    let refused = settled.kind == ChartKind::T && choose(series).kind == ChartKind::G;
    let of_all = || {
        let suggestion = (refused || counted(series) >= ALL_FROM).then(|| asked(series, false)).flatten()?;
        (settled.set_aside != Some(suggestion.choice.kind)).then_some(suggestion)
    };
    of_later.or_else(of_all)
}

/// Laney's σz of shares or rates.
fn spread_of(series: &Series) -> Option<f64> {
    let chart: fn(&Data, &LimitOptions) -> ControlLimits = match series.data_type {
        DataType::Percentage => limits::p_prime,
        DataType::Rate { .. } => limits::u_prime,
        _ => return None,
    };
    sigma_z(&ratios(series)?, chart)
}

/// The chart that suits a series. With too few points for it a run chart is drawn in its place.
pub fn choose(series: &Series) -> Choice {
    choose_by(series, Thresholds::FIRST)
}

/// The chart that suits a series which has this one already: another only where the points ask for it by a margin.
pub fn choose_against(series: &Series, settled: ChartKind) -> Choice {
    choose_by(series, Thresholds::against(settled))
}

fn choose_by(series: &Series, thresholds: Thresholds) -> Choice {
    let values: Vec<f64> = series
        .points
        .iter()
        .filter(|point| !point.excluded)
        .filter_map(|point| point.reading.value(series.data_type))
        .collect();
    let ratios = ratios(series).unwrap_or_default();
    match series.data_type {
        DataType::Percentage | DataType::Rate { .. } if ratios.is_empty() && !values.is_empty() => {
            Choice::new(ChartKind::Xmr, "Values without their denominators: each counts the same.")
        }
        DataType::Percentage => of_shares(&ratios, thresholds),
        DataType::Rate { .. } => of_rates(&ratios, thresholds),
        DataType::Count => of_counts(&values, thresholds.count),
        DataType::Measurement => of_measurements(series),
        DataType::TimeBetween if values.iter().any(|value| *value <= 0.0) => {
            Choice::new(ChartKind::G, "Times between rare events, some of them zero: counted as cases between.")
        }
        DataType::TimeBetween => Choice::new(ChartKind::T, "Times between rare events."),
        DataType::CasesBetween => Choice::new(ChartKind::G, "Cases between rare events."),
    }
}

/// Numerators and denominators of the points that count; `None` where one has only a value.
fn ratios(series: &Series) -> Option<Vec<(f64, f64)>> {
    let counted =
        series.points.iter().filter(|point| !point.excluded && point.reading.value(series.data_type).is_some());
    counted
        .map(|point| match point.reading {
            Reading::Ratio { numerator, denominator } => Some((numerator, denominator)),
            _ => None,
        })
        .collect()
}

fn of_shares(ratios: &[(f64, f64)], thresholds: Thresholds) -> Choice {
    match spread(ratios, limits::p_prime, thresholds) {
        Spread::Chance => Choice::new(
            ChartKind::P,
            "A percentage with its numerator and denominator: the limits follow the denominator.",
        ),
        Spread::Large => Choice::new(
            ChartKind::PPrime,
            "A percentage of more than 300: chance alone would make the limits too narrow, so p′ takes them from the data.",
        ),
        Spread::Wide => Choice::new(
            ChartKind::PPrime,
            "A percentage that varies more than chance alone explains: p′ takes the limits from the data.",
        ),
    }
}

fn of_rates(ratios: &[(f64, f64)], thresholds: Thresholds) -> Choice {
    match spread(ratios, limits::u_prime, thresholds) {
        Spread::Chance | Spread::Large => {
            Choice::new(ChartKind::U, "A rate with its exposure: the limits follow the exposure.")
        }
        Spread::Wide => Choice::new(
            ChartKind::UPrime,
            "A rate that varies more than chance alone explains: u′ takes the limits from the data.",
        ),
    }
}

fn of_counts(values: &[f64], least: f64) -> Choice {
    if is_mostly_zero(values) {
        Choice::new(
            ChartKind::Run,
            "More than half of the counts are 0: a chart of the time between events would tell more.",
        )
    } else if aggregate(values, Aggregate::Mean).is_none_or(|mean| mean >= least) {
        Choice::new(ChartKind::C, "A count with the same opportunity each time.")
    } else {
        Choice::new(
            ChartKind::Run,
            "Counts this small leave no room for limits: a chart of the time between events would tell more.",
        )
    }
}

fn of_measurements(series: &Series) -> Choice {
    match sizes(series) {
        Sizes::Single => {
            Choice::new(ChartKind::Xmr, "One value at a time: the limits come from the distances between neighbours.")
        }
        Sizes::Several => Choice::new(
            ChartKind::Xbar,
            "Several values at each time: their mean, with limits from the spread inside each time.",
        ),
        Sizes::Mixed => Choice::new(
            ChartKind::IPrime,
            "Several values at some times: their mean, with limits that follow how many there are.",
        ),
    }
}

/// How far shares or rates spread.
enum Spread {
    /// As chance alone explains.
    Chance,
    /// The denominators are so large that hardly any spread would be explained by chance.
    Large,
    /// Wider than chance alone explains.
    Wide,
}

fn spread(ratios: &[(f64, f64)], chart: fn(&Data, &LimitOptions) -> ControlLimits, thresholds: Thresholds) -> Spread {
    let sizes: Vec<f64> = ratios.iter().map(|(_, bottom)| *bottom).collect();
    let wide = sigma_z(ratios, chart).is_some_and(|sigma_z| sigma_z > thresholds.spread);
    if wide && ratios.len() >= LIMITS_FROM {
        Spread::Wide
    } else if aggregate(&sizes, Aggregate::Mean).is_some_and(|mean| mean > thresholds.denominator) {
        Spread::Large
    } else {
        Spread::Chance
    }
}

/// How many times as far as chance alone explains they spread.
fn sigma_z(ratios: &[(f64, f64)], chart: fn(&Data, &LimitOptions) -> ControlLimits) -> Option<f64> {
    let (tops, bottoms): (Vec<_>, Vec<_>) = ratios.iter().map(|(top, bottom)| (Some(*top), Some(*bottom))).unzip();
    let data = Data { values: &tops, denominators: Some(&bottoms), ..Data::default() };
    chart(&data, &LimitOptions::default()).basis.sigma_z
}

fn is_mostly_zero(values: &[f64]) -> bool {
    2 * values.iter().filter(|value| **value == 0.0).count() > values.len()
}

/// How many values there are at each time.
enum Sizes {
    /// One.
    Single,
    /// Several at every time.
    Several,
    /// One at some times, several at others.
    Mixed,
}

fn sizes(series: &Series) -> Sizes {
    let mut times: Vec<_> = series
        .points
        .iter()
        .filter(|point| !point.excluded && point.reading.value(series.data_type).is_some())
        .map(|point| (point.date, point.time))
        .collect();
    times.sort_unstable();
    let mut groups = times.chunk_by(|a, b| a == b).map(<[_]>::len);
    let (single, several) = groups
        .by_ref()
        .fold((0, 0), |(single, several), size| if size == 1 { (single + 1, several) } else { (single, several + 1) });
    match (single, several) {
        (_, 0) => Sizes::Single,
        (0, _) => Sizes::Several,
        _ => Sizes::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::series::Point;
    use chrono::{Days, NaiveDate};

    fn chosen(data_type: DataType, readings: &[Reading]) -> ChartKind {
        let start = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
        let points = readings
            .iter()
            .enumerate()
            .map(|(key, reading)| Point { reading: *reading, ..Point::new(key, start + Days::new(key as u64)) });
        choose(&Series { data_type, points: points.collect(), ..Series::default() }).kind
    }

    #[test]
    fn what_one_number_is_decides() {
        let value = |value| [Reading::Value(value); 14];
        assert_eq!(chosen(DataType::Percentage, &[Reading::ratio(8.0, 10.0); 14]), ChartKind::P);
        assert_eq!(chosen(DataType::Percentage, &[Reading::ratio(800.0, 1000.0); 14]), ChartKind::PPrime);
        assert_eq!(chosen(DataType::Percentage, &value(80.0)), ChartKind::Xmr);
        assert_eq!(chosen(DataType::Percentage, &[]), ChartKind::P);
        assert_eq!(chosen(DataType::Rate { per: 1000.0 }, &[Reading::ratio(4.0, 1200.0); 14]), ChartKind::U);
        assert_eq!(chosen(DataType::Count, &value(7.0)), ChartKind::C);
        assert_eq!(chosen(DataType::Count, &value(2.0)), ChartKind::Run);
        assert_eq!(chosen(DataType::Count, &value(0.0)), ChartKind::Run);
        assert_eq!(chosen(DataType::Measurement, &value(7.0)), ChartKind::Xmr);
        assert_eq!(chosen(DataType::TimeBetween, &value(7.0)), ChartKind::T);
        assert_eq!(chosen(DataType::TimeBetween, &value(0.0)), ChartKind::G);
        assert_eq!(chosen(DataType::CasesBetween, &value(7.0)), ChartKind::G);
    }

    #[test]
    fn a_share_that_varies_more_than_chance_is_seen() {
        let readings: Vec<Reading> =
            (0..20).map(|i| Reading::ratio(if i % 2 == 0 { 20.0 } else { 80.0 }, 100.0)).collect();
        assert_eq!(chosen(DataType::Percentage, &readings), ChartKind::PPrime);
        assert_eq!(chosen(DataType::Percentage, &readings[..8]), ChartKind::P);
    }

    fn shares(spread: &[f64]) -> Series {
        let start = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
        let point = |(key, away): (usize, &f64)| {
            let away = if key % 2 == 0 { *away } else { -*away };
            Point { reading: Reading::ratio(50.0 + away, 100.0), ..Point::new(key, start + Days::new(key as u64)) }
        };
        let points = spread.iter().enumerate().map(point).collect();
        Series { data_type: DataType::Percentage, points, ..Series::default() }
    }

    /// A spread of about so many times chance: neighbours that lie 2 × `away` apart.
    fn wide(times: f64) -> f64 {
        times * 1.128 * 5.0 / 2.0
    }

    #[test]
    fn a_chart_gives_way_by_a_margin_only() {
        let settled = |kind| Settled { kind, last_key: 11, set_aside: None };
        let kind = |series: &Series, of| another(series, &settled(of)).map(|found| found.choice.kind);
        for times in [1.31, 1.5, 1.69] {
            let series = shares(&[wide(times); 30]);
            assert_eq!(kind(&series, ChartKind::P), None, "{times}");
            assert_eq!(kind(&series, ChartKind::PPrime), None, "{times}");
            for kind in [ChartKind::P, ChartKind::PPrime] {
                assert_eq!(choose_against(&series, kind).kind, kind, "{times}");
            }
        }
        assert_eq!(kind(&shares(&[wide(1.8); 30]), ChartKind::P), Some(ChartKind::PPrime));
        assert_eq!(choose_against(&shares(&[wide(1.8); 12]), ChartKind::P).kind, ChartKind::PPrime);
        assert_eq!(kind(&shares(&[wide(1.2); 30]), ChartKind::PPrime), Some(ChartKind::P));
        assert_eq!(kind(&shares(&[wide(1.8); 23]), ChartKind::P), None, "eleven since, and not yet 24 of all");
        let later = [vec![wide(0.8); 60], vec![wide(2.2); 12]].concat();
        let found = another(&shares(&later), &Settled { kind: ChartKind::P, last_key: 59, set_aside: None });
        let found = found.expect("the twelve since ask for it");
        assert_eq!((found.choice.kind, found.points, found.since), (ChartKind::PPrime, 12, true));
    }

    #[test]
    fn what_was_set_aside_is_asked_again_by_new_points_alone() {
        let aside = |last_key| Settled { kind: ChartKind::P, last_key, set_aside: Some(ChartKind::PPrime) };
        let series = shares(&[wide(2.0); 30]);
        assert_eq!(another(&series, &aside(29)), None);
        assert_eq!(another(&series, &aside(18)), None);
        assert!(another(&series, &aside(17)).is_some_and(|found| found.since));
    }

    #[test]
    fn an_excluded_point_asks_for_nothing() {
        let mut series = shares(&[wide(0.9); 25]);
        series.points[24].reading = Reading::ratio(100.0, 100.0);
        series.points[24].excluded = true;
        assert_eq!(another(&series, &Settled { kind: ChartKind::P, last_key: 11, set_aside: None }), None);
        assert_eq!(counted(&series), 24);
    }

    #[test]
    fn several_values_at_one_time_are_a_subgroup() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 5).expect("a date");
        let point = |key: usize, days| Point { reading: Reading::Value(3.0), ..Point::new(key, day + Days::new(days)) };
        let of = |points| choose(&Series { points, ..Series::default() }).kind;
        assert_eq!(of(vec![point(0, 0), point(1, 0), point(2, 1), point(3, 1)]), ChartKind::Xbar);
        assert_eq!(of(vec![point(0, 0), point(1, 0), point(2, 1)]), ChartKind::IPrime);
        assert_eq!(of(vec![point(0, 0), point(1, 1)]), ChartKind::Xmr);
    }
}

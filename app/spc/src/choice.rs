//! Which chart suits a series, and why.
//!
//! What one number is decides; then how the data are. Sources: Provost LP, Murray SK (2011), "The
//! health care data guide"; Anhøj J, "Statistical process control for healthcare", on when a p chart's
//! limits are too narrow and when a run chart of rare events fails; Laney DB (2002), "Improved control
//! charts for attributes".

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

/// The chart that suits a series. With too few points for it a run chart is drawn in its place.
pub fn choose(series: &Series) -> Choice {
    let used = || {
        let points = series.points.iter().filter(|point| !point.excluded);
        points.filter_map(|point| Some((point.reading, point.reading.value(series.data_type)?)))
    };
    let values: Vec<f64> = used().map(|(_, value)| value).collect();
    let ratios: Option<Vec<(f64, f64)>> = used()
        .map(|(reading, _)| match reading {
            Reading::Ratio { numerator, denominator } => Some((numerator, denominator)),
            _ => None,
        })
        .collect();
    let ratios = ratios.unwrap_or_default();
    match series.data_type {
        DataType::Percentage | DataType::Rate { .. } if ratios.is_empty() && !values.is_empty() => {
            Choice::new(ChartKind::Xmr, "Values without their denominators: each counts the same.")
        }
        DataType::Percentage => of_shares(&ratios),
        DataType::Rate { .. } => of_rates(&ratios),
        DataType::Count => of_counts(&values),
        DataType::Measurement => of_measurements(series),
        DataType::TimeBetween if values.iter().any(|value| *value <= 0.0) => {
            Choice::new(ChartKind::G, "Times between rare events, some of them zero: counted as cases between.")
        }
        DataType::TimeBetween => Choice::new(ChartKind::T, "Times between rare events."),
        DataType::CasesBetween => Choice::new(ChartKind::G, "Cases between rare events."),
    }
}

fn of_shares(ratios: &[(f64, f64)]) -> Choice {
    match spread(ratios, limits::p_prime) {
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

fn of_rates(ratios: &[(f64, f64)]) -> Choice {
    match spread(ratios, limits::u_prime) {
        Spread::Chance | Spread::Large => {
            Choice::new(ChartKind::U, "A rate with its exposure: the limits follow the exposure.")
        }
        Spread::Wide => Choice::new(
            ChartKind::UPrime,
            "A rate that varies more than chance alone explains: u′ takes the limits from the data.",
        ),
    }
}

fn of_counts(values: &[f64]) -> Choice {
    if is_mostly_zero(values) {
        Choice::new(
            ChartKind::Run,
            "More than half of the counts are 0: a chart of the time between events would tell more.",
        )
    } else if aggregate(values, Aggregate::Mean).is_none_or(|mean| mean >= SMALL_COUNT) {
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

fn spread(ratios: &[(f64, f64)], chart: fn(&Data, &LimitOptions) -> ControlLimits) -> Spread {
    let (tops, bottoms): (Vec<_>, Vec<_>) = ratios.iter().map(|(top, bottom)| (Some(*top), Some(*bottom))).unzip();
    let data = Data { values: &tops, denominators: Some(&bottoms), ..Data::default() };
    let sigma_z = chart(&data, &LimitOptions::default()).basis.sigma_z;
    let sizes: Vec<f64> = ratios.iter().map(|(_, bottom)| *bottom).collect();
    if sigma_z.is_some_and(|sigma_z| sigma_z > WIDE_SPREAD) && ratios.len() >= crate::chart::LIMITS_FROM {
        Spread::Wide
    } else if aggregate(&sizes, Aggregate::Mean).is_some_and(|mean| mean > LARGE_DENOMINATOR) {
        Spread::Large
    } else {
        Spread::Chance
    }
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

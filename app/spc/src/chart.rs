use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveTime};

use crate::anhoej::{self, MINIMUM_USEFUL, Runs};
use crate::series::{DataType, Direction, Point, Series};

/// Which chart it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChartKind {
    /// Values in the order of time about their median.
    Run,
}

/// What the centre line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Centre {
    /// The median of the points that have a value and are not excluded.
    #[default]
    Median,
}

/// A named set of rules. Sets are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RuleSet {
    /// Longest run and number of crossings: see [`anhoej`].
    #[default]
    Anhoej,
}

/// One rule of a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Rule {
    /// A run on one side of the centre line that is longer than chance explains.
    LongRun,
    /// Fewer crossings of the centre line than chance explains.
    FewCrossings,
}

/// A PDSA cycle that is marked on the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The day it began.
    pub date: NaiveDate,
    /// Its number, which stands on the flag.
    pub number: u32,
    /// Its name, which stands in the list outside the picture.
    pub label: String,
}

/// How a series is to be read.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Options {
    /// The value aimed for, in the unit of the series.
    pub target: Option<f64>,
    /// Which way is better.
    pub direction: Direction,
    /// What the centre line is.
    pub centre: Centre,
    /// The rules that are judged.
    pub rules: RuleSet,
    /// PDSA cycles to mark.
    pub cycles: Vec<Cycle>,
}

/// Where a point lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Above the centre line.
    Above,
    /// Exactly on it.
    On,
    /// Below it.
    Below,
}

/// What a signal means for the people who read the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// It lies on the side that is wanted.
    Improvement,
    /// It lies on the side that is not wanted.
    Concern,
    /// A change without a better or a worse.
    Change,
}

/// A rule that hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The rule.
    pub rule: Rule,
    /// The places in [`Chart::points`] of the points it covers, in order; empty where the rule
    /// speaks of the whole phase.
    pub points: Vec<usize>,
    /// The side it lies on, where it has one.
    pub side: Option<Side>,
    /// What it means, given the direction of improvement.
    pub meaning: Meaning,
}

/// A stretch of the chart with one centre line, inside which the rules are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// The place of its first point in [`Chart::points`].
    pub first: usize,
    /// The place of its last point.
    pub last: usize,
    /// The centre line, in the unit of the series.
    pub centre: f64,
    /// How many points the centre line was computed from.
    pub used: usize,
    /// The runs about the centre line; places are those in [`Chart::points`].
    pub runs: Runs,
    /// The rules that hit, in order of time.
    pub signals: Vec<Signal>,
}

/// What can be said of a chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verdict {
    /// No point has a value.
    NoData,
    /// All values are the same.
    NoVariation,
    /// Too few useful points for the rules.
    TooEarly {
        /// Points that do not lie on the centre line.
        useful: usize,
        /// How many more of them are needed.
        needed: usize,
    },
    /// The rules were judged and none hit.
    NoSignal,
    /// At least one rule hit; what the latest one means.
    Signal(Meaning),
}

/// A point as it stands on the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPoint {
    /// The caller's number for it.
    pub key: usize,
    /// The caller's words for it.
    pub label: String,
    /// The day.
    pub date: NaiveDate,
    /// The time of day, where known.
    pub time: Option<NaiveTime>,
    /// The value in the unit of the series; `None` is a gap.
    pub value: Option<f64>,
    /// Shown, but used for no calculation.
    pub excluded: bool,
    /// Where it lies; none for a gap or an excluded point.
    pub side: Option<Side>,
    /// The rules that cover this very point, each with its meaning.
    pub flags: Vec<(Rule, Meaning)>,
}

impl ChartPoint {
    /// The value, if the point takes part in the calculations.
    pub fn used(&self) -> Option<f64> {
        self.value.filter(|_| !self.excluded)
    }
}

/// A series with its centre line and what the rules found.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Which chart it is.
    pub kind: ChartKind,
    /// What it is of.
    pub name: String,
    /// The unit.
    pub unit: String,
    /// What one number is.
    pub data_type: DataType,
    /// Which way is better.
    pub direction: Direction,
    /// The value aimed for.
    pub target: Option<f64>,
    /// The rules that were judged.
    pub rules: RuleSet,
    /// The PDSA cycles, by date and number.
    pub cycles: Vec<Cycle>,
    /// All points, by date, time and key.
    pub points: Vec<ChartPoint>,
    /// The stretches with one centre line each, in order; none when no point has a value.
    pub phases: Vec<Phase>,
}

impl Chart {
    /// The run chart of a series.
    ///
    /// The centre line is the [`median`] of the points that have a value and are not excluded. The
    /// Anhøj rules are judged from [`MINIMUM_USEFUL`] useful points on. A target that is not a
    /// finite number is left out.
    pub fn run(series: &Series, options: &Options) -> Self {
        let points = plotted(series);
        let mut cycles = options.cycles.clone();
        cycles.sort_by(|a, b| (a.date, a.number, &a.label).cmp(&(b.date, b.number, &b.label)));
        let mut chart = Self {
            kind: ChartKind::Run,
            name: series.name.clone(),
            unit: series.unit.clone(),
            data_type: series.data_type,
            direction: options.direction,
            target: options.target.filter(|target| target.is_finite()),
            rules: options.rules,
            cycles,
            points,
            phases: Vec::new(),
        };
        if !chart.points.is_empty() {
            let whole = 0..=chart.points.len() - 1;
            chart.phases.extend(phase(&mut chart.points, whole, options));
        }
        chart
    }

    /// The centre line of the last phase.
    pub fn centre(&self) -> Option<f64> {
        self.phases.last().map(|phase| phase.centre)
    }

    /// Every rule that hit, phase by phase.
    pub fn signals(&self) -> impl Iterator<Item = &Signal> {
        self.phases.iter().flat_map(|phase| &phase.signals)
    }

    /// What can be said of the last phase.
    pub fn verdict(&self) -> Verdict {
        let Some(phase) = self.phases.last() else {
            return Verdict::NoData;
        };
        if let Some(signal) = phase.signals.iter().rev().find(|s| s.side.is_some()).or(phase.signals.last()) {
            return Verdict::Signal(signal.meaning);
        }
        if phase.runs.judged() {
            Verdict::NoSignal
        } else if phase.runs.useful == 0 && phase.used > 1 {
            Verdict::NoVariation
        } else {
            Verdict::TooEarly { useful: phase.runs.useful, needed: MINIMUM_USEFUL - phase.runs.useful }
        }
    }

    /// The latest point that has a value and is not excluded.
    pub fn latest(&self) -> Option<&ChartPoint> {
        self.points.iter().rev().find(|point| point.used().is_some())
    }
}

fn plotted(series: &Series) -> Vec<ChartPoint> {
    let mut sorted: Vec<(&Point, Option<f64>)> =
        series.points.iter().map(|point| (point, point.reading.value(series.data_type))).collect();
    sorted.sort_by(|(a, x), (b, y)| {
        (a.date, a.time, a.key)
            .cmp(&(b.date, b.time, b.key))
            .then_with(|| compare(*x, *y))
            .then_with(|| (a.excluded, &a.label).cmp(&(b.excluded, &b.label)))
    });
    sorted
        .into_iter()
        .map(|(point, value)| ChartPoint {
            key: point.key,
            label: point.label.clone(),
            date: point.date,
            time: point.time,
            value,
            excluded: point.excluded,
            side: None,
            flags: Vec::new(),
        })
        .collect()
}

fn compare(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
}

fn phase(points: &mut [ChartPoint], places: std::ops::RangeInclusive<usize>, options: &Options) -> Option<Phase> {
    let (first, last) = (*places.start(), *places.end());
    let used: Vec<f64> = points[places].iter().filter_map(ChartPoint::used).collect();
    let centre = match options.centre {
        Centre::Median => median(&used)?,
    };
    for point in &mut points[first..=last] {
        point.side = point.used().map(|value| match value.total_cmp(&centre) {
            Ordering::Greater => Side::Above,
            Ordering::Equal => Side::On,
            Ordering::Less => Side::Below,
        });
    }
    let mut runs = anhoej::runs(points[first..=last].iter().map(ChartPoint::used), centre);
    for run in &mut runs.runs {
        for place in &mut run.places {
            *place += first;
        }
    }
    let signals = match options.rules {
        RuleSet::Anhoej => anhoej_signals(&runs, options.direction),
    };
    for signal in &signals {
        for &place in &signal.points {
            points[place].flags.push((signal.rule, signal.meaning));
        }
    }
    Some(Phase { first, last, centre, used: used.len(), runs, signals })
}

fn anhoej_signals(runs: &Runs, direction: Direction) -> Vec<Signal> {
    let Some(limits) = runs.limits.filter(|_| runs.judged()) else {
        return Vec::new();
    };
    let mut signals: Vec<Signal> = runs
        .runs
        .iter()
        .filter(|run| run.places.len() > limits.longest_run_max)
        .map(|run| Signal {
            rule: Rule::LongRun,
            points: run.places.clone(),
            side: Some(run.side),
            meaning: meaning(run.side, direction),
        })
        .collect();
    if runs.few_crossings() {
        signals.push(Signal { rule: Rule::FewCrossings, points: Vec::new(), side: None, meaning: Meaning::Change });
    }
    signals
}

fn meaning(side: Side, direction: Direction) -> Meaning {
    match (side, direction) {
        (Side::Above, Direction::Increase) | (Side::Below, Direction::Decrease) => Meaning::Improvement,
        (Side::Above, Direction::Decrease) | (Side::Below, Direction::Increase) => Meaning::Concern,
        _ => Meaning::Change,
    }
}

/// The median: the middle value in order of size, or the mean of the two middle ones.
///
/// `None` for no values. Values that are not finite are left out.
pub fn median(values: &[f64]) -> Option<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    let high = *sorted.get(middle)?;
    if sorted.len() % 2 == 1 {
        return Some(high);
    }
    let low = sorted[middle - 1];
    let sum = low + high;
    // Two values near the largest double would overflow when added.
    Some(if sum.is_finite() { sum / 2.0 } else { low / 2.0 + high / 2.0 } + 0.0)
}

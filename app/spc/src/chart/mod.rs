//! A chart: the points that are drawn, the lines of each phase, what the rules found, and what can be
//! said of it.

mod build;
mod lines;
mod options;
mod part;
mod points;

use chrono::{NaiveDate, NaiveTime};

use crate::anhoej::{MINIMUM_USEFUL, Runs};
use crate::icons::{self, Assurance, Variation, WithoutVariation};
use crate::kind::ChartKind;
use crate::limits::Refusal;
use crate::rebase::{self, SUGGESTED_SHIFT};
use crate::rules::{Band, Lines, Rule};
use crate::screening::RangeAverage;
use crate::series::{DataType, Direction};
use crate::side::{Meaning, Side};
pub use options::{Baseline, ChartOptions, Cycle, PhaseStart, RuleSetName};

/// From this many points on a phase has limits.
pub const LIMITS_FROM: usize = 12;
/// With fewer points than this the limits are a trial.
pub const FIRM_FROM: usize = 20;

/// A rule that hit, and what that means here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signal {
    /// The rule.
    pub rule: Rule,
    /// The places in [`Chart::points`] of the points it covers, in order; empty where the rule
    /// speaks of the whole phase.
    pub points: Vec<usize>,
    /// The side it lies on, where it has one; for a trend, where it goes.
    pub side: Option<Side>,
    /// What it means, given the direction of improvement.
    pub meaning: Meaning,
}

/// A stretch of the chart with lines of its own, inside which the rules are judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// The place of its first point in [`Chart::points`].
    pub first: usize,
    /// The place of its last point.
    pub last: usize,
    /// Why it was begun; empty for the first.
    pub reason: String,
    /// The place of the last point of the baseline, where the lines come from some of the points only.
    pub baseline_last: Option<usize>,
    /// A baseline was asked for, and had too few points: all were used.
    pub baseline_short: bool,
    /// The centre line, in the unit of the series.
    pub centre: f64,
    /// How many points the lines were computed from.
    pub used: usize,
    /// Whether it has limits: at least [`LIMITS_FROM`] points used, and not a run chart.
    pub limited: bool,
    /// The moving ranges behind the limits, where there are any.
    pub ranges: Option<RangeAverage>,
    /// The standard deviation behind the limits, in the unit of the series, where all points share one.
    pub sigma: Option<f64>,
    /// How much wider the data spread than chance alone explains (p′, u′, and where p or u could be).
    pub sigma_z: Option<f64>,
    /// The runs about the centre line; places are those in [`Chart::points`].
    pub runs: Runs,
    /// The rules that hit, in the order of the set.
    pub signals: Vec<Signal>,
}

impl Phase {
    /// Its limits come from so few points that they are a trial.
    pub fn is_trial(&self) -> bool {
        self.limited && self.used < FIRM_FROM
    }

    /// The signal that the verdict is of.
    pub(crate) fn latest_signal(&self) -> Option<&Signal> {
        let sided = self.signals.iter().filter(|signal| signal.side.is_some());
        // Of signals that end at the same point the one that the set names first counts.
        sided.rev().max_by_key(|signal| signal.points.last()).or(self.signals.last())
    }
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

/// A reason to think of a new phase. It is never begun by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SuggestedPhase {
    /// The day on which it would begin.
    pub date: NaiveDate,
    /// How many points lie on one side since then.
    pub points: usize,
    /// On which side of the centre line they lie.
    pub side: Side,
    /// The place in [`Chart::cycles`] of the last change before.
    pub cycle: usize,
}

/// A point as it stands on the chart.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartPoint {
    /// The caller's numbers for what was recorded: several where one point stands for all of them.
    pub keys: Vec<usize>,
    /// The caller's words for it.
    pub label: String,
    /// The day.
    pub date: NaiveDate,
    /// The time of day, where known.
    pub time: Option<NaiveTime>,
    /// The value in the unit of the series; `None` is a gap.
    pub value: Option<f64>,
    /// The numerator, where there is one.
    pub numerator: Option<f64>,
    /// The denominator; for a mean of several values, how many.
    pub denominator: Option<f64>,
    /// Shown, but used for no calculation.
    pub excluded: bool,
    /// The caller's notes on it; empty without any.
    pub note: String,
    /// The centre line at this point, in the unit of the series.
    pub centre: Option<f64>,
    /// The lower limit, in the unit of the series; none in a phase without limits, or where there is none below.
    pub lower: Option<f64>,
    /// The upper limit, likewise.
    pub upper: Option<f64>,
    /// The value aimed for on that day.
    pub target: Option<f64>,
    /// Where it lies; none for a gap or an excluded point.
    pub side: Option<Side>,
    /// The rules that cover this very point, each with its meaning; the first decides how it looks.
    pub flags: Vec<(Rule, Meaning)>,
}

impl ChartPoint {
    /// The value, if the point takes part in the calculations.
    pub fn used(&self) -> Option<f64> {
        self.value.filter(|_| !self.excluded)
    }
}

/// A series with its lines and what the rules found.
#[derive(Clone, Debug, PartialEq)]
pub struct Chart {
    /// Which chart it is.
    pub kind: ChartKind,
    /// Which was wanted; another one than [`Chart::kind`] where there are too few points for it.
    pub wanted: ChartKind,
    /// Why the chart that was wanted cannot be drawn of these values.
    pub refusal: Option<Refusal>,
    /// What it is of, from [`Series::name`](crate::Series::name).
    pub name: String,
    /// The unit.
    pub unit: String,
    /// What one number is.
    pub data_type: DataType,
    /// Which way is better.
    pub direction: Direction,
    /// The rules that were judged.
    pub rule_set: RuleSetName,
    /// Whether moving ranges that stand out were left out.
    pub screening: bool,
    /// Whether the centre line was given by hand.
    pub centre_given: bool,
    /// The PDSA cycles, by date and number.
    pub cycles: Vec<Cycle>,
    /// All points, by date, time and key.
    pub points: Vec<ChartPoint>,
    /// The stretches with lines of their own, in order; none when no point has a value.
    pub phases: Vec<Phase>,
}

impl Chart {
    /// The centre line of the last phase.
    pub fn centre(&self) -> Option<f64> {
        self.phases.last().map(|phase| phase.centre)
    }

    /// The limits at the last point of the last phase that has any there.
    pub fn limits(&self) -> Option<(Option<f64>, Option<f64>)> {
        let phase = self.phases.last().filter(|phase| phase.limited)?;
        let points = &self.points[phase.first..=phase.last];
        let last = points.iter().rev().find(|point| point.lower.is_some() || point.upper.is_some())?;
        Some((last.lower, last.upper))
    }

    /// The value aimed for at the last point.
    pub fn target(&self) -> Option<f64> {
        self.points.last().and_then(|point| point.target)
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
        if let Some(signal) = phase.latest_signal() {
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

    /// The variation at the latest point: what the first rule of the set that covers it says, or else
    /// a rule that speaks of the whole last phase. `None` while it is too early to say.
    ///
    /// Source: NHS England, Making Data Count: the icon is that of the last point.
    pub fn variation(&self) -> Option<Variation> {
        let phase = self.phases.last().filter(|phase| phase.runs.judged() || phase.runs.useful == 0)?;
        if phase.runs.useful == 0 && phase.used < MINIMUM_USEFUL {
            return None;
        }
        let place = (phase.first..=phase.last).rev().find(|place| self.points[*place].used().is_some())?;
        let covers = phase.signals.iter().find(|signal| signal.points.contains(&place));
        let whole = || phase.signals.iter().find(|signal| signal.points.is_empty());
        Some(match covers.or_else(whole) {
            Some(Signal { meaning, side, .. }) => Variation::SpecialCause { meaning: *meaning, side: *side },
            None => Variation::CommonCause,
        })
    }

    /// Whether the process as it is meets its target, judged on the limits of the last phase. `None`
    /// without limits, without a target, or where neither way is better.
    pub fn assurance(&self) -> Option<Assurance> {
        let (lower, upper) = self.limits()?;
        icons::assurance(
            self.target()?,
            self.centre(),
            Band { lower, upper },
            self.direction,
            WithoutVariation::Compare,
        )
    }

    /// A reason to think of a new phase: a shift of [`SUGGESTED_SHIFT`] points or more that began or
    /// went on after a PDSA cycle of the last phase, and lasts to its end. It is never applied by itself.
    pub fn suggested_phase(&self) -> Option<SuggestedPhase> {
        let phase = self.phases.last()?;
        let points = &self.points[phase.first..=phase.last];
        let used: Vec<Option<f64>> = points.iter().map(ChartPoint::used).collect();
        let lines = vec![Lines::centre(phase.centre); points.len()];
        // Of a change before its first point the phase tells already.
        let changes: Vec<(usize, usize)> = self
            .cycles
            .iter()
            .enumerate()
            .map(|(cycle, found)| (points.partition_point(|point| point.date < found.date), cycle))
            .filter(|(place, _)| (1..points.len()).contains(place))
            .collect();
        let places: Vec<usize> = changes.iter().map(|(place, _)| *place).collect();
        let found = rebase::shift_after_change(&used, &lines, &places, SUGGESTED_SHIFT)?;
        let lasts = phase.runs.runs.last()?.places.contains(&(phase.first + found.start));
        let (_, cycle) = *changes.iter().rfind(|(place, _)| *place == found.change && lasts)?;
        let date = points.get(found.start)?.date;
        Some(SuggestedPhase { date, points: found.points, side: found.side, cycle })
    }

    /// The latest point that has a value and is not excluded.
    pub fn latest(&self) -> Option<&ChartPoint> {
        self.points.iter().rev().find(|point| point.used().is_some())
    }
}

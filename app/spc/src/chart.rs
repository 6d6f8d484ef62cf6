//! From a series to a chart: the points that are drawn, the lines of each phase, and what the rules
//! found.

use std::cmp::Ordering;
use std::ops::Range;

use chrono::{NaiveDate, NaiveTime};

use crate::anhoej::{self, MINIMUM_USEFUL, Runs};
use crate::icons::{self, Assurance, Variation, WithoutVariation};
use crate::limits::{self, Data, Kind, Limits, Refusal};
use crate::rebase::{self, SUGGESTED_SHIFT};
use crate::rules::{Band, Lines, Rule, RuleSet};
use crate::screening::{RangeAverage, Screening};
use crate::series::{DataType, Direction, Point, Reading, Series, Summary};
use crate::side::{Meaning, Side, side_of};
use crate::subgroup::{self, Aggregate, Subgroup, Subgroups};

/// From this many points on a phase has limits.
pub const LIMITS_FROM: usize = 12;
/// With fewer points than this the limits are a trial.
pub const FIRM_FROM: usize = 20;

/// Which chart it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum ChartKind {
    /// Values in the order of time about their median: [`limits::run`].
    #[default]
    Run,
    /// Individual values: [`limits::xmr`].
    Xmr,
    /// The distances between neighbouring values: [`limits::moving_range`].
    MovingRange,
    /// Individual values that weigh differently: [`limits::i_prime`].
    IPrime,
    /// Shares: [`limits::p`].
    P,
    /// Shares whose spread is more or less than chance alone explains: [`limits::p_prime`].
    PPrime,
    /// Rates: [`limits::u`].
    U,
    /// Rates whose spread is more or less than chance alone explains: [`limits::u_prime`].
    UPrime,
    /// Counts of equal opportunity: [`limits::c`].
    C,
    /// Cases between rare events: [`limits::g`].
    G,
    /// Times between rare events: [`limits::t`].
    T,
    /// Means of several values: [`subgroup::xbar`].
    Xbar,
    /// Standard deviations of several values: [`subgroup::s`].
    S,
}

impl ChartKind {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Run => "Run chart",
            Self::Xmr => "XmR chart",
            Self::MovingRange => "Moving range chart",
            Self::IPrime => "I′ chart",
            Self::P => "p chart",
            Self::PPrime => "p′ chart",
            Self::U => "u chart",
            Self::UPrime => "u′ chart",
            Self::C => "c chart",
            Self::G => "g chart",
            Self::T => "t chart",
            Self::Xbar => "x̄ chart",
            Self::S => "s chart",
        }
    }

    /// The chart of the spread that goes with it, if it has one.
    pub fn companion(self) -> Option<Self> {
        match self {
            Self::Xmr => Some(Self::MovingRange),
            Self::Xbar => Some(Self::S),
            _ => None,
        }
    }

    fn is_spread(self) -> bool {
        matches!(self, Self::MovingRange | Self::S)
    }

    /// What its centre line is called.
    pub fn centre_name(self) -> &'static str {
        match self {
            Self::Run | Self::G => "Median",
            _ => "Mean",
        }
    }
}

/// The named sets of rules that a chart can be read by. They are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Rules {
    /// A point outside the limits, and the two runs rules of Anhøj; without limits, those two alone.
    #[default]
    LimitsAndRuns,
    /// The two runs rules of Anhøj.
    Runs,
    /// NHS England's Making Data Count.
    MakingDataCount,
    /// The run chart rules that the Institute for Healthcare Improvement teaches.
    Ihi,
    /// The tests of the Western Electric handbook.
    WesternElectric,
    /// Nelson's eight tests.
    Nelson,
}

impl Rules {
    /// The rules.
    pub fn set(self) -> RuleSet {
        match self {
            Self::LimitsAndRuns => RuleSet::three_sigma_anhoej(),
            Self::Runs => RuleSet::anhoej(),
            Self::MakingDataCount => RuleSet::making_data_count(),
            Self::Ihi => RuleSet::ihi(),
            Self::WesternElectric => RuleSet::western_electric(),
            Self::Nelson => RuleSet::nelson(),
        }
    }

    /// The name that stands under the chart.
    pub fn name(self) -> &'static str {
        self.set().name
    }
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

/// A day from which the series is read by itself: a person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseStart {
    /// The first day.
    pub date: NaiveDate,
    /// Why.
    pub reason: String,
    /// How many of its first points give its lines; none for all.
    pub freeze_after: Option<usize>,
}

/// From which points the lines of the first phase come. They are carried on to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Baseline {
    /// From all of its points.
    All,
    /// From those before the first PDSA cycle, if they are enough.
    #[default]
    BeforeCycles,
    /// From those up to a day.
    Until(NaiveDate),
}

/// How a series is to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The chart that is wanted. With fewer than [`LIMITS_FROM`] points a run chart is drawn.
    pub kind: ChartKind,
    /// Which way is better.
    pub direction: Direction,
    /// The value aimed for, in the unit of the series.
    pub target: Option<f64>,
    /// Values aimed for from a day on, in place of those before.
    pub later_targets: Vec<(NaiveDate, f64)>,
    /// The rules that are judged.
    pub rules: Rules,
    /// PDSA cycles to mark.
    pub cycles: Vec<Cycle>,
    /// Where new phases begin.
    pub phases: Vec<PhaseStart>,
    /// The baseline of the first phase.
    pub baseline: Baseline,
    /// Whether moving ranges that stand out are left out of the limits.
    pub screening: bool,
    /// A centre line given by hand, in the unit of the series.
    pub centre: Option<f64>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            kind: ChartKind::default(),
            direction: Direction::default(),
            target: None,
            later_targets: Vec::new(),
            rules: Rules::default(),
            cycles: Vec::new(),
            phases: Vec::new(),
            baseline: Baseline::default(),
            screening: true,
            centre: None,
        }
    }
}

/// A rule that hit.
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
    /// Whether it has limits.
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

    fn latest_signal(&self) -> Option<&Signal> {
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
pub struct Suggestion {
    /// The day on which it would begin.
    pub date: NaiveDate,
    /// How many points lie on one side since then.
    pub points: usize,
    /// On which side.
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
    /// The centre line at this point.
    pub centre: Option<f64>,
    /// The lower limit.
    pub lower: Option<f64>,
    /// The upper limit.
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
    /// What it is of.
    pub name: String,
    /// The unit.
    pub unit: String,
    /// What one number is.
    pub data_type: DataType,
    /// Which way is better.
    pub direction: Direction,
    /// The rules that were judged.
    pub rules: Rules,
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
    /// The chart of a series.
    ///
    /// Several readings of one date and time are one point, except of times and cases between
    /// events. Rules are judged inside a phase, from [`MINIMUM_USEFUL`] useful points on; limits are
    /// drawn from [`LIMITS_FROM`] points on, and a chart with no phase that has them is a run chart.
    /// A target or a centre line that is not a finite number is left out.
    pub fn new(series: &Series, options: &Options) -> Self {
        let mut cycles = options.cycles.clone();
        cycles.sort_by(|a, b| (a.date, a.number, &a.label).cmp(&(b.date, b.number, &b.label)));
        let plotted = plotted(series, options);
        let ranges = ranges(&plotted, &options.phases);
        let baseline = match options.baseline {
            Baseline::All => None,
            Baseline::BeforeCycles => cycles.first().and_then(|cycle| cycle.date.pred_opt()),
            Baseline::Until(day) => Some(day),
        };
        let build = |kind| {
            ranges
                .iter()
                .map(|range| part(kind, &plotted, range, baseline, series, options))
                .collect::<Result<Vec<_>, Refusal>>()
        };
        let (mut kind, mut refusal) = (options.kind, None);
        let mut parts = build(kind).unwrap_or_else(|refused| {
            refusal = Some(refused);
            Vec::new()
        });
        let limited = |parts: &[Part]| parts.iter().any(|part| part.limits.basis.used >= LIMITS_FROM);
        if kind != ChartKind::Run && !limited(&parts) && (refusal.is_some() || !kind.is_spread()) {
            kind = ChartKind::Run;
            // A run chart refuses nothing.
            parts = build(kind).unwrap_or_default();
        }
        let mut chart = Self {
            kind,
            wanted: options.kind,
            refusal,
            name: series.name.clone(),
            unit: series.unit.clone(),
            data_type: series.data_type,
            direction: if kind.is_spread() { Direction::Neutral } else { options.direction },
            rules: match options.rules {
                Rules::LimitsAndRuns if kind == ChartKind::Run => Rules::Runs,
                rules => rules,
            },
            screening: options.screening,
            centre_given: options.centre.is_some_and(f64::is_finite),
            cycles,
            points: plotted.into_iter().map(|plotted| plotted.point).collect(),
            phases: Vec::new(),
        };
        for (range, part) in ranges.into_iter().zip(parts) {
            chart.add(range, part);
        }
        chart
    }

    fn add(&mut self, range: PhaseRange, part: Part) {
        let Part { limits, baseline, baseline_short } = part;
        let places = range.places.clone();
        let points = &mut self.points[places.clone()];
        let limited = self.kind != ChartKind::Run && limits.basis.used >= LIMITS_FROM;
        for (i, point) in points.iter_mut().enumerate() {
            if self.kind != ChartKind::Run {
                point.value = limits.values.get(i).copied().flatten();
            }
            point.centre = limits.centre.get(i).copied().flatten();
            if limited {
                point.lower = limits.lower().get(i).copied().flatten();
                point.upper = limits.upper().get(i).copied().flatten();
            }
        }
        let Some(centre) = points.iter().rev().find_map(|point| point.centre) else { return };
        if points.iter().all(|point| point.used().is_none()) {
            return;
        }
        for point in points.iter_mut() {
            point.side = point.used().and_then(|value| side_of(value, centre));
        }
        let used: Vec<Option<f64>> = points.iter().map(ChartPoint::used).collect();
        let mut runs = anhoej::runs(used.iter().copied(), centre);
        for place in runs.runs.iter_mut().flat_map(|run| &mut run.places) {
            *place += places.start;
        }
        let signals =
            if runs.judged() { self.judge(&used, &limits, centre, limited, places.start) } else { Vec::new() };
        for signal in &signals {
            for &place in &signal.points {
                self.points[place].flags.push((signal.rule, signal.meaning));
            }
        }
        self.phases.push(Phase {
            first: places.start,
            last: places.end - 1,
            reason: range.reason,
            baseline_last: baseline.map(|many| places.start + many - 1).filter(|last| *last + 1 < places.end),
            baseline_short,
            centre,
            used: limits.basis.used,
            limited,
            ranges: limits.basis.ranges,
            sigma: limits.basis.process_sigma,
            sigma_z: limits.basis.sigma_z,
            runs,
            signals,
        });
    }

    fn judge(&self, used: &[Option<f64>], limits: &Limits, centre: f64, limited: bool, start: usize) -> Vec<Signal> {
        let mut set = self.rules.set();
        if self.kind.is_spread() {
            // Neighbouring moving ranges share a value: patterns of several mean nothing.
            set.rules.retain(|rule| matches!(rule, Rule::Outside { .. }));
        }
        let lines = if limited { Lines::of(limits) } else { vec![Lines::centre(centre); used.len()] };
        set.judge(used, &lines)
            .into_iter()
            .map(|hit| Signal {
                rule: hit.rule,
                points: hit.points.into_iter().map(|place| place + start).collect(),
                side: hit.side,
                meaning: Meaning::of(hit.side, self.direction),
            })
            .collect()
    }

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
    pub fn suggestion(&self) -> Option<Suggestion> {
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
        let found = rebase::suggest(&used, &lines, &places, SUGGESTED_SHIFT)?;
        let lasts = phase.runs.runs.last()?.places.contains(&(phase.first + found.start));
        let (_, cycle) = *changes.iter().rfind(|(place, _)| *place == found.change && lasts)?;
        let date = points.get(found.start)?.date;
        Some(Suggestion { date, points: found.points, side: found.side, cycle })
    }

    /// The latest point that has a value and is not excluded.
    pub fn latest(&self) -> Option<&ChartPoint> {
        self.points.iter().rev().find(|point| point.used().is_some())
    }
}

/// A point, and the values that it stands for.
struct Plotted {
    point: ChartPoint,
    raw: Vec<f64>,
}

/// The places of a phase's points, and what its beginning says.
struct PhaseRange {
    places: Range<usize>,
    reason: String,
    freeze_after: Option<usize>,
    is_first: bool,
}

/// The lines of one phase.
struct Part {
    limits: Limits,
    baseline: Option<usize>,
    baseline_short: bool,
}

fn plotted(series: &Series, options: &Options) -> Vec<Plotted> {
    let apart = matches!(series.data_type, DataType::TimeBetween | DataType::CasesBetween)
        || matches!(options.kind, ChartKind::G | ChartKind::T);
    let mut sorted: Vec<(&Point, Option<f64>)> =
        series.points.iter().map(|point| (point, point.reading.value(series.data_type))).collect();
    sorted.sort_by(|(a, x), (b, y)| {
        (a.date, a.time, a.excluded, a.key)
            .cmp(&(b.date, b.time, b.excluded, b.key))
            .then_with(|| compare(*x, *y))
            .then_with(|| a.label.cmp(&b.label))
    });
    let mut targets = options.later_targets.clone();
    targets.sort_by_key(|(from, _)| *from);
    let target_on = |date: NaiveDate| {
        let later = targets.iter().rev().find(|(from, _)| *from <= date).map(|(_, target)| *target);
        let wanted = later.or(options.target).filter(|target| target.is_finite());
        // What is aimed for is a value, not a spread.
        wanted.filter(|_| !options.kind.is_spread())
    };
    sorted
        .chunk_by(|(a, _), (b, _)| !apart && !b.excluded && (a.date, a.time) == (b.date, b.time))
        .map(|together| one_of(together, series, target_on))
        .collect()
}

/// One point for what was recorded at one time.
fn one_of(
    together: &[(&Point, Option<f64>)],
    series: &Series,
    target_on: impl Fn(NaiveDate) -> Option<f64>,
) -> Plotted {
    let first = together[0].0;
    let raw: Vec<f64> = together.iter().filter_map(|(_, value)| *value).collect();
    // A share of nothing adds nothing.
    let ratios: Option<Vec<(f64, f64)>> = together
        .iter()
        .filter(|(_, value)| value.is_some())
        .map(|(point, _)| match point.reading {
            Reading::Ratio { numerator, denominator } => Some((numerator, denominator)),
            _ => None,
        })
        .collect();
    let (value, numerator, denominator) = match (together, ratios) {
        ([(point, value)], _) => match point.reading {
            Reading::Ratio { numerator, denominator } => (*value, Some(numerator), Some(denominator)),
            _ => (*value, None, None),
        },
        (_, Some(ratios)) => {
            let (top, bottom) = ratios.iter().fold((0.0, 0.0), |(a, b), (top, bottom)| (a + top, b + bottom));
            (Reading::ratio(top, bottom).value(series.data_type), Some(top), Some(bottom))
        }
        (_, None) => {
            let how = match (series.data_type, series.summary) {
                (DataType::Count, _) => Aggregate::Sum,
                (_, Summary::Mean) => Aggregate::Mean,
                (_, Summary::Median) => Aggregate::Median,
            };
            (subgroup::aggregate(&raw, how), None, None)
        }
    };
    let label = if together.len() == 1 { first.label.clone() } else { String::new() };
    let point = ChartPoint {
        keys: together.iter().map(|(point, _)| point.key).collect(),
        label,
        date: first.date,
        time: first.time,
        value,
        numerator: numerator.filter(|top| top.is_finite()),
        denominator: denominator.filter(|bottom| bottom.is_finite()),
        excluded: first.excluded,
        centre: None,
        lower: None,
        upper: None,
        target: target_on(first.date),
        side: None,
        flags: Vec::new(),
    };
    Plotted { point, raw }
}

fn compare(a: Option<f64>, b: Option<f64>) -> Ordering {
    a.unwrap_or(f64::NEG_INFINITY).total_cmp(&b.unwrap_or(f64::NEG_INFINITY))
}

fn ranges(plotted: &[Plotted], starts: &[PhaseStart]) -> Vec<PhaseRange> {
    if plotted.is_empty() {
        return Vec::new();
    }
    let mut starts: Vec<&PhaseStart> = starts.iter().collect();
    starts.sort_by_key(|start| start.date);
    let mut found =
        vec![PhaseRange { places: 0..plotted.len(), reason: String::new(), freeze_after: None, is_first: true }];
    for start in starts {
        let first = plotted.partition_point(|plotted| plotted.point.date < start.date);
        let Some(before) = found.last_mut().filter(|_| first < plotted.len()) else { continue };
        let next = PhaseRange {
            places: first..plotted.len(),
            reason: start.reason.clone(),
            freeze_after: start.freeze_after,
            is_first: false,
        };
        // One that leaves the phase before it without a point takes its place.
        if before.places.start == first {
            *before = next;
        } else {
            before.places.end = first;
            found.push(next);
        }
    }
    found
}

fn part(
    kind: ChartKind,
    plotted: &[Plotted],
    range: &PhaseRange,
    baseline_until: Option<NaiveDate>,
    series: &Series,
    options: &Options,
) -> Result<Part, Refusal> {
    let plotted = &plotted[range.places.clone()];
    let wanted = match (range.is_first, baseline_until) {
        (true, Some(until)) => Some(plotted.partition_point(|plotted| plotted.point.date <= until)),
        (true, None) => None,
        // Counted in points that take part, so that one that is excluded later changes nothing else.
        (false, _) => range.freeze_after.and_then(|many| {
            let mut used = (0..plotted.len()).filter(|place| plotted[*place].point.used().is_some());
            used.nth(many.checked_sub(1)?).map(|place| place + 1)
        }),
    };
    let wanted = wanted.filter(|many| *many < plotted.len());
    let enough = if kind == ChartKind::Run { MINIMUM_USEFUL } else { LIMITS_FROM };
    let has = |many: usize| plotted[..many].iter().filter(|plotted| plotted.point.used().is_some()).count();
    let baseline = wanted.filter(|many| has(*many) >= enough);
    let limits = lines(kind, plotted, baseline, series, options)?;
    Ok(Part { limits, baseline, baseline_short: baseline.is_none() && wanted.is_some_and(|many| many > 0) })
}

/// The lines of the points of one phase, in the unit of the series.
fn lines(
    kind: ChartKind,
    plotted: &[Plotted],
    baseline: Option<usize>,
    series: &Series,
    options: &Options,
) -> Result<Limits, Refusal> {
    let scale = match series.data_type {
        DataType::Percentage => 100.0,
        DataType::Rate { per } => per,
        _ => 1.0,
    };
    let used: Vec<bool> = plotted.iter().map(|plotted| !plotted.point.excluded).collect();
    let values: Vec<Option<f64>> = plotted.iter().map(|plotted| plotted.point.value).collect();
    let plain = Data { values: &values, denominators: None, used: Some(&used), baseline };
    let tops: Vec<Option<f64>> = plotted.iter().map(|plotted| plotted.point.numerator).collect();
    let bottoms: Vec<Option<f64>> = plotted.iter().map(|plotted| plotted.point.denominator).collect();
    let weighed = Data { values: &tops, denominators: Some(&bottoms), used: Some(&used), baseline };
    let given = |scale: f64| match options.centre.filter(|centre| centre.is_finite()) {
        Some(centre) => limits::Centre::Given(centre / scale),
        None => limits::Centre::Mean,
    };
    let settings = |scale: f64| limits::Options {
        centre: given(scale),
        screening: if options.screening { Screening::ON } else { Screening::Off },
        ..limits::Options::default()
    };
    let engine = match kind {
        ChartKind::Run => Kind::Run,
        ChartKind::Xmr => Kind::Xmr,
        ChartKind::MovingRange => Kind::MovingRange,
        ChartKind::IPrime => Kind::IPrime,
        ChartKind::P => Kind::P,
        ChartKind::PPrime => Kind::PPrime,
        ChartKind::U => Kind::U,
        ChartKind::UPrime => Kind::UPrime,
        ChartKind::C => Kind::C,
        ChartKind::G => Kind::G,
        ChartKind::T => Kind::T,
        ChartKind::Xbar | ChartKind::S => {
            let groups: Vec<Subgroup> = plotted.iter().map(|plotted| Subgroup::of(&plotted.raw)).collect();
            let groups = Subgroups { groups: &groups, used: Some(&used), baseline };
            let settings = settings(1.0);
            return if kind == ChartKind::S {
                subgroup::s(&groups, &settings)
            } else {
                subgroup::xbar(&groups, &settings)
            };
        }
    };
    let mut found = match kind {
        ChartKind::P | ChartKind::PPrime | ChartKind::U | ChartKind::UPrime => {
            limits::chart(engine, &weighed, &settings(scale))?.multiplied(scale)
        }
        ChartKind::IPrime if tops.iter().any(Option::is_some) => {
            limits::chart(engine, &weighed, &settings(scale))?.multiplied(scale)
        }
        ChartKind::IPrime => {
            let sums: Vec<Option<f64>> =
                plotted.iter().map(|plotted| subgroup::aggregate(&plotted.raw, Aggregate::Sum)).collect();
            let sizes: Vec<Option<f64>> = plotted.iter().map(|plotted| Some(plotted.raw.len() as f64)).collect();
            let data = Data { values: &sums, denominators: Some(&sizes), used: Some(&used), baseline };
            limits::chart(engine, &data, &settings(1.0))?
        }
        // The centre of a spread is not that of the values.
        ChartKind::MovingRange => {
            limits::chart(engine, &plain, &limits::Options { centre: limits::Centre::Mean, ..settings(1.0) })?
        }
        _ => limits::chart(engine, &plain, &settings(1.0))?,
    };
    bound(&mut found, series.data_type);
    Ok(found)
}

/// Limits end where the quantity does: shares at 0 and 100 %, counts, rates and times at 0.
fn bound(limits: &mut Limits, data_type: DataType) {
    let (least, most) = match data_type {
        DataType::Percentage => (0.0, 100.0),
        DataType::Measurement => return,
        _ => (0.0, f64::INFINITY),
    };
    if limits.values.iter().flatten().any(|value| !(least..=most).contains(value)) {
        return;
    }
    for line in limits.bands.iter_mut().flat_map(|band| band.lower.iter_mut().chain(&mut band.upper)) {
        *line = line.map(|line| line.clamp(least, most));
    }
}

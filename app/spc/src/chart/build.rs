//! From a series to a chart: which points stand together, the lines of each phase, and what the rules
//! found.

use std::cmp::Ordering;
use std::ops::Range;

use chrono::NaiveDate;

use super::options::{Baseline, Options, PhaseStart, Rules};
use super::{Chart, ChartPoint, LIMITS_FROM, Phase, Signal};
use crate::anhoej::{self, MINIMUM_USEFUL};
use crate::kind::ChartKind;
use crate::limits::{self, Data, Kind, Limits, Refusal};
use crate::rules::{Lines, Rule};
use crate::screening::Screening;
use crate::series::{DataType, Direction, Point, Reading, Series, Summary};
use crate::side::{Meaning, side_of};
use crate::subgroup::{self, Aggregate, Subgroup, Subgroups};

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

//! From a series to a chart: which points stand together, the lines of each phase, and what the rules
//! found.

use std::ops::Range;

use chrono::NaiveDate;

use super::lines::lines;
use super::options::{Baseline, ChartOptions, PhaseStart, RuleSetName};
use super::points::{Plotted, plotted};
use super::{Chart, ChartPoint, LIMITS_FROM, Phase, Signal};
use crate::anhoej::{self, MINIMUM_USEFUL};
use crate::kind::ChartKind;
use crate::limits::{ControlLimits, Refusal};
use crate::rules::{Lines, Rule};
use crate::series::{Direction, Series};
use crate::side::{Meaning, side_of};

impl Chart {
    /// The chart of a series.
    ///
    /// Several readings of one date and time are one point, except of times and cases between
    /// events. Rules are judged inside a phase, from [`MINIMUM_USEFUL`] useful points on; limits are
    /// drawn from [`LIMITS_FROM`] points on, and a chart with no phase that has them is a run chart.
    /// A target or a centre line that is not a finite number is left out.
    pub fn new(series: &Series, options: &ChartOptions) -> Self {
        let mut cycles = options.cycles.clone();
        cycles.sort_by(|a, b| (a.date, a.number, &a.label).cmp(&(b.date, b.number, &b.label)));
        let plotted = plotted(series, options);
        let ranges = ranges(&plotted, &options.phases);
        let baseline = match options.baseline {
            Baseline::All => None,
            Baseline::BeforeCycles => cycles.first().and_then(|cycle| cycle.date.pred_opt()),
            Baseline::Until(day) => Some(day),
        };
        let parts_of = |kind| -> Result<Vec<Part>, Refusal> {
            ranges.iter().map(|range| part(kind, &plotted, range, baseline, series, options)).collect()
        };
        let Drawable { kind, parts, refusal } = drawable(options.kind, parts_of);
        let mut chart = Self {
            kind,
            wanted: options.kind,
            refusal,
            name: series.name.clone(),
            unit: series.unit.clone(),
            data_type: series.data_type,
            direction: if kind.is_spread() { Direction::Neutral } else { options.direction },
            rule_set: match options.rule_set {
                RuleSetName::LimitsAndRuns if kind == ChartKind::Run => RuleSetName::Runs,
                other => other,
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

    /// Adds a phase: its lines at each point, its runs, and what the rules find in it.
    fn add(&mut self, range: PhaseRange, part: Part) {
        let Part { limits, baseline, baseline_short } = part;
        let places = range.places.clone();
        let limited = self.kind != ChartKind::Run && limits.basis.used >= LIMITS_FROM;
        self.draw_lines(places.clone(), &limits, limited);
        let points = &mut self.points[places.clone()];
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

    /// The value that is drawn of each point of a phase, and the lines there.
    fn draw_lines(&mut self, places: Range<usize>, limits: &ControlLimits, limited: bool) {
        let at = |line: &[Option<f64>], i: usize| line.get(i).copied().flatten();
        for (i, point) in self.points[places].iter_mut().enumerate() {
            if self.kind != ChartKind::Run {
                point.value = at(&limits.values, i);
            }
            point.centre = at(&limits.centre, i);
            if limited {
                point.lower = at(limits.lower(), i);
                point.upper = at(limits.upper(), i);
            }
        }
    }

    fn judge(
        &self,
        used: &[Option<f64>],
        limits: &ControlLimits,
        centre: f64,
        limited: bool,
        start: usize,
    ) -> Vec<Signal> {
        let mut set = self.rule_set.set();
        if self.kind.is_spread() {
            // Neighbouring moving ranges share a value: patterns of several mean nothing.
            set.rules.retain(|rule| matches!(rule, Rule::BeyondLimits { .. }));
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

/// The places of a phase's points, and what its beginning says.
struct PhaseRange {
    places: Range<usize>,
    reason: String,
    freeze_after: Option<usize>,
    is_first: bool,
}

/// The chart that can be drawn, with the lines of each phase.
struct Drawable {
    kind: ChartKind,
    parts: Vec<Part>,
    /// Why the one that was wanted cannot be.
    refusal: Option<Refusal>,
}

/// The chart that is wanted, or a run chart where the data refuse it or no phase has points enough.
fn drawable(wanted: ChartKind, parts_of: impl Fn(ChartKind) -> Result<Vec<Part>, Refusal>) -> Drawable {
    let (parts, refusal) = match parts_of(wanted) {
        Ok(parts) => (parts, None),
        Err(refusal) => (Vec::new(), Some(refusal)),
    };
    let limited = parts.iter().any(|part| part.limits.basis.used >= LIMITS_FROM);
    if wanted != ChartKind::Run && !limited && (refusal.is_some() || !wanted.is_spread()) {
        // A run chart refuses nothing.
        let parts = parts_of(ChartKind::Run).unwrap_or_default();
        return Drawable { kind: ChartKind::Run, parts, refusal };
    }
    Drawable { kind: wanted, parts, refusal }
}

/// The lines of one phase.
struct Part {
    limits: ControlLimits,
    baseline: Option<usize>,
    baseline_short: bool,
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
    options: &ChartOptions,
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

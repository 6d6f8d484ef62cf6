use std::ops::Range;

use crate::limits::{ControlLimits, Data};
use crate::side::{Side, side_of};

/// Which shifts begin a new phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Accept {
    /// None: the first limits stay.
    Never,
    /// Every one after which there are points enough for limits.
    Every,
    /// Those during whose calculation period no opposing shift begins, judged on the new centre
    /// line.
    Unopposed,
    /// As [`Self::Unopposed`]; and the calculation period doesn't end in a run that points added to
    /// the series could make an opposing shift. So what is accepted now will be accepted later.
    #[default]
    UnopposedForGood,
}

/// The choices of the Stable Shift Algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StableShift {
    /// How many points limits are computed from, no more and no fewer.
    pub period: usize,
    /// How many points in a row on one side of the centre line are a shift.
    pub shift: usize,
    /// How many points outside the limits may be left out of the calculation of a period, one after
    /// the other, each time the one furthest from the centre line.
    pub exclusions: usize,
    /// Which shifts begin a new phase.
    pub accept: Accept,
}

impl StableShift {
    /// The defaults of autospc: 21 points, shifts of 8, up to 3 exclusions.
    pub fn autospc() -> Self {
        Self { period: 21, shift: 8, exclusions: 3, accept: Accept::UnopposedForGood }
    }
}

/// A stretch with its own limits. Places are those in the series.
#[derive(Clone, Debug, PartialEq)]
pub struct StablePhase {
    /// Its points. The first phase begins at 0.
    pub places: Range<usize>,
    /// The part of them that the limits are computed from.
    pub calculated: Range<usize>,
    /// The points in that part that were left out for lying outside, in order.
    pub excluded: Vec<usize>,
    /// The limits at each of [`Self::places`].
    pub limits: ControlLimits,
}

/// The phases that the Stable Shift Algorithm finds; `None` for a series with fewer points than one
/// period.
///
/// The first limits come from the first [`StableShift::period`] points. A shift that begins after
/// them and leaves as many points again gives candidate limits, computed from as many points from
/// its beginning; they hold from there on if [`StableShift::accept`] says so, and otherwise the next
/// shift is looked at. A run of more points than make a shift is several shifts, each a point
/// shorter than the one before. Points on the centre line break a run.
///
/// `chart` computes the limits of the points that are [used](Data::used); its centre line has to be
/// the same at every point.
///
/// Source: "Re-establishing control limits in statistical process control analyses: the stable shift
/// algorithm" (2025), and the description of the algorithm that autospc publishes.
pub fn stable_shift(
    data: &Data,
    chart: impl Fn(&Data) -> ControlLimits,
    options: &StableShift,
) -> Option<Vec<StablePhase>> {
    let series = Series::new(data, &chart, options);
    let period = series.period;
    if series.points() < period {
        return None;
    }
    let mut phases = vec![series.candidate(0)];
    let mut counter = period;
    while options.accept != Accept::Never && series.leaves_a_period(counter) {
        let Some(trigger) = phases.last().and_then(|phase| series.next_shift(counter, phase.centre?)) else { break };
        if !series.leaves_a_period(trigger.start) {
            break;
        }
        let candidate = series.candidate(trigger.start);
        if series.accepts(&candidate, trigger.side) {
            phases.push(candidate);
            counter = trigger.start + period;
        } else {
            counter = trigger.start + 1;
        }
    }
    Some(series.finish(phases))
}

/// The series without its gaps, and what is asked of it.
struct Series<'a, C> {
    data: &'a Data<'a>,
    chart: &'a C,
    options: &'a StableShift,
    period: usize,
    /// Where each point stands in the data.
    places: Vec<usize>,
    values: Vec<Option<f64>>,
    denominators: Option<Vec<Option<f64>>>,
    /// What is drawn at each point.
    drawn: Vec<f64>,
}

/// A period from which limits are, or could be, computed; in points, not places.
struct Candidate {
    start: usize,
    excluded: Vec<usize>,
    centre: Option<f64>,
}

struct Shift {
    start: usize,
    side: Side,
}

impl<'a, C: Fn(&Data) -> ControlLimits> Series<'a, C> {
    fn new(data: &'a Data<'a>, chart: &'a C, options: &'a StableShift) -> Self {
        let drawn = chart(&Data { used: None, ..*data }).values;
        let is_used = |place: usize| data.used.is_none_or(|used| used.get(place).copied().unwrap_or(true));
        let (places, drawn): (Vec<usize>, Vec<f64>) = drawn
            .iter()
            .enumerate()
            .take(data.len())
            .filter_map(|(place, value)| value.filter(|_| is_used(place)).map(|value| (place, value)))
            .unzip();
        let pick = |from: &[Option<f64>]| places.iter().map(|&place| from.get(place).copied().flatten()).collect();
        Self {
            data,
            chart,
            options,
            period: options.period.max(1),
            values: pick(data.values),
            denominators: data.denominators.map(pick),
            drawn,
            places,
        }
    }

    fn points(&self) -> usize {
        self.places.len()
    }

    fn leaves_a_period(&self, start: usize) -> bool {
        self.points().saturating_sub(start) >= self.period
    }

    /// The limits of some points.
    fn limits(&self, points: Range<usize>, used: &[bool]) -> ControlLimits {
        let denominators = self.denominators.as_ref().map(|all| &all[points.clone()]);
        (self.chart)(&Data { denominators, used: Some(used), ..Data::new(&self.values[points]) })
    }

    /// A period that begins at a point, with the points left out that lie furthest outside.
    fn candidate(&self, start: usize) -> Candidate {
        let points = start..start + self.period;
        let mut used = vec![true; self.period];
        let mut excluded = Vec::new();
        loop {
            let limits = self.limits(points.clone(), &used);
            let centre = limits.centre.iter().copied().flatten().next();
            let furthest = centre
                .filter(|_| excluded.len() < self.options.exclusions)
                .and_then(|centre| furthest_outside(&self.drawn[points.clone()], &limits, centre, &used));
            let Some(furthest) = furthest else {
                excluded.sort_unstable();
                return Candidate { start, excluded, centre };
            };
            used[furthest] = false;
            excluded.push(start + furthest);
        }
    }

    /// The side of a centre line on which a point lies, if it lies on one.
    fn side(&self, point: usize, centre: f64) -> Option<Side> {
        side_of(*self.drawn.get(point)?, centre).filter(|side| *side != Side::On)
    }

    /// Where the run that a point belongs to ends: the first point that isn't of it, looking no
    /// further than the length of a shift.
    fn run_end(&self, point: usize, centre: f64) -> usize {
        let side = self.side(point, centre);
        let of_run = |at: &usize| side.is_some() && self.side(*at, centre) == side;
        (point..point.saturating_add(self.options.shift.max(1)))
            .find(|at| !of_run(at))
            .unwrap_or_else(|| point.saturating_add(self.options.shift.max(1)))
    }

    /// Whether a shift begins at a point.
    fn is_shift(&self, point: usize, centre: f64) -> bool {
        self.run_end(point, centre) - point >= self.options.shift.max(1)
    }

    fn next_shift(&self, from: usize, centre: f64) -> Option<Shift> {
        let mut start = from;
        while start < self.points() {
            if self.is_shift(start, centre) {
                return self.side(start, centre).map(|side| Shift { start, side });
            }
            // No shift begins inside a run that is too short for one.
            start = self.run_end(start, centre).max(start + 1);
        }
        None
    }

    fn accepts(&self, candidate: &Candidate, side: Side) -> bool {
        let Some(centre) = candidate.centre else { return false };
        let opposing = |point: usize| self.side(point, centre).is_some_and(|of| of != side);
        let end = candidate.start + self.period;
        let opposed = || (candidate.start..end).any(|point| opposing(point) && self.is_shift(point, centre));
        let open = || opposing(end - 1) && self.run_end(end - 1, centre) >= self.points();
        match self.options.accept {
            Accept::Never => false,
            Accept::Every => true,
            Accept::Unopposed => !opposed(),
            Accept::UnopposedForGood => !opposed() && !open(),
        }
    }

    /// From points back to places.
    fn finish(&self, found: Vec<Candidate>) -> Vec<StablePhase> {
        let place = |point: usize| self.places.get(point).copied().unwrap_or(self.data.len());
        let start_of = |number: usize| match (number, found.get(number)) {
            (0, _) => 0,
            (_, Some(candidate)) => place(candidate.start),
            (_, None) => self.data.len(),
        };
        (0..found.len())
            .map(|number| {
                let candidate = &found[number];
                let places = start_of(number)..start_of(number + 1);
                let calculated = places.start..place(candidate.start + self.period).min(places.end);
                let excluded: Vec<usize> = candidate.excluded.iter().map(|&point| place(point)).collect();
                let mut used = vec![false; places.len()];
                for point in candidate.start..candidate.start + self.period {
                    used[place(point) - places.start] = !candidate.excluded.contains(&point);
                }
                let limits = (self.chart)(&Data {
                    denominators: self.data.denominators.map(|all| all.get(places.clone()).unwrap_or(&[])),
                    used: Some(&used),
                    ..Data::new(&self.data.values[places.clone()])
                });
                StablePhase { places, calculated, excluded, limits }
            })
            .collect()
    }
}

/// The used point outside its limits that lies furthest from the centre line.
fn furthest_outside(values: &[f64], limits: &ControlLimits, centre: f64, used: &[bool]) -> Option<usize> {
    let line = |line: &[Option<f64>], point: usize| line.get(point).copied().flatten();
    let outside = |&point: &usize| {
        line(limits.lower(), point).is_some_and(|lower| values[point] < lower)
            || line(limits.upper(), point).is_some_and(|upper| values[point] > upper)
    };
    let distance = |point: usize| (values[point] - centre).abs();
    (0..values.len())
        .filter(|&point| used[point])
        .filter(outside)
        // The first of several that are equally far.
        .reduce(|furthest, point| if distance(point) > distance(furthest) { point } else { furthest })
}

use std::ops::Range;

use crate::limits::{ControlLimits, Data};
use crate::side::Side;

/// Which shifts begin a new phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Accept {
    /// None: the first limits stay.
    Never,
    /// Every one after which there are points enough for limits.
    Every,
    /// Those during whose calculation period no opposing shift begins, judged on the new centre
    /// line. Its first run opposes nothing: it is the way to the new level.
    Unopposed,
    /// As [`Self::Unopposed`]; and the calculation period doesn't end in a run that points added to
    /// the series could make an opposing shift. So what is accepted now will be accepted later.
    #[default]
    UnopposedForGood,
}

/// The choices of the Stable Shift Algorithm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StableShift {
    /// How many points limits are computed from, no more and no fewer.
    pub period: usize,
    /// How many points the first limits are computed from, where that is another number.
    pub baseline: Option<usize>,
    /// How many points in a row on one side of the centre line are a shift.
    pub shift: usize,
    /// How many points outside the limits may be left out of the calculation of a period, one after
    /// the other, each time the one furthest outside.
    pub exclusions: usize,
    /// Which shifts begin a new phase.
    pub accept: Accept,
    /// Whether an opposing shift counts that begins in the calculation period and is only long enough with the points
    /// after it. With [`Accept::UnopposedForGood`] it does in any case.
    pub overhanging: bool,
    /// Points no further than this from the centre line lie on it.
    pub tolerance: f64,
    /// Where limits end, below and above. The upper end is heeded only where limits are carried on.
    pub bounds: (f64, f64),
}

impl StableShift {
    /// The defaults of autospc: 21 points, shifts of 8, up to 3 exclusions.
    pub fn autospc() -> Self {
        Self {
            period: 21,
            baseline: None,
            shift: 8,
            exclusions: 3,
            accept: Accept::UnopposedForGood,
            overhanging: true,
            tolerance: 0.0,
            bounds: (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    fn overhangs(&self) -> bool {
        self.overhanging || self.accept == Accept::UnopposedForGood
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
    /// The points that belong to a run long enough for a shift, judged inside the phase.
    pub shifted: Vec<bool>,
}

/// The tool compares doubles with this tolerance (fpCompare).
const COMPARES: f64 = 1.490_116_119_384_765_6e-8;

/// The phases that the Stable Shift Algorithm finds; `None` for a series with fewer points than one
/// period, and where a gap leaves an opposing shift undecided.
///
/// The first limits come from the first [`StableShift::baseline`] points. A shift that begins after
/// them and leaves a period of points again gives candidate limits, computed from as many points from
/// its beginning; they hold from there on if [`StableShift::accept`] says so, and otherwise the next
/// shift is looked at. A run of more points than make a shift is several shifts, each a point
/// shorter than the one before. Points on the centre line break a run, and so does a missing one, which has
/// its place in a period all the same.
///
/// `chart` computes the limits of the points that are [used](Data::used), without bounds; its centre line has to
/// be the same at every point.
///
/// Source: "Re-establishing control limits in statistical process control analyses: the stable shift
/// algorithm" (2025), and the source of autospc 0.0.0.9051.
pub fn stable_shift(
    data: &Data,
    chart: impl Fn(&Data) -> ControlLimits,
    options: &StableShift,
) -> Option<Vec<StablePhase>> {
    let series = Series::new(data, &chart, options);
    if series.left(0) < series.period(0) {
        return None;
    }
    let mut phases = vec![series.candidate(0)];
    let mut counter = series.period(0);
    while options.accept != Accept::Never && counter + 1 < series.len() && series.left(counter) >= series.period(1) {
        let current = phases.last()?;
        let Some(trigger) = current.next_shift(counter, options.shift) else { break };
        if trigger + 1 >= series.len() || series.left(trigger) < series.period(1) {
            break;
        }
        let side = current.side(trigger);
        let candidate = series.candidate(trigger);
        if series.accepts(&candidate, side)? {
            counter = trigger + series.period(1);
            phases.push(candidate);
        } else {
            counter = trigger + 1;
        }
    }
    Some(series.finish(&phases))
}

/// The series, and what is asked of it.
struct Series<'a, C> {
    data: &'a Data<'a>,
    chart: &'a C,
    options: &'a StableShift,
    /// What is drawn at each place.
    drawn: Vec<Option<f64>>,
}

/// A period from which limits are, or could be, computed, and how the points from there on lie about its centre line.
struct Candidate {
    start: usize,
    end: usize,
    excluded: Vec<usize>,
    limits: ControlLimits,
    /// From [`Self::start`] on; none for a missing point.
    sides: Vec<Option<Side>>,
}

impl Candidate {
    fn side(&self, place: usize) -> Option<Side> {
        self.sides.get(place.checked_sub(self.start)?).copied().flatten()
    }

    /// How many points from a place on lie on the same side, off the line; at most `enough`.
    fn run(&self, place: usize, enough: usize) -> usize {
        let Some(side @ (Side::Above | Side::Below)) = self.side(place) else { return 0 };
        (place..place.saturating_add(enough)).take_while(|at| self.side(*at) == Some(side)).count()
    }

    /// The first place from one on at which a shift begins, or is as long still.
    fn next_shift(&self, from: usize, shift: usize) -> Option<usize> {
        let shift = shift.max(1);
        let mut place = from;
        while place < self.start + self.sides.len() {
            match self.run(place, shift) {
                run if run >= shift => return Some(place),
                run => place += run.max(1),
            }
        }
        None
    }
}

impl<'a, C: Fn(&Data) -> ControlLimits> Series<'a, C> {
    fn new(data: &'a Data<'a>, chart: &'a C, options: &'a StableShift) -> Self {
        let drawn = chart(&Data { used: None, ..*data }).values;
        let is_used = |place: usize| data.used.is_none_or(|used| used.get(place).copied().unwrap_or(true));
        let drawn = drawn.into_iter().enumerate().map(|(place, value)| value.filter(|_| is_used(place))).collect();
        Self { data, chart, options, drawn }
    }

    fn len(&self) -> usize {
        self.drawn.len()
    }

    /// How many places a period that begins here has.
    fn period(&self, start: usize) -> usize {
        let period =
            if start == 0 { self.options.baseline.unwrap_or(self.options.period) } else { self.options.period };
        period.max(1)
    }

    /// How many points there are from a place on.
    fn left(&self, start: usize) -> usize {
        self.drawn.iter().skip(start).flatten().count()
    }

    /// The limits of a stretch, from those of its points that are used.
    fn limits(&self, places: Range<usize>, used: &[bool]) -> ControlLimits {
        let denominators = self.data.denominators.map(|all| all.get(places.clone()).unwrap_or(&[]));
        (self.chart)(&Data { denominators, used: Some(used), ..Data::new(&self.data.values[places]) })
    }

    /// A period that begins at a place, with the points left out that lie furthest outside, and its limits carried on.
    fn candidate(&self, start: usize) -> Candidate {
        let end = (start + self.period(start)).min(self.len());
        let mut used = vec![true; end - start];
        let mut excluded: Vec<usize> = Vec::new();
        for _ in 0..self.options.exclusions {
            let limits = self.limits(start..end, &used);
            for place in self.furthest_outside(start, &limits, &used) {
                used[place - start] = false;
                excluded.push(place);
            }
        }
        // Several that lie equally far are left out together; those too many are not, after all.
        for place in excluded.drain(self.options.exclusions.min(excluded.len())..).collect::<Vec<_>>() {
            used[place - start] = true;
        }
        excluded.sort_unstable();
        used.resize(self.len() - start, false);
        let limits = self.bounded(self.limits(start..self.len(), &used), start, end);
        let centre = limits.centre.iter().copied().flatten().next();
        let sides = (start..self.len()).map(|place| self.side(place, centre)).collect();
        Candidate { start, end, excluded, limits, sides }
    }

    /// The points furthest outside their limits, of those used.
    fn furthest_outside(&self, start: usize, limits: &ControlLimits, used: &[bool]) -> Vec<usize> {
        let line = |line: &[Option<f64>], at: usize| line.get(at).copied().flatten();
        let outside = |at: usize| {
            let value = self.drawn[start + at].filter(|_| used[at])?;
            let least = line(limits.lower(), at).map(|lower| lower.max(self.options.bounds.0));
            let above = line(limits.upper(), at).map(|upper| value - upper).filter(|beyond| *beyond > 0.0);
            above.or(least.map(|lower| lower - value).filter(|beyond| *beyond > 0.0))
        };
        let furthest = (0..used.len()).filter_map(outside).fold(f64::NEG_INFINITY, f64::max);
        (0..used.len()).filter(|at| outside(*at) == Some(furthest)).map(|at| start + at).collect()
    }

    /// Limits that end where the quantity does, and are none where there is no point. Where they depend on denominators,
    /// they are carried on from the last place of the period: without a denominator there, not at all.
    fn bounded(&self, mut limits: ControlLimits, start: usize, end: usize) -> ControlLimits {
        let carried = match self.data.denominators {
            Some(all) => all.get(end - 1).copied().flatten().is_some_and(|n| n > 0.0),
            None => true,
        };
        let (least, most) = self.options.bounds;
        for band in &mut limits.bands {
            for (at, line) in band.lower.iter_mut().enumerate() {
                let is_point = self.drawn[start + at].is_some() && (carried || start + at < end);
                *line = line.filter(|_| is_point).map(|line| line.max(least));
            }
            for (at, line) in band.upper.iter_mut().enumerate() {
                let is_point = self.drawn[start + at].is_some() && (carried || start + at < end);
                let most = if start + at < end { f64::INFINITY } else { most };
                *line = line.filter(|_| is_point).map(|line| line.min(most));
            }
        }
        limits
    }

    fn side(&self, place: usize, centre: Option<f64>) -> Option<Side> {
        let away = self.drawn[place]? - centre?;
        let tolerance = self.options.tolerance;
        if away.abs() < tolerance + COMPARES {
            Some(Side::On)
        } else if away - tolerance > COMPARES {
            Some(Side::Above)
        } else if -tolerance - away > COMPARES {
            Some(Side::Below)
        } else {
            None
        }
    }

    /// `None`: undecided for a gap.
    fn accepts(&self, candidate: &Candidate, side: Option<Side>) -> Option<bool> {
        Some(match self.options.accept {
            Accept::Never => false,
            Accept::Every => {
                self.opposed(candidate, side)?;
                true
            }
            Accept::Unopposed => !self.opposed(candidate, side)?,
            Accept::UnopposedForGood => !self.opposed(candidate, side)? && !self.open(candidate, side),
        })
    }

    /// Whether an opposing shift begins in the calculation period after its first run.
    fn opposed(&self, candidate: &Candidate, side: Option<Side>) -> Option<bool> {
        let shift = self.options.shift.max(1);
        let seen = if self.options.overhangs() { self.len() } else { candidate.end };
        let mut run_of_shift = false;
        let mut undecided = false;
        // How many runs there were; unknown after a gap.
        let mut runs = Some(0_usize);
        let mut before: Option<Side> = None;
        for place in candidate.start..seen {
            let here = candidate.side(place);
            let is_new = match (before, here) {
                (None, _) => Some(true),
                (Some(_), None) => None,
                (Some(before), Some(here)) => Some(here != Side::On && here != before),
            };
            runs = runs.zip(is_new).map(|(runs, is_new)| runs + usize::from(is_new));
            if before != here || here.is_none() {
                let left = seen - place;
                run_of_shift = candidate.run(place, shift.min(left)) >= shift;
            }
            before = here;
            let opposes = run_of_shift && here.is_some() && here != side && here != Some(Side::On);
            match runs {
                Some(2..) if opposes => return Some(place < candidate.end),
                None if opposes => undecided = true,
                _ => {}
            }
        }
        if undecided { None } else { Some(false) }
    }

    /// Whether the calculation period ends in an opposing run that lasts to the end of the series, points on the line
    /// passed over.
    fn open(&self, candidate: &Candidate, side: Option<Side>) -> bool {
        let off = |place: &usize| matches!(candidate.side(*place), Some(Side::Above | Side::Below));
        let Some(last) = (candidate.start..candidate.end).rev().find(off) else { return false };
        let of_last = candidate.side(last);
        of_last != side && (last..self.len()).filter(off).all(|place| candidate.side(place) == of_last)
    }

    /// Each phase ends where the next one starts.
    fn finish(&self, found: &[Candidate]) -> Vec<StablePhase> {
        let ends = found.iter().skip(1).map(|next| next.start).chain([self.len()]);
        found
            .iter()
            .zip(ends)
            .map(|(candidate, end)| {
                let many = end - candidate.start;
                let mut limits = candidate.limits.clone();
                let lines = limits.bands.iter_mut().flat_map(|band| [&mut band.lower, &mut band.upper]);
                for line in lines.chain([&mut limits.values, &mut limits.centre, &mut limits.sigma]) {
                    line.truncate(many);
                }
                StablePhase {
                    places: candidate.start..end,
                    calculated: candidate.start..candidate.end.min(end),
                    excluded: candidate.excluded.clone(),
                    shifted: self.shifted(candidate, end),
                    limits,
                }
            })
            .collect()
    }

    /// Which points of a phase belong to a shift inside it.
    fn shifted(&self, candidate: &Candidate, end: usize) -> Vec<bool> {
        let mut shifted = vec![false; end - candidate.start];
        let mut place = candidate.start;
        while place < end {
            let run = candidate.run(place, end - place);
            if run >= self.options.shift.max(1) {
                shifted[place - candidate.start..][..run].fill(true);
            }
            place += run.max(1);
        }
        shifted
    }
}

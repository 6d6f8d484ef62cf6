//! Judging a rule on the points of a phase.

use std::ops::Range;

use super::lines::finite;
use super::pattern::{self, Stretch, side_of};
use super::{
    Cluster, Hit, LastPoint, Lines, Mark, Others, Outside, Rule, Sigmas, Ties, WindowLines, WithoutLimits, runs_limits,
};
use crate::anhoej;
use crate::chart::Side;

/// The points of a phase that have a value.
pub(super) struct Points<'a> {
    places: Vec<usize>,
    values: Vec<f64>,
    lines: Vec<&'a Lines>,
}

impl<'a> Points<'a> {
    pub(super) fn new(values: &[Option<f64>], lines: &'a [Lines]) -> Self {
        let mut points = Self { places: Vec::new(), values: Vec::new(), lines: Vec::new() };
        for (place, (value, lines)) in values.iter().zip(lines).enumerate() {
            if let Some(value) = finite(*value) {
                points.places.push(place);
                points.values.push(value);
                points.lines.push(lines);
            }
        }
        points
    }

    pub(super) fn judge(&self, rule: Rule, mark: Mark) -> Option<Vec<Hit>> {
        if self.values.len() < rule.needs() {
            return None;
        }
        let found = match rule {
            Rule::Outside { without_limits } => self.outside(without_limits)?,
            Rule::Shift { length, ties } => pattern::same_side(&known(self.about_centre())?, length, ties),
            Rule::Trend { length, ties } => pattern::monotone(&self.values, length, ties),
            Rule::Cluster(cluster) => self.cluster(&cluster)?,
            Rule::Alternating { length } => pattern::alternating(&self.values, length),
            Rule::Hugging { length } => {
                let within: Vec<bool> =
                    known(self.about(Sigmas::One))?.into_iter().map(|side| side == Some(Side::On)).collect();
                pattern::unbroken(&within, length)
            }
            Rule::Avoiding { length } => pattern::on_both_sides(&known(self.about(Sigmas::One))?, length),
            Rule::LongRun => {
                let runs = self.runs()?;
                pattern::same_side(&runs.sides, runs.anhoej.longest_run_max + 1, Ties::Skip)
            }
            Rule::FewCrossings => {
                let runs = self.runs()?;
                return Some(whole_phase(rule, runs.number - 1 < runs.anhoej.crossings_min));
            }
            Rule::TooFewRuns => {
                let runs = self.runs()?;
                return Some(whole_phase(rule, runs.number < runs_limits(runs.useful)?.fewest));
            }
            Rule::TooManyRuns => {
                let runs = self.runs()?;
                return Some(whole_phase(rule, runs.number > runs_limits(runs.useful)?.most));
            }
        };
        Some(found.into_iter().map(|stretch| self.hit(rule, stretch, mark)).collect())
    }

    fn hit(&self, rule: Rule, stretch: Stretch, mark: Mark) -> Hit {
        let places = match mark {
            Mark::Members => stretch.members,
            Mark::Span => stretch.span.collect(),
            Mark::Completion => stretch.complete,
        };
        let points = places.into_iter().filter_map(|place| self.places.get(place).copied()).collect();
        Hit { rule, side: stretch.side, points }
    }

    fn about_centre(&self) -> Vec<Option<Side>> {
        self.values
            .iter()
            .zip(&self.lines)
            .map(|(&value, lines)| finite(lines.centre).and_then(|centre| side_of(value, centre)))
            .collect()
    }

    fn about(&self, sigmas: Sigmas) -> Vec<Option<Side>> {
        self.values.iter().zip(&self.lines).map(|(&value, lines)| lines.at(sigmas).side(value)).collect()
    }

    /// Points in a row outside the same limit are one hit.
    fn outside(&self, without_limits: WithoutLimits) -> Option<Vec<Stretch>> {
        let sides = self.about(Sigmas::Three);
        let sides = match without_limits {
            WithoutLimits::NotJudged => known(sides)?,
            WithoutLimits::Below => sides.into_iter().map(|side| side.or(Some(Side::Below))).collect(),
        };
        // A point without limits stands between two others as one that is inside does.
        let sides: Vec<Option<Side>> = sides.into_iter().map(|side| side.or(Some(Side::On))).collect();
        Some(pattern::same_side(&sides, 1, Ties::Break))
    }

    fn cluster(&self, cluster: &Cluster) -> Option<Vec<Stretch>> {
        known(self.about(cluster.beyond))?;
        let mut above = Vec::new();
        let mut below = Vec::new();
        for start in 0..=self.values.len() - cluster.window.max(1) {
            let window = start..start + cluster.window.max(1);
            above.extend(self.window(cluster, window.clone(), Side::Above));
            below.extend(self.window(cluster, window, Side::Below));
        }
        let mut found = pattern::join(above);
        found.extend(pattern::join(below));
        found.sort_by_key(|stretch| stretch.span.start);
        Some(found)
    }

    fn window(&self, cluster: &Cluster, window: Range<usize>, side: Side) -> Option<Stretch> {
        let last = window.end - 1;
        let lines = |place: usize| match cluster.lines {
            WindowLines::Own => self.lines[place],
            WindowLines::Last => self.lines[last],
        };
        let beyond = |place: usize| {
            let inner = lines(place).at(cluster.beyond).side(self.values[place]);
            let outer = lines(place).three.side(self.values[place]);
            let ignored = cluster.outside == Outside::Ignored && matches!(outer, Some(Side::Above | Side::Below));
            inner.filter(|_| !ignored)
        };
        let members: Vec<usize> = window.clone().filter(|&place| beyond(place) == Some(side)).collect();
        let opposite = match cluster.others {
            Others::Net => window.clone().filter(|&place| beyond(place) == Some(opposite(side))).count(),
            _ => 0,
        };
        let on_the_side = |place: usize| {
            finite(lines(place).centre).and_then(|centre| side_of(self.values[place], centre)) == Some(side)
        };
        let hit = members.len() >= cluster.count.max(1) + opposite
            && (cluster.others != Others::SameSide || window.clone().all(on_the_side))
            && (cluster.last == LastPoint::Any || members.last() == Some(&last));
        hit.then(|| Stretch { side: Some(side), members, span: window, complete: vec![last] })
    }

    fn runs(&self) -> Option<Runs> {
        let sides = self.about_centre();
        let useful: Vec<Side> = sides.iter().flatten().copied().filter(|&side| side != Side::On).collect();
        if useful.len() < anhoej::MINIMUM_USEFUL {
            return None;
        }
        let crossings = useful.windows(2).filter(|pair| pair[0] != pair[1]).count();
        Some(Runs { anhoej: anhoej::limits(useful.len())?, useful: useful.len(), number: crossings + 1, sides })
    }
}

/// The runs about the centre line.
struct Runs {
    sides: Vec<Option<Side>>,
    useful: usize,
    number: usize,
    anhoej: anhoej::Limits,
}

fn opposite(side: Side) -> Side {
    match side {
        Side::Above => Side::Below,
        Side::On => Side::On,
        Side::Below => Side::Above,
    }
}

/// The sides, unless not one of them is known.
fn known(sides: Vec<Option<Side>>) -> Option<Vec<Option<Side>>> {
    sides.iter().any(Option::is_some).then_some(sides)
}

/// A hit without points, for a rule that speaks of the whole phase.
fn whole_phase(rule: Rule, hit: bool) -> Vec<Hit> {
    hit.then_some(Hit { rule, side: None, points: Vec::new() }).into_iter().collect()
}

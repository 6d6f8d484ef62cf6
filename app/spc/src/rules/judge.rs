//! Judging a rule on the points of a phase.

use super::lines::{Lines, Sigmas, finite};
use super::pattern::{self, Stretch};
use super::run_counts::run_count_limits;
use super::zone::{Others, OuterPoints, WindowLines, ZoneTest};
use super::{Coverage, Hit, Rule, Ties, WithoutLimits};
use crate::anhoej;
use crate::side::{Side, side_of};

impl Rule {
    /// The hits of this rule alone; `None` if it can't be judged: there are fewer points than the
    /// pattern needs, or none of the lines that it looks at.
    pub fn judge(self, values: &[Option<f64>], lines: &[Lines], coverage: Coverage) -> Option<Vec<Hit>> {
        Points::new(values, lines).judge(self, coverage)
    }

    /// The fewest points on which the rule can hit.
    pub fn needs(self) -> usize {
        match self {
            Self::BeyondLimits { .. } => 1,
            Self::Shift { length, .. } | Self::Stratification { length } => length.max(1),
            Self::Trend { length, .. } | Self::Mixture { length } => length.max(2),
            Self::Oscillation { length } => length.max(3),
            Self::ZoneTest(test) => test.window.max(1),
            Self::LongRun | Self::FewCrossings | Self::TooFewRuns | Self::TooManyRuns => anhoej::MINIMUM_USEFUL,
        }
    }
}

/// The points of a phase that have a value.
pub(super) struct Points<'a> {
    places: Vec<usize>,
    values: Vec<f64>,
    lines: Vec<&'a Lines>,
    /// How many points the phase has, with or without a value.
    phase: usize,
}

impl<'a> Points<'a> {
    pub(super) fn new(values: &[Option<f64>], lines: &'a [Lines]) -> Self {
        let phase = values.len().min(lines.len());
        let mut points = Self { places: Vec::new(), values: Vec::new(), lines: Vec::new(), phase };
        for (place, (value, lines)) in values.iter().zip(lines).enumerate() {
            if let Some(value) = finite(*value) {
                points.places.push(place);
                points.values.push(value);
                points.lines.push(lines);
            }
        }
        points
    }

    pub(super) fn judge(&self, rule: Rule, coverage: Coverage) -> Option<Vec<Hit>> {
        if self.values.len() < rule.needs() {
            return None;
        }
        match rule {
            Rule::FewCrossings => {
                let runs = self.runs()?;
                Some(self.whole_phase(rule, runs.number - 1 < runs.anhoej.crossings_min))
            }
            Rule::TooFewRuns => {
                let runs = self.runs()?;
                Some(self.whole_phase(rule, runs.number < run_count_limits(runs.useful)?.fewest))
            }
            Rule::TooManyRuns => {
                let runs = self.runs()?;
                Some(self.whole_phase(rule, runs.number > run_count_limits(runs.useful)?.most))
            }
            _ => Some(self.stretches(rule)?.into_iter().map(|stretch| self.hit(rule, stretch, coverage)).collect()),
        }
    }

    /// Where a rule finds its pattern; `None` for one that cannot be judged or speaks of the whole phase.
    fn stretches(&self, rule: Rule) -> Option<Vec<Stretch>> {
        Some(match rule {
            Rule::BeyondLimits { without_limits } => self.beyond_limits(without_limits)?,
            Rule::Shift { length, ties } => pattern::same_side(&known(self.about_centre())?, length, ties),
            Rule::Trend { length, ties } => pattern::monotone(&self.values, length, ties),
            Rule::ZoneTest(test) => self.zone_test(&test)?,
            Rule::Oscillation { length } => pattern::alternating(&self.values, length),
            Rule::Stratification { length } => {
                let within: Vec<bool> =
                    known(self.about(Sigmas::One))?.into_iter().map(|side| side == Some(Side::On)).collect();
                pattern::unbroken(&within, length)
            }
            Rule::Mixture { length } => pattern::on_both_sides(&known(self.about(Sigmas::One))?, length),
            Rule::LongRun => {
                let runs = self.runs()?;
                pattern::same_side(&runs.sides, runs.anhoej.longest_run_max + 1, Ties::Skip)
            }
            Rule::FewCrossings | Rule::TooFewRuns | Rule::TooManyRuns => return None,
        })
    }

    fn hit(&self, rule: Rule, stretch: Stretch, coverage: Coverage) -> Hit {
        let places = match coverage {
            Coverage::Members => stretch.members,
            Coverage::Span => stretch.span.collect(),
            Coverage::Completion => stretch.complete,
        };
        let points = places.into_iter().filter_map(|place| self.places.get(place).copied()).collect();
        Hit { rule, side: stretch.side, points, phase: 0..self.phase }
    }

    /// A hit without points, for a rule that speaks of the whole phase.
    fn whole_phase(&self, rule: Rule, hit: bool) -> Vec<Hit> {
        hit.then_some(Hit { rule, side: None, points: Vec::new(), phase: 0..self.phase }).into_iter().collect()
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
    fn beyond_limits(&self, without_limits: WithoutLimits) -> Option<Vec<Stretch>> {
        let sides = self.about(Sigmas::Three);
        let sides = match without_limits {
            WithoutLimits::NotJudged => known(sides)?,
            WithoutLimits::Below => sides.into_iter().map(|side| side.or(Some(Side::Below))).collect(),
        };
        // A point without limits stands between two others as one that is inside does.
        let sides: Vec<Option<Side>> = sides.into_iter().map(|side| side.or(Some(Side::On))).collect();
        Some(pattern::same_side(&sides, 1, Ties::Break))
    }

    fn zone_test(&self, test: &ZoneTest) -> Option<Vec<Stretch>> {
        known(self.about(test.beyond))?;
        let length = test.window.max(1);
        let own: Vec<Option<Side>> = (0..self.values.len()).map(|place| self.counted(test, place, place)).collect();
        let about_centre = if test.others == Others::SameSide { self.about_centre() } else { Vec::new() };
        let (mut above, mut below) = (Vec::new(), Vec::new());
        let mut window = Vec::with_capacity(length);
        for start in 0..=self.values.len() - length {
            let span = start..start + length;
            window.clear();
            match test.lines {
                WindowLines::Own => window.extend_from_slice(&own[span.clone()]),
                WindowLines::Last => window.extend(span.clone().map(|place| self.counted(test, place, span.end - 1))),
            }
            for (side, found) in [(Side::Above, &mut above), (Side::Below, &mut below)] {
                let one_sided = || about_centre[span.clone()].iter().all(|about| *about == Some(side));
                if test.holds(&window, side) && (test.others != Others::SameSide || one_sided()) {
                    let members = span.clone().filter(|place| window[place - start] == Some(side)).collect();
                    found.push(Stretch { side: Some(side), members, span: span.clone(), complete: vec![span.end - 1] });
                }
            }
        }
        let mut found = pattern::join(above);
        found.extend(pattern::join(below));
        found.sort_by_key(|stretch| stretch.span.start);
        Some(found)
    }

    /// The side on which a point counts as beyond the inner lines, those of the place given.
    fn counted(&self, test: &ZoneTest, point: usize, lines_of: usize) -> Option<Side> {
        let (value, lines) = (self.values[point], self.lines[lines_of]);
        let ignored =
            test.outer == OuterPoints::Ignored && matches!(lines.three.side(value), Some(Side::Above | Side::Below));
        lines.at(test.beyond).side(value).filter(|_| !ignored)
    }

    fn runs(&self) -> Option<Runs> {
        let sides = self.about_centre();
        let useful: Vec<Side> = sides.iter().flatten().copied().filter(|&side| side != Side::On).collect();
        if useful.len() < anhoej::MINIMUM_USEFUL {
            return None;
        }
        let crossings = useful.windows(2).filter(|pair| pair[0] != pair[1]).count();
        Some(Runs { anhoej: anhoej::run_limits(useful.len())?, useful: useful.len(), number: crossings + 1, sides })
    }
}

/// The runs about the centre line.
struct Runs {
    sides: Vec<Option<Side>>,
    useful: usize,
    number: usize,
    anhoej: anhoej::RunLimits,
}

/// The sides, unless not one of them is known.
fn known(sides: Vec<Option<Side>>) -> Option<Vec<Option<Side>>> {
    sides.iter().any(Option::is_some).then_some(sides)
}

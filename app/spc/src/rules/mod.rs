//! Point rules, and the named sets of them.
//!
//! A rule is judged on values and the [`Lines`] that belong to each of them, and answers with its
//! [`Hit`]s: what it found, where, and on which side. Rules are judged inside one phase: the caller
//! passes the points of one phase at a time, or uses [`RuleSet::judge_phases`].
//!
//! A value that is missing or not finite (and an excluded point, which the caller passes as missing)
//! is passed over by every rule: it neither breaks a pattern nor counts in it. "Beyond a line" is
//! strict, and "on a line" is equality of doubles.
//!
//! | set | rules |
//! | --- | --- |
//! | [`RuleSet::anhoej`] | longest run, crossings |
//! | [`RuleSet::three_sigma_anhoej`] | outside, longest run, crossings |
//! | [`RuleSet::making_data_count`] | outside, trend of 7, 2 of 3 (2023), shift of 7 |
//! | [`RuleSet::ihi`] | shift of 6, trend of 5, number of runs |
//! | [`RuleSet::western_electric`] | outside, 2 of 3, 4 of 5, shift of 8 |
//! | [`RuleSet::nelson`] | Nelson's tests 1 to 8 |
//!
//! [`RuleSet::nhsrplotthedots`], [`RuleSet::powerbi_spc`], [`RuleSet::qcc_western_electric`] and
//! [`RuleSet::qcc_nelson`] are the choices of those tools.

mod boxes;
mod judge;
mod lines;
mod pattern;
mod runs_table;
mod sets;

use std::ops::Range;

pub use boxes::{CornerCut, RunsBox, best_box, cut_box};
pub use lines::{Band, Lines, Sigmas};
pub use runs_table::{RunsLimits, runs_limits};
pub use sets::RuleSet;

use crate::anhoej;
use crate::side::Side;
use judge::Points;

/// What a point on the centre line does to a shift, and a value equal to the one before to a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Ties {
    /// It is passed over: it neither counts nor breaks (Perla, Provost, Murray 2011).
    #[default]
    Skip,
    /// It breaks the pattern.
    Break,
}

/// What [`Rule::Outside`] answers for a point without control limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum WithoutLimits {
    /// Nothing.
    #[default]
    NotJudged,
    /// That the point is below: what PowerBI-SPC answers for a constant series.
    Below,
}

/// Of any `window` points in a row, `count` or more beyond the same line.
///
/// The tools agree on that sentence and differ in the rest, which the other fields say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cluster {
    /// How many of them.
    pub count: usize,
    /// Of how many points in a row.
    pub window: usize,
    /// Beyond which lines.
    pub beyond: Sigmas,
    /// Where the other points of the window may lie.
    pub others: Others,
    /// Whether a point beyond the control limits counts.
    pub outside: Outside,
    /// Whose lines the points of a window are judged against; different only where the limits vary
    /// from point to point.
    pub lines: WindowLines,
    /// Which point may complete the pattern.
    pub last: LastPoint,
}

/// Where the points of a window may lie that are not beyond the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Others {
    /// Anywhere.
    Anywhere,
    /// On the same side of the centre line, not on it.
    SameSide,
    /// Anywhere; but a point beyond the opposite line makes up for one that counts.
    Net,
}

/// Whether a point beyond the control limits counts as beyond the inner line too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outside {
    /// It does.
    Counts,
    /// It doesn't: only points between the inner line and the limit count.
    Ignored,
}

/// Whose lines the points of a window are judged against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum WindowLines {
    /// Each point against its own.
    Own,
    /// All against those of the window's last point.
    Last,
}

/// Which point may complete a pattern of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LastPoint {
    /// Any: the window is judged wherever the points that count stand in it.
    Any,
    /// One that itself is beyond the line.
    Beyond,
}

impl Cluster {
    /// Two of three beyond 2 sigma, the third anywhere: Western Electric (1956), Statistical Quality
    /// Control Handbook, test 2.
    pub const TWO_OF_THREE: Self = Self {
        count: 2,
        window: 3,
        beyond: Sigmas::Two,
        others: Others::Anywhere,
        outside: Outside::Counts,
        lines: WindowLines::Own,
        last: LastPoint::Any,
    };

    /// Four of five beyond 1 sigma: Western Electric (1956), test 3.
    pub const FOUR_OF_FIVE: Self = Self { count: 4, window: 5, beyond: Sigmas::One, ..Self::TWO_OF_THREE };

    /// Two of three beyond 2 sigma, all three on one side: NHS England's Making Data Count since
    /// November 2023.
    pub const MAKING_DATA_COUNT: Self = Self { others: Others::SameSide, ..Self::TWO_OF_THREE };

    /// As [`Self::MAKING_DATA_COUNT`], but only points between 2 and 3 sigma count:
    /// NHSRplotthedots 0.2.2.
    pub const NHSRPLOTTHEDOTS: Self = Self { outside: Outside::Ignored, ..Self::MAKING_DATA_COUNT };

    /// Two of three in the balance of both sides: PowerBI-SPC.
    pub const POWERBI_SPC: Self = Self { others: Others::Net, ..Self::TWO_OF_THREE };

    /// Two of three as in qcc.
    pub const QCC_TWO_OF_THREE: Self = Self { lines: WindowLines::Last, last: LastPoint::Beyond, ..Self::TWO_OF_THREE };

    /// Four of five as in qcc.
    pub const QCC_FOUR_OF_FIVE: Self = Self { lines: WindowLines::Last, last: LastPoint::Beyond, ..Self::FOUR_OF_FIVE };
}

/// One rule. Lengths are numbers of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A point beyond the control limits (Shewhart 1931).
    Outside {
        /// What is answered where there are none.
        without_limits: WithoutLimits,
    },
    /// `length` or more points in a row on one side of the centre line.
    Shift {
        /// How many points.
        length: usize,
        /// What a point on the centre line does.
        ties: Ties,
    },
    /// `length` or more points in a row, each higher or each lower than the one before.
    Trend {
        /// How many points, one more than there are steps.
        length: usize,
        /// What a value equal to the one before does.
        ties: Ties,
    },
    /// Several of a few points in a row beyond the same inner line.
    Cluster(Cluster),
    /// `length` or more points in a row that go up and down in turn (Nelson 1984, test 4).
    Alternating {
        /// How many points.
        length: usize,
    },
    /// `length` or more points in a row within 1 sigma, or on its lines (Nelson's test 7).
    Hugging {
        /// How many points.
        length: usize,
    },
    /// `length` points in a row beyond 1 sigma, some above and some below (Nelson's test 8).
    Avoiding {
        /// How many points.
        length: usize,
    },
    /// A run on one side of the centre line longer than [`anhoej::Limits::longest_run_max`].
    LongRun,
    /// Fewer crossings of the centre line than [`anhoej::Limits::crossings_min`].
    FewCrossings,
    /// Fewer runs about the centre line than [`RunsLimits::fewest`].
    TooFewRuns,
    /// More runs about the centre line than [`RunsLimits::most`].
    TooManyRuns,
}

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule.
    pub rule: Rule,
    /// The side it lies on (for a trend: where it goes); `None` for a rule without one.
    pub side: Option<Side>,
    /// The places of the points it covers, in order, as the set's [`Mark`] says; empty for a rule
    /// that speaks of the whole phase.
    pub points: Vec<usize>,
    /// The places of the phase it was found in.
    pub phase: Range<usize>,
}

/// Which points of a pattern are covered by a [`Hit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Mark {
    /// The points that make the pattern up.
    #[default]
    Members,
    /// Every point from the first to the last, also those that only stand between.
    Span,
    /// The points at which the pattern is complete.
    Completion,
}

/// The phases of a series of `length` points that begin at 0 and at each of `starts`. Starts beyond
/// the end, and those that aren't after the one before, begin nothing.
pub fn phases(length: usize, starts: &[usize]) -> impl Iterator<Item = Range<usize>> {
    let mut borders = vec![0];
    for &start in starts {
        if start < length && borders.last().is_some_and(|&last| start > last) {
            borders.push(start);
        }
    }
    borders.push(length);
    (1..borders.len()).map(move |i| borders[i - 1]..borders[i])
}

impl Rule {
    /// The hits of this rule alone; `None` if it can't be judged: there are fewer points than the
    /// pattern needs, or none of the lines that it looks at.
    pub fn judge(self, values: &[Option<f64>], lines: &[Lines], mark: Mark) -> Option<Vec<Hit>> {
        Points::new(values, lines).judge(self, mark)
    }

    /// The fewest points on which the rule can hit.
    pub fn needs(self) -> usize {
        match self {
            Self::Outside { .. } => 1,
            Self::Shift { length, .. } | Self::Hugging { length } => length.max(1),
            Self::Trend { length, .. } | Self::Avoiding { length } => length.max(2),
            Self::Alternating { length } => length.max(3),
            Self::Cluster(cluster) => cluster.window.max(1),
            Self::LongRun | Self::FewCrossings | Self::TooFewRuns | Self::TooManyRuns => anhoej::MINIMUM_USEFUL,
        }
    }
}

/// The first place without a finite value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingValue {
    /// Where it is.
    pub place: usize,
}

/// Whether a series has no gap. Rules pass a gap over; NHSRplotthedots refuses a series with one.
pub fn complete(values: &[Option<f64>]) -> Result<(), MissingValue> {
    match values.iter().position(|value| lines::finite(*value).is_none()) {
        Some(place) => Err(MissingValue { place }),
        None => Ok(()),
    }
}

/// For each of `length` places the side of the hit that covers it; where several do, of the one
/// that begins last.
pub fn sides<'a>(hits: impl IntoIterator<Item = &'a Hit>, length: usize) -> Vec<Option<Side>> {
    let mut hits: Vec<&Hit> = hits.into_iter().collect();
    hits.sort_by_key(|hit| hit.points.first().copied());
    let mut sides = vec![None; length];
    for hit in hits {
        for &place in &hit.points {
            if let Some(side) = sides.get_mut(place) {
                *side = hit.side;
            }
        }
    }
    sides
}

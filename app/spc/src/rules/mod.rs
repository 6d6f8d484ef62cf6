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
//! | [`RuleSet::three_sigma_anhoej`] | beyond limits, longest run, crossings |
//! | [`RuleSet::making_data_count`] | beyond limits, trend of 7, 2 of 3 (2023), shift of 7 |
//! | [`RuleSet::ihi`] | shift of 6, trend of 5, number of runs |
//! | [`RuleSet::western_electric`] | beyond limits, 2 of 3, 4 of 5, shift of 8 |
//! | [`RuleSet::nelson`] | Nelson's tests 1 to 8 |
//!
//! [`RuleSet::nhsrplotthedots`], [`RuleSet::powerbi_spc`], [`RuleSet::qcc_western_electric`] and
//! [`RuleSet::qcc_nelson`] are the choices of those tools.

mod boxes;
mod judge;
mod lines;
mod pattern;
mod run_counts;
mod series;
mod sets;
mod zone;

use std::ops::Range;

pub use boxes::{CornerCut, RunsBox, best_box, cut_box};
pub use lines::{Band, Lines, Sigmas};
pub use run_counts::{RunCountLimits, run_count_limits};
pub use series::{MissingValue, complete, phases, sides, trend_is_undecided};
pub use sets::{Gaps, RuleSet};
pub use zone::{LastPoint, Others, OuterPoints, WindowLines, ZoneTest};

use crate::side::Side;

/// What a point on the centre line does to a shift, and a value equal to the one before to a trend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Ties {
    /// It is passed over: it neither counts nor breaks (Perla, Provost, Murray 2011).
    #[default]
    Skip,
    /// It breaks the pattern (Western Electric, Nelson, NHS England).
    Break,
}

/// What [`Rule::BeyondLimits`] answers for a point without control limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum WithoutLimits {
    /// Nothing: the rule is not judged.
    #[default]
    NotJudged,
    /// That the point is below: what PowerBI-SPC answers for a constant series.
    Below,
}

/// One rule, by the name that the field gives it. Lengths are numbers of points.
///
/// The sets number them differently: W is the Western Electric handbook (1956, tests 1 to 4), N is
/// Nelson (1984, tests 1 to 8), and NHS England and the Institute for Healthcare Improvement use the
/// names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// A point beyond the control limits: Shewhart's own rule (1931), W1, N1; "astronomical point" in
    /// NHS England's words.
    BeyondLimits {
        /// What is answered where there are none.
        without_limits: WithoutLimits,
    },
    /// `length` or more points in a row on one side of the centre line: a shift. W4 (8), N2 (9), Perla,
    /// Provost and Murray (6), NHS England (7).
    Shift {
        /// The fewest points that hit.
        length: usize,
        /// What a point on the centre line does.
        ties: Ties,
    },
    /// `length` or more points in a row, each higher or each lower than the one before: a trend, or
    /// drift. N3 (6), Perla, Provost and Murray (5), NHS England (7).
    Trend {
        /// How many points, one more than there are steps.
        length: usize,
        /// What a value equal to the one before does.
        ties: Ties,
    },
    /// Several of a few points in a row beyond the same inner line: W2 and N5 (2 of 3 in zone A or
    /// beyond), W3 and N6 (4 of 5 in zone B or beyond), NHS England's "two out of three".
    ZoneTest(ZoneTest),
    /// `length` or more points in a row that go up and down in turn: oscillation, or systematic
    /// variation. N4 (14).
    Oscillation {
        /// The fewest points that hit.
        length: usize,
    },
    /// `length` or more points in a row within 1 sigma, or on its lines: stratification, or hugging of
    /// the centre line; the limits come from more than one process. N7 (15), zone C.
    Stratification {
        /// The fewest points that hit.
        length: usize,
    },
    /// `length` points in a row beyond 1 sigma, some above and some below: mixture, or avoidance of
    /// zone C; the points come from two processes. N8 (8).
    Mixture {
        /// The fewest points that hit.
        length: usize,
    },
    /// A run on one side of the centre line longer than the limit of Anhøj and Olesen (2014): an
    /// "unusually long run".
    LongRun,
    /// Fewer crossings of the centre line than the limit of Anhøj and Olesen (2014): "unusually few
    /// crossings".
    FewCrossings,
    /// Fewer runs about the centre line than [`RunCountLimits::fewest`]: "too few runs" of Perla, Provost
    /// and Murray (2011).
    TooFewRuns,
    /// More runs about the centre line than [`RunCountLimits::most`]: their "too many runs".
    TooManyRuns,
}

/// Something that a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The rule that found it.
    pub rule: Rule,
    /// The side it lies on (for a trend: where it goes); `None` for a rule without one.
    pub side: Option<Side>,
    /// The places of the points it covers, in order, as the set's [`Coverage`] says; empty for a rule
    /// that speaks of the whole phase.
    pub points: Vec<usize>,
    /// The places of the phase it was found in.
    pub phase: Range<usize>,
}

/// Which points of a pattern are covered by a [`Hit`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Coverage {
    /// The points that make the pattern up.
    #[default]
    Members,
    /// Every point from the first to the last, also those that only stand between.
    Span,
    /// The points at which the pattern is complete.
    Completion,
}

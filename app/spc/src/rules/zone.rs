//! Several of a few points in a row beyond the same line.
//!
//! The Western Electric handbook calls the third of the chart next to a limit zone A, the middle third
//! zone B and the one next to the centre line zone C; tests on them are zone tests.

use super::lines::Sigmas;
use crate::side::Side;

/// Of any `window` points in a row, `count` or more beyond the same line.
///
/// The tools agree on that sentence and differ in the rest, which the other fields say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ZoneTest {
    /// How many of the window have to lie beyond the line.
    pub count: usize,
    /// How many points in a row are looked at together.
    pub window: usize,
    /// Beyond which lines: 2 sigma for zone A, 1 sigma for zones A and B.
    pub beyond: Sigmas,
    /// Where the other points of the window may lie.
    pub others: Others,
    /// Whether a point beyond the control limits counts.
    pub outer: OuterPoints,
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
pub enum OuterPoints {
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

impl ZoneTest {
    /// Two of three beyond 2 sigma, the third anywhere: Western Electric (1956), Statistical Quality
    /// Control Handbook, test 2.
    pub const TWO_OF_THREE: Self = Self {
        count: 2,
        window: 3,
        beyond: Sigmas::Two,
        others: Others::Anywhere,
        outer: OuterPoints::Counts,
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
    pub const NHSRPLOTTHEDOTS: Self = Self { outer: OuterPoints::Ignored, ..Self::MAKING_DATA_COUNT };

    /// Two of three in the balance of both sides: PowerBI-SPC.
    pub const POWERBI_SPC: Self = Self { others: Others::Net, ..Self::TWO_OF_THREE };

    /// Two of three as in qcc.
    pub const QCC_TWO_OF_THREE: Self = Self { lines: WindowLines::Last, last: LastPoint::Beyond, ..Self::TWO_OF_THREE };

    /// Four of five as in qcc.
    pub const QCC_FOUR_OF_FIVE: Self = Self { lines: WindowLines::Last, last: LastPoint::Beyond, ..Self::FOUR_OF_FIVE };
}

impl ZoneTest {
    /// Whether there are enough points of a window on one side, wherever the others lie.
    pub(super) fn holds(&self, window: &[Option<Side>], side: Side) -> bool {
        let on = |side: Side| window.iter().filter(|of| **of == Some(side)).count();
        let opposed = if self.others == Others::Net { on(opposite(side)) } else { 0 };
        on(side) >= self.count.max(1).saturating_add(opposed)
            && (self.last == LastPoint::Any || window.last() == Some(&Some(side)))
    }
}

fn opposite(side: Side) -> Side {
    match side {
        Side::Above => Side::Below,
        Side::On => Side::On,
        Side::Below => Side::Above,
    }
}

//! On which side of a line a value lies, and what that means.

use crate::series::Direction;

/// Where a point lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Above the centre line.
    Above,
    /// Exactly on it.
    On,
    /// Below it.
    Below,
}

/// What a signal means for the people who read the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Meaning {
    /// It lies on the side that is wanted.
    Improvement,
    /// It lies on the side that is not wanted.
    Concern,
    /// A change without a better or a worse.
    Change,
}

impl Meaning {
    pub(crate) fn of(side: Option<Side>, direction: Direction) -> Self {
        match (side, direction) {
            (Some(Side::Above), Direction::Increase) | (Some(Side::Below), Direction::Decrease) => Self::Improvement,
            (Some(Side::Above), Direction::Decrease) | (Some(Side::Below), Direction::Increase) => Self::Concern,
            _ => Self::Change,
        }
    }
}

/// On which side of a line a value lies. Equality is that of doubles; `None` if either is NaN.
pub(crate) fn side_of(value: f64, line: f64) -> Option<Side> {
    Some(match value.partial_cmp(&line)? {
        std::cmp::Ordering::Greater => Side::Above,
        std::cmp::Ordering::Equal => Side::On,
        std::cmp::Ordering::Less => Side::Below,
    })
}

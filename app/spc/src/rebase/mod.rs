//! Finding where a new phase begins.
//!
//! A new phase is a decision: it takes a date, a reason and a person. What is here finds the places
//! at which to ask for one. [`shift_after_change`] looks for a shift after a dated change. The Stable Shift
//! Algorithm ([`stable_shift`]) and the re-basing of a median ([`median_shift`]) go through a whole
//! series by themselves, as autospc and runcharter do.
//!
//! A value that is missing or not finite is passed over: it counts neither as a point of a period
//! nor in a run, and breaks none.

mod floating;
mod median;
mod stable;

pub use floating::{FloatingMedian, floating_median};
pub use median::{MedianPhase, MedianShift, Sides, TooFewPoints, median_shift};
pub use stable::{Accept, StablePhase, StableShift, stable_shift};

use crate::rules::{Coverage, Lines, Rule, Ties};
use crate::side::Side;

/// A new phase to ask for, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShiftAfterChange {
    /// Where the new phase would begin: the first point of the shift at or after the change.
    pub start: usize,
    /// How many points of the shift there are from there.
    pub points: usize,
    /// The side of the centre line on which they lie.
    pub side: Side,
    /// The change that came before: the last of those at or before the start.
    pub change: usize,
}

/// From this many points on a shift is long enough to ask whether it is a new phase (Western
/// Electric's number; Perla and NHS England take 6 to 8).
pub const SUGGESTED_SHIFT: usize = 8;

/// The first shift of `length` or more points that begins, or goes on, after a change.
///
/// `changes` are the places of the first point at or after each dated change, in order. Points on
/// the centre line are passed over, as in the run rules.
pub fn shift_after_change(
    values: &[Option<f64>],
    lines: &[Lines],
    changes: &[usize],
    length: usize,
) -> Option<ShiftAfterChange> {
    let shifts = Rule::Shift { length, ties: Ties::Skip }.judge(values, lines, Coverage::Members)?;
    shifts.iter().find_map(|shift| {
        let side = shift.side?;
        // The earliest change from which enough of the shift is left is the one to name, unless a
        // later one also comes before the shift began.
        let first = *shift.points.first()?;
        let before = changes.iter().copied().rfind(|&change| change <= first);
        let within = changes.iter().copied().find(|&change| change > first);
        [before, within].into_iter().flatten().find_map(|change| {
            let left = shift.points.iter().filter(|&&place| place >= change).count();
            let start = shift.points.iter().copied().find(|&place| place >= change)?;
            (left >= length).then_some(ShiftAfterChange { start, points: left, side, change })
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suggested(changes: &[usize]) -> Option<(usize, usize, usize)> {
        let values: Vec<Option<f64>> = [1.0; 6].into_iter().chain([3.0; 10]).map(Some).collect();
        let lines = vec![Lines::centre(2.0); values.len()];
        shift_after_change(&values, &lines, changes, SUGGESTED_SHIFT)
            .map(|found| (found.start, found.points, found.change))
    }

    #[test]
    fn a_shift_is_suggested_after_a_change_only() {
        assert_eq!(suggested(&[]), None);
        assert_eq!(suggested(&[2, 5]), Some((6, 10, 5)));
        assert_eq!(suggested(&[8]), Some((8, 8, 8)));
        assert_eq!(suggested(&[9]), None);
    }
}

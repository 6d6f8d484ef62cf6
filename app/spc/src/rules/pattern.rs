//! The shapes that rules look for, as pure functions of sides.
//!
//! A pattern knows nothing of values or limits. It is given, for each point, the [`Side`] on which
//! the point lies (of the centre line, of a pair of lines, of the point before), and answers with
//! the stretches it found. Every function is linear in the number of points.

use std::ops::Range;

use super::Ties;
use crate::side::{Side, side_of};

/// A stretch that a pattern found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// The side it lies on, where the pattern has one.
    pub side: Option<Side>,
    /// The places that make the pattern up.
    pub members: Vec<usize>,
    /// Every place from the pattern's first to its last, also those that only stand between.
    pub span: Range<usize>,
    /// The places at which the pattern is complete: the last of each shortest form of it.
    pub complete: Vec<usize>,
}

/// Stretches of `length` or more places on one side.
///
/// `None` is a place whose side isn't known; it is passed over. [`Side::On`] is a tie.
pub(super) fn same_side(sides: &[Option<Side>], length: usize, ties: Ties) -> Vec<Stretch> {
    let mut found = Vec::new();
    let mut current: Option<(Side, Vec<usize>)> = None;
    for (place, side) in sides.iter().enumerate() {
        match (side, &mut current) {
            (None, _) => {}
            (Some(Side::On), _) if ties == Ties::Skip => {}
            (Some(Side::On), _) => keep(&mut found, current.take(), length),
            (Some(side), Some((of, members))) if of == side => members.push(place),
            (Some(side), _) => keep(&mut found, current.replace((*side, vec![place])), length),
        }
    }
    keep(&mut found, current, length);
    found
}

fn keep(found: &mut Vec<Stretch>, run: Option<(Side, Vec<usize>)>, length: usize) {
    if let Some((side, members)) = run {
        found.extend(stretch(Some(side), members, length));
    }
}

/// A run of members that is complete from its `length`th on, if it gets so far.
fn stretch(side: Option<Side>, members: Vec<usize>, length: usize) -> Option<Stretch> {
    let (&first, &last) = (members.first()?, members.last()?);
    let complete = members.get(length.max(1) - 1..)?.to_vec();
    (!complete.is_empty()).then_some(Stretch { side, members, span: first..last + 1, complete })
}

/// Stretches of `length` or more places for which `holds` is true, one after the other.
pub(super) fn unbroken(holds: &[bool], length: usize) -> Vec<Stretch> {
    let sides: Vec<Option<Side>> =
        holds.iter().map(|&holds| Some(if holds { Side::Above } else { Side::On })).collect();
    let mut found = same_side(&sides, length, Ties::Break);
    for stretch in &mut found {
        stretch.side = None;
    }
    found
}

/// The side on which each value lies of the one before: one entry fewer than values.
fn steps(values: &[f64]) -> Vec<Option<Side>> {
    values.windows(2).map(|pair| side_of(pair[1], pair[0])).collect()
}

/// Stretches of `length` or more values, each higher (or each lower) than the one before.
///
/// Of equal neighbours only the one that takes a step counts: the last before a stretch begins, the
/// first inside it.
pub(super) fn monotone(values: &[f64], length: usize, ties: Ties) -> Vec<Stretch> {
    let mut found = same_side(&steps(values), length.max(2) - 1, ties);
    found.iter_mut().for_each(from_steps_to_points);
    found
}

/// Stretches of `length` or more values that go up and down in turn.
pub(super) fn alternating(values: &[f64], length: usize) -> Vec<Stretch> {
    let steps = steps(values);
    let turns: Vec<bool> = steps
        .windows(2)
        .map(|pair| matches!(pair, [Some(Side::Above), Some(Side::Below)] | [Some(Side::Below), Some(Side::Above)]))
        .collect();
    let mut found = unbroken(&turns, length.max(3) - 2);
    for stretch in &mut found {
        from_steps_to_points(stretch);
        from_steps_to_points(stretch);
    }
    found
}

/// A step stands at the place of its start and reaches to the next: so does a stretch of steps.
fn from_steps_to_points(stretch: &mut Stretch) {
    let first = stretch.span.start;
    for place in stretch.members.iter_mut().chain(&mut stretch.complete) {
        *place += 1;
    }
    stretch.members.insert(0, first);
    stretch.span.end += 1;
}

/// Stretches of `length` or more places beyond the lines, on both sides of them within every
/// `length` that complete it.
pub(super) fn on_both_sides(sides: &[Option<Side>], length: usize) -> Vec<Stretch> {
    let beyond: Vec<bool> = sides.iter().map(|side| matches!(side, Some(Side::Above | Side::Below))).collect();
    // How many neighbours there have been, up to each place, that lie on opposite sides.
    let mut changes = 0;
    let mut changed = Vec::with_capacity(sides.len());
    for (place, side) in sides.iter().enumerate() {
        changes += usize::from(place > 0 && *side != sides[place - 1]);
        changed.push(changes);
    }
    let mut found = unbroken(&beyond, length);
    for stretch in &mut found {
        stretch.complete.retain(|&place| changed[place] > changed[place + 1 - length.max(1)]);
    }
    found.retain(|stretch| !stretch.complete.is_empty());
    found
}

/// Joins windows of one side, given in order, that share a place into one stretch each.
pub(super) fn join(windows: Vec<Stretch>) -> Vec<Stretch> {
    let mut joined: Vec<Stretch> = Vec::new();
    for window in windows {
        match joined.last_mut() {
            Some(last) if shares_a_member(last, &window) => {
                let end = last.members.last().copied();
                last.members.extend(window.members.iter().filter(|&&place| Some(place) > end));
                last.span.end = last.span.end.max(window.span.end);
                last.complete.extend(window.complete);
            }
            _ => joined.push(window),
        }
    }
    joined
}

fn shares_a_member(earlier: &Stretch, later: &Stretch) -> bool {
    matches!((earlier.members.last(), later.members.first()), (Some(end), Some(start)) if start <= end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sides(text: &str) -> Vec<Option<Side>> {
        text.chars()
            .map(|c| match c {
                'U' => Some(Side::Above),
                'L' => Some(Side::Below),
                '0' => Some(Side::On),
                _ => None,
            })
            .collect()
    }

    #[test]
    fn a_tie_is_skipped_or_breaks_a_run() {
        let sides = sides("UU0U.LL");
        let skipped = same_side(&sides, 3, Ties::Skip);
        assert_eq!(skipped.len(), 1);
        assert_eq!(
            (skipped[0].side, &skipped[0].members, &skipped[0].complete),
            (Some(Side::Above), &vec![0, 1, 3], &vec![3])
        );
        assert_eq!(skipped[0].span, 0..4);
        assert!(same_side(&sides, 3, Ties::Break).is_empty());
    }

    #[test]
    fn a_trend_counts_points_not_steps() {
        let found = monotone(&[3.0, 1.0, 2.0, 2.0, 4.0, 0.0], 3, Ties::Skip);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].members, &found[0].complete), (&vec![1, 2, 4], &vec![4]));
        assert!(monotone(&[1.0, 2.0, 2.0, 4.0], 3, Ties::Break).is_empty());
    }

    #[test]
    fn alternation_is_complete_at_its_last_point() {
        let found = alternating(&[0.0, 1.0, 0.0, 1.0, 0.0, 0.0], 4);
        assert_eq!(found.len(), 1);
        assert_eq!((&found[0].members, &found[0].complete), (&vec![0, 1, 2, 3, 4], &vec![3, 4]));
    }

    #[test]
    fn both_sides_have_to_be_among_the_last_points() {
        let found = on_both_sides(&sides("LUUUUU0LLL"), 3);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].complete, [2]);
    }

    #[test]
    fn lengths_of_nothing_do_no_harm() {
        for length in [0, 1, usize::MAX] {
            same_side(&sides("U0L"), length, Ties::Skip);
            monotone(&[1.0, 2.0], length, Ties::Break);
            alternating(&[1.0, 2.0, 1.0], length);
            on_both_sides(&sides("UL"), length);
        }
    }
}

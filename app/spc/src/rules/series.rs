//! What is asked of a whole series: its gaps, its phases, and which hit covers each place.

use std::ops::Range;

use super::Hit;
use super::lines::finite;
use crate::side::Side;

/// The first place without a finite value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MissingValue {
    /// Its place in the values, from 0.
    pub place: usize,
}

/// Whether a gap leaves a trend of so many points undecided: the points beside it in such a stretch all go one way.
/// NHSRplotthedots refuses a series with one.
pub fn trend_is_undecided(values: &[Option<f64>], length: usize) -> bool {
    values.windows(length.max(2)).any(|stretch| {
        let steps = || stretch.windows(2).map(|pair| Some(finite(pair[1])? - finite(pair[0])?));
        let all = |way: fn(f64) -> bool| steps().flatten().all(way);
        steps().any(|step| step.is_none()) && (all(|step| step > 0.0) || all(|step| step < 0.0))
    })
}

/// Whether a series has no gap.
pub fn complete(values: &[Option<f64>]) -> Result<(), MissingValue> {
    match values.iter().position(|value| finite(*value).is_none()) {
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

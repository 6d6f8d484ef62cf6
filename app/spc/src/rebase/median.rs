use crate::average::median;
use crate::side::{Side, side_of};

/// Which runs move the median.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Sides {
    /// Those above it and those below.
    #[default]
    Both,
    /// Those above it alone.
    Above,
    /// Those below it alone.
    Below,
}

/// How a median is re-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MedianShift {
    /// How many points from the start make the first median.
    pub baseline: usize,
    /// How many points in a row on one side make a new one.
    pub run: usize,
    /// On which side.
    pub sides: Sides,
}

impl MedianShift {
    /// The defaults of runcharter: a baseline of 13, runs of 9 on either side.
    pub fn runcharter() -> Self {
        Self { baseline: 13, run: 9, sides: Sides::Both }
    }
}

/// A stretch with one median. Places are those in the series.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MedianPhase {
    /// The median, in the unit of the values.
    pub median: f64,
    /// The first point it is computed from.
    pub first: usize,
    /// The last point it is computed from.
    pub last: usize,
    /// How far it is drawn: to the first point of the next, or the last point of all.
    pub drawn_to: usize,
}

/// There are not as many points as a baseline and one run take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooFewPoints {
    /// How many there are.
    pub points: usize,
    /// How many it takes.
    pub needed: usize,
}

/// The medians of a series: that of the baseline, then that of each run of [`MedianShift::run`]
/// points on one side of the median before. A point on the median is passed over.
///
/// Source: the method that runcharter describes.
pub fn median_shift(values: &[Option<f64>], options: &MedianShift) -> Result<Vec<MedianPhase>, TooFewPoints> {
    let points: Vec<Placed> = values
        .iter()
        .enumerate()
        .filter_map(|(place, value)| Some((place, value.filter(|value| value.is_finite())?)))
        .collect();
    let (baseline, run) = (options.baseline.max(1), options.run.max(1));
    let needed = baseline.saturating_add(run);
    let too_few = TooFewPoints { points: points.len(), needed };
    let Some((first, mut rest)) = points.split_at_checked(baseline).filter(|_| points.len() >= needed) else {
        return Err(too_few);
    };
    let end = points[points.len() - 1].0;
    let mut phases = vec![phase(first, end).ok_or(too_few)?];
    while let Some((members, after)) = phases.last().and_then(|last| next_run(rest, last.median, run, options.sides)) {
        if let (Some(new), Some(last)) = (phase(&members, end), phases.last_mut()) {
            last.drawn_to = new.first;
            phases.push(new);
        }
        rest = after;
    }
    Ok(phases)
}

/// A value and its place.
type Placed = (usize, f64);

fn phase(points: &[Placed], drawn_to: usize) -> Option<MedianPhase> {
    let values: Vec<f64> = points.iter().map(|point| point.1).collect();
    Some(MedianPhase { median: median(&values)?, first: points.first()?.0, last: points.last()?.0, drawn_to })
}

/// The first run of so many points on a side that counts, and the points after it.
fn next_run(points: &[Placed], median: f64, length: usize, sides: Sides) -> Option<(Vec<Placed>, &[Placed])> {
    let mut members: Vec<Placed> = Vec::new();
    let mut of = Side::On;
    for (i, point) in points.iter().enumerate() {
        let side = side_of(point.1, median).filter(|side| *side != Side::On);
        let Some(side) = side else { continue };
        if side != of {
            of = side;
            members.clear();
        }
        members.push(*point);
        let counts = match sides {
            Sides::Both => true,
            Sides::Above => side == Side::Above,
            Sides::Below => side == Side::Below,
        };
        if counts && members.len() == length {
            return Some((members, &points[i + 1..]));
        }
    }
    None
}

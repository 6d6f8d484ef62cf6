//! The points and the line through them.

use super::frame::Frame;
use super::preset::Preset;
use super::shapes::{Mark, Scene, Shape, Size};
use crate::chart::{Chart, ChartPoint};
use crate::rules::Rule;
use crate::side::{Meaning, Side};
use crate::words;

/// From this many points on they carry no tooltips, and the line is drawn thin.
pub(super) const DENSE: usize = 150;
/// Beyond this many points the ordinary ones are left to the line.
const CROWDED: usize = 1_000;

/// The line through the data, and the points on it.
pub(super) fn data(scene: &mut Scene, chart: &Chart, frame: &Frame, preset: &Preset) {
    scene.paths = stretches(chart, frame);
    let radius = radius(scene.size, chart.points.len());
    let tooltips = preset.tooltips && !scene.dense;
    let blot = if scene.size == Size::Small { scene.dense } else { chart.points.len() > CROWDED };
    // Flagged and excluded points are drawn last, so that they stand in front.
    let mut ordinary = Vec::new();
    let mut special = Vec::new();
    for (place, point) in chart.points.iter().enumerate() {
        let Some(value) = point.value else { continue };
        let (shape, meaning) = match flagged(point) {
            _ if point.excluded => (Shape::Hollow, None),
            Some((shape, meaning)) => (shape, Some(meaning)),
            None => (Shape::Circle, None),
        };
        if shape == Shape::Circle && blot {
            // Only a blot would be seen of them; the line says it all.
            continue;
        }
        let title = if tooltips { words::point(chart, place) } else { None };
        let (x, y) = (frame.x_of(point), frame.y(value));
        let mark = Mark { place: Some(place), x, y, radius, shape, meaning, title };
        if shape == Shape::Circle { ordinary.push(mark) } else { special.push(mark) }
    }
    scene.marks.append(&mut ordinary);
    scene.marks.append(&mut special);
}

/// The line through the data, which breaks at gaps and excluded points.
fn stretches(chart: &Chart, frame: &Frame) -> Vec<Vec<(f64, f64)>> {
    let mut found = Vec::new();
    let mut stretch = Vec::new();
    for point in &chart.points {
        match point.used() {
            Some(value) => stretch.push((frame.x_of(point), frame.y(value))),
            None => found.push(std::mem::take(&mut stretch)),
        }
    }
    found.push(stretch);
    found.retain(|path| path.len() > 1);
    found
}

/// Half the width of a point: the more there are, the smaller.
fn radius(size: Size, points: usize) -> f64 {
    match (size, points) {
        (Size::Full, 0..=60) => 4.5,
        (Size::Full, 61..=DENSE) => 3.5,
        (Size::Small, 0..=30) => 3.0,
        (Size::Small, _) => 2.0,
        (Size::Narrow, 0..=30) => 4.0,
        (Size::Narrow, 31..=DENSE) => 2.5,
        (Size::Full, _) => 2.0,
        (Size::Narrow, _) => 1.5,
    }
}

/// How a point looks that a rule covers: the first rule of the set decides.
pub(super) fn flagged(point: &ChartPoint) -> Option<(Shape, Meaning)> {
    let (rule, meaning) = point.flags.first()?;
    let shape = match rule {
        Rule::BeyondLimits { .. } if point.side == Some(Side::Below) => Shape::TriangleDown,
        Rule::BeyondLimits { .. } => Shape::TriangleUp,
        Rule::ZoneTest(_) => Shape::Diamond,
        _ => Shape::Square,
    };
    Some((shape, *meaning))
}

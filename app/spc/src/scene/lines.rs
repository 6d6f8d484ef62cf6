//! The lines of each phase, and what is aimed for.

use super::dates::days;
use super::shapes::{Line, LineKind, Rect, Scene};
use crate::chart::{Chart, ChartPoint, Phase};

/// A phase in the picture.
pub(super) struct Span<'a> {
    phase: &'a Phase,
    left: f64,
    right: f64,
    is_first: bool,
}

/// Phases meet half way between the last point of one and the first of the next.
pub(super) fn spans<'a>(chart: &'a Chart, plot: Rect, across: impl Fn(f64) -> f64) -> Vec<Span<'a>> {
    let at = |place: usize| chart.points.get(place).map_or(plot.left, |point| across(days(point.date, point.time)));
    let mut spans: Vec<Span> = Vec::new();
    for phase in &chart.phases {
        let left = match spans.last_mut() {
            Some(before) => {
                let border = (at(before.phase.last) + at(phase.first)) / 2.0;
                before.right = border;
                border
            }
            None => plot.left,
        };
        spans.push(Span { phase, left, right: plot.right, is_first: spans.is_empty() });
    }
    spans
}

impl Span<'_> {
    pub fn draw(&self, scene: &mut Scene, chart: &Chart, across: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) {
        let plot = scene.plot;
        if !self.is_first {
            scene.lines.push(Line { kind: LineKind::Phase, from: (self.left, plot.top), to: (self.left, plot.bottom) });
        }
        let x = |place: usize| across(days(chart.points[place].date, chart.points[place].time));
        let y = up(self.phase.centre);
        let carried = match self.phase.baseline_last {
            Some(last) if last < self.phase.last => (x(last) + x(last + 1)) / 2.0,
            _ => self.right,
        };
        scene.lines.push(Line { kind: LineKind::Centre, from: (self.left, y), to: (carried, y) });
        if carried < self.right {
            scene.lines.push(Line { kind: LineKind::CarriedOn, from: (carried, y), to: (self.right, y) });
        }
        let points = &chart.points[self.phase.first..=self.phase.last];
        for limit in [|point: &ChartPoint| point.lower, |point: &ChartPoint| point.upper] {
            let mut stretch: Vec<(f64, f64)> = Vec::new();
            for (i, point) in points.iter().enumerate() {
                let place = self.phase.first + i;
                let Some(value) = limit(point) else {
                    scene.limits.push(std::mem::take(&mut stretch));
                    continue;
                };
                let left = if i == 0 { self.left } else { (x(place - 1) + x(place)) / 2.0 };
                let right = if i + 1 == points.len() { self.right } else { (x(place) + x(place + 1)) / 2.0 };
                let y = up(value);
                match stretch.last_mut() {
                    // A limit that stays where it is needs no corner.
                    Some(end) if (end.1 - y).abs() < 1e-9 => end.0 = right,
                    _ => stretch.extend([(left, y), (right, y)]),
                }
            }
            scene.limits.push(stretch);
        }
        scene.limits.retain(|stretch| stretch.len() > 1);
    }
}

pub(super) fn target_lines(scene: &mut Scene, chart: &Chart, across: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) {
    let plot = scene.plot;
    let x = |point: &ChartPoint| across(days(point.date, point.time));
    let mut left = plot.left;
    for together in chart.points.chunk_by(|a, b| a.target == b.target) {
        let (Some(first), Some(last)) = (together.first(), together.last()) else { continue };
        if left > plot.left {
            left = x(first);
        }
        let is_last = chart.points.last().is_some_and(|end| std::ptr::eq(end, last));
        let next = chart.points.iter().find(|point| point.date > last.date);
        let right = if is_last { plot.right } else { next.map_or(plot.right, x) };
        if let Some(target) = first.target {
            let y = up(target);
            scene.lines.push(Line { kind: LineKind::Target, from: (left, y), to: (right, y) });
        }
        left = right.max(plot.left + f64::EPSILON);
    }
}

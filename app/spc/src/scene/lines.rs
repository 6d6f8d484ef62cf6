//! The lines of each phase, and what is aimed for.

use super::frame::Frame;
use super::shapes::{Line, LineKind, Scene};
use crate::chart::{Chart, ChartPoint, Phase};

/// The border, the centre line and the limits of every phase.
pub(super) fn phase_lines(scene: &mut Scene, chart: &Chart, frame: &Frame) {
    for span in spans(chart, frame) {
        span.border(scene);
        span.centre_line(scene);
        span.limit(scene, |point| point.lower);
        span.limit(scene, |point| point.upper);
    }
    scene.limits.retain(|stretch| stretch.len() > 1);
}

/// A phase in the picture.
struct Span<'a> {
    chart: &'a Chart,
    frame: &'a Frame,
    phase: &'a Phase,
    left: f64,
    right: f64,
    is_first: bool,
}

/// Phases meet half way between the last point of one and the first of the next.
fn spans<'a>(chart: &'a Chart, frame: &'a Frame) -> Vec<Span<'a>> {
    let plot = frame.plot;
    let at = |place: usize| chart.points.get(place).map_or(plot.left, |point| frame.x_of(point));
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
        spans.push(Span { chart, frame, phase, left, right: plot.right, is_first: spans.is_empty() });
    }
    spans
}

impl Span<'_> {
    fn x(&self, place: usize) -> f64 {
        self.frame.x_of(&self.chart.points[place])
    }

    fn border(&self, scene: &mut Scene) {
        if !self.is_first {
            let plot = self.frame.plot;
            scene.lines.push(Line { kind: LineKind::Phase, from: (self.left, plot.top), to: (self.left, plot.bottom) });
        }
    }

    /// The centre line, carried on from the end of the baseline where there is one.
    fn centre_line(&self, scene: &mut Scene) {
        let y = self.frame.y(self.phase.centre);
        let carried = match self.phase.baseline_last {
            Some(last) if last < self.phase.last => (self.x(last) + self.x(last + 1)) / 2.0,
            _ => self.right,
        };
        scene.lines.push(Line { kind: LineKind::Centre, from: (self.left, y), to: (carried, y) });
        if carried < self.right {
            scene.lines.push(Line { kind: LineKind::CarriedOn, from: (carried, y), to: (self.right, y) });
        }
    }

    /// One limit, which steps half way between two points, and breaks where a point has none.
    fn limit(&self, scene: &mut Scene, limit: fn(&ChartPoint) -> Option<f64>) {
        let mut stretch: Vec<(f64, f64)> = Vec::new();
        for place in self.phase.first..=self.phase.last {
            let Some(value) = limit(&self.chart.points[place]) else {
                scene.limits.push(std::mem::take(&mut stretch));
                continue;
            };
            let is_last = place == self.phase.last;
            let left = if place == self.phase.first { self.left } else { (self.x(place - 1) + self.x(place)) / 2.0 };
            let right = if is_last { self.right } else { (self.x(place) + self.x(place + 1)) / 2.0 };
            let y = self.frame.y(value);
            match stretch.last_mut() {
                // A limit that stays where it is needs no corner.
                Some(end) if (end.1 - y).abs() < 1e-9 => end.0 = right,
                _ => stretch.extend([(left, y), (right, y)]),
            }
        }
        scene.limits.push(stretch);
    }
}

/// The value aimed for, on the days for which it is.
pub(super) fn target_lines(scene: &mut Scene, chart: &Chart, frame: &Frame) {
    let plot = frame.plot;
    let x = |point: &ChartPoint| frame.x_of(point);
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
            let y = frame.y(target);
            scene.lines.push(Line { kind: LineKind::Target, from: (left, y), to: (right, y) });
        }
        left = right.max(plot.left + f64::EPSILON);
    }
}

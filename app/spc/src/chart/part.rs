//! A part of a chart, as it stands on the whole.

use std::ops::Range;

use chrono::NaiveDate;

use super::{Chart, Phase, Signal};

impl Chart {
    /// The points from a day to another, and so many before them: their lines and what the rules found of them are
    /// those of the whole chart.
    #[must_use]
    pub fn part(&self, from: NaiveDate, until: NaiveDate, before: usize) -> Self {
        let first = self.points.partition_point(|point| point.date < from).saturating_sub(before);
        let end = self.points.partition_point(|point| point.date <= until).max(first);
        let points = self.points[first..end].to_vec();
        let days =
            points.first().map(|point| point.date.min(from)).zip(points.last().map(|point| point.date.max(until)));
        let cycles =
            self.cycles.iter().filter(|cycle| days.is_some_and(|(first, last)| (first..=last).contains(&cycle.date)));
        Self {
            cycles: cycles.cloned().collect(),
            phases: self.phases.iter().filter_map(|phase| phase.part(&(first..end))).collect(),
            points,
            ..self.clone()
        }
    }
}

impl Phase {
    /// The phase in a part of the chart, if it has a point there.
    fn part(&self, part: &Range<usize>) -> Option<Self> {
        let (first, end) = (self.first.max(part.start), (self.last + 1).min(part.end));
        if first >= end {
            return None;
        }
        let moved = |place: &usize| part.contains(place).then(|| place - part.start);
        let mut runs = self.runs.clone();
        for run in &mut runs.runs {
            run.places = run.places.iter().filter_map(moved).collect();
        }
        runs.runs.retain(|run| !run.places.is_empty());
        let signals = self
            .signals
            .iter()
            .map(|signal| Signal { points: signal.points.iter().filter_map(moved).collect(), ..signal.clone() });
        // One that speaks of the whole phase has no points; one whose points are all elsewhere is left out.
        let signals =
            signals.zip(&self.signals).filter(|(here, whole)| here.points.is_empty() == whole.points.is_empty());
        Some(Self {
            first: first - part.start,
            last: end - 1 - part.start,
            baseline_last: self.baseline_last.as_ref().and_then(moved),
            signals: signals.map(|(here, _)| here).collect(),
            runs,
            ..self.clone()
        })
    }
}

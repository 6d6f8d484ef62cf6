//! The PDSA cycles: a line each, and a flag for one or for several that stand close.

use super::dates::{DateScale, days};
use super::frame::Frame;
use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Flag, Line, LineKind, Rect, Scene, Text, TextKind};
use crate::chart::Chart;

/// The height of a flag, in letters.
const FLAG_HEIGHT: f64 = 1.3;
/// The space between the flags and the plot, in letters.
const GAP: f64 = 0.5;

/// A cycle that lies in the picture.
pub(super) struct ShownCycle {
    /// Its place in [`Chart::cycles`].
    place: usize,
    day: f64,
}

/// The cycles that lie in the picture.
pub(super) fn shown_cycles(chart: &Chart, dates: &DateScale) -> Vec<ShownCycle> {
    let all = chart.cycles.iter().enumerate();
    all.map(|(place, cycle)| ShownCycle { place, day: days(cycle.date, None) })
        .filter(|cycle| (dates.first..=dates.last).contains(&cycle.day))
        .collect()
}

/// How much room the flags take above the plot.
pub(super) fn flag_room(cycles: &[ShownCycle], preset: &Preset) -> f64 {
    let gap = preset.font * GAP;
    if preset.flags && !cycles.is_empty() { preset.font * FLAG_HEIGHT + gap } else { gap }
}

/// A line for each cycle, and the flags above them.
pub(super) fn cycle_marks(scene: &mut Scene, chart: &Chart, cycles: &[ShownCycle], frame: &Frame, preset: &Preset) {
    let plot = frame.plot;
    for cycle in cycles {
        let x = frame.x(cycle.day);
        let top = if preset.flags { plot.top - 4.0 } else { plot.top };
        scene.lines.push(Line { kind: LineKind::Cycle, from: (x, top), to: (x, plot.bottom) });
    }
    if !preset.flags {
        return;
    }
    for group in grouped(chart, cycles, frame, preset) {
        let area = group.area(chart, plot, preset);
        scene.texts.push(Text {
            kind: TextKind::Flag,
            x: (area.left + area.right) / 2.0,
            y: area.bottom - preset.font * FLAG_HEIGHT / 2.0 + preset.font * 0.35,
            anchor: Anchor::Middle,
            text: flag_text(chart, &group.cycles),
            font: preset.font,
        });
        scene.flags.push(Flag { area, cycles: group.cycles });
    }
}

/// Cycles that share a flag.
struct Group {
    x: f64,
    /// Their places in [`Chart::cycles`].
    cycles: Vec<usize>,
}

impl Group {
    fn area(&self, chart: &Chart, plot: Rect, preset: &Preset) -> Rect {
        let gap = preset.font * GAP;
        let half = text_width(&flag_text(chart, &self.cycles), preset.font).max(preset.font * 0.6) / 2.0 + 4.0;
        // Right of the plot stand the labels of the levels, which may reach up to here.
        let x = self.x.clamp(half + 1.0, (plot.right - half).max(half + 1.0));
        Rect {
            left: x - half,
            top: plot.top - gap - preset.font * FLAG_HEIGHT,
            right: x + half,
            bottom: plot.top - gap,
        }
    }
}

/// Flags that would touch become one; that makes it wider, so until none do.
fn grouped(chart: &Chart, cycles: &[ShownCycle], frame: &Frame, preset: &Preset) -> Vec<Group> {
    let area = |group: &Group| group.area(chart, frame.plot, preset);
    let mut groups: Vec<Group> =
        cycles.iter().map(|cycle| Group { x: frame.x(cycle.day), cycles: vec![cycle.place] }).collect();
    while let Some(i) = (1..groups.len()).find(|&i| area(&groups[i - 1]).right + 2.0 > area(&groups[i]).left) {
        let next = groups.remove(i);
        let group = &mut groups[i - 1];
        let (a, b) = (group.cycles.len() as f64, next.cycles.len() as f64);
        group.x = (group.x * a + next.x * b) / (a + b);
        group.cycles.extend(next.cycles);
    }
    groups
}

/// The number of a cycle, or the lowest and the highest of several.
fn flag_text(chart: &Chart, places: &[usize]) -> String {
    let numbers = || places.iter().filter_map(|&place| chart.cycles.get(place)).map(|cycle| cycle.number);
    match (numbers().min(), numbers().max()) {
        (Some(low), Some(high)) if low != high => format!("{low}–{high}"),
        (Some(low), _) => low.to_string(),
        _ => String::new(),
    }
}

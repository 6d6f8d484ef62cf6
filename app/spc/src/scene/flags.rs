//! The PDSA cycles: a line each, and a flag for one or for several that stand close.

use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Flag, Line, LineKind, Rect, Scene, Text, TextKind};
use crate::chart::Chart;

pub(super) fn cycle_marks(
    scene: &mut Scene,
    chart: &Chart,
    cycles: &[(usize, f64)],
    preset: &Preset,
    height: f64,
    across: impl Fn(f64) -> f64,
) {
    let plot = scene.plot;
    let gap = preset.font * 0.5;
    for (_, day) in cycles {
        let x = across(*day);
        let top = if preset.flags { plot.top - 4.0 } else { plot.top };
        scene.lines.push(Line { kind: LineKind::Cycle, from: (x, top), to: (x, plot.bottom) });
    }
    if !preset.flags {
        return;
    }
    let mut groups: Vec<(f64, Vec<usize>)> = cycles.iter().map(|(place, day)| (across(*day), vec![*place])).collect();
    let area = |(x, places): &(f64, Vec<usize>)| {
        let half = text_width(&flag_text(chart, places), preset.font).max(preset.font * 0.6) / 2.0 + 4.0;
        // Right of the plot stand the labels of the levels, which may reach up to here.
        let x = x.clamp(half + 1.0, (plot.right - half).max(half + 1.0));
        Rect { left: x - half, top: plot.top - gap - height, right: x + half, bottom: plot.top - gap }
    };
    // Flags that would touch become one; that makes it wider, so until none do.
    while let Some(i) = (1..groups.len()).find(|&i| area(&groups[i - 1]).right + 2.0 > area(&groups[i]).left) {
        let (x, places) = groups.remove(i);
        let (before, together) = &mut groups[i - 1];
        let (a, b) = (together.len() as f64, places.len() as f64);
        *before = (*before * a + x * b) / (a + b);
        together.extend(places);
    }
    for group in groups {
        let area = area(&group);
        scene.texts.push(Text {
            kind: TextKind::Flag,
            x: (area.left + area.right) / 2.0,
            y: area.bottom - height / 2.0 + preset.font * 0.35,
            anchor: Anchor::Middle,
            text: flag_text(chart, &group.1),
            font: preset.font,
        });
        scene.flags.push(Flag { area, cycles: group.1 });
    }
}

fn flag_text(chart: &Chart, places: &[usize]) -> String {
    let numbers = || places.iter().filter_map(|&place| chart.cycles.get(place)).map(|cycle| cycle.number);
    match (numbers().min(), numbers().max()) {
        (Some(low), Some(high)) if low != high => format!("{low}–{high}"),
        (Some(low), _) => low.to_string(),
        _ => String::new(),
    }
}

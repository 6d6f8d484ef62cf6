//! The letters beside points that have a note; what the notes say stands in a list outside the picture.

use super::frame::Frame;
use super::preset::Preset;
use super::shapes::{Anchor, Scene, Text, TextKind};
use crate::chart::Chart;
use crate::words;

/// A letter above or below each point with a note, where one has room.
pub(super) fn notes(scene: &mut Scene, chart: &Chart, frame: &Frame, preset: &Preset) {
    if !preset.key {
        return;
    }
    let font = preset.font * 0.9;
    for noted in words::notes(chart) {
        let Some(point) = chart.points.get(noted.place) else { continue };
        let Some(value) = point.value else { continue };
        let (x, y) = (frame.x_of(point), frame.y(value));
        let letter =
            |y: f64| Text { kind: TextKind::Note, x, y, anchor: Anchor::Middle, text: noted.letter.to_string(), font };
        let places = [letter(y - 9.0), letter(y + 9.0 + font * 0.75)];
        let free = |text: &Text| {
            let area = text.bounds();
            area.top > scene.plot.top
                && area.bottom < scene.plot.bottom
                && scene.texts.iter().all(|other| !other.bounds().overlaps(&area))
        };
        let found = places.into_iter().find(free);
        scene.texts.extend(found);
    }
}

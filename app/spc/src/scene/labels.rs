//! What is written beside the centre line, the limits and the target.

use super::frame::Frame;
use super::lettering::{fitted, text_width};
use super::preset::Preset;
use super::shapes::{Anchor, Line, LineKind, Scene, Text, TextKind};
use crate::chart::Chart;
use crate::format;

/// What is written at the right end of a line across the plot.
pub(super) struct LevelLabel {
    value: f64,
    kind: TextKind,
    texts: Vec<String>,
}

/// The labels of the target, the centre line and, in a picture with a key, the limits.
pub(super) fn level_labels(chart: &Chart, preset: &Preset) -> Vec<LevelLabel> {
    let level = |name: &str, value: f64, kind| {
        let number = format::number(value, chart.data_type);
        let texts = if preset.two_line_labels {
            vec![name.to_owned(), number]
        } else if preset.key {
            vec![format!("{name} {number}")]
        } else {
            vec![number]
        };
        let texts = texts.into_iter().map(|text| fitted(&text, preset.font * 1.08, preset.width * 0.35 - 8.0));
        LevelLabel { value, kind, texts: texts.collect() }
    };
    let target = chart.target().map(|value| level("Target", value, TextKind::Target));
    let centre = chart.centre().map(|value| level(chart.kind.centre_name(), value, TextKind::Centre));
    let (lower, upper) = chart.limits().filter(|_| preset.key).unwrap_or_default();
    let upper = upper.map(|value| level("Upper limit", value, TextKind::Limit));
    let lower = lower.map(|value| level("Lower limit", value, TextKind::Limit));
    target.into_iter().chain(centre).chain(upper).chain(lower).collect()
}

/// How much room the labels take to the right of the plot.
pub(super) fn label_room(labels: &[LevelLabel], preset: &Preset) -> f64 {
    let texts = labels.iter().flat_map(|label| &label.texts);
    let widest = texts.map(|text| text_width(text, preset.font * 1.08)).fold(0.0, f64::max);
    (widest + 8.0).clamp(20.0, preset.width * 0.35)
}

/// Puts the labels beside their lines, and moves those that would touch apart.
pub(super) fn place_level_labels(scene: &mut Scene, labels: &[LevelLabel], frame: &Frame, preset: &Preset) {
    let plot = frame.plot;
    let line_height = preset.font * 1.15;
    let height = |label: &LevelLabel| label.texts.len() as f64 * line_height;
    let mut order: Vec<(&LevelLabel, f64)> = labels.iter().map(|label| (label, frame.y(label.value))).collect();
    order.sort_by(|a, b| a.1.total_cmp(&b.1));
    // First down from the top, then up from the bottom: the plot is taller than all its labels.
    let mut floor = plot.top - line_height / 2.0;
    for (label, middle) in &mut order {
        *middle = middle.max(floor + height(label) / 2.0);
        floor = *middle + height(label) / 2.0;
    }
    let mut ceiling = plot.bottom + line_height / 2.0;
    for (label, middle) in order.iter_mut().rev() {
        *middle = middle.min(ceiling - height(label) / 2.0);
        ceiling = *middle - height(label) / 2.0;
    }
    for (label, middle) in order {
        let y = frame.y(label.value);
        if (middle - y).abs() > line_height {
            scene.lines.push(Line { kind: LineKind::Leader, from: (plot.right, y), to: (plot.right + 5.0, middle) });
        }
        for (i, text) in label.texts.iter().enumerate() {
            scene.texts.push(Text {
                kind: label.kind,
                x: plot.right + 6.0,
                y: middle - height(label) / 2.0 + line_height * (i as f64 + 0.8),
                anchor: Anchor::Start,
                text: text.clone(),
                font: preset.font,
            });
        }
    }
}

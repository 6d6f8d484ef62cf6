//! The key at the foot.

use super::data::flagged;
use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Flag, Mark, Rect, Scene, Shape, Text, TextKind};
use crate::chart::{Chart, Phase};
use crate::rules::Rule;
use crate::side::Meaning;

#[derive(Clone, Copy, PartialEq)]
pub(super) enum KeyItem {
    Flagged(&'static str, Shape, Meaning),
    Excluded,
    Limits,
    TrialLimits,
    Cycle,
}

impl KeyItem {
    fn text(self) -> String {
        match self {
            Self::Flagged(what, _, Meaning::Improvement) => format!("{what}: improvement"),
            Self::Flagged(what, _, Meaning::Concern) => format!("{what}: concern"),
            Self::Flagged(what, _, Meaning::Change) => what.into(),
            Self::Excluded => "Excluded".into(),
            Self::Limits => "Limits".into(),
            Self::TrialLimits => "Trial limits".into(),
            Self::Cycle => "PDSA cycle".into(),
        }
    }

    fn width(self, font: f64) -> f64 {
        text_width(&self.text(), font) + font * 1.3
    }
}

pub(super) fn key_items(chart: &Chart, cycles: bool) -> Vec<KeyItem> {
    let mut items = Vec::new();
    for point in &chart.points {
        if let (Some((shape, meaning)), Some((rule, _))) = (flagged(point), point.flags.first()) {
            let what = match rule {
                Rule::Outside { .. } => "Outside a limit",
                Rule::LongRun | Rule::Shift { .. } => "Long run",
                Rule::Trend { .. } => "Trend",
                Rule::Cluster(_) => "Near a limit",
                _ => "Unusual pattern",
            };
            let item = KeyItem::Flagged(what, shape, meaning);
            if !items.contains(&item) {
                items.push(item);
            }
        }
    }
    items.sort_by_key(|item| match item {
        KeyItem::Flagged(_, shape, meaning) => (*shape as u8, *meaning as u8),
        _ => (u8::MAX, 0),
    });
    if chart.points.iter().any(|point| point.excluded && point.value.is_some()) {
        items.push(KeyItem::Excluded);
    }
    if chart.phases.iter().any(|phase| phase.limited) {
        let trial = chart.phases.last().is_some_and(Phase::is_trial);
        items.push(if trial { KeyItem::TrialLimits } else { KeyItem::Limits });
    }
    if cycles {
        items.push(KeyItem::Cycle);
    }
    items
}

pub(super) fn key_rows(items: &[KeyItem], font: f64, width: f64) -> Vec<usize> {
    let mut rows = Vec::new();
    let mut used = f64::INFINITY;
    for item in items {
        let wide = item.width(font) + font;
        if used + wide > width {
            rows.push(0);
            used = 0.0;
        }
        used += wide;
        if let Some(row) = rows.last_mut() {
            *row += 1;
        }
    }
    rows
}

pub(super) fn place_key(scene: &mut Scene, items: &[KeyItem], rows: &[usize], height: f64, preset: &Preset) {
    let font = preset.font;
    let mut items = items.iter();
    for (row, &many) in rows.iter().enumerate() {
        let middle = preset.height - height + (row as f64 + 0.5) * font * 1.5;
        let mut x = if preset.two_line_labels { 4.0 } else { scene.plot.left };
        for item in items.by_ref().take(many) {
            let mark = |shape, meaning| Mark {
                place: None,
                x: x + font * 0.4,
                y: middle,
                radius: font * 0.33,
                shape,
                meaning,
                title: None,
            };
            match *item {
                KeyItem::Flagged(_, shape, meaning) => scene.marks.push(mark(shape, Some(meaning))),
                KeyItem::Excluded => scene.marks.push(mark(Shape::Hollow, None)),
                KeyItem::Limits | KeyItem::TrialLimits => {
                    scene.limits.push(vec![(x - font * 0.1, middle), (x + font * 1.05, middle)]);
                }
                KeyItem::Cycle => scene.flags.push(Flag {
                    area: Rect {
                        left: x,
                        top: middle - font * 0.45,
                        right: x + font * 0.8,
                        bottom: middle + font * 0.45,
                    },
                    cycles: Vec::new(),
                }),
            }
            scene.texts.push(Text {
                kind: TextKind::Key,
                x: x + font * 1.3,
                y: middle + font * 0.35,
                anchor: Anchor::Start,
                text: item.text(),
                font,
            });
            x += item.width(font) + font;
        }
    }
}

//! The key at the foot.

use super::data::flagged;
use super::lettering::text_width;
use super::preset::Preset;
use super::shapes::{Anchor, Flag, Mark, Rect, Scene, Shape, Text, TextKind};
use crate::chart::{Chart, ChartPoint, Phase};
use crate::rules::Rule;
use crate::side::Meaning;

/// The entries, in rows from the foot of the picture up.
pub(super) struct Key {
    items: Vec<KeyItem>,
    /// How many entries stand in each row.
    rows: Vec<usize>,
    left: f64,
    /// How much room it takes.
    pub height: f64,
}

impl Key {
    /// The key of a chart, `cycles` if any are shown; `plot_left` is the left edge of the plot.
    pub fn of(chart: &Chart, preset: &Preset, cycles: bool, plot_left: f64) -> Self {
        let items = if preset.key { items(chart, cycles) } else { Vec::new() };
        let left = if preset.two_line_labels { 4.0 } else { plot_left };
        let rows = rows(&items, preset.font, preset.width - left - 4.0);
        let height = rows.len() as f64 * preset.font * 1.5;
        Self { items, rows, left, height }
    }

    /// Draws each entry with a sample of what it explains.
    pub fn draw(&self, scene: &mut Scene, preset: &Preset) {
        let font = preset.font;
        let mut items = self.items.iter();
        for (row, &many) in self.rows.iter().enumerate() {
            let middle = preset.height - self.height + (row as f64 + 0.5) * font * 1.5;
            let mut x = self.left;
            for item in items.by_ref().take(many) {
                item.sample(scene, x, middle);
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
}

/// One entry of the key.
#[derive(Clone, Copy, PartialEq)]
enum KeyItem {
    /// What rules found, and how points look of which they found it.
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

    /// Draws what the entry explains, from `x` on at the height of `middle`.
    fn sample(self, scene: &mut Scene, x: f64, middle: f64) {
        let font = scene.font;
        let mark = |shape, meaning| Mark {
            place: None,
            x: x + font * 0.4,
            y: middle,
            radius: font * 0.33,
            shape,
            meaning,
            title: None,
        };
        match self {
            Self::Flagged(_, shape, meaning) => scene.marks.push(mark(shape, Some(meaning))),
            Self::Excluded => scene.marks.push(mark(Shape::Hollow, None)),
            Self::Limits | Self::TrialLimits => {
                scene.limits.push(vec![(x - font * 0.1, middle), (x + font * 1.05, middle)]);
            }
            Self::Cycle => scene.flags.push(Flag {
                area: Rect { left: x, top: middle - font * 0.45, right: x + font * 0.8, bottom: middle + font * 0.45 },
                cycles: Vec::new(),
            }),
        }
    }
}

/// What the picture shows that has to be explained; `cycles` if it shows any.
fn items(chart: &Chart, cycles: bool) -> Vec<KeyItem> {
    let mut items: Vec<KeyItem> = Vec::new();
    for point in &chart.points {
        let Some(item) = flagged_item(point).filter(|item| !items.contains(item)) else { continue };
        items.push(item);
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

/// The entry for a point that a rule covers.
fn flagged_item(point: &ChartPoint) -> Option<KeyItem> {
    let (shape, meaning) = flagged(point)?;
    let what = match point.flags.first()?.0 {
        Rule::BeyondLimits { .. } => "Outside a limit",
        Rule::LongRun | Rule::Shift { .. } => "Long run",
        Rule::Trend { .. } => "Trend",
        Rule::ZoneTest(_) => "Near a limit",
        _ => "Unusual pattern",
    };
    Some(KeyItem::Flagged(what, shape, meaning))
}

/// How many entries stand in each row.
fn rows(items: &[KeyItem], font: f64, width: f64) -> Vec<usize> {
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

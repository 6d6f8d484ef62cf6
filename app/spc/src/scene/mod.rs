//! What stands where: scales, ticks, lines, points and labels as plain data.
//!
//! [`layout`] is pure; a writer ([`crate::svg`], or a view of the page) only copies the scene out.
//! Coordinates are in user units of the view box, with y growing downwards.

mod data;
mod dates;
mod flags;
mod key;
mod labels;
mod lettering;
mod lines;
mod preset;
mod shapes;
mod values;

use crate::chart::Chart;
use crate::{format, words};
use data::{DENSE, data};
use dates::{INSET, Time, date_axis, days};
use flags::cycle_marks;
use key::{key_items, key_rows, place_key};
use labels::{level_labels, place_level_labels};
use lettering::{capitalised, fitted, text_width};
use lines::{spans, target_lines};
use preset::Preset;
pub use shapes::{Anchor, Flag, Line, LineKind, Mark, Rect, Scene, Shape, Size, Text, TextKind};
use values::Values;

/// How a chart is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SceneOptions {
    /// How large.
    pub size: Size,
    /// Whether the name of the series stands above it (for a picture that stands alone).
    pub heading: bool,
}

/// Lays a chart out. A series of any length gives a picture in which no two texts overlap.
pub fn layout(chart: &Chart, options: &SceneOptions) -> Scene {
    let preset = Preset::of(options.size);
    let mut scene = Scene {
        size: options.size,
        width: preset.width,
        height: preset.height,
        font: preset.font,
        title: words::title(chart),
        description: words::caption(chart),
        plot: Rect { left: 0.0, top: 0.0, right: preset.width, bottom: preset.height },
        lines: Vec::new(),
        paths: Vec::new(),
        limits: Vec::new(),
        dense: chart.points.len() > DENSE,
        marks: Vec::new(),
        flags: Vec::new(),
        texts: Vec::new(),
    };
    let mut top = 4.0;
    if options.heading && !chart.name.trim().is_empty() {
        let font = preset.font * 1.15;
        scene.texts.push(Text {
            kind: TextKind::Heading,
            x: 4.0,
            y: top + font,
            anchor: Anchor::Start,
            text: fitted(chart.name.trim(), font * 1.08, preset.width - 8.0),
            font,
        });
        top += font * 1.6;
    }
    let unit = format::unit(chart.data_type, &chart.unit);
    if options.size != Size::Small && !unit.is_empty() && unit != "%" {
        scene.texts.push(Text {
            kind: TextKind::Unit,
            x: 4.0,
            y: top + preset.font,
            anchor: Anchor::Start,
            text: fitted(&capitalised(&unit), preset.font, preset.width - 8.0),
            font: preset.font,
        });
        top += preset.font * 1.5;
    }

    let time = Time::of(chart);
    let cycles: Vec<(usize, f64)> = match &time {
        Some(time) => chart
            .cycles
            .iter()
            .enumerate()
            .map(|(place, cycle)| (place, days(cycle.date, None)))
            .filter(|(_, day)| (time.first..=time.last).contains(day))
            .collect(),
        None => Vec::new(),
    };
    let flag_height = preset.font * 1.3;
    if preset.flags && !cycles.is_empty() {
        top += flag_height + preset.font * 0.5;
    } else {
        top += preset.font * 0.5;
    }

    let key = if preset.key { key_items(chart, !cycles.is_empty()) } else { Vec::new() };
    let values = Values::of(chart, preset.y_ticks);
    let tick_width = values.ticks.iter().map(|(_, text)| text_width(text, preset.font)).fold(0.0, f64::max);
    let left = (tick_width + 10.0).clamp(24.0, preset.width * 0.4);
    let key_left = if preset.two_line_labels { 4.0 } else { left };
    let key_rows = key_rows(&key, preset.font, preset.width - key_left - 4.0);
    let key_height = key_rows.len() as f64 * preset.font * 1.5;

    let labels = level_labels(chart, &preset);
    let label_width = labels
        .iter()
        .flat_map(|label| label.texts.iter().map(|text| text_width(text, preset.font * 1.08)))
        .fold(0.0, f64::max);
    let right = preset.width - (label_width + 8.0).clamp(20.0, preset.width * 0.35);
    // Room for the date, the year under it, and the key.
    let bottom = preset.height - key_height - preset.font * 2.7 - 2.0;
    scene.plot = Rect { left, top, right, bottom };
    let plot = scene.plot;

    for (value, text) in &values.ticks {
        let y = plot.bottom - values.share(*value) * (plot.bottom - plot.top);
        scene.lines.push(Line { kind: LineKind::Grid, from: (plot.left, y), to: (plot.right, y) });
        scene.texts.push(Text {
            kind: TextKind::YTick,
            x: plot.left - 6.0,
            y: y + preset.font * 0.35,
            anchor: Anchor::End,
            text: text.clone(),
            font: preset.font,
        });
    }
    scene.lines.push(Line { kind: LineKind::Axis, from: (plot.left, plot.bottom), to: (plot.right, plot.bottom) });

    let Some(time) = time else {
        scene.texts.push(Text {
            kind: TextKind::Empty,
            x: (plot.left + plot.right) / 2.0,
            y: (plot.top + plot.bottom) / 2.0 - preset.font,
            anchor: Anchor::Middle,
            text: "No points yet".into(),
            font: preset.font,
        });
        return scene;
    };
    let across = |day: f64| plot.left + INSET + time.share(day) * (plot.right - plot.left - 2.0 * INSET);
    let up = |value: f64| plot.bottom - values.share(value) * (plot.bottom - plot.top);

    date_axis(&mut scene, &time, &preset, across);
    cycle_marks(&mut scene, chart, &cycles, &preset, flag_height, across);

    let spans = spans(chart, plot, across);
    for span in &spans {
        span.draw(&mut scene, chart, across, up);
    }
    target_lines(&mut scene, chart, across, up);
    place_level_labels(&mut scene, &labels, &preset, up);
    data(&mut scene, chart, &preset, across, up);
    place_key(&mut scene, &key, &key_rows, key_height, &preset);
    scene
}

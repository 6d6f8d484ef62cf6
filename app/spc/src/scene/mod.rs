//! What stands where: scales, ticks, lines, points and labels as plain data.
//!
//! [`layout`] is pure; a writer (`svg::write`, or a view of the page) only copies the scene out.
//! Coordinates are in user units of the view box, with y growing downwards.

mod data;
mod date_axis;
mod dates;
mod flags;
mod frame;
mod key;
mod labels;
mod lettering;
mod lines;
mod notes;
mod preset;
mod shapes;
mod values;

use crate::chart::Chart;
use crate::{format, words};
use data::{DENSE, data};
use date_axis::date_axis;
use dates::DateScale;
use flags::{cycle_marks, flag_room, shown_cycles};
use frame::Frame;
use key::Key;
use labels::{label_room, level_labels, place_level_labels};
pub use lettering::wrapped;
use lettering::{capitalised, fitted};
use lines::{phase_lines, target_lines};
use notes::notes;
use preset::Preset;
pub use shapes::{Anchor, Flag, Line, LineKind, Mark, Rect, Scene, Shape, Size, Text, TextKind};
use values::{ValueScale, tick_room, value_axis};

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
    let mut scene = blank(chart, options.size, &preset);
    let headed = heading(&mut scene, chart, options, &preset);

    let dates = DateScale::of(chart);
    let values = ValueScale::of(chart, preset.y_ticks);
    let cycles = dates.as_ref().map_or_else(Vec::new, |dates| shown_cycles(chart, dates));
    let labels = level_labels(chart, &preset);
    let left = tick_room(&values, &preset);
    let key = Key::of(chart, &preset, !cycles.is_empty(), left);
    scene.plot = Rect {
        left,
        top: headed + flag_room(&cycles, &preset),
        right: preset.width - label_room(&labels, &preset),
        // Room for the date, the year under it, and the key.
        bottom: preset.height - key.height - preset.font * 2.7 - 2.0,
    };

    value_axis(&mut scene, &values, &preset);
    let Some(dates) = dates else {
        no_points(&mut scene);
        return scene;
    };
    let frame = Frame { plot: scene.plot, dates, values };
    date_axis(&mut scene, &frame, &preset);
    cycle_marks(&mut scene, chart, &cycles, &frame, &preset);
    phase_lines(&mut scene, chart, &frame);
    target_lines(&mut scene, chart, &frame);
    place_level_labels(&mut scene, &labels, &frame, &preset);
    data(&mut scene, chart, &frame, &preset);
    key.draw(&mut scene, &preset);
    notes(&mut scene, chart, &frame, &preset);
    scene
}

/// A picture with its words for those who do not see it, and nothing drawn yet.
fn blank(chart: &Chart, size: Size, preset: &Preset) -> Scene {
    Scene {
        size,
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
    }
}

/// Writes the name of the series and the unit of its values; answers how far down they reach.
fn heading(scene: &mut Scene, chart: &Chart, options: &SceneOptions, preset: &Preset) -> f64 {
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
    top
}

fn no_points(scene: &mut Scene) {
    let plot = scene.plot;
    scene.texts.push(Text {
        kind: TextKind::Empty,
        x: (plot.left + plot.right) / 2.0,
        y: (plot.top + plot.bottom) / 2.0 - scene.font,
        anchor: Anchor::Middle,
        text: "No points yet".into(),
        font: scene.font,
    });
}

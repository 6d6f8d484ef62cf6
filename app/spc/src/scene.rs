//! What stands where: scales, ticks, lines, points and labels as plain data.
//!
//! [`layout`] is pure; a writer ([`crate::svg`], or a view of the page) only copies the scene out.
//! Coordinates are in user units of the view box, with y growing downwards.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Timelike};

use crate::chart::{Chart, ChartPoint, Phase};
use crate::rules::Rule;
use crate::series::DataType;
use crate::side::{Meaning, Side};
use crate::{format, words};

/// How large the picture is, and how much is written in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Size {
    /// 720 × 360, for a page or a slide.
    #[default]
    Full,
    /// 340 × 280, readable where only 320 px are to be had.
    Narrow,
    /// 320 × 160, one of many, with few labels.
    Small,
}

/// How a chart is to be drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct SceneOptions {
    /// How large.
    pub size: Size,
    /// Whether the name of the series stands above it (for a picture that stands alone).
    pub heading: bool,
}

/// An upright rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// The left edge.
    pub left: f64,
    /// The top edge.
    pub top: f64,
    /// The right edge.
    pub right: f64,
    /// The bottom edge.
    pub bottom: f64,
}

impl Rect {
    /// Whether the two have any area in common.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right && other.left < self.right && self.top < other.bottom && other.top < self.bottom
    }
}

/// Which end of a text its x is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Anchor {
    /// Its start.
    Start,
    /// Its middle.
    Middle,
    /// Its end.
    End,
}

/// What a text is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextKind {
    /// The name of the series.
    Heading,
    /// The unit above the axis.
    Unit,
    /// A value on the y axis.
    YTick,
    /// A date on the x axis.
    XTick,
    /// The year under a date.
    Year,
    /// The end of the centre line.
    Centre,
    /// The end of the target line.
    Target,
    /// The end of a limit.
    Limit,
    /// The number on a flag.
    Flag,
    /// The key at the foot.
    Key,
    /// What stands in an empty chart.
    Empty,
}

/// A text on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// What it is for.
    pub kind: TextKind,
    /// Where its anchor lies.
    pub x: f64,
    /// Its baseline.
    pub y: f64,
    /// Which end of it x is.
    pub anchor: Anchor,
    /// The words; the caller's own, so a writer has to escape them.
    pub text: String,
    /// The size of the letters.
    pub font: f64,
}

impl Text {
    /// The space it takes, by the widths of Arial.
    pub fn bounds(&self) -> Rect {
        let width = text_width(&self.text, self.font);
        let left = match self.anchor {
            Anchor::Start => self.x,
            Anchor::Middle => self.x - width / 2.0,
            Anchor::End => self.x - width,
        };
        Rect { left, top: self.y - 0.75 * self.font, right: left + width, bottom: self.y + 0.22 * self.font }
    }
}

/// What a straight line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineKind {
    /// A value of the y axis, across the plot.
    Grid,
    /// The x axis and its ticks.
    Axis,
    /// The centre line, where it comes from the points above and below it.
    Centre,
    /// The centre line, carried on beyond its baseline.
    CarriedOn,
    /// The target.
    Target,
    /// Where a phase begins.
    Phase,
    /// The day of a PDSA cycle.
    Cycle,
    /// From the end of a line to its label, where the label had to move.
    Leader,
}

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// What it is for.
    pub kind: LineKind,
    /// From here.
    pub from: (f64, f64),
    /// To here.
    pub to: (f64, f64),
}

/// The shape of a point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Shape {
    /// An ordinary point.
    Circle,
    /// A point of a long run, a trend or another pattern of many points.
    Square,
    /// A point above the upper limit.
    TriangleUp,
    /// A point below the lower limit.
    TriangleDown,
    /// A point near a limit, one of a few.
    Diamond,
    /// An excluded point.
    Hollow,
}

/// A point as drawn.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its place in [`Chart::points`]; none in the key.
    pub place: Option<usize>,
    /// Its middle.
    pub x: f64,
    /// Its middle.
    pub y: f64,
    /// Half its width.
    pub radius: f64,
    /// Its shape.
    pub shape: Shape,
    /// What it means, where a rule covers it.
    pub meaning: Option<Meaning>,
    /// What a tooltip says.
    pub title: Option<String>,
}

/// The flag of one PDSA cycle, or of several that stand too close for one each.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Where it is drawn.
    pub area: Rect,
    /// The places in [`Chart::cycles`] of the cycles it stands for.
    pub cycles: Vec<usize>,
}

/// The whole picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Its size preset.
    pub size: Size,
    /// The width of the view box.
    pub width: f64,
    /// The height of the view box.
    pub height: f64,
    /// The size of ordinary letters.
    pub font: f64,
    /// What it is called.
    pub title: String,
    /// The alternative text.
    pub description: String,
    /// The area of the data.
    pub plot: Rect,
    /// Straight lines, in the order in which they are drawn.
    pub lines: Vec<Line>,
    /// The line through the data, in stretches without a gap.
    pub paths: Vec<Vec<(f64, f64)>>,
    /// The limits, in stretches: they step where they change from point to point, and break at phases.
    pub limits: Vec<Vec<(f64, f64)>>,
    /// Whether there are so many points that the line is drawn thin.
    pub dense: bool,
    /// The points, and those of the key.
    pub marks: Vec<Mark>,
    /// The flags of the cycles.
    pub flags: Vec<Flag>,
    /// Everything written.
    pub texts: Vec<Text>,
}

/// The sizes that follow from the preset.
struct Preset {
    width: f64,
    height: f64,
    font: f64,
    y_ticks: f64,
    x_ticks: usize,
    two_line_labels: bool,
    flags: bool,
    key: bool,
    tooltips: bool,
}

impl Preset {
    fn of(size: Size) -> Self {
        match size {
            Size::Full => Self {
                width: 720.0,
                height: 360.0,
                font: 14.0,
                y_ticks: 5.0,
                x_ticks: 13,
                two_line_labels: false,
                flags: true,
                key: true,
                tooltips: true,
            },
            Size::Narrow => Self {
                width: 340.0,
                height: 280.0,
                font: 13.0,
                y_ticks: 5.0,
                x_ticks: 7,
                two_line_labels: true,
                flags: true,
                key: true,
                tooltips: true,
            },
            Size::Small => Self {
                width: 320.0,
                height: 160.0,
                font: 12.0,
                y_ticks: 2.0,
                x_ticks: 4,
                two_line_labels: false,
                flags: false,
                key: false,
                tooltips: false,
            },
        }
    }
}

/// From this many points on they carry no tooltips, and the line is drawn thin.
const DENSE: usize = 150;
/// Beyond this many points the ordinary ones are left to the line.
const CROWDED: usize = 1_000;
/// Space between the axis and the first and last point.
const INSET: f64 = 8.0;

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

fn data(scene: &mut Scene, chart: &Chart, preset: &Preset, across: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) {
    let mut stretch = Vec::new();
    for point in &chart.points {
        match point.used() {
            Some(value) => stretch.push((across(days(point.date, point.time)), up(value))),
            None => scene.paths.push(std::mem::take(&mut stretch)),
        }
    }
    scene.paths.push(stretch);
    scene.paths.retain(|path| path.len() > 1);

    let count = chart.points.len();
    let radius = match (scene.size, count) {
        (Size::Full, 0..=60) => 4.5,
        (Size::Full, 61..=DENSE) => 3.5,
        (Size::Small, 0..=30) => 3.0,
        (Size::Small, _) => 2.0,
        (Size::Narrow, 0..=30) => 4.0,
        (Size::Narrow, 31..=DENSE) => 2.5,
        (Size::Full, _) => 2.0,
        (Size::Narrow, _) => 1.5,
    };
    let tooltips = preset.tooltips && !scene.dense;
    // Flagged and excluded points are drawn last, so that they stand in front.
    let mut ordinary = Vec::new();
    let mut special = Vec::new();
    for (place, point) in chart.points.iter().enumerate() {
        let Some(value) = point.value else { continue };
        let (shape, meaning) = match flagged(point) {
            _ if point.excluded => (Shape::Hollow, None),
            Some((shape, meaning)) => (shape, Some(meaning)),
            None => (Shape::Circle, None),
        };
        let blot = if scene.size == Size::Small { scene.dense } else { count > CROWDED };
        if shape == Shape::Circle && blot {
            // Only a blot would be seen of them; the line says it all.
            continue;
        }
        let mark = Mark {
            place: Some(place),
            x: across(days(point.date, point.time)),
            y: up(value),
            radius,
            shape,
            meaning,
            title: if tooltips { words::point(chart, place) } else { None },
        };
        if shape == Shape::Circle { ordinary.push(mark) } else { special.push(mark) }
    }
    scene.marks.append(&mut ordinary);
    scene.marks.append(&mut special);
}

/// How a point looks that a rule covers: the first rule of the set decides.
fn flagged(point: &ChartPoint) -> Option<(Shape, Meaning)> {
    let (rule, meaning) = point.flags.first()?;
    let shape = match rule {
        Rule::Outside { .. } if point.side == Some(Side::Below) => Shape::TriangleDown,
        Rule::Outside { .. } => Shape::TriangleUp,
        Rule::Cluster(_) => Shape::Diamond,
        _ => Shape::Square,
    };
    Some((shape, *meaning))
}

/// A phase in the picture.
struct Span<'a> {
    phase: &'a Phase,
    left: f64,
    right: f64,
    is_first: bool,
}

/// Phases meet half way between the last point of one and the first of the next.
fn spans<'a>(chart: &'a Chart, plot: Rect, across: impl Fn(f64) -> f64) -> Vec<Span<'a>> {
    let at = |place: usize| chart.points.get(place).map_or(plot.left, |point| across(days(point.date, point.time)));
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
        spans.push(Span { phase, left, right: plot.right, is_first: spans.is_empty() });
    }
    spans
}

impl Span<'_> {
    fn draw(&self, scene: &mut Scene, chart: &Chart, across: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) {
        let plot = scene.plot;
        if !self.is_first {
            scene.lines.push(Line { kind: LineKind::Phase, from: (self.left, plot.top), to: (self.left, plot.bottom) });
        }
        let x = |place: usize| across(days(chart.points[place].date, chart.points[place].time));
        let y = up(self.phase.centre);
        let carried = match self.phase.baseline_last {
            Some(last) if last < self.phase.last => (x(last) + x(last + 1)) / 2.0,
            _ => self.right,
        };
        scene.lines.push(Line { kind: LineKind::Centre, from: (self.left, y), to: (carried, y) });
        if carried < self.right {
            scene.lines.push(Line { kind: LineKind::CarriedOn, from: (carried, y), to: (self.right, y) });
        }
        let points = &chart.points[self.phase.first..=self.phase.last];
        for limit in [|point: &ChartPoint| point.lower, |point: &ChartPoint| point.upper] {
            let mut stretch: Vec<(f64, f64)> = Vec::new();
            for (i, point) in points.iter().enumerate() {
                let place = self.phase.first + i;
                let Some(value) = limit(point) else {
                    scene.limits.push(std::mem::take(&mut stretch));
                    continue;
                };
                let left = if i == 0 { self.left } else { (x(place - 1) + x(place)) / 2.0 };
                let right = if i + 1 == points.len() { self.right } else { (x(place) + x(place + 1)) / 2.0 };
                let y = up(value);
                match stretch.last_mut() {
                    // A limit that stays where it is needs no corner.
                    Some(end) if (end.1 - y).abs() < 1e-9 => end.0 = right,
                    _ => stretch.extend([(left, y), (right, y)]),
                }
            }
            scene.limits.push(stretch);
        }
        scene.limits.retain(|stretch| stretch.len() > 1);
    }
}

fn target_lines(scene: &mut Scene, chart: &Chart, across: impl Fn(f64) -> f64, up: impl Fn(f64) -> f64) {
    let plot = scene.plot;
    let x = |point: &ChartPoint| across(days(point.date, point.time));
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
            let y = up(target);
            scene.lines.push(Line { kind: LineKind::Target, from: (left, y), to: (right, y) });
        }
        left = right.max(plot.left + f64::EPSILON);
    }
}

/// The days of the chart, first to last; a chart of one day gets room on both sides.
struct Time {
    first: f64,
    last: f64,
    start: NaiveDate,
}

impl Time {
    fn of(chart: &Chart) -> Option<Self> {
        let (first_point, last_point) = chart.points.first().zip(chart.points.last())?;
        let mut first = days(first_point.date, None);
        let mut last = days(last_point.date, last_point.time).ceil();
        if last - first < 1.0 {
            (first, last) = (first - 3.0, last + 3.0);
        }
        // A cycle a little before or after the data belongs in the picture; one years away would
        // squeeze the data into a corner.
        let room = ((last - first) / 2.0).max(14.0);
        let near: Vec<f64> = chart
            .cycles
            .iter()
            .map(|cycle| days(cycle.date, None))
            .filter(|day| (first - room..=last + room).contains(day))
            .collect();
        let first = near.iter().copied().fold(first, f64::min);
        let last = near.iter().copied().fold(last, f64::max);
        let start = NaiveDate::from_num_days_from_ce_opt(first as i32).unwrap_or(first_point.date);
        Some(Self { first, last, start })
    }

    fn share(&self, day: f64) -> f64 {
        ((day - self.first) / (self.last - self.first)).clamp(0.0, 1.0)
    }
}

fn days(date: NaiveDate, time: Option<NaiveTime>) -> f64 {
    let part = time.map_or(0.0, |time| f64::from(time.num_seconds_from_midnight()) / 86_400.0);
    f64::from(date.num_days_from_ce()) + part
}

#[derive(Clone, Copy)]
enum Step {
    Days(u16),
    Months(u16),
    Years(i32),
}

const STEPS: [Step; 18] = [
    Step::Days(1),
    Step::Days(2),
    Step::Days(7),
    Step::Days(14),
    Step::Months(1),
    Step::Months(2),
    Step::Months(3),
    Step::Months(6),
    Step::Years(1),
    Step::Years(2),
    Step::Years(5),
    Step::Years(10),
    Step::Years(20),
    Step::Years(50),
    Step::Years(100),
    Step::Years(1_000),
    Step::Years(10_000),
    Step::Years(100_000),
];

impl Step {
    /// The fewest days between two ticks.
    fn days(self) -> f64 {
        match self {
            Self::Days(n) => f64::from(n),
            Self::Months(n) => f64::from(n) * 30.4 - 2.4,
            Self::Years(n) => f64::from(n) * 365.0,
        }
    }

    fn label(self, date: NaiveDate) -> String {
        match self {
            Self::Days(_) => date.format("%-d %b").to_string(),
            Self::Months(_) => date.format("%b").to_string(),
            Self::Years(_) => date.year().to_string(),
        }
    }

    fn widest(self, font: f64) -> f64 {
        text_width(
            match self {
                Self::Days(_) => "28 Mar",
                Self::Months(_) => "2026",
                Self::Years(n) if n < 10_000 => "2026",
                Self::Years(_) => "-200000",
            },
            font,
        )
    }

    fn ticks(self, time: &Time) -> Vec<NaiveDate> {
        let inside = |date: &NaiveDate| (time.first..=time.last).contains(&days(*date, None));
        let span = time.last - time.first;
        let many = (span / self.days()).ceil() as i32 + 2;
        match self {
            Self::Days(n) => (0..many)
                .filter_map(|i| time.start.checked_add_days(Days::new(u64::from(n) * i as u64)))
                .filter(inside)
                .collect(),
            Self::Months(n) => {
                let n = i32::from(n);
                let from = time.start.year() * 12 + (time.start.month0() as i32 / n) * n;
                (0..=many)
                    .map(|i| from + i * n)
                    .filter_map(|month| {
                        NaiveDate::from_ymd_opt(month.div_euclid(12), month.rem_euclid(12) as u32 + 1, 1)
                    })
                    .filter(inside)
                    .collect()
            }
            Self::Years(n) => {
                let from = time.start.year().div_euclid(n) * n;
                (0..=many).filter_map(|i| NaiveDate::from_ymd_opt(from + i * n, 1, 1)).filter(inside).collect()
            }
        }
    }
}

fn date_axis(scene: &mut Scene, time: &Time, preset: &Preset, across: impl Fn(f64) -> f64) {
    let plot = scene.plot;
    let width = plot.right - plot.left - 2.0 * INSET;
    let gap = preset.font * 0.9;
    let per_day = width / (time.last - time.first);
    let fits = |step: &&Step| {
        step.days() * per_day >= step.widest(preset.font) + gap
            && (time.last - time.first) / step.days() < preset.x_ticks as f64
    };
    let Some(step) = STEPS.iter().find(fits) else {
        return;
    };
    let mut year = None;
    for date in step.ticks(time) {
        let x = across(days(date, None));
        scene.lines.push(Line { kind: LineKind::Axis, from: (x, plot.bottom), to: (x, plot.bottom + 5.0) });
        let label = step.label(date);
        let half = text_width(&label, preset.font) / 2.0;
        let text_x = x.clamp(half + 1.0, preset.width - half - 1.0);
        let baseline = plot.bottom + 6.0 + preset.font * 0.9;
        scene.texts.push(Text {
            kind: TextKind::XTick,
            x: text_x,
            y: baseline,
            anchor: Anchor::Middle,
            text: label,
            font: preset.font,
        });
        if !matches!(step, Step::Years(_)) && year != Some(date.year()) {
            year = Some(date.year());
            scene.texts.push(Text {
                kind: TextKind::Year,
                x: text_x,
                y: baseline + preset.font * 1.1,
                anchor: Anchor::Middle,
                text: date.year().to_string(),
                font: preset.font,
            });
        }
    }
}

fn cycle_marks(
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

/// What is written at the right end of a line across the plot.
struct LevelLabel {
    value: f64,
    kind: TextKind,
    texts: Vec<String>,
}

fn level_labels(chart: &Chart, preset: &Preset) -> Vec<LevelLabel> {
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

/// Puts the labels beside their lines, and moves those that would touch apart.
fn place_level_labels(scene: &mut Scene, labels: &[LevelLabel], preset: &Preset, up: impl Fn(f64) -> f64) {
    let plot = scene.plot;
    let line_height = preset.font * 1.15;
    let height = |label: &LevelLabel| label.texts.len() as f64 * line_height;
    let mut order: Vec<(&LevelLabel, f64)> = labels.iter().map(|label| (label, up(label.value))).collect();
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
        let y = up(label.value);
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

#[derive(Clone, Copy, PartialEq)]
enum KeyItem {
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

fn key_items(chart: &Chart, cycles: bool) -> Vec<KeyItem> {
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

fn key_rows(items: &[KeyItem], font: f64, width: f64) -> Vec<usize> {
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

fn place_key(scene: &mut Scene, items: &[KeyItem], rows: &[usize], height: f64, preset: &Preset) {
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

/// The y axis: what is at its foot and its top, and the values written beside it.
struct Values {
    /// Values are multiplied by this before anything else, so that the largest doubles do not
    /// overflow.
    factor: f64,
    low: f64,
    high: f64,
    ticks: Vec<(f64, String)>,
}

impl Values {
    fn of(chart: &Chart, wanted: f64) -> Self {
        let mut all: Vec<f64> = chart.points.iter().filter_map(|point| point.value).collect();
        all.extend(chart.phases.iter().map(|phase| phase.centre));
        all.extend(chart.points.iter().flat_map(|point| [point.lower, point.upper, point.target]).flatten());
        let largest = all.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let factor = if largest > 1e290 { 1e-20 } else { 1.0 };
        let min = all.iter().copied().fold(f64::INFINITY, f64::min) * factor;
        let max = all.iter().copied().fold(f64::NEG_INFINITY, f64::max) * factor;
        let percentage = chart.data_type == DataType::Percentage;
        let (mut min, mut max) = match (min.is_finite() && max.is_finite(), percentage) {
            (false, true) => (0.0, 100.0),
            (false, false) => (0.0, 1.0),
            (true, _) => (min, max),
        };
        let size = min.abs().max(max.abs());
        let never_negative = min >= 0.0;
        // Too small to be told apart on any axis.
        let nothing = size < 1e-280;
        let flat = nothing || max - min <= size * 1e-7;
        if percentage && never_negative && max <= 100.0 && (flat || max - min >= 10.0) {
            (min, max) = (0.0, 100.0);
        } else if flat {
            let room = if nothing { 1.0 } else { size / 2.0 };
            (min, max) = (min - room, max + room);
        } else if never_negative && min < (max - min) / 2.0 {
            min = 0.0;
        }
        let whole = matches!(chart.data_type, DataType::Count | DataType::CasesBetween);
        let mut step = nice_step((max - min) / wanted);
        if whole {
            step = step.max(factor);
        }
        let from = (min / step + 1e-9).floor();
        let to = (max / step - 1e-9).ceil().max(from + 1.0);
        let mut low = from * step;
        let mut high = to * step;
        if never_negative {
            low = low.max(0.0);
        }
        if percentage && never_negative && all.iter().all(|value| *value <= 100.0) {
            high = high.min(100.0);
        }
        if high <= low {
            high = low + step;
        }
        let places = (-(step / factor).log10().floor()).clamp(0.0, 12.0) as usize;
        let size = high.abs().max(low.abs()) / factor;
        let digits = (size.log10().floor() - (step / factor).log10().floor()).clamp(0.0, 9.0) as usize;
        let ticks = (0..=(to - from) as usize)
            .map(|i| (from + i as f64) * step)
            .filter(|tick| (low..=high).contains(tick))
            .map(|tick| tick / factor)
            // The next tick above the largest double is no number.
            .filter(|value| value.is_finite())
            .map(|value| {
                let text = if (1e-9..1e12).contains(&size) || value == 0.0 {
                    format::decimals(value, places)
                } else {
                    format!("{value:.digits$e}")
                };
                (value, if percentage { format!("{text}%") } else { text })
            })
            .collect();
        Self { factor, low, high, ticks }
    }

    /// How far up a value lies, 0 to 1.
    fn share(&self, value: f64) -> f64 {
        ((value * self.factor - self.low) / (self.high - self.low)).clamp(0.0, 1.0)
    }
}

/// The step of 1, 2 or 5 times a power of ten that is at least `raw`.
fn nice_step(raw: f64) -> f64 {
    let power = 10_f64.powi(raw.log10().floor() as i32);
    let lead = raw / power;
    let nice = match lead {
        lead if lead <= 1.0 + 1e-9 => 1.0,
        lead if lead <= 2.0 + 1e-9 => 2.0,
        lead if lead <= 5.0 + 1e-9 => 5.0,
        _ => 10.0,
    };
    nice * power
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// The text, cut with an ellipsis where it would be wider.
fn fitted(text: &str, font: f64, width: f64) -> String {
    if text_width(text, font) <= width {
        return text.into();
    }
    let room = width - text_width("…", font);
    let mut used = 0.0;
    let kept: String = text
        .chars()
        .take_while(|letter| {
            used += letter_width(*letter) * font;
            used <= room
        })
        .collect();
    format!("{}…", kept.trim_end())
}

fn text_width(text: &str, font: f64) -> f64 {
    text.chars().map(letter_width).sum::<f64>() * font
}

/// The width of a letter in Arial, in em; wide scripts take a full em.
fn letter_width(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '\'' | '|' => 0.222,
        ' ' | '.' | ',' | ':' | ';' | '!' | 'I' | '/' | 'f' | 't' | '[' | ']' => 0.278,
        '(' | ')' | '-' | 'r' => 0.333,
        'c' | 'k' | 's' | 'v' | 'x' | 'y' | 'z' | 'J' => 0.5,
        'm' | 'M' => 0.833,
        'w' => 0.722,
        'W' => 0.944,
        '%' => 0.889,
        '…' | '@' => 1.0,
        'A'..='Z' => 0.72,
        'a'..='z' | '0'..='9' | '–' => 0.556,
        letter if (letter as u32) < 0x250 => 0.6,
        _ => 1.0,
    }
}

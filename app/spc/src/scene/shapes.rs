//! What a picture is made of.

use super::lettering::text_width;
use crate::side::Meaning;

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

/// An upright rectangle, in user units of the view box.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    /// Its smaller x.
    pub left: f64,
    /// Its smaller y: y grows downwards.
    pub top: f64,
    /// Its larger x.
    pub right: f64,
    /// Its larger y.
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
    /// The letter of a note.
    Note,
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
    /// Where its anchor lies, in user units from the left.
    pub x: f64,
    /// Where its baseline lies, in user units from the top.
    pub y: f64,
    /// Which end of it x is.
    pub anchor: Anchor,
    /// The words; the caller's own, so a writer has to escape them.
    pub text: String,
    /// The size of the letters, in user units.
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
    /// What is aimed for.
    Target,
    /// Where a phase begins.
    Phase,
    /// The day of a PDSA cycle.
    Cycle,
    /// From the end of a line to its label, where the label had to move.
    Leader,
}

/// A straight line; it has no direction, though most are drawn from left to right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Line {
    /// What it is for.
    pub kind: LineKind,
    /// One end, x and y.
    pub from: (f64, f64),
    /// The other end.
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

/// A point as drawn, on the line or as a sample in the key.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Its place in [`Chart::points`](crate::Chart::points); none in the key.
    pub place: Option<usize>,
    /// The x of its middle.
    pub x: f64,
    /// The y of its middle.
    pub y: f64,
    /// Half the width of a circle or square; shapes with corners reach 1.3 times as far.
    pub radius: f64,
    /// By which it can be told apart without colours.
    pub shape: Shape,
    /// What it means, where a rule covers it.
    pub meaning: Option<Meaning>,
    /// What a tooltip says: the date, the value, the side, and what the rules found.
    pub title: Option<String>,
}

/// The flag of one PDSA cycle, or of several that stand too close for one each.
#[derive(Clone, Debug, PartialEq)]
pub struct Flag {
    /// Where it is drawn.
    pub area: Rect,
    /// The places in [`Chart::cycles`](crate::Chart::cycles) of the cycles it stands for.
    pub cycles: Vec<usize>,
}

/// The whole picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// The preset that its measures come from.
    pub size: Size,
    /// The width of the view box.
    pub width: f64,
    /// The height of the view box.
    pub height: f64,
    /// The size of ordinary letters.
    pub font: f64,
    /// The accessible name: the kind of chart, the series and its unit.
    pub title: String,
    /// The alternative text: the caption of the chart.
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
    /// Everything written in it; no two overlap.
    pub texts: Vec<Text>,
}

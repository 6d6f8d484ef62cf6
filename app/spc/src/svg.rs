//! A scene as SVG text.

use std::fmt::Write;

use crate::scene::{Anchor, LineKind, Mark, Rect, Scene, Shape, Size, Text, TextKind};
use crate::side::Meaning;

/// Where the picture will stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// In a page that has [`crate::CSS`] in its stylesheets: classes only, so that a content
    /// security policy without inline styles allows it.
    Page,
    /// On its own, as a file: with its namespace, size, white background and the stylesheet.
    Standalone,
}

/// Writes a scene. `id_prefix` keeps the ids of several pictures in one page apart; what is not a
/// letter, a digit, `-` or `_` is left out of it.
pub fn write(scene: &Scene, style: Style, id_prefix: &str) -> String {
    let id = usable_id(id_prefix);
    let mut out = String::with_capacity(2_048 + scene.marks.len() * 120);
    opening(&mut out, scene, style, &id);
    element(&mut out, "title", &format!("{id}-title"), &scene.title);
    element(&mut out, "desc", &format!("{id}-desc"), &scene.description);
    if style == Style::Standalone {
        out.push_str("<style>");
        out.push_str(crate::CSS);
        out.push_str("</style><rect class=\"spc-paper\" width=\"100%\" height=\"100%\"/>");
    }
    lines(&mut out, scene, &[LineKind::Grid, LineKind::Axis, LineKind::Phase, LineKind::Cycle]);
    for flag in &scene.flags {
        flag_shape(&mut out, &flag.area);
    }
    paths(&mut out, scene);
    lines(&mut out, scene, &[LineKind::Target, LineKind::Centre, LineKind::CarriedOn, LineKind::Leader]);
    for mark in &scene.marks {
        point(&mut out, mark, style, &id);
    }
    for text in &scene.texts {
        label(&mut out, text, scene.font);
    }
    out.push_str("</svg>");
    out
}

/// The prefix as an id that HTML, XML and CSS take.
fn usable_id(prefix: &str) -> String {
    let id: String = prefix.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
    if id.starts_with(|c: char| c.is_ascii_alphabetic()) { id } else { format!("spc-{id}") }
}

fn opening(out: &mut String, scene: &Scene, style: Style, id: &str) {
    let size = match scene.size {
        Size::Full => "full",
        Size::Narrow => "narrow",
        Size::Small => "small",
    };
    out.push_str("<svg");
    if style == Style::Standalone {
        attribute(out, "xmlns", "http://www.w3.org/2000/svg");
        attribute(out, "width", &number(scene.width));
        attribute(out, "height", &number(scene.height));
    }
    // A file keeps its own size; in a page the picture takes the width it is given.
    let fluid = if style == Style::Page { " spc-fluid" } else { "" };
    attribute(out, "class", &format!("spc-chart spc-chart-{size}{fluid}"));
    attribute(out, "viewBox", &format!("0 0 {} {}", number(scene.width), number(scene.height)));
    attribute(out, "font-size", &number(scene.font));
    attribute(out, "role", "img");
    attribute(out, "aria-labelledby", &format!("{id}-title {id}-desc"));
    out.push('>');
}

/// The limits, and the line through the data in front of them.
fn paths(out: &mut String, scene: &Scene) {
    if !scene.limits.is_empty() {
        let all: String = scene.limits.iter().map(|stretch| route(stretch)).collect();
        let _ = write!(out, "<path class=\"spc-limit\" d=\"{all}\"/>");
    }
    for path in &scene.paths {
        let class = if scene.dense { "spc-data spc-data-dense" } else { "spc-data" };
        let _ = write!(out, "<path class=\"{class}\" d=\"{}\"/>", route(path));
    }
}

/// A point, with its tooltip.
fn point(out: &mut String, mark: &Mark, style: Style, id: &str) {
    let name = open_shape(out, mark);
    if let (Style::Page, Some(place), true) = (style, mark.place, mark.title.is_some()) {
        // By which the page finds the point that is being read.
        attribute(out, "id", &format!("{id}-p{}", place + 1));
    }
    match &mark.title {
        Some(title) => {
            let _ = write!(out, "><title>{}</title></{name}>", escaped(title));
        }
        None => out.push_str("/>"),
    }
}

/// Begins the element of a point; answers its name.
fn open_shape(out: &mut String, mark: &Mark) -> &'static str {
    let class = match (mark.shape, mark.meaning) {
        (Shape::Hollow, _) => "spc-point spc-excluded",
        (_, Some(Meaning::Improvement)) => "spc-point spc-improvement",
        (_, Some(Meaning::Concern)) => "spc-point spc-concern",
        (_, Some(Meaning::Change)) => "spc-point spc-change",
        (_, None) => "spc-point",
    };
    let (x, y, r) = (mark.x, mark.y, mark.radius);
    // Those with corners are as large to the eye as the circle.
    let far = r * 1.3;
    let corners = match mark.shape {
        Shape::Circle | Shape::Hollow => {
            let (x, y, r) = (number(x), number(y), number(r));
            let _ = write!(out, "<circle class=\"{class}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\"");
            return "circle";
        }
        Shape::Square => {
            let (left, top, side) = (number(x - r), number(y - r), number(2.0 * r));
            let _ = write!(out, "<rect class=\"{class}\" x=\"{left}\" y=\"{top}\" width=\"{side}\" height=\"{side}\"");
            return "rect";
        }
        Shape::TriangleUp => [(x, y - far), (x + far, y + 0.8 * far), (x - far, y + 0.8 * far)].to_vec(),
        Shape::TriangleDown => [(x, y + far), (x + far, y - 0.8 * far), (x - far, y - 0.8 * far)].to_vec(),
        Shape::Diamond => [(x, y - far), (x + far, y), (x, y + far), (x - far, y)].to_vec(),
    };
    let _ = write!(out, "<path class=\"{class}\" d=\"{}Z\"", route(&corners));
    "path"
}

/// A text; `ordinary` is the size of letters that need not be named.
fn label(out: &mut String, text: &Text, ordinary: f64) {
    let class = match text.kind {
        TextKind::Heading => "spc-text-heading",
        TextKind::Unit => "spc-text-unit",
        TextKind::YTick | TextKind::XTick => "spc-text-tick",
        TextKind::Year => "spc-text-year",
        TextKind::Centre => "spc-text-centre",
        TextKind::Target => "spc-text-target",
        TextKind::Limit => "spc-text-limit",
        TextKind::Flag => "spc-text-flag",
        TextKind::Note => "spc-text-note",
        TextKind::Key => "spc-text-key",
        TextKind::Empty => "spc-text-empty",
    };
    let _ = write!(out, "<text class=\"{class}\" x=\"{}\" y=\"{}\"", number(text.x), number(text.y));
    match text.anchor {
        Anchor::Start => {}
        Anchor::Middle => attribute(out, "text-anchor", "middle"),
        Anchor::End => attribute(out, "text-anchor", "end"),
    }
    if text.font != ordinary {
        attribute(out, "font-size", &number(text.font));
    }
    let _ = write!(out, ">{}</text>", escaped(&text.text));
}

fn lines(out: &mut String, scene: &Scene, kinds: &[LineKind]) {
    for kind in kinds {
        let class = match kind {
            LineKind::Grid => "spc-grid",
            LineKind::Axis => "spc-axis",
            LineKind::Centre => "spc-centre",
            LineKind::CarriedOn => "spc-centre spc-carried-on",
            LineKind::Phase => "spc-phase",
            LineKind::Target => "spc-target",
            LineKind::Cycle => "spc-cycle",
            LineKind::Leader => "spc-leader",
        };
        let mut path = String::new();
        for line in scene.lines.iter().filter(|line| line.kind == *kind) {
            let ((x1, y1), (x2, y2)) = (line.from, line.to);
            let _ = write!(path, "M{} {}L{} {}", number(x1), number(y1), number(x2), number(y2));
        }
        if !path.is_empty() {
            let _ = write!(out, "<path class=\"{class}\" d=\"{path}\"/>");
        }
    }
}

fn route(points: &[(f64, f64)]) -> String {
    let mut path = String::with_capacity(points.len() * 12);
    for (i, (x, y)) in points.iter().enumerate() {
        path.push(if i == 0 { 'M' } else { 'L' });
        push_number(&mut path, *x);
        path.push(' ');
        push_number(&mut path, *y);
    }
    path
}

fn flag_shape(out: &mut String, area: &Rect) {
    let (left, top) = (number(area.left), number(area.top));
    let (width, height) = (number(area.right - area.left), number(area.bottom - area.top));
    let _ = write!(
        out,
        "<rect class=\"spc-flag\" x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" rx=\"2\"/>"
    );
}

fn attribute(out: &mut String, name: &str, value: &str) {
    let _ = write!(out, " {name}=\"{}\"", escaped(value));
}

fn element(out: &mut String, name: &str, id: &str, text: &str) {
    let _ = write!(out, "<{name} id=\"{id}\">{}</{name}>", escaped(text));
}

/// One decimal is finer than a screen shows.
fn number(value: f64) -> String {
    let mut text = String::new();
    push_number(&mut text, value);
    text
}

/// Not by `{value:.1}`: a chart has thousands of these, and exact decimals took a third of drawing it.
fn push_number(out: &mut String, value: f64) {
    let tenths = (value * 10.0).round() as i64;
    if tenths < 0 {
        out.push('-');
    }
    let (whole, tenth) = (tenths.unsigned_abs() / 10, tenths.unsigned_abs() % 10);
    let _ = write!(out, "{whole}");
    if tenth > 0 {
        let _ = write!(out, ".{tenth}");
    }
}

/// Text made safe for elements and attributes of both HTML and XML; characters that XML forbids are
/// replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' | '\r' => out.push(' '),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            letter => out.push(letter),
        }
    }
    out
}

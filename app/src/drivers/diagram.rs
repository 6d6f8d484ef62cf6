//! The driver diagram as a picture: the aim on the left, what it depends on to the right of it.

use std::fmt::Write as _;

use super::model::Level;
use super::tree::Node;
use crate::web::ui;

const MARGIN: f64 = 8.0;
const WIDTH: f64 = 240.0;
const GAP: f64 = 44.0;
const HEAD: f64 = 30.0;
const LINE: f64 = 19.0;
const PADDING: f64 = 10.0;
const BETWEEN: f64 = 10.0;
/// As many letters as fit a box, at the average width of a letter of its type.
const LETTERS: usize = 28;

struct Placed {
    level: Option<Level>,
    lines: Vec<String>,
    note: String,
    middle: f64,
    children: Vec<Placed>,
}

impl Placed {
    fn height(&self) -> f64 {
        height(&self.lines, &self.note)
    }
}

fn height(lines: &[String], note: &str) -> f64 {
    let lines = (lines.len() + usize::from(!note.is_empty())) as f64;
    lines.mul_add(LINE, 2.0 * PADDING)
}

/// The picture of a tree under an aim; `title` names the project. Empty for an empty tree.
#[must_use]
pub fn draw(title: &str, aim: &str, nodes: &[Node<'_>]) -> String {
    if nodes.is_empty() {
        return String::new();
    }
    let used: Vec<Level> =
        Level::ALL.iter().copied().filter(|level| nodes.iter().any(|node| holds(node, *level))).collect();
    let mut y = HEAD + MARGIN;
    let children: Vec<Placed> = nodes.iter().map(|node| place(node, &mut y)).collect();
    let lines = wrap(aim, LETTERS);
    // A long aim may be higher than all that it depends on: the picture grows downwards with it.
    let tallest = height(&lines, "");
    let middle = spanned(&children).max(HEAD + MARGIN + tallest / 2.0);
    let bottom = (y - BETWEEN).max(middle + tallest / 2.0) + MARGIN;
    let aim = Placed { level: None, lines, note: String::new(), middle, children };

    let column =
        |level: Option<Level>| level.and_then(|level| used.iter().position(|one| *one == level)).map_or(0, |at| at + 1);
    let left = |at: usize| (at as f64).mul_add(WIDTH + GAP, MARGIN);
    let x = |level: Option<Level>| left(column(level));
    let mut heads = format!(r#"<text class="baton-drivers__head" x="{:.0}" y="20">Aim</text>"#, left(0));
    for level in &used {
        let _ = write!(
            heads,
            r#"<text class="baton-drivers__head" x="{:.0}" y="20">{}s</text>"#,
            x(Some(*level)),
            level.label()
        );
    }
    let mut paths = String::new();
    let mut boxes = String::new();
    paint(&aim, &x, &mut paths, &mut boxes);
    let width = left(used.len()) + WIDTH + MARGIN;
    format!(
        r#"<svg class="baton-drivers" viewBox="0 0 {width:.0} {bottom:.0}" width="{width:.0}" role="img" aria-labelledby="drivers-title drivers-words" focusable="false"><title id="drivers-title">Driver diagram: {}</title><desc id="drivers-words">The aim, and from it {}. The outline below says the same in words.</desc>{heads}{paths}{boxes}</svg>"#,
        ui::escaped(title),
        crate::format::count(i64::try_from(nodes.len()).unwrap_or(i64::MAX), "primary driver", "primary drivers"),
    )
}

fn holds(node: &Node<'_>, level: Level) -> bool {
    node.driver.level == level || node.children.iter().any(|child| holds(child, level))
}

/// Places a line and what is beneath it from `y` down, and moves `y` below them.
fn place(node: &Node<'_>, y: &mut f64) -> Placed {
    let lines = wrap(&node.driver.text, LETTERS);
    let note = note(node);
    let tall = height(&lines, &note);
    let top = *y;
    let mut children: Vec<Placed> = node.children.iter().map(|child| place(child, y)).collect();
    let middle = if children.is_empty() { top + tall / 2.0 } else { spanned(&children) };
    // A box higher than all that is beneath it pushes them down, to stand in its middle.
    let push = (top + tall / 2.0 - middle).max(0.0);
    for child in &mut children {
        shift(child, push);
    }
    let middle = middle + push;
    *y = (*y + push).max(middle + tall / 2.0 + BETWEEN);
    Placed { level: Some(node.driver.level), lines, note, middle, children }
}

fn shift(placed: &mut Placed, by: f64) {
    placed.middle += by;
    for child in &mut placed.children {
        shift(child, by);
    }
}

fn spanned(children: &[Placed]) -> f64 {
    let middle = |placed: Option<&Placed>| placed.map_or(0.0, |placed| placed.middle);
    f64::midpoint(middle(children.first()), middle(children.last()))
}

fn note(node: &Node<'_>) -> String {
    let count = |number: usize, one, many| crate::format::count(i64::try_from(number).unwrap_or(i64::MAX), one, many);
    let mut parts = Vec::new();
    match node.driver.cycles.as_slice() {
        [] => {}
        [one] => parts.push(format!("Cycle {}", one.number)),
        several => {
            let numbers: Vec<String> = several.iter().map(|cycle| cycle.number.to_string()).collect();
            parts.push(format!("Cycles {}", numbers.join(", ")));
        }
    }
    if !node.driver.measures.is_empty() {
        parts.push(count(node.driver.measures.len(), "measure", "measures"));
    }
    let text = parts.join(" · ");
    if text.chars().count() <= LETTERS + 4 {
        text
    } else {
        format!(
            "{} · {}",
            count(node.driver.cycles.len(), "cycle", "cycles"),
            count(node.driver.measures.len(), "measure", "measures")
        )
    }
}

fn paint(placed: &Placed, x: &impl Fn(Option<Level>) -> f64, paths: &mut String, boxes: &mut String) {
    let (left, tall) = (x(placed.level), placed.height());
    let top = placed.middle - tall / 2.0;
    let name = placed.level.map_or("aim", Level::as_str);
    let _ = write!(
        boxes,
        r#"<g class="baton-drivers__box baton-drivers__box--{name}"><rect x="{left:.1}" y="{top:.1}" width="{WIDTH}" height="{tall:.1}" rx="4"/>"#
    );
    let mut baseline = top + PADDING + 14.0;
    for line in &placed.lines {
        let _ = write!(boxes, r#"<text x="{:.1}" y="{baseline:.1}">{}</text>"#, left + PADDING, ui::escaped(line));
        baseline += LINE;
    }
    if !placed.note.is_empty() {
        let _ = write!(
            boxes,
            r#"<text class="baton-drivers__note" x="{:.1}" y="{baseline:.1}">{}</text>"#,
            left + PADDING,
            placed.note
        );
    }
    boxes.push_str("</g>");
    let from = left + WIDTH;
    for child in &placed.children {
        // The line bends next to the parent: further right, at the child's own height, nothing is in its way.
        let to = x(child.level);
        let bend = from + GAP / 2.0;
        let _ = write!(
            paths,
            r#"<path class="baton-drivers__path" d="M{from:.1} {:.1}H{bend:.1}V{:.1}H{to:.1}"/>"#,
            placed.middle, child.middle
        );
        paint(child, x, paths, boxes);
    }
}

/// Breaks text into lines of at most so many letters: between words, and inside a word that is longer.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        let mut letters: Vec<char> = word.chars().collect();
        if !line.is_empty() && line.chars().count() + 1 + letters.len() > most {
            lines.push(std::mem::take(&mut line));
        }
        while letters.len() > most {
            let rest = letters.split_off(most);
            lines.push(letters.into_iter().collect());
            letters = rest;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(letters);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drivers::store::Driver;
    use crate::drivers::tree;
    use crate::id::DriverId;
    use proptest::prelude::*;

    fn driver(level: Level, parent: Option<DriverId>, text: &str) -> Driver {
        Driver {
            id: DriverId::new(),
            parent,
            level,
            text: text.to_owned(),
            removed: false,
            version: 1,
            measures: Vec::new(),
            cycles: Vec::new(),
        }
    }

    /// The tops and heights of the boxes in each column, by the column's left edge.
    fn boxes(svg: &str) -> Vec<(f64, f64, f64)> {
        let number = |rect: &str, name: &str| -> f64 {
            let start = rect.find(&format!(" {name}=\"")).expect(name) + name.len() + 3;
            rect[start..].split('"').next().expect("a value").parse().expect("a number")
        };
        svg.split("<rect").skip(1).map(|rect| (number(rect, "x"), number(rect, "y"), number(rect, "height"))).collect()
    }

    #[test]
    fn the_picture_has_a_box_for_each_line_and_says_what_it_shows() {
        let reliable = driver(Level::Primary, None, "Reliable <screening>");
        let kit = driver(Level::Secondary, Some(reliable.id), "Kit within reach");
        let idea = driver(Level::Idea, Some(kit.id), "Sepsis box on the ward’s trolley, refilled on each night shift");
        let straight = driver(Level::Idea, Some(reliable.id), "Poster");
        let all = [reliable, kit, idea, straight];
        let svg = draw("Sepsis", "Antibiotics within the hour", &tree::tree(&all));
        assert_eq!(boxes(&svg).len(), 5);
        assert!(svg.contains("Reliable &lt;screening&gt;") && !svg.contains("<screening>"));
        assert!(svg.contains("role=\"img\"") && svg.contains("1 primary driver.") && !svg.contains("style="));
        assert_eq!(draw("Sepsis", "", &[]), "");
    }

    #[test]
    fn columns_without_a_line_are_left_out() {
        let primary = driver(Level::Primary, None, "Reliable screening");
        let idea = driver(Level::Idea, Some(primary.id), "Poster");
        let all = [primary, idea];
        let svg = draw("Sepsis", "An aim", &tree::tree(&all));
        assert!(!svg.contains("Secondary drivers") && svg.contains("Change ideas"));
        assert!(svg.contains("width=\"824\""));
    }

    #[test]
    fn text_is_broken_between_words() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert!(wrap("  ", 4).is_empty());
    }

    proptest! {
        #[test]
        fn boxes_never_overlap_and_stay_in_the_picture(
            shape in prop::collection::vec((0usize..3, 0usize..40, 1usize..160), 1..40),
            aim in "[a-z ]{0,400}",
        ) {
            let mut all: Vec<Driver> = Vec::new();
            for (level, parent, length) in shape {
                let above: Vec<DriverId> = all
                    .iter()
                    .filter(|one| match level {
                        1 => one.level == Level::Primary,
                        2 => one.level != Level::Idea,
                        _ => false,
                    })
                    .map(|one| one.id)
                    .collect();
                let text = "word ".repeat(length / 5 + 1);
                all.push(match above.get(parent % above.len().max(1)) {
                    Some(parent) => driver(Level::ALL[level], Some(*parent), &text),
                    None => driver(Level::Primary, None, &text),
                });
            }
            let svg = draw("Sepsis", &aim, &tree::tree(&all));
            let boxes = boxes(&svg);
            prop_assert_eq!(boxes.len(), all.len() + 1);
            let height: f64 = svg.split("viewBox=\"0 0 ").nth(1).and_then(|rest| rest.split(['"', ' ']).nth(1)).expect("a size").parse().expect("a number");
            for (at, (x, y, tall)) in boxes.iter().enumerate() {
                prop_assert!(*y >= HEAD && y + tall <= height, "{y} + {tall} of {height}");
                for (other_x, other_y, other_tall) in &boxes[at + 1..] {
                    prop_assert!(x != other_x || y + tall <= *other_y || other_y + other_tall <= *y, "two boxes overlap");
                }
            }
        }
    }
}

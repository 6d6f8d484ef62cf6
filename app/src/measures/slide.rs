//! A slide: title, aim, chart, verdict and next step of a project, for a meeting.

use std::fmt::Write as _;

use chrono::NaiveDate;
use spc::scene::wrapped;
use spc::words::{self, Headline};
use spc::{Chart, Meaning, Verdict};

use super::chart;
use crate::format::date;
use crate::web::ui::escaped;

/// What stands on a slide.
#[derive(Debug)]
pub struct Slide {
    /// The reference of the project, and its department.
    pub of: String,
    /// The project's title.
    pub title: String,
    /// Its aim in a sentence; empty when there is none.
    pub aim: String,
    /// The chart of the measure that it shows; none when the project has no measure.
    pub chart: Option<Chart>,
    /// The next step; empty when there is none.
    pub next_step: String,
    /// By when.
    pub next_step_on: Option<NaiveDate>,
    /// The day on which it is made.
    pub on: NaiveDate,
}

/// In user units, of which a picture has 8/3 pixels each: 1920 × 1080.
const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 405.0;
const MARGIN: f64 = 28.0;
const INNER: f64 = WIDTH - 2.0 * MARGIN;
/// Of a chart, which is twice as wide as it is high, and of the words beside it.
const MOST_CHART: f64 = 484.0;
const CHART_WIDTH: f64 = 720.0;
const GAP: f64 = 24.0;
const FOOT: f64 = HEIGHT - 14.0;
/// So many notes of those that the picture marks with letters are told: the latest.
const NOTES: usize = 8;
/// Of a note a slide tells no more letters than this.
const NOTE_CHARS: usize = 120;
/// A line of notes is so high.
const NOTE_LINE: f64 = 12.0;
/// Bold letters are so much wider than others.
const BOLD: f64 = 1.08;

impl Slide {
    /// What the chart says, in bold and after it.
    #[must_use]
    pub fn headline(&self) -> Headline {
        match &self.chart {
            Some(chart) => words::headline(chart),
            None => Headline {
                verdict: "No measure yet".to_owned(),
                because: "without one, nobody can tell whether the change is an improvement".to_owned(),
            },
        }
    }

    /// What the verdict is said by, as a sentence; may be empty.
    #[must_use]
    pub fn because(&self) -> String {
        let because = self.headline().because;
        let mut letters = because.trim_end_matches('.').chars();
        letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
    }

    /// The next step in words, and by when.
    #[must_use]
    pub fn step(&self) -> (String, String) {
        if self.next_step.is_empty() {
            return ("Not set".to_owned(), String::new());
        }
        (self.next_step.clone(), self.next_step_on.map(|on| format!("by {}", date(on))).unwrap_or_default())
    }

    /// What the notes say that the picture marks with letters: the latest of them, shortened, each with its letter; and
    /// how many more there are.
    #[must_use]
    pub fn notes(&self) -> (Vec<(char, String)>, usize) {
        let Some(chart) = &self.chart else { return (Vec::new(), 0) };
        let noted = words::notes(chart);
        let more = noted.len().saturating_sub(NOTES);
        let told = noted.into_iter().skip(more).filter_map(|noted| {
            let point = chart.points.get(noted.place)?;
            let mut note: String = point.note.chars().take(NOTE_CHARS).collect();
            if note.len() < point.note.len() {
                note.push('…');
            }
            Some((noted.letter, format!("{}: {note}", date(point.date))))
        });
        (told.collect(), more)
    }

    /// The slide as SVG, of a size that depends on nothing that it shows.
    #[must_use]
    pub fn svg(&self) -> String {
        let mut out = format!(
            r##"<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="Arial, Helvetica, sans-serif"><rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/><rect width="{WIDTH}" height="8" fill="#005eb8"/>"##
        );
        let mut down = Column { left: MARGIN, width: INNER, y: 20.0 };
        down.write(&mut out, &self.of, Type::small(), 1);
        down.y += 3.0;
        let large = Type { size: 22.0, bold: true, colour: "#212b32" };
        if wrapped(&self.title, large.size * BOLD, INNER, 3).len() <= 2 {
            down.write(&mut out, &self.title, large, 2);
        } else {
            down.write(&mut out, &self.title, Type { size: 17.0, ..large }, 3);
        }
        if !self.aim.is_empty() {
            down.y += 4.0;
            down.write(&mut out, &format!("Aim: {}", self.aim), Type::words(12.5), 3);
        }
        let top = down.y + 14.0;
        let (notes, more) = self.notes();
        let lines = notes.len().div_ceil(2) + usize::from(more > 0);
        let below = if lines == 0 { 0.0 } else { 4.0 + NOTE_LINE * f64::from(u8::try_from(lines).unwrap_or(u8::MAX)) };
        let left = self.chart.as_ref().map_or(MARGIN, |drawn| {
            let width = MOST_CHART.min(2.0 * (FOOT - 14.0 - below - top));
            let scale = width / CHART_WIDTH;
            let _ = write!(
                out,
                r#"<g transform="translate({MARGIN} {top:.1}) scale({scale:.4})">{}</g>"#,
                chart::file(drawn)
            );
            tell_notes(&mut out, &notes, more, (top + width / 2.0 + 4.0, width));
            MARGIN + width + GAP
        });
        self.say(&mut out, Column { left, width: WIDTH - MARGIN - left, y: top });
        let mut foot = Column { left: MARGIN, width: INNER, y: FOOT - 9.0 };
        foot.write(&mut out, &format!("From Baton on {}", date(self.on)), Type::small(), 1);
        out.push_str("</svg>");
        out
    }

    /// The verdict and the next step, under each other.
    fn say(&self, out: &mut String, mut beside: Column) {
        let (verdict, because) = (self.headline().verdict, self.because());
        let mark = self.colour();
        let from = beside.y;
        let mut said = Column { left: beside.left + 12.0, width: beside.width - 12.0, y: from };
        said.write(out, &verdict, Type { size: 19.0, bold: true, colour: "#212b32" }, 3);
        if !because.is_empty() {
            said.y += 3.0;
            said.write(out, &because, Type::words(12.5), 6);
        }
        let _ = write!(
            out,
            r#"<rect x="{:.1}" y="{from:.1}" width="4" height="{:.1}" fill="{mark}"/>"#,
            beside.left,
            said.y - from + 4.0
        );
        beside.y = said.y + 22.0;
        let (step, by) = self.step();
        beside.write(out, "Next step", Type::small(), 1);
        beside.y += 2.0;
        beside.write(out, &step, Type { size: 14.0, bold: true, colour: "#212b32" }, 4);
        beside.write(out, &by, Type::words(12.5), 1);
    }

    fn colour(&self) -> &'static str {
        match self.chart.as_ref().map(Chart::verdict) {
            Some(Verdict::Signal(Meaning::Improvement)) => "#005eb8",
            Some(Verdict::Signal(Meaning::Concern)) => "#ed8b00",
            Some(Verdict::Signal(Meaning::Change)) => "#7c2855",
            _ => "#768692",
        }
    }
}

/// What the letters of the picture mean, in two columns under it.
fn tell_notes(out: &mut String, notes: &[(char, String)], more: usize, (top, width): (f64, f64)) {
    let half = (width - 12.0) / 2.0;
    let mut columns = [MARGIN, MARGIN + half + 12.0].map(|left| Column { left, width: half, y: top });
    for (at, (letter, words)) in notes.iter().enumerate() {
        let column = &mut columns[at % 2];
        let next = column.y + NOTE_LINE;
        column.write(out, &format!("{letter} {words}"), Type { size: 8.5, ..Type::small() }, 1);
        column.y = next;
    }
    if more > 0 {
        let count = crate::format::count(i64::try_from(more).unwrap_or(i64::MAX), "earlier note", "earlier notes");
        columns[0].write(out, &format!("{count} on the measure’s page"), Type { size: 8.5, ..Type::small() }, 1);
    }
}

/// How letters look.
#[derive(Clone, Copy)]
struct Type {
    size: f64,
    bold: bool,
    colour: &'static str,
}

impl Type {
    fn small() -> Self {
        Self { size: 11.0, bold: false, colour: "#4c6272" }
    }

    fn words(size: f64) -> Self {
        Self { size, bold: false, colour: "#212b32" }
    }
}

/// Where the next line stands.
struct Column {
    left: f64,
    width: f64,
    y: f64,
}

impl Column {
    /// Writes lines under each other, at most so many.
    fn write(&mut self, out: &mut String, text: &str, letters: Type, most: usize) {
        let Type { size, bold, colour } = letters;
        let wide = if bold { BOLD } else { 1.0 };
        let weight = if bold { r#" font-weight="bold""# } else { "" };
        for line in wrapped(text, size * wide, self.width, most) {
            self.y += size * 1.22;
            let _ = write!(
                out,
                r#"<text x="{:.1}" y="{:.1}" font-size="{size}" fill="{colour}"{weight}>{}</text>"#,
                self.left,
                self.y - size * 0.22,
                escaped(&line.replace(char::is_control, " "))
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::series::SeriesPoint;
    use crate::measures::store;
    use crate::testing::{Fixture, TODAY};

    fn slide(title: &str) -> Slide {
        Slide {
            of: "QI-2026-0001 · Acute medicine".to_owned(),
            title: title.to_owned(),
            aim: "Every patient <on the ward> & off it".to_owned(),
            chart: None,
            next_step: "Ask the ward".to_owned(),
            next_step_on: Some(TODAY),
            on: TODAY,
        }
    }

    #[test]
    fn what_is_typed_is_words_and_a_missing_measure_is_said() {
        let svg = slide("Safer <b>handover</b>").svg();
        assert!(
            svg.contains("Safer &lt;b&gt;handover&lt;/b&gt;") && svg.contains("Aim: Every patient &lt;on"),
            "{svg}"
        );
        assert!(svg.contains("No measure yet") && svg.contains("Ask the ward") && svg.contains("by 4 March 2026"));
    }

    #[tokio::test]
    async fn the_picture_is_1920_by_1080_with_and_without_a_chart() {
        let at = Fixture::new().await;
        let measure = at.measure(at.project("Safer handover").await).await;
        let mut conn = at.store.read().await.expect("a reader");
        let series = store::load_series_of_measure(&mut conn, measure).await.expect("a series");
        let mut one = slide("Safer handover");
        for drawn in [false, true] {
            one.chart = drawn.then(|| chart::of(&series));
            let picture = crate::measures::png::of(&one.svg()).expect("a picture");
            // Width and height stand in the first chunk.
            assert_eq!(picture[16..20], 1920_u32.to_be_bytes());
            assert_eq!(picture[20..24], 1080_u32.to_be_bytes());
        }
    }

    #[tokio::test]
    async fn the_letters_of_the_picture_are_explained_under_it_however_many_and_long_the_notes_are() {
        let at = Fixture::new().await;
        let measure = at.measure(at.project("Safer handover").await).await;
        let mut conn = at.store.read().await.expect("a reader");
        let mut series = store::load_series_of_measure(&mut conn, measure).await.expect("a series");
        for (many, long) in [(1, 1), (9, 400), (40, 2_000)] {
            series.points = (0..many)
                .map(|entry| SeriesPoint {
                    taken_on: TODAY - chrono::Days::new(7 * (40 - entry)),
                    taken_at: None,
                    place: String::new(),
                    entry: i64::try_from(entry).expect("small"),
                    value: None,
                    numerator: Some(8.0),
                    denominator: Some(10.0),
                    excluded: 0,
                    note: Some("wide <b> ".repeat(long)),
                })
                .collect();
            let mut one = slide("Safer handover on the wards and at night");
            one.chart = Some(chart::of(&series));
            let (notes, more) = one.notes();
            let lettered = words::notes(one.chart.as_ref().expect("a chart")).len();
            assert_eq!((notes.len(), more), (lettered.min(NOTES), lettered.saturating_sub(NOTES)));
            assert!(notes.iter().all(|(_, words)| words.chars().count() < NOTE_CHARS + 25));
            let svg = one.svg();
            let (last, _) = notes.last().expect("a note");
            assert!(svg.contains(&format!(">{last} ")) && !svg.contains("<b>"), "the latest is told: {svg}");
            let said = format!("{more} earlier note");
            assert_eq!(svg.contains(&said), more > 0);
            // Of the slide's own words, not those of the chart in it.
            let own = svg.rsplit("</g>").next().expect("words");
            for line in own.split("<text ").skip(1) {
                let y = line.split("y=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a height");
                let (most, y) =
                    (if line.contains("font-size=\"8.5\"") { FOOT - 9.0 } else { HEIGHT }, y.parse::<f64>());
                assert!(y.expect("a number") <= most, "{line}");
            }
            assert!(crate::measures::png::of(&svg).expect("a picture").starts_with(b"\x89PNG"));
        }
    }

    #[test]
    fn nothing_stands_outside_however_long_it_is() {
        for title in ["word ".repeat(200), "m".repeat(2_000), String::new()] {
            let mut long = slide(&title);
            long.aim.clone_from(&title);
            long.next_step.clone_from(&title);
            let svg = long.svg();
            for line in svg.split("<text ").skip(1) {
                let number = |name: &str| -> f64 {
                    let (_, rest) = line.split_once(&format!("{name}=\"")).expect(name);
                    rest.split('"').next().expect("a value").parse().expect("a number")
                };
                assert!(number("y") < HEIGHT && number("x") >= MARGIN, "{line}");
            }
            assert!(svg.len() < 8_000, "it does not grow with what is typed: {}", svg.len());
        }
    }
}

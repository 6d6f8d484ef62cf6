//! What is known of a project, and the rows that keep what it says.

use std::fmt::Write as _;

use crate::engine::Engine;
use crate::terms::read;

/// What a row was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// The title.
    Title,
    /// The problem.
    Problem,
    /// The aim.
    Aim,
    /// The standard of an audit.
    Standard,
    /// The name of a measure.
    Measure,
    /// Its department; nothing is read in it.
    Department,
    /// The department's specialty; nothing is read in it.
    Specialty,
    /// A priority that it serves; nothing is read in it.
    Priority,
}

impl Field {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Title,
        Self::Problem,
        Self::Aim,
        Self::Standard,
        Self::Measure,
        Self::Department,
        Self::Specialty,
        Self::Priority,
    ];

    /// How it is stored.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Problem => "problem",
            Self::Aim => "aim",
            Self::Standard => "standard",
            Self::Measure => "measure",
            Self::Department => "department",
            Self::Specialty => "specialty",
            Self::Priority => "priority",
        }
    }

    /// From how it is stored.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.code() == code)
    }

    /// Whether its words are read; what is not is the same or another.
    pub(crate) const fn is_text(self) -> bool {
        !matches!(self, Self::Department | Self::Specialty | Self::Priority)
    }

    /// How much what is said in it counts, against the title.
    pub(crate) const fn share(self) -> f32 {
        match self {
            Self::Title => 1.0,
            Self::Problem => 0.5,
            Self::Standard => 0.4,
            Self::Aim => 0.35,
            Self::Measure => 0.3,
            Self::Department | Self::Specialty | Self::Priority => 0.0,
        }
    }
}

/// What is known of a project: each field as often as it is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Known {
    fields: Vec<(Field, String)>,
}

impl Known {
    /// A title.
    #[must_use]
    pub fn titled(title: &str) -> Self {
        Self::default().and(Field::Title, title)
    }

    /// And a further field; one without a word is none.
    #[must_use]
    pub fn and(mut self, field: Field, text: &str) -> Self {
        if !text.trim().is_empty() {
            self.fields.push((field, text.to_owned()));
        }
        self
    }

    /// The title; empty without one.
    pub(crate) fn title(&self) -> &str {
        self.all(Field::Title).next().unwrap_or_default()
    }

    /// What stands in a field, as it was given.
    pub(crate) fn all(&self, field: Field) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(this, _)| *this == field).map(|(_, text)| text.as_str())
    }
}

/// What a project says in a field, as it is kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Where it is said.
    pub field: Field,
    /// A concept's name after `=`, a word's stem, or what stands in a field that is not read.
    pub term: String,
    /// 1 for what is said plainly.
    pub weight: f32,
}

impl Engine {
    /// The rows of a project.
    #[must_use]
    pub fn rows(&self, known: &Known) -> Vec<Row> {
        rows_with(self, known, false)
    }

    /// The rows of what somebody may still be typing.
    #[must_use]
    pub fn rows_of_typed(&self, known: &Known) -> Vec<Row> {
        rows_with(self, known, true)
    }
}

/// The rows of a project, of a title that somebody may be `typing`.
fn rows_with(engine: &Engine, known: &Known, typing: bool) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for (field, text) in &known.fields {
        if !field.is_text() {
            rows.push(Row { field: *field, term: text.trim().to_lowercase(), weight: 1.0 });
            continue;
        }
        for found in read(engine, text, typing && *field == Field::Title) {
            match rows.iter_mut().find(|row| row.field == *field && row.term == found.name) {
                Some(row) => row.weight = row.weight.max(found.weight),
                None => rows.push(Row { field: *field, term: found.name, weight: found.weight }),
            }
        }
    }
    rows
}

/// Rows as one text, a line each: field, weight in thousandths, term.
#[must_use]
pub fn to_text(rows: &[Row]) -> String {
    rows.iter().fold(String::new(), |mut text, row| {
        let _ = writeln!(text, "{} {:.0} {}", row.field.code(), row.weight * 1000.0, row.term.replace('\n', " "));
        text
    })
}

/// Rows from such a text; a line that is none is passed over.
#[must_use]
pub fn from_text(text: &str) -> Vec<Row> {
    text.lines()
        .filter_map(|line| {
            let mut words = line.splitn(3, ' ');
            let field = Field::from_code(words.next()?)?;
            let weight = words.next()?.parse::<u16>().ok()?;
            Some(Row { field, weight: f32::from(weight) / 1000.0, term: words.next()?.to_owned() })
        })
        .collect()
}

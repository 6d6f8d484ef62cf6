//! What is typed about a driver diagram and what it must be.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::id::{DriverId, MeasureId};
use crate::parse::{Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};

/// At most so many lines are added at once.
pub const MOST_AT_ONCE: usize = 20;

choices! {
    /// Where a line stands in the diagram.
    Level {
        /// What the aim depends on.
        Primary = "primary" => "Primary driver",
        /// What a primary driver depends on.
        Secondary = "secondary" => "Secondary driver",
        /// What could be done about a driver.
        Idea = "idea" => "Change idea",
    }
}

/// A level, and the line above: none for a primary driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The level.
    pub level: Level,
    /// The line above.
    pub parent: Option<DriverId>,
}

impl Position {
    /// Right of the aim.
    pub const PRIMARY: Self = Self { level: Level::Primary, parent: None };
}

impl FromStr for Position {
    type Err = ();

    /// As a form sends it: `primary`, `secondary:` or `idea:` and the id of the line above.
    fn from_str(text: &str) -> Result<Self, ()> {
        let (level, parent) = match text.split_once(':') {
            Some((level, parent)) => (level, Some(parent.parse().map_err(|_| ())?)),
            None => (text, None),
        };
        let level: Level = level.parse().map_err(|_| ())?;
        if (level == Level::Primary) == parent.is_none() { Ok(Self { level, parent }) } else { Err(()) }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.parent {
            Some(parent) => write!(f, "{}:{parent}", self.level),
            None => self.level.fmt(f),
        }
    }
}

/// Lines to add in one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Where.
    pub place: Position,
    /// Their words.
    pub texts: Vec<String>,
}

/// Lines to add, as typed: one on each line.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinesForm {
    /// Where.
    pub place: String,
    /// Their words.
    pub text: String,
}

const NO_PLACE: &str = "Choose where it belongs from the list.";

impl LinesForm {
    /// The lines that are meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self) -> Result<Lines, Error> {
        let mut fields = Fields::new();
        let place = fields.choice::<Position>("place", &self.place, NO_PLACE).unwrap_or(Position::PRIMARY);
        let text = fields.required("text", &self.text, MAX_PARAGRAPH_CHARS, "Write at least one line.");
        let texts: Vec<String> =
            text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
        if texts.len() > MOST_AT_ONCE {
            fields.error("text", format!("Add at most {MOST_AT_ONCE} at once. There are {}.", texts.len()));
        } else if text.chars().count() <= MAX_PARAGRAPH_CHARS
            && texts.iter().any(|line| line.chars().count() > MAX_LINE_CHARS)
        {
            fields.error("text", format!("Shorten each line to {MAX_LINE_CHARS} characters or fewer."));
        }
        fields.finish(|| Lines { place, texts })
    }
}

/// A line as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its words.
    pub text: String,
    /// Where it stands.
    pub place: Position,
    /// The measures that tell whether it moves.
    pub measures: Vec<MeasureId>,
}

/// A line, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LineForm {
    /// Its words.
    pub text: String,
    /// Where it stands.
    pub place: String,
    /// Ids of measures.
    pub measures: Vec<String>,
}

impl LineForm {
    /// The line that is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self) -> Result<Line, Error> {
        let mut fields = Fields::new();
        let text = fields.required("text", &self.text, MAX_LINE_CHARS, "Say it in a few words.");
        if text.contains('\n') {
            fields.error("text", "Say it in one line.");
        }
        let place = fields.choice::<Position>("place", &self.place, NO_PLACE).unwrap_or(Position::PRIMARY);
        let measures: Vec<MeasureId> = self.measures.iter().filter_map(|id| id.parse().ok()).collect();
        if measures.len() != self.measures.len() {
            fields.error("measures[]", "Choose measures from the list.");
        }
        fields.finish(|| Line { text, place, measures })
    }
}

/// Which way a line moves among those beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Before the one above.
    Up,
    /// After the one below.
    Down,
}

impl FromStr for Direction {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "up" => Ok(Self::Up),
            "down" => Ok(Self::Down),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::wrong;
    use proptest::prelude::*;

    #[test]
    fn places_are_read_as_they_are_written() {
        let id = DriverId::new();
        for place in [
            Position { level: Level::Primary, parent: None },
            Position { level: Level::Secondary, parent: Some(id) },
            Position { level: Level::Idea, parent: Some(id) },
        ] {
            assert_eq!(place.to_string().parse(), Ok(place));
        }
        for text in ["", "secondary", "idea:", "primary:x", &format!("primary:{id}"), "aim", "idea:me"] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }

    #[test]
    fn several_lines_are_added_at_once_and_empty_ones_are_not() {
        let form = LinesForm { place: "primary".into(), text: " Staff know how \r\n\r\nKit within reach\n".into() };
        assert_eq!(form.parse().expect("lines").texts, ["Staff know how", "Kit within reach"]);
        let form = LinesForm { place: String::new(), text: " ".into() };
        assert_eq!(wrong(form.parse()), ["place", "text"]);
        let many = LinesForm { place: "primary".into(), text: "a\n".repeat(21) };
        assert_eq!(wrong(many.parse()), ["text"]);
        let long = LinesForm { place: "primary".into(), text: "a".repeat(201) };
        assert_eq!(wrong(long.parse()), ["text"]);
    }

    #[test]
    fn a_line_is_one_line_and_its_measures_are_of_the_list() {
        let form = LineForm { text: "a\nb".into(), place: "primary".into(), measures: vec!["x".into()] };
        assert_eq!(wrong(form.parse()), ["text", "measures[]"]);
    }

    proptest! {
        #[test]
        fn nothing_typed_makes_the_forms_panic(place in ".*", text in ".*") {
            let _ = LinesForm { place: place.clone(), text: text.clone() }.parse();
            let _ = LineForm { text, place, measures: Vec::new() }.parse();
        }
    }
}

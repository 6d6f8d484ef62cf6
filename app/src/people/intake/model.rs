//! What is sent with a list of people, and what was answered about it.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::columns::{self, Holds, NoList, Sheet};
use crate::error::Error;
use crate::id::{DepartmentId, PersonId};
use crate::parse::nhs_number;
use crate::people::directory::model::STAFF_GROUPS;

/// The button that does it; every other one only checks.
pub const APPLY: &str = "apply";
/// What is done with a post that overlaps a new one: it ends the day before.
pub const SHORTEN: &str = "shorten";
/// Both posts are kept.
pub const BOTH: &str = "both";
/// The answer that makes a department of an unknown name.
pub const MAKE: &str = "make";
/// The answer that somebody of a known name is somebody else.
pub const NEW: &str = "new";

/// A list, and what was answered about it, as sent. The keys of the answers name a line: `l12`, `l12_grade`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IntakeForm {
    /// What was pasted, and what it was mended to.
    pub text: String,
    /// What stood in the file.
    pub file: String,
    /// What each column holds.
    pub columns: Vec<String>,
    /// In which order day and month stand.
    pub order: String,
    /// What is done with a post that overlaps a new one: `shorten` or `both`.
    pub overlap: String,
    /// The staff group of rows that do not say it.
    pub staff_group: String,
    /// For the line that first names an unknown department: `make`, or the id of the one that is meant.
    pub department: HashMap<String, String>,
    /// For a line with a known name: `new`, the id of the person, or the line that they stand on.
    pub same: HashMap<String, String>,
    /// For a line and what it holds there: what is right.
    pub fix: HashMap<String, String>,
    /// `yes`: rows that cannot be read are left out.
    pub leave_out: Vec<String>,
}

/// The key by which an answer names a line.
#[must_use]
pub fn key_of(line: u64) -> String {
    format!("l{line}")
}

/// What was answered about an unknown department.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meant {
    /// It is made.
    Make,
    /// It is this one.
    Known(DepartmentId),
}

/// Who somebody of a known name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// Nobody whom the trust knows.
    New,
    /// This person.
    Known(PersonId),
    /// Whoever stands on this line.
    OnLine(u64),
}

impl IntakeForm {
    /// The list, with what was mended in it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none, or it is too long.
    pub fn sheet(&self) -> Result<Sheet, Error> {
        let field = if self.file.trim().is_empty() { "text" } else { "file" };
        if field == "file" && !self.text.trim().is_empty() {
            return Err(Error::field("text", "Paste rows or choose a file, not both. Empty this box to use the file."));
        }
        let text = if field == "file" { &self.file } else { &self.text };
        let told = |why| {
            Error::field(
                field,
                match why {
                    NoList::Empty => "There is no row with a person. Paste the rows, or choose a file that has some.".to_owned(),
                    NoList::NoColumns => {
                        "No columns were found. Each row needs a name, a department, a grade and the first day, separated by a tab, a comma or a semicolon.".to_owned()
                    }
                    NoList::TooMany(rows) => format!("There are {rows} rows. One intake takes at most 5,000: bring them in parts."),
                    NoList::TooWide => format!(
                        "There are more than {} columns. Copy only the columns about people and their posts.",
                        crate::table::MOST_COLUMNS
                    ),
                },
            )
        };
        let read = columns::sheet(text);
        // Cell by cell: two numbers beside each other are no patient's.
        let patient = match &read {
            Ok(sheet) => {
                sheet.rows.iter().find(|row| row.cells.iter().any(|cell| nhs_number::holds(cell))).map(|row| row.number)
            }
            Err(_) => text.lines().zip(1..).find(|(line, _)| nhs_number::holds(line)).map(|(_, number)| number),
        };
        if let Some(line) = patient {
            return Err(Error::field(
                field,
                format!(
                    "Line {line} holds what looks like an NHS number. Remove it: Baton holds no information about patients. If it is not an NHS number, put a word between its digits."
                ),
            ));
        }
        read.map_err(told)
    }

    /// What each column holds: as chosen, else as recognised.
    #[must_use]
    pub fn holds(&self, sheet: &Sheet, remembered: &HashMap<String, Holds>) -> Vec<Holds> {
        let recognised = columns::recognised(sheet, remembered);
        if self.columns.len() != sheet.width {
            return recognised;
        }
        self.columns.iter().zip(recognised).map(|(chosen, one)| chosen.parse().unwrap_or(one)).collect()
    }

    /// Writes what was mended into the list.
    pub fn mend(&self, sheet: &mut Sheet, holds: &[Holds]) {
        for (key, value) in &self.fix {
            let Some((line, what)) = key.strip_prefix('l').and_then(|rest| rest.split_once('_')) else { continue };
            let (Ok(line), Ok(what)) = (line.parse(), what.parse::<Holds>()) else { continue };
            if let Some(column) = holds.iter().position(|one| *one == what) {
                sheet.mend(line, column, value);
            }
        }
    }

    /// The staff group of rows that do not say it.
    #[must_use]
    pub fn usual_staff_group(&self) -> &str {
        let typed = self.staff_group.trim();
        if typed.is_empty() { STAFF_GROUPS[0] } else { typed }
    }

    /// What was answered about the department that a line is the first to name.
    #[must_use]
    pub fn meant(&self, line: u64) -> Option<Meant> {
        match self.department.get(&key_of(line))?.as_str() {
            MAKE => Some(Meant::Make),
            id => id.parse().ok().map(Meant::Known),
        }
    }

    /// What was answered about the person on a line.
    #[must_use]
    pub fn is(&self, line: u64) -> Option<Is> {
        match self.same.get(&key_of(line))?.as_str() {
            NEW => Some(Is::New),
            other => match other.strip_prefix('l') {
                Some(line) => line.parse().ok().map(Is::OnLine),
                None => other.parse().ok().map(Is::Known),
            },
        }
    }

    /// Rows that cannot be read are left out.
    #[must_use]
    pub fn leaves_out(&self) -> bool {
        self.leave_out.iter().any(|answer| answer == "yes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_found_by_their_line() {
        let (person, department) = (PersonId::new(), DepartmentId::new());
        let map =
            |pairs: &[(&str, String)]| pairs.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let form = IntakeForm {
            same: map(&[("l2", "new".into()), ("l3", person.to_string()), ("l4", "l2".into()), ("l5", "?".into())]),
            department: map(&[("l2", "make".into()), ("l3", department.to_string())]),
            ..IntakeForm::default()
        };
        assert_eq!([form.is(2), form.is(3), form.is(4)], [Some(Is::New), Some(Is::Known(person)), Some(Is::OnLine(2))]);
        assert_eq!([form.is(5), form.is(6)], [None, None]);
        assert_eq!(
            [form.meant(2), form.meant(3), form.meant(4)],
            [Some(Meant::Make), Some(Meant::Known(department)), None]
        );
    }

    #[test]
    fn what_is_mended_goes_into_its_cell() {
        let form = IntakeForm {
            text: "Name\tEmail\nAnn Bell\tann@\n".into(),
            fix: HashMap::from([
                ("l2_address".to_owned(), "ann@trust.uk".to_owned()),
                ("l9_name".into(), "x".into()),
                ("l2_grade".into(), "FY1".into()),
            ]),
            ..IntakeForm::default()
        };
        let mut sheet = form.sheet().expect("a list");
        let holds = form.holds(&sheet, &HashMap::new());
        form.mend(&mut sheet, &holds);
        assert_eq!(sheet.rows[0].cells, ["Ann Bell", "ann@trust.uk"]);
    }
}

//! What somebody looks for or offers, as they say it.

use std::collections::BTreeSet;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::id::DepartmentId;
use crate::parse::Fields;

choices! {
    /// What somebody looks for, or offers.
    Interest {
        /// To lead or work on a project.
        Project = "project" => "I am looking for a project",
        /// To teach a team the method.
        Coach = "coach" => "I can coach a team in QI method",
        /// To help a team as a manager.
        Partner = "partner" => "I can partner a project as a manager",
        /// To supervise.
        Supervise = "supervise" => "I can supervise a project",
    }
}

impl Interest {
    /// What it is called in a list of those who said it.
    #[must_use]
    pub fn of_others(self) -> &'static str {
        match self {
            Self::Project => "looking for a project",
            Self::Coach => "can coach",
            Self::Partner => "can partner as a manager",
            Self::Supervise => "can supervise",
        }
    }
}

/// Characters of the note.
pub const NOTE: usize = 200;
/// So many days ahead it is meant at most: who rotates says it again.
const LONGEST: u64 = 366;

/// The form, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InterestForm {
    pub kinds: Vec<String>,
    pub department: String,
    pub note: String,
    pub until_on: String,
}

/// What somebody says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// Empty when they take everything back.
    pub kinds: BTreeSet<Interest>,
    /// Where; none for any department.
    pub department: Option<DepartmentId>,
    pub note: String,
    /// The last day on which it is meant.
    pub until_on: NaiveDate,
}

impl InterestForm {
    /// What is said.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the day is missing, past or more than a year ahead, or the note is too long.
    pub fn parse(&self, today: NaiveDate) -> Result<Said, Error> {
        let mut fields = Fields::new();
        let kinds: BTreeSet<Interest> = self.kinds.iter().filter_map(|kind| kind.parse().ok()).collect();
        let note = fields.text("note", &self.note, NOTE);
        let until_on = if kinds.is_empty() {
            today
        } else {
            let day = fields.required_date("until_on", &self.until_on, "Enter the last day on which this holds.");
            if fields.is_ok() && !(today..=today + Days::new(LONGEST)).contains(&day) {
                fields.error("until_on", "Enter a day from today on, at most a year ahead.");
            }
            day
        };
        fields.finish(|| Said { kinds, department: self.department.parse().ok(), note, until_on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, wrong};

    #[test]
    fn what_is_said_has_a_last_day_within_a_year_and_taking_it_back_needs_none() {
        let form = |kinds: &[&str], day: &str| InterestForm {
            kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
            until_on: day.into(),
            ..InterestForm::default()
        };
        let said = form(&["coach", "project", "coach", "x"], "4 8 2026").parse(TODAY).expect("said");
        assert_eq!(said.kinds, [Interest::Project, Interest::Coach].into());
        assert_eq!(form(&[], "").parse(TODAY).expect("taken back").kinds.len(), 0);
        for day in ["", "3 3 2026", "6 3 2027"] {
            assert_eq!(wrong(form(&["coach"], day).parse(TODAY)), ["until_on"], "{day}");
        }
        let long = InterestForm { note: "x".repeat(NOTE + 1), ..form(&[], "") };
        assert_eq!(wrong(long.parse(TODAY)), ["note"]);
    }
}

//! What is typed as a changeover date and what it must be.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse::{Fields, MAX_LINE_CHARS};

/// A changeover date, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeoverForm {
    pub on_day: String,
    /// What people call it; may be empty.
    pub name: String,
    /// The grades that it concerns, with commas between them; empty for all.
    pub grades: String,
}

/// What a changeover is called and whom it concerns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeoverDetails {
    pub name: String,
    /// Empty for all grades.
    pub grades: Vec<String>,
}

/// A changeover concerns at most so many grades by name.
const MOST_GRADES: usize = 20;

impl ChangeoverForm {
    /// The day, and what it is called.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing, past, or more than five years ahead, or the words are too long.
    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, ChangeoverDetails), Error> {
        let mut fields = Fields::new();
        let day = fields.required_date("on_day", &self.on_day, "Enter the day on which posts change.");
        if fields.is_ok() && !(today..=today + Months::new(5 * 12)).contains(&day) {
            fields.error("on_day", "Enter a date from today on, at most five years ahead.");
        }
        let details = self.read(&mut fields);
        fields.finish(|| (day, details))
    }

    /// What it is called and whom it concerns.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the words are too long.
    pub fn details(&self) -> Result<ChangeoverDetails, Error> {
        let mut fields = Fields::new();
        let details = self.read(&mut fields);
        fields.finish(|| details)
    }

    fn read(&self, fields: &mut Fields) -> ChangeoverDetails {
        let name = fields.text("name", &self.name, MAX_LINE_CHARS);
        let typed = fields.text("grades", &self.grades, MAX_LINE_CHARS);
        let mut grades: Vec<String> = Vec::new();
        for grade in typed.split([',', ';', '\n']).map(str::trim).filter(|grade| !grade.is_empty()) {
            if !grades.iter().any(|other| other.eq_ignore_ascii_case(grade)) {
                grades.push(grade.to_owned());
            }
        }
        if grades.len() > MOST_GRADES {
            fields.error("grades", "Enter at most 20 grades, or leave this empty for all.");
        }
        ChangeoverDetails { name, grades }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on, wrong};

    #[test]
    fn a_changeover_lies_ahead_within_five_years() {
        let typed = |day: &str| {
            ChangeoverForm { on_day: day.into(), ..ChangeoverForm::default() }.parse(TODAY).map(|(day, _)| day)
        };
        assert_eq!(typed("5 8 2026"), Ok(on("2026-08-05")));
        assert_eq!(typed("4 3 2026"), Ok(TODAY));
        for day in ["", "3 3 2026", "5 3 2031", "30 2 2027"] {
            assert_eq!(wrong(typed(day)), ["on_day"], "{day}");
        }
    }

    #[test]
    fn its_grades_are_told_once_each() {
        let typed = |grades: &str| ChangeoverForm { grades: grades.into(), ..ChangeoverForm::default() }.details();
        assert_eq!(
            typed("FY1, FY2; fy1,, CT1 ").map(|details| details.grades),
            Ok(vec!["FY1".into(), "FY2".into(), "CT1".into()])
        );
        assert_eq!(typed(" ").map(|details| details.grades), Ok(vec![]));
        let many: Vec<String> = (0..21).map(|at| at.to_string()).collect();
        assert_eq!(wrong(typed(&many.join(","))), ["grades"]);
    }
}

//! What people type about their own dates and what it must be.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::id::DepartmentId;
use crate::parse::Fields;
use crate::people::directory::model::{AwayDetails, AwayForm, within_five_years};

/// The last day of one's own post, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LastDayForm {
    pub ends_on: String,
    /// Holds `yes` when no end is in sight.
    pub open: Vec<String>,
}

impl LastDayForm {
    /// The last day; none when no end is in sight.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing, no date, or far from today.
    pub fn parse(&self, today: NaiveDate) -> Result<Option<NaiveDate>, Error> {
        let mut fields = Fields::new();
        let ends_on = within_five_years(&mut fields, "ends_on", &self.ends_on, today);
        match (self.open.is_empty(), self.ends_on.trim().is_empty()) {
            (true, true) => fields.error("ends_on", "Enter your last day, or say that there is no end date."),
            (false, false) => fields.error("ends_on", "Enter a last day or say that there is no end date, not both."),
            _ => {}
        }
        fields.finish(|| ends_on)
    }
}

/// Moving to another department, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MoveForm {
    /// The id of the department.
    pub department: String,
    /// The first day there.
    pub starts_on: String,
    /// The last day there; empty when it is that of the post as it is.
    pub ends_on: String,
}

/// Where somebody moves, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Move {
    pub department: DepartmentId,
    /// The first day there.
    pub starts_on: NaiveDate,
    /// The last day there; none when it is that of the post as it is.
    pub ends_on: Option<NaiveDate>,
}

impl MoveForm {
    /// Where somebody moves, and when.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing, far from today, or the end lies before the start.
    pub fn parse(&self, today: NaiveDate) -> Result<Move, Error> {
        let mut fields = Fields::new();
        let department = fields.choice("department", &self.department, "Choose the department.");
        let starts_on = within_five_years(&mut fields, "starts_on", &self.starts_on, today);
        if self.starts_on.trim().is_empty() {
            fields.error("starts_on", "Enter your first day there.");
        }
        let ends_on = within_five_years(&mut fields, "ends_on", &self.ends_on, today);
        if ends_on.is_some_and(|end| starts_on.is_some_and(|start| end < start)) {
            fields.error("ends_on", "The last day must be the first day or later.");
        }
        let moved = department.zip(starts_on).map(|(department, starts_on)| Move { department, starts_on, ends_on });
        fields.finish(|| moved)?.ok_or_else(|| Error::field("department", "Choose the department."))
    }
}

/// A period away that somebody says of themselves.
///
/// # Errors
/// As [`AwayForm::parse`]; and [`Error::Invalid`] for a day that is far from today.
pub fn own_period(form: &AwayForm, today: NaiveDate) -> Result<AwayDetails, Error> {
    let period = form.parse()?;
    let mut fields = Fields::new();
    within_five_years(&mut fields, "starts_on", &form.starts_on, today);
    within_five_years(&mut fields, "ends_on", &form.ends_on, today);
    fields.finish(|| period)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on, wrong};

    #[test]
    fn a_last_day_is_a_day_within_five_years_or_none_in_sight() {
        let form = |ends_on: &str, open: &[&str]| LastDayForm {
            ends_on: ends_on.into(),
            open: open.iter().map(|&word| word.to_owned()).collect(),
        };
        assert_eq!(form("1 6 2026", &[]).parse(TODAY), Ok(Some(on("2026-06-01"))));
        assert_eq!(form("4 3 2031", &[]).parse(TODAY), Ok(Some(on("2031-03-04"))));
        assert_eq!(form(" ", &["yes"]).parse(TODAY), Ok(None));
        for typed in [form("", &[]), form("1 6 2026", &["yes"]), form("5 3 2031", &[]), form("3 3 2021", &[])] {
            assert_eq!(wrong(typed.parse(TODAY)), ["ends_on"], "{typed:?}");
        }
    }

    #[test]
    fn a_move_names_a_department_and_days_in_order() {
        let form = MoveForm {
            department: DepartmentId::new().to_string(),
            starts_on: "1 5 2026".into(),
            ends_on: "2 5 2026".into(),
        };
        assert_eq!(form.parse(TODAY).map(|moved| moved.ends_on), Ok(Some(on("2026-05-02"))));
        assert_eq!(wrong(MoveForm::default().parse(TODAY)), ["department", "starts_on"]);
        assert_eq!(wrong(MoveForm { ends_on: "30 4 2026".into(), ..form.clone() }.parse(TODAY)), ["ends_on"]);
        assert_eq!(wrong(MoveForm { starts_on: "1 5 2040".into(), ..form }.parse(TODAY)), ["starts_on", "ends_on"]);
    }

    #[test]
    fn ones_own_period_away_lies_within_five_years() {
        let form = |starts_on: &str, ends_on: &str| AwayForm {
            starts_on: starts_on.into(),
            ends_on: ends_on.into(),
            keeps: vec![],
        };
        assert!(own_period(&form("1 5 2026", "1 6 2026"), TODAY).is_ok());
        assert_eq!(wrong(own_period(&form("1 5 2026", "1 6 2032"), TODAY)), ["ends_on"]);
    }
}

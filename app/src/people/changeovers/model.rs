//! What is typed as a changeover date and what it must be.

use chrono::{Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse::Fields;

/// A changeover date, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeoverForm {
    pub on_day: String,
}

impl ChangeoverForm {
    /// The day.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing, past, or more than five years ahead.
    pub fn parse(&self, today: NaiveDate) -> Result<NaiveDate, Error> {
        let mut fields = Fields::new();
        let day = fields.required_date("on_day", &self.on_day, "Enter the day on which posts change.");
        if fields.is_ok() && !(today..=today + Months::new(5 * 12)).contains(&day) {
            fields.error("on_day", "Enter a date from today on, at most five years ahead.");
        }
        fields.finish(|| day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on};

    #[test]
    fn a_changeover_lies_ahead_within_five_years() {
        let typed = |day: &str| ChangeoverForm { on_day: day.into() }.parse(TODAY);
        assert_eq!(typed("5 8 2026"), Ok(on("2026-08-05")));
        assert_eq!(typed("4 3 2026"), Ok(TODAY));
        for wrong in ["", "3 3 2026", "5 3 2031", "30 2 2027"] {
            assert!(matches!(typed(wrong), Err(Error::Invalid(errors)) if errors.len() == 1), "{wrong}");
        }
    }
}

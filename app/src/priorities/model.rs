//! What is typed about a priority and what it must be.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse::{Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};

/// A priority, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PriorityForm {
    /// What is to be improved, in a few words.
    pub title: String,
    /// What would be different.
    pub aim: String,
    /// Where it was decided, such as a Quality Account.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
    /// Its first day.
    pub starts_on: String,
    /// Its last day, if it has one.
    pub ends_on: String,
}

/// What a priority says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PriorityDetails {
    /// What is to be improved, in a few words.
    pub title: String,
    /// What would be different.
    pub aim: String,
    /// Where it was decided.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day; none while it is open-ended.
    pub ends_on: Option<NaiveDate>,
}

impl PriorityForm {
    /// What the priority says.
    ///
    /// # Errors
    /// [`Error::Invalid`] when something is missing, too long or the end lies before the start.
    pub fn parse(&self) -> Result<PriorityDetails, Error> {
        let mut fields = Fields::new();
        let title = fields.required(
            "title",
            &self.title,
            MAX_LINE_CHARS,
            "Enter what the trust wants improved, in a few words.",
        );
        let aim = fields.required("aim", &self.aim, MAX_PARAGRAPH_CHARS, "Enter what would be different.");
        let source = fields.required(
            "source",
            &self.source,
            MAX_LINE_CHARS,
            "Enter where this was decided, such as the Quality Account.",
        );
        let owner =
            fields.required("owner", &self.owner, MAX_LINE_CHARS, "Enter who is accountable: a name or a post.");
        let starts_on = fields.required_date("starts_on", &self.starts_on, "Enter the first day.");
        let ends_on = fields.date("ends_on", &self.ends_on);
        if fields.is_ok() && ends_on.is_some_and(|end| end < starts_on) {
            fields.error("ends_on", "The last day must be the first day or later.");
        }
        fields.finish(|| PriorityDetails { title, aim, source, owner, starts_on, ends_on })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> PriorityForm {
        PriorityForm {
            title: "Sepsis".into(),
            aim: "Antibiotics within the hour".into(),
            source: "Quality Account".into(),
            owner: "Chief nurse".into(),
            starts_on: "1 4 2026".into(),
            ends_on: String::new(),
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let Err(Error::Invalid(errors)) = PriorityForm::default().parse() else { panic!("accepted") };
        let fields: Vec<_> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["title", "aim", "source", "owner", "starts_on"]);
    }

    #[test]
    fn the_end_is_open_or_not_before_the_start() {
        assert_eq!(form().parse().expect("a priority").ends_on, None);
        assert!(PriorityForm { ends_on: "1 4 2026".into(), ..form() }.parse().is_ok());
        let Err(Error::Invalid(errors)) = (PriorityForm { ends_on: "31 3 2026".into(), ..form() }).parse() else {
            panic!("accepted")
        };
        assert_eq!(errors[0].field, "ends_on");
    }
}

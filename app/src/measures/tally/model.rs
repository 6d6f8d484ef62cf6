//! What was pressed, and what is typed to begin a count.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse::Fields;

/// The most presses that one count takes.
pub const MOST_PRESSES: usize = 2_000;

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Press {
    /// It was done, or it was so.
    Yes,
    /// It was not.
    No,
}

impl Press {
    /// The letter that is stored.
    #[must_use]
    pub fn letter(self) -> &'static str {
        match self {
            Self::Yes => "Y",
            Self::No => "N",
        }
    }

    /// The word for people.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::Yes => "Yes",
            Self::No => "No",
        }
    }
}

impl std::str::FromStr for Press {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self, Error> {
        match text {
            "yes" => Ok(Self::Yes),
            "no" => Ok(Self::No),
            _ => Err(Error::form("Press Yes or No.")),
        }
    }
}

/// How many said yes, out of how many, as the letters say.
#[must_use]
pub fn counted(presses: &str) -> (usize, usize) {
    (presses.bytes().filter(|letter| *letter == b'Y').count(), presses.len())
}

/// What was pressed last.
#[must_use]
pub fn last(presses: &str) -> Option<Press> {
    match presses.bytes().last()? {
        b'Y' => Some(Press::Yes),
        _ => Some(Press::No),
    }
}

/// Day and place of a count, as typed. There is no other text: nothing about a patient has a field.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TallyForm {
    /// The day.
    pub taken_on: String,
    /// The place.
    pub place: String,
}

impl TallyForm {
    /// The day and the place.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self, today: NaiveDate) -> Result<(NaiveDate, String), Error> {
        let mut fields = Fields::new();
        let taken_on = fields.required_date("taken_on", &self.taken_on, "Enter the date of the count.");
        if taken_on > today {
            fields.error("taken_on", "Enter today’s date or an earlier one: a count cannot lie in the future.");
        }
        let place = fields.text("place", &self.place, 80);
        fields.finish(|| (taken_on, place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_counted_and_the_last_is_known() {
        assert_eq!(counted(""), (0, 0));
        assert_eq!(counted("YYNY"), (3, 4));
        assert_eq!(last(""), None);
        assert_eq!(last("YYN"), Some(Press::No));
        assert_eq!(last("NY"), Some(Press::Yes));
        assert!("maybe".parse::<Press>().is_err());
    }

    #[test]
    fn a_count_is_of_today_or_before() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
        let form = |on: &str, place: &str| TallyForm { taken_on: on.into(), place: place.into() }.parse(today);
        assert_eq!(form("4 3 2026", " Ward 4 ").expect("a count"), (today, "Ward 4".to_owned()));
        for (on, place) in [("5 3 2026", ""), ("", ""), ("4 3 2026", "943 476 5919")] {
            assert!(form(on, place).is_err(), "{on} {place}");
        }
    }
}

//! The dates of the demonstration, which move with the day on which it is filled.

use chrono::{Datelike as _, Days, Months, NaiveDate, Weekday};
use serde::Deserialize;

/// A date that moves with the day of filling: days from it, or days from a changeover (`"last+7"`).
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(try_from = "Written")]
pub struct When {
    from: From,
    days: i64,
}

#[derive(Clone, Copy, Debug)]
enum From {
    Today,
    Before,
    Last,
    Next,
    After,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Days(i64),
    Named(String),
}

impl TryFrom<Written> for When {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let text = match written {
            Written::Days(days) => return Ok(Self { from: From::Today, days }),
            Written::Named(text) => text,
        };
        let (name, days) = match text.find(['+', '-']) {
            None => (text.as_str(), 0),
            Some(at) => {
                let (name, days) = text.split_at(at);
                (name, days.parse().map_err(|_| format!("{text} has no number of days"))?)
            }
        };
        let from = match name {
            "before" => From::Before,
            "last" => From::Last,
            "next" => From::Next,
            "after" => From::After,
            _ => return Err(format!("{text} is no changeover")),
        };
        Ok(Self { from, days })
    }
}

impl When {
    /// So many days from the changeover before the last.
    #[must_use]
    pub fn before(days: i64) -> Self {
        Self { from: From::Before, days }
    }

    /// So many days from the last changeover.
    #[must_use]
    pub fn last(days: i64) -> Self {
        Self { from: From::Last, days }
    }

    /// So many days from the next changeover.
    #[must_use]
    pub fn next(days: i64) -> Self {
        Self { from: From::Next, days }
    }

    /// So many days from the changeover after the next.
    #[must_use]
    pub fn after(days: i64) -> Self {
        Self { from: From::After, days }
    }
}

/// The days on which the demonstration stands.
#[derive(Clone, Copy, Debug)]
pub struct Calendar {
    /// The day of filling.
    pub today: NaiveDate,
    next: NaiveDate,
}

fn first_wednesday(month: NaiveDate) -> NaiveDate {
    NaiveDate::from_weekday_of_month_opt(month.year(), month.month(), Weekday::Wed, 1).unwrap_or(month)
}

impl Calendar {
    /// The next changeover is the first Wednesday of a month, three to eight weeks ahead whatever the
    /// season, so that the demonstration always stands shortly before one; the others are four months apart.
    #[must_use]
    pub fn new(today: NaiveDate) -> Self {
        let soonest = today + Days::new(21);
        let this_month = first_wednesday(soonest);
        let next = if this_month >= soonest { this_month } else { first_wednesday(soonest + Months::new(1)) };
        Self { today, next }
    }

    /// The changeovers that a trust knows of: the two before today and those of two years to come.
    #[must_use]
    pub fn changeovers(&self) -> Vec<NaiveDate> {
        let past = [8, 4].map(|months| self.next - Months::new(months));
        let ahead = (0..=6).map(|step| self.next + Months::new(4 * step));
        past.into_iter().chain(ahead).map(first_wednesday).collect()
    }

    /// The date that is meant.
    #[must_use]
    pub fn date(&self, when: When) -> NaiveDate {
        let start = match when.from {
            From::Today => self.today,
            From::Before => first_wednesday(self.next - Months::new(8)),
            From::Last => first_wednesday(self.next - Months::new(4)),
            From::Next => self.next,
            From::After => first_wednesday(self.next + Months::new(4)),
        };
        start + chrono::Duration::days(when.days)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_changeover_is_a_wednesday_within_twelve_weeks_on_every_day() {
        let mut today = NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date");
        for _ in 0..1500 {
            let calendar = Calendar::new(today);
            let date = |text: &str| calendar.date(When::try_from(Written::Named(text.to_owned())).expect("a date"));
            let ahead = (date("next") - today).num_days();
            assert!((21..=56).contains(&ahead), "{today}: {ahead}");
            assert_eq!(date("next").weekday(), Weekday::Wed);
            assert!(date("last") < today - Days::new(60), "{today}");
            assert!(date("before") < date("last") && date("after") > today + Days::new(100), "{today}");
            assert_eq!(date("last+7"), date("last") + Days::new(7));
            let changeovers = calendar.changeovers();
            assert!(changeovers.is_sorted() && changeovers.len() == 9, "{today}: {changeovers:?}");
            assert_eq!(changeovers[..4], ["before", "last", "next", "after"].map(date), "{today}");
            today = today + Days::new(1);
        }
    }
}

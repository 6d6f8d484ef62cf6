//! The only place that reads the time. "Today" is the day in London.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Europe::London;

/// Where the time comes from: the machine, or a fixed moment in tests.
#[derive(Clone, Copy, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// Always this moment.
    Fixed(DateTime<Utc>),
}

impl Clock {
    /// This moment.
    #[must_use]
    pub fn now(self) -> DateTime<Utc> {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
            Self::System => Utc::now(),
            Self::Fixed(moment) => moment,
        }
    }

    /// The date in London at this moment.
    #[must_use]
    pub fn today(self) -> NaiveDate {
        date_in_london(self.now())
    }
}

/// The date in London at a moment.
#[must_use]
pub fn date_in_london(moment: DateTime<Utc>) -> NaiveDate {
    moment.with_timezone(&London).date_naive()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_turns_at_midnight_in_london_in_summer_too() {
        let before = "2026-07-01T22:59:00Z".parse().unwrap_or_default();
        let after = "2026-07-01T23:00:00Z".parse().unwrap_or_default();
        assert_eq!(date_in_london(before).to_string(), "2026-07-01");
        assert_eq!(date_in_london(after).to_string(), "2026-07-02");
    }
}

//! Dates, numbers and words as people read them, in pages and in the history alike.

use chrono::{DateTime, Datelike, Month, NaiveDate, Utc};
use chrono_tz::Europe::London;

/// 4 January 2026.
#[must_use]
pub fn date(date: NaiveDate) -> String {
    // Not by a format string, which is read anew for each of the many dates on a page.
    let month = u8::try_from(date.month()).ok().and_then(|month| Month::try_from(month).ok());
    format!("{} {} {}", date.day(), month.map_or("", |month| month.name()), date.year())
}

/// Date and time in London: 4 January 2026, 09:30.
#[must_use]
pub fn datetime(moment: DateTime<Utc>) -> String {
    moment.with_timezone(&London).format("%-d %B %Y, %H:%M").to_string()
}

/// "1 project", "2 projects".
#[must_use]
pub fn count(number: i64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

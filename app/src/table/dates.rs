//! Dates as spreadsheets and people write them, and in which order a column has day and month.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use crate::choices;

choices! {
    /// In which order the parts of a date like 03/04/2026 stand.
    Order {
        /// 3 April.
        DayFirst = "day" => "The day comes first",
        /// 4 March.
        MonthFirst = "month" => "The month comes first",
    }
}

/// What is said of a date's cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateRead {
    /// The day.
    pub on: NaiveDate,
    /// The time that stood beside it, unless it is midnight.
    pub at: Option<NaiveTime>,
    /// Only month and year were given: it is the first of the month.
    pub month_only: bool,
}

fn day_read(on: NaiveDate) -> Option<DateRead> {
    (1948..=2199).contains(&on.year()).then_some(DateRead { on, at: None, month_only: false })
}

fn year_of(part: &str) -> Option<i32> {
    match part.len() {
        2 => Some(2000 + part.parse::<i32>().ok()?),
        4 => part.parse().ok(),
        _ => None,
    }
}

static MONTHS: LazyLock<Vec<String>> = LazyLock::new(|| {
    (1..=12)
        .filter_map(|month| NaiveDate::from_ymd_opt(2026, month, 1))
        .map(|first| first.format("%B").to_string().to_lowercase())
        .collect()
});

fn month_named(part: &str) -> Option<u32> {
    let part = part.to_lowercase();
    let at = MONTHS
        .iter()
        .position(|month| part.len() >= 3 && (month.starts_with(&part) || part == "sept" && month == "september"))?;
    u32::try_from(at + 1).ok()
}

fn is_weekday(part: &str) -> bool {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let part = part.to_lowercase();
    part.len() >= 3 && DAYS.iter().any(|day| day.starts_with(&part) || part == "tues" || part == "thurs")
}

/// A time of day: `9:30`, `14.05`, `14:05:00`, `0930`, `2:05 pm`, or a spreadsheet's fraction of a day.
#[must_use]
pub fn time_of(cell: &str) -> Option<NaiveTime> {
    let text = cell.trim().to_lowercase();
    let (text, afternoon) = match (text.strip_suffix("am"), text.strip_suffix("pm")) {
        (Some(rest), _) => (rest.trim_end().to_owned(), Some(false)),
        (_, Some(rest)) => (rest.trim_end().to_owned(), Some(true)),
        _ => (text, None),
    };
    if let Some(fraction) =
        text.strip_prefix("0.").filter(|rest| rest.len() > 2 && rest.chars().all(|c| c.is_ascii_digit()))
    {
        let minutes = (format!("0.{fraction}").parse::<f64>().ok()? * 1440.0).round();
        // Between 0 and 1440: the cast is exact.
        return NaiveTime::from_num_seconds_from_midnight_opt(minutes as u32 * 60, 0);
    }
    let parts: Vec<&str> = text.split([':', '.']).collect();
    let (hour, minute): (u32, u32) = match parts.as_slice() {
        [hour] if afternoon.is_some() => (hour.parse().ok()?, 0),
        [both] if both.len() == 4 => (both.get(..2)?.parse().ok()?, both.get(2..)?.parse().ok()?),
        [hour, minute] | [hour, minute, _] if minute.len() == 2 => (hour.parse().ok()?, minute.parse().ok()?),
        _ => return None,
    };
    let hour = match afternoon {
        Some(afternoon) if (1..=12).contains(&hour) => hour % 12 + if afternoon { 12 } else { 0 },
        Some(_) => return None,
        None => hour,
    };
    NaiveTime::from_hms_opt(hour, minute, 0)
}

/// The two first parts of a date that is written in digits, when only their order says which is the month.
#[must_use]
pub fn undecided(cell: &str) -> Option<(u32, u32)> {
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    let parts: Vec<&str> = day.split(['/', '.', '-']).collect();
    let parts: Vec<&str> = if parts.len() == 3 { parts } else { cell.split_whitespace().collect() };
    let [first, second, year] = parts.as_slice() else { return None };
    (first.len() <= 2 && second.len() <= 2 && year_of(year).is_some())
        .then(|| Some((first.parse().ok()?, second.parse().ok()?)))
        .flatten()
}

/// A date as spreadsheets and people write it: with digits in the given order, ISO, with the month's name,
/// with a time, a month alone (its first day), or the number of a spreadsheet's day.
#[must_use]
pub fn date_of(cell: &str, order: Order) -> Option<DateRead> {
    let cell = cell.trim();
    if cell.len() > 40 || !cell.is_ascii() {
        return None;
    }
    if let Ok(serial) = cell.parse::<f64>() {
        return serial_date(serial);
    }
    if let Some(colon) = cell.find(':') {
        return date_with_time(cell, colon, order);
    }
    let mut parts: Vec<&str> =
        cell.split(|c: char| c.is_whitespace() || "/.-,".contains(c)).filter(|part| !part.is_empty()).collect();
    if parts.len() > 2 && is_weekday(parts[0]) {
        parts.remove(0);
    }
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 && year.chars().all(|c| c.is_ascii_digit()) => {
            let month = month.parse().ok().or_else(|| month_named(month))?;
            day_read(NaiveDate::from_ymd_opt(year.parse().ok()?, month, day.parse().ok()?)?)
        }
        [first, second, year] => day_and_month(first, second, year_of(year)?, order),
        [first, second] => month_and_year(first, second, !cell.contains(['.', ','])),
        _ => None,
    }
}

/// The number that a spreadsheet keeps for a day, with the time as its fraction.
fn serial_date(serial: f64) -> Option<DateRead> {
    // Of the years 1985 to 2119: what a column of counts seldom holds.
    if !(31_048.0..80_000.0).contains(&serial) {
        return None;
    }
    let on = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(serial as u64))?;
    let seconds = ((serial.fract() * 1440.0).round() * 60.0).min(86_340.0);
    let at = NaiveTime::from_num_seconds_from_midnight_opt(seconds as u32, 0);
    Some(DateRead { at: at.filter(|at| *at != NaiveTime::MIN), ..day_read(on)? })
}

/// A date with a time after it, whose first colon is at `colon`.
fn date_with_time(cell: &str, colon: usize, order: Order) -> Option<DateRead> {
    let start = cell[..colon].rfind([' ', 'T'])?;
    let time = cell[start + 1..].trim_end_matches('Z');
    let time = time.split('+').next().unwrap_or(time);
    let at = time_of(time.split('.').next().unwrap_or(time))?;
    let day = date_of(&cell[..start], order).filter(|day| day.at.is_none())?;
    Some(DateRead { at: Some(at).filter(|at| *at != NaiveTime::MIN), ..day })
}

/// Day and month in either order where one of them is a name, else in the given one.
fn day_and_month(first: &str, second: &str, year: i32, order: Order) -> Option<DateRead> {
    let without_ending = |part: &str| -> Option<u32> {
        let digits = part.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        (part.len() == digits.len() || matches!(&part[digits.len()..], "st" | "nd" | "rd" | "th"))
            .then(|| digits.parse().ok())
            .flatten()
    };
    let (day, month) = match (month_named(first), month_named(second)) {
        (Some(month), _) => (without_ending(second)?, month),
        (_, Some(month)) => (without_ending(first)?, month),
        _ => {
            let (first, second) = (first.parse().ok()?, second.parse().ok()?);
            if order == Order::DayFirst { (first, second) } else { (second, first) }
        }
    };
    day_read(NaiveDate::from_ymd_opt(year, month, day)?)
}

/// A month alone: its first day. A number before the year is a month only where `may_lead` allows it: "1.2026"
/// is rather a decimal.
fn month_and_year(first: &str, second: &str, may_lead: bool) -> Option<DateRead> {
    let (year, month) = match (month_named(first), month_named(second)) {
        (Some(month), _) => (year_of(second)?, month),
        (_, Some(month)) => (year_of(first)?, month),
        _ if first.len() == 4 && second.len() <= 2 => (first.parse().ok()?, second.parse().ok()?),
        _ if second.len() == 4 && first.len() <= 2 && may_lead => (second.parse().ok()?, first.parse().ok()?),
        _ => return None,
    };
    Some(DateRead { month_only: true, ..day_read(NaiveDate::from_ymd_opt(year, month, 1)?)? })
}

/// What a column of dates says about the order of day and month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// No date needs an order, or none would change with it.
    Needless,
    /// This cell can only be read so.
    Decided(Order, String),
    /// Cells contradict each other: one that needs each order.
    Mixed(String, String),
    /// Both readings are possible: a cell that shows it.
    Ask(String),
}

/// Decides the order of day and month for a column.
pub fn order<'a>(cells: impl Iterator<Item = &'a str>) -> Decision {
    let (mut day, mut month, mut either) = (None, None, None);
    for cell in cells {
        match undecided(cell) {
            Some((first, _)) if first > 12 => day = day.or(Some(cell)),
            Some((_, second)) if second > 12 => month = month.or(Some(cell)),
            Some((first, second)) if first != second => either = either.or(Some(cell)),
            _ => {}
        }
    }
    match (day, month, either) {
        (Some(day), Some(month), _) => Decision::Mixed(day.to_owned(), month.to_owned()),
        (Some(day), None, _) => Decision::Decided(Order::DayFirst, day.to_owned()),
        (None, Some(month), _) => Decision::Decided(Order::MonthFirst, month.to_owned()),
        (None, None, Some(either)) => Decision::Ask(either.to_owned()),
        (None, None, None) => Decision::Needless,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::on;

    #[test]
    fn dates_are_read_as_spreadsheets_and_people_write_them() {
        for cell in [
            "04/01/2026",
            "4.1.26",
            "04-01-2026",
            "4 1 2026",
            "2026-01-04",
            "2026/01/04",
            "4 Jan 2026",
            "4th January 2026",
            "04-Jan-26",
            "Jan 4, 2026",
            "Sunday, 4 January 2026",
            "Sun 4 Jan 26",
            "2026-01-04T00:00:00",
            "04/01/2026 00:00",
            "46026",
        ] {
            let read = date_of(cell, Order::DayFirst);
            assert_eq!(read, Some(DateRead { on: on("2026-01-04"), at: None, month_only: false }), "{cell}");
        }
        assert_eq!(date_of("04/01/2026", Order::MonthFirst).expect("a date").on, on("2026-04-01"));
        let timed = NaiveTime::from_hms_opt(14, 5, 0);
        for cell in ["04/01/2026 14:05", "2026-01-04T14:05:00.000Z", "4 Jan 2026 2:05 pm", "46026.58680556"] {
            assert_eq!(date_of(cell, Order::DayFirst).expect("a date").at, timed, "{cell}");
        }
        for cell in ["Jan 2026", "January 26", "Jan-26", "01/2026", "2026-01", "2026 Jan"] {
            let read = date_of(cell, Order::DayFirst);
            assert_eq!(read, Some(DateRead { on: on("2026-01-01"), at: None, month_only: true }), "{cell}");
        }
        for cell in [
            "",
            "29/02/2026",
            "31 4 2026",
            "Q1 2026",
            "week 3",
            "12",
            "12.5",
            "18/24",
            "1/1/1066",
            "é",
            "4x Jan 2026",
            "12.2026",
        ] {
            assert_eq!(date_of(cell, Order::DayFirst), None, "{cell}");
        }
        assert!(date_of("29/02/2024", Order::DayFirst).is_some());
    }

    #[test]
    fn times_are_read_or_not() {
        let at = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0);
        for (cell, read) in [
            ("9:30", at(9, 30)),
            ("14.05", at(14, 5)),
            ("14:05:33", at(14, 5)),
            ("0930", at(9, 30)),
            ("2:05 PM", at(14, 5)),
            ("12:10am", at(0, 10)),
            ("0.5", None),
            ("0.500", at(12, 0)),
            ("25:00", None),
            ("13:00 pm", None),
            ("noon", None),
        ] {
            assert_eq!(time_of(cell), read, "{cell}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_decided_by_the_data_or_asked() {
        let decided = |cells: &[&str]| order(cells.iter().copied());
        assert_eq!(decided(&["03/04/2026", "13/04/2026"]), Decision::Decided(Order::DayFirst, "13/04/2026".into()));
        assert_eq!(decided(&["03/04/2026", "04/13/2026"]), Decision::Decided(Order::MonthFirst, "04/13/2026".into()));
        assert_eq!(decided(&["03/04/2026 10:00", "2026-04-05"]), Decision::Ask("03/04/2026 10:00".into()));
        assert_eq!(decided(&["13/04/2026", "04/13/2026"]), Decision::Mixed("13/04/2026".into(), "04/13/2026".into()));
        assert_eq!(decided(&["2026-04-03", "4 Jan 2026", "05/05/2026", "46026"]), Decision::Needless);
    }
}

//! Numbers and dates as people read them.

use chrono::{Datelike as _, Month, NaiveDate, NaiveTime};

use crate::series::DataType;

/// A value with its unit: `85.7%`, `12 complaints`, `3.42 per 1,000 bed days`, `55.6 minutes`.
///
/// For a rate the unit names the exposure; one that already says "per" is taken as it stands.
pub fn value(value: f64, data_type: DataType, unit: &str) -> String {
    let number = number(value, data_type);
    let unit = self::unit(data_type, unit);
    if !value.is_finite() || unit.is_empty() || number.ends_with('%') {
        number
    } else if unit == "%" {
        format!("{number}%")
    } else {
        format!("{number} {unit}")
    }
}

/// A value as it stands on an axis or in a table column: the unit is left out, the per cent sign is
/// not.
pub fn number(value: f64, data_type: DataType) -> String {
    if !value.is_finite() {
        return "no value".into();
    }
    match data_type {
        DataType::Percentage => format!("{}%", decimals(value, if value.abs() < 1.0 { 2 } else { 1 })),
        _ => plain(value),
    }
}

/// What stands beside the axis: `minutes`, `per 1,000 bed days`, `%`.
pub fn unit(data_type: DataType, unit: &str) -> String {
    let unit = unit.trim();
    match data_type {
        DataType::Percentage => "%".into(),
        DataType::Rate { per } if !unit.split_whitespace().any(|word| word.eq_ignore_ascii_case("per")) => {
            format!("per {} {unit}", plain(per)).trim_end().into()
        }
        _ => unit.into(),
    }
}

/// A number with as many decimals as it needs: 1,234, 55.6, 3.42, 0.125.
pub fn plain(value: f64) -> String {
    let size = value.abs();
    if !value.is_finite() {
        "no value".into()
    } else if size >= 1e15 || (size > 0.0 && size < 1e-6) {
        format!("{value:.2e}")
    } else if size >= 999.5 {
        decimals(value, 0)
    } else if size >= 9.995 {
        decimals(value, 1)
    } else if size >= 0.9995 {
        decimals(value, 2)
    } else if size > 0.0 {
        // Three significant figures; log10 of a number in [1e-6, 1) lies in [-6, 0).
        decimals(value, (2.0 - size.log10().floor()) as usize)
    } else {
        "0".into()
    }
}

/// At most so many decimals, no trailing zeros, a comma at the thousands, no minus zero.
pub fn decimals(value: f64, places: usize) -> String {
    if !value.is_finite() {
        return "no value".into();
    }
    if value.abs() >= 1e15 {
        return format!("{value:.2e}");
    }
    let text = format!("{:.places$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let fraction = fraction.trim_end_matches('0');
    let mut out = String::new();
    if value < 0.0 && (whole != "0" || !fraction.is_empty()) {
        out.push('-');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

/// `4 January 2026`
pub fn date(date: NaiveDate) -> String {
    // Not by a format string, which is read anew for each of the hundreds of dates on a page.
    let month = u8::try_from(date.month()).ok().and_then(|month| Month::try_from(month).ok());
    format!("{} {} {}", date.day(), month.map_or("", |month| month.name()), date.year())
}

/// `4 January 2026`, or `4 January 2026 at 14:05`
pub fn moment(date: NaiveDate, time: Option<NaiveTime>) -> String {
    match time {
        Some(time) => format!("{} at {}", self::date(date), time.format("%H:%M")),
        None => self::date(date),
    }
}

/// `4 January 2026 to 14 June 2026`, or the one day
pub fn dates(first: NaiveDate, last: NaiveDate) -> String {
    if first == last { date(first) } else { format!("{} to {}", date(first), date(last)) }
}

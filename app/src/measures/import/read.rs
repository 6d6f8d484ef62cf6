//! Reading a table of text: its cells, what its columns hold, and how its dates and numbers are written.
//! What holds for a column is decided for the whole column, and said.

use std::sync::LazyLock;

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use crate::choices;
use crate::measures::model::DataType;
use crate::parse;

/// The most rows of one import.
pub const MOST_ROWS: usize = 10_000;
/// The most columns of a table.
pub const MOST_COLUMNS: usize = 30;

choices! {
    /// What a column holds.
    Role {
        /// The day.
        Date = "date" => "Date",
        /// The time of day.
        Time = "time" => "Time of day",
        /// The place.
        Place = "place" => "Place",
        /// The value itself.
        Value = "value" => "Value",
        /// How many met it.
        Numerator = "numerator" => "How many met it",
        /// Out of how many.
        Denominator = "denominator" => "Out of how many",
        /// A note.
        Note = "note" => "Note",
        /// Nothing that is wanted.
        Ignore = "ignore" => "Leave out",
    }
}

choices! {
    /// In which order the parts of a date like 03/04/2026 stand.
    Order {
        /// 3 April.
        DayFirst = "day" => "The day comes first",
        /// 4 March.
        MonthFirst = "month" => "The month comes first",
    }
}

/// A row of a table, with the number of the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The number of the line, from 1.
    pub number: u64,
    /// Its cells, trimmed.
    pub cells: Vec<String>,
}

/// A table as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The headings; empty when there are none.
    pub headings: Vec<String>,
    /// Lines above the headings, which hold no row.
    pub above: usize,
    /// The rows.
    pub rows: Vec<Line>,
    /// How many columns the widest row has.
    pub width: usize,
}

/// Why a text is no table that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoTable {
    /// There is nothing.
    Empty,
    /// There is no row with at least two cells, one of them with a digit.
    NoColumns,
    /// It has more rows than one import takes: so many.
    TooMany(usize),
    /// It has more columns than a table of points ever has.
    TooWide,
}

fn separator(text: &str) -> u8 {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(200).collect();
    let holding = |separator: char| lines.iter().filter(|line| line.contains(separator)).count();
    [(holding('\t'), b'\t'), (holding(';'), b';'), (holding(','), b',')]
        .into_iter()
        // Of equals the first wins: a comma may stand inside a cell, a tab does not.
        .fold((0, b'\t'), |best, one| if one.0 > best.0 { one } else { best })
        .1
}

/// The table in a text whose columns are separated by tabs, semicolons or commas. `headings` says whether
/// there are headings; without an answer, the rows above the first with a date or a number are.
///
/// # Errors
/// [`NoTable`] when there is none.
pub fn sheet(text: &str, headings: Option<bool>) -> Result<Sheet, NoTable> {
    if text.trim().is_empty() {
        return Err(NoTable::Empty);
    }
    // A browser sends two characters for the end of a line, which the reader would count one line late.
    let text = &text.replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(text))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).unwrap_or(false) {
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        if rows.len() > MOST_ROWS + 20 {
            return Err(NoTable::TooMany(text.lines().filter(|line| !line.trim().is_empty()).count()));
        }
        if record.len() > MOST_COLUMNS && record.iter().skip(MOST_COLUMNS).any(|cell| !cell.trim().is_empty()) {
            return Err(NoTable::TooWide);
        }
        let number = record.position().map_or(0, csv::Position::line);
        let cells = record.iter().take(MOST_COLUMNS).map(|cell| cell.trim().to_owned()).collect();
        rows.push(Line { number, cells });
    }
    let told = |cell: &String| date_of(cell, Order::DayFirst).is_some() || parse::number(&pointed(cell)).is_some();
    let found = rows.iter().take(20).position(|row| row.cells.iter().any(told)).unwrap_or(0);
    let above = match headings {
        None => found,
        Some(false) => 0,
        Some(true) => found.max(1),
    }
    .min(rows.len());
    let mut sheet = Sheet { above: above.saturating_sub(1), ..Sheet::default() };
    let rest = rows.split_off(above);
    sheet.headings = rows.pop().map(|row| row.cells).unwrap_or_default();
    sheet.rows = rest;
    let digits = |row: &Line| row.cells.iter().any(|cell| cell.chars().any(|c| c.is_ascii_digit()));
    let filled = |row: &Line| row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
    if !sheet.rows.iter().any(|row| digits(row) && filled(row)) {
        return Err(NoTable::NoColumns);
    }
    if sheet.rows.len() > MOST_ROWS {
        return Err(NoTable::TooMany(sheet.rows.len()));
    }
    sheet.width = sheet.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0).max(sheet.headings.len());
    // Columns without a name and without a cell come from a spreadsheet's formatting.
    while sheet.width > 1
        && sheet.headings.get(sheet.width - 1).is_none_or(String::is_empty)
        && sheet.rows.iter().all(|row| row.cells.get(sheet.width - 1).is_none_or(String::is_empty))
    {
        sheet.width -= 1;
    }
    Ok(sheet)
}

impl Sheet {
    /// The cells of a column that are not empty.
    pub fn column(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.cells.get(at)).map(String::as_str).filter(|cell| !is_missing(cell))
    }
}

/// Whether a cell says that there is nothing: missing is never zero.
#[must_use]
pub fn is_missing(cell: &str) -> bool {
    matches!(
        cell.to_lowercase().as_str(),
        "" | "-" | "–" | "—" | "." | "n/a" | "na" | "#n/a" | "nil return" | "missing"
    )
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

/// A cell with its decimal comma made a point, and points between thousands left out.
fn pointed(cell: &str) -> String {
    let bare = cell.trim().trim_end_matches('%').trim_end();
    let grouped = bare.split_once(',').is_some_and(|(whole, rest)| whole.contains('.') && !rest.contains([',', '.']));
    let single = bare.matches(',').count() == 1 && !bare.contains('.');
    if grouped {
        cell.replace('.', "").replace(',', ".")
    } else if single {
        cell.replace(',', ".")
    } else {
        cell.to_owned()
    }
}

/// Whether the numbers of a column have a decimal comma: one of them can only be read so, and none only
/// with a point. Gives the cell that shows it.
pub fn decimal_comma<'a>(cells: impl Iterator<Item = &'a str>) -> Option<String> {
    let mut shows = None;
    for cell in cells {
        let bare = cell.trim_end_matches('%').trim().trim_start_matches(['-', '+']);
        if !bare.chars().all(|c| c.is_ascii_digit() || ",. ".contains(c)) {
            continue;
        }
        let (comma, point) = (bare.rfind(','), bare.rfind('.'));
        let after = |at: usize| bare.len() - at - 1;
        let commas = bare.matches(',').count();
        match (comma, point) {
            (Some(comma), None) if commas == 1 && (after(comma) != 3 || bare.starts_with("0,")) => {
                shows = shows.or(Some(cell));
            }
            (Some(comma), Some(point)) if comma > point && commas == 1 => shows = shows.or(Some(cell)),
            (Some(_), Some(_)) => return None,
            (None, Some(point)) if bare.matches('.').count() == 1 && (after(point) != 3 || bare.starts_with("0.")) => {
                return None;
            }
            _ => {}
        }
    }
    shows.map(str::to_owned)
}

/// A number's cell as it is read where the decimal sign is a comma.
#[must_use]
pub fn with_point(cell: &str) -> String {
    let bare = cell.trim().trim_end_matches('%').trim();
    // In such a column a point can only stand between thousands.
    let thousands = bare.contains('.')
        && bare.split(',').next().unwrap_or_default().split('.').skip(1).all(|group| group.len() == 3);
    if thousands { cell.replace('.', "").replace(',', ".") } else { pointed(cell) }
}

/// Whether the values of a percentage look like parts of one (0.85 for 85 %): none above 1, one between.
pub fn parts_of_one<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let mut between = false;
    for cell in cells {
        if cell.contains('%') {
            return false;
        }
        match parse::number(&pointed(cell)) {
            Some(value) if value > 1.0 => return false,
            Some(value) => between |= value > 0.0 && value < 1.0,
            None => {}
        }
    }
    between
}

/// What a heading says of its column.
fn named(heading: &str, data_type: DataType) -> Option<Role> {
    let heading = heading.to_lowercase();
    let words: Vec<&str> =
        heading.split(|c: char| !c.is_alphanumeric() && c != '%').filter(|w| !w.is_empty()).collect();
    let has = |any: &[&str]| words.iter().any(|word| any.contains(word));
    let whole = words.join(" ");
    let is = |any: &[&str]| any.contains(&whole.as_str());
    if is(&["recorded by", "recorded at", "state", "reason", "id", "row"]) {
        return Some(Role::Ignore);
    }
    if has(&["note", "notes", "comment", "comments", "annotation", "remark", "remarks"]) {
        return Some(Role::Note);
    }
    if is(&["time", "time of day", "at", "hour", "time taken at"]) {
        return Some(Role::Time);
    }
    if data_type.is_ratio() {
        if has(&["denominator", "denom", "den", "total", "sample", "opportunities", "eligible", "beddays"])
            || heading.contains("out of")
            || heading.contains("bed day")
            || is(&["of", "all", "n total"])
        {
            return Some(Role::Denominator);
        }
        if has(&["numerator", "num", "yes", "compliant", "achieved", "events", "cases"])
            || heading.contains("had it")
            || is(&["n", "count", "number", "how many"])
        {
            return Some(Role::Numerator);
        }
    }
    if has(&["date", "dates", "day", "week", "month", "when", "period"]) || is(&["w c", "wc", "taken on"]) {
        return Some(Role::Date);
    }
    if has(&["ward", "place", "site", "location", "area", "department", "hospital", "clinic"]) {
        return Some(Role::Place);
    }
    if has(&[
        "value",
        "values",
        "percentage",
        "percent",
        "%",
        "rate",
        "result",
        "measurement",
        "count",
        "minutes",
        "score",
    ]) || is(&["y", "number"])
    {
        return Some(Role::Value);
    }
    None
}

/// What each column holds, by its heading and by what stands in it. What is not recognised is left out.
#[must_use]
pub fn roles(sheet: &Sheet, data_type: DataType) -> Vec<Role> {
    let mut roles: Vec<Option<Role>> =
        (0..sheet.width).map(|at| sheet.headings.get(at).and_then(|heading| named(heading, data_type))).collect();
    find_date(sheet, &mut roles);
    let timed = |cell: &str| cell.contains(':') && time_of(cell).is_some();
    take_first(sheet, &mut roles, Role::Time, &timed);
    let part = roles.contains(&Some(Role::Numerator)) || roles.contains(&Some(Role::Denominator));
    let free = |at: &usize| roles[*at].is_none() && mostly(sheet, *at, &is_number);
    if data_type.is_ratio() && (part || (0..sheet.width).filter(free).count() >= 2) {
        take_first(sheet, &mut roles, Role::Numerator, &is_number);
        take_first(sheet, &mut roles, Role::Denominator, &is_number);
        if !part {
            in_order(sheet, &mut roles);
        }
    } else {
        take_first(sheet, &mut roles, Role::Value, &is_number);
    }
    let mut seen = Vec::new();
    roles
        .into_iter()
        .map(|role| {
            let role = role.unwrap_or(Role::Ignore);
            if role != Role::Ignore && seen.contains(&role) {
                return Role::Ignore;
            }
            seen.push(role);
            role
        })
        .collect()
}

fn is_number(cell: &str) -> bool {
    parse::number(&pointed(cell)).is_some()
}

/// Whether six in ten of a column's first cells fit.
fn mostly(sheet: &Sheet, at: usize, fits: &dyn Fn(&str) -> bool) -> bool {
    let (mut all, mut fitting) = (0, 0);
    for cell in sheet.column(at).take(300) {
        all += 1;
        fitting += usize::from(fits(cell));
    }
    all > 0 && fitting * 10 >= all * 6
}

/// The first column without a role whose cells mostly fit.
fn first_free(sheet: &Sheet, roles: &[Option<Role>], fits: &dyn Fn(&str) -> bool) -> Option<usize> {
    (0..sheet.width).find(|at| roles[*at].is_none() && mostly(sheet, *at, fits))
}

/// Gives the role to the first column that fits, where no column has it.
fn take_first(sheet: &Sheet, roles: &mut [Option<Role>], role: Role, fits: &dyn Fn(&str) -> bool) {
    if !roles.contains(&Some(role))
        && let Some(at) = first_free(sheet, roles, fits)
    {
        roles[at] = Some(role);
    }
}

/// Leaves one column with the role of the date. Of several that are named like one ("Week", "Date"), that is the
/// one that holds dates.
fn find_date(sheet: &Sheet, roles: &mut [Option<Role>]) {
    let dated = |cell: &str| date_of(cell, Order::DayFirst).or_else(|| date_of(cell, Order::MonthFirst)).is_some();
    let named_dates: Vec<usize> = (0..sheet.width).filter(|at| roles[*at] == Some(Role::Date)).collect();
    let keep = named_dates.iter().copied().find(|at| mostly(sheet, *at, &dated)).or(named_dates.first().copied());
    for at in named_dates.into_iter().filter(|at| Some(*at) != keep) {
        roles[at] = None;
    }
    if keep.is_none() {
        // The number of a day is a date only where nothing else is.
        let written = first_free(sheet, roles, &|cell| dated(cell) && !is_number(cell));
        if let Some(at) = written.or_else(|| first_free(sheet, roles, &dated)) {
            roles[at] = Some(Role::Date);
        }
    }
}

/// Two columns of numbers without names: the one that is never the smaller is the denominator.
fn in_order(sheet: &Sheet, roles: &mut [Option<Role>]) {
    let at = |role| roles.iter().position(|one| *one == Some(role));
    let (Some(top), Some(bottom)) = (at(Role::Numerator), at(Role::Denominator)) else { return };
    let value = |row: &Line, at: usize| row.cells.get(at).and_then(|cell| parse::number(&pointed(cell)));
    let pairs: Vec<(f64, f64)> =
        sheet.rows.iter().filter_map(|row| Some((value(row, top)?, value(row, bottom)?))).collect();
    if pairs.iter().any(|(top, bottom)| top > bottom) && pairs.iter().all(|(top, bottom)| top >= bottom) {
        roles.swap(top, bottom);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn on(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

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

    #[test]
    fn a_decimal_comma_is_decided_for_the_whole_column() {
        let comma = |cells: &[&str]| decimal_comma(cells.iter().copied());
        assert_eq!(comma(&["12", "12,5"]), Some("12,5".into()));
        assert_eq!(comma(&["1.250,5"]), Some("1.250,5".into()));
        assert_eq!(comma(&["0,125"]), Some("0,125".into()));
        assert_eq!(comma(&["12,5", "12.5"]), None, "both: nothing is guessed");
        assert_eq!(comma(&["1,250", "2,000"]), None, "thousands");
        assert_eq!(comma(&["1,250.5"]), None);
        for (cell, read) in
            [("12,5", "12.5"), ("1.250,5", "1250.5"), ("1.250", "1250"), ("12", "12"), ("85,5 %", "85.5 %")]
        {
            assert_eq!(with_point(cell), read, "{cell}");
        }
        assert!(parts_of_one(["0.85", "1", "0"].into_iter()));
        assert!(!parts_of_one(["0.85", "12"].into_iter()) && !parts_of_one(["1", "0"].into_iter()));
    }

    fn roles_of(text: &str, data_type: DataType) -> Vec<Role> {
        roles(&sheet(text, None).expect("a table"), data_type)
    }

    #[test]
    fn columns_are_recognised_by_their_headings_and_by_what_stands_in_them() {
        use Role::{Date, Denominator, Ignore, Note, Numerator, Place, Time, Value};
        let ratio = DataType::Percentage;
        assert_eq!(roles_of("Week commencing\tYes\tTotal\n04/01/2026\t18\t24", ratio), [Date, Numerator, Denominator]);
        assert_eq!(roles_of("04/01/2026\t18\t24\n11/01/2026\t20\t20", ratio), [Date, Numerator, Denominator]);
        assert_eq!(roles_of("24,18,04/01/2026\n20,20,11/01/2026", ratio), [Denominator, Numerator, Date]);
        assert_eq!(roles_of("date;%\n2026-01-04;85", ratio), [Date, Value]);
        assert_eq!(
            roles_of(
                "date,time,place,value,numerator,denominator,state,reason,note,recorded by,recorded at\n2026-01-04,,,75,18,24,current,,,Tara,2026-01-04T10:00:00Z",
                ratio
            ),
            [Date, Time, Place, Value, Numerator, Denominator, Ignore, Ignore, Note, Ignore, Ignore]
        );
        assert_eq!(
            roles_of("Date\tWard\tMinutes\tComments\n4 Jan 2026\tA1\t55\tlate", DataType::Measurement),
            [Date, Place, Value, Note]
        );
        assert_eq!(roles_of("46026\t40000\n46033\t40001", DataType::Count), [Date, Value]);
        assert_eq!(roles_of("Mrs Jones\t4 Jan 2026\t3", DataType::Count), [Ignore, Date, Value], "no names by chance");
    }

    #[test]
    fn a_table_is_found_in_the_text() {
        let table =
            sheet("Sepsis audit 2026\n\nDate\tYes\tTotal\t\n04/01/2026\t18\t24\t\n\t\t\n", None).expect("a table");
        assert_eq!(table.headings[..3], ["Date", "Yes", "Total"]);
        assert_eq!((table.above, table.rows.len(), table.width, table.rows[0].number), (1, 1, 3, 4));
        let table = sheet("04/01/2026;12,5\r\n11/01/2026;13\r\n", None).expect("a table");
        assert!(table.headings.is_empty());
        assert_eq!(table.rows[1].number, 2);
        assert_eq!(table.rows[0].cells, ["04/01/2026", "12,5"]);
        let quoted = sheet("date,n,note\n4 Jan 2026,3,\"one, two\"", None).expect("a table");
        assert_eq!(quoted.rows[0].cells[2], "one, two");
        assert_eq!(sheet("a,b\n1,2", Some(false)).expect("a table").rows.len(), 2);
        assert_eq!(sheet("1,2\n3,4", Some(true)).expect("a table").rows.len(), 1);
        for (text, why) in [("", NoTable::Empty), ("aaaa", NoTable::NoColumns), ("a,b\nc,d", NoTable::NoColumns)] {
            assert_eq!(sheet(text, None), Err(why), "{text}");
        }
        let many = "04/01/2026\t3\n".repeat(100_000);
        assert_eq!(sheet(&many, None), Err(NoTable::TooMany(100_000)));
        assert_eq!(sheet(&format!("1,2{}", ",3".repeat(40)), None), Err(NoTable::TooWide));
    }

    proptest! {
        #[test]
        fn no_text_makes_the_readers_panic(text in "(?s).{0,200}", cell in ".{0,20}") {
            for data_type in DataType::ALL {
                if let Ok(table) = sheet(&text, None) {
                    prop_assert_eq!(roles(&table, *data_type).len(), table.width);
                }
            }
            for order in Order::ALL {
                let _ = date_of(&cell, *order);
            }
            let _ = (time_of(&cell), undecided(&cell), with_point(&cell), decimal_comma([cell.as_str()].into_iter()));
        }

        #[test]
        fn a_written_date_is_read_back(days in 0u64..90_000) {
            let day = on("1948-01-01") + Days::new(days);
            for (format, order) in [("%d/%m/%Y", Order::DayFirst), ("%m/%d/%Y", Order::MonthFirst), ("%-d %b %Y", Order::DayFirst), ("%Y-%m-%d", Order::MonthFirst)] {
                prop_assert_eq!(date_of(&day.format(format).to_string(), order).map(|read| read.on), Some(day));
            }
        }
    }
}

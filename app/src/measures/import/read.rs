//! Reading a table of text: its cells, what its columns hold, and how its dates and numbers are written.
//! What holds for a column is decided for the whole column, and said.

use crate::choices;
use crate::measures::model::DataType;
use crate::parse;
pub use crate::table::dates::{DateRead, Decision, Order, date_of, order, time_of, undecided};
pub use crate::table::rows::Line;
use crate::table::rows::{NoRows, rows};
pub use crate::table::{MOST_COLUMNS, MOST_ROWS};

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

/// The table in a text whose columns are separated by tabs, semicolons or commas. `headings` says whether
/// there are headings; without an answer, the rows above the first with a date or a number are.
///
/// # Errors
/// [`NoTable`] when there is none.
pub fn sheet(text: &str, headings: Option<bool>) -> Result<Sheet, NoTable> {
    if text.trim().is_empty() {
        return Err(NoTable::Empty);
    }
    let mut rows = rows(text).map_err(|why| match why {
        NoRows::TooMany(rows) => NoTable::TooMany(rows),
        NoRows::TooWide => NoTable::TooWide,
    })?;
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
    use chrono::Days;
    use proptest::prelude::*;

    use super::*;
    use crate::testing::on;

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

//! What an import would do: each row of the table beside what is stored, and what has to be answered
//! before anything is recorded.

use std::collections::HashMap;

use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use super::read::{self, Decision, MOST_COLUMNS, MOST_ROWS, NoTable, Order, Role, Sheet};
use crate::error::{Error, FieldError};
use crate::measures::model::{Amount, DataType, Point, PointForm, State};
use crate::measures::series::{Measure, Measurement};
use crate::parse::{self, Fields, MAX_LINE_CHARS};

/// An import, as typed: the text, and what was answered about it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ImportForm {
    /// What was pasted, and what it was mended to.
    pub text: String,
    /// What stood in the file.
    pub file: String,
    /// Whether the first row holds headings: `yes` or `no`; empty: as it looks.
    pub headings: String,
    /// What each column holds.
    pub columns: Vec<String>,
    /// In which order day and month stand.
    pub order: String,
    /// Whether the values are parts of one: `one` or `hundred`.
    pub scale: String,
    /// What to do with rows that differ from what is stored: `keep` or `correct`.
    pub different: String,
    /// Why they are corrected.
    pub reason: String,
    /// `yes`: rows that cannot be read are left out.
    pub leave_out: Vec<String>,
}

/// What is done with rows that differ from what is stored.
pub const CORRECT: &str = "correct";
/// So many points one import corrects at most: each correction stands by itself in the history, and undoing the import
/// takes back each of them.
pub const MOST_CORRECTIONS: usize = 1_000;
/// The values are parts of one.
pub const OF_ONE: &str = "one";

impl ImportForm {
    /// The text of the table, wherever it came from.
    #[must_use]
    pub fn table(&self) -> &str {
        if self.file.trim().is_empty() { &self.text } else { &self.file }
    }

    /// The table.
    ///
    /// # Errors
    /// [`Error::Invalid`] when there is none, or it is too long, or holds what looks like an NHS number.
    pub fn sheet(&self) -> Result<Sheet, Error> {
        let field = if self.file.trim().is_empty() { "text" } else { "file" };
        if field == "file" && !self.text.trim().is_empty() {
            return Err(Error::field("text", "Paste rows or choose a file, not both. Empty this box to use the file."));
        }
        let text = self.table();
        if let Some(line) = text.lines().position(parse::nhs_number::holds) {
            return Err(Error::field(
                field,
                format!(
                    "Line {} holds what looks like an NHS number. Remove it: Baton holds no information about patients. If it is not an NHS number, put a word between its digits.",
                    line + 1
                ),
            ));
        }
        let headings = match self.headings.as_str() {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        };
        read::sheet(text, headings).map_err(|why| {
            Error::field(
                field,
                match why {
                    NoTable::Empty => "Paste the rows, or choose a file.".to_owned(),
                    NoTable::NoColumns => {
                        "No rows were found. Each row needs a date and a number, separated by a tab, a comma or a semicolon."
                            .to_owned()
                    }
                    NoTable::TooMany(rows) => format!(
                        "There are {} rows. One import takes at most {}: bring them in parts, or aggregate them first.",
                        thousands(rows),
                        thousands(MOST_ROWS)
                    ),
                    NoTable::TooWide => {
                        format!("There are more than {MOST_COLUMNS} columns. Copy only the columns with dates, numbers and notes.")
                    }
                },
            )
        })
    }

    /// What each column holds: as chosen, else as recognised.
    #[must_use]
    pub fn roles(&self, sheet: &Sheet, data_type: DataType) -> Vec<Role> {
        let recognised = read::roles(sheet, data_type);
        if self.columns.len() != sheet.width {
            return recognised;
        }
        self.columns.iter().zip(recognised).map(|(chosen, role)| chosen.parse().unwrap_or(role)).collect()
    }
}

/// 10,000.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut told = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            told.push(',');
        }
        told.push(digit);
    }
    told
}

/// What is wrong with a row: the column, where one is to blame, and the words.
pub type Wrong = (Option<usize>, String);

/// What a row of the table is, beside what is stored.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// There is no point of its date, time and place.
    New(Point),
    /// The same point is stored.
    Same(Point),
    /// Another point is stored there: the place of that one in the list.
    Different(Point, usize),
    /// A date without a number: missing is never zero.
    Empty,
    /// It cannot be read: why, each with its column.
    Wrong(Vec<Wrong>),
}

/// A row with what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The number of its line in the text.
    pub line: u64,
    /// What it is.
    pub found: Found,
}

/// What an import would do.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Every row.
    pub rows: Vec<Row>,
    /// What was decided about whole columns, in sentences.
    pub decided: Vec<String>,
    /// A date that can be read in two ways, when nobody has said which.
    pub ask_order: Option<String>,
    /// Whether the values look like parts of one.
    pub ask_scale: bool,
    /// What stops the whole import, whatever the rows hold.
    pub stops: Vec<FieldError>,
    /// Points before the measure begins.
    pub before_start: usize,
}

/// How many rows of each kind a plan has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// New points.
    pub new: usize,
    /// Already stored.
    pub same: usize,
    /// Different from what is stored.
    pub different: usize,
    /// Dates without numbers.
    pub empty: usize,
    /// Not readable.
    pub wrong: usize,
}

impl Plan {
    /// How many of each.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals::default();
        for row in &self.rows {
            match row.found {
                Found::New(_) => totals.new += 1,
                Found::Same(_) => totals.same += 1,
                Found::Different(..) => totals.different += 1,
                Found::Empty => totals.empty += 1,
                Found::Wrong(_) => totals.wrong += 1,
            }
        }
        totals
    }

    /// What would be recorded: new points, and corrections each with the place of the stored one.
    ///
    /// # Errors
    /// [`Error::Invalid`] while something is unanswered, or a row cannot be read and is not left out.
    pub fn settled(self, form: &ImportForm) -> Result<Settled, Error> {
        let totals = self.totals();
        let mut errors = self.stops;
        if let Some(date) = self.ask_order {
            errors.push(FieldError::new("order", format!("Say how {date} is to be read.")));
        }
        if self.ask_scale && form.scale.is_empty() {
            errors.push(FieldError::new("scale", "Say whether the values are per cent or parts of one."));
        }
        let left_out = form.leave_out.iter().any(|answer| answer == "yes");
        if totals.wrong > 0 && !left_out && errors.is_empty() {
            errors.push(FieldError::new(
                "leave_out[]",
                format!(
                    "{} cannot be read. Nothing was recorded. Mend the rows, or tick the box to leave them out.",
                    rows(totals.wrong)
                ),
            ));
        }
        let mut fields = Fields::new();
        let correcting = form.different == CORRECT && totals.different > 0;
        if correcting && totals.different > MOST_CORRECTIONS {
            errors.push(FieldError::new(
                "different",
                format!(
                    "{} differ from what is stored. One import corrects at most {}: bring the corrections in parts, or keep what is stored.",
                    rows(totals.different),
                    thousands(MOST_CORRECTIONS)
                ),
            ));
        }
        let reason = if correcting {
            fields.required("reason", &form.reason, MAX_LINE_CHARS, "Say why what is stored is corrected.")
        } else {
            String::new()
        };
        if let Err(Error::Invalid(more)) = fields.finish(|| ()) {
            errors.extend(more);
        }
        if errors.is_empty() && totals.new == 0 && !correcting {
            errors.push(FieldError::new("", "There is nothing to record: no row is new."));
        }
        if !errors.is_empty() {
            return Err(Error::Invalid(errors));
        }
        let mut settled = Settled { totals, reason, ..Settled::default() };
        for row in self.rows {
            match row.found {
                Found::New(point) => settled.new.push(point),
                Found::Different(point, stored) if correcting => settled.corrections.push((stored, point)),
                _ => {}
            }
        }
        Ok(settled)
    }
}

/// "1 row", "2 rows".
#[must_use]
pub fn rows(number: usize) -> String {
    format!("{} {}", thousands(number), if number == 1 { "row" } else { "rows" })
}

/// What is to be recorded.
#[derive(Clone, Debug, Default)]
pub struct Settled {
    /// New points.
    pub new: Vec<Point>,
    /// What takes the place of a stored point.
    pub corrections: Vec<(usize, Point)>,
    /// Why.
    pub reason: String,
    /// How many rows there were of each kind.
    pub totals: Totals,
}

/// What a measure brings to the reading of its rows.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// The measure.
    pub measure: &'a Measure,
    /// Several observations of a day are several points.
    pub several: bool,
    /// What is stored.
    pub stored: &'a [Measurement],
    /// Today.
    pub today: NaiveDate,
}

type Moment = (NaiveDate, Option<NaiveTime>, String);

fn moment(on: NaiveDate, at: Option<NaiveTime>, place: &str) -> Moment {
    (on, at, place.to_lowercase())
}

fn alike(one: Amount, other: Amount) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1.0);
    match (one, other) {
        (Amount::Value(a), Amount::Value(b)) => near(a, b),
        (Amount::Ratio(a, b), Amount::Ratio(c, d)) => near(a, c) && near(b, d),
        _ => false,
    }
}

/// What the import of a table would do.
#[must_use]
pub fn plan(sheet: &Sheet, roles: &[Role], form: &ImportForm, ground: &Ground<'_>) -> Plan {
    let mut plan = Plan { stops: chosen_twice(roles), ..Plan::default() };
    let date = match date_column(roles, ground.measure.data_type) {
        Ok(date) => date,
        Err(words) => {
            plan.stops.push(FieldError::new("columns[0]", words));
            return plan;
        }
    };
    if sheet.above > 0 {
        plan.decided.push(format!("{} above the headings: left out.", rows(sheet.above)));
    }
    let order = decide_order(sheet, date, form, &mut plan);
    let commas = decide_commas(sheet, roles, &mut plan);
    let of_one = decide_scale(sheet, roles, &commas, form, ground, &mut plan);

    let mut months = 0_usize;
    let reader = Reader { roles, date, order, commas: &commas, of_one, ground };
    let mut comparison = Comparison::new(ground, date);
    plan.rows.reserve(sheet.rows.len());
    for line in &sheet.rows {
        let found = match reader.point(&line.cells, &mut months) {
            Err(wrong) => Found::Wrong(wrong),
            Ok(None) => Found::Empty,
            Ok(Some(point)) => comparison.find(point, line.number),
        };
        if let Found::New(point) = &found {
            plan.before_start += usize::from(point.taken_on < ground.measure.starts_on);
        }
        plan.rows.push(Row { line: line.number, found });
    }
    if months > 0 {
        plan.decided.push(format!("{} with a month and no day: the first of the month.", rows(months)));
    }
    plan
}

fn column_of(roles: &[Role], role: Role) -> Option<usize> {
    roles.iter().position(|one| *one == role)
}

/// Every second column of a role that only one can have.
fn chosen_twice(roles: &[Role]) -> Vec<FieldError> {
    Role::ALL
        .iter()
        .filter(|role| **role != Role::Ignore)
        .filter_map(|role| {
            let second = (0..roles.len()).filter(|at| roles[*at] == *role).nth(1)?;
            Some(FieldError::new(
                format!("columns[{second}]"),
                format!("Two columns are chosen as “{}”. Choose one.", role.label()),
            ))
        })
        .collect()
}

/// The column of the date. What is missing, for people, where no column has it or the columns of the numbers
/// do not make one kind of amount.
fn date_column(roles: &[Role], data_type: DataType) -> Result<usize, &'static str> {
    let date = column_of(roles, Role::Date).ok_or("Choose the column that holds the date.")?;
    let [value, numerator, denominator] =
        [Role::Value, Role::Numerator, Role::Denominator].map(|role| roles.contains(&role));
    match (value, numerator, denominator) {
        (_, true, true) | (true, false, false) => Ok(date),
        _ if data_type.is_ratio() => {
            Err("Choose the columns that hold how many met it and out of how many, or the one that holds the value.")
        }
        _ => Err("Choose the column that holds the value."),
    }
}

/// Which columns have decimal commas.
fn decide_commas(sheet: &Sheet, roles: &[Role], plan: &mut Plan) -> Vec<bool> {
    let mut commas = vec![false; roles.len()];
    let numbers = [Role::Value, Role::Numerator, Role::Denominator];
    for column in numbers.into_iter().filter_map(|role| column_of(roles, role)) {
        if let Some(cell) = read::decimal_comma(sheet.column(column)) {
            commas[column] = true;
            plan.decided.push(format!(
                "{}: numbers have a decimal comma. {cell} is read as {}.",
                column_name(sheet, column),
                read::with_point(&cell)
            ));
        }
    }
    commas
}

/// Whether percentages are written as parts of one.
fn decide_scale(
    sheet: &Sheet,
    roles: &[Role],
    commas: &[bool],
    form: &ImportForm,
    ground: &Ground<'_>,
    plan: &mut Plan,
) -> bool {
    let ratio = roles.contains(&Role::Numerator) && roles.contains(&Role::Denominator);
    let (DataType::Percentage, Some(value), false) = (ground.measure.data_type, column_of(roles, Role::Value), ratio)
    else {
        return false;
    };
    let cells: Vec<String> = sheet.column(value).map(|cell| number(cell, commas[value])).collect();
    plan.ask_scale = read::parts_of_one(cells.iter().map(String::as_str));
    plan.ask_scale && form.scale == OF_ONE
}

/// Rows beside what is stored, and beside the rows above them.
struct Comparison<'a> {
    ground: &'a Ground<'a>,
    /// The column of the date, which is blamed for a row that repeats another.
    date: usize,
    /// Places in `ground.stored`; those that a row has met are gone where several points share a moment.
    stored: HashMap<Moment, Vec<usize>>,
    /// The line in which each moment came first.
    seen: HashMap<Moment, u64>,
}

impl<'a> Comparison<'a> {
    fn new(ground: &'a Ground<'a>, date: usize) -> Self {
        let mut stored: HashMap<Moment, Vec<usize>> = HashMap::new();
        for (index, point) in ground.stored.iter().enumerate() {
            if point.state != State::Void {
                stored.entry(moment(point.taken_on, point.taken_at, &point.place)).or_default().push(index);
            }
        }
        Self { ground, date, stored, seen: HashMap::new() }
    }

    fn find(&mut self, point: Point, line: u64) -> Found {
        let stored = self.ground.stored;
        let key = moment(point.taken_on, point.taken_at, &point.place);
        if self.ground.several {
            let twin = self.stored.get_mut(&key).and_then(|indices| {
                let at = indices.iter().position(|at| alike(stored[*at].amount(), point.amount))?;
                Some(indices.swap_remove(at))
            });
            return if twin.is_some() { Found::Same(point) } else { Found::New(point) };
        }
        if let Some(first) = self.seen.get(&key) {
            let words = format!("Line {first} has the same date, time and place. Keep one of the two.");
            return Found::Wrong(vec![(Some(self.date), words)]);
        }
        let found = match self.stored.get(&key).and_then(|indices| indices.first()) {
            None => Found::New(point),
            Some(at) if alike(stored[*at].amount(), point.amount) => Found::Same(point),
            Some(at) => Found::Different(point, *at),
        };
        self.seen.insert(key, line);
        found
    }
}

/// The name of a column for people: its heading, else its place.
#[must_use]
pub fn column_name(sheet: &Sheet, at: usize) -> String {
    match sheet.headings.get(at).filter(|heading| !heading.is_empty()) {
        Some(heading) => format!("Column {} “{heading}”", at + 1),
        None => format!("Column {}", at + 1),
    }
}

fn decide_order(sheet: &Sheet, date: usize, form: &ImportForm, plan: &mut Plan) -> Order {
    match read::order(sheet.column(date)) {
        Decision::Needless => Order::DayFirst,
        Decision::Decided(order, cell) => {
            let told = read::date_of(&cell, order).map(|read| format!("{cell} is {}.", crate::format::date(read.on)));
            plan.decided.push(format!("Dates: {}. {}", order.label().to_lowercase(), told.unwrap_or_default()));
            order
        }
        Decision::Mixed(one, other) => {
            plan.decided.push(format!(
                "Dates: {one} has the day first and {other} cannot have. All are read with the day first; look at each."
            ));
            Order::DayFirst
        }
        Decision::Ask(cell) => match form.order.parse() {
            Ok(order) => order,
            Err(_) => {
                plan.ask_order = Some(cell);
                Order::DayFirst
            }
        },
    }
}

fn number(cell: &str, comma: bool) -> String {
    if comma { read::with_point(cell) } else { cell.to_owned() }
}

struct Reader<'a> {
    roles: &'a [Role],
    date: usize,
    order: Order,
    commas: &'a [bool],
    of_one: bool,
    ground: &'a Ground<'a>,
}

impl Reader<'_> {
    /// The point of a row; none when it has no number.
    fn point(&self, cells: &[String], months: &mut usize) -> Result<Option<Point>, Vec<Wrong>> {
        let (mut form, column_of_field) = self.typed(cells);
        if [&form.value, &form.numerator, &form.denominator].iter().all(|typed| typed.is_empty()) {
            return Ok(None);
        }
        let mut wrong = Vec::new();
        let cell = cells.get(self.date).map_or("", String::as_str);
        let date = read::date_of(cell, self.order);
        if date.is_none() {
            wrong.push((Some(self.date), no_date(cell)));
        }
        self.set_moment(&mut form, date);
        if self.of_one
            && let Some(value) = parse::number(&form.value)
        {
            form.value = in_per_cent(value);
        }
        let mut fields = Fields::new();
        let point = form.read(&mut fields, self.ground.measure.data_type, self.ground.today, str::to_owned);
        if let Err(Error::Invalid(errors)) = fields.finish(|| ()) {
            wrong.extend(errors.into_iter().map(|error| {
                let at = column_of_field.get(error.field.as_str()).copied();
                let cell = at.and_then(|at| cells.get(at)).map_or("", String::as_str);
                let message = if cell.is_empty() || cell.len() > 30 {
                    error.message
                } else {
                    format!("“{cell}”: {}", error.message)
                };
                (at, message)
            }));
        }
        if !wrong.is_empty() {
            return Err(wrong);
        }
        *months += usize::from(date.is_some_and(|date| date.month_only));
        Ok(Some(point))
    }

    /// A row as if it were typed into the form, but for its date, and the column of each field.
    fn typed(&self, cells: &[String]) -> (PointForm, HashMap<&'static str, usize>) {
        let mut form = PointForm::default();
        let mut column_of_field = HashMap::with_capacity(7);
        column_of_field.insert("taken_on", self.date);
        for (at, role) in self.roles.iter().enumerate() {
            let cell = cells.get(at).map_or("", String::as_str);
            let (field, slot) = match role {
                Role::Date | Role::Ignore => continue,
                Role::Time => ("taken_at", &mut form.taken_at),
                Role::Place => ("place", &mut form.place),
                Role::Value => ("value", &mut form.value),
                Role::Numerator => ("numerator", &mut form.numerator),
                Role::Denominator => ("denominator", &mut form.denominator),
                Role::Note => ("note", &mut form.note),
            };
            column_of_field.insert(field, at);
            let number_like = matches!(role, Role::Value | Role::Numerator | Role::Denominator);
            *slot = match (number_like, read::is_missing(cell)) {
                (true, true) => String::new(),
                (true, false) => number(cell, self.commas[at]),
                (false, _) => cell.to_owned(),
            };
        }
        (form, column_of_field)
    }

    /// Writes the date and the time as the form has them. A row without a date gets today's, so that what
    /// else is wrong with it is found too.
    fn set_moment(&self, form: &mut PointForm, date: Option<read::DateRead>) {
        form.taken_on = date.map_or(self.ground.today, |date| date.on).to_string();
        if form.taken_at.trim().is_empty()
            && let Some(date) = date
        {
            form.taken_at = date.at.map(|at| at.format("%H:%M").to_string()).unwrap_or_default();
        }
        if let Some(at) = read::time_of(&form.taken_at) {
            form.taken_at = at.format("%H:%M").to_string();
        }
    }
}

/// 0.07 of one is 7 per cent, not 7.000000000000001.
fn in_per_cent(value: f64) -> String {
    let text = format!("{:.10}", value * 100.0);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn no_date(cell: &str) -> String {
    if cell.is_empty() {
        return "There is no date.".to_owned();
    }
    let shown: String = cell.chars().take(30).collect();
    if read::undecided(cell).is_some() {
        format!("“{shown}” is no real date.")
    } else {
        format!("“{shown}” is no date that can be read. Write it like 4/1/2026, 4 Jan 2026 or 2026-01-04.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measures::store;
    use crate::testing::{Fixture, TODAY, on};

    async fn measure(data_type: DataType) -> Measure {
        let fixture = Fixture::new().await;
        let project = fixture.project("Sepsis").await;
        let id = fixture.measure(project).await;
        let mut conn = fixture.store.read().await.expect("a reader");
        let mut measure = store::measure(&mut conn, id).await.expect("a measure");
        measure.data_type = data_type;
        measure
    }

    fn planned(measure: &Measure, form: &ImportForm, several: bool) -> Plan {
        let sheet = form.sheet().expect("a table");
        let roles = form.roles(&sheet, measure.data_type);
        plan(&sheet, &roles, form, &Ground { measure, several, stored: &[], today: TODAY })
    }

    fn text(text: &str) -> ImportForm {
        ImportForm { text: text.to_owned(), ..ImportForm::default() }
    }

    fn states(plan: &Plan) -> String {
        let letter = |row: &Row| match &row.found {
            Found::New(_) => "new".to_owned(),
            Found::Same(_) => "same".to_owned(),
            Found::Different(..) => "different".to_owned(),
            Found::Empty => "empty".to_owned(),
            Found::Wrong(wrong) => wrong.iter().map(|(_, why)| why.as_str()).collect::<Vec<_>>().join(" "),
        };
        plan.rows.iter().map(|row| format!("{} {}", row.line, letter(row))).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn one_import_corrects_a_thousand_points_at_most() {
        let point = Point {
            taken_on: TODAY,
            taken_at: None,
            place: String::new(),
            amount: Amount::Value(1.0),
            note: String::new(),
        };
        let of = |count| Plan {
            rows: (0..count).map(|at| Row { line: 1, found: Found::Different(point.clone(), at) }).collect(),
            ..Plan::default()
        };
        let correct = ImportForm { different: CORRECT.into(), reason: "again".into(), ..ImportForm::default() };
        assert_eq!(of(1_000).settled(&correct).expect("settled").corrections.len(), 1_000);
        let Err(Error::Invalid(errors)) = of(1_001).settled(&correct) else { panic!("refused") };
        assert_eq!(errors.len(), 1);
        assert_eq!(errors[0].field, "different");
        assert!(errors[0].message.contains("1,001 rows differ") && errors[0].message.contains("at most 1,000"));
        let mut kept = of(1_001);
        kept.rows.push(Row { line: 2, found: Found::New(point.clone()) });
        assert_eq!(kept.settled(&ImportForm::default()).expect("settled").new.len(), 1, "kept as stored");
    }

    #[tokio::test]
    async fn every_row_is_told_what_is_wrong_with_it_by_its_cell() {
        let measure = measure(DataType::Percentage).await;
        let form = text(
            "Date\tYes\tTotal\n13/01/2026\t18\t24\n20/01/2026\t25\t24\n27/01/2026\t<3\t24\n03/02/2026\t\t\n10/02/2026\t0\t0\n29/02/2026\t1\t2\n17/02/2026\t-1\t20\n5/03/2026\t1\t2\n13/01/2026\t18\t24\nsoon\t1\t2\n24/02/2026\t1e308\tNaN\n25/02/2026\t1.5\t\n",
        );
        let plan = planned(&measure, &form, false);
        let told = states(&plan);
        let expected = [
            "2 new",
            "3 “25”: This cannot be more than the number that it is out of.",
            "4 “<3”: Enter one number, without < or >.",
            "5 empty",
            "6 “0”: With nothing to count from there is no value.",
            "7 “29/02/2026” is no real date.",
            "8 “-1”: Enter 0 or more.",
            "9 “5/03/2026”: Enter today’s date or an earlier one",
            "10 Line 2 has the same date, time and place.",
            "11 “soon” is no date that can be read.",
            "12 “1e308”: Enter a number, like 12 or 12.5. “NaN”: Enter a number",
            "13 Enter out of how many.",
        ];
        for (line, start) in told.lines().zip(expected) {
            assert!(line.starts_with(start), "{line}\n{start}");
        }
        assert_eq!(told.lines().count(), expected.len());
        assert_eq!(plan.totals(), Totals { new: 1, same: 0, different: 0, empty: 1, wrong: 10 });
        let Err(Error::Invalid(errors)) = plan.clone().settled(&form) else { panic!("refused") };
        assert_eq!(errors[0].field, "leave_out[]");
        let left = ImportForm { leave_out: vec!["yes".into()], ..form };
        assert_eq!(plan.settled(&left).expect("settled").new.len(), 1);
    }

    #[tokio::test]
    async fn what_is_open_is_asked_and_what_is_decided_is_said() {
        let measure = measure(DataType::Percentage).await;
        let form = text("date;value\n03/04/2025;0,5\n04/05/2025;1");
        let plan = planned(&measure, &form, false);
        assert_eq!(plan.ask_order.as_deref(), Some("03/04/2025"));
        assert!(plan.ask_scale);
        assert!(plan.decided[0].contains("0,5 is read as 0.5"), "{:?}", plan.decided);
        let Err(Error::Invalid(errors)) = plan.settled(&form) else { panic!("refused") };
        assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), ["order", "scale"]);
        let answered = ImportForm { order: "month".into(), scale: OF_ONE.into(), ..form };
        let settled = planned(&measure, &answered, false).settled(&answered).expect("settled");
        assert_eq!(settled.new[0].taken_on, on("2025-03-04"));
        assert_eq!(settled.new[0].amount, Amount::Value(50.0));
        assert_eq!(settled.new[1].amount, Amount::Value(100.0));
        assert_eq!(in_per_cent(0.07), "7");
    }

    #[tokio::test]
    async fn chosen_columns_are_taken_and_have_to_make_sense() {
        let measure = measure(DataType::Count).await;
        let table = "4 Jan 2026,3,5\n11 Jan 2026,4,6";
        let chosen = |columns: &[&str]| ImportForm {
            columns: columns.iter().map(|one| (*one).to_owned()).collect(),
            ..text(table)
        };
        let values = |form: &ImportForm| {
            let settled = planned(&measure, form, false).settled(form);
            settled.map(|settled| settled.new.iter().map(|point| point.amount).collect::<Vec<_>>())
        };
        assert_eq!(values(&text(table)), Ok(vec![Amount::Value(3.0), Amount::Value(4.0)]));
        let second = chosen(&["date", "ignore", "value"]);
        assert_eq!(values(&second), Ok(vec![Amount::Value(5.0), Amount::Value(6.0)]));
        for wrong in [["date", "value", "value"], ["ignore", "value", "ignore"], ["date", "ignore", "ignore"]] {
            let Err(Error::Invalid(errors)) = values(&chosen(&wrong)) else { panic!("refused") };
            assert!(errors[0].field.starts_with("columns["), "{wrong:?}");
        }
    }

    #[tokio::test]
    async fn several_observations_of_a_day_are_points_where_the_measure_says_so() {
        let measure = measure(DataType::Measurement).await;
        let form = text("13/01/2026 09:30\t12\n13/01/2026\t12\n13/01/2026\t15");
        let once = planned(&measure, &form, false);
        assert_eq!(once.totals().wrong, 1);
        let several = planned(&measure, &form, true);
        assert_eq!(several.totals().new, 3);
        let Found::New(first) = &several.rows[0].found else { panic!("new") };
        assert_eq!(first.taken_at, NaiveTime::from_hms_opt(9, 30, 0));
    }

    #[tokio::test]
    async fn points_before_the_measure_begins_are_counted_and_allowed() {
        let measure = measure(DataType::Count).await;
        let plan = planned(&measure, &text("Jan 2025\t3\nFeb 2026\t4"), false);
        assert_eq!((plan.before_start, plan.totals().new), (1, 2));
        assert!(plan.decided[0].contains("the first of the month"), "{:?}", plan.decided);
    }

    #[test]
    fn what_is_no_table_is_told_with_its_size() {
        let refused = |form: &ImportForm| match form.sheet() {
            Err(Error::Invalid(errors)) => (errors[0].field.clone(), errors[0].message.clone()),
            other => panic!("{other:?}"),
        };
        let (field, message) = refused(&text(&"4/1/2026\t3\n".repeat(100_000)));
        assert_eq!(field, "text");
        assert!(message.starts_with("There are 100,000 rows. One import takes at most 10,000"), "{message}");
        let (_, message) = refused(&text("date\tvalue\n4/1/2026\t943 476 5919"));
        assert!(message.starts_with("Line 2 holds what looks like an NHS number"), "{message}");
        let both = ImportForm { file: "a".into(), ..text("b") };
        assert!(refused(&both).1.contains("not both"));
        assert_eq!(
            (thousands(7), thousands(1_234), thousands(1_234_567)),
            ("7".into(), "1,234".into(), "1,234,567".into())
        );
    }
}

//! Reading a row of a list: who, in which post, and what is wrong with it, in words for whoever mends it.

use chrono::NaiveDate;

use super::columns::{Holds, Sheet};
use super::words::plain;
use crate::error::Error;
use crate::parse::{self, Fields, MAX_LINE_CHARS};
use crate::table::dates::{self, Decision, Order};
use crate::table::rows::Line;

/// What is wrong with a row: what is to blame, and the words.
pub type Wrong = (Holds, String);

/// What a row says, word for word.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub name: String,
    pub address: String,
    pub staff_group: String,
    pub grade: String,
    pub department: String,
    pub site: String,
    pub from: String,
    pub to: String,
    pub percent: String,
}

/// What a row says, understood. Which department is meant is found out later.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub name: String,
    pub address: Option<String>,
    pub staff_group: String,
    pub grade: String,
    pub department: String,
    pub site: String,
    pub starts_on: NaiveDate,
    pub ends_on: Option<NaiveDate>,
    pub percent: i64,
    /// The list has a column of last days, and one of percentages: else it says nothing of these.
    pub says_end: bool,
    pub says_percent: bool,
}

/// How the rows of a list are read: what holds for whole columns.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// What each column holds.
    pub holds: &'a [Holds],
    /// In which order day and month stand.
    pub order: Order,
    /// Percentages are written as parts of one.
    pub of_one: bool,
    /// The staff group of rows that do not say it.
    pub staff_group: &'a str,
    /// A date that can be read in two ways, when nobody has said which.
    pub ask_order: Option<String>,
    /// What was decided about whole columns, in sentences.
    pub decided: Vec<String>,
}

impl<'a> Reading<'a> {
    /// How this list is read. `order` is what was answered about the order of day and month.
    #[must_use]
    pub fn of(sheet: &Sheet, holds: &'a [Holds], order: Option<Order>, staff_group: &'a str) -> Self {
        let column = |one: Holds| holds.iter().position(|held| *held == one);
        let mut decided = Vec::new();
        let days = [Holds::From, Holds::To].into_iter().filter_map(column);
        let (found, ask_order) = match dates::order(days.flat_map(|at| sheet.column(at))) {
            Decision::Decided(found, cell) => {
                decided.push(format!("Dates: {}, as {cell} shows.", found.label().to_lowercase()));
                (Some(found), None)
            }
            Decision::Needless => (None, None),
            Decision::Ask(cell) => (order, Some(cell)),
            // Rows that contradict the answer are told by row.
            Decision::Mixed(day, month) => {
                decided.push(format!("Dates: {day} and {month} cannot both be read in one order."));
                (order, dates_in_two_ways(sheet, holds).or(Some(day)))
            }
        };
        let of_one = column(Holds::Percent).is_some_and(|at| {
            let numbers: Vec<f64> = sheet.column(at).filter_map(parse::number).collect();
            !numbers.is_empty() && numbers.iter().all(|number| *number <= 1.0)
        });
        if of_one {
            decided.push("Percentages are written as parts of one: 0.6 is 60%.".to_owned());
        }
        if sheet.above > 0 {
            decided.push(format!(
                "{} above the headings: left out.",
                crate::format::count(sheet.above as i64, "row", "rows")
            ));
        }
        Self { holds, order: found.unwrap_or(Order::DayFirst), of_one, staff_group, ask_order, decided }
    }

    /// What a row says, word for word.
    #[must_use]
    pub fn typed(&self, line: &Line) -> Typed {
        let cell = |one: Holds| {
            let at = self.holds.iter().position(|held| *held == one);
            at.and_then(|at| line.cells.get(at)).map(String::as_str).unwrap_or_default().trim()
        };
        let name = match (cell(Holds::Name), cell(Holds::FirstName), cell(Holds::LastName)) {
            ("", first, last) => format!("{first} {last}").trim().to_owned(),
            (whole, ..) => in_order(whole),
        };
        let owned = |one| cell(one).to_owned();
        Typed {
            name,
            address: owned(Holds::Address),
            staff_group: owned(Holds::StaffGroup),
            grade: owned(Holds::Grade),
            department: owned(Holds::Department),
            site: owned(Holds::Site),
            from: owned(Holds::From),
            to: owned(Holds::To),
            percent: owned(Holds::Percent),
        }
    }

    /// What a row says, understood.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn said(&self, typed: &Typed) -> Result<Said, Vec<Wrong>> {
        let mut wrong = Vec::new();
        let mut words = |one: Holds, typed: &str, missing: &str| words(one, typed, missing, &mut wrong);
        let name = words(Holds::Name, &typed.name, "The name is missing.");
        let grade = words(Holds::Grade, &typed.grade, "The grade is missing.");
        let department = words(Holds::Department, &typed.department, "The department is missing.");
        let site = words(Holds::Site, &typed.site, "");
        let group = if typed.staff_group.is_empty() { self.staff_group } else { &typed.staff_group };
        let staff_group = words(Holds::StaffGroup, group, "The staff group is missing.");
        if !name.is_empty() && !name.chars().any(char::is_alphabetic) {
            wrong.push((Holds::Name, format!("“{}” is no name.", shown(&name))));
        }
        let address = self.address(&typed.address, &mut wrong);
        let starts_on = self.day(Holds::From, &typed.from, &mut wrong);
        if typed.from.is_empty() {
            wrong.push((Holds::From, "The first day is missing.".to_owned()));
        }
        let ends_on = if is_open(&typed.to) { None } else { self.day(Holds::To, &typed.to, &mut wrong) };
        if let (Some(start), Some(end)) = (starts_on, ends_on)
            && end < start
        {
            wrong.push((Holds::To, "The last day lies before the first.".to_owned()));
        }
        let percent = self.percent(&typed.percent, &mut wrong);
        match (starts_on, percent) {
            (Some(starts_on), Some(percent)) if wrong.is_empty() => {
                let says = |one: Holds| self.holds.contains(&one);
                let (says_end, says_percent) = (says(Holds::To), says(Holds::Percent));
                Ok(Said {
                    name,
                    address,
                    staff_group,
                    grade,
                    department,
                    site,
                    starts_on,
                    ends_on,
                    percent,
                    says_end,
                    says_percent,
                })
            }
            _ => Err(wrong),
        }
    }

    fn address(&self, typed: &str, wrong: &mut Vec<Wrong>) -> Option<String> {
        if typed.is_empty() || typed == "-" {
            return None;
        }
        let bare = typed.strip_prefix("mailto:").unwrap_or(typed);
        let address = parse::email(bare);
        if address.is_none() {
            let why = if typed.matches('@').count() > 1 {
                "is more than one address. Keep one."
            } else if typed.contains(char::is_whitespace) {
                "holds a space or a line break. Enter an address like name@trust.nhs.uk."
            } else {
                "is no email address. Enter one like name@trust.nhs.uk."
            };
            wrong.push((Holds::Address, format!("“{}” {why}", shown(typed))));
        }
        address
    }

    fn day(&self, one: Holds, typed: &str, wrong: &mut Vec<Wrong>) -> Option<NaiveDate> {
        if typed.is_empty() {
            return None;
        }
        let read = dates::date_of(typed, self.order);
        match read {
            Some(read) if read.month_only => {
                wrong.push((one, format!("“{}” is a month. Enter a day of it.", shown(typed))));
                None
            }
            Some(read) => Some(read.on),
            None => {
                let order = match dates::undecided(typed) {
                    Some(_) if self.order == Order::MonthFirst => " when the month comes first",
                    Some(_) => " when the day comes first",
                    None => "",
                };
                wrong.push((one, format!("“{}” is no real date{order}. Enter one like 5 August 2026.", shown(typed))));
                None
            }
        }
    }

    fn percent(&self, typed: &str, wrong: &mut Vec<Wrong>) -> Option<i64> {
        if typed.is_empty() {
            return Some(100);
        }
        let scale = if self.of_one && !typed.contains('%') { 100.0 } else { 1.0 };
        let percent = parse::number(typed)
            .map(|number| (number * scale).round())
            .filter(|percent| (1.0..=100.0).contains(percent));
        if percent.is_none() {
            wrong.push((
                Holds::Percent,
                format!("“{}” is no percentage of full time. Enter a whole number from 1 to 100.", shown(typed)),
            ));
        }
        // Between 1 and 100: the cast is exact.
        percent.map(|percent| percent as i64)
    }
}

/// A date of the list that either order would read.
fn dates_in_two_ways(sheet: &Sheet, holds: &[Holds]) -> Option<String> {
    let days = holds.iter().enumerate().filter(|(_, one)| matches!(one, Holds::From | Holds::To));
    let mut cells = days.flat_map(|(at, _)| sheet.column(at));
    let both = |cell: &&str| dates::undecided(cell).is_some_and(|(one, two)| one <= 12 && two <= 12 && one != two);
    cells.find(both).map(str::to_owned)
}

/// "Bell, Ann" as people say it.
fn in_order(name: &str) -> String {
    match name.split_once(',') {
        Some((last, first)) if !first.contains(',') && !first.trim().is_empty() => {
            format!("{} {}", first.trim(), last.trim())
        }
        _ => name.to_owned(),
    }
}

/// Whether a last day says that none is known. Staff records write the end of time for it.
fn is_open(typed: &str) -> bool {
    let word = typed.to_lowercase();
    matches!(
        word.as_str(),
        "" | "-"
            | "–"
            | "n/a"
            | "na"
            | "none"
            | "open"
            | "open ended"
            | "permanent"
            | "ongoing"
            | "no end date"
            | "substantive"
    ) || ["4712", "9999"].iter().any(|never| word.contains(never))
}

/// A line of words, as every form of ours takes it; and no formula.
fn words(one: Holds, typed: &str, missing: &str, wrong: &mut Vec<Wrong>) -> String {
    if typed.starts_with(['=', '+', '@']) || (typed.starts_with('-') && typed.len() > 1) {
        wrong.push((one, format!("“{}” is a formula. Enter what it stands for.", shown(typed))));
        return String::new();
    }
    let mut fields = Fields::new();
    let text = if missing.is_empty() {
        fields.text("", typed, MAX_LINE_CHARS)
    } else {
        fields.required("", typed, MAX_LINE_CHARS, missing)
    };
    if let Err(Error::Invalid(errors)) = fields.finish(|| ()) {
        wrong.extend(errors.into_iter().map(|error| (one, error.message)));
    }
    text
}

/// The beginning of what was typed, for a message.
fn shown(typed: &str) -> String {
    let mut shown: String = typed.chars().take(60).collect();
    if typed.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}

/// Why a row is about nobody: a total under the list, or its headings again.
#[must_use]
pub fn is_about_nobody(line: &Line, typed: &Typed, headings: &[String]) -> Option<&'static str> {
    const TOTALS: [&str; 9] = ["total", "totals", "subtotal", "sub", "grand", "sum", "count", "average", "headcount"];
    let filled = |cells: &[String]| cells.iter().filter(|cell| !cell.is_empty()).cloned().collect::<Vec<_>>();
    let cells = filled(&line.cells);
    if !headings.is_empty() && cells == filled(headings) {
        return Some("The headings again");
    }
    let first = cells.first().map(|cell| plain(cell)).unwrap_or_default();
    let total = first.split(' ').next().is_some_and(|word| TOTALS.contains(&word));
    (total && !typed.address.contains('@') && typed.from.is_empty()).then_some("A total")
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::super::columns;
    use super::*;
    use crate::testing::on;

    fn said(text: &str, order: Option<Order>) -> Vec<Result<Said, Vec<Holds>>> {
        let sheet = columns::sheet(text).expect("a list");
        let holds = columns::recognised(&sheet, &HashMap::new());
        let reading = Reading::of(&sheet, &holds, order, "Medical");
        let blamed = |wrong: Vec<Wrong>| wrong.into_iter().map(|(one, _)| one).collect();
        sheet.rows.iter().map(|row| reading.said(&reading.typed(row)).map_err(blamed)).collect()
    }

    const HEADINGS: &str = "Name\tEmail\tGrade\tDepartment\tFrom\tTo\tFTE\n";

    #[test]
    fn a_row_says_who_and_in_which_post() {
        let rows = said(
            &format!(
                "{HEADINGS}Bell, Dr Ann\tAnn@Trust.uk\tFY1\tAMU\t5/8/2026\t31/12/4712\t0.6\nCy Dee\t\tFY1\tAMU\t46239\t2 Dec 2026\t1\n"
            ),
            None,
        );
        let ann = rows[0].clone().expect("read");
        assert_eq!((ann.name.as_str(), ann.address.as_deref()), ("Dr Ann Bell", Some("ann@trust.uk")));
        assert_eq!(
            (ann.starts_on, ann.ends_on, ann.percent, ann.staff_group.as_str()),
            (on("2026-08-05"), None, 60, "Medical")
        );
        let cy = rows[1].clone().expect("read");
        assert_eq!(
            (cy.starts_on, cy.ends_on, cy.percent),
            (on("2026-08-05"), Some(on("2026-12-02")), 100),
            "a spreadsheet's day"
        );
    }

    #[test]
    fn what_cannot_be_read_is_told_by_row() {
        use Holds::{Address, Department, From, Grade, Name, Percent, To};
        for (row, blamed) in [
            ("\ta@b.uk\tFY1\tAMU\t5/8/2026\t\t", vec![Name]),
            ("A B\ta@b.uk c@d.uk\tFY1\tAMU\t5/8/2026\t\t", vec![Address]),
            ("A B\ta at b\tFY1\tAMU\t5/8/2026\t\t", vec![Address]),
            ("A B\ta@b.uk\t\t\t5/8/2026\t\t", vec![Grade, Department]),
            ("A B\ta@b.uk\tFY1\tAMU\t31/02/2026\t\t", vec![From]),
            ("A B\ta@b.uk\tFY1\tAMU\tAug 2026\t\t", vec![From]),
            ("A B\ta@b.uk\tFY1\tAMU\t\t\t", vec![From]),
            ("A B\ta@b.uk\tFY1\tAMU\t5/8/2026\t4/8/2026\t", vec![To]),
            ("A B\ta@b.uk\tFY1\tAMU\t5/8/2026\t\tlots", vec![Percent]),
            ("=HYPERLINK(1)\ta@b.uk\t+1\tAMU\t5/8/2026\t\t", vec![Name, Grade]),
            ("943 476 5919\ta@b.uk\tFY1\tAMU\t5/8/2026\t\t", vec![Name, Name]),
            ("17\ta@b.uk\tFY1\tAMU\t5/8/2026\t\t", vec![Name]),
        ] {
            assert_eq!(said(&format!("{HEADINGS}{row}\n"), None)[0], Err(blamed), "{row}");
        }
    }

    #[test]
    fn the_order_of_day_and_month_is_asked_when_the_dates_do_not_say_it() {
        let list = |from: &str, to: &str| format!("{HEADINGS}A B\t\tFY1\tAMU\t{from}\t{to}\t\n");
        let asked = |text: &str| {
            let sheet = columns::sheet(text).expect("a list");
            Reading::of(&sheet, &columns::recognised(&sheet, &HashMap::new()), None, "").ask_order
        };
        assert_eq!(asked(&list("05/08/2026", "01/12/2026")), Some("05/08/2026".into()));
        assert_eq!(asked(&list("05/08/2026", "13/12/2026")), None, "the other column says it");
        assert_eq!(asked(&list("2026-08-05", "1 Dec 2026")), None);
        let mixed = format!("{}C D\t\tFY1\tAMU\t08/13/2026\t\t\n", list("13/08/2026", "05/12/2026"));
        assert_eq!(asked(&mixed), Some("05/12/2026".into()));
        let rows = said(&mixed, Some(Order::DayFirst));
        assert_eq!((rows[0].is_ok(), rows[1].clone()), (true, Err(vec![Holds::From])));
        let american = said(&list("08/05/2026", "12/01/2026"), Some(Order::MonthFirst));
        assert_eq!(american[0].clone().map(|row| row.starts_on), Ok(on("2026-08-05")));
    }

    #[test]
    fn totals_and_headings_that_come_again_are_about_nobody() {
        let text = format!(
            "{HEADINGS}A B\t\tFY1\tAMU\t5/8/2026\t\t\n{HEADINGS}Total\t\t\t\t\t\t1\nTotal Care\tt@c.uk\tFY1\tAMU\t5/8/2026\t\t\n"
        );
        let sheet = columns::sheet(&text).expect("a list");
        let holds = columns::recognised(&sheet, &HashMap::new());
        let reading = Reading::of(&sheet, &holds, None, "Medical");
        let nobody = |row: &Line| is_about_nobody(row, &reading.typed(row), &sheet.headings);
        let found: Vec<_> = sheet.rows.iter().map(nobody).collect();
        assert_eq!(found, [None, Some("The headings again"), Some("A total"), None]);
    }
}

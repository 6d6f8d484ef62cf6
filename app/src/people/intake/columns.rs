//! Where the rows of a list begin, and what its columns hold: by their headings, as this trust last chose, else by what
//! stands in them.

use std::collections::HashMap;

use super::words::plain;
use crate::choices;
use crate::table::MOST_COLUMNS;
use crate::table::dates::{Order, date_of};
use crate::table::rows::{self, Line, NoRows};

choices! {
    /// What a column of a list of people holds.
    Holds {
        /// First and last name.
        Name = "name" => "Full name",
        /// The first name alone.
        FirstName = "first_name" => "First name",
        /// The last name alone.
        LastName = "last_name" => "Last name",
        /// The e-mail address.
        Address = "address" => "Email address",
        /// Medical, nursing and so on.
        StaffGroup = "staff_group" => "Staff group",
        /// Such as ST3 or Band 6.
        Grade = "grade" => "Grade",
        /// The department.
        Department = "department" => "Department",
        /// Its site.
        Site = "site" => "Site",
        /// The first day of the post.
        From = "from" => "First day",
        /// Its last day.
        To = "to" => "Last day",
        /// Percentage of full time.
        Percent = "percent" => "Percentage of full time",
        /// Nothing that is wanted.
        Ignore = "ignore" => "Leave out",
    }
}

/// A list as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The headings; empty when there are none.
    pub headings: Vec<String>,
    /// The number of their line.
    pub headings_on: u64,
    /// Rows above the headings.
    pub above: usize,
    /// The rows.
    pub rows: Vec<Line>,
    /// How many columns the widest row has.
    pub width: usize,
}

/// Why a text is no list that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoList {
    /// There is nothing, or nothing under the headings.
    Empty,
    /// No row has two cells.
    NoColumns,
    /// It has more rows than one intake takes: so many.
    TooMany(usize),
    /// It has more columns than a table may have.
    TooWide,
}

/// The most rows of one intake.
pub const MOST_PEOPLE: usize = 5_000;
/// So many rows are looked through for the headings.
const HEADINGS_WITHIN: usize = 20;

/// The list in a text.
///
/// # Errors
/// [`NoList`] when there is none.
pub fn sheet(text: &str) -> Result<Sheet, NoList> {
    let mut all = rows::rows(text).map_err(|why| match why {
        NoRows::TooMany(rows) => NoList::TooMany(rows),
        NoRows::TooWide => NoList::TooWide,
    })?;
    for cell in all.iter_mut().flat_map(|row| &mut row.cells) {
        tidy(cell);
    }
    if all.is_empty() {
        return Err(NoList::Empty);
    }
    let filled = |row: &Line| row.cells.iter().filter(|cell| !cell.is_empty()).count();
    if !all.iter().any(|row| filled(row) > 1) {
        return Err(NoList::NoColumns);
    }
    let mut sheet = Sheet::default();
    if let Some((at, headings)) = headings(&all) {
        let rest = all.split_off(at + 1);
        sheet.headings_on = all.last().map_or(0, |row| row.number);
        sheet.above = at;
        sheet.headings = headings;
        all = rest;
    }
    if all.is_empty() {
        return Err(NoList::Empty);
    }
    if all.len() > MOST_PEOPLE {
        return Err(NoList::TooMany(all.len()));
    }
    let last = |cells: &[String]| cells.iter().rposition(|cell| !cell.is_empty()).map_or(0, |at| at + 1);
    sheet.width = all.iter().map(|row| last(&row.cells)).max().unwrap_or(0).max(last(&sheet.headings)).max(1);
    sheet.rows = all;
    Ok(sheet)
}

/// Leaves no line breaks in a cell, and takes off what a spreadsheet puts around a number that is to stay text.
fn tidy(cell: &mut String) {
    if cell.contains(|c: char| c.is_control()) {
        *cell = cell
            .split(|c: char| c.is_control())
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" ");
    }
    if let Some(inner) =
        cell.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).filter(|inner| !inner.contains('"'))
    {
        *cell = inner.to_owned();
    }
}

/// The row of the headings, and what they say: that in which most columns are recognised, of those at least two. Where a
/// cell is empty, the one above it counts: of two rows of headings, the upper one's cells are often merged.
fn headings(all: &[Line]) -> Option<(usize, Vec<String>)> {
    let mut best: Option<(usize, usize, Vec<String>)> = None;
    for at in 0..all.len().min(HEADINGS_WITHIN) {
        let mut cells = all[at].cells.clone();
        let above = at.checked_sub(1).map(|at| all[at].cells.as_slice()).unwrap_or_default();
        cells.resize(cells.len().max(above.len()), String::new());
        for (cell, above) in cells.iter_mut().zip(above) {
            if cell.is_empty() {
                cell.clone_from(above);
            }
        }
        let own = all[at].cells.iter().filter(|cell| named(cell).is_some()).count();
        let known = cells.iter().filter(|cell| named(cell).is_some()).count();
        if own > 0 && known > 1 && best.as_ref().is_none_or(|(most, ..)| known > *most) {
            best = Some((known, at, cells));
        }
    }
    best.map(|(_, at, cells)| (at, cells))
}

/// How a heading is recognised: in lower case and without marks.
enum Says {
    /// It is one of these.
    Is(&'static [&'static str]),
    /// One of its words is one of these.
    Has(&'static [&'static str]),
    /// It begins with one of these.
    Begins(&'static [&'static str]),
    /// It ends with one of these.
    Ends(&'static [&'static str]),
}

impl Says {
    fn fits(&self, heading: &str) -> bool {
        match self {
            Self::Is(any) => any.contains(&heading),
            Self::Has(any) => heading.split(' ').any(|word| any.contains(&word)),
            Self::Begins(any) => any.iter().any(|start| heading.starts_with(start)),
            Self::Ends(any) => any.iter().any(|end| heading.ends_with(end)),
        }
    }
}

/// What headings mean, and how surely: 0 is surest. The first that fits counts. `Ignore` is none of what is wanted.
const MEANINGS: &[(Says, Holds, u8)] = &[
    (Says::Has(&["number", "no", "id", "gmc", "title", "manager", "supervisor"]), Holds::Ignore, 0),
    (Says::Is(&["email", "email address", "e mail", "work email", "work email address"]), Holds::Address, 0),
    (Says::Has(&["email", "mail"]), Holds::Address, 1),
    (Says::Is(&["address"]), Holds::Address, 2),
    (Says::Is(&["first name", "firstname", "forename", "forenames", "given name", "first names"]), Holds::FirstName, 0),
    (Says::Is(&["last name", "lastname", "surname", "family name"]), Holds::LastName, 0),
    (
        Says::Is(&[
            "name",
            "full name",
            "employee name",
            "trainee name",
            "doctor name",
            "staff name",
            "employee full name",
        ]),
        Holds::Name,
        0,
    ),
    (Says::Is(&["trainee", "doctor", "person", "employee", "staff member", "who"]), Holds::Name, 1),
    (Says::Begins(&["staff group"]), Holds::StaffGroup, 0),
    (Says::Is(&["professional group", "staff category", "profession"]), Holds::StaffGroup, 0),
    (Says::Has(&["step", "point"]), Holds::Ignore, 0),
    (Says::Has(&["grade", "band"]), Holds::Grade, 0),
    (Says::Is(&["training level", "level"]), Holds::Grade, 0),
    (Says::Is(&["payscale", "pay scale", "role", "job role", "position"]), Holds::Grade, 1),
    (Says::Has(&["percentage", "percent", "fte", "wte", "ltft"]), Holds::Percent, 0),
    (Says::Is(&["full time equivalent", "of full time"]), Holds::Percent, 0),
    (
        Says::Is(&["from", "start", "starts", "start date", "date from", "first day", "starts on", "commences"]),
        Holds::From,
        0,
    ),
    (Says::Is(&["to", "until", "end", "ends", "end date", "date to", "last day", "ends on", "finish"]), Holds::To, 0),
    (Says::Ends(&["start date", "date from", " start", "commencement date"]), Holds::From, 1),
    (Says::Ends(&["end date", "date to", "leaving date", "finish date", " end"]), Holds::To, 1),
    (Says::Is(&["hire date", "date started"]), Holds::From, 2),
    (Says::Has(&["department", "dept", "ward"]), Holds::Department, 0),
    (Says::Has(&["site", "hospital"]), Holds::Site, 0),
    (Says::Has(&["specialty", "speciality", "placement"]), Holds::Department, 1),
    (Says::Has(&["organisation", "organization", "org", "team", "division"]), Holds::Department, 2),
    (Says::Has(&["location", "base"]), Holds::Site, 1),
];

/// What a heading says of its column, and how surely.
fn named(heading: &str) -> Option<(Holds, u8)> {
    if heading.trim() == "%" {
        return Some((Holds::Percent, 0));
    }
    let whole = plain(heading);
    // A longer text is a note, whatever words it holds.
    if whole.is_empty() || whole.chars().count() > 60 {
        return None;
    }
    let (_, one, doubt) = MEANINGS.iter().find(|(says, ..)| says.fits(&whole))?;
    (*one != Holds::Ignore).then_some((*one, *doubt))
}

/// What each column holds: as this trust last chose for a heading, else by its heading, else by what stands in it. What
/// is not recognised is left out.
#[must_use]
pub fn recognised(sheet: &Sheet, remembered: &HashMap<String, Holds>) -> Vec<Holds> {
    let heading = |at: usize| sheet.headings.get(at).map(String::as_str).unwrap_or_default();
    let mut holds = vec![Holds::Ignore; sheet.width];
    let mut free: Vec<(u8, usize, Holds)> = Vec::new();
    for at in 0..sheet.width {
        match remembered.get(&plain(heading(at))) {
            Some(chosen) => free.push((0, at, *chosen)),
            None => free.extend(named(heading(at)).map(|(one, doubt)| (doubt + 1, at, one))),
        }
    }
    free.sort_by_key(|(doubt, at, _)| (*doubt, *at));
    for (_, at, one) in free {
        let other = match one {
            Holds::Name => holds.contains(&Holds::LastName) || holds.contains(&Holds::FirstName),
            _ => false,
        };
        if one != Holds::Ignore && !other && !holds.contains(&one) {
            holds[at] = one;
        }
    }
    if sheet.headings.is_empty() {
        by_content(sheet, &mut holds);
    }
    holds
}

/// Whether a cell is what a column is looked for by.
type Fits<'a> = &'a dyn Fn(&str) -> bool;

/// Of a list without headings: the addresses, the dates and the names.
fn by_content(sheet: &Sheet, holds: &mut [Holds]) {
    let is_date = |cell: &str| [Order::DayFirst, Order::MonthFirst].iter().any(|order| date_of(cell, *order).is_some());
    let name = |cell: &str| cell.contains(' ') && !cell.contains(|c: char| c.is_ascii_digit() || c == '@');
    let wanted: [(Holds, Fits<'_>); 4] = [
        (Holds::Address, &|cell| cell.contains('@')),
        (Holds::From, &is_date),
        (Holds::To, &is_date),
        (Holds::Name, &name),
    ];
    for (one, fits) in wanted {
        let found = (0..sheet.width).find(|at| {
            let cells: Vec<&str> = sheet.column(*at).take(100).collect();
            holds[*at] == Holds::Ignore
                && !cells.is_empty()
                && cells.iter().filter(|cell| fits(cell)).count() * 10 >= cells.len() * 6
        });
        if let Some(at) = found {
            holds[at] = one;
        }
    }
}

impl Sheet {
    /// The cells of a column that are not empty.
    pub fn column(&self, at: usize) -> impl Iterator<Item = &str> {
        self.rows.iter().filter_map(move |row| row.cells.get(at)).map(String::as_str).filter(|cell| !cell.is_empty())
    }

    /// What a column is called: its heading, else its place.
    #[must_use]
    pub fn column_name(&self, at: usize) -> String {
        match self.headings.get(at).filter(|heading| !heading.is_empty()) {
            Some(heading) => heading.chars().take(60).collect(),
            None => format!("Column {}", at + 1),
        }
    }

    /// The list as text again, each row on the line that it came from, so that what was mended in it is kept and a
    /// message about a line still finds it in the file.
    #[must_use]
    pub fn text(&self) -> String {
        let mut writer = csv::WriterBuilder::new().delimiter(b'\t').flexible(true).from_writer(Vec::new());
        let mut line = 1;
        let headings = (!self.headings.is_empty()).then_some((self.headings_on, &self.headings));
        for (number, cells) in headings.into_iter().chain(self.rows.iter().map(|row| (row.number, &row.cells))) {
            while line < number {
                // Nothing fails that is written to memory.
                let _ = writer.write_record(["", ""]);
                line += 1;
            }
            let cells = cells.iter().map(String::as_str).take(self.width.max(2));
            let short = 2_usize.saturating_sub(cells.len());
            let _ = writer.write_record(cells.chain(std::iter::repeat_n("", short)));
            line += 1;
        }
        writer.into_inner().ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    }

    /// Changes a cell.
    pub fn mend(&mut self, line: u64, column: usize, value: &str) {
        if column >= MOST_COLUMNS {
            return;
        }
        if let Some(row) = self.rows.iter_mut().find(|row| row.number == line) {
            row.cells.resize(row.cells.len().max(column + 1), String::new());
            row.cells[column] = value.trim().to_owned();
            tidy(&mut row.cells[column]);
            self.width = self.width.max(column + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(text: &str) -> Vec<Holds> {
        recognised(&sheet(text).expect("a list"), &HashMap::new())
    }

    #[test]
    fn columns_are_recognised_by_their_headings() {
        use Holds::{
            Address, Department, FirstName, From, Grade, Ignore, LastName, Name, Percent, Site, StaffGroup, To,
        };
        let ours = "Name\tEmail\tStaff group\tGrade\tDepartment\tSite\tFrom\tTo\t%\nA B\ta@b.uk\tMedical\tFY1\tAMU\tNorth\t5/8/2026\t1/12/2026\t100";
        assert_eq!(holds(ours), [Name, Address, StaffGroup, Grade, Department, Site, From, To, Percent]);
        let esr = "Employee Number,Title,Last Name,First Name,Staff Group,Pay Scale,Grade Step,Organisation,Location,FTE,Latest Start Date,Fixed Term End Date,Work Email Address\n1,Dr,B,A,Medical and Dental,MN37,1,AMU,North,0.6,05-Aug-2026,01-Dec-2026,a@b.uk";
        assert_eq!(
            holds(esr),
            [
                Ignore, Ignore, LastName, FirstName, StaffGroup, Grade, Ignore, Department, Site, Percent, From, To,
                Address
            ]
        );
        let tis = "Surname;Forenames;Placement site;Specialty;Placement grade;Placement start date;Placement end date;WTE\nB;A;North;Medicine;FY1;5/8/2026;1/12/2026;1";
        assert_eq!(holds(tis), [LastName, FirstName, Site, Department, Grade, From, To, Percent]);
    }

    #[test]
    fn what_stands_above_the_headings_and_merged_ones_are_no_rows() {
        let text = "August intake\n\nName,Email,Department,Dates,\n,,,From,To\nA B,a@b.uk,AMU,5/8/2026,1/12/2026\n";
        let list = sheet(text).expect("a list");
        assert_eq!(list.headings, ["Name", "Email", "Department", "From", "To"]);
        assert_eq!((list.above, list.headings_on, list.rows.len(), list.rows[0].number), (2, 4, 1, 5));
    }

    #[test]
    fn a_list_without_headings_is_read_by_what_stands_in_it() {
        use Holds::{Address, From, Ignore, Name, To};
        assert_eq!(
            holds("Ann Bell\tFY1\t5/8/2026\t1/12/2026\ta@b.uk\nCy Dee\tFY1\t5/8/2026\t1/12/2026\tc@d.uk"),
            [Name, Ignore, From, To, Address]
        );
    }

    #[test]
    fn what_the_trust_chose_before_is_chosen_again() {
        let list = sheet("Who is it\tMail\tOrg L4\tPosition\nA B\ta@b.uk\tAMU\tFY1").expect("a list");
        let before = HashMap::from([("who is it".to_owned(), Holds::Name), ("org l4".to_owned(), Holds::Site)]);
        assert_eq!(recognised(&list, &before), [Holds::Name, Holds::Address, Holds::Site, Holds::Grade]);
    }

    #[test]
    fn what_is_mended_stays_on_its_line() {
        let text = "A list\n\nName,Email\n\n\"Ann\nBell\",\"a@b.uk\nb@c.uk\"\n,\nCy \"\"Dee\"\",=\"007\"\n";
        let mut list = sheet(text).expect("a list");
        assert_eq!(list.rows[0].cells, ["Ann Bell", "a@b.uk b@c.uk"]);
        assert_eq!(list.rows[1].cells[1], "007");
        list.mend(5, 1, " a@b.uk ");
        list.mend(9, 3, "tab\there");
        let again = sheet(&list.text()).expect("a list");
        let numbers: Vec<u64> = again.rows.iter().map(|row| row.number).collect();
        assert_eq!((numbers, again.headings_on), (vec![5, 9], 3));
        assert_eq!(again.rows[0].cells[..2], ["Ann Bell", "a@b.uk"]);
        assert_eq!(again.rows[1].cells[3], "tab here");
        assert_eq!(sheet(&again.text()), Ok(again));
    }

    #[test]
    fn what_is_no_list_is_refused() {
        assert_eq!(sheet(""), Err(NoList::Empty));
        assert_eq!(sheet("\n \n,,\n"), Err(NoList::Empty));
        assert_eq!(sheet("Name\tEmail\tGrade\n"), Err(NoList::Empty), "headings alone");
        assert_eq!(sheet("nothing in columns"), Err(NoList::NoColumns));
        let many = format!("Name,Email\n{}", "A B,a@b.uk\n".repeat(5_001));
        assert_eq!(sheet(&many), Err(NoList::TooMany(5_001)));
        let more = format!("Name,Email\n{}", "A B,a@b.uk\n".repeat(20_000));
        assert!(matches!(sheet(&more), Err(NoList::TooMany(many)) if many >= 20_000));
    }
}

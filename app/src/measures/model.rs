//! What a measure is, what is typed about it and its points, and when the next point is due.

use chrono::{Days, Months, NaiveDate, NaiveTime};
use islands::MOST_ROWS;
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::parse::{self, Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};

choices! {
    /// What a measure tells of.
    Kind {
        /// Whether patients are better off.
        Outcome = "outcome" => "Outcome",
        /// Whether what should be done is done.
        Process = "process" => "Process",
        /// Whether something else got worse meanwhile.
        Balancing = "balancing" => "Balancing",
    }
}

choices! {
    /// What one number of a measure is.
    DataType {
        /// A numerator out of a denominator, in per cent.
        Percentage = "percentage" => "Percentage",
        /// Things counted in a period.
        Count = "count" => "Count",
        /// Events for each so many units of exposure.
        Rate = "rate" => "Rate",
        /// A quantity that is read or timed.
        Measurement = "measurement" => "Measurement",
        /// The time between two rare events.
        TimeBetween = "time_between" => "Time between events",
        /// The number of cases between two rare events.
        CasesBetween = "cases_between" => "Cases between events",
    }
}

choices! {
    /// Which way is better.
    Direction {
        /// Higher is better.
        Increase = "increase" => "Higher is better",
        /// Lower is better.
        Decrease = "decrease" => "Lower is better",
        /// Neither.
        Neutral = "neutral" => "Neither",
    }
}

choices! {
    /// Whether a point counts.
    State {
        /// It counts.
        Current = "current" => "Current",
        /// It is shown, hollow, and used for no calculation.
        Excluded = "excluded" => "Excluded",
        /// It was recorded by mistake: it is on no chart.
        Void = "void" => "Deleted",
    }
}

choices! {
    /// How points came together.
    Way {
        /// Typed or pasted into the grid.
        Typed = "typed" => "Recorded together",
        /// From a table.
        Imported = "imported" => "Imported",
    }
}

impl Way {
    /// What was done, in a sentence: `20 points were imported`.
    #[must_use]
    pub fn done(self) -> &'static str {
        match self {
            Self::Typed => "recorded",
            Self::Imported => "imported",
        }
    }

    /// What the history says of doing it.
    #[must_use]
    pub fn did(self) -> &'static str {
        match self {
            Self::Typed => "recorded measurements",
            Self::Imported => "imported measurements",
        }
    }

    /// What the history says of undoing it.
    #[must_use]
    pub fn undid(self) -> &'static str {
        match self {
            Self::Typed => "undid recording measurements",
            Self::Imported => "undid an import of measurements",
        }
    }
}

impl Kind {
    /// What it asks, in a sentence.
    #[must_use]
    pub fn asks(self) -> &'static str {
        match self {
            Self::Outcome => "Are patients or staff better off? For example, deaths from sepsis.",
            Self::Process => "Is what should be done being done? For example, antibiotics within the hour.",
            Self::Balancing => "Did something else get worse meanwhile? For example, antibiotics given without need.",
        }
    }
}

impl DataType {
    /// What is typed at each point, in a sentence.
    #[must_use]
    pub fn explained(self) -> &'static str {
        match self {
            Self::Percentage => "How many out of how many. You record both numbers, such as 18 of 24 charts.",
            Self::Count => "How many in a period, when the opportunity stays the same. Such as complaints a month.",
            Self::Rate => "How many for each so much exposure. You record both, such as 4 falls in 1,320 bed days.",
            Self::Measurement => "A quantity that is read or timed. Such as minutes to the first dose, or a score.",
            Self::TimeBetween => "For rare events: the days or hours since the one before.",
            Self::CasesBetween => "For rare events: the cases since the one before.",
        }
    }

    /// A measure of this type, as an example of how one is written down.
    #[must_use]
    pub fn example(self) -> Example {
        match self {
            Self::Percentage => Example {
                name: "Antibiotics within the hour",
                definition: "Of ten sets of notes drawn each Monday of patients with red-flag sepsis, those with the first dose within 60 minutes of the flag.",
                point: "8 of 10, which is 80%",
                target: "Target 90, higher is better, every week",
            },
            Self::Count => Example {
                name: "Complaints about discharge",
                definition: "Every complaint about discharge from wards 4 and 5 that the complaints office logs in the month.",
                point: "7",
                target: "Unit complaints, lower is better, every month",
            },
            Self::Rate => Example {
                name: "Falls per 1,000 bed days",
                definition: "Every fall of an inpatient that is reported in the month, over the occupied bed days of the same wards.",
                point: "4 falls in 1,320 bed days, which is 3.03",
                target: "Unit bed days, per 1,000, lower is better, every month",
            },
            Self::Measurement => Example {
                name: "Time to the first dose",
                definition: "Minutes from the red flag to the first dose, the median of the week’s patients.",
                point: "52",
                target: "Unit minutes, target 60, lower is better, every week",
            },
            Self::TimeBetween => Example {
                name: "Days between line infections",
                definition: "Days from one infection of a central line to the next, by the dates of the positive cultures.",
                point: "41",
                target: "Unit days, higher is better, when there is something to record",
            },
            Self::CasesBetween => Example {
                name: "Operations between infections",
                definition: "Hip replacements without a deep infection since the one before, in the order of the theatre list.",
                point: "118",
                target: "Unit operations, higher is better, when there is something to record",
            },
        }
    }

    /// Whether a point has a numerator and a denominator.
    #[must_use]
    pub fn is_ratio(self) -> bool {
        matches!(self, Self::Percentage | Self::Rate)
    }
}

/// A worked example of a measure.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// Its name.
    pub name: &'static str,
    /// What exactly is measured.
    pub definition: &'static str,
    /// One point.
    pub point: &'static str,
    /// What else is typed.
    pub target: &'static str,
}

choices! {
    /// What one number is: the first question.
    Number {
        /// Things are counted.
        Counted = "counted" => "Something counted",
        /// Something is read or timed.
        Measured = "measured" => "Something measured or timed",
    }

    /// What it is counted out of: the second question.
    OutOf {
        /// Each either has it or has not.
        Whole = "whole" => "Yes: so many out of so many",
        /// An exposure.
        Exposure = "exposure" => "Yes: an exposure, such as bed days",
        /// Nothing.
        Nothing = "nothing" => "No: the opportunity stays about the same",
    }

    /// Whether it is rare: the third question.
    Rare {
        /// Most periods have some.
        No = "no" => "No: most periods have some",
        /// Most periods have none, and the time between two is known.
        Times = "times" => "Yes: I know the days between two of them",
        /// Most periods have none, and the cases between two are known.
        Cases = "cases" => "Yes: I know the cases between two of them",
    }
}

/// The type that the answers to the three questions give; none while one that matters is open.
#[must_use]
pub fn type_of(number: Option<Number>, out_of: Option<OutOf>, rare: Option<Rare>) -> Option<DataType> {
    Some(match (number?, rare, out_of) {
        (Number::Measured, ..) => DataType::Measurement,
        (Number::Counted, Some(Rare::Times), _) => DataType::TimeBetween,
        (Number::Counted, Some(Rare::Cases), _) => DataType::CasesBetween,
        (Number::Counted, Some(Rare::No), Some(OutOf::Whole)) => DataType::Percentage,
        (Number::Counted, Some(Rare::No), Some(OutOf::Exposure)) => DataType::Rate,
        (Number::Counted, Some(Rare::No), Some(OutOf::Nothing)) => DataType::Count,
        _ => return None,
    })
}

/// How often a measure can be taken: the days, and the words.
pub const FREQUENCIES: &[(i64, &str)] = &[
    (1, "Every day"),
    (7, "Every week"),
    (14, "Every fortnight"),
    (30, "Every month"),
    (91, "Every quarter"),
    (365, "Every year"),
];

/// How often, in words.
#[must_use]
pub fn frequency(every_days: Option<i64>) -> String {
    match every_days {
        None => "When there is something to record".to_owned(),
        Some(days) => FREQUENCIES
            .iter()
            .find(|(known, _)| *known == days)
            .map_or_else(|| format!("Every {days} days"), |(_, words)| (*words).to_owned()),
    }
}

/// The day on which the next point is due: one period after the last, or the start when there is none
/// or only what was recorded from before it. A month is a month of the calendar, whatever its length.
#[must_use]
pub fn next_on(every_days: Option<i64>, last_on: Option<NaiveDate>, starts_on: NaiveDate) -> Option<NaiveDate> {
    let every = every_days?;
    let Some(last) = last_on else { return Some(starts_on) };
    let next = match every {
        30 => last.checked_add_months(Months::new(1)),
        91 => last.checked_add_months(Months::new(3)),
        365 => last.checked_add_months(Months::new(12)),
        days => last.checked_add_days(Days::new(u64::try_from(days).ok()?)),
    }?;
    Some(next.max(starts_on))
}

/// A measure as it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// What exactly is measured, and how.
    pub definition: String,
    /// What it tells of.
    pub kind: Kind,
    /// What one number is.
    pub data_type: DataType,
    /// The unit; for a rate, the exposure.
    pub unit: String,
    /// For a rate: the exposure that one unit refers to.
    pub per: Option<i64>,
    /// Which way is better.
    pub direction: Direction,
    /// The value aimed for.
    pub target: Option<f64>,
    /// Days between two points; none when there is no rhythm.
    pub every_days: Option<i64>,
    /// Where the data come from.
    pub source: String,
    /// Who collects.
    pub collector: String,
    /// From when on points are due.
    pub starts_on: NaiveDate,
}

/// A measure, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MeasureForm {
    /// Its name.
    pub name: String,
    /// Its operational definition.
    pub definition: String,
    /// Its kind.
    pub kind: String,
    /// Its data type.
    pub data_type: String,
    /// Its unit.
    pub unit: String,
    /// For a rate: per how much.
    pub per: String,
    /// Which way is better.
    pub direction: String,
    /// The target.
    pub target: String,
    /// How often: days, or empty.
    pub every_days: String,
    /// Where the data come from.
    pub source: String,
    /// Who collects.
    pub collector: String,
    /// From when on.
    pub starts_on: String,
}

impl MeasureForm {
    /// The measure that is meant. What does not apply to its data type is ignored.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self) -> Result<Definition, Error> {
        let mut fields = Fields::new();
        let name = fields.required("name", &self.name, MAX_LINE_CHARS, "Enter the measure’s name.");
        let definition = fields.required(
            "definition",
            &self.definition,
            MAX_PARAGRAPH_CHARS,
            "Say exactly what is measured, so that two people would get the same number.",
        );
        let kind = fields.choice("kind", &self.kind, "Choose the type of measure.");
        let data_type = fields.choice::<DataType>("data_type", &self.data_type, "Choose what you record each time.");
        let mut unit = fields.text("unit", &self.unit, 40);
        let mut per = None;
        match data_type {
            Some(DataType::Percentage) => unit = "%".to_owned(),
            Some(DataType::Rate) => {
                per = whole(&self.per).filter(|per| (1..=1_000_000).contains(per));
                if per.is_none() {
                    fields.error("per", "Enter the exposure that the rate is given for, such as 1,000.");
                }
                if unit.is_empty() {
                    fields.error("unit", "Enter what the exposure is counted in, such as bed days.");
                }
            }
            _ => {}
        }
        let direction = fields.choice("direction", &self.direction, "Choose which way is better.");
        let target = optional_number(&mut fields, "target", &self.target);
        if data_type == Some(DataType::Percentage) && target.is_some_and(|target| !(0.0..=100.0).contains(&target)) {
            fields.error("target", "Enter a percentage between 0 and 100.");
        }
        let every_days = match self.every_days.trim() {
            "" => None,
            typed => {
                let days = typed.parse::<i64>().ok().filter(|days| (1..=366).contains(days));
                if days.is_none() {
                    fields.error("every_days", "Choose how often it is measured.");
                }
                days
            }
        };
        let source = fields.text("source", &self.source, MAX_LINE_CHARS);
        let collector = fields.text("collector", &self.collector, MAX_LINE_CHARS);
        let starts_on =
            fields.required_date("starts_on", &self.starts_on, "Enter the date from which points are to be recorded.");
        fields.finish(|| Definition {
            name,
            definition,
            kind: kind.unwrap_or(Kind::Process),
            data_type: data_type.unwrap_or(DataType::Measurement),
            unit,
            per,
            direction: direction.unwrap_or(Direction::Neutral),
            target,
            every_days,
            source,
            collector,
            starts_on,
        })
    }
}

/// What was recorded at one point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// The value itself.
    Value(f64),
    /// Numerator and denominator.
    Ratio(f64, f64),
}

impl Amount {
    /// The columns value, numerator and denominator.
    #[must_use]
    pub fn columns(self) -> (Option<f64>, Option<f64>, Option<f64>) {
        match self {
            Self::Value(value) => (Some(value), None, None),
            Self::Ratio(numerator, denominator) => (None, Some(numerator), Some(denominator)),
        }
    }
}

/// One point as it is to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The day.
    pub taken_on: NaiveDate,
    /// The time of day, where it matters.
    pub taken_at: Option<NaiveTime>,
    /// The place, such as a ward; may be empty.
    pub place: String,
    /// What was recorded.
    pub amount: Amount,
    /// A note; may be empty.
    pub note: String,
}

impl Point {
    /// What no other point of a measure shares, unless it has several a day.
    #[must_use]
    pub fn moment(&self) -> (NaiveDate, Option<NaiveTime>, String) {
        (self.taken_on, self.taken_at, self.place.to_lowercase())
    }
}

/// One point, as typed: on its own, or as a row of the grid.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PointForm {
    /// The day.
    pub taken_on: String,
    /// The time of day.
    pub taken_at: String,
    /// The place.
    pub place: String,
    /// The value.
    pub value: String,
    /// How many met it.
    pub numerator: String,
    /// Out of how many.
    pub denominator: String,
    /// A note.
    pub note: String,
}

impl PointForm {
    /// Whether nothing was typed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.taken_on, &self.taken_at, &self.place, &self.value, &self.numerator, &self.denominator, &self.note]
            .iter()
            .all(|typed| typed.trim().is_empty())
    }

    /// Reads the point into `fields`, whose errors name the inputs as `name` says. What it gives is
    /// only good when `fields` is.
    pub fn read(
        &self,
        fields: &mut Fields,
        data_type: DataType,
        today: NaiveDate,
        name: impl Fn(&str) -> String,
    ) -> Point {
        let on = name("taken_on");
        let taken_on = fields.required_date(&on, &self.taken_on, "Enter the date of the point.");
        if taken_on > today {
            fields.error(&on, "Enter today’s date or an earlier one: a point cannot lie in the future.");
        }
        let taken_at = self.taken_at.trim();
        let time = NaiveTime::parse_from_str(&taken_at.replace('.', ":"), "%H:%M").ok();
        if !taken_at.is_empty() && time.is_none() {
            fields.error(&name("taken_at"), "Enter a time of day like 9:30 or 14:05, or leave it empty.");
        }
        let place = fields.text(&name("place"), &self.place, 80);
        let note = fields.text(&name("note"), &self.note, 500);
        let amount = self.amount(fields, data_type, &name);
        Point { taken_on, taken_at: time, place, amount, note }
    }

    fn amount(&self, fields: &mut Fields, data_type: DataType, name: &impl Fn(&str) -> String) -> Amount {
        let alone = self.numerator.trim().is_empty() && self.denominator.trim().is_empty();
        if data_type.is_ratio() && (!alone || self.value.trim().is_empty()) {
            let (top, bottom) = (name("numerator"), name("denominator"));
            let before = fields.is_ok();
            let numerator = part(fields, &top, &self.numerator, "Enter how many met it. If none did, enter 0.");
            let denominator = part(fields, &bottom, &self.denominator, "Enter out of how many.");
            let whole = |fields: &mut Fields, field: &str, value: f64| {
                if value.fract() != 0.0 {
                    fields.error(field, "Enter a whole number: it is a count.");
                }
            };
            if let Some(numerator) = numerator {
                whole(fields, &top, numerator);
            }
            if let (Some(denominator), DataType::Percentage) = (denominator, data_type) {
                whole(fields, &bottom, denominator);
            }
            if denominator == Some(0.0) {
                fields.error(
                    &bottom,
                    "With nothing to count from there is no value. Leave this point out until there is something to count.",
                );
            } else if let (Some(numerator), Some(denominator), DataType::Percentage, true) =
                (numerator, denominator, data_type, before || fields.is_ok())
                && numerator > denominator
            {
                fields.error(&top, "This cannot be more than the number that it is out of.");
            }
            return Amount::Ratio(numerator.unwrap_or_default(), denominator.unwrap_or(1.0));
        }
        let field = name("value");
        let missing = if data_type == DataType::Percentage { "Enter the percentage." } else { "Enter the value." };
        let value = number(fields, &field, &self.value, missing, data_type == DataType::Percentage);
        if let Some(value) = value {
            match data_type {
                DataType::Percentage if !(0.0..=100.0).contains(&value) => {
                    fields.error(&field, "Enter a percentage between 0 and 100.");
                }
                DataType::Count | DataType::CasesBetween if value < 0.0 || value.fract() != 0.0 => {
                    fields.error(&field, "Enter a whole number, 0 or more: it is a count.");
                }
                DataType::Rate | DataType::TimeBetween if value < 0.0 => {
                    fields.error(&field, "Enter 0 or more.");
                }
                _ => {}
            }
        }
        Amount::Value(value.unwrap_or_default())
    }
}

fn part(fields: &mut Fields, field: &str, typed: &str, missing: &str) -> Option<f64> {
    let value = number(fields, field, typed, missing, false)?;
    if value < 0.0 {
        fields.error(field, "Enter 0 or more.");
        return None;
    }
    Some(value)
}

fn number(fields: &mut Fields, field: &str, typed: &str, missing: &str, percent: bool) -> Option<f64> {
    let typed = typed.trim();
    if typed.is_empty() {
        fields.error(field, missing);
        return None;
    }
    if typed.contains('%') && !percent {
        fields.error(field, "Enter the number itself, without a per cent sign.");
        return None;
    }
    let number = parse::number(typed);
    match number {
        None => fields.error(field, not_a_number(typed)),
        Some(value) => fields.no_patient(field, typed, value),
    }
    number
}

fn not_a_number(typed: &str) -> &'static str {
    if typed.contains(['<', '>']) {
        "Enter one number, without < or >. Say in the note that it was below or above what can be measured."
    } else if typed.contains(',') {
        "Use a point for decimals, like 12.5, and commas only for thousands, like 1,250."
    } else {
        "Enter a number, like 12 or 12.5."
    }
}

/// A number that may be left out.
pub(super) fn optional_number(fields: &mut Fields, field: &str, typed: &str) -> Option<f64> {
    if typed.trim().is_empty() {
        return None;
    }
    number(fields, field, typed, "", true)
}

fn whole(typed: &str) -> Option<i64> {
    let value = parse::number(typed).filter(|value| value.fract() == 0.0 && value.abs() < 1e12)?;
    // No fraction and below 1e12: the cast is exact.
    Some(value as i64)
}

/// What two points may not share where a day has one point.
pub const SAME_MOMENT: &str = "the same date, time and place";

/// The name of an input of the grid.
#[must_use]
pub fn cell(row: usize, field: &str) -> String {
    format!("rows[{row}][{field}]")
}

/// Whether two points share a moment.
#[must_use]
pub fn twice(points: &[(String, Point)]) -> bool {
    let mut moments: Vec<_> = points.iter().map(|(_, point)| point.moment()).collect();
    moments.sort_unstable();
    moments.windows(2).any(|pair| pair[0] == pair[1])
}

/// The points of the grid's rows, each with the name of its date's input; empty rows are passed over.
/// Where there are `several` observations of a day, two rows may be of the same moment.
///
/// # Errors
/// [`Error::Invalid`] with everything that is wrong in any of them.
pub fn rows_of(
    rows: &[PointForm],
    data_type: DataType,
    several: bool,
    today: NaiveDate,
) -> Result<Vec<(String, Point)>, Error> {
    let mut fields = Fields::new();
    if rows.len() > MOST_ROWS {
        fields.error("", format!("Enter at most {MOST_ROWS} points at once."));
    }
    let mut points: Vec<(usize, Point)> = Vec::with_capacity(rows.len());
    for (row, form) in rows.iter().enumerate().take(MOST_ROWS).filter(|(_, form)| !form.is_empty()) {
        let point = form.read(&mut fields, data_type, today, |field| cell(row, field));
        if let Some((first, _)) = points.iter().find(|(_, other)| !several && other.moment() == point.moment())
            && point.taken_on != NaiveDate::default()
        {
            fields.error(&cell(row, "taken_on"), format!("Row {} has {SAME_MOMENT}. Keep one of the two.", first + 1));
        }
        points.push((row, point));
    }
    if points.is_empty() && fields.is_ok() {
        fields.error(&cell(0, "taken_on"), "Enter at least one point.");
    }
    fields.finish(|| points.into_iter().map(|(row, point)| (cell(row, "taken_on"), point)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TODAY: NaiveDate = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn typed(
        data_type: DataType,
        on: &str,
        value: &str,
        numerator: &str,
        denominator: &str,
    ) -> Result<Point, Vec<String>> {
        let form = PointForm {
            taken_on: on.into(),
            value: value.into(),
            numerator: numerator.into(),
            denominator: denominator.into(),
            ..PointForm::default()
        };
        let mut fields = Fields::new();
        let point = form.read(&mut fields, data_type, TODAY, str::to_owned);
        fields.finish(|| point).map_err(|error| match error {
            Error::Invalid(errors) => errors.into_iter().map(|error| error.field).collect(),
            other => vec![other.to_string()],
        })
    }

    #[test]
    fn what_cannot_be_a_value_is_refused_by_its_field() {
        for value in ["12,5", "<3", "1e308", "NaN", "inf", "", "twelve", "1.2.3", "85 %"] {
            let refused = typed(DataType::Measurement, "4 3 2026", value, "", "");
            assert_eq!(refused, Err(vec!["value".to_owned()]), "{value}");
        }
        for value in ["-1", "2.5"] {
            assert!(typed(DataType::Count, "4 3 2026", value, "", "").is_err(), "{value}");
        }
        assert!(typed(DataType::TimeBetween, "4 3 2026", "-1", "", "").is_err());
        assert!(typed(DataType::Percentage, "4 3 2026", "101", "", "").is_err());
        for on in ["", "5 3 2026", "29 2 2026", "31 12 1947", "yesterday"] {
            assert_eq!(typed(DataType::Count, on, "3", "", ""), Err(vec!["taken_on".to_owned()]), "{on}");
        }
    }

    #[test]
    fn values_are_read_as_people_write_them() {
        let amount = |data_type, value: &str| typed(data_type, "29/2/2024", value, "", "").expect("a point").amount;
        assert_eq!(amount(DataType::Measurement, "-1.5"), Amount::Value(-1.5));
        assert_eq!(amount(DataType::Count, "1,250"), Amount::Value(1250.0));
        assert_eq!(amount(DataType::Percentage, "85 %"), Amount::Value(85.0));
        assert_eq!(amount(DataType::Rate, "3.2"), Amount::Value(3.2));
    }

    #[test]
    fn the_parts_of_a_ratio_have_to_agree() {
        let field = |data_type, numerator: &str, denominator: &str| {
            typed(data_type, "4 3 2026", "", numerator, denominator).map_err(|fields| fields.join(" "))
        };
        let ratio = |numerator, denominator| Amount::Ratio(numerator, denominator);
        assert_eq!(field(DataType::Percentage, "18", "24").expect("a point").amount, ratio(18.0, 24.0));
        assert_eq!(field(DataType::Percentage, "0", "24").expect("a point").amount, ratio(0.0, 24.0));
        assert_eq!(field(DataType::Rate, "4", "1,320.5").expect("a point").amount, ratio(4.0, 1320.5));
        assert_eq!(field(DataType::Rate, "4", "3").expect("a rate may exceed one").amount, ratio(4.0, 3.0));
        for (numerator, denominator, wrong) in [
            ("25", "24", "numerator"),
            ("1", "0", "denominator"),
            ("0", "0", "denominator"),
            ("-1", "24", "numerator"),
            ("1.5", "24", "numerator"),
            ("75 %", "24", "numerator"),
            ("", "24", "numerator"),
            ("3", "", "denominator"),
            ("", "", "numerator denominator"),
            ("<3", "x", "numerator denominator"),
        ] {
            let refused = field(DataType::Percentage, numerator, denominator);
            assert_eq!(refused.expect_err("refused"), wrong, "{numerator} of {denominator}");
        }
    }

    #[test]
    fn three_questions_give_the_type() {
        use {Number::*, OutOf::*};
        assert_eq!(type_of(Some(Measured), None, None), Some(DataType::Measurement));
        assert_eq!(type_of(Some(Counted), Some(Whole), Some(Rare::No)), Some(DataType::Percentage));
        assert_eq!(type_of(Some(Counted), Some(Exposure), Some(Rare::No)), Some(DataType::Rate));
        assert_eq!(type_of(Some(Counted), Some(Nothing), Some(Rare::No)), Some(DataType::Count));
        assert_eq!(type_of(Some(Counted), Some(Whole), Some(Rare::Cases)), Some(DataType::CasesBetween));
        assert_eq!(type_of(Some(Counted), None, Some(Rare::Times)), Some(DataType::TimeBetween));
        for open in [
            (None, Some(Whole), Some(Rare::No)),
            (Some(Counted), None, Some(Rare::No)),
            (Some(Counted), Some(Whole), None),
        ] {
            assert_eq!(type_of(open.0, open.1, open.2), None);
        }
    }

    #[test]
    fn a_row_of_the_grid_names_its_own_cells() {
        let row =
            |on: &str, value: &str| PointForm { taken_on: on.into(), value: value.into(), ..PointForm::default() };
        let rows = [row("4 1 2026", "3"), row("", ""), row("4 january 2026", "4"), row("5 1 2026", "x")];
        let Err(Error::Invalid(errors)) = rows_of(&rows, DataType::Measurement, false, TODAY) else {
            panic!("refused")
        };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["rows[2][taken_on]", "rows[3][value]"]);
        assert!(errors[0].message.starts_with("Row 1 has the same date"));
        let twins = [row("4 1 2026", "3"), row("4 1 2026", "3")];
        assert_eq!(rows_of(&twins, DataType::Measurement, true, TODAY).expect("raw observations").len(), 2);
        assert!(rows_of(&[row("", "")], DataType::Measurement, false, TODAY).is_err(), "nothing to record");
        assert_eq!(rows_of(&rows[..2], DataType::Measurement, false, TODAY).expect("points").len(), 1);
    }

    #[test]
    fn the_next_point_is_due_a_period_after_the_last_and_never_before_the_start() {
        let start = day("2026-01-01");
        assert_eq!(next_on(Some(7), None, start), Some(start));
        assert_eq!(next_on(Some(7), Some(day("2026-03-04")), start), Some(day("2026-03-11")));
        assert_eq!(next_on(Some(30), Some(day("2026-01-31")), start), Some(day("2026-02-28")));
        assert_eq!(next_on(Some(91), Some(day("2026-01-31")), start), Some(day("2026-04-30")));
        assert_eq!(next_on(Some(7), Some(day("2025-06-01")), start), Some(start), "a baseline point");
        assert_eq!(next_on(None, Some(day("2026-03-04")), start), None);
    }

    #[test]
    fn a_definition_ignores_what_does_not_apply() {
        let form = MeasureForm {
            name: "Falls".into(),
            definition: "Every fall that is reported".into(),
            kind: "outcome".into(),
            data_type: "count".into(),
            unit: "falls".into(),
            per: "1,000".into(),
            direction: "decrease".into(),
            every_days: "30".into(),
            starts_on: "1 1 2026".into(),
            ..MeasureForm::default()
        };
        let count = form.parse().expect("a count");
        assert_eq!((count.per, count.unit.as_str()), (None, "falls"));
        let rate = MeasureForm { data_type: "rate".into(), unit: "bed days".into(), ..form.clone() };
        assert_eq!(rate.parse().expect("a rate").per, Some(1000));
        let share = MeasureForm { data_type: "percentage".into(), target: "90 %".into(), ..form.clone() };
        let share = share.parse().expect("a percentage");
        assert_eq!((share.unit.as_str(), share.target), ("%", Some(90.0)));
        for (per, unit) in [("", "bed days"), ("0", "bed days"), ("1.5", "bed days"), ("1000", "")] {
            let rate = MeasureForm { data_type: "rate".into(), per: per.into(), unit: unit.into(), ..form.clone() };
            assert!(rate.parse().is_err(), "{per} {unit}");
        }
        let Err(Error::Invalid(errors)) = MeasureForm::default().parse() else { panic!("refused") };
        let fields: Vec<&str> = errors.iter().map(|error| error.field.as_str()).collect();
        assert_eq!(fields, ["name", "definition", "kind", "data_type", "direction", "starts_on"]);
    }

    proptest! {
        #[test]
        fn whatever_is_typed_is_a_finite_number_or_refused(value in ".{0,12}", numerator in ".{0,6}", denominator in "[0-9.,<% -]{0,6}") {
            for data_type in DataType::ALL {
                if let Ok(point) = typed(*data_type, "4 3 2026", &value, &numerator, &denominator) {
                    match point.amount {
                        Amount::Value(value) => prop_assert!(value.is_finite()),
                        Amount::Ratio(numerator, denominator) => {
                            prop_assert!(numerator >= 0.0 && denominator > 0.0 && denominator.is_finite());
                            prop_assert!(*data_type == DataType::Rate || numerator <= denominator);
                        }
                    }
                }
            }
        }

        #[test]
        fn the_next_point_lies_after_the_last(every in 1i64..=366, last in 0u64..20_000, start in 0u64..20_000) {
            let epoch = day("1990-01-01");
            let (last, start) = (epoch + Days::new(last), epoch + Days::new(start));
            let next = next_on(Some(every), Some(last), start).expect("a rhythm");
            prop_assert!(next > last && next >= start);
        }
    }
}

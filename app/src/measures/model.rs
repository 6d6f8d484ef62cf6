//! What a measure is, what is typed about it and its points, and when the next point is due.

use chrono::{Days, Months, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::parse::{self, Fields, LINE, PARAGRAPH};

/// A closed set of answers: as stored, and in words.
macro_rules! choices {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $stored:literal, $words:literal;)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(rename_all = "snake_case"))]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
        }

        impl $name {
            /// Every one of them, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            /// In the words of the field.
            #[must_use]
            pub fn words(self) -> &'static str {
                match self {
                    $(Self::$variant => $words,)*
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(match self {
                    $(Self::$variant => $stored,)*
                })
            }
        }

        impl std::str::FromStr for $name {
            type Err = ();
            fn from_str(text: &str) -> Result<Self, ()> {
                match text {
                    $($stored => Ok(Self::$variant),)*
                    _ => Err(()),
                }
            }
        }
    };
}

choices! {
    /// What a measure tells of.
    Kind {
        /// Whether patients are better off.
        Outcome = "outcome", "Outcome";
        /// Whether what should be done is done.
        Process = "process", "Process";
        /// Whether something else got worse meanwhile.
        Balancing = "balancing", "Balancing";
    }
}

choices! {
    /// What one number of a measure is.
    DataType {
        /// A numerator out of a denominator, in per cent.
        Percentage = "percentage", "Percentage";
        /// Things counted in a period.
        Count = "count", "Count";
        /// Events for each so many units of exposure.
        Rate = "rate", "Rate";
        /// A quantity that is read or timed.
        Measurement = "measurement", "Measurement";
        /// The time between two rare events.
        TimeBetween = "time_between", "Time between events";
        /// The number of cases between two rare events.
        CasesBetween = "cases_between", "Cases between events";
    }
}

choices! {
    /// Which way is better.
    Direction {
        /// Higher is better.
        Increase = "increase", "Higher is better";
        /// Lower is better.
        Decrease = "decrease", "Lower is better";
        /// Neither.
        Neutral = "neutral", "Neither: a change is only a change";
    }
}

choices! {
    /// Whether a point counts.
    State {
        /// It counts.
        Current = "current", "Current";
        /// It is shown, hollow, and used for no calculation.
        Excluded = "excluded", "Excluded";
        /// It was recorded by mistake: it is on no chart.
        Void = "void", "Void";
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

    /// Whether a point has a numerator and a denominator.
    #[must_use]
    pub fn is_ratio(self) -> bool {
        matches!(self, Self::Percentage | Self::Rate)
    }
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
        let name = fields.needed("name", &self.name, LINE, "Enter the measure’s name.");
        let definition = fields.needed(
            "definition",
            &self.definition,
            PARAGRAPH,
            "Say exactly what is measured, so that two people would get the same number.",
        );
        let kind = fields.choice("kind", &self.kind, "Choose what the measure tells of.");
        let data_type = fields.choice::<DataType>("data_type", &self.data_type, "Choose what one number is.");
        let mut unit = fields.text("unit", &self.unit, 40);
        let mut per = None;
        match data_type {
            Some(DataType::Percentage) => unit = "%".to_owned(),
            Some(DataType::Rate) => {
                per = whole(&self.per).filter(|per| (1..=1_000_000).contains(per));
                if per.is_none() {
                    fields.wrong("per", "Enter the exposure that the rate is given for, such as 1,000.");
                }
                if unit.is_empty() {
                    fields.wrong("unit", "Enter what the exposure is counted in, such as bed days.");
                }
            }
            _ => {}
        }
        let direction = fields.choice("direction", &self.direction, "Choose which way is better.");
        let target = optional_number(&mut fields, "target", &self.target);
        if data_type == Some(DataType::Percentage) && target.is_some_and(|target| !(0.0..=100.0).contains(&target)) {
            fields.wrong("target", "Enter a percentage between 0 and 100.");
        }
        let every_days = match self.every_days.trim() {
            "" => None,
            typed => {
                let days = typed.parse::<i64>().ok().filter(|days| (1..=366).contains(days));
                if days.is_none() {
                    fields.wrong("every_days", "Choose how often it is measured.");
                }
                days
            }
        };
        let source = fields.text("source", &self.source, LINE);
        let collector = fields.text("collector", &self.collector, LINE);
        let starts_on =
            fields.needed_date("starts_on", &self.starts_on, "Enter the date from which points are to be recorded.");
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
    /// How many had it.
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
        let taken_on = fields.needed_date(&on, &self.taken_on, "Enter the date of the point.");
        if taken_on > today {
            fields.wrong(&on, "Enter today’s date or an earlier one: a point cannot lie in the future.");
        }
        let taken_at = self.taken_at.trim();
        let time = NaiveTime::parse_from_str(&taken_at.replace('.', ":"), "%H:%M").ok();
        if !taken_at.is_empty() && time.is_none() {
            fields.wrong(&name("taken_at"), "Enter a time of day like 9:30 or 14:05, or leave it empty.");
        }
        let place = fields.text(&name("place"), &self.place, 80);
        let note = fields.text(&name("note"), &self.note, 500);
        let amount = self.amount(fields, data_type, &name);
        Point { taken_on, taken_at: time, place, amount, note }
    }

    fn amount(&self, fields: &mut Fields, data_type: DataType, name: &impl Fn(&str) -> String) -> Amount {
        let alone = self.numerator.trim().is_empty() && self.denominator.trim().is_empty();
        if data_type.is_ratio() && !(alone && !self.value.trim().is_empty()) {
            let (top, bottom) = (name("numerator"), name("denominator"));
            let before = fields.is_ok();
            let numerator = part(fields, &top, &self.numerator, "Enter how many had it. If none had, enter 0.");
            let denominator = part(fields, &bottom, &self.denominator, "Enter out of how many.");
            let whole = |fields: &mut Fields, field: &str, value: f64| {
                if value.fract() != 0.0 {
                    fields.wrong(field, "Enter a whole number: it is a count.");
                }
            };
            if let Some(numerator) = numerator {
                whole(fields, &top, numerator);
            }
            if let (Some(denominator), DataType::Percentage) = (denominator, data_type) {
                whole(fields, &bottom, denominator);
            }
            if denominator == Some(0.0) {
                fields.wrong(
                    &bottom,
                    "With nothing to count from there is no value. Leave this point out until there is something to count.",
                );
            } else if let (Some(numerator), Some(denominator), DataType::Percentage, true) =
                (numerator, denominator, data_type, before || fields.is_ok())
                && numerator > denominator
            {
                fields.wrong(&top, "This cannot be more than the number that it is out of.");
            }
            return Amount::Ratio(numerator.unwrap_or_default(), denominator.unwrap_or(1.0));
        }
        let field = name("value");
        let missing = if data_type == DataType::Percentage { "Enter the percentage." } else { "Enter the value." };
        let value = number(fields, &field, &self.value, missing, data_type == DataType::Percentage);
        if let Some(value) = value {
            match data_type {
                DataType::Percentage if !(0.0..=100.0).contains(&value) => {
                    fields.wrong(&field, "Enter a percentage between 0 and 100.");
                }
                DataType::Count | DataType::CasesBetween if value < 0.0 || value.fract() != 0.0 => {
                    fields.wrong(&field, "Enter a whole number, 0 or more: it is a count.");
                }
                DataType::Rate | DataType::TimeBetween if value < 0.0 => {
                    fields.wrong(&field, "Enter 0 or more.");
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
        fields.wrong(field, "Enter 0 or more.");
        return None;
    }
    Some(value)
}

fn number(fields: &mut Fields, field: &str, typed: &str, missing: &str, percent: bool) -> Option<f64> {
    let typed = typed.trim();
    if typed.is_empty() {
        fields.wrong(field, missing);
        return None;
    }
    if typed.contains('%') && !percent {
        fields.wrong(field, "Enter the number itself, without a per cent sign.");
        return None;
    }
    let number = parse::number(typed);
    if number.is_none() {
        fields.wrong(field, not_a_number(typed));
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

fn optional_number(fields: &mut Fields, field: &str, typed: &str) -> Option<f64> {
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

use chrono::{Datelike, NaiveDate, NaiveTime, Weekday};

/// What one number of a series is. It decides how a value is computed from numerator and
/// denominator, how it is written, and how the axis is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum DataType {
    /// Things counted in a period (complaints a month).
    Count,
    /// A share in per cent, 0 to 100: `100 × numerator / denominator`, or given as per cent.
    Percentage,
    /// Events for each `per` units of exposure: `per × numerator / denominator`.
    Rate {
        /// The exposure that one unit of the rate refers to (1,000 for falls per 1,000 bed days).
        per: f64,
    },
    /// A quantity read from an instrument, a clock or a score.
    #[default]
    Measurement,
    /// The time between two rare events.
    TimeBetween,
    /// The number of cases between two rare events.
    CasesBetween,
}

/// Which way is better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Direction {
    /// Higher is better.
    Increase,
    /// Lower is better.
    Decrease,
    /// Neither: a change is only a change.
    #[default]
    Neutral,
}

/// How several readings of one time become one point. Numerators and denominators are added up, and
/// so are counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Summary {
    /// Their mean.
    #[default]
    Mean,
    /// Their median.
    Median,
}

/// A stretch of the calendar whose readings become one point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// One calendar day.
    Day,
    /// A week from Monday to Sunday (ISO 8601).
    Week,
    /// A calendar month.
    Month,
}

impl Period {
    /// The first day of the period in which a day lies.
    pub fn start(self, date: NaiveDate) -> NaiveDate {
        match self {
            Self::Day => date,
            Self::Week => date.week(Weekday::Mon).checked_first_day().unwrap_or(date),
            Self::Month => date.with_day(1).unwrap_or(date),
        }
    }
}

/// What was recorded at one point.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub enum Reading {
    /// Nothing: the point is a gap in the line.
    #[default]
    Missing,
    /// The value itself, in the unit of the series (per cent for a percentage).
    Value(f64),
    /// Numerator and denominator. A denominator of zero or less makes a gap.
    Ratio {
        /// How many met it, or how many events there were.
        numerator: f64,
        /// Out of how many, or out of how much exposure.
        denominator: f64,
    },
}

impl Reading {
    /// A reading of so many out of so many, or of so many events in so much exposure.
    pub fn ratio(numerator: f64, denominator: f64) -> Self {
        Self::Ratio { numerator, denominator }
    }

    /// The number that is drawn, in the unit of the series.
    ///
    /// `None` when there is none: missing, not finite, or a denominator that is not above zero.
    /// A ratio of a data type that has no denominator is its plain quotient.
    pub fn value(self, data_type: DataType) -> Option<f64> {
        let value = match self {
            Self::Missing => return None,
            Self::Value(value) => value,
            Self::Ratio { numerator, denominator } => {
                if denominator.is_nan() || denominator <= 0.0 || denominator.is_infinite() {
                    return None;
                }
                let per = match data_type {
                    DataType::Percentage => 100.0,
                    DataType::Rate { per } => per,
                    _ => 1.0,
                };
                // Multiplying first keeps whole percentages whole: 100 × 7 / 25 is exactly 28.
                per * numerator / denominator
            }
        };
        // Adding zero turns -0 into 0, so that both are the same point on the same line.
        value.is_finite().then_some(value + 0.0)
    }
}

impl From<Option<f64>> for Reading {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Missing, Self::Value)
    }
}

/// One point of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// The caller's own number for the point (its entry order, say). It comes back unchanged on the
    /// chart, and orders points of the same date and time.
    pub key: usize,
    /// The caller's own words for the point (a ward, say); may be empty.
    pub label: String,
    /// The day on which it was measured, or on which its period begins.
    pub date: NaiveDate,
    /// The time of day, where it is known. A point without one stands at the start of its day.
    pub time: Option<NaiveTime>,
    /// What was recorded.
    pub reading: Reading,
    /// Shown hollow, and used for no calculation.
    pub excluded: bool,
    /// What the caller has to say of it; may be empty.
    pub note: String,
}

impl Point {
    /// A point with nothing recorded yet.
    pub fn new(key: usize, date: NaiveDate) -> Self {
        Self {
            key,
            label: String::new(),
            date,
            time: None,
            reading: Reading::Missing,
            excluded: false,
            note: String::new(),
        }
    }
}

/// What was measured, over time. The points may come in any order.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Series {
    /// What the chart is of ("Time to antibiotics").
    pub name: String,
    /// The unit ("minutes"). For a rate: what the exposure is ("bed days"). A percentage needs none.
    pub unit: String,
    /// What one number is.
    pub data_type: DataType,
    /// How several readings of one time become one point.
    pub summary: Summary,
    /// The points, in any order.
    pub points: Vec<Point>,
}

impl Series {
    /// The series with the readings of each period at its first day, so that they become one point.
    #[must_use]
    pub fn by(mut self, period: Period) -> Self {
        for point in &mut self.points {
            (point.date, point.time) = (period.start(point.date), None);
        }
        self
    }
}

//! What is read of a measure: its definition, how its chart is drawn, its points, and the cycles that its chart
//! marks.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use super::chart_settings::model::{Baseline, ChartType, Period, RuleSet, Summary};
use super::model::{self, Amount, DataType, Direction, Kind, State};
use crate::format;
use crate::id::{MeasureId, MeasurementId, PhaseId, ProjectId, TargetId};

/// A measure, and what one needs to know of its project.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct Measure {
    /// Its id.
    pub id: MeasureId,
    /// Its project.
    pub project_id: ProjectId,
    /// Its name.
    pub name: String,
    /// Its operational definition.
    pub definition: String,
    /// What it tells of.
    pub kind: Kind,
    /// What one number is.
    pub data_type: DataType,
    /// Its unit; for a rate, the exposure.
    pub unit: String,
    /// For a rate: per how much.
    pub per: Option<i64>,
    /// Which way is better.
    pub direction: Direction,
    /// The value aimed for.
    pub target: Option<f64>,
    /// Days between two points.
    pub every_days: Option<i64>,
    /// Where the data come from.
    pub source: String,
    /// Who collects.
    pub collector: String,
    /// From when on points are due.
    pub starts_on: NaiveDate,
    /// Since when no more points are recorded.
    pub retired_on: Option<NaiveDate>,
    /// Its place among the project's measures.
    pub position: i64,
    /// The date of its last point.
    pub last_on: Option<NaiveDate>,
    /// Its version.
    pub version: i64,
    /// The project's title.
    pub project_title: String,
    /// The project's reference.
    pub project_reference: String,
    /// The project is active or sustaining: points are due.
    pub running: bool,
    /// The project is closed.
    pub closed: bool,
}

impl Measure {
    /// When the next point is due; none when there is no rhythm, or nothing is due.
    #[must_use]
    pub fn next_on(&self) -> Option<NaiveDate> {
        if !self.running || self.retired_on.is_some() {
            return None;
        }
        model::next_on(self.every_days, self.last_on, self.starts_on)
    }
}

/// A point as a chart needs it, in the order of the JSON array that it is read from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct SeriesPoint {
    /// The day.
    pub taken_on: NaiveDate,
    /// The time of day.
    pub taken_at: Option<NaiveTime>,
    /// The place.
    pub place: String,
    /// Its number in the order of entry.
    pub entry: i64,
    /// The value.
    pub value: Option<f64>,
    /// How many met it.
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<f64>,
    /// 1 when it is excluded.
    pub excluded: u8,
    /// A note.
    pub note: Option<String>,
}

impl SeriesPoint {
    /// What was recorded.
    #[must_use]
    pub fn amount(&self) -> Amount {
        amount(self.value, self.numerator, self.denominator)
    }
}

fn amount(value: Option<f64>, numerator: Option<f64>, denominator: Option<f64>) -> Amount {
    match (numerator, denominator) {
        (Some(numerator), Some(denominator)) => Amount::Ratio(numerator, denominator),
        _ => Amount::Value(value.unwrap_or(f64::NAN)),
    }
}

/// A measure with everything that its chart shows.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct MeasureSeries {
    /// The measure.
    #[sqlx(flatten)]
    pub measure: Measure,
    /// How its chart is read.
    #[sqlx(flatten)]
    pub settings: ChartSettings,
    /// Its points, but for void ones, in no particular order.
    #[sqlx(json)]
    pub points: Vec<SeriesPoint>,
    /// The project's cycles.
    #[sqlx(json)]
    pub cycles: Vec<CycleMarker>,
}

/// How a measure's chart is read.
#[derive(Clone, Debug, PartialEq, FromRow)]
pub struct ChartSettings {
    /// The chart that a person asked for.
    pub chart: Option<ChartType>,
    /// The chart that its points asked for when they were first enough, which is kept.
    pub settled_chart: Option<ChartType>,
    /// Why it suits.
    pub settled_because: String,
    /// The day.
    pub settled_on: Option<NaiveDate>,
    /// The number of the last point when that was decided.
    pub settled_entry: i64,
    /// Another one that a person set aside.
    pub declined_chart: Option<ChartType>,
    /// The rules that the measure names.
    pub own_rule_set: Option<RuleSet>,
    /// The rules that hold: the measure's or the trust's.
    pub rule_set: RuleSet,
    /// Moving ranges that stand out are left out.
    pub screening: bool,
    /// A centre line given by hand.
    pub centre: Option<f64>,
    /// The baseline of the first phase.
    pub baseline: Baseline,
    /// Its last day.
    pub baseline_until: Option<NaiveDate>,
    /// What becomes one point.
    pub period: Option<Period>,
    /// How.
    pub summary: Summary,
    /// Where phases begin, in order.
    #[sqlx(json)]
    pub phases: Vec<Phase>,
    /// Targets in place of the measure's first one, in order.
    #[sqlx(json)]
    pub later_targets: Vec<Target>,
}

/// The beginning of a phase.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Phase {
    /// Its id.
    pub id: PhaseId,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Why it begins.
    pub reason: String,
    /// How many of its first points give its lines.
    pub freeze_after: Option<i64>,
}

/// A target from a day on.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// The value aimed for.
    pub target: f64,
}

/// A cycle as a chart marks it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, FromRow)]
pub struct CycleMarker {
    /// Its number in the project.
    pub number: i64,
    /// What it tests.
    pub title: String,
    /// When it began.
    pub starts_on: NaiveDate,
}

/// A point with everything that is known of it.
#[derive(Clone, Debug, FromRow)]
pub struct Measurement {
    /// Its id.
    pub id: MeasurementId,
    /// Its measure.
    pub measure_id: MeasureId,
    /// The day.
    pub taken_on: NaiveDate,
    /// The time of day.
    pub taken_at: Option<NaiveTime>,
    /// The place.
    pub place: String,
    /// Its number in the order of entry.
    pub entry: i64,
    /// The value.
    pub value: Option<f64>,
    /// How many met it.
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<f64>,
    /// A note.
    pub note: String,
    /// Whether it counts.
    pub state: State,
    /// Why it was last corrected, excluded or deleted.
    pub reason: String,
    /// Who recorded it.
    pub recorded_by: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Its version.
    pub version: i64,
}

impl Measurement {
    /// What was recorded.
    #[must_use]
    pub fn amount(&self) -> Amount {
        amount(self.value, self.numerator, self.denominator)
    }

    /// The day, with time and place where there are any: `4 January 2026, 14:05, Ward 4`.
    #[must_use]
    pub fn when(&self) -> String {
        when(self.taken_on, self.taken_at, &self.place)
    }
}

/// A moment in words: `4 January 2026, 14:05, Ward 4`.
#[must_use]
pub fn when(on: NaiveDate, at: Option<NaiveTime>, place: &str) -> String {
    let time = at.map(|at| at.format(", %H:%M").to_string()).unwrap_or_default();
    let place = if place.is_empty() { String::new() } else { format!(", {place}") };
    format!("{}{time}{place}", format::date(on))
}

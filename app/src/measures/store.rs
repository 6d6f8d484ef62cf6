//! Measures and measurements: their SQL.

use chrono::{NaiveDate, NaiveTime};
use serde::Deserialize;
use sqlx::FromRow;

use super::model::{self, Amount, DataType, Direction, Kind};
use crate::cycles::store::Marker;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{MeasureId, ProjectId};

/// The columns of [`Measure`], of `measure m` joined to `project p`.
macro_rules! measure_columns {
    () => {
        "m.id, m.project_id, m.name, m.definition, m.kind, m.data_type, m.unit, m.per, m.direction, m.target,
         m.every_days, m.source, m.collector, m.starts_on, m.retired_on, m.position, m.last_on, m.version,
         p.title as project_title, coalesce(p.reference, 'Draft') as project_reference,
         p.status in ('active', 'sustaining') as running, p.status = 'closed' as closed"
    };
}

/// The points of `measure m` that a chart shows, in one column.
macro_rules! points_column {
    () => {
        "(select json_group_array(json_array(s.taken_on, s.taken_at, s.place, s.entry, s.value, s.numerator, s.denominator, s.state = 'excluded'))
          from measurement s where s.measure_id = m.id and s.state <> 'void') as points"
    };
}

/// The cycles of `measure m`'s project, in one column.
macro_rules! cycles_column {
    () => {
        "(select json_group_array(json_object('number', c.number, 'title', c.title, 'starts_on', c.starts_on))
          from cycle c where c.project_id = m.project_id) as cycles"
    };
}

/// A measure, and what one needs to know of its project.
#[derive(Clone, Debug, FromRow)]
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
#[derive(Clone, Debug, Deserialize)]
pub struct Plotted {
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
    /// How many had it.
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<f64>,
    /// 1 when it is excluded.
    pub excluded: u8,
}

impl Plotted {
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
#[derive(Clone, Debug, FromRow)]
pub struct Charted {
    /// The measure.
    #[sqlx(flatten)]
    pub measure: Measure,
    /// Its points, but for void ones, in no particular order.
    #[sqlx(json)]
    pub points: Vec<Plotted>,
    /// The project's cycles.
    #[sqlx(json)]
    pub cycles: Vec<Marker>,
}

/// The measures of a project that are in use, in order, each with its chart: one query.
///
/// # Errors
/// When the store cannot be read.
pub async fn charted(conn: &mut Connection, project: ProjectId) -> Result<Vec<Charted>, Error> {
    Ok(sqlx::query_as(concat!(
        "select ",
        measure_columns!(),
        ", ",
        points_column!(),
        ", ",
        cycles_column!(),
        " from measure m join project p on p.id = m.project_id
          where m.project_id = $1 and m.retired_on is null order by m.position, m.id"
    ))
    .bind(project)
    .fetch_all(conn)
    .await?)
}

/// A measure with its chart.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn chart(conn: &mut Connection, measure: MeasureId) -> Result<Charted, Error> {
    Ok(sqlx::query_as(concat!(
        "select ",
        measure_columns!(),
        ", ",
        points_column!(),
        ", ",
        cycles_column!(),
        " from measure m join project p on p.id = m.project_id where m.id = $1"
    ))
    .bind(measure)
    .fetch_one(conn)
    .await?)
}

/// A measure.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn measure(conn: &mut Connection, measure: MeasureId) -> Result<Measure, Error> {
    Ok(sqlx::query_as(concat!(
        "select ",
        measure_columns!(),
        " from measure m join project p on p.id = m.project_id where m.id = $1"
    ))
    .bind(measure)
    .fetch_one(conn)
    .await?)
}

/// A measure as a handover carries it.
#[derive(Clone, Debug)]
pub struct ForHandover {
    /// Its id.
    pub id: MeasureId,
    /// Its name.
    pub name: String,
    /// Days between two points.
    pub every_days: Option<i64>,
    /// The date of its last point.
    pub last_on: Option<NaiveDate>,
    /// When the next point is due.
    pub next_on: Option<NaiveDate>,
    /// Who collects.
    pub collector: String,
    /// Where the data come from.
    pub source: String,
}

/// The measures of a project that are in use, as a handover carries them.
///
/// # Errors
/// When the store cannot be read.
pub async fn for_handover(conn: &mut Connection, project: ProjectId) -> Result<Vec<ForHandover>, Error> {
    let measures: Vec<Measure> = sqlx::query_as(concat!(
        "select ",
        measure_columns!(),
        " from measure m join project p on p.id = m.project_id
          where m.project_id = $1 and m.retired_on is null order by m.position, m.id"
    ))
    .bind(project)
    .fetch_all(conn)
    .await?;
    Ok(measures
        .into_iter()
        .map(|measure| ForHandover {
            next_on: measure.next_on(),
            id: measure.id,
            name: measure.name,
            every_days: measure.every_days,
            last_on: measure.last_on,
            collector: measure.collector,
            source: measure.source,
        })
        .collect())
}

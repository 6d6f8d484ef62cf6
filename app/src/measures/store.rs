//! Measures and measurements: their SQL.

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use serde::Deserialize;
use sqlx::{Database, FromRow};

use super::chart;
use super::model::{self, Amount, DataType, Definition, Direction, Kind, Point, State};
use super::reading::store::{Reading, reading_columns};
use crate::access::{Allowed, DefineMeasure, RecordMeasurement};
use crate::batch;
use crate::cycles::store::Marker;
use crate::db::{Connection, Db};
use crate::error::{Error, FieldError};
use crate::format;
use crate::history::{self, Entry};
use crate::id::{MeasureId, MeasurementId, PriorityId, ProjectId};
use crate::roles::open_project;

/// The columns of [`Measure`], of `measure m` joined to `project p`.
macro_rules! measure_columns {
    () => {
        "m.id, m.project_id, m.name, m.definition, m.kind, m.data_type, m.unit, m.per, m.direction, m.target,
         m.every_days, m.source, m.collector, m.starts_on, m.retired_on, m.position, m.last_on, m.version,
         p.title as project_title, coalesce(p.reference, 'Draft') as project_reference,
         p.status in ('active', 'sustaining') as running, p.status = 'closed' as closed"
    };
}

/// The points of `measure m` that a chart shows, in one column. Counts are written as whole numbers: to
/// write a real exactly takes ten times as long, and they stand there for every point of every chart.
macro_rules! points_column {
    () => {
        "(select json_group_array(json_array(s.taken_on, s.taken_at, s.place, s.entry, s.value,
              iif(s.numerator = cast(s.numerator as integer), cast(s.numerator as integer), s.numerator),
              iif(s.denominator = cast(s.denominator as integer), cast(s.denominator as integer), s.denominator), s.state = 'excluded'))
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

/// What selects a [`Charted`].
macro_rules! charted {
    () => {
        concat!("select ", measure_columns!(), ", ", reading_columns!(), ", ", points_column!(), ", ", cycles_column!())
    };
}

/// What selects [`Measurement`]s.
macro_rules! points {
    () => {
        "select s.id, s.measure_id, s.taken_on, s.taken_at, s.place, s.entry, s.value, s.numerator, s.denominator, s.note, s.state,
                s.reason, p.name as recorded_by, s.recorded_at, s.version
         from measurement s join person p on p.id = s.recorded_by"
    };
}

/// How many points a measure holds, and how many all measures of its project, void ones included. They are
/// never deleted, and are numbered as they come, so the last number says it.
macro_rules! held {
    () => {
        "select coalesce((select max(entry) from measurement where measure_id = $1), 0),
                coalesce((select sum((select max(s.entry) from measurement s where s.measure_id = o.id))
                          from measure o where o.project_id = (select project_id from measure where id = $1)), 0)"
    };
}

/// What was done to the measure `$1` and its points, newest first: at most so many rows.
macro_rules! changes {
    ($limit:literal) => {
        concat!(
            "select h.at, p.name as actor, h.action, coalesce(d.detail, '') as detail
             from history h
             left join person p on p.id = h.actor_id
             left join history_detail d on d.sequence = h.sequence
             where h.sequence in (
                select o.sequence from history o where o.object_id = $1
                union
                select o.sequence from measurement m join history o on o.object_id = m.id
                where m.measure_id = $1 and m.version > 1)
             order by h.sequence desc limit ",
            $limit
        )
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
    /// How its chart is read.
    #[sqlx(flatten)]
    pub reading: Reading,
    /// Its points, but for void ones, in no particular order.
    #[sqlx(json)]
    pub points: Vec<Plotted>,
    /// The project's cycles.
    #[sqlx(json)]
    pub cycles: Vec<Marker>,
}

/// What [`charted`] asks: `$1` the project. [`Charted`] rows.
pub const CHARTED: &str = concat!(
    charted!(),
    " from measure m join project p on p.id = m.project_id
      where m.project_id = $1 and m.retired_on is null order by m.position, m.id"
);

/// The measures of a project that are in use, in order, each with its chart: one query.
///
/// # Errors
/// When the store cannot be read.
pub async fn charted(conn: &mut Connection, project: ProjectId) -> Result<Vec<Charted>, Error> {
    Ok(sqlx::query_as(CHARTED).bind(project).fetch_all(conn).await?)
}

/// The first measure in use of each of these projects, with its chart: one query.
///
/// # Errors
/// When the store cannot be read.
pub async fn first_charted(conn: &mut Connection, projects: &[ProjectId]) -> Result<Vec<Charted>, Error> {
    Ok(sqlx::query_as(concat!(
        charted!(),
        " from measure m join project p on p.id = m.project_id
          where m.id in (select (select f.id from measure f where f.project_id = j.value and f.retired_on is null order by f.position, f.id limit 1)
                         from json_each($1) j)"
    ))
    .bind(serde_json::to_string(projects)?)
    .fetch_all(conn)
    .await?)
}

/// A measure with its chart.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn chart(conn: &mut Connection, measure: MeasureId) -> Result<Charted, Error> {
    Ok(sqlx::query_as(CHART).bind(measure).fetch_one(conn).await?)
}

/// What [`chart`] asks: `$1` the measure.
const CHART: &str = concat!(charted!(), " from measure m join project p on p.id = m.project_id where m.id = $1");

/// What the page of a measure shows.
#[derive(Debug)]
pub struct Shown {
    /// The measure with its chart.
    pub charted: Charted,
    /// A page of its points but for the void ones, newest first.
    pub points: Vec<Measurement>,
    /// How many there are.
    pub counted: i64,
    /// The newest void points, at most a page.
    pub void: Vec<Measurement>,
    /// How many there are.
    pub voided: i64,
    /// What was done to the measure and its points, newest first.
    pub changes: Vec<history::Row>,
}

/// So many points stand on a page of a measure's data.
pub const POINTS_A_PAGE: i64 = 60;

/// A measure with a page of its points (from 1) and its newest `changes`: one round trip.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn shown(conn: &mut Connection, measure: MeasureId, page: i64, changes: u32) -> Result<Shown, Error> {
    const SHOWN: &str = concat!(
        charted!(),
        " from measure m join project p on p.id = m.project_id where m.id = $1; ",
        points!(),
        " where s.measure_id = $1 and s.state <> 'void' order by s.taken_on desc, s.taken_at desc, s.entry desc limit $2 offset $3; ",
        points!(),
        " where s.measure_id = $1 and s.state = 'void' order by s.taken_on desc, s.taken_at desc, s.entry desc limit $2; ",
        "select count(*) filter (where state <> 'void'), count(*) filter (where state = 'void') from measurement where measure_id = $1; ",
        changes!("$4")
    );
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, measure)?;
    batch::bind(&mut parameters, POINTS_A_PAGE)?;
    batch::bind(&mut parameters, (page.max(1) - 1).saturating_mul(POINTS_A_PAGE))?;
    batch::bind(&mut parameters, changes)?;
    let mut answers = batch::ask(conn, SHOWN, parameters).await?;
    let charted = answers.one()?;
    let (points, void) = (answers.all()?, answers.all()?);
    let (counted, voided) = answers.one()?;
    Ok(Shown { charted, points, counted, void, voided, changes: answers.all()? })
}

/// The measures in use of a priority's open projects, each with its chart: one query.
///
/// # Errors
/// When the store cannot be read.
pub async fn charted_of_priority(conn: &mut Connection, priority: PriorityId) -> Result<Vec<Charted>, Error> {
    Ok(sqlx::query_as(concat!(
        charted!(),
        " from project_priority l join project p on p.id = l.project_id join measure m on m.project_id = p.id
          where l.priority_id = $1 and ",
        open_project!("p"),
        " and m.retired_on is null
          order by p.title collate nocase, p.id, m.position, m.id limit $2"
    ))
    .bind(priority)
    .bind(MOST_ON_A_BOARD)
    .fetch_all(conn)
    .await?)
}

/// A board shows no more measures than this: beyond it nobody reads.
pub const MOST_ON_A_BOARD: i64 = 200;

/// What was done to a measure and its points, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn changes(conn: &mut Connection, measure: MeasureId, limit: u32) -> Result<Vec<history::Row>, Error> {
    Ok(sqlx::query_as(changes!("$2")).bind(measure).bind(limit).fetch_all(conn).await?)
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
    /// How many had it.
    pub numerator: Option<f64>,
    /// Out of how many.
    pub denominator: Option<f64>,
    /// A note.
    pub note: String,
    /// Whether it counts.
    pub state: State,
    /// Why it was last corrected, excluded or voided.
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

/// Every point of a measure, void ones too, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn measurements(conn: &mut Connection, measure: MeasureId) -> Result<Vec<Measurement>, Error> {
    Ok(sqlx::query_as(concat!(
        points!(),
        " where s.measure_id = $1 order by s.taken_on desc, s.taken_at desc, s.entry desc"
    ))
    .bind(measure)
    .fetch_all(conn)
    .await?)
}

/// A point.
///
/// # Errors
/// [`Error::NotFound`] when there is no such point.
pub async fn measurement(conn: &mut Connection, measurement: MeasurementId) -> Result<Measurement, Error> {
    Ok(sqlx::query_as(concat!(points!(), " where s.id = $1")).bind(measurement).fetch_one(conn).await?)
}

/// The measures of one project, retired ones too: each has a chart on its page.
const MOST_MEASURES: i64 = 100;

/// Adds a measure after the project's others.
///
/// # Errors
/// [`Error::Invalid`] when the project has too many.
pub async fn define(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    definition: &Definition,
) -> Result<MeasureId, Error> {
    let (id, project) = (MeasureId::new(), allowed.project());
    let count: i64 = sqlx::query_scalar("select count(*) from measure where project_id = $1")
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    if count >= MOST_MEASURES {
        return Err(Error::form(format!(
            "A project holds at most {MOST_MEASURES} measures, retired ones too. Take one up again or change one."
        )));
    }
    sqlx::query(
        "insert into measure (id, project_id, name, definition, kind, data_type, unit, per, direction, target, every_days,
                source, collector, starts_on, position, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                (select coalesce(max(position), 0) + 1 from measure where project_id = $2), $15)",
    )
    .bind(id)
    .bind(project)
    .bind(&definition.name)
    .bind(&definition.definition)
    .bind(definition.kind)
    .bind(definition.data_type)
    .bind(&definition.unit)
    .bind(definition.per)
    .bind(definition.direction)
    .bind(definition.target)
    .bind(definition.every_days)
    .bind(&definition.source)
    .bind(&definition.collector)
    .bind(definition.starts_on)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("measure", id, "defined a measure").of(project).change("Name", "", &definition.name);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Changes what a measure is. What one number is stays once there are points.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] for another data type.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    before: &Measure,
    definition: &Definition,
    version: i64,
) -> Result<(), Error> {
    let has_points: bool = sqlx::query_scalar("select exists (select 1 from measurement where measure_id = $1)")
        .bind(before.id)
        .fetch_one(&mut *conn)
        .await?;
    if has_points && definition.data_type != before.data_type {
        return Err(Error::field(
            "data_type",
            "This measure already has points of its kind. Define another measure for another kind of number, and retire this one.",
        ));
    }
    let changed = sqlx::query(
        "update measure set name = $3, definition = $4, kind = $5, data_type = $6, unit = $7, per = $8, direction = $9,
                target = $10, every_days = $11, source = $12, collector = $13, starts_on = $14, version = version + 1
         where id = $1 and project_id = $2 and version = $15",
    )
    .bind(before.id)
    .bind(allowed.project())
    .bind(&definition.name)
    .bind(&definition.definition)
    .bind(definition.kind)
    .bind(definition.data_type)
    .bind(&definition.unit)
    .bind(definition.per)
    .bind(definition.direction)
    .bind(definition.target)
    .bind(definition.every_days)
    .bind(&definition.source)
    .bind(&definition.collector)
    .bind(definition.starts_on)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    let or_none = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let per = |per: Option<i64>| per.map(|per| per.to_string()).unwrap_or_default();
    let entry = Entry::new("measure", before.id, "changed a measure")
        .of(allowed.project())
        .change("Name", &before.name, &definition.name)
        .change("Definition", &before.definition, &definition.definition)
        .change("Kind", before.kind.label(), definition.kind.label())
        .change("Data type", before.data_type.label(), definition.data_type.label())
        .change("Unit", &before.unit, &definition.unit)
        .change("Per", per(before.per), per(definition.per))
        .change("Direction", before.direction.label(), definition.direction.label())
        .change("Target", or_none(before.target), or_none(definition.target))
        .change("How often", model::frequency(before.every_days), model::frequency(definition.every_days))
        .change("Data source", &before.source, &definition.source)
        .change("Collector", &before.collector, &definition.collector)
        .change("From", format::date(before.starts_on), format::date(definition.starts_on));
    history::record(conn, allowed, entry).await
}

/// Retires a measure: nothing more is due, and everything recorded is kept. Or takes it up again.
///
/// # Errors
/// When the store cannot write.
pub async fn retire(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: &Measure,
    on: Option<NaiveDate>,
) -> Result<(), Error> {
    if measure.retired_on.is_some() == on.is_some() {
        return Ok(());
    }
    sqlx::query("update measure set retired_on = $3, version = version + 1 where id = $1 and project_id = $2")
        .bind(measure.id)
        .bind(allowed.project())
        .bind(on)
        .execute(&mut *conn)
        .await?;
    let action = if on.is_some() { "retired a measure" } else { "took a measure up again" };
    let entry = Entry::new("measure", measure.id, action).of(allowed.project()).change("Name", "", &measure.name);
    history::record(conn, allowed, entry).await
}

/// Moves a measure one place up or down among those in use.
///
/// # Errors
/// When the store cannot write.
pub async fn shift(
    conn: &mut Connection,
    allowed: &Allowed<DefineMeasure>,
    measure: MeasureId,
    up: bool,
) -> Result<(), Error> {
    let mut order: Vec<MeasureId> =
        sqlx::query_scalar("select id from measure where project_id = $1 and retired_on is null order by position, id")
            .bind(allowed.project())
            .fetch_all(&mut *conn)
            .await?;
    let Some(place) = order.iter().position(|id| *id == measure) else { return Err(Error::NotFound) };
    let other = if up { place.checked_sub(1) } else { Some(place + 1).filter(|other| *other < order.len()) };
    let Some(other) = other else { return Ok(()) };
    order.swap(place, other);
    for (position, id) in (1_i64..).zip(&order) {
        sqlx::query("update measure set position = $2 where id = $1")
            .bind(id)
            .bind(position)
            .execute(&mut *conn)
            .await?;
    }
    history::record(conn, allowed, Entry::new("measure", measure, "moved a measure").of(allowed.project())).await
}

/// Whether several observations of a day are several points: they are drawn as one for each period.
///
/// # Errors
/// When the store cannot be read.
pub async fn several_a_day(conn: &mut Connection, measure: MeasureId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select period is not null from measure where id = $1").bind(measure).fetch_one(conn).await?)
}

async fn same_moment(
    conn: &mut Connection,
    measure: MeasureId,
    point: &Point,
    except: Option<MeasurementId>,
) -> Result<Option<MeasurementId>, Error> {
    Ok(sqlx::query_scalar(
        "select id from measurement
         where measure_id = $1 and taken_on = $2 and taken_at is not distinct from $3 and lower(place) = lower($4)
           and state <> 'void' and id is distinct from $5
           and not exists (select 1 from measure where id = $1 and period is not null)
         order by entry limit 1",
    )
    .bind(measure)
    .bind(point.taken_on)
    .bind(point.taken_at)
    .bind(&point.place)
    .bind(except)
    .fetch_optional(conn)
    .await?)
}

fn taken(field: &str, point: &Point, first: MeasurementId) -> FieldError {
    let when = when(point.taken_on, point.taken_at, &point.place);
    FieldError {
        field: field.to_owned(),
        message: format!(
            "There is already a point for {when}. Open it to correct it, or give this one a time or a place."
        ),
        link: Some(format!("/measurements/{first}")),
    }
}

/// Keeps the date of a measure's last point with the measure.
///
/// # Errors
/// When the store cannot write.
pub async fn keep_last_on(conn: &mut Connection, measure: MeasureId) -> Result<(), Error> {
    sqlx::query(
        "update measure set last_on = (select taken_on from measurement where measure_id = $1 and state <> 'void'
                order by taken_on desc limit 1) where id = $1",
    )
    .bind(measure)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether points can be recorded now.
///
/// # Errors
/// [`Error::Invalid`] when the measure is retired or its project closed.
pub fn takes_points(measure: &Measure) -> Result<(), Error> {
    if measure.closed {
        return Err(Error::form("The project is closed. Reopen it to record points."));
    }
    if measure.retired_on.is_some() {
        return Err(Error::form("The measure is retired. Take it up again to record points."));
    }
    Ok(())
}

/// The most points that a measure may hold, those that were made void included: a chart of more says
/// nothing that a chart of months would not say better, and each page that draws it computes them all.
pub const MOST_POINTS: i64 = 20_000;
/// The most points of all measures of a project: its page and its board compute them all at once, and a few
/// such pages keep everybody else waiting.
pub const MOST_POINTS_OF_PROJECT: i64 = 60_000;

/// Whether points have room in a measure, and a moment of their own each: one round trip. Each point comes
/// with the name of the input that holds its date.
async fn fit(conn: &mut Connection, measure: MeasureId, points: &[(String, Point)]) -> Result<(), Error> {
    const FIT: &str = concat!(
        held!(),
        ";
         with moment (key, day, time, place) as materialized
              (select key, value ->> 0, value ->> 1, lower(value ->> 2) from json_each($2))
         select m.key, s.id from moment m cross join measurement s
         where s.measure_id = $1 and s.taken_on = m.day and s.taken_at is m.time and lower(s.place) = m.place
           and s.state <> 'void'
           and not exists (select 1 from measure where id = $1 and period is not null)
         order by m.key, s.entry"
    );
    let moments: Vec<_> =
        points.iter().map(|(_, point)| (point.taken_on, stored_time(point.taken_at), &point.place)).collect();
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, measure)?;
    batch::bind(&mut parameters, serde_json::to_string(&moments)?)?;
    let mut answers = batch::ask(conn, FIT, parameters).await?;
    has_room(answers.one()?, points.len())?;
    let mut clashes: Vec<(i64, MeasurementId)> = answers.all()?;
    clashes.dedup_by_key(|clash| clash.0);
    let errors: Vec<FieldError> = clashes
        .into_iter()
        .filter_map(|(place, first)| {
            let (field, point) = points.get(usize::try_from(place).ok()?)?;
            Some(taken(field, point, first))
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// How many points a measure holds, and how many all measures of its project, void ones included.
///
/// # Errors
/// When the store cannot be read.
pub async fn held(conn: &mut Connection, measure: MeasureId) -> Result<(i64, i64), Error> {
    Ok(sqlx::query_as(held!()).bind(measure).fetch_one(conn).await?)
}

/// Whether so many more points fit into a measure and its project, which hold so many.
///
/// # Errors
/// [`Error::Invalid`] when they do not.
pub fn has_room((of_measure, of_project): (i64, i64), more: usize) -> Result<(), Error> {
    let more = i64::try_from(more).unwrap_or(i64::MAX);
    let room = (MOST_POINTS - of_measure).max(0);
    let room_in_project = (MOST_POINTS_OF_PROJECT - of_project).max(0);
    if more > room_in_project && room_in_project < room {
        return Err(Error::form(format!(
            "All measures of a project hold at most 60,000 points together, and this one has room for {room_in_project} more. Record one figure for each day, week or month, or carry on in a new project."
        )));
    }
    if more <= room {
        return Ok(());
    }
    Err(Error::form(format!(
        "A measure holds at most 20,000 points, and this one has room for {room} more. Record one figure for each day, week or month, or carry on in a new measure."
    )))
}

fn stored_time(at: Option<NaiveTime>) -> Option<String> {
    at.map(|at| at.format("%H:%M:%S").to_string())
}

/// Adds points, numbered on from the last, and keeps the date of the last one with the measure: one round
/// trip. Gives their ids, in order.
///
/// # Errors
/// When the store cannot write.
pub async fn insert<'a>(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: MeasureId,
    points: impl Iterator<Item = &'a Point>,
) -> Result<Vec<MeasurementId>, Error> {
    const INSERT: &str = "insert into measurement
             (id, measure_id, taken_on, taken_at, place, entry, value, numerator, denominator, note, recorded_by, recorded_at)
         select j.value ->> 0, $1, j.value ->> 1, j.value ->> 2, j.value ->> 3,
                j.key + 1 + (select coalesce(max(entry), 0) from measurement where measure_id = $1),
                j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, $3, $4
         from json_each($2) j;
         update measure set last_on = (select taken_on from measurement where measure_id = $1 and state <> 'void'
                order by taken_on desc limit 1) where id = $1";
    let mut ids = Vec::new();
    let rows: Vec<_> = points
        .map(|point| {
            let id = MeasurementId::new();
            ids.push(id);
            let (value, numerator, denominator) = point.amount.columns();
            let at = stored_time(point.taken_at);
            (id, point.taken_on, at, &point.place, value, numerator, denominator, &point.note)
        })
        .collect();
    sqlx::query(INSERT)
        .bind(measure)
        .bind(serde_json::to_string(&rows)?)
        .bind(allowed.person()?)
        .bind(allowed.now)
        .execute(conn)
        .await?;
    Ok(ids)
}

/// Records points, each with the name of the input that holds its date: all of them, or none. Gives
/// their ids, in order.
///
/// # Errors
/// [`Error::Invalid`] when a point of the same date, time and place is there already, or when the
/// measure is full or retired or its project closed.
pub async fn record(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    points: &[(String, Point)],
) -> Result<Vec<MeasurementId>, Error> {
    if measure.project_id != allowed.project() {
        return Err(Error::NotFound);
    }
    takes_points(measure)?;
    fit(&mut *conn, measure.id, points).await?;
    let ids = insert(&mut *conn, allowed, measure.id, points.iter().map(|(_, point)| point)).await?;
    for (id, (_, point)) in ids.iter().zip(points) {
        let entry = Entry::new("measurement", id, "recorded a measurement")
            .of(measure.project_id)
            .change("Measure", "", &measure.name)
            .change("When", "", when(point.taken_on, point.taken_at, &point.place))
            .change("Value", "", chart::amount(measure, point.amount))
            .change("Note", "", &point.note);
        history::record(conn, allowed, entry).await?;
    }
    Ok(ids)
}

/// Changes a point, with the reason.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when another point stands there.
pub async fn correct(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    before: &Measurement,
    point: &Point,
    reason: &str,
    version: i64,
) -> Result<(), Error> {
    if measure.project_id != allowed.project() || before.measure_id != measure.id {
        return Err(Error::NotFound);
    }
    if before.version != version {
        return Err(Error::Conflict);
    }
    if before.state == State::Void {
        return Err(Error::form("The point is void. Put it back before you correct it."));
    }
    if let Some(first) = same_moment(conn, measure.id, point, Some(before.id)).await? {
        return Err(Error::Invalid(vec![taken("taken_on", point, first)]));
    }
    replace(conn, allowed, measure, before, point, reason).await?;
    keep_last_on(conn, measure.id).await
}

/// Puts a point in the place of another, whose history says what it was. What it may not do is for the
/// caller to check.
///
/// # Errors
/// When the store cannot write.
pub async fn replace(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    before: &Measurement,
    point: &Point,
    reason: &str,
) -> Result<(), Error> {
    let (value, numerator, denominator) = point.amount.columns();
    sqlx::query(
        "update measurement set taken_on = $2, taken_at = $3, place = $4, value = $5, numerator = $6, denominator = $7,
                note = $8, reason = $9, version = version + 1
         where id = $1",
    )
    .bind(before.id)
    .bind(point.taken_on)
    .bind(point.taken_at)
    .bind(&point.place)
    .bind(value)
    .bind(numerator)
    .bind(denominator)
    .bind(&point.note)
    .bind(reason)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("measurement", before.id, "corrected a measurement")
        .of(measure.project_id)
        .change("When", before.when(), when(point.taken_on, point.taken_at, &point.place))
        .change("Value", chart::amount(measure, before.amount()), chart::amount(measure, point.amount))
        .change("Note", &before.note, &point.note)
        .change("Reason", "", reason);
    history::record(conn, allowed, entry).await
}

/// Excludes a point, makes it void, or lets it count again.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when another point stands where a
/// void one is to be put back.
pub async fn set_state(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    before: &Measurement,
    state: State,
    reason: &str,
    version: i64,
) -> Result<(), Error> {
    if measure.project_id != allowed.project() || before.measure_id != measure.id {
        return Err(Error::NotFound);
    }
    if before.version != version {
        return Err(Error::Conflict);
    }
    if before.state == State::Void {
        let point = Point {
            taken_on: before.taken_on,
            taken_at: before.taken_at,
            place: before.place.clone(),
            amount: before.amount(),
            note: String::new(),
        };
        if let Some(first) = same_moment(conn, measure.id, &point, Some(before.id)).await? {
            return Err(Error::Invalid(vec![taken("", &point, first)]));
        }
    }
    sqlx::query("update measurement set state = $2, reason = $3, version = version + 1 where id = $1")
        .bind(before.id)
        .bind(state)
        .bind(reason)
        .execute(&mut *conn)
        .await?;
    let action = match (before.state, state) {
        (_, State::Excluded) => "excluded a measurement",
        (_, State::Void) => "voided a measurement",
        (State::Void, State::Current) => "put a measurement back",
        (_, State::Current) => "included a measurement again",
    };
    let entry = Entry::new("measurement", before.id, action)
        .of(measure.project_id)
        .change("State", before.state.label(), state.label())
        .change("Reason", "", reason);
    history::record(conn, allowed, entry).await?;
    keep_last_on(conn, measure.id).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, TODAY, on};

    fn point(date: &str, amount: Amount) -> (String, Point) {
        let point = Point { taken_on: on(date), taken_at: None, place: String::new(), amount, note: String::new() };
        ("taken_on".to_owned(), point)
    }

    fn ratio(date: &str) -> (String, Point) {
        point(date, Amount::Ratio(18.0, 24.0))
    }

    struct Scene {
        fixture: Fixture,
        project: ProjectId,
        measure: MeasureId,
    }

    async fn scene() -> Scene {
        let fixture = Fixture::new().await;
        let project = fixture.project("Sepsis").await;
        let measure = fixture.measure(project).await;
        Scene { fixture, project, measure }
    }

    impl Scene {
        async fn record(&self, points: &[(String, Point)]) -> Result<(), Error> {
            let request = self.fixture.request(Some(self.fixture.trainee)).await;
            let mut change = self.fixture.store.write().await?;
            let allowed = request.require(&mut change, RecordMeasurement(self.project)).await?;
            let measure = measure(&mut change, self.measure).await?;
            record(&mut change, &allowed, &measure, points).await?;
            change.commit().await
        }

        async fn set_state(&self, id: MeasurementId, state: State, version: i64) -> Result<(), Error> {
            let request = self.fixture.request(Some(self.fixture.trainee)).await;
            let mut change = self.fixture.store.write().await?;
            let allowed = request.require(&mut change, RecordMeasurement(self.project)).await?;
            let measure = measure(&mut change, self.measure).await?;
            let before = measurement(&mut change, id).await?;
            set_state(&mut change, &allowed, &measure, &before, state, "a reason", version).await?;
            change.commit().await
        }

        async fn points(&self) -> Vec<Measurement> {
            let mut conn = self.fixture.store.read().await.expect("a reader");
            measurements(&mut conn, self.measure).await.expect("points")
        }

        async fn last_on(&self) -> Option<NaiveDate> {
            let mut conn = self.fixture.store.read().await.expect("a reader");
            measure(&mut conn, self.measure).await.expect("a measure").last_on
        }
    }

    #[tokio::test]
    async fn points_are_recorded_all_or_none_and_a_second_one_is_refused_with_a_link() {
        let scene = scene().await;
        scene.record(&[ratio("2026-03-02"), ratio("2026-02-23")]).await.expect("recorded");
        assert_eq!(scene.last_on().await, Some(on("2026-03-02")));
        let Err(Error::Invalid(errors)) = scene.record(&[ratio("2026-03-03"), ratio("2026-03-02")]).await else {
            panic!("refused")
        };
        let points = scene.points().await;
        assert_eq!(points.len(), 2, "nothing half-stored");
        assert_eq!(errors[0].link, Some(format!("/measurements/{}", points[0].id)));
        let mut elsewhere = ratio("2026-03-02");
        elsewhere.1.place = "Ward 4".to_owned();
        scene.record(&[elsewhere.clone()]).await.expect("another place");
        elsewhere.1.place = "ward 4".to_owned();
        assert!(scene.record(&[elsewhere]).await.is_err(), "the same place");
        assert_eq!(points[0].amount(), Amount::Ratio(18.0, 24.0));
    }

    #[tokio::test]
    async fn the_last_date_follows_corrections_and_void_points() {
        let scene = scene().await;
        scene.record(&[ratio("2026-02-23"), ratio("2026-03-02")]).await.expect("recorded");
        let last = scene.points().await[0].clone();
        scene.set_state(last.id, State::Excluded, 1).await.expect("excluded");
        assert_eq!(scene.last_on().await, Some(on("2026-03-02")), "an excluded point was measured");
        scene.set_state(last.id, State::Void, 2).await.expect("void");
        assert_eq!(scene.last_on().await, Some(on("2026-02-23")));
        assert_eq!(scene.set_state(last.id, State::Current, 2).await, Err(Error::Conflict));
        scene.record(&[ratio("2026-03-02")]).await.expect("the void point is not in the way");
        assert!(scene.set_state(last.id, State::Current, 3).await.is_err(), "another point stands there now");
        let mut conn = scene.fixture.store.read().await.expect("a reader");
        let chart = chart(&mut conn, scene.measure).await.expect("a chart");
        assert_eq!(chart.points.len(), 2);
        let rows = history::of_object(&mut conn, last.id, 10).await.expect("history");
        let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions, ["voided a measurement", "excluded a measurement", "recorded a measurement"]);
        assert_eq!(history::verify_chain(&mut conn).await.expect("history"), None);
    }

    #[tokio::test]
    async fn a_correction_needs_the_version_that_was_read() {
        let scene = scene().await;
        scene.record(&[ratio("2026-03-02"), ratio("2026-02-23")]).await.expect("recorded");
        let before = scene.points().await[0].clone();
        let request = scene.fixture.request(Some(scene.fixture.supervisor)).await;
        let mut change = scene.fixture.store.write().await.expect("a change");
        let allowed = request.require(&mut change, RecordMeasurement(scene.project)).await.expect("allowed");
        let of = measure(&mut change, scene.measure).await.expect("a measure");
        let (_, point) = point("2026-02-16", Amount::Value(70.0));
        let changed = correct(&mut change, &allowed, &of, &before, &point, "typed wrongly", 9).await;
        assert_eq!(changed, Err(Error::Conflict));
        correct(&mut change, &allowed, &of, &before, &point, "typed wrongly", 1).await.expect("corrected");
        let (_, taken) = ratio("2026-02-23");
        let after = measurement(&mut change, before.id).await.expect("a point");
        assert!(correct(&mut change, &allowed, &of, &after, &taken, "moved", 2).await.is_err(), "a point stands there");
        change.commit().await.expect("committed");
        assert_eq!((after.amount(), after.taken_on, after.version), (Amount::Value(70.0), on("2026-02-16"), 2));
        assert_eq!(scene.last_on().await, Some(on("2026-02-23")));
    }

    #[tokio::test]
    async fn a_project_holds_so_many_points_and_says_so() {
        let scene = scene().await;
        scene.record(&[ratio("2026-02-01")]).await.expect("recorded");
        for _ in 0..3 {
            let other = scene.fixture.measure(scene.project).await;
            let mut change = scene.fixture.store.write().await.expect("a change");
            // Points are counted by the number of the last.
            sqlx::query(
                "insert into measurement (id, measure_id, taken_on, place, entry, numerator, denominator, state, recorded_by, recorded_at)
                 values ($1, $2, '2026-02-01', '', $3, 1, 2, 'current', $4, '2026-02-01T12:00:00Z')",
            )
            .bind(MeasurementId::new())
            .bind(other)
            .bind(MOST_POINTS - 1)
            .bind(scene.fixture.trainee)
            .execute(&mut *change)
            .await
            .expect("a point");
            change.commit().await.expect("committed");
        }
        for day in ["2026-02-02", "2026-02-03"] {
            scene.record(&[ratio(day)]).await.expect("there is room for it");
        }
        let Err(Error::Invalid(errors)) = scene.record(&[ratio("2026-02-04")]).await else { panic!("refused") };
        assert!(errors[0].message.contains("60,000 points together"), "{}", errors[0].message);
    }

    #[tokio::test]
    async fn a_project_holds_so_many_measures_and_says_so() {
        let Scene { fixture, project, .. } = scene().await;
        let request = fixture.request(Some(fixture.trainee)).await;
        let mut change = fixture.store.write().await.expect("a change");
        let allowed = request.require(&mut change, DefineMeasure(project)).await.expect("allowed");
        let definition = Definition {
            name: "Antibiotics".to_owned(),
            definition: "Within the hour".to_owned(),
            kind: Kind::Outcome,
            data_type: DataType::Count,
            unit: String::new(),
            per: None,
            direction: Direction::Increase,
            target: None,
            every_days: None,
            source: String::new(),
            collector: String::new(),
            starts_on: TODAY,
        };
        for _ in 1..MOST_MEASURES {
            define(&mut change, &allowed, &definition).await.expect("defined");
        }
        let Err(Error::Invalid(errors)) = define(&mut change, &allowed, &definition).await else { panic!("refused") };
        assert!(errors[0].message.contains("at most 100 measures"), "{}", errors[0].message);
    }

    #[tokio::test]
    async fn a_measure_keeps_its_kind_of_number_its_order_and_can_be_retired() {
        let scene = scene().await;
        let second = scene.fixture.measure(scene.project).await;
        scene.record(&[ratio("2026-03-02")]).await.expect("recorded");
        let request = scene.fixture.request(Some(scene.fixture.trainee)).await;
        let mut change = scene.fixture.store.write().await.expect("a change");
        let allowed = request.require(&mut change, DefineMeasure(scene.project)).await.expect("allowed");
        let before = measure(&mut change, scene.measure).await.expect("a measure");
        let definition = Definition {
            name: "Antibiotics".to_owned(),
            definition: before.definition.clone(),
            kind: Kind::Outcome,
            data_type: DataType::Count,
            unit: String::new(),
            per: None,
            direction: Direction::Increase,
            target: None,
            every_days: None,
            source: String::new(),
            collector: String::new(),
            starts_on: before.starts_on,
        };
        assert!(edit(&mut change, &allowed, &before, &definition, 1).await.is_err(), "it has points");
        let definition = Definition { data_type: DataType::Percentage, ..definition };
        assert_eq!(edit(&mut change, &allowed, &before, &definition, 7).await, Err(Error::Conflict));
        edit(&mut change, &allowed, &before, &definition, 1).await.expect("edited");
        shift(&mut change, &allowed, second, true).await.expect("moved");
        shift(&mut change, &allowed, second, true).await.expect("already the first");
        let order: Vec<_> =
            charted(&mut change, scene.project).await.expect("charts").iter().map(|one| one.measure.id).collect();
        assert_eq!(order, [second, scene.measure]);
        retire(&mut change, &allowed, &before, Some(TODAY)).await.expect("retired");
        assert_eq!(for_handover(&mut change, scene.project).await.expect("measures").len(), 1);
        let after = measure(&mut change, scene.measure).await.expect("a measure");
        assert_eq!((after.name.as_str(), after.next_on()), ("Antibiotics", None));
        change.commit().await.expect("committed");
        assert!(scene.record(&[ratio("2026-03-03")]).await.is_err(), "a retired measure takes no points");
    }

    #[tokio::test]
    async fn a_closed_project_takes_no_points() {
        let scene = scene().await;
        let mut change = scene.fixture.store.write().await.expect("a change");
        sqlx::query("update project set status = 'closed', closed_reason = 'completed' where id = $1")
            .bind(scene.project)
            .execute(&mut *change)
            .await
            .expect("closed");
        change.commit().await.expect("committed");
        assert!(matches!(scene.record(&[ratio("2026-03-03")]).await, Err(Error::Invalid(_))));
    }

    #[tokio::test]
    async fn lists_of_points_are_read_through_their_index() {
        let scene = scene().await;
        let mut conn = scene.fixture.store.read().await.expect("a reader");
        let plan: Vec<(i64, i64, i64, String)> = sqlx::query_as(
            "explain query plan select id from measurement where measure_id = 'x' order by taken_on desc, taken_at desc, entry desc",
        )
        .fetch_all(&mut *conn)
        .await
        .expect("a plan");
        assert!(
            plan.iter().all(|(.., step)| step.contains("measurement_series") && !step.contains("B-TREE")),
            "{plan:?}"
        );
    }
}

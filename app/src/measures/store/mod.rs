//! Measures and measurements: their SQL.

use std::sync::LazyLock;

use chrono::NaiveDate;
use sqlx::{Database, FromRow};

use super::chart_settings::store::chart_settings_columns;
use super::model::{self, Definition};
use super::series::{Measure, MeasureSeries, Measurement};
use crate::access::{Allowed, DefineMeasure};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{BatchId, MeasureId, PriorityId, ProjectId, TrustId};
use crate::priorities;
use crate::priorities::store::Priority;
use crate::project;
use crate::project::store::ProjectSummary;
use crate::roles::open_project;

/// What selects [`Measurement`]s.
macro_rules! points {
    () => {
        "select s.id, s.measure_id, s.taken_on, s.taken_at, s.place, s.entry, s.value, s.numerator, s.denominator, s.note, s.state,
                s.reason, p.name as recorded_by, s.recorded_at, s.version
         from measurement s join person p on p.id = s.recorded_by"
    };
}

pub use batches::{Batch, Corrected, Undone, batch, batch_of, begin, project_of_batch, standing_corrections, undo};
pub use points::{
    MOST_POINTS, MOST_POINTS_OF_PROJECT, allow_several_per_day, allows_several_per_day, clashes, correct, has_room,
    held, insert, measurement, measurements, project_of_measurement, record, refresh_last_on, replace, set_state, span,
    takes_points,
};
pub use settled::{resettle, settle, unsettled};

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
              iif(s.denominator = cast(s.denominator as integer), cast(s.denominator as integer), s.denominator), s.state = 'excluded', nullif(s.note, '')))
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

/// What selects a [`MeasureSeries`].
macro_rules! series {
    () => {
        concat!(
            "select ",
            measure_columns!(),
            ", ",
            chart_settings_columns!(),
            ", ",
            points_column!(),
            ", ",
            cycles_column!()
        )
    };
}

/// What was done to the measure `$1` and its points, newest first: at most so many rows.
macro_rules! changes {
    ($limit:literal) => {
        concat!(
            "select h.at, p.name as actor, h.action, coalesce(d.detail, '') as detail,
                    (select b.id from point_batch b
                     where h.object = 'batch' and b.id = h.object_id and b.undone_at is null
                       and (b.corrected <> '[]'
                            or exists (select 1 from measurement s where s.batch_id = b.id and s.state <> 'void'))) as undoable
             from history h
             left join person p on p.id = h.actor_id
             left join history_detail d on d.sequence = h.sequence
             where h.sequence in (
                select o.sequence from history o where o.object_id = $1
                union
                select o.sequence from measurement m join history o on o.object_id = m.id
                where m.measure_id = $1 and m.version > 1
                union
                select o.sequence from point_batch b join history o on o.object_id = b.id
                where b.measure_id = $1)
             order by h.sequence desc limit ",
            $limit
        )
    };
}

/// What [`load_series_of_measure`] asks: `$1` the measure.
macro_rules! series_of_measure {
    () => {
        concat!(series!(), " from measure m join project p on p.id = m.project_id where m.id = $1")
    };
}

/// Sets the date of the last point of the measure `$1`.
macro_rules! refresh_last_on {
    () => {
        "update measure set last_on = (select taken_on from measurement where measure_id = $1 and state <> 'void'
                order by taken_on desc limit 1) where id = $1"
    };
}

/// What selects [`Batch`]es, of `point_batch b`.
macro_rules! batches {
    () => {
        "select b.id, b.measure_id, b.way, b.points, json_array_length(b.corrected) as corrected, p.name as recorded_by, b.recorded_at, b.undone_at,
                (select count(*) from measurement s where s.batch_id = b.id and s.state <> 'void') as standing,
                (select count(*) from measurement s where s.batch_id = b.id and s.state <> 'void' and s.version > 1) as touched
         from point_batch b join person p on p.id = b.recorded_by"
    };
}

mod batches;
mod points;
mod settled;
#[cfg(test)]
mod tests;

/// What [`load_series`] asks: `$1` the project. [`MeasureSeries`] rows.
pub const SERIES: &str = concat!(
    series!(),
    " from measure m join project p on p.id = m.project_id
      where m.project_id = $1 and m.retired_on is null order by m.position, m.id"
);

/// The measures of a project that are in use, in order, each with its chart: one query.
///
/// # Errors
/// When the store cannot be read.
pub async fn load_series(conn: &mut Connection, project: ProjectId) -> Result<Vec<MeasureSeries>, Error> {
    Ok(sqlx::query_as(SERIES).bind(project).fetch_all(conn).await?)
}

/// The first measure in use of each project on a page, with its chart: the end of a statement that begins with the
/// projects as `page` (id). [`MeasureSeries`] rows.
pub const FIRST_OF_PAGE: &str = concat!(
    " ",
    series!(),
    " from page g cross join measure m on m.id = (select f.id from measure f
          where f.project_id = g.id and f.retired_on is null order by f.position, f.id limit 1)
      cross join project p on p.id = m.project_id"
);

/// A measure with its chart.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn load_series_of_measure(conn: &mut Connection, measure: MeasureId) -> Result<MeasureSeries, Error> {
    Ok(sqlx::query_as(series_of_measure!()).bind(measure).fetch_one(conn).await?)
}

/// What the page of a measure shows.
#[derive(Debug)]
pub struct Shown {
    /// The measure with its chart.
    pub series: MeasureSeries,
    /// A page of its points but for the void ones, newest first.
    pub points: Vec<Measurement>,
    /// How many there are.
    pub counted: i64,
    /// The newest void points, at most a page.
    pub void: Vec<Measurement>,
    /// How many there are.
    pub voided: i64,
    /// The newest acts that recorded several points and are not undone.
    pub batches: Vec<Batch>,
    /// What was done to the measure and its points, newest first.
    pub changes: Vec<Changed>,
}

/// Something that was done to a measure or its points.
#[derive(Clone, Debug, FromRow)]
pub struct Changed {
    /// What the history says.
    #[sqlx(flatten)]
    pub row: history::Row,
    /// The act that recorded several points in it, while there is something of it to undo.
    pub undoable: Option<BatchId>,
}

/// So many points stand on a page of a measure's data.
pub const POINTS_A_PAGE: i64 = 60;

/// A measure with a page of its points (from 1) and its newest `changes`: one round trip.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn shown(conn: &mut Connection, measure: MeasureId, page: i64, changes: u32) -> Result<Shown, Error> {
    const SHOWN: &str = concat!(
        series_of_measure!(),
        "; ",
        points!(),
        " where s.measure_id = $1 and s.state <> 'void' order by s.taken_on desc, s.taken_at desc, s.entry desc limit $2 offset $3; ",
        points!(),
        " where s.measure_id = $1 and s.state = 'void' order by s.taken_on desc, s.taken_at desc, s.entry desc limit $2; ",
        "select count(*) filter (where state <> 'void'), count(*) filter (where state = 'void') from measurement where measure_id = $1; ",
        batches!(),
        " where b.measure_id = $1 and b.undone_at is null order by b.recorded_at desc, b.id desc limit 3; ",
        changes!("$4")
    );
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, measure)?;
    batch::bind(&mut parameters, POINTS_A_PAGE)?;
    batch::bind(&mut parameters, (page.max(1) - 1).saturating_mul(POINTS_A_PAGE))?;
    batch::bind(&mut parameters, changes)?;
    let mut answers = batch::ask(conn, SHOWN, parameters).await?;
    let series = answers.one()?;
    let (points, void) = (answers.all()?, answers.all()?);
    let (counted, voided) = answers.one()?;
    Ok(Shown { series, points, counted, void, voided, batches: answers.all()?, changes: answers.all()? })
}

/// The measures in use of a priority's open projects: `$1` the priority.
macro_rules! of_priority {
    () => {
        concat!(
            " from project_priority l join project p on p.id = l.project_id join measure m on m.project_id = p.id
              where l.priority_id = $1 and ",
            open_project!("p"),
            " and m.retired_on is null"
        )
    };
}

/// A page of them, each with its chart, and how many there are: `$3` how many at most, `$4` how many before them, where
/// that is beyond the end the last page, `$5` by what they are sorted. In this direction.
macro_rules! board_of_priority {
    ($direction:literal) => {
        concat!(
            series!(),
            of_priority!(),
            " order by iif($5 = 'measure', m.name, p.title) collate nocase ",
            $direction,
            ", p.title collate nocase, p.id, m.position, m.id
              limit $3 offset min($4, (select max(count(*) - 1, 0) / $3 * $3",
            of_priority!(),
            "));
            select count(*)",
            of_priority!()
        )
    };
}

static BOARD_OF_PRIORITY: LazyLock<[String; 2]> = LazyLock::new(|| {
    [board_of_priority!("asc"), board_of_priority!("desc")].map(|board| [priorities::store::FIND, board].join(";\n"))
});
static BOARD_OF_PROJECT: LazyLock<String> = LazyLock::new(|| [project::store::SUMMARY, SERIES].join(";\n"));

/// How a board is asked for.
#[derive(Clone, Copy, Debug)]
pub struct BoardPage {
    /// By what it is sorted: `measure`, or else by project.
    pub sort: &'static str,
    /// From the last to the first.
    pub reversed: bool,
    /// How many measures it shows.
    pub rows: i64,
    /// How many come before them.
    pub before: i64,
}

/// A priority of a trust with a page of the measures in use of its open projects, each with its chart, and how many
/// there are of them. Beyond the end it is the last page.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such priority.
pub async fn board_of_priority(
    conn: &mut Connection,
    trust: TrustId,
    priority: PriorityId,
    page: BoardPage,
) -> Result<(Priority, Vec<MeasureSeries>, i64), Error> {
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, priority)?;
    batch::bind(&mut parameters, trust)?;
    batch::bind(&mut parameters, page.rows)?;
    batch::bind(&mut parameters, page.before)?;
    batch::bind(&mut parameters, page.sort)?;
    let [rising, falling] = &*BOARD_OF_PRIORITY;
    let mut answers = batch::ask(conn, if page.reversed { falling } else { rising }, parameters).await?;
    let (priority, series, (total,)) = (answers.one()?, answers.all()?, answers.one()?);
    Ok((priority, series, total))
}

/// What names a project, with its measures in use, each with its chart.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn board_of_project(
    conn: &mut Connection,
    project: ProjectId,
) -> Result<(ProjectSummary, Vec<MeasureSeries>), Error> {
    let mut parameters = <Db as Database>::Arguments::default();
    batch::bind(&mut parameters, project)?;
    let mut answers = batch::ask(conn, &BOARD_OF_PROJECT, parameters).await?;
    Ok((answers.one()?, answers.all()?))
}

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

/// The project of a measure, which never changes.
///
/// # Errors
/// [`Error::NotFound`] when there is no such measure.
pub async fn project_of_measure(conn: &mut Connection, measure: MeasureId) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar("select project_id from measure where id = $1").bind(measure).fetch_one(conn).await?)
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
    let insert = sqlx::query(
        "insert into measure (id, project_id, name, definition, kind, data_type, unit, per, direction, target, every_days,
                source, collector, starts_on, position, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
                (select coalesce(max(position), 0) + 1 from measure where project_id = $2), $15)",
    );
    bind_definition(insert.bind(id).bind(project), definition).bind(allowed.now).execute(&mut *conn).await?;
    let entry = Entry::new("measure", id, "defined a measure").in_project(project).change("Name", "", &definition.name);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Binds `$3` to `$14` of the statements that write a measure: what was parsed, in one order.
fn bind_definition<'q>(query: crate::db::Query<'q>, definition: &'q Definition) -> crate::db::Query<'q> {
    query
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
    let update = sqlx::query(
        "update measure set name = $3, definition = $4, kind = $5, data_type = $6, unit = $7, per = $8, direction = $9,
                target = $10, every_days = $11, source = $12, collector = $13, starts_on = $14, version = version + 1
         where id = $1 and project_id = $2 and version = $15",
    );
    let changed = bind_definition(update.bind(before.id).bind(allowed.project()), definition)
        .bind(version)
        .execute(&mut *conn)
        .await?;
    crate::db::expect_one(changed)?;
    let or_none = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let per = |per: Option<i64>| per.map(|per| per.to_string()).unwrap_or_default();
    let entry = Entry::new("measure", before.id, "changed a measure")
        .in_project(allowed.project())
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
    let entry =
        Entry::new("measure", measure.id, action).in_project(allowed.project()).change("Name", "", &measure.name);
    history::record(conn, allowed, entry).await
}

/// Moves a measure one place up or down among those in use.
///
/// # Errors
/// When the store cannot write.
pub async fn move_up_or_down(
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
    history::record(conn, allowed, Entry::new("measure", measure, "moved a measure").in_project(allowed.project()))
        .await
}

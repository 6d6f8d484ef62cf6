//! The points of a measure: recording, correcting, excluding and voiding them.

use chrono::NaiveTime;
use sqlx::Database;

use super::batches::begin;
use super::settled::settle;
use crate::access::{Allowed, RecordMeasurement};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::{Error, FieldError};
use crate::format;
use crate::history::{self, Entry};
use crate::id::{BatchId, MeasureId, MeasurementId, ProjectId};
use crate::measures::model::{Point, State, Way};
use crate::measures::series::{Measure, Measurement, when};
use crate::measures::values;

/// How many points a measure holds, and how many all measures of its project, void ones included. They are
/// never deleted, and are numbered as they come, so the last number says it.
macro_rules! held {
    () => {
        "select coalesce((select max(entry) from measurement where measure_id = $1), 0),
                coalesce((select sum((select max(s.entry) from measurement s where s.measure_id = o.id))
                          from measure o where o.project_id = (select project_id from measure where id = $1)), 0)"
    };
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

/// The project of a point, which never changes.
///
/// # Errors
/// [`Error::NotFound`] when there is no such point.
pub async fn project_of_measurement(conn: &mut Connection, measurement: MeasurementId) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar(
        "select m.project_id from measurement s join measure m on m.id = s.measure_id where s.id = $1",
    )
    .bind(measurement)
    .fetch_one(conn)
    .await?)
}

/// Whether several observations of a day are several points: they are drawn as one for each period.
///
/// # Errors
/// When the store cannot be read.
pub async fn allows_several_per_day(conn: &mut Connection, measure: MeasureId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select period is not null from measure where id = $1").bind(measure).fetch_one(conn).await?)
}

/// Makes several observations of a day several points, drawn as one a day; nothing where they are already.
///
/// # Errors
/// When the store cannot write.
pub async fn allow_several_per_day(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
) -> Result<(), Error> {
    if measure.project_id != allowed.project() {
        return Err(Error::NotFound);
    }
    let changed =
        sqlx::query("update measure set period = 'day', version = version + 1 where id = $1 and period is null")
            .bind(measure.id)
            .execute(&mut *conn)
            .await?;
    if changed.rows_affected() == 0 {
        return Ok(());
    }
    let entry = Entry::new("measure", measure.id, "changed how the chart is read")
        .in_project(measure.project_id)
        .change("Measure", "", &measure.name)
        .change("Points", "Each observation", "One point a day");
    history::record(conn, allowed, entry).await
}

async fn find_point_at(
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

fn duplicate_point_error(field: &str, point: &Point, first: MeasurementId) -> FieldError {
    let when = when(point.taken_on, point.taken_at, &point.place);
    FieldError {
        field: field.to_owned(),
        message: format!(
            "There is already a point for {when}. Open it to correct it, give this one a time or a place, or record several a day."
        ),
        link: Some(format!("/measurements/{first}")),
    }
}

/// Keeps the date of a measure's last point with the measure.
///
/// # Errors
/// When the store cannot write.
pub async fn refresh_last_on(conn: &mut Connection, measure: MeasureId) -> Result<(), Error> {
    sqlx::query(refresh_last_on!()).bind(measure).execute(conn).await?;
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

/// Whether one of these points is of a moment of which there is one already.
///
/// # Errors
/// When the store cannot be read.
pub async fn clashes(conn: &mut Connection, measure: MeasureId, points: &[(String, Point)]) -> Result<bool, Error> {
    Ok(!room_and_clashes(conn, measure, points).await?.1.is_empty())
}

/// Whether points have room in a measure, and a moment of their own each: one round trip. Each point comes
/// with the name of the input that holds its date.
async fn fit(conn: &mut Connection, measure: MeasureId, points: &[(String, Point)]) -> Result<(), Error> {
    let (held, mut clashes) = room_and_clashes(conn, measure, points).await?;
    has_room(held, points.len())?;
    clashes.dedup_by_key(|clash| clash.0);
    let errors: Vec<FieldError> = clashes
        .into_iter()
        .filter_map(|(place, first)| {
            let (field, point) = points.get(usize::try_from(place).ok()?)?;
            Some(duplicate_point_error(field, point, first))
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(Error::Invalid(errors)) }
}

/// What a measure and its project hold; and which of these points are of a moment of which there is one, each by its
/// place, with that one.
async fn room_and_clashes(
    conn: &mut Connection,
    measure: MeasureId,
    points: &[(String, Point)],
) -> Result<((i64, i64), Vec<(i64, MeasurementId)>), Error> {
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
    Ok((answers.one()?, answers.all()?))
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
    batch: Option<BatchId>,
    points: impl Iterator<Item = &'a Point>,
) -> Result<Vec<MeasurementId>, Error> {
    const INSERT: &str = concat!(
        "insert into measurement
             (id, measure_id, taken_on, taken_at, place, entry, value, numerator, denominator, note, recorded_by, recorded_at, batch_id)
         select j.value ->> 0, $1, j.value ->> 1, j.value ->> 2, j.value ->> 3,
                j.key + 1 + (select coalesce(max(entry), 0) from measurement where measure_id = $1),
                j.value ->> 4, j.value ->> 5, j.value ->> 6, j.value ->> 7, $3, $4, $5
         from json_each($2) j; ",
        refresh_last_on!()
    );
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
        .bind(batch)
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
    let batch = match points.len() {
        ..=1 => None,
        many => Some(begin(&mut *conn, allowed, measure.id, Way::Typed, many, &[]).await?),
    };
    let ids = insert(&mut *conn, allowed, measure.id, batch, points.iter().map(|(_, point)| point)).await?;
    let entry = match (batch, ids.as_slice(), points) {
        (Some(batch), ..) => Entry::new("batch", batch, Way::Typed.did())
            .in_project(measure.project_id)
            .change("Measure", "", &measure.name)
            .change("New points", "", ids.len())
            .change("From and to", "", span(points.iter().map(|(_, point)| point))),
        (None, [id], [(_, point)]) => Entry::new("measurement", id, "recorded a measurement")
            .in_project(measure.project_id)
            .change("Measure", "", &measure.name)
            .change("When", "", when(point.taken_on, point.taken_at, &point.place))
            .change("Value", "", values::amount(measure, point.amount))
            .change("Note", "", &point.note),
        _ => return Ok(ids),
    };
    history::record(conn, allowed, entry).await?;
    settle(conn, allowed, measure.id).await?;
    Ok(ids)
}

/// From the first day to the last of some points, in words; empty without any.
pub fn span<'a>(points: impl Iterator<Item = &'a Point> + Clone) -> String {
    let days = points.map(|point| point.taken_on);
    match (days.clone().min(), days.max()) {
        (Some(first), Some(last)) => format!("{} to {}", format::date(first), format::date(last)),
        _ => String::new(),
    }
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
        return Err(Error::form("The data point is deleted. Put it back before you correct it."));
    }
    if let Some(first) = find_point_at(conn, measure.id, point, Some(before.id)).await? {
        return Err(Error::Invalid(vec![duplicate_point_error("taken_on", point, first)]));
    }
    replace(conn, allowed, measure, before, point, reason).await?;
    refresh_last_on(conn, measure.id).await
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
        .in_project(measure.project_id)
        .change("When", before.when(), when(point.taken_on, point.taken_at, &point.place))
        .change("Value", values::amount(measure, before.amount()), values::amount(measure, point.amount))
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
        if let Some(first) = find_point_at(conn, measure.id, &point, Some(before.id)).await? {
            return Err(Error::Invalid(vec![duplicate_point_error("", &point, first)]));
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
        (_, State::Void) => "deleted a measurement",
        (State::Void, State::Current) => "put a measurement back",
        (_, State::Current) => "included a measurement again",
    };
    let entry = Entry::new("measurement", before.id, action)
        .in_project(measure.project_id)
        .change("State", before.state.label(), state.label())
        .change("Reason", "", reason);
    history::record(conn, allowed, entry).await?;
    refresh_last_on(conn, measure.id).await?;
    settle(conn, allowed, measure.id).await
}

//! Points that were recorded in one act, and undoing them in one.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::settled::resettle;
use crate::access::{Allowed, RecordMeasurement};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{BatchId, MeasureId, MeasurementId, ProjectId};
use crate::measures::model::Way;
use crate::measures::series::{Measure, Measurement};
use crate::measures::values;

/// Points that were recorded in one act.
#[derive(Clone, Debug, FromRow)]
pub struct Batch {
    /// Its id.
    pub id: BatchId,
    /// Its measure.
    pub measure_id: MeasureId,
    /// How they came.
    pub way: Way,
    /// How many it brought.
    pub points: i64,
    /// How many of them are not void.
    pub standing: i64,
    /// How many of those that are not void were corrected or excluded since.
    pub touched: i64,
    /// How many points it corrected.
    pub corrected: i64,
    /// Who recorded them.
    pub recorded_by: String,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// When they were undone.
    pub undone_at: Option<DateTime<Utc>>,
}

/// A point that an import corrected: which, the version that the correction made, and the value, numerator,
/// denominator and note from before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Corrected(MeasurementId, i64, Option<f64>, Option<f64>, Option<f64>, String);

impl Corrected {
    /// What a correction of this point takes away.
    #[must_use]
    pub fn before(point: &Measurement) -> Self {
        Self(point.id, point.version + 1, point.value, point.numerator, point.denominator, point.note.clone())
    }
}

/// Points that were recorded in one act.
///
/// # Errors
/// [`Error::NotFound`] when there are none of this id.
pub async fn batch(conn: &mut Connection, batch: BatchId) -> Result<Batch, Error> {
    Ok(sqlx::query_as(concat!(batches!(), " where b.id = $1")).bind(batch).fetch_one(conn).await?)
}

/// The act in which a point was recorded, if it came with others.
///
/// # Errors
/// When the store cannot be read.
pub async fn batch_of(conn: &mut Connection, point: MeasurementId) -> Result<Option<Batch>, Error> {
    Ok(sqlx::query_as(concat!(batches!(), " where b.id = (select batch_id from measurement where id = $1)"))
        .bind(point)
        .fetch_optional(conn)
        .await?)
}

/// How many corrections of an act can be taken back: those of points that nobody changed since.
///
/// # Errors
/// When the store cannot be read.
pub async fn standing_corrections(conn: &mut Connection, batch: BatchId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar(
        "select count(*) from point_batch b cross join json_each(b.corrected) c
            cross join measurement s on s.id = c.value ->> 0 and s.version = c.value ->> 1
         where b.id = $1",
    )
    .bind(batch)
    .fetch_one(conn)
    .await?)
}

/// The project of points that came together, which never changes.
///
/// # Errors
/// [`Error::NotFound`] when there are none of this id.
pub async fn project_of_batch(conn: &mut Connection, batch: BatchId) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar(
        "select m.project_id from point_batch b join measure m on m.id = b.measure_id where b.id = $1",
    )
    .bind(batch)
    .fetch_one(conn)
    .await?)
}

/// Begins an act that records several points, and corrects some.
///
/// # Errors
/// When the store cannot write.
pub async fn begin(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: MeasureId,
    way: Way,
    points: usize,
    corrected: &[Corrected],
) -> Result<BatchId, Error> {
    let id = BatchId::new();
    sqlx::query(
        "insert into point_batch (id, measure_id, way, points, corrected, recorded_by, recorded_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(measure)
    .bind(way)
    .bind(i64::try_from(points).unwrap_or(i64::MAX))
    .bind(serde_json::to_string(corrected)?)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    Ok(id)
}

/// What the undoing of an act did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Undone {
    /// So many points became void.
    pub void: usize,
    /// So many corrections were taken back.
    pub taken_back: usize,
    /// So many were left: their points changed again since.
    pub kept: usize,
    /// So many points of the measure are not void.
    pub left: i64,
}

/// Undoes an act: the points that it brought become void, and what it corrected is as before, but for what was changed
/// again since. A chart that was settled by these points is settled by what is left.
///
/// # Errors
/// [`Error::Invalid`] when it is undone already.
pub async fn undo(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    batch: &Batch,
) -> Result<Undone, Error> {
    if measure.project_id != allowed.project() || batch.measure_id != measure.id {
        return Err(Error::NotFound);
    }
    if batch.undone_at.is_some() {
        return Err(Error::form("This was undone already. Nothing was changed."));
    }
    let reason = format!("Undone together with all that was {} with it", batch.way.done());
    let void: Vec<i64> = sqlx::query_scalar(
        "update measurement set state = 'void', reason = $2, version = version + 1 where batch_id = $1 and state <> 'void'
         returning entry",
    )
    .bind(batch.id)
    .bind(&reason)
    .fetch_all(&mut *conn)
    .await?;
    let corrected: String = sqlx::query_scalar("select corrected from point_batch where id = $1")
        .bind(batch.id)
        .fetch_one(&mut *conn)
        .await?;
    let corrected: Vec<Corrected> = serde_json::from_str(&corrected)?;
    let mut taken_back = 0;
    for corrected in &corrected {
        taken_back += usize::from(take_back(conn, allowed, measure, corrected, &reason).await?);
    }
    sqlx::query("update point_batch set undone_at = $2, undone_by = $3 where id = $1")
        .bind(batch.id)
        .bind(allowed.now)
        .bind(allowed.person()?)
        .execute(&mut *conn)
        .await?;
    sqlx::query(refresh_last_on!()).bind(measure.id).execute(&mut *conn).await?;
    let left = sqlx::query_scalar("select count(*) from measurement where measure_id = $1 and state <> 'void'")
        .bind(measure.id)
        .fetch_one(&mut *conn)
        .await?;
    let undone = Undone { void: void.len(), taken_back, kept: corrected.len() - taken_back, left };
    let told = |count: usize| if count == 0 { String::new() } else { count.to_string() };
    let entry = Entry::new("batch", batch.id, batch.way.undid())
        .in_project(measure.project_id)
        .change("Measure", "", &measure.name)
        .change("Data points deleted", "", told(undone.void))
        .change("Corrections taken back", "", told(undone.taken_back))
        .change("Changed again since, and left", "", told(undone.kept));
    history::record(conn, allowed, entry).await?;
    if let Some(first) = void.into_iter().min() {
        resettle(conn, allowed, measure.id, first).await?;
    }
    Ok(undone)
}

/// Takes one correction back, unless the point was changed again since; whether it did.
async fn take_back(
    conn: &mut Connection,
    allowed: &Allowed<RecordMeasurement>,
    measure: &Measure,
    Corrected(id, version, value, numerator, denominator, note): &Corrected,
    reason: &str,
) -> Result<bool, Error> {
    let now: Measurement =
        sqlx::query_as(concat!(points!(), " where s.id = $1")).bind(id).fetch_one(&mut *conn).await?;
    if now.version != *version {
        return Ok(false);
    }
    sqlx::query(
        "update measurement set value = $2, numerator = $3, denominator = $4, note = $5, reason = $6, version = version + 1
         where id = $1",
    )
    .bind(id)
    .bind(value)
    .bind(numerator)
    .bind(denominator)
    .bind(note)
    .bind(reason)
    .execute(&mut *conn)
    .await?;
    let before: Measurement =
        sqlx::query_as(concat!(points!(), " where s.id = $1")).bind(id).fetch_one(&mut *conn).await?;
    let entry = Entry::new("measurement", id, "took a correction back")
        .in_project(measure.project_id)
        .change("Value", values::amount(measure, now.amount()), values::amount(measure, before.amount()))
        .change("Note", &now.note, note)
        .change("Reason", "", reason);
    history::record(conn, allowed, entry).await?;
    Ok(true)
}

//! Updates: short notes on what happened.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::kinds::{UPDATES, has_room_for_new};
use crate::access::{Allowed, WriteProgress};
use crate::db::Connection;
use crate::error::Error;
use crate::format::date;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, UpdateId};
use crate::progress::model::UpdateDetails;

/// How many of the newest stand on a project's page and in its handover summary.
pub const NEWEST: usize = 3;
/// How many stand on a page of their own.
pub const PAGE: i64 = 20;

/// An update.
#[derive(Clone, Debug, FromRow)]
pub struct Update {
    pub id: UpdateId,
    pub project_id: ProjectId,
    pub on_day: NaiveDate,
    pub words: String,
    pub author_id: PersonId,
    pub author: String,
    /// The reference of the project in which it was written, when that was merged into another.
    pub came_from: Option<String>,
    /// Its words are not those that were posted first.
    pub changed: bool,
    pub removed: bool,
    pub version: i64,
}

macro_rules! select_updates {
    ($($rest:expr),+) => {
        concat!(
            "select u.id, u.project_id, u.on_day, u.words, u.author_id, n.name as author, u.changed_at is not null as changed,
                iif(p.merged_into is null, null, p.reference) as came_from, u.removed_at is not null as removed, u.version
             from project_update u join person n on n.id = u.author_id join project p on p.id = u.project_id ",
            $($rest),+
        )
    };
}

/// The updates that stand of the project `$1`, and of those that go on in it since they were merged.
macro_rules! standing {
    () => {
        "u.removed_at is null and u.project_id in (
            with recursive whole(id) as (select $1 union select m.id from whole w join project m on m.merged_into = w.id)
            select id from whole)"
    };
}

/// What [`newest`] asks: `$1` the project. [`Update`] rows.
pub const LATEST: &str = select_updates!("where ", standing!(), " order by u.on_day desc, u.id desc limit 3");

/// The newest updates of a project.
///
/// # Errors
/// When the store cannot be read.
pub async fn newest(conn: &mut Connection, project: ProjectId) -> Result<Vec<Update>, Error> {
    Ok(sqlx::query_as(LATEST).bind(project).fetch_all(conn).await?)
}

/// A page of a project's updates, the newest first, and how many there are, with those of the projects that go on in it.
///
/// # Errors
/// When the store cannot be read.
pub async fn page(conn: &mut Connection, project: ProjectId, before: i64) -> Result<(Vec<Update>, i64), Error> {
    let total = sqlx::query_scalar(concat!("select count(*) from project_update u where ", standing!()))
        .bind(project)
        .fetch_one(&mut *conn)
        .await?;
    let rows =
        sqlx::query_as(select_updates!("where ", standing!(), " order by u.on_day desc, u.id desc limit $2 offset $3"))
            .bind(project)
            .bind(PAGE)
            .bind(before)
            .fetch_all(conn)
            .await?;
    Ok((rows, total))
}

/// The updates that were deleted, the latest deleted first.
///
/// # Errors
/// When the store cannot be read.
pub async fn removed(conn: &mut Connection, project: ProjectId) -> Result<Vec<Update>, Error> {
    Ok(sqlx::query_as(select_updates!(
        "where u.project_id = $1 and u.removed_at is not null order by u.removed_at desc limit $2"
    ))
    .bind(project)
    .bind(PAGE)
    .fetch_all(conn)
    .await?)
}

/// An update.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn update(conn: &mut Connection, update: UpdateId) -> Result<Update, Error> {
    Ok(sqlx::query_as(select_updates!("where u.id = $1")).bind(update).fetch_one(conn).await?)
}

/// Posts an update.
///
/// # Errors
/// [`Error::Invalid`] when there are too many.
pub async fn post(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    said: &UpdateDetails,
) -> Result<UpdateId, Error> {
    let (id, project) = (UpdateId::new(), allowed.project());
    has_room_for_new(conn, project, &UPDATES).await?;
    sqlx::query(
        "insert into project_update (id, project_id, on_day, words, author_id, created_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(project)
    .bind(said.on_day)
    .bind(&said.words)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("update", id, "posted an update").in_project(project).change("Update", "", &said.words);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Changes an update, if it still has the version that the change was made from.
///
/// # Errors
/// [`Error::Invalid`] when somebody else wrote it, [`Error::Conflict`] when it was changed meanwhile.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    before: &Update,
    said: &UpdateDetails,
    version: i64,
) -> Result<(), Error> {
    if before.author_id != allowed.person()? {
        return Err(Error::form(format!(
            "Only {} changes what they wrote. Post an update of your own.",
            before.author
        )));
    }
    let edited = sqlx::query(
        "update project_update set on_day = $3, words = $4, changed_at = $5, version = version + 1
         where id = $1 and project_id = $2 and version = $6 and removed_at is null",
    )
    .bind(before.id)
    .bind(allowed.project())
    .bind(said.on_day)
    .bind(&said.words)
    .bind(allowed.now)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(edited)?;
    let entry = Entry::new("update", before.id, "changed an update")
        .in_project(allowed.project())
        .change("Update", &before.words, &said.words)
        .change("Day", date(before.on_day), date(said.on_day));
    history::record(conn, allowed, entry).await
}

//! Tasks, updates and links: their SQL, and how each is deleted and put back.

mod kinds;
pub mod links;
pub mod merged;
pub mod tasks;
pub mod updates;

use self::kinds::{Kind, LINKS, TASKS, UPDATES, has_room};
use super::model::Thing;
use crate::access::{Allowed, WriteProgress};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::ProjectId;

/// A column of the task that is a project's next step: of its open ones the first by its day. Null without one.
macro_rules! next_step {
    ($project:literal, $column:literal) => {
        concat!(
            "(select w.",
            $column,
            " from task w where w.project_id = ",
            $project,
            " and w.done_at is null and w.removed_at is null order by w.due_on is null, w.due_on, w.id limit 1)"
        )
    };
}
pub(crate) use next_step;

fn kind(thing: Thing) -> (&'static Kind, String) {
    match thing {
        Thing::Task(id) => (&TASKS, id.to_string()),
        Thing::Update(id) => (&UPDATES, id.to_string()),
        Thing::Link(id) => (&LINKS, id.to_string()),
    }
}

async fn find(conn: &mut Connection, thing: Thing) -> Result<(ProjectId, String), Error> {
    let (kind, id) = kind(thing);
    Ok(sqlx::query_as(kind.project).bind(id).fetch_one(conn).await?)
}

/// The project of a task, an update or a link, which never changes.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn project_of(conn: &mut Connection, thing: Thing) -> Result<ProjectId, Error> {
    Ok(find(conn, thing).await?.0)
}

/// Deletes a task, an update or a link, or puts it back: from the version that was seen.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when the project has no room for it any more.
pub async fn set_removed(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    thing: Thing,
    removed: bool,
    version: i64,
) -> Result<(), Error> {
    let project = allowed.project();
    let (of, words) = find(conn, thing).await?;
    let (kind, id) = kind(thing);
    if !removed {
        has_room(conn, of, kind).await?;
    }
    let set = sqlx::query(kind.set_removed)
        .bind(&id)
        .bind(project)
        .bind(removed.then_some(allowed.now))
        .bind(version)
        .bind(removed)
        .execute(&mut *conn)
        .await?;
    crate::db::expect_one(set)?;
    let (action, from, to) =
        if removed { (kind.deleted, words.as_str(), "") } else { (kind.put_back, "", words.as_str()) };
    let entry = Entry::new(kind.object, id, action).in_project(project).change("Words", from, to);
    history::record(conn, allowed, entry).await
}

#[cfg(test)]
mod tests;

//! What tasks, updates and links have in common: how many a project holds, and how each is marked as deleted.

use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;

/// The open tasks of one project, at most: all of them stand on its page.
pub(super) const MOST_OPEN_TASKS: i64 = 30;
/// The updates of one project, at most.
pub(super) const MOST_UPDATES: i64 = 500;
/// The links of one project, at most: whoever takes it over opens each.
pub(super) const MOST_LINKS: i64 = 10;

/// The statements that read, change and name one kind of thing.
pub(super) struct Kind {
    pub(super) project: &'static str,
    /// How many stand: `$1` the project.
    pub(super) stand: &'static str,
    /// How many there are, those that were deleted included: `$1` the project.
    pub(super) ever: &'static str,
    pub(super) most: i64,
    pub(super) too_many: &'static str,
    pub(super) set_removed: &'static str,
    pub(super) deleted: &'static str,
    pub(super) put_back: &'static str,
    pub(super) object: &'static str,
}

pub(super) const TASKS: Kind = Kind {
    project: "select project_id, what from task where id = $1",
    stand: "select count(*) from task where project_id = $1 and done_at is null and removed_at is null",
    ever: "select count(*) from task where project_id = $1",
    most: MOST_OPEN_TASKS,
    too_many: "A project holds at most 30 open tasks. Finish or delete one of them first.",
    set_removed: "update task set removed_at = $3, version = version + 1
         where id = $1 and project_id = $2 and version = $4 and (removed_at is null) = $5",
    deleted: "deleted a task",
    put_back: "put a task back",
    object: "task",
};

pub(super) const UPDATES: Kind = Kind {
    project: "select project_id, words from project_update where id = $1",
    stand: "select count(*) from project_update where project_id = $1 and removed_at is null",
    ever: "select count(*) from project_update where project_id = $1",
    most: MOST_UPDATES,
    too_many: "A project holds at most 500 updates. Delete one of them first.",
    set_removed: "update project_update set removed_at = $3, version = version + 1
         where id = $1 and project_id = $2 and version = $4 and (removed_at is null) = $5",
    deleted: "deleted an update",
    put_back: "put an update back",
    object: "update",
};

pub(super) const LINKS: Kind = Kind {
    project: "select project_id, title from web_link where id = $1",
    stand: "select count(*) from web_link where project_id = $1 and removed_at is null",
    ever: "select count(*) from web_link where project_id = $1",
    most: MOST_LINKS,
    too_many: "A project holds at most 10 links. Delete one, or link to a folder that holds the rest.",
    set_removed: "update web_link set removed_at = $3, version = version + 1
         where id = $1 and project_id = $2 and version = $4 and (removed_at is null) = $5",
    deleted: "deleted a link",
    put_back: "put a link back",
    object: "link",
};

/// Refuses one more than a project may hold.
pub(super) async fn has_room(conn: &mut Connection, project: ProjectId, kind: &Kind) -> Result<(), Error> {
    let stand: i64 = sqlx::query_scalar(kind.stand).bind(project).fetch_one(conn).await?;
    if stand >= kind.most { Err(Error::form(kind.too_many)) } else { Ok(()) }
}

/// How many of a kind a project has ever had, at most: what is deleted is kept, and somebody who adds and deletes all
/// night fills no disk.
const MOST_EVER: i64 = 2000;

/// Refuses a new one that a project has no room for.
pub(super) async fn has_room_for_new(conn: &mut Connection, project: ProjectId, kind: &Kind) -> Result<(), Error> {
    has_room(conn, project, kind).await?;
    let rows: i64 = sqlx::query_scalar(kind.ever).bind(project).fetch_one(conn).await?;
    if rows >= MOST_EVER {
        return Err(Error::form("This project cannot hold more of these, those that were deleted included."));
    }
    Ok(())
}

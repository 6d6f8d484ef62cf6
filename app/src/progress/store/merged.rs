//! What a merge does to what a team does: open tasks and links come along into the project that goes on, so that nobody
//! has to look for them in a closed one. Updates stay where they were written, and are read from both.

use serde::{Deserialize, Serialize};

use crate::access::{Allowed, Coordinate};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{ProjectId, TaskId, WebLinkId};

/// What came along with a merge, each with the version that it has had since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CameAlong {
    pub tasks: Vec<(TaskId, i64)>,
    pub links: Vec<(WebLinkId, i64)>,
}

impl CameAlong {
    /// How many tasks and how many links.
    #[must_use]
    pub fn counts(&self) -> (i64, i64) {
        let number = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
        (number(self.tasks.len()), number(self.links.len()))
    }
}

/// The open tasks of the project `$1`.
macro_rules! open_tasks {
    () => {
        "project_id = $1 and done_at is null and removed_at is null"
    };
}

/// The links of the project `$1` to what `$2` has no link to yet.
macro_rules! other_links {
    () => {
        "project_id = $1 and removed_at is null
         and address not in (select address from web_link where project_id = $2 and removed_at is null)"
    };
}

/// How many open tasks and how many links would come along.
///
/// # Errors
/// When the store cannot be read.
pub async fn would_come_along(conn: &mut Connection, from: ProjectId, to: ProjectId) -> Result<(i64, i64), Error> {
    Ok(sqlx::query_as(concat!(
        "select (select count(*) from task where ",
        open_tasks!(),
        "), (select count(*) from web_link where ",
        other_links!(),
        ")"
    ))
    .bind(from)
    .bind(to)
    .fetch_one(conn)
    .await?)
}

/// Takes the open tasks and the links along, also beyond what a project may hold: nothing of them is to be lost, and
/// there is room for new ones once some are done. Whoever calls this tells the history.
///
/// # Errors
/// When the store cannot write.
pub async fn take_along(
    conn: &mut Connection,
    _: &Allowed<Coordinate>,
    from: ProjectId,
    to: ProjectId,
) -> Result<CameAlong, Error> {
    let tasks = sqlx::query_as(concat!(
        "update task set project_id = $2, version = version + 1 where ",
        open_tasks!(),
        " returning id, version"
    ))
    .bind(from)
    .bind(to)
    .fetch_all(&mut *conn)
    .await?;
    let links = sqlx::query_as(concat!(
        "update web_link set project_id = $2, version = version + 1 where ",
        other_links!(),
        " returning id, version"
    ))
    .bind(from)
    .bind(to)
    .fetch_all(conn)
    .await?;
    Ok(CameAlong { tasks, links })
}

/// Gives back what came along and nobody has changed, done or deleted since, and says how many tasks and links that
/// was.
///
/// # Errors
/// When the store cannot write.
pub async fn give_back(
    conn: &mut Connection,
    _: &Allowed<Coordinate>,
    (from, to): (ProjectId, ProjectId),
    came: &CameAlong,
) -> Result<(i64, i64), Error> {
    const TASK: &str =
        "update task set project_id = $1, version = version + 1 where id = $3 and project_id = $2 and version = $4";
    const LINK: &str =
        "update web_link set project_id = $1, version = version + 1 where id = $3 and project_id = $2 and version = $4";
    let tasks = came.tasks.iter().map(|(id, version)| (TASK, id.to_string(), version));
    let links = came.links.iter().map(|(id, version)| (LINK, id.to_string(), version));
    let mut given = (0, 0);
    for (sql, id, version) in tasks.chain(links) {
        let done = sqlx::query(sql).bind(to).bind(from).bind(id).bind(version).execute(&mut *conn).await?;
        let rows = i64::try_from(done.rows_affected()).unwrap_or_default();
        if sql == TASK { given.0 += rows } else { given.1 += rows }
    }
    Ok(given)
}

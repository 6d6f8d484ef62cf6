//! Driver diagrams: their SQL.

use sqlx::FromRow;

use crate::db::Connection;
use crate::error::Error;
use crate::id::{DriverId, ProjectId};

/// A change idea, as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Idea {
    /// Its id.
    pub id: DriverId,
    /// Its words.
    pub text: String,
}

/// The change ideas that stand in a project's diagram.
///
/// # Errors
/// When the store cannot be read.
pub async fn ideas(conn: &mut Connection, project: ProjectId) -> Result<Vec<Idea>, Error> {
    Ok(sqlx::query_as(
        "select d.id, d.text from driver d
         join driver p on p.id = d.parent_id and p.removed_at is null
         left join driver g on g.id = p.parent_id
         where d.project_id = $1 and d.level = 'idea' and d.removed_at is null and g.removed_at is null
         order by coalesce(g.position, p.position), p.position, d.position, d.id",
    )
    .bind(project)
    .fetch_all(conn)
    .await?)
}

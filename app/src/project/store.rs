//! What names a project on the pages of other rooms.

pub mod merged;
pub mod next_step;

use sqlx::FromRow;

use super::model::{ProjectType, Status};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{DepartmentId, ProjectId, TrustId};

/// What names a project on the pages of other slices.
#[derive(Clone, Debug, FromRow)]
pub struct ProjectSummary {
    /// Its id.
    pub id: ProjectId,
    /// Its trust.
    #[sqlx(rename = "trust_id")]
    pub trust: TrustId,
    /// Its reference; none while it is a draft.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// Its type.
    #[sqlx(rename = "type")]
    pub kind: ProjectType,
    /// Its department.
    #[sqlx(rename = "department_id")]
    pub department: Option<DepartmentId>,
    /// The department's name; empty without one.
    pub department_name: String,
    /// Where it was merged into.
    pub merged_into: Option<ProjectId>,
    /// The version of its row.
    pub version: i64,
}

/// What names a project.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn summary(conn: &mut Connection, project: ProjectId) -> Result<ProjectSummary, Error> {
    Ok(sqlx::query_as(
        "select p.id, p.trust_id, p.reference, p.title, p.status, p.type, p.department_id,
                coalesce(d.name, '') as department_name, p.merged_into, p.version
         from project p left join department d on d.id = p.department_id
         where p.id = $1",
    )
    .bind(project)
    .fetch_one(conn)
    .await?)
}

/// The project of this reference.
///
/// # Errors
/// [`Error::NotFound`] when the trust has none.
pub async fn by_reference(conn: &mut Connection, trust: TrustId, reference: &str) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar("select id from project where trust_id = $1 and reference = $2")
        .bind(trust)
        .bind(reference.to_uppercase())
        .fetch_one(conn)
        .await?)
}

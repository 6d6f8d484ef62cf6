//! The one writer of projects and their links to priorities, and what names a project on the pages of other rooms.

pub mod keep_looking;
pub mod merged;
pub mod reference;

use std::collections::HashSet;

use chrono::NaiveDate;
use sqlx::FromRow;

use super::details::{ProjectDetails, Registration};
use super::model::{ClosedReason, ProjectType, Status};
use crate::access::{Act, Allowed};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{DepartmentId, PriorityId, ProjectId, TrustId};

/// What names a project on the pages of other slices.
#[derive(Clone, Debug, FromRow)]
pub struct ProjectSummary {
    pub id: ProjectId,
    #[sqlx(rename = "trust_id")]
    pub trust: TrustId,
    /// None while it is a draft.
    pub reference: Option<String>,
    pub title: String,
    pub status: Status,
    #[sqlx(rename = "type")]
    pub kind: ProjectType,
    #[sqlx(rename = "department_id")]
    pub department: Option<DepartmentId>,
    /// Empty without a department.
    pub department_name: String,
    pub merged_into: Option<ProjectId>,
    /// Rises by one with every change of the row.
    pub version: i64,
}

/// What names a project.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn summary(conn: &mut Connection, project: ProjectId) -> Result<ProjectSummary, Error> {
    Ok(sqlx::query_as(SUMMARY).bind(project).fetch_one(conn).await?)
}

/// What [`summary`] asks: `$1` the project. A [`ProjectSummary`].
pub const SUMMARY: &str = "select p.id, p.trust_id, p.reference, p.title, p.status, p.type, p.department_id,
                coalesce(d.name, '') as department_name, p.merged_into, p.version
         from project p left join department d on d.id = p.department_id
         where p.id = $1";

/// A project's aim in a sentence; empty when nothing of it is written.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn aim(conn: &mut Connection, project: ProjectId) -> Result<String, Error> {
    let text = "select aim_what, aim_whom, aim_how_much, aim_by from project where id = $1";
    let (what, whom, how_much, by): (String, String, String, Option<NaiveDate>) =
        sqlx::query_as(text).bind(project).fetch_one(conn).await?;
    let mut parts: Vec<String> = [what, whom, how_much]
        .into_iter()
        .map(|part| part.trim().trim_end_matches(['.', ',']).to_owned())
        .filter(|part| !part.is_empty())
        .collect();
    parts.extend(by.map(|by| format!("by {}", crate::format::date(by))));
    Ok(parts.join(", "))
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

/// From one list of column and field: the columns as `details_columns!`, their placeholders as `details_values!`, and
/// `bind_details`, which binds the fields before whatever a statement binds after them.
macro_rules! details {
    ($($column:literal: $field:ident,)*) => {
        macro_rules! details_columns {
            () => { concat!($($column, ", "),*) };
        }

        macro_rules! details_values {
            () => { concat!($(details!(@placeholder $column)),*) };
        }

        fn bind_details<'q>(query: crate::db::Query<'q>, details: &'q ProjectDetails) -> crate::db::Query<'q> {
            query$(.bind(&details.$field))*
        }
    };
    (@placeholder $column:literal) => { "?, " };
}

details! {
    "type": kind,
    "title": title,
    "problem": problem,
    "department_id": department,
    "local_need": local_need,
    "origin": origin,
    "origin_note": origin_note,
    "aim_what": aim_what,
    "aim_whom": aim_whom,
    "aim_how_much": aim_how_much,
    "aim_by": aim_by,
    "standard": standard,
    "standard_source": standard_source,
    "standard_level": standard_level,
    "reaudit_on": reaudit_on,
}

pub(crate) use details_columns;

/// Adds a draft, whose author is who acts.
///
/// # Errors
/// [`Error::Invalid`] when the department or a priority is not one of the trust's.
pub async fn insert_draft<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    said: &Registration,
) -> Result<ProjectId, Error> {
    let project = ProjectId::new();
    check_department(conn, trust, said.details.department).await?;
    let insert = sqlx::query(concat!(
        "insert into project (",
        details_columns!(),
        "id, trust_id, status, author_id, created_at, updated_at) values (",
        details_values!(),
        "?, ?, 'draft', ?, ?, ?)",
    ));
    bind_details(insert, &said.details)
        .bind(project)
        .bind(trust)
        .bind(allowed.person()?)
        .bind(allowed.now)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    link_priorities(conn, trust, project, &said.priorities).await?;
    Ok(project)
}

/// Changes what is said about a project, if its row still has the version that the change was made from.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when a newly chosen department or a priority
/// is not one of the trust's.
pub async fn update<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    (project, version): (ProjectId, i64),
    before: &ProjectDetails,
    trust: TrustId,
    said: &Registration,
) -> Result<(), Error> {
    if before.department != said.details.department {
        check_department(conn, trust, said.details.department).await?;
    }
    let update = sqlx::query(concat!(
        "update project set (",
        details_columns!(),
        "updated_at) = (",
        details_values!(),
        "?), version = version + 1 where id = ? and version = ?",
    ));
    let updated =
        bind_details(update, &said.details).bind(allowed.now).bind(project).bind(version).execute(&mut *conn).await?;
    crate::db::expect_one(updated)?;
    sqlx::query("delete from project_priority where project_id = $1").bind(project).execute(&mut *conn).await?;
    link_priorities(conn, trust, project, &said.priorities).await
}

async fn check_department(
    conn: &mut Connection,
    trust: TrustId,
    department: Option<DepartmentId>,
) -> Result<(), Error> {
    let Some(department) = department else { return Ok(()) };
    let known: bool = sqlx::query_scalar("select exists (select 1 from department where id = $1 and trust_id = $2)")
        .bind(department)
        .bind(trust)
        .fetch_one(conn)
        .await?;
    if known { Ok(()) } else { Err(Error::field("department", "Choose a department from the list.")) }
}

async fn link_priorities(
    conn: &mut Connection,
    trust: TrustId,
    project: ProjectId,
    priorities: &[PriorityId],
) -> Result<(), Error> {
    let mut once = HashSet::new();
    for priority in priorities.iter().filter(|priority| once.insert(**priority)) {
        let linked = sqlx::query(
            "insert into project_priority (project_id, priority_id)
             select $1, id from priority where id = $2 and trust_id = $3",
        )
        .bind(project)
        .bind(priority)
        .bind(trust)
        .execute(&mut *conn)
        .await?;
        if linked.rows_affected() == 0 {
            return Err(Error::field("priorities[]", "Choose priorities from the list."));
        }
    }
    Ok(())
}

/// A status, and what is stored with it.
#[derive(Clone, Debug)]
pub struct StatusDetails<'a> {
    pub status: Status,
    /// When to look again at one that rests.
    pub review_on: Option<NaiveDate>,
    pub closed_reason: Option<ClosedReason>,
    /// What was said with the change.
    pub note: &'a str,
}

/// Gives a project another status, if its row still has the version that the change was made from.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub async fn update_status<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    version: i64,
    details: &StatusDetails<'_>,
) -> Result<(), Error> {
    let updated = sqlx::query(
        "update project set status = $3, review_on = $4, closed_reason = $5, closed_on = $6, closed_note = $7,
                updated_at = $8, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(project)
    .bind(version)
    .bind(details.status)
    .bind(details.review_on)
    .bind(details.closed_reason)
    .bind((details.status == Status::Closed).then(|| allowed.today()))
    .bind(details.note)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    crate::db::expect_one(updated)
}

/// Deletes a draft. A trigger deletes what hangs on it, and refuses for what is no draft.
///
/// # Errors
/// When the store cannot write.
pub async fn delete_draft(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    sqlx::query("delete from project where id = $1").bind(project).execute(conn).await?;
    Ok(())
}

/// What is said about a project.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn details(conn: &mut Connection, project: ProjectId) -> Result<ProjectDetails, Error> {
    Ok(sqlx::query_as(concat!("select ", details_columns!(), "id from project where id = $1"))
        .bind(project)
        .fetch_one(conn)
        .await?)
}

#[cfg(test)]
mod tests;

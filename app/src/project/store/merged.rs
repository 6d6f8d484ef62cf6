//! What a merge does to the project that goes on inside another: it closes as merged, and undoing the merge
//! gives it exactly the status that it had. Its measures, team and history stay where they are and are
//! read from there; a handover that is under way is taken back (`handover::store::end_for_merge`).

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;
use crate::project::model::{ClosedReason, Status};

/// What a project's status was made of before it was merged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromRow)]
pub struct StatusBeforeMerge {
    pub status: Status,
    // Merges of before migration 9 say it by the name of then.
    #[serde(alias = "look_again_on")]
    review_on: Option<NaiveDate>,
    closed_reason: Option<ClosedReason>,
    closed_on: Option<NaiveDate>,
    closed_note: String,
}

/// Closes a project as merged into another, and gives what its status was made of.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn close_as_merged(
    conn: &mut Connection,
    project: ProjectId,
    into: ProjectId,
    note: &str,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<StatusBeforeMerge, Error> {
    let before =
        sqlx::query_as("select status, review_on, closed_reason, closed_on, closed_note from project where id = $1")
            .bind(project)
            .fetch_one(&mut *conn)
            .await?;
    sqlx::query(
        "update project set status = 'closed', closed_reason = 'merged', closed_on = $2, closed_note = $3,
             review_on = null, merged_into = $4, updated_at = $5, version = version + 1
         where id = $1",
    )
    .bind(project)
    .bind(today)
    .bind(note)
    .bind(into)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(before)
}

/// Gives a merged project the status back that it had.
///
/// # Errors
/// When the store cannot write.
pub async fn reopen_unmerged(
    conn: &mut Connection,
    project: ProjectId,
    before: &StatusBeforeMerge,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update project set status = $2, review_on = $3, closed_reason = $4, closed_on = $5, closed_note = $6,
             merged_into = null, updated_at = $7, version = version + 1
         where id = $1",
    )
    .bind(project)
    .bind(before.status)
    .bind(before.review_on)
    .bind(before.closed_reason)
    .bind(before.closed_on)
    .bind(&before.closed_note)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

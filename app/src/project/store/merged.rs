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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::store::summary;
    use crate::testing::{Fixture, TODAY, noon};

    #[tokio::test]
    async fn a_merged_project_closes_and_gets_its_status_back() {
        let at = Fixture::new().await;
        let (project, survivor) = (at.project("Sepsis again").await, at.project("Sepsis").await);
        let mut change = at.store.write().await.expect("a change");
        let before = close_as_merged(&mut change, project, survivor, "Same ward", TODAY, noon()).await.expect("closed");
        assert_eq!(before.status, Status::Active);
        let merged = summary(&mut change, project).await.expect("a project");
        assert_eq!((merged.status, merged.merged_into), (Status::Closed, Some(survivor)));
        reopen_unmerged(&mut change, project, &before, noon()).await.expect("reopened");
        let again = summary(&mut change, project).await.expect("a project");
        assert_eq!((again.status, again.merged_into), (Status::Active, None));
    }

    #[test]
    fn what_was_kept_before_migration_9_is_understood() {
        let kept = r#"{"status":"paused","look_again_on":"2026-06-01","closed_reason":null,"closed_on":null,"closed_note":""}"#;
        let before: StatusBeforeMerge = serde_json::from_str(kept).expect("a status");
        assert_eq!((before.status, before.review_on), (Status::Paused, Some(crate::testing::on("2026-06-01"))));
    }
}

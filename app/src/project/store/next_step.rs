//! A project's next step, as an agreed handover leaves it to the next lead.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;

/// Sets the next step and its day; without words, the step that the project has stays.
///
/// # Errors
/// When the store cannot write.
pub async fn take_over_next_step(
    conn: &mut Connection,
    project: ProjectId,
    step: &str,
    on: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update project set next_step = iif($2 = '', next_step, $2), next_step_on = iif($2 = '', next_step_on, $3),
                updated_at = $4, version = version + 1 where id = $1",
    )
    .bind(project)
    .bind(step)
    .bind(on)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

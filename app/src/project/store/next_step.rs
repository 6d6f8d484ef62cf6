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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, noon, on};

    #[tokio::test]
    async fn a_step_without_words_leaves_the_one_that_is_there() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await.expect("a change");
        let day = Some(on("2026-04-01"));
        for (step, on) in [("Ask the ward", day), ("", None)] {
            take_over_next_step(&mut change, project, step, on, noon()).await.expect("taken over");
            let found: (String, Option<NaiveDate>) =
                sqlx::query_as("select next_step, next_step_on from project where id = $1")
                    .bind(project)
                    .fetch_one(&mut *change)
                    .await
                    .expect("a project");
            assert_eq!(found, ("Ask the ward".to_owned(), day));
        }
    }
}

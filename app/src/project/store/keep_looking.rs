//! Until when a project without a lead goes on looking for one, or rests, by somebody's choice.

use chrono::NaiveDate;

use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;

/// Notes the day. Who may choose it is asked by whoever calls this, and the history is theirs.
///
/// # Errors
/// When the store cannot write.
pub async fn choose(conn: &mut Connection, project: ProjectId, until: NaiveDate) -> Result<(), Error> {
    sqlx::query("update project set keep_looking_until = $2 where id = $1")
        .bind(project)
        .bind(until)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends the choice on a day before its own: somebody leads the project from then on, or it is worked on again. The next
/// time without a lead is not what was chosen.
///
/// # Errors
/// When the store cannot write.
pub async fn end(conn: &mut Connection, project: ProjectId, on: NaiveDate) -> Result<(), Error> {
    sqlx::query("update project set keep_looking_until = $2 where id = $1 and keep_looking_until > $2")
        .bind(project)
        .bind(on)
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::Days;

    use super::*;
    use crate::testing::{Fixture, Result, TODAY};

    #[tokio::test]
    async fn what_was_chosen_ends_early_and_is_never_made_longer() -> Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await?;
        let day = |days| TODAY + Days::new(days);
        choose(&mut change, project, day(40)).await?;
        for (on, chosen) in [(day(60), day(40)), (day(5), day(5)), (day(20), day(5))] {
            end(&mut change, project, on).await?;
            let until: NaiveDate = sqlx::query_scalar("select keep_looking_until from project where id = $1")
                .bind(project)
                .fetch_one(&mut *change)
                .await?;
            assert_eq!(until, chosen);
        }
        Ok(())
    }
}

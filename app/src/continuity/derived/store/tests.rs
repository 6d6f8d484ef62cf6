use super::*;
use crate::db::{self, Store, UNDERIVED};
use crate::testing::{Fixture, Result};

#[tokio::test]
async fn a_change_leaves_no_mark_and_one_without_the_rule_is_refused() -> Result {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let mut conn = at.store.read().await?;
    let marks: i64 =
        sqlx::query_scalar("select (select count(*) from standing_stale) + (select count(*) from desk_stale)")
            .fetch_one(&mut *conn)
            .await?;
    assert_eq!(marks, 0);
    let days: Vec<(Option<String>, String)> =
        sqlx::query_as("select person_id, until_on from desk where trust_id = $1 order by from_on, person_id")
            .bind(at.other_trust)
            .fetch_all(&mut *conn)
            .await?;
    assert_eq!(days, [(None, "9999-12-31".to_owned())], "nobody is the academy of the other trust");
    drop(conn);

    let file = at.file();
    at.store.close().await;
    let store = Store::open(&file, UNDERIVED).await?;
    let mut change = store.write().await?;
    sqlx::query("update project set next_step_on = '2026-04-01'").execute(&mut *change).await?;
    assert_eq!(change.commit().await, Err(Error::Internal));
    let mut conn = store.read().await?;
    let moved: i64 =
        sqlx::query_scalar("select count(*) from project where next_step_on is not null").fetch_one(&mut *conn).await?;
    assert_eq!(moved, 0, "nothing of it is there");
    Ok(())
}

#[tokio::test]
async fn every_project_is_derived_anew_by_a_new_version_of_the_rule() -> Result {
    let at = Fixture::new().await;
    let project = at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    mark_all(&mut change).await?;
    sqlx::query(
        "insert into standing (project_id, trust_id, from_on, until_on, state, at_risk, rule_version)
         values ($1, $2, '1990-01-01', '1990-01-02', 'led', 0, 0)",
    )
    .bind(project)
    .bind(at.trust)
    .execute(&mut *change)
    .await?;
    sqlx::query("delete from standing_stale; delete from desk_stale").execute(&mut *change).await?;
    change.commit().await?;
    let mut conn = db::open_file(&at.file()).await?;
    refresh(&mut conn).await?;
    let old: i64 =
        sqlx::query_scalar("select count(*) from standing where rule_version = 0").fetch_one(&mut conn).await?;
    assert_eq!(old, 0);
    Ok(())
}

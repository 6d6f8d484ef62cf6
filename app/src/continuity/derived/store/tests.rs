mod changes;
mod load;

use super::*;
use crate::db::{self, Store, UNDERIVED};
use crate::testing::{Fixture, Result, TODAY};

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
    sqlx::query("update project set aim_by = '2026-04-01'").execute(&mut *change).await?;
    assert_eq!(change.commit().await, Err(Error::Internal));
    let mut conn = store.read().await?;
    let moved: i64 =
        sqlx::query_scalar("select count(*) from project where aim_by is not null").fetch_one(&mut *conn).await?;
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

async fn count(conn: &mut Connection, text: &'static str) -> Result<i64> {
    Ok(sqlx::query_scalar(text).fetch_one(conn).await?)
}

#[tokio::test]
async fn only_what_is_marked_changes_and_by_the_rule_alone() -> Result {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    for refused in [
        "insert into standing (project_id, trust_id, from_on, until_on, state, at_risk, rule_version)
            select project_id, trust_id, '1990-01-01', '1990-01-02', state, 0, 1 from standing limit 1",
        "update standing set at_risk = 1 - at_risk",
        "delete from standing",
        "insert into desk (trust_id, from_on, until_on) select id, '1990-01-01', '1990-01-02' from trust limit 1",
        "delete from desk",
    ] {
        let error = sqlx::query(refused).execute(&mut *change).await.expect_err(refused).to_string();
        assert!(error.contains("only the rule writes"), "{error}");
    }
    Ok(())
}

#[tokio::test]
async fn a_draft_that_is_deleted_leaves_nothing() -> Result {
    let at = Fixture::new().await;
    let draft = at.project("Half a thought").await;
    let rows = "select (select count(*) from ask) + (select count(*) from standing)";
    let mut change = at.store.write().await?;
    let draft_it = "update project set status = 'draft', reference = null, submitted_at = null where id = $1";
    sqlx::query(draft_it).bind(draft).execute(&mut *change).await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    assert!(count(&mut change, rows).await? > 0, "its author leaves");
    sqlx::query("delete from project where id = $1").bind(draft).execute(&mut *change).await?;
    change.commit().await?;
    let mut conn = at.store.read().await?;
    assert_eq!(count(&mut conn, rows).await?, 0);
    assert_eq!(differences(&mut conn).await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn what_differs_from_the_facts_is_listed_and_drained_when_it_is_marked() -> Result {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    // As if a trigger were missing.
    sqlx::query("drop trigger post_marks_update").execute(&mut *change).await?;
    sqlx::query("update post set ends_on = '2026-06-30' where person_id = $1")
        .bind(at.trainee)
        .execute(&mut *change)
        .await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    let found = differences(&mut change).await?;
    assert!(found.iter().any(|line| line.starts_with("standing has")), "{found:#?}");
    assert!(found.iter().any(|line| line.starts_with("standing lacks")), "{found:#?}");
    mark_all(&mut change).await?;
    drain(&mut change).await?;
    assert_eq!(differences(&mut change).await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn what_is_asked_of_an_empty_desk_is_found() -> Result {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let mut change = at.store.write().await?;
    sqlx::query("delete from post where person_id = $1").bind(at.trainee).execute(&mut *change).await?;
    change.commit().await?;
    let mut change = at.store.write().await?;
    assert_eq!(unanswerable(&mut change, TODAY).await?, [""; 0]);
    sqlx::query("delete from trust_role where role = 'academy_lead'").execute(&mut *change).await?;
    drain(&mut change).await?;
    assert_eq!(unanswerable(&mut change, TODAY).await?, [""; 0], "the administrator answers");
    sqlx::query("update person set closed_on = $2 where id = $1")
        .bind(at.administrator)
        .bind(TODAY)
        .execute(&mut *change)
        .await?;
    drain(&mut change).await?;
    let found = unanswerable(&mut change, TODAY).await?;
    assert!(found.iter().any(|line| line.contains("no_lead")), "{found:?}");
    Ok(())
}

#[tokio::test]
async fn what_a_change_does_is_said_before_it_is_made() -> Result {
    let at = Fixture::new().await;
    at.project("Sepsis").await;
    let draft = at.project("Mine").await;
    let mut change = at.store.write().await?;
    sqlx::query("update project set author_id = $2 where id = $1")
        .bind(draft)
        .bind(at.supervisor)
        .execute(&mut *change)
        .await?;
    let draft_it = "update project set status = 'draft', reference = null, submitted_at = null where id = $1";
    sqlx::query(draft_it).bind(draft).execute(&mut *change).await?;
    change.commit().await?;
    for (sql, person, expected) in [
        (
            "update post set ends_on = '2026-06-30' where person_id = $1",
            at.trainee,
            vec![("Sepsis", "has its lead until 30 June 2026 instead of 4 August 2026")],
        ),
        (
            "delete from post where person_id = $1",
            at.trainee,
            vec![("Sepsis", "loses its lead today instead of after 4 August 2026")],
        ),
        (
            "update post set ends_on = null where person_id = $1",
            at.trainee,
            vec![("Sepsis", "has a lead for good: it was to have none from 5 August 2026")],
        ),
        (
            "update person set closed_on = '2026-04-01' where id = $1",
            at.supervisor,
            vec![("Sepsis", "loses its supervisor from 1 April 2026"), ("1 draft", "loses its author")],
        ),
        ("update post set percent = 50 where person_id = $1", at.trainee, vec![]),
    ] {
        let mut undone = at.store.write().await?;
        sqlx::query(sql).bind(person).execute(&mut *undone).await?;
        let told = at.store.effects(&mut undone, TODAY).await?;
        let lines: Vec<_> = told.lines.iter().map(|line| (line.project.as_str(), line.text.as_str())).collect();
        assert_eq!(lines, expected, "{sql}");
        let again = at.store.effects(&mut undone, TODAY).await?;
        assert!(again.are_seen(&told.digest));
        assert_eq!(again.are_seen("another"), expected.is_empty(), "there is nothing to see");
    }
    let mut conn = at.store.read().await?;
    assert_eq!(differences(&mut conn).await?, [""; 0], "nothing was changed");
    drop(conn);
    let mut change = at.store.write().await?;
    assert!(effects(&mut change, TODAY).await?.lines.is_empty(), "nothing is marked");
    Ok(())
}

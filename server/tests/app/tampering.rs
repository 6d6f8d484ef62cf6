//! The record of who did what, changed behind the program's back by somebody who has the file in their
//! hands, and found out by `server check`.

use std::path::Path;
use std::process::{Command, Output};

use app::operator;
use app::testing::{Result, new_store, noon};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Executor as _};
use tempfile::TempDir;

use crate::harness::App;

/// A store that nobody has open, with four rows of history: a trust was made with each.
async fn four_rows() -> Result<TempDir> {
    let folder = tempfile::tempdir()?;
    let store = new_store(folder.path()).await?;
    for trust in ["First", "Second", "Third", "Fourth"] {
        operator::add_trust(&store, trust, noon()).await?;
    }
    store.close().await;
    Ok(folder)
}

fn file(folder: &TempDir) -> std::path::PathBuf {
    folder.path().join("baton.db")
}

/// Runs statements without the triggers that refuse them, and leaves the schema as it was.
async fn tamper(file: &Path, statements: &str) -> Result {
    let options = SqliteConnectOptions::new().filename(file).foreign_keys(false);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let triggers: Vec<(String, String)> =
        sqlx::query_as("select name, sql from sqlite_schema where type = 'trigger' and tbl_name like 'history%'")
            .fetch_all(&mut conn)
            .await?;
    assert!(triggers.len() > 4, "{triggers:?}");
    let dropped: String = triggers.iter().map(|(name, _)| format!("drop trigger {name};")).collect();
    let made: String = triggers.iter().map(|(_, sql)| format!("{sql};")).collect();
    conn.execute(AssertSqlSafe(format!("{dropped} {statements}; {made}"))).await?;
    conn.close().await?;
    Ok(())
}

/// The store's faults after these statements.
async fn faults_after(statements: &str) -> Result<Vec<String>> {
    let folder = four_rows().await?;
    tamper(&file(&folder), statements).await?;
    Ok(operator::check(&file(&folder)).await.expect("a store").faults)
}

fn broken_at(sequence: i64) -> Vec<String> {
    vec![format!("the chain of history is broken at row {sequence}")]
}

#[tokio::test]
async fn history_that_nobody_touched_verifies() -> Result {
    assert_eq!(faults_after("select 1").await?, [""; 0]);
    Ok(())
}

#[tokio::test]
async fn every_column_of_a_row_is_covered() -> Result {
    let folder = four_rows().await?;
    let options = SqliteConnectOptions::new().filename(file(&folder)).read_only(true);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let columns: Vec<String> =
        sqlx::query_scalar("select name from pragma_table_info('history')").fetch_all(&mut conn).await?;
    assert!(columns.len() >= 12, "{columns:?}");
    for column in columns.iter().filter(|column| *column != "sequence") {
        let other = match column.as_str() {
            // References, which are checked first: another trust than the row's, and Ada.
            "trust_id" => "(select t.id from trust t where t.id <> history.trust_id limit 1)",
            "actor_id" => "'ada'",
            _ => "'other'",
        };
        let statements = format!(
            "insert into person (id, name, created_at) values ('ada', 'Ada', 'x');
             update history set {column} = {other} where sequence = 2"
        );
        let faults = faults_after(&statements).await?;
        assert_eq!(faults, broken_at(2), "{column}");
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_is_taken_out_is_missed_by_the_next() -> Result {
    for (taken, missed) in [(1, 2), (2, 3), (3, 4)] {
        let statements = format!(
            "delete from history_detail where sequence = {taken}; delete from history where sequence = {taken}"
        );
        assert_eq!(faults_after(&statements).await?, broken_at(missed), "{taken}");
    }
    Ok(())
}

#[tokio::test]
async fn a_row_that_is_moved_or_put_in_is_found() -> Result {
    let swapped =
        "update history set sequence = 9 where sequence = 2; update history set sequence = 2 where sequence = 3;
                   update history set sequence = 3 where sequence = 9";
    assert_eq!(faults_after(swapped).await?, broken_at(2));
    let copied =
        "insert into history select 5, at, actor_id, trust_id, object, object_id, project_id, action, request_id,
                         detail_digest, hash, hash from history where sequence = 4;
                  insert into history_detail select 5, salt, detail from history_detail where sequence = 4";
    assert_eq!(faults_after(copied).await?, broken_at(5));
    Ok(())
}

#[tokio::test]
async fn a_detail_is_neither_changed_nor_lost_nor_given_another_salt() -> Result {
    for statement in [
        "update history_detail set detail = '[{\"field\":\"Title\",\"from\":\"\",\"to\":\"Mine\"}]' where sequence = 3",
        "update history_detail set salt = 'pepper' where sequence = 3",
        "delete from history_detail where sequence = 3",
        // With a word that it was erased, but none in the chain.
        "delete from history_detail where sequence = 3; insert into history_erased (sequence, erased_by) values (3, 4)",
    ] {
        assert_eq!(faults_after(statement).await?, broken_at(3), "{statement}");
    }
    Ok(())
}

fn server(words: &[&str], data: &Path) -> Result<Output> {
    Ok(Command::new(env!("CARGO_BIN_EXE_server")).env_clear().arg("--data").arg(data).args(words).output()?)
}

#[tokio::test]
async fn the_program_says_which_row_and_backs_nothing_up() -> Result {
    let folder = four_rows().await?;
    let sound = server(&["check"], &file(&folder))?;
    assert!(sound.status.success() && String::from_utf8_lossy(&sound.stdout).contains("history verify"), "{sound:?}");
    tamper(&file(&folder), "update history set action = 'nothing at all' where sequence = 3").await?;
    let found = server(&["check"], &file(&folder))?;
    assert!(!found.status.success());
    let words = String::from_utf8_lossy(&found.stdout);
    assert!(words.contains("Fault: the chain of history is broken at row 3"), "{words}");
    let copy = folder.path().join("copy.db");
    let refused = server(&["backup", &copy.to_string_lossy()], &file(&folder))?;
    assert!(!refused.status.success(), "a backup is verified");
    Ok(())
}

/// What the program erases itself, a deleted draft's details, is told from what was lost.
#[tokio::test]
async fn what_is_erased_properly_verifies_and_what_happens_to_it_afterwards_is_found() -> Result {
    let app = App::new().await;
    let author = app.browser(app.fixture.trainee).await;
    let typed = [("title", "Half a thought"), ("then", "draft")];
    let saved = author.fill("/projects/register?type=quality_improvement", "/api/projects/register", &typed).await;
    let project =
        saved.location().trim_start_matches("/projects/").split(['?', '/']).next().unwrap_or_default().to_owned();
    let answer = author.fill(&format!("/projects/{project}"), "/api/projects/delete-draft", &[]).await;
    assert!(answer.location().contains("done="), "{}", answer.location());
    let data = app.fixture.file();
    let mut change = app.fixture.store.write().await?;
    let erased: Vec<i64> =
        sqlx::query_scalar("select sequence from history_erased order by sequence").fetch_all(&mut *change).await?;
    assert!(!erased.is_empty());
    for refused in [
        "update history set action = 'other'",
        "delete from history",
        "update history_detail set detail = '[]'",
        "delete from history_detail",
        "update history_erased set erased_by = erased_by + 1",
        "delete from history_erased",
    ] {
        let refused = sqlx::query(refused).execute(&mut *change).await.expect_err(refused).to_string();
        assert!(refused.contains("history is append-only") || refused.contains("erased only with a row"), "{refused}");
    }
    drop(change);
    assert_eq!(operator::check(&data).await.expect("a store").faults, [""; 0]);

    // The row that says what was erased loses its own detail, and with it the word for the others.
    let first = erased.first().copied().unwrap_or_default();
    let says = "(select erased_by from history_erased limit 1)";
    tamper(&data, &format!("delete from history_detail where sequence = {says}")).await?;
    assert_eq!(operator::check(&data).await.expect("a store").faults, broken_at(first));
    Ok(())
}

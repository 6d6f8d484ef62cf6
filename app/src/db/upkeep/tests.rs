use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use super::*;
use crate::continuity::derived::DERIVED;
use crate::db::Store;
use crate::demo;
use crate::demo::bulk::{self, Size};
use crate::testing::noon;

/// Up to here migrations were not tried on a full store.
const FIRST_TRIED: i64 = 4;

/// The tables in which a migration adds or takes away rows on purpose. Every other keeps its number.
const CHANGES_ROWS: &[(i64, &[&str])] = &[
    (8, &["tie"]),
    // The index has a word for each trust.
    (21, &["project_word", "project_text_data", "project_text_idx", "project_text_docsize"]),
];

fn place() -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("baton.db");
    (folder, file)
}

async fn connect(file: &Path) -> SqliteConnection {
    SqliteConnection::connect_with(&options(file).create_if_missing(true)).await.expect("a connection")
}

/// A store as a program left it that knew the migrations up to this one.
async fn at(version: i64, file: &Path) -> SqliteConnection {
    let mut conn = connect(file).await;
    MIGRATIONS.run_to(version, &mut conn).await.expect("migrated");
    conn
}

async fn run(conn: &mut SqliteConnection, sql: impl Into<String>) {
    let sql = sql.into();
    sqlx::query(AssertSqlSafe(sql.clone())).execute(conn).await.expect(&sql);
}

async fn faults(file: &Path) -> Vec<String> {
    check(&mut inspect(file).await.expect("a file")).await.expect("a store").faults
}

async fn tables(conn: &mut SqliteConnection) -> Vec<String> {
    objects(conn)
        .await
        .expect("objects")
        .into_keys()
        .filter(|(kind, _)| kind == "table")
        .map(|(_, name)| name)
        .collect()
}

async fn columns(conn: &mut SqliteConnection, schema: &str, table: &str) -> Vec<String> {
    sqlx::query_scalar("select name from pragma_table_info($1, $2)")
        .bind(table)
        .bind(schema)
        .fetch_all(conn)
        .await
        .expect("columns")
}

async fn counts(conn: &mut SqliteConnection) -> BTreeMap<String, i64> {
    let mut counts = BTreeMap::new();
    for table in tables(conn).await {
        let count = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from \"{table}\"")));
        counts.insert(table, count.fetch_one(&mut *conn).await.expect("a count"));
    }
    counts
}

/// Copies what an older schema can hold out of a full store. The search index goes with the tables in
/// which it keeps itself, because it cannot be read as one.
async fn pour(full: &Path, conn: &mut SqliteConnection) {
    sqlx::query("attach $1 as full").bind(full.to_string_lossy()).execute(&mut *conn).await.expect("attached");
    run(conn, "pragma foreign_keys = off").await;
    run(conn, "pragma ignore_check_constraints = on").await;
    for table in tables(conn).await.iter().filter(|table| *table != "project_text") {
        let theirs = columns(conn, "full", table).await;
        let both: Vec<_> =
            columns(conn, "main", table).await.into_iter().filter(|name| theirs.contains(name)).collect();
        let both = both.join(", ");
        run(conn, format!("delete from main.{table}")).await;
        run(conn, format!("insert into main.{table} ({both}) select {both} from full.{table}")).await;
    }
    run(conn, "detach full").await;
    // As it was called then.
    run(conn, "update handover_answer set party = 'anchor' where party = 'supervisor'").await;
    run(conn, "pragma ignore_check_constraints = off").await;
    run(conn, "pragma foreign_keys = on").await;
}

/// How many answers to a handover have another party than the two that there are.
async fn old_words(conn: &mut SqliteConnection) -> i64 {
    let counted = "select count(*) from handover_answer where party not in ('successor', 'supervisor')";
    sqlx::query_scalar(counted).fetch_one(conn).await.expect("a count")
}

async fn every_migration_keeps_the_rows_of(full: &Path) {
    let (_folder, file) = place();
    let mut conn = at(FIRST_TRIED, &file).await;
    pour(full, &mut conn).await;
    // What the search index holds in memory of its own tables is read anew.
    conn.close().await.expect("closed");
    let mut conn = connect(&file).await;
    let mut before = counts(&mut conn).await;
    assert!(before["measurement"] > 100 && before["history"] > 10 && before["project_text"] > 10, "{before:?}");
    for migration in MIGRATIONS.iter().filter(|one| one.version > FIRST_TRIED) {
        MIGRATIONS.run_to(migration.version, &mut conn).await.expect("migrated");
        let after = counts(&mut conn).await;
        let meant = CHANGES_ROWS.iter().find(|(version, _)| *version == migration.version);
        let meant = meant.map_or(&[][..], |(_, tables)| tables);
        for (table, rows) in before.iter().filter(|(table, _)| !meant.contains(&table.as_str())) {
            assert_eq!(after.get(table), Some(rows), "rows of {table} after migration {}", migration.version);
        }
        before = after;
    }
    conn.close().await.expect("closed");
    is_whole_once_it_is_derived(&file).await;
}

async fn is_whole_once_it_is_derived(file: &Path) {
    assert_eq!(faults(file).await, [""; 0]);
    migrate(file, DERIVED).await.expect("derived");
    let mut conn = connect(file).await;
    let rows = counts(&mut conn).await;
    assert!(rows["standing"] > 10, "{rows:?}");
    assert_eq!(old_words(&mut conn).await, 0);
    assert_eq!((rows["standing_stale"], rows["desk_stale"]), (0, 0));
}

#[tokio::test]
async fn every_migration_keeps_every_row_of_a_full_store() {
    let (_folder, demonstration) = place();
    let store = Store::open(&demonstration, DERIVED).await.expect("a store");
    assert!(demo::fill(&store, noon()).await.expect("filled"));
    store.close().await;
    every_migration_keeps_the_rows_of(&demonstration).await;

    let (_folder, file) = place();
    let store = Store::open(&file, DERIVED).await.expect("a store");
    let size = Size { trusts: 1, people: 40, projects: 60, measurements: 600 };
    bulk::fill(&store, size, noon()).await.expect("filled");
    store.close().await;
    every_migration_keeps_the_rows_of(&file).await;
}

#[tokio::test]
async fn no_constraint_waits_for_the_commit_which_changes_share() {
    let (_folder, file) = place();
    Store::open(&file, DERIVED).await.expect("a store").close().await;
    let mut conn = connect(&file).await;
    for ((kind, name), sql) in objects(&mut conn).await.expect("objects") {
        assert!(!sql.to_lowercase().contains("deferr"), "{kind} {name}");
    }
}

#[tokio::test]
async fn opening_makes_a_new_store_and_leaves_an_old_one_as_it_is() {
    let (_folder, file) = place();
    assert_eq!(schema(&file).await.expect("read"), Schema::New);
    at(FIRST_TRIED, &file).await.close().await.expect("closed");
    let missing = MIGRATIONS.iter().find(|one| one.version > FIRST_TRIED).expect("a later migration").version;
    assert_eq!(schema(&file).await.expect("read"), Schema::Behind(missing));
    let refused = Store::open(&file, DERIVED).await.expect_err("refused").to_string();
    assert!(refused.contains("server migrate"), "{refused}");
    assert_eq!(schema(&file).await.expect("read"), Schema::Behind(missing));
    assert_eq!(faults(&file).await, [""; 0], "an old store can be sound");
    migrate(&file, DERIVED).await.expect("migrated");
    assert_eq!(schema(&file).await.expect("read"), Schema::Current);
    Store::open(&file, DERIVED).await.expect("a store").close().await;
}

#[tokio::test]
async fn what_is_no_store_of_this_program_is_refused() {
    let (_folder, file) = place();
    let mut conn = connect(&file).await;
    run(&mut conn, "create table recipe (name text) strict").await;
    conn.close().await.expect("closed");
    assert!(matches!(Store::open(&file, DERIVED).await, Err(OpenError::NotOurs)));

    let (_folder, file) = place();
    Store::open(&file, DERIVED).await.expect("a store").close().await;
    let mut conn = connect(&file).await;
    run(&mut conn, "update _sqlx_migrations set version = 9999 where version = 1").await;
    conn.close().await.expect("closed");
    assert!(matches!(Store::open(&file, DERIVED).await, Err(OpenError::Newer(9999))));
}

#[tokio::test]
async fn a_schema_that_no_migration_made_does_not_verify() {
    for (changed, fault) in [
        ("drop trigger history_is_not_deleted", "the trigger history_is_not_deleted is missing"),
        ("create index mine on trust (name)", "the index mine is none of Baton's"),
        (
            "drop trigger history_is_not_updated;
             create trigger history_is_not_updated before update on history begin select 1; end",
            "the trigger history_is_not_updated is not as the migrations make it",
        ),
        ("alter table trust add column motto text", "the table trust is not as the migrations make it"),
    ] {
        let (_folder, file) = place();
        Store::open(&file, DERIVED).await.expect("a store").close().await;
        assert_eq!(faults(&file).await, [""; 0]);
        let mut conn = connect(&file).await;
        run(&mut conn, changed).await;
        conn.close().await.expect("closed");
        assert_eq!(faults(&file).await, [fault]);
    }
}

fn mode(file: &Path) -> u32 {
    fs::metadata(file).expect("a file").permissions().mode() & 0o777
}

#[tokio::test]
async fn only_the_owner_reads_a_store_also_one_that_was_open_to_others() {
    let (_folder, file) = place();
    let all = ["", "-wal", "-shm", ".lock"].map(|ending| file::beside(&file, ending));
    let lock = file::lock_shared(&file).expect("a lock");
    let store = Store::open(&file, DERIVED).await.expect("a store");
    assert_eq!(all.each_ref().map(|file| mode(file)), [0o600; 4]);
    for file in &all {
        fs::set_permissions(file, fs::Permissions::from_mode(0o644)).expect("opened to others");
    }
    let again = Store::open(&file, DERIVED).await.expect("a store");
    assert_eq!(all.each_ref().map(|file| mode(file)), [0o600; 4]);
    let backup = file::beside(&file, ".copy");
    copy(&file, &backup).await.expect("copied");
    assert_eq!(mode(&backup), 0o600);
    again.close().await;
    store.close().await;
    drop(lock);

    let inner = file.with_file_name("data").join("more").join("baton.db");
    file::make_folder(&inner).expect("made");
    assert_eq!(mode(inner.parent().expect("a folder")), 0o700);
    assert_eq!(mode(&file.with_file_name("data")), 0o700);
}

#[tokio::test]
async fn whoever_had_a_password_and_nothing_else_belongs_where_they_worked() {
    let (_folder, file) = place();
    let mut conn = at(FIRST_TRIED, &file).await;
    for sql in [
        "insert into trust (id, name, created_at) values ('t1', 'Tamar Vale', 'x'), ('t2', 'Other Shire', 'x')",
        "insert into person (id, name, created_at) values ('p1', 'Ada', 'x'), ('p2', 'Ben', 'x'), ('p3', 'Cy', 'x')",
        "insert into credential (person_id, password_hash, changed_at) values ('p1', 'x', 'x'), ('p2', 'x', 'x')",
        "insert into trust_role (person_id, trust_id, role, granted_at) values ('p1', 't1', 'administrator', 'x')",
        "insert into session (token_hash, person_id, trust_id, created_at, seen_at)
         values ('s1', 'p1', 't2', 'x', 'x'), ('s2', 'p2', 't2', 'x', 'x'), ('s3', 'p3', 't2', 'x', 'x')",
    ] {
        run(&mut conn, sql).await;
    }
    conn.close().await.expect("closed");
    migrate(&file, DERIVED).await.expect("migrated");
    let mut conn = connect(&file).await;
    let ties: Vec<(String, String, String)> =
        sqlx::query_as("select person_id, trust_id, state from tie order by person_id")
            .fetch_all(&mut conn)
            .await
            .expect("ties");
    let accepted = |person: &str, trust: &str| (person.to_owned(), trust.to_owned(), "accepted".to_owned());
    assert_eq!(ties, [accepted("p1", "t1"), accepted("p2", "t2")]);
}

#[test]
fn sqlite_before_the_wal_fix_is_refused() {
    for (version, good) in [("3.46.0", false), ("3.51.2", false), ("3.51.3", true), ("3.53.0", true), ("4.0.0", true)] {
        assert_eq!(new_enough(version), good, "{version}");
    }
}

//! Looking after the file: check, migrate, backup, restore.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::Connection as _;

use crate::continuity::derived::{self, DERIVED};
use crate::db::file::{BESIDE, beside, free_beside, make_folder, sync, tighten};
use crate::db::{self, IntegrityReport, Schema};
use crate::history;
use crate::visitor;

/// Opens a file without changing it and verifies integrity, foreign keys, schema and history.
///
/// # Errors
/// When the file cannot be opened as a store at all.
pub async fn check(file: &Path) -> Result<IntegrityReport, String> {
    if !file.is_file() {
        return Err(format!("there is no file {}", file.display()));
    }
    let foreign = |error: db::OpenError| format!("{} is not a store of Baton: {error}", file.display());
    let mut conn = db::inspect(file).await.map_err(foreign)?;
    let mut report = db::check(&mut conn).await.map_err(foreign)?;
    if report.faults.is_empty() {
        match history::verify_chain(&mut conn).await {
            Ok(None) => {}
            Ok(Some(sequence)) => report.faults.push(format!("the chain of history is broken at row {sequence}")),
            Err(error) => report.faults.push(format!("history cannot be read: {error}")),
        }
    }
    conn.close().await.map_err(|error| foreign(error.into()))?;
    Ok(report)
}

/// What a sound store says of projects that its facts do not give, and what is asked today that nobody can answer: a
/// sentence each.
///
/// # Errors
/// When the file cannot be read.
pub async fn check_derived(file: &Path, today: NaiveDate) -> Result<(Vec<String>, Vec<String>), String> {
    let cannot_read = |error: &dyn std::fmt::Display| format!("{} cannot be read: {error}", file.display());
    let mut conn = db::inspect(file).await.map_err(|error| cannot_read(&error))?;
    let differences = derived::store::differences(&mut conn).await.map_err(|error| cannot_read(&error))?;
    let unanswerable = derived::store::unanswerable(&mut conn, today).await.map_err(|error| cannot_read(&error))?;
    conn.close().await.map_err(|error| cannot_read(&error))?;
    Ok((differences, unanswerable))
}

/// Writes a consistent copy of the store to a new file: beside it first, verified, then renamed.
///
/// # Errors
/// When the file exists, cannot be written, or the copy does not verify.
pub async fn backup(data: &Path, to: &Path, now: DateTime<Utc>) -> Result<IntegrityReport, String> {
    if !data.is_file() {
        return Err(format!("there is no store at {}", data.display()));
    }
    let _lock = db::lock_shared(data).map_err(|_| BEING_CHANGED.to_owned())?;
    let report = copy(data, to).await?;
    // The copy is good, whether or not the administrators can be told of it.
    if let Err(error) = db::note_backup(data, now).await {
        tracing::warn!("{} does not know of this backup: {error}", data.display());
    }
    Ok(report)
}

const BEING_CHANGED: &str = "the store is being restored or migrated: try again when that is done";

async fn copy(data: &Path, to: &Path) -> Result<IntegrityReport, String> {
    if to.exists() {
        return Err(format!("{} exists already: choose a new name", to.display()));
    }
    let partial = beside(to, ".partial");
    let cannot_write = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", partial.display());
    let _ = fs::remove_file(&partial);
    db::copy(data, &partial).await.map_err(|error| cannot_write(&error))?;
    let report = check(&partial).await?;
    if let Some(fault) = report.faults.first() {
        return Err(format!("the copy does not verify: {fault}"));
    }
    fs::rename(&partial, to).and_then(|()| sync(to)).map_err(|error| cannot_write(&error))?;
    Ok(report)
}

/// Brings the schema of the store up to date, where it is not; the copy of the store as it was, which is
/// kept beside as `NAME.before-migration-N`.
///
/// # Errors
/// When somebody else has the store open, when it cannot be copied, or a migration fails.
pub async fn migrate(data: &Path) -> Result<Option<PathBuf>, String> {
    let schema = db::schema(data).await.map_err(|error| format!("cannot open {}: {error}", data.display()))?;
    let Schema::Behind(first) = schema else { return Ok(None) };
    let _lock = lock_exclusive(data)?;
    let before = free_beside(data, &format!(".before-migration-{first}"));
    copy(data, &before).await?;
    let Err(error) = db::migrate(data, DERIVED).await else { return Ok(Some(before)) };
    let unchanged = matches!(db::schema(data).await, Ok(Schema::Behind(still)) if still == first);
    if unchanged {
        // Tried again at every start, such copies would fill the disk.
        let _ = fs::remove_file(&before);
        return Err(format!("cannot migrate {}: {error}. It is as it was", data.display()));
    }
    Err(format!("cannot migrate {}: {error}. The store as it was is {}", data.display(), before.display()))
}

fn lock_exclusive(data: &Path) -> Result<File, String> {
    db::lock_exclusive(data).map_err(|error| match error.kind() {
        ErrorKind::WouldBlock => "a program has the store open: stop it first".to_owned(),
        _ => format!("cannot lock {}: {error}", data.display()),
    })
}

/// Puts a backup in the place of the store, and ends every session in it: some of them had ended after
/// it was made. Gives back where what was there is kept: beside, as `NAME.before-restore`, with a number
/// when there is one already. Nothing is ever deleted.
///
/// # Errors
/// When the backup is damaged or newer than this program, when a server has the store open, or when a
/// store is there and `replace` was not said. Nothing is changed then.
pub async fn restore(data: &Path, from: &Path, replace: bool, now: DateTime<Utc>) -> Result<Option<PathBuf>, String> {
    let report = check(from).await?;
    if let Some(fault) = report.faults.first() {
        return Err(format!("{} is not restored: {fault}", from.display()));
    }
    make_folder(data).map_err(|error| format!("cannot make the folder of {}: {error}", data.display()))?;
    let _lock = lock_exclusive(data)?;
    let there = data.exists() || BESIDE.iter().any(|ending| beside(data, ending).exists());
    if there && !replace {
        return Err(format!("there is a store at {}: say --replace to put the backup in its place", data.display()));
    }
    let partial = beside(data, ".partial");
    let cannot_write = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", data.display());
    let _ = fs::remove_file(&partial);
    db::copy(from, &partial).await.map_err(|error| cannot_write(&error))?;
    end_sessions(&partial, now).await.map_err(|error| cannot_write(&error))?;
    sync(&partial).map_err(|error| cannot_write(&error))?;
    let kept = if there { Some(set_aside(data).await.map_err(|error| cannot_write(&error))?) } else { None };
    fs::rename(&partial, data).and_then(|()| sync(data)).map_err(|error| cannot_write(&error))?;
    Ok(kept)
}

/// Ends every session in a store that nobody serves.
async fn end_sessions(file: &Path, now: DateTime<Utc>) -> Result<(), db::OpenError> {
    let mut conn = db::open_file(file).await?;
    visitor::end_all_sessions(&mut conn, now).await.map_err(|error| std::io::Error::other(error.to_string()))?;
    Ok(conn.close().await?)
}

/// Keeps the files that are there under another name, in whatever state they are. The store's own name
/// stays until something else takes it, so that at no moment there is no store; a write-ahead log, if one
/// is left, never stands beside a file that it is not of.
async fn set_aside(data: &Path) -> std::io::Result<PathBuf> {
    tighten(data);
    // A sound store becomes one file by this; where it is too damaged for that, its log goes with it.
    if data.exists() {
        let _ = db::fold(data).await;
    }
    let kept = free_beside(data, ".before-restore");
    if data.exists() {
        fs::hard_link(data, &kept).or_else(|_| fs::rename(data, &kept))?;
    }
    for ending in BESIDE.into_iter().filter(|ending| beside(data, ending).exists()) {
        fs::rename(beside(data, ending), beside(&kept, ending))?;
    }
    if kept.exists() {
        sync(&kept)?;
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use sqlx::Connection as _;

    use super::*;
    use crate::db::Store;
    use crate::testing::noon;

    async fn store(file: &Path, trust: &str) -> Store {
        let store = Store::open(file, DERIVED).await.expect("a store");
        crate::operator::add_trust(&store, trust, noon()).await.expect("a trust");
        store
    }

    async fn trusts(file: &Path) -> Vec<String> {
        let store = Store::open(file, DERIVED).await.expect("a store");
        let mut conn = store.read().await.expect("a reader");
        sqlx::query_scalar("select name from trust").fetch_all(&mut *conn).await.expect("names")
    }

    #[tokio::test]
    async fn a_backup_taken_while_serving_restores_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        let open = store(&data, "First").await;
        assert!(backup(&data, &copy, noon()).await.expect("a backup").faults.is_empty());
        assert!(backup(&data, &copy, noon()).await.is_err(), "an existing file is never overwritten");
        let mut conn = open.read().await.expect("a reader");
        let noted: Option<DateTime<Utc>> =
            sqlx::query_scalar("select backed_up_at from installation").fetch_one(&mut *conn).await.expect("a row");
        assert!(noted.is_some(), "the administrators’ home says how old it is");
        drop(conn);
        crate::operator::add_trust(&open, "Second", noon()).await.expect("a trust");
        open.close().await;
        assert!(restore(&data, &copy, false, noon()).await.is_err(), "a store is there");
        let kept = restore(&data, &copy, true, noon()).await.expect("restored");
        assert_eq!(kept, Some(beside(&data, ".before-restore")));
        assert_eq!(trusts(&data).await, ["First"]);
        assert_eq!(trusts(&beside(&data, ".before-restore")).await.len(), 2);
    }

    /// As a bad disk leaves it.
    fn damage(file: &Path) {
        let mut bytes = fs::read(file).expect("bytes");
        for byte in bytes.iter_mut().skip(4096 * 3).take(20_000) {
            *byte = 0xAA;
        }
        fs::write(file, bytes).expect("written");
    }

    #[tokio::test]
    async fn a_damaged_store_is_replaced_and_kept_as_it_is_beside_an_older_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        store(&data, "First").await.close().await;
        backup(&data, &copy, noon()).await.expect("a backup");
        fs::write(beside(&data, ".before-restore"), "an older one").expect("written");
        damage(&data);
        // A server that was killed leaves a log, which cannot be folded into a damaged file.
        fs::write(beside(&data, "-wal"), "a log").expect("written");
        let damaged = fs::read(&data).expect("bytes");

        let kept = restore(&data, &copy, true, noon()).await.expect("restored").expect("kept");
        assert_eq!(kept, beside(&data, ".before-restore-2"));
        assert_eq!(fs::read(&kept).expect("bytes"), damaged);
        assert!(!beside(&data, "-wal").exists(), "the log of another file");
        assert_eq!(fs::read(beside(&data, ".before-restore")).expect("bytes"), b"an older one");
        assert_eq!(trusts(&data).await, ["First"]);
    }

    #[tokio::test]
    async fn a_restore_that_was_cut_short_is_done_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        store(&data, "First").await.close().await;
        backup(&data, &copy, noon()).await.expect("a backup");
        // Set aside, and then the power went: the half-written copy is there, and the log of no file.
        fs::rename(&data, beside(&data, ".before-restore")).expect("renamed");
        fs::write(beside(&data, ".partial"), "half").expect("written");
        fs::write(beside(&data, "-wal"), "a log").expect("written");
        assert!(restore(&data, &copy, false, noon()).await.is_err(), "something is there");
        restore(&data, &copy, true, noon()).await.expect("restored");
        assert_eq!(trusts(&data).await, ["First"]);
        assert_eq!(fs::read(beside(&data, ".before-restore-2-wal")).expect("bytes"), b"a log");
        assert_eq!(trusts(&beside(&data, ".before-restore")).await, ["First"]);
    }

    #[tokio::test]
    async fn a_restore_that_cannot_be_written_leaves_everything() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        store(&data, "First").await.close().await;
        backup(&data, &copy, noon()).await.expect("a backup");
        fs::create_dir(beside(&data, ".partial")).expect("in the way");
        assert!(restore(&data, &copy, true, noon()).await.is_err());
        assert_eq!(trusts(&data).await, ["First"]);
        assert!(!beside(&data, ".before-restore").exists());
    }

    #[tokio::test]
    async fn what_is_restored_has_no_session_that_lasts() {
        let fixture = crate::testing::Fixture::new().await;
        fixture.request(Some(fixture.trainee)).await;
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("data/baton.db"), folder.path().join("copy.db"));
        let mut conn = fixture.store.read().await.expect("a reader");
        let from: String = sqlx::query_scalar("select file from pragma_database_list where name = 'main'")
            .fetch_one(&mut *conn)
            .await
            .expect("a file");
        backup(Path::new(&from), &copy, noon()).await.expect("a backup");
        assert_eq!(restore(&data, &copy, false, noon()).await, Ok(None), "the folder is made");
        let open = Store::open(&data, DERIVED).await.expect("a store");
        let mut conn = open.read().await.expect("a reader");
        let sessions: Vec<Option<String>> =
            sqlx::query_scalar("select ended_at from session").fetch_all(&mut *conn).await.expect("sessions");
        assert!(matches!(sessions.as_slice(), [Some(_)]));
    }

    #[tokio::test]
    async fn migrating_keeps_the_store_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let data = folder.path().join("baton.db");
        assert_eq!(migrate(&data).await, Ok(None), "a new store is made by opening it");
        store(&data, "First").await.close().await;
        assert_eq!(migrate(&data).await, Ok(None));

        let old = folder.path().join("old.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&old).create_if_missing(true);
        let mut conn = sqlx::SqliteConnection::connect_with(&options).await.expect("a connection");
        db::MIGRATIONS.run_to(4, &mut conn).await.expect("migrated");
        sqlx::query("insert into trust (id, name, created_at) values ('t', 'Old', '')")
            .execute(&mut conn)
            .await
            .expect("a trust");
        sqlx::query("update _sqlx_migrations set success = 0 where version = 4")
            .execute(&mut conn)
            .await
            .expect("marked");
        assert!(migrate(&old).await.expect_err("half done").contains("It is as it was"));
        let mut names = fs::read_dir(folder.path()).expect("a folder").map(|one| one.expect("a file").file_name());
        assert!(!names.any(|name| name.to_string_lossy().contains("before-migration")));
        sqlx::query("update _sqlx_migrations set success = 1").execute(&mut conn).await.expect("marked");
        conn.close().await.expect("closed");
        let lock = db::lock_shared(&old).expect("a lock");
        assert!(migrate(&old).await.is_err(), "a server has it open");
        drop(lock);
        let kept = migrate(&old).await.expect("migrated").expect("a copy");
        assert!(kept.to_string_lossy().contains("old.db.before-migration-"));
        assert_eq!(trusts(&old).await, ["Old"]);
        assert!(matches!(db::schema(&kept).await, Ok(Schema::Behind(_))));
        assert_eq!(migrate(&old).await, Ok(None));
    }

    #[tokio::test]
    async fn a_damaged_or_newer_file_is_not_restored() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        store(&data, "First").await.close().await;
        backup(&data, &copy, noon()).await.expect("a backup");

        let newer = folder.path().join("newer.db");
        let open = store(&newer, "Newer").await;
        let mut change = open.write().await.expect("a change");
        sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'later', 1, x'00', 0)")
            .execute(&mut *change).await.expect("marked");
        change.commit().await.expect("committed");
        open.close().await;
        assert!(restore(&data, &newer, true, noon()).await.expect_err("refused").contains("newer"));

        damage(&copy);
        assert!(restore(&data, &copy, true, noon()).await.is_err());
        assert_eq!(trusts(&data).await, ["First"]);
    }
}

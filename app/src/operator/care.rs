//! Looking after the file: check, backup, restore.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::db;

/// What a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Findings {
    /// The version of SQLite.
    pub sqlite: String,
    /// Migrations that the file has, of those that this program knows.
    pub migrations: (usize, usize),
    /// What is wrong; empty when nothing is.
    pub faults: Vec<String>,
}

/// Opens a file without changing it and verifies integrity, foreign keys, migrations and history.
///
/// # Errors
/// When the file cannot be opened as a store at all.
pub async fn check(file: &Path) -> Result<Findings, String> {
    if !file.is_file() {
        return Err(format!("there is no file {}", file.display()));
    }
    db::check(file).await.map_err(|error| format!("{} is not a store of Baton: {error}", file.display()))
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Writes a consistent copy of the store to a new file: beside it first, verified, then renamed.
///
/// # Errors
/// When the file exists, cannot be written, or the copy does not verify.
pub async fn backup(data: &Path, to: &Path) -> Result<Findings, String> {
    if to.exists() {
        return Err(format!("{} exists already: choose a new name", to.display()));
    }
    if !data.is_file() {
        return Err(format!("there is no store at {}", data.display()));
    }
    let partial = beside(to, ".partial");
    let told = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", partial.display());
    let _ = fs::remove_file(&partial);
    db::copy(data, &partial).await.map_err(|error| told(&error))?;
    let findings = check(&partial).await?;
    if let Some(fault) = findings.faults.first() {
        return Err(format!("the copy does not verify: {fault}"));
    }
    File::open(&partial).and_then(|file| file.sync_all()).map_err(|error| told(&error))?;
    fs::rename(&partial, to).map_err(|error| told(&error))?;
    Ok(findings)
}

/// Puts a backup in the place of the store. What was there is kept beside as `NAME.before-restore`.
///
/// # Errors
/// When the backup is damaged or newer than this program, when a server has the store open, or when a
/// store is there and `replace` was not said. Nothing is changed then.
pub async fn restore(data: &Path, from: &Path, replace: bool) -> Result<Findings, String> {
    let findings = check(from).await?;
    if let Some(fault) = findings.faults.first() {
        return Err(format!("{} is not restored: {fault}", from.display()));
    }
    let Ok(_lock) = db::lock_alone(data) else {
        return Err("a server has the store open: stop it first".to_owned());
    };
    if data.exists() && !replace {
        return Err(format!("there is a store at {}: say --replace to put the backup in its place", data.display()));
    }
    if let Some(folder) = data.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    }
    let partial = beside(data, ".partial");
    let told = |error: &dyn std::fmt::Display| format!("cannot write {}: {error}", data.display());
    let _ = fs::remove_file(&partial);
    db::copy(from, &partial).await.map_err(|error| told(&error))?;
    if data.exists() {
        // The copy folds the write-ahead log in; a plain rename would leave it behind.
        let before = beside(data, ".before-restore");
        let _ = fs::remove_file(&before);
        db::copy(data, &before).await.map_err(|error| told(&error))?;
        for ending in ["-wal", "-shm"] {
            let _ = fs::remove_file(beside(data, ending));
        }
    }
    fs::rename(&partial, data).map_err(|error| told(&error))?;
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::Store;
    use crate::testing::noon;

    async fn store(file: &Path, trust: &str) -> Store {
        let store = Store::open(file).await.expect("a store");
        crate::operator::add_trust(&store, trust, noon()).await.expect("a trust");
        store
    }

    async fn trusts(file: &Path) -> Vec<String> {
        let store = Store::open(file).await.expect("a store");
        let mut conn = store.read().await.expect("a reader");
        sqlx::query_scalar("select name from trust").fetch_all(&mut *conn).await.expect("names")
    }

    #[tokio::test]
    async fn a_backup_taken_while_serving_restores_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        let open = store(&data, "First").await;
        assert!(backup(&data, &copy).await.expect("a backup").faults.is_empty());
        assert!(backup(&data, &copy).await.is_err(), "an existing file is never overwritten");
        crate::operator::add_trust(&open, "Second", noon()).await.expect("a trust");
        open.close().await;
        assert!(restore(&data, &copy, false).await.is_err(), "a store is there");
        restore(&data, &copy, true).await.expect("restored");
        assert_eq!(trusts(&data).await, ["First"]);
        assert_eq!(trusts(&beside(&data, ".before-restore")).await.len(), 2);
    }

    #[tokio::test]
    async fn a_damaged_or_newer_file_is_not_restored() {
        let folder = tempfile::tempdir().expect("a folder");
        let (data, copy) = (folder.path().join("baton.db"), folder.path().join("copy.db"));
        store(&data, "First").await.close().await;
        backup(&data, &copy).await.expect("a backup");

        let newer = folder.path().join("newer.db");
        let open = store(&newer, "Newer").await;
        let mut change = open.write().await.expect("a change");
        sqlx::query("insert into _sqlx_migrations (version, description, success, checksum, execution_time) values (9999, 'later', 1, x'00', 0)")
            .execute(&mut *change).await.expect("marked");
        change.commit().await.expect("committed");
        open.close().await;
        assert!(restore(&data, &newer, true).await.expect_err("refused").contains("newer"));

        let mut bytes = fs::read(&copy).expect("bytes");
        for byte in bytes.iter_mut().skip(4096 * 3).take(20_000) {
            *byte = 0xAA;
        }
        let damaged = folder.path().join("damaged.db");
        fs::write(&damaged, bytes).expect("written");
        assert!(restore(&data, &damaged, true).await.is_err());
        assert_eq!(trusts(&data).await, ["First"]);
    }
}

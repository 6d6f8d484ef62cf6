//! The store: one SQLite file, one writer, several readers. Nothing else names the engine.

use std::fs::File;
use std::ops::{Deref, DerefMut};
use std::path::Path;
use std::time::Duration;

use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, Pool, Transaction};

use crate::error::Error;
use crate::history;
use crate::operator::Findings;

/// The engine.
pub type Db = sqlx::Sqlite;
/// One connection, as every store function takes it.
pub type Connection = sqlx::SqliteConnection;

/// The schema, embedded in the program.
pub static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Below this, two connections that write and checkpoint at the same moment can lose pages.
const OLDEST_SQLITE: [u32; 3] = [3, 51, 3];

fn new_enough(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').filter_map(|part| part.parse().ok()).collect();
    parts.as_slice() >= OLDEST_SQLITE.as_slice()
}

/// The open store.
#[derive(Clone, Debug)]
pub struct Store {
    readers: Pool<Db>,
    writer: Pool<Db>,
}

/// A change in progress: begun IMMEDIATE, rolled back unless committed. Await nothing but SQL inside.
#[derive(Debug)]
pub struct Write(Transaction<'static, Db>);

impl Write {
    /// Makes the change durable.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.0.commit().await?)
    }
}

impl Deref for Write {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}

fn options(file: &Path) -> SqliteConnectOptions {
    as_it_is(file).journal_mode(SqliteJournalMode::Wal).optimize_on_close(true, Some(400))
}

/// Opens a file in the journal mode that it is in: a check must not change it.
fn as_it_is(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .pragma("mmap_size", "0")
        .pragma("cache_size", "-8000")
}

/// Notes that this process has the store open, until the answer is dropped.
///
/// # Errors
/// When the lock file cannot be made, or the store is being restored.
pub fn lock_shared(file: &Path) -> std::io::Result<File> {
    let lock = lock_file(file)?;
    lock.try_lock_shared()?;
    Ok(lock)
}

/// Keeps every other process of ours from opening the store, until the answer is dropped.
///
/// # Errors
/// When another process has it open.
pub fn lock_alone(file: &Path) -> std::io::Result<File> {
    let lock = lock_file(file)?;
    lock.try_lock()?;
    Ok(lock)
}

fn lock_file(file: &Path) -> std::io::Result<File> {
    let mut name = file.as_os_str().to_owned();
    name.push(".lock");
    File::options().create(true).truncate(false).write(true).open(name)
}

/// Writes a consistent copy of a store, also while others write to it, to a file that is not there yet.
///
/// # Errors
/// When the store cannot be read or the copy cannot be written.
pub async fn copy(from: &Path, to: &Path) -> Result<(), sqlx::Error> {
    let mut conn = sqlx::SqliteConnection::connect_with(&as_it_is(from)).await?;
    sqlx::query("vacuum into $1").bind(to.to_string_lossy().into_owned()).execute(&mut conn).await?;
    conn.close().await
}

/// Verifies a store without changing it.
///
/// # Errors
/// When the file cannot be read as a store at all.
pub async fn check(file: &Path) -> Result<Findings, sqlx::Error> {
    let mut conn = sqlx::SqliteConnection::connect_with(&as_it_is(file).read_only(true)).await?;
    let sqlite: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut conn).await?;
    let applied: Vec<(i64, Vec<u8>)> =
        sqlx::query_as("select version, checksum from _sqlx_migrations order by version").fetch_all(&mut conn).await?;
    let mut faults = Vec::new();
    for (version, checksum) in &applied {
        match MIGRATIONS.iter().find(|known| known.version == *version) {
            None => faults.push(format!("it is newer than this program: it has migration {version}")),
            Some(known) if *known.checksum != **checksum => {
                faults.push(format!("migration {version} is not the one that this program knows"));
            }
            Some(_) => {}
        }
    }
    let integrity: Vec<String> = sqlx::query_scalar("pragma integrity_check(20)").fetch_all(&mut conn).await?;
    faults.extend(integrity.into_iter().filter(|line| line != "ok"));
    let dangling: i64 =
        sqlx::query_scalar("select count(*) from pragma_foreign_key_check").fetch_one(&mut conn).await?;
    if dangling > 0 {
        faults.push(format!("{dangling} rows refer to something that is not there"));
    }
    if faults.is_empty() {
        match history::first_broken(&mut conn).await {
            Ok(None) => {}
            Ok(Some(sequence)) => faults.push(format!("the chain of history is broken at row {sequence}")),
            Err(error) => faults.push(format!("history cannot be read: {error}")),
        }
    }
    conn.close().await?;
    Ok(Findings { sqlite, migrations: (applied.len(), MIGRATIONS.iter().count()), faults })
}

impl Store {
    /// Opens the file, making it if there is none, and brings its schema up to date.
    ///
    /// # Errors
    /// When the file is not a store of ours, is newer than this program, or SQLite is too old.
    pub async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let mut first = sqlx::SqliteConnection::connect_with(&options(file).create_if_missing(true)).await?;
        let version: String = sqlx::query_scalar("select sqlite_version()").fetch_one(&mut first).await?;
        if !new_enough(&version) {
            return Err(sqlx::Error::Configuration(
                format!("SQLite {version} can lose data in WAL mode; Baton needs 3.51.3 or later").into(),
            ));
        }
        MIGRATIONS.run(&mut first).await.map_err(|e| sqlx::Error::Migrate(Box::new(e)))?;
        first.close().await?;

        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options(file))
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options(file).pragma("query_only", "on"))
            .await?;
        Ok(Self { readers, writer })
    }

    /// A connection that can only read.
    ///
    /// # Errors
    /// [`Error::Busy`] when none is free in time.
    pub async fn read(&self) -> Result<sqlx::pool::PoolConnection<Db>, Error> {
        Ok(self.readers.acquire().await?)
    }

    /// Begins a change. There is one writer: keep it short.
    ///
    /// # Errors
    /// [`Error::Busy`] when the writer is not free in time.
    pub async fn write(&self) -> Result<Write, Error> {
        Ok(Write(self.writer.begin_with("begin immediate").await?))
    }

    /// Closes every connection, folding the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sqlite_before_the_wal_fix_is_refused() {
        for (version, good) in
            [("3.46.0", false), ("3.51.2", false), ("3.51.3", true), ("3.53.0", true), ("4.0.0", true)]
        {
            assert_eq!(new_enough(version), good, "{version}");
        }
    }

    #[tokio::test]
    async fn readers_cannot_write_and_an_uncommitted_change_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("baton.db")).await.expect("a store");
        let insert = "insert into trust (id, name, created_at) values ('t', 'Trust', '2026-01-01T00:00:00Z')";

        let mut reader = store.read().await.expect("a reader");
        assert!(sqlx::query(insert).execute(&mut *reader).await.is_err());

        let mut change = store.write().await.expect("a change");
        sqlx::query(insert).execute(&mut *change).await.expect("inserted");
        drop(change);
        let trusts: i64 =
            sqlx::query_scalar("select count(*) from trust").fetch_one(&mut *reader).await.expect("a count");
        assert_eq!(trusts, 0);
    }
}

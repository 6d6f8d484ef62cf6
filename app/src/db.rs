//! The store: one SQLite file, one writer, several readers. Nothing else names the engine.

mod changes;
mod derived;
pub mod file;
mod options;
mod readers;
mod upkeep;
mod writer;

use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use sqlx::sqlite::SqliteSynchronous;

use self::changes::Changes;
pub use self::derived::{Derived, Effect, Effects, Mend, UNDERIVED, Work};
pub use self::file::{lock_exclusive, lock_shared};
use self::options::options;
pub use self::readers::Read;
use self::readers::Readers;
pub use self::upkeep::{
    IntegrityReport, MIGRATIONS, OpenError, Schema, check, copy, fold, inspect, migrate, note_backup, open_file, schema,
};
pub use self::writer::Write;
use self::writer::Writer;
use crate::error::Error;

/// The engine.
pub type Db = sqlx::Sqlite;
/// One connection, as every store function takes it.
pub type Connection = sqlx::SqliteConnection;

/// So many pages read at the same time.
const READERS: u32 = 4;

/// The open store.
#[derive(Clone, Debug)]
pub struct Store {
    readers: Arc<Readers>,
    /// For the question whether the store answers: no page keeps it waiting.
    apart: Arc<Readers>,
    writer: Arc<Writer>,
    changes: Changes,
    derived: Derived,
}

impl Store {
    /// Opens the file, making it if there is none, and derives what is not derived yet. It does not [migrate] one.
    ///
    /// # Errors
    /// When the file is not a store of ours, is older or newer than this program, or SQLite is too old.
    pub async fn open(file: &Path, derived: Derived) -> Result<Self, OpenError> {
        Self::open_with(file, derived, SqliteSynchronous::Full).await
    }

    /// As [`Store::open`], but a commit waits for no disk: for tests, whose stores need not outlast a
    /// loss of power.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) async fn open_unsynced(file: &Path, derived: Derived) -> Result<Self, OpenError> {
        Self::open_with(file, derived, SqliteSynchronous::Off).await
    }

    async fn open_with(file: &Path, derived: Derived, synchronous: SqliteSynchronous) -> Result<Self, OpenError> {
        upkeep::prepare(file, derived).await?;
        let options = options(file).synchronous(synchronous);
        let changes = Changes::new();
        let writer = Arc::new(Writer::open(options.clone(), derived, changes.clone()).await?);
        let readers = Readers::open(options.clone(), READERS).await?;
        let apart = Readers::open(options, 1).await?;
        Ok(Self { readers, apart, writer, changes, derived })
    }

    /// A connection that can only read.
    ///
    /// # Errors
    /// [`Error::Busy`] when none is free in time.
    pub async fn read(&self) -> Result<Read, Error> {
        self.readers.lend().await
    }

    /// The number of the newest state: what is read after asking for it, and kept under it, is right as long as the
    /// number is the same. Another program's changes it does not know: none writes what pages show while this one serves.
    #[must_use]
    pub fn newest(&self) -> u64 {
        self.changes.newest()
    }

    /// A connection that can only read and that no page uses.
    ///
    /// # Errors
    /// [`Error::Busy`] when it is not free in time.
    pub async fn read_apart(&self) -> Result<Read, Error> {
        self.apart.lend().await
    }

    /// Begins a change: first come, first served. There is one writer, so keep it short.
    ///
    /// # Errors
    /// [`Error::Busy`] when the writer is not free in time.
    pub async fn write(&self) -> Result<Write, Error> {
        self.writer.change().await
    }

    /// What a change that is not committed does to projects from a day on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn effects(&self, change: &mut Connection, today: NaiveDate) -> Result<Effects, Error> {
        (self.derived.effects)(change, today).await
    }

    /// Closes every connection, folding the write-ahead log into the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.apart.close().await;
        self.writer.close().await;
    }
}

/// The secret that ties open forms to the people they were drawn for.
///
/// # Errors
/// When the store cannot be read.
pub async fn installation_secret(conn: &mut Connection) -> Result<String, Error> {
    Ok(sqlx::query_scalar("select form_secret from installation").fetch_one(conn).await?)
}

/// A statement whose values are being bound.
pub type Query<'q> = sqlx::query::Query<'q, Db, <Db as sqlx::Database>::Arguments>;

/// What a statement says that changes one row if it is still as it was read: its version, its state.
///
/// # Errors
/// [`Error::Conflict`] when it changed none.
pub fn expect_one(result: <Db as sqlx::Database>::QueryResult) -> Result<(), Error> {
    if result.rows_affected() == 0 { Err(Error::Conflict) } else { Ok(()) }
}

/// Whether the store answers.
///
/// # Errors
/// When it does not.
pub async fn ping(conn: &mut Connection) -> Result<(), Error> {
    let _: i64 = sqlx::query_scalar("select count(*) from installation").fetch_one(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::continuity::derived::DERIVED;

    #[tokio::test]
    async fn what_is_committed_has_a_number_of_its_own() -> crate::testing::Result {
        let folder = tempfile::tempdir()?;
        let store = Store::open(&folder.path().join("one.db"), DERIVED).await?;
        let other = Store::open(&folder.path().join("other.db"), DERIVED).await?;
        let (before, elsewhere) = (store.newest(), other.newest());
        assert_ne!(before, elsewhere);
        drop(store.write().await?);
        assert_eq!(store.newest(), before, "nothing was committed");
        store.write().await?.commit().await?;
        assert_ne!(store.newest(), before);
        assert_ne!(store.newest(), elsewhere);
        assert_eq!(other.newest(), elsewhere);
        Ok(())
    }

    #[tokio::test]
    async fn readers_cannot_write_and_an_uncommitted_change_is_gone() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("baton.db"), DERIVED).await.expect("a store");
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

    #[tokio::test]
    async fn a_row_that_somebody_else_changed_is_a_conflict() -> crate::testing::Result {
        let folder = tempfile::tempdir()?;
        let store = Store::open(&folder.path().join("baton.db"), DERIVED).await?;
        let mut change = store.write().await?;
        sqlx::query("insert into trust (id, name, created_at) values ('t', 'Trust', '2026-01-01T00:00:00Z')")
            .execute(&mut *change)
            .await?;
        for (id, expected) in [("t", Ok(())), ("other", Err(Error::Conflict))] {
            let done =
                sqlx::query("update trust set name = 'New' where id = $1").bind(id).execute(&mut *change).await?;
            assert_eq!(expect_one(done), expected);
        }
        Ok(())
    }

    #[tokio::test]
    async fn a_change_whose_asker_goes_away_is_made() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("baton.db"), DERIVED).await.expect("a store");
        let mut change = store.write().await.expect("a change");
        sqlx::query("insert into trust (id, name, created_at) values ('t', 'Trust', '2026-01-01T00:00:00Z')")
            .execute(&mut *change)
            .await
            .expect("inserted");
        let mut commit = Box::pin(change.commit());
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(commit.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
        drop(commit);
        // Whoever comes later is answered later, so the change is durable by then.
        store.write().await.expect("a change").commit().await.expect("committed");
        let mut conn = store.read().await.expect("a reader");
        let trusts: i64 =
            sqlx::query_scalar("select count(*) from trust").fetch_one(&mut *conn).await.expect("a count");
        assert_eq!(trusts, 1);
    }
}

//! The connections that only read, lent one at a time.
//!
//! Not the pool of sqlx: it asks a connection whether it is there when it lends it and again when it is
//! given back, each on a task and with a hand-over to the connection's thread. For pages of three
//! statements that was most of what the store cost.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Connection;
use crate::error::Error;

/// Whoever waits longer for a connection is told that the store is busy.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// A connection that answered so recently is lent without being asked again: one whose thread has died is
/// found within this time.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// The connections that nobody has.
#[derive(Debug)]
pub(super) struct Readers {
    options: SqliteConnectOptions,
    /// How many there are.
    all: u32,
    free: Mutex<Vec<Reader>>,
    turns: Arc<Semaphore>,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    /// When it last answered.
    answered: Instant,
}

/// A connection that can only read; given back when it is dropped.
#[derive(Debug)]
pub struct Read {
    /// There until it is dropped.
    reader: Option<Reader>,
    readers: Arc<Readers>,
    _turn: OwnedSemaphorePermit,
}

impl Readers {
    /// Opens so many.
    pub(super) async fn open(options: SqliteConnectOptions, all: u32) -> Result<Arc<Self>, sqlx::Error> {
        let turns = Arc::new(Semaphore::new(all as usize));
        let readers = Self { options: options.pragma("query_only", "on"), all, free: Mutex::default(), turns };
        for _ in 0..all {
            let reader = readers.connect().await?;
            readers.give_back(reader);
        }
        Ok(Arc::new(readers))
    }

    async fn connect(&self) -> Result<Reader, sqlx::Error> {
        let connection = Connection::connect_with(&self.options).await?;
        Ok(Reader { connection, answered: Instant::now() })
    }

    /// Lends one.
    ///
    /// # Errors
    /// [`Error::Busy`] when none is free in time, or the store is closed.
    pub(super) async fn lend(self: &Arc<Self>) -> Result<Read, Error> {
        self.lend_within(LONGEST_WAIT).await
    }

    async fn lend_within(self: &Arc<Self>, longest: Duration) -> Result<Read, Error> {
        let turn = tokio::time::timeout(longest, Arc::clone(&self.turns).acquire_owned()).await;
        let turn = turn.ok().and_then(Result::ok).ok_or(Error::Busy)?;
        // The last one that was given back: what it read is still in its cache.
        let free = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let reader = match free {
            Some(reader) if reader.answered.elapsed() < TRUSTED_FOR => reader,
            Some(reader) => self.asked(reader).await?,
            None => self.connect().await?,
        };
        Ok(Read { reader: Some(reader), readers: Arc::clone(self), _turn: turn })
    }

    /// The same when it answers, otherwise another.
    async fn asked(&self, mut reader: Reader) -> Result<Reader, sqlx::Error> {
        if reader.connection.ping().await.is_err() {
            return self.connect().await;
        }
        reader.answered = Instant::now();
        Ok(reader)
    }

    fn give_back(&self, reader: Reader) {
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push(reader);
    }

    /// Waits until all are given back, and closes them.
    pub(super) async fn close(&self) {
        let all = self.turns.acquire_many(self.all).await;
        self.turns.close();
        drop(all);
        let free = std::mem::take(&mut *self.free.lock().unwrap_or_else(PoisonError::into_inner));
        for reader in free {
            let _ = reader.connection.close().await;
        }
    }
}

impl Deref for Read {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.reader.as_ref().expect("there until it is dropped").connection
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.reader.as_mut().expect("there until it is dropped").connection
    }
}

impl Drop for Read {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            self.readers.give_back(reader);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::continuity::derived::DERIVED;
    use crate::db::{READERS, Store};

    #[tokio::test]
    async fn whoever_comes_after_the_last_one_is_told_in_time_and_one_given_back_is_lent_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("baton.db"), DERIVED).await.expect("a store");
        let mut lent = Vec::new();
        for _ in 0..READERS {
            lent.push(store.read().await.expect("a reader"));
        }
        assert!(matches!(store.readers.lend_within(Duration::ZERO).await, Err(Error::Busy)));
        assert!(store.read_apart().await.is_ok(), "whether the store answers is asked apart");
        lent.pop();
        let mut reader = store.read().await.expect("the one given back");
        let one: i64 = sqlx::query_scalar("select 1").fetch_one(&mut *reader).await.expect("an answer");
        assert_eq!(one, 1);
    }

    #[tokio::test]
    async fn a_statement_that_is_left_half_read_is_no_bother_to_the_next() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("baton.db"), DERIVED).await.expect("a store");
        let many = "with recursive n (i) as (select 1 union all select i + 1 from n where i < 1000000) select i from n";
        for _ in 0..2 * READERS {
            let mut reader = store.read().await.expect("a reader");
            let mut reading = Box::pin(sqlx::query_scalar::<_, i64>(many).fetch_all(&mut *reader));
            let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(reading.as_mut().poll(cx))).await;
            assert!(polled.is_pending());
        }
        let mut reader = store.read().await.expect("a reader");
        let counted: i64 = sqlx::query_scalar("select 7").fetch_one(&mut *reader).await.expect("an answer");
        assert_eq!(counted, 7);
        drop(reader);
        store.close().await;
        assert!(matches!(store.read().await, Err(Error::Busy)), "closed");
    }
}

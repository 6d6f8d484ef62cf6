//! The one writer. It hands its connection from change to change, and changes that wait for it share one
//! flush: docs/decisions/0011-writes.md.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use sqlx::Connection as _;
use sqlx::sqlite::SqliteConnectOptions;
use tokio::sync::{OwnedMutexGuard, mpsc, oneshot};
use tokio::task::JoinHandle;
use tracing::{Instrument as _, Span};

use super::changes::Changes;
use super::{Connection, Derived};
use crate::error::Error;

/// Whoever waits longer for the writer is told that the store is busy.
const MAX_WAIT: Duration = Duration::from_secs(10);
/// So many changes share a flush at most, and none begins in a transaction that is older than this: the
/// first of them waits for the last.
const MAX_BATCH_CHANGES: usize = 64;
// The tests share a flush on however busy a machine.
const MAX_BATCH_AGE: Duration = if cfg!(test) { MAX_WAIT } else { Duration::from_millis(20) };

/// A change in progress, undone unless committed.
///
/// Await nothing but SQL while you hold one: everybody who wants to change something waits for it, and so
/// do the answers to those who share its flush. What else a change needs (a hash, a file, a chart) is made
/// before it begins. End it at an error that is a fault of the store: SQLite may have undone everything,
/// and what is written after that would stand alone. No constraint of the schema is deferred, or one change
/// could fail another's commit.
#[derive(Debug)]
pub struct Write {
    connection: OwnedMutexGuard<Connection>,
    /// Says how it ended; dropped, that it is to be undone.
    ending: oneshot::Sender<Committed>,
}

/// A change that is to be made durable: for what it was made, and who waits for it.
#[derive(Debug)]
struct Committed {
    of: Span,
    answer: oneshot::Sender<Result<(), Error>>,
}

/// Somebody who waits for the writer.
#[derive(Debug)]
struct Ticket {
    turn: oneshot::Sender<Result<Write, Error>>,
}

/// The changes that share a flush.
struct Batch {
    began: Instant,
    committed: Vec<Committed>,
    last: Last,
}

/// How the last of them ended. What is to be said about it to the store is said together with what comes
/// next, in one text and so in one hand-over to the connection's thread.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    /// There was none: no transaction is open.
    None,
    Committed,
    Undone,
}

impl Last {
    /// Leads to the next change.
    fn next(self) -> &'static str {
        match self {
            Self::None => "begin immediate; savepoint change",
            Self::Committed => "release change; savepoint change",
            Self::Undone => "rollback to change",
        }
    }

    /// Leads to the end: nothing when there is nothing to end.
    fn end(self, any_committed: bool) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Committed => Some("commit"),
            Self::Undone if any_committed => Some("rollback to change; commit"),
            Self::Undone => Some("rollback"),
        }
    }
}

impl Write {
    /// Derives what follows from the change and makes both durable; also when whoever waits for that goes away.
    ///
    /// # Errors
    /// When something cannot be derived, or the store cannot write. Nothing of the change is there then.
    pub async fn commit(self) -> Result<(), Error> {
        let Self { connection, ending } = self;
        let (answer, durable) = oneshot::channel();
        drop(connection);
        ending.send(Committed { of: Span::current(), answer }).map_err(|_| Error::Internal)?;
        durable.await.map_err(|_| Error::Internal)?
    }
}

impl Deref for Write {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// Where changes are asked for, until it is closed.
#[derive(Debug)]
pub(super) struct Writer(Mutex<Option<Open>>);

#[derive(Debug)]
struct Open {
    queue: mpsc::UnboundedSender<Ticket>,
    work: JoinHandle<()>,
}

impl Writer {
    /// Opens the connection, and gives it to whoever asks from then on.
    pub(super) async fn open(
        options: SqliteConnectOptions,
        derived: Derived,
        changes: Changes,
    ) -> Result<Self, sqlx::Error> {
        let connection = Connection::connect_with(&options).await?;
        let (queue, tickets) = mpsc::unbounded_channel();
        let worker = Worker { options, derived, changes, connection: Some(share(connection)) };
        let work = tokio::spawn(worker.run(tickets));
        Ok(Self(Mutex::new(Some(Open { queue, work }))))
    }

    /// Begins a change: first come, first served.
    pub(super) async fn change(&self) -> Result<Write, Error> {
        self.change_within(MAX_WAIT).await
    }

    async fn change_within(&self, longest: Duration) -> Result<Write, Error> {
        let (turn, mine) = oneshot::channel();
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(open) => open.queue.send(Ticket { turn }).map_err(|_| Error::Internal)?,
            None => return Err(Error::Busy),
        }
        match tokio::time::timeout(longest, mine).await {
            Ok(turn) => turn.map_err(|_| Error::Internal)?,
            Err(_) => Err(Error::Busy),
        }
    }

    /// Lets those who wait have their turn, then closes the connection.
    pub(super) async fn close(&self) {
        let open = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Open { queue, work }) = open {
            drop(queue);
            let _ = work.await;
        }
    }
}

fn share(connection: Connection) -> Arc<tokio::sync::Mutex<Connection>> {
    Arc::new(tokio::sync::Mutex::new(connection))
}

/// Holds the connection and hands it from change to change.
struct Worker {
    options: SqliteConnectOptions,
    derived: Derived,
    changes: Changes,
    /// None after a fault: what it had open is undone by closing it, and the next change opens another.
    connection: Option<Arc<tokio::sync::Mutex<Connection>>>,
}

impl Worker {
    async fn run(mut self, mut tickets: mpsc::UnboundedReceiver<Ticket>) {
        let mut first = tickets.recv().await;
        while let Some(ticket) = first.take() {
            let mut batch = Batch { began: Instant::now(), committed: Vec::new(), last: Last::None };
            let done = self.take_turns(&mut batch, ticket, &mut tickets).await;
            first = match done {
                Ok(()) => None,
                // Whoever's turn it would have been had no part in it.
                Err((error, innocent)) => {
                    self.give_up(&error).await;
                    batch.answer(Err(Error::from(error)));
                    innocent
                }
            };
            if first.is_none() {
                first = tickets.recv().await;
            }
        }
        self.close().await;
    }

    /// Gives turns inside one transaction until nobody waits or it is time to flush, and flushes.
    async fn take_turns(
        &mut self,
        batch: &mut Batch,
        first: Ticket,
        tickets: &mut mpsc::UnboundedReceiver<Ticket>,
    ) -> Result<(), (sqlx::Error, Option<Ticket>)> {
        let mut next = Some(first);
        while let Some(ticket) = next {
            // Who has waited too long is passed over.
            if !ticket.turn.is_closed() {
                self.turn(batch, ticket).await?;
            }
            next = if batch.is_full() { None } else { tickets.try_recv().ok() };
        }
        self.flush(batch).await.map_err(|error| (error, None))
    }

    /// One change, from the point that it can be undone to until it ends.
    async fn turn(&mut self, batch: &mut Batch, ticket: Ticket) -> Result<(), (sqlx::Error, Option<Ticket>)> {
        let mut connection = match self.connection().await {
            Ok(connection) => connection,
            Err(error) => return refuse(batch, ticket, error),
        };
        // Fails also when SQLite undid everything by itself, as it does when the disk is full: the point
        // that the last change began at is gone then.
        if let Err(error) = sqlx::query(batch.last.next()).execute(&mut *connection).await {
            drop(connection);
            return refuse(batch, ticket, error);
        }
        let (ending, ended) = oneshot::channel();
        // When nobody takes it, it is dropped here.
        let _ = ticket.turn.send(Ok(Write { connection, ending }));
        batch.last = match ended.await {
            Ok(committed) => self.derive(batch, committed).await.map_err(|error| (error, None))?,
            Err(_) => Last::Undone,
        };
        Ok(())
    }

    /// Derives what follows from a change; whoever made one of which that cannot be said is told, and it is undone.
    async fn derive(&mut self, batch: &mut Batch, committed: Committed) -> Result<Last, sqlx::Error> {
        let mut connection = self.connection().await?;
        match (self.derived.drain)(&mut connection).instrument(committed.of.clone()).await {
            Ok(()) => {
                batch.committed.push(committed);
                Ok(Last::Committed)
            }
            Err(error) => {
                let _ = committed.answer.send(Err(error));
                Ok(Last::Undone)
            }
        }
    }

    async fn flush(&mut self, batch: &mut Batch) -> Result<(), sqlx::Error> {
        let Some(end) = batch.last.end(!batch.committed.is_empty()) else { return Ok(()) };
        let mut connection = self.connection().await?;
        sqlx::query(end).execute(&mut *connection).await?;
        drop(connection);
        self.changes.committed();
        batch.answer(Ok(()));
        Ok(())
    }

    async fn connection(&mut self) -> Result<OwnedMutexGuard<Connection>, sqlx::Error> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => share(Connection::connect_with(&self.options).await?),
        };
        Ok(Arc::clone(self.connection.insert(connection)).lock_owned().await)
    }

    /// Closes a connection of which it is not sure what it has open.
    async fn give_up(&mut self, error: &sqlx::Error) {
        tracing::error!(%error, "the writer begins anew");
        if let Ok(mut connection) = self.connection().await {
            let _ = sqlx::query("rollback").execute(&mut *connection).await;
        }
        self.close().await;
    }

    async fn close(&mut self) {
        if let Some(connection) = self.connection.take().and_then(Arc::into_inner) {
            let _ = connection.into_inner().close().await;
        }
    }
}

/// A change that cannot begin: its asker is told so, unless what came before it is at fault.
fn refuse(batch: &Batch, ticket: Ticket, error: sqlx::Error) -> Result<(), (sqlx::Error, Option<Ticket>)> {
    if batch.last != Last::None {
        return Err((error, Some(ticket)));
    }
    let _ = ticket.turn.send(Err(if is_busy(&error) { Error::Busy } else { Error::Internal }));
    Err((error, None))
}

/// Another program has the store locked.
fn is_busy(error: &sqlx::Error) -> bool {
    let code = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

impl Batch {
    fn is_full(&self) -> bool {
        self.committed.len() >= MAX_BATCH_CHANGES || self.began.elapsed() >= MAX_BATCH_AGE
    }

    fn answer(&mut self, result: Result<(), Error>) {
        for one in self.committed.drain(..) {
            let _ = one.answer.send(result.clone());
        }
    }
}

#[cfg(test)]
mod tests;

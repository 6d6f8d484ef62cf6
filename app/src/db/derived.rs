//! What is derived from the facts of a store. The room that knows the rule hands it to the store as functions, so
//! that whoever changes a fact need not know what follows from it.

use std::pin::Pin;

use chrono::NaiveDate;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::Connection;
use crate::digest::hex;
use crate::error::Error;

/// Work on a connection, by whoever it was given.
pub type Work<'c, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'c>>;

/// What is derived, as the store does it.
#[derive(Clone, Copy, Debug)]
pub struct Derived {
    /// Derives what is marked, in the caller's transaction. It is done at the end of every change, and leaves no mark.
    pub drain: for<'c> fn(&'c mut Connection) -> Work<'c, ()>,
    /// Derives, in a transaction of its own, what an older rule or a migration left to be derived.
    pub refresh: for<'c> fn(&'c mut Connection) -> Work<'c, ()>,
    /// What a change that is not made yet would do from a day on. It writes nothing.
    pub effects: for<'c> fn(&'c mut Connection, NaiveDate) -> Work<'c, Effects>,
}

/// What a change would do to a project, or to some drafts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// The project; none of drafts, of which nobody is told more than how many they are.
    pub id: Option<Uuid>,
    /// Its title, or how many drafts.
    pub project: String,
    /// What happens to it: "loses its lead from 5 August 2026".
    pub text: String,
    /// What mends it beforehand; none where nothing is lost.
    pub mend: Option<Mend>,
}

/// What can be done about a change's effect on a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// It loses its lead: it is handed over first.
    HandOver,
    /// Its agreed handover no longer holds: another successor is chosen.
    ChooseAgain,
    /// It loses its supervisor: another is asked.
    AskSupervisor,
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effects {
    pub lines: Vec<Effect>,
    /// Of the lines: who confirms a change sends it back, and sees it again when it is another by then.
    pub digest: String,
}

impl Effects {
    /// Of these lines.
    #[must_use]
    pub fn of(lines: Vec<Effect>) -> Self {
        let text: Vec<String> =
            lines.iter().map(|line| format!("{:?} {} {}", line.id, line.project, line.text)).collect();
        Self { lines, digest: hex(&Sha256::digest(text.join("\n"))) }
    }

    /// Whether there is nothing to see, or it is what the digest says was seen.
    #[must_use]
    pub fn are_seen(&self, digest: &str) -> bool {
        self.lines.is_empty() || self.digest == digest
    }
}

/// For a store whose facts nobody changes: a change that marks anything is refused.
pub const UNDERIVED: Derived = Derived {
    drain: |conn| Box::pin(refuse_marks(conn)),
    refresh: |_| Box::pin(async { Ok(()) }),
    effects: |_, _| Box::pin(async { Ok(Effects::of(Vec::new())) }),
};

async fn refuse_marks(conn: &mut Connection) -> Result<(), Error> {
    let marked: bool =
        sqlx::query_scalar("select exists (select 1 from standing_stale) or exists (select 1 from desk_stale)")
            .fetch_one(conn)
            .await?;
    if marked {
        tracing::error!("a change of facts in a store that was opened without what is derived from them");
        return Err(Error::Internal);
    }
    Ok(())
}

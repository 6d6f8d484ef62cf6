//! What is derived from the facts of a store. The room that knows the rule hands it to the store as functions, so
//! that whoever changes a fact need not know what follows from it.

use std::pin::Pin;

use super::Connection;
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
}

/// For a store whose facts nobody changes: a change that marks anything is refused.
pub const UNDERIVED: Derived =
    Derived { drain: |conn| Box::pin(refuse_marks(conn)), refresh: |_| Box::pin(async { Ok(()) }) };

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

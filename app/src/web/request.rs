//! What every page and every server function is given: who asks, for what, when, and the store.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::access::{self, Act, Allowed};
use crate::db::{Connection, Store, Write};
use crate::error::Error;
use crate::outbox::Mail;
use crate::visitor::{Caller, Sessions};
use crate::web::attempts::Attempts;
use crate::web::codes::Codes;
use crate::web::form::{Forms, Rejected};

/// One request, as the app sees it. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Request(Arc<RequestParts>);

/// The parts of a [`Request`].
#[derive(Debug)]
pub struct RequestParts {
    /// The store.
    pub store: Store,
    /// Sessions and their cookie.
    pub sessions: Sessions,
    /// Rejected forms.
    pub forms: Forms,
    /// Guesses at passwords and codes.
    pub attempts: Attempts,
    /// Codes that wait to be shown.
    pub codes: Codes,
    /// How mail is sent from here, and the address of Baton in it.
    pub mail: Mail,
    /// The demonstration: one may sign in as its people.
    pub demo: bool,
    /// Whom people write to about Baton; empty when the operator did not say.
    pub contact: Arc<str>,
    /// Who asks, and when.
    pub caller: Caller,
    /// The address of the client, for the limit on sign-in attempts.
    pub client: String,
    /// Path and query, as asked for.
    pub path: String,
    /// What the route's placeholders stand for.
    pub params: Vec<(String, String)>,
    /// The query's pairs, in order.
    pub query: Vec<(String, String)>,
    /// The form that was sent from this page and could not be accepted.
    pub rejected: Option<Arc<Rejected>>,
    /// The page has that form, which says what was wrong.
    pub has_rejected_form: Arc<AtomicBool>,
}

impl std::ops::Deref for Request {
    type Target = RequestParts;
    fn deref(&self) -> &RequestParts {
        &self.0
    }
}

impl std::ops::Deref for RequestParts {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

impl Request {
    /// A request made of its parts.
    #[must_use]
    pub fn new(inner: RequestParts) -> Self {
        Self(Arc::new(inner))
    }

    /// The request that is being answered: call it before the first `.await` of a server function.
    ///
    /// # Panics
    /// Outside a request, which is a mistake in the program.
    #[must_use]
    pub fn current() -> Self {
        leptos::prelude::expect_context::<Self>()
    }

    /// Begins a change, for somebody who is signed in: nobody in particular never keeps the one writer
    /// waiting.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody is, [`Error::Busy`] when other changes take too long.
    pub async fn write(&self) -> Result<Write, Error> {
        self.person()?;
        self.store.write().await
    }

    /// Does one thing and nothing else: checks that the caller may, as they are now, hands the proof to `write`,
    /// and makes durable what that did. Whatever `write` refuses is undone.
    ///
    /// # Errors
    /// Those of [`access::require`] and of `write`; [`Error::Busy`] when other changes take too long.
    pub async fn change<A: Act, T>(
        &self,
        act: A,
        write: impl AsyncFnOnce(&mut Connection, &Allowed<A>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        self.visitor.account()?;
        let mut change = self.store.write().await?;
        let allowed = access::require(&mut change, self, act).await?;
        #[cfg(any(test, feature = "testing"))]
        let before = written(&mut change).await?;
        let done = write(&mut change, &allowed).await?;
        #[cfg(any(test, feature = "testing"))]
        assert!(
            written(&mut change).await?.is_told_since(before),
            "{} changed rows and left no entry in the history",
            std::any::type_name::<A>()
        );
        change.commit().await?;
        Ok(done)
    }

    /// The id or word that stands in the path for a placeholder.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it is not one.
    pub fn param<T: std::str::FromStr>(&self, name: &str) -> Result<T, Error> {
        self.params.iter().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok()).ok_or(Error::NotFound)
    }

    /// The first value of a query parameter; empty when it is not there.
    #[must_use]
    pub fn query(&self, name: &str) -> &str {
        self.query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value of a query parameter.
    #[must_use]
    pub fn query_all(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str()).collect()
    }

    /// Asks for permission: see [`access::require`].
    ///
    /// # Errors
    /// [`Error::SignIn`], [`Error::Forbidden`], or [`Error::NotFound`] for what the visitor may not know of.
    pub async fn require<A: Act>(&self, conn: &mut Connection, act: A) -> Result<Allowed<A>, Error> {
        access::require(conn, self, act).await
    }

    /// Whether the visitor may do it; nothing is decided by an error of the store.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn may<A: Act>(&self, conn: &mut Connection, act: A) -> Result<bool, Error> {
        match access::require(conn, self, act).await {
            Ok(_) => Ok(true),
            Err(Error::SignIn | Error::Forbidden | Error::NotFound) => Ok(false),
            Err(other) => Err(other),
        }
    }
}

/// How much a connection has written, and up to which entry the history goes: so that the tests, which send every
/// form, find the change that leaves no trace.
#[cfg(any(test, feature = "testing"))]
#[derive(Clone, Copy, sqlx::FromRow)]
struct Written {
    rows: i64,
    entries: i64,
}

#[cfg(any(test, feature = "testing"))]
impl Written {
    fn is_told_since(self, before: Self) -> bool {
        self.rows == before.rows || self.entries > before.entries
    }
}

#[cfg(any(test, feature = "testing"))]
async fn written(conn: &mut Connection) -> Result<Written, Error> {
    let text = "select total_changes() as rows, coalesce((select sequence from history order by sequence desc limit 1), 0) as entries";
    Ok(sqlx::query_as(text).fetch_one(conn).await?)
}

/// The id that a form names. Ask who it is first: what cannot be read is told as what is not there.
///
/// # Errors
/// [`Error::NotFound`] when it is none.
pub fn id<T: std::str::FromStr>(typed: &str) -> Result<T, Error> {
    typed.trim().parse().map_err(|_| Error::NotFound)
}

/// The version of a row that a form was drawn from.
///
/// # Errors
/// [`Error::Invalid`] when it is none: a page of ours never sends that.
pub fn version(typed: &str) -> Result<i64, Error> {
    typed.parse().map_err(|_| Error::form("The form was incomplete. Open the page again and retry."))
}

/// Answers a server function's form with another page.
pub fn redirect(path: impl AsRef<str>) {
    leptos_axum::redirect(path.as_ref());
}

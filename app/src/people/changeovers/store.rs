//! Changeover dates: their SQL.

use chrono::NaiveDate;

use crate::access::{Allowed, Coordinate};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::TrustId;

/// The changeover dates of a trust from a day on.
///
/// # Errors
/// When the store cannot be read.
pub async fn changeovers(conn: &mut Connection, trust: TrustId, from: NaiveDate) -> Result<Vec<NaiveDate>, Error> {
    Ok(sqlx::query_scalar("select on_day from changeover where trust_id = $1 and on_day >= $2 order by on_day")
        .bind(trust)
        .bind(from)
        .fetch_all(conn)
        .await?)
}

/// Adds a changeover date.
///
/// # Errors
/// [`Error::Invalid`] when the trust has it already.
pub async fn add(conn: &mut Connection, allowed: &Allowed<Coordinate>, day: NaiveDate) -> Result<(), Error> {
    let trust = allowed.trust();
    let added = sqlx::query("insert into changeover (trust_id, on_day) values ($1, $2) on conflict do nothing")
        .bind(trust)
        .bind(day)
        .execute(&mut *conn)
        .await?;
    if added.rows_affected() == 0 {
        return Err(Error::field("on_day", format!("{} is a changeover date already.", format::date(day))));
    }
    history::record(conn, allowed, Entry::new("trust", trust, "added a changeover date").change("Day", "", day)).await
}

/// Removes a changeover date.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not have it.
pub async fn remove(conn: &mut Connection, allowed: &Allowed<Coordinate>, day: NaiveDate) -> Result<(), Error> {
    let trust = allowed.trust();
    let removed = sqlx::query("delete from changeover where trust_id = $1 and on_day = $2")
        .bind(trust)
        .bind(day)
        .execute(&mut *conn)
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    history::record(conn, allowed, Entry::new("trust", trust, "removed a changeover date").change("Day", day, "")).await
}

//! Priorities: their SQL.

use chrono::NaiveDate;
use sqlx::FromRow;

use crate::db::Connection;
use crate::error::Error;
use crate::id::{PriorityId, TrustId};

/// A priority, as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PriorityChoice {
    /// Its id.
    pub id: PriorityId,
    /// Its title.
    pub title: String,
}

/// The trust's priorities to which a project can be linked today, by title.
///
/// # Errors
/// When the store cannot be read.
pub async fn current(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<PriorityChoice>, Error> {
    Ok(sqlx::query_as(
        "select id, title from priority
         where trust_id = $1 and retired_on is null and (ends_on is null or ends_on >= $2)
         order by title",
    )
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

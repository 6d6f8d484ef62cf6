//! The academy's desk: on which days somebody can act for it.

use chrono::{Days, NaiveDate};
use sqlx::FromRow;

use crate::db::Connection;
use crate::error::Error;
use crate::id::TrustId;
use timeline::DUE_DAYS;

/// Whether a trust has somebody who can act as academy lead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Desk {
    /// Nobody can today.
    pub is_empty: bool,
    /// The first day within 12 weeks on which nobody can.
    pub empty_from: Option<NaiveDate>,
}

/// Whether a trust's desk is empty today, and from when on it will be.
///
/// # Errors
/// When the store cannot be read.
pub async fn desk(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Desk, Error> {
    let horizon = today + Days::new(DUE_DAYS.unsigned_abs());
    Ok(sqlx::query_as(
        "select not exists (select 1 from desk d where d.trust_id = $1 and d.person_id is not null
                            and d.from_on <= $2 and d.until_on > $2) as is_empty,
                (select min(max(d.from_on, $2)) from desk d
                 where d.trust_id = $1 and d.person_id is null and d.until_on > $2 and d.from_on <= $3) as empty_from",
    )
    .bind(trust)
    .bind(today)
    .bind(horizon)
    .fetch_one(conn)
    .await?)
}

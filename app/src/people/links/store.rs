//! Links that let somebody in: their SQL.

use chrono::{DateTime, Duration, Utc};
use sqlx::FromRow;

use super::model::{Purpose, Secret, hash};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{AccessLinkId, PersonId, TrustId};

/// Links that are over are forgotten after so long.
const KEPT: Duration = Duration::days(90);
/// So many at once.
const MAX_SWEPT: i64 = 500;

/// A link that is to be made.
#[derive(Clone, Debug)]
pub struct NewLink<'a> {
    pub purpose: Purpose,
    pub person: Option<PersonId>,
    pub trust: Option<TrustId>,
    /// The address that it is mailed to; none for one that is handed over.
    pub mailed_to: Option<&'a str>,
    pub made_by: Option<PersonId>,
    pub expires_at: DateTime<Utc>,
}

/// Makes a link and gives its secret, which is kept nowhere.
///
/// # Errors
/// When the store cannot write.
pub(crate) async fn make(conn: &mut Connection, new: &NewLink<'_>, now: DateTime<Utc>) -> Result<Secret, Error> {
    sqlx::query("delete from access_link where id in (select id from access_link where expires_at <= $1 order by expires_at limit $2)")
        .bind(now - KEPT)
        .bind(MAX_SWEPT)
        .execute(&mut *conn)
        .await?;
    let secret = Secret::new();
    sqlx::query(
        "insert into access_link (id, kind, person_id, trust_id, mailed_to, secret_hash, made_by, made_at, expires_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(AccessLinkId::new())
    .bind(new.purpose)
    .bind(new.person)
    .bind(new.trust)
    .bind(new.mailed_to)
    .bind(secret.hash())
    .bind(new.made_by)
    .bind(now)
    .bind(new.expires_at)
    .execute(conn)
    .await?;
    Ok(secret)
}

/// A link that is of use.
#[derive(Clone, Debug, FromRow)]
pub struct Link {
    pub id: AccessLinkId,
    pub person_id: Option<PersonId>,
    pub trust_id: Option<TrustId>,
    /// The address that it was mailed to.
    pub mailed_to: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// The link of this secret, when it is of use: not used, taken back or expired, and mailed to an address that is still
/// the person's.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn open(conn: &mut Connection, purpose: Purpose, secret: &str, now: DateTime<Utc>) -> Result<Link, Error> {
    Ok(sqlx::query_as(
        "select l.id, l.person_id, l.trust_id, l.mailed_to, l.expires_at from access_link l
         where l.secret_hash = $1 and l.kind = $2 and l.used_at is null and l.ended_at is null and l.expires_at > $3
           and (l.mailed_to is null or l.person_id is null
                or exists (select 1 from person_address a where a.person_id = l.person_id and a.address = l.mailed_to))",
    )
    .bind(hash(secret))
    .bind(purpose)
    .bind(now)
    .fetch_one(conn)
    .await?)
}

/// Uses a link up, once: whoever was faster has it.
///
/// # Errors
/// [`Error::NotFound`] when it is of no use any more.
pub(crate) async fn spend(conn: &mut Connection, link: &Link, now: DateTime<Utc>) -> Result<(), Error> {
    let spent = sqlx::query(
        "update access_link set used_at = $2 where id = $1 and used_at is null and ended_at is null and expires_at > $2",
    )
    .bind(link.id)
    .bind(now)
    .execute(conn)
    .await?;
    if spent.rows_affected() == 0 { Err(Error::NotFound) } else { Ok(()) }
}

/// Takes back a person's links of a purpose that were not used: of one trust, or all of them.
///
/// # Errors
/// When the store cannot write.
pub(crate) async fn end(
    conn: &mut Connection,
    person: PersonId,
    purpose: Option<Purpose>,
    trust: Option<TrustId>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update access_link set ended_at = $4 where person_id = $1 and used_at is null and ended_at is null
           and ($2 is null or kind = $2) and ($3 is null or trust_id = $3)",
    )
    .bind(person)
    .bind(purpose)
    .bind(trust)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that an address is its owner's: they opened what was mailed there.
///
/// # Errors
/// When the store cannot write.
pub(crate) async fn prove(
    conn: &mut Connection,
    person: PersonId,
    address: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update person_address set verified_at = coalesce(verified_at, $3), proved_at = $3 where person_id = $1 and address = $2",
    )
    .bind(person)
    .bind(address)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

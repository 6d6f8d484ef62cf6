//! Mail that is to go: written in the transaction of what causes it, so that both happen or neither. What sends it
//! ([`claim`], then [`sent`], [`later`] or [`refuse`]) holds a mail for a while and never a connection: whoever is
//! ended in between sends it once more at most, under the same id.

mod letter;

use std::sync::Arc;

use chrono::{DateTime, Duration, Utc};
use sqlx::FromRow;

pub use self::letter::{Letter, MailKind, Part, SECRET};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{OutboxId, PersonId, TrustId};

/// A mail that is being sent is nobody else's for so long: longer than sending one may take.
const LEASE: Duration = Duration::minutes(5);
/// A mail that could not be sent is tried again after a minute, then after two, four and so on, up to this.
const LONGEST_WAIT: Duration = Duration::hours(1);
/// How long what was sent, or could not be, can be read.
const KEPT: Duration = Duration::days(30);
/// Of old mails, so many are deleted at once.
const MAX_SWEPT: i64 = 1_000;
/// What is kept of what a mail server said, in characters.
const MAX_FAILURE: usize = 300;

/// How mail is sent from here.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// The address by which people reach Baton, without a slash at its end.
    pub base: Arc<str>,
    /// A mail server is set: what is written goes out.
    pub sends: bool,
}

impl Mail {
    /// The whole address of one of our pages.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

/// Puts a letter into the outbox.
///
/// # Errors
/// When the store cannot write.
pub async fn put(conn: &mut Connection, mail: &Mail, letter: Letter, now: DateTime<Utc>) -> Result<OutboxId, Error> {
    let id = OutboxId::new();
    let (plain, html) = letter.written(mail);
    sqlx::query(
        "insert into outbox (id, kind, person_id, trust_id, address, subject, plain, html, secret, confidential, unsubscribe,
                             written_at, useless_at, next_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12)",
    )
    .bind(id)
    .bind(letter.kind)
    .bind(letter.person)
    .bind(letter.trust)
    .bind(&letter.address)
    .bind(letter::one_line(&letter.subject))
    .bind(plain)
    .bind(html)
    .bind(letter.secret.as_deref().filter(|_| mail.sends))
    .bind(letter.confidential)
    .bind(letter.unsubscribe.as_deref())
    .bind(now)
    .bind(letter.useless_at)
    .execute(conn)
    .await?;
    Ok(id)
}

/// A mail as it goes.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Outgoing {
    pub id: OutboxId,
    pub kind: MailKind,
    pub address: String,
    pub subject: String,
    pub plain: String,
    pub html: String,
    /// Where a mail program says that such mail is not wanted.
    pub unsubscribe: Option<String>,
    pub written_at: DateTime<Utc>,
    /// How often it was tried, this time among them.
    pub attempts: i64,
}

/// The next mail that is due, held for whoever sends it; none when there is none.
///
/// # Errors
/// When the store cannot write.
pub async fn claim(conn: &mut Connection, now: DateTime<Utc>) -> Result<Option<Outgoing>, Error> {
    Ok(sqlx::query_as(
        "update outbox set leased_until = $2, attempts = attempts + 1
         where id = (select id from outbox where sent_at is null and failed_at is null and next_at <= $1 and useless_at > $1
                        and (leased_until is null or leased_until <= $1)
                      order by kind in ('joining', 'digest'), next_at, id limit 1)
         returning id, kind, address, subject, replace(plain, '{secret}', coalesce(secret, '')) as plain,
                   replace(html, '{secret}', coalesce(secret, '')) as html, unsubscribe, written_at, attempts",
    )
    .bind(now)
    .bind(now + LEASE)
    .fetch_optional(conn)
    .await?)
}

/// Whether a mail waits to be sent now: asked on a reader, so that nobody who writes is kept waiting for nothing.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_due(conn: &mut Connection, now: DateTime<Utc>) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from outbox where sent_at is null and failed_at is null and next_at <= $1 and useless_at > $1
                           and (leased_until is null or leased_until <= $1))",
    )
    .bind(now)
    .fetch_one(conn)
    .await?)
}

/// The mail went: the mail server has it.
///
/// # Errors
/// When the store cannot write.
pub async fn sent(conn: &mut Connection, id: OutboxId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "update outbox set sent_at = $2, secret = null, leased_until = null, failure = ''
         where id = $1 and sent_at is null and failed_at is null",
    )
    .bind(id)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// The mail could not be sent now, and is tried again.
///
/// # Errors
/// When the store cannot write.
pub async fn later(conn: &mut Connection, mail: &Outgoing, why: &str, now: DateTime<Utc>) -> Result<(), Error> {
    let minutes = 1_i64 << (mail.attempts - 1).clamp(0, 10);
    let wait = Duration::minutes(minutes).min(LONGEST_WAIT);
    sqlx::query(
        "update outbox set next_at = $2, leased_until = null, failure = $3
         where id = $1 and sent_at is null and failed_at is null",
    )
    .bind(mail.id)
    .bind(now + wait)
    .bind(failure(why))
    .execute(conn)
    .await?;
    Ok(())
}

/// The mail will never go: the mail server does not take it.
///
/// # Errors
/// When the store cannot write.
pub async fn refuse(conn: &mut Connection, id: OutboxId, why: &str, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query(
        "update outbox set failed_at = $2, secret = null, leased_until = null, failure = $3
         where id = $1 and sent_at is null and failed_at is null",
    )
    .bind(id)
    .bind(now)
    .bind(failure(why))
    .execute(conn)
    .await?;
    Ok(())
}

fn failure(why: &str) -> String {
    letter::one_line(why).chars().take(MAX_FAILURE).collect()
}

/// What was not sent while it was of use, or without a mail server.
const TOO_LATE: &str = "It could not be sent in time.";

/// Gives up what is of no use any more, and deletes what was kept long enough; how many rows that were.
///
/// # Errors
/// When the store cannot write.
pub async fn tidy(conn: &mut Connection, now: DateTime<Utc>) -> Result<u64, Error> {
    let late = sqlx::query(
        "update outbox set failed_at = $1, secret = null, leased_until = null, failure = iif(failure = '', $2, failure)
         where sent_at is null and failed_at is null and useless_at <= $1 and (leased_until is null or leased_until <= $1)",
    )
    .bind(now)
    .bind(TOO_LATE)
    .execute(&mut *conn)
    .await?;
    let old = sqlx::query(
        "delete from outbox where id in (select id from outbox where written_at <= $1 and (sent_at is not null or failed_at is not null)
                                         order by written_at limit $2)",
    )
    .bind(now - KEPT)
    .bind(MAX_SWEPT)
    .execute(conn)
    .await?;
    Ok(late.rows_affected() + old.rows_affected())
}

/// Whether there is anything for [`tidy`] to do.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_untidy(conn: &mut Connection, now: DateTime<Utc>) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from outbox where sent_at is null and failed_at is null and useless_at <= $1
                           and (leased_until is null or leased_until <= $1))
             or exists (select 1 from outbox where written_at <= $2 and (sent_at is not null or failed_at is not null))",
    )
    .bind(now)
    .bind(now - KEPT)
    .fetch_one(conn)
    .await?)
}

/// A mail as the administrators of its trust read of it: never with the secret of its link, and without its words when
/// they are the addressee's alone.
#[derive(Clone, Debug, FromRow)]
pub struct Written {
    pub id: OutboxId,
    pub kind: MailKind,
    pub address: String,
    pub subject: String,
    /// None when only the addressee reads it.
    pub plain: Option<String>,
    pub written_at: DateTime<Utc>,
    pub next_at: DateTime<Utc>,
    pub useless_at: DateTime<Utc>,
    pub attempts: i64,
    pub sent_at: Option<DateTime<Utc>>,
    pub failed_at: Option<DateTime<Utc>>,
    pub failure: String,
}

/// The mails of a trust, the latest first: a page of so many, after so many.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_trust(
    conn: &mut Connection,
    trust: TrustId,
    (limit, offset): (i64, i64),
) -> Result<Vec<Written>, Error> {
    Ok(sqlx::query_as(
        "select id, kind, address, subject, iif(confidential = 1, null, plain) as plain, written_at, next_at, useless_at, attempts,
                sent_at, failed_at, failure
         from outbox where trust_id = $1 order by written_at desc, id desc limit $2 offset $3",
    )
    .bind(trust)
    .bind(limit)
    .bind(offset)
    .fetch_all(conn)
    .await?)
}

/// How many mails of a trust are kept.
///
/// # Errors
/// When the store cannot be read.
pub async fn count_of_trust(conn: &mut Connection, trust: TrustId) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("select count(*) from outbox where trust_id = $1").bind(trust).fetch_one(conn).await?)
}

/// What would go now, soonest first, without the secrets of links.
///
/// # Errors
/// When the store cannot be read.
pub async fn waiting(conn: &mut Connection, now: DateTime<Utc>) -> Result<Vec<Written>, Error> {
    Ok(sqlx::query_as(
        "select id, kind, address, subject, iif(confidential = 1, null, plain) as plain, written_at, next_at, useless_at, attempts,
                sent_at, failed_at, failure
         from outbox where sent_at is null and failed_at is null and useless_at > $1 order by next_at, id",
    )
    .bind(now)
    .fetch_all(conn)
    .await?)
}

/// How many mails of a kind were written to a person since a moment.
///
/// # Errors
/// When the store cannot be read.
pub async fn written_since(
    conn: &mut Connection,
    person: PersonId,
    kind: MailKind,
    since: DateTime<Utc>,
) -> Result<i64, Error> {
    Ok(sqlx::query_scalar("select count(*) from outbox where person_id = $1 and kind = $2 and written_at > $3")
        .bind(person)
        .bind(kind)
        .bind(since)
        .fetch_one(conn)
        .await?)
}

#[cfg(test)]
mod tests;

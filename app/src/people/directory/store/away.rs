//! People's periods away.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::people::person;
use crate::access::{Allowed, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{AwayId, PersonId, TrustId};
use crate::people::directory::model::AwayDetails;

/// A period away from a trust.
#[derive(Clone, Debug, FromRow)]
pub struct Away {
    pub id: AwayId,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// The person goes on working on their projects.
    pub keeps_contributing: bool,
    /// When the person themselves said so.
    pub said_at: Option<DateTime<Utc>>,
}

/// A person's periods away from a trust, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn away(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Vec<Away>, Error> {
    Ok(sqlx::query_as(
        "select id, starts_on, ends_on, keeps_contributing, said_at from away
         where person_id = $1 and trust_id = $2 order by starts_on desc",
    )
    .bind(person)
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// Adds a period away.
///
/// # Errors
/// [`Error::NotFound`] for a person whom the trust does not know.
pub async fn add_away(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    period: &AwayDetails,
) -> Result<(), Error> {
    let trust = allowed.trust();
    person(conn, trust, id).await?;
    sqlx::query(
        "insert into away (id, person_id, trust_id, starts_on, ends_on, keeps_contributing) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(AwayId::new())
    .bind(id)
    .bind(trust)
    .bind(period.starts_on)
    .bind(period.ends_on)
    .bind(period.keeps_contributing)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("person", id, "added a period away").change("First day", "", period.starts_on).change(
        "Last day",
        "",
        period.ends_on,
    );
    history::record(conn, allowed, entry).await
}

/// Removes a period away and says whose it was.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such period.
pub async fn remove_away(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: AwayId,
) -> Result<PersonId, Error> {
    let (person, starts_on, ends_on): (PersonId, NaiveDate, NaiveDate) =
        sqlx::query_as("delete from away where id = $1 and trust_id = $2 returning person_id, starts_on, ends_on")
            .bind(id)
            .bind(allowed.trust())
            .fetch_one(&mut *conn)
            .await?;
    let entry = Entry::new("person", person, "removed a period away")
        .change("First day", starts_on, "")
        .change("Last day", ends_on, "");
    history::record(conn, allowed, entry).await?;
    Ok(person)
}

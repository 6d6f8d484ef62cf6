//! Taking in lists: their SQL.

mod ground;
mod put;

use chrono::{DateTime, Utc};
use sqlx::FromRow;

pub use self::ground::{columns, ground};
pub use self::put::{put, take_in};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{IntakeId, PersonId, TrustId};

/// An intake.
#[derive(Clone, Debug, FromRow)]
pub struct Intake {
    pub id: IntakeId,
    pub number: i64,
    /// Who took it in.
    pub by: String,
    pub made_at: DateTime<Utc>,
    /// Rows of people.
    pub rows: i64,
    /// Of them, those that were there already.
    pub same: i64,
    /// Of them, those that were left out because they could not be read.
    pub left_out: i64,
    /// People who were new.
    pub added: i64,
    /// People whom the trust knew.
    pub known: i64,
    /// People of other trusts, who were asked.
    pub asked: i64,
    /// Posts that were added.
    pub posts: i64,
    /// Posts that were changed.
    pub changed: i64,
    /// Of those to whom it did something, how many cannot sign in today.
    pub without_sign_in: i64,
}

macro_rules! intakes {
    ($($rest:literal),+) => {
        concat!(
            "select i.id, i.number, n.name as by, i.made_at, i.rows, i.same, i.left_out,
                count(*) filter (where w.did = 'added') as added, count(*) filter (where w.did = 'known') as known,
                count(*) filter (where w.did = 'asked') as asked, coalesce(sum(w.added), 0) as posts,
                coalesce(sum(w.changed), 0) as changed,
                count(*) filter (where w.person_id is not null and not exists (select 1 from credential c where c.person_id = w.person_id))
                    as without_sign_in
             from intake i join person n on n.id = i.made_by left join intake_person w on w.intake_id = i.id ",
            $($rest),+
        )
    };
}

/// The trust's last intakes, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn intakes(conn: &mut Connection, trust: TrustId) -> Result<Vec<Intake>, Error> {
    let text = intakes!("where i.trust_id = $1 group by i.id order by i.number desc limit 10");
    Ok(sqlx::query_as(text).bind(trust).fetch_all(conn).await?)
}

/// An intake of this trust.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such intake.
pub async fn intake(conn: &mut Connection, trust: TrustId, id: IntakeId) -> Result<Intake, Error> {
    let text = intakes!("where i.id = $2 and i.trust_id = $1 group by i.id");
    Ok(sqlx::query_as(text).bind(trust).bind(id).fetch_one(conn).await?)
}

/// Somebody to whom an intake did something.
#[derive(Clone, Debug, FromRow)]
pub struct IntakePerson {
    pub id: PersonId,
    /// As the trust knows them.
    pub name: String,
    /// Their address; empty without one, and of somebody who has not accepted the trust.
    pub address: String,
    /// `added`, `known` or `asked`.
    pub did: String,
    /// Posts that were added.
    pub added: i64,
    /// Posts that were changed.
    pub changed: i64,
    /// Has a password.
    pub signs_in: bool,
}

/// So many people stand on a page of an intake.
pub const PEOPLE: i64 = 100;

/// Those to whom an intake did something, by name: a page of them, from 1.
///
/// # Errors
/// When the store cannot be read.
pub async fn people(
    conn: &mut Connection,
    trust: TrustId,
    id: IntakeId,
    page: i64,
) -> Result<Vec<IntakePerson>, Error> {
    Ok(sqlx::query_as(
        "select p.id, iif(k.state = 'accepted', p.name, coalesce(k.named, '')) as name,
                coalesce((select a.address from person_address a where a.person_id = p.id and k.state = 'accepted' order by a.created_at limit 1), '') as address,
                w.did, w.added, w.changed, exists (select 1 from credential c where c.person_id = p.id) as signs_in
         from intake_person w join person p on p.id = w.person_id
         left join tie k on k.person_id = p.id and k.trust_id = $2
         where w.intake_id = $1 order by name collate nocase, p.id limit $3 offset $4",
    )
    .bind(id)
    .bind(trust)
    .bind(PEOPLE)
    .bind((page - 1).max(0) * PEOPLE)
    .fetch_all(conn)
    .await?)
}

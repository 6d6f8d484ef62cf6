//! Ties: their SQL.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use crate::access::{Act, Allowed, ChangeOwnAccount, ChooseOwnTrust, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::people::codes::HandedCode;
use crate::visitor;

/// Whether a person belongs to a trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tied {
    /// They have accepted it, or nothing else is known of them.
    Accepted,
    /// They are asked.
    Asked,
}

/// Whether somebody who said "This isn't me" is asked again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// By the academy lead or an administrator, who can speak with them.
    Yes,
    /// By anybody else: their answer stands.
    No,
}

/// Ties a trust to somebody whom it has just made.
///
/// # Errors
/// When the store cannot write.
pub async fn insert_new<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    person: PersonId,
    name: &str,
) -> Result<(), Error> {
    insert(conn, allowed, trust, person, name, Tied::Accepted).await
}

async fn insert<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    person: PersonId,
    named: &str,
    tied: Tied,
) -> Result<(), Error> {
    let (state, answered) = match tied {
        Tied::Accepted => ("accepted", Some(allowed.now)),
        Tied::Asked => ("asked", None),
    };
    sqlx::query(
        "insert into tie (person_id, trust_id, state, named, asked_at, asked_by, answered_at) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(person)
    .bind(trust)
    .bind(state)
    .bind(named)
    .bind(allowed.now)
    .bind(allowed.actor)
    .bind(answered)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes by which address a trust found somebody whom it asks.
///
/// # Errors
/// When the store cannot write.
pub async fn note_address(conn: &mut Connection, trust: TrustId, person: PersonId, address: &str) -> Result<(), Error> {
    sqlx::query("update tie set asked_address = $3 where person_id = $1 and trust_id = $2 and state = 'asked'")
        .bind(person)
        .bind(trust)
        .bind(address)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ties a trust to somebody whom it found by address: at once when nothing but this trust is known of
/// them, else by asking them. What the trust writes about them counts from their answer on.
///
/// # Errors
/// When the store cannot write.
pub async fn ask<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    person: PersonId,
    named: &str,
    again: Again,
) -> Result<Tied, Error> {
    let state: Option<String> = sqlx::query_scalar("select state from tie where person_id = $1 and trust_id = $2")
        .bind(person)
        .bind(trust)
        .fetch_optional(&mut *conn)
        .await?;
    match (state.as_deref(), again) {
        (Some("accepted"), _) => return Ok(Tied::Accepted),
        (Some("asked"), _) | (Some(_), Again::No) => return Ok(Tied::Asked),
        (Some(_), Again::Yes) => {
            sqlx::query(
                "update tie set state = 'asked', named = $3, asked_at = $4, asked_by = $5, answered_at = null
                 where person_id = $1 and trust_id = $2",
            )
            .bind(person)
            .bind(trust)
            .bind(named)
            .bind(allowed.now)
            .bind(allowed.actor)
            .execute(&mut *conn)
            .await?;
        }
        (None, _) => {
            let free: bool = sqlx::query_scalar(
                "select not exists (select 1 from tie where person_id = $1)
                    and not exists (select 1 from credential where person_id = $1)
                    and not exists (select 1 from post where person_id = $1 and trust_id <> $2)
                    and not exists (select 1 from trust_role where person_id = $1 and trust_id <> $2)
                    and not exists (select 1 from team_role r join project j on j.id = r.project_id where r.person_id = $1 and j.trust_id <> $2)
                    and not exists (select 1 from project where author_id = $1 and trust_id <> $2)
                    and not exists (select 1 from session where person_id = $1 and trust_id <> $2)",
            )
            .bind(person)
            .bind(trust)
            .fetch_one(&mut *conn)
            .await?;
            if free {
                insert(conn, allowed, trust, person, named, Tied::Accepted).await?;
                return Ok(Tied::Accepted);
            }
            insert(conn, allowed, trust, person, named, Tied::Asked).await?;
        }
    }
    history::record(conn, allowed, Entry::new("person", person, "asked").change("Name", "", named)).await?;
    Ok(Tied::Asked)
}

/// A post that a trust has written down for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AskedPost {
    pub grade: String,
    pub department: String,
}

/// A place in a team that a trust has written down for somebody.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AskedPlace {
    /// The role, as it is stored.
    pub role: String,
    /// The project; none while it is a draft, which is not told before the answer.
    pub title: Option<String>,
}

/// A trust that asks for somebody.
#[derive(Clone, Debug, FromRow)]
pub struct Question {
    pub trust_id: TrustId,
    /// Its name.
    pub trust: String,
    /// As it wrote their name.
    pub named: String,
    /// When it asked.
    pub asked_at: DateTime<Utc>,
    /// Who asked; empty for Baton itself.
    pub asked_by: String,
    /// The posts that it wrote down.
    #[sqlx(json)]
    pub posts: Vec<AskedPost>,
    /// The places in teams that it wrote down.
    #[sqlx(json)]
    pub places: Vec<AskedPlace>,
    /// To accept, they need a code from the trust.
    pub needs_code: bool,
}

/// The trusts that ask for somebody, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn questions(conn: &mut Connection, person: PersonId) -> Result<Vec<Question>, Error> {
    Ok(sqlx::query_as(
        "select k.trust_id, t.name as trust, k.named, k.asked_at, coalesce(n.name, '') as asked_by,
                (select json_group_array(json_object('grade', o.grade, 'department', d.name) order by o.starts_on)
                 from post o join department d on d.id = o.department_id
                 where o.person_id = k.person_id and o.trust_id = k.trust_id) as posts,
                (select json_group_array(json_object('role', r.role, 'title', iif(j.status = 'draft', null, j.title)) order by r.asked_at)
                 from team_role r join project j on j.id = r.project_id
                 where r.person_id = k.person_id and j.trust_id = k.trust_id and r.state = 'asked' and r.until_on is null) as places,
                not exists (select 1 from credential c where c.person_id = k.person_id and c.given_by_trust = k.trust_id) as needs_code
         from tie k join trust t on t.id = k.trust_id left join person n on n.id = k.asked_by
         where k.person_id = $1 and k.state = 'asked'
         order by k.asked_at desc",
    )
    .bind(person)
    .fetch_all(conn)
    .await?)
}

/// Takes the trust's question back, with its answer if there is one, when nothing is left of what it asked
/// for; whether it did.
///
/// # Errors
/// When the store cannot write.
pub async fn take_back(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    person: PersonId,
) -> Result<bool, Error> {
    let gone = sqlx::query(
        "delete from tie where person_id = $1 and trust_id = $2 and state <> 'accepted'
           and not exists (select 1 from post where person_id = $1 and trust_id = $2)
           and not exists (select 1 from away where person_id = $1 and trust_id = $2)
           and not exists (select 1 from trust_role where person_id = $1 and trust_id = $2)
           and not exists (select 1 from team_role r join project j on j.id = r.project_id where r.person_id = $1 and j.trust_id = $2)
           and not exists (select 1 from session where person_id = $1 and trust_id = $2)",
    )
    .bind(person)
    .bind(allowed.trust())
    .execute(&mut *conn)
    .await?;
    if gone.rows_affected() == 0 {
        return Ok(false);
    }
    history::record(conn, allowed, Entry::new("person", person, "took back the question whether they belong here"))
        .await?;
    Ok(true)
}

/// What an acceptance has to show.
#[derive(Clone, Debug, FromRow)]
pub struct Proof {
    /// The password was not first given by this trust, so it proves nothing to it.
    pub needs_code: bool,
    /// The hash of the code that is open.
    pub code_hash: Option<String>,
}

/// What accepting this trust's question needs.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not ask.
pub async fn proof(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    now: DateTime<Utc>,
) -> Result<Proof, Error> {
    Ok(sqlx::query_as(
        "select not exists (select 1 from credential c where c.person_id = k.person_id and c.given_by_trust = k.trust_id) as needs_code,
                iif(k.code_expires_at > $3, k.code_hash, null) as code_hash
         from tie k where k.person_id = $1 and k.trust_id = $2 and k.state = 'asked'",
    )
    .bind(person)
    .bind(trust)
    .bind(now)
    .fetch_one(conn)
    .await?)
}

/// Answers a trust's question; `checked` is the hash of the code that was found to fit.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not ask any more, [`Error::Conflict`] when the code was replaced
/// meanwhile.
pub async fn answer(
    conn: &mut Connection,
    allowed: &Allowed<ChooseOwnTrust>,
    trust: TrustId,
    accepts: bool,
    checked: Option<&str>,
) -> Result<(), Error> {
    let person = allowed.account();
    let proof = proof(conn, person, trust, allowed.now).await?;
    if accepts && proof.needs_code && (checked.is_none() || proof.code_hash.as_deref() != checked) {
        return Err(Error::Conflict);
    }
    sqlx::query(
        "update tie set state = $3, answered_at = $4, code_hash = null, code_expires_at = null
         where person_id = $1 and trust_id = $2",
    )
    .bind(person)
    .bind(trust)
    .bind(if accepts { "accepted" } else { "declined" })
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if accepts {
        prove_anew(conn, person).await?;
    }
    // The answer stands in the history of the trust that asked.
    let action = if accepts { "accepted the trust" } else { "said that they are somebody else" };
    history::record(conn, &allowed.told_in(trust), Entry::new("person", person, action)).await
}

/// Counts no address of a person as proved any more: a trust that alone decided about them until now may have proved
/// one of its own, and would come into the account that is another trust's too.
async fn prove_anew(conn: &mut Connection, person: PersonId) -> Result<(), Error> {
    sqlx::query("update person_address set proved_at = null where person_id = $1").bind(person).execute(conn).await?;
    Ok(())
}

/// How somebody shows a trust that asks that they are who is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    /// By a password that the trust gave.
    ByPassword,
    /// By a link that the trust mailed to an address of theirs.
    ByLink,
}

/// Accepts a trust that had only asked, where that is shown to it.
async fn accept_asked<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    (person, trust): (PersonId, TrustId),
    shown: Shown,
) -> Result<(), Error> {
    let accepted = sqlx::query(
        "update tie set state = 'accepted', answered_at = $3, code_hash = null, code_expires_at = null
         where person_id = $1 and trust_id = $2 and state = 'asked'
           and ($4 or exists (select 1 from credential c where c.person_id = $1 and c.given_by_trust = $2))",
    )
    .bind(person)
    .bind(trust)
    .bind(allowed.now)
    .bind(shown == Shown::ByLink)
    .execute(&mut *conn)
    .await?;
    if accepted.rows_affected() == 0 {
        return Ok(());
    }
    prove_anew(conn, person).await?;
    history::record(conn, allowed, Entry::new("person", person, "accepted the trust")).await
}

/// Accepts the trust in which somebody answers what names them, if it had only asked. Whose password the trust did
/// not give has shown it nothing: they answer the trust first, with its code.
///
/// # Errors
/// When the store cannot write.
pub async fn accept_by_answering<A: Act>(conn: &mut Connection, allowed: &Allowed<A>) -> Result<(), Error> {
    accept_asked(conn, allowed, (allowed.person()?, allowed.in_trust()?), Shown::ByPassword).await
}

/// Accepts a trust with a link that it mailed to an address of the person's, if it had only asked.
///
/// # Errors
/// When the store cannot write.
pub(crate) async fn accept_by_link(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnAccount>,
    trust: TrustId,
) -> Result<(), Error> {
    accept_asked(conn, allowed, (allowed.account(), trust), Shown::ByLink).await
}

/// Moves a session to another trust that the person has accepted; their next session opens there.
///
/// # Errors
/// [`Error::NotFound`] when they have not accepted it.
pub async fn choose(
    conn: &mut Connection,
    allowed: &Allowed<ChooseOwnTrust>,
    session: &str,
    trust: TrustId,
) -> Result<(), Error> {
    let chosen =
        sqlx::query("update tie set used_at = $3 where person_id = $1 and trust_id = $2 and state = 'accepted'")
            .bind(allowed.account())
            .bind(trust)
            .bind(allowed.now)
            .execute(&mut *conn)
            .await?;
    if chosen.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    visitor::move_session(conn, session, trust).await
}

/// Notes that a person works in a trust, so that their next session opens there.
///
/// # Errors
/// When the store cannot write.
pub async fn note_used(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update tie set used_at = $3 where person_id = $1 and trust_id = $2")
        .bind(person)
        .bind(trust)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps the hash of the code that the trust hands to somebody whom it asks, in the place of any before.
///
/// # Errors
/// [`Error::Invalid`] when the trust does not ask for them.
pub async fn keep_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    person: PersonId,
    code: &HandedCode,
) -> Result<(), Error> {
    let kept = sqlx::query(
        "update tie set code_hash = $3, code_expires_at = $4 where person_id = $1 and trust_id = $2 and state = 'asked'",
    )
    .bind(person)
    .bind(allowed.trust())
    .bind(&code.hash)
    .bind(code.expires_at)
    .execute(&mut *conn)
    .await?;
    if kept.rows_affected() == 0 {
        return Err(Error::form("They have answered already."));
    }
    history::record(conn, allowed, Entry::new("person", person, "made a code for their answer")).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::ManageOrganisation;
    use crate::testing::{Fixture, Result, make};

    #[tokio::test]
    async fn a_trust_that_asks_keeps_the_address_by_which_it_found_somebody() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await?;
        make::address(&mut change, at.stranger, "stella@other.nhs.uk", true).await?;
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await?;
        let tied = ask(&mut change, &allowed, at.trust, at.stranger, "Stella Stranger", Again::Yes).await?;
        assert_eq!(tied, Tied::Asked);
        note_address(&mut change, at.trust, at.stranger, "stella@other.nhs.uk").await?;
        note_address(&mut change, at.other_trust, at.stranger, "stella@other.nhs.uk").await?;
        let noted: Vec<Option<String>> =
            sqlx::query_scalar("select asked_address from tie where person_id = $1 order by trust_id = $2 desc")
                .bind(at.stranger)
                .bind(at.trust)
                .fetch_all(&mut *change)
                .await?;
        assert_eq!(noted, [Some("stella@other.nhs.uk".to_owned()), None], "only of a trust that asks");
        Ok(())
    }
}

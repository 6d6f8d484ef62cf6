//! Who people are and how they sign in: names, addresses, first passwords, codes, closed accounts.

use chrono::{DateTime, Utc};
use sqlx::FromRow;

use super::people::{Person, Tie, person};
use super::roles::{is_last_administrator, keeps_an_academy_lead};
use crate::access::{Act, Allowed, ChangeOwnAccount, ManageOrganisation};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::people::codes::HandedCode;
use crate::people::directory::model::TrustRole;
use crate::people::store::{give_password as put_password, insert_address, keep_password_code, person_with_address};
use crate::people::ties::store as ties;
use crate::roles::role_on;
use crate::visitor;

/// A person's e-mail address.
#[derive(Clone, Debug, FromRow)]
pub struct Address {
    pub address: String,
    /// When it was confirmed to be theirs.
    pub verified_at: Option<DateTime<Utc>>,
}

/// A person's addresses, for a trust that they have accepted; none for any other.
///
/// # Errors
/// When the store cannot be read.
pub async fn addresses(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Vec<Address>, Error> {
    Ok(sqlx::query_as(
        "select a.address, a.verified_at from person_address a
         join tie k on k.person_id = a.person_id and k.trust_id = $2 and k.state = 'accepted'
         where a.person_id = $1 order by a.created_at, a.address",
    )
    .bind(person)
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// Changes a person's name.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when somebody else was faster, or [`Error::Invalid`] when whoever
/// acts may not decide.
pub async fn rename(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    version: i64,
    name: &str,
) -> Result<(), Error> {
    let before = account_of(conn, allowed, allowed.trust(), id).await?;
    let done = sqlx::query("update person set name = $3, version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(name)
        .execute(&mut *conn)
        .await?;
    db::expect_one(done)?;
    history::record(conn, allowed, Entry::new("person", id, "renamed").change("Name", before.name, name)).await
}

/// The person, when whoever acts may decide who they are and how they come into Baton: not for somebody
/// who has not accepted the trust or has accepted another one too, and only an administrator for somebody
/// with a role in the trust.
async fn account_of<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    id: PersonId,
) -> Result<Person, Error> {
    let found = person(conn, trust, id).await?;
    if found.tie != Tie::Accepted {
        return Err(Error::form(format!(
            "{} has not accepted this trust, so it cannot change who they are or how they sign in.",
            found.name
        )));
    }
    if found.elsewhere {
        return Err(Error::form(format!(
            "{} also belongs to another trust, so no trust alone can change who they are or how they sign in. You can end their posts here.",
            found.name
        )));
    }
    if found.has_role(allowed.today()) && allowed.actor.is_some_and(|actor| actor != id) {
        let administrator: bool = sqlx::query_scalar(concat!(
            "select exists (select 1 from trust_role r
                            where r.person_id = $1 and r.trust_id = $2 and r.role = 'administrator' and ",
            role_on!("r", "$3"),
            ")"
        ))
        .bind(allowed.actor)
        .bind(trust)
        .bind(allowed.today())
        .fetch_one(conn)
        .await?;
        if !administrator {
            return Err(Error::form(format!(
                "{} has a role in the trust. Only an administrator can change who they are or how they sign in.",
                found.name
            )));
        }
    }
    Ok(found)
}

/// Adds an address, which whoever adds it confirms to be the person's.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when the address is taken or whoever acts may not decide.
pub async fn add_address(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    address: &str,
) -> Result<(), Error> {
    account_of(conn, allowed, allowed.trust(), id).await?;
    if person_with_address(conn, address).await?.is_some() {
        return Err(Error::field("address", "This address already belongs to a person in Baton."));
    }
    insert_address(conn, id, address, Some(allowed.now), allowed.now).await?;
    history::record(conn, allowed, Entry::new("person", id, "added an address").change("Address", "", address)).await
}

/// Confirms that an address is the person's.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when whoever acts may not decide.
pub async fn confirm_address(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    address: &str,
) -> Result<(), Error> {
    account_of(conn, allowed, allowed.trust(), id).await?;
    let done = sqlx::query(
        "update person_address set verified_at = coalesce(verified_at, $3) where person_id = $1 and address = $2",
    )
    .bind(id)
    .bind(address)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    history::record(conn, allowed, Entry::new("person", id, "confirmed an address").change("Address", "", address))
        .await
}

/// Removes an address.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when the person could then not sign in any more.
pub async fn remove_address(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    address: &str,
) -> Result<(), Error> {
    let found = account_of(conn, allowed, allowed.trust(), id).await?;
    let all = addresses(conn, allowed.trust(), id).await?;
    if !all.iter().any(|known| known.address == address) {
        return Err(Error::NotFound);
    }
    let other = all.iter().any(|known| known.address != address && known.verified_at.is_some());
    if found.signs_in && !other {
        return Err(Error::form("This is the only address with which they can sign in. Add the new one first."));
    }
    sqlx::query("delete from person_address where person_id = $1 and address = $2")
        .bind(id)
        .bind(address)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "removed an address").change("Address", address, "")).await
}

/// Whether a first password can be given: nobody is surprised by a changed one.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] with what stands in the way.
pub async fn may_give_sign_in(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
) -> Result<(), Error> {
    let found = account_of(conn, allowed, allowed.trust(), id).await?;
    if found.signs_in {
        return Err(Error::form("They already have a password, which only they can change."));
    }
    if found.is_closed(allowed.today()) {
        return Err(Error::form("Their account is closed. Reopen it first."));
    }
    if !addresses(conn, allowed.trust(), id).await?.iter().any(|address| address.verified_at.is_some()) {
        return Err(Error::form("They have no confirmed email address to sign in with. Add or confirm one first."));
    }
    Ok(())
}

/// Gives a first password to somebody who has none.
///
/// # Errors
/// As [`may_give_sign_in`].
pub async fn give_sign_in(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    hash: &str,
) -> Result<(), Error> {
    may_give_sign_in(conn, allowed, id).await?;
    put_password(conn, id, hash, Some(allowed.trust()), allowed.now).await?;
    history::record(conn, allowed, Entry::new("person", id, "gave sign-in")).await
}

/// Whether a code for a new password can be made: for somebody whose password this trust alone may decide
/// about, and who is there to receive it.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] with what stands in the way.
pub async fn may_give_password_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
) -> Result<(), Error> {
    let found = account_of(conn, allowed, allowed.trust(), id).await?;
    if allowed.actor == Some(id) {
        return Err(Error::form("You can change your own password on your account page."));
    }
    if !found.signs_in {
        return Err(Error::form("They have no password yet. Give them a first one."));
    }
    if found.is_closed(allowed.today()) {
        return Err(Error::form("Their account is closed. Reopen it first."));
    }
    Ok(())
}

/// Keeps the code with which somebody sets a new password.
///
/// # Errors
/// As [`may_give_password_code`].
pub async fn give_password_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    code: &HandedCode,
) -> Result<(), Error> {
    may_give_password_code(conn, allowed, id).await?;
    keep_password_code(conn, allowed, id, code).await
}

/// Keeps the code with which somebody whom the trust asks accepts it.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when they have answered.
pub async fn give_answer_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    code: &HandedCode,
) -> Result<(), Error> {
    person(conn, allowed.trust(), id).await?;
    ties::keep_code(conn, allowed, id, code).await
}

/// Closes a person's account today and ends their sessions. What they did stays; what they lead goes
/// into the pool.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] for oneself, for the last administrator or academy lead, or when
/// whoever acts may not decide.
pub async fn close(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, id: PersonId) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = account_of(conn, allowed, trust, id).await?;
    if allowed.actor == Some(id) {
        return Err(Error::form("You cannot close your own account. Ask another administrator or academy lead."));
    }
    let today = allowed.today();
    if found.has(TrustRole::Administrator, today) && is_last_administrator(conn, trust, id, today).await? {
        return Err(Error::form("They are the trust's only administrator. Make somebody else administrator first."));
    }
    keeps_an_academy_lead(conn, trust, id, today).await?;
    sqlx::query("update person set closed_on = $2, version = version + 1 where id = $1")
        .bind(id)
        .bind(allowed.today())
        .execute(&mut *conn)
        .await?;
    visitor::end_sessions(conn, id, allowed.now).await?;
    history::record(conn, allowed, Entry::new("person", id, "closed the account")).await
}

/// Opens a closed account again.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when whoever acts may not decide.
pub async fn reopen(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, id: PersonId) -> Result<(), Error> {
    account_of(conn, allowed, allowed.trust(), id).await?;
    set_open(conn, allowed, id).await
}

async fn set_open<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, id: PersonId) -> Result<(), Error> {
    sqlx::query("update person set closed_on = null, version = version + 1 where id = $1")
        .bind(id)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "reopened the account")).await
}

/// The person with a closed account whose confirmed address this is.
///
/// # Errors
/// When the store cannot be read.
pub async fn closed_person(conn: &mut Connection, address: &str) -> Result<Option<PersonId>, Error> {
    Ok(sqlx::query_scalar(
        "select p.id from person_address a join person p on p.id = a.person_id
         where a.address = $1 and a.verified_at is not null and p.closed_on is not null",
    )
    .bind(address)
    .fetch_optional(conn)
    .await?)
}

/// Opens the account of the person who asked the operator to.
///
/// # Errors
/// When the store cannot write.
pub async fn reopen_own(conn: &mut Connection, allowed: &Allowed<ChangeOwnAccount>) -> Result<(), Error> {
    set_open(conn, allowed, allowed.account()).await
}

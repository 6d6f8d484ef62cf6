//! Forgotten passwords: their SQL.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sqlx::FromRow;

use super::model::{MOST_AT_A_TIME, VALID_MINUTES};
use crate::access;
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::outbox::{self, Letter, Mail, MailKind, Part, SECRET};
use crate::people::links::model::Purpose;
use crate::people::links::store::{self as links, Link, NewLink};
use crate::people::store::put_password;
use crate::roles::account_open;
use crate::visitor::{self, Caller};

/// Somebody whose password can be set with a link.
#[derive(Clone, Debug, FromRow)]
struct Owner {
    person_id: PersonId,
    name: String,
    /// The trust that they belong to, when it is one.
    trust_id: Option<TrustId>,
}

/// The owner of an address who may set their password with a link that is mailed there: an address that somebody
/// confirmed, or, for whoever belongs to several trusts, one that they proved themselves. So no trust alone opens an
/// account that is another trust's too.
async fn owner(conn: &mut Connection, address: &str, today: NaiveDate) -> Result<Option<Owner>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id as person_id, p.name,
                iif((select count(*) from tie k where k.person_id = p.id and k.state = 'accepted') = 1,
                    (select k.trust_id from tie k where k.person_id = p.id and k.state = 'accepted'), null) as trust_id
         from person_address a join person p on p.id = a.person_id
         where a.address = $1 and a.verified_at is not null and ",
        account_open!("p", "$2"),
        " and exists (select 1 from tie k where k.person_id = p.id and k.state = 'accepted')
           and (a.proved_at is not null or (select count(*) from tie k where k.person_id = p.id and k.state = 'accepted') = 1)"
    ))
    .bind(address)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

/// Whether an address has an owner to whom a link may be mailed.
///
/// # Errors
/// When the store cannot be read.
pub async fn has_owner(conn: &mut Connection, address: &str, today: NaiveDate) -> Result<bool, Error> {
    Ok(owner(conn, address, today).await?.is_some())
}

/// Mails a link to the owner of an address, if it has one who may use it and was not mailed several of late.
///
/// # Errors
/// When the store cannot write.
pub async fn mail_link(conn: &mut Connection, caller: &Caller, mail: &Mail, address: &str) -> Result<(), Error> {
    let now = caller.now;
    let Some(owner) = owner(conn, address, caller.today()).await? else { return Ok(()) };
    // As long as a link lives: whoever else asks for one shuts its owner out no longer than that.
    let since = now - Duration::minutes(VALID_MINUTES);
    if outbox::written_since(conn, owner.person_id, MailKind::Password, since).await? >= MOST_AT_A_TIME {
        return Ok(());
    }
    let expires_at = now + Duration::minutes(VALID_MINUTES);
    links::end(conn, owner.person_id, Some(Purpose::Password), None, now).await?;
    let link = NewLink {
        purpose: Purpose::Password,
        person: Some(owner.person_id),
        trust: owner.trust_id,
        mailed_to: Some(address),
        made_by: None,
        expires_at,
    };
    let secret = links::make(conn, &link, now).await?;
    let letter = Letter {
        kind: MailKind::Password,
        person: Some(owner.person_id),
        trust: owner.trust_id,
        address: address.to_owned(),
        subject: "Set a new password for Baton".to_owned(),
        parts: vec![
            Part::Words(format!("Dear {},", owner.name)),
            Part::Words(format!(
                "Somebody asked to set the password of your account in Baton anew. The link works once, for {VALID_MINUTES} minutes, until {}.",
                format::datetime(expires_at)
            )),
            Part::Button("Set a new password".to_owned(), format!("/new-password?link={SECRET}")),
            Part::Words("Was it not you? Then do nothing: your password stays as it is.".to_owned()),
        ],
        because: "You get this mail because this address was entered on Baton’s page for forgotten passwords."
            .to_owned(),
        secret: Some(secret.as_str().to_owned()),
        confidential: false,
        unsubscribe: None,
        useless_at: expires_at,
    };
    outbox::put(conn, mail, letter, now).await?;
    Ok(())
}

/// A link with which a password is set anew.
#[derive(Clone, Debug)]
pub struct Reset {
    pub link: Link,
    pub person: PersonId,
    pub name: String,
    pub address: String,
    trust: Option<TrustId>,
}

/// The link of a secret.
///
/// # Errors
/// [`Error::NotFound`] when it is of no use any more.
pub async fn reset(conn: &mut Connection, secret: &str, today: NaiveDate, now: DateTime<Utc>) -> Result<Reset, Error> {
    let link = links::open(conn, Purpose::Password, secret, now).await?;
    let address = link.mailed_to.clone().ok_or(Error::NotFound)?;
    let owner = owner(conn, &address, today).await?.filter(|owner| Some(owner.person_id) == link.person_id);
    let owner = owner.ok_or(Error::NotFound)?;
    Ok(Reset { link, person: owner.person_id, name: owner.name, address, trust: owner.trust_id })
}

/// Sets a password with a link, uses it and every other of the person up, ends every session, and tells all their
/// confirmed addresses. Whose hand first gave the password stays as it was; of a first one, it is the trust's.
///
/// # Errors
/// [`Error::NotFound`] when the link is of no use any more.
pub async fn set(
    conn: &mut Connection,
    caller: &Caller,
    mail: &Mail,
    secret: &str,
    password_hash: &str,
) -> Result<(), Error> {
    let now = caller.now;
    let Reset { link, person, name, address, trust } = reset(conn, secret, caller.today(), now).await?;
    links::spend(conn, &link, now).await?;
    links::prove(conn, person, &address, now).await?;
    links::end(conn, person, None, None, now).await?;
    let given_by: Option<Option<TrustId>> =
        sqlx::query_scalar("select given_by_trust from credential where person_id = $1")
            .bind(person)
            .fetch_optional(&mut *conn)
            .await?;
    put_password(conn, person, password_hash, given_by.unwrap_or(trust), false, now).await?;
    sqlx::query("delete from password_code where person_id = $1").bind(person).execute(&mut *conn).await?;
    visitor::end_sessions(conn, person, now).await?;
    let allowed = access::by_code(person, trust, caller);
    history::record(conn, &allowed, Entry::new("person", person, "set a new password with a link")).await?;
    tell(conn, mail, (person, &name, trust), &address, now).await
}

/// Tells every confirmed address of a person that their password was set anew with a link to one of them.
async fn tell(
    conn: &mut Connection,
    mail: &Mail,
    (person, name, trust): (PersonId, &str, Option<TrustId>),
    used: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let addresses: Vec<String> =
        sqlx::query_scalar("select address from person_address where person_id = $1 and verified_at is not null")
            .bind(person)
            .fetch_all(&mut *conn)
            .await?;
    for address in addresses {
        let letter = Letter {
            kind: MailKind::PasswordSet,
            person: Some(person),
            trust,
            subject: "Your password for Baton was changed".to_owned(),
            parts: vec![
                Part::Words(format!("Dear {name},")),
                Part::Words(format!(
                    "On {} the password of your account in Baton was set anew, with a link that was mailed to {used}. All your sessions were ended.",
                    format::datetime(now)
                )),
                Part::Words("Was it not you? Then set it anew yourself, and tell your QI academy.".to_owned()),
                Part::Button("Set a new password".to_owned(), "/forgotten-password".to_owned()),
            ],
            because: "You get this mail because this is an address of your account in Baton.".to_owned(),
            address,
            secret: None,
            confidential: false,
            unsubscribe: None,
            useless_at: now + Duration::days(3),
        };
        outbox::put(conn, mail, letter, now).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;

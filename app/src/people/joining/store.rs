//! Joining by oneself: its SQL.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use sqlx::FromRow;

use super::model::{Joining, MOST_DOMAINS, MOST_IN_AN_HOUR, MOST_OF_ALL_IN_AN_HOUR, VALID_HOURS, joining_code};
use crate::access::{self, Allowed, ManageOrganisation};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::outbox::{self, Letter, Mail, MailKind, Part, SECRET};
use crate::people::codes;
use crate::people::directory::store::insert_post_in;
use crate::people::links::model::Purpose;
use crate::people::links::store::{self as links, Link, NewLink};
use crate::people::store::{insert_address, insert_person, person_with_address, put_password};
use crate::people::ties::store as ties;
use crate::visitor::Caller;

/// A domain whose owners may join a trust.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Domain {
    pub domain: String,
    /// Joining also needs the trust's code.
    pub shared: bool,
}

/// The domains that a trust accepts.
///
/// # Errors
/// When the store cannot be read.
pub async fn domains(conn: &mut Connection, trust: TrustId) -> Result<Vec<Domain>, Error> {
    Ok(sqlx::query_as("select domain, shared from mail_domain where trust_id = $1 order by domain")
        .bind(trust)
        .fetch_all(conn)
        .await?)
}

/// Accepts a domain, or says anew whether it is shared.
///
/// # Errors
/// [`Error::Invalid`] when the trust accepts as many as it can.
pub async fn accept_domain(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    domain: &str,
    shared: bool,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let others: i64 = sqlx::query_scalar("select count(*) from mail_domain where trust_id = $1 and domain <> $2")
        .bind(trust)
        .bind(domain)
        .fetch_one(&mut *conn)
        .await?;
    if others >= MOST_DOMAINS {
        return Err(Error::field("domain", format!("At most {MOST_DOMAINS} domains. Remove one first.")));
    }
    sqlx::query(
        "insert into mail_domain (trust_id, domain, shared, added_at) values ($1, $2, $3, $4)
         on conflict (trust_id, domain) do update set shared = excluded.shared",
    )
    .bind(trust)
    .bind(domain)
    .bind(shared)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("trust", trust, "let people with addresses of a domain join").change("Domain", "", domain);
    history::record(conn, allowed, entry).await
}

/// Accepts a domain no more.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not accept it.
pub async fn remove_domain(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    domain: &str,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let removed = sqlx::query("delete from mail_domain where trust_id = $1 and domain = $2")
        .bind(trust)
        .bind(domain)
        .execute(&mut *conn)
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    let entry = Entry::new("trust", trust, "let people with addresses of a domain join no more");
    history::record(conn, allowed, entry.change("Domain", domain, "")).await
}

/// A trust's joining code today: another after each changeover, and each time that it is renewed.
///
/// # Errors
/// When the store cannot be read.
pub async fn code(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<String, Error> {
    let secret = db::installation_secret(conn).await?;
    let (since, renewed): (String, i64) = sqlx::query_as(
        "select coalesce((select max(on_day) from changeover where trust_id = $1 and on_day <= $2), ''),
                coalesce((select renewed from joining_code where trust_id = $1), 0)",
    )
    .bind(trust)
    .bind(today)
    .fetch_one(conn)
    .await?;
    Ok(joining_code(&secret, trust, &since, renewed))
}

/// Makes another joining code: the one before opens nothing any more.
///
/// # Errors
/// When the store cannot write.
pub async fn renew_code(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>) -> Result<(), Error> {
    let trust = allowed.trust();
    sqlx::query(
        "insert into joining_code (trust_id, renewed) values ($1, 1)
         on conflict (trust_id) do update set renewed = renewed + 1",
    )
    .bind(trust)
    .execute(&mut *conn)
    .await?;
    history::record(conn, allowed, Entry::new("trust", trust, "renewed the joining code")).await
}

/// Somebody who joined by themselves.
#[derive(Clone, Debug, FromRow)]
pub struct Joined {
    pub id: PersonId,
    pub name: String,
    pub address: String,
    pub joined_at: DateTime<Utc>,
    /// Grade and department; empty without a post.
    pub post: String,
    pub starts_on: Option<NaiveDate>,
    pub ends_on: Option<NaiveDate>,
}

/// Those who joined a trust by themselves and whom the academy has not looked at, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn joined(conn: &mut Connection, trust: TrustId) -> Result<Vec<Joined>, Error> {
    Ok(sqlx::query_as(
        "select p.id, p.name, coalesce((select a.address from person_address a where a.person_id = p.id order by a.created_at limit 1), '') as address,
                k.joined_at, coalesce(o.grade || ', ' || d.name, '') as post, o.starts_on, o.ends_on
         from tie k join person p on p.id = k.person_id
         left join post o on o.id = (select n.id from post n where n.person_id = p.id and n.trust_id = $1 order by n.starts_on desc limit 1)
         left join department d on d.id = o.department_id
         where k.trust_id = $1 and k.joined_at is not null and k.joined_seen_at is null and k.state = 'accepted'
         order by k.joined_at desc limit 200",
    )
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// Notes that the academy looked at who somebody is who joined by themselves.
///
/// # Errors
/// [`Error::NotFound`] when they did not, or somebody looked already.
pub async fn seen(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, person: PersonId) -> Result<(), Error> {
    let seen = sqlx::query(
        "update tie set joined_seen_at = $3 where person_id = $1 and trust_id = $2 and joined_at is not null and joined_seen_at is null",
    )
    .bind(person)
    .bind(allowed.trust())
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if seen.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    history::record(conn, allowed, Entry::new("person", person, "looked at who joined by themselves")).await
}

/// A trust that accepts an address.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Accepting {
    pub trust_id: TrustId,
    pub name: String,
    pub shared: bool,
}

/// The trusts that accept an address, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn accepting(conn: &mut Connection, address: &str) -> Result<Vec<Accepting>, Error> {
    let domain = address.split_once('@').map_or("", |(_, domain)| domain);
    Ok(sqlx::query_as(
        "select d.trust_id, t.name, d.shared from mail_domain d join trust t on t.id = d.trust_id where d.domain = $1 order by t.name",
    )
    .bind(domain)
    .fetch_all(conn)
    .await?)
}

/// Whether anybody can join any trust by themselves.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_open(conn: &mut Connection) -> Result<bool, Error> {
    Ok(sqlx::query_scalar("select exists (select 1 from mail_domain)").fetch_one(conn).await?)
}

/// Mails a link with which the owner of an address joins, if a trust accepts it and it was not mailed several of late.
/// Whose address is known already is told so instead.
///
/// # Errors
/// When the store cannot write.
pub async fn mail_link(conn: &mut Connection, caller: &Caller, mail: &Mail, address: &str) -> Result<(), Error> {
    let now = caller.now;
    let accepting = accepting(conn, address).await?;
    if accepting.is_empty() {
        return Ok(());
    }
    if was_mailed_enough(conn, address, now - Duration::hours(1)).await? {
        return Ok(());
    }
    let known = person_with_address(conn, address).await?;
    let expires_at = now + Duration::hours(VALID_HOURS);
    // Also where it opens nothing, so that what is counted is the same.
    let link = NewLink {
        purpose: Purpose::Joining,
        person: None,
        trust: None,
        mailed_to: Some(address),
        made_by: None,
        expires_at,
    };
    let secret = links::make(conn, &link, now).await?;
    let parts = if known.is_some() {
        vec![
            Part::Words("Baton knows this address already, so there is no need to join.".to_owned()),
            Part::Button("Sign in".to_owned(), "/sign-in".to_owned()),
            Part::Button("Set a password, if you have forgotten yours".to_owned(), "/forgotten-password".to_owned()),
            Part::Words("If you cannot sign in, ask your QI academy for an invitation.".to_owned()),
        ]
    } else {
        vec![
            Part::Words("With this link you join Baton, the register of quality improvement projects. It works once, for 24 hours.".to_owned()),
            Part::Button("Say who you are and choose a password".to_owned(), format!("/join?link={SECRET}")),
        ]
    };
    let letter = Letter {
        kind: MailKind::Joining,
        person: known,
        // Of one that several trusts accept nobody can say whose it is.
        trust: match accepting.as_slice() {
            [one] if known.is_none() => Some(one.trust_id),
            _ => None,
        },
        address: address.to_owned(),
        subject: "Join Baton".to_owned(),
        parts,
        because: "You get this mail because this address was entered on Baton’s page for joining. Was it not you? Then do nothing.".to_owned(),
        secret: known.is_none().then(|| secret.as_str().to_owned()),
        confidential: known.is_some(),
        unsubscribe: None,
        useless_at: expires_at,
    };
    outbox::put(conn, mail, letter, now).await?;
    Ok(())
}

/// Whether so many links were mailed since then, to the address or to all, that no more go.
async fn was_mailed_enough(conn: &mut Connection, address: &str, since: DateTime<Utc>) -> Result<bool, Error> {
    let (lately, all): (i64, i64) = sqlx::query_as(
        "select count(*) filter (where mailed_to = $1), count(*) from access_link where kind = 'joining' and made_at > $2",
    )
    .bind(address)
    .bind(since)
    .fetch_one(conn)
    .await?;
    Ok(lately >= MOST_IN_AN_HOUR || all >= MOST_OF_ALL_IN_AN_HOUR)
}

/// A link with which somebody joins.
#[derive(Clone, Debug)]
pub struct Opened {
    pub link: Link,
    /// What they proved.
    pub address: String,
    /// The trusts that accept it.
    pub trusts: Vec<Accepting>,
}

/// The link of a secret, while its address is nobody's and a trust accepts it.
///
/// # Errors
/// [`Error::NotFound`] when it is of no use any more.
pub async fn opened(conn: &mut Connection, secret: &str, now: DateTime<Utc>) -> Result<Opened, Error> {
    let link = links::open(conn, Purpose::Joining, secret, now).await?;
    let address = link.mailed_to.clone().ok_or(Error::NotFound)?;
    let trusts = accepting(conn, &address).await?;
    if trusts.is_empty() || person_with_address(conn, &address).await?.is_some() {
        return Err(Error::NotFound);
    }
    Ok(Opened { link, address, trusts })
}

/// Joins: makes the person, with the address that they proved, their post and their password. Who joined.
///
/// # Errors
/// [`Error::NotFound`] when the link is of no use any more, or for another trust; [`Error::Invalid`] when the trust's
/// code is asked for and `typed_code` is not it.
pub async fn join(
    conn: &mut Connection,
    caller: &Caller,
    secret: &str,
    joining: &Joining,
    typed_code: &str,
    password_hash: &str,
) -> Result<PersonId, Error> {
    let now = caller.now;
    let Opened { link, address, trusts } = opened(conn, secret, now).await?;
    let trust = trusts.iter().find(|one| one.trust_id == joining.trust).ok_or(Error::NotFound)?;
    if trust.shared && codes::typed(typed_code) != Some(code(conn, trust.trust_id, caller.today()).await?) {
        return Err(Error::field("joining_code", "This is not the trust’s joining code. Ask your QI academy for it."));
    }
    let trust = trust.trust_id;
    links::spend(conn, &link, now).await?;
    let person = insert_person(conn, &joining.name, now).await?;
    insert_address(conn, person, &address, Some(now), now).await?;
    links::prove(conn, person, &address, now).await?;
    let allowed = access::by_code(person, Some(trust), caller);
    ties::insert_new(conn, &allowed, trust, person, &joining.name).await?;
    sqlx::query("update tie set joined_at = $3 where person_id = $1 and trust_id = $2")
        .bind(person)
        .bind(trust)
        .bind(now)
        .execute(&mut *conn)
        .await?;
    put_password(conn, person, password_hash, Some(trust), false, now).await?;
    let entry = Entry::new("person", person, "joined by themselves");
    let entry = entry.change("Name", "", &joining.name).change("Address", "", &address);
    history::record(conn, &allowed, entry).await?;
    insert_post_in(conn, &allowed, trust, person, &joining.post).await?;
    Ok(person)
}

#[cfg(test)]
mod tests;

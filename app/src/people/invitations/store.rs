//! Invitations: their SQL.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use sqlx::FromRow;

use super::model::{How, Invited, VALID_DAYS};
use crate::access::{self, Allowed, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::outbox::{self, Letter, MailKind, Part, SECRET};
use crate::people::directory::store::{self as directory, Tie};
use crate::people::links::model::Purpose;
use crate::people::links::store::{self as links, Link, NewLink};
use crate::people::store::{put_password, trust_name};
use crate::people::ties;
use crate::roles::account_open;
use crate::visitor::{self, Caller};

/// Invites somebody: makes the link, in the place of any before, and, by mail, writes the mail that carries it.
///
/// By mail it reaches whoever reads the address, which proves it: also somebody who has a password and belongs to
/// another trust, who accepts this one with it. Handed over it is a first password, for somebody who has none, is tied
/// to no other trust, and whose confirmed address this trust may decide about.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not know them, [`Error::Invalid`] with what stands in the way.
pub async fn invite(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    person: PersonId,
    how: How<'_>,
) -> Result<Invited, Error> {
    let trust = allowed.trust();
    let found = directory::person(conn, trust, person).await?;
    let known = Known::load(conn, person, trust, allowed.today()).await?;
    let address = mailed_to(conn, allowed, &found, &known, how).await?;
    links::end(conn, person, Some(Purpose::Invitation), Some(trust), allowed.now).await?;
    let expires_at = expiry(known.begins_on, allowed.today());
    let link = NewLink {
        purpose: Purpose::Invitation,
        person: Some(person),
        trust: Some(trust),
        mailed_to: address.as_deref(),
        made_by: allowed.actor,
        expires_at,
    };
    let secret = links::make(conn, &link, allowed.now).await?;
    let by = if address.is_some() { "By mail" } else { "In person" };
    history::record(conn, allowed, Entry::new("person", person, "invited").change("How", "", by)).await?;
    let (How::ByMail(mail), Some(address)) = (how, address) else {
        return Ok(Invited { secret: Some(secret), expires_at });
    };
    let trust_name = trust_name(conn, trust).await?;
    let letter = Letter {
        kind: MailKind::Invitation,
        person: Some(person),
        trust: Some(trust),
        subject: format!("{trust_name} invites you to Baton"),
        parts: words(&found.name, &trust_name, known.has_password, expires_at),
        because: format!(
            "You get this mail because {trust_name} entered {address} as the address of {}. Is that somebody else? Then you need do nothing: without you the link opens nothing.",
            found.name
        ),
        address,
        secret: Some(secret.as_str().to_owned()),
        confidential: false,
        unsubscribe: None,
        useless_at: expires_at,
    };
    outbox::put(conn, mail, letter, allowed.now).await?;
    Ok(Invited { secret: None, expires_at })
}

/// The address to which an invitation is mailed; none for one that is handed over. Says what stands in the way.
async fn mailed_to(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    found: &directory::Person,
    known: &Known,
    how: How<'_>,
) -> Result<Option<String>, Error> {
    let name = &found.name;
    if found.tie == Tie::Declined {
        return Err(Error::form(format!("Somebody else is meant, says whoever has the address of {name}.")));
    }
    if !known.open {
        return Err(Error::form(format!("The account of {name} is closed. Reopen it first.")));
    }
    match how {
        How::ByMail(mail) if !mail.sends => {
            Err(Error::form("No mail server is set up here. Copy or print the invitation instead."))
        }
        How::ByMail(_) if known.has_password && found.tie == Tie::Accepted => {
            Err(Error::form(format!("{name} has a password already.")))
        }
        How::ByMail(_) if known.address.is_none() => {
            Err(Error::form(format!("Baton knows no email address of {name}. Add one first.")))
        }
        How::ByMail(_) => Ok(known.address.clone()),
        How::ByHand => {
            directory::may_give_sign_in(conn, allowed, found.id).await?;
            if known.tied_elsewhere { Err(Error::form(OTHER_TRUST)) } else { Ok(None) }
        }
    }
}

const OTHER_TRUST: &str = "They are known to another trust too, so a link that is handed over is not enough. Send the invitation by mail: that proves the address.";

/// What the mail of an invitation says.
fn words(name: &str, trust: &str, has_password: bool, expires_at: DateTime<Utc>) -> Vec<Part> {
    let day = format::date(last_day(expires_at));
    let (what, button) = if has_password {
        (
            "You have a password in Baton already. Say that it is you whom they mean, and you can work in both trusts.",
            format!("Accept {trust}"),
        )
    } else {
        ("Choose a password, and see the projects that wait for you.", "Choose your password".to_owned())
    };
    vec![
        Part::Words(format!("Dear {name},")),
        Part::Words(format!("{trust} has entered you in Baton, its register of quality improvement projects. {what}")),
        Part::Button(button, format!("/invitation?link={SECRET}")),
        Part::Words(format!("The link works once, until {day}. If it has expired, ask your QI academy for another.")),
    ]
}

/// The last day on which something that expires at a midnight can be used.
#[must_use]
pub fn last_day(expires_at: DateTime<Utc>) -> NaiveDate {
    let day = expires_at.date_naive();
    day.pred_opt().unwrap_or(day)
}

/// The end of the day four weeks after the post begins, or from today.
fn expiry(begins_on: Option<NaiveDate>, today: NaiveDate) -> DateTime<Utc> {
    let from = begins_on.unwrap_or(today).max(today);
    let day = from.checked_add_days(Days::new(VALID_DAYS + 1)).unwrap_or(from);
    day.and_time(NaiveTime::MIN).and_utc()
}

/// What an invitation needs to know of somebody.
#[derive(Clone, Debug, FromRow)]
struct Known {
    has_password: bool,
    /// Their account is open.
    open: bool,
    /// Another trust knows them, or asks whether they are its own.
    tied_elsewhere: bool,
    /// The address to which mail goes: a confirmed one first, the latest first; for whom the trust asks, the one by which it
    /// found them.
    address: Option<String>,
    /// The first day of their next post in the trust.
    begins_on: Option<NaiveDate>,
}

impl Known {
    async fn load(conn: &mut Connection, person: PersonId, trust: TrustId, today: NaiveDate) -> Result<Self, Error> {
        Ok(sqlx::query_as(concat!(
            "select exists (select 1 from credential c where c.person_id = p.id) as has_password, ",
            account_open!("p", "$3"),
            " as open,
                exists (select 1 from tie k where k.person_id = p.id and k.trust_id <> $2 and k.state <> 'declined') as tied_elsewhere,
                (select a.address from person_address a join tie k on k.person_id = a.person_id and k.trust_id = $2
                 where a.person_id = p.id and (k.state = 'accepted' or a.address = k.asked_address collate nocase)
                 order by a.verified_at is null, a.created_at desc limit 1) as address,
                (select min(o.starts_on) from post o where o.person_id = p.id and o.trust_id = $2 and o.starts_on > $3) as begins_on
             from person p where p.id = $1"
        ))
        .bind(person)
        .bind(trust)
        .bind(today)
        .fetch_one(conn)
        .await?)
    }
}

/// An invitation that can be accepted.
#[derive(Clone, Debug)]
pub struct Invitation {
    pub link: Link,
    pub person: PersonId,
    /// As the trust knows them.
    pub name: String,
    pub trust: TrustId,
    pub trust_name: String,
    /// The address with which they sign in.
    pub address: String,
    /// They have a password, and accept the trust.
    pub has_password: bool,
}

/// The invitation of a link.
///
/// # Errors
/// [`Error::NotFound`] when it is of no use any more.
pub async fn invitation(
    conn: &mut Connection,
    secret: &str,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Invitation, Error> {
    let link = links::open(conn, Purpose::Invitation, secret, now).await?;
    let (person, trust) = (link.person_id.ok_or(Error::NotFound)?, link.trust_id.ok_or(Error::NotFound)?);
    let known = Known::load(conn, person, trust, today).await?;
    let found = directory::person(conn, trust, person).await?;
    let in_person = link.mailed_to.is_none();
    if !known.open
        || found.tie == Tie::Declined
        || (known.has_password && found.tie == Tie::Accepted)
        || (in_person && (known.has_password || known.tied_elsewhere || found.tie != Tie::Accepted))
    {
        return Err(Error::NotFound);
    }
    let address = link.mailed_to.clone().or(known.address).ok_or(Error::NotFound)?;
    let trust_name = trust_name(conn, trust).await?;
    Ok(Invitation { link, person, name: found.name, trust, trust_name, address, has_password: known.has_password })
}

/// Accepts an invitation: sets the first password, whose hash this is, or, for somebody who has one, accepts the trust.
/// What went by mail proves the address. Uses the link up; who accepted, and in which trust.
///
/// # Errors
/// [`Error::NotFound`] when it is of no use any more, [`Error::Conflict`] when a password is missing.
pub async fn accept(
    conn: &mut Connection,
    caller: &Caller,
    secret: &str,
    password_hash: Option<&str>,
) -> Result<(PersonId, TrustId), Error> {
    let now = caller.now;
    let Invitation { link, person, trust, has_password, .. } = invitation(conn, secret, caller.today(), now).await?;
    links::spend(conn, &link, now).await?;
    let allowed = access::by_code(person, Some(trust), caller);
    if let Some(address) = &link.mailed_to {
        ties::store::accept_by_link(conn, &allowed, trust).await?;
        links::prove(conn, person, address, now).await?;
    }
    if !has_password {
        let hash = password_hash.ok_or(Error::Conflict)?;
        put_password(conn, person, hash, Some(trust), false, now).await?;
        visitor::end_sessions(conn, person, now).await?;
        let entry = Entry::new("person", person, "set a first password with an invitation");
        history::record(conn, &allowed, entry).await?;
    }
    Ok((person, trust))
}

/// Somebody who can be invited.
#[derive(Clone, Debug, FromRow)]
pub struct Candidate {
    pub id: PersonId,
    pub name: String,
    /// Grade and department of the post that they have or begin.
    pub post: String,
    pub starts_on: NaiveDate,
    /// Baton knows an address of theirs.
    pub has_address: bool,
    /// One of them is confirmed, and no other trust knows them: a link can be handed to them.
    pub by_hand: bool,
    /// When they were last invited, and until when that is of use.
    pub invited_at: Option<DateTime<Utc>>,
    pub expires_at: Option<DateTime<Utc>>,
    pub by_mail: bool,
    /// The mail server did not take the mail.
    pub refused: bool,
}

/// Those of a trust who have a post, now or within 12 weeks, and no way to sign in, those who begin first first.
///
/// # Errors
/// When the store cannot be read.
pub async fn candidates(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<Candidate>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id, iif(k.state = 'accepted', p.name, k.named) as name, o.grade || ', ' || d.name as post, o.starts_on,
                exists (select 1 from person_address a where a.person_id = p.id) as has_address,
                k.state = 'accepted'
                    and exists (select 1 from person_address a where a.person_id = p.id and a.verified_at is not null)
                    and not exists (select 1 from tie x where x.person_id = p.id and x.trust_id <> $1 and x.state <> 'declined') as by_hand,
                l.made_at as invited_at, l.expires_at, l.mailed_to is not null as by_mail,
                l.mailed_to is not null and exists (select 1 from outbox b where b.person_id = p.id and b.kind = 'invitation'
                    and b.trust_id = $1 and b.written_at >= l.made_at and b.failed_at is not null) as refused
         from tie k join person p on p.id = k.person_id and ", account_open!("p", "$2"), "
         join post o on o.id = (select n.id from post n where n.person_id = p.id and n.trust_id = $1
             and (n.ends_on is null or n.ends_on >= $2) and n.starts_on <= $3 order by n.starts_on limit 1)
         join department d on d.id = o.department_id
         left join access_link l on l.id = (select n.id from access_link n where n.person_id = p.id and n.trust_id = $1
             and n.kind = 'invitation' and n.ended_at is null order by n.made_at desc limit 1)
         where k.trust_id = $1 and k.state <> 'declined' and not exists (select 1 from credential c where c.person_id = p.id)
         order by o.starts_on, name collate nocase, p.id limit $4"
    ))
    .bind(trust)
    .bind(today)
    .bind(today + Days::new(directory::SOON))
    .bind(i64::try_from(super::model::MOST_AT_ONCE).unwrap_or(i64::MAX))
    .fetch_all(conn)
    .await?)
}

/// The name of somebody of the trust and the address with which they sign in: what stands beside a link that is handed
/// over.
///
/// # Errors
/// [`Error::NotFound`] when they have no confirmed address.
pub async fn signs_in_as(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<(String, String), Error> {
    Ok(sqlx::query_as(
        "select p.name, a.address from person p
         join tie k on k.person_id = p.id and k.trust_id = $2 and k.state = 'accepted'
         join person_address a on a.person_id = p.id and a.verified_at is not null
         where p.id = $1 order by a.created_at desc limit 1",
    )
    .bind(person)
    .bind(trust)
    .fetch_one(conn)
    .await?)
}

/// The last invitation of somebody by this trust that can still be used: when it was made, by mail or not, and until
/// when it is of use.
///
/// # Errors
/// When the store cannot be read.
pub async fn last_invited(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    now: DateTime<Utc>,
) -> Result<Option<(DateTime<Utc>, bool, DateTime<Utc>)>, Error> {
    Ok(sqlx::query_as(
        "select made_at, mailed_to is not null, expires_at from access_link
         where person_id = $1 and trust_id = $2 and kind = 'invitation' and ended_at is null and used_at is null and expires_at > $3
         order by made_at desc limit 1",
    )
    .bind(person)
    .bind(trust)
    .bind(now)
    .fetch_optional(conn)
    .await?)
}

#[cfg(test)]
mod tests;

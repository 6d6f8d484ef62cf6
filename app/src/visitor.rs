//! Who is asking, by their session. The session's token is in the browser's cookie only; the store has its SHA-256.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::FromRow;
use timeline::DUE_DAYS;

use crate::clock::date_in_london;
use crate::db::Connection;
use crate::digest::hex;
use crate::error::Error;
use crate::id::{PersonId, TrustId};
use crate::roles::{account_open, arrives_on, has_post, lines_waiting, role_on};

/// Dead sessions that a new one sweeps away at most.
const MAX_SWEPT: i64 = 200;

/// Who is asking.
#[derive(Clone, Debug, Default)]
pub enum Visitor {
    /// Nobody is signed in.
    #[default]
    Nobody,
    /// A person with a live session.
    Person(Box<Person>),
    /// A person who signed in with a password that somebody else gave them: before anything else, they
    /// change it.
    Held(Box<Person>),
}

/// The signed-in person, in the trust in which they work in this session.
#[derive(Clone, Debug, FromRow)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// The trust of the session.
    pub trust: TrustId,
    /// The trust's name.
    pub trust_name: String,
    /// The other trusts that they have accepted.
    #[sqlx(json)]
    pub others: Vec<OtherTrust>,
    /// How many trusts ask for them and have no answer yet.
    pub questions: i64,
    /// Whether the trust is the demonstration.
    pub demonstration: bool,
    /// Has a post in the trust today.
    pub has_post: bool,
    /// The first day of their next post in the trust, when it is near and they have none today.
    pub arrives_on: Option<NaiveDate>,
    /// Is an academy lead of the trust today.
    pub academy_lead: bool,
    /// Is an administrator of the trust today.
    pub administrator: bool,
    /// How many lines of asks wait for them, in any trust.
    pub asks: i64,
    /// When the session was last noted as used.
    pub seen_at: DateTime<Utc>,
    /// The SHA-256 of the session's token, by which the store knows the session.
    pub session: String,
    /// The session was begun with a password that has to be changed first.
    pub held: bool,
}

/// A trust to which somebody can change over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct OtherTrust {
    pub id: TrustId,
    pub name: String,
}

impl Person {
    /// Whether they belong to the trust today: by a current post or by a role in it.
    #[must_use]
    pub fn belongs(&self) -> bool {
        self.has_post || self.academy_lead || self.administrator
    }

    /// Whether they read what is the trust's: they belong to it today, or arrive soon.
    #[must_use]
    pub fn reads_trust(&self) -> bool {
        self.belongs() || self.arrives_on.is_some()
    }
}

impl Visitor {
    /// The person who is signed in.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody is, or when they have to change their password first.
    pub fn person(&self) -> Result<&Person, Error> {
        match self {
            Self::Person(person) => Ok(person),
            Self::Held(_) | Self::Nobody => Err(Error::SignIn),
        }
    }

    /// The person whose session it is, also when they have to change their password first: only for
    /// changing it and for signing out.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody is signed in.
    pub fn account(&self) -> Result<&Person, Error> {
        match self {
            Self::Person(person) | Self::Held(person) => Ok(person),
            Self::Nobody => Err(Error::SignIn),
        }
    }

    /// The person's id, for what is tied to whoever asks.
    #[must_use]
    pub fn id(&self) -> Option<PersonId> {
        self.account().ok().map(|person| person.id)
    }
}

/// Who asks, in which request, and when: what a permission is decided for.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who asks.
    pub visitor: Visitor,
    /// The request, as the log, the history and the page of a fault name it.
    pub id: String,
    /// The moment of the request.
    pub now: DateTime<Utc>,
}

impl Caller {
    /// Today in London.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        date_in_london(self.now)
    }

    /// The person who is signed in.
    ///
    /// # Errors
    /// [`Error::SignIn`] when nobody is.
    pub fn person(&self) -> Result<&Person, Error> {
        self.visitor.person()
    }
}

/// How sessions are kept: the cookie's name and attributes, and how long a session lasts.
#[derive(Clone, Copy, Debug)]
pub struct Sessions {
    /// Served over https: the cookie is `__Host-baton` and Secure.
    pub secure: bool,
    /// Ends after this long without a request.
    pub idle: Duration,
    /// Ends after this long in any case.
    pub absolute: Duration,
}

impl Sessions {
    /// Begins a session of a person in a trust and gives its token. The session that the browser came with, by its
    /// token, is ended, so that a planted token never becomes a signed-in one. When `held`, the password has to be
    /// changed before anything else.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn begin(
        self,
        conn: &mut Connection,
        before: Option<&str>,
        (person, trust): (PersonId, TrustId),
        held: bool,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        if let Some(token) = before {
            end_session(conn, token, now).await?;
        }
        // Sessions say who was there when: what can never be used again is not kept.
        sqlx::query(
            "delete from session where token_hash in
                 (select token_hash from session where created_at <= $1 order by created_at limit $2)",
        )
        .bind(now - self.absolute)
        .bind(MAX_SWEPT)
        .execute(&mut *conn)
        .await?;
        let token = hex(&rand::random::<[u8; 32]>());
        sqlx::query(
            "insert into session (token_hash, person_id, trust_id, held, created_at, seen_at) values ($1, $2, $3, $4, $5, $5)",
        )
        .bind(digest(&token))
        .bind(person)
        .bind(trust)
        .bind(held)
        .bind(now)
        .execute(conn)
        .await?;
        Ok(token)
    }

    /// The visitor behind a session's token; nobody without one, or when the session is over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn visitor(
        self,
        conn: &mut Connection,
        token: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Visitor, Error> {
        let Some(token) = token else { return Ok(Visitor::Nobody) };
        let person: Option<Person> = sqlx::query_as(
            concat!("select p.id, p.name, s.trust_id as trust, t.name as trust_name, t.demonstration, s.seen_at, s.token_hash as session, s.held,
                    ", has_post!("p.id", "s.trust_id", "$3"), " as has_post,
                    ", arrives_on!("p.id", "s.trust_id", "$3", "$5"), " as arrives_on,
                    exists (select 1 from trust_role b where b.person_id = p.id and b.trust_id = s.trust_id and b.role = 'academy_lead'
                            and ", role_on!("b", "$3"), ") as academy_lead,
                    exists (select 1 from trust_role b where b.person_id = p.id and b.trust_id = s.trust_id and b.role = 'administrator'
                            and ", role_on!("b", "$3"), ") as administrator,
                    (select json_group_array(json_object('id', o.id, 'name', o.name) order by o.name)
                     from tie k join trust o on o.id = k.trust_id
                     where k.person_id = p.id and k.trust_id <> s.trust_id and k.state = 'accepted') as others,
                    (select count(*) from tie k where k.person_id = p.id and k.state = 'asked') as questions, ", lines_waiting!("(select person_id from session where token_hash = $1)", "$3"), " as asks
             from session s join person p on p.id = s.person_id join trust t on t.id = s.trust_id
             join tie a on a.person_id = s.person_id and a.trust_id = s.trust_id and a.state = 'accepted'
             where s.token_hash = $1 and s.ended_at is null and s.seen_at > $2 and s.created_at > $4
               and ", account_open!("p", "$3")),
        )
        .bind(digest(token))
        .bind(now - self.idle)
        .bind(date_in_london(now))
        .bind(now - self.absolute)
        .bind(date_in_london(now) + Duration::days(DUE_DAYS))
        .fetch_optional(conn)
        .await?;
        Ok(match person {
            None => Visitor::Nobody,
            Some(person) if person.held => Visitor::Held(Box::new(person)),
            Some(person) => Visitor::Person(Box::new(person)),
        })
    }
}

/// Notes that the session with this token is in use, so that it does not end for idleness.
///
/// # Errors
/// When the store cannot write.
pub async fn touch_session(conn: &mut Connection, token: &str, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("update session set seen_at = $2 where token_hash = $1 and ended_at is null")
        .bind(digest(token))
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Moves a session, known by its token's SHA-256, to another trust.
///
/// # Errors
/// When the store cannot write.
pub async fn move_session(conn: &mut Connection, session: &str, trust: TrustId) -> Result<(), Error> {
    sqlx::query("update session set trust_id = $2 where token_hash = $1 and ended_at is null")
        .bind(session)
        .bind(trust)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends the session with this token.
///
/// # Errors
/// When the store cannot write.
pub async fn end_session(conn: &mut Connection, token: &str, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("update session set ended_at = $2 where token_hash = $1 and ended_at is null")
        .bind(digest(token))
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Notes what a session's browser is, in rough words.
///
/// # Errors
/// When the store cannot write.
pub async fn note_device(conn: &mut Connection, token: &str, device: &str) -> Result<(), Error> {
    sqlx::query("update session set device = $2 where token_hash = $1")
        .bind(digest(token))
        .bind(device)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends a session, known by its token's SHA-256, when it is this person's.
///
/// # Errors
/// When the store cannot write.
pub async fn end_own_session(
    conn: &mut Connection,
    person: PersonId,
    session: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update session set ended_at = $3 where token_hash = $2 and person_id = $1 and ended_at is null")
        .bind(person)
        .bind(session)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends every session of a person but one, known by its token's SHA-256.
///
/// # Errors
/// When the store cannot write.
pub async fn end_other_sessions(
    conn: &mut Connection,
    person: PersonId,
    session: &str,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query("update session set ended_at = $3 where person_id = $1 and token_hash <> $2 and ended_at is null")
        .bind(person)
        .bind(session)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends every session of a person.
///
/// # Errors
/// When the store cannot write.
pub async fn end_sessions(conn: &mut Connection, person: PersonId, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("update session set ended_at = $2 where person_id = $1 and ended_at is null")
        .bind(person)
        .bind(now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends every session there is.
///
/// # Errors
/// When the store cannot write.
pub async fn end_all_sessions(conn: &mut Connection, now: DateTime<Utc>) -> Result<(), Error> {
    sqlx::query("update session set ended_at = $1 where ended_at is null").bind(now).execute(conn).await?;
    Ok(())
}

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token))
}

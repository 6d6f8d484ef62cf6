//! Who is asking. Nothing else reads cookies. The token is in the cookie only; the store has its SHA-256.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use http::HeaderMap;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use sqlx::FromRow;

use crate::clock::date_in_london;
use crate::db::Connection;
use crate::digest::hex;
use crate::error::Error;
use crate::id::{PersonId, TrustId};
use crate::roles::{account_open, post_on};

/// Dead sessions that a new one sweeps away at most.
const MOST_SWEPT: i64 = 200;

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
    /// Their id.
    pub id: PersonId,
    /// Their name.
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
    /// Is an academy lead of the trust.
    pub academy_lead: bool,
    /// Is an administrator of the trust.
    pub administrator: bool,
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
    /// Its id.
    pub id: TrustId,
    /// Its name.
    pub name: String,
}

impl Person {
    /// Whether they belong to the trust today: by a current post or by a role in it.
    #[must_use]
    pub fn belongs(&self) -> bool {
        self.has_post || self.academy_lead || self.administrator
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
    fn cookie_name(self) -> &'static str {
        if self.secure { "__Host-baton" } else { "baton" }
    }

    /// A cookie that the browser forgets when it is closed: the next person at the ward's computer opens
    /// it anew. How long a session lasts is the server's to say. An empty value deletes it.
    fn cookie(self, value: &str) -> String {
        let age = if value.is_empty() { "; Max-Age=0" } else { "" };
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}", self.cookie_name())
    }

    /// Whether a request comes with a session's cookie, whatever has become of the session.
    #[must_use]
    pub fn carried(self, headers: &HeaderMap) -> bool {
        self.token(headers).is_some_and(|token| !token.is_empty())
    }

    fn token(self, headers: &HeaderMap) -> Option<&str> {
        cookie(headers, self.cookie_name())
    }

    /// Begins a session for a person and gives the `Set-Cookie` value. Any session that the browser
    /// came with is ended, so that a planted token never becomes a signed-in one.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn begin(
        self,
        conn: &mut Connection,
        headers: &HeaderMap,
        person: PersonId,
        trust: TrustId,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        self.begin_as(conn, headers, person, trust, false, now).await
    }

    /// As [`Sessions::begin`], for a password that has to be changed before anything else when `held`.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn begin_as(
        self,
        conn: &mut Connection,
        headers: &HeaderMap,
        person: PersonId,
        trust: TrustId,
        held: bool,
        now: DateTime<Utc>,
    ) -> Result<String, Error> {
        self.end(conn, headers, now).await?;
        // Sessions say who was there when: what can never be used again is not kept.
        sqlx::query(
            "delete from session where token_hash in
                 (select token_hash from session where created_at <= $1 order by created_at limit $2)",
        )
        .bind(now - self.absolute)
        .bind(MOST_SWEPT)
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
        .execute(&mut *conn)
        .await?;
        sqlx::query("update tie set used_at = $3 where person_id = $1 and trust_id = $2")
            .bind(person)
            .bind(trust)
            .bind(now)
            .execute(conn)
            .await?;
        Ok(self.cookie(&token))
    }

    /// Ends the browser's session and gives the `Set-Cookie` value that forgets it.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn end(self, conn: &mut Connection, headers: &HeaderMap, now: DateTime<Utc>) -> Result<String, Error> {
        if let Some(token) = self.token(headers) {
            sqlx::query("update session set ended_at = $2 where token_hash = $1 and ended_at is null")
                .bind(digest(token))
                .bind(now)
                .execute(conn)
                .await?;
        }
        Ok(self.cookie(""))
    }

    /// The visitor behind a request's cookies.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn visitor(
        self,
        conn: &mut Connection,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<Visitor, Error> {
        let Some(token) = self.token(headers) else { return Ok(Visitor::Nobody) };
        let person: Option<Person> = sqlx::query_as(
            concat!("select p.id, p.name, s.trust_id as trust, t.name as trust_name, t.demonstration, s.seen_at, s.token_hash as session, s.held,
                    exists (select 1 from post where person_id = p.id and trust_id = s.trust_id
                            and ", post_on!("post", "$3"), ") as has_post,
                    exists (select 1 from trust_role where person_id = p.id and trust_id = s.trust_id and role = 'academy_lead') as academy_lead,
                    exists (select 1 from trust_role where person_id = p.id and trust_id = s.trust_id and role = 'administrator') as administrator,
                    (select json_group_array(json_object('id', o.id, 'name', o.name) order by o.name)
                     from tie k join trust o on o.id = k.trust_id
                     where k.person_id = p.id and k.trust_id <> s.trust_id and k.state = 'accepted') as others,
                    (select count(*) from tie k where k.person_id = p.id and k.state = 'asked') as questions
             from session s join person p on p.id = s.person_id join trust t on t.id = s.trust_id
             join tie a on a.person_id = s.person_id and a.trust_id = s.trust_id and a.state = 'accepted'
             where s.token_hash = $1 and s.ended_at is null and s.seen_at > $2 and s.created_at > $4
               and ", account_open!("p", "$3")),
        )
        .bind(digest(token))
        .bind(now - self.idle)
        .bind(date_in_london(now))
        .bind(now - self.absolute)
        .fetch_optional(conn)
        .await?;
        Ok(match person {
            None => Visitor::Nobody,
            Some(person) if person.held => Visitor::Held(Box::new(person)),
            Some(person) => Visitor::Person(Box::new(person)),
        })
    }

    /// Notes that the session is in use, so that it does not end for idleness.
    ///
    /// # Errors
    /// When the store cannot write.
    pub async fn touch(self, conn: &mut Connection, headers: &HeaderMap, now: DateTime<Utc>) -> Result<(), Error> {
        if let Some(token) = self.token(headers) {
            sqlx::query("update session set seen_at = $2 where token_hash = $1 and ended_at is null")
                .bind(digest(token))
                .bind(now)
                .execute(conn)
                .await?;
        }
        Ok(())
    }
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, wanted: &str) -> Option<&'a str> {
    headers.get_all(http::header::COOKIE).iter().filter_map(|line| line.to_str().ok()).find_map(|line| {
        line.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == wanted).then_some(value)
        })
    })
}

fn digest(token: &str) -> String {
    hex(&Sha256::digest(token))
}

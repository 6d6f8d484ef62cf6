//! The cookie by which a browser shows that somebody signed in to an account with it before: sealed
//! numbers that open nothing. It only gives the browser a count of its own (see [`super::attempts`]).

use hmac::{Hmac, Mac};
use http::HeaderMap;
use sha2::Sha256;

use crate::digest::hex;
use crate::id::PersonId;
use crate::visitor::Sessions;
use crate::web::cookie;

/// A shared computer knows this many accounts, the last ones.
const MAX_ACCOUNTS: usize = 8;
const KEPT_DAYS: i64 = 180;

fn name(sessions: Sessions) -> &'static str {
    if sessions.secure { "__Host-baton-known" } else { "baton-known" }
}

fn token(secret: &str, person: PersonId, number: u8) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(b"a browser that knew the account of ");
    mac.update(person.0.as_bytes());
    mac.update(&[number]);
    format!("{number:02x}{}", hex(&mac.finalize().into_bytes()[..16]))
}

fn tokens(sessions: Sessions, headers: &HeaderMap) -> impl Iterator<Item = &str> {
    cookie::value(headers, name(sessions)).unwrap_or_default().split('.').filter(|token| token.len() == 34)
}

/// The number of this browser, when somebody signed in to the account with it before.
pub fn number(sessions: Sessions, headers: &HeaderMap, secret: &str, person: PersonId) -> Option<u8> {
    tokens(sessions, headers).take(MAX_ACCOUNTS).find_map(|known| {
        let number = u8::from_str_radix(known.get(..2)?, 16).ok()?;
        // A guess at 128 bits is not helped by how long the comparison takes.
        (known == token(secret, person, number)).then_some(number)
    })
}

/// The `Set-Cookie` value by which the browser is known from now on; none when it is already.
pub fn remember(sessions: Sessions, headers: &HeaderMap, secret: &str, person: PersonId) -> Option<String> {
    if number(sessions, headers, secret, person).is_some() {
        return None;
    }
    let new = token(secret, person, rand::random());
    let all: Vec<&str> = std::iter::once(new.as_str()).chain(tokens(sessions, headers)).take(MAX_ACCOUNTS).collect();
    let secure = if sessions.secure { "; Secure" } else { "" };
    let age = chrono::Duration::days(KEPT_DAYS).num_seconds();
    Some(format!("{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={age}{secure}", name(sessions), all.join(".")))
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    fn browser(set_cookie: &str) -> HeaderMap {
        let pair = set_cookie.split(';').next().unwrap_or_default();
        [(http::header::COOKIE, pair.parse().expect("a cookie"))].into_iter().collect()
    }

    #[test]
    fn a_browser_is_known_to_the_accounts_that_signed_in_with_it_and_to_no_other() {
        let sessions = Sessions { secure: true, idle: Duration::hours(1), absolute: Duration::hours(12) };
        let people: Vec<PersonId> = (0..=MAX_ACCOUNTS).map(|_| PersonId::new()).collect();
        let mut headers = HeaderMap::new();
        for person in &people {
            assert_eq!(number(sessions, &headers, "secret", *person), None);
            headers = browser(&remember(sessions, &headers, "secret", *person).expect("a cookie"));
            assert!(number(sessions, &headers, "secret", *person).is_some());
            assert_eq!(remember(sessions, &headers, "secret", *person), None, "once is enough");
            assert_eq!(number(sessions, &headers, "another secret", *person), None);
        }
        assert_eq!(number(sessions, &headers, "secret", people[0]), None, "the first gave way to the ninth");
        let nonsense = browser("__Host-baton-known=00..zz.x; Path=/");
        assert_eq!(number(sessions, &nonsense, "secret", people[0]), None);
    }
}

//! Rejected forms: what was typed and what was wrong, kept in the server's memory until it is accepted.
//!
//! Every form carries a key, drawn for the person it was shown to. What is kept is given back only to
//! that person, also when their session ended meanwhile and they signed in again. Nothing of it is in a
//! URL or the database; passwords and codes are never kept.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use crate::error::{Error, FieldError};
use crate::history::hex;
use crate::id::PersonId;

/// The field that holds the form's key.
pub const KEY: &str = "_key";
/// The field that holds the address of the page that the form stands on.
pub const PAGE: &str = "_page";
/// The field that tells apart several forms of one action on a page.
pub const NAME: &str = "_form";

const KEPT_FOR: Duration = Duration::hours(1);
const MOST_KEPT: usize = 2_000;
const MOST_BYTES: usize = 64 * 1024 * 1024;
const MOST_ANSWERS: usize = 20_000;

/// A form that could not be accepted, as its page draws it again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rejected {
    /// The path of the server function that it was sent to.
    pub action: String,
    /// Which of the page's forms of that action it is.
    pub name: String,
    /// Every name and value, as typed.
    pub typed: Vec<(String, String)>,
    /// What was wrong.
    pub errors: Vec<FieldError>,
    /// Somebody else changed the same thing meanwhile.
    pub changed: bool,
    /// The HTTP status of the rejection, which the page that draws it again answers with.
    pub status: u16,
}

#[derive(Debug)]
struct Kept {
    rejected: Rejected,
    bytes: usize,
    form_key: String,
    at: DateTime<Utc>,
}

type Answer = Arc<tokio::sync::Mutex<Option<String>>>;

#[derive(Debug, Default)]
struct Memory {
    kept: HashMap<String, Kept>,
    kept_order: VecDeque<String>,
    kept_bytes: usize,
    answers: HashMap<String, Answer>,
    answers_order: VecDeque<String>,
}

/// Whose form it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DrawnFor {
    /// It was drawn for this visitor.
    Visitor,
    /// It was drawn while nobody was signed in.
    Nobody,
    /// It was drawn for somebody else, or the key is not one of ours.
    SomebodyElse,
}

/// The memory of rejected forms, shared by all requests.
#[derive(Clone, Debug)]
pub struct Forms {
    secret: Arc<str>,
    memory: Arc<Mutex<Memory>>,
}

impl Forms {
    /// An empty memory; `secret` is the installation's, so that keys outlive a restart.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        Self { secret: secret.into(), memory: Arc::default() }
    }

    fn seal(&self, nonce: &str, person: Option<PersonId>) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("any length will do");
        mac.update(nonce.as_bytes());
        mac.update(person.map(|id| id.to_string()).unwrap_or_default().as_bytes());
        hex(&mac.finalize().into_bytes()[..16])
    }

    /// A key for a form that is drawn for this person.
    #[must_use]
    pub fn key(&self, person: Option<PersonId>) -> String {
        let nonce = format!("{:032x}", rand::random::<u128>());
        let seal = self.seal(&nonce, person);
        format!("{nonce}.{seal}")
    }

    /// Whose form a key belongs to, as seen by this person.
    #[must_use]
    pub fn drawn_for(&self, key: &str, person: Option<PersonId>) -> DrawnFor {
        let Some((nonce, seal)) = key.split_once('.') else { return DrawnFor::SomebodyElse };
        let fits = |who| subtle_eq(self.seal(nonce, who).as_bytes(), seal.as_bytes());
        if fits(None) {
            DrawnFor::Nobody
        } else if person.is_some() && fits(person) {
            DrawnFor::Visitor
        } else {
            DrawnFor::SomebodyElse
        }
    }

    /// Keeps a rejected form and gives the key under which its page finds it.
    #[must_use]
    pub fn keep(&self, mut rejected: Rejected, form_key: &str, now: DateTime<Utc>) -> String {
        rejected.typed.retain(|(name, _)| !name.contains("password") && !name.contains("code") && name != KEY);
        let key = format!("{:032x}", rand::random::<u128>());
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let bytes = rejected.typed.iter().map(|(name, value)| name.len() + value.len()).sum();
        while memory.kept.len() >= MOST_KEPT || memory.kept_bytes + bytes > MOST_BYTES {
            let Some(oldest) = memory.kept_order.pop_front() else { break };
            if let Some(gone) = memory.kept.remove(&oldest) {
                memory.kept_bytes -= gone.bytes;
            }
        }
        memory.kept_bytes += bytes;
        memory.kept.insert(key.clone(), Kept { rejected, bytes, form_key: form_key.to_owned(), at: now });
        memory.kept_order.push_back(key.clone());
        key
    }

    /// The kept form, when it is this person's and still there.
    #[must_use]
    pub fn find(&self, key: &str, person: Option<PersonId>, now: DateTime<Utc>) -> Option<Rejected> {
        let memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = memory.kept.get(key).filter(|kept| now - kept.at < KEPT_FOR)?;
        (self.drawn_for(&kept.form_key, person) != DrawnFor::SomebodyElse).then(|| kept.rejected.clone())
    }

    /// The place where the answer to this very form (the same key and the same words) stands once it
    /// is accepted: hold the lock while answering, so that a double click is answered once.
    #[must_use]
    pub fn answer(&self, form_key: &str, body: &[u8]) -> Answer {
        let key = hex(&Sha256::new().chain_update(form_key).chain_update(body).finalize());
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answer) = memory.answers.get(&key) {
            return Arc::clone(answer);
        }
        while memory.answers.len() >= MOST_ANSWERS {
            let Some(oldest) = memory.answers_order.pop_front() else { break };
            memory.answers.remove(&oldest);
        }
        let answer = Answer::default();
        memory.answers.insert(key.clone(), Arc::clone(&answer));
        memory.answers_order.push_back(key);
        answer
    }
}

fn subtle_eq(left: &[u8], right: &[u8]) -> bool {
    left.len() == right.len() && left.iter().zip(right).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// The errors of a rejected form, as its page tells them.
#[must_use]
pub fn told(error: &Error) -> Vec<FieldError> {
    match error {
        Error::Invalid(errors) => errors.clone(),
        Error::Changed => vec![FieldError::new(
            "",
            "Somebody else changed this while you were writing. Both versions are below: choose what to keep.",
        )],
        other => vec![FieldError::new("", other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rejected() -> Rejected {
        Rejected {
            action: "/api/x".into(),
            typed: vec![("title".into(), "Warfarin".into()), ("password".into(), "secret".into())],
            ..Rejected::default()
        }
    }

    #[test]
    fn a_kept_form_returns_to_its_owner_only_and_without_the_password() {
        let forms = Forms::new("secret");
        let (me, you) = (Some(PersonId::new()), Some(PersonId::new()));
        let now = Utc::now();
        let kept = forms.keep(rejected(), &forms.key(me), now);
        assert_eq!(forms.find(&kept, you, now), None);
        assert_eq!(forms.find(&kept, None, now), None);
        let found = forms.find(&kept, me, now).expect("mine");
        assert_eq!(found.typed, [("title".to_owned(), "Warfarin".to_owned())]);
        assert_eq!(forms.find(&kept, me, now + Duration::hours(2)), None);
    }

    #[test]
    fn keys_outlive_a_restart_and_cannot_be_made_up() {
        let me = Some(PersonId::new());
        let key = Forms::new("secret").key(me);
        assert_eq!(Forms::new("secret").drawn_for(&key, me), DrawnFor::Visitor);
        assert_eq!(Forms::new("other").drawn_for(&key, me), DrawnFor::SomebodyElse);
        assert_eq!(Forms::new("secret").drawn_for("nonsense", me), DrawnFor::SomebodyElse);
    }

    #[test]
    fn memory_is_bounded() {
        let forms = Forms::new("secret");
        let key = forms.key(None);
        for _ in 0..MOST_KEPT + 10 {
            let _ = forms.keep(rejected(), &key, Utc::now());
        }
        assert_eq!(forms.memory.lock().expect("a lock").kept.len(), MOST_KEPT);
        let long = Rejected { typed: vec![("text".into(), "a".repeat(MOST_BYTES / 3))], ..rejected() };
        for _ in 0..5 {
            let _ = forms.keep(long.clone(), &key, Utc::now());
        }
        let memory = forms.memory.lock().expect("a lock");
        assert!(memory.kept_bytes <= MOST_BYTES);
        assert_eq!(memory.kept_bytes, memory.kept.values().map(|kept| kept.bytes).sum::<usize>());
    }
}

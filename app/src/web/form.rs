//! How a rejected form comes back: what was typed and what was wrong, kept in the server's memory until it is accepted.
//! The server's `action.rs` keeps it and leads back to the page, `web/ui/form.rs` draws it again.
//!
//! Every form carries a key, sealed for the person it was shown to. What is kept is given back only to
//! that person, also when their session ended meanwhile and they signed in again. Nothing of it is in a
//! URL or the database; passwords and codes are never kept. What strangers send has a room of its own,
//! so that they cannot push out what somebody typed.

mod shelf;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};

use self::shelf::{Owner, Shelf};
use crate::digest::hex;
use crate::error::{Error, FieldError, Unconfirmed};
use crate::id::PersonId;
use crate::limits;

/// The field that holds the form's key.
pub const KEY: &str = "_key";
/// The field that holds the address of the page that the form stands on.
pub const PAGE: &str = "_page";
/// The field that tells apart several forms of one action on a page.
pub const NAME: &str = "_form";
/// The field that holds the trust that the form was drawn in, when the person belongs to several.
pub const TRUST: &str = "_trust";
/// The button that looks for somebody instead of sending the form: its value is the field for which they are chosen.
pub const FIND: &str = "_find";
/// Before a field's name: the field that holds the name of whom to look for.
pub const SOUGHT: &str = "_sought.";
/// Before a field's name: the field that holds the name that the page has looked for already.
pub const LOOKED: &str = "_looked.";

/// The forms that choose somebody, by their server function and the field: no other looks for anybody. A page that draws
/// such a field for a form that is not here is found by the tests.
pub const PICKERS: &[(&str, &str)] = &[
    ("/api/projects/register", "supervisor"),
    ("/api/projects/edit", "supervisor"),
    ("/api/projects/invite", "person"),
    ("/api/projects/name-co-lead", "person"),
    ("/api/supervision/pass-on", "person"),
    ("/api/handovers/prepare", "to"),
    ("/api/people/date-role", "successor"),
    ("/api/people/take-role", "successor"),
    ("/api/people/close", "successor"),
];

/// The server functions that whoever is not signed in may call.
pub const FOR_NOBODY: &[&str] = &[
    "/api/sign-in",
    "/api/sign-in-as",
    "/api/sign-out",
    "/api/password/reset",
    "/api/password/forgotten",
    "/api/password/set",
    "/api/invitations/accept",
    "/api/join/ask",
    "/api/join/finish",
    "/api/notices/stop",
];
/// The server functions that change the session itself: what they answered once says nothing about now,
/// so they are done anew each time.
pub const NEVER_REPLAYED: &[&str] = &[
    "/api/sign-in",
    "/api/sign-in-as",
    "/api/sign-out",
    "/api/account/password",
    "/api/password/reset",
    "/api/password/set",
    "/api/invitations/accept",
    "/api/join/finish",
    "/api/trusts/answer",
    "/api/trusts/choose",
];

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
    /// Nothing is wrong, but what it does to projects is to be seen first.
    pub unconfirmed: Option<Unconfirmed>,
    /// Somebody else changed the same thing meanwhile.
    pub changed: bool,
    /// The HTTP status of the rejection, which the page that draws it again answers with.
    pub status: u16,
}

impl Rejected {
    /// Takes out what is never kept, and gives back the memory that only growing took.
    fn shrunk(mut self) -> Self {
        self.typed.retain(|(name, _)| !name.contains("password") && !name.contains("code") && name != KEY);
        for (name, value) in &mut self.typed {
            name.shrink_to_fit();
            value.shrink_to_fit();
        }
        self.typed.shrink_to_fit();
        self
    }

    /// The bytes that it really holds.
    pub fn bytes(&self) -> usize {
        let pairs = self.typed.iter().map(|(name, value)| name.capacity() + value.capacity());
        let errors = self.errors.iter().map(|error| {
            error.field.capacity() + error.message.capacity() + error.link.as_ref().map_or(0, String::capacity)
        });
        let seen = self.unconfirmed.iter().flat_map(|seen| &seen.lines);
        let lines = seen.map(|line| {
            let mend = line.mend.as_ref().map_or(0, |(to, label)| to.capacity() + label.capacity());
            size_of_val(line) + line.text.capacity() + line.link.as_ref().map_or(0, String::capacity) + mend
        });
        self.action.capacity()
            + self.name.capacity()
            + self.typed.capacity() * size_of::<(String, String)>()
            + self.errors.capacity() * size_of::<FieldError>()
            + pairs.sum::<usize>()
            + errors.sum::<usize>()
            + lines.sum::<usize>()
    }
}

/// The place where the answer to a form stands once it is accepted.
pub type IdempotencySlot = Arc<tokio::sync::Mutex<Option<String>>>;

#[derive(Debug)]
struct Memory {
    of_people: Shelf<Arc<Rejected>>,
    for_absent: Shelf<Arc<Rejected>>,
    of_nobody: Shelf<Arc<Rejected>>,
    answers: Shelf<IdempotencySlot>,
}

/// Whose form it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormOwner {
    /// It was drawn for this visitor.
    Visitor,
    /// It was drawn while nobody was signed in.
    Nobody,
    /// It was drawn for somebody, and that is not this visitor.
    SomebodyElse,
    /// The key is not one of ours.
    Unknown,
}

/// The memory of rejected forms, shared by all requests.
#[derive(Clone, Debug)]
pub struct Forms {
    mac: Hmac<Sha256>,
    memory: Arc<Mutex<Memory>>,
}

impl Forms {
    /// An empty memory; `secret` is the installation's, so that keys outlive a restart.
    #[must_use]
    pub fn new(secret: &str) -> Self {
        let memory = Memory {
            of_people: Shelf::new(limits::KEPT_OF_PEOPLE),
            for_absent: Shelf::new(limits::KEPT_FOR_ABSENT),
            of_nobody: Shelf::new(limits::KEPT_OF_NOBODY),
            answers: Shelf::new(limits::ANSWERS),
        };
        let mac = Hmac::new_from_slice(secret.as_bytes()).expect("any length will do");
        Self { mac, memory: Arc::new(Mutex::new(memory)) }
    }

    /// Whose a thing of this person is; of all who are not signed in together.
    fn owner(&self, person: Option<PersonId>) -> Owner {
        let mut mac = self.mac.clone();
        mac.update(b"owner");
        if let Some(PersonId(id)) = person {
            mac.update(id.as_bytes());
        }
        let mut half = [0; 16];
        half.copy_from_slice(&mac.finalize().into_bytes()[..16]);
        Owner(u128::from_be_bytes(half))
    }

    fn seal(&self, nonce: u128, owner: Owner) -> Hmac<Sha256> {
        let mut mac = self.mac.clone();
        mac.update(b"form");
        mac.update(&nonce.to_be_bytes());
        mac.update(&owner.0.to_be_bytes());
        mac
    }

    /// A key for a form that is drawn for this person. That it is one of ours, and whether two are of
    /// the same person, can be told without knowing the person.
    #[must_use]
    pub fn key(&self, person: Option<PersonId>) -> String {
        let (nonce, owner) = (rand::random::<u128>(), self.owner(person));
        let seal = self.seal(nonce, owner).finalize().into_bytes();
        format!("{nonce:032x}.{:032x}.{}", owner.0, hex(&seal[..16]))
    }

    /// The owner that a key names, when it is one of ours.
    fn owner_of(&self, key: &str) -> Option<Owner> {
        let mut parts = key.split('.').map(|part| match part.len() {
            32 => u128::from_str_radix(part, 16).ok(),
            _ => None,
        });
        let (nonce, owner, seal) = (parts.next()??, Owner(parts.next()??), parts.next()??);
        self.seal(nonce, owner).verify_truncated_left(&seal.to_be_bytes()).ok()?;
        parts.next().is_none().then_some(owner)
    }

    /// Whose form a key belongs to, as seen by this person.
    #[must_use]
    pub fn form_owner(&self, key: &str, person: Option<PersonId>) -> FormOwner {
        match self.owner_of(key) {
            None => FormOwner::Unknown,
            Some(owner) if owner == self.owner(None) => FormOwner::Nobody,
            Some(owner) if person.is_some() && owner == self.owner(person) => FormOwner::Visitor,
            Some(_) => FormOwner::SomebodyElse,
        }
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps a form that this visitor sent, and gives the key under which its page finds it. It belongs
    /// to whom its key was drawn for; without one of ours, to the visitor. Nothing is kept of whoever is
    /// not signed in but what signs them in, nor more than an owner's share.
    #[must_use]
    pub fn keep(
        &self,
        rejected: Rejected,
        form_key: &str,
        visitor: Option<PersonId>,
        now: DateTime<Utc>,
    ) -> Option<String> {
        let key = format!("{:032x}", rand::random::<u128>());
        let owner_of_form = self.form_owner(form_key, visitor);
        let rejected = rejected.shrunk();
        let bytes = rejected.bytes();
        let rejected = Arc::new(rejected);
        let kept = match (owner_of_form, visitor) {
            (FormOwner::SomebodyElse, _) => {
                let owner = self.owner_of(form_key)?;
                self.memory().for_absent.put(key.clone(), owner, rejected, bytes, now)
            }
            (_, Some(_)) => self.memory().of_people.put(key.clone(), self.owner(visitor), rejected, bytes, now),
            (FormOwner::Nobody, None) if FOR_NOBODY.contains(&rejected.action.as_str()) => {
                self.memory().of_nobody.put(key.clone(), self.owner(None), rejected, bytes, now)
            }
            _ => false,
        };
        kept.then_some(key)
    }

    /// The kept form, when it is this visitor's and still there.
    #[must_use]
    pub fn find(&self, key: &str, visitor: Option<PersonId>, now: DateTime<Utc>) -> Option<Arc<Rejected>> {
        let owner = self.owner(visitor);
        let memory = self.memory();
        let rooms = if visitor.is_some() { [&memory.of_people, &memory.for_absent] } else { [&memory.of_nobody; 2] };
        rooms.into_iter().find_map(|room| room.get(key, owner, now)).cloned()
    }

    /// The place where the answer to this very form (the same key and the same words) stands once it
    /// is accepted: hold the lock while answering, so that a double click is answered once. There is
    /// none for a form that was not drawn for this person.
    #[must_use]
    pub fn idempotency_slot(
        &self,
        form_key: &str,
        body: &[u8],
        person: Option<PersonId>,
        now: DateTime<Utc>,
    ) -> Option<IdempotencySlot> {
        if self.form_owner(form_key, person) != FormOwner::Visitor {
            return None;
        }
        let key = hex(&Sha256::new().chain_update(form_key).chain_update(body).finalize());
        let owner = self.owner(person);
        let mut memory = self.memory();
        if let Some(answer) = memory.answers.get(&key, owner, now) {
            return Some(Arc::clone(answer));
        }
        let answer = IdempotencySlot::default();
        // Its address, once it is known, is at most so long.
        memory.answers.put(key, owner, Arc::clone(&answer), limits::PAGE_ADDRESS, now);
        Some(answer)
    }
}

/// The errors of a rejected form, as its page tells them.
#[must_use]
pub fn field_errors(error: &Error) -> Vec<FieldError> {
    match error {
        Error::Invalid(errors) => errors.clone(),
        Error::Unconfirmed(_) => Vec::new(),
        Error::Conflict => vec![FieldError::new(
            "",
            "Somebody else changed this first. Where both versions are shown, choose what to keep.",
        )],
        other => vec![FieldError::new("", other.to_string())],
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;
    use crate::testing::noon;

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
        let now = noon();
        // Sent by themselves; after their session ended; while somebody else was signed in.
        for sender in [me, None, you] {
            let kept = forms.keep(rejected(), &forms.key(me), sender, now).expect("kept");
            assert_eq!(forms.find(&kept, you, now), None);
            assert_eq!(forms.find(&kept, None, now), None);
            let found = forms.find(&kept, me, now).expect("mine");
            assert_eq!(found.typed, [("title".to_owned(), "Warfarin".to_owned())]);
            assert_eq!(forms.find(&kept, me, now + Duration::hours(2)), None);
        }
    }

    #[test]
    fn keys_outlive_a_restart_and_cannot_be_made_up() {
        let (me, you) = (Some(PersonId::new()), Some(PersonId::new()));
        let key = Forms::new("secret").key(me);
        let forms = Forms::new("secret");
        assert_eq!(forms.form_owner(&key, me), FormOwner::Visitor);
        assert_eq!(forms.form_owner(&key, you), FormOwner::SomebodyElse);
        assert_eq!(forms.form_owner(&key, None), FormOwner::SomebodyElse);
        assert_eq!(forms.form_owner(&forms.key(None), me), FormOwner::Nobody);
        assert_eq!(Forms::new("other").form_owner(&key, me), FormOwner::Unknown);
        let (start, seal) = key.rsplit_once('.').expect("a key");
        let zeros = "0".repeat(32);
        for made_up in ["nonsense", "", "..", &format!("{zeros}.{zeros}.{zeros}"), start, &format!("{key}.{seal}")] {
            assert_eq!(forms.form_owner(made_up, me), FormOwner::Unknown, "{made_up}");
        }
    }

    #[test]
    fn a_stranger_leaves_nothing_but_a_sign_in_and_only_for_strangers() {
        let forms = Forms::new("secret");
        let (me, now) = (Some(PersonId::new()), noon());
        assert_eq!(forms.keep(rejected(), "made up", None, now), None);
        assert_eq!(forms.keep(rejected(), &forms.key(None), None, now), None, "a form of somebody who is signed in");
        let sign_in = Rejected { action: "/api/sign-in".into(), ..rejected() };
        assert_eq!(forms.keep(sign_in.clone(), "made up", None, now), None);
        let kept = forms.keep(sign_in, &forms.key(None), None, now).expect("kept");
        assert!(forms.find(&kept, None, now).is_some());
        assert_eq!(forms.find(&kept, me, now), None, "nobody signed in is given what a stranger typed");
    }

    #[test]
    fn what_is_kept_is_counted_as_it_is_held() {
        let empty = vec![(String::new(), String::new()); 1_000];
        let mut rejected = Rejected { typed: empty, ..rejected() };
        rejected.typed.reserve(100_000);
        let shrunk = rejected.shrunk();
        assert_eq!(shrunk.typed.capacity(), 1_000);
        assert!(shrunk.bytes() >= 48_000, "{}", shrunk.bytes());
    }

    #[test]
    fn strangers_cannot_push_out_what_a_person_typed() {
        let forms = Forms::new("secret");
        let (me, now) = (Some(PersonId::new()), noon());
        let kept = forms.keep(rejected(), &forms.key(me), me, now).expect("kept");
        let absent = forms.keep(rejected(), &forms.key(me), None, now).expect("kept");
        let answer = forms.idempotency_slot(&forms.key(me), b"body", me, now);
        assert!(answer.is_some());
        let sign_in = Rejected { action: "/api/sign-in".into(), ..rejected() };
        let (nobody, leaver) = (forms.key(None), Some(PersonId::new()));
        let old_key = forms.key(leaver);
        for number in 0..20_000_u32 {
            let _ = forms.keep(sign_in.clone(), &nobody, None, now);
            let _ = forms.keep(rejected(), &old_key, None, now);
            assert!(forms.idempotency_slot(&nobody, &number.to_be_bytes(), None, now).is_none());
            assert!(forms.idempotency_slot("made up", &number.to_be_bytes(), me, now).is_none());
        }
        assert!(forms.find(&kept, me, now).is_some() && forms.find(&absent, me, now).is_some());
    }

    #[test]
    fn the_same_form_has_one_answer_for_some_minutes() {
        let forms = Forms::new("secret");
        let (me, now) = (Some(PersonId::new()), noon());
        let key = forms.key(me);
        let first = forms.idempotency_slot(&key, b"a", me, now).expect("a place");
        assert!(Arc::ptr_eq(&first, &forms.idempotency_slot(&key, b"a", me, now).expect("a place")));
        assert!(!Arc::ptr_eq(&first, &forms.idempotency_slot(&key, b"b", me, now).expect("a place")));
        let later = now + Duration::seconds(limits::ANSWERS.seconds);
        assert!(!Arc::ptr_eq(&first, &forms.idempotency_slot(&key, b"a", me, later).expect("a place")));
    }
}

//! Guesses at passwords and codes, counted before they are checked, so that whoever hangs up has
//! guessed all the same.
//!
//! Each account is counted for itself: three guesses at once, then a growing wait, at most a minute,
//! never more than ten guesses in five minutes, and never for good. A browser from which somebody
//! signed in before has a count of its own, so that a stranger's guesses lock nobody out. A client's
//! address is only counted widely: a whole hospital sits behind one. But only so many strangers' guesses
//! from one address are under way together: whoever sends many at once leaves room in the line for others.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::error::Error;
use crate::id::PersonId;

/// Guesses before the first wait.
const FREE: u32 = 3;
const FIRST_WAIT: i64 = 5;
const LONGEST_WAIT: i64 = 60;
const FORGOTTEN_AFTER: Duration = Duration::hours(1);
const CLIENT_WINDOW: Duration = Duration::minutes(10);
const MOST_FOR_CLIENT: u32 = 20_000;
/// A quarter of the line in which strangers wait for their passwords to be checked.
const UNDER_WAY: u32 = 16;
/// Real accounts are counted one by one; there are only as many as there are people. Beyond this many
/// counters, those that are forgotten are swept away now and then: never at each guess, which would make
/// many guesses dear.
const MANY: usize = 50_000;
const SWEPT_EVERY: Duration = Duration::minutes(5);

/// What is guessed at, and from where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Door {
    /// The password of an account, from a browser that has not signed in to it before.
    SignIn,
    /// The same from one that has: the number tells such browsers apart.
    KnownBrowser(u8),
    /// One's own password, by somebody signed in.
    OwnPassword,
    /// A code for a new password.
    Code,
    /// A code that answers a trust, by somebody signed in.
    AnswerCode,
    /// A link that lets somebody in.
    Link,
    /// Asking for a link by mail.
    Mail,
}

/// Whose password or code is guessed at.
#[derive(Clone, Copy, Debug)]
pub enum Whose<'a> {
    /// A person's.
    Person(PersonId),
    /// That of an address which is nobody's. Such addresses share a fixed number of counters, so that
    /// made-up ones cost no memory.
    Nobody(&'a str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Account {
    Person(PersonId),
    Slot(u16),
}

type Key = (Door, Account);

impl Door {
    /// Whether anybody may knock at it.
    fn is_strangers(self) -> bool {
        matches!(self, Self::SignIn | Self::Code | Self::Link | Self::Mail)
    }
}

#[derive(Clone, Copy, Debug)]
struct Guesses {
    count: u32,
    last: DateTime<Utc>,
}

impl Guesses {
    /// When the next guess may be made.
    fn next(self) -> DateTime<Utc> {
        let wait = match self.count.checked_sub(FREE) {
            None => 0,
            Some(step) => FIRST_WAIT.saturating_mul(1_i64 << step.min(10)).min(LONGEST_WAIT),
        };
        self.last + Duration::seconds(wait)
    }

    fn is_forgotten(self, now: DateTime<Utc>) -> bool {
        now - self.last >= FORGOTTEN_AFTER
    }
}

#[derive(Clone, Copy, Debug)]
struct Client {
    since: DateTime<Utc>,
    count: u32,
}

#[derive(Debug, Default)]
struct Memory {
    hasher: RandomState,
    accounts: HashMap<Key, Guesses>,
    clients: HashMap<u16, Client>,
    /// Strangers' guesses that are being checked, of each client.
    under_way: HashMap<u16, u32>,
    swept: Option<DateTime<Utc>>,
}

impl Memory {
    fn slot(&self, text: &str) -> u16 {
        // The low bits of a keyed hash: nobody outside can tell which addresses share a slot.
        u16::try_from(self.hasher.hash_one(text) & u64::from(u16::MAX)).unwrap_or_default()
    }
}

/// The memory of guesses, shared by all requests.
#[derive(Clone, Debug, Default)]
pub struct Attempts(Arc<Mutex<Memory>>);

/// A guess that is counted already, and under way until it is dropped. Dropped, it stays counted.
#[must_use]
#[derive(Debug)]
pub struct Attempt {
    attempts: Attempts,
    key: Key,
    client: u16,
}

impl Attempts {
    /// Counts a guess that is about to be checked.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the seconds to wait, when the account or the client has to; [`Error::Busy`]
    /// when too many of the client's are under way.
    pub fn reserve(&self, door: Door, whose: Whose<'_>, client: &str, now: DateTime<Utc>) -> Result<Attempt, Error> {
        let mut memory = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let account = match whose {
            Whose::Person(person) => Account::Person(person),
            Whose::Nobody(address) => Account::Slot(memory.slot(address)),
        };
        let key = (door, account);
        let client = memory.slot(client);
        let before = memory.accounts.get(&key).copied().filter(|guesses| !guesses.is_forgotten(now));
        if let Some(guesses) = before
            && guesses.next() > now
        {
            return Err(wait(guesses.next() - now));
        }
        if door.is_strangers() && memory.under_way.get(&client).is_some_and(|count| *count >= UNDER_WAY) {
            return Err(Error::Busy);
        }
        let from_client = memory.clients.entry(client).or_insert(Client { since: now, count: 0 });
        if now - from_client.since >= CLIENT_WINDOW {
            *from_client = Client { since: now, count: 0 };
        }
        if from_client.count >= MOST_FOR_CLIENT {
            return Err(wait(from_client.since + CLIENT_WINDOW - now));
        }
        from_client.count += 1;
        if memory.accounts.len() >= MANY && memory.swept.is_none_or(|swept| now - swept >= SWEPT_EVERY) {
            memory.accounts.retain(|_, guesses| !guesses.is_forgotten(now));
            memory.swept = Some(now);
        }
        let count = before.map_or(0, |guesses| guesses.count).saturating_add(1);
        memory.accounts.insert(key, Guesses { count, last: now });
        if door.is_strangers() {
            *memory.under_way.entry(client).or_default() += 1;
        }
        Ok(Attempt { attempts: self.clone(), key, client })
    }
}

impl Attempt {
    /// The guess was right: what was guessed wrongly at this door before is forgotten.
    pub fn succeeded(self) {
        let mut memory = self.attempts.0.lock().unwrap_or_else(PoisonError::into_inner);
        memory.accounts.remove(&self.key);
        give_back(&mut memory, self.client);
    }

    /// What the check said, taking the guess back when there was no check.
    ///
    /// # Errors
    /// As the check.
    pub fn checked<T>(self, check: Result<T, Error>) -> Result<(Self, T), Error> {
        match check {
            Ok(answer) => Ok((self, answer)),
            Err(error) => {
                let mut memory = self.attempts.0.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(guesses) = memory.accounts.get_mut(&self.key) {
                    guesses.count = guesses.count.saturating_sub(1);
                }
                give_back(&mut memory, self.client);
                Err(error)
            }
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if !self.key.0.is_strangers() {
            return;
        }
        let mut memory = self.attempts.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = memory.under_way.get_mut(&self.client) {
            *count -= 1;
            if *count == 0 {
                memory.under_way.remove(&self.client);
            }
        }
    }
}

fn give_back(memory: &mut Memory, client: u16) {
    if let Some(from_client) = memory.clients.get_mut(&client) {
        from_client.count = from_client.count.saturating_sub(1);
    }
}

fn wait(left: Duration) -> Error {
    Error::TooMany(u64::try_from(left.num_milliseconds()).unwrap_or_default().div_ceil(1000).max(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    const HOSPITAL: &str = "10.0.0.1";

    fn guess(attempts: &Attempts, door: Door, person: PersonId, now: DateTime<Utc>) -> Result<(), Error> {
        attempts.reserve(door, Whose::Person(person), HOSPITAL, now).map(drop)
    }

    #[test]
    fn waits_grow_to_a_minute_and_no_five_minutes_hold_more_than_ten_guesses() {
        let (attempts, person, start) = (Attempts::default(), PersonId::new(), noon());
        let mut made = Vec::new();
        for second in 0..7200 {
            let now = start + Duration::seconds(second);
            while guess(&attempts, Door::SignIn, person, now).is_ok() {
                made.push(second);
            }
        }
        assert_eq!(made[..9], [0, 0, 0, 5, 15, 35, 75, 135, 195]);
        for first in &made {
            let within = made.iter().filter(|second| (*first..*first + 300).contains(*second)).count();
            assert!(within <= 10, "{within} guesses in the five minutes from {first} s");
        }
        assert!(made.last().is_some_and(|last| *last > 7100), "never for good");
    }

    #[test]
    fn the_wait_is_told_and_ends() {
        let (attempts, person, now) = (Attempts::default(), PersonId::new(), noon());
        for _ in 0..FREE {
            assert_eq!(guess(&attempts, Door::SignIn, person, now), Ok(()));
        }
        assert_eq!(guess(&attempts, Door::SignIn, person, now), Err(Error::TooMany(5)));
        assert_eq!(guess(&attempts, Door::SignIn, PersonId::new(), now), Ok(()), "somebody else is not concerned");
        assert_eq!(guess(&attempts, Door::SignIn, person, now + Duration::seconds(5)), Ok(()));
    }

    #[test]
    fn a_guess_counts_before_it_is_checked_and_also_when_nobody_waits_for_the_answer() {
        let (attempts, person, now) = (Attempts::default(), PersonId::new(), noon());
        let under_way: Vec<_> = (0..FREE)
            .map(|_| attempts.reserve(Door::SignIn, Whose::Person(person), HOSPITAL, now).expect("counted"))
            .collect();
        assert!(guess(&attempts, Door::SignIn, person, now).is_err(), "none is checked yet");
        drop(under_way);
        assert!(guess(&attempts, Door::SignIn, person, now).is_err(), "hanging up takes nothing back");
    }

    #[test]
    fn whoever_sends_many_guesses_at_once_leaves_room_for_others() {
        let (attempts, now) = (Attempts::default(), noon());
        let reserve = |door, client| attempts.reserve(door, Whose::Person(PersonId::new()), client, now);
        let mut under_way: Vec<Attempt> =
            (0..UNDER_WAY).map(|_| reserve(Door::SignIn, HOSPITAL).expect("counted")).collect();
        for door in [Door::SignIn, Door::Code] {
            assert_eq!(reserve(door, HOSPITAL).err(), Some(Error::Busy));
            assert!(reserve(door, "10.0.0.2").is_ok(), "somebody from elsewhere");
        }
        assert!(reserve(Door::KnownBrowser(7), HOSPITAL).is_ok() && reserve(Door::OwnPassword, HOSPITAL).is_ok());
        under_way.pop();
        reserve(Door::SignIn, HOSPITAL).expect("there is room").succeeded();
        let attempt = reserve(Door::SignIn, HOSPITAL).expect("there is room again");
        assert!(attempt.checked::<()>(Err(Error::Busy)).is_err());
        drop(under_way);
        assert!(attempts.0.lock().expect("the memory").under_way.is_empty());
    }

    #[test]
    fn a_right_guess_and_one_that_was_not_checked_are_given_back() {
        let (attempts, person, now) = (Attempts::default(), PersonId::new(), noon());
        for _ in 0..10 * FREE {
            let attempt = attempts.reserve(Door::SignIn, Whose::Person(person), HOSPITAL, now).expect("counted");
            assert_eq!(attempt.checked::<()>(Err(Error::Busy)).err(), Some(Error::Busy));
            attempts.reserve(Door::SignIn, Whose::Person(person), HOSPITAL, now).expect("counted").succeeded();
        }
    }

    #[test]
    fn a_strangers_guesses_lock_no_browser_out_that_knew_the_account() {
        let (attempts, person, now) = (Attempts::default(), PersonId::new(), noon());
        while guess(&attempts, Door::SignIn, person, now).is_ok() {}
        assert_eq!(guess(&attempts, Door::KnownBrowser(7), person, now), Ok(()));
        while guess(&attempts, Door::KnownBrowser(7), person, now).is_ok() {}
        assert_eq!(guess(&attempts, Door::KnownBrowser(8), person, now), Ok(()), "nor does one such browser another");
        assert_eq!(guess(&attempts, Door::OwnPassword, person, now), Ok(()));
    }

    /// 500 people of one hospital come to work within ten minutes; half have signed in from their browser
    /// before, and every one of these is guessed at all the time.
    #[test]
    fn a_hospital_signs_in_while_ten_thousand_guesses_come_from_its_address() {
        let (attempts, start) = (Attempts::default(), noon());
        let people: Vec<PersonId> = (0..500).map(|_| PersonId::new()).collect();
        let (mut guesses, mut signed_in) = (0, 0);
        for moment in 0..10_000_i64 {
            let now = start + Duration::milliseconds(moment * 60);
            let made_up = format!("person{moment}@trust.nhs.uk");
            let whose = match usize::try_from(moment).expect("small") % 500 {
                at @ 0..250 => Whose::Person(people[at]),
                _ => Whose::Nobody(&made_up),
            };
            let _ = attempts.reserve(Door::SignIn, whose, HOSPITAL, now);
            guesses += 1;
            if moment % 20 == 0 {
                let at = usize::try_from(moment / 20).expect("small");
                let door = if at < 250 { Door::KnownBrowser(0) } else { Door::SignIn };
                let attempt = attempts.reserve(door, Whose::Person(people[at]), HOSPITAL, now);
                attempt.unwrap_or_else(|error| panic!("person {at} has to wait: {error}")).succeeded();
                signed_in += 1;
            }
        }
        assert_eq!((guesses, signed_in), (10_000, 500));
    }

    #[test]
    fn one_address_cannot_guess_without_end() {
        let (attempts, now) = (Attempts::default(), noon());
        for number in 0..MOST_FOR_CLIENT {
            let address = format!("{number}@trust.nhs.uk");
            let _ = attempts.reserve(Door::SignIn, Whose::Nobody(&address), HOSPITAL, now);
        }
        let people = |count: u32| (0..count).filter(|_| guess(&attempts, Door::SignIn, PersonId::new(), now).is_ok());
        assert!(people(MOST_FOR_CLIENT).count() < usize::try_from(MOST_FOR_CLIENT).expect("small"));
        let other = attempts.reserve(Door::SignIn, Whose::Person(PersonId::new()), "10.0.0.2", now);
        assert!(other.is_ok());
        assert_eq!(guess(&attempts, Door::SignIn, PersonId::new(), now + CLIENT_WINDOW), Ok(()));
    }

    #[test]
    fn made_up_addresses_and_clients_take_no_more_than_their_slots() {
        let (attempts, now) = (Attempts::default(), noon());
        for number in 0..200_000 {
            let made_up = format!("{number}@nowhere.example");
            let _ = attempts.reserve(Door::SignIn, Whose::Nobody(&made_up), &format!("client {number}"), now);
        }
        let memory = attempts.0.lock().expect("the memory");
        assert!(memory.accounts.len() <= usize::from(u16::MAX) + 1, "{}", memory.accounts.len());
        assert!(memory.clients.len() <= usize::from(u16::MAX) + 1, "{}", memory.clients.len());
    }
}

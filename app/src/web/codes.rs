//! Codes that one person hands to another face to face, on their way to the page that shows them once.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::id::PersonId;

/// A code waits this long for its maker's page.
const WAITS: Duration = Duration::minutes(10);
const MOST_WAITING: usize = 1_000;

#[derive(Debug)]
struct Waiting {
    maker: PersonId,
    person: PersonId,
    code: String,
    at: DateTime<Utc>,
}

/// Codes on their way to the page that shows them once, so that none stands in an address.
#[derive(Clone, Debug, Default)]
pub struct Codes(Arc<Mutex<HashMap<String, Waiting>>>);

impl Codes {
    /// Keeps a code for whoever made it and gives the key by which their next page finds it.
    #[must_use]
    pub fn keep(&self, maker: PersonId, person: PersonId, code: String, now: DateTime<Utc>) -> String {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.retain(|_, code| now - code.at < WAITS);
        if waiting.len() >= MOST_WAITING {
            waiting.clear();
        }
        let key = format!("{:032x}", rand::random::<u128>());
        waiting.insert(key.clone(), Waiting { maker, person, code, at: now });
        key
    }

    /// The code, once, for whoever made it for this person.
    #[must_use]
    pub fn take(&self, key: &str, maker: PersonId, person: PersonId, now: DateTime<Utc>) -> Option<String> {
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let code = waiting.get(key)?;
        if code.maker != maker || code.person != person || now - code.at >= WAITS {
            return None;
        }
        waiting.remove(key).map(|code| code.code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    #[test]
    fn a_code_is_shown_once_to_whoever_made_it() {
        let (codes, now) = (Codes::default(), noon());
        let (maker, person) = (PersonId::new(), PersonId::new());
        let key = codes.keep(maker, person, "ABCDE-FGHJK".to_owned(), now);
        assert_eq!(codes.take(&key, person, person, now), None, "somebody else's");
        assert_eq!(codes.take(&key, maker, maker, now), None, "for somebody else");
        assert_eq!(codes.take(&key, maker, person, now).as_deref(), Some("ABCDE-FGHJK"));
        assert_eq!(codes.take(&key, maker, person, now), None);
        let late = codes.keep(maker, person, "ABCDE-FGHJK".to_owned(), now);
        assert_eq!(codes.take(&late, maker, person, now + WAITS), None);
        for _ in 0..2 * MOST_WAITING {
            let _ = codes.keep(maker, person, String::new(), now);
        }
        assert!(codes.0.lock().expect("the codes").len() <= MOST_WAITING);
    }
}

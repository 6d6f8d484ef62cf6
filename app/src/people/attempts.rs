//! Failed sign-ins, counted per account first: a whole hospital sits behind one address.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, Duration, Utc};

use crate::error::Error;

const WINDOW: Duration = Duration::minutes(15);
const MOST_FOR_ACCOUNT: usize = 10;
const MOST_FOR_CLIENT: usize = 300;
const MOST_REMEMBERED: usize = 50_000;

/// The memory of failed sign-ins, shared by all requests.
#[derive(Clone, Debug, Default)]
pub struct Attempts(Arc<Mutex<HashMap<String, Vec<DateTime<Utc>>>>>);

impl Attempts {
    /// Refuses when this account, or this client, failed too often of late.
    ///
    /// # Errors
    /// [`Error::TooMany`] with the seconds until the oldest failure is forgotten.
    pub fn check(&self, account: &str, client: &str, now: DateTime<Utc>) -> Result<(), Error> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, most) in [(account_key(account), MOST_FOR_ACCOUNT), (client_key(client), MOST_FOR_CLIENT)] {
            let Some(times) = failures.get_mut(&key) else { continue };
            times.retain(|at| now - *at < WINDOW);
            if times.len() >= most {
                let wait = times.first().map_or(WINDOW, |oldest| WINDOW - (now - *oldest));
                return Err(Error::TooMany(u64::try_from(wait.num_seconds()).unwrap_or_default().max(1)));
            }
        }
        Ok(())
    }

    /// Notes a failure.
    pub fn failed(&self, account: &str, client: &str, now: DateTime<Utc>) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= MOST_REMEMBERED {
            failures.retain(|_, times| times.last().is_some_and(|at| now - *at < WINDOW));
        }
        for key in [account_key(account), client_key(client)] {
            failures.entry(key).or_default().push(now);
        }
    }

    /// Forgets an account's failures: it signed in.
    pub fn succeeded(&self, account: &str) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&account_key(account));
    }
}

fn account_key(account: &str) -> String {
    format!("account {account}")
}

fn client_key(client: &str) -> String {
    format!("client {client}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_failures_close_an_account_for_a_quarter_of_an_hour_and_no_other() {
        let attempts = Attempts::default();
        let now = Utc::now();
        for _ in 0..MOST_FOR_ACCOUNT {
            assert_eq!(attempts.check("a@b.uk", "10.0.0.1", now), Ok(()));
            attempts.failed("a@b.uk", "10.0.0.1", now);
        }
        assert!(matches!(attempts.check("a@b.uk", "10.0.0.1", now), Err(Error::TooMany(_))));
        assert_eq!(attempts.check("c@b.uk", "10.0.0.1", now), Ok(()));
        assert_eq!(attempts.check("a@b.uk", "10.0.0.1", now + WINDOW), Ok(()));
    }
}

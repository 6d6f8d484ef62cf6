//! Codes that one person hands to another face to face. Only the hash of a code is stored; the code itself
//! is shown once, to whoever made it.

use chrono::{DateTime, Duration, Utc};
use rand::seq::IndexedRandom as _;

use super::password;
use crate::error::Error;

/// Letters and digits that nobody takes for one another, read aloud or written by hand.
pub(super) const ALPHABET: &[char] = &[
    'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z', '2',
    '3', '4', '5', '6', '7', '8', '9',
];
pub(super) const LENGTH: usize = 10;

/// A code as the store keeps it.
#[derive(Clone, Debug)]
pub struct HandedCode {
    /// Its Argon2id hash.
    pub hash: String,
    /// From when on it opens nothing.
    pub expires_at: DateTime<Utc>,
}

/// A new code with which somebody sets a new password within a day, as it is handed over and as it is
/// stored.
///
/// # Errors
/// As [`password::hash`].
pub async fn for_password(now: DateTime<Utc>) -> Result<(String, HandedCode), Error> {
    make(Duration::hours(24), now).await
}

/// A new code with which somebody accepts a trust within a week, as it is handed over and as it is stored.
///
/// # Errors
/// As [`password::hash`].
pub async fn for_answer(now: DateTime<Utc>) -> Result<(String, HandedCode), Error> {
    make(Duration::days(7), now).await
}

async fn make(valid_for: Duration, now: DateTime<Utc>) -> Result<(String, HandedCode), Error> {
    let code: String = (0..LENGTH).filter_map(|_| ALPHABET.choose(&mut rand::rng())).collect();
    let hash = password::hash(code.clone()).await?;
    let (first, second) = code.split_at(LENGTH / 2);
    Ok((format!("{first}-{second}"), HandedCode { hash, expires_at: now + valid_for }))
}

/// The code that was typed, without what people put between its letters; none when it cannot be one.
pub fn typed(text: &str) -> Option<String> {
    let code: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').flat_map(char::to_uppercase).collect();
    (code.chars().count() == LENGTH && code.chars().all(|c| ALPHABET.contains(&c))).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    #[tokio::test]
    async fn a_code_is_read_as_people_write_it_and_fits_its_hash_only() {
        let now = noon();
        let (code, stored) = for_answer(now).await.expect("a code");
        assert_eq!(stored.expires_at, now + Duration::days(7));
        assert_eq!(code.len(), LENGTH + 1);
        let written = format!(" {} ", code.to_lowercase().replace('-', " "));
        let read = typed(&written).expect("a code");
        assert_eq!(read, code.replace('-', ""));
        let asker = password::Asker::Stranger;
        assert_eq!(password::fits(asker, read, Some(stored.hash.clone())).await, Ok(true));
        let (other, _) = for_answer(now).await.expect("a code");
        assert_eq!(password::fits(asker, typed(&other).expect("a code"), Some(stored.hash)).await, Ok(false));
        for nonsense in ["", "ABCDE", "ABCDEFGHJ0", "ABCDEFGHJKM"] {
            assert_eq!(typed(nonsense), None, "{nonsense}");
        }
    }
}

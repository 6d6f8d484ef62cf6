//! Password hashes: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet),
//! worked off the async threads and a few at a time.

use std::sync::LazyLock;

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::Error;

static AT_ONCE: Semaphore = Semaphore::const_new(2);

/// Verified when there is no such account, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|_| Error::Fault)?;
    argon().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|_| Error::Fault)
}

async fn work<T: Send + 'static>(job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let _turn = AT_ONCE.acquire().await.map_err(|_| Error::Busy)?;
    tokio::task::spawn_blocking(job).await.map_err(|_| Error::Fault)
}

/// The hash of a new password.
///
/// # Errors
/// [`Error::Fault`] when it cannot be made.
pub async fn hash(password: String) -> Result<String, Error> {
    work(move || hash_now(&password)).await?
}

/// Whether the password fits the hash; without a hash it never does, and takes as long.
///
/// # Errors
/// [`Error::Fault`] when it cannot be worked out.
pub async fn fits(password: String, hash: Option<String>) -> Result<bool, Error> {
    work(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| NOBODY.clone());
        let fits =
            PasswordHash::new(&hash).is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
        known && fits
    })
    .await
}

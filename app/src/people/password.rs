//! Password hashes: Argon2id with 19 MiB, two passes, one lane (OWASP Password Storage Cheat Sheet),
//! worked off the async threads, one at a time in each of two queues, so that strangers' guesses
//! never keep those waiting whom Baton knows. The same hash keeps codes that are handed over.

use std::sync::{Arc, LazyLock};

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;

use crate::error::Error;

/// Who waits for a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asker {
    /// Somebody signed in, or in a browser that signed in to the account before.
    Known,
    /// Anybody.
    Stranger,
}

/// The jobs of one kind of asker: one at work, the others waiting in a bounded line.
#[derive(Debug)]
struct Queue {
    places: Arc<Semaphore>,
    turn: Arc<Semaphore>,
}

impl Queue {
    fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), turn: Arc::new(Semaphore::new(1)) }
    }

    /// Works the job off when its turn comes. Turn and place belong to the job: whoever goes away while
    /// it is at work frees neither before it is done.
    async fn work<T: Send + 'static>(&self, job: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| Error::Busy)?;
        let turn = Arc::clone(&self.turn).acquire_owned().await.map_err(|_| Error::Busy)?;
        let job = move || {
            let _held = (place, turn);
            job()
        };
        tokio::task::spawn_blocking(job).await.map_err(|_| Error::Internal)
    }
}

/// At some 25 ms each, the last in line waits less than two seconds.
const PLACES: usize = 64;
static KNOWN: LazyLock<Queue> = LazyLock::new(|| Queue::new(PLACES));
static STRANGERS: LazyLock<Queue> = LazyLock::new(|| Queue::new(PLACES));

fn queue(asker: Asker) -> &'static Queue {
    match asker {
        Asker::Known => &KNOWN,
        Asker::Stranger => &STRANGERS,
    }
}

/// Verified when there is no such account, so that the answer takes as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| hash_now("nobody has this password").unwrap_or_default());

fn argon() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn hash_now(password: &str) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&rand::random::<[u8; 16]>()).map_err(|_| Error::Internal)?;
    argon().hash_password(password.as_bytes(), &salt).map(|hash| hash.to_string()).map_err(|_| Error::Internal)
}

/// The hash of a new password or code, for somebody whom Baton knows.
///
/// # Errors
/// [`Error::Busy`] when too many wait, [`Error::Internal`] when it cannot be made.
pub async fn hash(password: String) -> Result<String, Error> {
    queue(Asker::Known).work(move || hash_now(&password)).await?
}

/// Whether the password or code fits the hash; without a hash it never does, and takes as long.
///
/// # Errors
/// [`Error::Busy`] when too many wait, [`Error::Internal`] when it cannot be worked out.
pub async fn fits(asker: Asker, password: String, hash: Option<String>) -> Result<bool, Error> {
    queue(asker)
        .work(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODY.clone());
            let fits =
                PasswordHash::new(&hash).is_ok_and(|hash| argon().verify_password(password.as_bytes(), &hash).is_ok());
            known && fits
        })
        .await
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[tokio::test]
    async fn whoever_hangs_up_frees_no_turn_before_the_job_is_done() {
        let queue = Queue::new(4);
        let (begun, at_work) = mpsc::channel();
        let (finish, told) = mpsc::channel::<()>();
        let mut asked = Box::pin(queue.work(move || {
            begun.send(()).expect("somebody listens");
            told.recv().expect("told to finish");
        }));
        let polled = std::future::poll_fn(|cx| std::task::Poll::Ready(asked.as_mut().poll(cx))).await;
        assert!(polled.is_pending());
        at_work.recv().expect("the job is at work");
        drop(asked);
        assert_eq!((queue.turn.available_permits(), queue.places.available_permits()), (0, 3));
        finish.send(()).expect("the job waits");
        assert_eq!(queue.work(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_full_line_is_told_to_come_back_and_the_other_one_goes_on() {
        let (strangers, known) = (Queue::new(1), Queue::new(1));
        let place = Arc::clone(&strangers.places).try_acquire_owned().expect("a place");
        assert_eq!(strangers.work(|| ()).await, Err(Error::Busy));
        assert_eq!(known.work(|| 7).await, Ok(7));
        drop(place);
        assert_eq!(strangers.work(|| 7).await, Ok(7));
    }

    #[tokio::test]
    async fn a_password_fits_its_own_hash_only() {
        let hash = hash("copper kettle ninety".to_owned()).await.expect("a hash");
        for (asker, typed, stored, expected) in [
            (Asker::Known, "copper kettle ninety", Some(hash.clone()), true),
            (Asker::Stranger, "copper kettle", Some(hash), false),
            (Asker::Stranger, "nobody has this password", None, false),
        ] {
            assert_eq!(fits(asker, typed.to_owned(), stored).await, Ok(expected), "{typed}");
        }
    }
}

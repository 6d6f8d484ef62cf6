//! Long computations: a few at a time for everybody, and one at a time for each person, so that whoever asks for forty
//! slides waits for their own and keeps nobody else waiting.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Error;
use crate::id::PersonId;

/// Who waits for a place, and who has one.
#[derive(Debug)]
pub(super) struct Queue {
    places: Arc<Semaphore>,
    /// The one place of each person who computes or waits now.
    own: Mutex<HashMap<Option<PersonId>, Arc<Semaphore>>>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _own: OwnedSemaphorePermit,
}

impl Queue {
    /// One of so many places.
    pub(super) fn new(places: usize) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), own: Mutex::default() }
    }

    /// Waits for a place: first until no other computation of the same person goes on, then in the order in which
    /// people came. Nobody in particular is one person.
    pub(super) async fn turn(&self, who: Option<PersonId>) -> Result<Turn, Error> {
        let own = self.own(who).acquire_owned().await.map_err(|_| Error::Busy)?;
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|_| Error::Busy)?;
        Ok(Turn { _place: place, _own: own })
    }

    fn own(&self, who: Option<PersonId>) -> Arc<Semaphore> {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        // Of whoever neither computes nor waits nobody else has a share.
        own.retain(|_, one| Arc::strong_count(one) > 1);
        Arc::clone(own.entry(who).or_insert_with(|| Arc::new(Semaphore::new(1))))
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    type Waiting<'a> = Pin<Box<dyn Future<Output = Result<Turn, Error>> + 'a>>;

    fn now(waiting: &mut Waiting<'_>) -> Option<Turn> {
        match waiting.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(turn) => Some(turn.expect("a place")),
            Poll::Pending => None,
        }
    }

    #[test]
    fn whoever_asks_for_many_has_one_place_and_leaves_the_other_to_others() {
        let queue = Queue::new(2);
        let (greedy, other, third) = (Some(PersonId::new()), Some(PersonId::new()), Some(PersonId::new()));
        let mut forty: Vec<Waiting<'_>> = (0..40).map(|_| Box::pin(queue.turn(greedy)) as Waiting<'_>).collect();
        let mut begun: Vec<_> = forty.iter_mut().map(now).collect();
        assert_eq!(begun.iter().filter(|turn| turn.is_some()).count(), 1, "one of forty");
        let mut next: Waiting<'_> = Box::pin(queue.turn(other));
        let theirs = now(&mut next).expect("the other place is free, whoever came before");
        let mut last: Waiting<'_> = Box::pin(queue.turn(third));
        assert!(now(&mut last).is_none(), "both places are taken");
        begun.clear();
        drop(theirs);
        assert!(now(&mut last).is_some(), "the next in turn");
        assert!(now(&mut forty[1]).is_some(), "and the second of the forty");
    }

    #[test]
    fn nothing_is_kept_of_whoever_is_done() {
        let queue = Queue::new(2);
        for _ in 0..100 {
            let mut waiting: Waiting<'_> = Box::pin(queue.turn(Some(PersonId::new())));
            drop(now(&mut waiting).expect("a place"));
        }
        assert!(queue.own.lock().expect("unpoisoned").len() <= 1);
    }
}

//! Which state of a store is the newest that this program committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The last number that was given, to whichever store.
static LAST: AtomicU64 = AtomicU64::new(0);

/// The number of a store's newest state. No two states have the same, of whichever store.
#[derive(Clone, Debug)]
pub(super) struct Changes(Arc<AtomicU64>);

fn next() -> u64 {
    LAST.fetch_add(1, Ordering::SeqCst) + 1
}

impl Changes {
    pub(super) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(next())))
    }

    /// Says that something was committed: before whoever committed it is answered.
    pub(super) fn committed(&self) {
        self.0.store(next(), Ordering::SeqCst);
    }

    pub(super) fn newest(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

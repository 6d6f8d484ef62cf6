//! The demonstration trust.

use chrono::{DateTime, Utc};

use crate::db::Store;
use crate::error::Error;

/// Fills an empty store with the demonstration trust; whether it did.
///
/// # Errors
/// When the store cannot write.
pub async fn fill(_store: &Store, _now: DateTime<Utc>) -> Result<bool, Error> {
    Ok(false)
}

//! How every connection is opened.

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

pub(super) fn options(file: &Path) -> SqliteConnectOptions {
    base_options(file).journal_mode(SqliteJournalMode::Wal).optimize_on_close(true, Some(400))
}

/// Opens a file in the journal mode that it is in: a check must not change it.
pub(super) fn base_options(file: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(file)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        // Without it `insert or replace` deletes a row and no trigger says so: what follows from it would stay.
        .pragma("recursive_triggers", "on")
        .busy_timeout(Duration::from_secs(5))
        .pragma("trusted_schema", "off")
        .pragma("cell_size_check", "on")
        .pragma("mmap_size", "0")
        .pragma("cache_size", "-8000")
}

//! The log: for people on a terminal, JSON for collectors. `RUST_LOG` chooses how much.

use tracing_subscriber::EnvFilter;

/// Starts it; once in a process.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,simplecss=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        log.json().flatten_event(true).init();
    } else {
        log.compact().init();
    }
}

//! The log: for people on a terminal, JSON for collectors. `RUST_LOG` chooses how much.

use tracing_subscriber::EnvFilter;

/// Nothing that is drawn is told: a letter that the font lacks would be one of somebody's draft.
const WHAT: &str = "info,sqlx=warn,simplecss=error,usvg=error,resvg=error,fontdb=error";

/// Starts it; once in a process.
pub fn start(json: bool) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(WHAT));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        log.json().flatten_event(true).init();
    } else {
        log.compact().init();
    }
}

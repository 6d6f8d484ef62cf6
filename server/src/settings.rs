//! Every setting: a flag, an environment variable, a default and what it means. `server --help` is
//! their reference.

use std::net::SocketAddr;
use std::path::PathBuf;

use server::command::AdminCommand;
use server::mail::MailSettings;
use server::serve::Serving;

/// Baton, a registry of quality-improvement projects: one program, one SQLite file.
#[derive(clap::Parser, Debug)]
#[command(name = "server", version, about, max_term_width = 100)]
pub struct Settings {
    /// The SQLite file that holds everything. Its folder is made when it is not there.
    #[arg(long, env = "BATON_DATA", default_value = "data/baton.db", global = true)]
    pub data: PathBuf,
    /// Write the log as JSON, one object a line, for a log collector.
    #[arg(long, env = "BATON_LOG_JSON", global = true)]
    pub log_json: bool,
    #[command(subcommand)]
    pub command: Command,
}

/// What the program is told to do.
#[derive(clap::Subcommand, Debug)]
pub enum Command {
    /// Serve Baton to browsers.
    Serve(ServeSettings),
    /// Fill an empty store with the demonstration trust.
    Demo,
    /// Fill an empty store with trusts of a size, to measure with, and print what a load tool needs.
    #[command(hide = true)]
    BenchFill {
        /// Trusts, among which the rest is shared out.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(i64).range(1..=300))]
        trusts: i64,
        /// People.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(i64).range(1..=60_000))]
        people: i64,
        /// Projects.
        #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(i64).range(1..=40_000))]
        projects: i64,
        /// Measurements.
        #[arg(long, default_value_t = 60_000, value_parser = clap::value_parser!(i64).range(1..=2_000_000))]
        measurements: i64,
    },
    /// What only the operator may do: make trusts and first administrators.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Open the store, verify its integrity, foreign keys, schema and history, and say what is found.
    Check,
    /// Print what mail would go out now, and send nothing.
    Mail {
        /// Only print it: `serve` is what sends.
        #[arg(long, required = true)]
        dry_run: bool,
    },
    /// Bring the schema of the store up to date after a new version of Baton was put in place. Stop the
    /// server first. The store as it was is kept beside as `NAME.before-migration-N`. `serve` does it too.
    Migrate,
    /// Write a consistent copy of the store, also while it is being served; the copy is verified.
    Backup {
        /// The file to write. It must not exist yet.
        file: PathBuf,
    },
    /// Put a backup in the place of the store, and end every session. Stop the server first.
    Restore {
        /// The backup to restore.
        file: PathBuf,
        /// Replace the store that is there, whatever its state; it is kept beside as `NAME.before-restore`.
        #[arg(long)]
        replace: bool,
    },
}

/// How to serve.
#[derive(clap::Args, Debug)]
pub struct ServeSettings {
    /// The address and port to listen on.
    #[arg(long, env = "BATON_ADDR", default_value = "127.0.0.1:3000")]
    addr: SocketAddr,
    /// The address by which people reach Baton, for links and cookies. With https the cookie is Secure
    /// and HSTS is sent; http is accepted on loopback only. Default: http:// and the listening address.
    #[arg(long, env = "BATON_PUBLIC_URL")]
    public_url: Option<String>,
    /// Make and fill the store with the demonstration trust when there is none, and offer to sign in as
    /// its people. Refused on a store that holds any trust but the demonstration.
    #[arg(long, env = "BATON_DEMO")]
    demo: bool,
    /// Whom people write to about Baton, on its page about accessibility: an email address, the https address of
    /// a page, or a few words such as "the IT service desk, extension 1234".
    #[arg(long, env = "BATON_CONTACT", default_value = "", hide_default_value = true, value_parser = contact)]
    contact: String,
    /// Minutes without a request after which a session ends.
    #[arg(long, env = "BATON_SESSION_IDLE", default_value_t = 60, value_parser = clap::value_parser!(u32).range(5..=1440))]
    session_idle: u32,
    /// Hours after which a session ends in any case.
    #[arg(long, env = "BATON_SESSION_HOURS", default_value_t = 12, value_parser = clap::value_parser!(u32).range(1..=168))]
    session_hours: u32,
    /// Proxies in front of Baton, each of which adds the address that it was called from to
    /// X-Forwarded-For: the client's is so many entries from the end. 0: the client connects to Baton.
    #[arg(long, env = "BATON_TRUSTED_PROXIES", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=8))]
    trusted_proxies: u8,
    /// The same as --trusted-proxies 1.
    #[arg(long, env = "BATON_BEHIND_PROXY", conflicts_with = "trusted_proxies")]
    behind_proxy: bool,
    /// With https: tell browsers that every host below the public one has https too (HSTS includeSubDomains).
    #[arg(long, env = "BATON_HSTS_SUBDOMAINS")]
    hsts_subdomains: bool,
    /// Seconds after which a request is given up.
    #[arg(long, env = "BATON_TIMEOUT", default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
    /// Requests worked on at the same time; more are told that the server is busy.
    #[arg(long, env = "BATON_CONCURRENCY", default_value_t = 256, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    concurrency: u32,
    /// Connections open at the same time; more wait until one ends. Each takes a file: see `ulimit -n`.
    #[arg(long, env = "BATON_CONNECTIONS", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    connections: u32,
    #[command(flatten)]
    mail: MailSettings,
}

fn contact(words: &str) -> Result<String, String> {
    let words = words.trim();
    if words.chars().count() > 200 || words.chars().any(char::is_control) {
        return Err("a contact is one line of at most 200 characters".to_owned());
    }
    Ok(words.to_owned())
}

impl From<ServeSettings> for Serving {
    fn from(settings: ServeSettings) -> Self {
        Self {
            public_url: settings.public_url.unwrap_or_else(|| format!("http://{}", settings.addr)),
            addr: settings.addr,
            demo: settings.demo,
            contact: settings.contact,
            idle_minutes: settings.session_idle,
            absolute_hours: settings.session_hours,
            trusted_proxies: if settings.behind_proxy { 1 } else { settings.trusted_proxies.into() },
            hsts_subdomains: settings.hsts_subdomains,
            timeout_seconds: settings.timeout,
            concurrency: settings.concurrency as usize,
            connections: settings.connections as usize,
            mail: settings.mail,
        }
    }
}

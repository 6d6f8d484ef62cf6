//! `server serve`: brings the store up to date, opens it, and serves until a signal says to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use app::clock::Clock;
use app::db::Store;
use app::limits;
use app::outbox::Mail;
use app::visitor::Sessions;
use app::web::form::Forms;
use http::HeaderValue;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::body::BodyMemory;
use crate::connection::{Limits, accept};
use crate::host::Host;
use crate::mail::{self, MailSettings, Mailer};
use crate::request::AppState;
use crate::router::router;
use crate::table::TableReader;

/// How to serve, as the settings say.
#[derive(Clone, Debug)]
pub struct Serving {
    pub addr: SocketAddr,
    /// The address by which people reach Baton: https, or http on loopback.
    pub public_url: String,
    /// Fill an empty store with the demonstration trust, and let people sign in as its people.
    pub demo: bool,
    /// Whom people write to about Baton: an email address, an https address, or words; empty for nobody in particular.
    pub contact: String,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
    /// Proxies in front, each of which adds the address that it was called from.
    pub trusted_proxies: usize,
    /// Browsers are told that the hosts below the public one have https as well.
    pub hsts_subdomains: bool,
    /// Seconds after which a request is given up.
    pub timeout_seconds: u64,
    /// Requests worked on at the same time.
    pub concurrency: usize,
    /// Connections open at the same time; more wait to be accepted.
    pub connections: usize,
    /// How mail is sent.
    pub mail: MailSettings,
}

impl Default for Serving {
    /// As the program serves when it is told nothing: on this computer only.
    fn default() -> Self {
        Self {
            addr: ([127, 0, 0, 1], 3000).into(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            demo: false,
            contact: String::new(),
            idle_minutes: 60,
            absolute_hours: 12,
            trusted_proxies: 0,
            hsts_subdomains: false,
            timeout_seconds: 20,
            concurrency: 256,
            connections: 2_000,
            mail: MailSettings::default(),
        }
    }
}

impl Serving {
    /// Whether https is served, by the proxy in front.
    fn secure(&self) -> anyhow::Result<bool> {
        let url: http::Uri = self.public_url.parse().context("--public-url is not an address")?;
        match url.scheme_str() {
            Some("https") => Ok(true),
            Some("http") if self.addr.ip().is_loopback() => Ok(false),
            Some("http") => bail!(
                "http is accepted on loopback only: give --public-url with https, and a proxy that holds the certificate"
            ),
            _ => bail!("--public-url must begin with https:// (or http:// on loopback)"),
        }
    }

    /// How mail is sent, as pages and forms know it.
    fn mail(&self) -> Mail {
        let sends = self.mail.smtp_url.as_deref().is_some_and(|url| !url.trim().is_empty());
        Mail { base: self.public_url.trim_end_matches('/').into(), sends }
    }

    fn limits(&self) -> Limits {
        Limits {
            connections: self.connections,
            head: limits::HEAD_TIME,
            take: limits::TAKE_TIME,
            last_words: Duration::from_secs(self.timeout_seconds) + limits::LAST_WORDS,
        }
    }
}

/// The state of a server over this store.
///
/// # Errors
/// When the store cannot be read, or the settings do not fit together.
pub async fn state(store: Store, serving: &Serving, clock: Clock) -> anyhow::Result<AppState> {
    let secure = serving.secure()?;
    let host = Host::of(&serving.public_url.parse()?).filter(|_| serving.demo);
    let transport = if serving.hsts_subdomains { "max-age=63072000; includeSubDomains" } else { "max-age=63072000" };
    let mut conn = store.read().await?;
    let secret = app::db::installation_secret(&mut conn).await?;
    drop(conn);
    Ok(AppState {
        store,
        sessions: Sessions {
            secure,
            idle: chrono::Duration::minutes(serving.idle_minutes.into()),
            absolute: chrono::Duration::hours(serving.absolute_hours.into()),
        },
        forms: Forms::new(&secret),
        attempts: app::web::attempts::Attempts::default(),
        codes: app::web::codes::Codes::default(),
        mail: serving.mail(),
        clock,
        demo: serving.demo,
        contact: serving.contact.trim().into(),
        host,
        trusted_proxies: serving.trusted_proxies,
        strict_transport: secure.then_some(HeaderValue::from_static(transport)),
        timeout: Duration::from_secs(serving.timeout_seconds),
        work: Arc::new(Semaphore::new(serving.concurrency)),
        long_forms: Arc::new(Semaphore::new(limits::LONG_FORMS)),
        bodies: BodyMemory::default(),
        tables: TableReader::new(std::env::current_exe().context("where is this program?")?),
    })
}

/// Serves until told to stop.
///
/// # Errors
/// When the store cannot be opened or the address is taken.
pub async fn serve(data: &Path, serving: Serving) -> anyhow::Result<()> {
    serving.secure()?;
    let mailer = Mailer::new(&serving.mail, &serving.public_url.parse()?)?;
    crate::command::bring_up_to_date(data).await?;
    let (store, _lock) = crate::command::open(data).await?;
    if serving.demo {
        crate::command::fill_demo(&store).await?;
    }
    let state = state(store.clone(), &serving, Clock::System).await?;
    let listener =
        TcpListener::bind(serving.addr).await.with_context(|| format!("cannot listen on {}", serving.addr))?;
    announce(data, &serving, &listener)?;
    tokio::spawn(keep_missing_terms(store.clone()));
    let mailing = tokio::spawn(mail::run(store.clone(), serving.mail(), mailer, Clock::System));
    accept(listener, router(state), serving.limits(), stopped()).await;
    // A mail that is on its way then goes again later, under the same id.
    mailing.abort();
    let _ = mailing.await;
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Reads the words of projects for the ranking of similar ones, where an update left that to be done.
async fn keep_missing_terms(store: Store) {
    match app::duplicates::store::keep_missing_terms(&store).await {
        Ok(0) => {}
        Ok(projects) => tracing::info!(projects, "read for the ranking of similar projects"),
        Err(error) => tracing::warn!(%error, "not every project is read for the ranking of similar ones"),
    }
}

/// Tells the log and the person at the terminal where Baton is.
fn announce(data: &Path, serving: &Serving, listener: &TcpListener) -> anyhow::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, data = %data.display(), islands = crate::assets::has_islands(), "serving");
    crate::command::say(&format!(
        "Baton is at {}{}",
        serving.public_url,
        if serving.demo { ": open it and choose whom to sign in as. Stop it with Ctrl+C." } else { "" }
    ));
    Ok(())
}

/// Waits for SIGINT or SIGTERM.
async fn stopped() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        let terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        if let Ok(mut terminate) = terminate {
            tokio::select! {
                _ = interrupt => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = interrupt.await;
}

//! Serving: opens the store, listens, and on a signal finishes what is under way.

use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context as _, bail};
use app::clock::Clock;
use app::db::Store;
use app::form::Forms;
use app::visitor::Sessions;
use chrono::Duration;

use crate::router::{self, State};

/// How to serve, as the settings say.
#[derive(Clone, Debug)]
pub struct Serving {
    /// Where to listen.
    pub addr: SocketAddr,
    /// The address by which people reach it.
    pub public_url: String,
    /// With the demonstration trust.
    pub demo: bool,
    /// Minutes without a request after which a session ends.
    pub idle_minutes: u32,
    /// Hours after which a session ends in any case.
    pub absolute_hours: u32,
    /// The client's address comes from a proxy.
    pub behind_proxy: bool,
    /// Seconds after which a request is given up.
    pub timeout_seconds: u64,
    /// Requests worked on at the same time.
    pub concurrency: usize,
}

impl Serving {
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
}

/// The state of a server over this store.
///
/// # Errors
/// When the store cannot be read, or the settings do not fit together.
pub async fn state(store: Store, serving: &Serving, clock: Clock) -> anyhow::Result<State> {
    let secure = serving.secure()?;
    let mut conn = store.read().await?;
    let secret = app::people::store::form_secret(&mut conn).await?;
    drop(conn);
    Ok(State {
        store,
        sessions: Sessions {
            secure,
            idle: Duration::minutes(serving.idle_minutes.into()),
            absolute: Duration::hours(serving.absolute_hours.into()),
        },
        forms: Forms::new(&secret),
        attempts: app::people::Attempts::default(),
        codes: app::people::Codes::default(),
        clock,
        demo: serving.demo,
        behind_proxy: serving.behind_proxy,
        timeout: std::time::Duration::from_secs(serving.timeout_seconds),
        concurrency: serving.concurrency,
    })
}

/// Serves until told to stop.
///
/// # Errors
/// When the store cannot be opened or the address is taken.
pub async fn serve(data: &Path, serving: Serving) -> anyhow::Result<()> {
    serving.secure()?;
    crate::command::bring_up_to_date(data).await?;
    let (store, _lock) = crate::command::open(data).await?;
    if serving.demo {
        crate::command::fill_demo(&store).await?;
    }
    let state = state(store.clone(), &serving, Clock::System).await?;
    let listener = tokio::net::TcpListener::bind(serving.addr)
        .await
        .with_context(|| format!("cannot listen on {}", serving.addr))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, data = %data.display(), islands = crate::assets::has_islands(), "serving");
    crate::command::say(&format!(
        "Baton is at {}{}",
        serving.public_url,
        if serving.demo { ": open it and choose whom to sign in as. Stop it with Ctrl+C." } else { "" }
    ));
    axum::serve(listener, router::router(state).into_make_service_with_connect_info::<SocketAddr>())
        .with_graceful_shutdown(stopped())
        .await?;
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

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

//! Serving: opens the store, listens, and on a signal finishes what is under way.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, bail};
use app::clock::Clock;
use app::db::Store;
use app::form::Forms;
use app::limits;
use app::visitor::Sessions;
use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use http::HeaderValue;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use crate::body::BodyMemory;
use crate::connection::Taken;
use crate::host::Host;
use crate::request::AppState;
use crate::router::router;
use crate::table::TableReader;

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
}

impl Default for Serving {
    /// As the program serves when it is told nothing: on this computer only.
    fn default() -> Self {
        Self {
            addr: ([127, 0, 0, 1], 3000).into(),
            public_url: "http://127.0.0.1:3000".to_owned(),
            demo: false,
            idle_minutes: 60,
            absolute_hours: 12,
            trusted_proxies: 0,
            hsts_subdomains: false,
            timeout_seconds: 20,
            concurrency: 256,
            connections: 2_000,
        }
    }
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
pub async fn state(store: Store, serving: &Serving, clock: Clock) -> anyhow::Result<AppState> {
    let secure = serving.secure()?;
    let host = Host::of(&serving.public_url.parse()?).filter(|_| serving.demo);
    let transport = if serving.hsts_subdomains { "max-age=63072000; includeSubDomains" } else { "max-age=63072000" };
    let mut conn = store.read().await?;
    let secret = app::people::store::form_secret(&mut conn).await?;
    drop(conn);
    Ok(AppState {
        store,
        sessions: Sessions {
            secure,
            idle: chrono::Duration::minutes(serving.idle_minutes.into()),
            absolute: chrono::Duration::hours(serving.absolute_hours.into()),
        },
        forms: Forms::new(&secret),
        attempts: app::people::Attempts::default(),
        codes: app::people::Codes::default(),
        clock,
        demo: serving.demo,
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
    crate::command::bring_up_to_date(data).await?;
    let (store, _lock) = crate::command::open(data).await?;
    if serving.demo {
        crate::command::fill_demo(&store).await?;
    }
    let state = state(store.clone(), &serving, Clock::System).await?;
    let listener =
        TcpListener::bind(serving.addr).await.with_context(|| format!("cannot listen on {}", serving.addr))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, data = %data.display(), islands = crate::assets::has_islands(), "serving");
    crate::command::say(&format!(
        "Baton is at {}{}",
        serving.public_url,
        if serving.demo { ": open it and choose whom to sign in as. Stop it with Ctrl+C." } else { "" }
    ));
    accept(listener, router(state), Limits::of(&serving), stopped()).await;
    store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// What one connection, and all together, may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections open at the same time.
    pub connections: usize,
    /// A request's head has to arrive within this, also the first.
    pub head: Duration,
    /// Something of an answer has to be taken within this, each time that nothing more of it can be sent.
    pub take: Duration,
    /// When told to stop, what is under way gets so long.
    pub last_words: Duration,
}

impl Limits {
    /// As the settings say.
    #[must_use]
    pub fn of(serving: &Serving) -> Self {
        Self {
            connections: serving.connections,
            head: limits::HEAD_TIME,
            take: limits::TAKE_TIME,
            last_words: Duration::from_secs(serving.timeout_seconds) + limits::LAST_WORDS,
        }
    }
}

/// Accepts connections until told to stop, and finishes what is under way then. Where there are too many
/// connections, the next waits in the system's queue.
pub async fn accept(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limits.head).max_buf_size(limits::HEAD);
    let connections = Arc::new(Semaphore::new(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let turn = Arc::clone(&connections).acquire_owned().await;
            (turn, listener.accept().await)
        };
        let (turn, (stream, client)) = tokio::select! {
            () = &mut stop => break,
            (turn, accepted) = next => match accepted {
                Ok(accepted) => (turn, accepted),
                Err(error) => {
                    // No more files may be opened, or the client is gone already: both pass.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            },
        };
        // What is written is whole: nothing is gained by waiting for more of it.
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = service_fn(move |request: http::Request<Incoming>| {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(client));
            let router = router.clone();
            async move { Ok::<_, Infallible>(router.oneshot(request).await.unwrap_or_else(|never| match never {})) }
        });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(Taken::new(stream, limits.take)), service));
        tokio::spawn(async move {
            let _turn = turn;
            if let Err(error) = connection.await {
                tracing::debug!(%error, "a connection ended");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(limits.last_words, graceful.shutdown()).await.is_err() {
        tracing::warn!("stopped with connections that did not end");
    }
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

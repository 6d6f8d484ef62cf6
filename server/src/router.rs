//! The router: pages, server functions, assets and health, behind limits and security headers.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use app::clock::Clock;
use app::db::Store;
use app::error::Error;
use app::limits;
use app::visitor::{Sessions, Visitor};
use app::web::attempts::Attempts;
use app::web::codes::Codes;
use app::web::form::Forms;
use app::web::page::{Page, Reply, Route};
use app::web::request::{Inner, Request};
use app::web::shell::{self, Site};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, RawPathParams};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use chrono::{DateTime, Utc};
use futures::stream::{Stream, StreamExt as _, once};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::caller::{self, Host};
use crate::receive::Bodies;
use crate::table::TableReader;
use crate::{action, assets, compress};

/// Everything that requests share.
#[derive(Clone, Debug)]
pub struct State {
    /// The store.
    pub store: Store,
    /// How sessions are kept.
    pub sessions: Sessions,
    /// Rejected forms.
    pub forms: Forms,
    /// Guesses at passwords and codes.
    pub attempts: Attempts,
    /// Codes that wait to be shown.
    pub codes: Codes,
    /// The time.
    pub clock: Clock,
    /// The demonstration: one may sign in as its people.
    pub demo: bool,
    /// The one host of a demonstration: it lets in whoever asks, so no other site may ask in a browser's
    /// name by letting its own name stand for this computer.
    pub host: Option<Host>,
    /// Proxies in front of us whose word on the client's address is taken.
    pub trusted_proxies: usize,
    /// What browsers are told about https, when it is served.
    pub strict_transport: Option<HeaderValue>,
    /// After this a request is given up.
    pub timeout: Duration,
    /// One permit for each request that may be worked on at the same time.
    pub work: Arc<Semaphore>,
    /// Turns at drawing a page with a long form that was rejected.
    pub long_forms: Arc<Semaphore>,
    /// The room for forms that are arriving.
    pub bodies: Bodies,
    /// Reads the tables in files.
    pub tables: TableReader,
}

impl State {
    /// A turn to be worked on; none when too many are.
    #[must_use]
    pub fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.work).try_acquire_owned().ok()
    }
}

/// Identifies a request in the log, the history and on the page of a fault.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The whole application.
pub fn router(state: State) -> Router {
    // Leptos spawns on it while it draws; a second router in the same process (a test) finds it there.
    let _ = any_spawner::Executor::init_tokio();
    let state = Arc::new(state);
    let mut pages = Router::new();
    for route in app::routes::routes() {
        let state = Arc::clone(&state);
        pages = pages.route(
            route.path,
            get(move |params: RawPathParams, request: http::Request<Body>| page(state, route, params, request)),
        );
    }
    let for_fallback = Arc::clone(&state);
    let for_limits = Arc::clone(&state);
    let pages = pages
        .fallback(move |request: http::Request<Body>| async move {
            error_response(&for_fallback, Error::NotFound, request).await
        })
        .layer(middleware::from_fn(move |request: http::Request<Body>, next: Next| {
            worked_on(Arc::clone(&for_limits), request, next)
        }));
    let (for_gets, for_posts) = (Arc::clone(&state), Arc::clone(&state));
    // They take their turns themselves: not while a form is still arriving.
    let actions = Router::new().route(
        "/api/{*path}",
        get(move |request: http::Request<Body>| action::answer(for_gets, request))
            .post(move |request: http::Request<Body>| action::answer(for_posts, request)),
    );
    // Outside every limit: whoever watches the server must not end it because it is busy.
    let store = state.store.clone();
    let free = Router::new()
        .route("/health", get(move || health(store)))
        .route("/assets/{digest}/{*name}", get(assets::serve));
    let for_errors = Arc::clone(&state);
    let for_headers = Arc::clone(&state);
    pages
        .merge(actions)
        .merge(free)
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(CsrfLayer::new())
        // Whatever stopped a request above, a browser gets a designed page.
        .layer(middleware::from_fn(move |request: http::Request<Body>, next: Next| {
            dress(Arc::clone(&for_errors), request, next)
        }))
        .layer(middleware::from_fn(move |request: http::Request<Body>, next: Next| {
            headers(Arc::clone(&for_headers), request, next)
        }))
        .layer(
            // What is no page and no asset, such as a CSV: both come compressed.
            CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("font/"))
                    .and(NotForContentType::const_new("application/wasm")),
            ),
        )
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|request: &http::Request<Body>| {
                    let id = request.extensions().get::<RequestId>().map(|id| id.0.as_str()).unwrap_or_default();
                    let route = request.extensions().get::<MatchedPath>().map_or("", |path| path.as_str());
                    tracing::info_span!("request", id, method = %request.method(), route)
                })
                .on_response(|response: &Response, took: Duration, _: &tracing::Span| {
                    tracing::debug!(status = response.status().as_u16(), ms = took.as_secs_f64() * 1000.0, "answered");
                })
                .on_failure(()),
        )
        .layer(middleware::from_fn(|mut request: http::Request<Body>, next: Next| async move {
            request.extensions_mut().insert(RequestId(uuid::Uuid::now_v7().to_string()));
            next.run(request).await
        }))
}

/// Works on a request when there is a turn for it, and no longer than a request may take.
async fn worked_on(state: Arc<State>, request: http::Request<Body>, next: Next) -> Response {
    let Some(_turn) = state.turn() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let answered = tokio::time::timeout(state.timeout, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

async fn health(store: Store) -> Response {
    let ready = match store.read_apart().await {
        Ok(mut conn) => app::people::store::answers(&mut conn).await,
        Err(error) => Err(error),
    };
    match ready {
        Ok(()) => (StatusCode::OK, "ready\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

/// The app's request, made of an HTTP request.
///
/// # Errors
/// When the store cannot be read.
pub async fn request(
    state: &State,
    parts: &http::request::Parts,
    params: Vec<(String, String)>,
) -> Result<Request, Error> {
    let now = state.clock.now();
    let mut conn = state.store.read().await?;
    let visitor = state.sessions.visitor(&mut conn, &parts.headers, now).await?;
    drop(conn);
    if let Visitor::Person(person) = &visitor
        && now - person.seen_at > chrono::Duration::minutes(2)
    {
        // Whoever reads never waits for somebody who writes: the next request notes it as well.
        let touched = tokio::time::timeout(limits::TOUCH_TIME, touch(state, parts, now)).await;
        if !matches!(touched, Ok(Ok(()))) {
            tracing::debug!("a session's use could not be noted");
        }
    }
    Ok(assemble(state, parts, params, visitor))
}

async fn touch(state: &State, parts: &http::request::Parts, now: DateTime<Utc>) -> Result<(), Error> {
    let mut change = state.store.write_keeping_cache().await?;
    state.sessions.touch(&mut change, &parts.headers, now).await?;
    change.commit().await
}

fn assemble(state: &State, parts: &http::request::Parts, params: Vec<(String, String)>, visitor: Visitor) -> Request {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let now = state.clock.now();
    let socket = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let rejected =
        query.iter().find(|(name, _)| name == "form").and_then(|(_, key)| state.forms.find(key, visitor.id(), now));
    Request::new(Inner {
        store: state.store.clone(),
        sessions: state.sessions,
        forms: state.forms.clone(),
        attempts: state.attempts.clone(),
        codes: state.codes.clone(),
        demo: state.demo,
        visitor,
        id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        client: caller::client(&parts.headers, state.trusted_proxies, socket),
        now,
        path: without_form(parts.uri.path(), &query),
        params,
        query,
        rejected,
    })
}

/// The page's own address: without what only says which form to draw again, or what was done.
fn without_form(path: &str, query: &[(String, String)]) -> String {
    let kept: Vec<_> = query.iter().filter(|(name, _)| name != "form" && name != "done").collect();
    if kept.is_empty() {
        return path.to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).finish();
    format!("{path}?{query}")
}

async fn page(state: Arc<State>, route: Route, params: RawPathParams, http: http::Request<Body>) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (parts, _) = http.into_parts();
    let request = match request(&state, &parts, params).await {
        Ok(request) => request,
        Err(error) => return draw_error(&state, error, parts).await,
    };
    let ended = matches!(request.visitor, Visitor::Nobody) && state.sessions.carried(&parts.headers);
    let long = request.rejected.as_ref().is_some_and(|rejected| rejected.bytes() > limits::LONG_FORM);
    let turn = if long { state.long_forms.try_acquire().ok() } else { None };
    if long && turn.is_none() {
        return busy();
    }
    let mut response = answered(route, request, parts).await;
    if ended {
        // What the browser kept while the session lasted is not for whoever sits there now.
        response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    }
    response
}

async fn answered(route: Route, request: Request, parts: http::request::Parts) -> Response {
    match (route.answer)(request.clone()).await {
        Ok(Reply::Page(page)) => draw(page, request, parts).await,
        Ok(Reply::Redirect(to)) => Redirect::to(&to).into_response(),
        Ok(Reply::File { name, kind, body }) => (
            [
                (header::CONTENT_TYPE, kind.to_owned()),
                (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
                (header::CACHE_CONTROL, "no-store".to_owned()),
            ],
            body,
        )
            .into_response(),
        Err(Error::SignIn) => {
            let next = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            Redirect::to(&sign_in(next)).into_response()
        }
        Err(error) => {
            let page = shell::error_page(&error, &request);
            draw(page, request, parts).await
        }
    }
}

/// The sign-in page that leads on to `next`.
#[must_use]
pub fn sign_in(next: &str) -> String {
    if next == "/" {
        return "/sign-in".to_owned();
    }
    format!("/sign-in?next={}", form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>())
}

/// How a form that is sent begins, as every page draws it.
const POST_FORM: &str = "<form method=\"post\"";

async fn draw(page: Page, request: Request, parts: http::request::Parts) -> Response {
    // A form that comes back rejected says so to machines too.
    let status = match &request.rejected {
        Some(rejected) if page.status() == 200 && !rejected.errors.is_empty() => rejected.status,
        _ => page.status(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let site = Site { assets: assets::ROOT.clone(), islands: assets::has_islands() };
    let app = move || {
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        let options = expect_context::<ResponseOptions>();
        options.set_status(status);
        if let Ok(policy) = HeaderValue::from_str(&policy(&nonce)) {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        options.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        shell::document(page, &request, &site)
    };
    let takes_gzip = compress::takes_gzip(&parts.headers);
    let drawn = leptos_axum::handle_response_inner(
        || (),
        app,
        http::Request::from_parts(parts, Body::empty()),
        |app, chunks, _| {
            Box::pin(async move {
                let html = app.to_html();
                // A browser forgets what was typed into a page that it may not store, when somebody follows
                // a link and comes back. So a page with a form is kept, asked for anew each time, and
                // cleared when the session has ended; every other page leaves nothing on the disk.
                // Only what stands in the page itself counts: nothing is typed into the header's.
                if html.split_once("<main").is_some_and(|(_, main)| main.contains(POST_FORM)) {
                    let kept = HeaderValue::from_static("private, no-cache");
                    expect_context::<ResponseOptions>().insert_header(header::CACHE_CONTROL, kept);
                }
                Box::pin(once(async move { html }).chain(chunks())) as Pin<Box<dyn Stream<Item = String> + Send>>
            })
        },
    )
    .await;
    compress::page(drawn, takes_gzip).await
}

/// What a page may load and run: only its own.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

async fn error_response(state: &State, error: Error, http: http::Request<Body>) -> Response {
    let (parts, _) = http.into_parts();
    draw_error(state, error, parts).await
}

async fn draw_error(state: &State, error: Error, parts: http::request::Parts) -> Response {
    // The visitor only decides which links the page offers: without an answer from the store, none.
    let request = match request(state, &parts, Vec::new()).await {
        Ok(request) => request,
        Err(_) => assemble(state, &parts, Vec::new(), Visitor::Nobody),
    };
    let page = shell::error_page(&error, &request);
    draw(page, request, parts).await
}

/// What a browser is shown when there is no turn for it: made once, asks nothing of the store.
static BUSY: LazyLock<String> = LazyLock::new(|| {
    format!(
        "<!DOCTYPE html><html lang=\"en-GB\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Baton is busy – Baton</title><link rel=\"stylesheet\" href=\"{}/baton.css\"></head><body>\
         <header class=\"nhsuk-header baton-header\"><div class=\"nhsuk-header__container nhsuk-width-container\">\
         <div class=\"nhsuk-header__service\"><a class=\"nhsuk-header__service-name\" href=\"/\">Baton</a></div></div></header>\
         <div class=\"nhsuk-width-container\"><main class=\"nhsuk-main-wrapper\" id=\"maincontent\">\
         <h1 class=\"nhsuk-heading-l\">Baton is busy</h1>\
         <p>Too many people are using it at this moment. Wait a few seconds, then reload the page.</p>\
         <p>If you sent a form, go back to it: what you typed should still be there. Look whether it was saved before you send it again.</p>\
         </main></div></body></html>",
        *assets::ROOT
    )
});

fn busy() -> Response {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, BUSY.as_str()).into_response()
}

/// Gives a browser a designed page for what was refused with a bare status.
async fn dress(state: Arc<State>, http: http::Request<Body>, next: Next) -> Response {
    if let Some(host) = state.host.as_ref().filter(|host| !host.is_asked(&http)) {
        tracing::debug!(?host, "asked for by another name");
        let told = "This demonstration of Baton does not go by this name. Use the address that it printed when it was started.\n";
        return (StatusCode::MISDIRECTED_REQUEST, told).into_response();
    }
    let html = action::wants_html(http.headers());
    let mut bare = http::Request::new(());
    *bare.uri_mut() = http.uri().clone();
    *bare.headers_mut() = http.headers().clone();
    *bare.extensions_mut() = http.extensions().clone();
    let is_asset = http.uri().path().starts_with("/assets/");
    let mut response = next.run(http).await;
    if html && !is_asset && !response.headers().contains_key(header::CONTENT_SECURITY_POLICY) {
        let error = match response.status() {
            StatusCode::FORBIDDEN => Some(Error::Forbidden),
            StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND => Some(Error::NotFound),
            StatusCode::PAYLOAD_TOO_LARGE => Some(Error::TooLarge),
            StatusCode::INTERNAL_SERVER_ERROR => {
                tracing::error!(path = bare.uri().path(), "a request panicked");
                Some(Error::Internal)
            }
            StatusCode::SERVICE_UNAVAILABLE => Some(Error::Busy),
            _ => None,
        };
        response = match error {
            None => response,
            Some(Error::Busy) => busy(),
            // Drawing is work as well.
            Some(error) => match state.turn() {
                None => busy(),
                Some(_turn) => draw_error(&state, error, bare.into_parts().0).await,
            },
        };
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from(limits::BUSY_SECONDS));
    }
    response
}

async fn headers(state: Arc<State>, http: http::Request<Body>, next: Next) -> Response {
    let method = http.method().clone();
    let mut response = next.run(http).await;
    let headers: &mut HeaderMap = response.headers_mut();
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::REFERRER_POLICY, "same-origin");
    set(header::X_FRAME_OPTIONS, "DENY");
    set(header::CONTENT_SECURITY_POLICY, "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if method != Method::GET {
        set(header::CACHE_CONTROL, "no-store");
    }
    if let Some(value) = &state.strict_transport {
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(value.clone());
    }
    response
}

//! The router: pages, server functions, assets and health, behind limits and security headers.

use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use app::clock::Clock;
use app::db::Store;
use app::error::Error;
use app::form::Forms;
use app::people::{Attempts, Codes};
use app::request::{Inner, Request};
use app::shell::{self, Page, Reply, Route, Site};
use app::visitor::{Sessions, Visitor};
use axum::Router;
use axum::body::Body;
use axum::error_handling::HandleErrorLayer;
use axum::extract::{ConnectInfo, MatchedPath, RawPathParams};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use futures::stream::{Stream, StreamExt as _, once};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::load_shed::LoadShedLayer;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::CsrfLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::{action, assets};

/// The most that one request's body may hold.
pub const MOST_BODY: usize = 1024 * 1024;
/// The most that a request's body may hold where a table is sent.
pub const MOST_TABLE: usize = 8 * 1024 * 1024;

/// Of gzip, by zlib-rs. Measured on a project's page and a chart's (docs/decisions/speed.md): about the size
/// of brotli at its fastest for a third to a half of its time; assets are compressed once, by brotli.
const COMPRESSION: i32 = 2;

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
    /// The client's address comes from a proxy.
    pub behind_proxy: bool,
    /// After this a request is given up.
    pub timeout: Duration,
    /// Requests worked on at the same time.
    pub concurrency: usize,
}

/// Identifies a request in the log, the history and on the page of a fault.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The whole application.
pub fn router(state: State) -> Router {
    // Leptos spawns on it while it draws; a second router in the same process (a test) finds it there.
    let _ = any_spawner::Executor::init_tokio();
    let state = Arc::new(state);
    let mut router = Router::new();
    for route in shell::routes() {
        let state = Arc::clone(&state);
        router = router.route(
            route.path,
            get(move |params: RawPathParams, request: http::Request<Body>| page(state, route, params, request)),
        );
    }
    let for_actions = Arc::clone(&state);
    let for_fallback = Arc::clone(&state);
    let for_errors = Arc::clone(&state);
    let limits = ServiceBuilder::new()
        .layer(HandleErrorLayer::new(|_: tower::BoxError| async { StatusCode::SERVICE_UNAVAILABLE }))
        .layer(LoadShedLayer::new())
        .layer(GlobalConcurrencyLimitLayer::new(state.concurrency));
    let secure = state.sessions.secure;
    router
        .route(
            "/api/{*path}",
            post(move |request: http::Request<Body>| action::answer(for_actions, request)).get({
                let state = Arc::clone(&state);
                move |request: http::Request<Body>| action::answer(state, request)
            }),
        )
        .route(
            "/health",
            get({
                let store = state.store.clone();
                move || health(store)
            }),
        )
        .route("/assets/{digest}/{*name}", get(assets::serve))
        .fallback(move |request: http::Request<Body>| async move {
            error_response(&for_fallback, Error::NotFound, request).await
        })
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(TimeoutLayer::with_status_code(StatusCode::SERVICE_UNAVAILABLE, state.timeout))
        .layer(CsrfLayer::new())
        .layer(limits)
        // Whatever stopped a request above, a browser gets a designed page.
        .layer(middleware::from_fn(move |request: http::Request<Body>, next: Next| {
            dress(Arc::clone(&for_errors), request, next)
        }))
        .layer(middleware::from_fn(move |request: http::Request<Body>, next: Next| headers(secure, request, next)))
        .layer(
            CompressionLayer::new().quality(CompressionLevel::Precise(COMPRESSION)).compress_when(
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
            let id = format!("{:08x}", fastrand::u32(..));
            request.extensions_mut().insert(RequestId(id));
            next.run(request).await
        }))
}

async fn health(store: Store) -> Response {
    let ready = match store.read().await {
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
        let mut change = state.store.write_aside().await?;
        state.sessions.touch(&mut change, &parts.headers, now).await?;
        change.commit().await?;
    }
    Ok(assemble(state, parts, params, visitor))
}

fn assemble(state: &State, parts: &http::request::Parts, params: Vec<(String, String)>, visitor: Visitor) -> Request {
    let query: Vec<(String, String)> =
        form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let now = state.clock.now();
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
        client: client(state, parts),
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

fn client(state: &State, parts: &http::request::Parts) -> String {
    let forwarded = state
        .behind_proxy
        .then(|| parts.headers.get("x-forwarded-for").and_then(|value| value.to_str().ok()))
        .flatten()
        .and_then(|value| value.rsplit(',').next())
        .map(|address| address.trim().to_owned());
    forwarded
        .or_else(|| parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip().to_string()))
        .unwrap_or_default()
}

async fn page(state: Arc<State>, route: Route, params: RawPathParams, http: http::Request<Body>) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (parts, _) = http.into_parts();
    let request = match request(&state, &parts, params).await {
        Ok(request) => request,
        Err(error) => return draw_error(&state, error, parts).await,
    };
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
        // Asked anew each time, but kept for the back button: with no-store a browser drops what was typed.
        options.insert_header(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        shell::document(page, &request, &site)
    };
    leptos_axum::handle_response_inner(
        || (),
        app,
        http::Request::from_parts(parts, Body::empty()),
        |app, chunks, _| {
            Box::pin(async move {
                let html = app.to_html();
                Box::pin(once(async move { html }).chain(chunks())) as Pin<Box<dyn Stream<Item = String> + Send>>
            })
        },
    )
    .await
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

/// Gives a browser a designed page for what a layer refused with a bare status.
async fn dress(state: Arc<State>, http: http::Request<Body>, next: Next) -> Response {
    let html = action::wants_html(http.headers());
    let mut bare = http::Request::new(());
    *bare.uri_mut() = http.uri().clone();
    *bare.headers_mut() = http.headers().clone();
    *bare.extensions_mut() = http.extensions().clone();
    let is_asset = http.uri().path().starts_with("/assets/");
    let response = next.run(http).await;
    if !html || is_asset || response.headers().contains_key(header::CONTENT_SECURITY_POLICY) {
        return response;
    }
    let error = match response.status() {
        StatusCode::FORBIDDEN => Error::Forbidden,
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        StatusCode::INTERNAL_SERVER_ERROR => {
            tracing::error!(path = bare.uri().path(), "a request panicked");
            Error::Fault
        }
        StatusCode::SERVICE_UNAVAILABLE => Error::Busy,
        _ => return response,
    };
    draw_error(&state, error, bare.into_parts().0).await
}

async fn headers(secure: bool, http: http::Request<Body>, next: Next) -> Response {
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
    if secure {
        set(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if method != Method::GET {
        set(header::CACHE_CONTROL, "no-store");
    }
    response
}

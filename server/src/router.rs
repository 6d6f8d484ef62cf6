//! The table of routes, and the layers around them.

use std::sync::Arc;
use std::time::Duration;

use app::error::Error;
use app::shell;
use axum::Router;
use axum::body::Body;
use axum::extract::{MatchedPath, RawPathParams};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::StatusCode;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::health::health;
use crate::layers::{dress, headers, worked_on};
use crate::page::{error_response, page};
use crate::request::{RequestId, State};
use crate::{action, assets};

/// The whole application.
pub fn router(state: State) -> Router {
    // Leptos spawns on it while it draws; a second router in the same process (a test) finds it there.
    let _ = any_spawner::Executor::init_tokio();
    let state = Arc::new(state);
    let mut pages = Router::new();
    for route in shell::routes() {
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

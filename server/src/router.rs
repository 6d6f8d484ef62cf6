//! The table of routes, and the layers around them.

use std::sync::Arc;
use std::time::Duration;

use app::id::TeamRoleId;
use app::routes::routes;
use app::web::page::Route;
use axum::Router;
use axum::extract::{MatchedPath, Path, RawPathParams, RawQuery, Request, State};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{MethodRouter, get};
use http::StatusCode;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate as _};
use tower_http::csrf::CsrfLayer;
use tower_http::trace::TraceLayer;

use crate::health::health;
use crate::request::{AppState, RequestId};
use crate::{action, assets, layers, page};

pub fn router(state: AppState) -> Router {
    // Leptos spawns on it while it draws; a second router in the same process (a test) finds it there.
    let _ = any_spawner::Executor::init_tokio();
    let state = Arc::new(state);
    // Forms take their permits themselves, not while they are still arriving. The rest is outside every
    // limit: whoever watches the server must not end it because it is busy.
    let routes = pages(&state)
        .route("/api/{*path}", get(action::handle).post(action::handle))
        .route("/health", get(health))
        .route("/places/{id}", get(renamed))
        .route("/assets/{digest}/{*name}", get(assets::serve));
    // The last stands outermost.
    let answered = routes
        .layer(CatchPanicLayer::custom(|_: Box<dyn std::any::Any + Send>| {
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }))
        .layer(CsrfLayer::new())
        .layer(from_fn_with_state(Arc::clone(&state), layers::error_pages))
        .layer(from_fn_with_state(Arc::clone(&state), layers::check_host))
        .layer(from_fn_with_state(Arc::clone(&state), layers::security_headers))
        .layer(
            // What is no page and no asset, such as a CSV: both come compressed.
            CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(
                DefaultPredicate::new()
                    .and(NotForContentType::const_new("font/"))
                    .and(NotForContentType::const_new("application/wasm")),
            ),
        );
    traced(answered.with_state(state))
}

/// Every page and download, each of which takes a permit to be worked on.
fn pages(state: &Arc<AppState>) -> Router<Arc<AppState>> {
    routes()
        .into_iter()
        .fold(Router::new(), |pages, route| pages.route(route.path, answering(route)))
        .fallback(page::not_found)
        .layer(from_fn_with_state(Arc::clone(state), layers::limit_work))
}

/// The address of a membership in bookmarks and messages of the first releases.
async fn renamed(Path(membership): Path<String>, RawQuery(query): RawQuery) -> Response {
    match membership.parse::<TeamRoleId>() {
        Ok(membership) => {
            // A form that was rejected there waits under the key in the query.
            let query = query.map(|query| format!("?{query}")).unwrap_or_default();
            Redirect::permanent(&format!("/memberships/{membership}{query}")).into_response()
        }
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

fn answering(route: Route) -> MethodRouter<Arc<AppState>> {
    get(move |state: State<Arc<AppState>>, params: RawPathParams, request: Request| {
        page::handle(state, route, params, request)
    })
}

/// Gives each request an id, under which the log tells of it.
fn traced(router: Router) -> Router {
    let trace = TraceLayer::new_for_http()
        .make_span_with(|request: &Request| {
            let id = request.extensions().get::<RequestId>().map(|id| id.0.as_str()).unwrap_or_default();
            let route = request.extensions().get::<MatchedPath>().map_or("", |path| path.as_str());
            tracing::info_span!("request", id, method = %request.method(), route)
        })
        .on_response(|response: &Response, took: Duration, _: &tracing::Span| {
            tracing::debug!(status = response.status().as_u16(), ms = took.as_secs_f64() * 1000.0, "answered");
        })
        .on_failure(());
    router.layer(trace).layer(from_fn(layers::request_id))
}

//! `/health`: whether the server can answer, for whatever watches it.

use std::sync::Arc;

use app::db::ping;
use axum::extract::State;
use http::StatusCode;

use crate::request::AppState;

/// 200 when the store answers, else 503. It asks on a reader apart, so that a full pool is no fault.
pub async fn health(State(state): State<Arc<AppState>>) -> (StatusCode, &'static str) {
    let ready = match state.store.read_apart().await {
        Ok(mut conn) => ping(&mut conn).await,
        Err(error) => Err(error),
    };
    match ready {
        Ok(()) => (StatusCode::OK, "ready\n"),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
    }
}

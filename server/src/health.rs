//! Whether the server is well, for whatever watches it.

use app::db::Store;
use axum::response::{IntoResponse, Response};
use http::StatusCode;

pub async fn health(store: Store) -> Response {
    let ready = match store.read_apart().await {
        Ok(mut conn) => app::people::store::answers(&mut conn).await,
        Err(error) => Err(error),
    };
    match ready {
        Ok(()) => (StatusCode::OK, "ready\n").into_response(),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n").into_response(),
    }
}

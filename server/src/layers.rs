//! What stands around every answer: limits, errors as pages, security headers.

use std::sync::Arc;

use app::error::Error;
use app::limits;
use axum::body::Body;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::page::{busy, draw_error};
use crate::request::{self, State};

/// Works on a request when there is a turn for it, and no longer than a request may take.
pub async fn worked_on(state: Arc<State>, request: http::Request<Body>, next: Next) -> Response {
    let Some(_turn) = state.turn() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let answered = tokio::time::timeout(state.timeout, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// Gives a browser a designed page for what was refused with a bare status.
pub async fn dress(state: Arc<State>, http: http::Request<Body>, next: Next) -> Response {
    if let Some(host) = state.host.as_ref().filter(|host| !host.is_asked(&http)) {
        tracing::debug!(?host, "asked for by another name");
        let told = "This demonstration of Baton does not go by this name. Use the address that it printed when it was started.\n";
        return (StatusCode::MISDIRECTED_REQUEST, told).into_response();
    }
    let html = request::wants_html(http.headers());
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
                Some(Error::Fault)
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

pub async fn headers(state: Arc<State>, http: http::Request<Body>, next: Next) -> Response {
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

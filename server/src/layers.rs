//! The layers around the routes: what every request and every response goes through, whatever answers it.

use std::sync::Arc;

use app::error::Error;
use app::limits;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};

use crate::page::{busy, draw_error};
use crate::request::{AppState, RequestId, accepts_html};

pub async fn request_id(mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(RequestId(uuid::Uuid::now_v7().to_string()));
    next.run(request).await
}

/// Works on a request when there is a permit for it, and no longer than a request may take.
pub async fn limit_work(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let Some(_permit) = state.permit() else { return StatusCode::SERVICE_UNAVAILABLE.into_response() };
    let answered = tokio::time::timeout(state.timeout, next.run(request)).await;
    answered.unwrap_or_else(|_| StatusCode::SERVICE_UNAVAILABLE.into_response())
}

/// A demonstration answers to its own name only.
pub async fn check_host(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    if let Some(host) = state.host.as_ref().filter(|host| !host.is_asked(&request)) {
        tracing::debug!(?host, "asked for by another name");
        let told = "This demonstration of Baton does not go by this name. Use the address that it printed when it was started.\n";
        return (StatusCode::MISDIRECTED_REQUEST, told).into_response();
    }
    next.run(request).await
}

/// Gives a browser a page for what was refused with a bare status.
pub async fn error_pages(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let wants_page = accepts_html(request.headers()) && !request.uri().path().starts_with("/assets/");
    let mut bare = http::Request::new(());
    *bare.uri_mut() = request.uri().clone();
    *bare.headers_mut() = request.headers().clone();
    *bare.extensions_mut() = request.extensions().clone();
    let mut response = next.run(request).await;
    // What has a policy is a page already.
    if wants_page
        && !response.headers().contains_key(header::CONTENT_SECURITY_POLICY)
        && let Some(error) = error_of(response.status())
    {
        if error == Error::Internal {
            tracing::error!(path = bare.uri().path(), "a request panicked");
        }
        // Drawing is work as well.
        let permit = if error == Error::Busy { None } else { state.permit() };
        response = match permit {
            None => busy(),
            Some(_permit) => draw_error(&state, &error, bare.into_parts().0).await,
        };
    }
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().entry(header::RETRY_AFTER).or_insert(HeaderValue::from(limits::BUSY_SECONDS));
    }
    response
}

/// The error whose page is shown for a bare status, if there is one.
fn error_of(status: StatusCode) -> Option<Error> {
    match status {
        StatusCode::FORBIDDEN => Some(Error::Forbidden),
        StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_FOUND => Some(Error::NotFound),
        StatusCode::PAYLOAD_TOO_LARGE => Some(Error::TooLarge),
        StatusCode::INTERNAL_SERVER_ERROR => Some(Error::Internal),
        StatusCode::SERVICE_UNAVAILABLE => Some(Error::Busy),
        _ => None,
    }
}

/// Security headers, where the response has none of its own: a page brings its own policy.
pub async fn security_headers(State(state): State<Arc<AppState>>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let mut response = next.run(request).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_status_becomes_the_page_of_its_error() {
        for error in [Error::Forbidden, Error::NotFound, Error::TooLarge, Error::Internal, Error::Busy] {
            let status = StatusCode::from_u16(error.status()).expect("a status");
            assert_eq!(error_of(status), Some(error));
        }
        assert_eq!(error_of(StatusCode::METHOD_NOT_ALLOWED), Some(Error::NotFound));
        for status in [StatusCode::OK, StatusCode::SEE_OTHER, StatusCode::UNPROCESSABLE_ENTITY] {
            assert_eq!(error_of(status), None, "{status}");
        }
    }
}

//! Calls a server function of the app, as leptos_axum does, but leaves its errors to us.

use std::future::Future;

use app::error::Error;
use app::limits;
use app::web::form::IdempotencySlot;
use app::web::request::Request;
use axum::body::{Body, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderValue, header};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;
use server_fn::axum::get_server_fn_service;

use crate::action::outcome::{Done, location};

pub fn exists(parts: &Parts) -> bool {
    get_server_fn_service(parts.uri.path(), parts.method.clone()).is_some()
}

/// Calls the server function at the path; `urlencoded` is the form that was posted to it.
///
/// # Errors
/// The function's own, and [`Error::NotFound`] when there is none.
pub async fn call(request: Request, mut parts: Parts, urlencoded: Option<String>) -> Result<Response, Error> {
    // With this, the server function answers an error as JSON and never redirects to a Referer.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    if urlencoded.is_some() {
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        parts.headers.insert(header::CONTENT_TYPE, kind);
    }
    let service = get_server_fn_service(parts.uri.path(), parts.method.clone());
    let Some(mut service) = service else { return Err(Error::NotFound) };
    let mut http = http::Request::from_parts(parts, Body::from(urlencoded.unwrap_or_default()));
    // What arrived is within its limits, and may be three times as long in this writing of it: axum would
    // refuse whatever is longer than 2 MB.
    DefaultBodyLimit::disable().apply(&mut http);
    let (http, parts) = leptos_axum::generate_request_and_parts(http);
    let owner = Owner::new();
    let response = owner
        .with(|| {
            ScopedFuture::new(async move {
                let options = ResponseOptions::default();
                provide_context(parts);
                provide_context(options.clone());
                provide_context(request);
                let mut response = service.run(http).await;
                let options =
                    std::mem::take(&mut *options.0.write().unwrap_or_else(std::sync::PoisonError::into_inner));
                response.headers_mut().extend(options.headers);
                response
            })
        })
        .await;
    owner.unset_with_forced_cleanup();
    error_of(response).await
}

/// A response, or the error that a server function wrote into it.
async fn error_of(response: Response) -> Result<Response, Error> {
    if response.status().is_success() || response.status().is_redirection() {
        return Ok(response);
    }
    let body = to_bytes(response.into_body(), limits::PERSON.bytes).await.map_err(|_| Error::Internal)?;
    Err(serde_json::from_slice(&body).unwrap_or_else(|_| {
        tracing::error!("a server function answered an error that is not ours");
        Error::Internal
    }))
}

/// Calls it unless its answer stands in this place already. Whoever sends the same form meanwhile (a double
/// click) waits for this call. Without a place it is called each time.
///
/// # Errors
/// Those of the call.
pub async fn once(
    place: Option<IdempotencySlot>,
    call: impl Future<Output = Result<Response, Error>>,
) -> Result<Done, Error> {
    let Some(place) = place else { return Ok(Done::Now(call.await?)) };
    let mut answer = place.lock().await;
    if let Some(before) = &*answer {
        return Ok(Done::Before(before.clone()));
    }
    let response = call.await?;
    *answer = repeatable(&response).map(str::to_owned);
    Ok(Done::Now(response))
}

/// The address that may be given as the answer again: not when it came with a cookie, which is for one
/// session, nor when it takes more room than its place has.
fn repeatable(response: &Response) -> Option<&str> {
    let address = location(response).filter(|address| address.len() <= limits::PAGE_ADDRESS)?;
    (!response.headers().contains_key(header::SET_COOKIE)).then_some(address)
}

#[cfg(test)]
mod tests {
    use axum::response::{IntoResponse as _, Redirect};
    use http::StatusCode;

    use super::*;

    /// Whether the call was made, and what came of it.
    async fn called(place: &IdempotencySlot, answered: Result<Response, Error>) -> (bool, Result<Done, Error>) {
        let mut made = false;
        let call = async {
            made = true;
            answered
        };
        let done = once(Some(place.clone()), call).await;
        (made, done)
    }

    #[tokio::test]
    async fn a_form_is_done_once_and_its_answer_given_again() {
        let place = IdempotencySlot::default();
        let (made, done) = called(&place, Ok(Redirect::to("/projects/1").into_response())).await;
        assert!(made && matches!(done, Ok(Done::Now(_))));
        let (made, done) = called(&place, Ok(Redirect::to("/projects/2").into_response())).await;
        assert!(!made);
        assert!(matches!(done, Ok(Done::Before(to)) if to == "/projects/1"));
    }

    #[tokio::test]
    async fn what_failed_is_tried_again() {
        let place = IdempotencySlot::default();
        assert!(matches!(called(&place, Err(Error::Conflict)).await, (true, Err(Error::Conflict))));
        assert!(matches!(called(&place, Ok(Redirect::to("/").into_response())).await, (true, Ok(Done::Now(_)))));
    }

    #[tokio::test]
    async fn an_answer_that_changes_the_session_or_is_too_long_or_leads_nowhere_is_not_given_again() {
        let cookie = ([(header::LOCATION, "/"), (header::SET_COOKIE, "baton=x")], ()).into_response();
        let long = Redirect::to(&format!("/{}", "a".repeat(limits::PAGE_ADDRESS))).into_response();
        for answer in [cookie, long, StatusCode::OK.into_response()] {
            let place = IdempotencySlot::default();
            assert!(matches!(called(&place, Ok(answer)).await, (true, Ok(Done::Now(_)))));
            assert_eq!(*place.lock().await, None);
        }
    }

    #[tokio::test]
    async fn a_form_without_a_place_is_done_each_time() {
        for _ in 0..2 {
            let done = once(None, async { Ok(Redirect::to("/").into_response()) }).await;
            assert!(matches!(done, Ok(Done::Now(_))));
        }
    }

    #[tokio::test]
    async fn an_error_is_read_out_of_its_response_and_one_that_is_not_ours_is_a_fault() {
        let of = |body: &'static str| error_of((StatusCode::CONFLICT, body).into_response());
        assert_eq!(of(r#"{"error":"conflict"}"#).await.map(drop), Err(Error::Conflict));
        assert_eq!(of("<html>").await.map(drop), Err(Error::Internal));
        assert!(error_of(Redirect::to("/").into_response()).await.is_ok());
    }
}

//! Pages and files for browsers: how a route's reply becomes a response, pages of errors, and what each
//! document may load and who may store it.

use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use app::error::Error;
use app::limits;
use app::visitor::Visitor;
use app::web::cookie;
use app::web::form::Rejected;
use app::web::page::{Page, Reply, Route};
use app::web::request::Request;
use app::web::shell::{Site, document, error_page};
use axum::body::Body;
use axum::extract::{RawPathParams, State};
use axum::response::{IntoResponse, Redirect, Response};
use futures::stream::{Stream, StreamExt as _, once};
use http::request::Parts;
use http::{HeaderValue, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::request::{AppState, from_http, of_visitor, sign_in_address};
use crate::{assets, compress};

/// Answers a request for a page or a download.
pub async fn handle(
    State(state): State<Arc<AppState>>,
    route: Route,
    params: RawPathParams,
    http: http::Request<Body>,
) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (parts, _) = http.into_parts();
    let request = match from_http(&state, &parts, params).await {
        Ok(request) => request,
        Err(error) => return draw_error(&state, &error, parts).await,
    };
    let session_ended =
        matches!(request.visitor, Visitor::Nobody) && cookie::session_token(state.sessions, &parts.headers).is_some();
    let long = request.rejected.as_ref().is_some_and(|rejected| rejected.bytes() > limits::LONG_FORM);
    let permit = if long { state.long_forms.try_acquire().ok() } else { None };
    if long && permit.is_none() {
        return busy();
    }
    let mut response = respond(route, request, parts).await;
    if session_ended {
        // What the browser kept while the session lasted is not for whoever sits there now.
        response.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\""));
    }
    response
}

/// The fallback of the pages.
pub async fn not_found(State(state): State<Arc<AppState>>, http: http::Request<Body>) -> Response {
    draw_error(&state, &Error::NotFound, http.into_parts().0).await
}

async fn respond(route: Route, request: Request, parts: Parts) -> Response {
    match (route.handler)(request.clone()).await {
        Ok(Reply::Page(page)) => draw(page, request, parts).await,
        Ok(Reply::Redirect(to)) => Redirect::to(&to).into_response(),
        Ok(Reply::File { name, kind, body }) => file(&name, kind, body),
        Err(Error::SignIn) => {
            let next = parts.uri.path_and_query().map_or("/", |path| path.as_str());
            Redirect::to(&sign_in_address(next)).into_response()
        }
        Err(error) => {
            let page = error_page(&error, &request);
            draw(page, request, parts).await
        }
    }
}

fn file(name: &str, kind: &str, body: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, body).into_response()
}

/// Draws the page of an error, also when the store does not answer.
pub async fn draw_error(state: &AppState, error: &Error, parts: Parts) -> Response {
    // The visitor only decides which links the page offers: without an answer from the store, none.
    let request = match from_http(state, &parts, Vec::new()).await {
        Ok(request) => request,
        Err(_) => of_visitor(state, &parts, Vec::new(), Visitor::Nobody),
    };
    let page = error_page(error, &request);
    draw(page, request, parts).await
}

async fn draw(page: Page, request: Request, parts: Parts) -> Response {
    let status = status(page.status(), request.rejected.as_deref());
    let site = Site { assets: assets::ROOT.clone(), islands: assets::has_islands() };
    let accepts_gzip = compress::accepts_gzip(&parts.headers);
    let app = move || {
        let nonce = use_nonce().map(|nonce| nonce.to_string()).unwrap_or_default();
        let options = expect_context::<ResponseOptions>();
        options.set_status(status);
        if let Ok(policy) = HeaderValue::from_str(&content_security_policy(&nonce)) {
            options.insert_header(header::CONTENT_SECURITY_POLICY, policy);
        }
        document(page, &request, &site)
    };
    let drawn = leptos_axum::handle_response_inner(
        || (),
        app,
        http::Request::from_parts(parts, Body::empty()),
        |app, chunks, _| {
            Box::pin(async move {
                let html = app.to_html();
                let kept = HeaderValue::from_static(cache_control(&html));
                expect_context::<ResponseOptions>().insert_header(header::CACHE_CONTROL, kept);
                Box::pin(once(async move { html }).chain(chunks())) as Pin<Box<dyn Stream<Item = String> + Send>>
            })
        },
    )
    .await;
    compress::compress_page(drawn, accepts_gzip).await
}

/// The page's status; of one that draws a rejected form again the form's, which tells machines too.
fn status(page: u16, rejected: Option<&Rejected>) -> StatusCode {
    let status = match rejected {
        Some(rejected) if page == 200 && !rejected.errors.is_empty() => rejected.status,
        _ => page,
    };
    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// A browser forgets what was typed into a page that it may not store, when somebody follows a link and
/// comes back. So a page with a form is kept, asked for anew each time, and cleared when the session has
/// ended; every other page leaves nothing on the disk.
fn cache_control(html: &str) -> &'static str {
    // As every page draws a form that is sent. Nothing is typed into the header's: only `<main>` counts.
    const POST_FORM: &str = "<form method=\"post\"";
    let typed_into = html.split_once("<main").is_some_and(|(_, main)| main.contains(POST_FORM));
    if typed_into { "private, no-cache" } else { "no-store" }
}

/// What a page may load and run: only its own.
fn content_security_policy(nonce: &str) -> String {
    format!(
        "default-src 'self'; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}

/// What a browser is shown when there is no permit to work on it: made once, asks nothing of the store.
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

pub fn busy() -> Response {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, BUSY.as_str()).into_response()
}

#[cfg(test)]
mod tests {
    use app::error::FieldError;

    use super::*;

    #[test]
    fn a_page_with_a_rejected_form_answers_with_its_status() {
        let with = |errors| Rejected { errors, status: 422, ..Rejected::default() };
        let wrong = with(vec![FieldError::new("title", "Too short.")]);
        assert_eq!(status(200, None), StatusCode::OK);
        assert_eq!(status(200, Some(&wrong)), StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(status(404, Some(&wrong)), StatusCode::NOT_FOUND, "the page's own comes first");
        assert_eq!(status(200, Some(&with(Vec::new()))), StatusCode::OK, "nothing is wrong with it");
    }

    #[test]
    fn a_browser_keeps_only_what_can_be_typed_into() {
        assert_eq!(cache_control("<main><form method=\"post\" action=\"/api/x\">"), "private, no-cache");
        assert_eq!(cache_control("<main><form method=\"get\">"), "no-store");
        assert_eq!(cache_control("<form method=\"post\"><main>"), "no-store", "the header's");
        assert_eq!(cache_control(""), "no-store");
    }

    #[test]
    fn only_scripts_with_the_pages_own_nonce_run() {
        let policy = content_security_policy("n0nce");
        assert!(policy.contains("script-src 'self' 'nonce-n0nce' 'wasm-unsafe-eval';"));
        assert!(!policy.contains("unsafe-inline"));
    }

    #[test]
    fn a_file_is_saved_under_its_name_and_kept_by_nobody_else() {
        let response = file("points.csv", "text/csv", b"a".to_vec());
        assert_eq!(response.headers()[header::CONTENT_DISPOSITION], "attachment; filename=\"points.csv\"");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    }
}

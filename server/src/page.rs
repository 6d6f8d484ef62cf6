//! Pages and files drawn for browsers, also those of errors.

use std::pin::Pin;
use std::sync::{Arc, LazyLock};

use app::error::Error;
use app::limits;
use app::request::Request;
use app::shell::{self, Page, Reply, Route, Site};
use app::visitor::Visitor;
use axum::body::Body;
use axum::extract::RawPathParams;
use axum::response::{IntoResponse, Redirect, Response};
use futures::stream::{Stream, StreamExt as _, once};
use http::{HeaderValue, StatusCode, header};
use leptos::nonce::use_nonce;
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use crate::request::{self, State};
use crate::{assets, compress};

pub async fn page(state: Arc<State>, route: Route, params: RawPathParams, http: http::Request<Body>) -> Response {
    let params = params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let (parts, _) = http.into_parts();
    let request = match request::request(&state, &parts, params).await {
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
            Redirect::to(&request::sign_in(next)).into_response()
        }
        Err(error) => {
            let page = shell::error_page(&error, &request);
            draw(page, request, parts).await
        }
    }
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

pub async fn error_response(state: &State, error: Error, http: http::Request<Body>) -> Response {
    let (parts, _) = http.into_parts();
    draw_error(state, error, parts).await
}

pub async fn draw_error(state: &State, error: Error, parts: http::request::Parts) -> Response {
    // The visitor only decides which links the page offers: without an answer from the store, none.
    let request = match request::request(state, &parts, Vec::new()).await {
        Ok(request) => request,
        Err(_) => request::assemble(state, &parts, Vec::new(), Visitor::Nobody),
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

pub fn busy() -> Response {
    let policy = "default-src 'none'; style-src 'self'; img-src 'self' data:; frame-ancestors 'none'; base-uri 'none'";
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::SERVICE_UNAVAILABLE, headers, BUSY.as_str()).into_response()
}

//! The one handler of server functions: turns errors into what the caller can use. A machine gets JSON
//! with the right status; a browser is led back to its form, where every answer still stands.

use std::sync::Arc;

use app::error::Error;
use app::form::{self, DrawnFor, Rejected};
use app::visitor::Visitor;
use axum::body::{Body, to_bytes};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use http_body_util::LengthLimitError;
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;

use crate::router::{self, MOST_BODY, MOST_TABLE, State};

type Pairs = Vec<(String, String)>;

/// The server functions that take a table.
const TABLES: &[&str] = &["/api/measures/import"];

/// Whether the caller is a browser that wants a page.
#[must_use]
pub fn wants_html(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).is_some_and(|value| value.contains("text/html"))
}

/// Answers a call of a server function.
pub async fn answer(state: Arc<State>, http: http::Request<Body>) -> Response {
    let html = wants_html(http.headers());
    let (mut parts, body) = http.into_parts();
    let most = if TABLES.contains(&parts.uri.path()) { MOST_TABLE } else { MOST_BODY };
    let body = match to_bytes(body, most).await {
        Ok(body) => body,
        Err(error) => {
            let too_large = std::error::Error::source(&error).is_some_and(|source| source.is::<LengthLimitError>());
            return json(&if too_large {
                Error::TooLarge
            } else {
                Error::refused("The form did not arrive whole. Send it again.")
            });
        }
    };
    let request = match router::request(&state, &parts, Vec::new()).await {
        Ok(request) => request,
        Err(error) => return json(&error),
    };
    if parts.method == Method::GET {
        return match run(request, parts, body.to_vec()).await {
            Ok(response) => response,
            Err(error) => json(&error),
        };
    }

    let (typed, unreadable) = match boundary(&parts.headers) {
        None => (form_urlencoded::parse(&body).into_owned().collect(), None),
        Some(boundary) => match with_files(body.clone(), &boundary).await {
            Ok(read) => read,
            Err(error) => return json(&error),
        },
    };
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"));
    let typed: Pairs = typed;
    let find = |name: &str| typed.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let page = local(find(form::PAGE));
    let form_key = find(form::KEY).to_owned();
    let rejected = |error: &Error| Rejected {
        action: parts.uri.path().to_owned(),
        name: find(form::NAME).to_owned(),
        typed: typed.clone(),
        errors: form::told(error),
        changed: *error == Error::Changed,
        status: error.status(),
    };
    let back = |error: &Error| {
        let key = state.forms.keep(rejected(error), &form_key, request.now);
        let separator = if page.contains('?') { '&' } else { '?' };
        format!("{page}{separator}form={key}")
    };

    // A form that was opened by somebody else on this computer is not done in this person's name: it
    // waits for the one who wrote it.
    let drawn_for = state.forms.drawn_for(&form_key, request.visitor.id());
    if html && !form_key.is_empty() && drawn_for == DrawnFor::SomebodyElse {
        let error =
            Error::refused("Your session had ended. Everything you typed is still here: check it and send it again.");
        return Redirect::to(&router::sign_in(&back(&error))).into_response();
    }

    if let Some(error) = unreadable {
        return if html { Redirect::to(&back(&error)).into_response() } else { json(&error) };
    }

    let sent = form_urlencoded::Serializer::new(String::new()).extend_pairs(join_dates(&typed)).finish();
    let lock = (!form_key.is_empty()).then(|| state.forms.answer(&form_key, &body));
    let mut answered = match &lock {
        Some(lock) => Some(lock.lock().await),
        None => None,
    };
    if let Some(before) = answered.as_ref().and_then(|answered| answered.as_ref()) {
        return Redirect::to(before).into_response();
    }
    match run(request.clone(), parts.clone(), sent.into_bytes()).await {
        Ok(response) => {
            let location = response.headers().get(header::LOCATION).and_then(|to| to.to_str().ok()).map(str::to_owned);
            if let Some(answered) = answered.as_mut() {
                **answered = location.clone();
            }
            if !html {
                return response;
            }
            let mut redirect = Redirect::to(location.as_deref().unwrap_or(&page)).into_response();
            for name in [header::SET_COOKIE, HeaderName::from_static("clear-site-data")] {
                for value in response.headers().get_all(&name) {
                    redirect.headers_mut().append(name.clone(), value.clone());
                }
            }
            redirect
        }
        Err(error) if !html => json(&error),
        Err(error) => match &error {
            Error::SignIn if !matches!(request.visitor, Visitor::Person(_)) => {
                let told = Error::refused(
                    "Your session had ended. Everything you typed is still here: check it and send it again.",
                );
                Redirect::to(&router::sign_in(&back(&told))).into_response()
            }
            Error::Invalid(_) | Error::Changed | Error::TooMany(_) | Error::Busy | Error::Fault => {
                Redirect::to(&back(&error)).into_response()
            }
            Error::SignIn | Error::Forbidden | Error::NotFound | Error::TooLarge => json(&error),
        },
    }
}

/// The boundary of a form that carries files.
fn boundary(headers: &HeaderMap) -> Option<String> {
    let kind = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    multer::parse_boundary(kind).ok()
}

/// The pairs of a form that carries files: each file becomes the text of its table. A file that is no
/// table is told beside the pairs.
async fn with_files(body: bytes::Bytes, boundary: &str) -> Result<(Pairs, Option<Error>), Error> {
    let incomplete = |_| Error::refused("The form did not arrive whole. Send it again.");
    let whole = futures::stream::iter([Ok::<_, std::convert::Infallible>(body)]);
    let mut form = multer::Multipart::new(whole, boundary);
    let (mut pairs, mut unreadable) = (Pairs::new(), None);
    while let Some(field) = form.next_field().await.map_err(incomplete)? {
        let name = field.name().unwrap_or_default().to_owned();
        let is_file = field.file_name().is_some();
        let bytes = field.bytes().await.map_err(incomplete)?;
        let value = if is_file && !bytes.is_empty() {
            let read = tokio::task::spawn_blocking(move || app::measures::import::file::text(&bytes)).await;
            read.map_err(|_| Error::Fault)?.unwrap_or_else(|error| {
                unreadable = Some(error);
                String::new()
            })
        } else {
            String::from_utf8_lossy(&bytes).into_owned()
        };
        pairs.push((name, value));
    }
    Ok((pairs, unreadable))
}

/// Runs the server function at the path, as leptos_axum does, but leaves its errors to us.
async fn run(
    request: app::request::Request,
    mut parts: http::request::Parts,
    body: Vec<u8>,
) -> Result<Response, Error> {
    // With this, the server function answers an error as JSON and never redirects to a Referer.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    let service = server_fn::axum::get_server_fn_service(parts.uri.path(), parts.method.clone());
    let Some(mut service) = service else { return Err(Error::NotFound) };
    let (http, parts) = leptos_axum::generate_request_and_parts(http::Request::from_parts(parts, Body::from(body)));
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
    if response.status().is_success() || response.status().is_redirection() {
        return Ok(response);
    }
    let body = to_bytes(response.into_body(), MOST_BODY).await.map_err(|_| Error::Fault)?;
    Err(serde_json::from_slice(&body).unwrap_or_else(|_| {
        tracing::error!("a server function answered an error that is not ours");
        Error::Fault
    }))
}

/// A machine's answer, or a bare status that the outer layer dresses for a browser.
fn json(error: &Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(error)).into_response();
    if let Error::TooMany(seconds) = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

/// The address that a form says it stands on, when it is one of ours.
fn local(page: &str) -> String {
    let plain = page.starts_with('/')
        && !page.starts_with("//")
        && !page.contains('\\')
        && page.len() <= 2000
        && page.chars().all(|c| c.is_ascii_graphic());
    if plain { page.to_owned() } else { "/".to_owned() }
}

/// Day, month and year of each date become one value, as the server functions read it.
fn join_dates(typed: &Pairs) -> Pairs {
    let mut joined: Pairs = Vec::with_capacity(typed.len());
    for (name, value) in typed {
        let Some((base, _)) = name.rsplit_once('.').filter(|(_, part)| matches!(*part, "day" | "month" | "year"))
        else {
            joined.push((name.clone(), value.clone()));
            continue;
        };
        if joined.iter().any(|(name, _)| name == base) {
            continue;
        }
        let part = |part: &str| {
            let name = format!("{base}.{part}");
            typed.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value.trim())
        };
        let (day, month, year) = (part("day"), part("month"), part("year"));
        let missing = day.is_empty() && month.is_empty() && year.is_empty();
        let whole = if missing { String::new() } else { format!("{day} {month} {year}").trim().to_owned() };
        joined.push((base.to_owned(), whole));
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Pairs {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    #[test]
    fn the_parts_of_a_date_become_one_value() {
        assert_eq!(join_dates(&pairs("a=1&on.day=4&on.month=1&on.year=2026&b=2")), pairs("a=1&on=4 1 2026&b=2"));
        assert_eq!(join_dates(&pairs("on.day=&on.month=&on.year=")), pairs("on="));
    }

    #[test]
    fn a_form_never_leads_to_another_site() {
        for page in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)", "/a\r\nb"]
        {
            assert_eq!(local(page), "/", "{page}");
        }
        assert_eq!(local("/projects/1?tab=team"), "/projects/1?tab=team");
    }
}

//! The one handler of server functions. In this order, so that nothing is done for whoever may not have
//! it done: is there such a function; who asks; what they send, within what they may; is it theirs to
//! send; and only then the function. Errors become what the caller can use: a machine gets JSON with the
//! right status; a browser is led back to its form, where every answer still stands.

use std::collections::HashMap;
use std::sync::Arc;

use app::error::Error;
use app::form::{self, DrawnFor, FOR_NOBODY, NEVER_REPLAYED, Rejected};
use app::id::TrustId;
use app::limits;
use app::request::Request;
use app::visitor::Visitor;
use axum::body::{Body, to_bytes};
use axum::extract::DefaultBodyLimit;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, Method, StatusCode, header};
use leptos::prelude::*;
use leptos::reactive::computed::ScopedFuture;
use leptos_axum::ResponseOptions;
use tracing::Instrument as _;

use crate::body::{self, Pairs, Received};
use crate::request::{self, State, wants_html};

const ENDED: &str = "Your session had ended. Everything you typed is still here: check it and send it again.";
const STRANGE: &str =
    "This page had been open for too long. Everything you typed is still here: check it and send it again.";
const CHANGED_OVER: &str =
    "You had changed over to another trust. Everything you typed is still here: check it and send it again.";
const SLOW: &str = "This takes longer than usual and may still be done. Look whether it was, before you send it again.";

/// Answers a call of a server function.
pub async fn answer(state: Arc<State>, http: http::Request<Body>) -> Response {
    let (parts, body) = http.into_parts();
    if server_fn::axum::get_server_fn_service(parts.uri.path(), parts.method.clone()).is_none() {
        return json(&Error::NotFound);
    }
    let Some(turn) = state.turn() else { return json(&Error::Busy) };
    let request = match request::request(&state, &parts, Vec::new()).await {
        Ok(request) => request,
        Err(error) => return json(&error),
    };
    if parts.method == Method::GET {
        let answered = tokio::time::timeout(state.timeout, run(request, parts, Vec::new())).await;
        return answered.unwrap_or(Err(Error::Busy)).unwrap_or_else(|error| json(&error));
    }
    // Whoever sends slowly keeps nobody from being worked on.
    drop(turn);
    match body::receive(&state.bodies, &request, parts.uri.path(), &parts.headers, body).await {
        Ok(received) => Sent::new(state, request, parts, received).answer().await,
        Err(error) => json(&error),
    }
}

/// A form that has arrived, and where it came from.
struct Sent {
    state: Arc<State>,
    request: Request,
    parts: http::request::Parts,
    received: Received,
    html: bool,
    /// The page that it stands on.
    page: String,
    key: String,
}

/// What became of a form.
enum Outcome {
    /// It was done.
    Done(Response),
    /// It had been done before, and led here.
    Before(String),
}

impl Sent {
    fn new(state: Arc<State>, request: Request, mut parts: http::request::Parts, received: Received) -> Self {
        let html = wants_html(&parts.headers);
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        parts.headers.insert(header::CONTENT_TYPE, kind);
        let find = |name: &str| received.typed.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value);
        let (page, key) = (local(find(form::PAGE)), find(form::KEY).to_owned());
        Self { state, request, parts, received, html, page, key }
    }

    fn path(&self) -> &str {
        self.parts.uri.path()
    }

    async fn answer(mut self) -> Response {
        if !FOR_NOBODY.contains(&self.path()) {
            if let Visitor::Nobody = self.request.visitor {
                return self.sign_in_first();
            }
            // A form that was opened by somebody else on this computer is not done in this person's name:
            // it waits for the one who wrote it.
            if self.html && !self.key.is_empty() {
                match self.state.forms.drawn_for(&self.key, self.request.visitor.id()) {
                    DrawnFor::SomebodyElse => return self.sign_in_first(),
                    DrawnFor::Unknown => return self.again(&Error::refused(STRANGE)),
                    DrawnFor::Visitor | DrawnFor::Nobody => {}
                }
            }
            if let Some(trust) = self.of_another_trust() {
                return self.change_over_first(trust);
            }
        }
        if let Some(error) = self.received.refused.take() {
            return self.refused(&error);
        }
        let Some(turn) = self.state.turn() else { return self.refused(&Error::Busy) };
        if let Err(error) = self.read_file().await {
            return self.refused(&error);
        }
        let work = self.work();
        // On a task of its own: once begun it is finished and its answer noted, whether or not whoever
        // sent it waits, and it keeps its turn as long as it works.
        let task = tokio::spawn(
            async move {
                let _turn = turn;
                work.await
            }
            .in_current_span(),
        );
        match tokio::time::timeout(self.state.timeout, task).await {
            Err(_) => self.slow(),
            Ok(Err(error)) => {
                tracing::error!(%error, path = self.path(), "a server function panicked");
                self.refused(&Error::Fault)
            }
            Ok(Ok(Err(error))) => self.refused(&error),
            Ok(Ok(Ok(Outcome::Before(to)))) => Redirect::to(&to).into_response(),
            Ok(Ok(Ok(Outcome::Done(response)))) => self.done(response),
        }
    }

    /// Reads the file, if there is one, into the field that holds its text.
    async fn read_file(&mut self) -> Result<(), Error> {
        let Some(file) = self.received.file.take() else { return Ok(()) };
        let text = if file.is_empty() { String::new() } else { self.state.tables.text(file).await? };
        self.received.typed.push((body::FILE.to_owned(), text));
        Ok(())
    }

    /// The function's work. The same form with the same words has one answer, which a double click waits
    /// for; an answer that changes who is signed in is none to give twice.
    fn work(&self) -> impl Future<Output = Result<Outcome, Error>> + Send + use<> {
        let sent =
            form_urlencoded::Serializer::new(String::new()).extend_pairs(join_dates(&self.received.typed)).finish();
        let (forms, visitor, now) = (&self.state.forms, self.request.visitor.id(), self.request.now);
        let replayed = !NEVER_REPLAYED.contains(&self.path());
        let place = replayed.then(|| forms.answer(&self.key, sent.as_bytes(), visitor, now)).flatten();
        let (request, parts, held) = (self.request.clone(), self.parts.clone(), Arc::clone(&self.received.held));
        async move {
            let _held = held;
            let mut answered = match &place {
                Some(place) => Some(place.lock().await),
                None => None,
            };
            if let Some(before) = answered.as_ref().and_then(|answered| answered.as_ref()) {
                return Ok(Outcome::Before(before.clone()));
            }
            let response = run(request, parts, sent.into_bytes()).await?;
            let to = location(&response).filter(|to| to.len() <= limits::PAGE_ADDRESS);
            if let (Some(answered), Some(to), None) = (&mut answered, to, response.headers().get(header::SET_COOKIE)) {
                **answered = Some(to.to_owned());
            }
            Ok(Outcome::Done(response))
        }
    }

    /// The page of the form, which finds there what was typed and what is wrong.
    fn back(&self, error: &Error) -> String {
        let rejected = Rejected {
            action: self.path().to_owned(),
            name: self
                .received
                .typed
                .iter()
                .find(|(key, _)| key == form::NAME)
                .map_or_else(String::new, |(_, name)| name.clone()),
            typed: self.received.typed.clone(),
            errors: form::told(error),
            changed: *error == Error::Changed,
            status: error.status(),
        };
        match self.state.forms.keep(rejected, &self.key, self.request.visitor.id(), self.request.now) {
            None => self.page.clone(),
            Some(key) => format!("{}{}form={key}", self.page, if self.page.contains('?') { '&' } else { '?' }),
        }
    }

    /// The form again, as it was typed.
    fn again(&self, error: &Error) -> Response {
        Redirect::to(&self.back(error)).into_response()
    }

    fn sign_in_first(&self) -> Response {
        if !self.html {
            return json(&Error::SignIn);
        }
        Redirect::to(&request::sign_in(&self.back(&Error::refused(ENDED)))).into_response()
    }

    /// The trust that the form was drawn in, when the visitor works in another one by now. What is typed
    /// for one trust is not done in another; what changes the session itself is of no trust.
    fn of_another_trust(&self) -> Option<TrustId> {
        let person = self.request.person().ok()?;
        let (_, drawn_in) = self.received.typed.iter().find(|(name, _)| name == form::TRUST)?;
        let drawn_in = drawn_in.parse().ok()?;
        (self.html && drawn_in != person.trust && !NEVER_REPLAYED.contains(&self.path())).then_some(drawn_in)
    }

    fn change_over_first(&self, trust: TrustId) -> Response {
        let back = self.back(&Error::refused(CHANGED_OVER));
        Redirect::to(&format!("/trusts?trust={trust}&next={}", app::ui::encoded(&back))).into_response()
    }

    fn refused(&self, error: &Error) -> Response {
        match error {
            // The session ended meanwhile, or is one in which the password has to be changed first.
            Error::SignIn if self.html => self.sign_in_first(),
            Error::Invalid(_) | Error::Changed | Error::TooMany(_) | Error::Busy | Error::Fault if self.html => {
                self.again(error)
            }
            error => json(error),
        }
    }

    /// It is still being done: whether it will be is not known, and not claimed.
    fn slow(&self) -> Response {
        if !self.html {
            return json(&Error::Busy);
        }
        self.again(&Error::refused(SLOW))
    }

    fn done(&self, response: Response) -> Response {
        if !self.html {
            return response;
        }
        let mut redirect = Redirect::to(location(&response).unwrap_or(&self.page)).into_response();
        for name in [header::SET_COOKIE, HeaderName::from_static("clear-site-data")] {
            for value in response.headers().get_all(&name) {
                redirect.headers_mut().append(name.clone(), value.clone());
            }
        }
        redirect
    }
}

fn location(response: &Response) -> Option<&str> {
    response.headers().get(header::LOCATION)?.to_str().ok()
}

/// Runs the server function at the path, as leptos_axum does, but leaves its errors to us.
async fn run(request: Request, mut parts: http::request::Parts, body: Vec<u8>) -> Result<Response, Error> {
    // With this, the server function answers an error as JSON and never redirects to a Referer.
    parts.headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
    parts.headers.remove(header::CONTENT_LENGTH);
    let service = server_fn::axum::get_server_fn_service(parts.uri.path(), parts.method.clone());
    let Some(mut service) = service else { return Err(Error::NotFound) };
    let mut http = http::Request::from_parts(parts, Body::from(body));
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
    if response.status().is_success() || response.status().is_redirection() {
        return Ok(response);
    }
    let body = to_bytes(response.into_body(), limits::PERSON.bytes).await.map_err(|_| Error::Fault)?;
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
        && page.len() <= limits::PAGE_ADDRESS
        && page.chars().all(|c| c.is_ascii_graphic());
    if plain { page.to_owned() } else { "/".to_owned() }
}

/// Day, month and year of each date become one value, as the server functions read it: where the first
/// of them stands.
fn join_dates(typed: &Pairs) -> Pairs {
    const PARTS: [&str; 3] = ["day", "month", "year"];
    let part_of = |name: &str| {
        let (base, part) = name.rsplit_once('.')?;
        Some((base.len(), PARTS.iter().position(|one| *one == part)?))
    };
    let mut dates: HashMap<&str, [&str; 3]> = HashMap::new();
    for (name, value) in typed.iter().rev() {
        if let Some((base, part)) = part_of(name) {
            dates.entry(&name[..base]).or_default()[part] = value.trim();
        }
    }
    let mut joined = Pairs::with_capacity(typed.len());
    for (name, value) in typed {
        match part_of(name) {
            None => joined.push((name.clone(), value.clone())),
            Some((base, _)) => {
                let Some([day, month, year]) = dates.remove(&name[..base]) else { continue };
                joined.push((name[..base].to_owned(), format!("{day} {month} {year}").trim().to_owned()));
            }
        }
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
        assert_eq!(join_dates(&pairs("on.year=2026&on.day=4&on.day=5")), pairs("on=4  2026"), "the first counts");
    }

    #[test]
    fn many_dates_are_joined_in_one_pass() {
        let many: Pairs = (0..200_000).map(|number| (format!("{number:x}.day"), "4".to_owned())).collect();
        let joined = join_dates(&many);
        assert_eq!(joined.len(), many.len());
        assert_eq!(joined[199_999], ("30d3f".to_owned(), "4".to_owned()));
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

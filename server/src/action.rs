//! How a form travels. In this order, so that nothing is done for whoever may not have it done:
//!
//! 1. Is there such a server function, and who asks? Nothing is read before that is known.
//! 2. [`body`] reads what they send, in time and within what they may send. How much that is, for a stranger
//!    as for a person, stands in `app::limits`.
//! 3. [`submission`]: what was typed, on which page, under which key.
//! 4. [`sender`]: is it theirs to send?
//! 5. Does it only look for somebody to choose? Then it comes back, with who was found, and nothing is done.
//! 6. [`server_function`] calls the function, once for the same form with the same words. It asks for
//!    permission, parses and stores.
//! 7. [`outcome`]: what the sender is told. A browser is led on, or back to its form, where every answer
//!    still stands (`app::web::form` keeps it); a machine gets JSON with the right status.

mod outcome;
mod sender;
mod server_function;
mod submission;

use std::sync::Arc;

use app::error::Error;
use app::web::request::Request;
use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Method;
use http::request::Parts;
use tracing::Instrument as _;

use crate::body::{self, Received};
use crate::request::{self, AppState};
use outcome::{Done, Refusal, json, respond};
use submission::Submission;

/// Answers a call of a server function.
pub async fn handle(State(state): State<Arc<AppState>>, http: http::Request<Body>) -> Response {
    answer(&state, http).await.unwrap_or_else(|error| json(&error))
}

/// What is refused here was not read, or not to its end: there is no form that could come back.
async fn answer(state: &AppState, http: http::Request<Body>) -> Result<Response, Error> {
    let (parts, body) = http.into_parts();
    if !server_function::exists(&parts) {
        return Err(Error::NotFound);
    }
    let permit = state.permit().ok_or(Error::Busy)?;
    let request = request::from_http(state, &parts, Vec::new()).await?;
    if parts.method == Method::GET {
        let call = server_function::call(request, parts, None);
        return tokio::time::timeout(state.timeout, call).await.unwrap_or(Err(Error::Busy));
    }
    // Whoever sends slowly keeps nobody from being worked on.
    drop(permit);
    let mut received = body::read(&state.bodies, &request, parts.uri.path(), &parts.headers, body).await?;
    let mut submission = Submission::new(&parts, std::mem::take(&mut received.fields));
    let outcome = submit(state, &request, parts, &mut received, &mut submission).await;
    let (visitor, now) = (request.visitor.id(), request.now);
    Ok(respond(outcome, &submission, |rejected| state.forms.keep(rejected, &submission.key, visitor, now)))
}

async fn submit(
    state: &AppState,
    request: &Request,
    parts: Parts,
    received: &mut Received,
    submission: &mut Submission,
) -> Result<Done, Refusal> {
    let form_owner = state.forms.form_owner(&submission.key, request.visitor.id());
    sender::check(submission, &request.visitor, form_owner)?;
    if let Some(error) = received.refused.take() {
        return Err(error.into());
    }
    if submission.looks_for().is_some() {
        return Err(Refusal::Looks);
    }
    if let Some(file) = received.file.take() {
        let text = if file.is_empty() { String::new() } else { state.tables.text(file).await? };
        submission.fields.push((body::FILE.to_owned(), text));
    }
    let permit = state.permit().ok_or(Error::Busy)?;
    let work = work(state, request, parts, submission);
    let held = Arc::clone(&received.held);
    // On a task of its own: once begun it is finished and its answer noted, whether or not whoever sent it
    // waits, and it keeps its permit and its room as long as it works.
    let task = tokio::spawn(
        async move {
            let _until_done = (permit, held);
            work.await
        }
        .in_current_span(),
    );
    match tokio::time::timeout(state.timeout, task).await {
        Err(_) => Err(Refusal::TimedOut),
        Ok(Err(error)) => {
            tracing::error!(%error, path = submission.action, "a server function panicked");
            Err(Error::Internal.into())
        }
        Ok(Ok(done)) => Ok(done?),
    }
}

/// The call of the server function. An answer that changes who is signed in is none to give twice.
fn work(
    state: &AppState,
    request: &Request,
    parts: Parts,
    submission: &Submission,
) -> impl Future<Output = Result<Done, Error>> + Send + use<> {
    let form = submission.urlencoded();
    let place = if submission.is_replayed() {
        state.forms.idempotency_slot(&submission.key, form.as_bytes(), request.visitor.id(), request.now)
    } else {
        None
    };
    server_function::once(place, server_function::call(request.clone(), parts, Some(form)))
}

//! What became of a form, and what its sender is told. A browser is led on with a 303; a form that was
//! rejected is kept (`app::web::form`) and comes back on its own page, as it was typed. A machine gets JSON.

use app::error::Error;
use app::id::TrustId;
use app::web::form::Rejected;
use app::web::ui::encoded;
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderName, HeaderValue, StatusCode, header};

use crate::action::submission::Submission;
use crate::request::sign_in_address;

const ENDED: &str = "Your session had ended. Everything you typed is still here: check it and send it again.";
const STRANGE: &str =
    "This page had been open for too long. Everything you typed is still here: check it and send it again.";
const CHANGED_OVER: &str =
    "You had changed over to another trust. Everything you typed is still here: check it and send it again.";
const SLOW: &str = "This takes longer than usual and may still be done. Look whether it was, before you send it again.";

/// What the server function did.
#[derive(Debug)]
pub enum Done {
    Now(Response),
    /// The same form had been done before, and its answer led to this address.
    Before(String),
}

/// Why a form was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is signed in any more, or somebody else than the form was drawn for.
    SessionEnded,
    /// The form's key is none of this installation's.
    UnknownKey,
    /// The form was drawn in this trust, and the visitor works in another one by now.
    OtherTrust(TrustId),
    /// It looks for somebody to choose, and is sent once they are.
    Looks,
    /// It was not done in time. Whether it will be is not known, and not claimed.
    TimedOut,
    Failed(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// How a refusal is told.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reply {
    Json(Error),
    /// The form again, with this error.
    Form(Error),
    /// The form again, with whom it looks for.
    Found,
    /// The page that signs in, and from there the form.
    SignIn(Error),
    /// The page that changes over to this trust, and from there the form.
    ChooseTrust(TrustId, Error),
}

impl Reply {
    fn to_browser(refusal: Refusal) -> Self {
        match refusal {
            // With `Error::SignIn`: the session ended meanwhile, or is one in which the password has to be
            // changed first.
            Refusal::SessionEnded | Refusal::Failed(Error::SignIn) => Self::SignIn(Error::form(ENDED)),
            Refusal::UnknownKey => Self::Form(Error::form(STRANGE)),
            Refusal::Looks => Self::Found,
            Refusal::OtherTrust(trust) => Self::ChooseTrust(trust, Error::form(CHANGED_OVER)),
            Refusal::TimedOut => Self::Form(Error::form(SLOW)),
            Refusal::Failed(error) => match error {
                Error::Invalid(_)
                | Error::Unconfirmed(_)
                | Error::Conflict
                | Error::TooMany(_)
                | Error::Busy
                | Error::Internal => Self::Form(error),
                // Sending it again would not help. `layers::error_pages` makes a page of the bare status.
                Error::SignIn | Error::Forbidden | Error::NotFound | Error::TooLarge => Self::Json(error),
            },
        }
    }

    fn to_machine(refusal: Refusal) -> Self {
        Self::Json(match refusal {
            Refusal::SessionEnded => Error::SignIn,
            Refusal::UnknownKey => Error::form(STRANGE),
            Refusal::OtherTrust(_) => Error::form(CHANGED_OVER),
            Refusal::TimedOut => Error::Busy,
            Refusal::Looks => Error::Invalid(Vec::new()),
            Refusal::Failed(error) => error,
        })
    }
}

/// Tells the sender. `keep` keeps a rejected form and gives the key under which its page finds it, if there
/// is room for it.
pub fn respond(
    outcome: Result<Done, Refusal>,
    submission: &Submission,
    keep: impl FnOnce(Rejected) -> Option<String>,
) -> Response {
    let kept = |error: &Error| keep(submission.rejected(error));
    let reply = match outcome {
        Ok(Done::Before(address)) => return Redirect::to(&address).into_response(),
        Ok(Done::Now(response)) if submission.html => return lead_on(&response, &submission.page),
        Ok(Done::Now(response)) => return response,
        Err(refusal) if submission.html => Reply::to_browser(refusal),
        Err(refusal) => Reply::to_machine(refusal),
    };
    let address = match reply {
        Reply::Json(error) => return json(&error),
        Reply::Form(error) => submission.page_with(kept(&error)),
        Reply::Found => submission.page_with_found(kept(&Error::Invalid(Vec::new()))),
        Reply::SignIn(error) => sign_in_address(&submission.page_with(kept(&error))),
        Reply::ChooseTrust(trust, error) => {
            format!("/trusts?trust={trust}&next={}", encoded(&submission.page_with(kept(&error))))
        }
    };
    Redirect::to(&address).into_response()
}

/// Where the server function led, or the form's page again; with what it did to the session.
fn lead_on(response: &Response, page: &str) -> Response {
    let mut redirect = Redirect::to(location(response).unwrap_or(page)).into_response();
    for name in [header::SET_COOKIE, HeaderName::from_static("clear-site-data")] {
        for value in response.headers().get_all(&name) {
            redirect.headers_mut().append(name.clone(), value.clone());
        }
    }
    redirect
}

/// The address to which a response leads.
pub fn location(response: &Response) -> Option<&str> {
    response.headers().get(header::LOCATION)?.to_str().ok()
}

/// A machine's answer, or a bare status of which `layers::error_pages` makes a page for a browser.
pub fn json(error: &Error) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(error)).into_response();
    if let Error::TooMany(seconds) = error {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*seconds));
    }
    response
}

#[cfg(test)]
mod tests {
    use app::error::{Consequence, Unconfirmed};

    use super::*;

    fn submission(html: bool) -> Submission {
        let fields = vec![("title".to_owned(), "Weekend handover".to_owned())];
        let (action, page) = ("/api/projects/register".to_owned(), "/projects/register?type=audit".to_owned());
        Submission { action, html, fields, page, key: "a".to_owned(), trust: None }
    }

    /// What a sender gets: status, location, and the form that was kept under the key `kept`.
    fn told(outcome: Result<Done, Refusal>, html: bool) -> (u16, Option<String>, Option<Rejected>) {
        let mut kept = None;
        let response = respond(outcome, &submission(html), |rejected| {
            kept = Some(rejected);
            Some("kept".to_owned())
        });
        (response.status().as_u16(), location(&response).map(str::to_owned), kept)
    }

    fn every_error() -> [Error; 10] {
        [
            Error::field("title", "Too short."),
            Error::Unconfirmed(Unconfirmed::default()),
            Error::SignIn,
            Error::Forbidden,
            Error::NotFound,
            Error::Conflict,
            Error::TooLarge,
            Error::TooMany(30),
            Error::Busy,
            Error::Internal,
        ]
    }

    #[test]
    fn a_browser_is_told_so() {
        let trust = TrustId::new();
        let ended = || Reply::SignIn(Error::form(ENDED));
        for (refusal, reply) in [
            (Refusal::SessionEnded, ended()),
            (Refusal::Failed(Error::SignIn), ended()),
            (Refusal::UnknownKey, Reply::Form(Error::form(STRANGE))),
            (Refusal::OtherTrust(trust), Reply::ChooseTrust(trust, Error::form(CHANGED_OVER))),
            (Refusal::TimedOut, Reply::Form(Error::form(SLOW))),
        ] {
            assert_eq!(Reply::to_browser(refusal.clone()), reply, "{refusal:?}");
        }
        for error in every_error() {
            let comes_back = match &error {
                Error::SignIn => continue,
                Error::Invalid(_)
                | Error::Unconfirmed(_)
                | Error::Conflict
                | Error::TooMany(_)
                | Error::Busy
                | Error::Internal => true,
                Error::Forbidden | Error::NotFound | Error::TooLarge => false,
            };
            let reply = if comes_back { Reply::Form(error.clone()) } else { Reply::Json(error.clone()) };
            assert_eq!(Reply::to_browser(Refusal::Failed(error)), reply);
        }
    }

    #[test]
    fn a_machine_is_told_the_error_and_nothing_is_kept_for_it() {
        for error in every_error() {
            let status = error.status();
            assert_eq!(told(Err(Refusal::Failed(error)), false), (status, None, None));
        }
        for (refusal, status) in [
            (Refusal::SessionEnded, 401),
            (Refusal::UnknownKey, 422),
            (Refusal::OtherTrust(TrustId::new()), 422),
            (Refusal::TimedOut, 503),
        ] {
            assert_eq!(told(Err(refusal), false), (status, None, None));
        }
    }

    #[test]
    fn a_rejected_form_comes_back_on_its_page() {
        let (status, to, kept) = told(Err(Refusal::Failed(Error::Conflict)), true);
        assert_eq!((status, to.as_deref()), (303, Some("/projects/register?type=audit&form=kept")));
        let kept = kept.expect("kept");
        assert!(kept.changed);
        assert_eq!(kept.status, 409);
        assert_eq!(kept.typed, submission(true).fields);
    }

    #[test]
    fn a_form_whose_effects_were_not_seen_comes_back_with_them_and_with_nothing_wrong() {
        let line = Consequence { text: "Nobody leads it from 5 August.".to_owned(), ..Consequence::default() };
        let seen = Unconfirmed { lines: vec![line], digest: "abc".to_owned(), doubt: false };
        let (status, _, kept) = told(Err(Refusal::Failed(Error::Unconfirmed(seen.clone()))), true);
        let kept = kept.expect("kept");
        assert_eq!((status, kept.status, kept.errors.len()), (303, 422, 0));
        assert_eq!(kept.unconfirmed, Some(seen));
        assert_eq!(kept.typed, submission(true).fields);
    }

    #[test]
    fn a_form_of_an_ended_session_is_led_to_by_signing_in() {
        let (status, to, kept) = told(Err(Refusal::SessionEnded), true);
        let to = to.expect("an address");
        assert_eq!((status, to.as_str()), (303, "/sign-in?next=%2Fprojects%2Fregister%3Ftype%3Daudit%26form%3Dkept"));
        assert_eq!(kept.expect("kept").errors[0].message, ENDED);
    }

    #[test]
    fn a_form_of_another_trust_is_led_to_by_changing_over() {
        let trust = TrustId::new();
        let (status, to, kept) = told(Err(Refusal::OtherTrust(trust)), true);
        let next = "%2Fprojects%2Fregister%3Ftype%3Daudit%26form%3Dkept";
        assert_eq!((status, to), (303, Some(format!("/trusts?trust={trust}&next={next}"))));
        assert_eq!(kept.expect("kept").errors[0].message, CHANGED_OVER);
    }

    #[test]
    fn what_does_not_come_back_is_a_bare_status_and_not_kept() {
        assert_eq!(told(Err(Refusal::Failed(Error::TooLarge)), true), (413, None, None));
    }

    #[test]
    fn a_form_that_was_done_leads_on_with_what_it_did_to_the_session() {
        let response = || {
            let headers = [(header::LOCATION, "/projects/1"), (header::SET_COOKIE, "baton=x"), (header::ETAG, "e")];
            (StatusCode::FOUND, headers).into_response()
        };
        let led = respond(Ok(Done::Now(response())), &submission(true), |_| None);
        assert_eq!(led.status(), StatusCode::SEE_OTHER);
        assert_eq!(location(&led), Some("/projects/1"));
        assert_eq!(led.headers()[header::SET_COOKIE], "baton=x");
        assert!(!led.headers().contains_key(header::ETAG));
        let unchanged = respond(Ok(Done::Now(response())), &submission(false), |_| None);
        assert_eq!(unchanged.status(), StatusCode::FOUND, "a machine gets the function's own answer");
        assert_eq!(
            told(Ok(Done::Now(StatusCode::OK.into_response())), true).1.as_deref(),
            Some("/projects/register?type=audit"),
            "a function that leads nowhere"
        );
        for html in [true, false] {
            assert_eq!(told(Ok(Done::Before("/projects/1".to_owned())), html).1.as_deref(), Some("/projects/1"));
        }
    }

    #[test]
    fn whoever_tries_too_often_is_told_how_long_to_wait() {
        assert_eq!(json(&Error::TooMany(30)).headers()[header::RETRY_AFTER], "30");
        assert!(!json(&Error::Forbidden).headers().contains_key(header::RETRY_AFTER));
    }
}

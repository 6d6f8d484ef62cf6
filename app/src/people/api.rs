//! Signing in and out, changing the password, and setting a forgotten one anew.

use http::header::{SET_COOKIE, USER_AGENT};
use http::{HeaderMap, HeaderName, HeaderValue};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::model::{PasswordForm, ResetForm, SignInForm};
use super::password::{self, Asker};
use super::sessions::model::device;
use super::{browser, codes, store};
use crate::access::ChangeOwnAccount;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{PersonId, TrustId};
use crate::visitor;
use crate::web::attempts::{Door, Whose};
use crate::web::request::{Request, redirect};
use crate::web::{cookie, ui};

pub(super) fn set_cookie(options: &ResponseOptions, cookie: &str) -> Result<(), Error> {
    options.append_header(SET_COOKIE, HeaderValue::from_str(cookie).map_err(|_| Error::Internal)?);
    Ok(())
}

/// Begins a session in the place of the one that the browser came with; its cookie.
pub(super) async fn begin(
    conn: &mut Connection,
    request: &Request,
    headers: &HeaderMap,
    whose: (PersonId, TrustId),
    held: bool,
) -> Result<String, Error> {
    let before = cookie::session_token(request.sessions, headers);
    let token = store::begin_session(conn, request.sessions, before, whose, held, request.now).await?;
    let says = headers.get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    visitor::note_device(conn, &token, &device(says)).await?;
    Ok(cookie::set_session(request.sessions, &token))
}

/// Signs in with address and password. An unknown account gets the same answer in the same time. Who was
/// given their password by somebody else changes it first; who belongs to several trusts chooses one.
#[server(endpoint = "sign-in")]
pub async fn sign_in(#[server(flatten)] form: SignInForm) -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    let (address, typed) = form.parse()?;
    let mut conn = request.store.read().await?;
    let account = store::account(&mut conn, &address, request.today()).await?;
    let secret = crate::db::installation_secret(&mut conn).await?;
    drop(conn);
    let number =
        account.as_ref().and_then(|account| browser::number(request.sessions, &headers, &secret, account.person_id));
    let (door, asker) = match number {
        Some(number) => (Door::KnownBrowser(number), Asker::Known),
        None => (Door::SignIn, Asker::Stranger),
    };
    let whose = account.as_ref().map_or(Whose::Nobody(&address), |account| Whose::Person(account.person_id));
    let attempt = request.attempts.reserve(door, whose, &request.client, request.now)?;
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let (attempt, fits) = attempt.checked(password::fits(asker, typed, hash).await)?;
    let Some(account) = account.filter(|_| fits) else {
        return Err(no_account());
    };
    attempt.succeeded();
    let trust = account.trust_id.ok_or_else(|| {
        Error::form("Your account has no post in any trust yet. Ask your academy lead or administrator to add one.")
    })?;
    let mut change = request.store.write().await?;
    // The password was checked while others waited: one that was changed meanwhile opens nothing any more.
    if !store::is_unchanged(&mut change, &account, &address, request.today()).await? {
        return Err(no_account());
    }
    let held = account.must_change;
    let cookie = begin(&mut change, &request, &headers, (account.person_id, trust), held).await?;
    change.commit().await?;
    set_cookie(&options, &cookie)?;
    if let Some(known) = browser::remember(request.sessions, &headers, &secret, account.person_id) {
        set_cookie(&options, &known)?;
    }
    let next = onward(&form.next);
    let next = if account.trusts > 1 { with_next("/trusts", next) } else { next.to_owned() };
    redirect(if held { with_next("/account/password", &next) } else { next });
    Ok(())
}

fn no_account() -> Error {
    Error::field("address", "The email address and the password do not match an account.")
}

/// A page that leads on to another one.
pub(super) fn with_next(page: &str, next: &str) -> String {
    if next == "/" { page.to_owned() } else { format!("{page}?next={}", ui::encoded(next)) }
}

/// Where a signed-in person goes on to: a page of ours.
pub(super) fn onward(next: &str) -> &str {
    let ours = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && next.chars().all(|c| c.is_ascii_graphic());
    if ours { next } else { "/" }
}

/// Signs in as somebody of the demonstration: only when the server runs with it.
#[server(endpoint = "sign-in-as")]
pub async fn sign_in_as(person: PersonId, #[server(default)] next: String) -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    if !request.demo {
        return Err(Error::NotFound);
    }
    let mut change = request.store.write().await?;
    let trust = store::demo_trust_of(&mut change, person).await?.ok_or(Error::NotFound)?;
    let cookie = begin(&mut change, &request, &headers, (person, trust), false).await?;
    change.commit().await?;
    set_cookie(&options, &cookie)?;
    redirect(onward(&next));
    Ok(())
}

/// Ends the session.
#[server(endpoint = "sign-out")]
pub async fn sign_out() -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    let mut change = request.store.write().await?;
    if let Some(token) = cookie::session_token(request.sessions, &headers) {
        visitor::end_session(&mut change, token, request.now).await?;
    }
    change.commit().await?;
    set_cookie(&options, &cookie::forget_session(request.sessions))?;
    // The back button on a shared computer must not show the pages of whoever left.
    options.insert_header(HeaderName::from_static("clear-site-data"), HeaderValue::from_static("\"cache\""));
    redirect("/sign-in?done=signed-out");
    Ok(())
}

/// Changes one's own password; every session ends but a new one for this browser.
#[server(endpoint = "account/password")]
pub async fn change_password(#[server(flatten)] form: PasswordForm) -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    let person = request.visitor.account()?.clone();
    let (old, new) = form.parse()?;
    let mut conn = request.store.read().await?;
    let hash = store::password_hash(&mut conn, person.id).await?.ok_or_else(|| {
        Error::field("password", "You have no password yet. Ask your academy lead or administrator to give you one.")
    })?;
    drop(conn);
    let attempt =
        request.attempts.reserve(Door::OwnPassword, Whose::Person(person.id), &request.client, request.now)?;
    let (attempt, fits) = attempt.checked(password::fits(Asker::Known, old, Some(hash)).await)?;
    if !fits {
        return Err(Error::field("password", "This is not your password."));
    }
    attempt.succeeded();
    let hash = password::hash(new).await?;
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, ChangeOwnAccount(person.id)).await?;
    store::change_password(&mut change, &allowed, &hash).await?;
    let cookie = begin(&mut change, &request, &headers, (person.id, person.trust), false).await?;
    change.commit().await?;
    set_cookie(&options, &cookie)?;
    redirect(if form.next.is_empty() { "/account?done=password" } else { onward(&form.next) });
    Ok(())
}

/// Sets a new password with a code that was handed over in person; every session ends. An unknown account
/// gets the same answer in the same time.
#[server(endpoint = "password/reset")]
pub async fn reset_password(#[server(flatten)] form: ResetForm) -> Result<(), Error> {
    let request = Request::current();
    let (address, typed, new) = form.parse()?;
    let typed = codes::typed(&typed)
        .ok_or_else(|| Error::field("code", "Enter the code of 10 letters and digits, like ABCDE-FGHJK."))?;
    let mut conn = request.store.read().await?;
    let found = store::resetting(&mut conn, &address, request.today(), request.now).await?;
    drop(conn);
    let whose = found.as_ref().map_or(Whose::Nobody(&address), |found| Whose::Person(found.person_id));
    let attempt = request.attempts.reserve(Door::Code, whose, &request.client, request.now)?;
    let code_hash = found.as_ref().and_then(|found| found.code_hash.clone());
    let (attempt, fits) = attempt.checked(password::fits(Asker::Stranger, typed, code_hash.clone()).await)?;
    let wrong = || Error::field("code", "This code does not fit the email address, or has expired. Ask for a new one.");
    let (Some(found), Some(code_hash), true) = (found, code_hash, fits) else { return Err(wrong()) };
    attempt.succeeded();
    let hash = password::hash(new).await?;
    let mut change = request.store.write().await?;
    if !store::reset_password(&mut change, &request, found.person_id, &code_hash, &hash).await? {
        return Err(wrong());
    }
    change.commit().await?;
    redirect("/sign-in?done=reset");
    Ok(())
}

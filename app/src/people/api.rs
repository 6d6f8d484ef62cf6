//! Signing in and out, and changing the password.

use http::header::SET_COOKIE;
use http::{HeaderName, HeaderValue};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::model::{PasswordForm, SignInForm};
use super::{password, store};
use crate::access::ChangeOwnAccount;
use crate::error::{Error, FieldError};
use crate::id::PersonId;
use crate::request::{Request, redirect};

fn set_cookie(options: &ResponseOptions, cookie: &str) -> Result<(), Error> {
    options.append_header(SET_COOKIE, HeaderValue::from_str(cookie).map_err(|_| Error::Fault)?);
    Ok(())
}

/// Signs in with address and password. An unknown account gets the same answer in the same time.
#[server(endpoint = "sign-in")]
pub async fn sign_in(#[server(flatten)] form: SignInForm) -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    let (address, typed) = form.parse()?;
    request.attempts.check(&address, &request.client, request.now)?;
    let mut conn = request.store.read().await?;
    let account = store::account(&mut conn, &address, request.today()).await?;
    drop(conn);
    let hash = account.as_ref().map(|account| account.password_hash.clone());
    let fits = password::fits(typed, hash).await?;
    let Some(account) = account.filter(|_| fits) else {
        request.attempts.failed(&address, &request.client, request.now);
        return Err(Error::Invalid(vec![FieldError::new(
            "address",
            "The email address and the password do not match an account.",
        )]));
    };
    request.attempts.succeeded(&address);
    let trust = account.trust_id.ok_or_else(|| {
        Error::refused("Your account has no post in any trust yet. Ask your academy lead or administrator to add one.")
    })?;
    let mut change = request.store.write_aside().await?;
    let cookie = request.sessions.begin(&mut change, &headers, account.person_id, trust, request.now).await?;
    change.commit().await?;
    set_cookie(&options, &cookie)?;
    redirect(onward(&form.next));
    Ok(())
}

/// Where a signed-in person goes on to: a page of ours.
fn onward(next: &str) -> &str {
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
    let mut change = request.store.write_aside().await?;
    let trust = store::demo_trust_of(&mut change, person).await?.ok_or(Error::NotFound)?;
    let cookie = request.sessions.begin(&mut change, &headers, person, trust, request.now).await?;
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
    let mut change = request.store.write_aside().await?;
    let cookie = request.sessions.end(&mut change, &headers, request.now).await?;
    change.commit().await?;
    set_cookie(&options, &cookie)?;
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
    let person = request.person()?.clone();
    let (old, new) = form.parse()?;
    let account = person.id.to_string();
    request.attempts.check(&account, &request.client, request.now)?;
    let mut conn = request.store.read().await?;
    let hash = store::password_hash(&mut conn, person.id).await?.ok_or_else(|| {
        Error::field("password", "You have no password yet. Ask your academy lead or administrator to give you one.")
    })?;
    drop(conn);
    if !password::fits(old, Some(hash)).await? {
        request.attempts.failed(&account, &request.client, request.now);
        return Err(Error::field("password", "This is not your password."));
    }
    let hash = password::hash(new).await?;
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, ChangeOwnAccount(person.id)).await?;
    store::change_password(&mut change, &allowed, &hash).await?;
    let cookie = request.sessions.begin(&mut change, &headers, person.id, person.trust, request.now).await?;
    change.commit().await?;
    set_cookie(&options, &cookie)?;
    redirect("/account?done=password");
    Ok(())
}

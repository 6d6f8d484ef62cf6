//! Choosing how much mail one gets, and one's calendar address.

use leptos::prelude::*;

use super::calendar;
use super::model::{ChoiceForm, stops};
use super::store;
use crate::access::ChangeOwnAccount;
use crate::error::Error;
use crate::web::request::{Request, redirect};

/// Chooses how much mail one gets.
#[server(endpoint = "account/mail")]
pub async fn choose_mail(#[server(flatten)] form: ChoiceForm) -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?.id;
    request
        .change(ChangeOwnAccount(person), async |conn, allowed| store::set_choice(conn, allowed, form.parse()?).await)
        .await?;
    redirect("/account/mail?done=saved");
    Ok(())
}

/// Says for somebody that they want no such mail, as their mail program does by itself (RFC 8058): the address that it
/// posts to says for whom.
#[server(endpoint = "notices/stop")]
pub async fn stop_mail(#[server(default)] whom: String) -> Result<(), Error> {
    let request = Request::current();
    let mut conn = request.store.read().await?;
    let secret = crate::db::installation_secret(&mut conn).await?;
    drop(conn);
    let person = stops(&secret, if whom.is_empty() { request.query("for") } else { &whom }).ok_or(Error::NotFound)?;
    let mut change = request.store.write().await?;
    store::stop(&mut change, person).await?;
    change.commit().await
}

/// Makes the address of one's calendar, in the place of any before.
#[server(endpoint = "account/calendar/make")]
pub async fn make_calendar() -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?.id;
    let secret = request
        .change(ChangeOwnAccount(person), async |conn, allowed| calendar::store::make(conn, allowed).await)
        .await?;
    let key = request.codes.keep(person, person, secret.as_str().to_owned(), request.now);
    redirect(format!("/account/mail?calendar={key}#calendar"));
    Ok(())
}

/// Takes the address of one's calendar back.
#[server(endpoint = "account/calendar/revoke")]
pub async fn revoke_calendar() -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?.id;
    request
        .change(ChangeOwnAccount(person), async |conn, allowed| calendar::store::revoke(conn, allowed).await)
        .await?;
    redirect("/account/mail?done=removed");
    Ok(())
}

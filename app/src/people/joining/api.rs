//! Joining by oneself, and deciding who may.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::model::{AskForm, DomainForm, JoinForm};
use super::store;
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::id::PersonId;
use crate::people::api::{begin, set_cookie};
use crate::people::links::apart::mail_apart;
use crate::people::links::model::hash;
use crate::people::{browser, password};
use crate::web::attempts::{Door, Whose};
use crate::web::request::{Request, redirect};

/// Mails a link with which the owner of an address joins, if a trust accepts it.
#[server(endpoint = "join/ask")]
pub async fn ask_to_enter(#[server(flatten)] form: AskForm) -> Result<(), Error> {
    let request = Request::current();
    if !request.mail.sends {
        return Err(Error::NotFound);
    }
    let address = form.parse()?;
    let asked = request.clone();
    mail_apart(&request, async move {
        let request = asked;
        let mut conn = request.store.read().await?;
        let accepted = !store::accepting(&mut conn, &address).await?.is_empty();
        drop(conn);
        if accepted {
            let mut change = request.store.write().await?;
            store::mail_link(&mut change, &request, &request.mail, &address).await?;
            change.commit().await?;
        }
        Ok(())
    })
    .await?;
    redirect("/join?done=join-mailed");
    Ok(())
}

/// Joins with a link that was mailed, and signs in.
#[server(endpoint = "join/finish")]
pub async fn join(#[server(flatten)] form: JoinForm) -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    let secret_hash = hash(&form.link_code);
    let attempt = request.attempts.reserve(Door::Link, Whose::Nobody(&secret_hash), &request.client, request.now)?;
    let mut conn = request.store.read().await?;
    let found = store::opened(&mut conn, &form.link_code, request.now).await;
    let installation = crate::db::installation_secret(&mut conn).await?;
    drop(conn);
    let opened = found.map_err(over)?;
    let (attempt, joining) = attempt.checked(form.parse(&opened.address))?;
    let (attempt, hash) = attempt.checked(password::hash(joining.password.clone()).await)?;
    let mut change = request.store.write().await?;
    let joined = store::join(&mut change, &request, &form.link_code, &joining, &form.joining_code, &hash).await;
    let person = joined.map_err(over)?;
    let cookie = begin(&mut change, &request, &headers, (person, joining.trust), false).await?;
    change.commit().await?;
    attempt.succeeded();
    set_cookie(&options, &cookie)?;
    if let Some(known) = browser::remember(request.sessions, &headers, &installation, person) {
        set_cookie(&options, &known)?;
    }
    redirect("/?done=welcome");
    Ok(())
}

fn over(error: Error) -> Error {
    match error {
        Error::NotFound => Error::form("This link was used already or has expired. Ask for a new one."),
        other => other,
    }
}

/// Lets people with addresses of a domain join.
#[server(endpoint = "joining/domains/add")]
pub async fn add_domain(#[server(flatten)] form: DomainForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            let (domain, shared) = form.parse()?;
            store::accept_domain(conn, allowed, &domain, shared).await
        })
        .await?;
    redirect("/people/joining?done=domain");
    Ok(())
}

/// Lets people with addresses of a domain join no more.
#[server(endpoint = "joining/domains/remove")]
pub async fn remove_domain(domain: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| store::remove_domain(conn, allowed, &domain).await)
        .await?;
    redirect("/people/joining?done=removed");
    Ok(())
}

/// Makes another joining code.
#[server(endpoint = "joining/code/renew")]
pub async fn renew_joining_code() -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request.change(ManageOrganisation(trust), async |conn, allowed| store::renew_code(conn, allowed).await).await?;
    redirect("/people/joining?done=code-renewed");
    Ok(())
}

/// Notes that one looked at who joined.
#[server(endpoint = "joining/seen")]
pub async fn note_joined(person: PersonId) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request.change(ManageOrganisation(trust), async |conn, allowed| store::seen(conn, allowed, person).await).await?;
    redirect("/people/joining?done=joined-seen");
    Ok(())
}

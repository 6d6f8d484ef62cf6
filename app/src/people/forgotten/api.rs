//! Asking for a link, and setting the password with it.

use leptos::prelude::*;

use super::model::ForgottenForm;
use super::store;
use crate::error::Error;
use crate::people::links::apart::mail_apart;
use crate::people::links::model::{LinkForm, hash};
use crate::people::password;
use crate::web::attempts::{Door, Whose};
use crate::web::request::{Request, redirect};

/// Mails a link to set a forgotten password, if the address is of an account.
#[server(endpoint = "password/forgotten")]
pub async fn forgotten_password(#[server(flatten)] form: ForgottenForm) -> Result<(), Error> {
    let request = Request::current();
    if !request.mail.sends {
        return Err(Error::NotFound);
    }
    let address = form.parse()?;
    let asked = request.clone();
    mail_apart(&request, async move {
        let request = asked;
        let mut conn = request.store.read().await?;
        let known = store::has_owner(&mut conn, &address, request.today()).await?;
        drop(conn);
        // Nobody keeps the one writer busy with addresses that are nobody's.
        if known {
            let mut change = request.store.write().await?;
            store::mail_link(&mut change, &request, &request.mail, &address).await?;
            change.commit().await?;
        }
        Ok(())
    })
    .await?;
    redirect("/forgotten-password?done=link-mailed");
    Ok(())
}

/// Sets a new password with a link that was mailed; every session ends.
#[server(endpoint = "password/set")]
pub async fn set_password(#[server(flatten)] form: LinkForm) -> Result<(), Error> {
    let request = Request::current();
    let secret_hash = hash(&form.link_code);
    let attempt = request.attempts.reserve(Door::Link, Whose::Nobody(&secret_hash), &request.client, request.now)?;
    let mut conn = request.store.read().await?;
    let found = store::reset(&mut conn, &form.link_code, request.today(), request.now).await;
    drop(conn);
    let found = found.map_err(over)?;
    let new = form.parse(&[&found.name, &found.address])?;
    let (attempt, hash) = attempt.checked(password::hash(new).await)?;
    let mut change = request.store.write().await?;
    store::set(&mut change, &request, &request.mail, &form.link_code, &hash).await.map_err(over)?;
    change.commit().await?;
    attempt.succeeded();
    redirect("/sign-in?done=reset");
    Ok(())
}

fn over(error: Error) -> Error {
    match error {
        Error::NotFound => Error::form("This link was used already or has expired. Ask for a new one."),
        other => other,
    }
}

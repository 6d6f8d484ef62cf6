//! Inviting, and accepting an invitation.

use leptos::prelude::*;
use leptos_axum::ResponseOptions;

use super::model::{Handed, How, InviteForm};
use super::store;
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::people::api::{begin, set_cookie};
use crate::people::links::model::{LinkForm, hash};
use crate::people::store::name_in;
use crate::people::{browser, password};
use crate::web::attempts::{Door, Whose};
use crate::web::request::{Request, redirect};

/// Invites people: by mail, or with links that are shown once, to copy or print.
#[server(endpoint = "people/invite")]
pub async fn invite_people(#[server(flatten)] form: InviteForm) -> Result<(), Error> {
    let request = Request::current();
    let (trust, maker) = request.person().map(|person| (person.trust, person.id))?;
    let (people, handed) = request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            let (people, by_mail) = form.parse()?;
            let how = if by_mail { How::ByMail(&request.mail) } else { How::ByHand };
            let mut handed = Vec::new();
            for person in &people {
                let invited = store::invite(conn, allowed, *person, how).await;
                let invited = match invited {
                    Err(Error::Invalid(errors)) if people.len() > 1 => {
                        let name = name_in(conn, trust, *person).await?;
                        let why = errors.into_iter().next().map(|error| error.message).unwrap_or_default();
                        return Err(Error::form(format!("{name}: {why}")));
                    }
                    other => other?,
                };
                if let Some(secret) = invited.secret {
                    let (name, address) = store::signs_in_as(conn, trust, *person).await?;
                    let secret = secret.as_str().to_owned();
                    handed.push(Handed { name, address, secret, expires_at: invited.expires_at });
                }
            }
            Ok((people, handed))
        })
        .await?;
    if handed.is_empty() {
        redirect(match people.as_slice() {
            [one] => format!("/people/{one}/account?done=invited-by-mail"),
            _ => format!("/people/invitations?done=invited-people&new={}", people.len()),
        });
        return Ok(());
    }
    let key = request.codes.keep(maker, maker, serde_json::to_string(&handed)?, request.now);
    redirect(format!("/people/invitations/links?key={key}"));
    Ok(())
}

/// Accepts an invitation: sets the first password and signs in, or, for somebody who is signed in, accepts the trust.
#[server(endpoint = "invitations/accept")]
pub async fn accept_invitation(#[server(flatten)] form: LinkForm) -> Result<(), Error> {
    let request = Request::current();
    let options = expect_context::<ResponseOptions>();
    let headers = expect_context::<http::request::Parts>().headers;
    let secret_hash = hash(&form.link_code);
    let attempt = request.attempts.reserve(Door::Link, Whose::Nobody(&secret_hash), &request.client, request.now)?;
    let mut conn = request.store.read().await?;
    let found = store::invitation(&mut conn, &form.link_code, request.today(), request.now).await;
    let installation = crate::db::installation_secret(&mut conn).await?;
    drop(conn);
    let invitation = found.map_err(|error| if error == Error::NotFound { over() } else { error })?;
    if invitation.has_password {
        // The password is the other half of the proof: the mail says that the trust means this address.
        if request.person()?.id != invitation.person {
            return Err(Error::form("Somebody else is signed in here. Sign in as yourself first."));
        }
        let mut change = request.store.write().await?;
        store::accept(&mut change, &request, &form.link_code, None).await?;
        change.commit().await?;
        attempt.succeeded();
        redirect("/trusts?done=trust-accepted");
        return Ok(());
    }
    let new = form.parse(&[&invitation.name, &invitation.address])?;
    let (attempt, hash) = attempt.checked(password::hash(new).await)?;
    let mut change = request.store.write().await?;
    let accepted = store::accept(&mut change, &request, &form.link_code, Some(&hash)).await;
    let (person, trust) = accepted.map_err(|error| if error == Error::NotFound { over() } else { error })?;
    let cookie = begin(&mut change, &request, &headers, (person, trust), false).await?;
    change.commit().await?;
    attempt.succeeded();
    set_cookie(&options, &cookie)?;
    if let Some(known) = browser::remember(request.sessions, &headers, &installation, person) {
        set_cookie(&options, &known)?;
    }
    redirect("/?done=welcome");
    Ok(())
}

fn over() -> Error {
    Error::form("This invitation was used already or has expired. Ask your QI academy for another.")
}

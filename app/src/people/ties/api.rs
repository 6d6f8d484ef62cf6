//! Answering a trust that asks for oneself, and choosing the trust to work in.

use leptos::prelude::*;

use super::model::AnswerForm;
use super::store;
use crate::access::ChooseOwnTrust;
use crate::error::Error;
use crate::id::TrustId;
use crate::people::password::{self, Asker};
use crate::people::{api::onward, codes};
use crate::web::attempts::{Door, Whose};
use crate::web::request::{Request, redirect};

/// Accepts a trust, or says that somebody else is meant.
#[server(endpoint = "trusts/answer")]
pub async fn answer_trust(#[server(flatten)] form: AnswerForm) -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?.id;
    let (trust, accepts) = form.parse()?;
    let checked = if accepts { check(&request, trust, &form.code).await? } else { None };
    request
        .change(ChooseOwnTrust(person), async |conn, allowed| {
            store::answer(conn, allowed, trust, accepts, checked.as_deref()).await
        })
        .await?;
    redirect(if accepts { "/trusts?done=trust-accepted" } else { "/trusts?done=trust-declined" });
    Ok(())
}

/// The hash that the typed code fits, where one is needed.
async fn check(request: &Request, trust: TrustId, code: &str) -> Result<Option<String>, Error> {
    let person = request.person()?.id;
    let mut conn = request.store.read().await?;
    let proof = store::proof(&mut conn, person, trust, request.now).await?;
    drop(conn);
    if !proof.needs_code {
        return Ok(None);
    }
    let typed = codes::typed(code).ok_or_else(|| {
        Error::field("code", "Enter the code of 10 letters and digits that the trust gave you, like ABCDE-FGHJK.")
    })?;
    let attempt = request.attempts.reserve(Door::AnswerCode, Whose::Person(person), &request.client, request.now)?;
    let (attempt, fits) = attempt.checked(password::fits(Asker::Known, typed, proof.code_hash.clone()).await)?;
    if !fits {
        return Err(Error::field("code", "This code does not fit or has expired. Ask the trust for a new one."));
    }
    attempt.succeeded();
    Ok(proof.code_hash)
}

/// Goes on working in another trust.
#[server(endpoint = "trusts/choose")]
pub async fn choose_trust(trust: TrustId, #[server(default)] next: String) -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?;
    // Not `Request::change`: nothing of a session is history.
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, ChooseOwnTrust(person.id)).await?;
    store::choose(&mut change, &allowed, &person.session, trust).await?;
    change.commit().await?;
    redirect(onward(&next));
    Ok(())
}

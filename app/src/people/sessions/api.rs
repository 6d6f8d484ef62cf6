//! Ending one's own sessions.

use leptos::prelude::*;

use crate::access::ChangeOwnAccount;
use crate::error::Error;
use crate::visitor;
use crate::web::request::{Request, redirect};

/// Ends one of one's own sessions.
#[server(endpoint = "account/sessions/end")]
pub async fn end_session(session: String) -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?;
    // Not `Request::change`: nothing of a session is history.
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, ChangeOwnAccount(person.id)).await?;
    visitor::end_own_session(&mut change, allowed.account(), &session, request.now).await?;
    change.commit().await?;
    redirect("/account?done=session-ended");
    Ok(())
}

/// Ends all of one's own sessions but this one.
#[server(endpoint = "account/sessions/end-others")]
pub async fn end_other_sessions() -> Result<(), Error> {
    let request = Request::current();
    let person = request.person()?;
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, ChangeOwnAccount(person.id)).await?;
    visitor::end_other_sessions(&mut change, allowed.account(), &person.session, request.now).await?;
    change.commit().await?;
    redirect("/account?done=sessions-ended");
    Ok(())
}

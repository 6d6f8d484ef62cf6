//! Creating, editing, retiring and restoring priorities.

use leptos::prelude::*;

use super::model::PriorityForm;
use super::store;
use crate::access::ManagePriorities;
use crate::error::Error;
use crate::id::PriorityId;
use crate::web::request::{self, Request, redirect};

/// Adds a priority.
#[server(endpoint = "priorities/create")]
pub async fn create_priority(#[server(flatten)] form: PriorityForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let id = request
        .change(ManagePriorities(trust), async |conn, allowed| store::create(conn, allowed, &form.parse()?).await)
        .await?;
    redirect(format!("/priorities/{id}?done=priority"));
    Ok(())
}

/// Changes what a priority says.
#[server(endpoint = "priorities/edit")]
pub async fn edit_priority(id: String, version: String, #[server(flatten)] form: PriorityForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let (id, version): (PriorityId, i64) = (request::id(&id)?, request::version(&version)?);
    request
        .change(ManagePriorities(trust), async |conn, allowed| {
            store::edit(conn, allowed, id, version, &form.parse()?).await
        })
        .await?;
    redirect(format!("/priorities/{id}?done=priority"));
    Ok(())
}

/// Retires a priority.
#[server(endpoint = "priorities/retire")]
pub async fn retire_priority(id: String, version: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let (id, version): (PriorityId, i64) = (request::id(&id)?, request::version(&version)?);
    request
        .change(ManagePriorities(trust), async |conn, allowed| store::retire(conn, allowed, id, version).await)
        .await?;
    redirect(format!("/priorities/{id}?done=retired"));
    Ok(())
}

/// Takes a retired priority back into use.
#[server(endpoint = "priorities/restore")]
pub async fn restore_priority(id: String, version: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let (id, version): (PriorityId, i64) = (request::id(&id)?, request::version(&version)?);
    request
        .change(ManagePriorities(trust), async |conn, allowed| store::restore(conn, allowed, id, version).await)
        .await?;
    redirect(format!("/priorities/{id}?done=restored"));
    Ok(())
}

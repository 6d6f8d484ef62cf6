//! What people say of asks.

use leptos::prelude::*;

use super::model::ClaimForm;
use super::store;
use crate::access::{EditProject, ManageOrganisation};
use crate::error::Error;
use crate::id::ProjectId;
use crate::web::request::{Request, id, redirect};

/// Says until when one is on something that the academy is asked, or the administrators with it.
#[server(endpoint = "asks/claim")]
pub async fn claim_ask(#[server(flatten)] form: ClaimForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::claim(conn, allowed, &form.parse(allowed.today())?).await
        })
        .await?;
    redirect("/?done=on-it");
    Ok(())
}

/// Says that a project goes on.
#[server(endpoint = "asks/goes-on")]
pub async fn say_it_goes_on(project: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request.change(EditProject(project), async |conn, allowed| store::goes_on(conn, allowed).await).await?;
    redirect("/?done=goes-on");
    Ok(())
}

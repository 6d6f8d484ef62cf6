//! Confirming somebody's part.

use leptos::prelude::*;

use super::store;
use crate::access;
use crate::error::Error;
use crate::id::{PersonId, ProjectId};
use crate::web::request::{Request, id, redirect};

/// Confirms that somebody did in a project what its record says of them.
#[server(endpoint = "evidence/confirm")]
pub async fn confirm_part(project: String, person: String, #[server(default)] from: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request
        .change(access::ConfirmPart(project), async |conn, allowed| {
            let person: PersonId = id(&person)?;
            store::confirm(conn, allowed, person).await
        })
        .await?;
    redirect(if from == "list" {
        "/qi/supported?done=confirmed".to_owned()
    } else {
        format!("/qi/{project}?of={person}&done=confirmed")
    });
    Ok(())
}

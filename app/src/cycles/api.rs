//! Planning cycles and writing down what they taught.

use leptos::prelude::*;

use super::model::CycleForm;
use super::store;
use crate::access::WriteCycle;
use crate::error::Error;
use crate::id::{CycleId, ProjectId};
use crate::web::request::{self, Request, redirect};

/// Adds a cycle to a project.
#[server(endpoint = "cycles/plan")]
pub async fn plan_cycle(project: String, #[server(flatten)] form: CycleForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = request::id(&project)?;
    let cycle = request
        .change(WriteCycle(project), async |conn, allowed| store::add(conn, allowed, &form.parse()?).await)
        .await?;
    redirect(format!("/cycles/{cycle}?done=cycle"));
    Ok(())
}

/// Changes a cycle.
#[server(endpoint = "cycles/save")]
pub async fn save_cycle(cycle: String, version: String, #[server(flatten)] form: CycleForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (cycle, version): (CycleId, i64) = (request::id(&cycle)?, request::version(&version)?);
    let project = store::project_of_cycle(&mut *request.store.read().await?, cycle).await?;
    request
        .change(WriteCycle(project), async |conn, allowed| {
            let before = store::cycle(conn, cycle).await?;
            store::edit(conn, allowed, &before, &form.parse()?, version).await
        })
        .await?;
    redirect(format!("/cycles/{cycle}?done=cycle"));
    Ok(())
}

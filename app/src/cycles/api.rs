//! Planning cycles and writing down what they taught.

use leptos::prelude::*;

use super::model::CycleForm;
use super::store;
use crate::access::WriteCycle;
use crate::error::Error;
use crate::id::{CycleId, ProjectId};
use crate::request::{Request, redirect};

/// Adds a cycle to a project.
#[server(endpoint = "cycles/plan")]
pub async fn plan_cycle(project: String, #[server(flatten)] form: CycleForm) -> Result<(), Error> {
    let request = Request::current();
    let project: ProjectId = project.parse().map_err(|_| Error::NotFound)?;
    let plan = form.parse()?;
    let mut change = request.store.write().await?;
    let allowed = request.require(&mut change, WriteCycle(project)).await?;
    let cycle = store::add(&mut change, &allowed, &plan).await?;
    change.commit().await?;
    redirect(format!("/cycles/{cycle}?done=cycle"));
    Ok(())
}

/// Changes a cycle.
#[server(endpoint = "cycles/save")]
pub async fn save_cycle(cycle: String, version: String, #[server(flatten)] form: CycleForm) -> Result<(), Error> {
    let request = Request::current();
    let cycle: CycleId = cycle.parse().map_err(|_| Error::NotFound)?;
    let version: i64 = version.parse().map_err(|_| Error::Changed)?;
    let plan = form.parse()?;
    let mut change = request.store.write().await?;
    let before = store::cycle(&mut change, cycle).await?;
    let allowed = request.require(&mut change, WriteCycle(before.project_id)).await?;
    store::edit(&mut change, &allowed, &before, &plan, version).await?;
    change.commit().await?;
    redirect(format!("/cycles/{cycle}?done=cycle"));
    Ok(())
}

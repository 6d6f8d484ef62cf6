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
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, WriteCycle(project)).await?;
    let plan = form.parse()?;
    let cycle = store::add(&mut change, &allowed, &plan).await?;
    change.commit().await?;
    redirect(format!("/cycles/{cycle}?done=cycle"));
    Ok(())
}

/// Changes a cycle.
#[server(endpoint = "cycles/save")]
pub async fn save_cycle(cycle: String, version: String, #[server(flatten)] form: CycleForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (cycle, version): (CycleId, i64) = (request::id(&cycle)?, request::version(&version)?);
    let mut change = request.write().await?;
    let before = store::cycle(&mut change, cycle).await?;
    let allowed = request.require(&mut change, WriteCycle(before.project_id)).await?;
    let plan = form.parse()?;
    store::edit(&mut change, &allowed, &before, &plan, version).await?;
    change.commit().await?;
    redirect(format!("/cycles/{cycle}?done=cycle"));
    Ok(())
}

//! Changing how charts are read.

use leptos::prelude::*;

use super::model::{ChartSettingsForm, PhaseForm, RuleSet, TargetForm};
use super::store;
use crate::access::{Allowed, Coordinate, DefineMeasure};
use crate::db::Write;
use crate::error::Error;
use crate::id::{MeasureId, PhaseId, TargetId};
use crate::measures;
use crate::parse::Fields;
use crate::web::request::{self, Request, id, redirect};

async fn defining(
    request: &Request,
    change: &mut Write,
    measure: &str,
) -> Result<(measures::series::Measure, Allowed<DefineMeasure>), Error> {
    let measure = measures::store::measure(change, id::<MeasureId>(measure)?).await?;
    let allowed = request.require(change, DefineMeasure(measure.project_id)).await?;
    Ok((measure, allowed))
}

/// Changes how a measure's chart is read.
#[server(endpoint = "measures/read")]
pub async fn save_chart_settings(
    measure: String,
    version: String,
    #[server(flatten)] form: ChartSettingsForm,
) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    let version = request::version(&version)?;
    let settings = form.parse(measure.data_type)?;
    let before = store::chart_settings(&mut change, measure.id).await?;
    store::save(&mut change, &allowed, &measure, &before, &settings, version).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=saved", measure.id));
    Ok(())
}

/// Starts a phase.
#[server(endpoint = "measures/start-phase")]
pub async fn start_phase(measure: String, #[server(flatten)] form: PhaseForm) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    let phase = form.parse(request.today())?;
    store::start_phase(&mut change, &allowed, &measure, &phase).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=phase", measure.id));
    Ok(())
}

/// Takes a phase away.
#[server(endpoint = "measures/remove-phase")]
pub async fn remove_phase(measure: String, phase: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    store::remove_phase(&mut change, &allowed, &measure, id::<PhaseId>(&phase)?).await?;
    change.commit().await?;
    redirect(format!("/measures/{}/chart?done=phase-removed", measure.id));
    Ok(())
}

/// Sets a target from a day on.
#[server(endpoint = "measures/set-target")]
pub async fn set_target(measure: String, #[server(flatten)] form: TargetForm) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    let target = form.parse(measure.data_type)?;
    store::set_target(&mut change, &allowed, &measure, target).await?;
    change.commit().await?;
    redirect(format!("/measures/{}/chart?done=saved", measure.id));
    Ok(())
}

/// Takes a later target away.
#[server(endpoint = "measures/remove-target")]
pub async fn remove_target(measure: String, target: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (measure, allowed) = defining(&request, &mut change, &measure).await?;
    store::remove_target(&mut change, &allowed, &measure, id::<TargetId>(&target)?).await?;
    change.commit().await?;
    redirect(format!("/measures/{}/chart?done=removed", measure.id));
    Ok(())
}

/// Changes the rules that the trust's charts are judged by.
#[server(endpoint = "charts/rules")]
pub async fn set_trust_rules(rule_set: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, Coordinate(trust)).await?;
    let mut fields = Fields::new();
    let chosen = fields.choice::<RuleSet>("rule_set", &rule_set, "Choose the rules.");
    let chosen = fields.finish(|| chosen)?.unwrap_or(RuleSet::LimitsAndRuns);
    store::set_trust_rules(&mut change, &allowed, chosen).await?;
    change.commit().await?;
    redirect("/charts?done=saved");
    Ok(())
}

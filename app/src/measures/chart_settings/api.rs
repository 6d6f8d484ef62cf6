//! Changing how charts are read.

use leptos::prelude::*;

use super::model::{ChartSettingsForm, PhaseForm, RuleSet, TargetForm};
use super::store;
use crate::access::Coordinate;
use crate::error::Error;
use crate::id::{PhaseId, TargetId};
use crate::measures::api::define;
use crate::parse::Fields;
use crate::web::request::{self, Request, id, redirect};

/// Changes how a measure's chart is read.
#[server(endpoint = "measures/read")]
pub async fn save_chart_settings(
    measure: String,
    version: String,
    #[server(flatten)] form: ChartSettingsForm,
) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        let version = request::version(&version)?;
        let settings = form.parse(measure.data_type)?;
        let before = store::chart_settings(conn, measure.id).await?;
        store::save(conn, allowed, measure, &before, &settings, version).await
    })
    .await?;
    redirect(format!("/measures/{measure}?done=saved"));
    Ok(())
}

/// Starts a phase.
#[server(endpoint = "measures/start-phase")]
pub async fn start_phase(measure: String, #[server(flatten)] form: PhaseForm) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        let phase = form.parse(request.today())?;
        store::start_phase(conn, allowed, measure, &phase).await?;
        Ok(())
    })
    .await?;
    redirect(format!("/measures/{measure}?done=phase"));
    Ok(())
}

/// Takes a phase away.
#[server(endpoint = "measures/remove-phase")]
pub async fn remove_phase(measure: String, phase: String) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        store::remove_phase(conn, allowed, measure, id::<PhaseId>(&phase)?).await
    })
    .await?;
    redirect(format!("/measures/{measure}/chart?done=phase-removed"));
    Ok(())
}

/// Sets a target from a day on.
#[server(endpoint = "measures/set-target")]
pub async fn set_target(measure: String, #[server(flatten)] form: TargetForm) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        let target = form.parse(measure.data_type)?;
        store::set_target(conn, allowed, measure, target).await
    })
    .await?;
    redirect(format!("/measures/{measure}/chart?done=saved"));
    Ok(())
}

/// Takes a later target away.
#[server(endpoint = "measures/remove-target")]
pub async fn remove_target(measure: String, target: String) -> Result<(), Error> {
    let request = Request::current();
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        store::remove_target(conn, allowed, measure, id::<TargetId>(&target)?).await
    })
    .await?;
    redirect(format!("/measures/{measure}/chart?done=removed"));
    Ok(())
}

/// Changes the rules that the trust's charts are judged by.
#[server(endpoint = "charts/rules")]
pub async fn set_trust_rules(rule_set: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(Coordinate(trust), async |conn, allowed| {
            let mut fields = Fields::new();
            let chosen = fields.choice::<RuleSet>("rule_set", &rule_set, "Choose the rules.");
            let chosen = fields.finish(|| chosen)?.unwrap_or(RuleSet::LimitsAndRuns);
            store::set_trust_rules(conn, allowed, chosen).await
        })
        .await?;
    redirect("/charts?done=saved");
    Ok(())
}

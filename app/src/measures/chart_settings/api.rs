//! Changing how charts are read.

use leptos::prelude::*;

use super::model::{ChartSettingsForm, ChartType, PhaseForm, RuleSet, TargetForm};
use super::store;
use crate::access::Coordinate;
use crate::error::Error;
use crate::id::{PhaseId, TargetId};
use crate::measures::api::define;
use crate::measures::choice;
use crate::measures::store::{load_series_of_measure, settle};
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
        store::save(conn, allowed, measure, &before, &settings, version).await?;
        // Of one that is left to its points again.
        settle(conn, allowed, measure.id).await
    })
    .await?;
    redirect(format!("/measures/{measure}?done=saved"));
    Ok(())
}

/// Takes the chart that later points ask for, with `answer` `use`, or keeps the one that is drawn.
#[server(endpoint = "measures/chart-type")]
pub async fn answer_chart(
    measure: String,
    #[server(default)] chart: String,
    #[server(default)] answer: String,
) -> Result<(), Error> {
    let request = Request::current();
    let taken = answer == USE;
    let measure = define(&request, &measure, async |conn, allowed, measure| {
        let measured = load_series_of_measure(conn, measure.id).await?;
        let suggestion = choice::another(&measured.settings, &choice::series(&measured));
        let asked = suggestion.and_then(|found| ChartType::of(found.choice.kind));
        let (Some(now), Some(suggested), Some(suggestion)) = (measured.settings.settled_chart, asked, suggestion)
        else {
            return Err(Error::form(GONE));
        };
        if suggested.as_str() != chart {
            return Err(Error::form(GONE));
        }
        let decided = store::Decided {
            now,
            suggested,
            because: suggestion.choice.reason,
            said: &spc::words::suggested_chart(now.kind(), &suggestion),
            last_entry: choice::last_entry(&measured),
        };
        if taken {
            store::take_suggestion(conn, allowed, measure, &decided).await
        } else {
            store::set_suggestion_aside(conn, allowed, measure, &decided).await
        }
    })
    .await?;
    redirect(format!("/measures/{measure}?done={}", if taken { "chart-changed" } else { "chart-kept" }));
    Ok(())
}

/// The answer that takes the suggested chart.
pub const USE: &str = "use";

const GONE: &str = "The points no longer suggest this chart. Nothing was changed: look at what is suggested now.";

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

//! The board's page: every measure of a project, or of all open projects of a priority, in one table.

use leptos::prelude::*;

use super::series::MeasureSeries;
use super::store::BoardPage;
use super::values;
use super::{chart, icons, store};
use crate::access::{ReadProject, ReadTrust};
use crate::error::Error;
use crate::id::{PriorityId, ProjectId};
use crate::project::parts::{Section, sections};
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Listing};

/// The board's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/projects/{id}/board", of_project), route!("/priorities/{id}/board", of_priority)]
}

async fn of_project(request: Request) -> Result<Page, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadProject(id)).await?;
    let (head, series) = store::board_of_project(&mut conn, id).await?;
    drop(conn);
    let charts = chart::each(request.visitor.id(), series).await?;
    Ok(Page::new(format!("Measures: {}", head.title), move || {
        view! {
            {ui::back(&format!("/projects/{id}"), &head.title)}
            {ui::heading(&head.reference.unwrap_or_default(), "All measures")}
            {sections(&request, id, Section::Measures)}
            {table(&charts, charts.len(), None)}
        }
        .into_any()
    }))
}

async fn of_priority(request: Request) -> Result<Page, Error> {
    let id: PriorityId = request.param("id")?;
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(trust)).await?;
    let listing = Listing::of(&request, &format!("/priorities/{id}/board"), &["project", "measure"]);
    let (sort, reversed, before) = listing.wanted();
    let number = |rows: usize| i64::try_from(rows).unwrap_or(i64::MAX);
    let page = BoardPage { sort, reversed, rows: number(ui::ROWS), before: number(before) };
    let (priority, series, total) = store::board_of_priority(&mut conn, trust, id, page).await?;
    let total = usize::try_from(total).unwrap_or_default();
    drop(conn);
    let charts = chart::each(request.visitor.id(), series).await?;
    Ok(Page::new(format!("Measures: {}", priority.title), move || {
        view! {
            {ui::back(&format!("/priorities/{id}"), &priority.title)}
            {ui::heading(&priority.title, "All measures of its open projects")}
            {table(&charts, total, Some(&listing))}
            {listing.links_of(total)}
        }
        .into_any()
    }))
}

/// Of so many measures in all; with their projects where it is listed.
fn table(charts: &[(MeasureSeries, spc::Chart)], total: usize, listing: Option<&Listing>) -> AnyView {
    if charts.is_empty() {
        let words = "Every measure will be here, with its latest value, its variation and whether it meets its target.";
        return ui::empty(words, None);
    }
    let mut columns = match listing {
        Some(listing) => {
            vec![listing.column(ui::words("Measure"), "measure"), listing.column(ui::words("Project"), "project")]
        }
        None => vec![ui::words("Measure")],
    };
    columns.extend([
        ui::numbers("Latest"),
        ui::words("On"),
        ui::numbers("Centre line"),
        ui::numbers("Target"),
        ui::words("Variation at the latest point"),
        ui::words("Target, by the latest limits"),
    ]);
    let rows = charts
        .iter()
        .map(|(series, drawn)| {
            let measure = &series.measure;
            let number = |value: Option<f64>| value.map(|value| values::value(measure, value)).unwrap_or_default();
            let latest = drawn.latest();
            let mut row =
                vec![view! { <a href=format!("/measures/{}", measure.id)>{measure.name.clone()}</a> }.into_any()];
            if listing.is_some() {
                row.push(
                    view! { <a href=format!("/projects/{}", measure.project_id)>{measure.project_title.clone()}</a> }
                        .into_any(),
                );
            }
            let assurance = icons::assurance(drawn).unwrap_or_else(|| {
                if drawn.target().is_none() { "No target".into_any() } else { "Not judged without limits".into_any() }
            });
            row.extend([
                number(latest.and_then(spc::ChartPoint::used)).into_any(),
                latest.map_or_else(|| "No point yet".into_any(), |point| ui::time(point.date)),
                number(drawn.centre()).into_any(),
                number(drawn.target()).into_any(),
                icons::variation(drawn),
                assurance,
            ]);
            row
        })
        .collect();
    view! {
        <p role="status">{crate::format::count(i64::try_from(total).unwrap_or(i64::MAX), "measure", "measures")}</p>
        {ui::table("Measures", columns, rows)}
        <p class="nhsuk-hint">
            "Variation is that of the latest point. H is high, L is low; a wave is common cause. P: the process as it is will meet the target; F: it will miss it; ?: the target is sometimes met and sometimes missed, by chance."
        </p>
    }
    .into_any()
}

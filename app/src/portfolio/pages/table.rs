//! Projects as a table whose columns sort, for those who coordinate.

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::continuity::model::ProjectRow;
use crate::portfolio::model::{Filter, Sort, address};
use crate::project::model::Status;
use crate::project::parts::colour;
use crate::web::ui::{self, Column, Sorted};
use timeline::Continuity;

/// What a column is headed with, and the order that its heading leads to.
const COLUMNS: [(&str, Sort); 9] = [
    ("Project", Sort::Title),
    ("Reference", Sort::Reference),
    ("Department", Sort::Department),
    ("Lead", Sort::Lead),
    ("Lead until", Sort::Until),
    ("Supervisor", Sort::Supervisor),
    ("Next measurement", Sort::Measurement),
    ("Last activity", Sort::Updated),
    ("Continuity", Sort::Risk),
];

/// A page of projects.
pub(super) fn projects(rows: Vec<ProjectRow>, filter: &Filter, today: NaiveDate) -> AnyView {
    let columns = COLUMNS.map(|(heading, sort)| column(heading, sort, filter)).into();
    let rows = rows.into_iter().map(|row| cells(row, today)).collect();
    view! { <div class="baton-dense">{ui::table_under_heading("Projects", columns, rows)}</div> }.into_any()
}

fn column(heading: &str, sort: Sort, filter: &Filter) -> Column {
    let here = filter.sort == sort;
    let other = Filter { sort, reversed: here && !filter.reversed, page: None, ..filter.clone() };
    ui::words(heading).sorts(address("/projects", &other), Sorted::of(here, sort.descends() != filter.reversed))
}

/// What is missing or late, which alone has a colour.
fn wrong(words: &'static str) -> AnyView {
    view! { <strong class="baton-wrong">{words}</strong> }.into_any()
}

fn cells(row: ProjectRow, today: NaiveDate) -> Vec<AnyView> {
    let closed = row.status == Status::Closed;
    let status = (row.status != Status::Active).then(|| view! { " "{ui::tag(row.status.label(), colour(row.status))} });
    let nobody = || if closed || row.continuity.is_none() { ().into_any() } else { wrong("Nobody") };
    let until = match (&row.lead, row.no_lead_since) {
        (Some(lead), _) => lead.until.map_or_else(|| "No end date".into_any(), ui::time),
        (None, Some(since)) => view! { "Nobody since "{ui::time(since)} }.into_any(),
        (None, None) => ().into_any(),
    };
    let late = row.is_overdue(today);
    let next = match &row.next_measurement {
        Some(next) if late => view! { {wrong("Overdue")}" "{ui::time(next.on)} }.into_any(),
        Some(next) => ui::time(next.on),
        None if row.measures == 0 && !closed => wrong("No measure"),
        None => ().into_any(),
    };
    let stands = match (row.at_risk, row.continuity) {
        (true, _) => ui::tag("At risk", "orange"),
        (false, Some(state @ (Continuity::Due | Continuity::Offered | Continuity::Agreed | Continuity::InPool))) => {
            state.label().into_any()
        }
        _ => ().into_any(),
    };
    let lead = row.lead.as_ref().map_or_else(nobody, |lead| lead.name.clone().into_any());
    let supervisor = row.supervisor.as_ref().map_or_else(nobody, |one| one.name.clone().into_any());
    vec![
        view! { <a href=format!("/projects/{}", row.id)>{row.title.clone()}</a>{status} }.into_any(),
        row.reference.clone().unwrap_or_default().into_any(),
        row.department.clone().unwrap_or_default().into_any(),
        lead,
        until,
        supervisor,
        next,
        ui::time(row.active_on()),
        stands,
    ]
}

//! The pool: projects that look for a lead.

use std::collections::HashMap;

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::access::ReadTrust;
use crate::continuity::model::ProjectRow;
use crate::continuity::parts::{Mends, Strip};
use crate::error::Error;
use crate::handover::store::{self, Narrowed};
use crate::id::{DepartmentId, ProjectId};
use crate::measures::chart::{Heavy, Small};
use crate::people::interests::model::Interest;
use crate::people::interests::parts::who;
use crate::people::store::Department;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Markup};

/// How many projects a page of the pool shows.
const A_PAGE: i64 = 10;

/// What the pool is narrowed to, as an address says it.
struct Asked {
    department: Option<DepartmentId>,
    specialty: Option<String>,
}

impl Asked {
    fn of(request: &Request) -> Self {
        let specialty = request.query("specialty");
        Self {
            department: request.query("department").parse().ok(),
            specialty: (!specialty.is_empty()).then(|| specialty.to_owned()),
        }
    }

    fn is_narrowed(&self) -> bool {
        self.department.is_some() || self.specialty.is_some()
    }

    fn address(&self, page: i64) -> String {
        let department = self.department.map(|id| id.to_string()).unwrap_or_default();
        let specialty = ui::encoded(self.specialty.as_deref().unwrap_or_default());
        format!("/pool?department={department}&specialty={specialty}&page={page}")
    }
}

/// The projects that look for a lead, longest waiting first: those that nobody leads, and those whose
/// lead offers them to whoever takes them on.
pub async fn pool(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(trust)).await?;
    let asked = Asked::of(&request);
    let page = request.query("page").parse::<i64>().unwrap_or(1).clamp(1, 100_000);
    let narrowed = Narrowed { department: asked.department, specialty: asked.specialty.clone(), page, rows: A_PAGE };
    let found = store::pool(&mut conn, trust, &narrowed, today).await?;
    drop(conn);
    if found.rows.is_empty() && page > 1 {
        // The pool has become shorter than that.
        return Ok(Reply::Redirect(asked.address(1)));
    }
    let charts: HashMap<ProjectId, Small> =
        Small::draw(request.visitor.id(), found.charted, "pool", Heavy::Asked(None))
            .await?
            .into_iter()
            .map(|drawn| (drawn.series.measure.project_id, drawn))
            .collect();
    Ok(Page::new("Pool", move || {
        let (rows, total, departments) = (found.rows, found.total, found.departments);
        let looking = who(&found.interested, &[Interest::Project]);
        let list = if rows.is_empty() { nothing(asked.is_narrowed()) } else { list(rows, charts, today) };
        let count = crate::format::count(total, "project is looking", "projects are looking");
        let pagination = ui::pages(page, (total + A_PAGE - 1) / A_PAGE, |to| asked.address(to));
        view! {
            {ui::heading("", "Projects looking for a lead")}
            <p>"If you take one on, you lead it, take its next step, keep it measured and hand it over in turn. Its supervisor or the QI academy has to agree first."</p>
            <div class="baton-browse">
                {filters(&departments, asked.department, asked.specialty.as_deref())}
                <div class="baton-browse__results">
                    <div class="baton-browse__summary"><p role="status">{format!("{count} for a lead")}</p></div>
                    {list}
                    {pagination}
                    {looking}
                    <p><a href="/account/interests">"Say that you look for a project, or offer to help"</a></p>
                </div>
            </div>
        }
        .into_any()
    })
    .into())
}

fn nothing(narrowed: bool) -> AnyView {
    if narrowed {
        return ui::empty(
            "No project here is looking for a lead. Other departments may have one.",
            Some(("/pool", "See the whole pool")),
        );
    }
    ui::empty(
        "Every open project has a lead. A project comes here by itself when its lead’s post ends, or when its lead offers it.",
        Some(("/projects", "Browse all projects")),
    )
}

fn filters(departments: &[Department], department: Option<DepartmentId>, specialty: Option<&str>) -> AnyView {
    let select = |name: &'static str, label: &'static str, markup: Markup| {
        view! {
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for=name>{label}</label>
                {markup.into_select(name)}
            </div>
        }
    };
    let mut known: Vec<&str> = departments.iter().map(|one| one.specialty.as_str()).collect();
    known.sort_unstable();
    known.dedup();
    let mut specialties = Markup::default();
    specialties.options([("", "All specialties", false)].into_iter());
    specialties.options(known.into_iter().map(|one| (one, one, Some(one) == specialty)));
    let mut places = Markup::default();
    places.options([("", "All departments", false)].into_iter());
    for one in departments {
        places.options([(one.id.to_string().as_str(), one.name.as_str(), Some(one.id) == department)].into_iter());
    }
    view! {
        <form class="baton-filters" method="get" action="/pool">
            <h2 class="baton-filters__title">"Filter"</h2>
            {select("department", "Department", places)}
            {select("specialty", "Specialty", specialties)}
            <div class="baton-actions">
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">"Apply filters"</button>
                <a href="/pool">"Clear"</a>
            </div>
        </form>
    }
    .into_any()
}

fn list(rows: Vec<ProjectRow>, mut charts: HashMap<ProjectId, Small>, today: NaiveDate) -> AnyView {
    let items = rows
        .into_iter()
        .map(|row| {
            let drawn = charts.remove(&row.id);
            item(row, drawn, today)
        })
        .collect_view();
    view! { <ol class="baton-list">{items}</ol> }.into_any()
}

fn item(row: ProjectRow, drawn: Option<Small>, today: NaiveDate) -> AnyView {
    let strip = Strip::of(row, today);
    let row = strip.row();
    let id = row.id;
    let meta: Vec<String> = row.reference.clone().into_iter().chain(row.department.clone()).collect();
    let waits = row.looking_since().map(|since| {
        view! { <p class="baton-list__words">"Waiting since "{ui::time(since)}", "{ui::distance(since, today)}"."</p> }
    });
    // The strip says who takes it over, and when; or who has asked to, and since when.
    let step = (row.agreed.is_none() && row.asked_for().is_none()).then(|| {
        view! { <p class="baton-list__words"><a class="baton-act" href=format!("/projects/{id}/take-on")>"Take it on"<span class="nhsuk-u-visually-hidden">": "{row.title.clone()}</span></a></p> }
    });
    let figure = drawn.map(|drawn| {
        view! {
            <figure class="baton-chart baton-chart--small">
                <figcaption class="baton-chart__caption">{drawn.series.measure.name.clone()}</figcaption>
                {drawn.view()}
                <p class="baton-chart__found">{drawn.words()}</p>
            </figure>
        }
    });
    view! {
        <li class="baton-list__row">
            <div class="baton-list__head">
                <h2 class="baton-list__title"><a href=format!("/projects/{id}")>{row.title.clone()}</a></h2>
                <p class="baton-list__meta">{meta.join(" · ")}</p>
            </div>
            {strip.view_compact(Mends::default())}
            {waits}
            {step}
            {figure}
        </li>
    }
    .into_any()
}

//! Browsing and searching the trust's projects. Every view is an address.

use std::sync::Arc;

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::access::ReadTrust;
use crate::continuity::model::ProjectRow;
use crate::error::Error;
use crate::portfolio::model::{Counts, Filter, Gap, PAGE, Sort, Statuses, address, days};
use crate::portfolio::pages::table;
use crate::portfolio::store;
use crate::project::model::ProjectType;
use crate::sheet;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Markup};
use timeline::Continuity;

/// What the filters offer to choose from: value and label.
struct Offered {
    departments: Vec<(String, String)>,
    priorities: Vec<(String, String)>,
    /// How many projects each of the options would show.
    counts: Arc<Counts>,
    /// Whose projects are shown.
    colleague: Option<String>,
}

pub async fn browse(request: Request) -> Result<Reply, Error> {
    let person = request.person()?.clone();
    let today = request.today();
    let state = request.store.newest();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(person.trust)).await?;
    let filter = Filter::of(person.id, &request.query, today);
    let store::Browsed { found, departments, priorities, counts, colleague } =
        store::browse(&mut conn, person.trust, &filter, today, state).await?;
    drop(conn);
    if found.rows.is_empty() && filter.page.is_some_and(|page| page > 1) {
        // The list has become shorter than that.
        return Ok(Reply::Redirect(address("/projects", &Filter { page: None, ..filter })));
    }
    let works = person.belongs();
    let offered = Offered {
        colleague,
        counts,
        departments: departments.into_iter().map(|one| (one.id.to_string(), one.name)).collect(),
        priorities: priorities.into_iter().map(|one| (one.id.to_string(), one.title)).collect(),
    };
    Ok(Page::new("Projects", move || {
        let last = (found.total + PAGE - 1) / PAGE;
        let page = filter.page.unwrap_or(1);
        let results = match (found.rows.is_empty(), filter.table) {
            (true, _) => nothing(&filter),
            (false, true) => table::projects(found.rows, &filter, today),
            (false, false) => crate::continuity::parts::rows(found.rows, today),
        };
        let csv = (found.total > 0).then(|| {
            let whole = Filter { table: false, ..filter.clone() };
            view! { <a href=address("/projects.csv", &whole)>"Download as CSV"</a> }
        });
        let class = if filter.table { "baton-browse baton-browse--table" } else { "baton-browse" };
        view! {
            <div class="baton-actions baton-actions--title">
                {ui::heading("", "Projects")}
                {works.then(|| ui::button_link("/projects/register", "Register a project", false))}
            </div>
            <div class=class>
                {filters(&filter, &offered, today)}
                <div class="baton-browse__results">
                    <div class="baton-browse__summary">
                        <p role="status">{crate::format::count(found.total, "project", "projects")}</p>
                        {views(&filter)}
                        {csv}
                    </div>
                    {found.misspelt.then(|| view! { <p>{spelled_like(&filter.text)}</p> })}
                    {filter.on.map(|day| as_they_stand(&filter, day, today))}
                    {narrowed(&filter, &offered)}
                    {results}
                    {ui::pages(page, last, |to| address("/projects", &Filter { page: Some(to), ..filter.clone() }))}
                </div>
            </div>
        }
        .into_any()
    })
    .into())
}

/// Says that nothing has what was typed.
pub(super) fn spelled_like(text: &str) -> String {
    format!("Nothing has “{text}”. This is what has words spelled like it.")
}

/// The list, or the table whose columns sort.
fn views(filter: &Filter) -> AnyView {
    let views = [("List", false), ("Table", true)].map(|(label, table)| {
        let href = address("/projects", &Filter { table, page: None, ..filter.clone() });
        (href, label.to_owned(), filter.table == table)
    });
    let views = views.into_iter().map(|(href, label, here)| {
        view! { <li><a href=href aria-current=here.then_some("true")>{label}</a></li> }
    });
    view! { <nav aria-label="View"><ul class="baton-views">{views.collect_view()}</ul></nav> }.into_any()
}

fn nothing(filter: &Filter) -> AnyView {
    let words = if filter.on.is_some() {
        "No project fits all of these on that day. Remove a filter, or go back to today."
    } else if filter.query().is_empty() {
        "No project is registered yet. The trust’s projects will be listed here."
    } else if filter.text.is_empty() {
        "No project fits all of these. Remove a filter, or look among open and closed ones."
    } else {
        "No project fits. Try fewer or shorter words, remove a filter, or look among open and closed ones."
    };
    ui::empty(words, Some(("/projects?status=any", "All projects, open and closed")))
}

/// What the list is narrowed to, each with the link that takes it away.
fn narrowed(filter: &Filter, offered: &Offered) -> AnyView {
    let label = |options: &[(String, String)], value: String| {
        options
            .iter()
            .find(|(key, _)| *key == value)
            .map_or_else(|| "No longer in use".to_owned(), |(_, label)| label.clone())
    };
    let without = |change: fn(&mut Filter)| {
        let mut less = Filter { page: None, ..filter.clone() };
        change(&mut less);
        address("/projects", &less)
    };
    let mut chips: Vec<(String, String)> = Vec::new();
    if !filter.text.is_empty() {
        chips.push((format!("“{}”", filter.text), without(|filter| filter.text.clear())));
    }
    if filter.statuses != Statuses::default() {
        chips.push((filter.statuses.label().to_owned(), without(|filter| filter.statuses = Statuses::default())));
    }
    if let Some(id) = filter.department {
        chips.push((label(&offered.departments, id.to_string()), without(|filter| filter.department = None)));
    }
    if let Some(id) = filter.priority {
        chips.push((label(&offered.priorities, id.to_string()), without(|filter| filter.priority = None)));
    }
    if let Some(kind) = filter.kind {
        chips.push((kind.label().to_owned(), without(|filter| filter.kind = None)));
    }
    if let Some(state) = filter.continuity {
        chips.push((state.label().to_owned(), without(|filter| filter.continuity = None)));
    }
    if let Some(gap) = filter.gap {
        chips.push((gap.label().to_owned(), without(|filter| filter.gap = None)));
    }
    if filter.mine.is_some() {
        chips.push(("Mine".to_owned(), without(|filter| filter.mine = None)));
    }
    if filter.with.is_some() {
        let name = offered.colleague.as_deref().unwrap_or("one person");
        chips.push((format!("With {name}"), without(|filter| filter.with = None)));
    }
    if chips.is_empty() {
        return ().into_any();
    }
    let chips = chips
        .into_iter()
        .map(|(words, href)| {
            view! {
                <li>
                    <a href=href>
                        <span class="nhsuk-u-visually-hidden">"Remove filter: "</span>
                        {words}
                        <span aria-hidden="true">" ×"</span>
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="baton-links" aria-label="Filters in use">{chips}</ul> }.into_any()
}

fn filters(filter: &Filter, offered: &Offered, today: NaiveDate) -> AnyView {
    let select = |name: &'static str, label: &'static str, all: &str, options: &[(String, String)], chosen: String| {
        let mut markup = Markup::default();
        markup.options((!all.is_empty()).then_some(("", all, false)).into_iter());
        let counted: Vec<(&str, String, bool)> = options
            .iter()
            .map(|(value, label)| {
                let count =
                    (name != "sort" && *value != Statuses::Draft.as_str()).then(|| offered.counts.of(name, value));
                let label = count.flatten().map_or_else(|| label.clone(), |count| format!("{label} ({count})"));
                (value.as_str(), label, *value == chosen)
            })
            .collect();
        // A bookmark may name what was retired since: it is shown, and kept.
        let retired = !chosen.is_empty() && options.iter().all(|(value, _)| *value != chosen);
        markup.options(retired.then_some((chosen.as_str(), "No longer in use", true)).into_iter());
        markup.options(counted.iter().map(|(value, label, chosen)| (*value, label.as_str(), *chosen)));
        view! {
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for=name>{label}</label>
                {markup.into_select(name)}
            </div>
        }
    };
    let text = |value: Option<String>| value.unwrap_or_default();
    let kinds = [ProjectType::QualityImprovement, ProjectType::ClinicalAudit, ProjectType::ServiceEvaluation]
        .map(|kind| (kind.to_string(), kind.label().to_owned()));
    let states: Vec<_> = Continuity::ALL.iter().map(|state| (state.to_string(), state.label().to_owned())).collect();
    view! {
        <form class="baton-filters" method="get" action="/projects">
            <h2 class="baton-filters__title">"Filter"</h2>
            {filter.table.then(|| view! { <input type="hidden" name="view" value="table" /> })}
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="q">"Words or reference"</label>
                <input class="nhsuk-input" id="q" name="q" type="search" value=filter.text.clone() />
            </div>
            {select("status", "Status", "", &Statuses::options(), filter.meant_statuses().to_string())}
            {select("continuity", "Continuity", "Any", &states, text(filter.continuity.map(|one| one.to_string())))}
            {select("department", "Department", "All", &offered.departments, text(filter.department.map(|id| id.to_string())))}
            {select("priority", "Priority", "All", &offered.priorities, text(filter.priority.map(|id| id.to_string())))}
            {select("type", "Type", "All", &kinds, text(filter.kind.map(|kind| kind.to_string())))}
            {select("gap", "What is missing", "Any", &Gap::options(), text(filter.gap.map(|gap| gap.to_string())))}
            {select("sort", "Sorted by", "", &Sort::options(), filter.sort.to_string())}
            {day_field(filter, today)}
            {filter.with.map(|with| view! { <input type="hidden" name="with" value=with.to_string() /> })}
            {filter.reversed.then(|| view! { <input type="hidden" name="reverse" value="yes" /> })}
            <div class="nhsuk-form-group">
                <div class="nhsuk-checkboxes nhsuk-checkboxes--small">
                    <div class="nhsuk-checkboxes__item">
                        <input class="nhsuk-checkboxes__input" id="mine" name="mine" type="checkbox" value="yes" checked=filter.mine.is_some() />
                        <label class="nhsuk-label nhsuk-checkboxes__label" for="mine">"Mine"</label>
                    </div>
                </div>
            </div>
            <div class="baton-actions">
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">"Apply filters"</button>
                <a href="/projects">"Clear"</a>
            </div>
        </form>
    }
    .into_any()
}

/// The day on which the projects are looked at.
fn day_field(filter: &Filter, today: NaiveDate) -> AnyView {
    let (first, last) = days(today);
    view! {
        <div class="nhsuk-form-group">
            <label class="nhsuk-label" for="on">"As they stand on"</label>
            <div class="nhsuk-hint" id="on-hint">"Leave it empty for today"</div>
            <input
                class="nhsuk-input nhsuk-input--width-10"
                id="on"
                name="on"
                type="date"
                aria-describedby="on-hint"
                min=first.to_string()
                max=last.to_string()
                value=filter.on.map(|day| day.to_string()).unwrap_or_default()
            />
        </div>
    }
    .into_any()
}

/// What a view of another day shows, and the way back.
fn as_they_stand(filter: &Filter, day: NaiveDate, today: NaiveDate) -> AnyView {
    let on = crate::format::date(day);
    let words = if day > today {
        format!("This is who will lead and supervise these projects on {on}, if nothing changes until then. ")
    } else {
        format!("This is who led and supervised these projects on {on}, by what is recorded today. ")
    };
    let back = address("/projects", &Filter { on: None, page: None, ..filter.clone() });
    view! { <p>{words}<a href=back>"Back to today"</a></p> }.into_any()
}

/// A project's row of the table.
fn cells(row: &ProjectRow) -> [String; 16] {
    let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let next = row.next_measurement.as_ref();
    [
        row.reference.clone().unwrap_or_default(),
        row.title.clone(),
        row.kind.label().to_owned(),
        row.status.label().to_owned(),
        row.department.clone().unwrap_or_default(),
        row.continuity.map_or("", Continuity::label).to_owned(),
        row.lead.as_ref().map(|lead| lead.name.clone()).unwrap_or_default(),
        date(row.lead.as_ref().and_then(|lead| lead.until)),
        row.supervisor.as_ref().map(|supervisor| supervisor.name.clone()).unwrap_or_default(),
        date(row.supervisor.as_ref().and_then(|supervisor| supervisor.until)),
        if row.at_risk { "Yes" } else { "No" }.to_owned(),
        date(next.map(|next| next.on)),
        next.map(|next| next.measure.clone()).unwrap_or_default(),
        row.next_step.clone(),
        date(row.next_step_on),
        row.active_on().to_string(),
    ]
}

/// The whole view as a table for a spreadsheet, all its pages.
pub async fn download(request: Request) -> Result<Reply, Error> {
    let person = request.person()?.clone();
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(person.trust)).await?;
    let filter = Filter { page: None, ..Filter::of(person.id, &request.query, today) };
    let found = store::list(&mut conn, person.trust, &filter, today).await?;
    drop(conn);
    let mut table = csv::Writer::from_writer(Vec::new());
    let written = (|| {
        table.write_record([
            "Reference",
            "Title",
            "Type",
            "Status",
            "Department",
            "Continuity",
            "Led by",
            "Until",
            "Supervised by",
            "Supervised until",
            "At risk",
            "Next measurement",
            "Measure",
            "Next step",
            "Next step by",
            "Changed",
        ])?;
        for row in &found.rows {
            table.write_record(cells(row).map(|text| sheet::cell(&text)))?;
        }
        table.flush().map_err(csv::Error::from)
    })();
    written.map_err(|error| {
        tracing::error!(%error, "a list could not be written as CSV");
        Error::Internal
    })?;
    let body = table.into_inner().map_err(|_| Error::Internal)?;
    let day = filter.on.unwrap_or(today);
    Ok(Reply::File { name: format!("projects-{day}.csv"), kind: "text/csv; charset=utf-8", body })
}

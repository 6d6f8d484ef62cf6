//! One's own QI, to look at and to print; and for a supervisor, whom they supported.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::ConfirmPart as ConfirmForm;
use super::model::{Part, Supported, place};
use super::store;
use crate::access::ConfirmPart;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::format::{count, date};
use crate::id::{PersonId, ProjectId};
use crate::measures::chart::{Heavy, Small, Time};
use crate::measures::store::load_series;
use crate::people;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// So many projects on a page.
const PAGE: i64 = 20;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/qi", own), route!("/qi/print", print), route!("/qi/supported", supported), route!("/qi/{id}", one)]
}

fn page_of(request: &Request) -> i64 {
    request.query("page").parse().unwrap_or(1).clamp(1, 10_000)
}

async fn own(request: Request) -> Result<Page, Error> {
    let (me, reads) = request.person().map(|person| (person.id, person.reads_trust()))?;
    let page = page_of(&request);
    let mut conn = request.store.read().await?;
    let (parts, total) = store::parts(&mut conn, me, request.today(), (PAGE, (page - 1) * PAGE)).await?;
    let supports = !store::supported(&mut conn, me, None, request.today()).await?.is_empty();
    drop(conn);
    Ok(Page::new("Your QI", move || {
        let list = if parts.is_empty() && page == 1 {
            ui::empty(
                "A project stands here from the day on which you have a place in its team, and stays when you leave.",
                reads.then_some(("/projects", "Browse projects")),
            )
        } else {
            view! { <ol class="baton-list">{parts.iter().map(row).collect_view()}</ol> }.into_any()
        };
        let prints = (total > 0).then(|| {
            view! { <p><a href="/qi/print">"All of it to print, for your portfolio"</a></p> }
        });
        let supports = supports
            .then(|| view! { <p><a href="/qi/supported">"The colleagues whom you supported as a supervisor"</a></p> });
        view! {
            {ui::back("/", "Home")}
            {ui::heading("", "Your QI")}
            <p>{format!("{}, with what the record says that you did. A supervisor can confirm each.", count(total, "project", "projects"))}</p>
            {prints}
            {supports}
            {list}
            {ui::pages(page, (total + PAGE - 1) / PAGE, |to| format!("/qi?page={to}"))}
        }
        .into_any()
    }))
}

fn row(part: &Part) -> AnyView {
    let closed = part.closed_on.map(|on| format!("closed on {}", date(on)));
    let meta: Vec<String> = [part.reference.clone(), part.department.clone(), part.trust.clone()]
        .into_iter()
        .filter(|text| !text.is_empty())
        .chain(closed)
        .collect();
    view! {
        <li class="baton-list__row">
            <div class="baton-list__head">
                <h2 class="baton-list__title"><a href=format!("/projects/{}", part.project_id)>{part.title.clone()}</a></h2>
                <p class="baton-list__meta">{meta.join(" · ")}</p>
            </div>
            {said(part)}
            <p class="baton-list__words"><a href=format!("/qi/{}", part.project_id)>"One page to print"<span class="nhsuk-u-visually-hidden">": "{part.title.clone()}</span></a></p>
        </li>
    }
    .into_any()
}

/// Roles with their days, what was done, what was written of it, and who confirmed it.
fn said(part: &Part) -> AnyView {
    let places = part
        .places
        .iter()
        .map(|one| {
            let words = (!one.contribution.is_empty())
                .then(|| view! { <p class="baton-lines baton-list__words">{one.contribution.clone()}</p> });
            view! { <p class="baton-list__words"><strong>{place(one)}</strong></p>{words} }
        })
        .collect_view();
    let did = part.did();
    let did = (!did.is_empty())
        .then(|| view! { <p class="baton-list__words">{format!("By the record: {}.", did.join(", "))}</p> });
    let confirmed = part
        .confirmed
        .iter()
        .map(|one| {
            view! { <p class="baton-list__words">{format!("Confirmed by {} on ", one.name)}{ui::time(date_in_london(one.at))}"."</p> }
        })
        .collect_view();
    view! { {places}{did}{confirmed} }.into_any()
}

/// The charts of a part: the project's first measure at its start and now.
struct Charts {
    start: Option<Small>,
    now: Option<Small>,
}

async fn charts(request: &Request, part: &Part) -> Result<Charts, Error> {
    let mut conn = request.store.read().await?;
    let first = load_series(&mut conn, part.project_id).await?.into_iter().next();
    drop(conn);
    let Some(series) = first.filter(|series| !series.points.is_empty()) else {
        return Ok(Charts { start: None, now: None });
    };
    let who = request.visitor.id();
    let began = part.began_on().unwrap_or(request.today());
    let earliest = series.points.iter().map(|point| point.taken_on).min().unwrap_or(began);
    let start = if earliest < began {
        Small::draw_time(who, vec![series.clone()], "start", Time { from: earliest, until: began }).await?.pop()
    } else {
        None
    };
    Ok(Charts { start, now: Small::draw(who, vec![series], "now", Heavy::All).await?.pop() })
}

fn drawn(charts: Charts, began: Option<NaiveDate>) -> AnyView {
    let figure = |drawn: Small, words: String| {
        view! {
            <figure class="baton-chart baton-chart--small">
                <figcaption class="baton-chart__caption">{format!("{}, {words}", drawn.series.measure.name)}</figcaption>
                {drawn.view()}
                <p class="baton-chart__found">{drawn.words()}</p>
            </figure>
        }
    };
    let began = began.map(date).unwrap_or_default();
    view! {
        <div class="baton-charts">
            {charts.start.map(|chart| figure(chart, format!("until {began}, when the part began")))}
            {charts.now.map(|chart| figure(chart, "as it is now".to_owned()))}
        </div>
    }
    .into_any()
}

/// A part as it is printed.
fn printed(part: &Part, charts: Charts) -> AnyView {
    let began = part.began_on();
    let aim = (!part.aim.is_empty()).then(|| view! { <p><strong>"Aim: "</strong>{part.aim.clone()}</p> });
    view! {
        <p>{[part.reference.as_str(), part.department.as_str(), part.trust.as_str()].into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>().join(" · ")}</p>
        <p><strong>"Problem: "</strong>{part.problem.clone()}</p>
        {aim}
        {said(part)}
        {drawn(charts, began)}
    }
    .into_any()
}

/// One's own part in a project, or for its supervisor somebody else's.
async fn one(request: Request) -> Result<Page, Error> {
    let me = request.person()?.clone();
    let id: ProjectId = request.param("id")?;
    let of: PersonId = request.query("of").parse().unwrap_or(me.id);
    let mut conn = request.store.read().await?;
    let confirms = of != me.id;
    if confirms {
        request.require(&mut conn, ConfirmPart(id)).await?;
    }
    let part = store::part(&mut conn, of, id, request.today()).await?;
    let name = people::store::name(&mut conn, of).await?;
    drop(conn);
    let charts = charts(&request, &part).await?;
    Ok(Page::new(format!("{name} in {}", part.title), move || {
        let confirmed = part.confirmed.iter().any(|one| one.by == me.id);
        let form = (confirms && !confirmed).then(|| {
            let form = Form::new(&request, ConfirmForm::PATH);
            let summary = form.summary();
            let fields = view! {
                {form.hidden("project", id)}
                {form.hidden("person", of)}
                <p>"You supervise this project. With your name and today’s date it stands in their portfolio that this is what they did."</p>
                {ui::submit("Confirm this")}
            }
            .into_any();
            view! { <div class="baton-no-print">{summary}{form.draw(fields)}</div> }
        });
        view! {
            {ui::back(if confirms { "/qi/supported" } else { "/qi" }, if confirms { "Whom you supported" } else { "Your QI" })}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading(&name, &part.title)}
                {printed(&part, charts)}
                {form}
            </div></div>
        }
        .into_any()
    }))
}

/// All of one's parts, a sheet each.
async fn print(request: Request) -> Result<Page, Error> {
    let me = request.person()?.clone();
    let page = page_of(&request);
    let mut conn = request.store.read().await?;
    let (parts, total) = store::parts(&mut conn, me.id, request.today(), (PAGE, (page - 1) * PAGE)).await?;
    drop(conn);
    let mut all = Vec::with_capacity(parts.len());
    for part in parts {
        let charts = charts(&request, &part).await?;
        all.push((part, charts));
    }
    Ok(Page::new("Your QI, to print", move || {
        let sheets = all
            .into_iter()
            .map(|(part, charts)| {
                view! {
                    <section class="baton-sheet" aria-labelledby=format!("part-{}", part.project_id)>
                        <h2 class="nhsuk-heading-m" id=format!("part-{}", part.project_id)>{part.title.clone()}</h2>
                        {printed(&part, charts)}
                    </section>
                }
            })
            .collect_view();
        view! {
            {ui::back("/qi", "Your QI")}
            {ui::heading(&me.name, "Quality improvement")}
            <p>{format!("{}, as Baton records them on ", count(total, "project", "projects"))}{ui::time(request.today())}"."</p>
            {sheets}
            {ui::pages(page, (total + PAGE - 1) / PAGE, |to| format!("/qi/print?page={to}"))}
        }
        .into_any()
    }))
}

async fn supported(request: Request) -> Result<Page, Error> {
    let me = request.person()?.clone();
    let mut conn = request.store.read().await?;
    let people = store::supported(&mut conn, me.id, me.belongs().then_some(me.trust), request.today()).await?;
    drop(conn);
    Ok(Page::new("Whom you supported", move || {
        let projects: BTreeSet<ProjectId> = people.iter().map(|one| one.project_id).collect();
        let colleagues: BTreeSet<PersonId> = people.iter().map(|one| one.person_id).collect();
        let words = format!(
            "{} in {}.",
            count(i64::try_from(colleagues.len()).unwrap_or(i64::MAX), "colleague", "colleagues"),
            count(i64::try_from(projects.len()).unwrap_or(i64::MAX), "project", "projects")
        );
        let rows = people.into_iter().map(|one| supported_row(&request, one)).collect::<Vec<_>>();
        let columns = vec![ui::words("Colleague"), ui::words("Project"), ui::words("When"), ui::words("Confirmed")];
        let table = if rows.is_empty() {
            ui::empty(
                "Whoever leads or works on a project while you supervise it stands here, for your appraisal.",
                None,
            )
        } else {
            view! { <p>{words}</p>{ui::table_under_heading("Whom you supported", columns, rows)} }.into_any()
        };
        view! {
            {ui::back("/qi", "Your QI")}
            {ui::heading("", "Whom you supported")}
            {table}
        }
        .into_any()
    }))
}

fn supported_row(request: &Request, one: Supported) -> Vec<AnyView> {
    let until = one.until_on.map_or_else(|| "to today".to_owned(), |on| format!("to {}", date(on)));
    let confirmed = match one.confirmed_at {
        Some(at) => ui::time(date_in_london(at)),
        None if !one.supervises => "By whoever supervises it now".into_any(),
        None => {
            let form = Form::named(request, ConfirmForm::PATH, &format!("{}-{}", one.project_id, one.person_id));
            let summary = form.summary();
            let fields = view! {
                {form.hidden("project", one.project_id)}
                {form.hidden("person", one.person_id)}
                {form.hidden("from", "list")}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">"Confirm"<span class="nhsuk-u-visually-hidden">{format!(" the part of {} in {}", one.name, one.title)}</span></button>
            }
            .into_any();
            view! { {summary}{form.draw(fields)} }.into_any()
        }
    };
    let name = if one.supervises {
        view! { <a href=format!("/qi/{}?of={}", one.project_id, one.person_id)>{one.name}<span class="nhsuk-u-visually-hidden">{format!(" in {}", one.title)}</span></a> }.into_any()
    } else {
        one.name.into_any()
    };
    vec![
        name,
        view! { <a href=format!("/projects/{}", one.project_id)>{one.title}</a>" "{one.reference} }.into_any(),
        format!("{}, {} {until}", one.role.label(), date(one.from_on)).into_any(),
        confirmed,
    ]
}

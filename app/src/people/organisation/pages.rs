//! The trust's sites and departments on one page, and the forms that change them.

use std::cmp::Ordering;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddDepartment, AddSite, EditDepartment, EditSite, RemovePlace, RestorePlace, RetirePlace};
use super::model::Place;
use super::store::{self, DepartmentRow, Site};
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::id::{DepartmentId, SiteId};
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form, Listing, by_name};

/// The pages of sites and departments.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/departments", list),
        route!("/departments/new", new_department),
        route!("/departments/{id}", department),
        route!("/sites/new", new_site),
        route!("/sites/{id}", site),
    ]
}

async fn list(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let sites = store::sites(&mut conn, trust).await?;
    let departments = store::departments(&mut conn, trust, request.today()).await?;
    drop(conn);
    let listing = Listing::of(&request, "/departments", &["name", "specialty", "site", "people", "open"]);
    Ok(Page::new("Departments and sites", move || {
        let (gone, departments): (Vec<_>, Vec<_>) = departments.into_iter().partition(|row| row.retired_on.is_some());
        let (gone_sites, sites): (Vec<_>, Vec<_>) = sites.into_iter().partition(|row| row.retired_on.is_some());
        let retired = (!gone.is_empty() || !gone_sites.is_empty()).then(|| {
            let departments = (!gone.is_empty()).then(|| department_table("Retired departments", gone, None));
            let sites = (!gone_sites.is_empty()).then(|| site_table("Retired sites", gone_sites));
            ui::details("Retired departments and sites", view! { {departments}{sites} }.into_any())
        });
        let departments = if departments.is_empty() {
            let words = "The departments in which people work and improve will be here.";
            ui::empty(words, Some(("/departments/new", "Add the first department")))
        } else {
            let count = i64::try_from(departments.len()).unwrap_or(i64::MAX);
            let (departments, pages) = listing.page(departments, by_column);
            view! {
                <p role="status">{crate::format::count(count, "department", "departments")}</p>
                {department_table("Departments", departments, Some(&listing))}
                {pages}
            }
            .into_any()
        };
        let sites = if sites.is_empty() {
            let words = "If the trust works at more than one place, its hospitals and sites will be here.";
            ui::empty(words, Some(("/sites/new", "Add a site")))
        } else {
            site_table("Sites", sites)
        };
        view! {
            {ui::heading("", "Departments and sites")}
            <div class="baton-actions">
                {ui::button_link("/departments/new", "Add a department", false)}
                {ui::button_link("/sites/new", "Add a site", true)}
            </div>
            {departments}
            {sites}
            {retired}
        }
        .into_any()
    }))
}

/// How two departments stand to each other in a column.
fn by_column(column: &str, one: &DepartmentRow, other: &DepartmentRow) -> Ordering {
    let order = match column {
        "specialty" => by_name(&one.specialty, &other.specialty),
        "site" => by_name(&one.site, &other.site),
        "people" => one.people.cmp(&other.people),
        "open" => one.open.cmp(&other.open),
        _ => Ordering::Equal,
    };
    order.then_with(|| by_name(&one.name, &other.name))
}

/// Departments; the headings sort what a `listing` is given for.
fn department_table(caption: &str, rows: Vec<DepartmentRow>, listing: Option<&Listing>) -> AnyView {
    let rows = rows.into_iter().map(|row| {
        let people = if row.people == 0 {
            row.people.into_any()
        } else {
            view! { <a href=format!("/people?department={}", row.id)>{row.people}<span class="nhsuk-u-visually-hidden">" people in "{row.name.clone()}</span></a> }
                .into_any()
        };
        vec![
            view! { <a href=Place::Department(row.id).address()>{row.name}</a> }.into_any(),
            row.specialty.into_any(),
            row.site.into_any(),
            people,
            row.open.into_any(),
        ]
    });
    let columns = vec![
        (ui::words("Department"), "name"),
        (ui::words("Specialty"), "specialty"),
        (ui::words("Site"), "site"),
        (ui::numbers("People now"), "people"),
        (ui::numbers("Open projects"), "open"),
    ];
    let columns = columns
        .into_iter()
        .map(|(column, key)| match listing {
            Some(listing) => listing.column(column, key),
            None => column,
        })
        .collect();
    ui::table(caption, columns, rows.collect())
}

fn site_table(caption: &str, rows: Vec<Site>) -> AnyView {
    let rows = rows.into_iter().map(|row| {
        vec![view! { <a href=Place::Site(row.id).address()>{row.name}</a> }.into_any(), row.departments.into_any()]
    });
    ui::table(caption, vec![ui::words("Site"), ui::numbers("Departments")], rows.collect())
}

fn department_fields(form: &Form, sites: &[Site]) -> AnyView {
    let mut options = vec![(String::new(), "No site".to_owned())];
    options.extend(sites.iter().map(|site| (site.id.to_string(), site.name.clone())));
    let site = (!sites.is_empty()).then(|| form.select("site", "Site", options).view());
    view! {
        {form.line("name", "Name").view()}
        {form.line("specialty", "Specialty").hint("As it is found in the pool, for example: Cardiology").view()}
        {site}
    }
    .into_any()
}

/// The sites that a department can be put on: those in use, and the one that it is on.
fn offered(sites: Vec<Site>, chosen: Option<SiteId>) -> Vec<Site> {
    sites.into_iter().filter(|site| site.retired_on.is_none() || chosen == Some(site.id)).collect()
}

fn frame(summary: AnyView, caption: &'static str, title: &str, body: AnyView) -> AnyView {
    view! {
        {ui::back("/departments", "Departments and sites")}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {summary}
            {ui::heading(caption, title)}
            {body}
        </div></div>
    }
    .into_any()
}

async fn new_department(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let sites = offered(store::sites(&mut conn, trust).await?, None);
    drop(conn);
    Ok(Page::new("Add a department", move || {
        let form = Form::new(&request, AddDepartment::PATH);
        let summary = form.summary();
        let fields = view! { {department_fields(&form, &sites)}{ui::submit("Add department")} }.into_any();
        frame(summary, "", "Add a department", form.draw(fields))
    }))
}

async fn new_site(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    drop(conn);
    Ok(Page::new("Add a site", move || {
        let form = Form::new(&request, AddSite::PATH);
        let summary = form.summary();
        let fields = view! { {form.line("name", "Name").view()}{ui::submit("Add site")} }.into_any();
        frame(summary, "", "Add a site", form.draw(fields))
    }))
}

async fn department(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: DepartmentId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let row = store::department(&mut conn, trust, id, request.today()).await?;
    let sites = offered(store::sites(&mut conn, trust).await?, row.site_id);
    drop(conn);
    Ok(Page::new(row.name.clone(), move || {
        let form = Form::new(&request, EditDepartment::PATH)
            .version(row.version)
            .with("name", &row.name)
            .with("specialty", &row.specialty)
            .with("site", row.site_id.map(|id| id.to_string()).unwrap_or_default());
        let fields = view! { {form.hidden("id", id)}{department_fields(&form, &sites)}{ui::submit("Save")} }.into_any();
        let (told, end) = ending(&request, Place::Department(id), row.retired_on.is_some());
        let summary = view! { {form.summary()}{told} }.into_any();
        frame(summary, "Department", &row.name, view! { {form.draw(fields)}{end} }.into_any())
    }))
}

async fn site(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: SiteId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let row = store::site(&mut conn, trust, id).await?;
    drop(conn);
    Ok(Page::new(row.name.clone(), move || {
        let form = Form::new(&request, EditSite::PATH).version(row.version).with("name", &row.name);
        let fields = view! { {form.hidden("id", id)}{form.line("name", "Name").view()}{ui::submit("Save")} }.into_any();
        let (told, end) = ending(&request, Place::Site(id), row.retired_on.is_some());
        let summary = view! { {form.summary()}{told} }.into_any();
        frame(summary, "Site", &row.name, view! { {form.draw(fields)}{end} }.into_any())
    }))
}

/// The errors and the section of retiring, restoring and removing a place.
fn ending(request: &Request, place: Place, retired: bool) -> (AnyView, AnyView) {
    let (path, label, words) = if retired {
        let words = "It is retired: what refers to it keeps it, and no form offers it.";
        (RestorePlace::PATH, "Take back into use", words)
    } else {
        let words = "Retiring keeps everything that refers to it; no form offers it any more. You can take it back into use at any time.";
        (RetirePlace::PATH, "Retire", words)
    };
    let (change, remove) = (Form::new(request, path), Form::new(request, RemovePlace::PATH));
    let told = view! { {change.summary()}{remove.summary()} }.into_any();
    let button = |form: Form, label: &'static str| {
        let fields = view! {
            {form.hidden("place", place)}
            {form.effects()}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">{form.doing(label)}</button>
        };
        let fields = fields.into_any();
        form.draw(fields)
    };
    let open = retired || change.is_rejected() || remove.is_rejected();
    let body = view! {
        <p>{words}" Remove it only when it was added by mistake and nothing refers to it."</p>
        <div class="baton-actions">{button(change, label)}{button(remove, "Remove")}</div>
    };
    (told, ui::details_open(&format!("Retire or remove this {}", place.kind()), open, body.into_any()))
}

//! The trust's priorities: the list, and the forms of the academy lead. Each one's page, which shows its projects, is
//! the portfolio's.

use std::cmp::Ordering;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{CreatePriority, EditPriority};
use super::parts::dates;
use super::store::{self, PriorityRow};
use crate::access::{ManagePriorities, ReadTrust};
use crate::error::Error;
use crate::id::PriorityId;
use crate::parse::{MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form, Listing, by_name};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/priorities", list), route!("/priorities/new", new), route!("/priorities/{id}/edit", edit)]
}

/// Priorities; with a `listing` its headings sort them, and those without a project are marked.
fn table(caption: &str, rows: Vec<PriorityRow>, listing: Option<&Listing>) -> AnyView {
    let rows = rows.into_iter().map(|row| {
        let none = (listing.is_some() && row.open == 0).then(|| view! { " "{ui::tag("No project", "orange")} });
        vec![
            view! { <a href=format!("/priorities/{}", row.id)>{row.title}</a>{none} }.into_any(),
            row.owner.into_any(),
            dates(row.starts_on, row.ends_on),
            row.open.into_any(),
        ]
    });
    let columns = [
        (ui::words("Priority"), "title"),
        (ui::words("Owner"), "owner"),
        (ui::words("Dates"), "dates"),
        (ui::numbers("Open projects"), "open"),
    ];
    let columns = columns.map(|(column, key)| match listing {
        Some(listing) => listing.column(column, key),
        None => column,
    });
    ui::table(caption, columns.into(), rows.collect())
}

/// How two priorities stand to each other in a column.
fn by_column(column: &str, one: &PriorityRow, other: &PriorityRow) -> Ordering {
    let order = match column {
        "owner" => by_name(&one.owner, &other.owner),
        "dates" => one.starts_on.cmp(&other.starts_on),
        "open" => one.open.cmp(&other.open),
        _ => Ordering::Equal,
    };
    order.then_with(|| by_name(&one.title, &other.title))
}

async fn list(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(trust)).await?;
    let may = request.may(&mut conn, ManagePriorities(trust)).await?;
    let rows = store::list(&mut conn, trust).await?;
    drop(conn);
    let today = request.today();
    let listing = Listing::of(&request, "/priorities", &["title", "owner", "dates", "open"]);
    Ok(Page::new("Priorities", move || {
        let (now, past): (Vec<_>, Vec<_>) = rows.into_iter().partition(|row| row.is_current(today));
        let unserved = now.iter().filter(|row| row.open == 0).count();
        let gap = (unserved > 0).then(|| {
            let told = match unserved {
                1 => "1 priority has no open project. A new project for it is especially welcome.".to_owned(),
                n => {
                    format!("{n} priorities have no open project. A new project for one of them is especially welcome.")
                }
            };
            view! { <p>{told}</p> }
        });
        let current = if now.is_empty() {
            let words = "The trust's priorities will be here, each with the projects that serve it.";
            ui::empty(words, may.then_some(("/priorities/new", "Add the first priority")))
        } else {
            let count = i64::try_from(now.len()).unwrap_or(i64::MAX);
            let (now, pages) = listing.page(now, by_column);
            view! {
                <p role="status">{crate::format::count(count, "current priority", "current priorities")}</p>
                {gap}
                {table("Current priorities", now, Some(&listing))}
                {pages}
            }
            .into_any()
        };
        let add = may.then(|| ui::button_link("/priorities/new", "Add a priority", false));
        let past = (!past.is_empty())
            .then(|| ui::details("Retired and ended priorities", table("Retired and ended priorities", past, None)));
        view! {
            {ui::heading("", "Priorities")}
            <p>"What the trust wants improved. Every project serves at least one, or says why it answers a local need."</p>
            {add}
            {current}
            {past}
        }
        .into_any()
    }))
}

fn fields(form: &Form) -> AnyView {
    view! {
        {form.line("title", "Priority").hint("In a few words, for example: Antibiotics within the hour in sepsis").limit(MAX_LINE_CHARS).view()}
        {form.lines("aim", "Aim", 4).hint("What would be different, and how you would know").limit(MAX_PARAGRAPH_CHARS).view()}
        {form.line("source", "Source").hint("Where it was decided, for example: Quality Account 2026 to 2027").view()}
        {form.line("owner", "Owner").hint("Who is accountable: a name or a post").view()}
        {form.date("starts_on", "First day").hint("For example, 1 4 2026").view()}
        {form.date("ends_on", "Last day (optional)").view()}
    }
    .into_any()
}

async fn new(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManagePriorities(trust)).await?;
    drop(conn);
    Ok(Page::new("Add a priority", move || {
        let form = Form::new(&request, CreatePriority::PATH);
        let summary = form.summary();
        let fields = view! { {fields(&form)}{ui::submit("Add priority")} }.into_any();
        view! {
            {ui::back("/priorities", "Priorities")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading("", "Add a priority")}
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

async fn edit(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PriorityId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManagePriorities(trust)).await?;
    let found = store::find(&mut conn, trust, id).await?;
    drop(conn);
    Ok(Page::new(format!("Edit {}", found.title), move || {
        let form = Form::new(&request, EditPriority::PATH)
            .version(found.version)
            .with("title", &found.title)
            .with("aim", &found.aim)
            .with("source", &found.source)
            .with("owner", &found.owner)
            .with_date("starts_on", Some(found.starts_on))
            .with_date("ends_on", found.ends_on);
        let summary = form.summary();
        let fields = view! { {form.hidden("id", found.id)}{fields(&form)}{ui::submit("Save")} }.into_any();
        view! {
            {ui::back(&format!("/priorities/{}", found.id), "Back to the priority")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading("Priority", "Edit the priority")}
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

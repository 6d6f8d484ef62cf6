//! The list of the trust's people.

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::access::{Coordinate, GrantRoles, ManageOrganisation};
use crate::error::Error;
use crate::people::directory::model::{PeopleSort, Show, TrustRole};
use crate::people::directory::store::{self, Filter, PersonRow, Tie};
use crate::people::joining;
use crate::people::store::{Department, departments};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Column, Sorted};

fn filter_of(request: &Request) -> Filter {
    Filter {
        name: request.query("q").trim().chars().take(200).collect(),
        department: request.query("department").parse().ok(),
        show: Show::of(request.query("show")),
        sort: PeopleSort::of(request.query("sort")),
        reversed: request.query("reverse") == "yes",
        page: request.query("page").parse().unwrap_or(1).clamp(1, 100_000),
    }
}

fn address_of(filter: &Filter, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !filter.name.is_empty() {
        query.append_pair("q", &filter.name);
    }
    if let Some(department) = filter.department {
        query.append_pair("department", &department.to_string());
    }
    if filter.show != Show::All {
        query.append_pair("show", filter.show.code());
    }
    if filter.sort != PeopleSort::default() {
        query.append_pair("sort", filter.sort.code());
    }
    if filter.reversed {
        query.append_pair("reverse", "yes");
    }
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/people".to_owned() } else { format!("/people?{query}") }
}

pub(super) async fn list(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let filter = filter_of(&request);
    let departments = departments(&mut conn, trust).await?;
    let found = store::people(&mut conn, trust, &filter, request.today()).await?;
    let coordinates = request.may(&mut conn, Coordinate(trust)).await?;
    let grants = request.may(&mut conn, GrantRoles(trust)).await?;
    let desk = if grants { store::desk(&mut conn, trust, request.today()).await? } else { store::Desk::default() };
    let joined = joining::store::joined(&mut conn, trust).await?.len();
    drop(conn);
    if found.rows.is_empty() && filter.page > 1 {
        // The list has become shorter than that.
        return Ok(Reply::Redirect(address_of(&filter, 1)));
    }
    let today = request.today();
    Ok(Page::new("People", move || {
        let last = (found.total + store::PAGE - 1) / store::PAGE;
        let told = crate::format::count(found.total, "person", "people");
        let results = if found.rows.is_empty() {
            let words = "Nobody matches. Try part of the name, another department, or everybody.";
            ui::empty(words, Some(("/people", "Show everybody")))
        } else {
            view! { {people_table(found.rows, &filter, today)}{ui::pages(filter.page, last, |page| address_of(&filter, page))} }
                .into_any()
        };
        view! {
            {ui::heading("", "People")}
            {empty_desk(desk)}
            <div class="baton-actions">
                {ui::button_link("/people/new", "Add a person", false)}
                <a href="/people/intake">"Take in a list of people"</a>
                <a href="/people/invitations">"Invitations"</a>
                {(joined > 0).then(|| view! { <a href="/people/joining">{format!("New people ({joined})")}</a> })}
                {grants.then(|| view! { <a href="/people/mail">"Mail"</a> })}
                <a href="/people/dates">"Dates that people changed"</a>
                {coordinates.then(|| view! { <a href="/changeovers">"Changeover dates"</a> })}
            </div>
            <div class="baton-browse">
                {filters(&filter, &departments)}
                <div class="baton-browse__results">
                    <div class="baton-browse__summary"><p role="status">{told}</p></div>
                    {results}
                </div>
            </div>
        }
        .into_any()
    })
    .into())
}

fn filters(filter: &Filter, departments: &[Department]) -> AnyView {
    let option = |value: String, label: String, chosen: bool| {
        view! { <option value=value selected=chosen>{label}</option> }
    };
    let shows = Show::ALL
        .map(|show| option(show.code().to_owned(), show.label().to_owned(), filter.show == show))
        .collect_view();
    let departments = departments
        .iter()
        .map(|department| {
            option(department.id.to_string(), department.name.clone(), filter.department == Some(department.id))
        })
        .collect_view();
    view! {
        <form class="baton-filters" method="get" action="/people">
            <h2 class="baton-filters__title">"Filter"</h2>
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="q">"Name"</label>
                <input class="nhsuk-input" id="q" name="q" type="search" value=filter.name.clone() />
            </div>
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="department">"Department"</label>
                <select class="nhsuk-select" id="department" name="department">
                    <option value="">"All departments"</option>
                    {departments}
                </select>
            </div>
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="show">"Show"</label>
                <select class="nhsuk-select" id="show" name="show">{shows}</select>
            </div>
            <input type="hidden" name="sort" value=filter.sort.code() />
            {filter.reversed.then(|| view! { <input type="hidden" name="reverse" value="yes" /> })}
            <div class="baton-actions">
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">"Apply filters"</button>
                <a href="/people">"Clear"</a>
            </div>
        </form>
    }
    .into_any()
}

/// Says to an administrator that nobody can act as academy lead, today or on a day to come.
fn empty_desk(desk: store::Desk) -> AnyView {
    let when = match (desk.is_empty, desk.empty_from) {
        (true, _) => "This trust has no academy lead who can act today: name one.".into_any(),
        (false, Some(day)) => {
            view! { "From "{ui::time(day)}" this trust has no academy lead who can act: name one." }.into_any()
        }
        (false, None) => return ().into_any(),
    };
    view! {
        <div class="nhsuk-inset-text">
            <p>{when}</p>
            <p>"Find somebody in the list, open their page, and grant the role under “Sign-in and roles”."</p>
        </div>
    }
    .into_any()
}

/// The column whose heading sorts the people by `sort`.
fn column(column: Column, sort: PeopleSort, filter: &Filter) -> Column {
    let here = filter.sort == sort;
    let other = Filter { sort, reversed: here && !filter.reversed, ..filter.clone() };
    column.sorts(address_of(&other, 1), Sorted::of(here, filter.reversed))
}

fn people_table(rows: Vec<PersonRow>, filter: &Filter, today: NaiveDate) -> AnyView {
    let rows = rows.into_iter().map(|row| {
        let roles = [(row.academy_lead, TrustRole::AcademyLead), (row.administrator, TrustRole::Administrator)]
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, role)| view! { " "{ui::tag(role.label(), "blue")} })
            .collect_view();
        let ends = match row.ends_on {
            _ if row.post.is_empty() => ().into_any(),
            None => "No end date".into_any(),
            Some(day) => view! { {ui::time(day)}", "{ui::distance(day, today)} }.into_any(),
        };
        let asked = match row.tie {
            Tie::Accepted => None,
            Tie::Asked => Some("Not accepted yet"),
            Tie::Declined => Some("Somebody else, they say"),
        };
        let asked = asked.map(|words| view! { " "{ui::tag(words, "yellow")} });
        let post = match row.arrives_on {
            Some(day) => view! { {ui::tag("Arriving", "blue")}" on "{ui::time(day)} }.into_any(),
            None if row.post.is_empty() => "No current post".into_any(),
            None => row.post.into_any(),
        };
        vec![
            view! { <a href=format!("/people/{}", row.id)>{row.name}</a>{roles}{asked} }.into_any(),
            post,
            ends,
            row.leads.into_any(),
        ]
    });
    let columns = vec![
        column(ui::words("Name"), PeopleSort::Name, filter),
        ui::words("Post now"),
        column(ui::words("Ends"), PeopleSort::Ends, filter),
        column(ui::numbers("Projects led"), PeopleSort::Leads, filter),
    ];
    ui::table_under_heading("People", columns, rows.collect())
}

//! What the search in the header finds.

use leptos::prelude::*;

use super::browse;
use crate::access::ReadTrust;
use crate::continuity::parts::{Mends, rows_in_section};
use crate::error::Error;
use crate::format::count;
use crate::portfolio::model::Found;
use crate::portfolio::store::search::{FoundEntry, FoundPerson, Results, SHOWN, by_reference, search as look_for};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui;

pub async fn search(request: Request) -> Result<Reply, Error> {
    let person = request.person()?.clone();
    let trust = person.trust;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(trust)).await?;
    let text: String = request.query("q").trim().chars().take(200).collect();
    if text.is_empty() {
        return Ok(page(String::new(), Results::default(), false, today).into());
    }
    if let Some(project) = by_reference(&mut conn, trust, &text).await? {
        return Ok(Reply::Redirect(format!("/projects/{project}")));
    }
    let found = look_for(&mut conn, trust, &text, today).await?;
    drop(conn);
    let manages = person.academy_lead || person.administrator;
    Ok(page(text, found, manages, today).into())
}

fn page(text: String, found: Results, manages: bool, today: chrono::NaiveDate) -> Page {
    let title = if text.is_empty() { "Search".to_owned() } else { format!("Search for “{text}”") };
    Page::new(title.clone(), move || {
        let all = form_urlencoded::Serializer::new(String::new())
            .append_pair("q", &text)
            .append_pair("status", "any")
            .finish();
        let nothing = found.is_empty().then(|| nothing(&text));
        let Found { rows, total, misspelt } = found.projects;
        let more = (total > i64::try_from(rows.len()).unwrap_or(i64::MAX))
            .then(|| view! { <p><a href=format!("/projects?{all}")>{format!("All {}", count(total, "project", "projects"))}</a></p> });
        let misspelt = misspelt.then(|| view! { <p>{browse::spelled_like(&text)}</p> });
        let projects = (!rows.is_empty()).then(|| {
            group(
                &format!("Projects ({total})"),
                view! {
                    {misspelt}
                    {rows_in_section(rows, today, Mends::default())}
                    {more}
                }
                .into_any(),
            )
        });
        view! {
            {ui::heading("", &title)}
            {form(&text)}
            {nothing}
            {projects}
            {entries("People", found.people.into_iter().map(|one| found_person(one, manages)).collect())}
            {entries("Priorities", found.priorities.into_iter().map(|one| { let href = format!("/priorities/{}", one.id); entry(one, &href) }).collect())}
            {entries("Departments", found.departments.into_iter().map(|one| { let href = format!("/projects?department={}", one.id); entry(one, &href) }).collect())}
        }
        .into_any()
    })
}

/// The same form as in the header, which a phone has here only.
fn form(text: &str) -> AnyView {
    view! {
        <form class="baton-search" method="get" action="/search" role="search">
            <label class="nhsuk-label" for="q">"Search projects, people, priorities and departments"</label>
            <div class="baton-search__row">
                <input class="nhsuk-input" id="q" name="q" type="search" value=text.to_owned() maxlength="200" autocomplete="off" />
                <button class="nhsuk-button nhsuk-button--small" type="submit">"Search"</button>
            </div>
        </form>
    }
    .into_any()
}

fn nothing(text: &str) -> AnyView {
    if text.is_empty() {
        return view! { <p class="nhsuk-hint">"Words of a title, problem or aim; a reference such as QI-2026-0010, or only 10; a name."</p> }
            .into_any();
    }
    ui::empty(
        "Nothing has these words. Try fewer or shorter ones.",
        Some(("/projects?status=any", "All projects, open and closed")),
    )
}

fn group(title: &str, body: AnyView) -> AnyView {
    view! { <section><h2 class="nhsuk-heading-m">{title.to_owned()}</h2>{body}</section> }.into_any()
}

fn entries(title: &str, items: Vec<AnyView>) -> AnyView {
    if items.is_empty() {
        return ().into_any();
    }
    let shown = items.len();
    let title = if shown < SHOWN { format!("{title} ({shown})") } else { format!("{title} (the first {shown})") };
    group(&title, view! { <ul class="nhsuk-list baton-search__entries">{items}</ul> }.into_any())
}

fn found_person(found: FoundPerson, manages: bool) -> AnyView {
    let href =
        if manages { format!("/people/{}", found.id) } else { format!("/projects?with={}&status=any", found.id) };
    let arrives = found.arrives_on.map(|day| format!(", from {}", crate::format::date(day)));
    view! { <li><a href=href>{found.name}</a><span class="baton-meta">{format!(" {}", found.post)}{arrives}</span></li> }.into_any()
}

fn entry<Id>(found: FoundEntry<Id>, href: &str) -> AnyView {
    let facts: Vec<String> = [found.detail, count(found.open, "open project", "open projects")]
        .into_iter()
        .filter(|fact| !fact.is_empty())
        .collect();
    view! { <li><a href=href.to_owned()>{found.title}</a><span class="baton-meta">{format!(" {}", facts.join(" · "))}</span></li> }.into_any()
}

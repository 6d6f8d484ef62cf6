//! A priority with the projects that serve it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::{ManagePriorities, ReadTrust};
use crate::continuity::parts::{Mends, rows_in_section};
use crate::error::Error;
use crate::id::PriorityId;
use crate::portfolio::model::{Filter, PAGE, Sort, Statuses};
use crate::portfolio::store;
use crate::priorities;
use crate::priorities::api::{RestorePriority, RetirePriority};
use crate::priorities::parts::dates;
use crate::priorities::store::Priority;
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// A priority of the trust, with the open projects that serve it.
pub async fn priority(request: Request) -> Result<Page, Error> {
    let person = request.person()?;
    let (trust, works) = (person.trust, person.belongs());
    let id: PriorityId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadTrust(trust)).await?;
    let found = priorities::store::find(&mut conn, trust, id).await?;
    let may = request.may(&mut conn, ManagePriorities(trust)).await?;
    let page = request.query("page").parse().unwrap_or(1).clamp(1, 100_000);
    let filter = Filter {
        priority: Some(id),
        statuses: Statuses::Open,
        sort: Sort::Risk,
        person: request.visitor.id(),
        page: Some(page),
        ..Filter::default()
    };
    let open = store::list(&mut conn, trust, &filter, request.today()).await?;
    drop(conn);
    let today = request.today();
    Ok(Page::new(found.title.clone(), move || {
        let last = (open.total + PAGE - 1) / PAGE;
        let retired = found.retired_on.map(|on| view! { <p>{ui::tag("Retired", "grey")}" since "{ui::time(on)}</p> });
        let id = found.id;
        let path = if found.retired_on.is_some() { RestorePriority::PATH } else { RetirePriority::PATH };
        let form = Form::new(&request, path).version(found.version);
        let summary = form.summary();
        let manage = may.then(|| manage(&found, form));
        let projects = if open.rows.is_empty() {
            let register =
                (works && found.is_current(today)).then_some(("/projects/register", "Register a project for it"));
            ui::empty("The open projects that serve this priority will be here. There is none now.", register)
        } else {
            rows_in_section(open.rows, today, Mends::default())
        };
        let count = crate::format::count(open.total, "open project", "open projects");
        view! {
            {ui::back("/priorities", "Priorities")}
            {summary}
            {ui::heading("Priority", &found.title)}
            {retired}
            {ui::paragraphs(&found.aim)}
            {ui::summary_list(vec![
                ("Source", found.source.clone().into_any()),
                ("Owner", found.owner.clone().into_any()),
                ("Dates", dates(found.starts_on, found.ends_on)),
            ])}
            {manage}
            <h2 class="nhsuk-heading-m">"Projects"</h2>
            <div class="baton-browse__summary">
                <p>{count}</p>
                <a href=format!("/priorities/{id}/board")>"All their measures in one table"</a>
                <a href=format!("/projects?priority={id}&status=any")>"Every project of this priority, closed ones too"</a>
            </div>
            {projects}
            {ui::pages(page, last, |to| format!("/priorities/{id}?page={to}"))}
        }
        .into_any()
    }))
}

/// Editing it, retiring it or taking it back into use.
fn manage(found: &Priority, form: Form) -> AnyView {
    let id = found.id;
    let retired = found.retired_on.is_some();
    let label = if retired { "Take back into use" } else { "Retire" };
    let open = retired || form.is_rejected();
    let fields = view! {
        {form.hidden("id", id)}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{label}</button>
    }
    .into_any();
    let body = view! {
        <p>"A retired priority keeps its projects; no further project can be linked to it. You can take it back into use at any time."</p>
        {form.draw(fields)}
    };
    view! {
        <div class="baton-actions">{ui::button_link(&format!("/priorities/{id}/edit"), "Edit", true)}</div>
        {ui::details_open(if retired { label } else { "Retire this priority" }, open, body.into_any())}
    }
    .into_any()
}

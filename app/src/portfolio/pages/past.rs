//! The projects in which somebody had a part that is over, with what was written of it when it ended.

use leptos::prelude::*;

use crate::error::Error;
use crate::format::date;
use crate::portfolio::model::PAGE;
use crate::portfolio::store::home::{PastPlace, PastProject, past as load};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui;

/// One's past projects, the latest first.
pub async fn past(request: Request) -> Result<Page, Error> {
    let person = request.person()?.id;
    let page: i64 = request.query("page").parse().unwrap_or(1).clamp(1, 10_000);
    let mut conn = request.store.read().await?;
    let (projects, total) = load(&mut conn, person, request.today(), (PAGE, (page - 1) * PAGE)).await?;
    drop(conn);
    let last = (total + PAGE - 1) / PAGE;
    Ok(Page::new("Your past projects", move || {
        let list = if projects.is_empty() {
            ui::empty(
                "A project comes here when your part in it is over, or when it is closed, with what was written of it then.",
                None,
            )
        } else {
            view! { <ol class="baton-list">{projects.into_iter().map(project).collect_view()}</ol> }.into_any()
        };
        view! {
            {ui::back("/", "Home")}
            {ui::heading("", "Your past projects")}
            {list}
            {ui::pages(page, last, |page| format!("/past?page={page}"))}
        }
        .into_any()
    }))
}

fn project(project: PastProject) -> AnyView {
    let closed = project.closed_on.map(|on| format!("closed on {}", date(on)));
    let meta: Vec<String> = project.reference.into_iter().chain([project.trust]).chain(closed).collect();
    let places = project.places.into_iter().map(place).collect_view();
    view! {
        <li class="baton-list__row">
            <div class="baton-list__head">
                <h2 class="baton-list__title"><a href=format!("/projects/{}", project.id)>{project.title}</a></h2>
                <p class="baton-list__meta">{meta.join(" · ")}</p>
            </div>
            {places}
        </li>
    }
    .into_any()
}

fn place(place: PastPlace) -> AnyView {
    let until = place.until.map_or_else(|| "until it was closed".to_owned(), |on| format!("to {}", date(on)));
    let words = (!place.contribution.is_empty())
        .then(|| view! { <p class="baton-lines baton-list__words">{place.contribution}</p> });
    view! {
        <p class="baton-list__words"><strong>{place.role.label()}</strong>{format!(", {} {until}", date(place.from))}</p>
        {words}
    }
    .into_any()
}

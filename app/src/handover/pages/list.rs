//! A project's handovers: the next one, and all that were offered.

use leptos::prelude::*;

use crate::access::{self, Action, may};
use crate::error::Error;
use crate::handover::parts::Handovers;
use crate::id::ProjectId;
use crate::project;
use crate::project::model::Status;
use crate::project::parts::{Section, sections};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui;

/// What has been handed over, and the way to the next handover.
pub async fn of_project(request: Request) -> Result<Page, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let relationship = access::relationship(&mut conn, &request, id).await?;
    let head = project::store::summary(&mut conn, id).await?;
    let handovers = Handovers::load(&mut conn, id, request.today(), request.person()?.id).await?;
    drop(conn);
    let offers = may(Action::OfferHandover(id), relationship);
    let finishes = !offers && may(Action::WriteSummary(id), relationship);
    let takes_on =
        relationship.unled_since.is_some() && !handovers.is_asked_for() && may(Action::TakeOn(id), relationship);
    Ok(Page::new(format!("Handovers of {}", head.title), move || {
        let draft = head.status == Status::Draft;
        let href = |page: &str| format!("/projects/{id}/{page}");
        let prepare = offers.then(|| ui::button_link(&href("handover"), "Hand over", false));
        let finish = finishes.then(|| ui::button_link(&href("handover"), "Finish the handover summary", false));
        let take_on = takes_on.then(|| ui::button_link(&href("take-on"), "Take it on", offers));
        let summary = view! { <a href=href("pack")>"The handover summary as it stands today"</a> };
        let body = if draft {
            ui::empty("A draft has nobody to hand it over to. Once it is registered, each handover is kept here.", None)
        } else {
            view! {
                <p>"The handover summary is filled in from the project: its measures, tasks, links, updates and team. Whoever takes it on reads it before the first day."</p>
                <div class="baton-actions">{prepare}{finish}{take_on}{summary}</div>
                <h2 class="nhsuk-heading-m" id="handovers">{format!("Handovers so far ({})", handovers.count())}</h2>
                {handovers.pages(&request, &href("handovers"))}
            }
            .into_any()
        };
        view! {
            {ui::back(&format!("/projects/{id}"), &head.title)}
            {ui::heading(&head.title, "Handover")}
            {sections(&request, id, Section::Handover)}
            {body}
        }
        .into_any()
    }))
}

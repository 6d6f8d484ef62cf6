//! A question about a place in a team.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::AnswerQuestion;
use super::model::TeamRole;
use super::store::{Membership, SUPERVISOR_WAITS};
use crate::clock;
use crate::project::store::ProjectSummary;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// A question about a place in a project's team, with the form that answers it; `waits` says that a handover keeps a new
/// supervisor from being accepted.
#[must_use]
pub fn question(request: &Request, project: &ProjectSummary, place: &Membership, waits: bool) -> AnyView {
    let form = Form::named(request, AnswerQuestion::PATH, &format!("q{}", place.id.0.simple()));
    let supervises = place.role == TeamRole::Supervisor;
    let role = place.role.asked();
    let oneself = request.visitor.id() == Some(place.person);
    let name = view! { <strong>{place.name.clone()}</strong> };
    let title = view! { <a href=format!("/projects/{}", project.id)>{project.title.clone()}</a> };
    let words = match (place.wants_to_join(), oneself) {
        (true, _) if supervises => view! {
            <p>{name}" would be supervisor of "{title}", and their post ends. The QI academy decides whether they can supervise it."</p>
        }
        .into_any(),
        (true, _) => view! { <p>{name}" asks to join the team of "{title}"."</p> }.into_any(),
        (false, true) => view! { <p>"You are asked to be a "<strong>{role}</strong>" of "{title}". "{place.role.sentence()}</p> }.into_any(),
        (false, false) => view! {
            <p>{name}" was asked to be a "{role}" of "{title}". You can answer for them, when you have their word."</p>
        }
        .into_any(),
    };
    let message =
        (!place.message.is_empty()).then(|| view! { <p class="baton-lines">"“"{place.message.clone()}"”"</p> });
    let summary = form.summary();
    let waits = waits && supervises;
    let of = || view! { <span class="nhsuk-u-visually-hidden">{format!(": {}", project.title)}</span> };
    let accept = (!waits).then(|| view! {
        <button class="nhsuk-button nhsuk-button--small" type="submit" name="answer" value="accepted">"Accept"{of()}</button>
    });
    let fields = view! {
        {form.hidden("question", place.id)}
        {form.line("word", "Message (optional)").view()}
        <div class="baton-buttons-inline">
            {accept}
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name="answer" value="declined">"Decline"{of()}</button>
        </div>
    }
    .into_any();
    view! {
        <div class="nhsuk-inset-text">
            {summary}
            {words}
            {message}
            {waits.then(|| view! { <p>{SUPERVISOR_WAITS}</p> })}
            <p class="nhsuk-hint">"Asked on "{ui::time(clock::date_in_london(place.asked_at))}</p>
            {form.draw(fields)}
        </div>
    }
    .into_any()
}

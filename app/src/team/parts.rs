//! What is drawn of teams on the pages of other rooms.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::AnswerQuestion;
use super::model::{OpenedBy, TeamRole};
use super::store::{Question, SUPERVISOR_WAITS};
use crate::clock;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// A question about a place in a team, with the form that answers it. `at_home` says that it stands on
/// the home page, to which the answer leads back.
#[must_use]
pub fn question(request: &Request, question: &Question, at_home: bool) -> AnyView {
    let form = Form::named(request, AnswerQuestion::PATH, &format!("q{}", question.id.0.simple()));
    let role = question.role.label().to_lowercase();
    let oneself = request.visitor.id() == Some(question.person_id);
    let title = question.title.clone();
    let project = if question.elsewhere {
        title.into_any()
    } else {
        view! { <a href=format!("/projects/{}", question.project_id)>{title}</a> }.into_any()
    };
    let words = match (question.opened_by, oneself) {
        (OpenedBy::Person, _) if question.role == TeamRole::Supervisor => view! {
            <p><strong>{question.name.clone()}</strong>" would be supervisor of "{project}", and their post ends. The QI academy decides whether they can supervise it."</p>
        }
        .into_any(),
        (OpenedBy::Person, _) => view! { <p><strong>{question.name.clone()}</strong>" asks to join the team of "{project}"."</p> }.into_any(),
        (OpenedBy::Team, true) => view! { <p>"You are asked to be "<strong>{role}</strong>" of "{project}". "{question.role.sentence()}</p> }.into_any(),
        (OpenedBy::Team, false) => view! {
            <p><strong>{question.name.clone()}</strong>" was asked to be "{role}" of "{project}". You can answer for them, when you have their word."</p>
        }
        .into_any(),
    };
    let message =
        (!question.message.is_empty()).then(|| view! { <p class="baton-lines">"“"{question.message.clone()}"”"</p> });
    let summary = form.summary();
    let accept = (!question.waits).then(|| view! {
        <button class="nhsuk-button nhsuk-button--small" type="submit" name="answer" value="accepted">"Accept"<span class="nhsuk-u-visually-hidden">{format!(": {}", question.title)}</span></button>
    });
    let waits = question.waits.then(|| view! { <p>{SUPERVISOR_WAITS}</p> });
    let fields = view! {
        {form.hidden("question", question.id)}
        {at_home.then(|| form.hidden("from", "home"))}
        {form.line("word", "A word with your answer (optional)").view()}
        <div class="baton-buttons-inline">
            {accept}
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name="answer" value="declined">"Decline"<span class="nhsuk-u-visually-hidden">{format!(": {}", question.title)}</span></button>
        </div>
    }
    .into_any();
    view! {
        <div class="nhsuk-inset-text">
            {summary}
            {words}
            {message}
            {waits}
            <p class="nhsuk-hint">"Asked on "{ui::time(clock::date_in_london(question.asked_at))}</p>
            {form.draw(fields)}
        </div>
    }
    .into_any()
}

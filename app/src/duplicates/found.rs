//! What is drawn of the projects that look like the one that is being registered.

use leptos::prelude::*;

use super::model::Similar;

/// What was found, in a sentence and in a list; nothing was asked when the title says too little. The
/// browser takes both into the section while a title is typed.
#[must_use]
pub fn similar_found(found: Vec<Similar>, asked: bool) -> AnyView {
    let summary = match (found.len(), asked) {
        (0, false) => "Keep typing: similar projects will appear here.".to_owned(),
        (0, true) => "No other project looks like this.".to_owned(),
        (1, _) => "1 project like this. Is it the same work?".to_owned(),
        (n, _) => format!("{n} projects like this. Is one of them the same work?"),
    };
    view! {
        <p role="status">{summary}</p>
        <ul class="baton-similar__list">{found.into_iter().map(similar_item).collect_view()}</ul>
    }
    .into_any()
}

fn similar_item(project: Similar) -> AnyView {
    let (status, lead) = (status_in_words(&project), lead_in_words(&project));
    let Similar { id, reference, title, department, .. } = project;
    let facts: Vec<String> =
        [reference, department, status, lead].into_iter().filter(|fact| !fact.is_empty()).collect();
    view! {
        <li class="baton-similar__item">
            <input type="hidden" name="seen[]" value=id.to_string() />
            <a href=format!("/projects/{id}") target="_blank">{title.clone()}" (opens in a new tab)"</a>
            <span class="baton-similar__why">
                {facts.join(" · ")}" · "
                <a href=format!("/projects/{id}/team#join") target="_blank">
                    "Ask to join"<span class="nhsuk-u-visually-hidden">{format!(" {title} (opens in a new tab)")}</span>
                </a>
            </span>
        </li>
    }
    .into_any()
}

fn status_in_words(project: &Similar) -> String {
    match (&project.survivor, project.closed_reason) {
        (Some(survivor), _) => format!("Closed, merged into {survivor}"),
        (None, Some(reason)) => format!("Closed: {}", reason.label().to_lowercase()),
        (None, None) => project.status.label().to_owned(),
    }
}

fn lead_in_words(project: &Similar) -> String {
    match &project.lead {
        Some(name) => format!("led by {name}"),
        None if project.status.is_open() => "looking for a lead".to_owned(),
        None => String::new(),
    }
}

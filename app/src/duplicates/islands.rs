//! What the browser does by itself: it looks for projects like the one whose title is being typed.

#![allow(unused_qualifications, reason = "what is in scope differs between the two builds")]

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::server_fn::codec::GetUrl;

use super::model::{ENOUGH_WORDS, Similar, useful_words};
use crate::error::Error;

/// A pause of this length in the typing is taken for a look.
const PAUSE: Duration = Duration::from_millis(400);

/// The projects of the visitor's trust that are most like a title.
#[server(endpoint = "similar", input = GetUrl)]
pub async fn find_similar(title: String) -> Result<Vec<Similar>, Error> {
    use super::model::Query;
    use super::store;
    use crate::access::RegisterProject;
    use crate::request::Request;

    let request = Request::current();
    let options = expect_context::<leptos_axum::ResponseOptions>();
    options.insert_header(http::header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, RegisterProject(trust)).await?;
    store::similar(&mut conn, trust, &Query::typed(&title), None, request.today()).await
}

/// Lists projects like the one in the surrounding form. Where nothing wakes it, it is what the server
/// drew, with a button of that form that looks again.
#[island]
pub fn SimilarProjects(
    /// What the server found for the title that the page came with.
    found: Vec<Similar>,
    /// Whether the page came with a title.
    asked: bool,
    /// The id of the title's input.
    field: String,
) -> impl IntoView {
    let found = RwSignal::new(found);
    let asked = RwSignal::new(asked);
    let awake = RwSignal::new(false);
    Effect::new(move || {
        awake.set(true);
        listen(field.clone(), found, asked);
    });
    let told = move || match (found.read().len(), asked.get()) {
        (0, false) => "They are listed here once your title says enough.".to_owned(),
        (0, true) => "No other project looks like this.".to_owned(),
        (1, _) => "1 project like this. Is it the same work?".to_owned(),
        (n, _) => format!("{n} projects like this. Is one of them the same work?"),
    };
    // Taken away rather than hidden: a hidden button would still answer the Enter key.
    let button = move || {
        (!awake.get()).then(|| {
            view! {
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name="then" value="similar" formnovalidate=true>
                    "Look for projects like this"
                </button>
            }
        })
    };
    view! {
        <section class="baton-similar" aria-labelledby="similar-title">
            <h2 class="baton-similar__title" id="similar-title">"Projects like this"</h2>
            <p role="status">{told}</p>
            <ul class="baton-similar__list">{move || found.get().into_iter().map(item).collect_view()}</ul>
            {button}
        </section>
    }
}

fn item(project: Similar) -> AnyView {
    let Similar { id, reference, title, status, department, lead } = project;
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

/// Looks again after every pause in the typing. An answer that a later look has overtaken is dropped.
fn listen(field: String, found: RwSignal<Vec<Similar>>, asked: RwSignal<bool>) {
    let latest = StoredValue::new(0_u32);
    let look = RefCell::new(debounce(PAUSE, move |title: String| {
        latest.update_value(|number| *number += 1);
        let number = latest.get_value();
        if useful_words(&title).len() < ENOUGH_WORDS {
            found.set(Vec::new());
            asked.set(false);
            return;
        }
        leptos::task::spawn_local(async move {
            // What could not be found is no reason to disturb somebody who is typing.
            if let Ok(projects) = find_similar(title).await
                && latest.get_value() == number
            {
                found.set(projects);
                asked.set(true);
            }
        });
    }));
    window_event_listener_untyped("input", move |event| {
        if event_target::<leptos::web_sys::Element>(&event).id() == field {
            look.borrow_mut()(event_target_value(&event));
        }
    });
}

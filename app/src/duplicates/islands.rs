//! What the browser does by itself: it looks for projects like the one whose title is being typed.

use leptos::prelude::*;

use super::model::Similar;

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
    #[cfg(feature = "hydrate")]
    Effect::new(move || {
        awake.set(true);
        super::typing::follow(field.clone(), found, asked);
    });
    #[cfg(not(feature = "hydrate"))]
    drop(field);
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

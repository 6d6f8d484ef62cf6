//! What an academy lead's home begins with: the next changeover in one sentence, and how many projects want something.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::numbers;
use crate::format::{count, date};
use crate::portfolio::store::home::{Academy, Changeover, Idle};
use crate::web::request::Request;
use crate::web::ui::{self, Part};

/// The changeover, the numbers and the priorities that nobody works on.
pub fn begin(academy: Academy, today: NaiveDate, request: &Request) -> AnyView {
    let Academy { changeover, tiles, idle } = academy;
    let without_project = i64::try_from(idle.len()).unwrap_or(i64::MAX);
    let tiles = [
        (tiles.in_pool, "no lead", "/projects?continuity=in_pool"),
        (tiles.due, "nothing arranged", "/projects?continuity=due"),
        (tiles.without_supervisor, "no supervisor", "/projects?gap=supervisor"),
        (tiles.quiet, "gone quiet", "/projects?gap=quiet"),
        (
            without_project,
            if without_project == 1 { "priority without a project" } else { "priorities without a project" },
            "#idle",
        ),
    ];
    let tiles = tiles.into_iter().filter(|(number, _, href)| *href != "#idle" || *number > 0);
    view! {
        {changeover.map(|changeover| sentence(&changeover, today))}
        <section aria-labelledby="standing">
            <h2 class="nhsuk-u-visually-hidden" id="standing">"Where open projects stand"</h2>
            {numbers::row(tiles)}
        </section>
        {without(idle, request)}
    }
    .into_any()
}

fn sentence(changeover: &Changeover, today: NaiveDate) -> AnyView {
    let Changeover { on_day, losing, arranged, waiting } = changeover;
    let day = date(*on_day);
    let nothing = losing - arranged - waiting;
    let lose = if *losing == 0 {
        "No project loses its lead by then.".to_owned()
    } else {
        let lose = if *losing == 1 { "loses its lead" } else { "lose their lead" };
        format!(
            "{} {lose}: {arranged} arranged, {waiting} waiting, {nothing} nothing yet.",
            count(*losing, "project", "projects")
        )
    };
    view! {
        <p class="baton-changeover">
            <strong>{format!("Next changeover: {day}, {}.", ui::distance(*on_day, today))}</strong>
            {format!(" {lose} ")}
            <a href=format!("/changeover?on={on_day}")>"Open the board"</a>
            ", or "<a href=format!("/projects?on={on_day}&sort=risk")>"see how projects stand on that day"</a>"."
        </p>
    }
    .into_any()
}

fn without(idle: Vec<Idle>, request: &Request) -> AnyView {
    if idle.is_empty() {
        return ().into_any();
    }
    let summary = count(i64::try_from(idle.len()).unwrap_or(i64::MAX), "priority", "priorities");
    let Part { rows, is_turned, links, .. } = Part::of(request, "/", "idle", "Priorities without a project", idle);
    let items = rows
        .into_iter()
        .map(|one| view! { <li><a href=format!("/priorities/{}", one.id)>{one.title}</a></li> })
        .collect_view();
    view! {
        <details class="nhsuk-details" id="idle" open=is_turned>
            <summary class="nhsuk-details__summary">
                <span class="nhsuk-details__summary-text">{format!("{summary} without a project")}</span>
            </summary>
            <div class="nhsuk-details__text"><ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>{links}</div>
        </details>
    }
    .into_any()
}

//! What is drawn of a project wherever it stands: its status, its history.

use leptos::prelude::*;

use super::model::Status;
use crate::history;
use crate::web::ui;

/// A project's status as a tag.
#[must_use]
pub fn status_tag(status: Status) -> AnyView {
    ui::tag(status.label(), colour(status))
}

/// The colour of a status.
#[must_use]
pub fn colour(status: Status) -> &'static str {
    match status {
        Status::Draft => "white",
        Status::Active => "blue",
        Status::Paused => "yellow",
        Status::Sustaining => "green",
        Status::Closed => "grey",
    }
}

/// Who did what, newest first.
#[must_use]
pub fn timeline(rows: Vec<history::Row>) -> AnyView {
    let entries = rows
        .into_iter()
        .map(|row| {
            let changes = row.changes();
            let detail = (!changes.is_empty()).then(|| {
                let lines = changes
                    .into_iter()
                    .map(|change| {
                        let told = match (change.from.is_empty(), change.to.is_empty()) {
                            (true, _) => change.to,
                            (false, true) => format!("{} (removed)", change.from),
                            (false, false) => format!("{} → {}", change.from, change.to),
                        };
                        view! { <p>{change.field}": "{told}</p> }
                    })
                    .collect_view();
                view! { <div class="baton-timeline__detail">{lines}</div> }
            });
            view! {
                <li class="baton-timeline__entry">
                    <p class="baton-timeline__what"><strong>{row.actor.unwrap_or_else(|| "Baton".to_owned())}</strong>" "{row.action}</p>
                    <p class="baton-timeline__when"><time datetime=row.at.to_rfc3339()>{crate::format::datetime(row.at)}</time></p>
                    {detail}
                </li>
            }
        })
        .collect_view();
    view! { <ol class="baton-timeline">{entries}</ol> }.into_any()
}

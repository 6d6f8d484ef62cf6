//! What is drawn of a project wherever it stands: its status, its history.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::model::Status;
use crate::history;
use crate::id::ProjectId;
use crate::web::request::Request;
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

/// A part of what Baton knows of a project, each with a page of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Overview,
    Measures,
    Cycles,
    Team,
    Handover,
    History,
}

impl Section {
    const ALL: [Self; 6] = [Self::Overview, Self::Measures, Self::Cycles, Self::Team, Self::Handover, Self::History];

    fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Measures => "Measures",
            Self::Cycles => "PDSA cycles",
            Self::Team => "Team",
            Self::Handover => "Handover",
            Self::History => "History",
        }
    }

    fn address(self, project: ProjectId) -> String {
        let page = match self {
            Self::Overview => "",
            Self::Measures => "/board",
            Self::Cycles => "/cycles",
            Self::Team => "/team",
            Self::Handover => "/handovers",
            Self::History => "/history",
        };
        format!("/projects/{project}{page}")
    }
}

/// The ways between a project's pages: it stands on each of them, under the title.
/// The page itself is marked as the current one; a page within a section, such as one measure, marks its section.
#[must_use]
pub fn sections(request: &Request, project: ProjectId, here: Section) -> AnyView {
    let path = request.path.split(['?', '#']).next().unwrap_or_default();
    let links = Section::ALL
        .into_iter()
        .map(|section| {
            let href = section.address(project);
            let class = if section == here { "baton-tabs__item baton-tabs__item--here" } else { "baton-tabs__item" };
            let current = (section == here).then_some(if path == href { "page" } else { "true" });
            view! { <li class=class><a href=href aria-current=current>{section.label()}</a></li> }
        })
        .collect_view();
    view! { <nav class="baton-tabs" aria-label="This project"><ul>{links}</ul></nav> }.into_any()
}

/// What one person did of one kind within an hour, as one line of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Grouped {
    actor: String,
    action: String,
    at: DateTime<Utc>,
    times: usize,
}

/// Rows, newest first, as the newest lines: what the same person did of the same kind within the same hour is one.
fn grouped(rows: Vec<history::Row>, most: usize) -> Vec<Grouped> {
    let mut lines: Vec<Grouped> = Vec::new();
    for row in rows {
        let actor = row.actor.unwrap_or_else(|| "Baton".to_owned());
        let hour = |at: DateTime<Utc>| at.timestamp().div_euclid(3600);
        let same =
            |line: &&mut Grouped| line.actor == actor && line.action == row.action && hour(line.at) == hour(row.at);
        if let Some(line) = lines.iter_mut().find(same) {
            line.times += 1;
        } else if lines.len() < most {
            lines.push(Grouped { actor, action: row.action, at: row.at, times: 1 });
        } else {
            break;
        }
    }
    lines
}

/// Who did what of late, newest first: at most five lines, without what changed.
#[must_use]
pub fn lately(rows: Vec<history::Row>) -> AnyView {
    let entries = grouped(rows, 5)
        .into_iter()
        .map(|line| {
            let times = (line.times > 1).then(|| format!(", {} times", line.times));
            view! {
                <li class="baton-timeline__entry">
                    <p class="baton-timeline__what"><strong>{line.actor}</strong>" "{line.action}{times}</p>
                    <p class="baton-timeline__when"><time datetime=line.at.to_rfc3339()>{crate::format::datetime(line.at)}</time></p>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="baton-timeline">{entries}</ol> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::noon;

    #[test]
    fn what_one_person_did_of_one_kind_within_an_hour_is_one_line() {
        let row = |minutes: i64, actor: &str, action: &str| history::Row {
            at: noon() - chrono::Duration::minutes(minutes),
            actor: Some(actor.to_owned()),
            action: action.to_owned(),
            detail: String::new(),
        };
        let rows = vec![
            row(0, "Tara", "recorded a measurement"),
            row(1, "Tara", "recorded a measurement"),
            row(2, "Colin", "recorded a measurement"),
            row(3, "Tara", "recorded a measurement"),
            row(90, "Tara", "recorded a measurement"),
            row(95, "Tara", "posted an update"),
        ];
        let told: Vec<(String, usize)> =
            grouped(rows.clone(), 5).into_iter().map(|line| (line.actor, line.times)).collect();
        let expected = [("Tara", 1), ("Tara", 2), ("Colin", 1), ("Tara", 1), ("Tara", 1)];
        assert_eq!(told, expected.map(|(actor, times)| (actor.to_owned(), times)), "noon begins an hour of its own");
        assert_eq!(grouped(rows, 2).len(), 2);
    }
}

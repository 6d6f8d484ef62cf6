//! Drawn parts of look-alikes that other slices' pages show.

use islands::SimilarProjects;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::UndoDecision;
use super::found::similar_found;
use super::model::{LinkKind, Similar};
use super::store::{Link, MergedHistory};
use crate::access::ReadProject;
use crate::batch::Answers;
use crate::clock::date_in_london;
use crate::db::Connection;
use crate::error::Error;
use crate::history::words;
use crate::id::ProjectId;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// What stands under the title of the form that registers a project: projects like it. `title` is what
/// the form holds now. With the page's islands awake it follows the typing in the input `title`;
/// without, its button sends the form with `then=similar`. The form also receives `seen[]`, the ids
/// of what is listed.
#[must_use]
pub fn similar_section(similar: Vec<Similar>, title: &str) -> AnyView {
    view! {
        <section class="baton-similar" aria-labelledby="similar-title">
            <h2 class="baton-similar__title" id="similar-title">"Projects like this"</h2>
            {similar_found(similar, !title.trim().is_empty())}
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small baton-similar__look" type="submit" name="then" value="similar" formnovalidate=true>
                "Look for projects like this"
            </button>
            <SimilarProjects />
        </section>
    }
    .into_any()
}

/// A project's links to others, loaded.
#[derive(Clone, Debug)]
pub struct Links {
    links: Vec<Link>,
    history: Vec<MergedHistory>,
}

impl Links {
    /// Takes the answers to [`super::store::LINKS`] and [`super::store::MERGED_HISTORY`], and leaves out what leads to
    /// a project that the visitor may not read.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn take(answers: &mut Answers, conn: &mut Connection, request: &Request) -> Result<Self, Error> {
        let (mut links, mut history): (Vec<Link>, Vec<MergedHistory>) = (answers.all()?, answers.all()?);
        for row in &mut history {
            row.action = words::act(&row.action).into_owned();
        }
        let person = request.person()?;
        // Who belongs to the trust reads all that can be linked; others read what they contributed to.
        if !person.belongs() || links.iter().any(|link| link.trust != person.trust) {
            let mut read = Vec::with_capacity(links.len());
            for link in links {
                if request.may(&mut *conn, ReadProject(link.other)).await? {
                    read.push(link);
                }
            }
            links = read;
            history.retain(|row| links.iter().any(|link| link.other == row.project));
        }
        Ok(Self { links, history })
    }

    /// The section "Linked projects", to be opened on demand, or nothing when there are none. An academy lead of the
    /// trust can undo each.
    #[must_use]
    pub fn folded(self, request: &Request) -> AnyView {
        if self.links.is_empty() {
            return ().into_any();
        }
        let coordinates = |link: &Link| {
            request.person().is_ok_and(|person| person.academy_lead && person.belongs() && person.trust == link.trust)
        };
        let items = self
            .links
            .iter()
            .map(|link| {
                let undo = coordinates(link).then(|| undo(request, link.id.to_string(), &link.reference, link.kind));
                let history: Vec<&MergedHistory> =
                    self.history.iter().filter(|history| history.project == link.other).collect();
                view! {
                    <li>
                        {sentence(link)}
                        {brought_along(link, &history)}
                        {undo}
                    </li>
                }
            })
            .collect_view();
        let body = view! { <ul class="nhsuk-list baton-links">{items}</ul> }.into_any();
        ui::folded_section("links-title", &format!("Linked projects ({})", self.links.len()), body)
    }
}

/// The small form that takes a decision back.
pub(super) fn undo(request: &Request, link: String, reference: &str, kind: LinkKind) -> AnyView {
    let form = Form::named(request, UndoDecision::PATH, &link);
    let what = match kind {
        LinkKind::DuplicateOf => "Undo the merge",
        _ => "Undo",
    };
    let fields = view! {
        {form.hidden("link", &link)}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
            {what}<span class="nhsuk-u-visually-hidden">{format!(": {reference}")}</span>
        </button>
    }
    .into_any();
    form.draw_as("baton-buttons-inline baton-no-print", fields)
}

/// A project's page; that of a merged one as it was, because its own address leads to the survivor.
pub(super) fn address(project: ProjectId, merged: bool) -> String {
    if merged { format!("/projects/{project}?as=was") } else { format!("/projects/{project}") }
}

fn sentence(link: &Link) -> AnyView {
    let (before, after) = match (link.kind, link.first) {
        (LinkKind::DuplicateOf, true) => ("Duplicate of ", ". This project goes on there."),
        (LinkKind::DuplicateOf, false) => ("", " was a duplicate and goes on here."),
        (LinkKind::Continues, true) => ("Continues ", "."),
        (LinkKind::Continues, false) => ("Continued by ", "."),
        (LinkKind::SpreadOf, true) => ("Spreads ", "."),
        (LinkKind::SpreadOf, false) => ("Spread by ", "."),
        (LinkKind::Differs, true) => ("Differs from ", ":"),
        (LinkKind::Differs, false) => ("", " differs:"),
        (LinkKind::RelatedTo | LinkKind::NotAlike, _) => ("Related to ", "."),
    };
    let word = (!link.word.is_empty()).then(|| view! { <span class="baton-lines">" "{link.word.clone()}</span> });
    let by = (link.kind != LinkKind::Differs).then(|| {
        view! {
            <span class="nhsuk-hint baton-links__by">
                {format!("Decided by {} on ", link.decided_by)}{ui::time(date_in_london(link.decided_at))}
            </span>
        }
    });
    view! {
        {before}
        <a href=address(link.other, link.kind == LinkKind::DuplicateOf && !link.first)>{format!("{} {}", link.reference, link.title)}</a>
        {after}{word}{by}
    }
    .into_any()
}

/// What a project brought along that was merged into this one: its team and its history.
fn brought_along(link: &Link, history: &[&MergedHistory]) -> AnyView {
    if link.kind != LinkKind::DuplicateOf || link.first {
        return ().into_any();
    }
    let team: Vec<String> =
        link.team.iter().map(|member| format!("{} ({})", member.name, member.role.label().to_lowercase())).collect();
    let team = (!team.is_empty()).then(|| view! { <p>"Its team: "{team.join(", ")}"."</p> });
    let rows = history
        .iter()
        .map(|row| {
            let actor = row.actor.clone().unwrap_or_else(|| "Baton".to_owned());
            view! {
                <li class="baton-timeline__entry">
                    <p class="baton-timeline__what"><strong>{actor}</strong>" "{row.action.clone()}</p>
                    <p class="baton-timeline__when">{ui::time(date_in_london(row.at))}</p>
                </li>
            }
        })
        .collect_view();
    let details = (!history.is_empty())
        .then(|| ui::details("Its history", view! { <ol class="baton-timeline">{rows}</ol> }.into_any()));
    view! { {team}{details} }.into_any()
}

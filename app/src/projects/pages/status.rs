//! Changing a project's status: what can happen, and one page that confirms it.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use timeline::DUE_DAYS;

use crate::access;
use crate::continuity;
use crate::continuity::model::ProjectRow;
use crate::error::Error;
use crate::id::ProjectId;
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::project;
use crate::project::model::Status;
use crate::project::parts::{Section, sections};
use crate::project::store::ProjectSummary;
use crate::projects::api::ChangeStatus;
use crate::projects::model::Transition;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The moves that are open to the project, or the confirmation of one.
pub async fn status(request: Request) -> Result<Reply, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let relationship = access::relationship(&mut conn, &request, id).await?;
    if relationship.merged {
        return Ok(Reply::Redirect(format!("/projects/{id}")));
    }
    request.require(&mut conn, access::ChangeStatus(id)).await?;
    let head = project::store::summary(&mut conn, id).await?;
    let row = continuity::store::row(&mut conn, id, request.today()).await?;
    drop(conn);
    let chosen: Option<Transition> = request.query("to").parse().ok();
    // A form that came back keeps its place, also when the status has moved on meanwhile.
    Ok(match chosen.filter(|to| to.is_allowed_from(head.status) || request.rejected.is_some()) {
        Some(to) => confirm(request, head, row, to),
        None => choose(&request, head),
    }
    .into())
}

fn choose(request: &Request, head: ProjectSummary) -> Page {
    let request = request.clone();
    Page::new(format!("Status of {}", head.title), move || {
        let moves = Transition::ALL
            .iter()
            .filter(|to| to.is_allowed_from(head.status))
            .map(|to| {
                view! {
                    <li>
                        <h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">
                            <a href=format!("/projects/{}/status?to={to}", head.id)>{to.label()}</a>
                        </h2>
                        <p>{to.consequence().0}</p>
                    </li>
                }
            })
            .collect_view();
        view! {
            {ui::back(&format!("/projects/{}", head.id), &head.title)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading(&head.title, "Change the status")}
                {sections(&request, head.id, Section::Overview)}
                <p>"It is now "{project::parts::status_tag(head.status)}</p>
                <ul class="nhsuk-list">{moves}</ul>
            </div></div>
        }
        .into_any()
    })
}

/// What closing a project means whose lead leaves before long: that nobody is asked any more who comes next.
fn left_closed(row: &ProjectRow, to: Transition, today: NaiveDate) -> Option<AnyView> {
    let lead = row.lead.as_ref().filter(|_| to.status() == Status::Closed)?;
    let last = lead.until.filter(|last| (*last - today).num_days() <= DUE_DAYS)?;
    let words = format!(
        "{} leads it until {}, {}. Once it is closed nobody is asked who leads it next, and nobody measures whether the change has lasted.",
        lead.name,
        crate::format::date(last),
        ui::distance(last, today)
    );
    let sustain = Transition::Sustain.is_allowed_from(row.status).then(|| {
        view! {
            <p>
                "Is the change in place? "
                <a href=format!("/projects/{}/status?to={}", row.id, Transition::Sustain)>"Go on measuring it"</a>
                " and hand it over instead."
            </p>
        }
    });
    Some(view! { <div class="nhsuk-inset-text"><p>{words}</p>{sustain}</div> }.into_any())
}

fn confirm(request: Request, head: ProjectSummary, row: ProjectRow, to: Transition) -> Page {
    Page::new(format!("{}: {}", to.label(), head.title), move || {
        let form = Form::new(&request, ChangeStatus::PATH).version(head.version);
        let (happens, undone) = to.consequence();
        let date = match to {
            Transition::Pause => {
                Some(form.date("review_on", "When will you look at it again?").hint("Within half a year.").view())
            }
            Transition::Sustain => Some(form.date("review_on", "When is the next look?").hint("Within a year.").view()),
            _ => None,
        };
        let note = match to {
            Transition::Stop => ("Why does it stop?", "Others learn from it."),
            Transition::NotQi => ("What is it, and where does it go?", "For example: research, with the R&D office."),
            Transition::Complete => {
                ("What came of it? (optional)", "A sentence or two for whoever plans similar work.")
            }
            Transition::Pause | Transition::Sustain | Transition::Resume | Transition::Reopen => {
                ("Note (optional)", "")
            }
        };
        let summary = form.summary();
        let fields = view! {
            {form.hidden("project", head.id)}
            {form.hidden("to", to)}
            {date}
            {form.lines("note", note.0, 3).hint(note.1).limit(MAX_PARAGRAPH_CHARS).view()}
            <div class="baton-actions">
                {ui::submit(to.label())}
                <a href=format!("/projects/{}", head.id)>"Cancel"</a>
            </div>
        }
        .into_any();
        view! {
            {ui::back(&format!("/projects/{}/status", head.id), "Change the status")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&head.title, to.label())}
                {sections(&request, head.id, Section::Overview)}
                <p>{happens}</p>
                <p>{undone}</p>
                {left_closed(&row, to, request.today())}
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    })
}

//! What happens next, after a project was registered.

use leptos::prelude::*;

use crate::access::{self, Action, may};
use crate::duplicates;
use crate::duplicates::model::{Query, Similar};
use crate::error::Error;
use crate::id::ProjectId;
use crate::measures;
use crate::progress::store::tasks;
use crate::project::model::Status;
use crate::projects::store;
use crate::team::model::TeamRole;
use crate::team::store::Membership;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui;

/// So many projects that may be related are shown.
const RELATED: usize = 3;

/// One thing to do next: what it is, how it stands, and the button that does it.
struct Step {
    title: &'static str,
    words: AnyView,
    button: Option<(String, &'static str)>,
}

/// The page that whoever registered a project comes to.
pub async fn next(request: Request) -> Result<Reply, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, access::EditProject(id)).await?;
    let relationship = access::relationship(&mut conn, &request, id).await?;
    let today = request.today();
    let project = store::project(&mut conn, id, today, 0).await?;
    if project.status == Status::Draft {
        return Ok(Reply::Redirect(format!("/projects/{id}")));
    }
    let first_step = tasks::open(&mut conn, id, today).await?.into_iter().next();
    let measured = !measures::store::load_series(&mut conn, id).await?.is_empty();
    let query = Query::whole(&project.details.title);
    let mut similar = duplicates::store::similar(&mut conn, project.trust_id, &query, Some(id), today).await?;
    drop(conn);
    similar.truncate(RELATED);
    let manages = may(Action::ManageTeam(id), relationship);
    Ok(Page::new(format!("What happens next: {}", project.details.title), move || {
        let href = |page: &str| format!("/projects/{id}/{page}");
        let steps = [
            supervisor(&project.team, today, manages.then(|| href("team#invite"))),
            measure(measured, href("measures/new"), href("board")),
            Step {
                title: "Next step",
                words: match &first_step {
                    Some(task) => {
                        let by = task.due_on.map(|day| view! { ", by "{ui::time(day)} });
                        view! { {task.what.clone()}{by}"." }.into_any()
                    }
                    None => "Write down the first thing that somebody does, and by when.".into_any(),
                },
                button: first_step.is_none().then(|| (href("tasks#add"), "Add a task")),
            },
        ];
        // The one thing that most of all is missing is the main one.
        let main = steps.iter().position(|step| step.button.is_some());
        let steps = steps.into_iter().enumerate().map(|(at, step)| drawn(step, Some(at) == main)).collect_view();
        let reference = project.reference.clone().unwrap_or_default();
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading(&format!("{reference} {}", project.details.title), "What happens next")}
                <p>"Everybody in the trust can see the project now. These three make it last:"</p>
                <ol class="baton-next">{steps}</ol>
                {related(similar)}
                {match main {
                    Some(_) => view! { <p><a href=format!("/projects/{id}")>"Go to the project"</a></p> }.into_any(),
                    None => ui::button_link(&format!("/projects/{id}"), "Go to the project", false),
                }}
            </div></div>
        }
        .into_any()
    })
    .into())
}

fn drawn(step: Step, main: bool) -> AnyView {
    let button = step.button.map(|(href, label)| ui::button_link(&href, label, !main));
    view! {
        <li class="baton-next__step">
            <h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">{step.title}</h2>
            <p class="nhsuk-u-margin-bottom-2">{step.words}</p>
            {button}
        </li>
    }
    .into_any()
}

fn supervisor(team: &[Membership], today: chrono::NaiveDate, invite: Option<String>) -> Step {
    let supervises = |member: &&Membership| member.role == TeamRole::Supervisor;
    let (words, button) = if let Some(one) = team.iter().filter(supervises).find(|one| one.is_current(today)) {
        (format!("{} supervises it.", one.name), None)
    } else if let Some(one) = team.iter().filter(supervises).find(|one| one.is_open_question()) {
        let words = format!(
            "{} is asked and sees it on their home page. Until they accept, the project has no supervisor; after 14 days you are asked to name somebody else.",
            one.name
        );
        (words, None)
    } else {
        let words = "Nobody is asked yet. A supervisor on a permanent post keeps the project safe when you rotate.";
        (words.to_owned(), invite.map(|href| (href, "Ask a supervisor")))
    };
    Step { title: "Supervisor", words: words.into_any(), button }
}

fn measure(measured: bool, define: String, board: String) -> Step {
    let title = "First measure";
    if measured {
        let words = view! { "It is defined: "<a href=board>"see it and record data points"</a>"." }.into_any();
        return Step { title, words, button: None };
    }
    let words = "One measure with a rhythm is enough to begin with: without one, nobody can tell whether the change is an improvement.";
    Step { title, words: words.into_any(), button: Some((define, "Define the first measure")) }
}

fn related(similar: Vec<Similar>) -> AnyView {
    if similar.is_empty() {
        return ().into_any();
    }
    let items = similar.into_iter().map(|one| {
        let who = match (&one.lead, one.status.is_open()) {
            (Some(name), _) => format!("led by {name}"),
            (None, true) => "looking for a lead".to_owned(),
            (None, false) => "closed".to_owned(),
        };
        let facts: Vec<String> =
            [one.reference, one.department, who].into_iter().filter(|fact| !fact.is_empty()).collect();
        view! { <li><a href=format!("/projects/{}", one.id)>{one.title}</a><br /><span class="nhsuk-u-secondary-text-colour">{facts.join(" · ")}</span></li> }
    });
    view! {
        <section aria-labelledby="related">
            <h2 class="nhsuk-heading-s" id="related">"Possibly related"</h2>
            <p>"Talk to these teams before you start: they may have a template, or half of your data."</p>
            <ul class="nhsuk-list">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

//! Asking somebody to lead a project together with its lead.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TeamRoleId};
use crate::people::picker::parts::offered;
use crate::people::picker::store::Choosing;
use crate::project::parts::{Section, sections};
use crate::team::api::NameCoLead;
use crate::team::model::TeamRole;
use crate::team::store::{self, Membership, Team};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form, Offered};

/// The way to it from the team's page.
pub fn link(project: ProjectId) -> AnyView {
    view! {
        <section aria-labelledby="co-lead">
            <h2 class="nhsuk-heading-m" id="co-lead">"Lead it together"</h2>
            <p>"Somebody can lead this project with you, with the same rights and the same duties."</p>
            <p><a href=format!("/projects/{project}/co-lead")>"Ask somebody to be co-lead"</a></p>
        </section>
    }
    .into_any()
}

/// The way to it from the page of somebody in the team.
pub fn ask_this_one(project: ProjectId, membership: &Membership) -> AnyView {
    let to = format!("/projects/{project}/co-lead?person={}", membership.person);
    view! { <p><a href=to>"Ask "{membership.name.clone()}" to lead it with you"</a></p> }.into_any()
}

/// Whether somebody in the team can be asked: they have a post, and neither supervise the project nor lead it, nor are
/// asked to lead it.
pub fn is_free(team: &[Membership], membership: TeamRoleId, today: NaiveDate) -> bool {
    let leads = |one: &&Membership| one.role == TeamRole::Lead && (one.is_open_question() || one.is_current(today));
    team.iter().find(|one| one.id == membership).is_some_and(|one| {
        !matches!(one.role, TeamRole::Lead | TeamRole::Supervisor)
            && !one.post.is_empty()
            && !team.iter().filter(leads).any(|lead| lead.person == one.person)
    })
}

/// Asking somebody, in the team or not.
pub async fn name(request: Request) -> Result<Page, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, access::NameCoLead(id)).await?;
    let today = request.today();
    let Team { project, .. } = store::team(&mut conn, id, today).await?;
    let waits = store::under_way(&mut conn, id, today).await?;
    let asked: Option<PersonId> = request.query("person").parse().ok();
    let choosing = Choosing {
        trust: project.trust,
        today,
        until: today,
        project: Some(id),
        except: request.visitor.id(),
        because: "",
    };
    let colleagues = offered(&mut conn, &request, "person", asked, &choosing).await?;
    drop(conn);
    Ok(Page::new(format!("Co-lead of {}", project.title), move || {
        let form = asked.iter().fold(Form::new(&request, NameCoLead::PATH), |form, one| form.with("person", one));
        let summary = form.summary();
        let body = match waits {
            Some(handover) => {
                ui::empty(store::co_leads::UNDER_WAY, Some((&format!("/handovers/{handover}"), "See the handover")))
            }
            None => ask(form, id, colleagues),
        };
        view! {
            {ui::back(&format!("/projects/{id}/team"), "Team")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&project.title, "Ask somebody to be co-lead")}
                {sections(&request, id, Section::Team)}
                {body}
            </div></div>
        }
        .into_any()
    }))
}

fn ask(form: Form, project: ProjectId, colleagues: Offered) -> AnyView {
    let newcomer = form.is_rejected() && !(form.value("name").is_empty() && form.value("address").is_empty());
    let names = view! {
        <p>"Name them. They are shown as asked, and can answer once they have an account."</p>
        {form.line("name", "Their name").view()}
        {form.email("address", "Their email address").view()}
    };
    let fields = view! {
        {form.hidden("project", project)}
        {form.picker("person", "Who leads it with you?", colleagues).or_none_of_these("", "None of these").view()}
        {ui::details_open("They are not in Baton yet", newcomer, names.into_any())}
        {form.line("message", "Message (optional)").view()}
        {ui::submit("Ask them")}
    }
    .into_any();
    view! {
        <p>"Once they accept, each of you can do what a lead does. The one whose post ends later stands first, and when one of you goes the other leads on. To give the project away, "<a href=format!("/projects/{project}/handover")>"hand it over"</a>"."</p>
        {form.draw(fields)}
    }
    .into_any()
}

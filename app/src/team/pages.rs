//! A project's team: who is in it and was in it, who is asked, and how that changes.

mod co_leads;
mod supervision;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::{self, Action, Relationship};
use crate::error::Error;
use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId};
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::people::picker::parts::offered;
use crate::people::picker::store::Choosing;
use crate::project::parts::{Section, sections};
use crate::project::store::ProjectSummary;
use crate::route;
use crate::team::api::{AskToJoin, ChangeRole, ConfirmSupervisor, EndRole, Invite, LeaveTeam};
use crate::team::model::TeamRole;
use crate::team::parts::question;
use crate::team::store::{self, Membership, Team};
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form, Offered};

/// The room's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/projects/{id}/team", team),
        route!("/projects/{id}/co-lead", co_leads::name),
        route!("/memberships/{id}", membership),
        route!("/supervision", supervision::supervision),
    ]
}

/// Who is in the team, in a table; with a link that changes each membership for those who may, and that hands the
/// project over where there is something to hand over.
pub fn current(team: &[Membership], today: NaiveDate, changed_in: Option<ProjectId>, hands_over: bool) -> AnyView {
    let rows: Vec<Vec<AnyView>> = team
        .iter()
        .filter(|membership| membership.is_current(today) || membership.is_ahead(today))
        .map(|membership| {
            let post = if membership.post.is_empty() {
                "No post in this trust now".into_any()
            } else {
                let until = membership.post_ends.map(|on| view! { " until "{ui::time(on)} });
                view! { {membership.post.clone()}{until} }.into_any()
            };
            let mut cells = vec![
                membership.name.clone().into_any(),
                membership.role.label().into_any(),
                post,
                view! { {membership.is_ahead(today).then_some("from ")}{ui::time(membership.from_on)}{until(membership)} }.into_any(),
            ];
            if let Some(project) = changed_in {
                cells.push(if membership.role == TeamRole::Lead {
                    hands_over
                        .then(|| view! { <a href=format!("/projects/{project}/handover")>"Hand over"</a> })
                        .into_any()
                } else {
                    view! { <a href=format!("/memberships/{}", membership.id)>"Change"<span class="nhsuk-u-visually-hidden">" "{membership.name.clone()}</span></a> }.into_any()
                });
            }
            cells
        })
        .collect();
    if rows.is_empty() {
        return ui::empty("Nobody is in the team.", None);
    }
    let mut columns = vec![ui::words("Name"), ui::words("Role"), ui::words("Post"), ui::words("Since")];
    if changed_in.is_some() {
        columns.push(ui::acts("Change"));
    }
    ui::table("In the team", columns, rows)
}

fn until(membership: &Membership) -> AnyView {
    if membership.leads_on {
        return " until the next lead is there".into_any();
    }
    membership.until_on.map(|on| view! { " until "{ui::time(on)} }).into_any()
}

/// Who was in the team, with what they contributed.
pub fn past(team: &[Membership], today: NaiveDate) -> AnyView {
    let rows: Vec<Vec<AnyView>> = team
        .iter()
        .filter(|membership| membership.is_past(today))
        .map(|membership| {
            let until = membership.until_on.unwrap_or(today);
            let contribution = if membership.contribution.is_empty() {
                "Not recorded".to_owned()
            } else {
                membership.contribution.clone()
            };
            vec![
                membership.name.clone().into_any(),
                membership.role.label().into_any(),
                view! { {ui::time(membership.from_on)}" to "{ui::time(until)} }.into_any(),
                view! { <span class="baton-lines">{contribution}</span> }.into_any(),
            ]
        })
        .collect();
    if rows.is_empty() {
        return ().into_any();
    }
    let columns = vec![ui::words("Name"), ui::words("Role"), ui::words("When"), ui::words("What they contributed")];
    ui::table("Past contributors", columns, rows)
}

/// The team's page.
pub async fn team(request: Request) -> Result<Page, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let today = request.today();
    let relationship = access::relationship(&mut conn, &request, id).await?;
    let Team { project, memberships: team } = store::team(&mut conn, id, today).await?;
    let may = move |action: fn(ProjectId) -> Action| access::may(action(id), relationship);
    let manages = may(Action::ManageTeam);
    // Whoever writes a draft hands nothing over and leaves nobody without a lead: they delete it.
    let leaves = may(Action::LeaveTeam) && !(relationship.draft && relationship.lead);
    let joins = may(Action::AskToJoin)
        && !team
            .iter()
            .any(|membership| Some(membership.person) == request.visitor.id() && membership.is_open_question());
    let colleagues = if manages {
        let choosing = Choosing {
            trust: project.trust,
            today,
            until: today,
            project: Some(id),
            except: request.visitor.id(),
            because: "",
        };
        offered(&mut conn, &request, "person", None, &choosing).await?
    } else {
        Offered::default()
    };
    let waits = !relationship.coordinates() && store::awaits_supervisor(&mut conn, id, today).await?.is_some();
    let under_way = store::under_way(&mut conn, id, today).await?.is_some();
    let asks_on = relationship.lead && !under_way;
    let leads_on = asks_on && store::co_leads::lead_on(&mut conn, id, request.person()?.id, today).await?;
    drop(conn);
    Ok(Page::new(format!("Team of {}", project.title), move || {
        let invitation = Form::new(&request, Invite::PATH);
        let joining = Form::named(&request, AskToJoin::PATH, "join");
        let leaving = Form::new(&request, LeaveTeam::PATH);
        let summaries = view! { {invitation.summary()}{joining.summary()}{leaving.summary()} };
        let leave = leaves.then(|| leave(leaving, &project, relationship, leads_on));
        let invite = manages.then(|| invite(invitation, &project, colleagues));
        let name_co_lead = (may(Action::NameCoLead) && !under_way).then(|| co_leads::link(id));
        let join = joins.then(|| join(joining, id));
        view! {
            {ui::back(&format!("/projects/{id}"), &project.title)}
            {summaries}
            {ui::heading(&project.title, "Team")}
            {sections(&request, id, Section::Team)}
            {questions(&request, &project, &team, relationship, waits)}
            {current(&team, today, manages.then_some(id), may(Action::OfferHandover))}
            {past(&team, today)}
            <div class="nhsuk-grid-row baton-no-print"><div class="nhsuk-grid-column-two-thirds">
                {invite}
                {name_co_lead}
                {join}
                {leave}
            </div></div>
        }
        .into_any()
    }))
}

/// The questions that are open; `waits` says that a handover keeps a new supervisor from being accepted.
fn questions(
    request: &Request,
    project: &ProjectSummary,
    team: &[Membership],
    relationship: Relationship,
    waits: bool,
) -> AnyView {
    let me = request.visitor.id();
    let manages = access::may(Action::ManageTeam(project.id), relationship);
    let asked = team
        .iter()
        .filter(|membership| membership.is_open_question())
        .map(|membership| {
            let of_this = Relationship {
                asked: Some(membership.person) == me,
                asks_supervisor: membership.role == TeamRole::Supervisor,
                asks_lead: membership.role == TeamRole::Lead,
                wants_to_join: membership.wants_to_join(),
                cannot_answer: !membership.account,
                ..relationship
            };
            if access::may(Action::AnswerQuestion(membership.id), of_this) {
                let withdraws = manages && Some(membership.person) != me && !membership.wants_to_join();
                return view! { {question(request, project, membership, waits)}{withdraws.then(|| withdraw(request, project.id, membership))} }.into_any();
            }
            let supervises = membership.role == TeamRole::Supervisor;
            let joins = membership.wants_to_join() && !supervises;
            let asked = match (joins, membership.wants_to_join()) {
                (true, _) => "asked to join",
                (false, true) => "waits for the QI academy to be a",
                (false, false) => "was asked to be a",
            };
            let role = (!joins).then(|| format!(" {}", membership.role.asked()));
            let account = (!membership.account).then_some(" They have no account yet: the QI academy can confirm a supervisor for them.");
            view! {
                <div class="nhsuk-inset-text">
                    <p><strong>{membership.name.clone()}</strong>" "{asked}{role}" on "{ui::time(crate::clock::date_in_london(membership.asked_at))}". There is no answer yet."{account}</p>
                    {(manages && !joins).then(|| withdraw(request, project.id, membership))}
                </div>
            }
            .into_any()
        })
        .collect_view();
    asked.into_any()
}

fn withdraw(request: &Request, project: ProjectId, membership: &Membership) -> AnyView {
    let form = Form::named(request, EndRole::PATH, &format!("w{}", membership.id.0.simple()));
    let fields = view! {
        {form.hidden("project", project)}
        {form.hidden("membership", membership.id)}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
            "Withdraw the invitation"<span class="nhsuk-u-visually-hidden">" of "{membership.name.clone()}</span>
        </button>
    }
    .into_any();
    view! { <div class="baton-buttons-inline">{form.draw(fields)}</div> }.into_any()
}

fn invite(form: Form, project: &ProjectSummary, colleagues: Offered) -> AnyView {
    let roles = TeamRole::INVITABLE
        .iter()
        .map(|role| (role.as_str().to_owned(), role.label().to_owned(), role.sentence().to_owned()))
        .collect();
    let newcomer = form.is_rejected() && !(form.value("name").is_empty() && form.value("address").is_empty());
    let names = view! {
        <p>"Name them. They are shown as asked, and can answer once they have an account."</p>
        {form.line("name", "Their name").view()}
        {form.email("address", "Their email address").view()}
    };
    let fields = view! {
        {form.hidden("project", project.id)}
        {form.picker("person", "Whom do you invite?", colleagues).or_none_of_these("", "None of these").view()}
        {ui::details_open("They are not in Baton yet", newcomer, names.into_any())}
        {form.radios("role", "What do you ask them to be?", roles).view()}
        {form.line("message", "Message (optional)").view()}
        {ui::submit("Invite")}
    }
    .into_any();
    view! {
        <section aria-labelledby="invite">
            <h2 class="nhsuk-heading-m" id="invite">"Invite somebody"</h2>
            {form.draw(fields)}
        </section>
    }
    .into_any()
}

fn join(form: Form, project: ProjectId) -> AnyView {
    let fields = view! {
        {form.hidden("project", project)}
        {form.line("message", "What would you like to do?").hint("A line to its lead.").view()}
        {ui::submit("Ask to join")}
    }
    .into_any();
    view! {
        <section aria-labelledby="join">
            <h2 class="nhsuk-heading-m" id="join">"Ask to join"</h2>
            <p>"The lead or the supervisor answers, or the QI academy where there is neither. You then become a member."</p>
            {form.draw(fields)}
        </section>
    }
    .into_any()
}

/// `leads_on` says that somebody else leads it too.
fn leave(form: Form, project: &ProjectSummary, relationship: Relationship, leads_on: bool) -> AnyView {
    let id = project.id;
    // Whose post is over prepares nothing any more.
    let hands_over = access::may(Action::OfferHandover(id), relationship);
    let body = if relationship.lead && !leads_on {
        view! {
            <p>"You lead this project. A lead leaves by handing it over, to a colleague or to the pool, so that it never stands without anybody."</p>
            {hands_over.then(|| view! { <p><a href=format!("/projects/{id}/handover")>"Prepare the handover"</a></p> })}
        }
        .into_any()
    } else {
        // Whose post is over passes nothing on: the academy does.
        let passes_on = access::may(Action::ManageTeam(id), relationship)
            .then(|| view! { " "<a href="/supervision">"Pass on what you supervise"</a>" first." });
        let supervisor = relationship.supervisor.then(
            || view! { <p>"You supervise this project. Once you leave, it shows that nobody does."{passes_on}</p> },
        );
        let fields = view! {
            {form.hidden("project", id)}
            {form.lines("contribution", "What did you contribute?", 3).hint("It stands on the project’s page from now on and is not changed afterwards.").limit(MAX_PARAGRAPH_CHARS).view()}
            {ui::submit_as("Leave the team", "then", "leave")}
        }
        .into_any();
        view! {
            {supervisor}
            {relationship.lead.then(|| view! { <p>"Whoever leads this project with you then leads it alone."</p> })}
            <p>"You leave today and stay listed as a past contributor. To come back, ask to join."</p>
            {form.draw(fields)}
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="leave">
            <h2 class="nhsuk-heading-m" id="leave">"Leave the team"</h2>
            {body}
        </section>
    }
    .into_any()
}

/// Changing or ending one membership.
pub async fn membership(request: Request) -> Result<Page, Error> {
    request.person()?;
    let membership: TeamRoleId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let id = store::project_of(&mut conn, membership).await?;
    request.require(&mut conn, access::ManageTeam(id)).await?;
    let today = request.today();
    let Team { project, memberships } = store::team(&mut conn, id, today).await?;
    let relationship = access::relationship(&mut conn, &request, id).await?;
    let coordinates = relationship.coordinates();
    let waits = store::awaits_supervisor(&mut conn, id, today).await?;
    let longest = store::supervision::longest_confirmation(&mut conn, membership, today).await?;
    let may_lead = access::may(Action::NameCoLead(id), relationship)
        && co_leads::is_free(&memberships, membership, today)
        && store::under_way(&mut conn, id, today).await?.is_none();
    drop(conn);
    let membership = memberships
        .into_iter()
        .find(|one| {
            one.id == membership && one.role != TeamRole::Lead && (one.is_current(today) || one.is_ahead(today))
        })
        .ok_or(Error::NotFound)?;
    let of_another = request.visitor.id() != Some(membership.person);
    if let Some(handover) = waits.filter(|_| membership.role == TeamRole::Supervisor && of_another && !coordinates) {
        return Ok(stays(request, &project, &membership, handover));
    }
    Ok(Page::new(format!("{} in the team", membership.name), move || {
        let change = Form::new(&request, ChangeRole::PATH).with("role", membership.role);
        let end = Form::new(&request, EndRole::PATH);
        let confirms = coordinates && project.status.is_open() && membership.role == TeamRole::Supervisor;
        let confirmation = longest.filter(|_| confirms).map(|longest| {
            let form = Form::new(&request, ConfirmSupervisor::PATH);
            (form.summary(), confirm(form, id, membership.id, longest))
        });
        let (confirmation_summary, confirmation) = confirmation.unzip();
        let passes_on = confirms.then(|| passes_on(membership.person));
        let summaries = view! { {confirmation_summary}{change.summary()}{end.summary()} };
        let supervisor = (membership.role == TeamRole::Supervisor)
            .then(|| view! { <p>"They supervise this project. Once their place ends, it shows that nobody does, until another supervisor accepts."</p> });
        view! {
            {ui::back(&format!("/projects/{id}/team"), "Team")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading(&project.title, &format!("{}, {}", membership.name, membership.role.label().to_lowercase()))}
                {sections(&request, project.id, Section::Team)}
                <p>"In the team since "{ui::time(membership.from_on)}"."</p>
                {confirmation}
                {passes_on}
                <h2 class="nhsuk-heading-m">"Change their role"</h2>
                {change_role(change, id, membership.id)}
                {may_lead.then(|| co_leads::ask_this_one(id, &membership))}
                <h2 class="nhsuk-heading-m">"End their place"</h2>
                {supervisor}
                <p>"It ends today. They stay listed as a past contributor and keep reading the project, unless they were added by mistake. To undo it, invite them again."</p>
                {end_role(end, id, membership.id)}
            </div></div>
        }
        .into_any()
    }))
}

fn passes_on(person: PersonId) -> AnyView {
    view! { <p><a href=format!("/supervision?of={person}")>"Pass on everything that they supervise"</a></p> }.into_any()
}

fn confirm(form: Form, project: ProjectId, membership: TeamRoleId, longest: NaiveDate) -> AnyView {
    let fields = view! {
        {form.hidden("project", project)}
        {form.hidden("membership", membership)}
        {form.date("confirmed_until", "Until which day do they supervise it?").hint(&format!("At the latest {}.", crate::format::date(longest))).view()}
        {ui::submit_as("Confirm the supervisor", "then", "confirm")}
    }
    .into_any();
    view! {
        <h2 class="nhsuk-heading-m">"Confirm them"</h2>
        <p>"Their post ends, or they have none here. They count as supervisor only for as long as the QI academy says."</p>
        {form.draw(fields)}
    }
    .into_any()
}

fn change_role(form: Form, project: ProjectId, membership: TeamRoleId) -> AnyView {
    let roles = TeamRole::ASSIGNABLE
        .iter()
        .map(|role| (role.as_str().to_owned(), role.label().to_owned(), role.sentence().to_owned()))
        .collect();
    let fields = view! {
        {form.hidden("project", project)}
        {form.hidden("membership", membership)}
        {form.radios("role", "What are they from now on?", roles).view()}
        {ui::submit("Change role")}
    }
    .into_any();
    form.draw(fields)
}

fn end_role(form: Form, project: ProjectId, membership: TeamRoleId) -> AnyView {
    let fields = view! {
        {form.hidden("project", project)}
        {form.hidden("membership", membership)}
        {form.lines("contribution", "What did they contribute?", 3).hint("It stands on the project’s page from now on and is not changed afterwards.").limit(MAX_PARAGRAPH_CHARS).view()}
        {form.checkboxes("mistake", "Or", vec![("yes".to_owned(), "They were added by mistake and contributed nothing".to_owned())]).view()}
        {ui::submit_as("End their place", "then", "end")}
    }
    .into_any();
    form.draw(fields)
}

/// A supervisor who has a handover to answer: nobody else takes their membership from them meanwhile.
fn stays(request: Request, project: &ProjectSummary, membership: &Membership, handover: HandoverId) -> Page {
    let (id, title, name) = (project.id, project.title.clone(), membership.name.clone());
    Page::new(format!("{name} in the team"), move || {
        view! {
            {ui::back(&format!("/projects/{id}/team"), "Team")}
            {ui::heading(&title, &format!("{name}, supervisor"))}
            {sections(&request, id, Section::Team)}
            {ui::empty(store::SUPERVISOR_STAYS, Some((&format!("/handovers/{handover}"), "See the handover")))}
        }
        .into_any()
    })
}

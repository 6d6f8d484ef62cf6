//! Registering a project, and editing one: the same fields.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access;
use crate::db::Connection;
use crate::duplicates;
use crate::duplicates::model::Query;
use crate::error::Error;
use crate::id::{ProjectId, TrustId};
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::people;
use crate::people::picker::parts::offered;
use crate::people::picker::store::Choosing;
use crate::priorities;
use crate::project::model::{Origin, ProjectType, Status};
use crate::project::parts::{Section, sections};
use crate::projects::api::{EditProject, RegisterProject};
use crate::projects::store::{self, Project};
use crate::team::model::TeamRole;
use crate::web::glossary;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

const TITLE_HINT: &str = "What you work on and where, in a line.";

/// What the fields offer to choose from: value and label.
struct Offered {
    departments: Vec<(String, String)>,
    priorities: Vec<(String, String)>,
    supervisors: ui::Offered,
}

impl Offered {
    async fn load(conn: &mut Connection, request: &Request, trust: TrustId, asks: bool) -> Result<Self, Error> {
        let departments = people::store::departments(conn, trust).await?;
        let priorities = priorities::store::current(conn, trust, request.today()).await?;
        let supervisors = if asks {
            let today = request.today();
            let choosing =
                Choosing { trust, today, until: today, project: None, except: request.visitor.id(), because: "" };
            offered(conn, request, "supervisor", None, &choosing).await?
        } else {
            ui::Offered::default()
        };
        let first = |label: &str| vec![(String::new(), label.to_owned())];
        Ok(Self {
            departments: first("Choose a department")
                .into_iter()
                .chain(departments.into_iter().map(|department| (department.id.to_string(), department.name)))
                .collect(),
            priorities: priorities.into_iter().map(|priority| (priority.id.to_string(), priority.title)).collect(),
            supervisors,
        })
    }

    /// What the project is linked to can be kept, also when it is no longer offered to others.
    fn add_chosen(&mut self, project: &Project) {
        for priority in &project.priorities {
            let known = self.priorities.iter().any(|(offered, _)| *offered == priority.id.to_string());
            if !known {
                self.priorities.push((priority.id.to_string(), format!("{} (no longer current)", priority.title)));
            }
        }
        if let Some(department) = project.details.department
            && !self.departments.iter().any(|(offered, _)| *offered == department.to_string())
        {
            self.departments.push((department.to_string(), format!("{} (retired)", project.department_name)));
        }
    }
}

/// The triage, or the form for the type that it led to.
pub async fn register(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, access::RegisterProject(trust)).await?;
    let kind: ProjectType = match request.query("type") {
        "research" => return Ok(research().into()),
        typed => match typed.parse() {
            Ok(kind) => kind,
            Err(_) => return Ok(triage().into()),
        },
    };
    let person = request.person()?.id;
    let department = people::store::department_of(&mut conn, person, trust, request.today()).await?;
    let offered = Offered::load(&mut conn, &request, trust, true).await?;
    let title = Form::new(&request, RegisterProject::PATH).value("title");
    let similar = duplicates::store::similar(&mut conn, trust, &Query::whole(&title), None, request.today()).await?;
    drop(conn);
    Ok(Page::new(format!("Register a {}", kind.label().to_lowercase()), move || {
        let mut form = Form::new(&request, RegisterProject::PATH).with("origin", Origin::Idea);
        if let Some(department) = department {
            form = form.with("department", department);
        }
        let summary = form.summary();
        let fields = view! {
            {form.hidden("type", kind)}
            {form.line("title", "Title").hint(TITLE_HINT).view()}
            {duplicates::parts::similar_section(similar, &title)}
            <div class="baton-similar-differs">
                {form.line("differs", "If one of them looks the same: how does yours differ? (optional)").hint("It is shown on both projects.").view()}
            </div>
            {about(&form, &offered)}
            {(kind == ProjectType::ClinicalAudit).then(|| audit(&form))}
            {later(&form, &offered, form.is_rejected())}
            {form.effects()}
            <div class="baton-actions">
                {ui::submit(&form.doing("Register project"))}
                {ui::submit_as("Save as draft", "then", "draft")}
            </div>
        }
        .into_any();
        view! {
            {ui::back("/projects/register", "Choose another kind of work")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(kind.label(), "Register a project")}
                <p>"You need four answers to register. A draft needs only a title. Never enter information about patients."</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    })
    .with_islands()
    .into())
}

fn triage() -> Page {
    Page::new("Register a project", || {
        let choice = |kind: &str, label: &str, sentence: &str| {
            view! {
                <li>
                    <h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1">
                        <a href=format!("/projects/register?type={kind}")>{label.to_owned()}</a>
                    </h2>
                    <p>{sentence.to_owned()}</p>
                </li>
            }
        };
        view! {
            {ui::back("/projects", "Projects")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading("Register a project", "What do you want to do?")}
                <ul class="nhsuk-list">
                    {choice("quality_improvement", "Improve something", "You test changes and measure whether they make care better: a quality improvement project.")}
                    {choice("clinical_audit", "Check against a standard", "You measure whether care meets a standard that somebody has set, and measure again: a clinical audit.")}
                    {choice("service_evaluation", "Evaluate a service", "You describe or judge how a service works now, without a standard and without changing it: a service evaluation.")}
                    {choice("research", "Do research", "You look for new knowledge that holds beyond this trust, or allocate people to treatments.")}
                </ul>
            </div></div>
        }
        .into_any()
    })
}

fn research() -> Page {
    Page::new("Research is not registered here", || {
        view! {
            {ui::back("/projects/register", "Choose another kind of work")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading("Register a project", "Research is not registered here")}
                <p>"Research needs approvals that Baton does not give: usually a sponsor, a review by the Health Research Authority and often by a research ethics committee."</p>
                <p>"It is probably research if any of these is true:"</p>
                <ul class="nhsuk-list nhsuk-list--bullet">
                    <li>"people are allocated to treatments or groups, for example at random"</li>
                    <li>"the protocol asks for care that differs from what patients would be offered anyway"</li>
                    <li>"the aim is knowledge that holds beyond this trust"</li>
                </ul>
                <p>"Talk to your trust’s research and development office before you start. "
                    <a href="https://www.hra-decisiontools.org.uk/research/" rel="noreferrer">"The Health Research Authority’s decision tool"</a>
                    " helps you decide in a few minutes."</p>
                <p>"If it turns out to be improvement, audit or evaluation, come back and "
                    <a href="/projects/register">"register it"</a>"."</p>
            </div></div>
        }
        .into_any()
    })
}

fn about(form: &Form, offered: &Offered) -> AnyView {
    view! {
        {form.lines("problem", "What is the problem?", 4).hint("What goes wrong, for whom, and how you know.").limit(MAX_PARAGRAPH_CHARS).view()}
        {form.select("department", "Department", offered.departments.clone()).view()}
        {form.checkboxes("priorities[]", "Which of the trust’s priorities does it serve?", offered.priorities.clone()).hint("Choose all that fit. If none does, say below what the local need is.").view()}
        {form.line("local_need", "Local need, if no priority fits").hint("Why it matters to your patients or your department.").view()}
    }
    .into_any()
}

fn audit(form: &Form) -> AnyView {
    view! {
        <h2 class="nhsuk-heading-m">"The standard"</h2>
        {form.line("standard", "What is the standard?").hint("For example: antibiotics within one hour of red-flag sepsis.").view()}
        {form.line("standard_source", "Where does it come from?").hint("For example: NICE NG253, or the trust’s own guideline.").view()}
        {form.line("standard_level", "Which level has to be met?").width(20).hint("For example: 95%.").view()}
        {form.date("reaudit_on", "When will you audit again?").view()}
    }
    .into_any()
}

/// What can wait: folded away, but never while something in it has to be mended.
fn later(form: &Form, offered: &Offered, open: bool) -> AnyView {
    let fields = view! { {optional(form)}{next_step(form)}{supervisor(form, offered, None)} };
    ui::details_open("Aim, supervisor and next step (optional now, asked for later)", open, fields.into_any())
}

fn optional(form: &Form) -> AnyView {
    let origins = Origin::options();
    view! {
        <h2 class="nhsuk-heading-s">"Aim"</h2>
        {glossary::help("What makes a good aim?", glossary::AIM, good_aim())}
        {form.line("aim_what", "What do you want to change?").view()}
        {form.line("aim_whom", "For whom?").view()}
        {form.line("aim_how_much", "By how much?").hint("For example: from 60% to 90%.").view()}
        {form.date("aim_by", "By when?").view()}
        <h2 class="nhsuk-heading-s">"Where it came from"</h2>
        {form.select("origin", "What did it come from?", origins).view()}
        {form.line("origin_note", "More about that").hint("For example the number of the incident. Nothing about patients.").view()}
    }
    .into_any()
}

/// SMART as four questions to oneself: it is no score.
fn good_aim() -> AnyView {
    view! {
        <p>"Can you say yes to each?"</p>
        <ul class="nhsuk-list nhsuk-list--bullet">
            <li>"Specific: does it say what changes, and for whom?"</li>
            <li>"Measurable: does it give two numbers, where you are and where you want to be?"</li>
            <li>"Achievable and relevant: can this team do it, and does it matter to the trust?"</li>
            <li>"Time-bound: does it give a date?"</li>
        </ul>
    }
    .into_any()
}

/// The first task; afterwards tasks have a page of their own.
fn next_step(form: &Form) -> AnyView {
    view! {
        <h2 class="nhsuk-heading-s">"Next step"</h2>
        {form.line("next_step", "What happens next?").view()}
        {form.date("next_step_on", "When?").view()}
    }
    .into_any()
}

fn supervisor(form: &Form, offered: &Offered, then: Option<&'static str>) -> AnyView {
    let picker = form.picker("supervisor", "A colleague", offered.supervisors.clone()).or("", "Nobody yet");
    let picker = match then {
        Some(then) => picker.then("then", then),
        None => picker,
    };
    view! {
        <h2 class="nhsuk-heading-s">"Supervisor"</h2>
        <p>"Somebody on a permanent post who supervises the project when you rotate. They are asked, and become the supervisor once they accept."</p>
        {picker.view()}
        <p>"Or somebody who is not in Baton yet:"</p>
        {form.line("supervisor_name", "Their name").view()}
        {form.email("supervisor_address", "Their email address").view()}
    }
    .into_any()
}

/// Editing a project or a draft.
pub async fn edit(request: Request) -> Result<Page, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, access::EditProject(id)).await?;
    let project = store::project(&mut conn, id, request.today(), 0).await?;
    let draft = project.status == Status::Draft;
    let asks = draft
        && !project.team.iter().any(|membership| {
            membership.role == TeamRole::Supervisor
                && (membership.is_open_question() || membership.is_current(request.today()))
        });
    let mut offered = Offered::load(&mut conn, &request, project.trust_id, asks).await?;
    let finishes = draft && request.may(&mut conn, access::FinishDraft(id)).await?;
    drop(conn);
    offered.add_chosen(&project);
    let form = Form::new(&request, EditProject::PATH).version(project.version).holding(&project.form()?)?;
    Ok(Page::new(format!("Edit {}", project.details.title), move || {
        let is_audit = form.value("type") == ProjectType::ClinicalAudit.as_str()
            || ["standard", "standard_source", "standard_level"].iter().any(|name| !form.value(name).is_empty());
        let summary = form.summary();
        let fields = view! {
            {form.hidden("project", id)}
            {form.select("type", "Kind of work", ProjectType::options()).view()}
            {form.line("title", "Title").hint(TITLE_HINT).view()}
            {about(&form, &offered)}
            {is_audit.then(|| audit(&form))}
            {optional(&form)}
            {asks.then(|| supervisor(&form, &offered, finishes.then_some("register")))}
            {form.effects()}
            <div class="baton-actions">
                {if finishes {
                    view! {
                        <button class="nhsuk-button" type="submit" name="then" value="register" data-module="nhsuk-button" data-prevent-double-click="true">{form.doing("Register project")}</button>
                        {ui::submit_as("Save draft", "then", "draft")}
                    }.into_any()
                } else {
                    ui::submit(&form.doing("Save changes"))
                }}
                <a href=format!("/projects/{id}")>"Cancel"</a>
            </div>
        }
        .into_any();
        let caption = project.reference.clone().unwrap_or_else(|| "Draft".to_owned());
        view! {
            {ui::back(&format!("/projects/{id}"), &project.details.title)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&caption, if draft { "Edit the draft" } else { "Edit the project" })}
                {sections(&request, id, Section::Overview)}
                <p>"Never enter information about patients."</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

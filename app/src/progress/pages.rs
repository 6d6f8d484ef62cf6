//! The pages of tasks, updates and links: each lists them and adds one; and the pages on which one is changed.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    AddLink, AddTask, DeleteProgress, EditLink, EditTask, EditUpdate, FinishTask, PostUpdate, PutBackProgress,
};
use super::meanwhile::{Typed, deleted_meanwhile};
use super::model::{LinkKind, Thing, UPDATE};
use super::parts::{frame, link as draw_link, list, note, own_tasks};
use super::store::links::{self, WebLink};
use super::store::tasks::{self, Task};
use super::store::updates::{self, PAGE, Update};
use crate::access::{self, Action, Relationship, WriteProgress, may};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TaskId, UpdateId, WebLinkId};
use crate::project;
use crate::project::store::ProjectSummary;
use crate::route;
use crate::team;
use crate::team::store::Membership;
use crate::web::page::{Page, Reply, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The room's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/projects/{id}/tasks", of_project),
        route!("/projects/{id}/updates", told),
        route!("/projects/{id}/links", kept),
        route!("/tasks", own),
        route!("/tasks/{id}", task),
        route!("/updates/{id}", update),
        route!("/links/{id}", link),
    ]
}

/// A project's page that lists something: who looks at it, and what they may.
struct Looked {
    project: ProjectSummary,
    relationship: Relationship,
}

impl Looked {
    async fn load(conn: &mut Connection, request: &Request) -> Result<Self, Error> {
        let id: ProjectId = request.param("id")?;
        let relationship = access::relationship(conn, request, id).await?;
        Ok(Self { project: project::store::summary(conn, id).await?, relationship })
    }

    fn writes(&self) -> bool {
        may(Action::WriteProgress(self.project.id), self.relationship)
    }
}

/// Who of the team can be chosen for a task; whoever has it stays to be chosen.
fn people(team: &[Membership], request: &Request, task: Option<&Task>) -> Vec<(String, String)> {
    let today = request.today();
    let mut chosen: Vec<(PersonId, String)> = Vec::new();
    for member in team.iter().filter(|member| member.is_current(today) || member.is_ahead(today)) {
        if !chosen.iter().any(|(person, _)| *person == member.person) {
            chosen.push((member.person, format!("{} ({})", member.name, member.role.label().to_lowercase())));
        }
    }
    if let Some((person, name)) = task.and_then(|task| task.person_id.zip(task.person.clone()))
        && !chosen.iter().any(|(one, _)| *one == person)
    {
        chosen.push((person, format!("{name} (no longer in the team)")));
    }
    let nobody = (String::new(), "Nobody yet".to_owned());
    std::iter::once(nobody).chain(chosen.into_iter().map(|(id, name)| (id.to_string(), name))).collect()
}

fn task_fields(form: &Form, people: Vec<(String, String)>) -> AnyView {
    view! {
        {form.line("what", "What is to be done?").hint("For example, ask the ward manager for ten minutes at the Tuesday meeting.").view()}
        {form.select("person", "Who does it? (optional)", people).hint("Anybody of the team.").view()}
        {form.date("due_on", "By when? (optional)").hint("Of the open tasks the one with the earliest date is the project’s next step.").view()}
    }
    .into_any()
}

/// How many of one's own tasks a page shows.
const A_PAGE: i64 = 20;

/// One's open tasks over all projects.
async fn own(request: Request) -> Result<Reply, Error> {
    let (person, trust) = (request.person()?.id, request.person()?.trust);
    let today = request.today();
    let page = request.query("page").parse::<i64>().unwrap_or(1).clamp(1, 1000);
    let mut conn = request.store.read().await?;
    let rows = tasks::mine(&mut conn, trust, person, today, (A_PAGE, (page - 1) * A_PAGE)).await?;
    drop(conn);
    if rows.is_empty() && page > 1 {
        return Ok(Reply::Redirect("/tasks".to_owned()));
    }
    Ok(Page::new("Your tasks", move || {
        let total = rows.first().map_or(0, |task| task.total);
        let shown = if rows.is_empty() {
            ui::empty("What you are to do in your projects will be here, the soonest first.", None)
        } else {
            own_tasks(&rows, today)
        };
        view! {
            {ui::back("/", "Home")}
            {ui::heading("", &format!("Your tasks ({total})"))}
            {shown}
            {ui::pages(page, (total + A_PAGE - 1) / A_PAGE, |page| format!("/tasks?page={page}"))}
        }
        .into_any()
    })
    .into())
}

async fn of_project(request: Request) -> Result<Page, Error> {
    let mut conn = request.store.read().await?;
    let looked = Looked::load(&mut conn, &request).await?;
    let (id, today) = (looked.project.id, request.today());
    let open = tasks::open(&mut conn, id, today).await?;
    let over = tasks::over(&mut conn, id, today).await?;
    let team = team::store::team(&mut conn, id, today).await?.memberships;
    drop(conn);
    Ok(Page::new(format!("Tasks of {}", looked.project.title), move || {
        let writes = looked.writes();
        let form = Form::new(&request, AddTask::PATH);
        let summary = form.summary();
        let add = writes.then(|| {
            let fields = view! { {form.hidden("project", id)}{task_fields(&form, people(&team, &request, None))}{ui::submit("Add the task")} }.into_any();
            added("add", "Add a task", form.draw(fields))
        });
        let shown = if open.is_empty() {
            ui::empty(
                "The open tasks will be here. The first is the project’s next step, which its page and its handover summary show.",
                None,
            )
        } else {
            list(&request, &open, writes, "tasks", today)
        };
        let (removed, done): (Vec<Task>, Vec<Task>) = over.into_iter().partition(|task| task.removed);
        let done_items = done.iter().map(|task| done_item(&request, task, writes)).collect_view();
        let done = (!done.is_empty()).then(|| {
            ui::details(
                &format!("Done ({})", done.len()),
                view! { <ul class="nhsuk-list baton-notes">{done_items}</ul> }.into_any(),
            )
        });
        let removed = removed.into_iter().map(|task| (Thing::Task(task.id), task.version, task.what)).collect();
        let body = view! {
            {shown}
            {add}
            {done}
            {deleted(&request, removed, writes)}
        }
        .into_any();
        frame(&request, &looked.project, "Tasks", summary, body)
    }))
}

fn done_item(request: &Request, task: &Task, writes: bool) -> AnyView {
    let on = task.done_at.map(|at| ui::time(crate::clock::date_in_london(at)));
    let by = task.done_by.clone().map(|name| format!(", {name}"));
    let again = writes.then(|| {
        let form =
            Form::named(request, FinishTask::PATH, &format!("again-{}", task.id.0.simple())).version(task.version);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("task", task.id)}
            {form.hidden("done", "no")}
            {form.hidden("back", "tasks")}
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                "Not done after all"<span class="nhsuk-u-visually-hidden">{format!(": {}", task.what)}</span>
            </button>
        }
        .into_any();
        view! { {summary}{form.draw_as("baton-buttons-inline baton-no-print", fields)} }
    });
    view! { <li><p class="nhsuk-u-margin-bottom-1">{task.what.clone()}" "<span class="nhsuk-u-secondary-text-colour">{on}{by}</span></p>{again}</li> }.into_any()
}

/// The section with the form that adds one.
fn added(id: &'static str, title: &'static str, form: AnyView) -> AnyView {
    view! {
        <section class="baton-no-print" aria-labelledby=id>
            <h2 class="nhsuk-heading-m" id=id>{title}</h2>
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">{form}</div></div>
        </section>
    }
    .into_any()
}

/// What was deleted, folded away, with the button that puts each back: for those who may.
fn deleted(request: &Request, things: Vec<(Thing, i64, String)>, writes: bool) -> AnyView {
    if things.is_empty() || !writes {
        return ().into_any();
    }
    let title = format!("Deleted ({})", things.len());
    let items = things
        .into_iter()
        .map(|(thing, version, words)| {
            let name = thing.to_string().replace('/', "-");
            let form = Form::named(request, PutBackProgress::PATH, &name).version(version);
            let summary = form.summary();
            let fields = view! {
                {form.hidden("thing", thing)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "Put it back"<span class="nhsuk-u-visually-hidden">{format!(": {words}")}</span>
                </button>
            }
            .into_any();
            view! { <li>{summary}<p class="baton-lines nhsuk-u-margin-bottom-1">{words}</p>{form.draw_as("baton-buttons-inline", fields)}</li> }
        })
        .collect_view();
    view! {
        <div class="baton-no-print">{ui::details(&title, view! { <ul class="nhsuk-list baton-notes">{items}</ul> }.into_any())}</div>
    }
    .into_any()
}

/// The form that deletes one, folded away: what happens, and how it is undone.
fn delete(request: &Request, thing: Thing, version: i64, what: &str) -> AnyView {
    let form = Form::new(request, DeleteProgress::PATH).version(version);
    let fields = view! {
        {form.hidden("thing", thing)}
        <p>"It is taken off the project’s page and the handover summary. You can put it back from the foot of the list, and the history still shows it."</p>
        <button class="nhsuk-button nhsuk-button--warning" type="submit" data-module="nhsuk-button" data-prevent-double-click="true">{format!("Delete the {what}")}</button>
    }
    .into_any();
    let summary = form.summary();
    view! { {summary}{ui::details(&format!("Delete this {what}"), form.draw(fields))} }.into_any()
}

async fn task(request: Request) -> Result<Page, Error> {
    let id: TaskId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let task = tasks::task(&mut conn, id, request.today()).await?;
    request.require(&mut conn, WriteProgress(task.project_id)).await?;
    let team = team::store::team(&mut conn, task.project_id, request.today()).await?;
    drop(conn);
    if task.removed {
        let typed = Typed::of(&request, [EditTask::PATH, AddTask::PATH])?;
        return Ok(Page::new(format!("Task: {}", task.what), move || {
            let form =
                typed.again(&request, AddTask::PATH, &["what", "person", "due_on.day", "due_on.month", "due_on.year"]);
            let people = people(&team.memberships, &request, None);
            let fields = view! { {form.hidden("project", task.project_id)}{task_fields(&form, people)}{adding(task.project_id, "tasks", "Add it as a new task")} }.into_any();
            deleted_meanwhile(&request, &team.project, form, "task", fields)
        }));
    }
    Ok(Page::new(format!("Task: {}", task.what), move || {
        let form = Form::new(&request, EditTask::PATH)
            .version(task.version)
            .with("what", &task.what)
            .with("person", task.person_id.map(|id| id.to_string()).unwrap_or_default())
            .with_date("due_on", task.due_on);
        let summary = form.summary();
        let fields = view! { {form.hidden("task", id)}{task_fields(&form, people(&team.memberships, &request, Some(&task)))}{saving(task.project_id, "tasks")} }.into_any();
        let body = narrow(form.draw(fields), delete(&request, Thing::Task(id), task.version, "task"));
        frame(&request, &team.project, "Change a task", summary, body)
    }))
}

fn adding(project: ProjectId, list: &'static str, label: &'static str) -> AnyView {
    view! {
        <div class="baton-actions">
            {ui::submit(label)}
            <a href=format!("/projects/{project}/{list}")>"Cancel"</a>
        </div>
    }
    .into_any()
}

fn saving(project: ProjectId, list: &'static str) -> AnyView {
    adding(project, list, "Save changes")
}

fn narrow(form: AnyView, delete: AnyView) -> AnyView {
    view! { <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">{form}{delete}</div></div> }
        .into_any()
}

fn update_fields(form: &Form) -> AnyView {
    view! {
        {form.lines("words", "What happened?", 3).hint("A sentence or two. For example: met the ward: they agreed to try it from Monday. Nothing about patients.").limit(UPDATE).view()}
        {form.date("on_day", "On which day?").view()}
    }
    .into_any()
}

async fn told(request: Request) -> Result<Page, Error> {
    let mut conn = request.store.read().await?;
    let looked = Looked::load(&mut conn, &request).await?;
    let id = looked.project.id;
    let page = request.query("page").parse::<i64>().unwrap_or(1).clamp(1, 1000);
    let (rows, total) = updates::page(&mut conn, id, (page - 1) * PAGE).await?;
    let gone = updates::removed(&mut conn, id).await?;
    drop(conn);
    Ok(Page::new(format!("Updates of {}", looked.project.title), move || {
        let writes = looked.writes();
        let form = Form::new(&request, PostUpdate::PATH).with_date("on_day", Some(request.today()));
        let summary = form.summary();
        let post = writes.then(|| {
            let fields =
                view! { {form.hidden("project", id)}{update_fields(&form)}{ui::submit("Post the update")} }.into_any();
            added("add", "Post an update", form.draw(fields))
        });
        let me = request.visitor.id();
        let items = rows
            .iter()
            .map(|one| view! { <li>{note(one, acts(one, writes && one.project_id == id, me))}</li> })
            .collect_view();
        let shown = if rows.is_empty() {
            ui::empty("Short updates will be here: what the team did and heard, newest first.", None)
        } else {
            view! { <ul class="nhsuk-list baton-notes">{items}</ul> }.into_any()
        };
        let last = (total + PAGE - 1).div_euclid(PAGE);
        let removed = gone.into_iter().map(|one| (Thing::Update(one.id), one.version, one.words)).collect();
        let title = if total == 0 { "Updates".to_owned() } else { format!("Updates ({total})") };
        let body = view! {
            {post}
            {shown}
            {ui::pages(page, last, |page| format!("/projects/{id}/updates?page={page}"))}
            {deleted(&request, removed, writes)}
        }
        .into_any();
        frame(&request, &looked.project, &title, summary, body)
    }))
}

/// Whoever wrote an update changes it; the others of the team can delete it.
fn acts(one: &Update, writes: bool, me: Option<PersonId>) -> Option<AnyView> {
    let label = if me == Some(one.author_id) { "Change" } else { "Delete" };
    let of = format!(" the update of {}", crate::format::date(one.on_day));
    writes.then(|| {
        view! { <a class="baton-no-print" href=format!("/updates/{}", one.id)>{label}<span class="nhsuk-u-visually-hidden">{of}</span></a> }.into_any()
    })
}

async fn update(request: Request) -> Result<Page, Error> {
    let id: UpdateId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let update = updates::update(&mut conn, id).await?;
    request.require(&mut conn, WriteProgress(update.project_id)).await?;
    let head = project::store::summary(&mut conn, update.project_id).await?;
    drop(conn);
    if update.removed {
        let typed = Typed::of(&request, [EditUpdate::PATH, PostUpdate::PATH])?;
        return Ok(Page::new("Update", move || {
            let form = typed.again(&request, PostUpdate::PATH, &["words", "on_day.day", "on_day.month", "on_day.year"]);
            let fields = view! { {form.hidden("project", update.project_id)}{update_fields(&form)}{adding(update.project_id, "updates", "Post it as a new update")} }.into_any();
            deleted_meanwhile(&request, &head, form, "update", fields)
        }));
    }
    Ok(Page::new("Update", move || {
        let own = request.visitor.id() == Some(update.author_id);
        let form = Form::new(&request, EditUpdate::PATH)
            .version(update.version)
            .with("words", &update.words)
            .with_date("on_day", Some(update.on_day));
        let summary = form.summary();
        let shown = if own {
            let fields =
                view! { {form.hidden("update", id)}{update_fields(&form)}{saving(update.project_id, "updates")} }
                    .into_any();
            form.draw(fields)
        } else {
            view! { {note(&update, None)}<p>{format!("Only {} changes what they wrote.", update.author)}</p> }
                .into_any()
        };
        let body = narrow(shown, delete(&request, Thing::Update(id), update.version, "update"));
        frame(&request, &head, if own { "Change an update" } else { "An update" }, summary, body)
    }))
}

fn link_fields(form: &Form) -> AnyView {
    view! {
        {form.line("title", "What is it called?").hint("For example, shared folder of the project.").view()}
        {form.line("address", "Its address").hint("It begins with https:// and holds no password.").view()}
        {form.select("kind", "What is there?", LinkKind::options()).view()}
        {form.line("account", "Who owns the account behind it?").hint("Whoever can let somebody else in, such as the ward’s shared mailbox. What lies in the account of somebody who leaves goes with them.").view()}
    }
    .into_any()
}

async fn kept(request: Request) -> Result<Page, Error> {
    let mut conn = request.store.read().await?;
    let looked = Looked::load(&mut conn, &request).await?;
    let id = looked.project.id;
    let rows = links::of_project(&mut conn, id).await?;
    let gone = links::removed(&mut conn, id).await?;
    drop(conn);
    Ok(Page::new(format!("Links of {}", looked.project.title), move || {
        let writes = looked.writes();
        let form = Form::new(&request, AddLink::PATH);
        let summary = form.summary();
        let add = writes.then(|| {
            let fields =
                view! { {form.hidden("project", id)}{link_fields(&form)}{ui::submit("Add the link")} }.into_any();
            added("add", "Add a link", form.draw(fields))
        });
        let items = rows.iter().map(|one| view! { <li>{draw_link(one)}{change_link(one, writes)}</li> }).collect_view();
        let shown = if rows.is_empty() {
            ui::empty(
                "Links to the project’s folder, documents and forms will be here, each with who owns the account behind it.",
                None,
            )
        } else {
            view! { <ul class="nhsuk-list baton-notes">{items}</ul> }.into_any()
        };
        let removed = gone.into_iter().map(|one| (Thing::Link(one.id), one.version, one.title)).collect();
        let body = view! { {shown}{add}{deleted(&request, removed, writes)} }.into_any();
        frame(&request, &looked.project, "Links", summary, body)
    }))
}

fn change_link(one: &WebLink, writes: bool) -> Option<AnyView> {
    writes.then(|| {
        view! { <a class="baton-no-print" href=format!("/links/{}", one.id)>"Change"<span class="nhsuk-u-visually-hidden">{format!(": {}", one.title)}</span></a> }.into_any()
    })
}

async fn link(request: Request) -> Result<Page, Error> {
    let id: WebLinkId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let link = links::link(&mut conn, id).await?;
    request.require(&mut conn, WriteProgress(link.project_id)).await?;
    let head = project::store::summary(&mut conn, link.project_id).await?;
    drop(conn);
    if link.removed {
        let typed = Typed::of(&request, [EditLink::PATH, AddLink::PATH])?;
        return Ok(Page::new(format!("Link: {}", link.title), move || {
            let form = typed.again(&request, AddLink::PATH, &["title", "address", "kind", "account"]);
            let fields = view! { {form.hidden("project", link.project_id)}{link_fields(&form)}{adding(link.project_id, "links", "Add it as a new link")} }.into_any();
            deleted_meanwhile(&request, &head, form, "link", fields)
        }));
    }
    Ok(Page::new(format!("Link: {}", link.title), move || {
        let form = Form::new(&request, EditLink::PATH)
            .version(link.version)
            .with("title", &link.title)
            .with("address", &link.address)
            .with("kind", link.kind)
            .with("account", &link.account);
        let summary = form.summary();
        let fields =
            view! { {form.hidden("link", id)}{link_fields(&form)}{saving(link.project_id, "links")} }.into_any();
        let body = narrow(form.draw(fields), delete(&request, Thing::Link(id), link.version, "link"));
        frame(&request, &head, "Change a link", summary, body)
    }))
}

//! What other rooms' pages show of tasks, updates and links.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::FinishTask;
use super::store::links::{self, WebLink};
use super::store::tasks::{self, MyTask, Task};
use super::store::updates::{self, NEWEST, Update};
use crate::batch::Answers;
use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;
use crate::project::parts::{Section, sections};
use crate::project::store::ProjectSummary;
use crate::web::request::Request;
use crate::web::ui::{self, Form, Markup};

/// The frame of the room's pages: the way back, what went wrong, the title, the project's pages.
pub(super) fn frame(
    request: &Request,
    project: &ProjectSummary,
    title: &str,
    summary: AnyView,
    body: AnyView,
) -> AnyView {
    view! {
        {ui::back(&format!("/projects/{}", project.id), &project.title)}
        {summary}
        {ui::heading(&project.title, title)}
        {sections(request, project.id, Section::Overview)}
        {body}
    }
    .into_any()
}

/// How many open tasks and links stand on a project's page: the rest is one click away.
const SHOWN: usize = 3;

/// What a project's page and its handover summary show of what its team does.
#[derive(Clone, Debug)]
pub struct Progress {
    project: ProjectId,
    tasks: Vec<Task>,
    updates: Vec<Update>,
    links: Vec<WebLink>,
}

impl Progress {
    /// Takes the answers to [`tasks::OPEN`], [`updates::LATEST`] and [`links::OF_PROJECT`].
    ///
    /// # Errors
    /// When they are not these.
    pub fn take(answers: &mut Answers, project: ProjectId) -> Result<Self, Error> {
        Ok(Self { project, tasks: answers.all()?, updates: answers.all()?, links: answers.all()? })
    }

    /// Loads them: three queries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Self, Error> {
        Ok(Self {
            project,
            tasks: tasks::open(conn, project, today).await?,
            updates: updates::newest(conn, project).await?,
            links: links::of_project(conn, project).await?,
        })
    }

    /// The three sections of the project's page; `may_write`: with what adds to them. `open`: what is not there is
    /// promised.
    #[must_use]
    pub fn view(&self, request: &Request, may_write: bool, open: bool) -> AnyView {
        let today = request.today();
        view! {
            <div class="baton-progress">
                {(open || !self.tasks.is_empty()).then(|| self.to_do(request, may_write, today))}
                {(open || !self.updates.is_empty()).then(|| self.told(may_write))}
                {(open || !self.links.is_empty()).then(|| self.linked(may_write))}
            </div>
        }
        .into_any()
    }

    fn to_do(&self, request: &Request, may_write: bool, today: NaiveDate) -> AnyView {
        let all = format!("/projects/{}/tasks", self.project);
        let body = if self.tasks.is_empty() {
            view! { <p>"Nothing is to be done. The first open task is the project’s next step."</p> }.into_any()
        } else {
            list(request, &self.tasks[..self.tasks.len().min(SHOWN)], may_write, "overview", today)
        };
        let label = match (may_write, self.tasks.len() > SHOWN) {
            (true, true) => format!("All {} tasks, and add one", self.tasks.len()),
            (true, false) => "Add a task".to_owned(),
            (false, true) => format!("All {} tasks", self.tasks.len()),
            (false, false) => "All tasks".to_owned(),
        };
        section("tasks", "Tasks", body, &all, &label)
    }

    fn told(&self, may_write: bool) -> AnyView {
        let all = format!("/projects/{}/updates", self.project);
        let body = if self.updates.is_empty() {
            view! { <p>"No updates yet: a sentence after a meeting is enough."</p> }.into_any()
        } else {
            notes(&self.updates)
        };
        let label = match (may_write, self.updates.len() >= NEWEST) {
            (true, true) => "All updates, and post one",
            (true, false) => "Post an update",
            (false, _) => "All updates",
        };
        section("updates", "Updates", body, &all, label)
    }

    fn linked(&self, may_write: bool) -> AnyView {
        let all = format!("/projects/{}/links", self.project);
        let body = if self.links.is_empty() {
            view! { <p>"No links yet: where are the files, and whose account are they in?"</p> }.into_any()
        } else {
            let items = self.links.iter().take(SHOWN).map(|one| view! { <li>{link(one)}</li> }).collect_view();
            view! { <ul class="nhsuk-list baton-notes">{items}</ul> }.into_any()
        };
        let label = match (may_write, self.links.len()) {
            (true, 0) => "Add a link".to_owned(),
            (true, ..=SHOWN) => "Add or change a link".to_owned(),
            (true, many) => format!("All {many} links, and add or change one"),
            (false, ..=SHOWN) => "All links".to_owned(),
            (false, many) => format!("All {many} links"),
        };
        section("links", "Links", body, &all, &label)
    }

    /// The parts of a handover summary: title and body of each that is not empty.
    #[must_use]
    pub fn of_summary(&self) -> Vec<(&'static str, AnyView)> {
        let mut parts = Vec::new();
        if !self.tasks.is_empty() {
            let items = self.tasks.iter().map(|task| view! { <li>{task.what.clone()}{who_and_when(task)}</li> });
            parts.push(("Open tasks", view! { <ul>{items.collect_view()}</ul> }.into_any()));
        }
        if !self.links.is_empty() {
            let items = self.links.iter().map(|one| view! { <li>{link(one)}</li> });
            parts.push(("Links", view! { <ul>{items.collect_view()}</ul> }.into_any()));
        }
        if !self.updates.is_empty() {
            let items = self.updates.iter().map(|one| {
                view! { <li>{ui::time(one.on_day)}{format!(", {}: ", one.author)}<span class="baton-lines">{one.words.clone()}</span></li> }
            });
            parts.push(("Latest updates", view! { <ul>{items.collect_view()}</ul> }.into_any()));
        }
        parts
    }
}

fn section(id: &'static str, title: &'static str, body: AnyView, all: &str, label: &str) -> AnyView {
    view! {
        <section class="baton-progress__part" aria-labelledby=id>
            <h2 class="nhsuk-heading-m" id=id>{title}</h2>
            {body}
            <p class="baton-no-print"><a href=all.to_owned()>{label.to_owned()}</a></p>
        </section>
    }
    .into_any()
}

/// Who does a task and by when, in the words of a summary.
fn who_and_when(task: &Task) -> String {
    let who =
        task.person.as_deref().map(|name| if task.gone { format!("{name}, who has left") } else { name.to_owned() });
    let by = task.due_on.map(|day| format!("by {}", crate::format::date(day)));
    let both: Vec<String> = who.into_iter().chain(by).collect();
    if both.is_empty() { String::new() } else { format!(" ({})", both.join(", ")) }
}

/// Tasks, the first of open ones named the next step; with the button that says that each is done. `back`: the page to
/// which the button leads back.
#[must_use]
pub fn list(request: &Request, tasks: &[Task], may_write: bool, back: &'static str, today: NaiveDate) -> AnyView {
    let items = tasks
        .iter()
        .enumerate()
        .map(|(at, task)| item(request, task, (at == 0, may_write), back, today))
        .collect_view();
    view! { <ol class="baton-tasks">{items}</ol> }.into_any()
}

fn item(
    request: &Request,
    task: &Task,
    (first, may_write): (bool, bool),
    back: &'static str,
    today: NaiveDate,
) -> AnyView {
    let next = first.then(|| view! { <strong class="baton-tasks__next">"Next step: "</strong> });
    let by = task.due_on.map(|day| {
        let late = (day < today).then(|| view! { <strong class="baton-tasks__late">"overdue since "</strong> });
        let by = (day >= today).then_some("by ");
        view! { <span>{late}{by}{ui::time(day)}</span> }
    });
    let who = match (&task.person, task.gone) {
        (Some(name), true) => {
            view! { <strong class="baton-tasks__late">{format!("{name} has left: give it to somebody")}</strong> }
                .into_any()
        }
        (Some(name), false) => view! { <span>{name.clone()}</span> }.into_any(),
        (None, _) => view! { <span>"nobody has it yet"</span> }.into_any(),
    };
    let acts = may_write.then(|| {
        let form = Form::named(request, FinishTask::PATH, &format!("done-{}", task.id.0.simple())).version(task.version);
        let fields = view! {
            {form.hidden("task", task.id)}
            {form.hidden("done", "yes")}
            {form.hidden("back", back)}
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                "Done"<span class="nhsuk-u-visually-hidden">{format!(": {}", task.what)}</span>
            </button>
        }
        .into_any();
        let summary = form.summary();
        view! {
            {summary}
            <div class="baton-buttons-inline">
                {form.draw_as("baton-no-print", fields)}
                <a href=format!("/tasks/{}", task.id)>"Change"<span class="nhsuk-u-visually-hidden">{format!(": {}", task.what)}</span></a>
            </div>
        }
    });
    view! {
        <li class="baton-tasks__item">
            <div>
                <p class="baton-tasks__what">{next}{task.what.clone()}</p>
                <p class="baton-told">{who}" "{by}</p>
            </div>
            {acts}
        </li>
    }
    .into_any()
}

/// Tasks of whoever looks, over several projects, each leading to the tasks of its project.
#[must_use]
pub fn own_tasks(tasks: &[MyTask], today: NaiveDate) -> AnyView {
    let mut markup = Markup::default();
    for task in tasks {
        markup.raw("<li><a href=\"/projects/").value(task.project_id).raw("/tasks\">").text(&task.what).raw("</a>");
        markup.raw(" <span class=\"baton-told\">").text(&task.project);
        if let Some(day) = task.due_on {
            let by = if day < today { ", overdue since " } else { ", by " };
            markup.text(by).time(day);
        }
        markup.raw("</span></li>");
    }
    markup.into_items("nhsuk-list baton-links")
}

/// Updates, each with its day and who wrote it.
#[must_use]
pub fn notes(updates: &[Update]) -> AnyView {
    let items = updates.iter().map(|one| view! { <li>{note(one, None)}</li> }).collect_view();
    view! { <ul class="nhsuk-list baton-notes">{items}</ul> }.into_any()
}

/// One update; `acts`: what can be done with it.
pub(super) fn note(update: &Update, acts: Option<AnyView>) -> AnyView {
    let changed = update.changed.then(|| view! { " "<span>"changed since"</span> });
    let acts = acts.map(|acts| view! { " "<span>{acts}</span> });
    let from = update.came_from.as_ref().map(|reference| view! { " "<span>{format!("from {reference}")}</span> });
    view! {
        <p class="baton-lines">{update.words.clone()}</p>
        <p class="baton-told">{ui::time(update.on_day)}" "<span>{update.author.clone()}</span>{from}{changed}{acts}</p>
    }
    .into_any()
}

/// One link, with where it leads and whose account it is in. What it says is what somebody typed: nothing is opened
/// with our page in its hands.
pub(super) fn link(one: &WebLink) -> AnyView {
    let host = one.address.split("://").nth(1).unwrap_or_default();
    let host = host.split(['/', '?', '#']).next().unwrap_or_default().to_owned();
    view! {
        <a class="baton-notes__link" href=one.address.clone() rel="noopener noreferrer nofollow">{one.title.clone()}</a>
        <span class="baton-told"><span>{one.kind.label()}</span>" "<span class="baton-notes__host">{host}</span>" "<span>{format!("account: {}", one.account)}</span></span>
    }
    .into_any()
}

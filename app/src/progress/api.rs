//! Posting updates, writing tasks and links, and saying what is done.

use leptos::prelude::*;

use super::model::{LinkForm, TaskForm, Thing, UpdateForm};
use super::store::{self, links, tasks, updates};
use crate::access::WriteProgress;
use crate::error::Error;
use crate::id::{ProjectId, TaskId, UpdateId, WebLinkId};
use crate::web::request::{self, Request, id, redirect};

/// Adds a task to a project.
#[server(endpoint = "tasks/add")]
pub async fn add_task(project: String, #[server(flatten)] form: TaskForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            tasks::add(conn, allowed, &form.parse(allowed.today(), None)?).await
        })
        .await?;
    redirect(format!("/projects/{project}/tasks?done=task"));
    Ok(())
}

/// Changes a task.
#[server(endpoint = "tasks/edit")]
pub async fn edit_task(task: String, version: String, #[server(flatten)] form: TaskForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (task, version): (TaskId, i64) = (id(&task)?, request::version(&version)?);
    let project = store::project_of(&mut *request.store.read().await?, Thing::Task(task)).await?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            let before = tasks::task(conn, task, allowed.today()).await?;
            let said = form.parse(allowed.today(), before.due_on)?;
            tasks::edit(conn, allowed, &before, &said, version).await
        })
        .await?;
    redirect(format!("/projects/{project}/tasks?done=task"));
    Ok(())
}

/// Says that a task is done, or, with `done=no`, that it is not after all. `back=overview` leads back to the project's
/// own page.
#[server(endpoint = "tasks/done")]
pub async fn finish_task(task: String, version: String, done: String, back: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (task, version): (TaskId, i64) = (id(&task)?, request::version(&version)?);
    let done = done != "no";
    let project = store::project_of(&mut *request.store.read().await?, Thing::Task(task)).await?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            let before = tasks::task(conn, task, allowed.today()).await?;
            tasks::set_done(conn, allowed, &before, done, version).await
        })
        .await?;
    let page = if back == "overview" { "" } else { "/tasks" };
    let code = if done { "task-done" } else { "task" };
    redirect(format!("/projects/{project}{page}?done={code}"));
    Ok(())
}

/// Posts an update.
#[server(endpoint = "updates/post")]
pub async fn post_update(project: String, #[server(flatten)] form: UpdateForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            updates::post(conn, allowed, &form.parse(allowed.today())?).await
        })
        .await?;
    redirect(format!("/projects/{project}/updates?done=update"));
    Ok(())
}

/// Changes an update of one's own.
#[server(endpoint = "updates/edit")]
pub async fn edit_update(update: String, version: String, #[server(flatten)] form: UpdateForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (update, version): (UpdateId, i64) = (id(&update)?, request::version(&version)?);
    let project = store::project_of(&mut *request.store.read().await?, Thing::Update(update)).await?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            let before = updates::update(conn, update).await?;
            updates::edit(conn, allowed, &before, &form.parse(allowed.today())?, version).await
        })
        .await?;
    redirect(format!("/projects/{project}/updates?done=update"));
    Ok(())
}

/// Adds a link.
#[server(endpoint = "links/add")]
pub async fn add_link(project: String, #[server(flatten)] form: LinkForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request
        .change(WriteProgress(project), async |conn, allowed| links::add(conn, allowed, &form.parse()?).await)
        .await?;
    redirect(format!("/projects/{project}/links?done=link"));
    Ok(())
}

/// Changes a link.
#[server(endpoint = "links/edit")]
pub async fn edit_link(link: String, version: String, #[server(flatten)] form: LinkForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (link, version): (WebLinkId, i64) = (id(&link)?, request::version(&version)?);
    let project = store::project_of(&mut *request.store.read().await?, Thing::Link(link)).await?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            let before = links::link(conn, link).await?;
            links::edit(conn, allowed, &before, &form.parse()?, version).await
        })
        .await?;
    redirect(format!("/projects/{project}/links?done=link"));
    Ok(())
}

/// Deletes a task, an update or a link.
#[server(endpoint = "progress/delete")]
pub async fn delete_progress(thing: String, version: String) -> Result<(), Error> {
    set_removed(&thing, &version, true).await
}

/// Puts back what was deleted.
#[server(endpoint = "progress/put-back")]
pub async fn put_back_progress(thing: String, version: String) -> Result<(), Error> {
    set_removed(&thing, &version, false).await
}

async fn set_removed(thing: &str, version: &str, removed: bool) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (thing, version): (Thing, i64) = (thing.parse()?, request::version(version)?);
    let project = store::project_of(&mut *request.store.read().await?, thing).await?;
    request
        .change(WriteProgress(project), async |conn, allowed| {
            store::set_removed(conn, allowed, thing, removed, version).await
        })
        .await?;
    let code = if removed { "progress-deleted" } else { "put-back" };
    redirect(format!("/projects/{project}/{}?done={code}", thing.list()));
    Ok(())
}

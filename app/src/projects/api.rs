//! What people do to projects and teams.

use leptos::prelude::*;

use super::model::StatusForm;
use super::store;
use crate::access;
use crate::duplicates;
use crate::error::Error;
use crate::id::ProjectId;
use crate::project;
use crate::project::details::{Completeness, ProjectForm};
use crate::project::model::Status;
use crate::web::request::{Request, id, redirect, version};

/// Registers a project, saves a draft of one, or looks for projects like it: the button says which.
#[server(endpoint = "projects/register")]
pub async fn register_project(#[server(flatten)] form: ProjectForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    if form.then == "similar" {
        request.require(&mut *request.store.read().await?, access::RegisterProject(trust)).await?;
        // A form that comes back without an error is drawn with the projects that are like it.
        return Err(Error::Invalid(Vec::new()));
    }
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::RegisterProject(trust)).await?;
    let draft = form.then == "draft";
    let (words, supervisor) = form.parse(if draft { Completeness::Draft } else { Completeness::Registered })?;
    let (project, done) = if draft {
        (store::save_draft(&mut change, &allowed, &words, supervisor.as_ref()).await?, "draft")
    } else {
        (store::register(&mut change, &allowed, &words, supervisor.as_ref()).await?, "registered")
    };
    for other in form.seen() {
        duplicates::store::record_difference(&mut change, &allowed, project, other, &words.differs).await?;
    }
    change.commit().await?;
    redirect(format!("/projects/{project}?done={done}"));
    Ok(())
}

/// Changes a project's words; a draft may be incomplete, and is registered when its button says so.
#[server(endpoint = "projects/edit")]
pub async fn edit_project(#[server(flatten)] form: ProjectForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::EditProject(project)).await?;
    let draft = project::store::summary(&mut change, project).await?.status == Status::Draft;
    let registers = draft && form.then == "register";
    let (words, supervisor) =
        form.parse(if draft && !registers { Completeness::Draft } else { Completeness::Registered })?;
    let supervisor = supervisor.filter(|_| draft);
    store::edit(&mut change, &allowed, version(&form.version)?, &words, supervisor.as_ref()).await?;
    if registers {
        let allowed = request.require(&mut change, access::FinishDraft(project)).await?;
        store::submit(&mut change, &allowed).await?;
    }
    change.commit().await?;
    redirect(format!("/projects/{project}?done={}", if registers { "registered" } else { "saved" }));
    Ok(())
}

/// Registers a draft as it stands.
#[server(endpoint = "projects/submit")]
pub async fn submit_draft(project: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::FinishDraft(project)).await?;
    store::project(&mut change, project, request.today(), 0).await?.form()?.parse(Completeness::Registered)?;
    store::submit(&mut change, &allowed).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}?done=registered"));
    Ok(())
}

/// Deletes a draft.
#[server(endpoint = "projects/delete-draft")]
pub async fn delete_draft(project: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::FinishDraft(project)).await?;
    store::delete_draft(&mut change, &allowed).await?;
    change.commit().await?;
    redirect("/?done=draft-deleted");
    Ok(())
}

/// Pauses, sustains, completes, stops or reopens a project.
#[server(endpoint = "projects/status")]
pub async fn change_status(#[server(flatten)] form: StatusForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::ChangeStatus(project)).await?;
    let wish = form.parse(request.today())?;
    store::change_status(&mut change, &allowed, version(&form.version)?, &wish).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}?done=status"));
    Ok(())
}

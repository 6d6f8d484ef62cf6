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
    let draft = form.then == "draft";
    let project = request
        .change(access::RegisterProject(trust), async |conn, allowed| {
            let said = form.parse(if draft { Completeness::Draft } else { Completeness::Registered })?;
            if !draft {
                said.dates_are_meant(None, &form.confirmed, allowed.today())?;
            }
            let project = if draft {
                store::save_draft(conn, allowed, &said).await?
            } else {
                store::register(conn, allowed, &said).await?
            };
            for other in form.seen() {
                duplicates::store::record_difference(conn, allowed, project, other, &said.differs).await?;
            }
            Ok(project)
        })
        .await?;
    redirect(if draft {
        format!("/projects/{project}?done=draft")
    } else {
        format!("/projects/{project}/next?done=registered")
    });
    Ok(())
}

/// Changes what is said about a project; a draft may be incomplete, and is registered when its button says so.
#[server(endpoint = "projects/edit")]
pub async fn edit_project(#[server(flatten)] form: ProjectForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let registers = request
        .change(access::EditProject(project), async |conn, allowed| {
            let draft = project::store::summary(conn, project).await?.status == Status::Draft;
            let registers = draft && form.then == "register";
            let mut said =
                form.parse(if draft && !registers { Completeness::Draft } else { Completeness::Registered })?;
            said.supervisor = said.supervisor.filter(|_| draft);
            if !draft || registers {
                let before = project::store::details(conn, project).await?;
                said.dates_are_meant((!registers).then_some(&before), &form.confirmed, allowed.today())?;
            }
            store::edit(conn, allowed, version(&form.version)?, &said).await?;
            if registers {
                let finishes = request.require(conn, access::FinishDraft(project)).await?;
                store::submit(conn, &finishes).await?;
            }
            Ok(registers)
        })
        .await?;
    redirect(if registers {
        format!("/projects/{project}/next?done=registered")
    } else {
        format!("/projects/{project}?done=saved")
    });
    Ok(())
}

/// Registers a draft as it stands.
#[server(endpoint = "projects/submit")]
pub async fn submit_draft(project: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request
        .change(access::FinishDraft(project), async |conn, allowed| {
            store::project(conn, project, request.today(), 0).await?.form()?.parse(Completeness::Registered)?;
            store::submit(conn, allowed).await
        })
        .await?;
    redirect(format!("/projects/{project}/next?done=registered"));
    Ok(())
}

/// Deletes a draft.
#[server(endpoint = "projects/delete-draft")]
pub async fn delete_draft(project: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    request
        .change(access::FinishDraft(project), async |conn, allowed| store::delete_draft(conn, allowed).await)
        .await?;
    redirect("/?done=draft-deleted");
    Ok(())
}

/// Pauses, sustains, completes, stops or reopens a project.
#[server(endpoint = "projects/status")]
pub async fn change_status(#[server(flatten)] form: StatusForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    request
        .change(access::ChangeStatus(project), async |conn, allowed| {
            let change = form.parse(request.today())?;
            store::change_status(conn, allowed, version(&form.version)?, &change).await
        })
        .await?;
    redirect(format!("/projects/{project}?done=status"));
    Ok(())
}

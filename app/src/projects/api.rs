//! What people do to projects and teams.

use leptos::prelude::*;

use super::model::{AnswerForm, InviteForm, JoinForm, PlaceForm, ProjectForm, Status, StatusForm, Whole};
use super::store;
use crate::access;
use crate::duplicates;
use crate::error::Error;
use crate::id::ProjectId;
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
    let (words, supervisor) = form.parse(if draft { Whole::Draft } else { Whole::Registered })?;
    let (project, done) = if draft {
        (store::save_draft(&mut change, &allowed, &words, supervisor.as_ref()).await?, "draft")
    } else {
        (store::register(&mut change, &allowed, &words, supervisor.as_ref()).await?, "registered")
    };
    for other in form.seen() {
        duplicates::store::say_differs(&mut change, &allowed, project, other, &words.differs).await?;
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
    let draft = store::head(&mut change, project).await?.status == Status::Draft;
    let registers = draft && form.then == "register";
    let (words, supervisor) = form.parse(if draft && !registers { Whole::Draft } else { Whole::Registered })?;
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
    store::project(&mut change, project, request.today(), 0).await?.form()?.parse(Whole::Registered)?;
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

/// Invites somebody into a team.
#[server(endpoint = "projects/invite")]
pub async fn invite(#[server(flatten)] form: InviteForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::ManageTeam(project)).await?;
    let invitation = form.parse()?;
    store::invite(&mut change, &allowed, &invitation).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}/team?done=invited"));
    Ok(())
}

/// Answers an invitation or a request to join.
#[server(endpoint = "projects/answer")]
pub async fn answer_question(#[server(flatten)] form: AnswerForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let question = id(&form.question)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::AnswerQuestion(question)).await?;
    let (accepted, word) = form.parse()?;
    let project = store::answer(&mut change, &allowed, accepted, &word).await?;
    // Who declines an invitation to a draft no longer sees it.
    let stays = match access::standing(&mut change, &request, project).await {
        Ok(_) => true,
        Err(Error::NotFound) => false,
        Err(other) => return Err(other),
    };
    change.commit().await?;
    if stays && form.from != "home" {
        redirect(format!("/projects/{project}/team?done=answered"));
    } else {
        redirect("/?done=answered");
    }
    Ok(())
}

/// Changes somebody's role in a team.
#[server(endpoint = "projects/change-role")]
pub async fn change_role(#[server(flatten)] form: PlaceForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let place = id(&form.place)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::ManageTeam(project)).await?;
    let role = form.role()?;
    store::change_role(&mut change, &allowed, place, role).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}/team?done=team"));
    Ok(())
}

/// Ends somebody's place in a team, or withdraws an invitation.
#[server(endpoint = "projects/end-role")]
pub async fn end_role(#[server(flatten)] form: PlaceForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let place = id(&form.place)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::ManageTeam(project)).await?;
    let contribution = if store::is_asked(&mut change, place).await? { Some(String::new()) } else { form.ended()? };
    store::end_role(&mut change, &allowed, place, contribution.as_deref()).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}/team?done=team"));
    Ok(())
}

/// Leaves a team.
#[server(endpoint = "projects/leave")]
pub async fn leave_team(#[server(flatten)] form: PlaceForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::LeaveTeam(project)).await?;
    let contribution = form.contribution("Say what you contributed, so that you keep the credit.")?;
    store::leave(&mut change, &allowed, &contribution).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}?done=left"));
    Ok(())
}

/// Asks to join a team.
#[server(endpoint = "projects/join")]
pub async fn ask_to_join(#[server(flatten)] form: JoinForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, access::AskToJoin(project)).await?;
    let message = form.parse()?;
    store::ask_to_join(&mut change, &allowed, &message).await?;
    change.commit().await?;
    redirect(format!("/projects/{project}?done=joining"));
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

//! What people do to teams.

use leptos::prelude::*;

use super::model::{AnswerForm, InviteForm, JoinForm, MembershipForm};
use super::store;
use crate::access;
use crate::error::Error;
use crate::id::ProjectId;
use crate::web::request::{Request, id, redirect};

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
    let stays = match access::relationship(&mut change, &request, project).await {
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
pub async fn change_role(#[server(flatten)] form: MembershipForm) -> Result<(), Error> {
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
pub async fn end_role(#[server(flatten)] form: MembershipForm) -> Result<(), Error> {
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
pub async fn leave_team(#[server(flatten)] form: MembershipForm) -> Result<(), Error> {
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

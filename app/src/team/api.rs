//! What people do to teams.

use leptos::prelude::*;

use super::model::{AnswerForm, ConfirmForm, InviteForm, JoinForm, MembershipForm, PassOnForm};
use super::store;
use crate::access;
use crate::error::Error;
use crate::id::{ProjectId, TeamRoleId};
use crate::web::request::{Request, id, redirect};

/// Invites somebody into a team.
#[server(endpoint = "projects/invite")]
pub async fn invite(#[server(flatten)] form: InviteForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    request
        .change(access::ManageTeam(project), async |conn, allowed| store::invite(conn, allowed, &form.parse()?).await)
        .await?;
    redirect(format!("/projects/{project}/team?done=invited"));
    Ok(())
}

/// Asks somebody to lead a project together with its lead.
#[server(endpoint = "projects/name-co-lead")]
pub async fn name_co_lead(#[server(flatten)] form: InviteForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    request
        .change(access::NameCoLead(project), async |conn, allowed| {
            store::ask_co_lead(conn, allowed, &form.parse_co_lead()?).await
        })
        .await?;
    redirect(format!("/projects/{project}/team?done=invited"));
    Ok(())
}

/// Answers an invitation or a request to join.
#[server(endpoint = "projects/answer")]
pub async fn answer_question(#[server(flatten)] form: AnswerForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let question = id(&form.question)?;
    let (project, stays) = request
        .change(access::AnswerQuestion(question), async |conn, allowed| {
            let (accepted, word) = form.parse()?;
            let project = store::answer(conn, allowed, accepted, &word).await?;
            // Who declines an invitation to a draft no longer sees it.
            match access::relationship(conn, &request, project).await {
                Ok(_) => Ok((project, true)),
                Err(Error::NotFound) => Ok((project, false)),
                Err(other) => Err(other),
            }
        })
        .await?;
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
    let (project, membership): (ProjectId, TeamRoleId) = (id(&form.project)?, id(&form.membership)?);
    request
        .change(access::ManageTeam(project), async |conn, allowed| {
            store::change_role(conn, allowed, membership, form.role()?).await
        })
        .await?;
    redirect(format!("/projects/{project}/team?done=team"));
    Ok(())
}

/// Ends somebody's membership of a team, or withdraws an invitation.
#[server(endpoint = "projects/end-role")]
pub async fn end_role(#[server(flatten)] form: MembershipForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (project, membership): (ProjectId, TeamRoleId) = (id(&form.project)?, id(&form.membership)?);
    request
        .change(access::ManageTeam(project), async |conn, allowed| {
            let asked = store::is_asked(conn, membership).await?;
            let contribution = if asked { Some(String::new()) } else { form.ended()? };
            store::end_role(conn, allowed, membership, contribution.as_deref()).await
        })
        .await?;
    redirect(format!("/projects/{project}/team?done=team"));
    Ok(())
}

/// Leaves a team.
#[server(endpoint = "projects/leave")]
pub async fn leave_team(#[server(flatten)] form: MembershipForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    request
        .change(access::LeaveTeam(project), async |conn, allowed| {
            let contribution = form.contribution("Say what you contributed, so that you keep the credit.")?;
            store::leave(conn, allowed, &contribution).await
        })
        .await?;
    redirect(format!("/projects/{project}?done=left"));
    Ok(())
}

/// Asks to join a team.
#[server(endpoint = "projects/join")]
pub async fn ask_to_join(#[server(flatten)] form: JoinForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&form.project)?;
    request
        .change(access::AskToJoin(project), async |conn, allowed| {
            store::ask_to_join(conn, allowed, &form.parse()?).await
        })
        .await?;
    redirect(format!("/projects/{project}?done=joining"));
    Ok(())
}

/// Says until when a supervisor on a time-bound post, or without one, counts.
#[server(endpoint = "projects/confirm-supervisor")]
pub async fn confirm_supervisor(#[server(flatten)] form: ConfirmForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (project, membership): (ProjectId, TeamRoleId) = (id(&form.project)?, id(&form.membership)?);
    request
        .change(access::ConfirmSupervisor(project), async |conn, allowed| {
            store::supervision::confirm_supervisor(conn, allowed, membership, form.last_day()?).await
        })
        .await?;
    redirect(format!("/projects/{project}/team?done=supervisor-confirmed"));
    Ok(())
}

/// Asks a colleague to supervise some or all of what somebody supervises.
#[server(endpoint = "supervision/pass-on")]
pub async fn pass_on_supervision(#[server(flatten)] form: PassOnForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let places = form.places();
    let Some((first, _)) = places.first() else {
        return form.parse().and(Err(Error::Internal));
    };
    let (of, asked) = request
        .change(access::ManageTeam(*first), async |conn, _| {
            let (of, to) = form.parse()?;
            let mut asked = false;
            for &(project, membership) in &places {
                let allowed = request.require(conn, access::ManageTeam(project)).await?;
                asked |= store::pass_on::pass_on(conn, &allowed, (membership, of), to).await?;
            }
            Ok((of, asked))
        })
        .await?;
    // Of somebody else nothing may be left to show.
    let page = if request.person()?.id == of { "/supervision" } else { "/" };
    redirect(format!("{page}?done={}", if asked { "passed-on" } else { "supervises-alone" }));
    Ok(())
}

//! Preparing, offering, answering, withdrawing, taking on.

use leptos::prelude::*;

use super::model::{AnswerForm, Pack, PackForm, SENTENCE, State, UntilForm};
use super::store;
use crate::access::{
    Allowed, AnswerAsSuccessor, AnswerAsSupervisor, Bridge, KeepLooking, LeadAgain, OfferHandover, OnProject, TakeOn,
    WithdrawHandover, WriteSummary,
};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, ProjectId};
use crate::parse::Fields;
use crate::web::request::{self, Request, redirect};

/// Keeps a handover as a draft or offers it, whichever button was pressed.
#[server(endpoint = "handovers/prepare")]
pub async fn prepare_handover(
    project: String,
    version: String,
    #[server(flatten)] form: PackForm,
) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (project, version): (ProjectId, i64) = (request::id(&project)?, request::version(&version)?);
    if form.is_draft() {
        // Also who has just left finishes what they wrote.
        request
            .change(WriteSummary(project), async |conn, allowed| {
                let pack = parsed(conn, allowed, &form).await?;
                if request.may(conn, OfferHandover(project)).await? {
                    store::keep_draft(conn, allowed, version, &pack).await
                } else {
                    store::finish_own(conn, allowed, version, &pack).await
                }
            })
            .await?;
        redirect(format!("/projects/{project}/handover?done=handover-draft"));
        return Ok(());
    }
    let handover = request
        .change(OfferHandover(project), async |conn, allowed| {
            let pack = parsed(conn, allowed, &form).await?;
            store::offer(conn, allowed, version, &pack).await
        })
        .await?;
    redirect(format!("/handovers/{handover}?done=offered"));
    Ok(())
}

async fn parsed<A: OnProject>(conn: &mut Connection, allowed: &Allowed<A>, form: &PackForm) -> Result<Pack, Error> {
    let (project, today) = (allowed.project(), allowed.today());
    let context = store::context(conn, project, today).await?;
    let measures = store::measured(conn, project).await?;
    form.parse(&context.requirements(measures, today))
}

/// Changes what the summary of an offered or agreed handover says.
#[server(endpoint = "handovers/amend")]
pub async fn amend_handover(
    project: String,
    handover: String,
    version: String,
    #[server(flatten)] form: PackForm,
) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (project, version): (ProjectId, i64) = (request::id(&project)?, request::version(&version)?);
    let handover: HandoverId = request::id(&handover)?;
    request
        .change(WriteSummary(project), async |conn, allowed| {
            let pack = parsed(conn, allowed, &PackForm { then: "draft".to_owned(), ..form.clone() }).await?;
            store::amend(conn, allowed, handover, version, &pack).await
        })
        .await?;
    redirect(format!("/handovers/{handover}?done=saved"));
    Ok(())
}

fn answered(handover: &store::Handover) -> String {
    let done = if handover.state() == State::Agreed { "agreed" } else { "answered" };
    format!("/handovers/{}?done={done}", handover.id)
}

/// Accepts or declines as the next lead.
#[server(endpoint = "handovers/answer")]
pub async fn answer_as_next_lead(handover: String, #[server(flatten)] form: AnswerForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let handover: HandoverId = request::id(&handover)?;
    let handover = request
        .change(AnswerAsSuccessor(handover), async |conn, allowed| {
            let (answer, word) = form.parse()?;
            store::answer_as_successor(conn, allowed, answer, &word).await
        })
        .await?;
    redirect(answered(&handover));
    Ok(())
}

/// Accepts or declines as the supervisor, or as academy lead for the supervisor.
#[server(endpoint = "handovers/answer-as-supervisor")]
pub async fn answer_handover_as_supervisor(handover: String, #[server(flatten)] form: AnswerForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let handover: HandoverId = request::id(&handover)?;
    let handover = request
        .change(AnswerAsSupervisor(handover), async |conn, allowed| {
            let (answer, word) = form.parse()?;
            store::answer_as_supervisor(conn, allowed, answer, &word).await
        })
        .await?;
    redirect(answered(&handover));
    Ok(())
}

/// Takes a draft, an offer or an agreed handover back.
#[server(endpoint = "handovers/withdraw")]
pub async fn take_back_handover(handover: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let handover: HandoverId = request::id(&handover)?;
    let was =
        request.change(WithdrawHandover(handover), async |conn, allowed| store::withdraw(conn, allowed).await).await?;
    let done = if was.offered_at.is_none() { "handover-discarded" } else { "handover-withdrawn" };
    redirect(format!("/projects/{}?done={done}", was.project_id));
    Ok(())
}

/// Asks to take on a project that is looking for a lead.
#[server(endpoint = "projects/take-on")]
pub async fn take_on_project(project: String, #[server(default)] word: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = request::id(&project)?;
    let handover = request
        .change(TakeOn(project), async |conn, allowed| {
            let mut fields = Fields::new();
            let word = fields.text("word", &word, SENTENCE);
            let word = fields.finish(|| word)?;
            store::take_on(conn, allowed, &word).await
        })
        .await?;
    redirect(format!("/handovers/{handover}?done=taken"));
    Ok(())
}

/// Leads a project that nobody leads until a day that is near.
#[server(endpoint = "projects/bridge")]
pub async fn lead_until(#[server(flatten)] form: UntilForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = request::id(&form.project)?;
    request
        .change(Bridge(project), async |conn, allowed| {
            store::bridge(conn, allowed, form.last_day(allowed.today())?).await
        })
        .await?;
    redirect(format!("/projects/{project}?done=bridged"));
    Ok(())
}

/// Leads a project again that one led before a break.
#[server(endpoint = "projects/lead-again")]
pub async fn lead_project_again(project: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = request::id(&project)?;
    request.change(LeadAgain(project), async |conn, allowed| store::lead_again(conn, allowed).await).await?;
    redirect(format!("/projects/{project}?done=leads-again"));
    Ok(())
}

/// Chooses that a project goes on looking for a lead until a day.
#[server(endpoint = "projects/keep-looking")]
pub async fn keep_looking_for_lead(#[server(flatten)] form: UntilForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = request::id(&form.project)?;
    request
        .change(KeepLooking(project), async |conn, allowed| {
            store::look_on(conn, allowed, form.review_day(allowed.today())?).await
        })
        .await?;
    redirect(format!("/projects/{project}?done=looking"));
    Ok(())
}

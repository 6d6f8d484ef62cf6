//! Preparing, offering, answering, withdrawing, taking on.

use leptos::prelude::*;

use super::model::{AnswerForm, PackForm, SENTENCE, State};
use super::store;
use crate::access::{AnswerAsSuccessor, AnswerAsSupervisor, OfferHandover, TakeOn, WithdrawHandover};
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
    let to = request
        .change(OfferHandover(project), async |conn, allowed| {
            let today = allowed.today();
            let context = store::context(conn, project, today).await?;
            let measures = store::measured(conn, project).await?;
            let pack = form.parse(&context.requirements(measures, today))?;
            if form.is_draft() {
                store::keep_draft(conn, allowed, version, &pack).await?;
                return Ok(format!("/projects/{project}/handover?done=handover-draft"));
            }
            let handover = store::offer(conn, allowed, version, &pack).await?;
            Ok(format!("/handovers/{handover}?done=offered"))
        })
        .await?;
    redirect(to);
    Ok(())
}

fn answered(handover: &store::Handover, request: &Request) -> String {
    let done = if handover.state(request.today()) == State::Agreed { "agreed" } else { "answered" };
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
    redirect(answered(&handover, &request));
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
    redirect(answered(&handover, &request));
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

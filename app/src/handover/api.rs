//! Preparing, offering, answering, withdrawing, taking on.

use leptos::prelude::*;

use super::model::{AnswerForm, PackForm, State};
use super::store;
use crate::access::{AnswerAsSuccessor, AnswerAsSupervisor, OfferHandover, TakeOn, WithdrawHandover};
use crate::error::Error;
use crate::id::{HandoverId, ProjectId};
use crate::measures::store::load_series;
use crate::parse::Fields;
use crate::web::request::{Request, id, redirect, version};

/// Keeps a handover as a draft or offers it, whichever button was pressed.
#[server(endpoint = "handovers/prepare")]
pub async fn prepare_handover(
    project: String,
    version: String,
    #[server(flatten)] form: PackForm,
) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let version = self::version(&version)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, OfferHandover(project)).await?;
    let today = request.today();
    let subject = store::subject(&mut change, project, today).await?;
    let measures = load_series(&mut change, project).await?;
    let pack = form.parse(&subject.needs(&measures, today))?;
    let to = if form.is_draft() {
        store::keep_draft(&mut change, &allowed, version, &pack).await?;
        format!("/projects/{project}/handover?done=handover-draft")
    } else {
        let handover = store::offer(&mut change, &allowed, version, &pack).await?;
        format!("/handovers/{handover}?done=offered")
    };
    change.commit().await?;
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
    let handover: HandoverId = id(&handover)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, AnswerAsSuccessor(handover)).await?;
    let (answer, word) = form.parse()?;
    let handover = store::answer_as_successor(&mut change, &allowed, answer, &word).await?;
    change.commit().await?;
    redirect(answered(&handover, &request));
    Ok(())
}

/// Accepts or declines as the supervisor, or as academy lead for the supervisor.
#[server(endpoint = "handovers/answer-as-supervisor")]
pub async fn answer_handover_as_supervisor(handover: String, #[server(flatten)] form: AnswerForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let handover: HandoverId = id(&handover)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, AnswerAsSupervisor(handover)).await?;
    let (answer, word) = form.parse()?;
    let handover = store::answer_as_supervisor(&mut change, &allowed, answer, &word).await?;
    change.commit().await?;
    redirect(answered(&handover, &request));
    Ok(())
}

/// Takes a draft, an offer or an agreed handover back.
#[server(endpoint = "handovers/withdraw")]
pub async fn take_back_handover(handover: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let handover: HandoverId = id(&handover)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, WithdrawHandover(handover)).await?;
    let was = store::withdraw(&mut change, &allowed).await?;
    change.commit().await?;
    let done = if was.offered_at.is_none() { "handover-discarded" } else { "handover-withdrawn" };
    redirect(format!("/projects/{}?done={done}", was.project_id));
    Ok(())
}

/// Asks to take on a project that is looking for a lead.
#[server(endpoint = "projects/take-on")]
pub async fn take_on_project(project: String, #[server(default)] word: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, TakeOn(project)).await?;
    let mut fields = Fields::new();
    let word = fields.text("word", &word, super::model::SENTENCE);
    let word = fields.finish(|| word)?;
    let handover = store::take_on(&mut change, &allowed, &word).await?;
    change.commit().await?;
    redirect(format!("/handovers/{handover}?done=taken"));
    Ok(())
}

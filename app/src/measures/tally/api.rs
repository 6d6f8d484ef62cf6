//! Beginning a count, pressing, undoing, closing, discarding.

use leptos::prelude::*;

use super::model::TallyForm;
use super::store::{self, Tally};
use crate::access::{Allowed, RecordMeasurement};
use crate::db::Write;
use crate::error::Error;
use crate::id::{MeasureId, TallyId};
use crate::measures::series::Measure;
use crate::web::request::{self, Request, redirect};

// Presses and their undoing are not in the history: the count that closes is. So these take the longer way than
// `Request::change`, which asks for an entry of every change.
async fn counting(
    request: &Request,
    change: &mut Write,
    tally: &str,
) -> Result<(Tally, Measure, Allowed<RecordMeasurement>), Error> {
    let id: TallyId = request::id(tally)?;
    let tally = store::tally(change, id).await?;
    let measure = crate::measures::store::measure(change, tally.measure_id).await?;
    let allowed = request.require(change, RecordMeasurement(measure.project_id)).await?;
    Ok((tally, measure, allowed))
}

/// Begins a count.
#[server(endpoint = "tallies/start")]
pub async fn start_tally(measure: String, #[server(flatten)] form: TallyForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let measure: MeasureId = request::id(&measure)?;
    let mut change = request.write().await?;
    let measure = crate::measures::store::measure(&mut change, measure).await?;
    let allowed = request.require(&mut change, RecordMeasurement(measure.project_id)).await?;
    let (taken_on, place) = form.parse(request.today())?;
    let tally = store::start(&mut change, &allowed, &measure, taken_on, &place).await?;
    change.commit().await?;
    redirect(format!("/tallies/{tally}"));
    Ok(())
}

/// Adds an answer, `yes` or `no`.
#[server(endpoint = "tallies/press")]
pub async fn press_tally(tally: String, #[server(default)] answer: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (tally, measure, allowed) = counting(&request, &mut change, &tally).await?;
    store::press(&mut change, &allowed, &measure, &tally, answer.parse()?).await?;
    change.commit().await?;
    redirect(format!("/tallies/{}#count", tally.id));
    Ok(())
}

/// Takes back the last answer of a count of `seen` answers.
#[server(endpoint = "tallies/undo")]
pub async fn undo_tally(tally: String, #[server(default)] seen: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (tally, measure, allowed) = counting(&request, &mut change, &tally).await?;
    store::undo(&mut change, &allowed, &measure, &tally, seen.parse().unwrap_or_default()).await?;
    change.commit().await?;
    redirect(format!("/tallies/{}#count", tally.id));
    Ok(())
}

/// Changes the day and the place of a count.
#[server(endpoint = "tallies/edit")]
pub async fn edit_tally(tally: String, version: String, #[server(flatten)] form: TallyForm) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (tally, measure, allowed) = counting(&request, &mut change, &tally).await?;
    let (taken_on, place) = form.parse(request.today())?;
    let version = request::version(&version)?;
    store::edit(&mut change, &allowed, &measure, &tally, (taken_on, &place), version).await?;
    change.commit().await?;
    redirect(format!("/tallies/{}?done=saved", tally.id));
    Ok(())
}

/// Closes a count: it becomes a point of the measure.
#[server(endpoint = "tallies/close")]
pub async fn close_tally(tally: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (tally, measure, allowed) = counting(&request, &mut change, &tally).await?;
    store::close(&mut change, &allowed, &measure, &tally).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=counted", measure.id));
    Ok(())
}

/// Discards a count.
#[server(endpoint = "tallies/discard")]
pub async fn discard_tally(tally: String) -> Result<(), Error> {
    let request = Request::current();
    let mut change = request.write().await?;
    let (tally, measure, allowed) = counting(&request, &mut change, &tally).await?;
    store::discard(&mut change, &allowed, &measure, &tally).await?;
    change.commit().await?;
    redirect(format!("/measures/{}?done=discarded", measure.id));
    Ok(())
}

//! What is done with the projects that are ticked on the board.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::model::{Act, Arrangement, BoardForm, Progress, Row, Span};
use super::store;
use crate::access::{self, Coordinate};
use crate::error::{Error, FieldError};
use crate::handover::model::{Pack, To};
use crate::handover::prefill;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId};
use crate::projects::model::StatusForm;
use crate::web::request::{Request, redirect};
use crate::{handover, project, projects, team};

/// Arranges what comes next for every ticked project. What cannot be arranged is said; the others are.
#[server(endpoint = "changeover/arrange")]
pub async fn arrange(#[server(flatten)] form: BoardForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, Coordinate(trust)).await?;
    let arrangement = form.parse()?;
    let span =
        Span::among(&store::days(&mut conn, trust, today).await?, arrangement.day, today).ok_or(Error::NotFound)?;
    let rows = store::board(&mut conn, trust, span, today).await?.rows;
    drop(conn);
    let paused = StatusForm { to: "pause".to_owned(), review_on: form.review_on, ..StatusForm::default() };
    if arrangement.act == Act::Pause {
        paused.parse(today)?;
    }
    let (mut done, mut refused) = (0_i64, Vec::new());
    for id in &arrangement.projects {
        let Some(row) = rows.iter().find(|row| row.id == *id) else {
            refused.push(FieldError::new("", "A ticked project is not on the board any more."));
            continue;
        };
        match arrange_one(&request, &arrangement, row, &paused).await {
            Ok(()) => done += 1,
            Err(error) => refused.push(said_of(row, error)?),
        }
    }
    if refused.is_empty() {
        redirect(format!("/changeover?on={}&done=board-{}&n={done}", arrangement.day, arrangement.act));
        return Ok(());
    }
    if done > 0 {
        let others = crate::format::count(done, "other ticked project is", "other ticked projects are");
        refused.push(FieldError::new("", format!("The {others} done.")));
    }
    Err(Error::Invalid(refused))
}

/// Why a project was left out, in its name.
fn said_of(row: &Row, error: Error) -> Result<FieldError, Error> {
    let why = match error {
        Error::Invalid(errors) => errors.into_iter().next().ok_or(Error::Internal)?,
        Error::Conflict => FieldError::new("", "Somebody else changed it meanwhile. Look at it and try again."),
        Error::Forbidden | Error::NotFound => FieldError::new("", "You cannot do this for it any more."),
        Error::Busy => FieldError::new("", "The server was busy. Try again."),
        other => return Err(other),
    };
    let link = why.link.or_else(|| Some(format!("/projects/{}", row.id)));
    Ok(FieldError { link, ..FieldError::new("", format!("{}: {}", row.title, why.message)) })
}

async fn arrange_one(
    request: &Request,
    arrangement: &Arrangement,
    row: &Row,
    paused: &StatusForm,
) -> Result<(), Error> {
    match arrangement.act {
        Act::Offer => {
            let person = arrangement.to.get(&row.id).ok_or_else(|| Error::form("Choose whom it is offered to."))?;
            offer(request, row, To::Person(*person)).await
        }
        Act::Pool => offer(request, row, To::Pool).await,
        Act::Remind => remind(request, row).await,
        Act::Pause => pause(request, row.id, paused).await,
        Act::Supervise => pass_on(request, row, arrangement.supervisor.ok_or(Error::Internal)?).await,
    }
}

/// Offers a project with what its handover summary says so far, and else with what the project says of itself: whoever
/// gives it finishes the summary.
async fn offer(request: &Request, row: &Row, to: To) -> Result<(), Error> {
    let (today, trust) = (request.today(), request.person()?.trust);
    let last_on = row
        .lead_last_on
        .filter(|_| row.lead_goes)
        .ok_or_else(|| Error::form("Its lead does not go around this changeover, so there is nothing to offer."))?;
    let mut conn = request.store.read().await?;
    let (pack, version) = prefill::as_it_stands(&mut conn, row.id, today).await?;
    let first: Option<NaiveDate> = match to {
        To::Person(person) => store::first_day(&mut conn, trust, person, last_on).await?,
        To::Pool | To::Nobody => last_on.succ_opt(),
    };
    drop(conn);
    let first = first.ok_or_else(|| Error::form("Whoever is chosen has no post after its lead goes."))?;
    let pack = Pack { to, takes_effect_on: Some(first.max(today)), ..pack };
    request
        .change(access::OfferHandover(row.id), async |conn, allowed| {
            handover::store::offer(conn, allowed, version, &pack).await.map(|_| ())
        })
        .await
}

/// Tells the team again that what comes next is to be arranged.
async fn remind(request: &Request, row: &Row) -> Result<(), Error> {
    if row.progress() == Progress::Arranged {
        return Err(Error::form("What comes next is arranged already."));
    }
    request
        .change(access::OfferHandover(row.id), async |conn, allowed| {
            history::record(conn, allowed, Entry::project(row.id, "reminded the team to arrange what comes next")).await
        })
        .await
}

async fn pause(request: &Request, id: ProjectId, paused: &StatusForm) -> Result<(), Error> {
    request
        .change(access::ChangeStatus(id), async |conn, allowed| {
            let version = project::store::summary(conn, id).await?.version;
            projects::store::change_status(conn, allowed, version, &paused.parse(allowed.today())?).await
        })
        .await
}

async fn pass_on(request: &Request, row: &Row, to: PersonId) -> Result<(), Error> {
    let (Some(of), Some(place)) = (row.supervisor_id.filter(|_| row.supervisor_goes), row.supervision) else {
        return Err(Error::form("Its supervisor does not go around this changeover."));
    };
    request
        .change(access::ManageTeam(row.id), async |conn, allowed| {
            team::store::pass_on::pass_on(conn, allowed, (place, of), to).await.map(|_| ())
        })
        .await
}

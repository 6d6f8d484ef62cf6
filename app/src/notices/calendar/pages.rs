//! The calendar feed itself.

use std::time::Duration;

use super::model::calendar;
use super::store;
use crate::error::Error;
use crate::id::PersonId;
use crate::route;
use crate::web::page::{Reply, Route};
use crate::web::request::Request;

/// Noting what was told is not worth more of a calendar's time than this.
const NOTE_TIME: Duration = Duration::from_millis(500);

/// The feed's address.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/calendar.ics", feed)]
}

async fn feed(request: Request) -> Result<Reply, Error> {
    let mut conn = request.store.read().await?;
    let person = store::owner(&mut conn, request.query("of"), request.today()).await?;
    let (shown, is_new) = store::feed(&mut conn, person, request.now).await?;
    drop(conn);
    if is_new && !matches!(tokio::time::timeout(NOTE_TIME, note(&request, person)).await, Ok(Ok(()))) {
        // The next time that the feed is read, it is noted as well.
        tracing::debug!("what a calendar was told could not be noted");
    }
    let body = calendar(&shown, &request.mail.base).into_bytes();
    Ok(Reply::File { name: "baton.ics".to_owned(), kind: "text/calendar; charset=utf-8", body })
}

async fn note(request: &Request, person: PersonId) -> Result<(), Error> {
    let mut change = request.store.write().await?;
    store::note(&mut change, person, request.now).await?;
    change.commit().await
}

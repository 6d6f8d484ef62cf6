//! The calendar feed itself.

use super::model::calendar;
use super::store;
use crate::error::Error;
use crate::route;
use crate::web::page::{Reply, Route};
use crate::web::request::Request;

/// The feed's address.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/calendar.ics", feed)]
}

async fn feed(request: Request) -> Result<Reply, Error> {
    let mut conn = request.store.read().await?;
    let person = store::owner(&mut conn, request.query("of"), request.today()).await?;
    let (shown, _) = store::feed(&mut conn, person, request.now).await?;
    drop(conn);
    let body = calendar(&shown, &request.mail.base).into_bytes();
    Ok(Reply::File { name: "baton.ics".to_owned(), kind: "text/calendar; charset=utf-8", body })
}

//! Adding and removing changeover dates.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::model::ChangeoverForm;
use super::store;
use crate::access::Coordinate;
use crate::error::Error;
use crate::web::request::{Request, redirect};

/// Adds a changeover date.
#[server(endpoint = "changeovers/add")]
pub async fn add_changeover(#[server(flatten)] form: ChangeoverForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(Coordinate(trust), async |conn, allowed| store::add(conn, allowed, form.parse(allowed.today())?).await)
        .await?;
    redirect("/changeovers?done=saved");
    Ok(())
}

/// Removes a changeover date.
#[server(endpoint = "changeovers/remove")]
pub async fn remove_changeover(day: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(Coordinate(trust), async |conn, allowed| {
            let day: NaiveDate = day.parse().map_err(|_| Error::NotFound)?;
            store::remove(conn, allowed, day).await
        })
        .await?;
    redirect("/changeovers?done=removed");
    Ok(())
}

//! Adding, describing and removing changeover dates.

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
        .change(Coordinate(trust), async |conn, allowed| {
            let (day, details) = form.parse(allowed.today())?;
            store::add(conn, allowed, day, &details).await
        })
        .await?;
    redirect("/changeovers?done=saved");
    Ok(())
}

/// Says what a changeover is called and which grades it concerns.
#[server(endpoint = "changeovers/describe")]
pub async fn describe_changeover(day: String, #[server(flatten)] form: ChangeoverForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(Coordinate(trust), async |conn, allowed| {
            let day: NaiveDate = day.parse().map_err(|_| Error::NotFound)?;
            store::describe(conn, allowed, day, &form.details()?).await
        })
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

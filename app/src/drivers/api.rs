//! Drawing a driver diagram, line by line.

use leptos::prelude::*;

use super::model::{Direction, LineForm, LinesForm};
use super::store;
use crate::access::DrawDrivers;
use crate::error::Error;
use crate::id::{DriverId, ProjectId};
use crate::web::request::{Request, id, redirect, version};

/// Adds lines to a diagram.
#[server(endpoint = "drivers/add")]
pub async fn add_drivers(project: String, #[server(flatten)] form: LinesForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let project: ProjectId = id(&project)?;
    let lines = request
        .change(DrawDrivers(project), async |conn, allowed| {
            let lines = form.parse()?;
            store::add(conn, allowed, &lines).await?;
            Ok(lines)
        })
        .await?;
    // The next lines most often belong beside these.
    redirect(format!("/projects/{project}/drivers?done=drivers&under={}", lines.place));
    Ok(())
}

/// Changes a line.
#[server(endpoint = "drivers/edit")]
pub async fn edit_driver(driver: String, version: String, #[server(flatten)] form: LineForm) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let project = store::project_of_driver(&mut *request.store.read().await?, driver).await?;
    request
        .change(DrawDrivers(project), async |conn, allowed| {
            let before = store::driver(conn, driver).await?;
            store::edit(conn, allowed, &before, &form.parse()?, version).await
        })
        .await?;
    redirect(format!("/projects/{}/drivers?done=drivers", project));
    Ok(())
}

/// Moves a line past the one beside it.
#[server(endpoint = "drivers/move")]
pub async fn move_driver(driver: String, version: String, way: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let way: Direction = way.parse().map_err(|()| Error::NotFound)?;
    let project = store::project_of_driver(&mut *request.store.read().await?, driver).await?;
    request
        .change(DrawDrivers(project), async |conn, allowed| {
            let before = store::driver(conn, driver).await?;
            store::shift(conn, allowed, &before, way, version).await
        })
        .await?;
    redirect(format!("/drivers/{driver}?done=driver-moved"));
    Ok(())
}

/// Takes a line out of the diagram.
#[server(endpoint = "drivers/remove")]
pub async fn remove_driver(driver: String, version: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let project = store::project_of_driver(&mut *request.store.read().await?, driver).await?;
    request
        .change(DrawDrivers(project), async |conn, allowed| {
            let before = store::driver(conn, driver).await?;
            store::set_removed(conn, allowed, &before, true, version).await
        })
        .await?;
    redirect(format!("/projects/{}/drivers?done=driver-removed", project));
    Ok(())
}

/// Brings a removed line back.
#[server(endpoint = "drivers/restore")]
pub async fn restore_driver(driver: String, version: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let project = store::project_of_driver(&mut *request.store.read().await?, driver).await?;
    request
        .change(DrawDrivers(project), async |conn, allowed| {
            let before = store::driver(conn, driver).await?;
            store::set_removed(conn, allowed, &before, false, version).await
        })
        .await?;
    redirect(format!("/projects/{}/drivers?done=restored", project));
    Ok(())
}

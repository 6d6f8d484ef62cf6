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
    let mut change = request.write().await?;
    let allowed = request.require(&mut change, DrawDrivers(project)).await?;
    let lines = form.parse()?;
    store::add(&mut change, &allowed, &lines).await?;
    change.commit().await?;
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
    let mut change = request.write().await?;
    let before = store::driver(&mut change, driver).await?;
    let allowed = request.require(&mut change, DrawDrivers(before.project_id)).await?;
    let line = form.parse()?;
    store::edit(&mut change, &allowed, &before, &line, version).await?;
    change.commit().await?;
    redirect(format!("/projects/{}/drivers?done=drivers", before.project_id));
    Ok(())
}

/// Moves a line past the one beside it.
#[server(endpoint = "drivers/move")]
pub async fn move_driver(driver: String, version: String, way: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let way: Direction = way.parse().map_err(|()| Error::NotFound)?;
    let mut change = request.write().await?;
    let before = store::driver(&mut change, driver).await?;
    let allowed = request.require(&mut change, DrawDrivers(before.project_id)).await?;
    store::shift(&mut change, &allowed, &before, way, version).await?;
    change.commit().await?;
    redirect(format!("/drivers/{driver}?done=driver-moved"));
    Ok(())
}

/// Takes a line out of the diagram.
#[server(endpoint = "drivers/remove")]
pub async fn remove_driver(driver: String, version: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let mut change = request.write().await?;
    let before = store::driver(&mut change, driver).await?;
    let allowed = request.require(&mut change, DrawDrivers(before.project_id)).await?;
    store::set_removed(&mut change, &allowed, &before, true, version).await?;
    change.commit().await?;
    redirect(format!("/projects/{}/drivers?done=driver-removed", before.project_id));
    Ok(())
}

/// Brings a removed line back.
#[server(endpoint = "drivers/restore")]
pub async fn restore_driver(driver: String, version: String) -> Result<(), Error> {
    let request = Request::current();
    request.person()?;
    let (driver, version): (DriverId, i64) = (id(&driver)?, self::version(&version)?);
    let mut change = request.write().await?;
    let before = store::driver(&mut change, driver).await?;
    let allowed = request.require(&mut change, DrawDrivers(before.project_id)).await?;
    store::set_removed(&mut change, &allowed, &before, false, version).await?;
    change.commit().await?;
    redirect(format!("/projects/{}/drivers?done=restored", before.project_id));
    Ok(())
}

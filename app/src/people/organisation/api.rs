//! Adding, editing, retiring, restoring and removing sites and departments.

use leptos::prelude::*;

use super::model::{DepartmentForm, SiteForm};
use super::store;
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::id::{DepartmentId, SiteId};
use crate::web::confirm;
use crate::web::request::{Request, redirect};

/// Adds a site.
#[server(endpoint = "sites/add")]
pub async fn add_site(#[server(flatten)] form: SiteForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| store::add_site(conn, allowed, &form.parse()?).await)
        .await?;
    redirect("/departments?done=saved");
    Ok(())
}

/// Renames a site.
#[server(endpoint = "sites/edit")]
pub async fn edit_site(id: SiteId, version: i64, #[server(flatten)] form: SiteForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::edit_site(conn, allowed, id, version, &form.parse()?).await
        })
        .await?;
    redirect("/departments?done=saved");
    Ok(())
}

/// Adds a department.
#[server(endpoint = "departments/add")]
pub async fn add_department(#[server(flatten)] form: DepartmentForm) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::add_department(conn, allowed, &form.parse()?).await
        })
        .await?;
    redirect("/departments?done=saved");
    Ok(())
}

/// Changes a department.
#[server(endpoint = "departments/edit")]
pub async fn edit_department(
    id: DepartmentId,
    version: i64,
    #[server(flatten)] form: DepartmentForm,
) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| {
            store::edit_department(conn, allowed, id, version, &form.parse()?).await
        })
        .await?;
    redirect("/departments?done=saved");
    Ok(())
}

/// Retires a site or department.
#[server(endpoint = "places/retire")]
pub async fn retire_place(place: String, #[server(default)] confirmed: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    confirm::change(&request, ManageOrganisation(trust), &confirmed, async |conn, allowed| {
        store::retire(conn, allowed, place.parse()?).await
    })
    .await?;
    redirect("/departments?done=retired");
    Ok(())
}

/// Takes a retired site or department back into use.
#[server(endpoint = "places/restore")]
pub async fn restore_place(place: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| store::restore(conn, allowed, place.parse()?).await)
        .await?;
    redirect("/departments?done=restored");
    Ok(())
}

/// Removes a site or department that nothing refers to.
#[server(endpoint = "places/remove")]
pub async fn remove_place(place: String) -> Result<(), Error> {
    let request = Request::current();
    let trust = request.person()?.trust;
    request
        .change(ManageOrganisation(trust), async |conn, allowed| store::remove(conn, allowed, place.parse()?).await)
        .await?;
    redirect("/departments?done=removed");
    Ok(())
}

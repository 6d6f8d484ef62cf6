//! The pages of projects: registering, the project's own page, its team, its status, its history.

mod next;
mod project;
mod register;
mod status;

use crate::route;
use crate::web::page::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/projects/register", register::register),
        route!("/projects/{id}", project::project),
        route!("/projects/{id}/next", next::next),
        route!("/projects/{id}/edit", register::edit),
        route!("/projects/{id}/history", project::history),
        route!("/projects/{id}/status", status::status),
    ]
}

//! Home, and the list of projects.

mod browse;
mod home;

use crate::route;
use crate::web::page::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/", home::home), route!("/projects", browse::browse), route!("/projects.csv", browse::download)]
}

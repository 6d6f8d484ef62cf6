//! Home, what is asked of the academy, one's past projects, the list of projects, and a priority with its projects.

mod academy;
mod administration;
mod asks;
mod browse;
mod home;
mod numbers;
mod past;
mod priority;
mod search;
mod table;

use crate::route;
use crate::web::page::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/", home::home),
        route!("/past", past::past),
        route!("/asks", asks::asks),
        route!("/search", search::search),
        route!("/projects", browse::browse),
        route!("/projects.csv", browse::download),
        route!("/priorities/{id}", priority::priority),
    ]
}

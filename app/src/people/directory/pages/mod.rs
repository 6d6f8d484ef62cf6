//! The list of the trust's people, a person's page, and the forms that change what is on it.

mod account;
mod list;
mod person;
mod pieces;
pub(in crate::people) mod posts;

use crate::route;
use crate::web::page::Route;

/// The pages of people.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/people", list::list),
        route!("/people/new", posts::new_person),
        route!("/people/{id}", person::person),
        route!("/people/{id}/edit", person::rename),
        route!("/people/{id}/account", account::account),
        route!("/people/{id}/code", person::code),
        route!("/people/{id}/posts/new", posts::new_post),
        route!("/people/{id}/away/new", posts::new_away),
        route!("/posts/{id}", posts::edit_post),
        route!("/posts/{id}/end", posts::end_post),
    ]
}

//! The pages of an intake: first the list, then what it would do, then what it did.

mod check;
mod done;
mod first;
mod pieces;
mod questions;
mod rejected;
mod returned;
mod rows;

use crate::route;
use crate::web::page::Route;

/// The pages of intakes.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/people/intake", check::intake),
        route!("/people/intake/rejected.csv", rejected::file),
        route!("/intakes/{id}", done::intake),
    ]
}

//! The pages of handovers and of the pool.

mod list;
mod offer;
mod pack;
mod pool;
mod prepare;
mod section;
mod take_on;

use crate::route;
use crate::web::page::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/pool", pool::pool),
        route!("/projects/{id}/handovers", list::of_project),
        route!("/projects/{id}/handover", prepare::prepare),
        route!("/projects/{id}/take-on", take_on::take_on),
        route!("/projects/{id}/pack", pack::of_project),
        route!("/handovers/{id}", offer::offer),
        route!("/handovers/{id}/pack", pack::of_handover),
        route!("/handovers/{id}/summary", prepare::amend),
    ]
}

//! The pages of an intake: first the list, then what it would do, then what it did.

use crate::route;
use crate::web::page::Route;

#[must_use]
pub fn routes() -> Vec<Route> {
    Vec::new()
}

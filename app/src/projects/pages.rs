//! Pages.

use crate::shell::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![]
}

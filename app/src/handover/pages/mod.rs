//! The pages of handovers and of the pool.

mod offer;
mod pack;
mod pool;
mod prepare;
mod take_on;

use leptos::prelude::*;

use crate::route;
use crate::web::page::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/pool", pool::pool),
        route!("/projects/{id}/handover", prepare::prepare),
        route!("/projects/{id}/take-on", take_on::take_on),
        route!("/projects/{id}/pack", pack::of_project),
        route!("/handovers/{id}", offer::offer),
        route!("/handovers/{id}/pack", pack::of_handover),
    ]
}

/// A section of a page, left out when there is nothing to say.
fn section(title: &'static str, body: Option<AnyView>) -> AnyView {
    body.map(|body| view! { <h2 class="nhsuk-heading-m">{title}</h2>{body} }).into_any()
}

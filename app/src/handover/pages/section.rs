//! A section with its heading, as the pages of handovers draw them.

use leptos::prelude::*;

/// A section of a page, left out when there is nothing to say.
pub(super) fn section(title: &'static str, body: Option<AnyView>) -> AnyView {
    body.map(|body| view! { <h2 class="nhsuk-heading-m">{title}</h2>{body} }).into_any()
}

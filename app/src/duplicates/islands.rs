//! What the browser does by itself: it looks for projects like the one whose title is being typed.

use leptos::prelude::*;

/// Keeps the section in which it stands in line with the title that is being typed; draws nothing.
/// Where nothing wakes it, the section has a button that sends its form to look again.
#[island]
pub fn SimilarProjects() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    super::typing::follow();
}

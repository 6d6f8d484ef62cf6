//! What of Baton runs in the browser. The islands draw nothing: they listen to what the server drew
//! around them, and a page whose islands nothing wakes works without them.
//!
//! Built twice: with `ssr` into the server, which marks where each island stands, and with `hydrate` into
//! the WASM, which wakes them. A browser fetches all of this crate, so it depends on none of ours.

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(any(test, feature = "hydrate"))]
mod pasted;

use leptos::prelude::*;

/// The most rows that the grid takes at once.
pub const MOST_ROWS: usize = 200;

/// How many rows a press of the button adds.
pub const MORE_ROWS: usize = 5;

/// Adds rows to the grid of the form in which it stands, and fills them with cells pasted from a
/// spreadsheet. Without scripts, the form's second button asks the server for more rows.
#[island]
pub fn PointGrid() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::grid::listen();
}

/// Says what each point of the page's chart is, where it is pointed at or the arrow keys go, and shows a button that
/// copies its picture.
#[island]
pub fn ChartReader() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::reader::listen();
}

/// Keeps the section in which it stands in line with the title that is being typed. Where nothing wakes
/// it, the section has a button that sends its form to look again.
#[island]
pub fn SimilarProjects() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    browser::typing::follow();
}

/// Wakes the islands of the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    hydrate_islands();
}

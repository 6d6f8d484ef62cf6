//! How a measure's chart is read: which chart, which rules, from which baseline, in which phases, and
//! against which targets.

#[cfg(feature = "ssr")]
pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

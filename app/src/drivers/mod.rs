//! Driver diagrams: what a project's aim depends on, and which changes the team thinks will help.

#[cfg(feature = "ssr")]
pub mod store;

//! Projects: registered, edited, staffed, paused, ended.

#[cfg(feature = "ssr")]
pub mod pages;

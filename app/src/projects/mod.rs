//! Projects: registered, edited, staffed, paused, ended.

pub mod model;

#[cfg(feature = "ssr")]
#[allow(missing_docs, reason = "the server macro makes undocumented structs of documented arguments")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

//! Counting yes and no at the bedside, until the count becomes a point of a percentage.

#[cfg(feature = "ssr")]
#[allow(missing_docs, reason = "the server macro makes undocumented structs of documented arguments")]
pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

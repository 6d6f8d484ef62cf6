//! PDSA cycles.

#[cfg(feature = "ssr")]
#[allow(missing_docs, reason = "the server macro makes undocumented structs of documented arguments")]
pub mod api;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod store;

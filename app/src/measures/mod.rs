//! Measures, their measurements, and the charts of both.

#[cfg(feature = "ssr")]
#[allow(missing_docs, reason = "the server macro makes undocumented structs of documented arguments")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod board;
#[cfg(feature = "ssr")]
pub mod chart;
#[allow(missing_docs, reason = "the island macro makes undocumented items")]
#[cfg(feature = "hydrate")]
mod grid;
#[cfg(feature = "ssr")]
pub mod icons;
#[cfg(feature = "ssr")]
pub mod import;
pub mod islands;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod png;
#[allow(missing_docs, reason = "the island macro makes undocumented items")]
pub mod reader;
pub mod reading;
#[cfg(feature = "ssr")]
pub mod store;
pub mod tally;

#[cfg(all(test, feature = "ssr"))]
mod tests;

//! Measures, their measurements, and the charts of both.

#[cfg(feature = "ssr")]
pub mod chart;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod store;

//! Measures, their measurements, and the charts of both.

#[cfg(feature = "ssr")]
pub mod pages;

//! PDSA cycles.

#[cfg(feature = "ssr")]
pub mod pages;

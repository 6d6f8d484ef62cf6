//! Projects that look alike, and what people decided about them.

#[cfg(feature = "ssr")]
pub mod pages;

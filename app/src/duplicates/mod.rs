//! Projects that look alike: found while somebody registers one and when the academy lead looks
//! through them, and what people decided about each pair.

pub mod islands;
pub mod model;

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "hydrate")]
mod typing;

//! What a visitor sees first: home, the list of projects, the four answers of the promise.

pub mod model;

#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod store;

//! What a visitor sees first: home, the list of projects, the four answers of the promise.

#[cfg(feature = "ssr")]
pub mod pages;

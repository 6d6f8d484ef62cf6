//! Driver diagrams: what a project's aim depends on, and which changes the team thinks will help. The
//! same tree is a picture and a nested list; it is edited line by line with plain forms.

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod diagram;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod parts;
#[cfg(feature = "ssr")]
pub mod store;
#[cfg(feature = "ssr")]
pub mod tree;

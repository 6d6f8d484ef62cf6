//! Driver diagrams: what a project's aim depends on, and which changes the team thinks will help. The
//! same tree is a picture and a nested list; it is edited line by line with plain forms.

pub mod api;
pub mod diagram;
pub mod model;
pub mod pages;
pub mod parts;
pub mod store;
pub mod tree;

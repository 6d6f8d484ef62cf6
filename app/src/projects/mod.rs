//! Projects: registered, edited, staffed, paused, ended.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

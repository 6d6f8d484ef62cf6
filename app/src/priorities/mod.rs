//! What a trust wants improved, and which projects serve it.

pub mod model;

pub mod api;
pub mod pages;
pub mod parts;
pub mod store;

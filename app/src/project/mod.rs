//! What every room knows of a project.

pub mod details;
pub mod model;
pub mod parts;
pub mod store;

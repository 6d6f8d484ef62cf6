//! Dated places in a team: who leads, who supervises, who works on a project.

pub mod api;
pub mod model;
pub mod pages;
pub mod parts;
pub mod store;

//! The trust's sites and departments.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

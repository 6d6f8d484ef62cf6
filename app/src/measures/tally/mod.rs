//! Counting yes and no at the bedside, until the count becomes a point of a percentage.

pub mod api;
pub mod model;
pub mod pages;
pub mod store;

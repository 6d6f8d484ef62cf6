//! The changeover dates of a trust: the days on which many posts end and begin.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

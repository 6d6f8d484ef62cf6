//! The board of a changeover: every project whose lead or supervisor goes around it, and what is arranged.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

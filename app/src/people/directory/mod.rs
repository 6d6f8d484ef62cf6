//! The trust's people: their posts, periods away, addresses and trust roles.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

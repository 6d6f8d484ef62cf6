//! Projects that look alike: found while somebody registers one and when the academy lead looks
//! through them, and what people decided about each pair.

pub mod model;

pub mod api;
mod found;
pub mod pages;
pub mod parts;
pub mod store;

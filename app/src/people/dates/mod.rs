//! What people say of their own dates: when a post ends, where they move, when they are away. It holds at once;
//! the academy sees it in a list and can correct it.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

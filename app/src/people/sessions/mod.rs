//! One's own sessions: where one is signed in, and how to end that.

pub mod model;

pub mod api;
pub mod parts;
pub mod store;

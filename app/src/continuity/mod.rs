//! The promise: who leads each project and until when, and the four answers that every project gives.

pub mod asks;
#[cfg(test)]
pub(crate) mod by_hand;
pub mod derived;
pub mod model;
pub mod parts;
pub mod store;

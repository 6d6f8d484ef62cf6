//! Asks: what waits for somebody now, as one sentence with what they can do about it on the spot.

pub mod api;
pub mod model;
pub mod parts;
pub mod store;

#[cfg(test)]
mod tests;

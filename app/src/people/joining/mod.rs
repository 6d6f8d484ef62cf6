//! Joining a trust by oneself: whoever has an address at a domain that the trust accepts proves it by a link that is
//! mailed there, says where they work and until when, and reads at once. The academy sees who joined.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

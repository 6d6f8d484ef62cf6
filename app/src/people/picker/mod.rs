//! Whom a form offers to choose: who is likely to be meant first, anybody of the trust by their name.

pub mod parts;
pub mod store;

//! What mail goes to a trust's people, for its administrators.

pub mod pages;

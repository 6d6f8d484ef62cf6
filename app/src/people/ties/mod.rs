//! Ties: in which trusts a person has said that they are who is meant, and which of them they work in.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

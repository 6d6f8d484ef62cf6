//! What a visitor sees first: home, the list of projects, the four answers of the promise.

pub mod model;

pub mod pages;
pub mod store;

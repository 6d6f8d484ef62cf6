//! A list of people who come and go, taken in as a whole: what each of its rows would do is seen first, and all of it is
//! done or none.

pub mod columns;
pub mod model;
pub mod plan;
pub mod read;
pub mod words;

pub mod api;
pub mod pages;
pub mod store;

#[cfg(test)]
mod tests;

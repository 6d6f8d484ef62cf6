//! What a team does between data points: tasks, of which the first open one is the next step; updates; links to where
//! its files and tools are.

pub mod api;
mod meanwhile;
pub mod model;
pub mod pages;
pub mod parts;
pub mod store;

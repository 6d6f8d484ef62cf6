//! How a measure's chart is read: which chart, which rules, from which baseline, in which phases, and
//! against which targets.

pub mod api;
pub mod model;
pub mod pages;
pub mod store;

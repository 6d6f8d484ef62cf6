//! How a measure's chart is chosen and read. What a person settles is here: which chart, which rules, from which
//! baseline, in which phases, and against which targets. Where nobody chose the chart, `spc::choice` does from
//! the data, once: the first limits settle it, and later points only suggest another. `measures/choice.rs` says which
//! it is.

pub mod api;
pub mod model;
pub mod pages;
pub mod store;

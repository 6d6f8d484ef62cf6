//! How a measure's chart is chosen and read. What a person settles is here: which chart, which rules, from which
//! baseline, in which phases, and against which targets. Where nobody settled the chart, `spc::choice` chooses it
//! from the data; `chart.rs` asks for one or the other.

pub mod api;
pub mod model;
pub mod pages;
pub mod store;

//! Measures, their measurements, and the charts of both.

pub mod api;
pub mod board;
pub mod chart;
pub mod chart_settings;
pub mod choice;
pub mod icons;
pub mod import;
mod kept;
pub mod model;
pub mod pages;
pub mod parts;
pub mod png;
mod queue;
pub mod reader;
pub mod series;
pub mod slide;
pub mod store;
pub mod tally;
pub mod values;

#[cfg(test)]
mod tests;

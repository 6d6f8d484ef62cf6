//! Points that come as a table: pasted from a spreadsheet, or in a file.

pub mod api;
pub mod model;
pub mod pages;
pub mod read;
pub mod store;

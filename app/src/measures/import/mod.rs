//! Points that come as a table: pasted from a spreadsheet, or in a file.

#[allow(missing_docs, reason = "the server macro makes undocumented structs of documented arguments")]
pub mod api;
pub mod file;
pub mod model;
pub mod pages;
pub mod read;
pub mod store;

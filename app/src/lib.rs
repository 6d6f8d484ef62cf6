//! Baton: everything that a trust would recognise. The domain, its store and its pages, one folder a
//! capability; inside each, `model <- store <- api <- pages`. What runs in the browser is a crate of its
//! own, `islands`.

#![recursion_limit = "256"]

pub mod access;
pub mod batch;
pub mod choice;
pub mod clock;
pub mod db;
pub mod demo;
pub mod error;
pub mod form;
pub mod history;
pub mod id;
pub mod limits;
pub mod operator;
pub mod parse;
pub mod request;
pub mod sheet;
pub mod shell;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod ui;
pub mod visitor;

pub mod cycles;
pub mod drivers;
pub mod duplicates;
pub mod handover;
pub mod measures;
pub mod people;
pub mod portfolio;
pub mod priorities;
pub mod projects;

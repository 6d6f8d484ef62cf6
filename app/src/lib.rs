//! Baton: everything that a trust would recognise. The domain, its store and its pages, one room a capability.
//!
//! A room uses those above it in this list and no others (`server/tests/order` holds it); inside each,
//! `model <- store <- api <- parts, pages`. What stands in files here is the base: no HTTP, no markup.

#![recursion_limit = "256"]

pub mod access;
pub mod batch;
pub mod choice;
pub mod clock;
pub mod db;
pub mod digest;
pub mod error;
pub mod format;
pub mod history;
pub mod id;
pub mod limits;
pub mod outbox;
pub mod parse;
mod roles;
pub mod sheet;
pub mod sought;
pub mod table;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod visitor;

pub mod web;

pub mod people;

pub mod priorities;

pub mod project;

pub mod team;

pub mod progress;

pub mod continuity;

pub mod measures;

pub mod cycles;

pub mod drivers;

pub mod handover;

pub mod duplicates;

pub mod projects;

pub mod notices;

pub mod changeover;

pub mod evidence;

pub mod portfolio;

pub mod demo;

pub mod operator;

pub mod routes;

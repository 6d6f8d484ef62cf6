//! Baton: everything that a trust would recognise. The domain, its store and its pages, one folder a
//! capability; inside each, `model <- store <- api <- pages`, and `islands -> model`.
//!
//! Built twice: with `ssr` into the server, with `hydrate` into the WASM, which holds the models and
//! the islands and nothing else.

#![recursion_limit = "256"]

#[cfg(feature = "ssr")]
pub mod access;
#[cfg(feature = "ssr")]
pub mod batch;
pub mod choice;
#[cfg(feature = "ssr")]
pub mod clock;
#[cfg(feature = "ssr")]
pub mod db;
#[cfg(feature = "ssr")]
pub mod demo;
pub mod error;
#[cfg(feature = "ssr")]
pub mod history;
pub mod id;
#[cfg(feature = "ssr")]
pub mod limits;
#[cfg(feature = "ssr")]
pub mod operator;
pub mod parse;
#[cfg(feature = "ssr")]
pub mod sheet;
#[cfg(any(feature = "testing", all(test, feature = "ssr")))]
pub mod testing;
#[cfg(feature = "ssr")]
pub mod visitor;

#[cfg(feature = "ssr")]
pub mod routes;
#[cfg(feature = "ssr")]
pub mod web;

#[cfg(feature = "ssr")]
pub mod continuity;
pub mod cycles;
pub mod drivers;
pub mod duplicates;
pub mod handover;
pub mod measures;
pub mod people;
pub mod portfolio;
pub mod priorities;
pub mod project;
pub mod projects;
#[cfg(feature = "ssr")]
mod roles;
pub mod team;

/// Wakes the islands of the page that the server sent.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}

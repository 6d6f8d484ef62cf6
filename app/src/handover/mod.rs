//! Continuity: who holds a project, and how it passes to the next lead.

pub mod continuity;

#[cfg(feature = "ssr")]
pub mod pages;

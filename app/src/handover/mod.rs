//! Continuity: who holds a project, and how it passes to the next lead.

#[cfg(feature = "ssr")]
pub mod pages;

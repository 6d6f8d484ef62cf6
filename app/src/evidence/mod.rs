//! What a doctor takes away: their part in each project, with what they did in it, to print and to have confirmed.

pub mod model;

pub mod api;
pub mod pages;
pub mod store;

//! PDSA cycles, and the ramps that they make: the cycles that test one change idea, one after the other.

pub mod api;
pub mod model;
pub mod pages;
pub mod parts;
pub mod ramp;
pub mod store;
pub mod timeline;

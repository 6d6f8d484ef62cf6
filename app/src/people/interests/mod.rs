//! Who looks for a project, and who offers to coach, to partner a project as a manager, or to supervise.

pub mod model;

pub mod api;
pub mod pages;
pub mod parts;
pub mod store;

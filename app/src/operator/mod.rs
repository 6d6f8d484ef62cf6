//! What the operator does at the command line: makes trusts and their first people, and looks after the
//! file. None of it can be done in a browser.

mod maintenance;
pub mod model;
mod store;

pub use maintenance::{backup, check, check_derived, migrate, restore};
pub use store::{add_person, add_trust, reopen_account, reset_password, settle_charts};

pub use crate::db::IntegrityReport;

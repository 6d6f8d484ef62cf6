//! How Baton is served: settings, router, security, assets, log and the command line. What it is and
//! does stands in the crate `app`.

pub mod action;
pub mod assets;
pub mod caller;
pub mod command;
pub mod compress;
mod connection;
pub mod log;
mod password;
pub mod receive;
pub mod router;
pub mod serve;
pub mod table;

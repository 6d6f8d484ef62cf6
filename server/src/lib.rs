//! How Baton is served: settings, router, security, assets, log and the command line. What it is and
//! does stands in the crate `app`.

mod action;
mod assets;
pub mod body;
pub mod command;
mod compress;
mod connection;
mod health;
mod host;
mod layers;
pub mod log;
mod page;
mod password;
pub mod request;
pub mod router;
pub mod serve;
pub mod table;

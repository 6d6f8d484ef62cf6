//! How Baton is served. What it is and does stands in the crate `app`.
//!
//! - `serve`, `connection`: the server and its connections; `settings` (of the program) and `command`: the
//!   command line.
//! - `router`: the table of routes; `layers`: what every request goes through.
//! - `request`: who asks, from where; `page`: pages and files; `action`: how a form travels, step by step.
//! - `mail`: what the outbox holds goes to the mail server.
//! - `body`: what a form may hold, for a stranger and for a person; `table`: files with tables.

mod action;
mod assets;
pub mod body;
pub mod command;
mod compress;
pub mod connection;
mod health;
mod host;
mod layers;
pub mod log;
pub mod mail;
mod page;
mod password;
pub mod request;
pub mod router;
pub mod serve;
pub mod table;

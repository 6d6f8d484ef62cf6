//! People, trusts, sites, departments, posts and roles; signing in and out.

pub mod changeovers;
pub mod dates;
pub mod directory;
pub mod forgotten;
pub mod intake;
pub mod interests;
pub mod invitations;
pub mod joining;
pub mod links;
pub mod mails;
pub mod model;
pub mod organisation;
pub mod picker;
pub mod sessions;
pub mod ties;

pub mod api;
mod browser;
mod codes;
mod information;
pub mod pages;
mod password;
pub mod store;

pub use codes::for_password as password_code;
pub use password::hash as hash_password;

#[cfg(test)]
mod tests;

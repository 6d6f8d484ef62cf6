//! People, trusts, sites, departments, posts and roles; signing in and out.

pub mod directory;
pub mod model;
pub mod organisation;
pub mod ties;

#[cfg(feature = "ssr")]
#[allow(missing_docs, reason = "the server macro makes undocumented structs of documented arguments")]
pub mod api;
#[cfg(feature = "ssr")]
mod attempts;
#[cfg(feature = "ssr")]
mod browser;
#[cfg(feature = "ssr")]
mod codes;
#[cfg(feature = "ssr")]
mod information;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod password;
#[cfg(feature = "ssr")]
pub mod store;

#[cfg(feature = "ssr")]
pub use attempts::Attempts;
#[cfg(feature = "ssr")]
pub use codes::{Codes, for_password as password_code};
#[cfg(feature = "ssr")]
pub use password::hash as hash_password;

#[cfg(all(test, feature = "ssr"))]
mod tests;

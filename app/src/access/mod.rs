//! Who may do what, in one place. Default deny: [`may`] is one exhaustive match over every action, and
//! a store's write takes the [`Allowed`] proof of its own action, so a write without its check does
//! not compile.
//!
//! What can be done is listed in `actions`, by whom is decided in `rules` (who may read a draft:
//! [`Relationship::reads`]), what somebody is to an object is asked of the store in `load`, and [`require`]
//! puts the three together.

mod actions;
mod allowed;
#[cfg(any(test, feature = "testing"))]
pub mod broken;
mod load;
mod relationship;
mod require;
mod rules;
#[cfg(test)]
mod tests;

pub use actions::*;
pub use allowed::Allowed;
pub(crate) use allowed::{by_code, system};
pub use relationship::Relationship;
pub use require::{relationship, relationship_of_handover, relationship_of_measure, require};
pub use rules::may;

//! What the islands do once they are awake.

pub(crate) mod grid;
pub(crate) mod reader;
pub(crate) mod typing;

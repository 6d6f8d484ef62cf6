//! How likely two projects are about the same problem, from their words.

#![warn(missing_docs)]

mod engine;
mod index;
mod parts;
mod project;
mod relations;
mod spelling;
mod stem;
mod terms;
mod token;
mod tuning;
mod vocabulary;
mod why;

pub use engine::Engine;
pub use index::{Index, Likeness};
pub use parts::Parts;
pub use project::{Field, Known, Row, from_text, to_text};
pub use tuning::Tuning;
pub use vocabulary::{Kind, Unreadable, Vocabulary};
pub use why::{Shared, Why};

#[doc(hidden)]
pub use stem::stem as stem_of;

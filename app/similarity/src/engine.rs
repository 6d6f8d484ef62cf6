//! What is read once and used for every ranking.

use crate::parts::Parts;
use crate::tuning::Tuning;
use crate::vocabulary::Vocabulary;

/// What is read once: the vocabulary, and how it is weighed.
pub struct Engine {
    /// The words of the field.
    pub vocabulary: Vocabulary,
    /// Which parts are at work.
    pub parts: Parts,
    /// How they are weighed.
    pub tuning: Tuning,
}

impl Engine {
    /// With what is shipped, and a vocabulary.
    #[must_use]
    pub fn new(vocabulary: Vocabulary) -> Self {
        Self { vocabulary, parts: Parts::SHIPPED, tuning: Tuning::default() }
    }
}

//! How near two terms are to each other.

use crate::engine::Engine;
use crate::vocabulary::{Kind, Vocabulary};

/// A concept or a word.
#[derive(Debug)]
pub(crate) struct Term {
    /// As stored.
    pub name: String,
    /// Of a concept.
    pub kind: Option<Kind>,
    /// A concept's number.
    concept: Option<usize>,
}

impl Term {
    /// A term by its stored name. A concept that the vocabulary no longer has is a word that nobody writes.
    pub(crate) fn read(vocabulary: &Vocabulary, name: &str) -> Self {
        let concept = name.strip_prefix('=').and_then(|name| vocabulary.number(name));
        Self { name: name.to_owned(), kind: concept.map(|number| vocabulary.concepts[number].kind), concept }
    }

    /// Whether it says how old people are.
    pub(crate) fn is_age(&self) -> bool {
        self.name.starts_with("=age ")
    }

    /// Whether it is a number.
    pub(crate) fn is_number(&self) -> bool {
        self.name.bytes().all(|letter| letter.is_ascii_digit())
    }
}

/// What relates terms.
pub(crate) struct Relations<'e> {
    engine: &'e Engine,
}

impl<'e> Relations<'e> {
    pub(crate) fn new(engine: &'e Engine) -> Self {
        Self { engine }
    }

    /// How far one term answers another: 1 for the same.
    pub(crate) fn between(&self, one: &Term, other: &Term) -> f32 {
        if one.name == other.name {
            return 1.0;
        }
        match (one.concept, other.concept) {
            // Each may be a part of the other, as decisions on resuscitation and on escalation are: then both count.
            (Some(one), Some(other)) if self.engine.parts.broader => self.above(one, other) + self.above(other, one),
            _ => 0.0,
        }
    }

    /// How near a concept is to another that it is a kind of.
    fn above(&self, one: usize, other: usize) -> f32 {
        let concepts = &self.engine.vocabulary.concepts;
        let tuning = &self.engine.tuning;
        if concepts[one].broader.contains(&other) {
            return tuning.broader;
        }
        let twice = concepts[one].broader.iter().any(|&broader| concepts[broader].broader.contains(&other));
        if twice { tuning.broader * tuning.broader } else { 0.0 }
    }
}

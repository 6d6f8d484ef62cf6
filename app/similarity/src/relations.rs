//! How near two terms are to each other.

use crate::index::Engine;
use crate::spelling;
use crate::token::tokens;
use crate::vectors::{self, Direction, Vectors};
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
    /// How common a word is in English, from 0 to 1.
    pub common: f32,
    /// Where it points.
    pub direction: Option<Direction>,
}

impl Term {
    /// A term by its stored name. A concept that the vocabulary no longer has is a word that nobody writes.
    pub(crate) fn read(vocabulary: &Vocabulary, vectors: &Vectors, name: &str) -> Self {
        let concept = name.strip_prefix('=').and_then(|name| vocabulary.number(name));
        let direction = match concept {
            Some(_) => vectors.of_all(tokens(name).iter().map(|word| word.stem.as_str())),
            None => vectors.of(name),
        };
        let common = if concept.is_none() { vectors.common(name) } else { 0.0 };
        Self {
            common,
            name: name.to_owned(),
            kind: concept.map(|number| vocabulary.concepts[number].kind),
            concept,
            direction,
        }
    }

    /// Whether it says how old people are.
    pub(crate) fn is_age(&self) -> bool {
        self.name.starts_with("=age ")
    }

    /// Whether it is a number.
    pub(crate) fn is_number(&self) -> bool {
        self.name.bytes().all(|letter| letter.is_ascii_digit())
    }

    /// Whether it says what a title is about.
    fn is_telling(&self) -> bool {
        matches!(self.kind, None | Some(Kind::Topic | Kind::Sense))
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
        let (parts, tuning) = (&self.engine.parts, &self.engine.tuning);
        let mut alike: f32 = 0.0;
        match (one.concept, other.concept) {
            (Some(one), Some(other)) if parts.broader => {
                alike = self.above(one, other).max(self.above(other, one));
            }
            (None, None) if parts.letters => {
                let shared = spelling::shared_letters(&one.name, &other.name);
                if shared >= tuning.letters_from {
                    alike = shared * tuning.letters;
                }
            }
            _ => {}
        }
        if parts.vectors
            && one.is_telling()
            && other.is_telling()
            && let (Some(one), Some(other)) = (&one.direction, &other.direction)
        {
            let near = vectors::dot(one, other);
            if near >= tuning.near_from {
                alike = alike.max(tuning.near * (near - tuning.near_from) / (1.0 - tuning.near_from));
            }
        }
        alike
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

//! What the ranking is made of, so that each part can be measured.

/// Which parts of the ranking are at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Concepts of the vocabulary take the place of words.
    pub vocabulary: bool,
    /// Words of a concept may stand in any order and with others between.
    pub phrases: bool,
    /// Words within a concept of several words tell a little on their own.
    pub words_of_phrases: bool,
    /// A concept is like what it is a kind of.
    pub broader: bool,
    /// Misspelt words.
    pub typing: bool,
    /// What speaks against: other people, the opposite.
    pub against: bool,
}

impl Parts {
    /// Words alone.
    pub const WORDS: Self = Self {
        vocabulary: false,
        phrases: false,
        words_of_phrases: false,
        broader: false,
        typing: false,
        against: false,
    };
    /// What is shipped: each part that helped on titles that nothing was tuned on.
    pub const SHIPPED: Self =
        Self { vocabulary: true, phrases: true, words_of_phrases: true, broader: true, typing: true, against: true };
}

impl Parts {
    /// A part by its name, to leave it out.
    pub fn by_name(&mut self, name: &str) -> Option<&mut bool> {
        Some(match name {
            "vocabulary" => &mut self.vocabulary,
            "phrases" => &mut self.phrases,
            "words_of_phrases" => &mut self.words_of_phrases,
            "broader" => &mut self.broader,
            "typing" => &mut self.typing,
            "against" => &mut self.against,
            _ => return None,
        })
    }
}

impl Default for Parts {
    fn default() -> Self {
        Self::SHIPPED
    }
}

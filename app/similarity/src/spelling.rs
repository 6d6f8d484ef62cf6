//! Words that are nearly another.

use crate::engine::Engine;

/// Shorter words are taken as they are written: one letter more or less makes another word of them.
const SHORTEST: usize = 6;

/// How many letters are wrong at most in a word that is taken for another.
fn wrong_letters(length: usize) -> usize {
    match length {
        0..SHORTEST => 0,
        SHORTEST..9 => 1,
        _ => 2,
    }
}

/// The word of the vocabulary that a word is taken for: the nearest with the same first letter, if it is misspelt.
pub(crate) fn meant<'e>(engine: &'e Engine, word: &str) -> Option<&'e str> {
    let vocabulary = &engine.vocabulary;
    let allowed = wrong_letters(word.len());
    if allowed == 0 || !word.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return None;
    }
    let words = vocabulary.words.get(&word.chars().next()?)?;
    let stem = crate::stem::stem(word);
    if words.binary_search_by(|known| known.as_str().cmp(word)).is_ok() || vocabulary.knows(&stem) {
        return None;
    }
    words
        .iter()
        .filter(|known| known.len() >= SHORTEST && known.len().abs_diff(word.len()) <= allowed)
        .filter_map(|known| distance(word.as_bytes(), known.as_bytes(), allowed).map(|wrong| (wrong, known)))
        .min()
        .map(|(_, known)| known.as_str())
}

/// How many letters have to be changed, left out, put in or exchanged with their neighbour, if at most `allowed`.
pub(crate) fn distance(one: &[u8], other: &[u8], allowed: usize) -> Option<usize> {
    if one.len().abs_diff(other.len()) > allowed {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.iter().enumerate() {
        let mut next = vec![i + 1; other.len() + 1];
        for (j, b) in other.iter().enumerate() {
            let change = row[j] + usize::from(a != b);
            next[j + 1] = change.min(row[j + 1] + 1).min(next[j] + 1);
            if i > 0 && j > 0 && *a == other[j - 1] && one[i - 1] == *b {
                next[j + 1] = next[j + 1].min(before[j - 1] + 1);
            }
        }
        if next.iter().min().is_none_or(|least| *least > allowed) {
            return None;
        }
        before = std::mem::replace(&mut row, next);
    }
    row.last().copied().filter(|wrong| *wrong <= allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_that_change_places_are_one_mistake() {
        assert_eq!(distance(b"delerium", b"delirium", 2), Some(1));
        assert_eq!(distance(b"cathetre", b"catheter", 2), Some(1));
        assert_eq!(distance(b"sepsis", b"asepsis", 1), Some(1));
        assert_eq!(distance(b"sepsis", b"stoma", 2), None);
    }

    #[test]
    fn a_misspelt_word_is_taken_for_the_nearest_and_a_known_one_is_left() {
        let vocabulary = Engine::new(crate::Vocabulary::embedded().expect("the lists"));
        assert_eq!(meant(&vocabulary, "delerium"), Some("delirium"));
        assert_eq!(meant(&vocabulary, "anticoagulaton"), Some("anticoagulation"));
        assert_eq!(meant(&vocabulary, "hyperkalaemia"), None);
        assert_eq!(meant(&vocabulary, "gait"), None);
    }
}

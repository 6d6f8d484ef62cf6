//! What a text says: concepts of the vocabulary and other words, and where.

use std::ops::Range;

use crate::engine::Engine;
use crate::parts::Parts;
use crate::spelling;
use crate::token::{Token, tokens};
use crate::vocabulary::{Kind, Vocabulary};

/// How much a word within a form of several words says on its own.
const PART: f32 = 0.3;
/// How much a concept says whose words stand apart from each other.
const APART: f32 = 0.6;
/// How much a word says that is taken for another, misspelt.
const MISSPELT: f32 = 0.8;
/// How much a concept says that may be meant by a word which is still typed.
const UNFINISHED: f32 = 0.6;
/// Shorter beginnings of words may become anything.
const LEAST_BEGINNING: usize = 3;
/// The most concepts that the beginning of a word may mean.
const MOST_ENDINGS: usize = 4;
/// How many useful words a form in any order has at most.
const LONGEST_LOOSE: usize = 4;
/// How far apart the words of a concept may stand, in useful words.
const FURTHEST: usize = 3;

/// What a part of a text says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    /// A concept's name with `=` before it, or a word's stem.
    pub name: String,
    /// 1 for what is said plainly.
    pub weight: f32,
    /// Where it in bytes.
    pub at: Vec<Range<usize>>,
}

/// How a concept is stored.
pub(crate) fn of_concept(name: &str) -> String {
    format!("={name}")
}

/// A text's words, and what is known of them.
struct Reader<'a> {
    vocabulary: &'a Vocabulary,
    parts: Parts,
    words: Vec<Token>,
    /// Whether a word was taken for another.
    mended: Vec<bool>,
    /// The numbers of those that tell something.
    useful: Vec<usize>,
    found: Vec<Found>,
}

/// What a text says. Somebody may be `typing` its last word.
pub(crate) fn read(engine: &Engine, text: &str, typing: bool) -> Vec<Found> {
    let (vocabulary, parts) = (&engine.vocabulary, engine.parts);
    let mut words = tokens(text);
    let mut mended = vec![false; words.len()];
    let open = typing && words.last().is_some_and(|last| last.at.end == text.len());
    for (at, word) in words.iter_mut().enumerate() {
        let last =
            open && at + 1 == mended.len() && word.word.len() >= LEAST_BEGINNING && vocabulary.begins(&word.word);
        let meant = match last {
            true => vocabulary.only_ending(&word.word).filter(|_| !vocabulary.knows(&word.stem)),
            false if parts.typing => spelling::meant(engine, &word.word),
            false => None,
        };
        if let Some(meant) = meant {
            word.stem = crate::stem::stem(meant);
            mended[at] = true;
        }
    }
    let useful = (0..words.len()).filter(|&at| !vocabulary.tells_nothing(&words[at])).collect();
    let mut reader = Reader { vocabulary, parts, words, mended, useful, found: Vec::new() };
    reader.run();
    if open {
        reader.unfinished();
    }
    reader.found
}

impl Reader<'_> {
    fn run(&mut self) {
        let mut at = 0;
        let mut taken = vec![usize::MAX; self.words.len()];
        let mut group = 0;
        while at < self.words.len() {
            let (concepts, these) = self.next(at);
            let end = these.last().map_or(at + 1, |last| last + 1);
            for &word in &these {
                taken[word] = group;
            }
            group += 1;
            self.say(&concepts, &these);
            at = end.max(at + 1);
        }
        if self.parts.phrases && self.parts.vocabulary {
            self.apart(&taken);
        }
    }

    /// The concepts that begin at a word, and the words that they take.
    fn next(&self, at: usize) -> (Vec<usize>, Vec<usize>) {
        if !self.parts.vocabulary {
            let nothing = self.vocabulary.tells_nothing(&self.words[at]);
            return (Vec::new(), if nothing { Vec::new() } else { vec![at] });
        }
        let strict = self.vocabulary.longest(&self.words[at..]);
        let strict_useful = strict
            .as_ref()
            .map_or(0, |(_, count)| (at..at + count).filter(|word| self.useful.binary_search(word).is_ok()).count());
        if self.parts.phrases
            && let Some((concept, these)) = self.in_any_order(at)
            && these.len() > strict_useful.max(1)
        {
            return (vec![concept], these);
        }
        match strict {
            Some((concepts, count)) => (concepts, (at..at + count).collect()),
            None => (Vec::new(), vec![at]),
        }
    }

    fn in_any_order(&self, at: usize) -> Option<(usize, Vec<usize>)> {
        let begin = self.useful.binary_search(&at).ok()?;
        for count in (2..=LONGEST_LOOSE).rev() {
            let Some(these) = self.useful.get(begin..begin + count) else { continue };
            let mut stems: Vec<&str> = these.iter().map(|&word| self.words[word].stem.as_str()).collect();
            if let Some(concept) = self.vocabulary.in_any_order(&mut stems) {
                return Some((concept, these.to_vec()));
            }
        }
        None
    }

    /// Concepts whose two words stand near each other with others between.
    fn apart(&mut self, taken: &[usize]) {
        let mut more = Vec::new();
        for (place, &one) in self.useful.iter().enumerate() {
            for &other in self.useful.iter().skip(place + 1).take(FURTHEST) {
                if taken[one] == taken[other] {
                    continue;
                }
                let mut stems = [self.words[one].stem.as_str(), self.words[other].stem.as_str()];
                if let Some(concept) = self.vocabulary.in_any_order(&mut stems) {
                    more.push((concept, vec![one, other]));
                }
            }
        }
        for (concept, these) in more {
            let name = of_concept(&self.vocabulary.concepts[concept].name);
            if self.vocabulary.concepts[concept].kind != Kind::Sense
                && !self.found.iter().any(|found| found.name == name)
            {
                self.push(name, APART, &these);
            }
        }
    }

    fn say(&mut self, concepts: &[usize], these: &[usize]) {
        let kinds: Vec<Kind> = concepts.iter().map(|&concept| self.vocabulary.concepts[concept].kind).collect();
        if kinds.contains(&Kind::Nothing) {
            return;
        }
        let mended = if these.iter().any(|&word| self.mended[word]) { MISSPELT } else { 1.0 };
        #[expect(clippy::cast_precision_loss, reason = "a handful")]
        let each = mended / (concepts.len().max(1) as f32).sqrt();
        for &concept in concepts {
            self.push(of_concept(&self.vocabulary.concepts[concept].name), each, these);
        }
        let (alone, part) = (concepts.is_empty(), these.len() > 1 && !kinds.contains(&Kind::Sense));
        for &word in these {
            let tells = self.useful.binary_search(&word).is_ok() && self.words[word].word.chars().nth(1).is_some();
            if tells && alone {
                self.push(self.words[word].stem.clone(), 1.0, &[word]);
            } else if tells
                && part
                && self.parts.words_of_phrases
                && self.vocabulary.longest(&self.words[word..=word]).is_none()
            {
                self.push(self.words[word].stem.clone(), PART, &[word]);
            }
        }
    }

    /// What the last word may become.
    fn unfinished(&mut self) {
        let unknown = |word: &&Token| word.word.len() >= LEAST_BEGINNING && !self.vocabulary.knows(&word.stem);
        let Some(last) = self.words.last().filter(unknown) else { return };
        let at = self.words.len() - 1;
        let mut concepts: Vec<usize> = Vec::new();
        for word in self.vocabulary.endings(&last.word) {
            if let Some((these, _)) = self.vocabulary.longest(&tokens(word)) {
                concepts.extend(these.into_iter().filter(|&one| self.vocabulary.concepts[one].kind != Kind::Nothing));
            }
        }
        concepts.sort_unstable();
        concepts.dedup();
        if concepts.len() <= MOST_ENDINGS {
            for concept in concepts {
                self.push(of_concept(&self.vocabulary.concepts[concept].name), UNFINISHED, &[at]);
            }
        }
    }

    fn push(&mut self, name: String, weight: f32, these: &[usize]) {
        let at = these.iter().map(|&word| self.words[word].at.clone());
        match self.found.iter_mut().find(|found| found.name == name) {
            Some(found) => {
                found.weight = found.weight.max(weight);
                found.at.extend(at);
            }
            None => self.found.push(Found { name, weight, at: at.collect() }),
        }
    }
}

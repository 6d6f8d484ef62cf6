//! What the words of the field mean: one name for what is called by many.

use std::collections::HashMap;
use std::fmt;

use crate::stem::stem;
use crate::token::{Token, tokens};

/// What a concept tells about a title.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// What it is about.
    Topic,
    /// The same: words that mean another thing together than each alone.
    Sense,
    /// What is done: prescribing, screening.
    Act,
    /// Where.
    Place,
    /// For whom or by whom.
    Who,
    /// What every title has.
    Nothing,
}

impl Kind {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "topic" => Self::Topic,
            "sense" => Self::Sense,
            "act" => Self::Act,
            "place" => Self::Place,
            "who" => Self::Who,
            "nothing" => Self::Nothing,
            _ => return None,
        })
    }

    /// In how many of a thousand titles a concept of this kind stands, before anything is known of a trust's own.
    pub(crate) fn usual_share(self) -> f32 {
        match self {
            Self::Topic | Self::Sense => 0.015,
            Self::Act => 0.20,
            Self::Who => 0.25,
            Self::Place => 0.30,
            Self::Nothing => 1.0,
        }
    }
}

/// A line of the vocabulary that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Its number in its file.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {} of the vocabulary: {}", self.line, self.why)
    }
}

impl std::error::Error for Unreadable {}

/// A concept: several names for one thing.
#[derive(Clone, Debug)]
pub(crate) struct Concept {
    /// Its first form, the name by which it is stored.
    pub name: String,
    pub kind: Kind,
    /// The concepts that it is a kind or a part of, by number.
    pub broader: Vec<usize>,
}

/// What words mean: the lists that are embedded, and a trust's own entries.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    pub(crate) concepts: Vec<Concept>,
    by_name: HashMap<String, usize>,
    /// Stems in order, joined by a space, to concepts; whether it is meant in capitals only.
    forms: HashMap<String, Vec<(usize, bool)>>,
    /// The beginnings of longer forms: whether it is worth reading on.
    beginnings: HashMap<String, ()>,
    /// The useful stems of a form of several words, sorted.
    loose: HashMap<String, usize>,
    /// Words of the forms by their first letter: what a misspelt word may mean.
    pub(crate) words: HashMap<char, Vec<String>>,
}

const LISTS: [&str; 10] = [
    include_str!("../vocabulary/words.txt"),
    include_str!("../vocabulary/ward.txt"),
    include_str!("../vocabulary/medicine.txt"),
    include_str!("../vocabulary/surgery.txt"),
    include_str!("../vocabulary/families.txt"),
    include_str!("../vocabulary/mind.txt"),
    include_str!("../vocabulary/tests.txt"),
    include_str!("../vocabulary/medicines.txt"),
    include_str!("../vocabulary/shorthand.txt"),
    include_str!("../vocabulary/plain.txt"),
];

/// A line: the forms, what the concept is a part of, the source.
struct Line<'t> {
    number: usize,
    kind: Kind,
    forms: Vec<&'t str>,
    broader: Vec<&'t str>,
}

impl Vocabulary {
    /// The lists that are embedded.
    ///
    /// # Errors
    /// A line of them that cannot be read; a test reads them all.
    pub fn embedded() -> Result<Self, Unreadable> {
        Self::parse(&LISTS)
    }

    /// The lists that are embedded and a trust's own entries, in the same format.
    ///
    /// # Errors
    /// The first line that cannot be read.
    pub fn with_own(own: &str) -> Result<Self, Unreadable> {
        let mut lists = LISTS.to_vec();
        lists.push(own);
        Self::parse(&lists)
    }

    /// Reads lists: `[kind] # source` begins a section, `name | form | form < broader, broader # source` is a concept.
    /// A name that was there before gets further forms.
    ///
    /// # Errors
    /// The first line that cannot be read, one without a source among them.
    pub fn parse(lists: &[&str]) -> Result<Self, Unreadable> {
        let mut lines = Vec::new();
        for list in lists {
            lines.extend(read(list)?);
        }
        let mut vocabulary = Self::default();
        for line in &lines {
            let name = line.forms[0].trim_start_matches('=').to_owned();
            if !vocabulary.by_name.contains_key(&name) {
                vocabulary.by_name.insert(name.clone(), vocabulary.concepts.len());
                vocabulary.concepts.push(Concept { name, kind: line.kind, broader: Vec::new() });
            }
        }
        let useless: Vec<String> = lines
            .iter()
            .filter(|line| line.kind == Kind::Nothing)
            .flat_map(|line| line.forms.iter().flat_map(|form| tokens(form)))
            .map(|token| token.stem)
            .collect();
        for line in &lines {
            vocabulary.take(line, &useless)?;
        }
        for concepts in vocabulary.forms.values_mut() {
            concepts.sort_unstable();
            concepts.dedup();
        }
        for words in vocabulary.words.values_mut() {
            words.sort_unstable();
            words.dedup();
        }
        Ok(vocabulary)
    }

    fn take(&mut self, line: &Line<'_>, useless: &[String]) -> Result<(), Unreadable> {
        let number = self.by_name[line.forms[0].trim_start_matches('=')];
        for broader in &line.broader {
            let Some(&broader) = self.by_name.get(*broader) else {
                return Err(Unreadable { line: line.number, why: format!("there is no concept “{broader}”") });
            };
            self.concepts[number].broader.push(broader);
        }
        for form in &line.forms {
            let capitals = form.starts_with('=');
            let words = tokens(form);
            if words.is_empty() {
                return Err(Unreadable { line: line.number, why: "a form without a word".into() });
            }
            self.form(number, &words, capitals);
            let mut useful: Vec<&str> = words
                .iter()
                .map(|word| word.stem.as_str())
                .filter(|stem| !useless.iter().any(|word| word == stem))
                .collect();
            // "Time critical medicines" is not any critical medicine: only short words may be left out.
            let whole = words.iter().all(|word| word.word.len() <= 3 || useful.contains(&word.stem.as_str()));
            if useful.len() > 1 && whole && line.kind != Kind::Nothing {
                useful.sort_unstable();
                self.loose.entry(useful.join(" ")).or_insert(number);
            }
        }
        Ok(())
    }

    fn form(&mut self, number: usize, words: &[Token], capitals: bool) {
        let stems: Vec<&str> = words.iter().map(|word| word.stem.as_str()).collect();
        for end in 1..stems.len() {
            self.beginnings.insert(stems[..end].join(" "), ());
        }
        self.forms.entry(stems.join(" ")).or_default().push((number, capitals));
        for word in words {
            if let Some(first) = word.word.chars().next()
                && word.word.len() >= 3
            {
                self.words.entry(first).or_default().push(word.word.clone());
            }
        }
    }

    /// The concepts of the longest form that begins at a word, and how many words it takes.
    pub(crate) fn longest(&self, words: &[Token]) -> Option<(Vec<usize>, usize)> {
        let mut best = None;
        let mut read = String::new();
        for (at, word) in words.iter().enumerate() {
            if at > 0 {
                read.push(' ');
            }
            read.push_str(&word.stem);
            if let Some(concepts) = self.forms.get(&read) {
                let fit: Vec<usize> = concepts
                    .iter()
                    .filter(|(_, capitals)| !capitals || words[..=at].iter().all(|word| word.capitals))
                    .map(|(concept, _)| *concept)
                    .collect();
                if !fit.is_empty() {
                    best = Some((fit, at + 1));
                }
            }
            if !self.beginnings.contains_key(&read) {
                break;
            }
        }
        best
    }

    /// The concept of useful words in any order.
    pub(crate) fn in_any_order(&self, stems: &mut [&str]) -> Option<usize> {
        stems.sort_unstable();
        self.loose.get(&stems.join(" ")).copied()
    }

    /// Whether a word on its own tells nothing.
    pub(crate) fn tells_nothing(&self, word: &Token) -> bool {
        self.forms
            .get(&word.stem)
            .is_some_and(|found| found.iter().any(|(concept, _)| self.concepts[*concept].kind == Kind::Nothing))
    }

    /// Whether a stem is a form of a concept.
    pub(crate) fn knows(&self, stem: &str) -> bool {
        self.forms.contains_key(stem)
    }

    /// The longer words of the forms that begin like this one.
    pub(crate) fn endings<'s>(&'s self, start: &'s str) -> impl Iterator<Item = &'s str> {
        let words = start.chars().next().and_then(|first| self.words.get(&first)).map_or(&[][..], Vec::as_slice);
        let at = words.partition_point(|word| word.as_str() <= start);
        words[at..].iter().map(String::as_str).take_while(move |word| word.starts_with(start))
    }

    /// Whether a longer word of a form begins like this one.
    pub(crate) fn begins(&self, start: &str) -> bool {
        self.endings(start).next().is_some()
    }

    /// What a word becomes that somebody still types, if all that it may become is one thing.
    pub(crate) fn only_ending<'s>(&'s self, start: &'s str) -> Option<&'s str> {
        let means = |word: &str| self.forms.get(&stem(word));
        let first = self.endings(start).next()?;
        let known = means(first)?;
        if !self.endings(start).all(|word| means(word) == Some(known)) {
            return None;
        }
        // Of "handoff" and "handover" the name: it stands in more forms of several words.
        let name = known.first().map(|(concept, _)| self.concepts[*concept].name.as_str());
        self.endings(start).find(|word| Some(*word) == name).or(Some(first))
    }

    /// The number of a concept, by its name.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        self.by_name.get(name).copied()
    }

    /// How many concepts there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.concepts.len()
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.concepts.is_empty()
    }
}

fn read(list: &str) -> Result<Vec<Line<'_>>, Unreadable> {
    let mut lines = Vec::new();
    let mut section: Option<(Kind, bool)> = None;
    for (at, text) in list.lines().enumerate() {
        let fault = |why: &str| Unreadable { line: at + 1, why: why.to_owned() };
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') && text.chars().nth(1) == Some(' ') {
            continue;
        }
        let (text, source) = match text.rsplit_once(" # ") {
            Some((text, source)) => (text.trim(), !source.trim().is_empty()),
            None => (text, false),
        };
        if let Some(kind) = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = Some((Kind::parse(kind).ok_or_else(|| fault("this kind is not known"))?, source));
            continue;
        }
        let (kind, sourced) = section.ok_or_else(|| fault("no kind stands before it"))?;
        if !source && !sourced {
            return Err(fault("it has no source"));
        }
        let (forms, broader) = text.split_once(" < ").unwrap_or((text, ""));
        lines.push(Line {
            number: at + 1,
            kind,
            forms: forms.split('|').map(str::trim).filter(|form| !form.is_empty()).collect(),
            broader: broader.split(',').map(str::trim).filter(|name| !name.is_empty()).collect(),
        });
        if lines.last().is_some_and(|line| line.forms.is_empty()) {
            return Err(fault("it has no form"));
        }
    }
    Ok(lines)
}

//! A trust's projects by what they say, and how like each is to what is asked.

use std::collections::HashMap;

use crate::engine::Engine;
use crate::project::{Field, Row};
use crate::relations::{Relations, Term};
use crate::tuning::Tuning;
use crate::vocabulary::Kind;

/// What a project says, by the numbers of the index's terms.
#[derive(Debug, Default)]
struct Entry {
    /// Term, weight in the title or else share of a further field.
    terms: Vec<(usize, f32, Field)>,
    labels: Vec<(Field, String)>,
    length: f32,
}

/// A trust's projects, to be asked what is like something.
pub struct Index<'v> {
    engine: &'v Engine,
    terms: Vec<Term>,
    numbers: HashMap<String, usize>,
    rarity: Vec<f32>,
    entries: Vec<Entry>,
}

/// How like a project is, before it is said in a number from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
pub struct Likeness {
    /// The project's place in the index.
    pub project: usize,
    /// From 0 (nothing in common) to 1 (the same).
    pub score: f32,
}

impl<'v> Index<'v> {
    /// The index of projects, each with its rows.
    #[must_use]
    pub fn new(engine: &'v Engine, projects: &[Vec<Row>]) -> Self {
        let mut index =
            Self { engine, terms: Vec::new(), numbers: HashMap::new(), rarity: Vec::new(), entries: Vec::new() };
        let mut holding: Vec<u32> = Vec::new();
        for rows in projects {
            let entry = index.entry(rows);
            holding.resize(index.terms.len(), 0);
            for &(term, ..) in &entry.terms {
                holding[term] += 1;
            }
            index.entries.push(entry);
        }
        #[expect(clippy::cast_precision_loss, reason = "projects of a trust")]
        let (all, holding): (f32, Vec<f32>) = (projects.len() as f32, holding.iter().map(|&n| n as f32).collect());
        index.rarity = index.terms.iter().zip(holding).map(|(term, n)| rarity(&engine.tuning, term, n, all)).collect();
        index.measure();
        index
    }

    /// How long each entry is, and where it points.
    fn measure(&mut self) {
        let engine = self.engine;
        for at in 0..self.entries.len() {
            let weighed: Vec<(usize, f32)> = self.entries[at]
                .terms
                .iter()
                .map(|&(term, weight, field)| {
                    (
                        term,
                        weight
                            * self.rarity[term]
                            * if field == Field::Title { 1.0 } else { engine.tuning.other_length },
                    )
                })
                .collect();
            self.entries[at].length = length(weighed.iter().map(|(_, weight)| *weight));
        }
        #[expect(clippy::cast_precision_loss, reason = "projects of a trust")]
        let all = self.entries.len().max(1) as f32;
        let mean = self.entries.iter().map(|entry| entry.length).sum::<f32>() / all;
        for entry in &mut self.entries {
            entry.length =
                engine.tuning.pivot * entry.length + (1.0 - engine.tuning.pivot) * mean.max(engine.tuning.least_length);
        }
    }

    fn number(&mut self, name: &str) -> usize {
        if let Some(&number) = self.numbers.get(name) {
            return number;
        }
        let number = self.terms.len();
        self.terms.push(Term::read(&self.engine.vocabulary, name));
        self.numbers.insert(name.to_owned(), number);
        number
    }

    fn entry(&mut self, rows: &[Row]) -> Entry {
        let mut entry = Entry::default();
        for row in rows {
            if !row.field.is_text() {
                entry.labels.push((row.field, row.term.clone()));
                continue;
            }
            let (term, weight) = (self.number(&row.term), row.weight * row.field.share());
            match entry.terms.iter_mut().find(|(known, ..)| *known == term) {
                Some(known) if known.1 < weight => *known = (term, weight, row.field),
                Some(_) => {}
                None => entry.terms.push((term, weight, row.field)),
            }
        }
        entry
    }

    /// How like each project is to what is asked, the likest first. What has nothing in common is left out.
    #[must_use]
    pub fn rank(&self, asked: &[Row]) -> Vec<Likeness> {
        let question = self.question(asked);
        let mut found: Vec<Likeness> = self
            .entries
            .iter()
            .enumerate()
            .map(|(project, entry)| Likeness { project, score: self.score(&question, entry) })
            .filter(|likeness| likeness.score > 0.0)
            .map(|likeness| Likeness { score: self.engine.tuning.likely(likeness.score), ..likeness })
            .collect();
        found.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.project.cmp(&b.project)));
        found
    }
}

/// What is asked, against the index's terms.
struct Question {
    /// Each asked term: its weight and rarity together.
    weights: Vec<f32>,
    /// For each term of the index: which asked terms it answers, and how well.
    answers: HashMap<usize, Vec<(usize, f32)>>,
    ages: Vec<String>,
    names: Vec<String>,
    labels: Vec<(Field, String)>,
    length: f32,
}

impl Index<'_> {
    fn question(&self, asked: &[Row]) -> Question {
        let engine = self.engine;
        let mut terms: Vec<(Term, f32)> = Vec::new();
        for row in asked.iter().filter(|row| row.field.is_text()) {
            let weight = row.weight * row.field.share();
            match terms.iter_mut().find(|(term, _)| term.name == row.term) {
                Some((_, known)) => *known = known.max(weight),
                None => terms.push((Term::read(&engine.vocabulary, &row.term), weight)),
            }
        }
        let relations = Relations::new(engine);
        let (mut weights, mut answers) = (Vec::new(), HashMap::<usize, Vec<(usize, f32)>>::new());
        #[expect(clippy::cast_precision_loss, reason = "projects of a trust")]
        let all = self.entries.len() as f32;
        for (at, (term, weight)) in terms.iter().enumerate() {
            let known = self.numbers.get(&term.name).map(|&number| self.rarity[number]);
            let weight = weight * known.unwrap_or_else(|| rarity(&engine.tuning, term, 0.0, all));
            weights.push(weight);
            for (number, other) in self.terms.iter().enumerate() {
                let alike = relations.between(term, other);
                if alike > 0.0 {
                    answers.entry(number).or_default().push((at, alike));
                }
            }
        }
        Question {
            length: length(weights.iter().copied()),
            weights,
            answers,
            ages: terms
                .iter()
                .filter(|(term, weight)| term.is_age() && *weight > 0.4)
                .map(|(term, _)| term.name.clone())
                .collect(),
            names: terms.into_iter().map(|(term, _)| term.name).collect(),
            labels: asked.iter().filter(|row| !row.field.is_text()).map(|row| (row.field, row.term.clone())).collect(),
        }
    }

    fn score(&self, question: &Question, entry: &Entry) -> f32 {
        let tuning = &self.engine.tuning;
        let mut best = vec![(0.0_f32, 0.0_f32); question.weights.len()];
        for &(term, weight, _) in &entry.terms {
            for &(asked, alike) in question.answers.get(&term).map_or(&[][..], Vec::as_slice) {
                let said = alike * weight;
                if said * self.rarity[term] > best[asked].0 {
                    best[asked] = (said * self.rarity[term], said);
                }
            }
        }
        let together: f32 = question.weights.iter().zip(&best).map(|(weight, (best, _))| weight * best).sum();
        let covered: f32 =
            question.weights.iter().zip(&best).map(|(weight, (_, said))| weight * weight * said.min(1.0)).sum();
        if question.length <= 0.0 || entry.length <= 0.0 {
            return 0.0;
        }
        let cosine = (together / (question.length * entry.length)).min(1.0);
        let coverage = (covered / (question.length * question.length)).min(1.0);
        let both = cosine * (1.0 - tuning.gate * (1.0 - coverage));
        let mut score = tuning.cosine * both + tuning.coverage * coverage;
        for (field, label) in &entry.labels {
            if cosine > 0.05 && question.labels.iter().any(|(other, asked)| other == field && asked == label) {
                score += match field {
                    Field::Priority => tuning.priority,
                    Field::Department => tuning.department,
                    _ => tuning.specialty,
                };
            }
        }
        if self.engine.parts.against {
            score *= self.against(question, entry);
        }
        score.clamp(0.0, 1.0)
    }

    /// What speaks against: other people, or the opposite.
    fn against(&self, question: &Question, entry: &Entry) -> f32 {
        let mut factor = 1.0;
        let title = || {
            entry
                .terms
                .iter()
                .filter(|(_, weight, field)| *field == Field::Title && *weight > 0.4)
                .map(|(term, ..)| &self.terms[*term])
        };
        let mut ages = title().filter(|term| term.is_age()).peekable();
        if !question.ages.is_empty() && ages.peek().is_some() && !ages.any(|age| question.ages.contains(&age.name)) {
            factor *= self.engine.tuning.other_age;
        }
        if title().any(|term| question.names.iter().any(|name| opposite(name, &term.name))) {
            factor *= self.engine.tuning.opposite;
        }
        factor
    }
}

/// Whether two names are the two ends of one thing: too much and too little.
fn opposite(one: &str, other: &str) -> bool {
    let ends = |high: &str, low: &str| {
        high.strip_prefix("=hyper").zip(low.strip_prefix("=hypo")).is_some_and(|(high, low)| high == low)
    };
    ends(one, other) || ends(other, one)
}

fn length(weights: impl Iterator<Item = f32>) -> f32 {
    weights.map(|weight| weight * weight).sum::<f32>().sqrt()
}

/// How rare a term is: as in this trust's titles, and as one would think who knows none of them.
fn rarity(tuning: &Tuning, term: &Term, holding: f32, all: f32) -> f32 {
    let share = match term.kind {
        Some(kind) => kind.usual_share(),
        None if term.is_number() => tuning.number_share,
        None => tuning.word_share,
    };
    if term.kind == Some(Kind::Nothing) {
        return 0.0;
    }
    let share = (holding + tuning.prior * share) / (all + tuning.prior);
    (-share.min(1.0).ln()).max(0.0)
}

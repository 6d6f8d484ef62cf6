//! Why two projects look alike, to be said in words and marked in both titles.

use std::ops::Range;

use crate::engine::Engine;
use crate::project::{Field, Known};
use crate::relations::{Relations, Term};
use crate::terms::{Found, read};
use crate::vocabulary::Kind;

/// What is only loosely related is not given as a reason.
const REASON: f32 = 0.45;

/// Something that both titles say.
#[derive(Clone, Debug, PartialEq)]
pub struct Shared {
    /// The concept's name, or the word as the first title has it.
    pub what: String,
    /// Where the first title says it, in bytes.
    pub here: Vec<Range<usize>>,
    /// Where the other does.
    pub there: Vec<Range<usize>>,
    /// They say it in other words.
    pub reworded: bool,
}

/// Why two projects look alike.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Why {
    /// What both titles say, what tells most first.
    pub shared: Vec<Shared>,
    /// Which of department, specialty and priority are the same.
    pub same: Vec<Field>,
}

impl Engine {
    /// Why two projects look alike.
    #[must_use]
    pub fn why(&self, one: &Known, other: &Known) -> Why {
        let (here, there) = (one.title(), other.title());
        let said = |text: &str| -> Vec<(Term, Found)> {
            let found = read(self, text, false).into_iter();
            found.map(|found| (Term::read(&self.vocabulary, &found.name), found)).collect()
        };
        let relations = Relations::new(self);
        let theirs = said(there);
        let mut shared: Vec<(f32, Shared)> = Vec::new();
        for (term, found) in said(here) {
            let near = theirs.iter().map(|(other, answer)| (relations.between(&term, other), answer));
            let Some((alike, answer)) = near.max_by(|a, b| a.0.total_cmp(&b.0)) else { continue };
            if alike >= REASON && !shared.iter().any(|(_, before)| before.here == found.at) {
                let tells = 1.0 - term.kind.map_or(0.05, Kind::usual_share);
                shared.push((alike * found.weight * answer.weight * tells, pair(here, there, found, answer)));
            }
        }
        shared.sort_by(|a, b| b.0.total_cmp(&a.0));
        let same = [Field::Priority, Field::Department, Field::Specialty].into_iter().filter(|&field| {
            one.all(field).any(|text| other.all(field).any(|answer| text.trim().eq_ignore_ascii_case(answer.trim())))
        });
        Why { shared: shared.into_iter().map(|(_, shared)| shared).collect(), same: same.collect() }
    }
}

fn pair(here: &str, there: &str, found: Found, answer: &Found) -> Shared {
    let words = |text: &str, at: &[Range<usize>]| {
        at.iter().filter_map(|at| text.get(at.clone())).map(str::to_lowercase).collect::<Vec<_>>().join(" ")
    };
    let (one, other) = (words(here, &found.at), words(there, &answer.at));
    let what = found.name.strip_prefix('=').map_or_else(|| one.clone(), str::to_owned);
    Shared { what, reworded: one != other, here: found.at, there: answer.at.clone() }
}

//! Labelled titles and pairs, and what a ranking is worth on them.

pub mod baselines;
pub mod demo;

use std::collections::HashMap;
use std::error::Error;
use std::fmt;
use std::fs;

use serde::Deserialize;
use serde::de::DeserializeOwned;

/// How many suggestions are shown at most.
const SHOWN: usize = 3;

/// A labelled title. A year and a source may stand there too.
#[derive(Debug, Deserialize)]
pub struct Title {
    pub title: String,
    pub topic: String,
    #[serde(default)]
    pub problem: Option<String>,
}

/// Labelled titles.
pub struct Set {
    pub name: String,
    pub titles: Vec<Title>,
}

/// The lines of a file, each as one value; blank ones are passed over.
pub fn lines<T: DeserializeOwned>(path: &str) -> Result<Vec<T>, Box<dyn Error>> {
    let text = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|error| format!("{path}, line {}: {error}", at + 1).into())
        })
        .collect()
}

impl Set {
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self { name: path.rsplit('/').next().unwrap_or(path).to_owned(), titles: lines(path)? })
    }

    /// The titles whose topic has another member.
    pub fn queries(&self) -> Vec<usize> {
        let mut members: HashMap<&str, usize> = HashMap::new();
        for title in &self.titles {
            *members.entry(&title.topic).or_default() += 1;
        }
        (0..self.titles.len()).filter(|&at| members[self.titles[at].topic.as_str()] > 1).collect()
    }
}

/// Which half a topic is in: always the same one.
pub fn half_of(topic: &str) -> usize {
    let hash = topic
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    usize::from((hash ^ (hash >> 32)) & 1 == 1)
}

/// What a ranking is worth.
#[derive(Default)]
pub struct Measured {
    first: f32,
    three: f32,
    five: f32,
    rank: f32,
    floor: Option<Floor>,
}

/// What shows at the floor that lets four of five right pairs through.
struct Floor {
    at: f32,
    precision: f32,
    recall: f32,
    shown_right: f32,
}

#[expect(clippy::cast_precision_loss, reason = "counts of titles")]
fn share(part: usize, of: usize) -> f32 {
    if of == 0 { 0.0 } else { part as f32 / of as f32 }
}

impl Measured {
    pub fn of(set: &Set, queries: &[usize], rankings: &[Vec<(usize, f32)>]) -> Self {
        let right = |query: usize, other: usize| set.titles[query].topic == set.titles[other].topic;
        let places: Vec<Option<usize>> = queries
            .iter()
            .zip(rankings)
            .map(|(&query, ranking)| ranking.iter().position(|(other, _)| right(query, *other)))
            .collect();
        let among =
            |k: usize| share(places.iter().filter(|place| place.is_some_and(|place| place < k)).count(), places.len());
        let inverse: f32 = places.iter().flatten().map(|&place| share(1, place + 1)).sum();
        #[expect(clippy::cast_precision_loss, reason = "counts of titles")]
        let rank = inverse / places.len().max(1) as f32;
        Self { first: among(1), three: among(3), five: among(5), rank, floor: floor(queries, rankings, &right) }
    }

    pub fn in_short(&self) -> String {
        format!(
            "success@1={:.3} success@3={:.3} success@5={:.3} mrr={:.3}",
            self.first, self.three, self.five, self.rank
        )
    }
}

/// The precision where four of five right suggestions are let through, of those that can be shown: the first three.
fn floor(queries: &[usize], rankings: &[Vec<(usize, f32)>], right: &dyn Fn(usize, usize) -> bool) -> Option<Floor> {
    let mut shown: Vec<(f32, bool)> = Vec::new();
    for (&query, ranking) in queries.iter().zip(rankings) {
        shown.extend(ranking.iter().take(SHOWN).map(|(other, score)| (*score, right(query, *other))));
    }
    shown.sort_by(|a, b| b.0.total_cmp(&a.0));
    let all = shown.iter().filter(|(_, right)| *right).count();
    let mut found = 0;
    for (at, (score, right)) in shown.iter().enumerate() {
        found += usize::from(*right);
        if share(found, all) >= 0.8 {
            return Some(Floor {
                at: *score,
                precision: share(found, at + 1),
                recall: share(found, all),
                shown_right: share(all, shown.len()),
            });
        }
    }
    None
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.in_short())?;
        if let Some(floor) = &self.floor {
            write!(
                f,
                " floor={:.2} precision={:.2} recall={:.2} ({:.2} without a floor)",
                floor.at, floor.precision, floor.recall, floor.shown_right
            )?;
        }
        Ok(())
    }
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum Label {
    Same,
    Different,
}

#[derive(Debug, Deserialize)]
struct Pair {
    a: String,
    b: String,
    label: Label,
}

/// Labelled pairs.
pub struct Pairs(Vec<Pair>);

impl Pairs {
    pub fn read(path: &str) -> Result<Self, Box<dyn Error>> {
        Ok(Self(lines(path)?))
    }

    /// The share of comparisons in which a same pair scores above a different one; alike counts half.
    pub fn auc(&self, score: impl Fn(&str, &str) -> f32) -> f32 {
        let scores: Vec<(Label, f32)> = self.0.iter().map(|pair| (pair.label, score(&pair.a, &pair.b))).collect();
        let of = |label: Label| scores.iter().filter(move |(this, _)| *this == label).map(|(_, score)| *score);
        let (mut won, mut all) = (0, 0);
        for same in of(Label::Same) {
            for different in of(Label::Different) {
                all += 2;
                won += if same > different { 2 } else { usize::from((same - different).abs() < f32::EPSILON) };
            }
        }
        if std::env::var_os("SIMILAR_MISSES").is_some() {
            let mut order: Vec<_> = self.0.iter().zip(&scores).collect();
            order.sort_by(|a, b| b.1.1.total_cmp(&a.1.1));
            for (pair, (_, score)) in order {
                println!("{score:.2} {:?} {} | {}", pair.label, pair.a, pair.b);
            }
        }
        share(won, all)
    }
}

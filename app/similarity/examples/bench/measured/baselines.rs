//! What the ranking is compared with.

use std::collections::HashMap;

use similarity::stem_of;

type Rankings = Vec<Vec<(usize, f32)>>;

fn words(title: &str) -> Vec<String> {
    title.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(stem_of).collect()
}

fn sorted(mut scores: Vec<(usize, f32)>) -> Vec<(usize, f32)> {
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores
}

#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn float(count: usize) -> f32 {
    count as f32
}

/// What SQLite's FTS5 ranks by, with its k1 and b, over every word of the title.
pub fn bm25(titles: &[&str], queries: &[usize]) -> Rankings {
    let texts: Vec<Vec<String>> = titles.iter().map(|title| words(title)).collect();
    let mean = float(texts.iter().map(Vec::len).sum()) / float(texts.len().max(1));
    let mut holding: HashMap<&str, usize> = HashMap::new();
    for text in &texts {
        let mut once: Vec<&str> = text.iter().map(String::as_str).collect();
        once.sort_unstable();
        once.dedup();
        for word in once {
            *holding.entry(word).or_default() += 1;
        }
    }
    let score = |query: &[String], text: &[String]| -> f32 {
        query
            .iter()
            .map(|word| {
                let often = float(text.iter().filter(|other| *other == word).count());
                let n = float(holding.get(word.as_str()).copied().unwrap_or(0));
                let rarity = ((float(texts.len()) - n + 0.5) / (n + 0.5)).ln().max(1e-6);
                rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * float(text.len()) / mean))
            })
            .sum()
    };
    let rank = |&query: &usize| {
        let others = texts.iter().enumerate().filter(|(at, _)| *at != query);
        sorted(others.map(|(at, text)| (at, score(&texts[query], text))).filter(|(_, score)| *score > 0.0).collect())
    };
    queries.iter().map(rank).collect()
}

/// Groups of three letters, by how rare they are.
pub fn trigrams(titles: &[&str], queries: &[usize]) -> Rankings {
    let counted: Vec<HashMap<Vec<char>, f32>> = titles
        .iter()
        .map(|title| {
            let letters: Vec<char> = format!(" {} ", title.to_lowercase()).chars().collect();
            let mut counts = HashMap::new();
            for three in letters.windows(3) {
                *counts.entry(three.to_vec()).or_insert(0.0) += 1.0;
            }
            counts
        })
        .collect();
    let mut holding: HashMap<&[char], usize> = HashMap::new();
    for three in counted.iter().flat_map(HashMap::keys) {
        *holding.entry(three).or_default() += 1;
    }
    let weight = |three: &[char], often: f32| often * (float(titles.len()) / float(holding[three])).ln();
    let length = |counts: &HashMap<Vec<char>, f32>| {
        counts.iter().map(|(three, often)| weight(three, *often).powi(2)).sum::<f32>().sqrt()
    };
    let lengths: Vec<f32> = counted.iter().map(length).collect();
    let rank = |&query: &usize| {
        let others = (0..titles.len()).filter(|at| *at != query);
        let score = |at: usize| {
            let shared = counted[query].iter().filter_map(|(three, often)| {
                counted[at].get(three).map(|other| weight(three, *often) * weight(three, *other))
            });
            shared.sum::<f32>() / (lengths[query] * lengths[at]).max(f32::MIN_POSITIVE)
        };
        sorted(others.map(|at| (at, score(at))).collect())
    };
    queries.iter().map(rank).collect()
}

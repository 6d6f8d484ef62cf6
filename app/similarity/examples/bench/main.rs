//! `make bench-similar`: how well the ranking finds what is about the same problem.
#![expect(clippy::print_stdout, reason = "it is what it is for")]

mod measured;

use std::env;
use std::error::Error;

use measured::baselines::{bm25, trigrams};
use measured::{Measured, Set, half_of};
use similarity::{Engine, Field, Index, Known, Parts, Tuning, Vocabulary};

type Rankings = Vec<Vec<(usize, f32)>>;
/// A part's name, and how it is put to work.
type Step = (&'static str, fn(&mut Parts));

fn main() -> Result<(), Box<dyn Error>> {
    let here = env!("CARGO_MANIFEST_DIR");
    let path = env::var("SIMILAR_SET").ok().filter(|path| !path.is_empty());
    let path = path.unwrap_or_else(|| format!("{here}/../src/duplicates/testdata/titles.jsonl"));
    let set = Set::read(&path)?;
    let mut engine = Engine::new(vocabulary()?);
    engine.tuning = tuned(engine.tuning)?;
    for part in env::var("WITHOUT").unwrap_or_default().split_whitespace() {
        *engine.parts.by_name(part).ok_or_else(|| format!("WITHOUT: no {part}"))? = false;
    }
    println!("{}: {} titles, {} queries", set.name, set.titles.len(), set.queries().len());
    let all = set.queries();
    table(&set, &all, &mut engine);
    for (half, name) in ["first", "second"].iter().enumerate() {
        let queries: Vec<usize> = all.iter().copied().filter(|&at| half_of(&set.titles[at].topic) == half).collect();
        let shipped = ranked(&set, &engine, &queries, false);
        println!("{name} half by topic, {} queries: {}", queries.len(), Measured::of(&set, &queries, &shipped));
    }
    if env::var_os("SIMILAR_MISSES").is_some() {
        misses(&set, &engine, &all);
    }
    trainees(here, &engine)?;
    if let Some(path) = env::var("PAIRS_SET").ok().filter(|path| !path.is_empty()) {
        let pairs = measured::Pairs::read(&path)?;
        println!("pairs: auc={:.3}", pairs.auc(|a, b| alike(&engine, a, b)));
    }
    let shipped = ranked(&set, &engine, &all, false);
    println!("similar: {}", Measured::of(&set, &all, &shipped).in_short());
    Ok(())
}

/// The numbers of `TUNE`, "name=number name=number": to try others without building.
fn tuned(mut tuning: Tuning) -> Result<Tuning, Box<dyn Error>> {
    for word in env::var("TUNE").unwrap_or_default().split_whitespace() {
        let (name, number) = word.split_once('=').ok_or("TUNE: name=number")?;
        *tuning.by_name(name).ok_or_else(|| format!("TUNE: no {name}"))? = number.parse()?;
    }
    Ok(tuning)
}

/// The lists of a folder, to try others without building; else those that are embedded.
fn vocabulary() -> Result<Vocabulary, Box<dyn Error>> {
    let Some(folder) = env::var_os("VOCABULARY") else { return Ok(Vocabulary::embedded()?) };
    let mut lists = Vec::new();
    for file in std::fs::read_dir(folder)? {
        lists.push(std::fs::read_to_string(file?.path())?);
    }
    Ok(Vocabulary::parse(&lists.iter().map(String::as_str).collect::<Vec<_>>())?)
}

fn known(set: &Set, at: usize, problem: bool) -> Known {
    let title = &set.titles[at];
    let known = Known::titled(&title.title);
    if problem { known.and(Field::Problem, title.problem.as_deref().unwrap_or_default()) } else { known }
}

fn ranked(set: &Set, engine: &Engine, queries: &[usize], problem: bool) -> Rankings {
    let rows: Vec<_> = (0..set.titles.len()).map(|at| engine.rows(&known(set, at, problem))).collect();
    let index = Index::new(engine, &rows);
    queries
        .iter()
        .map(|&query| {
            let found = index.rank(&rows[query]).into_iter();
            found.map(|one| (one.project, one.score)).filter(|(project, _)| *project != query).collect()
        })
        .collect()
}

fn table(set: &Set, queries: &[usize], engine: &mut Engine) {
    let show = |name: &str, rankings: &Rankings| println!("{name:<38} {}", Measured::of(set, queries, rankings));
    let titles: Vec<&str> = set.titles.iter().map(|title| title.title.as_str()).collect();
    println!("\ntitle only");
    show("bm25 over stemmed words (FTS5)", &bm25(&titles, queries));
    show("character trigrams, tf-idf", &trigrams(&titles, queries));
    let steps: [Step; 7] = [
        ("words, rarity", |_| {}),
        ("+ vocabulary", |parts| parts.vocabulary = true),
        ("+ phrases in any order", |parts| parts.phrases = true),
        ("+ words of phrases", |parts| parts.words_of_phrases = true),
        ("+ broader concepts", |parts| parts.broader = true),
        ("+ misspelt words", |parts| parts.typing = true),
        ("+ what speaks against", |parts| parts.against = true),
    ];
    let shipped = engine.parts;
    engine.parts = Parts::WORDS;
    for (name, add) in steps {
        add(&mut engine.parts);
        show(name, &ranked(set, engine, queries, false));
    }
    engine.parts = shipped;
    show("shipped", &ranked(set, engine, queries, false));
    if set.titles.iter().any(|title| title.problem.is_some()) {
        println!("\ntitle with problem");
        show("shipped", &ranked(set, engine, queries, true));
    }
    println!();
}

fn misses(set: &Set, engine: &Engine, queries: &[usize]) {
    for (ranking, &query) in ranked(set, engine, queries, false).iter().zip(queries) {
        let asked = &set.titles[query];
        if ranking.first().is_some_and(|(first, _)| set.titles[*first].topic == asked.topic) {
            continue;
        }
        println!(
            "\n[{}] {} {:?}",
            asked.topic,
            asked.title,
            engine.rows(&known(set, query, false)).iter().map(|row| &row.term).collect::<Vec<_>>()
        );
        for (other, score) in ranking.iter().take(3) {
            println!("   {score:.2} [{}] {}", set.titles[*other].topic, set.titles[*other].title);
        }
        if let Some((place, (other, score))) =
            ranking.iter().enumerate().find(|(_, (other, _))| set.titles[*other].topic == asked.topic)
        {
            println!("   right at {}: {score:.2} {}", place + 1, set.titles[*other].title);
        }
    }
}

/// How like two titles are that stand for themselves: the field's own rarity is all that is known.
fn alike(engine: &Engine, a: &str, b: &str) -> f32 {
    let score = |a: &str, b: &str| {
        let rows = vec![engine.rows(&Known::titled(b))];
        Index::new(engine, &rows).rank(&engine.rows(&Known::titled(a))).first().map_or(0.0, |one| one.score)
    };
    f32::midpoint(score(a, b), score(b, a))
}

fn trainees(here: &str, engine: &Engine) -> Result<(), Box<dyn Error>> {
    let demo = measured::demo::read(here)?;
    let rows: Vec<_> = demo.projects.iter().map(|project| engine.rows(&project.known)).collect();
    let index = Index::new(engine, &rows);
    let path = env::var("TRAINEES_SET").ok().filter(|path| !path.is_empty());
    let asked = measured::demo::asked(&path.unwrap_or_else(|| format!("{here}/testdata/trainees.jsonl")))?;
    let floor = engine.tuning.floor;
    let answers: Vec<Vec<(&str, f32)>> = asked
        .iter()
        .map(|one| {
            let found = index.rank(&engine.rows_of_typed(&Known::titled(&one.title)));
            found
                .iter()
                .filter(|one| one.score >= floor)
                .take(3)
                .map(|one| (demo.projects[one.project].key.as_str(), one.score))
                .collect()
        })
        .collect();
    if env::var_os("SIMILAR_MISSES").is_some() {
        for (one, shown) in asked.iter().zip(&answers) {
            let best = index.rank(&engine.rows_of_typed(&Known::titled(&one.title)));
            let best: Vec<_> =
                best.iter().take(3).map(|one| (demo.projects[one.project].key.as_str(), one.score)).collect();
            let good = if one.right.is_empty() {
                shown.is_empty()
            } else {
                shown.first().is_some_and(|(key, _)| one.right.iter().any(|right| right == key))
            };
            if !good {
                println!("{} {:?}: {best:?}", one.title, one.right);
            }
        }
    }
    println!("{}", measured::demo::said(&asked, &answers));
    Ok(())
}

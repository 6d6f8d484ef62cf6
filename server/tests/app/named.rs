//! Every function of a store is named by a test: what no test calls can be wrong without anybody knowing.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Functions that no test names yet. One that is named has to leave the list.
const NOT_NAMED: &[&str] = &[
    // What fills the demonstration: each row is made through a macro.
    "add_trust",
    "holds",
    "index_all",
    // People.
    "department_of",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

fn all(folder: &Path) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    sources(folder, &mut found);
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source");
            (path.strip_prefix(folder).expect("inside").to_owned(), text)
        })
        .collect()
}

/// The files that are modules for tests alone: `#[cfg(test)] mod name;`.
fn only_tests(sources: &[(PathBuf, String)]) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for (path, text) in sources {
        let folder = if path.ends_with("mod.rs") { path.with_file_name("") } else { path.with_extension("") };
        for rest in text.split("#[cfg(test)]\nmod ").skip(1) {
            let name = rest.split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or_default();
            if rest[name.len()..].starts_with(';') {
                found.insert(folder.join(name).with_extension("rs"));
            }
        }
    }
    found
}

/// The part of a source that is the program, and the part that is tests.
fn halves<'a>(path: &Path, text: &'a str, tests: &BTreeSet<PathBuf>) -> (&'a str, &'a str) {
    // What stands in the folder of a module for tests is one too.
    if path.ancestors().any(|above| tests.contains(&above.with_extension("rs"))) {
        return ("", text);
    }
    text.split_once("#[cfg(test)]\nmod tests {").unwrap_or((text, ""))
}

fn is_store(path: &Path) -> bool {
    path.with_extension("").iter().any(|part| part == "store")
}

/// The room that a path below `app/src` is in.
fn room(path: &Path) -> &str {
    path.iter().next().and_then(|room| room.to_str()).unwrap_or_default()
}

/// The names of a text's public async functions, also of those inside a macro.
fn functions(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let name = line.trim_start().strip_prefix("pub async fn ")?;
        Some(name.split(['(', '<']).next().unwrap_or(name))
    })
}

/// Whether a text calls a function, or names it by its path.
fn names(text: &str, function: &str) -> bool {
    text.match_indices(function).any(|(at, _)| {
        let (before, after) = (&text[..at], &text[at + function.len()..]);
        let begins =
            !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '.')) && !before.ends_with("fn ");
        begins && (after.starts_with('(') || after.starts_with("::<"))
    })
}

#[test]
fn every_function_of_a_store_is_named_by_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let app = all(&root.join("../app/src"));
    let server = all(&root.join("tests"));
    let tests = only_tests(&app);
    let halves = |path: &Path, text| halves(path, text, &tests);
    let mut unnamed = BTreeSet::new();
    let mut counted = 0;
    for (path, text) in app.iter().filter(|(path, _)| is_store(path)) {
        for function in functions(halves(path, text).0) {
            counted += 1;
            // The same name in another room is another function, unless its path says otherwise.
            let here = app.iter().filter(|(other, _)| room(other) == room(path));
            // A store's part is named by its file.
            let part = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let by_path = [format!("store::{function}("), format!("store::{part}::{function}(")];
            let is_named = |tests: &str| by_path.iter().any(|path| tests.contains(path));
            let named = here.map(|(other, text)| halves(other, text).1).any(|tests| names(tests, function))
                || app.iter().map(|(other, text)| halves(other, text).1).any(is_named)
                || server.iter().any(|(_, tests)| is_named(tests));
            if !named {
                unnamed.insert(function);
            }
        }
    }
    assert!(counted > 150, "only {counted} functions were found");
    let excused: BTreeSet<&str> = NOT_NAMED.iter().copied().collect();
    let missing: Vec<_> = unnamed.difference(&excused).collect();
    assert!(missing.is_empty(), "of {counted} functions, no test names {missing:?}");
    let named: Vec<_> = excused.difference(&unnamed).collect();
    assert!(named.is_empty(), "are named by a test now, or are gone: take them out of NOT_NAMED: {named:?}");
}

#[test]
fn a_call_is_told_from_a_longer_word_and_a_definition() {
    for (text, is_call) in [
        ("add(&mut conn)", true),
        ("store::add(&mut conn)", true),
        ("add::<Row>(x)", true),
        ("readd(x)", false),
        ("set.add(x)", false),
        ("async fn add(x: u8)", false),
        ("add_all(x)", false),
    ] {
        assert_eq!(names(text, "add"), is_call, "{text}");
    }
}

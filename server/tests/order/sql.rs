//! SQL stands in stores, and each table has one room that writes it.

use std::collections::BTreeSet;

use super::fault::{Fault, Kind};
use super::layers::{Layer, layer};
use super::order::{SQL_OUTSIDE_STORES, WRITERS, WRITES_ANYTHING, WRITES_TOO};
use super::rooms::room;
use super::tree::{File, Tree};

/// SQL in files that are no stores, and statements made there.
pub fn outside_stores(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (at, file) in tree.files.iter().enumerate().filter(|(_, file)| !may_hold_sql(file)) {
        for (what, line) in sql(tree, at) {
            let says = format!("SQL ({what}) outside a store: move it to the store of its slice");
            faults.push(Fault::new(Kind::Sql, &file.path, line, says));
        }
    }
    faults
}

/// Exceptions that nothing needs any more.
pub fn needless_exceptions(tree: &Tree) -> Vec<Fault> {
    let needs = |name: &str| {
        let files = tree.files.iter().enumerate();
        files.filter(|(_, file)| is_of(file, name)).any(|(at, _)| !sql(tree, at).is_empty())
    };
    let needless = SQL_OUTSIDE_STORES.iter().chain(WRITES_ANYTHING).filter(|(name, _)| !needs(name));
    let told = |(name, _): &(&str, &str)| {
        let says = format!("{name} holds no SQL any more: take it out of the exceptions");
        Fault::new(Kind::Sql, "server/tests/order/order.rs", 1, says)
    };
    needless.map(told).collect()
}

/// The beginnings of a file's SQL and its calls of sqlx's queries, with their lines.
fn sql(tree: &Tree, at: usize) -> Vec<(String, usize)> {
    let texts = tree.files[at].names.texts.iter().filter(|(text, _)| is_sql(text)).map(|(text, line)| {
        let words: Vec<&str> = text.split_whitespace().take(4).collect();
        let blank = text.len() - text.trim_start().len();
        (format!("“{} …”", words.join(" ")), line + text[..blank].matches('\n').count())
    });
    let is_query = |name: &String| name.starts_with("query") || ["QueryBuilder", "raw_sql"].contains(&name.as_str());
    let outside = tree.outside(at).into_iter();
    let queries = outside
        .filter(|(path, _)| path[0] == "sqlx" && path.iter().any(is_query))
        .map(|(path, line)| (path.join("::"), line));
    texts.chain(queries).collect()
}

/// Rooms that write a table of another.
pub fn foreign_writers(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in tree.files.iter().filter(|file| !WRITES_ANYTHING.iter().any(|(name, _)| *name == room(file))) {
        for (text, line) in &file.names.texts {
            for Write { table, after } in writes(text) {
                let writer = WRITERS.iter().find(|(written, _)| *written == table).map(|(_, writer)| *writer);
                let says = match writer {
                    Some(writer) if writer == room(file) => continue,
                    Some(_) if WRITES_TOO.iter().any(|(of, too, _)| *of == room(file) && *too == table) => continue,
                    Some(writer) => {
                        format!("{} writes {table}, which {writer} alone writes: call {writer}", room(file))
                    }
                    None if !is_sql(text) => continue,
                    None if table.is_empty() => "a statement that writes names its table in the same string".to_owned(),
                    None => format!("{} writes {table}, which has no writer: add it to WRITERS", room(file)),
                };
                faults.push(Fault::new(Kind::Writer, &file.path, line + after, says));
            }
        }
    }
    faults
}

/// Statements that say what becomes of a row that is there already before they say which: `insert or replace` and its
/// like. What they say holds in the triggers too, which then mark nothing and say nothing.
pub fn conflict_clauses(tree: &Tree) -> Vec<Fault> {
    let mut faults = Vec::new();
    for file in &tree.files {
        for (text, line) in file.names.texts.iter().filter(|(text, _)| is_sql(text)) {
            let words = words(text);
            let clause = words.windows(2).find(|two| {
                matches!((two[0].0.as_str(), two[1].0.as_str()), ("insert" | "update", "or") | ("replace", "into"))
            });
            if let Some([(word, after), _]) = clause {
                let says = format!("“{word} or …” silences the triggers: say `on conflict (…) do` instead");
                faults.push(Fault::new(Kind::Clause, &file.path, line + after, says));
            }
        }
    }
    faults
}

/// Tables of the migrations without a writer in the list, and writers of tables that are not there.
pub fn unlisted_tables(migrations: &[(String, String)]) -> Vec<Fault> {
    let mut tables = BTreeSet::new();
    let mut faults = Vec::new();
    for (path, text) in migrations {
        let words =
            words(&text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect::<Vec<_>>().join("\n"));
        for (at, (word, line)) in words.iter().enumerate() {
            let next = |ahead: usize| words.get(at + ahead).map_or("", |(word, _)| word.as_str());
            let named = match (word.as_str(), next(1), next(2)) {
                ("create", "table", "if") => next(5),
                ("create", "table", name) => name,
                ("create", "virtual", "table") => next(3),
                ("drop", "table", name) => {
                    tables.remove(name);
                    continue;
                }
                ("rename", "to", name) => {
                    tables.remove(words[at - 1].0.as_str());
                    name
                }
                _ => continue,
            };
            tables.insert(named.to_owned());
            if !WRITERS.iter().any(|(table, _)| *table == named) {
                let says = format!("the table {named} has no writer: add it to WRITERS");
                faults.push(Fault::new(Kind::Writer, path, line + 1, says));
            }
        }
    }
    // A table that was dropped or renamed on the way wants no writer.
    faults.retain(|fault| tables.iter().any(|table| fault.says().starts_with(&format!("the table {table} "))));
    for (table, _) in WRITERS.iter().filter(|(table, _)| !tables.contains(*table)) {
        let says = format!("WRITERS names the table {table}, which no migration makes: take it out");
        faults.push(Fault::new(Kind::Writer, "server/tests/order/order.rs", 1, says));
    }
    faults
}

fn may_hold_sql(file: &File) -> bool {
    layer(file) == Some(Layer::Store) || SQL_OUTSIDE_STORES.iter().any(|(name, _)| is_of(file, name))
}

/// Whether a file is the one of this path, or stands in the room of this name.
fn is_of(file: &File, name: &str) -> bool {
    name == file.path || name == room(file)
}

/// Whether a string is a statement or the beginning of one, or holds one in brackets.
fn is_sql(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let says = |at: usize, any: &[&str]| words.get(at).is_some_and(|word| any.contains(word));
    let begins = match words.first().copied() {
        // A word alone, without a blank behind it, is a choice or a name.
        Some("select") => !text.trim_start().ends_with("select"),
        Some("insert") => says(1, &["into", "or"]),
        Some("update") => words.contains(&"set"),
        Some("delete") => says(1, &["from"]),
        Some("with") => {
            says(1, &["recursive"]) || says(2, &["as"]) || words.get(1).is_some_and(|word| word.contains('('))
        }
        Some("create" | "drop" | "alter") => {
            says(1, &["table", "index", "trigger", "view", "virtual", "temp", "unique"])
        }
        Some("pragma") => true,
        _ => false,
    };
    let in_brackets =
        words.windows(2).any(|two| two[0].ends_with("(select") && two[1].starts_with(|c: char| c.is_ascii_digit()))
            || text.contains("(select ") && words.contains(&"from");
    begins || in_brackets
}

struct Write {
    /// Nothing when the string ends before it.
    table: String,
    /// In which line of the string, counted from 0.
    after: usize,
}

/// What a string writes.
fn writes(text: &str) -> Vec<Write> {
    let words = words(text);
    let mut writes = Vec::new();
    for (at, (word, line)) in words.iter().enumerate() {
        let next = |ahead: usize| words.get(at + ahead).map_or("", |(word, _)| word.as_str());
        let name = match (word.as_str(), next(1)) {
            ("insert", "into") | ("delete", "from") => 2,
            ("replace", "into") if at == 0 || words[at - 1].0 != "or" => 2,
            ("insert", "or") if next(3) == "into" => 4,
            ("update", "or") if next(4) == "set" => 3,
            ("update", _) if next(2) == "set" || next(2) == "as" && next(4) == "set" => 1,
            _ => continue,
        };
        writes.push(Write { table: next(name).to_owned(), after: *line });
    }
    writes
}

/// The words of a text, each with its line counted from 0; punctuation is a word of its own.
fn words(text: &str) -> Vec<(String, usize)> {
    let mut words: Vec<(String, usize)> = Vec::new();
    let mut open = false;
    let mut line = 0;
    for c in text.chars() {
        let goes_on = c == '_' || c.is_alphanumeric();
        match words.last_mut().filter(|_| open && goes_on) {
            Some((word, _)) => word.push(c),
            None if !c.is_whitespace() => words.push((c.to_string(), line)),
            None => {}
        }
        open = goes_on;
        line += usize::from(c == '\n');
    }
    words
}

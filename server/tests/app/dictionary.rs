//! `docs/data-dictionary.md`: what every table and column of the migrated store means. Its shape is read
//! from the store itself; its words from the comments of the migrations, and, for what they leave out,
//! from `docs/data-dictionary.txt`; where both say something, the notes come first. The page in the repository has to be the one that this makes.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use app::continuity::derived::DERIVED;
use app::db::{Connection, MIGRATIONS, Store};
use sqlx::FromRow;

/// Set, to anything, it writes the page instead of comparing it.
const WRITES: &str = "UPDATE_DICTIONARY";

fn docs(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name)
}

/// What stands for all columns of a name in the notes.
const ANY_TABLE: &str = "*";

/// What tables and columns mean: a column by its table and name, a table by its name alone.
#[derive(Debug, Default)]
struct Meanings(BTreeMap<(String, Option<String>), String>);

impl Meanings {
    fn get(&self, table: &str, column: Option<&str>) -> Option<&str> {
        self.0.get(&(table.to_owned(), column.map(str::to_owned))).map(String::as_str)
    }

    /// From the comments of the migrations: those right above a `create table`, a column inside it, or an
    /// `alter table … add column`.
    fn of_migrations() -> Self {
        let mut meanings = Self::default();
        for migration in MIGRATIONS.iter() {
            let (mut said, mut table) = (Vec::new(), String::new());
            for line in migration.sql.as_str().lines() {
                let words: Vec<&str> = line.trim().split([' ', '(']).collect();
                if let Some(comment) = line.trim().strip_prefix("--") {
                    said.push(comment.trim());
                    continue;
                }
                let comment = std::mem::take(&mut said).join(" ");
                let about = match words.as_slice() {
                    ["create", "table", name, ..] => {
                        table = (*name).to_owned();
                        Some((table.clone(), None))
                    }
                    ["alter", "table", name, "add", "column", column, ..] => {
                        Some(((*name).to_owned(), Some((*column).to_owned())))
                    }
                    [column, ..] if line.starts_with("    ") && !table.is_empty() => {
                        Some((table.clone(), Some((*column).to_owned())))
                    }
                    _ => {
                        table.clear();
                        None
                    }
                };
                if let Some(about) = about.filter(|_| !comment.is_empty()) {
                    meanings.0.insert(about, comment);
                }
            }
        }
        meanings
    }

    /// From the notes: one a line, `table: …`, `table.column: …` or `*.column: …`.
    fn of_notes(notes: &str) -> Self {
        let lines = notes.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let meaning = |line: &str| {
            let (about, meaning) = line.split_once(": ").unwrap_or_else(|| panic!("no meaning in the line {line:?}"));
            let (table, column) = match about.split_once('.') {
                Some((table, column)) => (table, Some(column.to_owned())),
                None => (about, None),
            };
            ((table.to_owned(), column), meaning.to_owned())
        };
        let mut meanings = Self::default();
        for (about, meaning) in lines.map(meaning) {
            assert!(meanings.0.insert(about.clone(), meaning).is_none(), "{about:?} stands twice in the notes");
        }
        meanings
    }
}

#[derive(FromRow)]
struct Table {
    name: String,
    sql: String,
}

#[derive(FromRow)]
struct Column {
    name: String,
    #[sqlx(rename = "type")]
    kind: String,
    required: bool,
    default: Option<String>,
    key: bool,
    refers_to: Option<String>,
}

/// An index or a trigger of a table; an index that a `unique` in the table makes has a name of SQLite's.
#[derive(FromRow)]
struct Part {
    name: String,
    kind: String,
    columns: Option<String>,
    sql: String,
}

async fn tables(conn: &mut Connection) -> Vec<Table> {
    sqlx::query_as(
        "select s.name, s.sql from sqlite_schema s join pragma_table_list l on l.schema = 'main' and l.name = s.name
         where s.type = 'table' and l.type in ('table', 'virtual') and s.name not like '\\_sqlx%' escape '\\'
           and s.name not like 'sqlite\\_%' escape '\\'
         order by s.name",
    )
    .fetch_all(conn)
    .await
    .expect("the tables")
}

async fn columns(conn: &mut Connection, table: &str) -> Vec<Column> {
    sqlx::query_as(
        "select c.name, lower(c.type) as type, c.\"notnull\" or c.pk > 0 as required, c.dflt_value as \"default\", c.pk > 0 as key,
                (select f.\"table\" from pragma_foreign_key_list($1) f where f.\"from\" = c.name) as refers_to
         from pragma_table_info($1) c order by c.cid",
    )
    .bind(table)
    .fetch_all(conn)
    .await
    .expect("its columns")
}

async fn parts(conn: &mut Connection, table: &str) -> Vec<Part> {
    sqlx::query_as(
        "select i.name, iif(i.\"unique\", 'Unique', 'Index') as kind, coalesce(s.sql, '') as sql,
                (select group_concat(c.name, ', ' order by c.seqno) from pragma_index_info(i.name) c) as columns
         from pragma_index_list($1) i left join sqlite_schema s on s.name = i.name where i.origin <> 'pk'
         union all
         select name, 'Trigger', sql, null from sqlite_schema where tbl_name = $1 and type = 'trigger'
         order by kind, columns, name",
    )
    .bind(table)
    .fetch_all(conn)
    .await
    .expect("its indexes and triggers")
}

/// The words that a column may hold, as the table's `check` lists them.
fn choices(sql: &str, column: &str) -> Option<String> {
    let (_, listed) = sql.split_once(&format!("check ({column} in"))?;
    let (_, listed) = listed.split_once('(')?;
    let (listed, _) = listed.split_once(')')?;
    let words = listed.split(',').map(|word| format!("`{}`", word.trim().trim_matches('\'')));
    Some(words.collect::<Vec<_>>().join(", "))
}

/// Puts the page together, and finds what has no meaning and which notes are about nothing.
#[derive(Default)]
struct Dictionary {
    page: String,
    silent: Vec<String>,
    used: BTreeSet<(String, Option<String>)>,
}

impl Dictionary {
    fn meaning(&mut self, migrations: &Meanings, notes: &Meanings, table: &str, column: Option<&str>) -> String {
        let noted = [table, ANY_TABLE].into_iter().find_map(|of| Some((of, notes.get(of, column)?)));
        if let Some((of, _)) = noted {
            self.used.insert((of.to_owned(), column.map(str::to_owned)));
        }
        let noted = noted.map(|(_, meaning)| meaning);
        match (noted, migrations.get(table, column)) {
            (Some(noted), Some(comment)) => return format!("{noted} {comment}"),
            (Some(meaning), None) | (None, Some(meaning)) => return meaning.to_owned(),
            (None, None) => {}
        }
        self.silent.push(column.map_or_else(|| table.to_owned(), |column| format!("{table}.{column}")));
        "no comment".to_owned()
    }

    fn line(&mut self, line: &str) {
        self.page.push_str(line);
        self.page.push('\n');
    }

    fn column(&mut self, table: &Table, column: &Column, meaning: &str) {
        let mut kind = if column.kind.is_empty() { "text".to_owned() } else { column.kind.clone() };
        if column.key {
            kind.push_str(", key");
        }
        if !column.required {
            kind.push_str(", or null");
        }
        if let Some(default) = column.default.as_deref().filter(|default| *default != "''") {
            let _ = write!(kind, ", else {}", default.trim_matches('\''));
        }
        let mut meaning = meaning.to_owned();
        if let Some(choices) = choices(&table.sql, &column.name).filter(|choices| choices != "`0`, `1`") {
            let _ = write!(meaning, " One of {choices}.");
        }
        if let Some(other) = &column.refers_to {
            let _ = write!(meaning, " → [{other}](#{other})");
        }
        self.line(&format!("| `{}` | {kind} | {} |", column.name, meaning.replace('|', "\\|")));
    }

    fn part(&mut self, part: &Part) {
        let mut line = format!("- {}", part.kind);
        if !part.name.starts_with("sqlite_") {
            let _ = write!(line, " `{}`", part.name);
        }
        if let Some(columns) = &part.columns {
            let _ = write!(line, ": {columns}");
        }
        if let (Some(_), Some((_, only))) = (&part.columns, part.sql.split_once(" where ")) {
            let _ = write!(line, " where `{}`", only.trim());
        }
        self.line(&line);
    }
}

const HEAD: &str = "\
# Data dictionary

Made by `server/tests/app/dictionary.rs` from the migrated store, the comments of `migrations/` and `docs/data-dictionary.txt`. To write it anew:

    UPDATE_DICTIONARY=1 make unit ARGS=dictionary

Ids are UUIDv7 as hyphenated text. A column that ends in `_on` is a day (`YYYY-MM-DD`), one that ends in `_at` a moment (RFC 3339, UTC). Flags are 0 and 1. A text that may be missing is empty, not null, unless null means something of its own. Every table is `strict`.
";

async fn dictionary(conn: &mut Connection, notes: &str) -> Dictionary {
    let (migrations, notes) = (Meanings::of_migrations(), Meanings::of_notes(notes));
    let mut made = Dictionary { page: HEAD.to_owned(), ..Dictionary::default() };
    for table in tables(conn).await {
        let meaning = made.meaning(&migrations, &notes, &table.name, None);
        made.line(&format!("\n## {}\n\n{meaning}\n\n| column | type | meaning |\n|---|---|---|", table.name));
        for column in columns(conn, &table.name).await {
            let meaning = made.meaning(&migrations, &notes, &table.name, Some(&column.name));
            made.column(&table, &column, &meaning);
        }
        let parts = parts(conn, &table.name).await;
        if !parts.is_empty() {
            made.line("");
        }
        for part in &parts {
            made.part(part);
        }
    }
    let idle: Vec<_> = notes.0.keys().filter(|about| !made.used.contains(*about)).collect();
    assert!(idle.is_empty(), "docs/data-dictionary.txt explains what is not there: {idle:?}");
    made
}

#[tokio::test]
async fn the_data_dictionary_is_that_of_the_migrations() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("baton.db");
    let store = Store::open(&file, DERIVED).await.expect("a store");
    let mut conn = store.read().await.expect("a reader");
    let notes = std::fs::read_to_string(docs("data-dictionary.txt")).expect("the notes");
    let made = dictionary(&mut conn, &notes).await;
    assert!(
        made.silent.is_empty(),
        "say what {:?} mean, in a comment above each in its migration (or, for a migration that was released, in docs/data-dictionary.txt)",
        made.silent
    );
    let page = docs("data-dictionary.md");
    if std::env::var_os(WRITES).is_some() {
        std::fs::write(&page, &made.page).expect("written");
    }
    let there = std::fs::read_to_string(&page).unwrap_or_default();
    let differs = made.page.lines().zip(there.lines()).find(|(made, there)| made != there);
    assert!(
        there == made.page,
        "docs/data-dictionary.md is not that of the migrations, first in {differs:?}: write it anew with `{WRITES}=1 make unit ARGS=dictionary`"
    );
}

#[test]
fn comments_are_of_what_stands_under_them() {
    let meanings = Meanings::of_migrations();
    assert_eq!(meanings.get("away", None), Some("A period out of a post, with dates and no reason."));
    assert_eq!(meanings.get("measure", Some("centre")), Some("A centre line given by hand."));
    assert_eq!(
        meanings.get("team_role", Some("opened_by")),
        Some("Who opened the question: the team invited the person, or the person asked to join.")
    );
    assert_eq!(meanings.get("trust", None), None, "a heading of the file is of no table");
}

#[test]
fn what_a_column_may_hold_is_read_from_its_check() {
    let sql = "create table t (a text not null check (a in\n    ('x', 'y')), b integer check (b in (0, 1)))";
    assert_eq!(choices(sql, "a").as_deref(), Some("`x`, `y`"));
    assert_eq!(choices(sql, "b").as_deref(), Some("`0`, `1`"));
    assert_eq!(choices(sql, "c"), None);
}

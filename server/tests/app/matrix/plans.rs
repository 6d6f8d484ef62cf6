//! How the store finds what is asked of it: every statement that the matrix sends, explained by SQLite.

use std::collections::{BTreeMap, BTreeSet};

use app::testing::Result;
use http::StatusCode;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, Connection as _, Row as _};

use super::row::Call;
use super::run;
use super::world::{Actor, World};
use super::{links, rows};
use crate::statements::sent_by;

/// Where a table is read from end to end on purpose: the table, words of the statement, and why. Each has
/// to be met.
const READ_WHOLE: &[(&str, &str, &str)] = &[
    ("installation", "from installation", "it has one row"),
    ("trust", "t.demonstration = 1", "the demonstration, and there are few trusts"),
    ("history", "order by sequence desc limit 1", "stops at the first row"),
    ("session", "order by created_at limit", "stops at the first session that may still be used"),
    ("access_link", "order by expires_at limit", "stops at the first link that is not long over"),
    ("mail_domain", "exists (select 1 from mail_domain)", "stops at the first row"),
    ("password_code", "delete from password_code", "holds only the codes of a day"),
    ("project", "select count(*) as n from project", "how many projects there are says how rare a word is"),
];

/// Lists as forms ask for them, and no link: every order, what is missing, and other days.
const VIEWS: &[&str] = &[
    "/projects?sort=risk",
    "/projects?sort=measurement",
    "/projects?sort=title&page=2",
    "/projects?sort=reference&status=any",
    "/projects?gap=risk&sort=risk",
    "/projects?view=table&sort=supervisor&reverse=yes",
    "/projects?view=table&sort=department&status=any",
    "/projects?gap=measure",
    "/projects?gap=step&mine=yes",
    "/projects?continuity=due&gap=supervisor",
    "/projects?continuity=ended",
    "/projects?on=2026-08-05",
    "/projects?on=2026-08-05&continuity=in_pool&type=clinical_audit",
    "/projects?on=2026-01-05&status=any&sort=risk&q=sepsis",
    "/projects.csv?on=2026-08-05&gap=risk",
    "/pool?specialty=Acute%20internal%20medicine",
];

/// The statements of a text: they end with semicolons, which may stand in quotes.
fn statements(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut quote) = (Vec::new(), 0, None);
    for (at, c) in text.char_indices() {
        match quote {
            Some(open) if open == c => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c == ';' => {
                found.push(text[start..at].trim());
                start = at + 1;
            }
            None => {}
        }
    }
    found.push(text[start..].trim());
    found.retain(|one| !one.is_empty());
    found
}

/// The tables by the pages at which they and their indexes begin.
async fn beginnings(conn: &mut SqliteConnection) -> Result<BTreeMap<i64, String>> {
    let rows: Vec<(i64, String)> =
        sqlx::query_as("select rootpage, tbl_name from sqlite_schema where rootpage > 0").fetch_all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// The tables that a statement reads from end to end, themselves or one of their indexes. This stands in the
/// instructions that SQLite makes of it: a cursor is opened on the page at which the table begins, moved to
/// one end, and from there on row by row. (`explain query plan` names aliases, which need not be unique.)
async fn read_whole(
    conn: &mut SqliteConnection,
    statement: &str,
    beginnings: &BTreeMap<i64, String>,
) -> Result<BTreeSet<String>> {
    let program = sqlx::query(AssertSqlSafe(format!("explain {statement}"))).fetch_all(conn).await?;
    let (mut open, mut ended, mut whole) = (BTreeMap::new(), BTreeSet::new(), BTreeSet::new());
    for step in &program {
        let (cursor, second): (i64, i64) = (step.get("p1"), step.get("p2"));
        match step.get::<&str, _>("opcode") {
            // The numbers of cursors begin anew in each program: that of a trigger follows the statement's.
            "Init" => {
                open.clear();
                ended.clear();
            }
            "OpenRead" | "OpenWrite" | "ReopenIdx" => {
                open.insert(cursor, second);
            }
            // Holds what a part of the statement found.
            "OpenEphemeral" | "OpenAutoindex" | "OpenPseudo" => {
                open.remove(&cursor);
            }
            "Rewind" | "Last" => {
                ended.insert(cursor);
            }
            "Next" | "Prev" if ended.contains(&cursor) => {
                whole.extend(open.get(&cursor).and_then(|page| beginnings.get(page)).cloned());
            }
            "Count" => whole.extend(open.get(&cursor).and_then(|page| beginnings.get(page)).cloned()),
            _ => {}
        }
    }
    Ok(whole)
}

/// Opens every page with its links, and sends every form, as those who may.
async fn everything(world: &mut World) {
    for actor in Actor::list("lead academy nobody") {
        links::walk(world, actor).await;
    }
    let browser = world.browser(Actor::Academy);
    for view in VIEWS {
        let mut answer = browser.get(view).await;
        // There is one page of projects here: the next one is looked for, and leads back.
        if view.contains("page=") {
            assert_eq!(answer.location(), view.split("&page=").next().unwrap_or_default());
            answer = browser.follow(&answer).await;
        }
        assert_eq!(answer.status, StatusCode::OK, "{view}");
    }
    for row in rows().iter().filter(|row| matches!(row.call, Call::Post(_))) {
        run::once_each(world, row).await;
    }
}

#[tokio::test]
async fn no_statement_reads_a_table_from_end_to_end() -> Result {
    let mut world = World::new().await?;
    let ((), sent) = sent_by(everything(&mut world)).await;
    let options = SqliteConnectOptions::new().filename(world.file()).read_only(true);
    let mut conn = SqliteConnection::connect_with(&options).await?;
    let beginnings = beginnings(&mut conn).await?;
    let texts: BTreeSet<&str> = sent.keys().flat_map(|text| statements(text)).collect();
    let (mut explained, mut whole, mut met) = (0, Vec::new(), BTreeSet::new());
    for statement in texts {
        let first = statement.split_whitespace().next().unwrap_or_default();
        if !["select", "with", "insert", "update", "delete"].contains(&first) {
            continue;
        }
        explained += 1;
        for table in read_whole(&mut conn, statement, &beginnings).await? {
            match READ_WHOLE.iter().position(|(of, words, _)| *of == table && statement.contains(words)) {
                Some(known) => {
                    met.insert(known);
                }
                None => whole.push(format!("{table}: {statement}")),
            }
        }
    }
    super::say(&format!("{explained} statements explained"));
    assert!(explained > 200, "only {explained} statements were heard");
    assert!(whole.is_empty(), "{} read a table from end to end:\n\n{}", whole.len(), whole.join("\n\n"));
    let unmet: Vec<_> = READ_WHOLE.iter().enumerate().filter(|(at, _)| !met.contains(at)).collect();
    assert!(unmet.is_empty(), "no statement does this any more: {unmet:?}");
    Ok(())
}

#[tokio::test]
async fn what_is_read_from_end_to_end_is_told_from_what_is_looked_up() -> Result {
    let at = app::testing::Fixture::new().await;
    let mut conn = at.store.write().await?;
    let beginnings = beginnings(&mut conn).await?;
    for (statement, whole) in [
        ("select title from project where id = $1", None),
        ("select title from project where title = $1", Some("project")),
        ("select count(*) from project", Some("project")),
        ("select id from project order by id", Some("project")),
        ("select p.title from team_role r join project p on p.id = r.project_id where r.person_id = $1", None),
        ("select 1 where exists (select 1 from project p where p.problem = $1)", Some("project")),
        ("update project set title = $2 where id = $1", None),
        ("update project set title = $2 where title = $1", Some("project")),
    ] {
        let found = read_whole(&mut conn, statement, &beginnings).await?;
        assert_eq!(found.first().map(String::as_str), whole, "{statement}");
    }
    assert_eq!(statements("select ';' ; select 2;\n"), ["select ';'", "select 2"]);
    Ok(())
}

//! Permission, proved whole: every page, download and server function, asked for by everybody, of every
//! kind of project. What is allowed stands in the tables of `who.rs`, `pages.rs` and `forms.rs`; all the rest is
//! refused, and leaves the whole store as it was. Then the proof that this would notice: with any one
//! check of `access.rs` broken, it does.

mod forms;
mod ids;
mod known;
mod links;
mod pages;
mod plans;
mod row;
mod run;
mod who;
mod world;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use app::access::Action;
use app::access::broken::{self, Check};
use app::testing::Result;

use row::Row;
use run::Count;
use world::World;

fn rows() -> Vec<Row> {
    [pages::rows(), forms::rows()].concat()
}

#[test]
fn every_page_function_and_action_has_its_row() {
    let rows = rows();
    let there: BTreeSet<&str> = app::routes::routes()
        .iter()
        .map(|route| route.path)
        .chain(server_fn::axum::server_fn_paths().map(|(path, _)| path))
        .collect();
    let told: BTreeSet<&str> = rows.iter().map(|row| row.path).collect();
    assert_eq!(
        there.difference(&told).collect::<Vec<_>>(),
        Vec::<&&str>::new(),
        "have no row: teach the matrix who may"
    );
    assert_eq!(told.difference(&there).collect::<Vec<_>>(), Vec::<&&str>::new(), "are rows of nothing");
    let actions: BTreeSet<&str> = rows.iter().map(|row| row.action).filter(|action| !action.is_empty()).collect();
    assert_eq!(actions, Action::NAMES.iter().copied().collect(), "the actions of the rows and of access.rs");
    for row in &rows {
        assert!(!row.may.is_empty(), "{} is allowed to nobody", row.name());
    }
}

/// Tries every cell of these rows.
async fn hold(rows: Vec<Row>, what: &str) -> Result {
    let mut world = World::new().await?;
    let (mut count, mut wrong) = (Count::default(), Vec::new());
    for row in &rows {
        wrong.extend(run::whole(&mut world, row, &mut count).await);
    }
    say(&format!("{what}: {} rows, {count}", rows.len()));
    assert!(wrong.is_empty(), "{} cells are not as the table says:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

#[tokio::test]
async fn every_page_of_a_project_is_for_whom_the_table_says() -> Result {
    let rows = pages::rows().into_iter().filter(Row::is_of_a_project).collect();
    hold(rows, "pages and downloads of a project").await
}

#[tokio::test]
async fn every_other_page_is_for_whom_the_table_says() -> Result {
    let rows = pages::rows().into_iter().filter(|row| !row.is_of_a_project()).collect();
    hold(rows, "all other pages and downloads").await
}

#[tokio::test]
async fn every_function_of_what_a_project_holds_is_for_whom_the_table_says() -> Result {
    hold(forms::of_content(), "functions of what a project holds").await
}

#[tokio::test]
async fn every_other_function_is_for_whom_the_table_says() -> Result {
    hold(forms::of_the_rest(), "all other functions").await
}

#[tokio::test]
async fn no_page_has_an_id_twice_or_names_one_that_is_not_there() -> Result {
    let mut world = World::new().await?;
    let (mut seen, mut wrong) = (0, Vec::new());
    for row in pages::rows() {
        if !row.before.is_empty() {
            world.restore().await;
            world.prepare(row.before).await;
        }
        wrong.extend(ids::of_row(&mut world, &row, &mut seen).await);
        if !row.before.is_empty() {
            world.restore().await;
        }
    }
    say(&format!("{seen} pages read for their ids"));
    assert!(seen > 1_000, "only {seen} pages");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    Ok(())
}

/// With one check of one action broken, a cell differs, for each check and each action.
#[tokio::test]
async fn a_broken_check_is_noticed() -> Result {
    let mut world = World::new().await?;
    let rows = rows();
    let (mut table, mut unnoticed) = (String::new(), Vec::new());
    for action in Action::NAMES.iter().copied().filter(|action| !known::OF_ONESELF.contains(action)) {
        let _ = writeln!(table, "{action}");
        for (check, words) in [(Check::May, "`may` says yes"), (Check::Require, "`require` is skipped")] {
            broken::set(Some((check, action)));
            let mut caught = Vec::new();
            let of_action: Vec<&Row> = rows.iter().filter(|row| row.action == action).collect();
            for row in &of_action {
                caught.extend(run::first_wrong(&mut world, row).await);
            }
            broken::set(None);
            let _ = writeln!(table, "  {words}: {} of {} rows notice", caught.len(), of_action.len());
            for cell in &caught {
                let _ = writeln!(table, "    {cell}");
            }
            if caught.is_empty() {
                unnoticed.push(format!("{action} where {words}"));
            }
        }
    }
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("matrix-bite.txt");
    std::fs::write(&file, &table)?;
    say(&table);
    assert!(unnoticed.is_empty(), "nothing notices {unnoticed:?}");
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the table is what whoever runs this wants to read")]
fn say(words: &str) {
    println!("{words}");
}

//! Each kind of fault is found in an invented house, with its line; a clean one has none.

use super::fault::Kind;
use super::faults;
use super::order::WRITERS;
use super::sql::unlisted_tables;
use super::tree::Tree;

/// A house in order, in which each file uses what it may.
const CLEAN: &[(&str, &str)] = &[
    ("app/spc/src/lib.rs", "pub mod chart;\npub use chart::Chart;"),
    ("app/spc/src/chart.rs", "pub struct Chart;"),
    (
        "app/src/lib.rs",
        "pub mod error;\npub mod web;\npub mod people;\npub mod measures;\npub mod cycles;\npub mod routes;",
    ),
    ("app/src/error.rs", "pub enum Error { Missing }"),
    ("app/src/web/mod.rs", "pub mod page;"),
    (
        "app/src/web/page.rs",
        "use crate::error::Error;\npub struct Page;\npub fn page() -> Result<Page, Error> { Ok(Page) }",
    ),
    ("app/src/people/mod.rs", "pub mod model;\npub mod store;\npub mod pages;\npub use model::Person;"),
    ("app/src/people/model.rs", "pub struct Person;"),
    ("app/src/people/store.rs", "use super::model::Person;\npub fn person() -> Person { Person }"),
    (
        "app/src/people/pages.rs",
        "use crate::web::page;\nuse super::store;\npub fn routes() { store::person(); page::page(); }",
    ),
    ("app/src/measures/mod.rs", "pub mod store;"),
    (
        "app/src/measures/store.rs",
        "use crate::people::Person;\nuse spc::Chart;\npub fn of(_: Person) -> Chart { Chart }",
    ),
    ("app/src/cycles/mod.rs", "pub fn ramp() {}"),
    ("app/src/routes.rs", "pub fn all() { crate::people::pages::routes() }"),
    ("server/src/main.rs", "fn main() { app::routes::all() }"),
];

/// What is found when these files are added to the clean house, or stand in place of its own.
fn found(changed: &[(&str, &str)]) -> Vec<(Kind, String)> {
    let kept = CLEAN.iter().filter(|(path, _)| !changed.iter().any(|(other, _)| other == path));
    let tree = Tree::of(kept.chain(changed).copied());
    faults(&tree, &migrations()).iter().map(|fault| (fault.kind, fault.to_string())).collect()
}

/// One migration that makes every table of the list, and others that are gone at its end.
fn migrations() -> Vec<(String, String)> {
    let tables = WRITERS.iter().map(|(table, _)| format!("create table {table} (id text) strict;\n"));
    let gone = "-- create table noted (id text);\ncreate table old (id text);\ndrop table old;\n".to_owned();
    vec![("migrations/0001_all.sql".to_owned(), tables.chain([gone]).collect())]
}

/// That there is one fault of this kind, and that it begins and goes on with these words.
fn assert_one(changed: &[(&str, &str)], kind: Kind, begins: &str, says: &str) {
    let found = found(changed);
    let of_kind: Vec<&str> = found.iter().filter(|(other, _)| *other == kind).map(|(_, text)| text.as_str()).collect();
    assert_eq!(of_kind.len(), 1, "{found:#?} in {changed:#?}");
    assert!(of_kind[0].starts_with(begins) && of_kind[0].contains(says), "{found:#?}");
}

#[test]
fn a_house_in_order_has_no_fault() {
    assert_eq!(found(&[]), []);
}

#[test]
fn a_room_that_is_not_in_the_list_is_found() {
    assert_one(&[("app/src/helpers/mod.rs", "")], Kind::Unlisted, "app/src/helpers/mod.rs:1: ", "add it to ORDER");
}

#[test]
fn an_import_of_a_later_room_is_found() {
    let people = "pub struct Person;\nuse crate::{\n    error::Error,\n    measures::store as other,\n};";
    assert_one(
        &[("app/src/people/model.rs", people)],
        Kind::Upward,
        "app/src/people/model.rs:4: ",
        "people uses measures, which comes after it",
    );
}

#[test]
fn a_path_to_a_later_room_is_found_in_expressions_and_macros() {
    let paths = [
        "pub struct Person;\nfn f() {\n    let _ = 1..crate::cycles::ramp();\n}",
        "pub struct Person;\nmacro_rules! m {\n    () => { $crate::cycles::ramp() };\n}",
        "pub struct Person;\nfn f() {\n    view! { <p>{super::super::cycles::ramp()}</p> }\n}",
        "#[derive(Deserialize)]\npub struct Person {\n    #[serde(deserialize_with = \"crate::cycles::ramp\")] it: u8 }",
    ];
    for text in paths {
        assert_one(
            &[("app/src/people/model.rs", text)],
            Kind::Upward,
            "app/src/people/model.rs:3: ",
            "people uses cycles",
        );
    }
}

#[test]
fn a_crate_below_that_names_the_app_is_found() {
    assert_one(
        &[("app/spc/src/chart.rs", "pub struct Chart;\nuse app::error::Error;")],
        Kind::Upward,
        "app/spc/src/chart.rs:2: ",
        "spc uses error",
    );
}

#[test]
fn a_name_that_a_module_hands_on_leads_to_where_it_is_defined() {
    let handed_on = [
        ("app/src/people/mod.rs", "pub mod model;\npub mod store;\npub mod pages;\npub use crate::measures::store::*;"),
        ("app/src/web/page.rs", "\nfn f() { crate::people::of() }\npub fn page() {}"),
    ];
    let found = found(&handed_on);
    let upward =
        |begins: &str, says: &str| found.iter().any(|(_, text)| text.starts_with(begins) && text.contains(says));
    assert!(upward("app/src/web/page.rs:2: ", "web uses measures"), "{found:#?}");
    assert!(upward("app/src/people/mod.rs:4: ", "people uses measures"), "{found:#?}");
}

#[test]
fn what_only_tests_use_is_left_out() {
    let text = "pub struct Person;\n#[cfg(test)]\nmod tests {\n    use crate::measures::store;\n}\n\
                #[cfg(any(test, feature = \"testing\"))]\npub fn f<A, B>() { crate::routes::all() }\n\
                #[test]\nfn t() { crate::routes::all() }\n#[cfg(test)]\nmod cases;\n\
                // use crate::routes;\n/* crate::routes::all() /* nested */ */\n/// [`crate::routes::all`]\nfn g() {}";
    let files = [
        ("app/src/people/model.rs", text),
        ("app/src/people/model/cases.rs", "use crate::routes::all;"),
        ("app/src/people/model/tests.rs", "use crate::routes::all;"),
    ];
    assert_eq!(found(&files), []);
}

#[test]
fn a_circle_of_two_files_is_found() {
    assert_one(
        &[
            ("app/src/people/model.rs", "\nuse super::store::person;\npub struct Person;"),
            ("app/src/people/store.rs", "use super::model::Person;\npub fn person() -> Person { Person }"),
        ],
        Kind::Circle,
        "app/src/people/model.rs:2: ",
        "app/src/people/store.rs:1 uses Person of app/src/people/model.rs",
    );
}

#[test]
fn a_circle_through_modules_brought_into_sight_is_found() {
    assert_one(
        &[
            ("app/src/people/directory.rs", "use super::ties;\npub fn a() { ties::b() }"),
            ("app/src/people/ties.rs", "use super::names;\n\npub fn b() { names::c() }"),
            ("app/src/people/names.rs", "use crate::people::directory;\npub fn c() { directory::a() }"),
        ],
        Kind::Circle,
        "app/src/people/directory.rs:2: ",
        "(3 files lead to one another",
    );
}

#[test]
fn a_parent_may_hold_the_types_of_its_children_and_call_them() {
    let files = [
        (
            "app/spc/src/rules/mod.rs",
            "macro_rules! hit { () => { Hit } }\npub(crate) use hit;\nmod runs;\npub use runs::found;\n\
             pub struct Hit;\npub fn all() -> Hit { runs::found() }",
        ),
        ("app/spc/src/rules/runs.rs", "use super::{Hit, hit};\npub fn found() -> Hit { super::hit!() }"),
    ];
    assert_eq!(found(&files), []);
}

#[test]
fn a_child_that_calls_its_parent_back_is_a_circle() {
    assert_one(
        &[
            ("app/spc/src/rules/mod.rs", "mod runs;\npub fn all() { runs::found() }\npub fn side() {}"),
            ("app/spc/src/rules/runs.rs", "pub fn found() { super::side() }"),
        ],
        Kind::Circle,
        "app/spc/src/rules/mod.rs:2: ",
        "app/spc/src/rules/runs.rs:1 uses side of app/spc/src/rules/mod.rs",
    );
}

#[test]
fn children_that_use_one_another_are_a_circle() {
    assert_one(
        &[
            ("app/spc/src/rules/mod.rs", "mod runs;\nmod sets;\npub struct Hit;"),
            ("app/spc/src/rules/runs.rs", "use super::sets::Set;\npub struct Run;"),
            ("app/spc/src/rules/sets.rs", "use super::runs::Run;\npub struct Set;"),
        ],
        Kind::Circle,
        "app/spc/src/rules/runs.rs:1: ",
        "(2 files lead to one another",
    );
}

#[test]
fn web_in_a_model_or_store_is_found() {
    for text in [
        "pub struct Person;\nuse crate::web::page;",
        "pub struct Person;\nfn f() { web::page::page() }\nuse crate::web;",
    ] {
        let found = found(&[("app/src/people/model.rs", text)]);
        assert!(found.iter().all(|(kind, _)| *kind == Kind::Layer), "{found:#?}");
        assert!(found[0].1.starts_with("app/src/people/model.rs:2: model names no web"), "{found:#?}");
    }
    for name in ["leptos::prelude::view", "axum::Json", "http::StatusCode"] {
        let text = format!("use super::model::Person;\npub fn person() -> Person {{ Person }}\nuse {name};");
        assert_one(
            &[("app/src/people/store.rs", &text)],
            Kind::Layer,
            "app/src/people/store.rs:3: ",
            &format!("store knows no web, yet it names {name}"),
        );
    }
}

#[test]
fn web_in_the_base_is_found() {
    let error = "pub enum Error { Missing }\nuse axum::Json;\nuse server_fn::error::FromServerFnError;";
    assert_one(&[("app/src/error.rs", error)], Kind::Layer, "app/src/error.rs:2: ", "the base knows no web");
}

#[test]
fn a_model_that_names_a_store_is_found_in_its_own_slice_and_in_others() {
    let files = [
        ("app/src/people/ties/store.rs", "pub fn tie() {}"),
        ("app/src/people/model.rs", "pub struct Person;\nfn f() { super::ties::store::tie() }"),
    ];
    assert_one(&files, Kind::Layer, "app/src/people/model.rs:2: ", "model names no store");
    assert_one(
        &[("app/src/cycles/model.rs", "\n\nuse crate::people::store;")],
        Kind::Layer,
        "app/src/cycles/model.rs:3: ",
        "model names no store",
    );
}

#[test]
fn an_action_in_a_store_and_a_page_in_an_action_are_found() {
    assert_one(
        &[("app/src/cycles/store.rs", "use super::api::Add;"), ("app/src/cycles/api.rs", "pub struct Add;")],
        Kind::Layer,
        "app/src/cycles/store.rs:1: ",
        "store names no api",
    );
    assert_one(
        &[
            ("app/src/cycles/api/add.rs", "\nuse crate::cycles::pages::list::draw;"),
            ("app/src/cycles/pages/list.rs", "pub fn draw() {}"),
        ],
        Kind::Layer,
        "app/src/cycles/api/add.rs:2: ",
        "api names no pages",
    );
}

#[test]
fn a_file_of_another_name_is_held_to_the_rules_of_the_lowest_layer_that_uses_it() {
    assert_one(
        &[
            ("app/src/cycles/store.rs", "\nuse super::ramp::Ramp;"),
            ("app/src/cycles/ramp.rs", "pub struct Ramp;\n\nuse leptos::prelude;"),
        ],
        Kind::Layer,
        "app/src/cycles/ramp.rs:3: ",
        "store (it is used by app/src/cycles/store.rs:2) knows no web",
    );
}

#[test]
fn sql_outside_stores_is_found() {
    let statements = [
        "\"select id from person\"",
        "\"insert or ignore into person (id) values ($1)\"",
        "\"update person set name = $1\"",
        "\"delete from person\"",
        "concat!(\"select \", columns!(), \" from person\")",
        "\"with all_of_them(id) as (select 1) select id from all_of_them\"",
        "concat!(\"exists (select 1 \", \"from person)\")",
        "r#\"select \"id\" from person\"#",
        "sqlx::query_as(statement)",
    ];
    for statement in statements {
        let text = format!("pub fn routes() {{\n    view! {{ {{ask({statement})}} }}\n}}");
        assert_one(&[("app/src/people/pages.rs", &text)], Kind::Sql, "app/src/people/pages.rs:2: ", "SQL (");
    }
    let text = "pub fn routes() {}\nconst TEXT: &str = \"\n    \n  select id\n  from person\";";
    assert_one(
        &[("app/src/people/pages.rs", text)],
        Kind::Sql,
        "app/src/people/pages.rs:4: ",
        "“select id from person …”",
    );
}

#[test]
fn sentences_and_names_are_no_sql() {
    let words = "pub fn routes() {}\nconst A: [&str; 7] = [\"select\", \"update the list\", \"with a date\", \"Select a ward\",\n\
                 \"delete this line\", \"insert a row\", \"Take it out of (select one)\"];";
    assert_eq!(found(&[("app/src/people/pages.rs", words)]), []);
}

#[test]
fn a_store_that_writes_the_table_of_another_room_is_found() {
    let statements = [
        "insert into person (id) values ($1)",
        "insert or replace into person (id) values ($1)",
        "update person set name = $1",
        "update person as p set name = $1",
        "update or ignore person set name = $1",
        "delete from person where id = $1",
        "with old as (select 1) delete from person",
    ];
    for statement in statements {
        let text = format!("const A: &str = \"select id\n  from person\";\nconst B: &str = \"\n  {statement}\";");
        assert_one(
            &[("app/src/cycles/store.rs", &text)],
            Kind::Writer,
            "app/src/cycles/store.rs:4: ",
            "cycles writes person, which people alone writes",
        );
    }
    let own = "const A: &str = \"insert into cycle (id) select id from person on conflict do update set id = $1\";";
    assert_eq!(found(&[("app/src/cycles/store.rs", own)]), []);
}

#[test]
fn a_statement_that_hides_its_table_is_found() {
    let hidden = "const A: &str = concat!(\n\"insert into \", \"person\", \" (id) values ($1)\");";
    let says = "names its table in the same string";
    assert_one(&[("app/src/cycles/store.rs", hidden)], Kind::Writer, "app/src/cycles/store.rs:2: ", says);
    let unknown = "const A: &str = \"delete from nowhere\";";
    assert_one(&[("app/src/cycles/store.rs", unknown)], Kind::Writer, "app/src/cycles/store.rs:1: ", "has no writer");
}

#[test]
fn a_table_without_a_writer_and_a_writer_without_a_table_are_found() {
    let mut all = migrations();
    assert!(unlisted_tables(&all).is_empty(), "{:#?}", unlisted_tables(&all));
    let more = "\ncreate virtual table noted using fts5 (text);\nalter table cycle rename to round;\n";
    all.push(("migrations/0002_more.sql".to_owned(), more.to_owned()));
    let told: Vec<String> = unlisted_tables(&all).iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 3, "{told:#?}");
    assert!(told[0].starts_with("migrations/0002_more.sql:2: the table noted has no writer"), "{told:#?}");
    assert!(told[1].starts_with("migrations/0002_more.sql:3: the table round has no writer"), "{told:#?}");
    assert!(told[2].contains("WRITERS names the table cycle"), "{told:#?}");
}

#[test]
fn a_clause_that_silences_triggers_is_found() {
    for sql in ["insert or replace into post (id) values (1)", "update or ignore post set id = 1"] {
        let store = format!("use super::model::Person;\nfn f() {{ let _ = \"{sql}\"; }}");
        assert_one(
            &[("app/src/people/store.rs", &store)],
            Kind::Clause,
            "app/src/people/store.rs:2: ",
            "silences the triggers",
        );
    }
}

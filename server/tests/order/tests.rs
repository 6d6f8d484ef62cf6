//! Each kind of fault is found in an invented house, with its line; a clean one has none.

use super::fault::Kind;
use super::faults;
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
    faults(&tree).iter().map(|fault| (fault.kind, fault.to_string())).collect()
}

/// That there is this one fault, and that it begins and goes on with these words.
fn assert_one(changed: &[(&str, &str)], kind: Kind, begins: &str, says: &str) {
    let found = found(changed);
    assert_eq!(found.len(), 1, "{changed:#?} {found:#?}");
    assert_eq!(found[0].0, kind, "{found:#?}");
    assert!(found[0].1.starts_with(begins), "{found:#?}");
    assert!(found[0].1.contains(says), "{found:#?}");
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
            "mod runs;\npub use runs::found;\npub struct Hit;\npub fn all() -> Hit { runs::found() }",
        ),
        ("app/spc/src/rules/runs.rs", "use super::Hit;\npub fn found() -> Hit { Hit }"),
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

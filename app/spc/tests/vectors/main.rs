//! What the reference tools answer for the same numbers.
//!
//! Every JSON file of the folders in `SPC_VECTORS` (separated by colons) is read; without it, the
//! project's own copy and, where it exists, `../shared/spc/reference` beside the repository. A file
//! or a field that is not understood counts as failed. `SPC_TABLE` names a file for the result.

#![expect(clippy::print_stdout, reason = "what the test prints is its report")]

mod anhoej_rules;
mod autospc;
mod book;
mod columns;
mod constants;
mod expect;
mod funnel;
mod nhsrplotthedots;
mod options;
mod pbcharts;
mod point_rules;
mod powerbi_flags;
mod powerbi_own_rules;
mod powerbi_own_tests;
mod powerbi_spc;
mod qcc;
mod qcc_rules;
mod qicharts2;
mod runcharter;
mod shape;

use std::path::{Path, PathBuf};

use book::{Book, Datasets, File};

/// Cases that are deliberately not met: file, case, reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[];

type Check = fn(&File, &Datasets, &mut Book);

/// Which module checks which file.
const TOOLS: &[(&str, Check)] = &[
    ("anhoej_rules", anhoej_rules::check),
    ("autospc", autospc::check),
    ("constants", constants::check),
    ("funnel", funnel::check),
    ("nhsrplotthedots", nhsrplotthedots::check),
    ("pbcharts_iprime", pbcharts::check),
    ("point_rules", point_rules::check),
    ("powerbi_spc", powerbi_spc::check),
    ("powerbi_spc_own_tests", powerbi_own_tests::check),
    ("qcc", qcc::check),
    ("qicharts2_attribute", qicharts2::check),
    ("qicharts2_individual", qicharts2::check),
    ("qicharts2_rare_subgroup", qicharts2::check),
    ("runcharter", runcharter::check),
];

fn own() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/own")
}

fn folders() -> Vec<PathBuf> {
    if let Some(named) = std::env::var_os("SPC_VECTORS").filter(|named| !named.is_empty()) {
        return std::env::split_paths(&named).collect();
    }
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/spc/reference");
    let mut folders = vec![own()];
    if reference.is_dir() {
        folders.push(reference);
    } else {
        println!("Skipped: ../shared/spc/reference is not beside the repository.");
    }
    folders
}

fn same_folder(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

/// A part of a file that nobody reads is a failure, and so is a file without its first part.
fn unknown_parts(file: &File, known: &[&str], book: &mut Book) {
    if known.first().is_some_and(|first| file.content[*first].is_null()) {
        book.fail("-", &file.name, "its main part is missing");
    }
    for part in file.unknown_parts(known) {
        book.fail("-", &part, "no module checks this part of the file");
    }
}

#[test]
fn every_tool_is_met() {
    let mut book = Book::new(EXCEPTIONS);
    let mut files = Vec::new();
    for folder in folders() {
        let is_own = same_folder(&folder, &own());
        match book::read_folder(&folder, is_own) {
            Ok(read) => files.extend(read),
            Err(problem) => book.unreadable(&folder, is_own, &problem),
        }
    }
    for file in files.iter().filter(|file| file.name != "datasets") {
        book.open(file);
        match TOOLS.iter().find(|(name, _)| *name == file.name) {
            _ if !file.content.is_object() => book.fail("-", &file.name, "the file can't be read"),
            Some((_, check)) => check(file, &Datasets::of(&files, &file.folder), &mut book),
            None => book.fail("-", &file.name, "no module checks this file"),
        }
    }
    let unexpected = book.print();
    if let Some(path) = std::env::var_os("SPC_TABLE").filter(|path| !path.is_empty()) {
        std::fs::write(path, book.table()).expect("the table is written");
    }
    println!("vectors: {} of {}", book.passed(), book.total());
    if let Some(now) = book.own_rows() {
        // What the program shows to its users; `make vectors` writes it anew.
        let shown: serde_json::Value =
            serde_json::from_str(include_str!("../../checked.json")).expect("the committed table is JSON");
        assert_eq!(now, shown["own"], "the committed table no longer tells the truth: run `make vectors`");
    }
    assert!(book.total() > 0, "no case was found");
    assert_eq!(unexpected, 0, "cases failed that are not among the exceptions");
}

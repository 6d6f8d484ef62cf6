//! The order of the house holds: who may use whom, and no circles.
//!
//! It reads the sources as text and links nothing of the app. The order stands in `order.rs`. All faults
//! are printed by `cargo nextest run --test order --run-ignored all`.

mod circles;
mod fault;
mod lex;
mod names;
mod order;
mod rooms;
mod tests;
mod tree;

use std::path::Path;

use fault::{Fault, listed};
use tree::Tree;

/// Everything that is wrong in a tree.
fn faults(tree: &Tree) -> Vec<Fault> {
    let arrows = tree.arrows();
    [rooms::unlisted(tree), rooms::upward(tree, &arrows), circles::circles(tree, &arrows)].concat()
}

#[test]
#[ignore = "the rooms are being moved into their order"]
fn the_house_is_in_order() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = Tree::read(&root)?;
    assert!(tree.files.len() > 150, "only {} files were found", tree.files.len());
    let faults = faults(&tree);
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), listed(&faults));
    Ok(())
}

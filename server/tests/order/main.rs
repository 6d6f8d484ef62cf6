//! The order of the house holds: who may use whom, no circles, SQL in stores, one writer for each table.
//!
//! It reads the sources as text and links nothing of the app. The order stands in `order.rs`. All faults
//! are printed by `cargo nextest run --test order --run-ignored all`.

mod circles;
mod fault;
mod layers;
mod lex;
mod names;
mod order;
mod rooms;
mod sql;
mod tests;
mod tree;

use std::path::Path;

use fault::{Fault, listed};
use tree::Tree;

/// Everything that is wrong in a tree.
fn faults(tree: &Tree, migrations: &[(String, String)]) -> Vec<Fault> {
    let arrows = tree.arrows();
    [
        rooms::unlisted(tree),
        rooms::upward(tree, &arrows),
        circles::circles(tree, &arrows),
        layers::against(tree, &arrows),
        sql::outside_stores(tree),
        sql::foreign_writers(tree),
        sql::conflict_clauses(tree),
        sql::unlisted_tables(migrations),
    ]
    .concat()
}

#[test]
fn the_house_is_in_order() -> std::io::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = Tree::read(&root)?;
    assert!(tree.files.len() > 100, "only {} files were found", tree.files.len());
    let mut faults = faults(&tree, &migrations(&root)?);
    faults.extend(sql::needless_exceptions(&tree));
    assert!(faults.is_empty(), "{} faults:\n{}", faults.len(), listed(&faults));
    Ok(())
}

/// The migrations in their order: path from the root of the repository, and text.
fn migrations(root: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut migrations = Vec::new();
    for entry in std::fs::read_dir(root.join("migrations"))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        migrations.push((format!("migrations/{name}"), std::fs::read_to_string(&path)?));
    }
    migrations.sort();
    Ok(migrations)
}

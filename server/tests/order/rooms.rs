//! A room uses those above it in the order, and none below.

use std::collections::BTreeMap;

use super::fault::{Fault, Kind};
use super::order::rank;
use super::tree::{Arrow, File, Tree};

/// The room of a file: its crate, or in `app` the first part of its module.
pub fn room(file: &File) -> &str {
    match file.module.first() {
        Some(first) if file.in_crate == "app" => first,
        None if file.in_crate == "app" => "lib",
        _ => file.in_crate,
    }
}

/// Files that stand in no room of the list.
pub fn unlisted(tree: &Tree) -> Vec<Fault> {
    let unlisted = tree.files.iter().filter(|file| rank(room(file)).is_none());
    let told = |file: &File| {
        let says =
            format!("no room of the order is called “{}”: add it to ORDER where it belongs, or move it", room(file));
        Fault::new(Kind::Unlisted, &file.path, 1, says)
    };
    unlisted.map(told).collect()
}

/// What a room names of those below it in the list: one fault for each file and room.
pub fn upward(tree: &Tree, arrows: &[Arrow]) -> Vec<Fault> {
    let mut named: BTreeMap<(usize, &str), Vec<&Arrow>> = BTreeMap::new();
    for arrow in arrows {
        let (user, used) = (room(&tree.files[arrow.from]), room(&tree.files[arrow.to]));
        if rank(user).is_some_and(|user| rank(used).is_some_and(|used| user < used)) {
            named.entry((arrow.from, used)).or_default().push(arrow);
        }
    }
    let told = |((from, used), mut arrows): ((usize, &str), Vec<&Arrow>)| {
        arrows.sort_by_key(|arrow| arrow.line);
        let user = room(&tree.files[from]);
        let mut lines: Vec<String> = arrows.iter().map(|arrow| format!("{} {}", arrow.line, arrow.written)).collect();
        lines.dedup();
        let says = format!(
            "{user} uses {used}, which comes after it in ORDER: move what both need into {user} or above it ({})",
            lines.join(", "),
        );
        Fault::new(Kind::Upward, &tree.files[from].path, arrows[0].line, says)
    };
    named.into_iter().map(told).collect()
}

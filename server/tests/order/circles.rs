//! No circle of files.
//!
//! What counts: a file that names anything in another, tests aside. What does not count:
//!
//! - `pub use` of a child's name by its parent, which is a table of contents; who uses the name is seen to
//!   use the child.
//! - Bringing a module into sight (`use crate::people::store;`); what is then named in it counts.
//! - Among a parent (`x.rs` or `x/mod.rs`) and its own children only: a child that names a type, a constant
//!   or a macro of its parent. So a parent may hold the types of the family and call its children; a child
//!   that calls a function of its parent, or two children that use one another, are a circle. When a file
//!   outside the family is part of the circle, this leave is not given.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::fault::{Fault, Kind};
use super::tree::{Arrow, Tree};

type Graph<'a> = BTreeMap<usize, Vec<&'a Arrow>>;

/// One fault for each set of files that all lead to one another: its shortest circle.
pub fn circles(tree: &Tree, arrows: &[Arrow]) -> Vec<Fault> {
    let counted: Vec<&Arrow> = arrows.iter().filter(|arrow| !arrow.contents && arrow.item.is_some()).collect();
    let mut faults = Vec::new();
    for knot in knots(&graph(&counted)) {
        let within = |arrow: &&&Arrow| knot.contains(&arrow.from) && knot.contains(&arrow.to);
        let mut inner: Vec<&Arrow> = counted.iter().filter(within).copied().collect();
        let is_family =
            knot.iter().any(|&parent| knot.iter().all(|&file| file == parent || tree.is_child(file, parent)));
        if is_family {
            inner.retain(|arrow| !names_a_type_of_its_parent(tree, arrow));
        }
        let graph = graph(&inner);
        faults.extend(knots(&graph).iter().filter_map(|knot| told(tree, &graph, knot)));
    }
    faults
}

fn names_a_type_of_its_parent(tree: &Tree, arrow: &Arrow) -> bool {
    let defined = &tree.files[arrow.to].names.defined;
    let is_function = arrow.item.as_ref().is_some_and(|item| item == "*" || defined.get(item) == Some(&true));
    tree.is_child(arrow.from, arrow.to) && !is_function
}

fn graph<'a>(arrows: &[&'a Arrow]) -> Graph<'a> {
    let mut graph = Graph::new();
    for arrow in arrows {
        graph.entry(arrow.from).or_default().push(*arrow);
    }
    graph
}

/// The sets of more than one file that all lead to one another.
fn knots(graph: &Graph) -> Vec<BTreeSet<usize>> {
    let reached: BTreeMap<usize, BTreeSet<usize>> = graph.keys().map(|&file| (file, reach(graph, file))).collect();
    let mut knots: Vec<BTreeSet<usize>> = Vec::new();
    for (&file, there) in &reached {
        if there.contains(&file) && !knots.iter().any(|knot| knot.contains(&file)) {
            let back = |other: &&usize| reached.get(*other).is_some_and(|there| there.contains(&file));
            knots.push(there.iter().filter(back).copied().collect());
        }
    }
    knots
}

fn reach(graph: &Graph, from: usize) -> BTreeSet<usize> {
    let mut there = BTreeSet::new();
    let mut next = vec![from];
    while let Some(file) = next.pop() {
        for arrow in graph.get(&file).into_iter().flatten() {
            if there.insert(arrow.to) {
                next.push(arrow.to);
            }
        }
    }
    there
}

fn told(tree: &Tree, graph: &Graph, knot: &BTreeSet<usize>) -> Option<Fault> {
    let circle = knot.iter().filter_map(|&file| shortest(graph, file)).min_by_key(Vec::len)?;
    let step = |arrow: &&Arrow| {
        let (from, to) = (&tree.files[arrow.from].path, &tree.files[arrow.to].path);
        format!("{from}:{} uses {} of {to}", arrow.line, arrow.item.as_deref().unwrap_or("the module"))
    };
    let steps: Vec<String> = circle.iter().map(step).collect();
    let files: Vec<&str> = knot.iter().map(|&file| tree.files[file].path.as_str()).collect();
    let says = format!(
        "a circle: {}; move what both need into a file of its own ({} files lead to one another: {})",
        steps.join("; "),
        files.len(),
        files.join(" "),
    );
    let first = circle.first()?;
    Some(Fault::new(Kind::Circle, &tree.files[first.from].path, first.line, says))
}

/// The shortest way from a file back to itself.
fn shortest<'a>(graph: &Graph<'a>, start: usize) -> Option<Vec<&'a Arrow>> {
    let mut ways = VecDeque::from([(start, Vec::new())]);
    let mut seen = BTreeSet::new();
    while let Some((file, way)) = ways.pop_front() {
        for &arrow in graph.get(&file).into_iter().flatten() {
            let mut longer = way.clone();
            longer.push(arrow);
            if arrow.to == start {
                return Some(longer);
            }
            if seen.insert(arrow.to) {
                ways.push_back((arrow.to, longer));
            }
        }
    }
    None
}

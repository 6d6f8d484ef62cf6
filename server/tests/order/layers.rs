//! Inside a slice one direction: `model <- store <- api <- parts, pages`; no web below `api`. Between slices the same: a store uses the models and stores of others, never their pages.
//!
//! A file is of the layer that its name or its folder's says. One of another name (`ramp.rs`, a slice's
//! `mod.rs`) is held to the rules of the lowest layer that uses it.

use std::collections::BTreeMap;

use super::fault::{Fault, Kind};
use super::order::{Band, band};
use super::rooms::room;
use super::tree::{Arrow, File, Tree};

/// From the ground up; each uses those before it, parts and pages each other too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Model,
    Store,
    Api,
    Parts,
    Pages,
}

/// Crates that are web: requests, answers and markup.
const WEB: [&str; 14] = [
    "axum",
    "http",
    "hyper",
    "js_sys",
    "leptos",
    "leptos_axum",
    "leptos_meta",
    "leptos_router",
    "multer",
    "server_fn",
    "tower",
    "tower_http",
    "wasm_bindgen",
    "web_sys",
];

/// What the files of the base may name of these all the same, and why.
const ALLOWED: [(&str, &str); 1] = [
    // An error is what a server function answers with, so it has to be of that crate's trait.
    ("app/src/error.rs", "server_fn"),
];

fn name(layer: Layer) -> String {
    format!("{layer:?}").to_lowercase()
}

/// What a file is by its name, in a slice.
pub fn layer(file: &File) -> Option<Layer> {
    let slice = file.in_crate == "app" && matches!(band(room(file)), Some(Band::Slice | Band::Top));
    file.module.iter().skip(1).filter(|_| slice).find_map(|name| match name.as_str() {
        "model" => Some(Layer::Model),
        "store" => Some(Layer::Store),
        "api" => Some(Layer::Api),
        "parts" => Some(Layer::Parts),
        "pages" => Some(Layer::Pages),
        _ => None,
    })
}

/// A file's layer, and for one of another name where that comes from.
#[derive(Clone, Debug)]
struct Held {
    layer: Layer,
    because: String,
}

/// What is named against the direction.
pub fn against(tree: &Tree, arrows: &[Arrow]) -> Vec<Fault> {
    let held = held(tree, arrows);
    let mut faults = Vec::new();
    for (at, file) in tree.files.iter().enumerate() {
        let held_to = held.get(&at);
        let below_api = held_to.is_some_and(|held| held.layer < Layer::Api);
        if below_api || band(room(file)) == Some(Band::Base) {
            faults.extend(web(tree, at, held_to));
        }
    }
    for arrow in arrows {
        if let Some(held_to) = held.get(&arrow.from) {
            faults.extend(wrong_way(tree, arrow, held_to, held.get(&arrow.to)));
        }
    }
    faults.sort();
    faults.dedup();
    faults
}

/// The layer of each file of a slice that has one.
fn held(tree: &Tree, arrows: &[Arrow]) -> BTreeMap<usize, Held> {
    let mut held = BTreeMap::new();
    for (at, file) in tree.files.iter().enumerate() {
        if let Some(layer) = layer(file) {
            held.insert(at, Held { layer, because: String::new() });
        }
    }
    let of_slice =
        |file: usize| tree.files[file].in_crate == "app" && band(room(&tree.files[file])) == Some(Band::Slice);
    let handed_down = |arrow: &&Arrow| {
        !arrow.contents && arrow.item.is_some() && layer(&tree.files[arrow.to]).is_none() && of_slice(arrow.to)
    };
    let handed_down: Vec<&Arrow> = arrows.iter().filter(handed_down).collect();
    loop {
        let mut settled = true;
        for arrow in &handed_down {
            let Some(user) = held.get(&arrow.from).map(|held| held.layer) else { continue };
            if held.get(&arrow.to).is_none_or(|used| user < used.layer) {
                let because = format!(" (it is used by {}:{})", tree.files[arrow.from].path, arrow.line);
                held.insert(arrow.to, Held { layer: user, because });
                settled = false;
            }
        }
        if settled {
            return held;
        }
    }
}

/// Names of web crates where there is to be no web.
fn web(tree: &Tree, at: usize, held: Option<&Held>) -> Vec<Fault> {
    let file = &tree.files[at];
    let (what, instead) = match held {
        Some(held) => (format!("{}{}", name(held.layer), held.because), "api, parts or pages"),
        None => ("the base".to_owned(), "web"),
    };
    let outside = tree.outside(at).into_iter();
    outside
        .filter(|(path, _)| WEB.contains(&path[0].as_str()) && !ALLOWED.contains(&(&file.path, &path[0])))
        .map(|(path, line)| {
            let says = format!("{what} knows no web, yet it names {}: move this to {instead}", path.join("::"));
            Fault::new(Kind::Layer, &file.path, line, says)
        })
        .collect()
}

/// A name of a later layer, or of `web` below `api`.
fn wrong_way(tree: &Tree, arrow: &Arrow, user: &Held, used: Option<&Held>) -> Option<Fault> {
    let (from, to) = (&tree.files[arrow.from], &tree.files[arrow.to]);
    let what = if band(room(to)) == Some(Band::Web) && user.layer < Layer::Api {
        "web".to_owned()
    } else {
        let named = layer(to)?;
        let together = user.layer >= Layer::Parts;
        (user.layer < used?.layer && !together).then(|| name(named))?
    };
    let says = format!(
        "{}{} names no {what}, yet it names {} ({}): move what both need into a file that both may use",
        name(user.layer),
        user.because,
        arrow.written,
        to.path,
    );
    Some(Fault::new(Kind::Layer, &from.path, arrow.line, says))
}

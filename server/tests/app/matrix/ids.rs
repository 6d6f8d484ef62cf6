//! Ids, on every page that anybody gets: each is there once, and what is named by an id is there.

use std::collections::BTreeMap;

use app::web::form::{PICKERS, SOUGHT};
use http::StatusCode;

use super::row::{Call, Expected, Row};
use super::world::{Actor, World};
use crate::harness::attribute;

/// Attributes that name elements by their ids.
const NAMING: &[&str] = &["for", "aria-labelledby", "aria-describedby", "aria-controls"];

/// What is wrong with the ids of a page.
fn wrong(html: &str) -> Vec<String> {
    let tags: Vec<&str> = html.split('<').skip(1).filter(|tag| !tag.starts_with(['/', '!'])).collect();
    let mut ids: BTreeMap<String, usize> = BTreeMap::new();
    for id in tags.iter().filter_map(|tag| attribute(tag, "id")) {
        *ids.entry(id).or_default() += 1;
    }
    let twice = ids.iter().filter(|(_, times)| **times > 1).map(|(id, times)| format!("#{id} is there {times} times"));
    let named = tags.iter().flat_map(|tag| {
        let words = NAMING.iter().filter_map(|name| attribute(tag, name));
        let words: Vec<String> = words.flat_map(|ids| ids.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
        let anchor = attribute(tag, "href").and_then(|to| to.strip_prefix('#').map(str::to_owned));
        words.into_iter().chain(anchor)
    });
    let missing = named.filter(|id| !id.is_empty() && !ids.contains_key(id)).map(|id| format!("#{id} is not there"));
    twice.chain(missing).collect()
}

#[test]
fn an_id_that_is_there_twice_or_only_named_is_seen() {
    assert!(wrong("<p id=\"a\"></p><label for=\"a\">A</label><a href=\"#a\">A</a>").is_empty());
    assert_eq!(wrong("<p id=\"a\"></p><p id=\"a\"></p>"), ["#a is there 2 times"]);
    assert_eq!(wrong("<p id=\"a\" aria-labelledby=\"a b\"></p><a href=\"#c\">C</a>").len(), 2);
}

/// What is wrong with the ids of this page, for each who gets it.
pub async fn of_row(world: &mut World, row: &Row, seen: &mut usize) -> Vec<String> {
    let Call::Get(address) = row.call else { return Vec::new() };
    let mut found = Vec::new();
    for &object in row.objects {
        for &actor in Actor::ALL {
            if row.expected(object, actor) == Expected::Refused {
                continue;
            }
            let page = world.browser(actor).get(&address(world, object)).await;
            let kind = page.headers.get("content-type").and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            if page.status != StatusCode::OK || !kind.starts_with("text/html") {
                continue;
            }
            *seen += 1;
            for form in page.forms() {
                for field in form.fields.iter().filter_map(|field| field.name.strip_prefix(SOUGHT)) {
                    if !PICKERS.contains(&(form.action.as_str(), field)) {
                        found.push(format!(
                            "{}: {} looks for {field}, and is not among PICKERS",
                            row.name(),
                            form.action
                        ));
                    }
                }
            }
            for fault in wrong(&page.body) {
                found.push(format!("{}, {}, {}: {fault}", row.name(), object.word(), actor.word()));
            }
        }
    }
    found
}

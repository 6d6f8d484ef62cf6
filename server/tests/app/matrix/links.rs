//! Every link of every page, followed by whoever sees it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use app::testing::Result;
use http::{StatusCode, header};

use super::forms::LEFT_LATELY;
use super::row::{Call, Expected};
use super::world::{Actor, Object, World};
use crate::harness::{Answer, Browser, attribute};

/// A link that leads nowhere: the page and the address, both without their ids, and what came.
type Dead = (String, String, String);

/// Links that are known to lead nowhere, and why: page, address, what comes. Once one is mended, its line
/// has to go.
const KNOWN: &[(&str, &str, &str, &str)] = &[];

/// What an address led to.
struct Reached {
    status: StatusCode,
    /// Where it was sent on to in the end.
    location: String,
    /// What its fragments may name, if it is a page.
    ids: BTreeSet<String>,
    links: BTreeSet<String>,
}

/// An address without what tells one thing from another of its kind.
fn shape(address: &str) -> String {
    let mut shape = String::new();
    for part in address.split_inclusive(['/', '?', '&', '=', '#']) {
        let (word, end) = part.split_at(part.trim_end_matches(['/', '?', '&', '=', '#']).len());
        shape.push_str(if word.len() == 36 && word.matches('-').count() == 4 { "{id}" } else { word });
        shape.push_str(end);
    }
    shape
}

/// What a tag's attribute says, for each tag of this name.
fn attributes(html: &str, tag: &str, name: &str) -> BTreeSet<String> {
    html.split(&format!("<{tag} ")).skip(1).filter_map(|rest| attribute(&format!(" {rest}"), name)).collect()
}

/// Whether a link leads out of Baton.
fn is_outside(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with("mailto:")
}

fn read(answer: &Answer, location: String) -> Reached {
    let kind = answer.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let (mut ids, mut links) = (BTreeSet::new(), BTreeSet::new());
    if kind.starts_with("text/html") {
        ids = answer.body.split(" id=\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect();
        links = attributes(&answer.body, "a", "href");
    }
    Reached { status: answer.status, location, ids, links }
}

async fn follow(browser: &Browser<'_>, address: &str) -> Reached {
    let (mut address, mut answer) = (address.to_owned(), browser.get(address).await);
    for _ in 0..3 {
        if !answer.status.is_redirection() {
            break;
        }
        address = answer.location();
        answer = browser.get(&address).await;
    }
    read(&answer, address)
}

/// Opens every page that is for somebody, and every link on it and on pages of a shape that no row has; how
/// many links there were, and those that led nowhere.
pub async fn walk(world: &World, actor: Actor) -> (usize, BTreeSet<Dead>) {
    let browser = world.browser(actor);
    let signed_in = !matches!(actor, Actor::Nobody | Actor::Expired | Actor::Closed);
    let mut next = VecDeque::new();
    for row in super::pages::rows() {
        if let Call::Get(address) = row.call {
            let theirs = row.objects.iter().filter(|object| row.expected(**object, actor) == Expected::Allowed);
            next.extend(theirs.map(|object| address(world, *object)));
        }
    }
    let mut shapes: BTreeSet<String> = next.iter().map(|address| shape(address)).collect();
    let (mut reached, mut opened, mut dead) = (BTreeMap::<String, Reached>::new(), BTreeSet::new(), BTreeSet::new());
    let mut links = 0;
    while let Some(page) = next.pop_front() {
        if !opened.insert(page.clone()) {
            continue;
        }
        if !reached.contains_key(&page) {
            reached.insert(page.clone(), follow(&browser, &page).await);
        }
        // Not where `known.rs` says that the table is ahead of the program.
        if !reached[&page].status.is_success() {
            continue;
        }
        for link in reached[&page].links.clone() {
            links += 1;
            if is_outside(&link) {
                continue;
            }
            let (address, fragment) = link.split_once('#').unwrap_or((&link, ""));
            let address = if address.is_empty() { page.as_str() } else { address };
            if !reached.contains_key(address) {
                reached.insert(address.to_owned(), follow(&browser, address).await);
            }
            let led = &reached[address];
            let came = if !led.status.is_success() {
                led.status.as_u16().to_string()
            } else if signed_in && led.location.starts_with("/sign-in") {
                "the sign-in page".to_owned()
            } else if !fragment.is_empty() && !led.ids.contains(fragment) {
                "no such place on the page".to_owned()
            } else {
                if shapes.insert(shape(address)) {
                    next.push_back(address.to_owned());
                }
                continue;
            };
            dead.insert((shape(&page), shape(&link), came));
        }
    }
    (links, dead)
}

#[tokio::test]
async fn every_link_of_every_page_leads_somewhere_for_whoever_sees_it() -> Result {
    let world = World::new().await?;
    let (mut links, mut dead) = (0, BTreeMap::<Dead, Vec<&str>>::new());
    for &actor in Actor::ALL {
        let (followed, found) = walk(&world, actor).await;
        links += followed;
        for link in found {
            dead.entry(link).or_default().push(actor.word());
        }
    }
    super::say(&format!("{links} links followed"));
    assert!(links > 10_000, "only {links} links were found");
    let known: BTreeSet<Dead> = KNOWN
        .iter()
        .map(|(page, link, came, _)| ((*page).to_owned(), (*link).to_owned(), (*came).to_owned()))
        .collect();
    let new: Vec<String> = dead
        .iter()
        .filter(|(link, _)| !known.contains(*link))
        .map(|((page, link, came), who)| format!("{page}: {link}: {came} ({})", who.join(" ")))
        .collect();
    assert_eq!(new, [""; 0], "links that lead nowhere");
    let mended: Vec<&Dead> = known.iter().filter(|link| !dead.contains_key(*link)).collect();
    assert_eq!(mended, Vec::<&Dead>::new(), "lead somewhere now: take them out of KNOWN");
    Ok(())
}

/// What is left behind in each way by somebody whose last day was some days ago.
const LEFT: &[(&str, &str)] = &[
    ("nobody leads it", LEFT_LATELY),
    (
        "they offered it, and nobody has answered",
        "delete from team_role where role = 'lead' and until_on is null
             and person_id = (select person_id from person_address where address = 'lead@trust.nhs.uk');
         update handover set from_person = (select person_id from person_address where address = 'leaver@trust.nhs.uk'),
             created_by = (select person_id from person_address where address = 'leaver@trust.nhs.uk')
         where created_by = (select person_id from person_address where address = 'lead@trust.nhs.uk')",
    ),
    (
        "they offered it to the pool",
        "delete from team_role where role = 'lead' and until_on is null
             and person_id = (select person_id from person_address where address = 'lead@trust.nhs.uk');
         update handover set from_person = (select person_id from person_address where address = 'leaver@trust.nhs.uk'),
             created_by = (select person_id from person_address where address = 'leaver@trust.nhs.uk'), to_person = null, to_pool = 1
         where state = 'offered' and created_by = (select person_id from person_address where address = 'lead@trust.nhs.uk')",
    ),
];

#[tokio::test]
async fn every_link_leads_somewhere_for_somebody_whose_last_day_was_some_days_ago() -> Result {
    let mut world = World::new().await?;
    for (what, before) in LEFT {
        world.restore().await;
        world.prepare(before).await;
        let (links, dead) = walk(&world, Actor::Leaver).await;
        assert!(links > 200, "{what}: only {links} links were found");
        assert_eq!(dead, BTreeSet::new(), "{what}: links that lead nowhere");
    }
    Ok(())
}

#[tokio::test]
async fn whoever_has_just_left_finishes_the_summary_and_takes_their_offer_back() -> Result {
    let mut world = World::new().await?;
    world.prepare(LEFT_LATELY).await;
    let browser = world.browser(Actor::Leaver);
    let home = browser.get("/").await;
    let summary = format!("/projects/{}/handover", world.id(Object::Own, "project"));
    assert!(home.body.contains(&summary), "{}", home.words());
    let kept = browser.fill(&summary, "/api/handovers/prepare", &[("summary", "Ask Grace"), ("then", "draft")]).await;
    assert!(kept.status.is_redirection(), "{}", kept.body);
    assert!(browser.get(&summary).await.body.contains("Ask Grace"));
    world.restore().await;
    world.prepare(LEFT[1].1).await;
    let browser = world.browser(Actor::Leaver);
    let handover = format!("/handovers/{}", world.id(Object::Own, "handover"));
    let gone = browser.fill(&handover, "/api/handovers/withdraw", &[]).await;
    assert!(gone.status.is_redirection(), "{}", gone.body);
    assert!(browser.get(&handover).await.form("/api/handovers/withdraw").is_none());
    Ok(())
}

#[test]
fn addresses_have_a_shape() {
    let id = "0198c9a4-0000-7000-8000-00000000dead";
    assert_eq!(
        shape(&format!("/projects/{id}/edit?from={id}&to=pause#aim")),
        "/projects/{id}/edit?from={id}&to=pause#aim"
    );
}

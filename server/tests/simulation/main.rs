//! A trust over years, day by day: people do what their home shows them, and a checker that shares no code with the
//! rule looks each day for a project that nobody sees. `make simulate` runs five years of it.

mod acts;
mod behaviour;
mod checker;
mod dice;
mod facts;
mod faults;
mod found;
mod plan;
mod report;
mod trouble;
mod world;

use std::collections::BTreeSet;

use app::id::{PersonId, ProjectId};
use app::testing::Result;
use chrono::{Duration, NaiveDate};

use crate::checker::{Checker, Wrong};
use crate::facts::{Identity, Raw};
use crate::faults::Planted;
use crate::plan::{FIRST, Scale};
use crate::report::Report;
use crate::world::World;

/// Every so many days all rows are compared with the rule.
const COMPARED: i64 = 30;

/// Runs a world to its last day, or to the first wrong that a planted fault leads to.
async fn run(scale: Scale, planted: Option<Planted>) -> Result<Report> {
    let mut world = World::new(scale).await?;
    let mut checker = Checker::new(FIRST, scale.days);
    for day in 0..scale.days {
        let today = FIRST + Duration::days(day);
        world.begin_day(today).await?;
        world.trouble().await?;
        if let Some(planted) = planted {
            planted.plant(&mut world, day).await?;
        }
        let asked = check(&mut world, &mut checker, today).await?;
        if day % COMPARED == COMPARED - 1 || day == scale.days - 1 {
            compare(&mut world).await?;
        }
        if planted.is_some() && world.report.first().is_some() {
            break;
        }
        for (person, of_the_desk) in asked {
            world.lives(person, of_the_desk).await?;
        }
    }
    timeline::faults::set(None);
    let mut report = world.report;
    report.close(world.today);
    Ok(report)
}

/// Looks at a day, and gives those who are asked something or are at the desk: these last.
async fn check(world: &mut World, checker: &mut Checker, today: NaiveDate) -> Result<Vec<(PersonId, bool)>> {
    let raw = {
        let mut conn = world.fixture.store.read().await?;
        Raw::load(&mut conn, world.fixture.trust, today).await?
    };
    checker.learn(&raw);
    let desk: BTreeSet<PersonId> = raw.roles.iter().map(|role| role.person_id).collect();
    let asked: BTreeSet<PersonId> = raw.asks.iter().filter_map(|ask| ask.person_id).collect();
    let mut seen: BTreeSet<(PersonId, Identity)> = BTreeSet::new();
    for person in desk.union(&asked) {
        if !checker.sees(&raw, *person, today) {
            continue;
        }
        for row in world.home(*person).await? {
            seen.insert((*person, facts::identity(&row)));
        }
    }
    let (wrong, unled) = checker.judge(&raw, &seen, today);
    for one in wrong {
        world.report.wrong(one);
    }
    let why = |project: ProjectId| why_unled(&raw, project, today);
    world.report.nobody_leads(&unled, today, why);
    let people =
        asked.difference(&desk).map(|person| (*person, false)).chain(desk.iter().map(|person| (*person, true)));
    Ok(people.filter(|(person, _)| checker.sees(&raw, *person, today)).collect())
}

/// What the last who led it did.
fn why_unled(raw: &Raw, project: ProjectId, today: NaiveDate) -> &'static str {
    let places = raw.places.iter().filter(|place| place.project_id == project && place.from_on < today);
    let Some(place) = places.max_by_key(|place| (place.until_on.unwrap_or(NaiveDate::MAX), place.from_on)) else {
        return "nobody ever led it";
    };
    let Some(human) = raw.people.get(&place.person_id) else { return "not known" };
    if human.closed_on.is_some_and(|day| day <= today) {
        "an account was closed"
    } else if place.until_on.is_some_and(|day| day <= today) {
        "a place ended: to the pool, or a bridge"
    } else if human.away.iter().any(|(first, last, keeps)| !keeps && *first <= today && today <= *last) {
        "a long absence"
    } else {
        "a post ended"
    }
}

/// Whether what is stored is what the rule gives for what is stored of facts.
async fn compare(world: &mut World) -> Result {
    let mut conn = world.fixture.store.read().await?;
    let differences = app::continuity::derived::store::differences(&mut conn).await?;
    drop(conn);
    for says in differences {
        world.report.wrong(Wrong::mismatched(format!("{}: {says}", world.today)));
    }
    Ok(())
}

fn is_clean(report: &Report) -> bool {
    ["unseen", "empty_audience", "mismatched"].iter().all(|what| report.count(what) == 0)
}

#[tokio::test]
async fn a_year_of_a_hundred_people() -> Result {
    let scale = Scale::year(1);
    let report = run(scale, None).await?;
    assert!(is_clean(&report), "{}{}", report.table(), report.line(scale.seed, scale.days));
    assert!(report.projects > 20, "{}", report.table());
    Ok(())
}

fn number(name: &str) -> Option<i64> {
    std::env::var(name).ok().and_then(|value| value.parse().ok())
}

/// `make simulate`: `SEED` runs another world, `DAYS` fewer days, `FAULTS=1` plants the faults one after the other.
#[tokio::test]
#[ignore = "minutes: make simulate runs it"]
#[expect(clippy::print_stdout, reason = "what make simulate says")]
async fn simulate() -> Result {
    // Where the store is at fault, it says so.
    tracing_subscriber::fmt().with_writer(std::io::stderr).with_max_level(tracing::Level::ERROR).init();
    let seed = number("SEED").and_then(|seed| u64::try_from(seed).ok()).unwrap_or(1);
    let scale = match std::env::var("SCALE").as_deref() {
        Ok("year") => Scale::year(seed),
        Ok("small") => Scale::small(seed),
        _ => Scale::full(seed),
    };
    if number("FAULTS") == Some(1) {
        for planted in Planted::ALL {
            let found = planted.found(seed).await?;
            println!("{found}");
            assert!(!found.contains("NOT FOUND"), "a fault that nothing found");
        }
        return Ok(());
    }
    let mut scale = scale;
    scale.days = number("DAYS").unwrap_or(scale.days);
    let report = run(scale, None).await?;
    print!("{}", report.table());
    println!("{}", report.line(seed, scale.days));
    assert!(is_clean(&report), "something is wrong: see above");
    Ok(())
}

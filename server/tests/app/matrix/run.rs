//! Trying cells, and judging what came.

use std::fmt;

use http::StatusCode;

use super::known;
use super::row::{Call, Expected, Row, has};
use super::who::READS;
use super::world::{Actor, Dump, Object, World};

/// How many cells were tried, and what came of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    allowed: usize,
    stopped: usize,
    refused: usize,
    known: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { allowed, stopped, refused, known } = self;
        let tried = allowed + stopped + refused + known;
        write!(
            f,
            "{tried} cells tried: {allowed} allowed, {refused} refused, {stopped} stopped by the object's state, {known} known to be otherwise"
        )
    }
}

/// What came of a cell.
struct Came {
    /// A page, a file, or another address than the sign-in page.
    done: bool,
    status: StatusCode,
    changed: bool,
    /// The title of a project that is not for the actor to know of stands in it.
    names: bool,
}

/// Asks, and puts the store back when it was changed.
async fn ask(world: &mut World, row: &Row, object: Object, actor: Actor, base: &Dump) -> Came {
    let version = world.version().await;
    let (answer, is_page) = {
        let browser = world.browser(actor);
        match row.call {
            Call::Get(address) => (browser.get(&address(world, object)).await, true),
            Call::Post(body) => (browser.call(row.path, &body(world, object)).await, false),
        }
    };
    let sent_away = is_page && answer.location().starts_with("/sign-in") && row.path != "/sign-in";
    let done = (answer.status.is_success() || answer.status.is_redirection()) && !sent_away;
    let status = if sent_away { StatusCode::UNAUTHORIZED } else { answer.status };
    let changed = world.version().await != version && world.dump().await != *base;
    if changed {
        reset(world, row).await;
    }
    let names = Object::ALL.iter().any(|of| !has(READS, *of, actor) && answer.body.contains(&of.title()));
    Came { done, status, changed, names }
}

async fn reset(world: &mut World, row: &Row) {
    world.restore().await;
    if !row.before.is_empty() {
        world.prepare(row.before).await;
    }
}

/// Whether what came is what the table says; else what is wrong.
fn judge(row: &Row, object: Object, actor: Actor, came: &Came) -> Result<(), String> {
    let expected = row.expected(object, actor);
    let is_page = matches!(row.call, Call::Get(_));
    let refused = matches!(came.status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::NOT_FOUND);
    // A page of what is stopped may be drawn, and say why it is.
    let stopped = refused
        || matches!(came.status, StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY)
        || (is_page && came.done);
    let wrong =
        match expected {
            _ if came.status.is_server_error() => "is a fault",
            _ if came.names => "names a project that is hidden from them",
            Expected::Allowed if !came.done => "is refused",
            Expected::Allowed if is_page == came.changed && !Actor::list(row.idle).any(|one| one == actor) => {
                if is_page { "changes the store" } else { "changes nothing" }
            }
            Expected::Stopped if !stopped => "is not stopped",
            Expected::Refused if !refused => "is not refused",
            Expected::Refused | Expected::Stopped if came.changed => "changes the store",
            // Whoever may not know of a project is not told that it is there.
            Expected::Refused
                if came.status == StatusCode::FORBIDDEN && row.is_of_a_project() && !has(READS, object, actor) =>
            {
                "is told that it is there"
            }
            Expected::Allowed | Expected::Stopped | Expected::Refused => return Ok(()),
        };
    Err(format!("{}, {}, {}: {} {wrong}", row.name(), object.word(), actor.word(), came.status.as_u16()))
}

/// Tries every cell of a row, and gives what is wrong.
pub async fn whole(world: &mut World, row: &Row, count: &mut Count) -> Vec<String> {
    reset(world, row).await;
    let base = world.dump().await;
    let (mut wrong, mut succeeded) = (Vec::new(), false);
    for &object in row.objects {
        for &actor in Actor::ALL {
            let came = ask(world, row, object, actor, &base).await;
            let judged = judge(row, object, actor, &came);
            if let Some(why) = known::otherwise(row, object, actor) {
                count.known += 1;
                if judged.is_ok() {
                    let cell = format!("{}, {}, {}", row.name(), object.word(), actor.word());
                    wrong.push(format!("{cell}: is as it should be now: take it out of known.rs ({why})"));
                }
                continue;
            }
            match row.expected(object, actor) {
                Expected::Allowed => count.allowed += 1,
                Expected::Stopped => count.stopped += 1,
                Expected::Refused => count.refused += 1,
            }
            succeeded |= judged.is_ok() && row.expected(object, actor) == Expected::Allowed;
            wrong.extend(judged.err());
        }
    }
    if !succeeded {
        wrong.push(format!("{}: nobody succeeds", row.name()));
    }
    wrong
}

/// The first cell of a row that is not as the table says, among those that are to be refused.
pub async fn first_wrong(world: &mut World, row: &Row) -> Option<String> {
    reset(world, row).await;
    let base = world.dump().await;
    for &object in row.objects {
        // Those who are nobody to Baton are stopped before any of the checks that are broken here.
        for &actor in Actor::ALL.iter().filter(|actor| !matches!(actor, Actor::Nobody | Actor::Expired | Actor::Closed))
        {
            if row.expected(object, actor) != Expected::Refused || known::otherwise(row, object, actor).is_some() {
                continue;
            }
            let came = ask(world, row, object, actor, &base).await;
            if let Err(wrong) = judge(row, object, actor, &came) {
                return Some(wrong);
            }
        }
    }
    None
}

//! Trying cells, and judging what came.

use std::fmt;

use http::StatusCode;

use super::known;
use super::row::{self, Call, Expected, Row, has};
use super::who::READS;
use super::world::{Actor, Dump, Object, World};

/// How many cells were tried, and what came of them.
#[derive(Clone, Copy, Debug, Default)]
pub struct Count {
    allowed: usize,
    stopped: usize,
    refused: usize,
    known: usize,
    blank: usize,
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { allowed, stopped, refused, known, blank } = self;
        let tried = allowed + stopped + refused + known;
        write!(
            f,
            "{tried} cells tried: {allowed} allowed, {refused} refused, {stopped} stopped by the object's state, {known} known to be otherwise; {blank} of those refused tried with an empty form too"
        )
    }
}

/// What stands in the fields of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    /// What nothing is wrong with.
    All,
    /// Nothing but which thing is meant: the form is wrong, and whoever is refused is not told so.
    Nothing,
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
async fn ask(world: &mut World, row: &Row, object: Object, actor: Actor, typed: Typed, base: &Dump) -> Came {
    let version = world.version().await;
    let (answer, is_page) = {
        let browser = world.browser(actor);
        match row.call {
            Call::Get(address) => (browser.get(&address(world, object)).await, true),
            Call::Post(body) => {
                let body = body(world, object);
                let body = if typed == Typed::Nothing { row::blank(body) } else { body };
                let answer = browser.call(row.path, &body).await;
                // What it does to projects is shown first; it is never refused for it.
                match answer.unconfirmed() {
                    Some(digest) => {
                        let confirmed = [body, vec![("confirmed".to_owned(), digest)]].concat();
                        (browser.call(row.path, &confirmed).await, false)
                    }
                    None => (answer, false),
                }
            }
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
            let came = ask(world, row, object, actor, Typed::All, &base).await;
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
    wrong.extend(before_it_is_read(world, row, &base, count).await);
    if !succeeded {
        wrong.push(format!("{}: nobody succeeds", row.name()));
    }
    wrong
}

/// Asks with empty forms, as some of those who are refused: permission comes before what was typed is read.
async fn before_it_is_read(world: &mut World, row: &Row, base: &Dump, count: &mut Count) -> Vec<String> {
    let mut wrong = Vec::new();
    if matches!(row.call, Call::Get(_)) || known::READ_FIRST.contains(&row.path) {
        return wrong;
    }
    for &object in row.objects {
        for actor in Actor::list("nobody held left colleague elsewhere guest asked") {
            // An academy lead of another trust may do this there: what is refused is the thing, which is
            // looked for when the form is read.
            let may_elsewhere = actor == Actor::Elsewhere && known::OF_A_TRUST.contains(&row.action);
            if row.expected(object, actor) == Expected::Refused
                && !may_elsewhere
                && known::otherwise(row, object, actor).is_none()
            {
                count.blank += 1;
                let came = ask(world, row, object, actor, Typed::Nothing, base).await;
                wrong.extend(judge(row, object, actor, &came).err().map(|cell| format!("{cell}, with an empty form")));
            }
        }
    }
    wrong
}

/// Asks for a row of each object, as the first who may have it.
pub async fn once_each(world: &mut World, row: &Row) {
    reset(world, row).await;
    let base = world.dump().await;
    for &object in row.objects {
        let mut actors = Actor::ALL.iter().filter(|actor| row.expected(object, **actor) == Expected::Allowed);
        if let Some(&actor) = actors.next() {
            ask(world, row, object, actor, Typed::All, &base).await;
        }
    }
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
            let came = ask(world, row, object, actor, Typed::All, &base).await;
            if let Err(wrong) = judge(row, object, actor, &came) {
                return Some(wrong);
            }
        }
    }
    None
}

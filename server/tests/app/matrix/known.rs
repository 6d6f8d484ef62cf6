//! Where the program is known to answer otherwise than the tables say, and why. Each cell that is named
//! here has to be otherwise: once it is mended, the matrix asks for its line to go.

use super::row::{Call, Row};
use super::world::{Actor, Object, Object::*};

/// The action that is always done to oneself, so that no cell can be refused it.
pub const OF_ONESELF: &str = "ChangeOwnAccount";

struct Otherwise {
    /// Actions, or paths with what they are of.
    of: &'static [&'static str],
    objects: &'static [Object],
    actors: &'static str,
    why: &'static str,
}

const CLOSED: &[Object] = &[Closed, Merged];
const CLOSED_IS_WRITTEN: &str = "S23: closed and merged projects can be changed";
const NAMED_IS_ENOUGH: &str = "rule 4: whoever is named sees the project and answers";
const ARRIVING_READS: &str = "rule 9, F1: whoever arrives reads their trust";

const PAGES: &[Otherwise] = &[
    Otherwise { of: &["ReadTrust"], objects: &[Own], actors: "arriving", why: ARRIVING_READS },
    Otherwise {
        of: &["ReadProject", "ReadHandover"],
        objects: &[Own, Paused, Closed, Merged],
        actors: "arriving",
        why: ARRIVING_READS,
    },
    Otherwise {
        of: &["ReadProject", "ReadHandover"],
        objects: &[Own, Paused, Closed, Merged],
        actors: "guest",
        why: "S23: a place in the team reads only once it has ended",
    },
    Otherwise { of: &["ReadProject", "ReadHandover"], objects: &[Other], actors: "colleague", why: NAMED_IS_ENOUGH },
];

const FORMS: &[Otherwise] = &[
    Otherwise { of: &["AnswerAsSuccessor"], objects: &[Same], actors: "arriving", why: NAMED_IS_ENOUGH },
    Otherwise {
        of: &[
            "EditProject",
            "DefineMeasure",
            "WriteCycle",
            "DrawDrivers",
            "/api/measurements/correct",
            "/api/measurements/exclude",
            "/api/measurements/void",
            "/api/measurements/include",
            "/api/tallies/press",
            "/api/tallies/undo",
            "/api/tallies/edit",
            "/api/tallies/discard",
        ],
        objects: CLOSED,
        actors: "away lead member supervisor academy",
        why: CLOSED_IS_WRITTEN,
    },
    Otherwise {
        of: &["ManageTeam", "/api/projects/answer (a wish to join)"],
        objects: CLOSED,
        actors: "lead supervisor academy",
        why: CLOSED_IS_WRITTEN,
    },
    Otherwise {
        of: &["AskToJoin"],
        objects: CLOSED,
        actors: "invited next colleague academy administrator",
        why: CLOSED_IS_WRITTEN,
    },
    Otherwise { of: &["LeaveTeam"], objects: CLOSED, actors: "away member supervisor guest", why: CLOSED_IS_WRITTEN },
];

/// Why the cell is known to be otherwise.
pub fn otherwise(row: &Row, object: Object, actor: Actor) -> Option<&'static str> {
    let (list, name) = (if matches!(row.call, Call::Get(_)) { PAGES } else { FORMS }, row.name());
    let known = list.iter().find(|known| {
        (known.of.contains(&row.action) || known.of.contains(&name.as_str()))
            && known.objects.contains(&object)
            && Actor::list(known.actors).any(|one| one == actor)
    });
    known.map(|known| known.why)
}

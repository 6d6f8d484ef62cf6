//! Where the program is known to answer otherwise than the tables say, and why. Each cell that is named
//! here has to be otherwise: once it is mended, the matrix asks for its line to go.

use super::row::{Call, Row};
use super::world::{Actor, Object, Object::*};

/// The actions that are always done to oneself, so that no cell can be refused them.
pub const OF_ONESELF: &[&str] = &["ChangeOwnAccount", "ChangeOwnDates", "ChooseOwnTrust"];

/// Functions that read what was typed before they ask for permission: what they do is done to oneself, so
/// that there is nothing to be refused but what is typed.
pub const READ_FIRST: &[&str] = &["/api/trusts/answer"];

/// The actions that are done in the trust in which one works, whatever they are done to.
pub const OF_A_TRUST: &[&str] = &["ManageOrganisation", "GrantRoles", "ManagePriorities", "Coordinate"];

struct Otherwise {
    /// Actions of the rows.
    of: &'static [&'static str],
    objects: &'static [Object],
    actors: &'static str,
    why: &'static str,
}

const ARRIVING_READS: &str = "rule 9, F1: whoever arrives reads their trust";

const PAGES: &[Otherwise] = &[
    Otherwise { of: &["ReadTrust"], objects: &[Own], actors: "arriving", why: ARRIVING_READS },
    Otherwise {
        of: &["ReadProject", "ReadHandover"],
        objects: &[Own, Paused, Closed, Merged],
        actors: "arriving",
        why: ARRIVING_READS,
    },
];

const FORMS: &[Otherwise] = &[Otherwise {
    of: &["AnswerAsSuccessor"],
    objects: &[Same],
    actors: "arriving",
    why: "rule 4: whoever is named as the next lead answers before their post begins",
}];

/// Why the cell is known to be otherwise.
pub fn otherwise(row: &Row, object: Object, actor: Actor) -> Option<&'static str> {
    let list = if matches!(row.call, Call::Get(_)) { PAGES } else { FORMS };
    let known = list.iter().find(|known| {
        known.of.contains(&row.action)
            && known.objects.contains(&object)
            && Actor::list(known.actors).any(|one| one == actor)
    });
    known.map(|known| known.why)
}

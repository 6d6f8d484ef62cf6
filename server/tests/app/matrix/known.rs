//! Where the program is known to answer otherwise than the tables say, and why. Each cell that is named
//! here has to be otherwise: once it is mended, the matrix asks for its line to go.

use super::row::{Call, Row};
use super::world::{Actor, Object};

/// The actions that are always done to oneself, so that no cell can be refused them.
pub const OF_ONESELF: &[&str] = &["ChangeOwnAccount", "ChangeOwnDates", "ChooseOwnTrust"];

/// Functions that read what was typed before they ask for permission: what they do is done to oneself, so
/// that there is nothing to be refused but what is typed.
pub const READ_FIRST: &[&str] = &["/api/trusts/answer"];

/// The actions that are done in the trust in which one works, whatever they are done to.
pub const OF_A_TRUST: &[&str] = &["ManageOrganisation", "GrantRoles", "ReadMail", "ManagePriorities", "Coordinate"];

/// Actions of the rows, objects, actors, and why.
type Otherwise = (&'static [&'static str], &'static [Object], &'static str, &'static str);

const PAGES: &[Otherwise] = &[];

const FORMS: &[Otherwise] = &[];

/// Why the cell is known to be otherwise.
pub fn otherwise(row: &Row, object: Object, actor: Actor) -> Option<&'static str> {
    let list = if matches!(row.call, Call::Get(_)) { PAGES } else { FORMS };
    let known = list.iter().find(|(actions, objects, actors, _)| {
        actions.contains(&row.action) && objects.contains(&object) && Actor::list(actors).any(|one| one == actor)
    });
    known.map(|(.., why)| *why)
}

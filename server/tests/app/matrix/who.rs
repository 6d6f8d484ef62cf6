//! Who may what: the allowed cells, by hand. Rows that ask for the same action share a list, unless the
//! kind of thing makes a difference.

use super::row::Cells;
use super::world::Object::*;

/// Whoever can sign in.
pub const SIGNED_IN: Cells = &[(
    Own,
    "left away arriving lead member supervisor past leaver invited next colleague academy administrator elsewhere guest asked",
)];

/// Whoever has a session, also before they have changed the password that somebody else gave them.
pub const HAS_SESSION: Cells = &[(
    Own,
    "left away arriving lead held member supervisor past leaver invited next colleague academy administrator elsewhere guest asked",
)];

/// Everybody.
pub const EVERYBODY: Cells = &[(
    Own,
    "nobody expired closed left away arriving lead held member supervisor past leaver invited next colleague academy administrator elsewhere guest asked",
)];

/// In post in the trust or arriving: they read what is the trust's.
pub const READS_TRUST: Cells = &[
    (Own, "away arriving lead member supervisor invited next colleague academy administrator"),
    (Other, "elsewhere guest asked"),
];

/// The lists of the trust in which one has a post, or will have one soon.
pub const READS_OWN_TRUST: Cells =
    &[(Own, "away arriving lead member supervisor invited next colleague academy administrator elsewhere guest asked")];

/// The same, but for whoever is only arriving.
pub const WORKS_IN_TRUST: Cells =
    &[(Own, "away lead member supervisor invited next colleague academy administrator elsewhere guest asked")];

/// Whoever reads a project: in post in its trust or arriving, in its team from wherever, or once its lead;
/// and who is named in an invitation or an offer. A draft only its author and whom they invited.
pub const READS: Cells = &[
    (Own, "away arriving lead member supervisor past leaver invited next colleague academy administrator guest"),
    (Same, "away arriving lead member supervisor invited next colleague academy administrator"),
    (Other, "elsewhere guest asked colleague"),
    (Draft, "lead member supervisor away invited guest"),
    (Paused, "away arriving lead member supervisor past leaver invited next colleague academy administrator guest"),
    (Closed, "away arriving lead member supervisor past leaver invited next colleague academy administrator guest"),
    (Merged, "away arriving lead member supervisor past leaver invited next colleague academy administrator guest"),
];

/// The team and the academy lead change what a project holds.
pub const WORKS: Cells = &[
    (Own, "lead member supervisor away academy"),
    (Same, "academy"),
    (Other, "elsewhere"),
    (Draft, "lead member supervisor away"),
    (Paused, "lead member supervisor away academy"),
];

/// The lead, the supervisor and the academy lead decide about a project.
pub const LEADS: Cells =
    &[(Own, "lead supervisor academy"), (Same, "academy"), (Other, "elsewhere"), (Paused, "lead supervisor academy")];

/// What is closed or merged is decided.
pub const LED: Cells = &[(Closed, "lead supervisor academy"), (Merged, "lead supervisor academy")];
/// What is closed or merged stays as it is.
pub const WORKED: Cells =
    &[(Closed, "lead member supervisor away academy"), (Merged, "lead member supervisor away academy")];

/// What is a trust's: its academy lead and its administrator.
pub const ORGANISES: Cells = &[(Own, "academy administrator"), (Other, "elsewhere")];
pub const ORGANISES_OWN: Cells = &[(Own, "academy administrator elsewhere")];
pub const ADMINISTERS_OWN: Cells = &[(Own, "administrator")];
pub const COORDINATES_OWN: Cells = &[(Own, "academy elsewhere")];

/// Invites to a team, and changes and ends places in it.
pub const MANAGES_TEAM: Cells = &[
    (Own, "lead supervisor academy"),
    (Same, "academy"),
    (Other, "elsewhere"),
    (Draft, "lead supervisor"),
    (Paused, "lead supervisor academy"),
];

/// The supervisor of a project, open or closed; and on their own part its lead.
pub const CONFIRMS: Cells =
    &[(Own, "supervisor lead"), (Paused, "supervisor lead"), (Closed, "supervisor lead"), (Merged, "supervisor lead")];

/// What is the academy's.
pub const COORDINATES: Cells = &[(Own, "academy"), (Other, "elsewhere")];

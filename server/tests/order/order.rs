//! The order of the house, in one place: what may use what, and who writes which table.

/// What kind of room it is, and so what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// A crate of its own, which knows nothing of the app.
    Crate,
    /// What every slice stands on: no HTTP, no markup.
    Base,
    /// Requests, forms and markup that know no slice.
    Web,
    /// One capability: `model <- store <- api <- parts, pages`.
    Slice,
    /// What puts everything together.
    Top,
}

/// Every room, from the ground up: one may use those above it in this list and no others. A room is a file
/// or a folder directly in `app/src`, or a crate.
pub const ORDER: &[(&str, Band)] = &[
    ("spc", Band::Crate),
    ("similarity", Band::Crate),
    ("timeline", Band::Crate),
    ("islands", Band::Crate),
    ("error", Band::Base),
    ("clock", Band::Base),
    ("format", Band::Base),
    ("parse", Band::Base),
    ("limits", Band::Base),
    ("digest", Band::Base),
    ("db", Band::Base),
    // Their macros make types that the store reads and writes.
    ("choice", Band::Base),
    ("id", Band::Base),
    ("batch", Band::Base),
    ("sheet", Band::Base),
    ("sought", Band::Base),
    ("table", Band::Base),
    ("roles", Band::Base),
    ("visitor", Band::Base),
    ("access", Band::Base),
    ("history", Band::Base),
    ("outbox", Band::Base),
    ("web", Band::Web),
    ("people", Band::Slice),
    ("priorities", Band::Slice),
    ("project", Band::Slice),
    ("team", Band::Slice),
    ("progress", Band::Slice),
    ("continuity", Band::Slice),
    ("measures", Band::Slice),
    ("cycles", Band::Slice),
    ("drivers", Band::Slice),
    ("handover", Band::Slice),
    ("duplicates", Band::Slice),
    ("projects", Band::Slice),
    ("notices", Band::Slice),
    ("changeover", Band::Slice),
    ("evidence", Band::Slice),
    ("portfolio", Band::Slice),
    ("demo", Band::Top),
    ("operator", Band::Top),
    ("routes", Band::Top),
    ("lib", Band::Top),
    ("server", Band::Top),
];

/// Where a room stands in the order.
pub fn rank(room: &str) -> Option<usize> {
    ORDER.iter().position(|(name, _)| *name == room)
}

/// What kind of room it is.
pub fn band(room: &str) -> Option<Band> {
    ORDER.iter().find(|(name, _)| *name == room).map(|(_, band)| *band)
}

/// Every table and the one room that writes it. Everybody may read.
pub const WRITERS: &[(&str, &str)] = &[
    ("installation", "db"),
    ("session", "visitor"),
    ("history", "history"),
    ("history_detail", "history"),
    ("history_erased", "history"),
    ("outbox", "outbox"),
    ("access_link", "people"),
    ("mail_domain", "people"),
    ("joining_code", "people"),
    ("mail_choice", "notices"),
    ("digest", "notices"),
    ("notice", "notices"),
    ("calendar_feed", "notices"),
    ("calendar_entry", "notices"),
    ("trust", "people"),
    ("site", "people"),
    ("department", "people"),
    ("person", "people"),
    ("person_address", "people"),
    ("credential", "people"),
    ("password_code", "people"),
    ("post", "people"),
    ("away", "people"),
    ("changeover", "people"),
    ("interest", "people"),
    ("trust_role", "people"),
    ("tie", "people"),
    ("intake", "people"),
    ("intake_person", "people"),
    ("intake_word", "people"),
    ("priority", "priorities"),
    ("project", "project"),
    ("project_priority", "project"),
    ("reference_counter", "project"),
    ("team_role", "team"),
    ("task", "progress"),
    ("project_update", "progress"),
    ("web_link", "progress"),
    ("measure", "measures"),
    ("measurement", "measures"),
    ("point_batch", "measures"),
    ("phase", "measures"),
    ("measure_target", "measures"),
    ("tally", "measures"),
    ("cycle", "cycles"),
    ("driver", "drivers"),
    ("driver_measure", "drivers"),
    ("handover", "handover"),
    ("handover_measure", "handover"),
    ("handover_contribution", "handover"),
    ("handover_answer", "handover"),
    ("project_link", "duplicates"),
    ("project_text", "duplicates"),
    ("project_word", "duplicates"),
    ("project_terms", "duplicates"),
    ("confirmation", "evidence"),
    ("claim", "continuity"),
    ("standing", "continuity"),
    ("ask", "continuity"),
    ("desk", "continuity"),
    ("standing_stale", "continuity"),
    ("desk_stale", "continuity"),
];

/// Rooms that write one table of another, and why.
pub const WRITES_TOO: &[(&str, &str, &str)] = &[(
    "history",
    "project",
    "says on which day its team last did something, in the text that records what was done: a thing of its own would \
     be forgotten somewhere",
)];

/// Rooms that write tables of others, and why.
pub const WRITES_ANYTHING: &[(&str, &str)] =
    &[("demo", "fills an empty store in bulk, with rows of the past that no act of today could make")];

/// Rooms and files that hold SQL without being a slice's store, and why.
pub const SQL_OUTSIDE_STORES: &[(&str, &str)] = &[
    ("db", "opens the store, and says what every connection does"),
    ("batch", "joins the statements of stores to one text"),
    ("visitor", "writes sessions, below the slices"),
    ("roles", "says who counts in what role on a day, for access and for the stores"),
    ("access", "reads what a person may do, in the same transaction"),
    ("history", "writes what was done, below the slices"),
    ("outbox", "writes mail that is to go, below the slices"),
];

//! The order of the house, in one place: what may use what.

/// What kind of room it is, and so what may stand in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// A crate of its own, without web and without a store.
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
    ("timeline", Band::Crate),
    ("islands", Band::Crate),
    ("error", Band::Base),
    ("clock", Band::Base),
    ("parse", Band::Base),
    ("limits", Band::Base),
    ("digest", Band::Base),
    ("db", Band::Base),
    // Their macros make types that the store reads and writes.
    ("choice", Band::Base),
    ("id", Band::Base),
    ("batch", Band::Base),
    ("sheet", Band::Base),
    ("visitor", Band::Base),
    ("access", Band::Base),
    ("history", Band::Base),
    ("web", Band::Web),
    ("people", Band::Slice),
    ("priorities", Band::Slice),
    ("project", Band::Slice),
    ("team", Band::Slice),
    ("continuity", Band::Slice),
    ("measures", Band::Slice),
    ("cycles", Band::Slice),
    ("drivers", Band::Slice),
    ("handover", Band::Slice),
    ("duplicates", Band::Slice),
    ("projects", Band::Slice),
    ("portfolio", Band::Slice),
    ("demo", Band::Top),
    ("operator", Band::Top),
    ("testing", Band::Top),
    ("routes", Band::Top),
    ("lib", Band::Top),
    ("server", Band::Top),
];

/// Where a room stands in the order.
pub fn rank(room: &str) -> Option<usize> {
    ORDER.iter().position(|(name, _)| *name == room)
}

//! Handovers and the pool: their SQL.

mod answer;
#[cfg(test)]
mod journeys;
mod lead;
mod pool;
mod prepare;
mod read;
#[cfg(test)]
mod tests;

pub use answer::{answer_as_successor, answer_as_supervisor};
pub use lead::{bridge, lead_again, look_on};
pub use pool::{LooksForLead, Pool, first_day, looking_since, pool, take_on};
pub use prepare::{
    Candidate, HandoverContext, candidates, context, end_for_merge, expire_lapsed_offer, keep_draft, measured, offer,
    withdraw,
};
pub use read::{
    Answered, Contributed, Handover, LEFT_BEHIND, LeftBehind, Listed, OF_PROJECT, Planned, TeamMember, Waiting, find,
    last_offered, latest, left_behind, of_project, waiting_for,
};

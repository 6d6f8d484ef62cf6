//! Handovers and the pool: their SQL.

mod amend;
mod answer;
mod lead;
mod looking;
mod pool;
mod prepare;
mod read;
mod reoffer;
#[cfg(test)]
mod tests;

pub use amend::amend;
pub use answer::{answer_as_successor, answer_as_supervisor};
pub use lead::{bridge, is_free, lead_again, look_on, offer_to_merged_lead};
#[cfg(test)]
pub(crate) use looking::looking;
pub use looking::{Narrowed, Pool, pool};
pub use pool::{first_day, take_on};
pub use prepare::{
    HandoverContext, context, end_for_merge, expire_lapsed_offer, finish_own, keep_draft, measured, offer,
    prepared_by_another, withdraw,
};
pub use read::{
    Answered, Contributed, Handover, LEFT_BEHIND, LeftBehind, Listed, OF_PROJECT, Planned, TeamMember, find,
    last_offered, latest, left_behind, of_project,
};

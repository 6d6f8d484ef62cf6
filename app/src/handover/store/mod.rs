//! Handovers and the pool: their SQL.

mod answer;
mod looking;
mod pool;
mod prepare;
mod read;
#[cfg(test)]
mod tests;

pub use answer::{answer_as_successor, answer_as_supervisor};
#[cfg(test)]
pub(crate) use looking::looking;
pub use looking::{Narrowed, Pool, pool};
pub use pool::take_on;
pub use prepare::{
    Candidate, HandoverContext, candidates, context, end_for_merge, expire_lapsed_offer, keep_draft, measured, offer,
    withdraw,
};
pub use read::{
    Answered, Contributed, Handover, Listed, OF_PROJECT, Planned, TeamMember, Waiting, find, instead_of_a_supervisor,
    last_offered, latest, of_project, waiting_for,
};

//! The rule of continuity: from the dated facts of a project to where it stands on every day and what is
//! asked of whom, as a pure and total function. It knows no clock: what it gives holds for all days.

mod facts;
mod rows;
mod state;
mod tenure;

pub use facts::{Away, Facts, Handover, Membership, Person, Post, Role, Status};
pub use rows::{Ask, Audience, FOREVER, Kind, Standing, Timeline};
pub use state::Continuity;

/// The rule as it was, day by day, until nothing asks it any more.
pub mod before {
    pub use crate::state::{Facts, Offer, continuity};
    pub use crate::tenure::{Away, Lead, Post, Tenure};
}

/// The version of the rule and of its numbers: rows of another one are derived anew.
pub const RULE_VERSION: i64 = 1;
/// A lead's post that ends within this many days makes a project due: 12 weeks.
pub const DUE_DAYS: i64 = 84;
/// An offer lapses this many days after the later of its day and the day on which its last level opens.
pub const LAPSES_AFTER_DAYS: i64 = 14;
/// A supervisor who has not answered an offer for this many days is silent: the academy lead may answer.
pub const SILENT_AFTER_DAYS: i64 = 14;
/// A longer absence ends the post for this purpose.
pub const LONGEST_AWAY_DAYS: i64 = 28;

/// Where a project stands on every day, and what is asked of whom.
#[must_use]
pub fn derive(_facts: &Facts) -> Timeline {
    Timeline::default()
}

/// The days on which somebody can act as academy lead: present, with a way in and the trust accepted, and not away.
#[must_use]
pub fn can_act(_person: &Person) -> Vec<(chrono::NaiveDate, chrono::NaiveDate)> {
    Vec::new()
}

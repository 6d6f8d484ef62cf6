//! The rule of continuity: where a project stands on a day, as a pure and total function of dates and facts.

mod state;
mod tenure;

pub use state::{Continuity, Facts, Offer, continuity};
pub use tenure::{Away, Lead, Post, Tenure};

/// A lead's post that ends within this many days makes a project due: 12 weeks.
pub const DUE_DAYS: i64 = 84;
/// An offer lapses this many days after the day on which it was to take effect.
pub const LAPSES_AFTER_DAYS: i64 = 14;
/// A supervisor who has not answered an offer for this many days is silent: the academy lead may answer.
pub const SILENT_AFTER_DAYS: i64 = 14;
/// A longer absence ends the post for this purpose.
pub const LONGEST_AWAY_DAYS: i64 = 28;

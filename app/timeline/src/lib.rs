//! The rule of continuity: from the dated facts of a project to where it stands on every day and what is
//! asked of whom, as a pure and total function. It knows no clock: what it gives holds for all days.

mod asks;
mod days;
mod facts;
#[cfg(feature = "testing")]
pub mod faults;
mod leads;
mod levels;
mod presence;
mod project;
mod rows;
mod state;

#[cfg(test)]
extern crate self as timeline;
#[cfg(test)]
#[path = "../tests/world/mod.rs"]
mod world;

use chrono::NaiveDate;

use crate::days::Days;
use crate::presence::Presence;
use crate::project::Project;

pub use facts::{Away, Facts, Handover, Membership, Person, Post, Role, Status};
pub use rows::{Ask, Audience, FOREVER, Kind, Standing, Timeline};
pub use state::Continuity;

/// The version of the rule and of its numbers: rows of another one are derived anew.
pub const RULE_VERSION: i64 = 4;
/// A lead's post that ends within this many days makes a project due: 12 weeks. Somebody whose post begins
/// within them arrives.
pub const DUE_DAYS: i64 = 84;
/// An offer lapses this many days after the later of its day and the day on which its last level opens.
pub const LAPSES_AFTER_DAYS: i64 = 14;
/// An absence of so many days ends the post for this purpose, and so does a gap between two posts. A handover
/// waits so long for its successor.
pub const LONGEST_AWAY_DAYS: i64 = 28;
/// Absences with at most so many days between them are one.
const JOINS_AWAY_DAYS: i64 = 3;
/// Nobody is asked whether a project is still theirs within so many days of a changeover.
const CHANGEOVER_QUIET_DAYS: i64 = 14;

/// Whether a sentence of the rule is broken on purpose: in the program none is.
macro_rules! broken {
    ($fault:ident) => {{
        #[cfg(feature = "testing")]
        let broken = $crate::faults::is($crate::faults::Fault::$fault);
        #[cfg(not(feature = "testing"))]
        let broken = false;
        broken
    }};
}
use broken;

/// Where a project stands on every day, and what is asked of whom.
#[must_use]
pub fn derive(facts: &Facts) -> Timeline {
    let people: Vec<Presence<'_>> = facts.people.iter().map(Presence::of).collect();
    match facts.status {
        Status::Closed => Timeline { standings: vec![ended(facts)], asks: Vec::new() },
        Status::Draft => {
            Timeline { standings: Vec::new(), asks: in_order(asks::of_draft(&Project::of(facts, &people))) }
        }
        Status::Active | Status::Paused | Status::Sustaining => {
            let project = Project::of(facts, &people);
            let asks = in_order(asks::asks(&project));
            let at_risk = asks.iter().filter(|ask| ask.audience == Audience::Desk && ask.kind.is_of_continuity());
            let at_risk = Days::joined(at_risk.map(|ask| (ask.from_on, ask.until_on)).collect(), 0);
            Timeline { standings: project.standings(&at_risk), asks }
        }
    }
}

/// The days, half-open, on which somebody can act in a trust: present, with a way in and the trust accepted,
/// and not away at all.
#[must_use]
pub fn can_act(person: &Person) -> Vec<(NaiveDate, NaiveDate)> {
    let presence = Presence::of(person);
    if broken!(AbsentDeskCounts) {
        return presence.present.spans().to_vec();
    }
    presence.acts.spans().to_vec()
}

fn in_order(mut asks: Vec<Ask>) -> Vec<Ask> {
    asks.sort_unstable();
    asks.dedup();
    asks
}

fn ended(facts: &Facts) -> Standing {
    Standing {
        from_on: facts.registered_on.unwrap_or(facts.created_on),
        until_on: FOREVER,
        state: Continuity::Ended,
        lead: None,
        lead_last_on: None,
        supervisor: None,
        supervisor_last_on: None,
        handover: None,
        no_lead_since: None,
        at_risk: false,
    }
}

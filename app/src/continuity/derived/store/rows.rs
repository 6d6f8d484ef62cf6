//! What is derived, as rows of its tables: the columns in their order.

use serde::Serialize;
use timeline::{Audience, Timeline, derive};
use uuid::Uuid;

use super::read::Page;

/// What the rule says of one project.
pub(super) struct Derived<'p> {
    pub(super) project: &'p str,
    trust: &'p str,
    pub(super) timeline: Timeline,
}

/// What the rule says of each project of a page.
pub(super) fn derive_all(page: &Page) -> Vec<Derived<'_>> {
    page.there().map(|(project, trust, facts)| Derived { project, trust, timeline: derive(facts) }).collect()
}

impl Derived<'_> {
    /// The rows of `standing`.
    pub(super) fn standings(&self) -> impl Iterator<Item = impl Serialize> {
        self.timeline.standings.iter().map(|row| {
            (
                self.project,
                self.trust,
                row.from_on,
                row.until_on,
                row.state.as_str(),
                row.lead,
                row.lead_last_on,
                row.supervisor,
                row.supervisor_last_on,
                row.handover,
                row.no_lead_since,
                u8::from(row.at_risk),
            )
        })
    }

    /// The rows of `ask`.
    pub(super) fn asks(&self) -> impl Iterator<Item = impl Serialize> {
        self.timeline.asks.iter().map(|row| {
            let (audience, person) = audience(row.audience);
            (
                self.project,
                self.trust,
                row.kind.as_str(),
                row.object,
                row.about,
                row.cause_on,
                row.since_on,
                row.due_on,
                row.level,
                audience,
                person,
                row.giver,
                row.taker,
                row.from_on,
                row.until_on,
                u8::from(row.rests),
            )
        })
    }
}

/// The rows of `desk`.
pub(super) fn desks(page: &Page) -> impl Iterator<Item = impl Serialize> {
    page.desks
        .iter()
        .flat_map(|(trust, rows)| rows.iter().map(move |(person, from, until)| (trust, person, from, until)))
}

fn audience(audience: Audience) -> (&'static str, Option<Uuid>) {
    match audience {
        Audience::Person(person) => ("person", Some(person)),
        Audience::Desk => ("desk", None),
        Audience::Administrators => ("administrators", None),
    }
}

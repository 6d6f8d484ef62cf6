//! The facts as the store reads them out, and as the rule takes them: here moments become days in London, and
//! nowhere else.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Deserializer};
use timeline::{Away, FOREVER, Facts, Handover, Membership, Person, Post, Role, Status, can_act};
use uuid::Uuid;

use crate::clock::date_in_london;

/// Before the first day that anybody asks about.
pub(super) const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a date");

/// The day in London of a stored moment.
#[derive(Clone, Copy)]
struct Day(NaiveDate);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        DateTime::<Utc>::deserialize(deserializer).map(|moment| Self(date_in_london(moment)))
    }
}

/// Yes or no, as the store says it.
#[derive(Clone, Copy)]
struct Flag(bool);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u8::deserialize(deserializer).map(|number| Self(number != 0))
    }
}

/// A project, its fields in the order of the statement that reads them.
#[derive(Deserialize)]
pub(super) struct StoredProject {
    id: Uuid,
    pub(super) trust: String,
    status: Status,
    department: Option<Uuid>,
    author: Uuid,
    created_at: Day,
    submitted_at: Option<Day>,
    review_on: Option<NaiveDate>,
    reaudit_on: Option<NaiveDate>,
    aim_by: Option<NaiveDate>,
    next_step_on: Option<NaiveDate>,
    keep_looking_until: Option<NaiveDate>,
    last_active_on: Option<NaiveDate>,
    shortest_rhythm: Option<i64>,
    changeovers: Vec<NaiveDate>,
    memberships: Vec<StoredMembership>,
    handovers: Vec<StoredHandover>,
}

#[derive(Deserialize)]
struct StoredMembership {
    id: Uuid,
    person: Uuid,
    role: String,
    accepted: Flag,
    opened_by_person: Flag,
    asked_at: Day,
    from_on: NaiveDate,
    until_on: Option<NaiveDate>,
    confirmed_until: Option<NaiveDate>,
    begun_by: Option<Uuid>,
    ended_by: Option<Uuid>,
}

#[derive(Deserialize)]
struct StoredHandover {
    id: Uuid,
    agreed: Flag,
    from: Option<Uuid>,
    to: Option<Uuid>,
    to_pool: Flag,
    effect_on: NaiveDate,
    offered_at: Day,
    ended_at: Option<Day>,
    successor_accepted: Flag,
    supervisor_accepted: Flag,
    approvals_expire_on: Option<NaiveDate>,
}

/// Somebody in a trust.
#[derive(Deserialize)]
pub(super) struct StoredPerson {
    id: Uuid,
    closed_on: Option<NaiveDate>,
    signs_in: Flag,
    tied: Flag,
    posts: Vec<(Uuid, NaiveDate, Option<NaiveDate>, Flag)>,
    away: Vec<(NaiveDate, NaiveDate, Flag)>,
}

/// An academy lead: the days of the role, and the person.
#[derive(Deserialize)]
pub(super) struct StoredLead {
    from_on: Option<NaiveDate>,
    until_on: Option<NaiveDate>,
    person: StoredPerson,
}

/// A stretch of days of a trust's desk: somebody can act, or nobody can.
pub(super) type DeskRow = (Option<Uuid>, NaiveDate, NaiveDate);

/// Everybody of every trust who is named by what is derived.
pub(super) type People = BTreeMap<(String, Uuid), Person>;

impl StoredPerson {
    /// As the rule takes them.
    pub(super) fn into_person(self) -> Person {
        let post = |(department, starts_on, ends_on, Flag(end_confirmed))| Post {
            department,
            starts_on,
            ends_on,
            end_confirmed,
        };
        let away = |(starts_on, ends_on, Flag(keeps_contributing))| Away { starts_on, ends_on, keeps_contributing };
        Person {
            id: self.id,
            closed_on: self.closed_on,
            signs_in: self.signs_in.0,
            tied: self.tied.0,
            posts: self.posts.into_iter().map(post).collect(),
            away: self.away.into_iter().map(away).collect(),
        }
    }
}

impl StoredProject {
    /// As the rule takes them, with those of `people` whom it names; somebody who is not among them has no post.
    pub(super) fn into_facts(self, people: &People) -> Facts {
        let last_offer = self.handovers.iter().max_by_key(|handover| (handover.offered_at.0, handover.id));
        let approvals_expire_on = last_offer.and_then(|handover| handover.approvals_expire_on);
        let memberships: Vec<Membership> =
            self.memberships.into_iter().map(StoredMembership::into_membership).collect();
        let handovers: Vec<Handover> = self.handovers.into_iter().map(StoredHandover::into_handover).collect();
        let mut named: BTreeSet<Uuid> = memberships.iter().map(|membership| membership.person).collect();
        named.extend(handovers.iter().flat_map(|handover| [handover.from, handover.to]).flatten());
        named.insert(self.author);
        let trust = self.trust;
        let known = |id| people.get(&(trust.clone(), id)).cloned().unwrap_or_else(|| unknown(id));
        Facts {
            project: self.id,
            status: self.status,
            department: self.department,
            author: self.author,
            created_on: self.created_at.0,
            registered_on: self.submitted_at.filter(|_| self.status != Status::Draft).map(|day| day.0),
            review_on: self.review_on,
            reaudit_on: self.reaudit_on,
            approvals_expire_on,
            aim_by: self.aim_by,
            next_step_on: self.next_step_on,
            keep_looking_until: self.keep_looking_until,
            last_active_on: self.last_active_on,
            shortest_rhythm: self.shortest_rhythm,
            changeovers: self.changeovers,
            people: named.into_iter().map(known).collect(),
            memberships,
            handovers,
        }
    }
}

fn unknown(id: Uuid) -> Person {
    Person { id, closed_on: None, signs_in: false, tied: false, posts: Vec::new(), away: Vec::new() }
}

impl StoredMembership {
    fn into_membership(self) -> Membership {
        Membership {
            id: self.id,
            person: self.person,
            role: match self.role.as_str() {
                "lead" => Role::Lead,
                "supervisor" => Role::Supervisor,
                _ => Role::Member,
            },
            accepted: self.accepted.0,
            opened_by_person: self.opened_by_person.0,
            asked_on: self.asked_at.0,
            from_on: self.from_on,
            until_on: self.until_on,
            confirmed_until: self.confirmed_until,
            begun_by: self.begun_by,
            ended_by: self.ended_by,
        }
    }
}

impl StoredHandover {
    fn into_handover(self) -> Handover {
        Handover {
            id: self.id,
            agreed: self.agreed.0,
            from: self.from,
            to: self.to,
            to_pool: self.to_pool.0,
            effect_on: self.effect_on,
            offered_on: self.offered_at.0,
            agreed_on: self.ended_at.filter(|_| self.agreed.0).map(|day| day.0),
            successor_accepted: self.successor_accepted.0,
            supervisor_accepted: self.supervisor_accepted.0,
        }
    }
}

/// The days on which each academy lead can act, and those on which none can.
pub(super) fn desk(leads: Vec<StoredLead>) -> Vec<DeskRow> {
    let mut rows = Vec::new();
    for StoredLead { from_on, until_on, person } in leads {
        let (first, end) = (from_on.unwrap_or(EPOCH), until_on.unwrap_or(FOREVER));
        let person = person.into_person();
        let within = can_act(&person).into_iter().map(|(from, until)| (from.max(first), until.min(end)));
        rows.extend(within.filter(|(from, until)| from < until).map(|(from, until)| (Some(person.id), from, until)));
    }
    rows.sort_unstable_by_key(|(person, from, _)| (*from, *person));
    let mut nobody_from = EPOCH;
    let mut nobody = Vec::new();
    for (_, from, until) in &rows {
        if *from > nobody_from {
            nobody.push((None, nobody_from, *from));
        }
        nobody_from = nobody_from.max(*until);
    }
    if nobody_from < FOREVER {
        nobody.push((None, nobody_from, FOREVER));
    }
    rows.extend(nobody);
    rows
}

//! What is asked of whom, while a project is open.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::days::{Days, Span, eve, plus};
use crate::leads::Stint;
use crate::levels::{Asked, Level, Question, Who, ask};
use crate::project::Project;
use crate::{Ask, CHANGEOVER_QUIET_DAYS, DUE_DAYS, FOREVER, Handover, Kind, Membership, Role, Status};

/// A supervisor is asked this many days before the last day of whoever leads, and the academy so many.
const SUPERVISOR_BEFORE: i64 = 42;
const DESK_BEFORE: i64 = 28;
/// What waits this many days for the first who is asked goes to the second, and then to the academy.
const SECOND_AFTER: i64 = 14;
const DESK_AFTER: i64 = 28;
/// A new project has this long to find a supervisor.
const SUPERVISOR_WITHIN: i64 = 14;
/// A named offer that has no answer by then no longer stands for an arrangement.
const ARRANGED_BEFORE: i64 = 14;
/// Without a lead and without a choice for so long, the administrators are asked as well.
const ADMINISTRATORS_AFTER: i64 = 56;
/// Who took a project over is asked after so many days whether it is moving.
const MOVING_AFTER: i64 = 30;
/// The shortest and the longest time without an act that is quiet.
const QUIET_DAYS: (i64, i64) = (56, 365);
/// Somebody whose post ends within so many days is asked whether it does.
const CONFIRM_BEFORE: i64 = 56;

/// Everything that is asked about an open project.
pub(crate) fn asks(project: &Project<'_>) -> Vec<Ask> {
    let mut asks = Asks { project, rows: Vec::new() };
    asks.answers();
    asks.agreed();
    asks.hand_over();
    asks.no_lead();
    asks.memberships();
    let passed_on = asks.pass_on_supervision();
    asks.no_supervisor(&passed_on);
    asks.returned();
    asks.still_yours();
    asks.look_again();
    asks.confirm_dates();
    asks.cannot_be_reached();
    asks.rows
}

/// What is asked about a draft: its author before they leave, and whoever is invited to it.
pub(crate) fn of_draft(project: &Project<'_>) -> Vec<Ask> {
    let mut asks = Asks { project, rows: Vec::new() };
    asks.draft_left();
    for place in &project.facts.memberships {
        if !place.accepted && !place.opened_by_person {
            let kind = if place.role == Role::Supervisor { Kind::AskedToSupervise } else { Kind::Invitation };
            let who = project.named(place.person).into_iter().collect();
            let question = Question::new(kind, place.asked_on).object(place.id).about(Some(place.person));
            asks.ask(&question, (place.asked_on, FOREVER), &[people(1, who, None)]);
        }
    }
    asks.rows
}

fn people(number: u8, who: Vec<Asked>, opens: Option<NaiveDate>) -> Level {
    Level { number, who: Who::People(who), opens }
}

fn desk(opens: Option<NaiveDate>) -> Level {
    Level { number: 3, who: Who::Desk, opens }
}

/// All are asked at once.
fn at_once(from: NaiveDate, first: Vec<Asked>, second: Vec<Asked>) -> [Level; 3] {
    [people(1, first, None), people(2, second, Some(from)), desk(Some(from))]
}

struct Asks<'p, 'a> {
    project: &'p Project<'a>,
    rows: Vec<Ask>,
}

impl Asks<'_, '_> {
    fn ask(&mut self, question: &Question, exists: Span, levels: &[Level]) {
        let days = Days::between(exists.0, exists.1).and(&self.project.open);
        for span in days.spans() {
            ask(&mut self.rows, question, *span, levels);
        }
    }

    /// The days on which something of a kind is asked.
    fn days_of(&self, kind: Kind) -> Days {
        Days::joined(
            self.rows.iter().filter(|row| row.kind == kind).map(|row| (row.from_on, row.until_on)).collect(),
            0,
        )
    }

    fn lead_then(&self, from: NaiveDate, second: i64, third: i64) -> [Level; 3] {
        [
            people(1, self.project.leads(), None),
            people(2, self.project.supervisors(&[]), Some(plus(from, second))),
            desk(Some(plus(from, third))),
        ]
    }

    /// Offers that wait for the successor's or the supervisor's answer.
    fn answers(&mut self) {
        let project = self.project;
        for offer in &project.offers {
            let (handover, Some(lives)) = (offer.handover, offer.named) else { continue };
            if !handover.successor_accepted {
                let question = of_handover(Kind::AnswerAsSuccessor, handover);
                self.ask(&question, lives, &project.successor_levels(handover));
            }
            if !handover.supervisor_accepted {
                let kind = if handover.to_pool { Kind::AnswerTakeOn } else { Kind::AgreeToHandover };
                self.ask(&of_handover(kind, handover), lives, &project.agreeing_levels(handover));
            }
        }
    }

    /// Agreed handovers whose successor will not be there, or before which nobody leads.
    fn agreed(&mut self) {
        let project = self.project;
        for one in project.agreed.iter().filter(|one| !one.undone) {
            let (kind, cause, exists) = match one.comes_true_on {
                None => (Kind::BrokenHandover, one.handover.effect_on, (one.agreed_on, one.ahead_until())),
                Some(day) => match project.unled.span_at(plus(day, -1)) {
                    Some((gap, _)) if day > one.agreed_on => (Kind::Gap, gap, (one.agreed_on, gap)),
                    _ => continue,
                },
            };
            // Where the lead goes before the day, it is wanted by then.
            let unled = project.unled.spans().iter().map(|span| span.0).find(|day| *day > one.agreed_on);
            let due = unled.map_or(cause, |day| day.min(cause));
            let question = Question { cause_on: cause, due_on: Some(due), ..of_handover(kind, one.handover) };
            self.ask(&question, exists, &at_once(exists.0, project.leads(), project.supervisors(&[])));
        }
    }

    /// The lead goes, and nobody comes after them.
    fn hand_over(&mut self) {
        let project = self.project;
        for &(_, end) in project.led.spans() {
            let Some(last) = eve(end) else { continue };
            let Some((person, _)) = project.lead_on(last) else { continue };
            let Some(stint) = project.stints.iter().find(|one| one.person == person && one.led.1 == end) else {
                continue;
            };
            let (begins, ends) = stint.presence;
            let middle = if ends < FOREVER { plus(begins, (ends - begins).num_days() / 2) } else { begins };
            let from = plus(last, -DUE_DAYS).max(middle.min(last)).max(stint.led.0);
            let mut open = Days::between(from, end);
            let mut to_pool = Days::NONE;
            for one in project.agreed.iter().filter(|one| one.ahead_until() >= end) {
                open = open.without(&one.ahead());
            }
            for offer in &project.offers {
                if let (Some((from, until)), false) = (offer.named, offer.handover.to_pool) {
                    open = open.without(&Days::between(from, until.min(plus(last, -ARRANGED_BEFORE))));
                }
                to_pool = to_pool.or(&offer.to_pool);
            }
            let question = Question::new(Kind::HandOver, end).about(Some(person)).due(Some(last));
            for span in open.without(&to_pool).spans() {
                let levels = [
                    people(1, project.leads(), None),
                    people(2, project.supervisors(&[]), Some(plus(last, -SUPERVISOR_BEFORE))),
                    desk(Some(plus(last, -DESK_BEFORE))),
                ];
                self.ask(&question, *span, &levels);
            }
            // Who offered it to the pool waits; the others look for somebody.
            for span in open.and(&to_pool).spans() {
                let levels = [people(2, project.supervisors(&[Some(person)]), None), desk(Some(span.0))];
                self.ask(&question, *span, &levels);
            }
        }
    }

    /// Nobody leads.
    fn no_lead(&mut self) {
        let project = self.project;
        let facts = project.facts;
        for &(from, until) in project.unled.spans() {
            // A pause from the days of a lead who has gone is nobody's choice to leave it so.
            let rests = facts.keep_looking_until.map_or(Days::NONE, |day| Days::between(from, day));
            let left = project.stints.iter().filter(|one| one.led.1 == from && one.led.0 < one.led.1);
            let left = left.map(|one| one.person).max();
            let question =
                Question { rests: rests.clone(), ..Question::new(Kind::NoLead, from).about(left).due(Some(from)) };
            let late = Days::from(plus(from, ADMINISTRATORS_AFTER)).without(&rests).first();
            let administrators = Level { number: 3, who: Who::Administrators, opens: late };
            self.ask(&question, (from, until), &[people(2, project.supervisors(&[]), None), desk(Some(from))]);
            self.ask(&question, (late.unwrap_or(FOREVER).max(from), until), &[administrators]);
        }
    }

    /// Places in the team that wait for an answer, or for the academy's word.
    fn memberships(&mut self) {
        let project = self.project;
        for place in project.facts.memberships.iter().filter(|place| !place.accepted) {
            let from = place.asked_on;
            let named: Vec<Asked> = project.named(place.person).into_iter().collect();
            let (kind, levels) = match (place.role, place.opened_by_person) {
                (Role::Supervisor, false) => (
                    Kind::AskedToSupervise,
                    vec![
                        people(1, named, None),
                        people(2, project.leads(), Some(plus(from, SECOND_AFTER))),
                        desk(Some(plus(from, DESK_AFTER))),
                    ],
                ),
                (Role::Supervisor, true) => (Kind::AnswerJoin, vec![desk(None)]),
                (_, false) => {
                    (Kind::Invitation, vec![people(1, named, None), people(2, project.leads(), None), desk(None)])
                }
                (_, true) => {
                    let mut answer = project.leads();
                    answer.extend(project.supervisors(&[Some(place.person)]));
                    answer.retain(|one| one.person != place.person);
                    (Kind::AnswerJoin, vec![people(1, answer, None), desk(Some(plus(from, SECOND_AFTER)))])
                }
            };
            let question = of_place(kind, place);
            if place.role == Role::Lead {
                // Asked to lead with whoever leads: without a lead there is nobody to lead with.
                for &span in project.led.and(&Days::from(from)).spans() {
                    self.ask(&question, span, &levels);
                }
            } else {
                self.ask(&question, (from, FOREVER), &levels);
            }
        }
        for one in &project.supervisions {
            let Some(person) = project.presence(one.place.person) else { continue };
            let there = if person.person.posts.is_empty() { &person.open } else { &person.present };
            let waits = one.in_force.and(there).without(&one.counts).without(&project.led_by(one.place.person));
            for &(from, until) in waits.spans() {
                let question = Question { cause_on: from, ..of_place(Kind::ConfirmSupervisor, one.place) };
                self.ask(&question, (from, until), &[desk(None)]);
            }
        }
    }

    /// The days on which somebody is asked to supervise.
    fn supervisor_asked(&self) -> Days {
        let waits = |place: &&Membership| place.role == Role::Supervisor && !place.accepted;
        let from = self.project.facts.memberships.iter().filter(waits).map(|place| place.asked_on).min();
        from.map_or(Days::NONE, Days::from).or(&self.days_of(Kind::ConfirmSupervisor))
    }

    /// The supervisor goes, and nobody counts after them. Gives the days on which it is asked of one who has gone.
    fn pass_on_supervision(&mut self) -> Days {
        let project = self.project;
        let asked = self.supervisor_asked();
        let mut gone_days = Days::NONE;
        for &(from, end) in project.supervised.spans() {
            let Some(last) = eve(end) else { continue };
            let leaves = project.supervisions.iter().find(|one| one.counts.spans().iter().any(|span| span.1 == end));
            let Some(leaves) = leaves else { continue };
            let question =
                Question { cause_on: end, ..of_place(Kind::PassOnSupervision, leaves.place) }.due(Some(last));
            let goes = Days::between(plus(last, -DUE_DAYS).max(from), end).without(&asked);
            for span in goes.spans() {
                let supervisor = project.supervisors(&[]).into_iter().filter(|one| one.person == leaves.place.person);
                let levels = [
                    people(1, supervisor.collect(), None),
                    people(2, project.leads(), Some(plus(last, -SUPERVISOR_BEFORE))),
                    desk(Some(plus(last, -DESK_BEFORE))),
                ];
                self.ask(&question, *span, &levels);
            }
            let next = project.supervised.spans().iter().map(|span| span.0).find(|day| *day > end).unwrap_or(FOREVER);
            // Whoever leads for now what they supervise has not gone: the lead is asked for another supervisor.
            let leads = project.led_by(leaves.place.person);
            let gone = Days::between(end, next).and(&leaves.in_force).without(&asked).without(&leads);
            for span in gone.spans() {
                self.ask(&question, *span, &[people(2, project.leads(), None), desk(Some(span.0))]);
            }
            gone_days = gone_days.or(&gone);
        }
        gone_days
    }

    /// Nobody supervises, and nobody is asked. While nobody leads, that is asked first.
    fn no_supervisor(&mut self, passed_on: &Days) {
        let project = self.project;
        let registered = project.open.first().unwrap_or(project.facts.created_on);
        let days = project
            .led
            .without(&project.supervised)
            .without(&self.supervisor_asked())
            .without(passed_on)
            .and(&Days::from(plus(registered, SUPERVISOR_WITHIN)));
        for &(from, until) in days.spans() {
            let levels = [people(1, project.leads(), None), desk(Some(plus(from, DESK_AFTER)))];
            self.ask(&Question::new(Kind::NoSupervisor, from), (from, until), &levels);
        }
    }

    /// Nobody leads, and whoever did is back.
    fn returned(&mut self) {
        let project = self.project;
        for stint in &project.stints {
            let Some(presence) = project.presence(stint.person) else { continue };
            for &(from, until) in stint.back.and(&project.unled).spans() {
                let acts = presence.acts.clone();
                let who = vec![Asked { person: stint.person, shown: acts.clone(), acts }];
                let question = Question::new(Kind::ReturnedLead, from).about(Some(stint.person));
                self.ask(&question, (from, until), &[people(1, who, None)]);
            }
        }
    }

    /// The project is quiet, does not move after it was taken over, or its lead works elsewhere now. Any act of
    /// the team is the answer.
    fn still_yours(&mut self) {
        let project = self.project;
        let facts = project.facts;
        if facts.status == Status::Paused {
            return;
        }
        let registered = project.open.first().unwrap_or(facts.created_on);
        let active = facts.last_active_on.unwrap_or(registered).max(registered);
        let rhythm = facts.shortest_rhythm.unwrap_or_default().clamp(0, QUIET_DAYS.1);
        let quiet_after = (2 * rhythm).clamp(QUIET_DAYS.0, QUIET_DAYS.1);
        for stint in project.stints.iter().filter(|one| one.led.0 < one.led.1) {
            let begun = stint.led.0;
            let still = Some(plus(begun, MOVING_AFTER)).filter(|_| stint.taken_over && active <= begun);
            let moved = self.moved(stint).filter(|day| active < *day);
            let quiet = plus(active.max(begun), quiet_after);
            let first = still.into_iter().chain(moved).fold(quiet, NaiveDate::min);
            let from = self.away_from_changeovers(first.max(begun));
            let question = Question::new(Kind::StillYours, from).about(Some(stint.person));
            self.ask(&question, (from, stint.led.1), &self.lead_then(from, SECOND_AFTER, DESK_AFTER));
        }
    }

    /// The day on which a lead began to work in another department than the project's.
    fn moved(&self, stint: &Stint) -> Option<NaiveDate> {
        let home = self.project.facts.department?;
        let posts = &self.project.presence(stint.person)?.person.posts;
        let here = |day: NaiveDate| {
            posts.iter().any(|post| {
                post.department == home && post.starts_on <= day && post.ends_on.is_none_or(|last| last >= day)
            })
        };
        let starts = posts.iter().map(|post| post.starts_on);
        starts.filter(|day| *day > stint.led.0 && *day < stint.led.1 && here(plus(*day, -1)) && !here(*day)).min()
    }

    /// The day, or the first after it that is not close to a changeover.
    fn away_from_changeovers(&self, day: NaiveDate) -> NaiveDate {
        let mut changeovers = self.project.facts.changeovers.clone();
        changeovers.sort_unstable();
        changeovers.into_iter().fold(day, |day, changeover| {
            let close = (day - changeover).num_days().abs() <= CHANGEOVER_QUIET_DAYS;
            if close { plus(changeover, CHANGEOVER_QUIET_DAYS + 1) } else { day }
        })
    }

    /// Days on which somebody was to look at it again have come.
    fn look_again(&mut self) {
        let facts = self.project.facts;
        let review = facts.review_on.filter(|_| matches!(facts.status, Status::Paused | Status::Sustaining));
        let mut days: Vec<NaiveDate> =
            [review, facts.reaudit_on, facts.approvals_expire_on].into_iter().flatten().collect();
        days.sort_unstable();
        days.dedup();
        for day in days {
            let question = Question::new(Kind::LookAgain, day).due(Some(day));
            for &(from, until) in self.project.led.and(&Days::from(day)).spans() {
                self.ask(&question, (from, until), &self.lead_then(day, SECOND_AFTER, DESK_AFTER));
            }
        }
        let mut steps: Vec<NaiveDate> = [facts.aim_by, facts.next_step_on].into_iter().flatten().collect();
        steps.sort_unstable();
        steps.dedup();
        for day in steps {
            let question = Question::new(Kind::StepPassed, day).due(Some(day));
            for &(from, until) in self.project.led.and(&Days::from(plus(day, 1))).spans() {
                let [lead, supervisor, _] = self.lead_then(day, DESK_AFTER, DESK_AFTER);
                self.ask(&question, (from, until), &[lead, supervisor]);
            }
        }
    }

    /// Somebody who leads or supervises has a post that ends, and nobody said that it does.
    fn confirm_dates(&mut self) {
        let project = self.project;
        for person in project.people {
            let id = person.id();
            let part = project.supervisions.iter().filter(|one| one.place.person == id);
            let part = part.fold(project.led_by(id), |days, one| days.or(&one.counts));
            let named = self
                .rows
                .iter()
                .filter(|row| matches!(row.kind, Kind::HandOver | Kind::PassOnSupervision) && row.about == Some(id));
            let named = Days::joined(named.map(|row| (row.from_on, row.until_on)).collect(), 0);
            for &(_, end) in person.present.spans() {
                let Some(last) = eve(end) else { continue };
                let unconfirmed =
                    person.person.posts.iter().any(|post| post.ends_on == Some(last) && !post.end_confirmed);
                if !unconfirmed {
                    continue;
                }
                let days = Days::between(plus(last, -CONFIRM_BEFORE), end).and(&part).without(&named);
                let question = Question::new(Kind::ConfirmDates, last).about(Some(id)).due(Some(last));
                let who = Asked { person: id, shown: person.acts.clone(), acts: person.acts.clone() };
                for span in days.spans() {
                    let levels = [people(1, vec![who.clone()], None), desk(Some(plus(last, -DESK_BEFORE)))];
                    self.ask(&question, *span, &levels);
                }
            }
        }
    }

    /// The author of a draft leaves.
    fn draft_left(&mut self) {
        let project = self.project;
        let author = project.facts.author;
        let Some(presence) = project.presence(author) else { return };
        let accepted = project.facts.memberships.iter().filter(|place| place.accepted && place.person != author);
        let others: Vec<Asked> = accepted
            .filter_map(|place| {
                let days = Days::between(place.from_on, place.until_on.unwrap_or(FOREVER));
                let acts = project.presence(place.person)?.acts.and(&days);
                Some(Asked { person: place.person, shown: acts.clone(), acts })
            })
            .collect();
        for &(_, end) in presence.present.spans() {
            let Some(last) = eve(end) else { continue };
            let next = presence.present.spans().iter().map(|span| span.0).find(|day| *day > end).unwrap_or(FOREVER);
            let who = Asked { person: author, shown: presence.open.clone(), acts: presence.acts.clone() };
            let question = Question::new(Kind::DraftLeft, end).about(Some(author)).due(Some(last));
            let levels = [people(1, vec![who], None), people(2, others.clone(), Some(end))];
            self.ask(&question, (plus(last, -DESK_BEFORE), next), &levels);
        }
    }

    /// Who leads, supervises or is offered the project has no way in.
    fn cannot_be_reached(&mut self) {
        let project = self.project;
        for person in project.people.iter().filter(|one| !one.person.signs_in || !one.person.tied) {
            let id = person.id();
            let supervises = project.supervisions.iter().filter(|one| one.place.person == id);
            let mut days = supervises.fold(project.led_by(id), |days, one| days.or(&one.counts));
            for offer in project.offers.iter().filter(|offer| offer.handover.to == Some(id)) {
                days = days.or(&Days::joined(offer.named.into_iter().collect(), 0));
            }
            for &(from, until) in days.and(&person.open).spans() {
                let question = Question::new(Kind::CannotBeReached, from).about(Some(id));
                self.ask(&question, (from, until), &[desk(None)]);
            }
        }
    }
}

fn of_handover(kind: Kind, handover: &Handover) -> Question {
    let about: Option<Uuid> = match kind {
        Kind::AnswerAsSuccessor | Kind::BrokenHandover | Kind::Gap | Kind::AgreeToHandover | Kind::AnswerTakeOn => {
            handover.to
        }
        _ => None,
    };
    Question {
        giver: handover.from,
        taker: handover.to,
        ..Question::new(kind, handover.offered_on).object(handover.id).about(about).due(Some(handover.effect_on))
    }
}

fn of_place(kind: Kind, place: &Membership) -> Question {
    Question::new(kind, place.asked_on).object(place.id).about(Some(place.person))
}

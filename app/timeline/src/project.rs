//! A project with what follows from its facts before anything is asked: who leads and supervises when, what is
//! agreed and offered.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::days::{Days, Span, eve, plus};
use crate::leads::{Agreed, Stint, Supervision, agreed, stints, supervisions};
use crate::levels::{Asked, Level, Who, openings};
use crate::presence::Presence;
use crate::{Continuity, DUE_DAYS, FOREVER, Facts, Handover, LAPSES_AFTER_DAYS, Standing, Status, broken};

/// An offer, with the days on which it lives.
#[derive(Clone, Debug)]
pub(crate) struct Offer<'a> {
    pub(crate) handover: &'a Handover,
    /// On which it waits for a named successor and the supervisor; none for an offer to whoever asks.
    pub(crate) named: Option<Span>,
    /// On which it stands open to whoever asks.
    pub(crate) to_pool: Days,
}

/// A project that is open.
pub(crate) struct Project<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) people: &'a [Presence<'a>],
    pub(crate) agreed: Vec<Agreed<'a>>,
    pub(crate) stints: Vec<Stint>,
    pub(crate) supervisions: Vec<Supervision<'a>>,
    pub(crate) offers: Vec<Offer<'a>>,
    /// Every day from its registration on.
    pub(crate) open: Days,
    pub(crate) led: Days,
    pub(crate) unled: Days,
    pub(crate) supervised: Days,
}

impl<'a> Project<'a> {
    pub(crate) fn of(facts: &'a Facts, people: &'a [Presence<'a>]) -> Self {
        let presence = |id: Uuid| people.iter().find(|one| one.id() == id);
        let agreed = agreed(facts, &presence);
        let stints = stints(facts, &agreed, &presence);
        let supervisions = supervisions(facts, &stints, &presence);
        let open = Days::from(facts.registered_on.unwrap_or(facts.created_on));
        let led = Days::joined(stints.iter().map(|one| one.led).collect(), 0).and(&open);
        let unled = open.without(&led);
        let supervised = supervisions.iter().fold(Days::NONE, |days, one| days.or(&one.counts));
        let mut project =
            Self { facts, people, agreed, stints, supervisions, offers: Vec::new(), open, led, unled, supervised };
        project.offers = facts.handovers.iter().filter(|one| !one.agreed).map(|one| project.offer(one)).collect();
        project
    }

    pub(crate) fn presence(&self, id: Uuid) -> Option<&'a Presence<'a>> {
        self.people.iter().find(|one| one.id() == id)
    }

    fn offer(&self, handover: &'a Handover) -> Offer<'a> {
        let pool = if handover.to_pool { Days::from(handover.offered_on) } else { Days::NONE };
        let Some(_) = handover.to else { return Offer { handover, named: None, to_pool: pool } };
        let from = handover.offered_on;
        let asked = Days::from(from);
        let never = (from, FOREVER);
        let mut last = handover.effect_on;
        for (waits, levels) in [
            (!handover.successor_accepted, self.successor_levels(handover)),
            (!handover.supervisor_accepted, self.agreeing_levels(handover)),
        ] {
            if waits {
                last = openings(never, &levels).into_iter().flatten().fold(last, NaiveDate::max);
            }
        }
        let until = plus(last, if broken!(LapsesEarly) { LAPSES_AFTER_DAYS } else { LAPSES_AFTER_DAYS + 1 });
        Offer { handover, named: Some((from, until)), to_pool: pool.and(&asked.without(&Days::before(until))) }
    }

    /// How many days each level waits for an answer, from asking to the day of effect; a request for today has
    /// two a level, and with two days or fewer to go all are asked at once.
    fn wait(handover: &Handover) -> i64 {
        match (handover.effect_on - handover.offered_on).num_days() {
            ..=0 => 2,
            1 | 2 => 0,
            days => (days / 3).clamp(1, 7),
        }
    }

    pub(crate) fn successor_levels(&self, handover: &Handover) -> Vec<Level> {
        let wait = Self::wait(handover);
        let successor = handover.to.map(|id| self.named(id)).into_iter().flatten().collect();
        // Who gives it away can take it back, whether or not they are still there.
        let giver = handover.from.and_then(|id| self.presence(id));
        let giver = giver.map(|one| Asked { person: one.id(), shown: one.open.clone(), acts: one.acts.clone() });
        let next = giver.into_iter().chain(self.supervisors(&[handover.to])).collect();
        vec![
            Level { number: 1, who: Who::People(successor), opens: None },
            Level { number: 2, who: Who::People(next), opens: Some(plus(handover.offered_on, wait)) },
            Level { number: 3, who: Who::Desk, opens: Some(plus(handover.offered_on, 2 * wait)) },
        ]
    }

    pub(crate) fn agreeing_levels(&self, handover: &Handover) -> Vec<Level> {
        let supervisors = self.supervisors(&[handover.from, handover.to]);
        vec![
            Level { number: 1, who: Who::People(supervisors), opens: None },
            Level { number: 3, who: Who::Desk, opens: Some(plus(handover.offered_on, Self::wait(handover))) },
        ]
    }

    /// Somebody who is named: they see it while their account is open, and can act once they are there or about
    /// to arrive.
    pub(crate) fn named(&self, id: Uuid) -> Option<Asked> {
        self.presence(id).map(|one| Asked { person: id, shown: one.open.clone(), acts: one.acts_named.clone() })
    }

    /// Somebody, on the days on which they can act, of those given.
    fn acting(&self, id: Uuid, days: &Days) -> Option<Asked> {
        let acts = self.presence(id)?.acts.and(days);
        (!acts.is_empty()).then(|| Asked { person: id, shown: acts.clone(), acts })
    }

    /// The supervisors who count and can act, but for some people.
    pub(crate) fn supervisors(&self, but: &[Option<Uuid>]) -> Vec<Asked> {
        self.supervisions
            .iter()
            .filter(|one| !but.contains(&Some(one.place.person)))
            .filter_map(|one| self.acting(one.place.person, &one.counts))
            .collect()
    }

    /// The leads who can act, on the days on which they lead.
    pub(crate) fn leads(&self) -> Vec<Asked> {
        self.people.iter().filter_map(|one| self.acting(one.id(), &self.led_by(one.id()))).collect()
    }

    pub(crate) fn led_by(&self, person: Uuid) -> Days {
        Days::joined(self.stints.iter().filter(|one| one.person == person).map(|one| one.led).collect(), 0)
    }

    /// The lead on a day, with their span: of several the one who stays longest.
    pub(crate) fn lead_on(&self, day: NaiveDate) -> Option<(Uuid, Span)> {
        let spans = self.stints.iter().filter_map(|one| Some((one.person, self.led_by(one.person).span_at(day)?)));
        spans.max_by_key(|(person, span)| (span.1, std::cmp::Reverse(span.0), *person))
    }

    fn supervisor_on(&self, day: NaiveDate) -> Option<(Uuid, Span)> {
        let spans = self.supervisions.iter().filter_map(|one| Some((one.place.person, one.counts.span_at(day)?)));
        spans.max_by_key(|(person, span)| (span.1, std::cmp::Reverse(span.0), *person))
    }

    /// Where it stands from day to day; `at_risk` are the days on which an ask is with the academy.
    pub(crate) fn standings(&self, at_risk: &Days) -> Vec<Standing> {
        let mut days: Vec<NaiveDate> = self.boundaries(at_risk);
        days.sort_unstable();
        days.dedup();
        let first = self.open.first().unwrap_or(self.facts.created_on);
        days.retain(|day| *day > first && *day < FOREVER);
        days.insert(0, first);
        let mut rows: Vec<Standing> = Vec::with_capacity(days.len());
        for (place, day) in days.iter().enumerate() {
            let until_on = days.get(place + 1).copied().unwrap_or(FOREVER);
            let row = self.standing(*day, until_on, at_risk);
            match rows.last_mut() {
                Some(last)
                    if Standing { from_on: last.from_on, until_on, ..row.clone() }
                        == (Standing { until_on, ..last.clone() }) =>
                {
                    last.until_on = until_on;
                }
                _ => rows.push(row),
            }
        }
        rows
    }

    /// Every day on which a row can begin.
    fn boundaries(&self, at_risk: &Days) -> Vec<NaiveDate> {
        let mut days = Vec::new();
        let mut add = |spans: &[Span]| days.extend(spans.iter().flat_map(|(from, until)| [*from, *until]));
        for one in &self.stints {
            add(&[one.led]);
            add(&[(plus(one.led.1, -1 - DUE_DAYS), one.led.1)]);
        }
        for one in &self.supervisions {
            add(one.counts.spans());
        }
        for one in &self.agreed {
            add(one.ahead().spans());
        }
        for one in &self.offers {
            add(one.named.as_slice());
            add(one.to_pool.spans());
        }
        add(at_risk.spans());
        add(self.led.spans());
        days.extend(self.facts.review_on);
        days
    }

    fn standing(&self, day: NaiveDate, until_on: NaiveDate, at_risk: &Days) -> Standing {
        let lead = self.lead_on(day);
        let supervisor = self.supervisor_on(day);
        let ahead = self.agreed.iter().find(|one| one.ahead().contains(day));
        let sound = self.agreed.iter().any(|one| !one.is_broken() && one.ahead().contains(day));
        let offer = self
            .offers
            .iter()
            .find(|one| one.to_pool.contains(day) || one.named.is_some_and(|(from, until)| from <= day && day < until));
        let last = lead.and_then(|(_, span)| eve(span.1));
        let rests = matches!(self.facts.status, Status::Paused | Status::Sustaining);
        let state = if lead.is_none() {
            Continuity::InPool
        } else if sound {
            Continuity::Agreed
        } else if offer.is_some() {
            Continuity::Offered
        } else if last.is_some_and(|last| (last - day).num_days() <= DUE_DAYS) {
            Continuity::Due
        } else if rests && self.facts.review_on.is_some_and(|review| review > day) {
            Continuity::Resting
        } else {
            Continuity::Led
        };
        Standing {
            from_on: day,
            until_on,
            state,
            lead: lead.map(|(person, _)| person),
            lead_last_on: last,
            supervisor: supervisor.map(|(person, _)| person),
            supervisor_last_on: supervisor.and_then(|(_, span)| eve(span.1)),
            handover: ahead.map(|one| one.handover.id).or(offer.map(|one| one.handover.id)),
            no_lead_since: self.unled.span_at(day).map(|span| span.0),
            at_risk: at_risk.contains(day),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::world::{day, facts};

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        /// No day on which something changes is forgotten: each day, looked at by itself, is as the rows say.
        #[test]
        fn the_rows_say_of_every_day_what_that_day_says_of_itself(facts in facts(true), risk in (0i64..600, 0i64..90)) {
            let people: Vec<Presence<'_>> = facts.people.iter().map(Presence::of).collect();
            let project = Project::of(&facts, &people);
            let at_risk = Days::between(day(risk.0), day(risk.0 + risk.1));
            let rows = project.standings(&at_risk);
            for offset in 0..700 {
                let on = day(offset);
                let Some(row) = rows.iter().find(|row| row.from_on <= on && on < row.until_on) else { continue };
                let itself = project.standing(on, row.until_on, &at_risk);
                prop_assert_eq!(&Standing { from_on: row.from_on, ..itself }, row, "{}", on);
            }
        }
    }
}

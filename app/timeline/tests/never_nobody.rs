//! The promise, over random facts and on every day: each open project has a lead who can be reached, or an ask
//! that somebody who can act sees. Who leads and who can act is found day by day in the few lines below, which
//! share no code with the rule.

mod world;

use chrono::{Duration, NaiveDate};
use proptest::prelude::*;
use timeline::{Ask, Audience, Continuity, FOREVER, Facts, Kind, Person, Role, Status, Timeline, derive};
use uuid::Uuid;
use world::{day, facts};

/// Whether somebody is away so long that they count as gone, on a day.
fn gone(person: &Person, on: NaiveDate) -> bool {
    let covered = |day: NaiveDate| {
        person.away.iter().any(|away| !away.keeps_contributing && away.starts_on <= day && day <= away.ends_on)
    };
    // The run of days away around this one; up to three days between two absences belong to it.
    let reaches = |day: NaiveDate, step: i64| {
        let (mut at, mut between, mut last) = (day, 0, day);
        while between <= 3 {
            at += Duration::days(step);
            if covered(at) {
                (between, last) = (0, at);
            } else {
                between += 1;
            }
        }
        last
    };
    let near = (-3..=3).map(|days| on + Duration::days(days)).find(|day| covered(*day));
    let Some(near) = near else { return false };
    let (first, last) = (reaches(near, -1), reaches(near, 1));
    first <= on && on <= last && (last - first).num_days() + 1 >= 28
}

fn in_post(person: &Person, on: NaiveDate) -> bool {
    let post = |day: NaiveDate| {
        person.posts.iter().any(|post| post.starts_on <= day && post.ends_on.is_none_or(|last| last >= day))
    };
    let back = (0..28).find(|days| post(on - Duration::days(*days)));
    let ahead = (0..28).find(|days| post(on + Duration::days(*days)));
    back == Some(0) || matches!((back, ahead), (Some(back), Some(ahead)) if back + ahead - 1 < 28)
}

fn present(person: &Person, on: NaiveDate) -> bool {
    person.closed_on.is_none_or(|day| on < day) && in_post(person, on) && !gone(person, on)
}

fn can_act(person: &Person, on: NaiveDate) -> bool {
    let away = person.away.iter().any(|away| away.starts_on <= on && on <= away.ends_on);
    person.signs_in && person.tied && !away && present(person, on)
}

/// Who leads: present, by an accepted place that no handover began or ended, without 28 days of absence since it
/// began. Worlds with handovers are judged by the states alone.
fn leads(facts: &Facts, on: NaiveDate) -> Vec<Uuid> {
    let mut leads = Vec::new();
    for place in facts.memberships.iter().filter(|place| place.accepted && place.role == Role::Lead) {
        let Some(person) = facts.people.iter().find(|person| person.id == place.person) else { continue };
        if place.from_on > on || place.until_on.is_some_and(|until| until <= on) || !present(person, on) {
            continue;
        }
        let mut missed = 0;
        let mut at = place.from_on;
        while at < on && missed < 28 {
            missed = if present(person, at) { 0 } else { missed + 1 };
            at += Duration::days(1);
        }
        if missed < 28 {
            leads.push(person.id);
        }
    }
    leads
}

fn open(ask: &Ask, on: NaiveDate) -> bool {
    ask.from_on <= on && on < ask.until_on
}

fn answered_by_somebody(facts: &Facts, ask: &Ask, on: NaiveDate) -> bool {
    match ask.audience {
        // The academy's desk is filled when it is read: by administrators where nobody else can act.
        Audience::Desk | Audience::Administrators => true,
        Audience::Person(id) => {
            let person = facts.people.iter().find(|person| person.id == id);
            person.is_some_and(|person| {
                let arrives = person.posts.iter().any(|post| (0..=84).contains(&(post.starts_on - on).num_days()));
                let away = person.away.iter().any(|away| away.starts_on <= on && on <= away.ends_on);
                can_act(person, on) || (arrives && !away && person.signs_in && person.tied)
            })
        }
    }
}

fn row(timeline: &Timeline, on: NaiveDate) -> Option<&timeline::Standing> {
    timeline.standings.iter().find(|row| row.from_on <= on && on < row.until_on)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_open_project_has_a_lead_who_can_be_reached_or_somebody_is_asked(facts in facts(true)) {
        let timeline = derive(&facts);
        for offset in 0..730 {
            let on = day(offset);
            let Some(row) = row(&timeline, on) else { continue };
            if facts.status == Status::Closed { continue }
            let reached = row.lead.and_then(|id| facts.people.iter().find(|person| person.id == id)).is_some_and(|lead| lead.signs_in && lead.tied && present(lead, on));
            let asked = timeline.asks.iter().any(|ask| {
                open(ask, on) && matches!(ask.kind, Kind::NoLead | Kind::CannotBeReached) && answered_by_somebody(&facts, ask, on)
            });
            prop_assert!(reached || asked, "nobody on {on}: {row:?}");
        }
    }

    #[test]
    fn who_leads_is_who_is_found_day_by_day(facts in facts(false)) {
        let timeline = derive(&facts);
        for offset in 0..730 {
            let on = day(offset);
            let Some(row) = row(&timeline, on) else { continue };
            let leads = leads(&facts, on);
            match row.lead {
                Some(lead) => prop_assert!(leads.contains(&lead), "{on}: {lead} of {leads:?}"),
                None => prop_assert!(leads.is_empty() || facts.status == Status::Closed, "{on}: none of {leads:?}"),
            }
            if let (Some(last), Some(lead)) = (row.lead_last_on, row.lead) && last < day(800) {
                prop_assert!(last >= on && self::leads(&facts, last).contains(&lead), "{last} is a day of theirs");
                prop_assert!(!self::leads(&facts, last + Duration::days(1)).contains(&lead), "and their last");
            }
        }
    }

    #[test]
    fn every_ask_that_is_open_is_seen_by_somebody_who_can_act(facts in facts(true)) {
        let timeline = derive(&facts);
        for offset in (0..730).step_by(3) {
            let on = day(offset);
            let open: Vec<&Ask> = timeline.asks.iter().filter(|ask| open(ask, on)).collect();
            for ask in &open {
                // Nobody else is asked about these: the pool asks, or it is no more than a reminder.
                if matches!(ask.kind, Kind::ReturnedLead | Kind::StepPassed | Kind::DraftLeft) { continue }
                if facts.status == Status::Draft { continue }
                let same = open.iter().filter(|other| (other.kind, other.object, other.about, other.cause_on) == (ask.kind, ask.object, ask.about, ask.cause_on));
                prop_assert!(same.clone().any(|one| answered_by_somebody(&facts, one, on)), "{on}: {ask:?}");
            }
        }
    }

    #[test]
    fn whoever_is_to_answer_an_offer_is_asked_on_every_day_until_its_own(facts in facts(true)) {
        let timeline = derive(&facts);
        for offer in facts.handovers.iter().filter(|one| !one.agreed && one.to.is_some()) {
            let answers = [
                (offer.successor_accepted, &[Kind::AnswerAsSuccessor][..]),
                (offer.supervisor_accepted, &[Kind::AgreeToHandover, Kind::AnswerTakeOn][..]),
            ];
            for (_, kinds) in answers.iter().filter(|(given, _)| !given) {
                for offset in 0..730 {
                    let on = day(offset);
                    let waits = offer.offered_on <= on && on <= offer.effect_on && row(&timeline, on).is_some();
                    if !waits || facts.status == Status::Closed { continue }
                    let asked = timeline.asks.iter().filter(|ask| ask.object == Some(offer.id) && kinds.contains(&ask.kind));
                    let asked: Vec<&Ask> = asked.filter(|ask| open(ask, on)).collect();
                    prop_assert!(!asked.is_empty(), "{on}: nobody is asked to answer {offer:?}");
                    let mut whom: Vec<_> = asked.iter().map(|ask| ask.audience).collect();
                    whom.sort_unstable();
                    whom.dedup();
                    prop_assert_eq!(whom.len(), asked.len(), "each once: {:?}", asked);
                }
            }
        }
    }

    #[test]
    fn rows_follow_each_other_and_differ(facts in facts(true)) {
        let timeline = derive(&facts);
        prop_assert_eq!(timeline.standings.is_empty(), facts.status == Status::Draft);
        for pair in timeline.standings.windows(2) {
            prop_assert_eq!(pair[0].until_on, pair[1].from_on);
            let mut moved = pair[0].clone();
            (moved.from_on, moved.until_on) = (pair[1].from_on, pair[1].until_on);
            prop_assert_ne!(&moved, &pair[1]);
        }
        if let Some(last) = timeline.standings.last() {
            prop_assert_eq!(last.until_on, FOREVER);
        }
        for row in &timeline.standings {
            prop_assert!(row.from_on < row.until_on);
            prop_assert_eq!(row.lead.is_none(), matches!(row.state, Continuity::InPool | Continuity::Ended));
            prop_assert_eq!(row.no_lead_since.is_some(), row.state == Continuity::InPool);
            prop_assert!(row.lead_last_on.is_none_or(|last| last >= row.from_on));
            prop_assert!(row.supervisor_last_on.is_none_or(|last| last >= row.from_on));
            prop_assert!(row.supervisor.is_none() || row.supervisor != row.lead);
        }
        for ask in &timeline.asks {
            prop_assert!(ask.from_on < ask.until_on && ask.since_on <= ask.from_on);
            let party = |id| Some(id) == ask.giver || Some(id) == ask.taker;
            if matches!(ask.kind, Kind::AgreeToHandover | Kind::AnswerTakeOn) {
                prop_assert!(!matches!(ask.audience, Audience::Person(id) if party(id)), "{ask:?}");
            }
        }
    }

    #[test]
    fn at_risk_is_what_is_with_the_academy(facts in facts(true)) {
        let timeline = derive(&facts);
        for offset in (0..730).step_by(5) {
            let on = day(offset);
            let Some(row) = row(&timeline, on) else { continue };
            let with_desk = timeline.asks.iter().any(|ask| open(ask, on) && ask.audience == Audience::Desk && ask.kind.is_of_continuity());
            prop_assert_eq!(row.at_risk, with_desk, "{}", on);
        }
    }

    #[test]
    fn an_offer_does_not_lapse_before_somebody_could_answer_it(facts in facts(true)) {
        let timeline = derive(&facts);
        let answers = [Kind::AgreeToHandover, Kind::AnswerTakeOn, Kind::AnswerAsSuccessor];
        for ask in timeline.asks.iter().filter(|ask| answers.contains(&ask.kind)) {
            let same = timeline.asks.iter().filter(|one| (one.kind, one.object) == (ask.kind, ask.object));
            let desk = same.filter(|one| one.audience == Audience::Desk).map(|one| (one.from_on, one.until_on)).min();
            let (opens, lapses) = desk.expect("the academy is asked before it lapses");
            prop_assert!((lapses - opens).num_days() > 14 && ask.until_on <= lapses, "{ask:?} {opens} {lapses}");
            prop_assert!(ask.due_on.is_some_and(|day| (lapses - day).num_days() > 14));
        }
    }
}

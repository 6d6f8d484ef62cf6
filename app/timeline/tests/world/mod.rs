//! Facts as life makes them: posts that follow or miss each other, absences, closed accounts, people without a way
//! in, places of every kind, handovers in every state.

use chrono::{Duration, NaiveDate};
use proptest::collection::vec;
use proptest::option::{of, weighted};
use proptest::prelude::*;
use timeline::{Away, Facts, Handover, Membership, Person, Post, Role, Status};
use uuid::Uuid;

/// So many days after 1 January 2026.
pub fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 1).expect("a date") + Duration::days(offset)
}

pub fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

fn post() -> impl Strategy<Value = Post> {
    (-200i64..500, weighted(0.8, 0i64..250), 0usize..2, any::<bool>()).prop_map(|(starts, length, department, sure)| {
        Post {
            department: id(100 + department),
            starts_on: day(starts),
            ends_on: length.map(|days| day(starts + days)),
            end_confirmed: sure,
        }
    })
}

fn away() -> impl Strategy<Value = Away> {
    (-50i64..500, 0i64..60, any::<bool>()).prop_map(|(starts, length, keeps_contributing)| Away {
        starts_on: day(starts),
        ends_on: day(starts + length),
        keeps_contributing,
    })
}

fn person(number: usize) -> impl Strategy<Value = Person> {
    (vec(post(), 0..4), vec(away(), 0..3), weighted(0.1, 0i64..600), weighted(0.85, Just(())), weighted(0.9, Just(())))
        .prop_map(move |(posts, away, closed, signs_in, tied)| Person {
            id: id(number),
            closed_on: closed.map(day),
            signs_in: signs_in.is_some(),
            tied: tied.is_some(),
            posts,
            away,
        })
}

const PEOPLE: usize = 5;

fn place(number: usize) -> impl Strategy<Value = Membership> {
    let role = prop_oneof![3 => Just(Role::Lead), 3 => Just(Role::Supervisor), 1 => Just(Role::Member)];
    (
        0..PEOPLE,
        role,
        weighted(0.8, Just(())),
        any::<bool>(),
        -50i64..300,
        weighted(0.4, 0i64..300),
        weighted(0.2, 0i64..400),
    )
        .prop_map(move |(person, role, accepted, opened_by_person, from, until, confirmed)| Membership {
            id: id(1000 + number),
            person: id(person),
            role,
            accepted: accepted.is_some() || role == Role::Lead,
            opened_by_person,
            asked_on: day(from),
            from_on: day(from),
            until_on: until.filter(|_| accepted.is_some() || role == Role::Lead).map(|days| day(from + days)),
            confirmed_until: confirmed.map(day),
            begun_by: None,
            ended_by: None,
        })
}

fn handover(number: usize) -> impl Strategy<Value = Handover> {
    (any::<bool>(), of(0..PEOPLE), weighted(0.9, 0..PEOPLE), any::<bool>(), 0i64..400, -40i64..120, any::<[bool; 2]>())
        .prop_map(move |(agreed, from, to, to_pool, offered, ahead, [successor, supervisor])| {
            let agreed = agreed && to.is_some();
            let effect = if agreed { ahead.max(0) } else { ahead };
            Handover {
                id: id(2000 + number),
                agreed,
                from: from.map(id),
                to: to.map(id),
                to_pool: to_pool || to.is_none(),
                effect_on: day(offered + effect),
                offered_on: day(offered),
                agreed_on: agreed.then(|| day(offered)),
                successor_accepted: agreed || (to.is_some() && (to_pool || successor)),
                supervisor_accepted: agreed || (supervisor && !successor && !to_pool),
            }
        })
}

fn people() -> impl Strategy<Value = Vec<Person>> {
    (person(0), person(1), person(2), person(3), person(4)).prop_map(|(a, b, c, d, e)| vec![a, b, c, d, e])
}

/// The facts of a project; without handovers when they are not wanted.
pub fn facts(with_handovers: bool) -> impl Strategy<Value = Facts> {
    let status = prop_oneof![
        1 => Just(Status::Draft), 6 => Just(Status::Active), 2 => Just(Status::Paused), 2 => Just(Status::Sustaining), 1 => Just(Status::Closed)
    ];
    let most = if with_handovers { 3 } else { 0 };
    (
        status,
        people(),
        (place(0), place(1), place(2), place(3), 0usize..5),
        vec(any::<u8>(), 0..=most),
        (handover(0), handover(1), handover(2)),
        (0i64..100, vec(of(0i64..700), 7), of(1i64..200), vec(0i64..700, 0..4)),
    )
        .prop_map(
            |(status, people, (a, b, c, d, places), handovers, (e, f, g), (registered, dates, rhythm, changeovers))| {
                let mut memberships = vec![a, b, c, d];
                memberships.truncate(places);
                let mut all = vec![e, f, g];
                all.truncate(handovers.len());
                for one in &mut all {
                    let (days, late) = (Duration::days(registered), one.agreed_on.is_some());
                    (one.offered_on, one.effect_on) = (one.offered_on + days, one.effect_on + days);
                    one.agreed_on = late.then_some(one.offered_on);
                }
                begin_and_end(&mut memberships, &all);
                let on = |place: usize| dates[place].map(day);
                Facts {
                    project: id(9999),
                    status,
                    department: Some(id(100)),
                    author: id(0),
                    created_on: day(registered),
                    registered_on: (status != Status::Draft).then(|| day(registered)),
                    review_on: on(0),
                    reaudit_on: on(1),
                    approvals_expire_on: on(2),
                    aim_by: on(3),
                    next_step_on: on(4),
                    keep_looking_until: on(5),
                    last_active_on: on(6),
                    shortest_rhythm: rhythm,
                    changeovers: changeovers.into_iter().map(day).collect(),
                    people,
                    memberships,
                    handovers: all,
                }
            },
        )
}

/// An agreed handover has begun its successor's place as lead and ended the others'.
fn begin_and_end(memberships: &mut Vec<Membership>, handovers: &[Handover]) {
    let mut agreed: Vec<&Handover> = handovers.iter().filter(|one| one.agreed).collect();
    agreed.sort_by_key(|one| one.effect_on);
    for (number, handover) in agreed.into_iter().enumerate() {
        let Some(to) = handover.to else { continue };
        for place in memberships.iter_mut().filter(|place| place.role == Role::Lead && place.person != to) {
            if place.until_on.is_none_or(|until| until > handover.effect_on) && place.from_on <= handover.effect_on {
                (place.until_on, place.ended_by) = (Some(handover.effect_on), Some(handover.id));
            }
        }
        memberships.push(Membership {
            id: id(3000 + number),
            person: to,
            role: Role::Lead,
            accepted: true,
            opened_by_person: false,
            asked_on: handover.offered_on,
            from_on: handover.effect_on,
            until_on: None,
            confirmed_until: None,
            begun_by: Some(handover.id),
            ended_by: None,
        });
    }
}

//! One project in a small trust: a lead and a supervisor on open-ended posts, and two others.

use chrono::{Duration, NaiveDate};
use timeline::{Away, Facts, Handover, Membership, Person, Post, Role, Status, Timeline, derive};
use uuid::Uuid;

/// So many days after the project was registered.
pub fn day(offset: i64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 1, 7).expect("a date") + Duration::days(offset)
}

/// How many days after it.
pub fn offset(on: NaiveDate) -> i64 {
    (on - day(0)).num_days()
}

fn id(number: usize) -> Uuid {
    Uuid::from_u128(number as u128 + 1)
}

#[derive(Clone, Debug)]
pub struct Small {
    facts: Facts,
    pub lead: Uuid,
    pub supervisor: Uuid,
    pub other: Uuid,
    pub third: Uuid,
}

impl Small {
    pub const LEAD: usize = 0;
    pub const SUPERVISOR: usize = 1;
    pub const OTHER: usize = 2;
    pub const THIRD: usize = 3;

    /// Led and supervised until further notice.
    pub fn new() -> Self {
        Self::unled().place(Self::LEAD, Role::Lead, 0, None)
    }

    /// Supervised, without a lead.
    pub fn unled() -> Self {
        let facts = Facts {
            project: id(9999),
            status: Status::Active,
            department: Some(id(100)),
            author: id(Self::LEAD),
            created_on: day(0),
            registered_on: Some(day(0)),
            review_on: None,
            reaudit_on: None,
            approvals_expire_on: None,
            aim_by: None,
            next_step_on: None,
            keep_looking_until: None,
            // It is not quiet for as long as the tests look.
            last_active_on: Some(day(5000)),
            shortest_rhythm: None,
            changeovers: Vec::new(),
            people: (0..4).map(|number| Self::stays(id(number))).collect(),
            memberships: Vec::new(),
            handovers: Vec::new(),
        };
        Self { facts, lead: id(0), supervisor: id(1), other: id(2), third: id(3) }.place(
            Self::SUPERVISOR,
            Role::Supervisor,
            0,
            None,
        )
    }

    fn stays(id: Uuid) -> Person {
        let post = Post { department: self::id(100), starts_on: day(-400), ends_on: None, end_confirmed: false };
        Person { id, closed_on: None, signs_in: true, tied: true, posts: vec![post], away: Vec::new() }
    }

    pub fn handover_id() -> Uuid {
        id(2000)
    }

    pub fn starts(&self) -> NaiveDate {
        day(-400)
    }

    pub fn derive(&self) -> Timeline {
        derive(&self.facts)
    }

    pub fn person(&self, person: usize) -> &Person {
        &self.facts.people[person]
    }

    fn facts(mut self, change: impl FnOnce(&mut Facts)) -> Self {
        change(&mut self.facts);
        self
    }

    fn posts(self, person: usize, change: impl FnOnce(&mut Vec<Post>)) -> Self {
        self.facts(|facts| change(&mut facts.people[person].posts))
    }

    /// The lead's post ends on this day.
    pub fn led_until(self, last: i64) -> Self {
        self.posts(Self::LEAD, |posts| posts[0].ends_on = Some(day(last)))
    }

    pub fn post(self, person: usize, from: i64, last: Option<i64>) -> Self {
        self.posts(person, |posts| {
            // A second post of who stays would say nothing.
            posts.retain(|post| post.ends_on.is_some());
            posts.push(Post {
                department: id(100),
                starts_on: day(from),
                ends_on: last.map(day),
                end_confirmed: false,
            });
        })
    }

    pub fn post_elsewhere(self, person: usize, from: i64) -> Self {
        self.posts(person, |posts| {
            posts.push(Post { department: id(101), starts_on: day(from), ends_on: None, end_confirmed: false })
        })
    }

    pub fn person_arrives(self, person: usize, from: i64) -> Self {
        self.posts(person, |posts| posts[0].starts_on = day(from))
    }

    pub fn end_confirmed(self, person: usize) -> Self {
        self.posts(person, |posts| posts[0].end_confirmed = true)
    }

    pub fn away(self, person: usize, from: i64, last: i64, keeps_contributing: bool) -> Self {
        self.facts(|facts| {
            facts.people[person].away.push(Away { starts_on: day(from), ends_on: day(last), keeps_contributing })
        })
    }

    pub fn closed(self, person: usize, from: i64) -> Self {
        self.facts(|facts| facts.people[person].closed_on = Some(day(from)))
    }

    pub fn without_way_in(self, person: usize) -> Self {
        self.facts(|facts| facts.people[person].signs_in = false)
    }

    fn membership(
        self,
        person: usize,
        role: Role,
        accepted: bool,
        opened_by_person: bool,
        from: i64,
        until: Option<i64>,
    ) -> Self {
        self.facts(|facts| {
            facts.memberships.push(Membership {
                id: id(1000 + facts.memberships.len()),
                person: id(person),
                role,
                accepted,
                opened_by_person,
                asked_on: day(from),
                from_on: day(from),
                until_on: until.map(day),
                confirmed_until: None,
                begun_by: None,
                ended_by: None,
            });
        })
    }

    pub fn place(self, person: usize, role: Role, from: i64, until: Option<i64>) -> Self {
        self.membership(person, role, true, false, from, until)
    }

    pub fn asks_supervisor(self, person: usize, on: i64) -> Self {
        self.membership(person, Role::Supervisor, false, false, on, None)
    }

    pub fn asks_to_join(self, person: usize, on: i64) -> Self {
        self.membership(person, Role::Member, false, true, on, None)
    }

    /// The place of a lead is ended.
    pub fn lead_ends(self, person: usize, on: i64) -> Self {
        self.facts(|facts| {
            for place in
                facts.memberships.iter_mut().filter(|place| place.role == Role::Lead && place.person == id(person))
            {
                place.until_on = Some(day(on));
            }
        })
    }

    fn supervision(self, change: impl FnOnce(&mut Membership)) -> Self {
        self.facts(|facts| {
            let place = facts.memberships.iter_mut().find(|place| place.role == Role::Supervisor);
            change(place.expect("a supervisor"));
        })
    }

    pub fn without_supervisor(self) -> Self {
        self.facts(|facts| facts.memberships.retain(|place| place.role != Role::Supervisor))
    }

    /// The supervisor's post ends on this day.
    pub fn supervisor_until(self, last: i64) -> Self {
        self.posts(Self::SUPERVISOR, |posts| posts[0].ends_on = Some(day(last)))
    }

    pub fn supervisor_without_post(self) -> Self {
        self.posts(Self::SUPERVISOR, Vec::clear)
    }

    pub fn confirmed_until(self, last: i64) -> Self {
        self.supervision(|place| place.confirmed_until = Some(day(last)))
    }

    /// The supervisor's post ends on this day, and the academy has confirmed them until then.
    pub fn supervisor_confirmed(self, last: i64) -> Self {
        self.supervisor_until(last).confirmed_until(last)
    }

    /// A handover that is offered, to a person or to whoever asks.
    pub fn offer(self, to: Option<usize>, on: i64, effect: i64, to_pool: bool) -> Self {
        self.facts(|facts| {
            facts.handovers.push(Handover {
                id: Self::handover_id(),
                agreed: false,
                from: facts.memberships.iter().any(|place| place.role == Role::Lead).then(|| id(Self::LEAD)),
                to: to.map(id),
                to_pool,
                effect_on: day(effect),
                offered_on: day(on),
                agreed_on: None,
                successor_accepted: to_pool && to.is_some(),
                supervisor_accepted: false,
            });
        })
    }

    /// A handover that both have accepted: it has ended the lead's place and begun the successor's.
    pub fn agreed(self, to: usize, on: i64, effect: i64) -> Self {
        let agreed = self.offer(Some(to), on, effect, false).facts(|facts| {
            for place in facts.memberships.iter_mut().filter(|place| place.role == Role::Lead) {
                (place.until_on, place.ended_by) = (Some(day(effect)), Some(Self::handover_id()));
            }
            let handover = &mut facts.handovers[0];
            (handover.agreed, handover.agreed_on) = (true, Some(day(on)));
        });
        agreed.place(to, Role::Lead, effect, None).facts(|facts| {
            facts.memberships.last_mut().expect("a place").begun_by = Some(Self::handover_id());
        })
    }

    /// What was agreed before took effect, and its successor passes it on.
    pub fn passed_on(self, to: usize, on: i64, effect: i64) -> Self {
        let second = id(2001);
        let handed = self.facts(|facts| {
            let from = facts.handovers[0].to;
            for place in
                facts.memberships.iter_mut().filter(|place| place.role == Role::Lead && Some(place.person) == from)
            {
                (place.until_on, place.ended_by) = (Some(day(effect)), Some(second));
            }
            facts.handovers.push(Handover {
                id: second,
                agreed: true,
                from,
                to: Some(id(to)),
                to_pool: false,
                effect_on: day(effect),
                offered_on: day(on),
                agreed_on: Some(day(on)),
                successor_accepted: true,
                supervisor_accepted: true,
            });
        });
        handed.place(to, Role::Lead, effect, None).facts(|facts| {
            facts.memberships.last_mut().expect("a place").begun_by = Some(second);
        })
    }

    pub fn successor_accepts(self) -> Self {
        self.facts(|facts| facts.handovers[0].successor_accepted = true)
    }

    /// Somebody's post ends on this day.
    pub fn leaves(self, person: usize, last: i64) -> Self {
        self.posts(person, |posts| posts[0].ends_on = Some(day(last)))
    }

    pub fn invites(self, person: usize, role: Role, on: i64) -> Self {
        self.membership(person, role, false, false, on, None)
    }

    pub fn untied(self, person: usize) -> Self {
        self.facts(|facts| facts.people[person].tied = false)
    }

    /// The academy has confirmed this one of the supervisors, in the order of their places.
    pub fn confirmed_at(self, supervisor: usize, last: i64) -> Self {
        self.facts(|facts| {
            let mut places = facts.memberships.iter_mut().filter(|place| place.role == Role::Supervisor);
            places.nth(supervisor).expect("a supervisor").confirmed_until = Some(day(last));
        })
    }

    pub fn status(self, status: Status) -> Self {
        self.facts(|facts| facts.status = status)
    }

    pub fn review(self, on: i64) -> Self {
        self.facts(|facts| facts.review_on = Some(day(on)))
    }

    pub fn reaudit(self, on: i64) -> Self {
        self.facts(|facts| facts.reaudit_on = Some(day(on)))
    }

    pub fn next_step(self, on: i64) -> Self {
        self.facts(|facts| facts.next_step_on = Some(day(on)))
    }

    pub fn keep_looking(self, until: i64) -> Self {
        self.facts(|facts| facts.keep_looking_until = Some(day(until)))
    }

    pub fn active_on(self, on: i64) -> Self {
        self.facts(|facts| facts.last_active_on = Some(day(on)))
    }

    pub fn rhythm(self, days: i64) -> Self {
        self.facts(|facts| facts.shortest_rhythm = Some(days))
    }

    pub fn changeover(self, on: i64) -> Self {
        self.facts(|facts| facts.changeovers.push(day(on)))
    }
}

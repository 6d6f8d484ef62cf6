//! Who leads, who is there and who sees what, found day by day from the raw rows. It shares no code with the rule,
//! nor with the statements that read the timeline.

use std::collections::{BTreeMap, BTreeSet};

use app::id::{HandoverId, PersonId, ProjectId};
use chrono::{Duration, NaiveDate};

use crate::facts::{Arranged, Human, Identity, Place, Raw, Role};

/// Who is away or without a post for so long has gone.
const LONG: usize = 28;
/// Who comes within so many days is about to arrive.
const ARRIVES: usize = 84;
/// What a question that is asked of nobody else is called: nobody else is told when its one cannot act.
const REMINDERS: [&str; 3] = ["returned_lead", "step_passed", "draft_left"];
/// What leads to a lead.
const TO_A_LEAD: [&str; 9] = [
    "no_lead",
    "gap",
    "broken_handover",
    "cannot_be_reached",
    "agree_to_handover",
    "answer_take_on",
    "answer_as_successor",
    "returned_lead",
    "hand_over",
];

/// The days on which somebody is there, and on which they can do something.
#[derive(Clone, Debug)]
pub struct Days {
    pub of: Human,
    pub present: Vec<bool>,
    /// As well before they arrive, and never while they are away.
    pub acts: Vec<bool>,
}

/// Finds it all, and remembers of whom it has found it already.
#[derive(Debug)]
pub struct Checker {
    origin: NaiveDate,
    days: usize,
    people: BTreeMap<PersonId, Days>,
}

/// What is wrong on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    pub what: &'static str,
    pub says: String,
}

impl Wrong {
    pub fn unseen(says: String) -> Self {
        Self { what: "unseen", says }
    }

    pub fn empty(says: String) -> Self {
        Self { what: "empty_audience", says }
    }

    pub fn mismatched(says: String) -> Self {
        Self { what: "mismatched", says }
    }
}

impl Checker {
    pub fn new(first: NaiveDate, days: i64) -> Self {
        let days = usize::try_from(days + 500 + 3 * 366).unwrap_or_default();
        Self { origin: first - Duration::days(500), days, people: BTreeMap::new() }
    }

    fn at(&self, day: NaiveDate) -> usize {
        usize::try_from((day - self.origin).num_days()).unwrap_or_default().min(self.days)
    }

    pub fn learn(&mut self, raw: &Raw) {
        for (id, human) in &raw.people {
            if self.people.get(id).is_none_or(|days| days.of != *human) {
                let days = self.days_of(human);
                self.people.insert(*id, days);
            }
        }
    }

    fn days_of(&self, of: &Human) -> Days {
        let mut present = vec![false; self.days];
        for &(first, last) in &of.posts {
            let end = last.map_or(self.days, |last| self.at(last + Duration::days(1)));
            present[self.at(first).min(end)..end].fill(true);
        }
        fill_gaps(&mut present, true, LONG - 1);
        let (mut gone, mut away) = (vec![false; self.days], vec![false; self.days]);
        for &(first, last, keeps) in &of.away {
            let (first, end) = (self.at(first), self.at(last + Duration::days(1)));
            away[first..end].fill(true);
            if !keeps {
                gone[first..end].fill(true);
            }
        }
        fill_gaps(&mut gone, true, 3);
        fill_gaps(&mut gone, false, LONG - 1);
        let open = of.closed_on.map_or(self.days, |day| self.at(day));
        for (day, here) in present.iter_mut().enumerate() {
            *here = *here && !gone[day] && day < open;
        }
        let able = |day: usize| of.signs_in && of.tied && !away[day] && day < open;
        let soon = |day: usize| present[day..self.days.min(day + ARRIVES + 1)].contains(&true);
        let acts = (0..self.days).map(|day| able(day) && soon(day)).collect();
        Days { of: of.clone(), present, acts }
    }

    fn present(&self, person: PersonId, day: usize) -> bool {
        self.people.get(&person).is_some_and(|one| one.present.get(day) == Some(&true))
    }

    /// They are there or about to arrive, and not away.
    fn acts(&self, person: PersonId, today: NaiveDate) -> bool {
        self.people.get(&person).is_some_and(|one| one.acts.get(self.at(today)) == Some(&true))
    }

    /// An administrator, by their role alone.
    fn administers(&self, raw: &Raw, person: PersonId, today: NaiveDate) -> bool {
        let open = self
            .people
            .get(&person)
            .is_some_and(|one| one.of.signs_in && one.of.tied && one.of.closed_on.is_none_or(|day| today < day));
        open && raw
            .roles
            .iter()
            .any(|role| role.person_id == person && role.role == "administrator" && holds(role, today))
    }

    /// Whether what the home of somebody shows counts as seen.
    pub fn sees(&self, raw: &Raw, person: PersonId, today: NaiveDate) -> bool {
        self.acts(person, today) || self.administers(raw, person, today)
    }

    /// Who leads a project on a day.
    pub fn leads(&self, places: &[&Place], arranged: &[&Arranged], today: NaiveDate) -> BTreeSet<PersonId> {
        let agreed: Vec<(&Arranged, Option<usize>)> = arranged
            .iter()
            .filter(|one| one.agreed && !undone(one, places))
            .map(|one| (*one, self.comes_true(one)))
            .collect();
        let by = |id: Option<HandoverId>| agreed.iter().find(|(one, _)| Some(one.id) == id);
        let today = self.at(today);
        let mut leads = BTreeSet::new();
        for place in places {
            let from = match by(place.begun_by) {
                Some((_, None)) => continue,
                Some((_, Some(day))) => (*day).max(self.at(place.from_on)),
                None => self.at(place.from_on),
            };
            let ended = match by(place.ended_by) {
                Some((_, day)) => *day,
                None => place.until_on.map(|day| self.at(day)),
            };
            let others = agreed.iter().filter(|(one, _)| one.to_person != Some(place.person_id));
            let until = others.filter_map(|(_, day)| *day).filter(|day| *day > from).chain(ended).min();
            if from <= today && until.is_none_or(|until| today < until) && self.stays(place.person_id, from, today) {
                leads.insert(place.person_id);
            }
        }
        leads
    }

    /// The first day of the handover's own and the 28 after it on which its successor is there.
    fn comes_true(&self, handover: &Arranged) -> Option<usize> {
        let first = self.at(handover.takes_effect_on);
        let successor = handover.to_person?;
        (first..=first + LONG).find(|day| self.present(successor, *day))
    }

    /// They are there today, and have never been gone for long since a day.
    fn stays(&self, person: PersonId, from: usize, today: usize) -> bool {
        let mut missed = 0;
        for day in from..=today {
            missed = if self.present(person, day) { 0 } else { missed + 1 };
            if missed >= LONG {
                return false;
            }
        }
        missed == 0
    }

    /// What is wrong on a day, and the projects that nobody leads; `seen` are the rows of the homes of those who can
    /// do something, by project.
    pub fn judge(
        &self,
        raw: &Raw,
        seen: &BTreeSet<(PersonId, Identity)>,
        today: NaiveDate,
    ) -> (Vec<Wrong>, BTreeSet<ProjectId>) {
        let (mut wrong, mut unled) = (Vec::new(), BTreeSet::new());
        let rows: BTreeSet<&Identity> =
            seen.iter().filter(|(who, _)| self.sees(raw, *who, today)).map(|(_, row)| row).collect();
        let led_to: BTreeSet<ProjectId> =
            rows.iter().filter(|row| TO_A_LEAD.contains(&row.1.as_str())).map(|row| row.0).collect();
        for project in raw.projects.iter().copied() {
            let places: Vec<&Place> = raw.places.iter().filter(|one| one.project_id == project).collect();
            let arranged: Vec<&Arranged> = raw.arranged.iter().filter(|one| one.project_id == project).collect();
            let leads = self.leads(&places, &arranged, today);
            let said = raw.said.get(&project).copied();
            let right = match said {
                None => false,
                Some(None) => leads.is_empty(),
                Some(Some(lead)) => leads.contains(&lead),
            };
            if !right {
                wrong.push(Wrong::mismatched(format!(
                    "{today} {}: the timeline says {said:?}, and it is {leads:?}",
                    project
                )));
            }
            if leads.is_empty() {
                unled.insert(project);
            }
            let reached =
                leads.iter().any(|lead| self.people.get(lead).is_some_and(|one| one.of.signs_in && one.of.tied));
            if !reached && !led_to.contains(&project) {
                wrong.push(Wrong::unseen(format!(
                    "{today} {}: nobody leads it ({leads:?}), and nobody sees that",
                    project
                )));
            }
            self.offers(raw, &arranged, today, &mut wrong);
        }
        let asked: BTreeSet<Identity> = raw.asks.iter().map(crate::facts::AskRow::identity).collect();
        for ask in asked.iter().filter(|ask| !REMINDERS.contains(&ask.1.as_str()) && !rows.contains(ask)) {
            // A draft is its author's.
            if raw.projects.contains(&ask.0) {
                wrong.push(Wrong::empty(format!("{today} {ask:?}: nobody sees it")));
            }
        }
        (wrong, unled)
    }

    /// An offer that waits for an answer is asked of somebody until 14 days after its day.
    fn offers(&self, raw: &Raw, arranged: &[&Arranged], today: NaiveDate, wrong: &mut Vec<Wrong>) {
        for offer in arranged.iter().filter(|one| !one.agreed && one.to_person.is_some() && one.waits) {
            let id = offer.id.to_string();
            let lives = today <= offer.takes_effect_on + Duration::days(14);
            if lives && !raw.asks.iter().any(|ask| ask.object_id.as_deref() == Some(id.as_str())) {
                let asked: Vec<_> = raw.asks.iter().filter(|ask| ask.project_id == offer.project_id).collect();
                wrong.push(Wrong::empty(format!(
                    "{today} {}: an offer lives, and nobody is asked to answer it: {offer:?} among {asked:?}",
                    offer.project_id
                )));
            }
        }
    }
}

/// Whoever took the project on ended the successor's place before it began.
fn undone(handover: &Arranged, places: &[&Place]) -> bool {
    !places.iter().any(|place| {
        Some(place.person_id) == handover.to_person
            && place.from_on <= handover.takes_effect_on
            && place.until_on.is_none_or(|until| until > handover.takes_effect_on)
    })
}

pub fn holds(role: &Role, today: NaiveDate) -> bool {
    role.from_on.is_none_or(|first| first <= today) && role.until_on.is_none_or(|until| today < until)
}

/// Turns runs of at most so many days of the other kind, between two days of this kind, into this kind; with `false`
/// runs at the ends as well.
fn fill_gaps(days: &mut [bool], with: bool, most: usize) {
    let mut at = 0;
    while at < days.len() {
        if days[at] == with {
            at += 1;
            continue;
        }
        let end = days[at..].iter().position(|day| *day == with).map_or(days.len(), |more| at + more);
        let between = at > 0 && end < days.len();
        if end - at <= most && (between || !with) {
            days[at..end].fill(with);
        }
        at = end;
    }
}

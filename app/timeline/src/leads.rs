//! Who leads, and who supervises, on which days.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::days::{Days, Span, plus};
use crate::presence::Presence;
use crate::{Facts, Handover, LONGEST_AWAY_DAYS, Membership, Role, broken};

/// An agreed handover, with the day on which it comes true.
#[derive(Clone, Debug)]
pub(crate) struct Agreed<'a> {
    pub(crate) handover: &'a Handover,
    pub(crate) agreed_on: NaiveDate,
    /// The first day, of its own and the 28 after it, on which the successor is present; none when it is broken.
    pub(crate) comes_true_on: Option<NaiveDate>,
    /// Somebody else has taken the project on, and it leads to nothing.
    pub(crate) undone: bool,
}

impl Agreed<'_> {
    /// The day until which it lies ahead.
    pub(crate) fn ahead_until(&self) -> NaiveDate {
        self.comes_true_on.unwrap_or_else(|| plus(self.handover.effect_on, LONGEST_AWAY_DAYS + 1))
    }

    pub(crate) fn ahead(&self) -> Days {
        if self.undone { Days::NONE } else { Days::between(self.agreed_on, self.ahead_until()) }
    }

    pub(crate) fn is_broken(&self) -> bool {
        !self.undone && self.comes_true_on.is_none()
    }
}

/// The agreed handovers in the order of their days.
pub(crate) fn agreed<'a>(facts: &'a Facts, presence: &impl Fn(Uuid) -> Option<&'a Presence<'a>>) -> Vec<Agreed<'a>> {
    let mut agreed: Vec<Agreed<'a>> = facts
        .handovers
        .iter()
        .filter(|handover| handover.agreed)
        .map(|handover| {
            let window = Days::between(handover.effect_on, plus(handover.effect_on, LONGEST_AWAY_DAYS + 1));
            let comes_true_on =
                handover.to.and_then(presence).and_then(|successor| successor.present.and(&window).first());
            let comes_true_on = comes_true_on.or(Some(handover.effect_on).filter(|_| broken!(BrokenHandoverCounts)));
            let agreed_on = handover.agreed_on.unwrap_or(handover.offered_on);
            Agreed { handover, agreed_on, comes_true_on, undone: is_undone(facts, handover) }
        })
        .collect();
    agreed.sort_by_key(|one| (one.handover.effect_on, one.agreed_on, one.handover.id));
    agreed
}

/// The successor's place as lead is gone: whoever took the project on ended it before it began.
fn is_undone(facts: &Facts, handover: &Handover) -> bool {
    !leads(facts).any(|place| {
        Some(place.person) == handover.to
            && place.from_on <= handover.effect_on
            && place.until_on.is_none_or(|until| until > handover.effect_on)
    })
}

fn leads(facts: &Facts) -> impl Iterator<Item = &Membership> {
    facts.memberships.iter().filter(|place| place.role == Role::Lead && place.accepted)
}

/// A place as lead, as it counts.
#[derive(Clone, Debug)]
pub(crate) struct Stint {
    pub(crate) person: Uuid,
    /// The days on which they lead: without a break.
    pub(crate) led: Span,
    /// They took it over by a handover.
    pub(crate) taken_over: bool,
    /// Days after a break on which they are back, while the place goes on.
    pub(crate) back: Days,
    /// Their place in the trust: the span of presence in which they lead.
    pub(crate) presence: Span,
}

/// Who leads when. What a handover begins or ends counts from the day on which it comes true, and not at all
/// when it is broken; whoever takes over ends every other place as lead.
pub(crate) fn stints<'a>(
    facts: &'a Facts,
    agreed: &[Agreed<'_>],
    presence: &impl Fn(Uuid) -> Option<&'a Presence<'a>>,
) -> Vec<Stint> {
    let by = |id: Option<Uuid>| agreed.iter().find(|one| Some(one.handover.id) == id && !one.undone);
    leads(facts)
        .filter_map(|place| {
            let from = match by(place.begun_by) {
                Some(handover) => handover.comes_true_on?.max(place.from_on),
                None => place.from_on,
            };
            let ended = match by(place.ended_by) {
                Some(handover) => handover.comes_true_on,
                None => place.until_on,
            };
            let taken_over = agreed
                .iter()
                .filter(|one| !one.undone && one.handover.to != Some(place.person))
                .filter_map(|one| one.comes_true_on)
                .filter(|day| *day > from)
                .min();
            let until = ended.into_iter().chain(taken_over).min().unwrap_or(crate::FOREVER);
            stint(place, presence(place.person)?, from, until)
        })
        .collect()
}

fn stint(place: &Membership, presence: &Presence<'_>, from: NaiveDate, until: NaiveDate) -> Option<Stint> {
    let place_days = Days::between(from, until);
    let spans = presence.present.spans();
    let first = spans.iter().position(|span| span.1 > from && span.0 < until)?;
    let (start, end) = spans[first];
    // Who was not there when the place began, and for so long, comes back to it as anybody does.
    let leads = start < plus(from, LONGEST_AWAY_DAYS);
    let later = if leads { first + 1 } else { first };
    let back = Days::joined(spans[later..].to_vec(), 0).and(&place_days);
    let led = if leads { (start.max(from), end.min(until)) } else { (from, from) };
    Some(Stint { person: place.person, led, taken_over: place.begun_by.is_some(), back, presence: (start, end) })
}

/// Somebody's place as supervisor.
#[derive(Clone, Debug)]
pub(crate) struct Supervision<'a> {
    pub(crate) place: &'a Membership,
    /// The days of the place.
    pub(crate) in_force: Days,
    /// Those on which it counts: not the lead's own, and on an open-ended post or confirmed.
    pub(crate) counts: Days,
}

pub(crate) fn supervisions<'a>(
    facts: &'a Facts,
    stints: &[Stint],
    presence: &impl Fn(Uuid) -> Option<&'a Presence<'a>>,
) -> Vec<Supervision<'a>> {
    facts
        .memberships
        .iter()
        .filter(|place| place.role == Role::Supervisor && place.accepted)
        .filter_map(|place| {
            let person = presence(place.person)?;
            let in_force = Days::between(place.from_on, place.until_on.unwrap_or(crate::FOREVER));
            let leads =
                Days::joined(stints.iter().filter(|one| one.person == place.person).map(|one| one.led).collect(), 0);
            let confirmed = place.confirmed_until.map_or(Days::NONE, |last| Days::before(plus(last, 1)));
            // Who was confirmed on a post counts while they are there; without one, by the word alone.
            let there = confirmed.and(&person.present);
            let confirmed = if there.is_empty() { confirmed.and(&person.open) } else { there };
            let counts = in_force.without(&leads).and(&person.open_ended.or(&confirmed));
            Some(Supervision { place, in_force, counts })
        })
        .collect()
}

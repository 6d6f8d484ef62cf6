//! What of somebody's asks goes into today's mail: pure, so that any day can be tried.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use hmac::{Hmac, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::digest::hex;
use crate::error::Error;
use crate::id::PersonId;
use crate::parse::Fields;

/// An ask that begins within so many days of another of the same kind, project and person is the same one with another
/// day: what was told of that one was told of it.
const SAME_WITHIN: u64 = 14;
/// What still waits is said once in so many days.
const WEEK: u64 = 7;

crate::choices! {
    /// How much mail somebody wants.
    Often {
        /// On any day on which something is new or has moved up, and once a week what still waits.
        Daily = "daily" => "On any day on which something is new, and once a week what still waits",
        /// Once a week.
        Weekly = "weekly" => "Once a week, and before that only what would be too late",
        /// What is new or has moved up, and nothing else.
        Needed = "needed" => "Only what needs me: nothing about what still waits",
        /// None.
        Never = "never" => "No such mail",
    }
}

/// The choice, as sent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ChoiceForm {
    pub often: String,
}

impl ChoiceForm {
    /// The choice.
    ///
    /// # Errors
    /// [`Error::Invalid`] when none is made.
    pub fn parse(&self) -> Result<Often, Error> {
        let mut fields = Fields::new();
        let often = fields.choice("often", &self.often, "Choose how often you want mail.");
        fields.finish(|| often)?.ok_or(Error::Internal)
    }
}

/// Which ask it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cause {
    /// Kind, project, what it is about and whom.
    pub of: String,
    /// The day of what caused it.
    pub on: NaiveDate,
}

impl Cause {
    /// As it is stored.
    #[must_use]
    pub fn stored(&self) -> String {
        format!("{}|{}", self.of, self.on)
    }

    /// From what is stored; none for what no version of ours stored.
    #[must_use]
    pub fn of_stored(text: &str) -> Option<Self> {
        let (of, on) = text.rsplit_once('|')?;
        Some(Self { of: of.to_owned(), on: on.parse().ok()? })
    }

    fn is_near(&self, other: &Self) -> bool {
        self.of == other.of && self.on.signed_duration_since(other.on).num_days().unsigned_abs() <= SAME_WITHIN
    }
}

/// An ask of somebody today.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub cause: Cause,
    /// How many levels are asked: 1 for the first mention, up to 3.
    pub step: i64,
    /// Somebody chose to wait with it.
    pub rests: bool,
    /// Somebody is on it.
    pub claimed: bool,
    /// The day by which it is wanted.
    pub wanted_by: Option<NaiveDate>,
}

/// What somebody was told by mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub cause: Cause,
    pub step: i64,
}

/// What was sent to somebody before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Before {
    pub told: Vec<Told>,
    /// When the last mail went.
    pub last_on: Option<NaiveDate>,
    /// When the last one went that said what still waits.
    pub still_on: Option<NaiveDate>,
}

/// What today's mail says, by the places of the lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chosen {
    /// New, or moved up.
    pub wanted: Vec<usize>,
    /// Told before.
    pub still: Vec<usize>,
    /// What it tells: each once.
    pub mentions: Vec<(Cause, i64)>,
}

/// What of these lines goes into a mail today; none when there is nothing to say.
#[must_use]
pub fn choose(lines: &[Vec<Open>], before: &Before, often: Often, today: NaiveDate) -> Option<Chosen> {
    if often == Often::Never {
        return None;
    }
    let mut chosen = Chosen::default();
    let mut urgent = false;
    for (place, line) in lines.iter().enumerate() {
        if line.iter().all(|open| open.rests) {
            continue;
        }
        let new: Vec<&Open> = line.iter().filter(|open| is_new(open, before)).collect();
        if new.is_empty() {
            chosen.still.push(place);
            continue;
        }
        urgent |= new.iter().any(|open| open.wanted_by.is_some_and(|day| day <= today + Days::new(WEEK)));
        chosen.wanted.push(place);
        chosen.mentions.extend(new.into_iter().map(|open| (open.cause.clone(), open.step)));
    }
    let long_ago = |day: Option<NaiveDate>| day.is_none_or(|day| day + Days::new(WEEK) <= today);
    let week_is_over = long_ago(before.still_on) && (before.still_on.is_some() || long_ago(before.last_on));
    let says_still = match often {
        Often::Daily => week_is_over && before.last_on.is_some(),
        Often::Weekly => long_ago(before.last_on),
        Often::Needed | Often::Never => false,
    };
    if often == Often::Weekly && !says_still && !urgent {
        return None;
    }
    if !says_still {
        chosen.still.clear();
    }
    (!chosen.wanted.is_empty() || !chosen.still.is_empty()).then_some(chosen)
}

/// Whether something of an ask is to be told: it was not, or others are asked too since.
fn is_new(open: &Open, before: &Before) -> bool {
    let told = before.told.iter().filter(|told| told.cause == open.cause || told.cause.is_near(&open.cause));
    let told = told.map(|told| told.step).max().unwrap_or_default();
    !open.rests && open.step > told && !(open.claimed && told > 0)
}

/// What lets a mail program say for somebody that they want no such mail. It opens nothing else.
#[must_use]
pub fn stop_token(secret: &str, person: PersonId) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any length will do");
    mac.update(b"no more mail for ");
    mac.update(person.0.as_bytes());
    format!("{person}.{}", hex(&mac.finalize().into_bytes()[..16]))
}

/// Whom such a token is of; none when it is none of ours.
#[must_use]
pub fn stops(secret: &str, token: &str) -> Option<PersonId> {
    let person = token.split_once('.')?.0.parse().ok()?;
    // A guess at 128 bits is not helped by how long the comparison takes.
    (stop_token(secret, person) == token).then_some(person)
}

/// How many levels each ask has open, by its cause.
pub type Steps = BTreeMap<Cause, i64>;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on, wrong};

    fn cause(of: &str, day: &str) -> Cause {
        Cause { of: of.to_owned(), on: on(day) }
    }

    fn open(of: &str, step: i64) -> Open {
        Open { cause: cause(of, "2026-08-05"), step, rests: false, claimed: false, wanted_by: None }
    }

    fn told(of: &str, day: &str, step: i64) -> Before {
        let told = vec![Told { cause: cause(of, day), step }];
        Before { told, last_on: Some(TODAY), still_on: Some(TODAY) }
    }

    fn wanted(chosen: Option<Chosen>) -> Vec<usize> {
        chosen.unwrap_or_default().wanted
    }

    #[test]
    fn what_is_new_or_moved_up_is_told_once() {
        let none = Before::default();
        let chosen = choose(&[vec![open("a", 1)]], &none, Often::Daily, TODAY).expect("a mail");
        assert_eq!((chosen.wanted, chosen.still), (vec![0], Vec::new()));
        assert_eq!(chosen.mentions, [(cause("a", "2026-08-05"), 1)]);
        assert_eq!(choose(&[vec![open("a", 1)]], &told("a", "2026-08-05", 1), Often::Daily, TODAY), None);
        assert_eq!(wanted(choose(&[vec![open("a", 2)]], &told("a", "2026-08-05", 1), Often::Daily, TODAY)), [0]);
        // Slept through the second step: the latest is told, and not both.
        let chosen = choose(&[vec![open("a", 3)]], &told("a", "2026-08-05", 1), Often::Daily, TODAY).expect("a mail");
        assert_eq!(chosen.mentions, [(cause("a", "2026-08-05"), 3)]);
    }

    #[test]
    fn a_day_that_was_moved_is_no_first_mail_again() {
        for (day, expected) in [("2026-08-12", 0), ("2026-07-22", 0), ("2026-09-09", 1), ("2026-07-01", 1)] {
            let chosen = choose(&[vec![open("a", 1)]], &told("a", day, 1), Often::Daily, TODAY);
            assert_eq!(wanted(chosen).len(), expected, "{day}");
        }
        assert_eq!(wanted(choose(&[vec![open("b", 1)]], &told("a", "2026-08-05", 1), Often::Daily, TODAY)), [0]);
    }

    #[test]
    fn what_rests_and_what_somebody_is_on_is_not_told_again() {
        let rests = Open { rests: true, ..open("a", 1) };
        assert_eq!(choose(&[vec![rests.clone()]], &Before::default(), Often::Daily, TODAY), None);
        let both = vec![rests, open("b", 1)];
        let chosen = choose(&[both], &Before::default(), Often::Daily, TODAY).expect("a mail");
        assert_eq!(chosen.mentions.len(), 1);
        let claimed = Open { claimed: true, ..open("a", 2) };
        assert_eq!(choose(&[vec![claimed.clone()]], &told("a", "2026-08-05", 1), Often::Daily, TODAY), None);
        assert!(choose(&[vec![claimed]], &Before::default(), Often::Daily, TODAY).is_some(), "the first mention");
    }

    #[test]
    fn what_still_waits_is_said_once_a_week() {
        let line = [vec![open("a", 1)]];
        let mut before = told("a", "2026-08-05", 1);
        let still = |before: &Before, often, days| {
            choose(&line, before, often, TODAY + Days::new(days)).map(|chosen| chosen.still)
        };
        assert_eq!(still(&before, Often::Daily, 6), None);
        assert_eq!(still(&before, Often::Daily, 7), Some(vec![0]));
        assert_eq!(still(&before, Often::Weekly, 7), Some(vec![0]));
        assert_eq!(still(&before, Often::Needed, 30), None);
        assert_eq!(still(&before, Often::Never, 30), None);
        before.still_on = None;
        assert_eq!(still(&before, Often::Daily, 6), None, "a week after the first mail");
        assert_eq!(still(&before, Often::Daily, 7), Some(vec![0]));
    }

    #[test]
    fn whoever_wants_mail_once_a_week_gets_what_would_be_too_late_before() {
        let lately = Before { last_on: Some(TODAY), still_on: Some(TODAY), told: Vec::new() };
        let due = |day: &str| vec![Open { wanted_by: Some(on(day)), ..open("a", 1) }];
        assert_eq!(choose(&[due("2026-04-01")], &lately, Often::Weekly, TODAY + Days::new(1)), None);
        assert!(choose(&[due("2026-03-08")], &lately, Often::Weekly, TODAY + Days::new(1)).is_some());
        assert_eq!(wanted(choose(&[due("2026-04-01")], &lately, Often::Weekly, TODAY + Days::new(7))), [0]);
        assert_eq!(wanted(choose(&[due("2026-04-01")], &Before::default(), Often::Weekly, TODAY)), [0], "the first");
    }

    #[test]
    fn a_token_stops_the_mail_of_one_person_only() {
        let (me, you) = (PersonId::new(), PersonId::new());
        let token = stop_token("secret", me);
        assert_eq!(stops("secret", &token), Some(me));
        assert_eq!(stops("other", &token), None);
        assert_eq!(stops("secret", &token.replace(&me.to_string(), &you.to_string())), None);
        assert_eq!(stops("secret", ""), None);
        assert_eq!(Cause::of_stored(&cause("a|b", "2026-08-05").stored()), Some(cause("a|b", "2026-08-05")));
        assert_eq!(wrong(ChoiceForm::default().parse()), ["often"]);
        assert_eq!(ChoiceForm { often: "weekly".into() }.parse(), Ok(Often::Weekly));
    }
}

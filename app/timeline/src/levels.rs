//! Who is asked first, who next, and from which day.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::days::{Days, Span};
use crate::{Ask, Audience, Kind, broken};

/// Somebody who may be asked.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) person: Uuid,
    /// The days on which they are shown it.
    pub(crate) shown: Days,
    /// The days on which they can act on it: on others the level does not wait for them.
    pub(crate) acts: Days,
}

/// Those who are asked together.
#[derive(Clone, Debug)]
pub(crate) struct Level {
    /// In which place it comes.
    pub(crate) number: u8,
    pub(crate) who: Who,
    /// The day on which its turn comes, when those before it have not answered; none when only their absence
    /// opens it.
    pub(crate) opens: Option<NaiveDate>,
}

#[derive(Clone, Debug)]
pub(crate) enum Who {
    People(Vec<Asked>),
    Desk,
    Administrators,
}

/// What is asked, before it is said of whom.
#[derive(Clone, Debug)]
pub(crate) struct Question {
    pub(crate) kind: Kind,
    pub(crate) object: Option<Uuid>,
    pub(crate) about: Option<Uuid>,
    pub(crate) cause_on: NaiveDate,
    pub(crate) due_on: Option<NaiveDate>,
    pub(crate) giver: Option<Uuid>,
    pub(crate) taker: Option<Uuid>,
    /// The days on which somebody chose to wait.
    pub(crate) rests: Days,
}

impl Question {
    pub(crate) fn new(kind: Kind, cause_on: NaiveDate) -> Self {
        Self { kind, object: None, about: None, cause_on, due_on: None, giver: None, taker: None, rests: Days::NONE }
    }

    pub(crate) fn object(self, object: Uuid) -> Self {
        Self { object: Some(object), ..self }
    }

    pub(crate) fn about(self, about: Option<Uuid>) -> Self {
        Self { about, ..self }
    }

    pub(crate) fn due(self, due_on: Option<NaiveDate>) -> Self {
        Self { due_on, ..self }
    }
}

/// The days on which the levels of a question open, from its first day on. A level opens on its day, and
/// earlier on the first day on which nobody of those before it can act; it stays open.
pub(crate) fn openings((from, until): Span, levels: &[Level]) -> Vec<Option<NaiveDate>> {
    let mut openings = Vec::with_capacity(levels.len());
    let mut covered = Days::NONE;
    let mut before = Some(from);
    for (place, level) in levels.iter().enumerate() {
        let opens = if place == 0 {
            before
        } else {
            let uncovered = before.and_then(|day| Days::between(day, until).without(&covered).first());
            let scheduled = level.opens.map(|day| day.max(from));
            let uncovered = uncovered.filter(|_| !broken!(LevelNotPassed));
            uncovered.into_iter().chain(scheduled).min().filter(|day| *day < until)
        };
        covered = covered.or(&acts(level));
        // What is never opened hands the search for the first day without anybody on to the next one.
        before = opens.or(before);
        openings.push(opens);
    }
    openings
}

fn acts(level: &Level) -> Days {
    match &level.who {
        Who::People(people) => people.iter().fold(Days::NONE, |days, one| days.or(&one.acts)),
        Who::Desk | Who::Administrators => Days::all(),
    }
}

/// The rows of a question that exists from a day until another.
pub(crate) fn ask(asks: &mut Vec<Ask>, question: &Question, exists: Span, levels: &[Level]) {
    if exists.0 >= exists.1 {
        return;
    }
    // Somebody who is asked in several places, or at several levels, is asked once a day.
    let mut asked: Vec<(Uuid, Days)> = Vec::new();
    for (level, opens) in levels.iter().zip(openings(exists, levels)) {
        let Some(opens) = opens else { continue };
        let open = Days::between(opens, exists.1);
        match &level.who {
            Who::People(people) => {
                for one in people {
                    let already = asked.iter().filter(|(person, _)| *person == one.person);
                    let already = already.fold(Days::NONE, |days, (_, more)| days.or(more));
                    let days = open.and(&one.shown).without(&already);
                    rows(asks, question, exists.0, level.number, Audience::Person(one.person), &days);
                    asked.push((one.person, days));
                }
            }
            Who::Desk => rows(asks, question, exists.0, level.number, Audience::Desk, &open),
            Who::Administrators => rows(asks, question, exists.0, level.number, Audience::Administrators, &open),
        }
    }
}

fn rows(asks: &mut Vec<Ask>, question: &Question, since: NaiveDate, level: u8, audience: Audience, days: &Days) {
    for (days, rests) in [(days.without(&question.rests), false), (days.and(&question.rests), true)] {
        asks.extend(days.spans().iter().map(|&(from_on, until_on)| Ask {
            kind: question.kind,
            object: question.object,
            about: question.about,
            cause_on: question.cause_on,
            since_on: since,
            due_on: question.due_on,
            level,
            audience,
            giver: question.giver,
            taker: question.taker,
            from_on,
            until_on,
            rests,
        }));
    }
}

//! When somebody is there: present in the trust, about to arrive, able to act.

use uuid::Uuid;

use crate::days::{Days, plus};
use crate::{Away, DUE_DAYS, JOINS_AWAY_DAYS, LONGEST_AWAY_DAYS, Person, broken};

/// Somebody, with the days on which they are there.
#[derive(Clone, Debug)]
pub(crate) struct Presence<'a> {
    pub(crate) person: &'a Person,
    /// In a post or between two that follow each other closely, not away for long, the account open. Between
    /// two of its spans lie 28 days or more.
    pub(crate) present: Days,
    /// Of those, on an open-ended post.
    pub(crate) open_ended: Days,
    /// The account is open.
    pub(crate) open: Days,
    /// Present, with a way in and the trust accepted, and not away at all.
    pub(crate) acts: Days,
    /// As well from 12 weeks before they are present, for what names them.
    pub(crate) acts_named: Days,
}

impl<'a> Presence<'a> {
    pub(crate) fn of(person: &'a Person) -> Self {
        let closed_on = person.closed_on.filter(|_| !broken!(ClosedAccountIsAsked));
        let open = closed_on.map_or_else(Days::all, Days::before);
        let posts = person
            .posts
            .iter()
            .map(|post| (post.starts_on, post.ends_on.map_or(crate::FOREVER, |last| plus(last, 1))))
            .collect();
        let long = if broken!(AwayCountsAsPresent) { Days::NONE } else { long_absences(&person.away) };
        let present = Days::joined(posts, LONGEST_AWAY_DAYS).without(&long).and(&open);
        let lasting = person.posts.iter().filter(|post| post.ends_on.is_none()).map(|post| post.starts_on).min();
        let open_ended = lasting.map_or(Days::NONE, Days::from).and(&present);
        let arriving = present.spans().iter().map(|(from, _)| (plus(*from, -DUE_DAYS), *from)).collect();
        let away = Days::joined(person.away.iter().map(span).collect(), 0);
        let able = if person.signs_in && person.tied { open.without(&away) } else { Days::NONE };
        let acts = present.and(&able);
        let acts_named = present.or(&Days::joined(arriving, 0)).and(&able);
        Self { person, present, open_ended, open, acts, acts_named }
    }

    pub(crate) fn id(&self) -> Uuid {
        self.person.id
    }
}

fn span(away: &Away) -> (chrono::NaiveDate, chrono::NaiveDate) {
    (away.starts_on, plus(away.ends_on, 1))
}

/// The absences that end a post for this purpose: those with few days between them are one.
fn long_absences(away: &[Away]) -> Days {
    let gone = away.iter().filter(|away| !away.keeps_contributing).map(span).collect();
    let joined = Days::joined(gone, JOINS_AWAY_DAYS + 1);
    let long = joined.spans().iter().copied();
    Days::joined(long.filter(|(from, until)| (*until - *from).num_days() >= LONGEST_AWAY_DAYS).collect(), 0)
}

//! How long somebody can lead a project: by their posts, their absences, their account and their role.

use chrono::{Days, NaiveDate};

use crate::LONGEST_AWAY_DAYS;

/// A time-bound place in the project's trust; `ends_on` is its last day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Post {
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day; none when it is open-ended.
    pub ends_on: Option<NaiveDate>,
}

/// A period out of a post in the project's trust, first and last day included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Away {
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// The person goes on working on their projects.
    pub keeps_contributing: bool,
}

impl Away {
    fn ends_the_post(&self) -> bool {
        !self.keeps_contributing && (self.ends_on - self.starts_on).num_days() >= LONGEST_AWAY_DAYS
    }
}

/// How long a lead can hold a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tenure {
    /// They cannot hold it today.
    Over,
    /// They hold it, and this is the last day.
    Until(NaiveDate),
    /// They hold it, with no end in sight.
    Open,
}

/// An accepted place as lead, with what decides whether the person can hold the project.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lead {
    /// The first day of the role.
    pub from_on: NaiveDate,
    /// The day from which the role is over.
    pub until_on: Option<NaiveDate>,
    /// The day from which the person's account is closed.
    pub closed_on: Option<NaiveDate>,
    /// Their posts in the project's trust.
    pub posts: Vec<Post>,
    /// Their periods away from that trust.
    pub away: Vec<Away>,
}

impl Lead {
    /// How long they can hold the project, as seen on this day. Posts that follow each other with at
    /// most a day between them are one.
    #[must_use]
    pub fn tenure(&self, today: NaiveDate) -> Tenure {
        let over = |day: Option<NaiveDate>| day.is_some_and(|day| day <= today);
        let is_away = self.away.iter().any(|a| a.ends_the_post() && a.starts_on <= today && a.ends_on >= today);
        if self.from_on > today || over(self.until_on) || over(self.closed_on) || is_away {
            return Tenure::Over;
        }
        let eve = |day: NaiveDate| Tenure::Until(day.pred_opt().unwrap_or(day));
        let leaves = [self.until_on, self.closed_on].into_iter().flatten();
        let goes_away = self.away.iter().filter(|a| a.ends_the_post() && a.starts_on > today).map(|a| a.starts_on);
        leaves.chain(goes_away).map(eve).fold(self.posts_last(today), Tenure::min)
    }

    fn posts_last(&self, today: NaiveDate) -> Tenure {
        let last = |post: &Post| post.ends_on.map_or(Tenure::Open, Tenure::Until);
        let current = |post: &&Post| post.starts_on <= today && post.ends_on.is_none_or(|day| day >= today);
        let ended_yesterday = |post: &Post| post.ends_on.and_then(|day| day.succ_opt()) == Some(today);
        let starts_tomorrow = |post: &&Post| post.starts_on.pred_opt() == Some(today);
        let bridged = self.posts.iter().any(ended_yesterday);
        let mut until = self
            .posts
            .iter()
            .filter(|post| current(post) || (bridged && starts_tomorrow(post)))
            .map(last)
            .max()
            .unwrap_or(Tenure::Over);
        while let Tenure::Until(day) = until {
            let joins = |post: &&Post| post.starts_on <= day.checked_add_days(Days::new(2)).unwrap_or(day);
            match self.posts.iter().filter(joins).map(last).max() {
                Some(later) if later > until => until = later,
                _ => break,
            }
        }
        until
    }
}

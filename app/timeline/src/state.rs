//! The state in which a project stands on a day.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::tenure::{Lead, Tenure};
use crate::{DUE_DAYS, LAPSES_AFTER_DAYS};

/// The state of a project's continuity, those that need somebody first. Every project but a draft is in
/// exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Continuity {
    /// No lead with a current post in this trust.
    InPool,
    /// The lead's post ends within 12 weeks, and nothing is offered.
    Due,
    /// A handover is offered and waits for answers.
    Offered,
    /// A handover is accepted and takes effect on a day to come.
    Agreed,
    /// A lead with a current post leads it.
    Led,
    /// Paused or sustaining, with a day ahead on which somebody looks again.
    Resting,
    /// The project is closed.
    Ended,
}

impl Continuity {
    /// Every one, those that need somebody first.
    pub const ALL: &[Self] =
        &[Self::InPool, Self::Due, Self::Offered, Self::Agreed, Self::Led, Self::Resting, Self::Ended];

    /// As addresses and statements name it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InPool => "in_pool",
            Self::Due => "due",
            Self::Offered => "offered",
            Self::Agreed => "agreed",
            Self::Led => "led",
            Self::Resting => "resting",
            Self::Ended => "ended",
        }
    }

    /// What people call it.
    #[must_use]
    pub fn label(self) -> &'static str {
        match self {
            Self::InPool => "In the pool",
            Self::Due => "Handover due",
            Self::Offered => "Handover offered",
            Self::Agreed => "Handover agreed",
            Self::Led => "Led",
            Self::Resting => "Resting",
            Self::Ended => "Ended",
        }
    }
}

impl fmt::Display for Continuity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Continuity {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|one| one.as_str() == text).ok_or_else(|| format!("no state is called {text:?}"))
    }
}

/// A handover that is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Offer {
    /// To a successor, to take effect on this day.
    For(NaiveDate),
    /// To whoever takes it on: it stands as long as it takes.
    ToPool,
}

impl Offer {
    fn is_live(self, today: NaiveDate) -> bool {
        match self {
            Self::For(day) => (today - day).num_days() <= LAPSES_AFTER_DAYS,
            Self::ToPool => true,
        }
    }
}

/// What decides about a project's continuity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Not submitted yet.
    pub draft: bool,
    /// Closed.
    pub closed: bool,
    /// The day on which somebody looks again at a paused or sustaining project.
    pub review_on: Option<NaiveDate>,
    /// The day on which an accepted handover takes effect.
    pub agreed_for: Option<NaiveDate>,
    /// The handover that is offered.
    pub offered: Option<Offer>,
    /// Every accepted place as lead, past and future ones too.
    pub leads: Vec<Lead>,
}

impl Facts {
    /// How long the project is led, by the lead who can lead it longest.
    #[must_use]
    pub fn tenure(&self, today: NaiveDate) -> Tenure {
        self.leads.iter().map(|lead| lead.tenure(today)).max().unwrap_or(Tenure::Over)
    }
}

/// The state of a project's continuity on a day; none for a draft. The first that fits.
#[must_use]
pub fn continuity(facts: &Facts, today: NaiveDate) -> Option<Continuity> {
    if facts.draft {
        return None;
    }
    let tenure = facts.tenure(today);
    let ends_soon = matches!(tenure, Tenure::Until(day) if (day - today).num_days() <= DUE_DAYS);
    Some(if facts.closed {
        Continuity::Ended
    } else if facts.agreed_for.is_some_and(|day| day > today) {
        Continuity::Agreed
    } else if tenure == Tenure::Over {
        Continuity::InPool
    } else if facts.offered.is_some_and(|offer| offer.is_live(today)) {
        Continuity::Offered
    } else if ends_soon {
        Continuity::Due
    } else if facts.review_on.is_some_and(|day| day > today) {
        Continuity::Resting
    } else {
        Continuity::Led
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tenure::{Away, Post};
    use proptest::prelude::*;

    fn day(offset: i64) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date") + chrono::Duration::days(offset)
    }

    fn post(starts: i64, ends: Option<i64>) -> Post {
        Post { starts_on: day(starts), ends_on: ends.map(day) }
    }

    fn led(posts: Vec<Post>) -> Facts {
        Facts { leads: vec![Lead { from_on: day(-100), posts, ..Lead::default() }], ..Facts::default() }
    }

    #[test]
    #[expect(clippy::cognitive_complexity, reason = "a list of assertions, one for each case of the rule")]
    fn the_first_that_fits() {
        use Continuity::*;
        let state = |facts: &Facts| continuity(facts, day(0)).expect("not a draft");
        assert_eq!(state(&led(vec![post(-100, None)])), Led);
        assert_eq!(state(&led(vec![post(-100, Some(84))])), Due);
        assert_eq!(state(&led(vec![post(-100, Some(85))])), Led);
        assert_eq!(state(&led(vec![post(-100, Some(0))])), Due, "the last day is a day of the post");
        assert_eq!(state(&led(vec![post(-100, Some(-1))])), InPool);
        assert_eq!(state(&led(vec![post(1, None)])), InPool);
        assert_eq!(state(&Facts::default()), InPool);
        let due = led(vec![post(-100, Some(10))]);
        assert_eq!(state(&Facts { offered: Some(Offer::For(day(10))), ..due.clone() }), Offered);
        assert_eq!(state(&Facts { offered: Some(Offer::For(day(-14))), ..due.clone() }), Offered);
        assert_eq!(state(&Facts { offered: Some(Offer::For(day(-15))), ..due.clone() }), Due, "it has lapsed");
        assert_eq!(state(&Facts { offered: Some(Offer::ToPool), ..due.clone() }), Offered);
        assert_eq!(state(&Facts { agreed_for: Some(day(1)), ..due.clone() }), Agreed);
        assert_eq!(state(&Facts { agreed_for: Some(day(0)), ..due.clone() }), Due, "it has taken effect");
        assert_eq!(
            state(&Facts { offered: Some(Offer::For(day(10))), ..Facts::default() }),
            InPool,
            "whatever is offered"
        );
        assert_eq!(state(&Facts { review_on: Some(day(5)), ..Facts::default() }), InPool, "whatever is paused");
        assert_eq!(state(&Facts { review_on: Some(day(5)), ..due.clone() }), Due);
        assert_eq!(state(&Facts { review_on: Some(day(5)), ..led(vec![post(-1, None)]) }), Resting);
        assert_eq!(state(&Facts { review_on: Some(day(0)), ..led(vec![post(-1, None)]) }), Led);
        assert_eq!(state(&Facts { closed: true, agreed_for: Some(day(1)), ..due }), Ended);
        assert_eq!(continuity(&Facts { draft: true, ..Facts::default() }, day(0)), None);
    }

    #[test]
    fn posts_that_follow_each_other_are_one() {
        let last = |posts| led(posts).tenure(day(0));
        assert_eq!(last(vec![post(-9, Some(9)), post(10, Some(99))]), Tenure::Until(day(99)));
        assert_eq!(last(vec![post(-9, Some(9)), post(11, None)]), Tenure::Open, "a day between");
        assert_eq!(last(vec![post(-9, Some(9)), post(12, None)]), Tenure::Until(day(9)), "two days between");
        assert_eq!(last(vec![post(-9, Some(-1)), post(1, Some(50))]), Tenure::Until(day(50)), "on the day between");
        assert_eq!(last(vec![post(-9, Some(-2)), post(1, None)]), Tenure::Over, "two days between");
        assert_eq!(last(vec![post(20, Some(30)), post(-9, Some(5)), post(3, Some(19))]), Tenure::Until(day(30)));
    }

    #[test]
    fn a_long_time_away_ends_the_post_and_a_short_one_does_not() {
        let away = |starts: i64, ends: i64, keeps_contributing| {
            let mut facts = led(vec![post(-100, None)]);
            facts.leads[0].away.push(Away { starts_on: day(starts), ends_on: day(ends), keeps_contributing });
            facts.tenure(day(0))
        };
        assert_eq!(away(-5, 23, false), Tenure::Over, "29 days");
        assert_eq!(away(-5, 22, false), Tenure::Open, "28 days");
        assert_eq!(away(-5, 200, true), Tenure::Open);
        assert_eq!(away(20, 200, false), Tenure::Until(day(19)));
        assert_eq!(away(-200, -1, false), Tenure::Open);
    }

    #[test]
    fn a_role_or_an_account_that_ends_ends_the_tenure() {
        let mut facts = led(vec![post(-100, None)]);
        facts.leads[0].until_on = Some(day(7));
        assert_eq!(facts.tenure(day(0)), Tenure::Until(day(6)));
        facts.leads[0].closed_on = Some(day(3));
        assert_eq!(facts.tenure(day(0)), Tenure::Until(day(2)));
        assert_eq!(facts.tenure(day(3)), Tenure::Over);
    }

    prop_compose! {
        fn spans()(spans in prop::collection::vec((-200i64..200, prop::option::of(0i64..200)), 0..5)) -> Vec<Post> {
            spans.into_iter().map(|(starts, length)| post(starts, length.map(|n| starts + n))).collect()
        }
    }

    prop_compose! {
        fn leads()(
            posts in spans(),
            from in -200i64..50,
            role in prop::option::of(0i64..300),
            closed in prop::option::of(-50i64..200),
            away in prop::collection::vec((-100i64..100, 0i64..60, any::<bool>()), 0..3),
        ) -> Lead {
            Lead {
                from_on: day(from),
                until_on: role.map(|n| day(from + n)),
                closed_on: closed.map(day),
                posts,
                away: away.into_iter().map(|(starts, length, keeps_contributing)| {
                    Away { starts_on: day(starts), ends_on: day(starts + length), keeps_contributing }
                }).collect(),
            }
        }
    }

    prop_compose! {
        fn facts()(
            closed in any::<bool>(),
            look in prop::option::of(-50i64..50),
            agreed in prop::option::of(-50i64..50),
            offered in prop::option::of(prop::option::of(-50i64..50)),
            leads in prop::collection::vec(leads(), 0..4),
        ) -> Facts {
            Facts { draft: false, closed, review_on: look.map(day), agreed_for: agreed.map(day), offered: offered.map(|n| n.map_or(Offer::ToPool, |n| Offer::For(day(n)))), leads }
        }
    }

    proptest! {
        #[test]
        fn every_project_but_a_draft_is_in_a_state(facts in facts(), today in -300i64..300) {
            prop_assert!(continuity(&facts, day(today)).is_some());
        }

        #[test]
        fn nothing_is_called_led_without_a_lead_in_post(facts in facts(), today in -300i64..300) {
            let state = continuity(&facts, day(today)).expect("a state");
            if matches!(state, Continuity::Led | Continuity::Resting | Continuity::Due | Continuity::Offered) {
                let covers = |post: &Post| {
                    post.starts_on <= day(today + 1) && post.ends_on.is_none_or(|end| end >= day(today - 1))
                };
                let in_post = facts.leads.iter().any(|lead| lead.posts.iter().any(covers));
                prop_assert!(in_post);
            }
        }

        #[test]
        fn a_led_project_becomes_due_before_it_is_in_the_pool(facts in facts(), today in -300i64..300) {
            let facts = Facts { closed: false, agreed_for: None, offered: None, ..facts };
            let (now, tomorrow) = (continuity(&facts, day(today)), continuity(&facts, day(today + 1)));
            if now != Some(Continuity::InPool) && tomorrow == Some(Continuity::InPool) {
                prop_assert_eq!(now, Some(Continuity::Due));
            }
        }

        #[test]
        fn a_tenure_lasts_until_its_last_day_and_no_longer(lead in leads(), today in -100i64..100) {
            let tenure = lead.tenure(day(today));
            if let Tenure::Until(end) = tenure {
                let mut on = day(today);
                while on <= end {
                    prop_assert_eq!(lead.tenure(on), tenure, "on {}", on);
                    on = on.succ_opt().expect("a date");
                }
                prop_assert_eq!(lead.tenure(on), Tenure::Over);
            }
        }
    }
}

//! Sets of days.

use chrono::{Duration, NaiveDate};

use crate::FOREVER;

/// The first day that anything is said about.
const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(1, 1, 1).expect("a date");

/// So many days later, and at most [`FOREVER`].
pub(crate) fn plus(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_signed(Duration::days(days)).map_or(FOREVER, |later| later.clamp(BEGINNING, FOREVER))
}

/// The eve of a day that ends something; none when it never ends.
pub(crate) fn eve(until: NaiveDate) -> Option<NaiveDate> {
    (until < FOREVER).then(|| plus(until, -1))
}

/// A set of days: half-open spans in order, with at least a day between one and the next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Days(Vec<Span>);

/// From a day until the first day that is over.
pub(crate) type Span = (NaiveDate, NaiveDate);

impl Days {
    pub(crate) const NONE: Self = Self(Vec::new());

    pub(crate) fn all() -> Self {
        Self::between(BEGINNING, FOREVER)
    }

    pub(crate) fn from(day: NaiveDate) -> Self {
        Self::between(day, FOREVER)
    }

    pub(crate) fn before(day: NaiveDate) -> Self {
        Self::between(BEGINNING, day)
    }

    /// Empty when the end does not lie after the beginning.
    pub(crate) fn between(from: NaiveDate, until: NaiveDate) -> Self {
        Self(if from < until { vec![(from, until)] } else { Vec::new() })
    }

    /// The spans in whatever order, joined where fewer than `apart` days lie between them.
    pub(crate) fn joined(mut spans: Vec<Span>, apart: i64) -> Self {
        spans.retain(|(from, until)| from < until);
        spans.sort_unstable();
        let mut joined: Vec<Span> = Vec::with_capacity(spans.len());
        for (from, until) in spans {
            match joined.last_mut() {
                Some(last) if from < plus(last.1, apart.max(0)) || from <= last.1 => last.1 = last.1.max(until),
                _ => joined.push((from, until)),
            }
        }
        Self(joined)
    }

    pub(crate) fn spans(&self) -> &[Span] {
        &self.0
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn first(&self) -> Option<NaiveDate> {
        self.0.first().map(|span| span.0)
    }

    pub(crate) fn contains(&self, day: NaiveDate) -> bool {
        self.span_at(day).is_some()
    }

    pub(crate) fn span_at(&self, day: NaiveDate) -> Option<Span> {
        self.0.iter().copied().find(|(from, until)| *from <= day && day < *until)
    }

    pub(crate) fn or(&self, other: &Self) -> Self {
        Self::joined(self.0.iter().chain(&other.0).copied().collect(), 0)
    }

    pub(crate) fn and(&self, other: &Self) -> Self {
        let mut both = Vec::new();
        for &(from, until) in &self.0 {
            for &(start, end) in &other.0 {
                if start < until && from < end {
                    both.push((from.max(start), until.min(end)));
                }
            }
        }
        Self(both)
    }

    pub(crate) fn without(&self, other: &Self) -> Self {
        let mut left = Vec::new();
        for &(from, until) in &self.0 {
            let mut at = from;
            for &(start, end) in &other.0 {
                if end <= at || start >= until {
                    continue;
                }
                if start > at {
                    left.push((at, start));
                }
                at = at.max(end);
            }
            if at < until {
                left.push((at, until));
            }
        }
        Self(left)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn day(offset: i64) -> NaiveDate {
        plus(NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date"), offset)
    }

    fn spans() -> impl Strategy<Value = Vec<Span>> {
        prop::collection::vec((0i64..60, 0i64..20), 0..6)
            .prop_map(|all| all.into_iter().map(|(from, length)| (day(from), day(from + length))).collect())
    }

    fn set(days: &Days) -> BTreeSet<NaiveDate> {
        (-5..90).map(day).filter(|day| days.contains(*day)).collect()
    }

    proptest! {
        #[test]
        fn they_are_what_sets_of_days_are(one in spans(), other in spans()) {
            let (one, other) = (Days::joined(one, 0), Days::joined(other, 0));
            let (a, b) = (set(&one), set(&other));
            prop_assert_eq!(set(&one.or(&other)), a.union(&b).copied().collect());
            prop_assert_eq!(set(&one.and(&other)), a.intersection(&b).copied().collect());
            prop_assert_eq!(set(&one.without(&other)), a.difference(&b).copied().collect());
            for days in [one.or(&other), one.and(&other), one.without(&other)] {
                for pair in days.spans().windows(2) {
                    prop_assert!(pair[0].1 < pair[1].0, "in order, with a day between: {:?}", days);
                }
                prop_assert!(days.spans().iter().all(|(from, until)| from < until));
            }
        }

        #[test]
        fn what_lies_close_is_joined(all in spans(), apart in 1i64..10) {
            let joined = Days::joined(all.clone(), apart);
            for pair in joined.spans().windows(2) {
                prop_assert!((pair[1].0 - pair[0].1).num_days() >= apart);
            }
            let apart = set(&Days::joined(all, 0));
            prop_assert!(apart.is_subset(&set(&joined)));
        }
    }

    #[test]
    fn days_end_with_time() {
        assert_eq!(plus(FOREVER, 1), FOREVER);
        assert_eq!(plus(NaiveDate::MAX, 1), FOREVER);
        assert_eq!(plus(NaiveDate::MIN, -1), FOREVER, "out of range is for ever");
        assert_eq!((eve(FOREVER), eve(day(1))), (None, Some(day(0))));
        assert_eq!(Days::between(day(1), day(1)), Days::NONE);
        assert_eq!(Days::all().without(&Days::from(day(0))), Days::before(day(0)));
    }
}

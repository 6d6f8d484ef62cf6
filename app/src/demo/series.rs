//! Believable series of points from a seeded model: common-cause variation around a level that stays,
//! steps, rises slowly or falls back.

use chrono::{Days, NaiveDate};
use serde::Deserialize;

use super::calendar::{Calendar, When};

/// How a series comes about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Series {
    /// The first point's day.
    pub from: When,
    /// No point is later than this.
    pub until: When,
    /// The level at first: a percentage, a mean, or a mean number of days or cases between events.
    pub base: f64,
    /// The level after the change.
    pub after: Option<f64>,
    /// The day of the change.
    pub at: Option<When>,
    /// The change takes this many days; none: it is a step.
    #[serde(default)]
    pub over: i64,
    /// The day on which it falls back to the first level.
    pub back: Option<When>,
    /// The spread of single measurements.
    #[serde(default)]
    pub spread: f64,
    /// The smallest and largest denominator.
    #[serde(default = "denominators")]
    pub of: (i64, i64),
    /// Days in which nothing was measured.
    pub gap: Option<(When, When)>,
    /// Words on single points, by their place from the first (negative: from the last).
    #[serde(default)]
    pub notes: Vec<(i64, String)>,
    /// Points that are left out, with the reason.
    #[serde(default)]
    pub excluded: Vec<(i64, String)>,
}

fn denominators() -> (i64, i64) {
    (10, 30)
}

/// One point.
#[derive(Clone, Debug, PartialEq)]
pub struct Point {
    /// Its day.
    pub on: NaiveDate,
    /// A single value.
    pub value: Option<f64>,
    /// Numerator and denominator.
    pub ratio: Option<(f64, f64)>,
    /// A word on it.
    pub note: String,
    /// Why it is left out.
    pub excluded: Option<String>,
}

impl Series {
    fn level(&self, on: NaiveDate, calendar: &Calendar) -> f64 {
        let (Some(after), Some(at)) = (self.after, self.at) else { return self.base };
        if self.back.is_some_and(|back| on >= calendar.date(back)) {
            return self.base;
        }
        let since = (on - calendar.date(at)).num_days();
        if since < 0 {
            self.base
        } else if since >= self.over {
            after
        } else {
            self.base + (after - self.base) * as_f64(since) / as_f64(self.over)
        }
    }

    /// The points, in order of their days.
    #[must_use]
    pub fn points(
        &self,
        data: &str,
        per: Option<i64>,
        every: Option<i64>,
        calendar: &Calendar,
        chance: &mut fastrand::Rng,
    ) -> Vec<Point> {
        let mut points = Vec::new();
        let rare = matches!(data, "time_between" | "cases_between");
        let mut day = calendar.date(self.from);
        let until = calendar.date(self.until).min(calendar.today);
        let gap = self.gap.map(|(from, until)| (calendar.date(from), calendar.date(until)));
        while day <= until {
            let level = self.level(day, calendar);
            let (step, value, ratio) = match data {
                _ if rare => {
                    let between = exponential(level, chance).round().clamp(1.0, level * 4.0);
                    day = day + Days::new(whole(between));
                    if day > until {
                        break;
                    }
                    (0, Some(between), None)
                }
                "percentage" => {
                    let of = chance.i64(self.of.0..=self.of.1);
                    let hits = (0..of).filter(|_| chance.f64() * 100.0 < level).count();
                    (every.unwrap_or(7), None, Some((as_f64(i64::try_from(hits).unwrap_or(of)), as_f64(of))))
                }
                "rate" => {
                    let of = chance.i64(self.of.0..=self.of.1);
                    let mean = level * as_f64(of) / as_f64(per.unwrap_or(1));
                    (every.unwrap_or(7), None, Some((poisson(mean, chance), as_f64(of))))
                }
                "count" => (every.unwrap_or(7), Some(poisson(level, chance)), None),
                _ => {
                    let value = (level + normal(chance) * self.spread).max(0.0);
                    (every.unwrap_or(7), Some((value * 10.0).round() / 10.0), None)
                }
            };
            if !gap.is_some_and(|(from, until)| (from..until).contains(&day)) {
                points.push(Point { on: day, value, ratio, note: String::new(), excluded: None });
            }
            day = day + Days::new(u64::try_from(step).unwrap_or(1));
        }
        for (place, words) in &self.notes {
            if let Some(point) = at(&mut points, *place) {
                point.note.clone_from(words);
            }
        }
        for (place, reason) in &self.excluded {
            if let Some(point) = at(&mut points, *place) {
                point.excluded = Some(reason.clone());
            }
        }
        points
    }
}

fn at(points: &mut [Point], place: i64) -> Option<&mut Point> {
    let place = if place < 0 { i64::try_from(points.len()).ok()? + place } else { place };
    points.get_mut(usize::try_from(place).ok()?)
}

/// Exact: counts and days here are far below 2^52.
pub(super) fn as_f64(number: i64) -> f64 {
    number as f64
}

/// Of a number that was rounded and clamped before.
fn whole(number: f64) -> u64 {
    number as u64
}

fn exponential(mean: f64, chance: &mut fastrand::Rng) -> f64 {
    -mean * (1.0 - chance.f64()).ln()
}

/// The sum of twelve uniform numbers is close enough to normal for a picture.
fn normal(chance: &mut fastrand::Rng) -> f64 {
    (0..12).map(|_| chance.f64()).sum::<f64>() - 6.0
}

fn poisson(mean: f64, chance: &mut fastrand::Rng) -> f64 {
    let (limit, mut product, mut count) = ((-mean).exp(), chance.f64(), 0.0);
    while product > limit {
        product *= chance.f64();
        count += 1.0;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::TODAY;

    fn series(json: &str, data: &str) -> Vec<Point> {
        let series: Series = serde_json::from_str(json).expect("a series");
        series.points(data, None, Some(7), &Calendar::new(TODAY), &mut fastrand::Rng::with_seed(1))
    }

    #[test]
    fn the_same_seed_gives_the_same_points_none_after_today() {
        let model = r#"{"from": -200, "until": 30, "base": 50, "after": 90, "at": -80}"#;
        let points = series(model, "percentage");
        assert_eq!(points, series(model, "percentage"));
        assert_eq!(points.len(), 29);
        assert!(points.iter().all(|point| point.on <= TODAY));
        let (early, late) = points.split_at(15);
        let share = |points: &[Point]| {
            let sums = points.iter().filter_map(|p| p.ratio).fold((0.0, 0.0), |sum, r| (sum.0 + r.0, sum.1 + r.1));
            sums.0 / sums.1
        };
        assert!(share(late) > share(early) + 0.2);
    }

    #[test]
    fn a_gap_a_note_and_an_exclusion_stand_where_they_were_put() {
        let points = series(
            r#"{"from": -70, "until": 0, "base": 5, "gap": [-40, -20], "notes": [[0, "First"]], "excluded": [[-1, "Wrong ward"]]}"#,
            "count",
        );
        assert_eq!(points.len(), 8);
        assert_eq!(points.first().map(|p| p.note.as_str()), Some("First"));
        assert_eq!(points.last().and_then(|p| p.excluded.as_deref()), Some("Wrong ward"));
    }

    #[test]
    fn rare_events_are_days_apart() {
        let points = series(r#"{"from": -900, "until": 0, "base": 30, "after": 90, "at": -400}"#, "time_between");
        assert!(points.windows(2).all(|pair| pair[0].on < pair[1].on));
        assert!(points.len() > 10);
    }
}

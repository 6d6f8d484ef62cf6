//! What is counted, and the table and the line that say it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use app::error::Error;
use app::id::ProjectId;
use chrono::NaiveDate;

use crate::checker::Wrong;
use crate::facts::Identity;

/// So many of a kind are told, the others counted.
const TOLD: usize = 6;

/// Who settled something, as what they were asked.
pub type Level = i64;

/// What was counted.
#[derive(Debug, Default)]
pub struct Report {
    pub projects: i64,
    /// By kind: how many were found, and the first of them.
    wrong: BTreeMap<&'static str, (i64, Vec<String>)>,
    /// Acts by name: done, and refused.
    acts: BTreeMap<String, (i64, i64)>,
    refusals: BTreeMap<String, i64>,
    settled: BTreeMap<String, BTreeMap<Level, i64>>,
    /// Since when nobody leads a project, and why.
    unled: BTreeMap<ProjectId, (NaiveDate, &'static str)>,
    /// Days without a lead, by cause.
    episodes: BTreeMap<&'static str, Vec<i64>>,
    pub homes: i64,
}

impl Report {
    pub fn wrong(&mut self, wrong: Wrong) {
        let (count, told) = self.wrong.entry(wrong.what).or_default();
        *count += 1;
        if told.len() < TOLD {
            told.push(wrong.says);
        }
    }

    pub fn count(&self, what: &str) -> i64 {
        self.wrong.get(what).map_or(0, |(count, _)| *count)
    }

    /// What was found first, if anything was.
    pub fn first(&self) -> Option<(&'static str, &str)> {
        self.wrong.iter().find_map(|(what, (_, told))| told.first().map(|says| (*what, says.as_str())))
    }

    pub fn done(&mut self, act: &str) {
        self.acts.entry(act.to_owned()).or_default().0 += 1;
    }

    pub fn refused(&mut self, act: &str, error: &Error) {
        self.acts.entry(act.to_owned()).or_default().1 += 1;
        *self.refusals.entry(format!("{act}: {}", told(error))).or_default() += 1;
    }

    /// Counts what was done or refused where nothing was offered to anybody.
    pub fn noted<T>(&mut self, act: &str, done: &Result<T, Error>) {
        match done {
            Ok(_) => self.done(act),
            Err(error) => self.refused(act, error),
        }
    }

    pub fn settled(&mut self, ask: &Identity, level: Level) {
        *self.settled.entry(ask.1.clone()).or_default().entry(level).or_default() += 1;
    }

    /// Notes which projects nobody leads today; `why` says it of one that is new among them.
    pub fn nobody_leads(
        &mut self,
        unled: &BTreeSet<ProjectId>,
        today: NaiveDate,
        why: impl Fn(ProjectId) -> &'static str,
    ) {
        let over: Vec<ProjectId> = self.unled.keys().copied().filter(|project| !unled.contains(project)).collect();
        for project in over {
            self.ends(project, today);
        }
        for project in unled {
            self.unled.entry(*project).or_insert_with(|| (today, why(*project)));
        }
    }

    fn ends(&mut self, project: ProjectId, today: NaiveDate) {
        if let Some((since, why)) = self.unled.remove(&project) {
            self.episodes.entry(why).or_default().push((today - since).num_days());
        }
    }

    /// The last day has passed.
    pub fn close(&mut self, today: NaiveDate) {
        for project in self.unled.keys().copied().collect::<Vec<_>>() {
            self.ends(project, today);
        }
    }

    fn share(&self) -> f64 {
        let all: i64 = self.settled.values().flat_map(BTreeMap::values).sum();
        let near: i64 = self
            .settled
            .values()
            .flat_map(|levels| levels.iter().filter(|(level, _)| **level < 3).map(|(_, n)| n))
            .sum();
        percent(near, all)
    }

    fn days(&self) -> Vec<i64> {
        let mut days: Vec<i64> = self.episodes.values().flatten().copied().collect();
        days.sort_unstable();
        days
    }

    /// The table, for people.
    pub fn table(&self) -> String {
        let mut text = String::new();
        let _ = writeln!(text, "Days without a lead, by cause        episodes  median    p95  longest");
        for (cause, days) in &self.episodes {
            let mut days = days.clone();
            days.sort_unstable();
            let longest = days.last().copied().unwrap_or_default();
            let _ = writeln!(
                text,
                "  {cause:<34} {:>8} {:>7} {:>6} {longest:>8}",
                days.len(),
                part(&days, 50),
                part(&days, 95)
            );
        }
        let _ = writeln!(text, "Settled by                           first    second  academy");
        for (kind, levels) in &self.settled {
            let of = |level| levels.get(&level).copied().unwrap_or_default();
            let _ = writeln!(text, "  {kind:<34} {:>5} {:>9} {:>8}", of(1), of(2), of(3));
        }
        let _ = writeln!(text, "Acts                                  done   refused");
        for (act, (done, refused)) in &self.acts {
            let _ = writeln!(text, "  {act:<34} {done:>6} {refused:>9}");
        }
        for (refusal, count) in &self.refusals {
            let _ = writeln!(text, "  refused {count} times: {refusal}");
        }
        let _ = writeln!(text, "Homes read: {}", self.homes);
        for (what, (count, told)) in &self.wrong {
            let _ = writeln!(text, "{what}: {count}");
            for one in told {
                let _ = writeln!(text, "  {one}");
            }
        }
        text
    }

    /// The line that scripts read.
    pub fn line(&self, seed: u64, days: i64) -> String {
        let without = self.days();
        format!(
            "simulate: seed={seed} days={days} projects={} unseen={} empty_audience={} mismatched={} median_days_without_lead={} p95={} longest={} settled_level12={:.0}%",
            self.projects,
            self.count("unseen"),
            self.count("empty_audience"),
            self.count("mismatched"),
            part(&without, 50),
            part(&without, 95),
            without.last().copied().unwrap_or_default(),
            self.share()
        )
    }
}

fn told(error: &Error) -> String {
    match error {
        Error::Invalid(fields) => fields.iter().map(|field| field.message.as_str()).collect::<Vec<_>>().join(" "),
        other => format!("{other:?}"),
    }
}

/// So much of a hundred, of a hundred when there is nothing.
fn percent(part: i64, all: i64) -> f64 {
    let share = |n: i64| n as f64;
    if all == 0 { 100.0 } else { share(part) / share(all) * 100.0 }
}

/// The value below which so many in a hundred of these lie, in order.
fn part(sorted: &[i64], percent: usize) -> i64 {
    let at = (sorted.len() * percent).div_ceil(100);
    sorted.get(at.saturating_sub(1)).copied().unwrap_or_default()
}

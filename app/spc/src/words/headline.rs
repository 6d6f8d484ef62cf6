//! The first sentence of a reading: what the chart says, and what it says it by.

use std::fmt;

use super::findings::said;
use super::phrases::{centre_word, count};
use crate::chart::{Chart, Phase, Signal, Verdict};
use crate::rebase::SUGGESTED_SHIFT;
use crate::side::Meaning;

/// What a chart says, and what it says it by: `Getting worse: 28 October 2026 was below the lower limit.`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Headline {
    /// In two or three words, without a full stop.
    pub verdict: String,
    /// What it is said by, without a full stop; may be empty.
    pub because: String,
}

impl fmt::Display for Headline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.because.as_str(), self.because.ends_with('.')) {
            ("", _) => write!(f, "{}.", self.verdict),
            (because, true) => write!(f, "{}: {because}", self.verdict),
            (because, false) => write!(f, "{}: {because}.", self.verdict),
        }
    }
}

/// The first sentence of a chart's reading.
pub fn headline(chart: &Chart) -> Headline {
    let of = |verdict: &str, because: String| Headline { verdict: verdict.into(), because };
    let Some(phase) = chart.phases.last() else { return of("No data yet", String::new()) };
    match chart.verdict() {
        Verdict::NoData => of("No data yet", String::new()),
        Verdict::NoVariation => of("No variation yet", format!("all {} points have the same value", phase.used)),
        Verdict::TooEarly { needed, .. } => of(
            "Too early to say",
            format!(
                "{} off the {} {} needed",
                count(needed, "more point", "more points"),
                centre_word(chart),
                if needed == 1 { "is" } else { "are" },
            ),
        ),
        Verdict::NoSignal => of("No signal of change", "the points vary as chance explains".into()),
        Verdict::Signal(meaning) => {
            let Some(signal) = phase.latest_signal() else { return of("Something has changed", String::new()) };
            of(changed(meaning, is_recent(chart, phase, signal)), said(chart, phase, signal))
        }
    }
}

fn changed(meaning: Meaning, recent: bool) -> &'static str {
    match (meaning, recent) {
        (Meaning::Improvement, true) => "Getting better",
        (Meaning::Improvement, false) => "Better for a time",
        (Meaning::Concern, true) => "Getting worse",
        (Meaning::Concern, false) => "Worse for a time",
        (Meaning::Change, true) => "Something has changed",
        (Meaning::Change, false) => "Different for a time",
    }
}

/// Whether a signal still speaks of what happens now: fewer points came after it than would be a new level.
fn is_recent(chart: &Chart, phase: &Phase, signal: &Signal) -> bool {
    let Some(last) = signal.points.last() else { return true };
    let after = chart.points.iter().take(phase.last + 1).skip(last + 1).filter(|point| point.used().is_some());
    after.count() < SUGGESTED_SHIFT
}

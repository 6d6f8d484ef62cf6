//! What the rules found.

use chrono::NaiveDate;

use super::phrases::{centre_word, count, times};
use crate::chart::{Chart, Phase, Signal, SuggestedPhase, Verdict};
use crate::choice::Suggestion;
use crate::format;
use crate::icons::Variation;
use crate::kind::ChartKind;
use crate::rules::{Rule, Sigmas, ZoneTest};
use crate::series::Direction;
use crate::side::{Meaning, Side};

/// What the rules found beside what the [headline](super::headline()) says: sentences in the order of the set.
pub fn findings(chart: &Chart) -> Vec<String> {
    let Some(phase) = chart.phases.last() else {
        return Vec::new();
    };
    let line = centre_word(chart);
    match chart.verdict() {
        Verdict::NoData | Verdict::NoVariation => Vec::new(),
        Verdict::TooEarly { useful, .. } => vec![
            format!("{} off the {line} so far.", count(useful, "point lies", "points lie")),
            "That is not a failure: keep measuring.".into(),
        ],
        Verdict::NoSignal if !chart.rule_set.set().rules.contains(&Rule::LongRun) => {
            vec![format!("None of the rules of {} hit.", chart.rule_set.name())]
        }
        Verdict::NoSignal => {
            let max = phase.runs.limits.map_or(0, |limits| limits.longest_run_max);
            let min = phase.runs.limits.map_or(0, |limits| limits.crossings_min);
            let inside = if phase.limited { "Every point lies within the limits, the" } else { "The" };
            vec![format!(
                "{inside} longest run is {} on one side of the {line} (chance explains up to {max}), and the line \
                 crosses the {line} {} (chance explains {min} or more).",
                count(phase.runs.longest_run, "point", "points"),
                times(phase.runs.crossings),
            )]
        }
        Verdict::Signal(of_latest) => {
            let mut found: Vec<String> = meaning(chart, of_latest).into_iter().collect();
            found.extend(others(chart, phase));
            if chart.variation() == Some(Variation::CommonCause) {
                found.push("The latest point itself shows no signal.".into());
            }
            let earlier: usize = chart.phases.iter().rev().skip(1).map(|phase| phase.signals.len()).sum();
            if earlier > 0 {
                found.push(format!("Earlier phases have {} too.", count(earlier, "signal", "signals")));
            }
            found.push("A signal says that the process changed, not why.".into());
            found
        }
    }
}

/// The signals that the headline does not tell of.
fn others(chart: &Chart, phase: &Phase) -> Vec<String> {
    let told = phase.latest_signal();
    let mut found: Vec<String> = Vec::new();
    for signal in &phase.signals {
        let with_it = told.is_some_and(|told| told == signal || is_outside_with(told, signal));
        if with_it {
            continue;
        }
        let said = said(chart, phase, signal);
        let dot = if said.ends_with('.') { "" } else { "." };
        let sentence = format!("Also: {said}{dot}");
        // Points outside one limit are told of together.
        if !found.contains(&sentence) {
            found.push(sentence);
        }
    }
    found
}

/// Whether both are of points outside the same limit.
fn is_outside_with(one: &Signal, other: &Signal) -> bool {
    let outside = |signal: &Signal| matches!(signal.rule, Rule::BeyondLimits { .. });
    outside(one) && outside(other) && one.side == other.side
}

fn meaning(chart: &Chart, meaning: Meaning) -> Option<String> {
    let better = match chart.direction {
        Direction::Increase => "Higher",
        Direction::Decrease => "Lower",
        Direction::Neutral => return None,
    };
    match meaning {
        Meaning::Improvement => Some(format!("{better} is better, so this is a sign of improvement.")),
        Meaning::Concern => Some(format!("{better} is better, so this is a concern.")),
        Meaning::Change => None,
    }
}

/// What a signal is of, as it stands after a colon: `28 October 2026 was below the lower limit`.
pub(super) fn said(chart: &Chart, phase: &Phase, signal: &Signal) -> String {
    if !matches!(signal.rule, Rule::BeyondLimits { .. }) {
        return of_several(chart, phase, signal);
    }
    let limit = if signal.side == Some(Side::Below) { "below the lower limit" } else { "above the upper limit" };
    let mut dates: Vec<NaiveDate> = phase
        .signals
        .iter()
        .filter(|other| is_outside_with(signal, other))
        .flat_map(|signal| &signal.points)
        .filter_map(|&place| chart.points.get(place))
        .map(|point| point.date)
        .collect();
    dates.sort_unstable();
    match dates.as_slice() {
        [] => limit.to_owned(),
        [one] => format!("{} was {limit}", format::date(*one)),
        [one, two] => format!("{} and {} were {limit}", format::date(*one), format::date(*two)),
        [.., last] => format!("{} points were {limit}, the latest on {}", dates.len(), format::date(*last)),
    }
}

fn of_several(chart: &Chart, phase: &Phase, signal: &Signal) -> String {
    let line = centre_word(chart);
    let limits = phase.runs.limits;
    let many = count(signal.points.len(), "point", "points");
    let ends = signal.points.first().zip(signal.points.last());
    let dates = ends
        .and_then(|(&first, &last)| chart.points.get(first).zip(chart.points.get(last)))
        .map_or_else(String::new, |(first, last)| format!(", {}", format::dates(first.date, last.date)));
    let side = if signal.side == Some(Side::Below) { "below" } else { "above" };
    match signal.rule {
        Rule::LongRun => format!(
            "{many} in a row {side} the {line}{dates} (chance explains up to {})",
            limits.map_or(0, |limits| limits.longest_run_max)
        ),
        Rule::FewCrossings => format!(
            "the line crosses the {line} only {} (chance explains {} or more)",
            times(phase.runs.crossings),
            limits.map_or(0, |limits| limits.crossings_min),
        ),
        Rule::BeyondLimits { .. } => format!("{many} {side} the limit{dates}"),
        Rule::Shift { length, .. } => {
            format!("{many} in a row {side} the {line}{dates} ({length} or more are a signal)")
        }
        Rule::Trend { length, .. } => {
            let way = if signal.side == Some(Side::Below) { "down" } else { "up" };
            format!("{many} in a row going {way}{dates} ({length} or more are a signal)")
        }
        Rule::ZoneTest(ZoneTest { count, window, beyond, .. }) => {
            let near = match beyond {
                Sigmas::One => "a third",
                Sigmas::Two => "two thirds",
                Sigmas::Three => "all",
            };
            let limit = if side == "above" { "upper" } else { "lower" };
            format!("{count} of {window} points in a row more than {near} of the way to the {limit} limit{dates}")
        }
        Rule::Oscillation { length } => {
            format!("{many} in a row go up and down in turn{dates} ({length} or more are a signal)")
        }
        Rule::Stratification { length } => {
            format!("{many} in a row lie close to the {line}{dates} ({length} or more are a signal)")
        }
        Rule::Mixture { length } => {
            format!("{many} in a row lie far from the {line} on both sides{dates} ({length} or more are a signal)")
        }
        Rule::TooFewRuns => format!("there are fewer runs about the {line} than chance explains"),
        Rule::TooManyRuns => format!("there are more runs about the {line} than chance explains"),
    }
}

/// A suggested phase, in words: why, and what to ask first.
///
/// The questions: Anhøj J, "Statistical process control for healthcare", on when to recompute limits.
pub fn suggested_phase(chart: &Chart, suggestion: &SuggestedPhase) -> String {
    let side = if suggestion.side == Side::Below { "below" } else { "above" };
    let after = chart.cycles.get(suggestion.cycle).map_or_else(String::new, |cycle| {
        format!(" after PDSA cycle {} of {}", cycle.number, format::date(cycle.date))
    });
    format!(
        "The last {} lie {side} the {}, since {}{after}. If the change is sustained, its cause is known, it goes the \
         wanted way and it is expected to last, you can start a new phase there.",
        count(suggestion.points, "point", "points"),
        centre_word(chart),
        format::date(suggestion.date),
    )
}

/// Another chart than the one that the series has, in words: what asks for it.
pub fn suggested_chart(now: ChartKind, suggestion: &Suggestion) -> String {
    let points = count(suggestion.points, "point", "points");
    let which = if suggestion.since { format!("the last {points}") } else { format!("all {points}") };
    let spread = suggestion.spread.map_or_else(String::new, |spread| {
        format!(" They spread {} times as far as chance alone explains.", format::decimals(spread, 1))
    });
    format!(
        "A {} suits {which} better than the {} that is drawn. {}{spread} The chart stays as it is until you decide.",
        suggestion.choice.kind.name(),
        now.name(),
        suggestion.choice.reason,
    )
}

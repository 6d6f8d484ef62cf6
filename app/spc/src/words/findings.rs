//! What the rules found.

use chrono::NaiveDate;

use super::phrases::{centre_word, count, times};
use crate::chart::{Chart, Phase, Signal, SuggestedPhase, Verdict};
use crate::format;
use crate::rules::{Rule, Sigmas, ZoneTest};
use crate::series::Direction;
use crate::side::{Meaning, Side};

/// What the rules found: one sentence or more for each, in the order of the set.
pub fn findings(chart: &Chart) -> Vec<String> {
    let Some(phase) = chart.phases.last() else {
        return vec!["There is nothing to read yet.".into()];
    };
    let line = centre_word(chart);
    match chart.verdict() {
        Verdict::NoData => Vec::new(),
        Verdict::NoVariation => vec![format!("No variation yet: all {} points have the same value.", phase.used)],
        Verdict::TooEarly { useful, needed } => vec![
            format!(
                "Too early to say: {} off the {line} {} needed before the rules can be judged ({useful} so far).",
                count(needed, "more point", "more points"),
                if needed == 1 { "is" } else { "are" },
            ),
            "That is not a failure: keep measuring.".into(),
        ],
        Verdict::NoSignal if !chart.rule_set.set().rules.contains(&Rule::LongRun) => {
            vec![format!("No signal of change: none of the rules of {} hit.", chart.rule_set.name())]
        }
        Verdict::NoSignal => {
            let max = phase.runs.limits.map_or(0, |limits| limits.longest_run_max);
            let min = phase.runs.limits.map_or(0, |limits| limits.crossings_min);
            let inside = if phase.limited { "every point lies within the limits, " } else { "" };
            vec![format!(
                "No signal of change: {inside}the longest run is {} on one side of the {line} (chance explains up to \
                 {max}), and the line crosses the {line} {} (chance explains {min} or more).",
                count(phase.runs.longest_run, "point", "points"),
                times(phase.runs.crossings),
            )]
        }
        Verdict::Signal(_) => {
            let mut found = signals(chart, phase);
            let earlier: usize = chart.phases.iter().rev().skip(1).map(|phase| phase.signals.len()).sum();
            if earlier > 0 {
                found.push(format!("Earlier phases have {} too.", count(earlier, "signal", "signals")));
            }
            found.push("A signal says that the process changed, not why.".into());
            found
        }
    }
}

fn signals(chart: &Chart, phase: &Phase) -> Vec<String> {
    let mut found = Vec::new();
    for side in [Side::Above, Side::Below] {
        let outside: Vec<&Signal> = phase
            .signals
            .iter()
            .filter(|signal| matches!(signal.rule, Rule::BeyondLimits { .. }) && signal.side == Some(side))
            .collect();
        found.extend(outside_limits(chart, &outside, side));
    }
    let others = phase.signals.iter().filter(|signal| !matches!(signal.rule, Rule::BeyondLimits { .. }));
    found.extend(others.map(|signal| finding(chart, phase, signal)));
    found
}

fn outside_limits(chart: &Chart, signals: &[&Signal], side: Side) -> Option<String> {
    let limit = if side == Side::Above { "above the upper limit" } else { "below the lower limit" };
    let mut dates: Vec<NaiveDate> = signals
        .iter()
        .flat_map(|signal| &signal.points)
        .filter_map(|&place| chart.points.get(place))
        .map(|point| point.date)
        .collect();
    dates.sort_unstable();
    let meaning = meaning(chart, signals.first()?.meaning, "this is");
    let said = match dates.as_slice() {
        [] => return None,
        [one] => format!("{} is {limit}.", format::date(*one)),
        [one, two] => format!("{} and {} are {limit}.", format::date(*one), format::date(*two)),
        [.., last] => format!("{} points are {limit}, the latest on {}.", dates.len(), format::date(*last)),
    };
    Some(format!("Signal of change: {said}{meaning}"))
}

fn meaning(chart: &Chart, meaning: Meaning, subject: &str) -> String {
    let better = match chart.direction {
        Direction::Increase => "Higher",
        Direction::Decrease => "Lower",
        Direction::Neutral => return String::new(),
    };
    match meaning {
        Meaning::Improvement => format!(" {better} is better, so {subject} a sign of improvement."),
        Meaning::Concern => format!(" {better} is better, so {subject} a concern."),
        Meaning::Change => String::new(),
    }
}

fn finding(chart: &Chart, phase: &Phase, signal: &Signal) -> String {
    let line = centre_word(chart);
    let limits = phase.runs.limits;
    let many = count(signal.points.len(), "point", "points");
    let ends = signal.points.first().zip(signal.points.last());
    let dates = ends
        .and_then(|(&first, &last)| chart.points.get(first).zip(chart.points.get(last)))
        .map_or_else(String::new, |(first, last)| format!(", {}", format::dates(first.date, last.date)));
    let side = if signal.side == Some(Side::Below) { "below" } else { "above" };
    let said = match signal.rule {
        Rule::LongRun => format!(
            "{many} in a row {side} the {line}{dates} (chance explains up to {}).",
            limits.map_or(0, |limits| limits.longest_run_max)
        ),
        Rule::FewCrossings => {
            return format!(
                "{} crosses the {line} only {} (chance explains {} or more).",
                if phase.runs.long_run() { "The line also" } else { "Signal of change: the line" },
                times(phase.runs.crossings),
                limits.map_or(0, |limits| limits.crossings_min),
            );
        }
        Rule::BeyondLimits { .. } => format!("{many} {side} the limit{dates}."),
        Rule::Shift { length, .. } => {
            format!("{many} in a row {side} the {line}{dates} ({length} or more are a signal).")
        }
        Rule::Trend { length, .. } => {
            let way = if signal.side == Some(Side::Below) { "down" } else { "up" };
            format!("{many} in a row going {way}{dates} ({length} or more are a signal).")
        }
        Rule::ZoneTest(ZoneTest { count, window, beyond, .. }) => {
            let near = match beyond {
                Sigmas::One => "a third",
                Sigmas::Two => "two thirds",
                Sigmas::Three => "all",
            };
            let limit = if side == "above" { "upper" } else { "lower" };
            format!("{count} of {window} points in a row more than {near} of the way to the {limit} limit{dates}.")
        }
        Rule::Oscillation { length } => {
            format!("{many} in a row go up and down in turn{dates} ({length} or more are a signal).")
        }
        Rule::Stratification { length } => {
            format!("{many} in a row lie close to the {line}{dates} ({length} or more are a signal).")
        }
        Rule::Mixture { length } => {
            format!("{many} in a row lie far from the {line} on both sides{dates} ({length} or more are a signal).")
        }
        Rule::TooFewRuns => format!("there are fewer runs about the {line} than chance explains."),
        Rule::TooManyRuns => format!("there are more runs about the {line} than chance explains."),
    };
    format!("Signal of change: {said}{}", meaning(chart, signal.meaning, "this is"))
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

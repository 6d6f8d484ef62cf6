//! What a chart says, in plain English: caption, alternative text, tags and tooltips.
//!
//! All of it comes from the same structure as the picture. It says that a process changed, never
//! why: no chart shows that a project caused anything.

use crate::chart::{Chart, ChartKind, ChartPoint, Meaning, Rule, RuleSet, Side, Signal, Verdict};
use crate::format;
use crate::series::Direction;

/// The title of the picture: `Run chart: Time to antibiotics (minutes)`.
pub fn title(chart: &Chart) -> String {
    let kind = match chart.kind {
        ChartKind::Run => "Run chart",
    };
    let unit = format::unit(chart.data_type, &chart.unit);
    let mut title = kind.to_owned();
    if !chart.name.trim().is_empty() {
        title = format!("{title}: {}", chart.name.trim());
    }
    if !unit.is_empty() && unit != "%" {
        title = format!("{title} ({unit})");
    }
    title
}

/// The whole reading as one paragraph: caption and alternative text.
pub fn caption(chart: &Chart) -> String {
    let mut sentences = vec![counts(chart)];
    sentences.extend(levels(chart));
    sentences.extend(findings(chart));
    sentences.extend(cycles(chart));
    sentences.join(" ")
}

/// One or two sentences for a list or a small picture: median, latest value, verdict.
pub fn short(chart: &Chart) -> String {
    let mut sentences = Vec::new();
    if let Some(centre) = chart.centre() {
        sentences.push(format!("Median {}.", value(chart, centre)));
    }
    sentences.extend(latest(chart));
    sentences.push(format!("{}.", verdict(chart.verdict())));
    sentences.join(" ")
}

/// A verdict in a few words, for a tag or a table cell.
pub fn verdict(verdict: Verdict) -> String {
    match verdict {
        Verdict::NoData => "No data yet".into(),
        Verdict::NoVariation => "No variation yet".into(),
        Verdict::TooEarly { needed, .. } => {
            format!("Too early to say: {} needed", count(needed, "more point", "more points"))
        }
        Verdict::NoSignal => "No signal of change".into(),
        Verdict::Signal(Meaning::Improvement) => "Signal of improvement".into(),
        Verdict::Signal(Meaning::Concern) => "Signal of concern".into(),
        Verdict::Signal(Meaning::Change) => "Signal of change".into(),
    }
}

/// What the rules found: one sentence or more for each, in the order of [`Chart::signals`].
pub fn findings(chart: &Chart) -> Vec<String> {
    let verdict = chart.verdict();
    let Some(phase) = chart.phases.last() else {
        return vec!["There is nothing to read yet.".into()];
    };
    match verdict {
        Verdict::NoData => Vec::new(),
        Verdict::NoVariation => vec![format!("No variation yet: all {} points have the same value.", phase.used)],
        Verdict::TooEarly { useful, needed } => vec![
            format!(
                "Too early to say: {} off the median {} needed before the rules can be judged ({useful} so far).",
                count(needed, "more point", "more points"),
                if needed == 1 { "is" } else { "are" },
            ),
            "That is not a failure: keep measuring.".into(),
        ],
        Verdict::NoSignal => {
            let max = phase.runs.limits.map_or(0, |limits| limits.longest_run_max);
            let min = phase.runs.limits.map_or(0, |limits| limits.crossings_min);
            vec![format!(
                "No signal of change: the longest run is {} on one side of the median (chance explains up to {max}), \
                 and the line crosses the median {} (chance explains {min} or more).",
                count(phase.runs.longest_run, "point", "points"),
                times(phase.runs.crossings),
            )]
        }
        Verdict::Signal(_) => {
            let mut found: Vec<String> = chart
                .phases
                .iter()
                .flat_map(|phase| phase.signals.iter().map(|signal| finding(chart, &phase.runs, signal)))
                .collect();
            found.push("A signal says that the process changed, not why.".into());
            found
        }
    }
}

fn finding(chart: &Chart, runs: &crate::anhoej::Runs, signal: &Signal) -> String {
    let limits = runs.limits;
    match signal.rule {
        Rule::LongRun => {
            let side = match signal.side {
                Some(Side::Below) => "below",
                _ => "above",
            };
            let ends = signal.points.first().zip(signal.points.last());
            let dates = ends
                .and_then(|(&first, &last)| chart.points.get(first).zip(chart.points.get(last)))
                .map_or_else(String::new, |(first, last)| format!(", {}", format::dates(first.date, last.date)));
            let better = match chart.direction {
                Direction::Increase => "Higher",
                Direction::Decrease => "Lower",
                Direction::Neutral => "",
            };
            let meaning = match signal.meaning {
                Meaning::Improvement => {
                    format!(" {better} is better, so this run is a sign of improvement.")
                }
                Meaning::Concern => format!(" {better} is better, so this run is a concern."),
                Meaning::Change => String::new(),
            };
            format!(
                "Signal of change: {} in a row {side} the median{dates} (chance explains up to {}).{meaning}",
                count(signal.points.len(), "point", "points"),
                limits.map_or(0, |limits| limits.longest_run_max),
            )
        }
        Rule::FewCrossings => format!(
            "{} crosses the median only {} (chance explains {} or more).",
            if runs.long_run() { "The line also" } else { "Signal of change: the line" },
            times(runs.crossings),
            limits.map_or(0, |limits| limits.crossings_min),
        ),
    }
}

/// How the chart was calculated, for the small print under it.
pub fn method(chart: &Chart) -> String {
    let Some(phase) = chart.phases.last() else {
        return "Run chart. The centre line is the median of all points; there are none yet.".into();
    };
    let rules = match chart.rules {
        RuleSet::Anhoej => "Anhøj (longest run, number of crossings)",
    };
    let mut text = format!(
        "Run chart. The centre line is the median of {}. Rules: {rules}.",
        count(phase.used, "point", "points")
    );
    match phase.runs.limits.filter(|_| phase.runs.judged()) {
        Some(limits) => {
            text += &format!(
                " With {} points off the median, a run longer than {} points or fewer than {} crossings is a signal.",
                phase.runs.useful, limits.longest_run_max, limits.crossings_min
            )
        }
        None => text += &format!(" They are judged from {} points off the median on.", crate::anhoej::MINIMUM_USEFUL),
    }
    text
}

/// One point, for a tooltip or a screen reader: `4 January 2026: 55.6 minutes, above the median`.
pub fn point(chart: &Chart, place: usize) -> Option<String> {
    let point = chart.points.get(place)?;
    let mut text = format::moment(point.date, point.time);
    if !point.label.trim().is_empty() {
        text = format!("{text}, {}", point.label.trim());
    }
    match point.value {
        Some(found) => text += &format!(": {}", value(chart, found)),
        None => text += ": no value",
    }
    match point.side {
        Some(Side::Above) => text += ", above the median",
        Some(Side::On) => text += ", on the median",
        Some(Side::Below) => text += ", below the median",
        None => {}
    }
    if let Some(flag) = flag(point) {
        text += &format!(", {flag}");
    }
    if point.excluded {
        text += ", excluded";
    }
    Some(text)
}

/// What the rules say of one point, for a table cell: `in a long run (improvement)`.
pub fn flag(point: &ChartPoint) -> Option<&'static str> {
    let (_, meaning) = point.flags.iter().find(|(rule, _)| *rule == Rule::LongRun)?;
    Some(match meaning {
        Meaning::Improvement => "in a long run (improvement)",
        Meaning::Concern => "in a long run (concern)",
        Meaning::Change => "in a long run",
    })
}

fn counts(chart: &Chart) -> String {
    let used = chart.points.iter().filter(|point| point.used().is_some()).count();
    let excluded = chart.points.iter().filter(|point| point.excluded).count();
    let missing = chart.points.iter().filter(|point| !point.excluded && point.value.is_none()).count();
    let mut shown = chart.points.iter().filter(|point| point.used().is_some());
    let mut text = match shown.next() {
        Some(first) => {
            let last = shown.next_back().unwrap_or(first);
            format!("{}, {}.", count(used, "point", "points"), format::dates(first.date, last.date))
        }
        None => "No points with a value.".into(),
    };
    if missing > 0 {
        let (one, many) = match used {
            0 => ("point has", "points have"),
            _ => ("more point has", "more points have"),
        };
        text += &format!(" {} no value.", count(missing, one, many));
    }
    if excluded > 0 {
        text += &format!(" {} excluded.", count(excluded, "point is", "points are"));
    }
    text
}

fn levels(chart: &Chart) -> Vec<String> {
    let mut sentences = Vec::new();
    if let Some(centre) = chart.centre() {
        sentences.push(format!("Median {}.", value(chart, centre)));
    }
    if let Some(target) = chart.target {
        sentences.push(format!("Target {}.", value(chart, target)));
    }
    sentences.extend(latest(chart));
    sentences
}

fn latest(chart: &Chart) -> Option<String> {
    let point = chart.latest()?;
    Some(format!("Latest {} on {}.", value(chart, point.used()?), format::moment(point.date, point.time)))
}

fn cycles(chart: &Chart) -> Option<String> {
    let (first, last) = (chart.cycles.first()?, chart.cycles.last()?);
    Some(match chart.cycles.as_slice() {
        [one] => format!("PDSA cycle {} is marked, {}.", one.number, format::date(one.date)),
        some if some.len() <= 6 => {
            let each: Vec<String> =
                some.iter().map(|cycle| format!("{} on {}", cycle.number, format::date(cycle.date))).collect();
            format!("{} PDSA cycles are marked: {}.", some.len(), each.join(", "))
        }
        many => format!("{} PDSA cycles are marked, {}.", many.len(), format::dates(first.date, last.date)),
    })
}

fn value(chart: &Chart, value: f64) -> String {
    format::value(value, chart.data_type, &chart.unit)
}

fn count(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", format::decimals(n as f64, 0), if n == 1 { one } else { many })
}

fn times(n: usize) -> String {
    match n {
        1 => "once".into(),
        _ => format!("{n} times"),
    }
}

//! What a chart says, in plain English: caption, alternative text, tags and tooltips.
//!
//! All of it comes from the same structure as the picture. It says that a process changed, never
//! why: no chart shows that a project caused anything.

use chrono::NaiveDate;

use crate::anhoej::MINIMUM_USEFUL;
use crate::chart::{Chart, ChartPoint, FIRM_FROM, LIMITS_FROM, Phase, Signal, Suggestion, Verdict};
use crate::format;
use crate::icons::{Assurance, Variation};
use crate::kind::ChartKind;
use crate::limits::Refusal;
use crate::rules::{Cluster, Rule, Sigmas};
use crate::series::Direction;
use crate::side::{Meaning, Side};

/// The title of the picture: `Run chart: Time to antibiotics (minutes)`.
pub fn title(chart: &Chart) -> String {
    let unit = format::unit(chart.data_type, &chart.unit);
    let mut title = chart.kind.name().to_owned();
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
    sentences.extend(assurance(chart.assurance()).map(|words| format!("Target: {words}.")));
    sentences.extend(cycles(chart));
    sentences.join(" ")
}

/// One or two sentences for a list or a small picture: centre, latest value, verdict.
pub fn short(chart: &Chart) -> String {
    let mut sentences = Vec::new();
    if let Some(centre) = chart.centre() {
        sentences.push(format!("{} {}.", chart.kind.centre_name(), value(chart, centre)));
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

/// The variation at the latest point, in words: what an icon says to those who do not see it.
pub fn variation(variation: Option<Variation>) -> &'static str {
    match variation {
        None => "Too early to say",
        Some(Variation::CommonCause) => "Common cause: no signal",
        Some(Variation::SpecialCause { meaning: Meaning::Improvement, side: Some(Side::Below) }) => {
            "Special cause: improvement, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Improvement, .. }) => "Special cause: improvement, high",
        Some(Variation::SpecialCause { meaning: Meaning::Concern, side: Some(Side::Below) }) => {
            "Special cause: concern, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Concern, .. }) => "Special cause: concern, high",
        Some(Variation::SpecialCause { meaning: Meaning::Change, side: Some(Side::Above) }) => {
            "Special cause: change, high"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Change, side: Some(Side::Below) }) => {
            "Special cause: change, low"
        }
        Some(Variation::SpecialCause { meaning: Meaning::Change, .. }) => "Special cause: change",
    }
}

/// Whether the target is met, in words; `None` where that cannot be judged.
pub fn assurance(assurance: Option<Assurance>) -> Option<&'static str> {
    Some(match assurance? {
        Assurance::WillMeet => "the process as it is will meet it",
        Assurance::WillMiss => "the process as it is will miss it",
        Assurance::HitAndMiss => "the process as it is will hit and miss it by chance",
    })
}

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
        Verdict::NoSignal if !chart.rules.set().rules.contains(&Rule::LongRun) => {
            vec![format!("No signal of change: none of the rules of {} hit.", chart.rules.name())]
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
            .filter(|signal| matches!(signal.rule, Rule::Outside { .. }) && signal.side == Some(side))
            .collect();
        found.extend(outside_limits(chart, &outside, side));
    }
    let others = phase.signals.iter().filter(|signal| !matches!(signal.rule, Rule::Outside { .. }));
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
        Rule::Outside { .. } => format!("{many} {side} the limit{dates}."),
        Rule::Shift { length, .. } => {
            format!("{many} in a row {side} the {line}{dates} ({length} or more are a signal).")
        }
        Rule::Trend { length, .. } => {
            let way = if signal.side == Some(Side::Below) { "down" } else { "up" };
            format!("{many} in a row going {way}{dates} ({length} or more are a signal).")
        }
        Rule::Cluster(Cluster { count, window, beyond, .. }) => {
            let near = match beyond {
                Sigmas::One => "a third",
                Sigmas::Two => "two thirds",
                Sigmas::Three => "all",
            };
            let limit = if side == "above" { "upper" } else { "lower" };
            format!("{count} of {window} points in a row more than {near} of the way to the {limit} limit{dates}.")
        }
        Rule::Alternating { length } => {
            format!("{many} in a row go up and down in turn{dates} ({length} or more are a signal).")
        }
        Rule::Hugging { length } => {
            format!("{many} in a row lie close to the {line}{dates} ({length} or more are a signal).")
        }
        Rule::Avoiding { length } => {
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
pub fn suggestion(chart: &Chart, suggestion: &Suggestion) -> String {
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

/// How the chart was calculated, for the small print under it: each a sentence.
pub fn method(chart: &Chart) -> Vec<String> {
    let mut said = Vec::new();
    let Some(phase) = chart.phases.last() else {
        return vec![format!("{}. There are no points yet.", chart.kind.name())];
    };
    match (&chart.refusal, chart.kind == chart.wanted) {
        (Some(Refusal::TimeNotPositive), _) => said.push(
            "A t chart needs times above zero: record the time of day, or count the days between. Until then this is a \
             run chart."
                .into(),
        ),
        (_, false) => said.push(format!(
            "With fewer than {LIMITS_FROM} points this is a run chart; it becomes a {} then.",
            lower_name(chart.wanted)
        )),
        _ => said.push(format!("{}.", chart.kind.name())),
    }
    let from = match phase.baseline_last.and_then(|last| chart.points.get(last)) {
        Some(last) => {
            format!("{} up to {}, and carried on", count(phase.used, "point", "points"), format::date(last.date))
        }
        None => count(phase.used, "point", "points"),
    };
    let given = if chart.centre_given { "given by hand, in place of that of" } else { "of" };
    said.push(format!("Centre line: the {} {given} {from}: {}.", centre_word(chart), value(chart, phase.centre)));
    if phase.baseline_short {
        said.push("The baseline has too few points for lines of its own, so all points of the phase were used.".into());
    }
    said.extend(formula(chart, phase));
    if let Some(ranges) = phase.ranges.filter(|_| phase.limited) {
        said.push(match (chart.screening, ranges.screened) {
            (false, _) => "No moving range was left out.".into(),
            (true, 0) => "Moving ranges over 3.267 times their mean would be left out; there are none.".into(),
            (true, many) => format!(
                "{} over 3.267 times the mean {} left out.",
                count(many, "moving range", "moving ranges"),
                if many == 1 { "was" } else { "were" }
            ),
        });
    }
    if phase.is_trial() {
        said.push(format!("The limits are a trial until there are {FIRM_FROM} points."));
    }
    said.push(match phase.runs.limits.filter(|_| phase.runs.judged()) {
        Some(limits) if chart.rules.set().rules.contains(&Rule::LongRun) => format!(
            "Rules: {}. With {} points off the {}, a run longer than {} points or fewer than {} crossings is a signal.",
            chart.rules.name(),
            phase.runs.useful,
            centre_word(chart),
            limits.longest_run_max,
            limits.crossings_min
        ),
        Some(_) => format!("Rules: {}.", chart.rules.name()),
        None => format!(
            "Rules: {}, judged from {MINIMUM_USEFUL} points off the {} on.",
            chart.rules.name(),
            centre_word(chart)
        ),
    });
    if chart.phases.len() > 1 {
        said.push("Each phase has lines of its own, and the rules are judged inside it.".into());
    }
    said.push(format!("Baton’s chart engine, version {}.", env!("CARGO_PKG_VERSION")));
    said
}

/// The formula of the limits with the numbers put in.
fn formula(chart: &Chart, phase: &Phase) -> Option<String> {
    if !phase.limited {
        return None;
    }
    let number = |value: f64| format::number(value, chart.data_type);
    let centre = number(phase.centre);
    let last = chart.points[phase.first..=phase.last]
        .iter()
        .rev()
        .find(|point| point.lower.is_some() || point.upper.is_some())?;
    let range = match (last.lower, last.upper) {
        (Some(lower), Some(upper)) => format!("{} to {}", number(lower), number(upper)),
        (None, Some(upper)) => format!("up to {}", number(upper)),
        (Some(lower), None) => format!("from {}", number(lower)),
        (None, None) => return None,
    };
    let n = last.denominator.map(|n| format::decimals(n, 2));
    let n = n.as_deref().unwrap_or("1");
    let average = phase.ranges.and_then(|ranges| ranges.average);
    let z = phase.sigma_z.map_or_else(|| "1".into(), |z| format::decimals(z, 3));
    let at_last = "at the last point";
    Some(match chart.kind {
        ChartKind::Run => return None,
        ChartKind::Xmr => format!(
            "Limits: mean ± 3 × mean moving range ÷ 1.128 = {centre} ± 3 × {} ÷ 1.128: {range}.",
            average.map_or_else(|| "0".into(), number)
        ),
        ChartKind::MovingRange => format!("Upper limit: 3.267 × mean moving range: {range}."),
        ChartKind::IPrime => format!("Limits: mean ± 3 × mean moving S ÷ √n; {at_last}, with n = {n}: {range}."),
        ChartKind::P => format!("Limits: p̄ ± 3 × √(p̄ (1 − p̄) ÷ n); {at_last}, with p̄ = {centre} and n = {n}: {range}."),
        ChartKind::PPrime => format!(
            "Limits: p̄ ± 3 × √(p̄ (1 − p̄) ÷ n) × σz; {at_last}, with p̄ = {centre}, n = {n} and σz = {z}: {range}."
        ),
        ChartKind::U => format!("Limits: ū ± 3 × √(ū ÷ n); {at_last}, with ū = {centre} and n = {n}: {range}."),
        ChartKind::UPrime => {
            format!("Limits: ū ± 3 × √(ū ÷ n) × σz; {at_last}, with ū = {centre}, n = {n} and σz = {z}: {range}.")
        }
        ChartKind::C => format!("Limits: c̄ ± 3 × √c̄ = {centre} ± 3 × √{centre}: {range}."),
        ChartKind::G => format!("Limits: mean ± 3 × √(mean × (mean + 1)), drawn about the median: {range}."),
        ChartKind::T => {
            format!("Limits: those of an XmR chart of the times to the power of 1 ÷ 3.6, turned back: {range}.")
        }
        ChartKind::Xbar => format!("Limits: mean ± 3 × s̄ ÷ (c4 × √n); {at_last}: {range}."),
        ChartKind::S => format!("Limits: s̄ ± 3 × s̄ × c5 ÷ c4; {at_last}: {range}."),
    })
}

/// One point, for a tooltip or a screen reader: `4 January 2026: 55.6 minutes, above the median`.
pub fn point(chart: &Chart, place: usize) -> Option<String> {
    let point = chart.points.get(place)?;
    let line = centre_word(chart);
    let mut text = format::moment(point.date, point.time);
    if !point.label.trim().is_empty() {
        text = format!("{text}, {}", point.label.trim());
    }
    match point.value {
        Some(found) => text += &format!(": {}", value(chart, found)),
        None => text += ": no value",
    }
    match point.side {
        Some(Side::Above) => text += &format!(", above the {line}"),
        Some(Side::On) => text += &format!(", on the {line}"),
        Some(Side::Below) => text += &format!(", below the {line}"),
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
pub fn flag(point: &ChartPoint) -> Option<String> {
    let (_, meaning) = point.flags.first()?;
    let mut said: Vec<&str> = Vec::new();
    for (rule, _) in &point.flags {
        let words = rule_of_a_point(rule);
        if !said.contains(&words) {
            said.push(words);
        }
    }
    let said = said.join(", ");
    Some(match meaning {
        Meaning::Improvement => format!("{said} (improvement)"),
        Meaning::Concern => format!("{said} (concern)"),
        Meaning::Change => said,
    })
}

/// What a point that a rule covers is, in a few words.
pub fn rule_of_a_point(rule: &Rule) -> &'static str {
    match rule {
        Rule::Outside { .. } => "outside the limits",
        Rule::LongRun | Rule::Shift { .. } => "in a long run",
        Rule::Trend { .. } => "in a trend",
        Rule::Cluster(_) => "near a limit",
        Rule::Alternating { .. } => "up and down in turn",
        Rule::Hugging { .. } => "close to the line",
        Rule::Avoiding { .. } => "far from the line",
        Rule::FewCrossings | Rule::TooFewRuns | Rule::TooManyRuns => "in an unusual pattern",
    }
}

fn lower_name(kind: ChartKind) -> String {
    match kind {
        ChartKind::Run => "run chart".into(),
        ChartKind::MovingRange => "moving range chart".into(),
        other => other.name().to_owned(),
    }
}

fn centre_word(chart: &Chart) -> &'static str {
    match chart.kind.centre_name() {
        "Median" => "median",
        _ => "mean",
    }
}

fn counts(chart: &Chart) -> String {
    let used: Vec<&ChartPoint> = chart.points.iter().filter(|point| point.used().is_some()).collect();
    let excluded = chart.points.iter().filter(|point| point.excluded).count();
    let missing = chart.points.iter().filter(|point| !point.excluded && point.value.is_none()).count();
    let mut text = match (used.first(), used.last()) {
        (Some(first), Some(last)) => {
            let rhythm = rhythm(&used);
            let (one, many) = (format!("{rhythm}point"), format!("{rhythm}points"));
            format!("{}, {}.", count(used.len(), &one, &many), format::dates(first.date, last.date))
        }
        _ => "No points with a value.".into(),
    };
    let first_of_spread = chart.kind == ChartKind::MovingRange;
    if missing > 0 && !first_of_spread {
        let (one, many) = match used.len() {
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

/// How regular the points are: `weekly ` and so on; empty where they are not.
fn rhythm(points: &[&ChartPoint]) -> &'static str {
    let mut gaps = points.windows(2).map(|pair| (pair[1].date - pair[0].date).num_days());
    let known = |days: i64| match days {
        1 => "daily ",
        7 => "weekly ",
        14 => "fortnightly ",
        28..=31 => "monthly ",
        89..=92 => "quarterly ",
        365 | 366 => "yearly ",
        _ => "",
    };
    let Some(first) = gaps.next().map(known) else { return "" };
    if gaps.all(|days| known(days) == first) { first } else { "" }
}

fn levels(chart: &Chart) -> Vec<String> {
    let mut sentences = Vec::new();
    if let (Some(phase), [_, _, ..]) = (chart.phases.last(), chart.phases.as_slice()) {
        let from = chart.points.get(phase.first).map_or_else(String::new, |point| format::date(point.date));
        let why = if phase.reason.trim().is_empty() { String::new() } else { format!(": {}", phase.reason.trim()) };
        let full_stop = if why.ends_with('.') { "" } else { "." };
        sentences.push(format!("Phase {} from {from}{why}{full_stop}", chart.phases.len()));
    }
    if let Some(centre) = chart.centre() {
        let name = chart.kind.centre_name();
        sentences.push(match chart.limits() {
            Some((lower, upper)) => {
                let trial = if chart.phases.last().is_some_and(Phase::is_trial) { " (trial limits)" } else { "" };
                let range = match (lower, upper) {
                    (Some(lower), Some(upper)) => {
                        format!(
                            "{} to {}",
                            format::number(lower, chart.data_type),
                            format::number(upper, chart.data_type)
                        )
                    }
                    (None, Some(upper)) => format!("up to {}", format::number(upper, chart.data_type)),
                    (Some(lower), None) => format!("from {}", format::number(lower, chart.data_type)),
                    (None, None) => String::new(),
                };
                format!("{name} {}, expected range {range}{trial}.", value(chart, centre))
            }
            None => format!("{name} {}.", value(chart, centre)),
        });
    }
    if let Some(target) = chart.target() {
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

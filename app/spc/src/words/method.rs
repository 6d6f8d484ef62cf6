//! How a chart was calculated.

use super::phrases::{centre_word, count, value};
use crate::anhoej::MINIMUM_USEFUL;
use crate::chart::{Chart, FIRM_FROM, LIMITS_FROM, Phase};
use crate::format;
use crate::kind::ChartKind;
use crate::limits::Refusal;
use crate::rules::Rule;

/// How the chart was calculated, for the small print under it: each a sentence.
pub fn method(chart: &Chart) -> Vec<String> {
    let Some(phase) = chart.phases.last() else {
        return vec![format!("{}. There are no points yet.", chart.kind.name())];
    };
    let mut said = vec![which_chart(chart), centre_line(chart, phase)];
    if phase.baseline_short {
        said.push("The baseline has too few points for lines of its own, so all points of the phase were used.".into());
    }
    said.extend(formula(chart, phase));
    said.extend(screened(chart, phase));
    if phase.is_trial() {
        said.push(format!("The limits are a trial until there are {FIRM_FROM} points."));
    }
    said.push(rules(chart, phase));
    if chart.phases.len() > 1 {
        said.push("Each phase has lines of its own, and the rules are judged inside it.".into());
    }
    said.push(format!("Baton’s chart engine, version {}.", env!("CARGO_PKG_VERSION")));
    said
}

/// Which chart it is, and why not the one that was wanted.
fn which_chart(chart: &Chart) -> String {
    match (&chart.refusal, chart.kind == chart.wanted) {
        (Some(Refusal::TimeNotPositive), _) => {
            "A t chart needs times above zero: record the time of day, or count the \
                                                days between. Until then this is a run chart."
                .into()
        }
        (_, false) => format!(
            "With fewer than {LIMITS_FROM} points this is a run chart; it becomes {} then.",
            with_article(chart.wanted)
        ),
        _ => format!("{}.", chart.kind.name()),
    }
}

fn centre_line(chart: &Chart, phase: &Phase) -> String {
    let points = count(phase.used, "point", "points");
    let from = match phase.baseline_last.and_then(|last| chart.points.get(last)) {
        Some(last) => format!("{points} up to {}, and carried on", format::date(last.date)),
        None => points,
    };
    let given = if chart.centre_given { "given by hand, in place of that of" } else { "of" };
    format!("Centre line: the {} {given} {from}: {}.", centre_word(chart), value(chart, phase.centre))
}

/// How many moving ranges were left out of the limits.
fn screened(chart: &Chart, phase: &Phase) -> Option<String> {
    let ranges = phase.ranges.filter(|_| phase.limited)?;
    Some(match (chart.screening, ranges.screened) {
        (false, _) => "No moving range was left out.".into(),
        (true, 0) => "Moving ranges over 3.267 times their mean would be left out; there are none.".into(),
        (true, many) => format!(
            "{} over 3.267 times the mean {} left out.",
            count(many, "moving range", "moving ranges"),
            if many == 1 { "was" } else { "were" }
        ),
    })
}

/// Which rules are judged, with their limits for this many points.
fn rules(chart: &Chart, phase: &Phase) -> String {
    let (set, line) = (chart.rule_set, centre_word(chart));
    match phase.runs.limits.filter(|_| phase.runs.judged()) {
        Some(limits) if set.set().rules.contains(&Rule::LongRun) => format!(
            "Rules: {}. With {} points off the {line}, a run longer than {} points or fewer than {} crossings is a \
             signal.",
            set.name(),
            phase.runs.useful,
            limits.longest_run_max,
            limits.crossings_min
        ),
        Some(_) => format!("Rules: {}.", set.name()),
        None => format!("Rules: {}, judged from {MINIMUM_USEFUL} points off the {line} on.", set.name()),
    }
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
        ChartKind::MovingS => format!("Upper limit: 3.2665 × mean moving S: {range}."),
        ChartKind::P => format!("Limits: p̄ ± 3 × √(p̄ (1 − p̄) ÷ n); {at_last}, with p̄ = {centre} and n = {n}: {range}."),
        ChartKind::PPrime => format!(
            "Limits: p̄ ± 3 × √(p̄ (1 − p̄) ÷ n) × σz; {at_last}, with p̄ = {centre}, n = {n} and σz = {z}: {range}."
        ),
        ChartKind::U => format!("Limits: ū ± 3 × √(ū ÷ n); {at_last}, with ū = {centre} and n = {n}: {range}."),
        ChartKind::UPrime => {
            format!("Limits: ū ± 3 × √(ū ÷ n) × σz; {at_last}, with ū = {centre}, n = {n} and σz = {z}: {range}.")
        }
        ChartKind::C => format!("Limits: c̄ ± 3 × √c̄ = {centre} ± 3 × √{centre}: {range}."),
        ChartKind::CPrime => format!("Limits: c̄ ± 3 × √c̄ × σz, with c̄ = {centre} and σz = {z}: {range}."),
        ChartKind::G => format!("Limits: mean ± 3 × √(mean × (mean + 1)), drawn about the median: {range}."),
        ChartKind::T => {
            format!("Limits: those of an XmR chart of the times to the power of 1 ÷ 3.6, turned back: {range}.")
        }
        ChartKind::Xbar => format!("Limits: mean ± 3 × s̄ ÷ (c4 × √n); {at_last}: {range}."),
        ChartKind::S => format!("Limits: s̄ ± 3 × s̄ × c5 ÷ c4; {at_last}: {range}."),
        ChartKind::R => format!("Limits: R̄ ± 3 × R̄ × d3 ÷ d2; {at_last}: {range}."),
    })
}

fn with_article(kind: ChartKind) -> String {
    let name = lower_name(kind);
    let article = if name.starts_with(['I', 'R', 'X', 's', 'x']) { "an" } else { "a" };
    format!("{article} {name}")
}

fn lower_name(kind: ChartKind) -> String {
    match kind {
        ChartKind::Run => "run chart".into(),
        ChartKind::MovingRange => "moving range chart".into(),
        ChartKind::MovingS => "moving S chart".into(),
        other => other.name().to_owned(),
    }
}

//! The title of a chart, and what it says, at length and in short.

use chrono::NaiveDate;

use super::findings::findings;
use super::headline::headline;
use super::phrases::{count, latest, value};
use super::verdict::assurance;
use crate::chart::{Chart, ChartPoint, Phase};
use crate::format;
use crate::kind::ChartKind;

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

/// The whole reading as one paragraph, what it says first: caption and alternative text.
pub fn caption(chart: &Chart) -> String {
    let mut sentences = vec![headline(chart).to_string()];
    sentences.extend(details(chart));
    sentences.join(" ")
}

/// What comes after the first sentence: how many points, their level, what else was found.
pub fn details(chart: &Chart) -> Vec<String> {
    let mut sentences = vec![counts(chart)];
    sentences.extend(levels(chart));
    sentences.extend(findings(chart));
    sentences.extend(assurance(chart.assurance()).map(|words| format!("By the latest limits, {words}.")));
    sentences.extend(cycles(chart));
    sentences
}

/// What a list or a small picture says after the first sentence: centre and latest value.
pub fn brief(chart: &Chart) -> String {
    let centre = chart.centre().map(|centre| format!("{} {}.", chart.kind.centre_name(), value(chart, centre)));
    let sentences: Vec<String> = centre.into_iter().chain(latest(chart)).collect();
    sentences.join(" ")
}

/// What a chart says in a list or a small picture.
pub fn short(chart: &Chart) -> String {
    format!("{} {}", headline(chart), brief(chart)).trim_end().to_owned()
}

/// What the points of a period are beside those before it, of a [part](Chart::part) of a chart.
pub fn period(chart: &Chart, from: NaiveDate) -> String {
    let values = |during: bool| -> Vec<f64> {
        let there = chart.points.iter().filter(|point| (point.date >= from) == during);
        there.filter_map(ChartPoint::used).collect()
    };
    let said = |values: &[f64]| {
        let least = values.iter().copied().fold(f64::INFINITY, f64::min);
        let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let range = if least == most {
            value(chart, least)
        } else {
            format!("{} to {}", format::number(least, chart.data_type), value(chart, most))
        };
        format!("{}, {range}", count(values.len(), "point", "points"))
    };
    let (before, during) = (values(false), values(true));
    let now = if during.is_empty() {
        "No point yet in this time.".to_owned()
    } else {
        format!("In this time: {}.", said(&during))
    };
    if before.is_empty() { now } else { format!("{now} Just before: {}.", said(&before)) }
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
    let first_of_spread = matches!(chart.kind, ChartKind::MovingRange | ChartKind::MovingS);
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

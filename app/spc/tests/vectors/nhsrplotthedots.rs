use serde_json::{Value, json};
use spc::icons::{self, Assurance, Variation, WithoutVariation};
use spc::limits::{self, Data};
use spc::rules::{Band, Hit, Lines, Rule, RuleSet, phases, sides, trend_is_undecided};
use spc::screening::Screening;
use spc::{Direction, Meaning, Side};

use crate::book::{Book, Datasets, File, numbers};
use crate::columns;
use crate::expect::Expected;
use crate::options::Given;

const DIRECTIONS: [(&str, Direction); 3] =
    [("increase", Direction::Increase), ("decrease", Direction::Decrease), ("neutral", Direction::Neutral)];

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    for part in file.unknown_parts(&["cases", "classifier_probes"]) {
        book.fail("XmR", &part, "unknown part");
    }
    for case in file.list("cases") {
        book.case("XmR", case["case"].as_str().unwrap_or("-"), || whole_chart(case, datasets));
    }
    for case in file.list("classifier_probes") {
        book.case("point types", case["case"].as_str().unwrap_or("-"), || probe(case));
    }
}

fn whole_chart(case: &Value, datasets: &Datasets) -> Result<(), String> {
    let mut given = Given::of(case);
    let mut starts: Vec<usize> =
        given.counts("rebase_at").unwrap_or_default().into_iter().map(|place| place.saturating_sub(1)).collect();
    starts.sort_unstable();
    let baseline = given.count("fix_after_n_points");
    let screened = given.flag("screen_outliers").unwrap_or(true);
    given.finish()?;

    let values = columns::values(case, datasets)?;
    let mut expected = Expected::of(case)?;
    // The tool stops where it cannot tell whether seven points are a trend.
    let undecided = phases(values.len(), &starts).any(|phase| trend_is_undecided(&values[phase], 7));
    if undecided || expected.is_error() {
        let said = if undecided { "a trend is undecided" } else { "an error is expected" };
        return if undecided == expected.is_error() { Ok(()) } else { Err(said.to_owned()) };
    }

    let mut options = limits::LimitOptions::nhsrplotthedots();
    if !screened {
        options.screening = Screening::Off;
    }
    let mut lines = Vec::new();
    let mut group = Vec::new();
    let mut short = Vec::new();
    // The tool counts the groups by their starts: one that starts with the series is the first.
    let first = usize::from(starts.contains(&0));
    for (number, phase) in (first..).zip(phases(values.len(), &starts)) {
        let data = Data { baseline, ..Data::new(&values[phase.clone()]) };
        lines.extend(Lines::of(&limits::xmr(&data, &options)));
        group.extend(phase.clone().map(|_| number));
        short.extend(phase.clone().map(|_| icons::is_short(phase.len())));
    }
    let column = |of: fn(&Lines) -> Option<f64>| -> Vec<_> { lines.iter().map(of).collect() };
    expected.numbers("mean", &column(|lines| lines.centre));
    expected.numbers("lpl", &column(|lines| lines.three.lower));
    expected.numbers("upl", &column(|lines| lines.three.upper));
    expected.same("rebase_group", group);
    expected.same("short_group_warning", short);

    let hits = RuleSet::nhsrplotthedots().judge_phases(&values, &lines, &starts);
    places(&mut expected, &values, &lines);
    point_types(&mut expected, &hits, values.len());
    let last = |direction| icons::variation(&hits, values.len(), direction).last().copied().unwrap_or_default();
    let icon = DIRECTIONS.map(|(name, direction)| (name.to_owned(), Value::from(icon(last(direction)))));
    expected.same("variation_icon", Value::Object(icon.into_iter().collect()));
    match expected.raw("assurance").as_array() {
        Some(targets) => targets.iter().for_each(|target| assured(&mut expected, target, lines.last())),
        None => expected.problem("assurance is not a list"),
    }
    expected.finish()
}

/// Where each point lies, which the classifier is given.
fn places(expected: &mut Expected, values: &[Option<f64>], lines: &[Lines]) {
    let beyond = |band: &Band, value: f64| band.side(value).map(|side| side != Side::On);
    let points = || values.iter().zip(lines).map(|(value, lines)| (value.unwrap_or(f64::NAN), lines));
    let about: Vec<Value> = points().map(|(value, lines)| json!(sign(value, lines))).collect();
    let outside: Vec<Value> = points().map(|(value, lines)| json!(beyond(&lines.three, value))).collect();
    let close: Vec<Value> = points()
        .map(|(value, lines)| {
            let near = beyond(&lines.two, value).zip(beyond(&lines.three, value));
            json!(near.map(|(near, outside)| near && !outside))
        })
        .collect();
    expected.same("relative_to_mean", about);
    expected.same("outside_limits", outside);
    expected.same("close_to_limits", close);
}

fn sign(value: f64, lines: &Lines) -> Option<i8> {
    let centre = lines.centre.filter(|_| !value.is_nan())?;
    Some(if value > centre {
        1
    } else if value < centre {
        -1
    } else {
        0
    })
}

fn point_types(expected: &mut Expected, hits: &[Hit], length: usize) {
    let causes: Vec<String> = (0..length).map(|place| cause(hits, place)).collect();
    expected.same("special_cause_type", causes);
    let types = DIRECTIONS.map(|(name, direction)| {
        let types: Vec<&str> = icons::variation(hits, length, direction).into_iter().map(point_type).collect();
        (name.to_owned(), Value::from(types))
    });
    expected.same("point_type", Value::Object(types.into_iter().collect()));
}

/// The tool's name for the first rule that covers a point.
fn cause(hits: &[Hit], place: usize) -> String {
    let Some(rule) = hits.iter().find(|hit| hit.points.contains(&place)).map(|hit| hit.rule) else {
        return "Common Cause".to_owned();
    };
    let side = sides(hits.iter().filter(|hit| hit.rule == rule), place + 1)[place];
    let above = side == Some(Side::Above);
    match rule {
        Rule::BeyondLimits { .. } => if above { "Above UCL" } else { "Below LCL" }.to_owned(),
        Rule::Trend { length, .. } => {
            format!("{length} Point Trend ({})", if above { "Increasing" } else { "Decreasing" })
        }
        Rule::ZoneTest(cluster) => {
            format!("{} in {} {} CL", cluster.count, cluster.window, if above { "Above" } else { "Below" })
        }
        Rule::Shift { length, .. } => format!("{length} Points {} CL", if above { "Above" } else { "Below" }),
        other => format!("{other:?}"),
    }
}

fn point_type(variation: Variation) -> &'static str {
    match variation {
        Variation::CommonCause => "common_cause",
        Variation::SpecialCause { meaning, side } => match (meaning, side) {
            (Meaning::Improvement, _) => "special_cause_improvement",
            (Meaning::Concern, _) => "special_cause_concern",
            (Meaning::Change, Some(Side::Above)) => "special_cause_neutral_high",
            (Meaning::Change, _) => "special_cause_neutral_low",
        },
    }
}

fn icon(variation: Variation) -> String {
    let Variation::SpecialCause { meaning, side } = variation else { return "common_cause".to_owned() };
    let meaning = match meaning {
        Meaning::Improvement => "improvement",
        Meaning::Concern => "concern",
        Meaning::Change => "neutral",
    };
    format!("{meaning}_{}", if side == Some(Side::Above) { "high" } else { "low" })
}

fn assured(expected: &mut Expected, target: &Value, last: Option<&Lines>) {
    let judged = |direction| {
        let lines = last?;
        icons::assurance(target["target"].as_f64()?, lines.centre, lines.three, direction, WithoutVariation::HitAndMiss)
    };
    let fields = target.as_object().into_iter().flat_map(|fields| fields.iter());
    for (field, answer) in fields.filter(|(field, _)| *field != "target") {
        let (short, name) = field.strip_prefix("icon_").map_or((false, field.as_str()), |name| (true, name));
        let direction = DIRECTIONS.iter().find(|(known, _)| *known == name).map(|(_, direction)| *direction);
        let found = match direction.map(judged) {
            None => "unknown",
            Some(None) => "none",
            Some(Some(Assurance::WillMeet)) => {
                if short {
                    "pass"
                } else {
                    "consistent_pass"
                }
            }
            Some(Some(Assurance::WillMiss)) => {
                if short {
                    "fail"
                } else {
                    "consistent_fail"
                }
            }
            Some(Some(Assurance::HitAndMiss)) => "inconsistent",
        };
        if answer.as_str() != Some(found) {
            expected.problem(format!("assurance {target}: {found} for {field}"));
        }
    }
}

/// The classifier alone: it is told where each point lies.
fn probe(case: &Value) -> Result<(), String> {
    let mut expected = Expected::from(case)?;
    expected.raw("case");
    let values = numbers(expected.raw("y")).ok_or("no y")?;
    let about = numbers(expected.raw("relative_to_mean")).ok_or("no relative_to_mean")?;
    let flags = |value: &Value| -> Result<Vec<bool>, String> {
        serde_json::from_value(value.clone()).map_err(|error| error.to_string())
    };
    let (close, outside) = (flags(expected.raw("close_to_limits"))?, flags(expected.raw("outside_limits"))?);
    if [about.len(), close.len(), outside.len()] != [values.len(); 3] {
        return Err("lists of different lengths".to_owned());
    }
    let lines: Vec<Lines> = (0..values.len())
        .map(|i| {
            let (value, about) = (values[i].unwrap_or(f64::NAN), about[i].unwrap_or(f64::NAN));
            let band = |beyond: bool| {
                let half = if beyond { 0.5 } else { 2.0 };
                Band::new(value - about - half, value - about + half)
            };
            Lines {
                centre: Some(value - about),
                two: band(close[i] || outside[i]),
                three: band(outside[i]),
                ..Lines::default()
            }
        })
        .collect();
    point_types(&mut expected, &RuleSet::nhsrplotthedots().judge(&values, &lines), values.len());
    expected.finish()
}

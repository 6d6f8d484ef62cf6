//! PowerBI-SPC's own tests of its rules and icons: a function, its arguments and what a test says
//! of the answer.

use serde_json::{Value, json};
use spc::icons::{Assurance, Shown, Variation, WithoutVariation, assurance, icons};
use spc::rules::{Band, Coverage, Lines, Rule};
use spc::{Meaning, Side};

use crate::book::{Book, File, numbers};
use crate::powerbi_flags::{BEYOND_LIMITS, TWO_IN_THREE, direction, flags, icon_name, shift, trend};

pub fn check(file: &File, book: &mut Book) {
    for case in file.list("rules") {
        book.case("rules", case["case"].as_str().unwrap_or("-"), || of_function(case));
    }
}

fn of_function(case: &Value) -> Result<(), String> {
    let known = ["case", "fn", "args", "matcher", "expected"];
    if let Some(field) =
        case.as_object().into_iter().flat_map(|o| o.keys()).find(|field| !known.contains(&field.as_str()))
    {
        return Err(format!("{field}: not checked"));
    }
    let args = case["args"].as_array().ok_or("no args")?;
    let arg = |i: usize| args.get(i).unwrap_or(&Value::Null);
    let found = match case["fn"].as_str() {
        Some("astronomical") => flagged(BEYOND_LIMITS, Coverage::Members, arg(0), &lines(arg(1), arg(2), three)?)?,
        Some("twoInThree") => {
            let coverage = if arg(3) == &json!(true) { Coverage::Span } else { Coverage::Members };
            flagged(TWO_IN_THREE, coverage, arg(0), &lines(arg(1), arg(2), two)?)?
        }
        Some("shift") => flagged(shift(length(arg(2))?), Coverage::Members, arg(0), &lines(arg(1), arg(1), centre)?)?,
        Some("trend") => flagged(trend(length(arg(1))?), Coverage::Members, arg(0), &lines(arg(0), arg(0), centre)?)?,
        Some("checkFlagDirection") => flag(arg(0), arg(1))?,
        Some("variationIconsToDraw") => variation_icons(arg(0), arg(1))?,
        Some("assuranceIconToDraw") => assurance_icon(arg(0), arg(1), arg(2))?,
        other => return Err(format!("no function {other:?}")),
    };
    let expected = &case["expected"];
    let met = match case["matcher"].as_str() {
        // The length of a list, where the tests ask for it.
        Some("toBe") if expected.is_number() && found.is_array() => json!(found.as_array().map(Vec::len)) == *expected,
        Some("toBe" | "toEqual") => found == *expected,
        Some("toContain") => found.as_array().is_some_and(|list| list.contains(expected)),
        other => return Err(format!("no matcher {other:?}")),
    };
    if met { Ok(()) } else { Err(format!("{found} for {expected}")) }
}

fn length(value: &Value) -> Result<usize, String> {
    value.as_u64().and_then(|n| n.try_into().ok()).ok_or_else(|| format!("no length {value}"))
}

type Pair = (Option<f64>, Option<f64>);

fn lines(lower: &Value, upper: &Value, of: fn(Pair) -> Lines) -> Result<Vec<Lines>, String> {
    let (lower, upper) = numbers(lower).zip(numbers(upper)).ok_or("no lines")?;
    Ok(lower.into_iter().zip(upper).map(of).collect())
}

fn centre((centre, _): Pair) -> Lines {
    Lines { centre, ..Lines::default() }
}

fn two((lower, upper): Pair) -> Lines {
    Lines { two: Band { lower, upper }, ..Lines::default() }
}

fn three((lower, upper): Pair) -> Lines {
    Lines { three: Band { lower, upper }, ..Lines::default() }
}

fn flagged(rule: Rule, coverage: Coverage, values: &Value, lines: &[Lines]) -> Result<Value, String> {
    let values = numbers(values).ok_or("no values")?;
    let name = |side: Option<Side>| match side {
        Some(Side::Above) => "upper",
        Some(Side::Below) => "lower",
        _ => "none",
    };
    Ok(flags(rule, coverage, &values, lines).into_iter().map(name).collect::<Vec<_>>().into())
}

fn flag(status: &Value, settings: &Value) -> Result<Value, String> {
    let side = match status.as_str() {
        Some("upper") => Side::Above,
        Some("lower") => Side::Below,
        Some("none") => Side::On,
        other => return Err(format!("no status {other:?}")),
    };
    let shown = match settings["process_flag_type"].as_str() {
        Some("both") => Shown::All,
        Some("improvement") => Shown::Improvement,
        Some("deterioration") => Shown::Concern,
        other => return Err(format!("no flag type {other:?}")),
    };
    let direction = direction(settings["improvement_direction"].as_str().unwrap_or("-"))?;
    let name = match Variation::on(side, direction).shown(shown) {
        Variation::CommonCause => "none",
        Variation::SpecialCause { meaning: Meaning::Improvement, .. } => "improvement",
        Variation::SpecialCause { meaning: Meaning::Concern, .. } => "deterioration",
        Variation::SpecialCause { side: Some(Side::Above), .. } => "neutral_high",
        Variation::SpecialCause { .. } => "neutral_low",
    };
    Ok(name.into())
}

fn variation_icons(points: &Value, settings: &Value) -> Result<Value, String> {
    let direction = direction(settings["outliers"]["improvement_direction"].as_str().unwrap_or("-"))?;
    let last_only = settings["nhs_icons"]["flag_last_point"].as_bool().ok_or("no flag_last_point")?;
    let mut flagged = Vec::new();
    for flags in points.as_object().ok_or("no flags")?.values() {
        let flags = flags.as_array().ok_or("no list of flags")?;
        for flag in flags.iter().skip(if last_only { flags.len().saturating_sub(1) } else { 0 }) {
            let neutral = |side| Variation::SpecialCause { meaning: Meaning::Change, side: Some(side) };
            flagged.push(match flag.as_str() {
                Some("none") => Variation::CommonCause,
                Some("improvement") => Variation::meaning(Meaning::Improvement, direction),
                Some("deterioration") => Variation::meaning(Meaning::Concern, direction),
                Some("neutral_low") => neutral(Side::Below),
                Some("neutral_high") => neutral(Side::Above),
                other => return Err(format!("no flag {other:?}")),
            });
        }
    }
    Ok(icons(flagged).into_iter().map(icon_name).collect::<Vec<_>>().into())
}

fn assurance_icon(limits: &Value, settings: &Value, derived: &Value) -> Result<Value, String> {
    let last = |list: &Value| list.as_array()?.last()?.as_f64();
    let direction = direction(settings["improvement_direction"].as_str().unwrap_or("-"))?;
    let has_limits = derived["has_control_limits"].as_bool().ok_or("no has_control_limits")?;
    let band = Band { lower: last(&limits["ll99"]), upper: last(&limits["ul99"]) };
    let judged = last(&limits["alt_targets"])
        .filter(|_| has_limits)
        .and_then(|target| assurance(target, None, band, direction, WithoutVariation::HitAndMiss));
    Ok(match judged {
        None => "none",
        Some(Assurance::WillMeet) => "consistentPass",
        Some(Assurance::WillMiss) => "consistentFail",
        Some(Assurance::HitAndMiss) => "inconsistent",
    }
    .into())
}

//! PowerBI-SPC's own tests: limits to some decimal places, and its rules and icons.

use std::ops::Range;

use serde_json::Value;
use spc::limits::ControlLimits;
use spc::subgroup::Subgroup;

use crate::book::{Book, Datasets, File, numbers};
use crate::powerbi_own_rules;
use crate::powerbi_spc::draw;

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    crate::unknown_parts(file, &["charts", "rules"], book);
    for case in file.list("charts") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart));
    }
    powerbi_own_rules::check(file, book);
}

/// A line of some limits.
type Line = fn(&ControlLimits) -> &[Option<f64>];

fn one(case: &Value, chart: &str) -> Result<(), String> {
    known(case, &["case", "inputs", "expected", "decimal_places", "chart"])?;
    let inputs = &case["inputs"];
    known(inputs, &["keys", "numerators", "denominators", "xbar_sds", "sds", "groupings"])?;
    let named = |name: &str| numbers(&inputs[name]);
    // The chart of standard deviations plots them; that of means has them beside.
    let (y, s) = match (chart, named("numerators"), named("xbar_sds").or_else(|| named("sds"))) {
        ("s", numerators, sds) => {
            let s = sds.or(numerators).ok_or("no standard deviations")?;
            (s.clone(), Some(s))
        }
        (_, numerators, sds) => (numerators.ok_or("no numerators")?, sds),
    };
    let n = named("denominators");
    if [&n, &s].into_iter().flatten().any(|column| column.len() != y.len()) {
        return Err("columns of different lengths".to_owned());
    }
    let group = |i: usize| {
        let size = n.as_ref().and_then(|n| *n.get(i)?).map_or(0, |n| n as usize);
        Subgroup { size, mean: y[i], s: s.as_ref().and_then(|s| *s.get(i)?), range: None }
    };
    let groups: Vec<Subgroup> = (0..y.len()).map(group).collect();
    // The tests are of the visual's settings too: per cent for shares, 10,000 bed days for the rate.
    let multiplier = match chart {
        "p" | "pp" => 100.0,
        "u" | "up" => 10_000.0,
        _ => 1.0,
    };
    let parts: Vec<ControlLimits> = groupings(&inputs["groupings"], y.len())?
        .into_iter()
        .map(|part| {
            let n = n.as_ref().map(|n| &n[part.clone()]);
            Ok(draw(chart, &y[part.clone()], n, &groups[part], false)?.multiplied(multiplier))
        })
        .collect::<Result<_, String>>()?;
    let places = case["decimal_places"].as_i64().and_then(|places| i32::try_from(places).ok()).ok_or("no places")?;
    let lines: [(&str, Line); 4] = [
        ("ul99", ControlLimits::upper),
        ("ul95", ControlLimits::near_upper),
        ("ll95", ControlLimits::near_lower),
        ("ll99", ControlLimits::lower),
    ];
    known(&case["expected"], &lines.map(|(name, _)| name))?;
    for (name, of) in lines {
        let line: Vec<Option<f64>> = parts.iter().flat_map(|part| of(part).iter().copied()).collect();
        rounded(name, &line, &case["expected"][name], places)?;
    }
    Ok(())
}

/// The stretches in which the grouping stays the same: each has limits of its own.
fn groupings(names: &Value, length: usize) -> Result<Vec<Range<usize>>, String> {
    let Some(names) = names.as_array() else {
        let whole = 0..length;
        return if names.is_null() { Ok(vec![whole]) } else { Err("groupings: not a list".to_owned()) };
    };
    if names.len() != length {
        return Err(format!("groupings: {} for {length} points", names.len()));
    }
    let mut first = 0;
    Ok(names
        .chunk_by(|a, b| a == b)
        .map(|group| {
            let part = first..first + group.len();
            first = part.end;
            part
        })
        .collect())
}

fn known(object: &Value, names: &[&str]) -> Result<(), String> {
    let mut fields = object.as_object().into_iter().flat_map(|object| object.keys());
    match fields.find(|field| !names.contains(&field.as_str())) {
        Some(field) => Err(format!("{field}: not checked")),
        None => Ok(()),
    }
}

/// As the tool's tests compare: both rounded would be too strict at a half, so half a unit and what
/// rounding of the inputs adds.
fn rounded(name: &str, found: &[Option<f64>], expected: &Value, places: i32) -> Result<(), String> {
    let expected = numbers(expected).ok_or_else(|| format!("{name}: not a list"))?;
    if expected.len() < found.len() {
        return Err(format!("{name}: {} for {}", found.len(), expected.len()));
    }
    let half = 0.5 * 10f64.powi(-places) * (1.0 + 1e-9);
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let same = found.zip(expected).map_or(*found == expected, |(a, b)| (a - b).abs() <= half);
        if !same {
            return Err(format!("{name}[{i}]: {found:?} for {expected:?}"));
        }
    }
    Ok(())
}

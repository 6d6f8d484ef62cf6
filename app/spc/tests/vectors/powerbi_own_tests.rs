//! PowerBI-SPC's own tests: limits to some decimal places, and its rules and icons.

use serde_json::Value;
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

fn one(case: &Value, chart: &str) -> Result<(), String> {
    known(case, &["case", "inputs", "expected", "decimal_places", "chart"])?;
    let inputs = &case["inputs"];
    known(inputs, &["keys", "numerators", "denominators", "xbar_sds"])?;
    let y = numbers(&inputs["numerators"]).ok_or("no numerators")?;
    let n = numbers(&inputs["denominators"]);
    let s = numbers(&inputs["xbar_sds"]);
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
    let found = draw(chart, &y, n.as_deref(), &groups, false)?.multiplied(multiplier);
    let places = case["decimal_places"].as_i64().and_then(|places| i32::try_from(places).ok()).ok_or("no places")?;
    let lines =
        [("ul99", found.upper()), ("ul95", found.near_upper()), ("ll95", found.near_lower()), ("ll99", found.lower())];
    known(&case["expected"], &lines.map(|(name, _)| name))?;
    for (name, line) in lines {
        rounded(name, line, &case["expected"][name], places)?;
    }
    Ok(())
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

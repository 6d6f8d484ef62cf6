//! Where qcc's Western Electric and Nelson tests fire.

use serde_json::{Map, Value};
use spc::rules::{Coverage, Lines, Rule, RuleSet};

use crate::expect::Expected;

/// Checks `violations_1based`: the places at which the pattern of each test is complete.
pub fn check(expected: &mut Expected, values: &[Option<f64>], lines: &[Lines]) {
    let mut found = Map::new();
    for (name, set) in [("we", RuleSet::qcc_western_electric()), ("nelson", RuleSet::qcc_nelson())] {
        for (number, &rule) in (1..).zip(&set.rules) {
            found.insert(format!("{name}{number}"), places(rule, values, lines));
        }
    }
    expected.same("violations_1based", Value::Object(found));
}

/// The tool answers with nothing at all, not with an empty list, where a test looks at windows of
/// points and has fewer of them, or has no lines.
fn places(rule: Rule, values: &[Option<f64>], lines: &[Lines]) -> Value {
    let enough = values.len() >= rule.needs();
    match (rule.judge(values, lines, Coverage::Completion), rule) {
        (Some(hits), _) => {
            let mut places: Vec<usize> = hits.iter().flat_map(|hit| &hit.points).map(|place| place + 1).collect();
            places.sort_unstable();
            places.into()
        }
        (None, Rule::ZoneTest(_)) => Value::Null,
        (None, Rule::Mixture { .. }) if enough => Value::Null,
        (None, _) => Value::Array(Vec::new()),
    }
}

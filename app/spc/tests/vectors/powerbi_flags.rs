//! What PowerBI-SPC flags, given the lines of its chart.

use serde_json::{Map, Value};
use spc::icons::{Variation, icons};
use spc::rules::{Coverage, Lines, Rule, Ties, WithoutLimits, ZoneTest, sides};
use spc::{Direction, Meaning, Side};

use crate::expect::Expected;

const DIRECTIONS: [(&str, Direction); 3] =
    [("increase", Direction::Increase), ("decrease", Direction::Decrease), ("neutral", Direction::Neutral)];

/// A direction of improvement by the tool's name.
pub fn direction(name: &str) -> Result<Direction, String> {
    let known = DIRECTIONS.iter().find(|(known, _)| *known == name);
    known.map(|(_, direction)| *direction).ok_or_else(|| format!("no direction {name}"))
}

/// The sides that a rule flags.
pub fn flags(rule: Rule, coverage: Coverage, values: &[Option<f64>], lines: &[Lines]) -> Vec<Option<Side>> {
    sides(&rule.judge(values, lines, coverage).unwrap_or_default(), values.len())
}

/// A point outside its limits.
pub const BEYOND_LIMITS: Rule = Rule::BeyondLimits { without_limits: WithoutLimits::Below };

/// A shift of so many points.
pub fn shift(length: usize) -> Rule {
    Rule::Shift { length, ties: Ties::Break }
}

/// A trend of so many points.
pub fn trend(length: usize) -> Rule {
    Rule::Trend { length, ties: Ties::Break }
}

/// Two of three.
pub const TWO_IN_THREE: Rule = Rule::ZoneTest(ZoneTest::POWERBI_SPC);

/// The tool's name for an icon.
pub fn icon_name(icon: Variation) -> String {
    let Variation::SpecialCause { meaning, side } = icon else { return "commonCause".to_owned() };
    let meaning = match meaning {
        Meaning::Improvement => "improvement",
        Meaning::Concern => "concern",
        Meaning::Change => "neutral",
    };
    let side = match side {
        Some(Side::Above) => "High",
        Some(Side::Below) => "Low",
        _ => "",
    };
    format!("{meaning}{side}")
}

/// Checks every field of flags and icons.
pub fn check(expected: &mut Expected, fields: &Map<String, Value>, values: &[Option<f64>], lines: &[Lines]) {
    let length = |field: &str, kind: &str| field.strip_prefix(kind)?.parse::<usize>().ok();
    let mut shifts = fields.keys().filter_map(|field| length(field, "shift"));
    let shift_of_icons = shifts.next().unwrap_or(7);
    for field in fields.keys() {
        if let Some(trend_of_icons) = length(field, "icons_trend") {
            let with_limits = [BEYOND_LIMITS, TWO_IN_THREE].into_iter().filter(|_| fields.contains_key("astronomical"));
            let rules: Vec<Rule> = with_limits.chain([shift(shift_of_icons), trend(trend_of_icons)]).collect();
            let answer = all_icons(&rules, values, lines);
            expected.same(field, answer);
            continue;
        }
        let (rule, coverage) = match field.as_str() {
            "astronomical" => (BEYOND_LIMITS, Coverage::Members),
            "two_in_three" => (TWO_IN_THREE, Coverage::Members),
            "two_in_three_series" => (TWO_IN_THREE, Coverage::Span),
            _ => match (length(field, "shift"), length(field, "trend")) {
                (Some(length), _) => (shift(length), Coverage::Members),
                (_, Some(length)) => (trend(length), Coverage::Members),
                _ => continue,
            },
        };
        let letter = |side: Option<Side>| match side {
            Some(Side::Above) => 'U',
            Some(Side::Below) => 'L',
            _ => '.',
        };
        let found: String = flags(rule, coverage, values, lines).into_iter().map(letter).collect();
        expected.same(field, found);
    }
}

/// The icons for each direction, of the last point and of any.
fn all_icons(rules: &[Rule], values: &[Option<f64>], lines: &[Lines]) -> Value {
    let flagged: Vec<Vec<Option<Side>>> =
        rules.iter().map(|&rule| flags(rule, Coverage::Members, values, lines)).collect();
    let mut answer = Map::new();
    for (name, direction) in DIRECTIONS {
        let of = |sides: &mut dyn Iterator<Item = Option<Side>>| -> Vec<String> {
            icons(sides.flatten().map(|side| Variation::on(side, direction))).into_iter().map(icon_name).collect()
        };
        let last = of(&mut flagged.iter().filter_map(|sides| sides.last().copied()));
        let any = of(&mut flagged.iter().flatten().copied());
        answer.insert(format!("{name}_last"), last.into());
        answer.insert(format!("{name}_any"), any.into());
    }
    Value::Object(answer)
}

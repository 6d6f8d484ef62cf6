use serde_json::Value;
use spc::rules::{Coverage, Lines, Rule, Ties, WithoutLimits, ZoneTest, run_count_limits, sides};

use crate::book::{Book, Datasets, File, numbers};
use crate::expect::Expected;

pub fn check(file: &File, _datasets: &Datasets, book: &mut Book) {
    for part in file.unknown_parts(&["cases", "runs_table_exact_2_5pct"]) {
        book.fail("point rules", &part, "unknown part");
    }
    for case in file.list("cases") {
        book.case("point rules", case["case"].as_str().unwrap_or("-"), || sequence(case));
    }
    for row in file.list("runs_table_exact_2_5pct") {
        book.case("number of runs", &format!("runs table {row}"), || {
            let row: Vec<usize> = serde_json::from_value(row.clone()).map_err(|error| error.to_string())?;
            let [useful, fewest, most] = row[..] else { return Err("not a row of three".to_owned()) };
            let found = run_count_limits(useful).ok_or("no limits")?;
            let same = (found.fewest, found.most) == (fewest, most);
            same.then_some(()).ok_or_else(|| format!("{found:?}"))
        });
    }
}

fn sequence(case: &Value) -> Result<(), String> {
    let values = numbers(&case["y"]).ok_or("no y")?;
    let (centre, sigma) = case["cl"].as_f64().zip(case["sigma"].as_f64()).ok_or("no cl or sigma")?;
    let lines = vec![Lines::from_sigma(centre, sigma); values.len()];
    let mut expected = Expected::of(case)?;
    let fields: Vec<String> =
        case["expected"].as_object().into_iter().flat_map(|fields| fields.keys().cloned()).collect();
    for field in &fields {
        if let Some(rule) = rule(field) {
            let hits = rule.judge(&values, &lines, Coverage::Members).unwrap_or_default();
            let flags: String =
                sides(&hits, values.len()).iter().map(|side| if side.is_some() { 'x' } else { '.' }).collect();
            expected.same(field, flags);
        }
    }
    let runs = spc::anhoej::runs(values, centre);
    expected.same("n_useful", runs.useful);
    expected.same("n_runs", runs.runs.len());
    expected.finish()
}

/// The rule that a field is of.
fn rule(field: &str) -> Option<Rule> {
    let length = |kind: &str| field.strip_prefix(kind)?.parse().ok();
    let ties = Ties::Skip;
    Some(match field {
        "beyond_3_sigma" => Rule::BeyondLimits { without_limits: WithoutLimits::NotJudged },
        "two_of_three_mdc2023" => Rule::ZoneTest(ZoneTest::MAKING_DATA_COUNT),
        "two_of_three_nhsrplotthedots_0_2_2" => Rule::ZoneTest(ZoneTest::NHSRPLOTTHEDOTS),
        "two_of_three_western_electric" => Rule::ZoneTest(ZoneTest::TWO_OF_THREE),
        _ => match (length("shift_"), length("trend_")) {
            (Some(length), _) => Rule::Shift { length, ties },
            (_, Some(length)) => Rule::Trend { length, ties },
            _ => return None,
        },
    })
}

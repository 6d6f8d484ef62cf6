//! What qicharts2 answers for the same series.

mod common;

use serde_json::Value;
use spc::{Chart, ChartOptions, DataType, Reading, anhoej, median};

fn read(text: &str) -> Value {
    serde_json::from_str(text).expect("the vectors are JSON")
}

fn anhoej_rules() -> Value {
    read(include_str!("data/own/anhoej_rules.json"))
}

fn numbers(value: &Value) -> Vec<Option<f64>> {
    value.as_array().expect("a list").iter().map(Value::as_f64).collect()
}

fn assert_runs(case: &str, expected: &Value, found: &anhoej::Runs) {
    let count = |name: &str| expected[name].as_u64().map(|n| n as usize);
    assert_eq!(Some(found.useful), count("n_useful"), "{case}: useful points");
    let some = |n: usize| (found.useful > 0).then_some(n);
    assert_eq!(some(found.longest_run), count("longest_run"), "{case}: longest run");
    assert_eq!(found.limits.map(|l| l.longest_run_max), count("longest_run_max"), "{case}: its limit");
    assert_eq!(some(found.crossings), count("n_crossings"), "{case}: crossings");
    assert_eq!(found.limits.map(|l| l.crossings_min), count("n_crossings_min"), "{case}: their limit");
    let signal = found.long_run() || found.few_crossings();
    assert_eq!(Some(signal), expected["runs_signal"].as_bool(), "{case}: signal");
}

#[test]
fn the_limits_are_exact_for_1_to_1000_points() {
    let table = anhoej_rules();
    let (longest, crossings) = (numbers(&table["longest_run_max"]), numbers(&table["n_crossings_min"]));
    assert_eq!(longest.len(), 1000);
    for (i, (longest, crossings)) in longest.into_iter().zip(crossings).enumerate() {
        let limits = anhoej::run_limits(i + 1).expect("limits from one point on");
        assert_eq!(Some(limits.longest_run_max as f64), longest, "longest run for {} points", i + 1);
        assert_eq!(Some(limits.crossings_min as f64), crossings, "crossings for {} points", i + 1);
    }
    assert_eq!(anhoej::run_limits(0), None);
}

#[test]
fn limits_hold_far_beyond_the_table() {
    // The normal approximation of the quantile is close at this size.
    let limits = anhoej::run_limits(1_000_001).expect("limits");
    assert_eq!(limits.longest_run_max, 23);
    let approximate = 500_000.0 - 1.6449 * 500.0;
    assert!((limits.crossings_min as f64 - approximate).abs() < 2.0, "{limits:?}");
}

#[test]
fn the_sequences_give_the_same_runs() {
    let table = anhoej_rules();
    let cases = table["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 69);
    for case in cases {
        let name = case["case"].as_str().expect("a name");
        let centre = case["cl"].as_f64().expect("a centre line");
        assert_runs(name, case, &anhoej::runs(numbers(&case["y"]), centre));
    }
}

/// qicharts2 takes 1 of 0 for an infinite rate and lets it count in the median; here a zero
/// denominator is a gap.
const NOT_MET: [&str; 1] = ["edge_rate_zero_den/run"];

#[test]
fn whole_run_charts_are_the_same() {
    let vectors = read(include_str!("data/qicharts2_run.json"));
    let cases = vectors["cases"].as_array().expect("cases");
    assert_eq!(cases.len(), 37);
    for case in cases {
        let name = case["case"].as_str().expect("a name");
        if NOT_MET.contains(&name) {
            continue;
        }
        let dataset = &vectors["datasets"][case["dataset"].as_str().expect("a dataset")];
        let (y, n) = (numbers(&dataset["y"]), dataset["n"].as_array().map(|_| numbers(&dataset["n"])));
        let readings = y.iter().enumerate().map(|(i, y)| match &n {
            Some(n) => match (y, n[i]) {
                (Some(numerator), Some(denominator)) => Reading::ratio(*numerator, denominator),
                _ => Reading::Missing,
            },
            None => (*y).into(),
        });
        let mut series = common::weekly(DataType::Rate { per: 1.0 }, "", readings);
        if let Some(excluded) = case["options"]["exclude"].as_u64() {
            series.points[excluded as usize - 1].excluded = true;
        }
        let chart = Chart::new(&series, &ChartOptions::default());
        let expected = numbers(&case["expected"]["y"]);
        for (point, expected) in chart.points.iter().zip(expected) {
            match (point.value, expected) {
                (Some(a), Some(b)) => {
                    assert!((a - b).abs() <= 1e-9 * b.abs(), "{name}: {a} for {b}")
                }
                (a, b) => assert_eq!(a, b, "{name}"),
            }
        }
        let centre = numbers(&case["expected"]["cl"])[0].expect("a centre line");
        let found = chart.centre().expect("a centre line");
        assert!((found - centre).abs() <= 1e-9 * centre.abs(), "{name}: {found} for {centre}");
        let runs = &case["expected"]["runs"][0];
        assert_runs(name, runs, &chart.phases[0].runs);
    }
}

#[test]
fn the_median_is_the_middle_or_the_mean_of_the_two_middle_values() {
    assert_eq!(median(&[]), None);
    assert_eq!(median(&[f64::NAN, f64::INFINITY]), None);
    assert_eq!(median(&[3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&[4.0, 1.0, 2.0, 3.0]), Some(2.5));
    assert_eq!(median(&[f64::MAX, f64::MAX]), Some(f64::MAX));
}

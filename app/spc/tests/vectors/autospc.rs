use serde_json::Value;
use spc::limits::{self, ControlLimits, Data, LimitOptions};
use spc::rebase::{Accept, FloatingMedian, StablePhase, StableShift, floating_median, stable_shift};
use spc::screening::Screening;

use crate::book::{Book, Dataset, Datasets, File};
use crate::columns;
use crate::expect::Expected;
use crate::options::Given;
use crate::shape;

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    for part in file.unknown_parts(&["cases"]) {
        book.fail("-", &part, "unknown part");
    }
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart, datasets));
    }
}

fn one(case: &Value, chart: &str, datasets: &Datasets) -> Result<(), String> {
    let Asked { mut shift, options, median } = asked(case)?;

    let (values, n) = aggregated(datasets.get(case)?, chart);
    let denominators = match (chart, case["value"].as_str()) {
        ("P" | "P'", _) | (_, Some("y/n")) => Some(n.as_deref().ok_or("no denominators")?),
        (_, Some("y") | None) => None,
        (_, value) => return Err(format!("no value {value:?}")),
    };
    let (limits, multiple): (fn(&Data, &LimitOptions) -> ControlLimits, f64) = match chart {
        "XMR" => (limits::xmr, 1.0),
        "C" => (limits::c, 1.0),
        "C'" => (limits::c_prime, 1.0),
        "P" => (limits::p, 100.0),
        "P'" => (limits::p_prime, 100.0),
        other => return Err(format!("unknown chart {other}")),
    };
    shift.bounds = match chart {
        "XMR" => shift.bounds,
        "P" | "P'" => (0.0, 100.0),
        _ => (0.0, f64::INFINITY),
    };
    let data = Data { denominators, ..Data::new(&values) };
    // Individual values of a share vary about one line: no denominator carries their limits on.
    let quotients = (chart == "XMR").then(|| limits::xmr(&data, &options).values);
    let data = quotients.as_ref().map_or(data, |values| Data::new(values));
    let mut expected = Expected::of(case)?;
    let phases = stable_shift(&data, |data| limits(data, &options).multiplied(multiple), &shift);
    if expected.has("limits") {
        // The tool gives words where there are too few points for limits.
        let words = expected.raw("limits").as_str().is_some_and(|words| words.starts_with("none"));
        return match phases {
            None if words => expected.finish(),
            _ => Err("limits for none".to_owned()),
        };
    }
    match phases {
        None if expected.is_error() => Ok(()),
        None => Err("too few points for limits".to_owned()),
        Some(phases) => {
            lines(&mut expected, &phases);
            if let Some((when, points)) = median {
                expected.numbers("median", &floating_median(&phases, points, when));
            }
            periods(&mut expected, &phases);
            rules(&mut expected, &phases);
            expected.finish()
        }
    }
}

/// What a case asks.
struct Asked {
    shift: StableShift,
    options: LimitOptions,
    /// When a median is drawn, and of how many points.
    median: Option<(FloatingMedian, usize)>,
}

/// What a case asks of the re-basing, of the limits and of the median of the last points.
fn asked(case: &Value) -> Result<Asked, String> {
    let mut shift = StableShift::autospc();
    let mut options = LimitOptions::autospc();
    let mut given = Given::of(case);
    shift.period = given.count("period_min").unwrap_or(shift.period);
    shift.baseline = given.count("baseline_length");
    shift.shift = given.count("shift_rule_threshold").unwrap_or(shift.shift);
    shift.exclusions = given.count("max_exclusions").unwrap_or(shift.exclusions);
    shift.overhanging = given.flag("overhanging_reversions").unwrap_or(true);
    shift.tolerance = given.number("centre_line_tolerance").unwrap_or_default();
    if let Some(times) = given.count("mr_screen_max_loops") {
        options.screening = Screening::Repeated { multiple: 3.267, times };
    }
    let no_regrets = given.flag("no_regrets").unwrap_or(true);
    let every = given.flag("establish_every_shift").unwrap_or(false);
    shift.accept = match (given.flag("baseline_only").unwrap_or(false), every, no_regrets) {
        (true, ..) => Accept::Never,
        (_, true, _) => Accept::Every,
        (.., false) => Accept::Unopposed,
        _ => Accept::UnopposedForGood,
    };
    let points = given.count("floating_median_n").unwrap_or(12);
    let median = match given.word("floating_median") {
        None | Some("no") => None,
        Some("yes") => Some((FloatingMedian::Always, points)),
        Some("auto") => Some((FloatingMedian::IfShifted, points)),
        Some(other) => return Err(format!("unknown floating_median {other}")),
    };
    given.finish()?;
    Ok(Asked { shift, options, median })
}

fn lines(expected: &mut Expected, phases: &[StablePhase]) {
    let line = |of: fn(&ControlLimits) -> &[Option<f64>]| -> Vec<Option<f64>> {
        phases.iter().flat_map(|phase| of(&phase.limits).iter().copied()).collect()
    };
    expected.numbers("y", &line(|limits| &limits.values));
    expected.numbers("cl", &line(|limits| &limits.centre));
    expected.numbers("lcl", &line(|limits| limits.lower()));
    expected.numbers("ucl", &line(|limits| limits.upper()));
}

fn periods(expected: &mut Expected, phases: &[StablePhase]) {
    let places = || phases.iter().flat_map(|phase| phase.places.clone().map(move |place| (phase, place)));
    let calculated = |(phase, place): (&StablePhase, usize)| phase.calculated.contains(&place);
    let kinds: Vec<&str> = places().map(|at| if calculated(at) { "calculation" } else { "display" }).collect();
    let names: Vec<String> = places()
        .map(|at| match calculated(at) {
            true => format!("calculation{}", at.0.calculated.start + 1),
            false => format!("display{}", at.0.calculated.end + 1),
        })
        .collect();
    let excluded: Vec<bool> = places().map(|(phase, place)| phase.excluded.contains(&place)).collect();
    let begins: Vec<bool> = places().map(|(phase, place)| place > 0 && place == phase.places.start).collect();
    expected.same("period_type", kinds);
    expected.same("plot_period", names);
    expected.same("excluded", excluded);
    expected.same("break_point", begins);
}

fn rules(expected: &mut Expected, phases: &[StablePhase]) {
    // Of a missing point the first rule says nothing at all.
    let outside: Vec<Option<bool>> = phases
        .iter()
        .flat_map(|phase| {
            let lines = phase.limits.lower().iter().zip(phase.limits.upper());
            phase.limits.values.iter().zip(lines).map(|(value, (lower, upper))| {
                let value = (*value)?;
                match (*lower, *upper) {
                    (Some(lower), Some(upper)) => Some(value > upper || value < lower),
                    _ => None,
                }
            })
        })
        .collect();
    expected.same("rule1", outside);
    expected.same("rule2", phases.iter().flat_map(|phase| phase.shifted.iter().copied()).collect::<Vec<_>>());
}

/// Counts, numerators and denominators of one time are added up, as the tool does but for individual values.
fn aggregated(dataset: &Dataset, chart: &str) -> (columns::Column, Option<columns::Column>) {
    let rows = shape::rows(dataset);
    let mut values: Vec<Option<f64>> = Vec::new();
    let mut denominators: Vec<Option<f64>> = Vec::new();
    let add = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a + b);
    for (at, row) in rows.iter().enumerate() {
        let together = chart != "XMR" && at > 0 && rows[at - 1].x == row.x;
        match (values.last_mut(), denominators.last_mut()) {
            (Some(value), Some(n)) if together => {
                (*value, *n) = (add(*value, row.y), add(*n, row.n));
            }
            _ => {
                values.push(row.y);
                denominators.push(row.n);
            }
        }
    }
    (values, dataset.n.as_ref().map(|_| denominators))
}

//! qicharts2: every chart, with its parts, freezes, exclusions and runs.

use serde_json::Value;
use spc::ChartKind;
use spc::anhoej;
use spc::limits::{self, Bounds, Centre, ControlLimits, Data, LimitOptions, Phase, Refusal};
use spc::rules::{RunsBox, best_box, cut_box};
use spc::screening::Screening;
use spc::subgroup::{self, Aggregate, Subgroups};

use crate::book::{Book, Dataset, Datasets, File};
use crate::expect::Expected;
use crate::options::Given;
use crate::shape;

/// What a case asks for.
struct Asked {
    options: LimitOptions,
    phases: Vec<Phase>,
    used: Vec<bool>,
    multiply: f64,
    method: Method,
}

/// How the runs are judged.
#[derive(Clone, Copy)]
enum Method {
    Anhoej,
    BestBox,
    CutBox,
}

struct Drawn {
    parts: Vec<ControlLimits>,
    /// What the runs are judged on: events without exposure lie above everything.
    judged: Vec<Option<f64>>,
}

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    crate::unknown_parts(file, &["cases"], book);
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart, datasets.get(case)?));
    }
}

fn one(case: &Value, chart: &str, dataset: &Dataset) -> Result<(), String> {
    let rows = shape::rows(dataset);
    let mut given = Given::of(case);
    let asked = asked(&mut given, rows.len())?;
    let how = match given.word("agg_fun") {
        None | Some("mean") => Aggregate::Mean,
        Some("median") => Aggregate::Median,
        Some("sum") => Aggregate::Sum,
        Some("sd") => Aggregate::StandardDeviation,
        Some(other) => return Err(format!("unknown agg_fun {other}")),
    };
    given.finish()?;
    let mut expected = Expected::of(case)?;
    let drawn = match draw(chart, dataset, &rows, how, &asked)? {
        Ok(drawn) if expected.is_error() => return Err(format!("no error, but {} parts", drawn.parts.len())),
        Err(_) if expected.is_error() => return Ok(()),
        Ok(drawn) => drawn,
        Err(refusal) => return Err(refusal.to_string()),
    };
    compare(&mut expected, chart, &drawn, &asked);
    if matches!(chart, "xbar" | "s") {
        expected.same("n_in_subgroup", rows.iter().map(|row| row.values.len()).collect::<Vec<_>>());
        expected.same("x", rows.iter().map(|row| row.x.clone()).collect::<Vec<_>>());
    }
    expected.finish()
}

fn asked(given: &mut Given, len: usize) -> Result<Asked, String> {
    let mut options = LimitOptions::qicharts2();
    if given.flag("screened_mr") == Some(false) {
        options.screening = Screening::Off;
    }
    if given.flag("y.neg") == Some(false) {
        options.bounds = Bounds::NotBelowZero;
    }
    if let Some(centre) = given.number("cl") {
        options.centre = Centre::Given(centre);
    }
    let (freeze, parts) = (given.count("freeze"), given.counts("part").unwrap_or_default());
    // The tool ignores a freeze where there are parts.
    let mut phases = vec![Phase { first: 0, baseline: freeze.filter(|_| parts.is_empty()) }];
    phases.extend(parts.into_iter().map(|last| Phase { first: last, baseline: None }));
    let excluded = given.counts("exclude").unwrap_or_default();
    Ok(Asked {
        options,
        phases,
        used: (1..=len).map(|place| !excluded.contains(&place)).collect(),
        multiply: given.number("multiply").unwrap_or(1.0),
        method: match given.word("method") {
            None | Some("anhoej") => Method::Anhoej,
            Some("bestbox") => Method::BestBox,
            Some("cutbox") => Method::CutBox,
            Some(other) => return Err(format!("unknown method {other}")),
        },
    })
}

fn draw(
    chart: &str,
    dataset: &Dataset,
    rows: &[shape::Row],
    how: Aggregate,
    asked: &Asked,
) -> Result<Result<Drawn, Refusal>, String> {
    let kind = match chart {
        "run" => ChartKind::Run,
        "i" => ChartKind::Xmr,
        "mr" => ChartKind::MovingRange,
        "p" => ChartKind::P,
        "pp" => ChartKind::PPrime,
        "u" => ChartKind::U,
        "up" => ChartKind::UPrime,
        "c" => ChartKind::C,
        "ip" => ChartKind::IPrime,
        "g" => ChartKind::G,
        "t" => ChartKind::T,
        "xbar" => return Ok(draw_subgroups(subgroup::xbar, rows, asked)),
        "s" => return Ok(draw_subgroups(subgroup::s, rows, asked)),
        other => return Err(format!("unknown chart {other}")),
    };
    let values = shape::values(dataset, rows, how);
    let denominators: Option<Vec<Option<f64>>> = dataset.n.as_ref().map(|_| rows.iter().map(|row| row.n).collect());
    let data = Data { values: &values, denominators: denominators.as_deref(), used: Some(&asked.used), baseline: None };
    let parts = match limits::by_phase(kind, &data, &asked.phases, &asked.options) {
        Ok(parts) => parts,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let plotted = parts.iter().flat_map(|part| part.values.iter().copied());
    let without_exposure = |i: usize| {
        let n = denominators.as_ref().and_then(|n| n[i]);
        kind != ChartKind::MovingRange && n == Some(0.0) && values[i].is_some_and(|y| y > 0.0)
    };
    let judged = |(i, y): (usize, Option<f64>)| if without_exposure(i) { Some(f64::INFINITY) } else { y };
    let judged = plotted.enumerate().map(judged).map(|y| y.map(|y| y * asked.multiply)).collect();
    let parts = parts.iter().cloned().map(|part| part.multiplied(asked.multiply)).collect();
    Ok(Ok(Drawn { parts, judged }))
}

fn draw_subgroups(chart: subgroup::SubgroupChart, rows: &[shape::Row], asked: &Asked) -> Result<Drawn, Refusal> {
    let groups = shape::subgroups(rows);
    let groups = Subgroups { used: Some(&asked.used), ..Subgroups::new(&groups) };
    let parts = subgroup::by_phase(chart, &groups, &asked.phases, &asked.options)?;
    let parts: Vec<ControlLimits> = parts.into_iter().map(|part| part.multiplied(asked.multiply)).collect();
    let judged = parts.iter().flat_map(|part| part.values.iter().copied()).collect();
    Ok(Drawn { parts, judged })
}

fn compare(expected: &mut Expected, chart: &str, drawn: &Drawn, asked: &Asked) {
    let join = |line: fn(&ControlLimits) -> &[Option<f64>]| -> Vec<Option<f64>> {
        drawn.parts.iter().flat_map(|part| line(part).iter().copied()).collect()
    };
    let tolerance = if chart == "t" { 1e-8 } else { 1e-9 };
    let values = join(|part| &part.values);
    expected.numbers("y", &values);
    expected.numbers_within("cl", &join(|part| &part.centre), tolerance);
    let (lower, upper) = (join(ControlLimits::lower), join(ControlLimits::upper));
    if chart != "run" {
        expected.numbers_within("lcl", &lower, tolerance);
        expected.numbers_within("lcl95", &join(ControlLimits::near_lower), tolerance);
        expected.numbers_within("ucl95", &join(ControlLimits::near_upper), tolerance);
        expected.numbers_within("ucl", &upper, tolerance);
    }
    let outside = |i: usize| {
        let below = values[i].zip(lower[i]).is_some_and(|(y, limit)| y < limit);
        let above = values[i].zip(upper[i]).is_some_and(|(y, limit)| y > limit);
        below || above
    };
    expected.same("sigma_signal", (0..values.len()).map(outside).collect::<Vec<_>>());
    let numbers = drawn.parts.iter().zip(1..).flat_map(|(part, number)| vec![number; part.values.len()]);
    expected.same("part", numbers.collect::<Vec<usize>>());
    runs(expected, chart, drawn, asked);
}

fn runs(expected: &mut Expected, chart: &str, drawn: &Drawn, asked: &Asked) {
    let Some(list) = expected.raw("runs").as_array() else {
        expected.problem("runs: not a list");
        return;
    };
    if list.len() != drawn.parts.len() {
        expected.problem(format!("runs: {} for {}", drawn.parts.len(), list.len()));
        return;
    }
    let mut first = 0;
    for (number, (part, wanted)) in drawn.parts.iter().zip(list).enumerate() {
        let places: Vec<usize> = (first..first + part.values.len()).filter(|i| asked.used[*i]).collect();
        first += part.values.len();
        let centre = if part.basis.centre_unbounded {
            Some(f64::INFINITY)
        } else {
            part.centre.iter().copied().flatten().next()
        };
        let found =
            centre.map(|centre| anhoej::runs(places.iter().map(|i| drawn.judged[*i]), centre)).unwrap_or_default();
        let signal = chart != "mr" && signal(&found, asked.method);
        let result = Expected::from(wanted).and_then(|mut wanted| {
            wanted.same("part", number + 1);
            wanted.same("n_obs", places.len());
            compare_runs(&mut wanted, &found);
            wanted.same("runs_signal", signal);
            wanted.finish()
        });
        if let Err(problem) = result {
            expected.problem(format!("runs[{number}]: {problem}"));
        }
    }
}

/// The fields that describe runs; null without useful points.
pub fn compare_runs(wanted: &mut Expected, found: &anhoej::Runs) {
    let some = |n: usize| found.limits.map(|_| n);
    wanted.same("n_useful", found.useful);
    wanted.same("longest_run", some(found.longest_run));
    wanted.same("longest_run_max", found.limits.map(|limits| limits.longest_run_max));
    wanted.same("n_crossings", some(found.crossings));
    wanted.same("n_crossings_min", found.limits.map(|limits| limits.crossings_min));
}

fn signal(found: &anhoej::Runs, method: Method) -> bool {
    let outside =
        |limits: Option<RunsBox>| limits.is_some_and(|limits| limits.signal(found.crossings, found.longest_run));
    match method {
        Method::Anhoej => found.long_run() || found.few_crossings(),
        Method::BestBox => outside(best_box(found.useful)),
        Method::CutBox => outside(cut_box(found.useful)),
    }
}

//! pbcharts: the normalised individuals chart and its moving S.

use serde_json::Value;
use spc::anhoej;
use spc::limits::{self, Data, LimitOptions};
use spc::screening::Screening;

use crate::book::{Book, Dataset, Datasets, File};
use crate::expect::Expected;
use crate::options::Given;
use crate::qicharts2::compare_runs;
use crate::shape;

/// D4 as pbcharts takes it.
const SCREENING: Screening = Screening::Below { multiple: 3.2665 };

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    crate::unknown_parts(file, &["cases"], book);
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart, datasets.get(case)?));
    }
}

fn one(case: &Value, chart: &str, dataset: &Dataset) -> Result<(), String> {
    let mut given = Given::of(case);
    let mut options = LimitOptions::pbcharts();
    if given.flag("screenms") == Some(true) {
        options.screening = SCREENING;
    }
    given.finish()?;
    let rows = shape::rows(dataset);
    let values: Vec<Option<f64>> = rows.iter().map(|row| row.y).collect();
    let denominators: Option<Vec<Option<f64>>> = dataset.n.as_ref().map(|_| rows.iter().map(|row| row.n).collect());
    let data = Data { denominators: denominators.as_deref(), ..Data::new(&values) };
    let found = match chart {
        "i_prime" => limits::i_prime(&data, &options),
        "moving_s" => limits::moving_s(&data, &options),
        other => return Err(format!("unknown chart {other}")),
    };
    let mut expected = Expected::of(case)?;
    if expected.is_error() {
        return Err("an error is expected".to_owned());
    }
    expected.numbers("y", &found.values);
    expected.numbers("cl", &found.centre);
    expected.numbers("lcl", found.lower());
    expected.numbers("ucl", found.upper());
    let without_exposure =
        |i: usize| chart == "i_prime" && rows[i].n == Some(0.0) && rows[i].y.is_some_and(|y| y > 0.0);
    // Above one limit is a signal whether or not there is another; inside both, none.
    let signal = |i: usize| {
        let below = found.values[i].zip(found.lower()[i]).map(|(y, limit)| y < limit);
        let above = found.values[i].zip(found.upper()[i]).map(|(y, limit)| y > limit);
        match (below, above) {
            (Some(true), _) | (_, Some(true)) => Some(true),
            (Some(false), Some(false)) => Some(false),
            _ if without_exposure(i) => Some(false),
            _ => None,
        }
    };
    expected.same("sigma_signal", (0..values.len()).map(signal).collect::<Vec<_>>());
    let centre = found.centre.iter().copied().flatten().next();
    let judged = |i: usize| if without_exposure(i) { Some(f64::INFINITY) } else { found.values[i] };
    let runs = centre.map(|centre| anhoej::runs((0..values.len()).map(judged), centre)).unwrap_or_default();
    let result = Expected::from(expected.raw("runs")).and_then(|mut wanted| {
        compare_runs(&mut wanted, &runs);
        wanted.same("runs_signal", runs.long_run() || runs.few_crossings());
        wanted.finish()
    });
    if let Err(problem) = result {
        expected.problem(format!("runs: {problem}"));
    }
    expected.finish()
}

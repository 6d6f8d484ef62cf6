//! qcc: statistics, centre, standard deviation, limits, and where its tests fire.

use serde_json::Value;
use spc::limits::{self, ControlLimits, Data, LimitOptions, Refusal};
use spc::rules::Lines;
use spc::subgroup::{self, Subgroup, Subgroups};

use crate::book::{Book, Dataset, Datasets, File};
use crate::expect::Expected;
use crate::options::Given;
use crate::{qcc_rules, shape};

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    crate::unknown_parts(file, &["cases"], book);
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart, datasets.get(case)?));
    }
}

fn one(case: &Value, chart: &str, dataset: &Dataset) -> Result<(), String> {
    Given::of(case).finish()?;
    let mut rows = shape::rows(dataset);
    if dataset.kind != "subgroup" {
        rows.retain(|row| shape::is_complete(dataset, row));
    }
    let mut expected = Expected::of(case)?;
    let found = match draw(chart, dataset, &rows)? {
        Ok(_) if expected.is_error() => return Err("an error is expected".to_owned()),
        Err(_) if expected.is_error() => return Ok(()),
        Ok(found) => found,
        Err(refusal) => return Err(refusal.to_string()),
    };
    expected.numbers("statistics", &found.values);
    expected.numbers("center", &found.centre[..1.min(found.centre.len())]);
    deviations(&mut expected, chart, &found);
    // No limits at all is an empty list; limits that are the same everywhere may be one number.
    for (field, line) in [("lcl", found.lower()), ("ucl", found.upper())] {
        let none = expected.raw(field).as_array().is_some_and(Vec::is_empty) && line.iter().all(Option::is_none);
        expected.numbers(field, if none { &[] } else { line });
    }
    qcc_rules::check(&mut expected, &found.values, &Lines::of(&found));
    expected.finish()
}

fn draw(chart: &str, dataset: &Dataset, rows: &[shape::Row]) -> Result<Result<ControlLimits, Refusal>, String> {
    let options = LimitOptions::qcc();
    let groups: Vec<Subgroup> = shape::subgroups(rows);
    let groups = Subgroups::new(&groups);
    let values: Vec<Option<f64>> = rows.iter().map(|row| row.y).collect();
    let denominators: Option<Vec<Option<f64>>> = dataset.n.as_ref().map(|_| rows.iter().map(|row| row.n).collect());
    let data = Data { denominators: denominators.as_deref(), ..Data::new(&values) };
    Ok(match chart {
        "xbar" => subgroup::xbar(&groups, &options),
        "S" => subgroup::s(&groups, &options),
        "R" => subgroup::r(&groups, &options),
        "xbar.one" => Ok(limits::xmr(&data, &options)),
        "p" => Ok(limits::p(&data, &options)),
        "u" => Ok(limits::u(&data, &options)),
        "c" => Ok(limits::c(&data, &options)),
        "g" => Ok(limits::g(&data, &options)),
        other => return Err(format!("unknown chart {other}")),
    })
}

/// The standard deviation: of every share where they differ, otherwise of the process.
fn deviations(expected: &mut Expected, chart: &str, found: &ControlLimits) {
    if chart != "p" {
        expected.numbers("std_dev", &[found.basis.process_sigma]);
        return;
    }
    let same = found.sigma.windows(2).all(|pair| pair[0] == pair[1]);
    expected.numbers("std_dev", if same { &found.sigma[..1.min(found.sigma.len())] } else { &found.sigma });
}

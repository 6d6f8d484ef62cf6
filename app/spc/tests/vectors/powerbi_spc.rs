//! PowerBI-SPC: values and limits; flags and icons are in [`crate::powerbi_flags`].

use serde_json::Value;
use spc::ChartKind;
use spc::limits::{self, Bounds, Centre, ControlLimits, Data, LimitOptions};
use spc::rules::Lines;
use spc::screening::{Average, NoVariation, Screening};
use spc::subgroup::{self, Subgroup, Subgroups};

use crate::book::{Book, Dataset, Datasets, File};
use crate::expect::Expected;
use crate::options::Given;
use crate::{powerbi_flags, shape};

/// The places of the rows that are complete, where some are not.
const KEPT: &str = "kept_0based";

pub fn check(file: &File, datasets: &Datasets, book: &mut Book) {
    crate::unknown_parts(file, &["cases"], book);
    for case in file.list("cases") {
        let chart = case["chart"].as_str().unwrap_or("-");
        book.case(chart, case["case"].as_str().unwrap_or("-"), || one(case, chart, datasets.get(case)?));
    }
}

fn one(case: &Value, chart: &str, dataset: &Dataset) -> Result<(), String> {
    let mut given = Given::of(case);
    let with_outliers = given.flag("outliers_in_limits").unwrap_or(false);
    given.finish()?;
    let rows = shape::rows(dataset);
    let least = if matches!(chart, "xbar" | "s") { 2 } else { 1 };
    let kept: Vec<usize> =
        (0..rows.len()).filter(|i| shape::is_complete(dataset, &rows[*i]) && rows[*i].values.len() >= least).collect();
    if !case[KEPT].is_null() && case[KEPT] != Value::from(kept.clone()) {
        return Err(format!("{KEPT}: {kept:?} for {}", case[KEPT]));
    }
    let y: Vec<Option<f64>> = shape::values(dataset, &rows, Default::default());
    let y: Vec<Option<f64>> = kept.iter().map(|i| y[*i].map(fifteen_digits)).collect();
    let n: Option<Vec<Option<f64>>> =
        dataset.n.as_ref().map(|_| kept.iter().map(|i| rows[*i].n.map(fifteen_digits)).collect());
    let groups: Vec<Subgroup> = kept.iter().map(|i| Subgroup::of(&rows[*i].values)).collect();
    let found = draw(chart, &y, n.as_deref(), &groups, with_outliers)?;
    let mut expected = Expected::of(case)?;
    if expected.is_error() {
        return Err("an error is expected".to_owned());
    }
    // The first point has no moving range, and the tool leaves it out.
    let from = usize::from(chart == "mr").min(found.values.len());
    expected.numbers("values", &found.values[from..]);
    expected.numbers("cl", &found.centre[from..]);
    if chart != "run" {
        let tolerance = if chart == "t" { 1e-8 } else { 1e-9 };
        expected.numbers_within("ll99", &found.lower()[from..], tolerance);
        expected.numbers_within("ll95", &found.near_lower()[from..], tolerance);
        expected.numbers_within("ul95", &found.near_upper()[from..], tolerance);
        expected.numbers_within("ul99", &found.upper()[from..], tolerance);
    }
    let fields = case["expected"].as_object().ok_or("expected is not an object")?;
    powerbi_flags::check(&mut expected, fields, &found.values[from..], &Lines::of(&found)[from..]);
    expected.finish()
}

/// The tool was given its numbers to fifteen digits, as its own `values` show.
fn fifteen_digits(number: f64) -> f64 {
    format!("{number:.14e}").parse().unwrap_or(number)
}

/// A chart by the tool's name for it.
pub fn draw(
    chart: &str,
    y: &[Option<f64>],
    n: Option<&[Option<f64>]>,
    groups: &[Subgroup],
    with_outliers: bool,
) -> Result<ControlLimits, String> {
    let mut options = LimitOptions::powerbi_spc();
    if with_outliers {
        options.screening = Screening::Off;
    }
    if matches!(chart, "i_m" | "i_mm") {
        options.centre = Centre::Median;
    }
    if chart == "i_mm" {
        options.average = Average::Median;
        options.no_variation = NoVariation::Zero;
    }
    if chart == "s" {
        options.bounds = Bounds::Off;
    }
    let kind = match chart {
        "run" => ChartKind::Run,
        "i" | "i_m" | "i_mm" => ChartKind::Xmr,
        "mr" => ChartKind::MovingRange,
        "c" => ChartKind::C,
        "p" => ChartKind::P,
        "pp" => ChartKind::PPrime,
        "u" => ChartKind::U,
        "up" => ChartKind::UPrime,
        "g" => ChartKind::G,
        "t" => ChartKind::T,
        "xbar" => {
            return subgroup::xbar(&Subgroups::new(groups), &options).map_err(|error| error.to_string());
        }
        "s" => return subgroup::s(&Subgroups::new(groups), &options).map_err(|error| error.to_string()),
        other => return Err(format!("unknown chart {other}")),
    };
    let data = Data { denominators: n, ..Data::new(y) };
    limits::chart(kind, &data, &options).map_err(|error| error.to_string())
}

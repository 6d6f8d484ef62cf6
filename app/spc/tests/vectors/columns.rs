//! The columns of a dataset, in ascending order of time.

use serde_json::Value;
use spc::limits::{self, Data};

use crate::book::{Dataset, Datasets};
use crate::shape::rows;

/// A list of numbers with gaps.
pub type Column = Vec<Option<f64>>;

/// Values (or numerators) and denominators.
pub fn of(dataset: &Dataset) -> (Column, Option<Column>) {
    let rows = rows(dataset);
    let denominators = dataset.n.is_some().then(|| rows.iter().map(|row| row.n).collect());
    (rows.iter().map(|row| row.y).collect(), denominators)
}

/// The values of a case that says `"value": "y"` or `"y/n"`.
pub fn values(case: &Value, datasets: &Datasets) -> Result<Column, String> {
    let (values, denominators) = of(datasets.get(case)?);
    match (case["value"].as_str(), denominators) {
        (Some("y"), _) => Ok(values),
        (Some("y/n"), Some(n)) => {
            let data = Data { denominators: Some(&n), ..Data::new(&values) };
            Ok(limits::xmr(&data, &limits::LimitOptions::default()).values)
        }
        (value, _) => Err(format!("no value {value:?}")),
    }
}

//! A dataset as the charts want it.

use std::cmp::Ordering;

use serde_json::Value;
use spc::subgroup::{Aggregate, Subgroup, aggregate};

use crate::book::Dataset;

/// One time of a dataset with the rows that belong to it.
pub struct Row {
    /// Date or index.
    pub x: Value,
    /// The values that are there.
    pub values: Vec<f64>,
    /// The value where there is one row.
    pub y: Option<f64>,
    /// The denominator where there is one row.
    pub n: Option<f64>,
}

fn ascending(a: &Value, b: &Value) -> Ordering {
    match (a.as_f64(), b.as_f64()) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.as_str().cmp(&b.as_str()),
    }
}

/// The times of a dataset in ascending order: a subgroup each where its kind says so.
pub fn rows(dataset: &Dataset) -> Vec<Row> {
    let mut order: Vec<usize> = (0..dataset.x.len().min(dataset.y.len())).collect();
    order.sort_by(|&a, &b| ascending(&dataset.x[a], &dataset.x[b]));
    let mut rows: Vec<Row> = Vec::new();
    for i in order {
        let (x, y) = (&dataset.x[i], dataset.y[i]);
        match rows.last_mut() {
            Some(row) if dataset.kind == "subgroup" && row.x == *x => row.values.extend(y),
            _ => {
                let n = dataset.n.as_ref().and_then(|n| n[i]);
                rows.push(Row { x: x.clone(), values: y.into_iter().collect(), y, n });
            }
        }
    }
    rows
}

/// The subgroup of each time.
pub fn subgroups(rows: &[Row]) -> Vec<Subgroup> {
    rows.iter().map(|row| Subgroup::of(&row.values)).collect()
}

/// Each time's value: of its one row, or of all.
pub fn values(dataset: &Dataset, rows: &[Row], how: Aggregate) -> Vec<Option<f64>> {
    let one = |row: &Row| if dataset.kind == "subgroup" { aggregate(&row.values, how) } else { row.y };
    rows.iter().map(one).collect()
}

/// Whether a row is complete enough for the tools that want no gaps.
pub fn is_complete(dataset: &Dataset, row: &Row) -> bool {
    let denominator = dataset.n.is_none() || row.n.is_some_and(|n| n > 0.0);
    if dataset.kind == "subgroup" { !row.values.is_empty() } else { row.y.is_some() && denominator }
}

//! The values of a measure: as numbers, and as they stand in sentences and tables.

use super::model::{Amount, DataType};
use super::series::Measure;

/// What the chart engine calls the kind of number that a measure is of.
pub(super) fn data_type(measure: &Measure) -> spc::DataType {
    match measure.data_type {
        DataType::Count => spc::DataType::Count,
        DataType::Percentage => spc::DataType::Percentage,
        // At most a million: exact.
        DataType::Rate => spc::DataType::Rate { per: measure.per.unwrap_or(1) as f64 },
        DataType::Measurement => spc::DataType::Measurement,
        DataType::TimeBetween => spc::DataType::TimeBetween,
        DataType::CasesBetween => spc::DataType::CasesBetween,
    }
}

/// What was recorded, for the chart engine.
pub(super) fn recorded(amount: Amount) -> spc::Reading {
    match amount {
        Amount::Value(value) => spc::Reading::Value(value),
        Amount::Ratio(numerator, denominator) => spc::Reading::ratio(numerator, denominator),
    }
}

/// A value with its unit, as it stands in a sentence: `75%`, `3.03 per 1,000 bed days`.
#[must_use]
pub fn value(measure: &Measure, value: f64) -> String {
    spc::format::value(value, data_type(measure), &measure.unit)
}

/// What was recorded at a point, with its parts: `75% (18 of 24)`.
#[must_use]
pub fn amount(measure: &Measure, amount: Amount) -> String {
    let Some(number) = recorded(amount).value(data_type(measure)) else { return "No value".to_owned() };
    let number = value(measure, number);
    match parts(amount) {
        Some(parts) => format!("{number} ({parts})"),
        None => number,
    }
}

/// The value of a point alone, as a column of a table has it.
#[must_use]
pub fn number(measure: &Measure, amount: Amount) -> String {
    let data_type = data_type(measure);
    recorded(amount).value(data_type).map_or_else(String::new, |value| spc::format::number(value, data_type))
}

/// The value of a point as a number.
#[must_use]
pub fn plain(measure: &Measure, amount: Amount) -> Option<f64> {
    recorded(amount).value(data_type(measure))
}

/// Numerator and denominator: `18 of 24`.
#[must_use]
pub fn parts(amount: Amount) -> Option<String> {
    match amount {
        Amount::Value(_) => None,
        Amount::Ratio(numerator, denominator) => {
            Some(format!("{} of {}", spc::format::decimals(numerator, 2), spc::format::decimals(denominator, 2)))
        }
    }
}

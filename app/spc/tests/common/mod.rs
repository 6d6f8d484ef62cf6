//! Series for the tests.
#![allow(dead_code, reason = "each test binary uses some of them")]

use chrono::{Days, NaiveDate};
use spc::{DataType, Point, Reading, Series};

pub fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("a date of the calendar")
}

/// One value a week from 4 January 2026.
pub fn weekly(data_type: DataType, unit: &str, readings: impl IntoIterator<Item = Reading>) -> Series {
    every(7, data_type, unit, readings)
}

pub fn every(days: u64, data_type: DataType, unit: &str, readings: impl IntoIterator<Item = Reading>) -> Series {
    let points = readings
        .into_iter()
        .enumerate()
        .map(|(key, reading)| Point { reading, ..Point::new(key, day(2026, 1, 4) + Days::new(days * key as u64)) });
    Series {
        name: "Time to antibiotics".into(),
        unit: unit.into(),
        data_type,
        points: points.collect(),
        ..Series::default()
    }
}

pub fn measured(values: &[f64]) -> Series {
    weekly(DataType::Measurement, "minutes", values.iter().map(|&value| Reading::Value(value)))
}

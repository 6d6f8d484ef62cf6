//! From what is stored to what is drawn and said.

use leptos::prelude::*;
use spc::scene::{self, SceneOptions, Size};
use spc::svg::{self, Style};
use spc::{Chart, Cycle, Options, Reading, Series};

use super::model::{Amount, DataType, Direction};
use super::store::{Charted, Measure};

fn data_type(measure: &Measure) -> spc::DataType {
    match measure.data_type {
        DataType::Count => spc::DataType::Count,
        DataType::Percentage => spc::DataType::Percentage,
        #[allow(clippy::cast_precision_loss, reason = "at most a million")]
        DataType::Rate => spc::DataType::Rate { per: measure.per.unwrap_or(1) as f64 },
        DataType::Measurement => spc::DataType::Measurement,
        DataType::TimeBetween => spc::DataType::TimeBetween,
        DataType::CasesBetween => spc::DataType::CasesBetween,
    }
}

fn reading(amount: Amount) -> Reading {
    match amount {
        Amount::Value(value) => Reading::Value(value),
        Amount::Ratio(numerator, denominator) => Reading::ratio(numerator, denominator),
    }
}

/// The run chart of a measure.
#[must_use]
pub fn run(charted: &Charted) -> Chart {
    let measure = &charted.measure;
    let series = Series {
        name: measure.name.clone(),
        unit: measure.unit.clone(),
        data_type: data_type(measure),
        points: charted
            .points
            .iter()
            .map(|point| spc::Point {
                key: usize::try_from(point.entry).unwrap_or_default(),
                label: point.place.clone(),
                date: point.taken_on,
                time: point.taken_at,
                reading: reading(point.amount()),
                excluded: point.excluded != 0,
            })
            .collect(),
    };
    let options = Options {
        target: measure.target,
        direction: match measure.direction {
            Direction::Increase => spc::Direction::Increase,
            Direction::Decrease => spc::Direction::Decrease,
            Direction::Neutral => spc::Direction::Neutral,
        },
        cycles: charted
            .cycles
            .iter()
            .map(|marker| Cycle {
                date: marker.starts_on,
                number: u32::try_from(marker.number).unwrap_or_default(),
                label: marker.title.clone(),
            })
            .collect(),
        ..Options::default()
    };
    Chart::run(&series, &options)
}

/// A value with its unit, as it stands in a sentence: `75%`, `3.03 per 1,000 bed days`.
#[must_use]
pub fn value(measure: &Measure, value: f64) -> String {
    spc::format::value(value, data_type(measure), &measure.unit)
}

/// What was recorded at a point, with its parts: `75% (18 of 24)`.
#[must_use]
pub fn amount(measure: &Measure, amount: Amount) -> String {
    let Some(number) = reading(amount).value(data_type(measure)) else { return "No value".to_owned() };
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
    reading(amount).value(data_type).map_or_else(String::new, |value| spc::format::number(value, data_type))
}

/// The value of a point as a number.
#[must_use]
pub fn plain(measure: &Measure, amount: Amount) -> Option<f64> {
    reading(amount).value(data_type(measure))
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

fn picture(chart: &Chart, size: Size, id: &str) -> String {
    svg::write(&scene::layout(chart, &SceneOptions { size, heading: false }), Style::Page, id)
}

/// The small picture, one of many.
#[must_use]
pub fn small(chart: &Chart, id: &str) -> AnyView {
    let picture = picture(chart, Size::Small, id);
    view! { <div class="baton-chart__drawing" inner_html=picture /> }.into_any()
}

/// The large picture, and the one that a telephone shows instead.
#[must_use]
pub fn large(chart: &Chart, id: &str) -> AnyView {
    let wide = picture(chart, Size::Full, &format!("{id}-wide"));
    let narrow = picture(chart, Size::Narrow, &format!("{id}-narrow"));
    view! {
        <div class="baton-chart__drawing">
            <div class="spc-only-wide" inner_html=wide />
            <div class="spc-only-narrow" inner_html=narrow />
        </div>
    }
    .into_any()
}

/// The picture as a file.
#[must_use]
pub fn file(chart: &Chart) -> String {
    svg::write(&scene::layout(chart, &SceneOptions { size: Size::Full, heading: true }), Style::Standalone, "chart")
}

//! Statistical process control for quality improvement.
//!
//! Pure functions: no web, no database, no clock. A [`Series`] (what was measured) and [`ChartOptions`]
//! (how it is to be read) give a [`Chart`]; the chart gives its description in [`words`], a
//! [`scene::Scene`] (what stands where) and from that a picture ([`svg::write`]).
//!
//! Underneath lies a kernel on plain slices, for those who draw their own charts: centre lines and
//! limits of every chart in [`limits`] and [`subgroup`] (with their [`constants`] and [`screening`]),
//! limits for many units at one time in [`funnel`], rules for points in named sets in [`rules`],
//! variation and assurance in [`icons`], automatic re-basing in [`rebase`]. The reference tools'
//! choices are named sets of options there, and their answers are this crate's tests.
//!
//! Nothing here panics, and no number that comes out is NaN or infinite, whatever goes in: a value
//! that is missing, infinite or without a usable denominator is a gap, never zero.
//!
//! ```
//! use chrono::NaiveDate;
//! use spc::{Chart, ChartOptions, DataType, Direction, Point, Reading, Series, scene, svg};
//!
//! let first = NaiveDate::from_ymd_opt(2026, 1, 4).unwrap();
//! let points = [(18, 24), (20, 22), (0, 0), (19, 25)];
//! let series = Series {
//!     name: "Drug charts complete".into(),
//!     data_type: DataType::Percentage,
//!     points: (0..).zip(points).map(|(key, (numerator, denominator))| Point {
//!         reading: Reading::ratio(numerator.into(), denominator.into()),
//!         ..Point::new(key, first + chrono::Days::new(7 * key as u64))
//!     }).collect(),
//!     ..Series::default()
//! };
//! let chart = Chart::new(&series, &ChartOptions { direction: Direction::Increase, ..ChartOptions::default() });
//! assert_eq!(chart.centre(), Some(76.0));
//! assert!(spc::words::caption(&chart).contains("Too early to say"));
//!
//! let scene = scene::layout(&chart, &scene::SceneOptions::default());
//! let picture = svg::write(&scene, svg::Style::Page, "measure-1");
//! assert!(picture.starts_with("<svg"));
//! ```

#![warn(missing_docs)]

pub mod anhoej;
mod average;
mod chart;
pub mod choice;
pub mod constants;
mod distribution;
pub mod format;
pub mod funnel;
pub mod icons;
mod kind;
pub mod limits;
pub mod rebase;
pub mod rules;
pub mod scene;
pub mod screening;
mod series;
mod side;
pub mod subgroup;
pub mod svg;
pub mod words;

pub use average::median;
pub use chart::{
    Baseline, Chart, ChartOptions, ChartPoint, Cycle, FIRM_FROM, LIMITS_FROM, Phase, PhaseStart, RuleSetName, Signal,
    SuggestedPhase, Verdict,
};
pub use kind::ChartKind;
pub use series::{DataType, Direction, Period, Point, Reading, Series, Summary};
pub use side::{Meaning, Side};

/// The chart's own stylesheet: the page links it, the standalone picture embeds it.
pub const CSS: &str = include_str!("../spc.css");

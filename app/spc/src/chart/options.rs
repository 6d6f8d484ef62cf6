//! How a series is to be read.

use chrono::NaiveDate;

use crate::kind::ChartKind;
use crate::rules::RuleSet;
use crate::series::Direction;

/// The named sets of rules that a chart can be read by. They are never mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum RuleSetName {
    /// A point outside the limits, and the two runs rules of Anhøj; without limits, those two alone.
    #[default]
    LimitsAndRuns,
    /// The two runs rules of Anhøj.
    Runs,
    /// NHS England's Making Data Count.
    MakingDataCount,
    /// The run chart rules that the Institute for Healthcare Improvement teaches.
    Ihi,
    /// The four tests of the Western Electric handbook (1956).
    WesternElectric,
    /// Nelson's eight tests (1984).
    Nelson,
}

impl RuleSetName {
    /// The rules themselves, with their lengths and choices.
    pub fn set(self) -> RuleSet {
        match self {
            Self::LimitsAndRuns => RuleSet::three_sigma_anhoej(),
            Self::Runs => RuleSet::anhoej(),
            Self::MakingDataCount => RuleSet::making_data_count(),
            Self::Ihi => RuleSet::ihi(),
            Self::WesternElectric => RuleSet::western_electric(),
            Self::Nelson => RuleSet::nelson(),
        }
    }

    /// The name that stands under the chart.
    pub fn name(self) -> &'static str {
        self.set().name
    }
}

/// A PDSA cycle that is marked on the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cycle {
    /// The day it began.
    pub date: NaiveDate,
    /// Its number, which stands on the flag.
    pub number: u32,
    /// Its name, which stands in the list outside the picture.
    pub label: String,
}

/// A day from which the series is read by itself: a person's decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhaseStart {
    /// The first day that belongs to it.
    pub date: NaiveDate,
    /// Why, in the words of the person who decided.
    pub reason: String,
    /// How many of its first points give its lines; none for all.
    pub freeze_after: Option<usize>,
}

/// From which points the lines of the first phase come. They are carried on to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Baseline {
    /// From all of its points.
    All,
    /// From those before the first PDSA cycle, if they are enough.
    #[default]
    BeforeCycles,
    /// From those up to a day.
    Until(NaiveDate),
}

/// How a series is to be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ChartOptions {
    /// The chart that is wanted. With fewer than [`LIMITS_FROM`](super::LIMITS_FROM) points a run chart is drawn.
    pub kind: ChartKind,
    /// Which way is better.
    pub direction: Direction,
    /// The value aimed for, in the unit of the series.
    pub target: Option<f64>,
    /// Values aimed for from a day on, in place of those before.
    pub later_targets: Vec<(NaiveDate, f64)>,
    /// The rules that are judged.
    pub rule_set: RuleSetName,
    /// PDSA cycles to mark, in any order.
    pub cycles: Vec<Cycle>,
    /// Where new phases begin, in any order.
    pub phases: Vec<PhaseStart>,
    /// The baseline of the first phase.
    pub baseline: Baseline,
    /// Whether moving ranges that stand out are left out of the limits.
    pub screening: bool,
    /// A centre line given by hand, in the unit of the series.
    pub centre: Option<f64>,
}

impl Default for ChartOptions {
    fn default() -> Self {
        Self {
            kind: ChartKind::default(),
            direction: Direction::default(),
            target: None,
            later_targets: Vec::new(),
            rule_set: RuleSetName::default(),
            cycles: Vec::new(),
            phases: Vec::new(),
            baseline: Baseline::default(),
            screening: true,
            centre: None,
        }
    }
}

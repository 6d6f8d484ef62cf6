//! Which chart a measure has: what a person chose, or what its points asked for once they were enough, which stays;
//! and which other chart its later points ask for.

use chrono::NaiveDate;
use spc::choice::{self, Choice, Settled, Suggestion};
use spc::{ChartKind, LIMITS_FROM, Series};

use super::chart_settings::model::{ChartType, Period, Summary};
use super::series::{ChartSettings, MeasureSeries};
use super::values::{data_type, recorded};

impl ChartType {
    /// The engine's name for it.
    #[must_use]
    pub fn kind(self) -> ChartKind {
        match self {
            Self::Run => ChartKind::Run,
            Self::Xmr => ChartKind::Xmr,
            Self::IPrime => ChartKind::IPrime,
            Self::P => ChartKind::P,
            Self::PPrime => ChartKind::PPrime,
            Self::U => ChartKind::U,
            Self::UPrime => ChartKind::UPrime,
            Self::C => ChartKind::C,
            Self::G => ChartKind::G,
            Self::T => ChartKind::T,
            Self::XbarS => ChartKind::Xbar,
        }
    }

    /// The chart of the engine's name, if a measure can have it.
    #[must_use]
    pub fn of(kind: ChartKind) -> Option<Self> {
        Self::ALL.iter().copied().find(|chart| chart.kind() == kind)
    }
}

/// Why a measure has its chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A person chose it.
    Person,
    /// Its points asked for it on a day, and it was kept.
    Kept(Option<NaiveDate>, String),
    /// Its points ask for it, and are too few for it to be kept.
    Points(&'static str),
}

/// The measure as the engine reads it.
#[must_use]
pub fn series(measured: &MeasureSeries) -> Series {
    let MeasureSeries { measure, settings, .. } = measured;
    let series = Series {
        name: measure.name.clone(),
        unit: measure.unit.clone(),
        data_type: data_type(measure),
        summary: match settings.summary {
            Summary::Mean => spc::Summary::Mean,
            Summary::Median => spc::Summary::Median,
        },
        points: measured
            .points
            .iter()
            .map(|point| spc::Point {
                key: usize::try_from(point.entry).unwrap_or_default(),
                label: point.place.clone(),
                date: point.taken_on,
                time: point.taken_at,
                reading: recorded(point.amount()),
                excluded: point.excluded != 0,
                note: point.note.clone().unwrap_or_default(),
            })
            .collect(),
    };
    match settings.period {
        None => series,
        Some(Period::Day) => series.by(spc::Period::Day),
        Some(Period::Week) => series.by(spc::Period::Week),
        Some(Period::Month) => series.by(spc::Period::Month),
    }
}

/// The chart of a measure, and why it is that one.
#[must_use]
pub fn chosen(settings: &ChartSettings, series: &Series) -> (ChartKind, Why) {
    match (settings.chart, settings.settled_chart) {
        (Some(chosen), _) => (chosen.kind(), Why::Person),
        (None, Some(kept)) => (kept.kind(), Why::Kept(settings.settled_on, settings.settled_because.clone())),
        (None, None) => {
            let Choice { kind, reason } = choice::choose(series);
            (kind, Why::Points(reason))
        }
    }
}

/// What is settled now that the points are enough for limits; nothing before that, and where a chart is settled or
/// chosen already.
#[must_use]
pub fn settles(measured: &MeasureSeries) -> Option<(ChartType, &'static str)> {
    if measured.settings.chart.or(measured.settings.settled_chart).is_some() {
        return None;
    }
    let series = series(measured);
    if choice::counted(&series) < LIMITS_FROM {
        return None;
    }
    let Choice { kind, reason } = choice::choose(&series);
    Some((ChartType::of(kind)?, reason))
}

/// What becomes of the chart that a measure's points settled, when some of them were never right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resettled {
    /// Those that are left ask for no other by a margin.
    Stays,
    /// They ask for this one, for this reason.
    Another(ChartType, &'static str),
    /// They are too few for limits: later points settle it.
    Open,
}

/// What becomes of the chart that a measure's points settled, now that some of them are gone. What a person set aside
/// is not brought back by it.
#[must_use]
pub fn resettles(measured: &MeasureSeries, settled: ChartType) -> Resettled {
    let series = series(measured);
    if choice::counted(&series) < LIMITS_FROM {
        return Resettled::Open;
    }
    let Choice { kind, reason } = choice::choose_against(&series, settled.kind());
    match ChartType::of(kind) {
        Some(chart) if chart != settled && Some(chart) != measured.settings.declined_chart => {
            Resettled::Another(chart, reason)
        }
        _ => Resettled::Stays,
    }
}

/// Another chart that later points ask for, where the one that is drawn was settled by points.
#[must_use]
pub fn another(settings: &ChartSettings, series: &Series) -> Option<Suggestion> {
    let kind = settings.settled_chart.filter(|_| settings.chart.is_none())?.kind();
    let settled = Settled {
        kind,
        last_key: usize::try_from(settings.settled_entry).unwrap_or_default(),
        set_aside: settings.declined_chart.map(ChartType::kind),
    };
    // What cannot be stored is not suggested.
    choice::another(series, &settled).filter(|suggestion| ChartType::of(suggestion.choice.kind).is_some())
}

/// The number of the last point entered; 0 without any.
#[must_use]
pub fn last_entry(measured: &MeasureSeries) -> i64 {
    measured.points.iter().map(|point| point.entry).max().unwrap_or_default()
}

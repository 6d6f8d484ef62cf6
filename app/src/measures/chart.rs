//! From what is stored to what is drawn and said.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use chrono::NaiveDate;
use leptos::prelude::*;
use spc::choice::Suggestion;
use spc::scene::{self, SceneOptions, Size};
use spc::svg::{self, Style};
use spc::words;
use spc::{Chart, ChartKind, ChartOptions, ChartPoint, Cycle, PhaseStart, RuleSetName};
use tokio::sync::Semaphore;

use super::chart_settings::model::{Baseline, RuleSet};
use super::choice::{self, Why};
use super::kept::{self, Drawn};
use super::model::Direction;
use super::reader;
use super::series::{ChartSettings, MeasureSeries};
use crate::error::Error;

impl RuleSet {
    /// The engine's name for it.
    fn named(self) -> RuleSetName {
        match self {
            Self::LimitsAndRuns => RuleSetName::LimitsAndRuns,
            Self::Runs => RuleSetName::Runs,
            Self::MakingDataCount => RuleSetName::MakingDataCount,
            Self::Ihi => RuleSetName::Ihi,
            Self::WesternElectric => RuleSetName::WesternElectric,
            Self::Nelson => RuleSetName::Nelson,
        }
    }
}

fn options(measured: &MeasureSeries, kind: ChartKind) -> ChartOptions {
    let MeasureSeries { measure, settings, cycles, .. } = measured;
    ChartOptions {
        kind,
        target: measure.target,
        later_targets: settings.later_targets.iter().map(|later| (later.starts_on, later.target)).collect(),
        direction: match measure.direction {
            Direction::Increase => spc::Direction::Increase,
            Direction::Decrease => spc::Direction::Decrease,
            Direction::Neutral => spc::Direction::Neutral,
        },
        rule_set: settings.rule_set.named(),
        cycles: cycles
            .iter()
            .map(|marker| Cycle {
                date: marker.starts_on,
                number: u32::try_from(marker.number).unwrap_or_default(),
                label: marker.title.clone(),
            })
            .collect(),
        phases: settings
            .phases
            .iter()
            .map(|phase| PhaseStart {
                date: phase.starts_on,
                reason: phase.reason.clone(),
                freeze_after: phase.freeze_after.and_then(|many| usize::try_from(many).ok()),
            })
            .collect(),
        baseline: baseline(settings),
        screening: settings.screening,
        centre: settings.centre,
    }
}

fn baseline(settings: &ChartSettings) -> spc::Baseline {
    match (settings.baseline, settings.baseline_until) {
        (Baseline::Date, Some(until)) => spc::Baseline::Until(until),
        (Baseline::Cycles, _) => spc::Baseline::BeforeCycles,
        (Baseline::All | Baseline::Date, _) => spc::Baseline::All,
    }
}

/// Beyond so many points a chart is computed on a thread of its own, a few at a time, so that it keeps no
/// other request waiting.
const MOST_INLINE: usize = 1_000;

static AT_ONCE: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(2)));

/// Computes what is drawn of a measure, where it keeps nobody waiting.
///
/// # Errors
/// [`Error::Internal`] when the computation was given up.
pub async fn computed<T: Send + 'static>(
    measured: MeasureSeries,
    compute: impl FnOnce(MeasureSeries) -> T + Send + 'static,
) -> Result<T, Error> {
    if measured.points.len() <= MOST_INLINE {
        return Ok(compute(measured));
    }
    off_thread(move || compute(measured)).await
}

/// Does a long computation on a thread of its own, two at a time.
///
/// # Errors
/// [`Error::Internal`] when it was given up.
pub async fn off_thread<T: Send + 'static>(compute: impl FnOnce() -> T + Send + 'static) -> Result<T, Error> {
    let turn = Arc::clone(&AT_ONCE).acquire_owned().await.map_err(|_| Error::Busy)?;
    // The turn ends with the job: a caller who goes away stops neither.
    let job = tokio::task::spawn_blocking(move || {
        let computed = compute();
        drop(turn);
        computed
    });
    job.await.map_err(|error| {
        tracing::error!(%error, "computing a chart was given up");
        Error::Internal
    })
}

/// The chart of each measure, without a picture.
///
/// # Errors
/// [`Error::Internal`] when a computation was given up.
pub async fn each(all: Vec<MeasureSeries>) -> Result<Vec<(MeasureSeries, Chart)>, Error> {
    let mut charts = Vec::with_capacity(all.len());
    for measured in all {
        charts.push(computed(measured, |measured| (of(&measured), measured)).await?);
    }
    Ok(charts.into_iter().map(|(chart, measured)| (measured, chart)).collect())
}

/// A time of which a chart is drawn.
#[derive(Clone, Copy, Debug)]
pub struct Time {
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub until: NaiveDate,
}

/// So many points from before a time are drawn with it, to compare.
const BEFORE: usize = 6;

/// A measure with its chart in a small picture, one of many.
#[derive(Debug)]
pub struct Small {
    /// The measure.
    pub series: MeasureSeries,
    /// Its chart.
    pub chart: Arc<Chart>,
    picture: Arc<str>,
}

impl Small {
    /// Draws each; `place` tells apart the pictures of a page that show the same measure.
    ///
    /// # Errors
    /// [`Error::Internal`] when a computation was given up.
    pub async fn draw(all: Vec<MeasureSeries>, place: &'static str) -> Result<Vec<Self>, Error> {
        Self::draw_time(all, place, None).await
    }

    /// The same of a time only, where one is given.
    ///
    /// # Errors
    /// [`Error::Internal`] when a computation was given up.
    pub async fn draw_time(
        all: Vec<MeasureSeries>,
        place: &'static str,
        time: Option<Time>,
    ) -> Result<Vec<Self>, Error> {
        let mut drawn = Vec::with_capacity(all.len());
        for measured in all {
            let draw = move |measured: MeasureSeries| {
                let drawn = |chart: Chart, measured: &MeasureSeries| {
                    let drawing = picture(&chart, Size::Small, &format!("{place}-{}", measured.measure.id)).into();
                    Drawn { chart: Arc::new(chart), drawing }
                };
                let Drawn { chart, drawing } = match time {
                    Some(Time { from, until }) => drawn(of(&measured).part(from, until, BEFORE), &measured),
                    None => kept::picture(place, &measured, |measured| drawn(of(measured), measured)),
                };
                Self { series: measured, chart, picture: drawing }
            };
            drawn.push(computed(measured, draw).await?);
        }
        Ok(drawn)
    }

    /// The picture.
    #[must_use]
    pub fn view(&self) -> AnyView {
        view! { <div class="baton-chart__drawing" inner_html=self.picture.clone() /> }.into_any()
    }
}

/// A measure with its chart in a large picture, and the chart of the spread that goes with it.
#[derive(Debug)]
pub struct Large {
    /// The measure.
    pub series: MeasureSeries,
    /// Its chart.
    pub chart: Chart,
    /// Why it has this kind of chart.
    pub why: Why,
    /// Another kind that its later points ask for.
    pub another: Option<Suggestion>,
    /// The chart of the spread, where there is one that shows something.
    pub spread: Option<Spread>,
    picture: Picture,
}

/// The chart of the spread that goes with a chart.
#[derive(Debug)]
pub struct Spread {
    /// The chart.
    pub chart: Chart,
    picture: Picture,
}

/// The large picture, and the one that a telephone shows instead.
#[derive(Debug)]
struct Picture {
    wide: String,
    narrow: String,
}

impl Large {
    /// Draws it.
    ///
    /// # Errors
    /// [`Error::Internal`] when the computation was given up.
    pub async fn draw(measured: MeasureSeries) -> Result<Self, Error> {
        computed(measured, Self::of).await
    }

    fn of(measured: MeasureSeries) -> Self {
        let series = choice::series(&measured);
        let (kind, why) = choice::chosen(&measured.settings, &series);
        let another = choice::another(&measured.settings, &series);
        let chart = Chart::new(&series, &options(&measured, kind));
        let spread = chart.kind.companion().map(|kind| Chart::new(&series, &options(&measured, kind)));
        let spread = spread
            .filter(|chart| !chart.phases.is_empty())
            .map(|chart| Spread { picture: Picture::of(&chart, "spread"), chart });
        Self { picture: Picture::of(&chart, "chart"), series: measured, chart, why, another, spread }
    }

    /// The picture.
    #[must_use]
    pub fn view(&self) -> AnyView {
        self.picture.view(reader::along_points(&self.chart))
    }

    /// The picture without what is read at its points.
    #[must_use]
    pub fn still(&self) -> AnyView {
        self.picture.view(None)
    }
}

impl Spread {
    /// The picture.
    #[must_use]
    pub fn view(&self) -> AnyView {
        self.picture.view(None)
    }
}

impl Picture {
    fn of(chart: &Chart, id: &str) -> Self {
        Self {
            wide: picture(chart, Size::Full, &format!("{id}-wide")),
            narrow: picture(chart, Size::Narrow, &format!("{id}-narrow")),
        }
    }

    /// With what lies over it.
    fn view(&self, over: Option<AnyView>) -> AnyView {
        let class =
            if over.is_some() { "baton-chart__drawing baton-chart__drawing--read" } else { "baton-chart__drawing" };
        view! {
            <div class=class>
                {over}
                <div class="spc-only-wide" inner_html=self.wide.clone() />
                <div class="spc-only-narrow" inner_html=self.narrow.clone() />
            </div>
        }
        .into_any()
    }
}

/// The chart of a measure: the one that a person chose, or that its points asked for.
#[must_use]
pub fn of(measured: &MeasureSeries) -> Chart {
    let series = choice::series(measured);
    let (kind, _) = choice::chosen(&measured.settings, &series);
    Chart::new(&series, &options(measured, kind))
}

/// What a chart says first, its verdict in bold.
#[must_use]
pub fn headline(chart: &Chart) -> AnyView {
    let words::Headline { verdict, because } = words::headline(chart);
    if because.is_empty() {
        return view! { <strong>{format!("{verdict}.")}</strong> }.into_any();
    }
    view! { <strong>{format!("{verdict}:")}</strong>{format!(" {because}.")} }.into_any()
}

/// What the chart made of each point that was recorded, by its number in the order of entry.
#[must_use]
pub fn by_entry(drawn: &Chart) -> HashMap<i64, &ChartPoint> {
    let each = drawn.points.iter().flat_map(|point| point.keys.iter().map(move |key| (key, point)));
    each.filter_map(|(key, point)| Some((i64::try_from(*key).ok()?, point))).collect()
}

fn picture(chart: &Chart, size: Size, id: &str) -> String {
    svg::write(&scene::layout(chart, &SceneOptions { size, heading: false }), Style::Page, id)
}

/// The picture as a file.
#[must_use]
pub fn file(chart: &Chart) -> String {
    svg::write(&scene::layout(chart, &SceneOptions { size: Size::Full, heading: true }), Style::Standalone, "chart")
}

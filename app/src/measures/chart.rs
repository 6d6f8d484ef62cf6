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

use super::chart_settings::model::{Baseline, RuleSet};
use super::choice::{self, Why};
use super::kept::{self, Drawn};
use super::model::Direction;
use super::queue::Queue;
use super::reader;
use super::series::{ChartSettings, MeasureSeries};
use crate::error::Error;
use crate::id::{MeasureId, PersonId};

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

/// Of more points than this no page draws a chart that nobody asked for, unless it is kept: a project may have six of
/// ten thousand.
const MOST_UNASKED: usize = 2_000;

static AT_ONCE: LazyLock<Queue> = LazyLock::new(|| Queue::new(2));

/// Computes what is drawn of a measure, where it keeps nobody waiting; `who` asks for it.
///
/// # Errors
/// [`Error::Internal`] when the computation was given up.
pub async fn computed<T: Send + 'static>(
    who: Option<PersonId>,
    measured: MeasureSeries,
    compute: impl FnOnce(MeasureSeries) -> T + Send + 'static,
) -> Result<T, Error> {
    if measured.points.len() <= MOST_INLINE {
        return Ok(compute(measured));
    }
    off_thread(who, move || compute(measured)).await
}

/// Does a long computation on a thread of its own, two at a time and one for each person; `who` asks for it.
///
/// # Errors
/// [`Error::Internal`] when it was given up.
pub async fn off_thread<T: Send + 'static>(
    who: Option<PersonId>,
    compute: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    let turn = AT_ONCE.turn(who).await?;
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
pub async fn each(who: Option<PersonId>, all: Vec<MeasureSeries>) -> Result<Vec<(MeasureSeries, Chart)>, Error> {
    let mut charts = Vec::with_capacity(all.len());
    for measured in all {
        charts.push(computed(who, measured, |measured| (of(&measured), measured)).await?);
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
    /// None where it is too large to be drawn unasked, and nobody has asked for it of late.
    drawn: Option<Arc<Drawn>>,
}

/// Which of the large charts are drawn, beside those that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heavy {
    /// All: the page is for them.
    All,
    /// That of one measure, or of none.
    Asked(Option<MeasureId>),
}

impl Small {
    /// Draws each; `place` tells apart the pictures of a page that show the same measure; `who` asks for it.
    ///
    /// # Errors
    /// [`Error::Internal`] when a computation was given up.
    pub async fn draw(
        who: Option<PersonId>,
        all: Vec<MeasureSeries>,
        place: &'static str,
        large: Heavy,
    ) -> Result<Vec<Self>, Error> {
        let mut small = Vec::with_capacity(all.len());
        for measured in all {
            let many = measured.points.len() > MOST_UNASKED;
            let asked = !many || matches!(large, Heavy::All) || large == Heavy::Asked(Some(measured.measure.id));
            let (slot, kept) = kept::of(place, &measured);
            if kept.is_some() || !asked {
                small.push(Self { series: measured, drawn: kept });
                continue;
            }
            let draw = move |measured: MeasureSeries| {
                let drawn = Arc::new(Drawn::of(&of(&measured), place, &measured, None));
                kept::keep(slot, &measured, Arc::clone(&drawn));
                Self { series: measured, drawn: Some(drawn) }
            };
            small.push(computed(who, measured, draw).await?);
        }
        Ok(small)
    }

    /// The same of a time only.
    ///
    /// # Errors
    /// [`Error::Internal`] when a computation was given up.
    pub async fn draw_time(
        who: Option<PersonId>,
        all: Vec<MeasureSeries>,
        place: &'static str,
        time: Time,
    ) -> Result<Vec<Self>, Error> {
        let mut small = Vec::with_capacity(all.len());
        for measured in all {
            let draw = move |measured: MeasureSeries| {
                let chart = of(&measured).part(time.from, time.until, BEFORE);
                let drawn = Drawn::of(&chart, place, &measured, Some(time.from));
                Self { series: measured, drawn: Some(Arc::new(drawn)) }
            };
            small.push(computed(who, measured, draw).await?);
        }
        Ok(small)
    }

    /// The picture, or how many points it would be of.
    #[must_use]
    pub fn view(&self) -> AnyView {
        match &self.drawn {
            Some(drawn) => view! { <div class="baton-chart__drawing" inner_html=drawn.drawing.clone() /> }.into_any(),
            None => {
                let number = i64::try_from(self.series.points.len()).unwrap_or(i64::MAX);
                let words = format!("{} points: the chart takes a moment to draw.", grouped(number));
                view! { <p class="baton-chart__found">{words}</p> }.into_any()
            }
        }
    }

    /// Whether the picture is there.
    #[must_use]
    pub fn is_drawn(&self) -> bool {
        self.drawn.is_some()
    }

    /// What it says, its verdict in bold, with the centre and the latest value.
    #[must_use]
    pub fn said(&self) -> AnyView {
        let Some(drawn) = &self.drawn else { return ().into_any() };
        view! { {in_bold(&drawn.headline)}" "{drawn.brief.clone()} }.into_any()
    }

    /// The same without bold letters; of a time, what its points are beside those before it.
    #[must_use]
    pub fn words(&self) -> String {
        self.drawn.as_ref().map_or_else(String::new, |drawn| drawn.short.clone())
    }
}

impl Drawn {
    /// Draws the small picture of a chart in a place of a page, and says what it says; of a time since a day.
    pub(super) fn of(chart: &Chart, place: &str, measured: &MeasureSeries, since: Option<NaiveDate>) -> Self {
        Self {
            headline: words::headline(chart),
            brief: words::brief(chart),
            short: since.map_or_else(|| words::short(chart), |since| words::period(chart, since)),
            drawing: picture(chart, Size::Small, &format!("{place}-{}", measured.measure.id)).into(),
        }
    }
}

/// A number as people write it: 10,000.
fn grouped(number: i64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
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
    pub async fn draw(who: Option<PersonId>, measured: MeasureSeries) -> Result<Self, Error> {
        computed(who, measured, Self::of).await
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
    in_bold(&words::headline(chart))
}

fn in_bold(words::Headline { verdict, because }: &words::Headline) -> AnyView {
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

//! A measure: its chart, its points, what changed, and the form that records the next point.

use std::collections::HashMap;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::batch::points as points_in_words;
use super::measurement::timeline;
use super::record::{record_form, value_label};
use crate::access::{self, Action};
use crate::clock::date_in_london;
use crate::error::Error;
use crate::format;
use crate::id::MeasureId;
use crate::measures::api::RecordPoint;
use crate::measures::chart::{self, Large};
use crate::measures::chart_settings::api::{AnswerChart, USE};
use crate::measures::chart_settings::model::ChartType;
use crate::measures::choice::Why;
use crate::measures::model::{self, DataType, State};
use crate::measures::series::{Measure, MeasureSeries, Measurement};
use crate::measures::store::{self, Batch, Changed, POINTS_A_PAGE, Shown};
use crate::measures::{icons, parts, reader, values};
use crate::project::parts::{Section, sections};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

pub(super) async fn measure(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let page = request.query("page").parse().unwrap_or(1).max(1);
    let mut conn = request.store.read().await?;
    let relationship = access::relationship_of_measure(&mut conn, &request, id).await?;
    let shown = store::shown(&mut conn, id, page, CHANGES_SHOWN).await?;
    drop(conn);
    let project = shown.series.measure.project_id;
    let may_record = access::may(Action::RecordMeasurement(project), relationship);
    let may_define = access::may(Action::DefineMeasure(project), relationship);
    let Shown { series, points, counted, void, voided, batches, changes } = shown;
    let drawn = Large::draw(request.visitor.id(), series).await?;
    Ok(Page::new(drawn.series.measure.name.clone(), move || {
        let measure = &drawn.series.measure;
        let today = request.today();
        let form = Form::new(&request, RecordPoint::PATH)
            .with_date("taken_on", Some(measure.next_on().map_or(today, |next| next.min(today))));
        let summary = form.summary();
        let (chart_summary, suggestions) = suggestions(&request, &drawn, may_define);
        let recordable = may_record && !measure.closed && measure.retired_on.is_none();
        let side = recordable.then(|| {
            view! {
                <aside class="baton-columns__side baton-no-print" aria-labelledby="record">
                    <h2 class="nhsuk-heading-m" id="record">"Record a point"</h2>
                    {record_form(form, measure)}
                    {other_ways(measure)}
                </aside>
            }
        });
        // People come for the form; who has just recorded something looks at the chart.
        let done = request.query("done");
        let recorded =
            ["recorded", "points", "counted", "imported"].contains(&done) || done.starts_with("batch-undone");
        let (before, after) = if recorded { (None, side) } else { (side, None) };
        let class = columns(recordable, recorded);
        let table = Data { drawn: &drawn, points: &points, counted, void: &void, voided, page, may_record };
        view! {
            {ui::back(&format!("/projects/{project}"), &measure.project_title)}
            {summary}
            {chart_summary}
            {ui::heading(&measure.project_reference, &measure.name)}
            {sections(&request, project, Section::Measures)}
            {facts(measure, may_define)}
            <p class="nhsuk-body-l">{parts::due(measure, today)}" "{collected(measure)}</p>
            <div class=class>
                {before}
                <div>
                    {figure(&drawn, suggestions, may_define)}
                    {cycles(&drawn.series)}
                </div>
                {after}
            </div>
            {recordable.then(|| together(&batches))}
            {table.view()}
            {changed(&changes, may_record)}
        }
        .into_any()
    })
    .with_islands())
}

/// Beside the chart stands the form, and before it until something is recorded.
fn columns(recordable: bool, recorded: bool) -> &'static str {
    match (recordable, recorded) {
        (true, false) => "baton-columns baton-columns--side-first",
        (true, true) => "baton-columns",
        (false, _) => "",
    }
}

fn facts(measure: &Measure, may_define: bool) -> AnyView {
    let mut facts = vec![
        measure.kind.label().to_owned(),
        measure.data_type.label().to_owned(),
        model::frequency(measure.every_days),
        measure.direction.label().to_owned(),
    ];
    facts.extend(measure.target.map(|target| format!("Target {}", values::value(measure, target))));
    let retired = measure.retired_on.map(|on| view! { {ui::tag("Retired", "grey")}" since "{ui::time(on)} });
    let edit = may_define.then(
        || view! { <a class="baton-no-print" href=format!("/measures/{}/edit", measure.id)>"Edit the measure"</a> },
    );
    view! {
        <p class="baton-meta">{retired}{facts.join(" · ")}" "{edit}</p>
        <div class="baton-print-open">{ui::details("What exactly is measured", ui::paragraphs(&measure.definition))}</div>
    }
    .into_any()
}

fn collected(measure: &Measure) -> String {
    match (measure.collector.trim(), measure.source.trim()) {
        ("", "") => String::new(),
        (who, "") => format!("Collected by: {who}."),
        ("", from) => format!("Data from: {from}."),
        (who, from) => format!("Collected by: {who}. Data from: {from}."),
    }
}

/// The other ways in which points come in.
fn other_ways(measure: &Measure) -> AnyView {
    let id = measure.id;
    let tally = (measure.data_type == DataType::Percentage)
        .then(|| view! { <li><a href=format!("/measures/{id}/tally")>"Count yes and no at the bedside"</a></li> });
    view! {
        <ul class="nhsuk-list">
            {tally}
            <li><a href=format!("/measures/{id}/points")>"Record many points at once"</a></li>
            <li><a href=format!("/measures/{id}/import")>"Import from a spreadsheet"</a></li>
        </ul>
    }
    .into_any()
}

/// The newest acts that recorded several points, each with the way to undo it.
fn together(batches: &[Batch]) -> AnyView {
    if batches.is_empty() {
        return ().into_any();
    }
    let items = batches
        .iter()
        .map(|batch| {
            let corrected = (batch.corrected > 0).then(|| format!(", {} corrected", batch.corrected));
            let told = format!("{} {}", points_in_words(batch.points), batch.way.done());
            view! {
                <li>
                    {told.clone()}{corrected}" by "{batch.recorded_by.clone()}", "{ui::time(date_in_london(batch.recorded_at))}" "
                    <a href=format!("/batches/{}", batch.id)>"Undo"<span class="nhsuk-u-visually-hidden">": "{told}</span></a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="nhsuk-list baton-together baton-no-print" aria-label="Points recorded together">{items}</ul> }
        .into_any()
}

/// What is suggested about the chart: another type, a new phase. With the summary of the form's errors.
fn suggestions(request: &Request, drawn: &Large, may_define: bool) -> (AnyView, AnyView) {
    let Large { series, chart, another, .. } = drawn;
    let id = series.measure.id;
    let form = Form::named(request, AnswerChart::PATH, "type");
    let summary = form.summary();
    let another = another.as_ref().and_then(|another| {
        let now = series.settings.settled_chart?;
        let suggested = ChartType::of(another.choice.kind)?;
        let fields = view! {
            {form.hidden("measure", id)}
            {form.hidden("chart", suggested)}
            <div class="baton-buttons-inline baton-no-print">
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name="answer" value=USE>
                    {format!("Use the {}", another.choice.kind.name())}
                </button>
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name="answer" value="keep">
                    {format!("Keep the {}", now.kind().name())}
                </button>
            </div>
        }
        .into_any();
        let answer = may_define.then(|| form.draw_as("baton-form", fields));
        Some(view! {
            <div class="nhsuk-inset-text baton-suggestion">
                <p>{spc::words::suggested_chart(now.kind(), another)}</p>
                {answer}
            </div>
        })
    });
    let phase = chart.suggested_phase().map(|suggestion| {
        let start =
            may_define.then(|| view! { <p><a href=format!("/measures/{id}/chart#phases")>"Start a new phase"</a></p> });
        view! {
            <div class="nhsuk-inset-text baton-suggestion">
                <p>{spc::words::suggested_phase(chart, &suggestion)}</p>
                {start}
            </div>
        }
    });
    (summary, view! { {another}{phase} }.into_any())
}

/// Why the chart is the one that it is.
fn why(drawn: &Large) -> AnyView {
    match &drawn.why {
        Why::Points(because) => format!("Chosen by the data. {because}").into_any(),
        Why::Kept(Some(on), because) => view! {
            "The points asked for it on "{ui::time(*on)}". "{because.clone()}" It stays until somebody chooses another."
        }
        .into_any(),
        Why::Kept(None, because) => format!("{because} It stays until somebody chooses another.").into_any(),
        Why::Person => {
            format!("Chosen by a person: {}.", drawn.series.settings.chart.map_or("", ChartType::label)).into_any()
        }
    }
}

fn figure(drawn: &Large, suggestions: AnyView, may_define: bool) -> AnyView {
    let Large { chart, series, spread, .. } = drawn;
    let id = series.measure.id;
    let reader = (!chart.points.is_empty()).then(|| reader::reader(format!("/measures/{id}/chart.png")));
    let method = spc::words::method(chart).into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    let spread = spread.as_ref().map(|spread| {
        let body = view! {
            {spread.view()}
            <p class="baton-chart__found">{spc::words::caption(&spread.chart)}</p>
        };
        ui::details(&format!("{} of the same data", spread.chart.kind.name()), body.into_any())
    });
    let change = may_define
        .then(|| view! { <p class="baton-no-print"><a href=format!("/measures/{id}/chart")>"Chart settings"</a></p> });
    let how = view! {
        <p>{why(drawn)}</p>
        <ul class="nhsuk-list nhsuk-list--bullet">{method}</ul>
        <p><a href="/how-charts-are-checked">"How the charts are checked"</a></p>
    };
    view! {
        <figure class="baton-chart" aria-labelledby="chart-caption">
            <figcaption class="baton-chart__caption" id="chart-caption">{spc::words::title(chart)}</figcaption>
            {drawn.view()}
            <p class="baton-chart__verdict">{chart::headline(chart)}</p>
            <p class="baton-chart__found">{spc::words::details(chart).join(" ")}</p>
            {notes(chart)}
        </figure>
        {icons::both(chart)}
        {reader}
        {suggestions}
        {ui::details("How this was calculated", how.into_any())}
        {spread}
        {change}
        <p class="baton-actions">
            <a href=format!("/measures/{id}/slide.png") download="">"Download a slide (PNG)"</a>
            <a href=format!("/measures/{id}/slide")>"Slide to print"</a>
            <a href=format!("/measures/{id}/chart.png") download="">"Download the chart (PNG)"</a>
            <a href=format!("/measures/{id}/chart.svg") download="">"Download the chart (SVG)"</a>
            <a href=format!("/measures/{id}/points.csv") download="">"Download the data (CSV)"</a>
        </p>
    }
    .into_any()
}

/// What the notes say that the picture marks with letters.
fn notes(chart: &spc::Chart) -> Option<AnyView> {
    let notes = spc::words::notes(chart);
    if notes.is_empty() {
        return None;
    }
    let items = notes
        .into_iter()
        .filter_map(|noted| {
            let point = chart.points.get(noted.place)?;
            Some(view! {
                <li><strong>{noted.letter.to_string()}</strong>" "{ui::time(point.date)}": "{point.note.clone()}</li>
            })
        })
        .collect_view();
    Some(view! { <ul class="nhsuk-list baton-chart__notes" aria-label="Notes on the chart">{items}</ul> }.into_any())
}

/// So many changes are shown under a chart.
const CHANGES_SHOWN: u32 = 20;

fn changed(rows: &[Changed], may_record: bool) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let title =
        format!("What changed ({})", if rows.len() == CHANGES_SHOWN as usize { "the latest" } else { "all of it" });
    let undo = |changed: &Changed| {
        let batch = changed.undoable.filter(|_| may_record)?;
        let told = format!(" what came on {}", format::date(date_in_london(changed.row.at)));
        Some(
            view! {
                " "<a class="baton-no-print" href=format!("/batches/{batch}")>"Undo"<span class="nhsuk-u-visually-hidden">{told}</span></a>
            }
            .into_any(),
        )
    };
    ui::details(&title, timeline(rows.iter().map(|changed| (&changed.row, undo(changed)))))
}

fn cycles(series: &MeasureSeries) -> AnyView {
    if series.cycles.is_empty() {
        return ().into_any();
    }
    let mut cycles = series.cycles.clone();
    cycles.sort_by_key(|marker| marker.number);
    let items = cycles
        .into_iter()
        .map(|marker| {
            view! { <li value=marker.number>{marker.title}", from "{ui::time(marker.starts_on)}</li> }
        })
        .collect_view();
    let project = series.measure.project_id;
    view! {
        <section aria-labelledby="cycles">
            <h2 class="nhsuk-heading-s" id="cycles">"Tests of change on the chart"</h2>
            <ol>{items}</ol>
            <p class="baton-no-print"><a href=format!("/projects/{project}#cycles")>"Open them on the project’s page"</a></p>
        </section>
    }
    .into_any()
}

/// A page of the points of a measure, and the newest void ones.
struct Data<'a> {
    drawn: &'a Large,
    points: &'a [Measurement],
    counted: i64,
    void: &'a [Measurement],
    voided: i64,
    page: i64,
    may_record: bool,
}

impl Data<'_> {
    fn view(&self) -> AnyView {
        let &Self { counted, voided, page, .. } = self;
        let flags = chart::by_entry(&self.drawn.chart);
        let rows = |points: &[Measurement]| points.iter().map(|point| self.row(point, &flags)).collect();
        let last = (counted + POINTS_A_PAGE - 1) / POINTS_A_PAGE;
        let table = match counted {
            0 if voided == 0 => {
                ui::empty("Every point will be listed here, with who recorded it and what was changed.", None)
            }
            0 => ui::empty("All data points are deleted.", None),
            _ if self.points.is_empty() => {
                ui::empty("There are no points on this page.", Some(("?page=1#data", "See the newest points")))
            }
            _ => {
                let title = match last {
                    ..=1 => "Points, newest first".to_owned(),
                    _ => format!("Points, newest first: page {page} of {last}"),
                };
                ui::table(&title, self.columns(), rows(self.points))
            }
        };
        let void = (voided > 0).then(|| {
            let title = match voided {
                ..=POINTS_A_PAGE => "Deleted data points: on no chart".to_owned(),
                _ => format!("Deleted data points: on no chart. The newest {POINTS_A_PAGE}; all are in the CSV file"),
            };
            ui::details(&format!("Deleted data points ({voided})"), ui::table(&title, self.columns(), rows(self.void)))
        });
        view! {
            <section aria-labelledby="data">
                <h2 class="nhsuk-heading-m" id="data">"Data"</h2>
                {table}
                {ui::pages(page, last, |to| format!("?page={to}#data"))}
                {void}
            </section>
        }
        .into_any()
    }

    fn columns(&self) -> Vec<ui::Column> {
        let measure = &self.drawn.series.measure;
        let mut columns = vec![ui::words("Date"), ui::numbers(&value_label(measure))];
        if measure.data_type.is_ratio() {
            columns.push(ui::numbers("Recorded as"));
        }
        columns.extend([ui::words("Note"), ui::words("State"), ui::words("Recorded by"), ui::acts("Open")]);
        columns
    }

    fn row(&self, point: &Measurement, flags: &HashMap<i64, &spc::ChartPoint>) -> Vec<AnyView> {
        let measure = &self.drawn.series.measure;
        let flag = flags.get(&point.entry).copied().and_then(spc::words::flag);
        let state = match (point.state, flag) {
            (State::Current, flag) => {
                let flag = flag.unwrap_or_default();
                let mut letters = flag.chars();
                letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
            }
            (state, _) => format!("{}: {}", state.label(), point.reason),
        };
        let when = point.when();
        let date = view! { <span class="baton-nowrap">{when.clone()}</span> };
        let mut cells = vec![date.into_any(), values::number(measure, point.amount()).into_any()];
        if measure.data_type.is_ratio() {
            cells.push(values::parts(point.amount()).unwrap_or_default().into_any());
        }
        let label = if self.may_record { "Correct" } else { "History" };
        cells.extend([
            point.note.clone().into_any(),
            state.into_any(),
            point.recorded_by.clone().into_any(),
            view! {
                <a href=format!("/measurements/{}", point.id)>
                    {label}<span class="nhsuk-u-visually-hidden">" the point of "{when}</span>
                </a>
            }
            .into_any(),
        ]);
        cells
    }
}

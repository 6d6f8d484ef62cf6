//! Defining a measure, its chart, its points.

use std::collections::HashMap;

use islands::{MORE_ROWS, MOST_ROWS, PointGrid};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{
    AddMeasure, CorrectPoint, EditMeasure, ExcludePoint, IncludePoint, MoveMeasure, RecordPoint, RecordPoints,
    RestoreMeasure, RetireMeasure, VoidPoint,
};
use super::chart::Large;
use super::chart_settings::model::ChartType;
use super::model::{self, DataType, Direction, FREQUENCIES, Kind, State, cell};
use super::series::{Measure, MeasureSeries, Measurement};
use super::store::{POINTS_A_PAGE, Shown};
use super::{chart, icons, parts, png, reader, store, values};
use crate::access::{self, Action, DefineMeasure, ReadProject, RecordMeasurement};
use crate::clock::date_in_london;
use crate::error::Error;
use crate::history::{self, Row};
use crate::id::{MeasureId, MeasurementId, ProjectId};
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::route;
use crate::sheet;
use crate::web::page::{Page, Reply, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/projects/{id}/measures/new", new_measure),
        route!("/measures/{id}", measure),
        route!("/measures/{id}/edit", edit_measure),
        route!("/measures/{id}/points", points),
        route!("/measures/{id}/chart.svg", chart_file),
        route!("/measures/{id}/chart.png", chart_picture),
        route!("/measures/{id}/points.csv", points_file),
        route!("/measurements/{id}", measurement),
    ]
}

async fn new_measure(request: Request) -> Result<Page, Error> {
    let project: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, DefineMeasure(project)).await?;
    let head = crate::project::store::summary(&mut conn, project).await?;
    drop(conn);
    Ok(Page::new("Define a measure", move || {
        let form =
            Form::new(&request, AddMeasure::PATH).with("every_days", 7).with_date("starts_on", Some(request.today()));
        let summary = form.summary();
        let fields = view! {
            {form.hidden("project", project)}
            {definition_fields(&form)}
            <div class="baton-actions">
                {ui::submit("Save the measure")}
                <a href=format!("/projects/{project}")>"Cancel"</a>
            </div>
        }
        .into_any();
        view! {
            {ui::back(&format!("/projects/{project}"), &head.title)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&head.reference.unwrap_or_default(), "Define a measure")}
                <p>
                    "Most projects do with three to five measures: one outcome, one or two processes, and one that would show harm elsewhere."
                </p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

fn definition_fields(form: &Form) -> AnyView {
    let mut frequencies: Vec<(String, String)> =
        FREQUENCIES.iter().map(|(days, words)| (days.to_string(), (*words).to_owned())).collect();
    frequencies.push((String::new(), model::frequency(None)));
    let stored = form.value("every_days");
    if !stored.is_empty() && !frequencies.iter().any(|(days, _)| *days == stored) {
        frequencies.insert(0, (stored.clone(), format!("Every {stored} days")));
    }
    let kinds = Kind::ALL.iter().map(|kind| (kind.to_string(), kind.label().to_owned(), kind.asks().to_owned()));
    let types = DataType::ALL.iter().map(|one| (one.to_string(), one.label().to_owned(), one.explained().to_owned()));
    let ways = Direction::ALL.iter().map(|way| (way.to_string(), way.label().to_owned(), String::new()));
    view! {
        {form.line("name", "Name").hint("For example, antibiotics within the hour.").view()}
        {form
            .lines("definition", "What exactly is measured", 3)
            .hint("Who is counted, who is not, and when. Two people who follow it must get the same number.")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
        {form.radios("kind", "What does it tell of?", kinds.collect()).view()}
        {form.radios("data_type", "What is one number?", types.collect()).hint("Is something counted or read? Is there a denominator? Is it rare, with none in every second period? The answers choose the chart.").view()}
        {form
            .line("unit", "Unit")
            .hint("For example, minutes, complaints, or, for a rate, bed days. A percentage needs none.")
            .width(20)
            .view()}
        {form.number("per", "For a rate: per how many?").hint("For example, 1,000 for falls per 1,000 bed days.").width(5).view()}
        {form.radios("direction", "Which way is better?", ways.collect()).view()}
        {form.number("target", "Target (optional)").hint("The value that you aim for, in the unit above.").width(5).view()}
        {form.select("every_days", "How often is it measured?", frequencies).view()}
        {form
            .line("source", "Where do the data come from? (optional)")
            .hint("For example, the sepsis audit tool, or ten sets of notes drawn each Monday.")
            .view()}
        {form
            .line("collector", "Who collects them? (optional)")
            .hint("A role lasts longer than a name: for example, the ward’s junior doctor on Mondays.")
            .view()}
        {form.date("starts_on", "From when on?").hint("Points from before this date are welcome: they are the baseline.").view()}
    }
    .into_any()
}

async fn edit_measure(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = store::measure(&mut conn, id).await?;
    request.require(&mut conn, DefineMeasure(measure.project_id)).await?;
    drop(conn);
    Ok(Page::new(format!("Edit {}", measure.name), move || {
        let or_none = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
        let form = Form::new(&request, EditMeasure::PATH)
            .version(measure.version)
            .with("name", &measure.name)
            .with("definition", &measure.definition)
            .with("kind", measure.kind)
            .with("data_type", measure.data_type)
            .with("unit", if measure.data_type == DataType::Percentage { "" } else { &measure.unit })
            .with("per", measure.per.map(|per| per.to_string()).unwrap_or_default())
            .with("direction", measure.direction)
            .with("target", or_none(measure.target))
            .with("every_days", measure.every_days.map(|days| days.to_string()).unwrap_or_default())
            .with("source", &measure.source)
            .with("collector", &measure.collector)
            .with_date("starts_on", Some(measure.starts_on));
        let href = format!("/measures/{id}");
        let summary = form.summary();
        let fields = view! {
            {form.hidden("measure", id)}
            {definition_fields(&form)}
            <div class="baton-actions">
                {ui::submit("Save changes")}
                <a href=href.clone()>"Cancel"</a>
            </div>
        }
        .into_any();
        let one_button = |path: &'static str, name: &str, way: &str, label: &str| {
            let form = Form::named(&request, path, name);
            let way = (!way.is_empty()).then(|| form.hidden("way", way));
            let fields = view! {
                {form.hidden("measure", id)}
                {way}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{label.to_owned()}</button>
            }
            .into_any();
            form.draw_as("baton-form", fields)
        };
        let (place, retire) = if measure.retired_on.is_some() {
            let restore = view! {
                <h2 class="nhsuk-heading-m">"Take it up again"</h2>
                <p>"The measure is retired. All of its points are kept, and its chart can still be read."</p>
                {one_button(RestoreMeasure::PATH, "restore", "", "Take it up again")}
            };
            (None, restore.into_any())
        } else {
            let place = view! {
                <h2 class="nhsuk-heading-m">"Its place on the project’s page"</h2>
                <div class="baton-buttons-inline">
                    {one_button(MoveMeasure::PATH, "up", "up", "Move up")}
                    {one_button(MoveMeasure::PATH, "down", "down", "Move down")}
                </div>
            };
            let retire = view! {
                <h2 class="nhsuk-heading-m">"Retire it"</h2>
                <p>
                    "No more points will be due, and it leaves the project’s page. All of its points are kept, and you can take it up again."
                </p>
                {one_button(RetireMeasure::PATH, "retire", "", "Retire the measure")}
            };
            (Some(place), retire.into_any())
        };
        view! {
            {ui::back(&href, &measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&measure.project_reference, "Edit the measure")}
                {form.draw(fields)}
                {place}
                {retire}
            </div></div>
        }
        .into_any()
    }))
}

async fn measure(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let page = request.query("page").parse().unwrap_or(1).max(1);
    let mut conn = request.store.read().await?;
    let relationship = access::relationship_of_measure(&mut conn, &request, id).await?;
    let shown = store::shown(&mut conn, id, page, CHANGES_SHOWN).await?;
    drop(conn);
    let project = shown.series.measure.project_id;
    let may_record = access::may(Action::RecordMeasurement(project), relationship);
    let may_define = access::may(Action::DefineMeasure(project), relationship);
    let Shown { series, points, counted, void, voided, changes } = shown;
    let drawn = Large::draw(series).await?;
    Ok(Page::new(drawn.series.measure.name.clone(), move || {
        let measure = &drawn.series.measure;
        let today = request.today();
        let form = Form::new(&request, RecordPoint::PATH)
            .with_date("taken_on", Some(measure.next_on().map_or(today, |next| next.min(today))));
        let summary = form.summary();
        let recordable = may_record && !measure.closed && measure.retired_on.is_none();
        let side = recordable.then(|| {
            view! {
                <aside class="baton-columns__side" aria-labelledby="record">
                    <h2 class="nhsuk-heading-m" id="record">"Record a point"</h2>
                    {record_form(form, measure)}
                    {other_ways(measure)}
                </aside>
            }
        });
        // People come for the form; who has just recorded something looks at the chart.
        let recorded = ["recorded", "points", "counted", "imported"].contains(&request.query("done"));
        let (before, after) = if recorded { (None, side) } else { (side, None) };
        let class = match (recordable, recorded) {
            (true, false) => "baton-columns baton-columns--side-first",
            (true, true) => "baton-columns",
            (false, _) => "",
        };
        let table = Data { drawn: &drawn, points: &points, counted, void: &void, voided, page, may_record };
        view! {
            {ui::back(&format!("/projects/{project}"), &measure.project_title)}
            {summary}
            {ui::heading(&measure.project_reference, &measure.name)}
            {facts(measure, may_define)}
            <p class="nhsuk-body-l">{parts::due(measure, today)}" "{collected(measure)}</p>
            <div class=class>
                {before}
                <div>
                    {figure(&drawn, may_define)}
                    {cycles(&drawn.series)}
                </div>
                {after}
            </div>
            {table.view()}
            {changed(&changes)}
        }
        .into_any()
    })
    .with_islands())
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
    let edit = may_define.then(|| view! { <a href=format!("/measures/{}/edit", measure.id)>"Edit the measure"</a> });
    view! {
        <p class="baton-meta">{retired}{facts.join(" · ")}" "{edit}</p>
        {ui::details("What exactly is measured", ui::paragraphs(&measure.definition))}
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

/// What the parts of a ratio are called: numerator and denominator.
fn ratio_labels(measure: &Measure) -> (String, String) {
    match measure.data_type {
        DataType::Rate => ("How many".to_owned(), format!("Out of how many {}", measure.unit)),
        _ => ("How many had it".to_owned(), "Out of how many".to_owned()),
    }
}

fn value_label(measure: &Measure) -> String {
    match measure.data_type {
        DataType::Percentage => "Percentage".to_owned(),
        DataType::Rate => format!("Rate per {} {}", spc::format::plain(measure.per.unwrap_or(1) as f64), measure.unit),
        _ if measure.unit.is_empty() => "Value".to_owned(),
        _ => format!("Value ({})", measure.unit),
    }
}

fn amount_fields(form: &Form, measure: &Measure) -> AnyView {
    if measure.data_type.is_ratio() {
        let (top, bottom) = ratio_labels(measure);
        view! {
            {form.number("numerator", &top).width(5).view()}
            {form.number("denominator", &bottom).width(5).view()}
        }
        .into_any()
    } else {
        form.number("value", &value_label(measure)).width(5).view()
    }
}

/// What is seldom needed, folded away unless something stands in it.
fn seldom_fields(form: &Form, measure: &Measure) -> AnyView {
    let open = ["taken_at", "place", "value"].iter().any(|name| !form.value(name).is_empty());
    let alone = measure.data_type.is_ratio().then(|| {
        let label = format!("{}, if you only have that", value_label(measure));
        form.number("value", &label).hint("Leave the two numbers above empty.").width(5).view()
    });
    view! {
        <details class="nhsuk-details" open=open>
            <summary class="nhsuk-details__summary">
                <span class="nhsuk-details__summary-text">"Time, place and other details"</span>
            </summary>
            <div class="nhsuk-details__text">
                {form.line("taken_at", "Time of day (optional)").hint("For example, 14:05.").width(5).view()}
                {form.line("place", "Place (optional)").hint("For example, a ward, when several are measured.").width(20).view()}
                {alone}
            </div>
        </details>
    }
    .into_any()
}

fn record_form(form: Form, measure: &Measure) -> AnyView {
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {form.date("taken_on", "Date").view()}
        {amount_fields(&form, measure)}
        {form.line("note", "Note (optional)").hint("What was unusual that day. Nothing about patients.").view()}
        {seldom_fields(&form, measure)}
        {ui::submit("Record the point")}
    }
    .into_any();
    form.draw(fields)
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

fn figure(drawn: &Large, may_define: bool) -> AnyView {
    let Large { series, chart, reason, spread, .. } = drawn;
    let id = series.measure.id;
    let suggestion = chart.suggested_phase().map(|suggestion| {
        let start =
            may_define.then(|| view! { <p><a href=format!("/measures/{id}/chart#phases")>"Start a new phase"</a></p> });
        view! {
            <div class="nhsuk-inset-text">
                <p>{spc::words::suggested_phase(chart, &suggestion)}</p>
                {start}
            </div>
        }
    });
    let choice = match (reason, series.settings.chart) {
        (Some(reason), _) => format!("Chosen by the data. {reason}"),
        (None, chosen) => format!("Chosen by a person: {}.", chosen.map_or("", ChartType::label)),
    };
    let method = spc::words::method(chart).into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
    let spread = spread.as_ref().map(|spread| {
        let body = view! {
            {spread.view()}
            <p class="baton-chart__found">{spc::words::caption(&spread.chart)}</p>
        };
        ui::details(&format!("{} of the same data", spread.chart.kind.name()), body.into_any())
    });
    let change =
        may_define.then(|| view! { <p><a href=format!("/measures/{id}/chart")>"Change how the chart is read"</a></p> });
    let how = view! {
        <p>{choice}</p>
        <ul class="nhsuk-list nhsuk-list--bullet">{method}</ul>
        <p><a href="/how-charts-are-checked">"How the charts are checked"</a></p>
    };
    view! {
        <figure class="baton-chart" aria-labelledby="chart-caption">
            <figcaption class="baton-chart__caption" id="chart-caption">{spc::words::title(chart)}</figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{spc::words::caption(chart)}</p>
        </figure>
        {point_reader(chart, id)}
        {icons::both(chart)}
        {suggestion}
        {ui::details("How this was calculated", how.into_any())}
        {spread}
        {change}
        <p class="baton-actions">
            <a href=format!("/measures/{id}/chart.png") download="">"Download the chart (PNG)"</a>
            <a href=format!("/measures/{id}/chart.svg") download="">"Download the chart (SVG)"</a>
            <a href=format!("/measures/{id}/points.csv") download="">"Download the data (CSV)"</a>
        </p>
    }
    .into_any()
}

/// Beyond so many points nobody reads them one by one.
const MOST_READ: usize = 400;

fn point_reader(drawn: &spc::Chart, id: MeasureId) -> AnyView {
    if drawn.points.is_empty() || drawn.points.len() > MOST_READ {
        return ().into_any();
    }
    let points = (0..drawn.points.len()).filter_map(|place| spc::words::point(drawn, place)).collect();
    reader::reader(points, format!("/measures/{id}/chart.png"))
}

/// So many changes are shown under a chart.
const CHANGES_SHOWN: u32 = 20;

fn changed(rows: &[Row]) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let title =
        format!("What changed ({})", if rows.len() == CHANGES_SHOWN as usize { "the latest" } else { "all of it" });
    ui::details(&title, timeline(rows))
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
            <p><a href=format!("/projects/{project}#cycles")>"Open them on the project’s page"</a></p>
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
        let flags = by_entry(&self.drawn.chart);
        let rows = |points: &[Measurement]| points.iter().map(|point| self.row(point, &flags)).collect();
        let last = (counted + POINTS_A_PAGE - 1) / POINTS_A_PAGE;
        let table = match counted {
            0 if voided == 0 => {
                ui::empty("Every point will be listed here, with who recorded it and what was changed.", None)
            }
            0 => ui::empty("All points are void.", None),
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
                ..=POINTS_A_PAGE => "Void points: on no chart".to_owned(),
                _ => format!("Void points: on no chart. The newest {POINTS_A_PAGE}; all are in the CSV file"),
            };
            ui::details(&format!("Void points ({voided})"), ui::table(&title, self.columns(), rows(self.void)))
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
        columns.extend([ui::words("Note"), ui::words("State"), ui::words("Recorded by"), ui::words("Open")]);
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
        let date = view! { <span class="nhsuk-u-nowrap">{when.clone()}</span> };
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

async fn points(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = store::measure(&mut conn, id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    drop(conn);
    Ok(Page::new(format!("Record points: {}", measure.name), move || {
        let form = Form::new(&request, RecordPoints::PATH);
        let summary = form.summary();
        let columns = grid_columns(&measure);
        let rejected = request.rejected.as_ref().filter(|rejected| rejected.action == RecordPoints::PATH);
        let typed_rows = rejected.map_or(0, |rejected| {
            rejected.typed.iter().filter(|(name, _)| name.starts_with("rows[") && name.ends_with("[taken_on]")).count()
        });
        let more = if form.value("then") == "more" { MORE_ROWS } else { 0 };
        let count = (typed_rows.max(if more > 0 { 0 } else { MORE_ROWS }) + more).min(MOST_ROWS);
        let rows = (0..count).map(|row| {
            let wrong = |field: &str| {
                let name = cell(row, field);
                let error = rejected?.errors.iter().find(|error| error.field == name)?;
                Some(error.message.clone())
            };
            grid_row(row, &columns, |field| (form.value(&cell(row, field)), wrong(field)))
        });
        let rows = rows.collect_view();
        let heads = columns.iter().map(|column| view! { <th scope="col">{column.label.clone()}</th> }).collect_view();
        let href = format!("/measures/{id}");
        let fields = view! {
            {form.hidden("measure", id)}
            <div class="baton-table-region" role="region" aria-label="Points to record" tabindex="0">
                <table class="baton-grid">
                    <thead>
                        <tr>
                            <th scope="col"><span class="nhsuk-u-visually-hidden">"Row"</span></th>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
            <p class="baton-grid__told" role="status"></p>
            <div class="baton-actions">
                <button class="nhsuk-button" type="submit">"Record these points"</button>
                <button class="nhsuk-button nhsuk-button--secondary" type="submit" name="then" value="more">"More rows"</button>
            </div>
            <PointGrid />
        }
        .into_any();
        view! {
            {ui::back(&href, &measure.name)}
            {summary}
            {ui::heading(&measure.project_reference, "Record many points")}
            <p>
                "Write dates as 4 1 2026 or 4 January 2026. Leave rows empty that you do not need. Nothing is recorded until every row is right."
            </p>
            <p class="baton-only-js">"You can paste rows copied from a spreadsheet: click the cell where they start."</p>
            <p>{format!("For more than {MOST_ROWS} rows, or a file, ")}<a href=format!("{href}/import")>"import them from a spreadsheet"</a>"."</p>
            {form.draw(fields)}
            <p><a href=href.clone()>"Cancel"</a></p>
        }
        .into_any()
    })
    .with_islands())
}

/// A column of the grid: its field, its heading, the class of its inputs.
struct GridColumn {
    field: String,
    label: String,
    class: String,
}

/// A row of the grid. The browser makes further rows of the last one: what holds its number is
/// `rows[4][value]`, `rows-4--value-` and "Value, row 5".
fn grid_row(row: usize, columns: &[GridColumn], cell_of: impl Fn(&str) -> (String, Option<String>)) -> AnyView {
    let mut any_wrong = false;
    let cells = columns
        .iter()
        .map(|column| {
            let (value, error) = cell_of(&column.field);
            any_wrong |= error.is_some();
            let name = cell(row, &column.field);
            let id = name.replace(['[', ']', '.'], "-");
            let error_id = format!("{id}-error");
            let described = error.is_some().then(|| error_id.clone());
            let invalid = error.is_some().then_some("true");
            let class = if error.is_some() {
                format!("nhsuk-input nhsuk-input--error {}", column.class)
            } else {
                format!("nhsuk-input {}", column.class)
            };
            let told = error.map(|error| {
                view! {
                    <span class="nhsuk-error-message" id=error_id>
                        <span class="nhsuk-u-visually-hidden">"Error: "</span>
                        {error}
                    </span>
                }
            });
            view! {
                <td>
                    <input class=class id=id name=name type="text" value=value autocomplete="off"
                        aria-label=format!("{}, row {}", column.label, row + 1) aria-describedby=described
                        aria-invalid=invalid />
                    {told}
                </td>
            }
        })
        .collect_view();
    view! {
        <tr class=if any_wrong { "baton-grid__row--error" } else { "" }>
            <th scope="row">{row + 1}</th>
            {cells}
        </tr>
    }
    .into_any()
}

fn grid_columns(measure: &Measure) -> Vec<GridColumn> {
    let column = |field: &str, label: &str, class: &str| GridColumn {
        field: field.to_owned(),
        label: label.to_owned(),
        class: format!("baton-grid__{class}"),
    };
    let mut columns = vec![column("taken_on", "Date", "date")];
    if measure.data_type.is_ratio() {
        let (top, bottom) = ratio_labels(measure);
        columns.push(column("numerator", &top, "number"));
        columns.push(column("denominator", &bottom, "number"));
    } else {
        columns.push(column("value", &value_label(measure), "number"));
    }
    columns.push(column("note", "Note", "note"));
    columns
}

fn file_name(measure: &Measure, ending: &str) -> String {
    let slug: String = format!("{} {}", measure.project_reference, measure.name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    format!("{slug}.{ending}")
}

async fn readable(request: &Request) -> Result<MeasureSeries, Error> {
    let mut conn = request.store.read().await?;
    let series = store::load_series_of_measure(&mut conn, request.param("id")?).await?;
    request.require(&mut conn, ReadProject(series.measure.project_id)).await?;
    Ok(series)
}

/// What the chart made of each point that was recorded.
fn by_entry(drawn: &spc::Chart) -> HashMap<i64, &spc::ChartPoint> {
    let each = drawn.points.iter().flat_map(|point| point.keys.iter().map(move |key| (key, point)));
    each.filter_map(|(key, point)| Some((i64::try_from(*key).ok()?, point))).collect()
}

async fn chart_picture(request: Request) -> Result<Reply, Error> {
    let series = readable(&request).await?;
    let name = file_name(&series.measure, "png");
    let body = chart::off_thread(move || png::of(&chart::file(&chart::of(&series)))).await??;
    Ok(Reply::File { name, kind: "image/png", body })
}

async fn chart_file(request: Request) -> Result<Reply, Error> {
    let series = readable(&request).await?;
    let name = file_name(&series.measure, "svg");
    let body = chart::computed(series, |series| chart::file(&chart::of(&series))).await?;
    Ok(Reply::File { name, kind: "image/svg+xml", body: body.into_bytes() })
}

async fn points_file(request: Request) -> Result<Reply, Error> {
    let series = readable(&request).await?;
    let mut conn = request.store.read().await?;
    let points = store::measurements(&mut conn, series.measure.id).await?;
    drop(conn);
    let name = file_name(&series.measure, "csv");
    let body = chart::computed(series, move |series| csv_of(&series, &points)).await?.map_err(|error| {
        tracing::error!(%error, "a CSV could not be written");
        Error::Internal
    })?;
    Ok(Reply::File { name, kind: "text/csv; charset=utf-8", body })
}

fn csv_of(series: &MeasureSeries, points: &[Measurement]) -> Result<Vec<u8>, csv::Error> {
    let measure = &series.measure;
    let drawn = chart::of(series);
    let plotted = by_entry(&drawn);
    let plain = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "date",
        "time",
        "place",
        "value",
        "numerator",
        "denominator",
        "centre line",
        "lower limit",
        "upper limit",
        "target",
        "signals",
        "state",
        "reason",
        "note",
        "recorded by",
        "recorded at",
    ])?;
    for point in points.iter().rev() {
        let on_chart = plotted.get(&point.entry).copied();
        let line = |of: fn(&spc::ChartPoint) -> Option<f64>| plain(on_chart.and_then(of));
        writer.write_record([
            point.taken_on.to_string(),
            point.taken_at.map(|at| at.format("%H:%M").to_string()).unwrap_or_default(),
            sheet::cell(&point.place),
            plain(values::plain(measure, point.amount())),
            plain(point.numerator),
            plain(point.denominator),
            line(|point| point.centre),
            line(|point| point.lower),
            line(|point| point.upper),
            line(|point| point.target),
            on_chart.and_then(spc::words::flag).unwrap_or_default(),
            point.state.to_string(),
            sheet::cell(&point.reason),
            sheet::cell(&point.note),
            sheet::cell(&point.recorded_by),
            point.recorded_at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
        ])?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

async fn measurement(request: Request) -> Result<Page, Error> {
    let id: MeasurementId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let point = store::measurement(&mut conn, id).await?;
    let measure = store::measure(&mut conn, point.measure_id).await?;
    let relationship = access::relationship(&mut conn, &request, measure.project_id).await?;
    let rows = history::of_object_read_by(&mut conn, id, request.person()?.id, 100).await?;
    drop(conn);
    let may_record = access::may(Action::RecordMeasurement(measure.project_id), relationship);
    let title = format!("Point of {}", point.when());
    Ok(Page::new(title.clone(), move || {
        let (summaries, forms) =
            if may_record { point_forms(&request, &measure, &point) } else { (().into_any(), ().into_any()) };
        let state = match point.state {
            State::Current => "It counts.".to_owned(),
            State::Excluded => format!("Excluded: shown hollow, and used for no calculation. Reason: {}", point.reason),
            State::Void => format!("Void: on no chart. Reason: {}", point.reason),
        };
        view! {
            {ui::back(&format!("/measures/{}", measure.id), &measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading(&measure.name, &title)}
                {ui::summary_list(vec![
                    ("Value", values::amount(&measure, point.amount()).into_any()),
                    ("Note", if point.note.is_empty() { "None".to_owned() } else { point.note.clone() }.into_any()),
                    ("State", state.into_any()),
                    ("Recorded", view! { {point.recorded_by.clone()}", "{ui::time(date_in_london(point.recorded_at))} }.into_any()),
                ])}
                {forms}
                <h2 class="nhsuk-heading-m">"History"</h2>
                {timeline(&rows)}
            </div></div>
        }
        .into_any()
    }))
}

fn point_forms(request: &Request, measure: &Measure, point: &Measurement) -> (AnyView, AnyView) {
    let identity = |form: &Form| form.hidden("measurement", point.id);
    let include = |label: &str, words: &str| {
        let form = Form::new(request, IncludePoint::PATH).version(point.version);
        let summary = form.summary();
        let fields = view! { {identity(&form)} {ui::submit(label)} }.into_any();
        let drawn = view! {
            <h2 class="nhsuk-heading-m">{label.to_owned()}</h2>
            <p>{words.to_owned()}</p>
            {form.draw(fields)}
        };
        (summary, drawn.into_any())
    };
    let with_reason = |path: &'static str, name: &str, label: &str, words: &str| {
        let form = Form::named(request, path, name).version(point.version);
        let summary = form.summary();
        let fields = view! {
            {identity(&form)}
            {form.line("reason", "Reason").view()}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">{label.to_owned()}</button>
        }
        .into_any();
        let drawn = view! {
            <h2 class="nhsuk-heading-m">{label.to_owned()}</h2>
            <p>{words.to_owned()}</p>
            {form.draw(fields)}
        };
        (summary, drawn.into_any())
    };
    if point.state == State::Void {
        return include("Put it back", "The point will be on the chart again.");
    }

    let plain = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let form = Form::new(request, CorrectPoint::PATH)
        .version(point.version)
        .with_date("taken_on", Some(point.taken_on))
        .with("taken_at", point.taken_at.map(|at| at.format("%H:%M").to_string()).unwrap_or_default())
        .with("place", &point.place)
        .with("value", plain(point.value))
        .with("numerator", plain(point.numerator))
        .with("denominator", plain(point.denominator))
        .with("note", &point.note);
    let correcting = form.summary();
    let fields = view! {
        {identity(&form)}
        {form.date("taken_on", "Date").view()}
        {amount_fields(&form, measure)}
        {form.line("note", "Note (optional)").view()}
        {seldom_fields(&form, measure)}
        {form.line("reason", "Why is it corrected?").hint("For example, typed wrongly, or more notes were found.").view()}
        {ui::submit("Save the correction")}
    }
    .into_any();
    let correct = form.draw(fields);
    let (excluding, exclude) = if point.state == State::Current {
        with_reason(
            ExcludePoint::PATH,
            "exclude",
            "Exclude the point",
            "It stays on the chart, hollow, and is used for no calculation. Only for a known cause outside the process, such as a system failure: never because it looks bad. You can include it again.",
        )
    } else {
        include("Include it again", "It will be used for the calculations again.")
    };
    let (voiding, void) = with_reason(
        VoidPoint::PATH,
        "void",
        "Make the point void",
        "For a point that was never right, such as one of another ward. It leaves the chart, and stays in history. You can put it back.",
    );
    (
        view! { {correcting}{excluding}{voiding} }.into_any(),
        view! { <h2 class="nhsuk-heading-m">"Correct the point"</h2> {correct} {exclude} {void} }.into_any(),
    )
}

fn timeline(rows: &[Row]) -> AnyView {
    let entries = rows
        .iter()
        .map(|row| {
            let who = row.actor.clone().unwrap_or_else(|| "Baton".to_owned());
            let changes = row
                .changes()
                .into_iter()
                .map(|change| {
                    let words = if change.from.is_empty() {
                        format!("{}: {}", change.field, change.to)
                    } else {
                        let to = if change.to.is_empty() { "nothing" } else { &change.to };
                        format!("{}: from {} to {to}", change.field, change.from)
                    };
                    view! { <li>{words}</li> }
                })
                .collect_view();
            view! {
                <li class="baton-timeline__entry">
                    <p class="baton-timeline__what"><strong>{who}</strong>" "{row.action.clone()}</p>
                    <p class="baton-timeline__when">{ui::time(date_in_london(row.at))}</p>
                    <ul class="baton-timeline__detail">{changes}</ul>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="baton-timeline">{entries}</ol> }.into_any()
}

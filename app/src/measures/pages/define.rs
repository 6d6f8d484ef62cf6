//! Defining a measure, changing and retiring it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::DefineMeasure;
use crate::error::Error;
use crate::id::{MeasureId, ProjectId};
use crate::measures::api::{AddMeasure, EditMeasure, MoveMeasure, RestoreMeasure, RetireMeasure};
use crate::measures::model::{self, DataType, Direction, FREQUENCIES, Kind};
use crate::measures::series::Measure;
use crate::measures::store;
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::project::parts::{Section, sections};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

pub(super) async fn new_measure(request: Request) -> Result<Page, Error> {
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
                {sections(&request, project, Section::Measures)}
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

pub(super) async fn edit_measure(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = store::measure(&mut conn, id).await?;
    request.require(&mut conn, DefineMeasure(measure.project_id)).await?;
    drop(conn);
    Ok(Page::new(format!("Edit {}", measure.name), move || {
        let href = format!("/measures/{id}");
        let (summary, edit) = edit_form(&request, &measure, &href);
        view! {
            {ui::back(&href, &measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&measure.project_reference, "Edit the measure")}
                {sections(&request, measure.project_id, Section::Measures)}
                {edit}
                {place_and_retirement(&request, &measure)}
            </div></div>
        }
        .into_any()
    }))
}

fn edit_form(request: &Request, measure: &Measure, href: &str) -> (AnyView, AnyView) {
    let or_none = |number: Option<f64>| number.map(|number| number.to_string()).unwrap_or_default();
    let form = Form::new(request, EditMeasure::PATH)
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
    let summary = form.summary();
    let fields = view! {
        {form.hidden("measure", measure.id)}
        {definition_fields(&form)}
        <div class="baton-actions">
            {ui::submit("Save changes")}
            <a href=href.to_owned()>"Cancel"</a>
        </div>
    }
    .into_any();
    (summary, form.draw(fields))
}

/// Where the measure stands among the project's, and how it is retired; of a retired one, how it is taken up
/// again.
fn place_and_retirement(request: &Request, measure: &Measure) -> AnyView {
    let one_button = |path: &'static str, name: &str, way: &str, label: &str| {
        let form = Form::named(request, path, name);
        let way = (!way.is_empty()).then(|| form.hidden("way", way));
        let fields = view! {
            {form.hidden("measure", measure.id)}
            {way}
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{label.to_owned()}</button>
        }
        .into_any();
        form.draw_as("baton-form", fields)
    };
    if measure.retired_on.is_some() {
        return view! {
            <h2 class="nhsuk-heading-m">"Take it up again"</h2>
            <p>"The measure is retired. All of its points are kept, and its chart can still be read."</p>
            {one_button(RestoreMeasure::PATH, "restore", "", "Take it up again")}
        }
        .into_any();
    }
    view! {
        <h2 class="nhsuk-heading-m">"Its place on the project’s page"</h2>
        <div class="baton-buttons-inline">
            {one_button(MoveMeasure::PATH, "up", "up", "Move up")}
            {one_button(MoveMeasure::PATH, "down", "down", "Move down")}
        </div>
        <h2 class="nhsuk-heading-m">"Retire it"</h2>
        <p>
            "No more points will be due, and it leaves the project’s page. All of its points are kept, and you can take it up again."
        </p>
        {one_button(RetireMeasure::PATH, "retire", "", "Retire the measure")}
    }
    .into_any()
}

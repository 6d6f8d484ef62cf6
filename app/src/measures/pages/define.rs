//! Defining a measure, changing and retiring it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::DefineMeasure;
use crate::error::Error;
use crate::id::{MeasureId, ProjectId};
use crate::measures::api::{AddMeasure, EditMeasure, MoveMeasure, RestoreMeasure, RetireMeasure};
use crate::measures::model::{self, DataType, Direction, FREQUENCIES, Kind, Number, OutOf, Rare};
use crate::measures::series::Measure;
use crate::measures::store;
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::project::parts::{Section, sections};
use crate::web::glossary;
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
        let back = format!("/projects/{project}");
        let path = format!("{back}/measures/new");
        let form =
            Form::new(&request, AddMeasure::PATH).with("every_days", 7).with_date("starts_on", Some(request.today()));
        let summary = form.summary();
        let body = match asked_for(&request, &form) {
            None => questions(&request, &path),
            Some(data_type) => {
                let fields = view! {
                    {form.hidden("project", project)}
                    {definition_fields(&form, data_type)}
                    <div class="baton-actions">
                        {ui::submit("Save the measure")}
                        <a href=back.clone()>"Cancel"</a>
                    </div>
                }
                .into_any();
                view! {
                    {what_it_is(data_type, Some(&path))}
                    {form.draw(fields)}
                }
                .into_any()
            }
        };
        view! {
            {ui::back(&back, &head.title)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&head.reference.unwrap_or_default(), "Define a measure")}
                {body}
            </div></div>
        }
        .into_any()
    }))
}

/// What one number is: as a rejected form has it, as the address says, or as the three answers give it.
fn asked_for(request: &Request, form: &Form) -> Option<DataType> {
    let said = |name| request.query(name).parse().ok();
    let typed = form.value("data_type").parse().ok().filter(|_| form.is_rejected());
    let answered = || {
        let answer = |name: &str| request.query(name).to_owned();
        model::type_of(answer("number").parse().ok(), answer("out_of").parse().ok(), answer("rare").parse().ok())
    };
    typed.or_else(|| said("type")).or_else(answered)
}

/// The three questions, of which the second and the third are asked of what is counted. Answers go into the address:
/// nothing is stored yet.
fn questions(request: &Request, path: &str) -> AnyView {
    let option = |value: &str, label: &str, hint: &str| (value.to_owned(), label.to_owned(), hint.to_owned());
    let open = ["number", "out_of", "rare"].iter().any(|name| !request.query(name).is_empty());
    let missing = open.then(|| {
        view! { <p class="nhsuk-error-message" role="alert">"Answer each question that is asked."</p> }
    });
    let numbers = vec![
        option("counted", Number::Counted.label(), "Charts that are complete, falls, complaints."),
        option("measured", Number::Measured.label(), "Minutes to the first dose, a pain score."),
    ];
    let wholes = vec![
        option("whole", OutOf::Whole.label(), "18 of 24 charts complete. It becomes a percentage."),
        option("exposure", OutOf::Exposure.label(), "4 falls in 1,320 bed days. It becomes a rate."),
        option("nothing", OutOf::Nothing.label(), "7 complaints this month. It stays a count."),
    ];
    let rares = vec![
        option("no", Rare::No.label(), ""),
        option("times", Rare::Times.label(), "41 days since the last line infection."),
        option("cases", Rare::Cases.label(), "118 operations since the last deep infection."),
    ];
    view! {
        <p>"Most projects need three to five measures: one outcome, one or two processes, and one that would show harm elsewhere."</p>
        {glossary::help("What is a measure?", glossary::MEASURE, ().into_any())}
        <form method="get" action=path.to_owned() class="baton-form baton-questions">
            {missing}
            {question(request, "number", "What do you record each time?", "The answer decides the chart.", numbers)}
            <div class="baton-questions__counted">
                {question(request, "out_of", "Is there a denominator?", "Whether it is counted out of something.", wholes)}
                {question(request, "rare", "Is it rare?", "So rare that more than half of your weeks or months would have none.", rares)}
            </div>
            <button class="nhsuk-button" type="submit">"Continue"</button>
        </form>
    }
    .into_any()
}

/// One of the questions, with what is answered to it in the address.
fn question(
    request: &Request,
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    options: Vec<(String, String, String)>,
) -> AnyView {
    let given = request.query(name).to_owned();
    let radios = options
        .into_iter()
        .map(|(value, label, hint)| {
            let id = format!("{name}-{value}");
            let hint_id = format!("{id}-hint");
            let told = !hint.is_empty();
            let described = told.then(|| hint_id.clone());
            view! {
                <div class="nhsuk-radios__item">
                    <input class="nhsuk-radios__input" id=id.clone() name=name type="radio" value=value.clone()
                        checked=given == value aria-describedby=described />
                    <label class="nhsuk-label nhsuk-radios__label" for=id>{label}</label>
                    {told.then(|| view! { <div class="nhsuk-hint nhsuk-radios__hint" id=hint_id>{hint}</div> })}
                </div>
            }
        })
        .collect_view();
    view! {
        <div class="nhsuk-form-group">
            <fieldset class="nhsuk-fieldset" aria-describedby=format!("{name}-hint")>
                <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--s">{label}</legend>
                <div class="nhsuk-hint" id=format!("{name}-hint")>{hint}</div>
                <div class="nhsuk-radios nhsuk-radios--small">{radios}</div>
            </fieldset>
        </div>
    }
    .into_any()
}

/// What one number of the measure is, with an example, and the way to choose again.
fn what_it_is(data_type: DataType, again: Option<&str>) -> AnyView {
    let example = data_type.example();
    let again = again.map(|path| view! { " "<a href=path.to_owned()>"Choose again"</a> });
    let worked = ui::summary_list(vec![
        ("Name", example.name.into_any()),
        ("What exactly is measured", example.definition.into_any()),
        ("One point", example.point.into_any()),
        ("And", example.target.into_any()),
    ]);
    view! {
        <p><strong>{data_type.label()}</strong>": "{data_type.explained()}{again}</p>
        {ui::details("A worked example", worked)}
    }
    .into_any()
}

/// The fields of a measure of one type: no others.
fn definition_fields(form: &Form, data_type: DataType) -> AnyView {
    let mut frequencies: Vec<(String, String)> =
        FREQUENCIES.iter().map(|(days, words)| (days.to_string(), (*words).to_owned())).collect();
    frequencies.push((String::new(), model::frequency(None)));
    let stored = form.value("every_days");
    if !stored.is_empty() && !frequencies.iter().any(|(days, _)| *days == stored) {
        frequencies.insert(0, (stored.clone(), format!("Every {stored} days")));
    }
    let kinds = Kind::ALL.iter().map(|kind| (kind.to_string(), kind.label().to_owned(), kind.asks().to_owned()));
    let ways = Direction::ALL.iter().map(|way| (way.to_string(), way.label().to_owned(), String::new()));
    let unit = match data_type {
        DataType::Percentage => None,
        DataType::Rate => Some(
            view! {
                <div class="baton-fields-inline">
                    {form.line("unit", "What is the exposure counted in?").hint("For example, bed days.").width(20).view()}
                    {form.number("per", "Per how many?").hint("For example, 1,000.").width(5).view()}
                </div>
            }
            .into_any(),
        ),
        DataType::Count => Some(form.line("unit", "Unit (optional)").hint("For example, complaints.").width(20).view()),
        DataType::Measurement => Some(form.line("unit", "Unit").hint("For example, minutes.").width(20).view()),
        DataType::TimeBetween => Some(form.line("unit", "Unit").hint("For example, days.").width(20).view()),
        DataType::CasesBetween => Some(form.line("unit", "Unit").hint("For example, operations.").width(20).view()),
    };
    let seldom = ["source", "collector"].iter().any(|name| !form.value(name).is_empty()) || form.is_rejected();
    let source = view! {
        {form
            .line("source", "Data source (optional)")
            .hint("For example, the sepsis audit tool, or ten sets of notes drawn each Monday.")
            .view()}
        {form
            .line("collector", "Who collects them? (optional)")
            .hint("A role lasts longer than a name: for example, the ward’s resident doctor on Mondays.")
            .view()}
    };
    view! {
        {form.hidden("data_type", data_type)}
        {form.line("name", "Name").hint(&format!("For example, {}.", lowered(data_type.example().name))).view()}
        {form
            .lines("definition", "What exactly is measured", 3)
            .hint("Who is counted, who is not, and when. Two people who follow it must get the same number.")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
        {unit}
        {form.radios("kind", "Type of measure", kinds.collect()).view()}
        {form.radios("direction", "Which way is better?", ways.collect()).view()}
        <div class="baton-fields-inline">
        {form.number("target", "Target (optional)").hint("The value that you aim for.").width(5).view()}
        {form.select("every_days", "How often is it measured?", frequencies).view()}
        </div>
        {form.date("starts_on", "Start date").hint("You can record data points from before this date as well: they become the baseline.").view()}
        {ui::details_open("Where the data come from, and who collects them", seldom, source.into_any())}
    }
    .into_any()
}

/// As it stands in a sentence.
fn lowered(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

pub(super) async fn edit_measure(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = store::measure(&mut conn, id).await?;
    request.require(&mut conn, DefineMeasure(measure.project_id)).await?;
    drop(conn);
    Ok(Page::new(format!("Edit {}", measure.name), move || {
        let href = format!("/measures/{id}");
        let (summary, edit) = if request.query("ask").is_empty() {
            edit_form(&request, &measure, &href)
        } else {
            (().into_any(), questions(&request, &format!("{href}/edit")))
        };
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
        .with("unit", if measure.data_type == DataType::Percentage { "" } else { &measure.unit })
        .with("per", measure.per.map(|per| per.to_string()).unwrap_or_default())
        .with("direction", measure.direction)
        .with("target", or_none(measure.target))
        .with("every_days", measure.every_days.map(|days| days.to_string()).unwrap_or_default())
        .with("source", &measure.source)
        .with("collector", &measure.collector)
        .with_date("starts_on", Some(measure.starts_on));
    let summary = form.summary();
    let data_type = asked_for(request, &form).unwrap_or(measure.data_type);
    // Once there are points, what one number is stays.
    let again = measure.last_on.is_none().then(|| format!("{href}/edit?ask=again"));
    let fields = view! {
        {what_it_is(data_type, again.as_deref())}
        {form.hidden("measure", measure.id)}
        {definition_fields(&form, data_type)}
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
    let retire = view! {
        <p>
            "No more data points will be due, and it is taken off the project’s page. All of its data points are kept, and you can take it up again."
        </p>
        {one_button(RetireMeasure::PATH, "retire", "", "Retire the measure")}
    }
    .into_any();
    view! {
        <h2 class="nhsuk-heading-m">"Its place on the project’s page"</h2>
        <div class="baton-buttons-inline">
            {one_button(MoveMeasure::PATH, "up", "up", "Move up")}
            {one_button(MoveMeasure::PATH, "down", "down", "Move down")}
        </div>
        {ui::details("Retire this measure", retire)}
    }
    .into_any()
}

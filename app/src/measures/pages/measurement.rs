//! One point: what was recorded, its history, and the forms that correct, exclude and void it.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::batch::points;
use super::record::{amount_fields, seldom_fields};
use crate::access::{self, Action};
use crate::clock::date_in_london;
use crate::error::Error;
use crate::history::{self, Row};
use crate::id::MeasurementId;
use crate::measures::api::{CorrectPoint, ExcludePoint, IncludePoint, VoidPoint};
use crate::measures::model::State;
use crate::measures::series::{Measure, Measurement};
use crate::measures::store::Batch;
use crate::measures::{store, values};
use crate::project::parts::{Section, sections};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

pub(super) async fn measurement(request: Request) -> Result<Page, Error> {
    let id: MeasurementId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let point = store::measurement(&mut conn, id).await?;
    let measure = store::measure(&mut conn, point.measure_id).await?;
    let relationship = access::relationship(&mut conn, &request, measure.project_id).await?;
    let reader = request.person()?.id;
    let mut rows = history::of_object_read_by(&mut conn, id, reader, 100).await?;
    // What it came with is older than all that was done to it since.
    let batch = store::batch_of(&mut conn, id).await?;
    if let Some(batch) = &batch {
        rows.extend(history::of_object_read_by(&mut conn, batch.id, reader, 100).await?);
        rows.sort_by_key(|row| std::cmp::Reverse(row.at));
    }
    drop(conn);
    let may_record = access::may(Action::RecordMeasurement(measure.project_id), relationship);
    let title = format!("Point of {}", point.when());
    Ok(Page::new(title.clone(), move || {
        let (summaries, forms) =
            if may_record { point_forms(&request, &measure, &point) } else { (().into_any(), ().into_any()) };
        let state = match point.state {
            State::Current => "It counts.".to_owned(),
            State::Excluded => format!("Excluded: shown hollow, and used for no calculation. Reason: {}", point.reason),
            State::Void => format!("Deleted: on no chart. Reason: {}", point.reason),
        };
        view! {
            {ui::back(&format!("/measures/{}", measure.id), &measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading(&measure.name, &title)}
                {sections(&request, measure.project_id, Section::Measures)}
                {ui::summary_list(vec![
                    ("Value", values::amount(&measure, point.amount()).into_any()),
                    ("Note", if point.note.is_empty() { "None".to_owned() } else { point.note.clone() }.into_any()),
                    ("State", state.into_any()),
                    ("Recorded", view! {
                        {point.recorded_by.clone()}", "{ui::time(date_in_london(point.recorded_at))}
                        {together(batch.as_ref(), may_record)}
                    }.into_any()),
                ])}
                {forms}
                <h2 class="nhsuk-heading-m">"History"</h2>
                {timeline(rows.iter().map(|row| (row, None)))}
            </div></div>
        }
        .into_any()
    }))
}

/// That a point came with others, with the way to undo all of them.
fn together(batch: Option<&Batch>, may_record: bool) -> Option<AnyView> {
    let batch = batch.filter(|batch| batch.points > 1)?;
    let undo = (may_record && batch.undone_at.is_none())
        .then(|| view! { " "<a href=format!("/batches/{}", batch.id)>"Undo all of them"</a> });
    Some(view! { ", one of "{points(batch.points)}" "{batch.way.done()}" together."{undo} }.into_any())
}

fn point_forms(request: &Request, measure: &Measure, point: &Measurement) -> (AnyView, AnyView) {
    if point.state == State::Void {
        return include_form(request, point, "Put it back", "The point will be on the chart again.");
    }
    let (correcting, correct) = correct_form(request, measure, point);
    let (excluding, exclude) = if point.state == State::Current {
        form_with_reason(
            request,
            point,
            ExcludePoint::PATH,
            "exclude",
            [
                "Exclude the point",
                "It stays on the chart, hollow, and is used for no calculation. Only for a known cause outside the process, such as a system failure: never because it looks bad. You can include it again.",
            ],
        )
    } else {
        include_form(request, point, "Include it again", "It will be used for the calculations again.")
    };
    let (voiding, void) = form_with_reason(
        request,
        point,
        VoidPoint::PATH,
        "void",
        [
            "Delete this data point",
            "For a data point that was never right, such as one from another ward. It is taken off the chart and kept in the history. You can put it back.",
        ],
    );
    (
        view! { {correcting}{excluding}{voiding} }.into_any(),
        view! { <h2 class="nhsuk-heading-m">"Correct the point"</h2> {correct} {exclude} {void} }.into_any(),
    )
}

fn include_form(request: &Request, point: &Measurement, label: &str, words: &str) -> (AnyView, AnyView) {
    let form = Form::new(request, IncludePoint::PATH).version(point.version);
    let summary = form.summary();
    let fields = view! { {form.hidden("measurement", point.id)} {ui::submit(label)} }.into_any();
    let drawn = view! {
        <h2 class="nhsuk-heading-m">{label.to_owned()}</h2>
        <p>{words.to_owned()}</p>
        {form.draw(fields)}
    };
    (summary, drawn.into_any())
}

fn form_with_reason(
    request: &Request,
    point: &Measurement,
    path: &'static str,
    name: &str,
    [label, words]: [&str; 2],
) -> (AnyView, AnyView) {
    let form = Form::named(request, path, name).version(point.version);
    let summary = form.summary();
    let fields = view! {
        {form.hidden("measurement", point.id)}
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
}

fn correct_form(request: &Request, measure: &Measure, point: &Measurement) -> (AnyView, AnyView) {
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
    let summary = form.summary();
    let fields = view! {
        {form.hidden("measurement", point.id)}
        {form.date("taken_on", "Date").view()}
        {amount_fields(&form, measure)}
        {form.line("note", "Note (optional)").view()}
        {seldom_fields(&form, measure)}
        {form.line("reason", "Why is it corrected?").hint("For example, typed wrongly, or more notes were found.").view()}
        {ui::submit("Save the correction")}
    }
    .into_any();
    (summary, form.draw(fields))
}

/// What was done, each with what the reader can do about it.
pub(super) fn timeline<'a>(rows: impl Iterator<Item = (&'a Row, Option<AnyView>)>) -> AnyView {
    let entries = rows
        .map(|(row, act)| {
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
                    <p class="baton-timeline__when">{ui::time(date_in_london(row.at))}{act}</p>
                    <ul class="baton-timeline__detail">{changes}</ul>
                </li>
            }
        })
        .collect_view();
    view! { <ol class="baton-timeline">{entries}</ol> }.into_any()
}

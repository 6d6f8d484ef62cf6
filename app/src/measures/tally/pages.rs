//! Beginning a count, the counter itself, and the question before it is discarded.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{CloseTally, DiscardTally, EditTally, PressTally, StartTally, UndoTally};
use super::model;
use super::store::{self, Tally};
use crate::access::RecordMeasurement;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::id::{MeasureId, TallyId};
use crate::measures::model::DataType;
use crate::measures::series::Measure;
use crate::project::parts::{Section, sections};
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The pages of counts.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/measures/{id}/tally", begin),
        route!("/tallies/{id}", counter),
        route!("/tallies/{id}/discard", discard),
    ]
}

async fn begin(request: Request) -> Result<Page, Error> {
    let id: MeasureId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let measure = crate::measures::store::measure(&mut conn, id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    if measure.data_type != DataType::Percentage {
        return Err(Error::NotFound);
    }
    let open = store::open(&mut conn, id).await?;
    drop(conn);
    Ok(Page::new(format!("Count: {}", measure.name), move || {
        let form = Form::new(&request, StartTally::PATH).with_date("taken_on", Some(request.today()));
        let summary = form.summary();
        let fields = view! {
            {form.hidden("measure", id)}
            {form.date("taken_on", "Date").view()}
            {form
                .line("place", "Place (optional)")
                .hint("For example, a ward. Nothing about a patient: only yes and no are counted.")
                .width(20)
                .view()}
            {ui::submit("Begin a count")}
        }
        .into_any();
        view! {
            {ui::back(&format!("/measures/{id}"), &measure.name)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&measure.name, "Count at the bedside")}
                {sections(&request, measure.project_id, Section::Measures)}
                {going_on(&open)}
                <p>
                    "Press Yes or No for each one that you look at. The count is kept while you walk on, and others in the team can press too, on their own phones. When you close it, it becomes one point of the chart."
                </p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

fn going_on(open: &[Tally]) -> AnyView {
    if open.is_empty() {
        return ().into_any();
    }
    let items = open
        .iter()
        .map(|tally| {
            view! {
                <li>
                    <a href=format!("/tallies/{}", tally.id)>{tally.when()}</a>
                    {format!(": {} so far, begun by {}", tally.told(), tally.started_by)}
                </li>
            }
        })
        .collect_view();
    view! {
        <h2 class="nhsuk-heading-m">"Counts going on"</h2>
        <ul>{items}</ul>
        <h2 class="nhsuk-heading-m">"Begin another"</h2>
    }
    .into_any()
}

async fn loaded(request: &Request) -> Result<(Tally, Measure), Error> {
    let id: TallyId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let tally = store::tally(&mut conn, id).await?;
    let measure = crate::measures::store::measure(&mut conn, tally.measure_id).await?;
    request.require(&mut conn, RecordMeasurement(measure.project_id)).await?;
    Ok((tally, measure))
}

async fn counter(request: Request) -> Result<Page, Error> {
    let (tally, measure) = loaded(&request).await?;
    Ok(Page::new(format!("{}: {}", tally.told(), measure.name), move || {
        if tally.closed_at.is_some() { closed(&tally, &measure) } else { counting(&request, &tally, &measure) }
    }))
}

/// A count that goes on, with its buttons.
fn counting(request: &Request, tally: &Tally, measure: &Measure) -> AnyView {
    let href = format!("/measures/{}", measure.id);
    let one_button = |path: &'static str,
                      name: &str,
                      pair: Option<(&str, String)>,
                      class: &'static str,
                      label: &str| {
        let form = Form::named(request, path, name);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("tally", tally.id)}
            {pair.map(|(name, value)| form.hidden(name, value))}
            <button class=class type="submit" data-module="nhsuk-button" data-prevent-double-click="true">{label.to_owned()}</button>
        }
        .into_any();
        (summary, form.draw_as("baton-tally__form", fields))
    };
    let big = "nhsuk-button nhsuk-button--secondary baton-tally__press";
    let (no_yes, yes) = one_button(PressTally::PATH, "yes", Some(("answer", "yes".to_owned())), big, "Yes");
    let (no_no, no) = one_button(PressTally::PATH, "no", Some(("answer", "no".to_owned())), big, "No");
    let last = model::last(&tally.presses);
    let (no_undo, undo) = match last {
        Some(last) => one_button(
            UndoTally::PATH,
            "undo",
            Some(("seen", tally.presses.len().to_string())),
            "nhsuk-button nhsuk-button--secondary nhsuk-button--small",
            &format!("Undo the last {}", last.label()),
        ),
        None => (().into_any(), ().into_any()),
    };
    let (not_closed, close) = one_button(CloseTally::PATH, "close", None, "nhsuk-button", "Close and record");
    let (not_edited, edit) = edit_form(request, tally);
    view! {
        {ui::back(&href, &measure.name)}
        {no_yes}{no_no}{no_undo}{not_closed}{not_edited}
        {ui::heading(&tally.when(), &measure.name)}
        <div class="baton-tally">
            <p class="baton-tally__count" id="count" role="status">{tally.told()}</p>
            <div class="baton-tally__buttons">{yes}{no}</div>
            <div class="baton-actions">
                {close}
                {undo}
                <a href=format!("/tallies/{}/discard", tally.id)>"Discard the count"</a>
            </div>
        </div>
        {ui::details("What exactly is measured", ui::paragraphs(&measure.definition))}
        {edit}
        <p class="nhsuk-body-s">
            {format!("Begun by {} on ", tally.started_by)}
            {ui::time(date_in_london(tally.started_at))}
            ". It is kept until it is closed, and everybody in the team can press."
        </p>
    }
    .into_any()
}

/// The form for date and place, folded until it is rejected.
fn edit_form(request: &Request, tally: &Tally) -> (AnyView, AnyView) {
    let form = Form::named(request, EditTally::PATH, "edit")
        .version(tally.version)
        .with_date("taken_on", Some(tally.taken_on))
        .with("place", &tally.place);
    let summary = form.summary();
    let open = form.is_rejected();
    let fields = view! {
        {form.hidden("tally", tally.id)}
        {form.date("taken_on", "Date").view()}
        {form.line("place", "Place (optional)").hint("Nothing about a patient.").width(20).view()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Save date and place"</button>
    }
    .into_any();
    (summary, ui::details_open("Change the date or the place", open, form.draw(fields)))
}

fn closed(tally: &Tally, measure: &Measure) -> AnyView {
    let href = format!("/measures/{}", measure.id);
    let outcome = match tally.measurement_id {
        Some(point) => view! {
            <p>"The count is closed and recorded. "<a href=format!("/measurements/{point}")>"Open the point"</a></p>
        }
        .into_any(),
        None => view! { <p>"The count was discarded. No point was recorded."</p> }.into_any(),
    };
    view! {
        {ui::back(&href, &measure.name)}
        {ui::heading(&tally.when(), &measure.name)}
        <p class="nhsuk-body-l">{tally.told()}</p>
        {outcome}
        <p><a href=format!("{href}/tally")>"Begin another count"</a></p>
    }
    .into_any()
}

async fn discard(request: Request) -> Result<Page, Error> {
    let (tally, measure) = loaded(&request).await?;
    Ok(Page::new("Discard the count?", move || {
        if tally.closed_at.is_some() {
            return closed(&tally, &measure);
        }
        let href = format!("/tallies/{}", tally.id);
        let form = Form::new(&request, DiscardTally::PATH);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("tally", tally.id)}
            <div class="baton-actions">
                <button class="nhsuk-button nhsuk-button--warning" type="submit">"Discard the count"</button>
                <a href=href.clone()>"Keep counting"</a>
            </div>
        }
        .into_any();
        view! {
            {ui::back(&href, "The count")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&tally.when(), "Discard the count?")}
                <p>{format!("The count stands at {}. No point will be recorded, and it cannot be taken up again.", tally.told())}</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

//! Planning a cycle, and writing down what it taught.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{PlanCycle, SaveCycle};
use super::model::Decision;
use super::store::{self, Cycle};
use crate::access::{self, Action, WriteCycle};
use crate::error::Error;
use crate::id::{CycleId, ProjectId};
use crate::parse::PARAGRAPH;
use crate::projects;
use crate::request::Request;
use crate::route;
use crate::shell::{Page, Route};
use crate::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/projects/{id}/cycles/new", new_cycle), route!("/cycles/{id}", cycle)]
}

async fn new_cycle(request: Request) -> Result<Page, Error> {
    let project: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, WriteCycle(project)).await?;
    let head = projects::store::head(&mut conn, project).await?;
    drop(conn);
    Ok(Page::new("Plan a PDSA cycle", move || {
        let form = Form::new(&request, PlanCycle::PATH).with_date("starts_on", Some(request.today()));
        let summary = form.summary();
        let fields = view! {
            {form.hidden("project", project)}
            {plan_fields(&form)}
            <details class="nhsuk-details" open=form.is_rejected()>
                <summary class="nhsuk-details__summary">
                    <span class="nhsuk-details__summary-text">"Do, study and act: after the test"</span>
                </summary>
                <div class="nhsuk-details__text">{do_fields(&form)}{study_fields(&form)}{act_fields(&form)}</div>
            </details>
            <div class="baton-actions">
                {ui::submit("Save the cycle")}
                <a href=format!("/projects/{project}")>"Cancel"</a>
            </div>
        }
        .into_any();
        view! {
            {ui::back(&format!("/projects/{project}"), &head.title)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&head.reference.unwrap_or_default(), "Plan a PDSA cycle")}
                <p>
                    "Plan, do, study, act: a small test of a change. One patient, one shift, one ward is often enough to learn whether an idea works."
                </p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

fn plan_fields(form: &Form) -> AnyView {
    view! {
        {form.line("title", "What do you test?").hint("For example, sepsis box on the ward’s trolley.").view()}
        {form.date("starts_on", "When does the test start?").hint("The charts mark this date.").view()}
        {form
            .lines("question", "Plan: what question is the test to answer?", 3)
            .hint("For example, does a box within reach shorten the time to antibiotics on nights?")
            .limit(PARAGRAPH)
            .view()}
        {form
            .lines("prediction", "Plan: what do you predict, and why?", 3)
            .hint("Write it before the test. A prediction that fails teaches more than one that was never made.")
            .limit(PARAGRAPH)
            .view()}
    }
    .into_any()
}

fn do_fields(form: &Form) -> AnyView {
    view! {
        {form
            .lines("done", "Do: what did you do, and what happened?", 4)
            .hint("Also what went otherwise than planned. Nothing about patients.")
            .limit(PARAGRAPH)
            .view()}
        {form.date("ends_on", "When did the test end? (optional)").view()}
    }
    .into_any()
}

fn study_fields(form: &Form) -> AnyView {
    form.lines("studied", "Study: what did you learn?", 4)
        .hint("Compare what happened with what you predicted. What does the chart say?")
        .limit(PARAGRAPH)
        .view()
}

fn act_fields(form: &Form) -> AnyView {
    let mut decisions: Vec<(String, String, String)> = Decision::ALL
        .iter()
        .map(|decision| (decision.to_string(), decision.words().to_owned(), decision.explained().to_owned()))
        .collect();
    decisions.push((String::new(), "Not decided yet".to_owned(), String::new()));
    view! {
        {form.radios("decision", "Act: what do you decide?", decisions).view()}
        {form.lines("acted", "Act: what follows from it?", 3).hint("What you do next, and who does it.").limit(PARAGRAPH).view()}
    }
    .into_any()
}

async fn cycle(request: Request) -> Result<Page, Error> {
    let id: CycleId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let cycle = store::cycle(&mut conn, id).await?;
    let standing = access::standing(&mut conn, &request, cycle.project_id).await?;
    let head = projects::store::head(&mut conn, cycle.project_id).await?;
    drop(conn);
    let may_write = access::may(Action::WriteCycle(cycle.project_id), standing);
    let title = format!("Cycle {}: {}", cycle.number, cycle.title);
    Ok(Page::new(title.clone(), move || {
        let (summary, body) = if may_write { written(&request, &cycle) } else { (().into_any(), read(&cycle)) };
        view! {
            {ui::back(&format!("/projects/{}#cycles", cycle.project_id), &head.title)}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&head.reference.unwrap_or_default(), &title)}
                {body}
            </div></div>
        }
        .into_any()
    }))
}

fn written(request: &Request, cycle: &Cycle) -> (AnyView, AnyView) {
    let form = Form::new(request, SaveCycle::PATH)
        .version(cycle.version)
        .with("title", &cycle.title)
        .with("question", &cycle.question)
        .with("prediction", &cycle.prediction)
        .with("done", &cycle.done)
        .with("studied", &cycle.studied)
        .with("decision", cycle.decision.map(|decision| decision.to_string()).unwrap_or_default())
        .with("acted", &cycle.acted)
        .with_date("starts_on", Some(cycle.starts_on))
        .with_date("ends_on", cycle.ends_on);
    let summary = form.summary();
    let fields = view! {
        {form.hidden("cycle", cycle.id)}
        {plan_fields(&form)}
        {do_fields(&form)}
        {study_fields(&form)}
        {act_fields(&form)}
        {ui::submit("Save the cycle")}
    }
    .into_any();
    (summary, form.draw(fields))
}

fn read(cycle: &Cycle) -> AnyView {
    let text = |text: &str| {
        if text.trim().is_empty() { "Not written yet".into_any() } else { ui::paragraphs(text) }
    };
    let decision = cycle.decision.map_or("Not decided yet", Decision::words);
    ui::summary_list(vec![
        ("From", ui::time(cycle.starts_on)),
        ("Until", cycle.ends_on.map_or_else(|| "Not ended".into_any(), ui::time)),
        ("Plan: the question", text(&cycle.question)),
        ("Plan: the prediction", text(&cycle.prediction)),
        ("Do", text(&cycle.done)),
        ("Study", text(&cycle.studied)),
        ("Act: the decision", decision.to_owned().into_any()),
        ("Act: what follows", text(&cycle.acted)),
    ])
}

//! Planning a cycle, writing down what it taught, and all cycles of a project in their ramps.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{PlanCycle, SaveCycle};
use super::model::{Decision, Scale, WasRight};
use super::parts;
use super::ramp::{self, Ramp};
use super::store::{self, Cycle, Idea};
use crate::access::{self, Action, WriteCycle};
use crate::error::Error;
use crate::id::{CycleId, ProjectId};
use crate::measures::chart::Time;
use crate::measures::parts::Charts;
use crate::measures::store::load_series;
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::project::parts::{Section, sections};
use crate::route;
use crate::web::glossary;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/projects/{id}/cycles", cycles),
        route!("/projects/{id}/cycles/new", new_cycle),
        route!("/cycles/{id}", cycle),
    ]
}

async fn cycles(request: Request) -> Result<Page, Error> {
    let project: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let relationship = access::relationship(&mut conn, &request, project).await?;
    let head = crate::project::store::summary(&mut conn, project).await?;
    let cycles = store::of_project(&mut conn, project).await?;
    drop(conn);
    let today = request.today();
    let add = format!("/projects/{project}/cycles/new");
    let may_write = access::may(Action::WriteCycle(project), relationship);
    Ok(Page::new(format!("PDSA cycles: {}", head.title), move || {
        let ramps = ramp::ramps(&cycles);
        let body = if cycles.is_empty() {
            let words = "A ramp will be here: the tests of one change idea, one after the other, each a little larger than the one before. Start with the smallest test that can teach you something, such as one patient on one shift.";
            ui::empty(words, may_write.then_some((add.as_str(), "Plan the first cycle")))
        } else {
            let lines = ramps.iter().map(line).collect_view();
            let more = may_write.then(|| ui::button_link(&add, "Plan another cycle", true));
            view! { {parts::timeline(&ramps, today)}{lines}{more} }.into_any()
        };
        view! {
            {ui::back(&format!("/projects/{project}"), &head.title)}
            {ui::heading(&head.title, "PDSA cycles")}
            {sections(&request, project, Section::Cycles)}
            {body}
        }
        .into_any()
    }))
}

fn line(ramp: &Ramp<'_>) -> AnyView {
    let cycles = ramp.cycles.iter().map(|cycle| taught(cycle)).collect_view();
    let what = if ramp.idea.is_some() { "Change idea: " } else { "" };
    view! {
        <section>
            <h2 class="nhsuk-heading-m">{what}{ramp.name.to_owned()}</h2>
            <ol class="nhsuk-list baton-ramp">{cycles}</ol>
        </section>
    }
    .into_any()
}

fn taught(cycle: &Cycle) -> AnyView {
    let part = |name: &str, text: &str| {
        (!text.is_empty())
            .then(|| view! { <p class="baton-lines nhsuk-u-margin-bottom-1"><strong>{name.to_owned()}" "</strong>{text.to_owned()}</p> })
    };
    let until = cycle.ends_on.map(|on| view! { " until "{ui::time(on)} });
    let size = cycle.scale.map(|scale| format!(". {}", scale.label()));
    let right = cycle.was_right.map(|right| right.label()).unwrap_or_default();
    let decision = cycle.decision.map_or("Not yet", Decision::label);
    view! {
        <li>
            <p class="nhsuk-u-margin-bottom-1">
                <a href=format!("/cycles/{}", cycle.id)>{format!("Cycle {}: {}", cycle.number, cycle.title)}</a>
                <br />
                <span class="nhsuk-u-secondary-text-colour">"From "{ui::time(cycle.starts_on)}{until}{size}</span>
            </p>
            {part("Predicted:", &cycle.prediction)}
            {part("Was it right?", right)}
            {part("Learnt:", &cycle.studied)}
            {part("Decided:", decision)}
        </li>
    }
    .into_any()
}

/// What the selects of a cycle's form offer.
struct Offered {
    ideas: Vec<(String, String)>,
    before: Vec<(String, String)>,
}

impl Offered {
    /// For a cycle of this number: the ideas of the diagram, its own even when it was removed from
    /// there, and every earlier cycle.
    fn new(ideas: Vec<Idea>, cycles: &[Cycle], number: i64, own: Option<&Cycle>) -> Self {
        let mut ideas: Vec<(String, String)> = ideas.into_iter().map(|idea| (idea.id.to_string(), idea.text)).collect();
        if let Some((id, text)) = own.and_then(|cycle| cycle.idea_id.zip(cycle.idea.clone()))
            && !ideas.iter().any(|(known, _)| *known == id.to_string())
        {
            ideas.push((id.to_string(), format!("{text} (no longer in the diagram)")));
        }
        let before = cycles.iter().filter(|cycle| cycle.number < number);
        let before =
            before.map(|cycle| (cycle.id.to_string(), format!("Cycle {}: {}", cycle.number, cycle.title))).collect();
        Self { ideas, before }
    }
}

async fn new_cycle(request: Request) -> Result<Page, Error> {
    let project: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, WriteCycle(project)).await?;
    let head = crate::project::store::summary(&mut conn, project).await?;
    let cycles = store::of_project(&mut conn, project).await?;
    let ideas = store::ideas(&mut conn, project).await?;
    drop(conn);
    let before = request.query("after").parse::<CycleId>().ok();
    let before = cycles.iter().find(|cycle| Some(cycle.id) == before).cloned();
    let offered = Offered::new(ideas, &cycles, i64::MAX, None);
    Ok(Page::new("Plan a PDSA cycle", move || {
        let mut form = Form::new(&request, PlanCycle::PATH).with_date("starts_on", Some(request.today()));
        if let Some(before) = &before {
            form = prefill_from_previous(form, before);
        } else if let Ok(idea) = request.query("idea").parse::<crate::id::DriverId>() {
            form = form.with("idea", idea);
        }
        let summary = form.summary();
        let later = view! { {do_fields(&form)}{study_fields(&form)}{act_fields(&form)} }.into_any();
        let fields = view! {
            {form.hidden("project", project)}
            {plan_fields(&form, &offered, project)}
            {ui::details_open("Do, study and act: after the test", form.is_rejected(), later)}
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
                {ui::heading(&head.title, "Plan a PDSA cycle")}
                {sections(&request, project, Section::Cycles)}
                <p>
                    "Plan, do, study, act: a small test of a change. One patient, one shift, one ward is often enough to learn whether an idea works."
                </p>
                {glossary::help("What does a cycle look like?", glossary::CYCLE, ().into_any())}
                {before.as_ref().map(previous_cycle)}
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

/// What the next cycle takes over. An idea that was given up is not tested again, its question stays.
fn prefill_from_previous(form: Form, before: &Cycle) -> Form {
    let form = form.with("question", &before.question);
    if before.decision == Some(Decision::Abandon) {
        return form;
    }
    let scale = match before.decision {
        Some(Decision::Adopt) => before.scale.map(Scale::larger),
        _ => before.scale,
    };
    form.with("title", &before.title)
        .with("continues", before.id)
        .with("idea", before.idea_id.map(|id| id.to_string()).unwrap_or_default())
        .with("scale", scale.map(|scale| scale.to_string()).unwrap_or_default())
}

fn previous_cycle(before: &Cycle) -> AnyView {
    let part = |name: &str, text: &str| {
        (!text.is_empty())
            .then(|| view! { <p class="baton-lines"><strong>{name.to_owned()}": "</strong>{text.to_owned()}</p> })
    };
    view! {
        <section class="baton-step__before" aria-labelledby="before">
            <h2 class="nhsuk-heading-s" id="before">{format!("From cycle {}: {}", before.number, before.title)}</h2>
            {part("You predicted", &before.prediction)}
            {part("You learnt", &before.studied)}
            {part("You decided", before.decision.map(Decision::label).unwrap_or_default())}
            {part("What follows", &before.acted)}
        </section>
    }
    .into_any()
}

fn plan_fields(form: &Form, offered: &Offered, project: ProjectId) -> AnyView {
    let with_none =
        |none: &str, options: &[(String, String)]| [vec![(String::new(), none.to_owned())], options.to_vec()].concat();
    let idea = if offered.ideas.is_empty() {
        view! {
            <p class="nhsuk-hint">
                "Link this to a change idea: draw a "
                <a href=format!("/projects/{project}/drivers")>"driver diagram"</a>
                " first."
            </p>
        }
        .into_any()
    } else {
        form.select(
            "idea",
            "Which change idea of the driver diagram does it test?",
            with_none("None of them", &offered.ideas),
        )
        .view()
    };
    let before = (!offered.before.is_empty()).then(|| {
        form.select("continues", "Does it carry on an earlier cycle?", with_none("No", &offered.before)).view()
    });
    view! {
        {form.line("title", "What are you testing?").hint("For example, sepsis box on the ward’s trolley.").view()}
        {idea}
        {before}
        {form.date("starts_on", "When does the test start?").hint("The charts mark this date.").view()}
        {form
            .select("scale", "How large is the test?", with_none("Not specified", &Scale::options()))
            .hint("The smallest test that can teach you something: if it fails, little is lost.")
            .view()}
        {form
            .lines("question", "Plan: what question is the test to answer?", 3)
            .hint("For example, does a box within reach shorten the time to antibiotics on nights?")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
        {form
            .lines("prediction", "Plan: what do you predict, and why?", 3)
            .hint("Write it before the test, with a number if you can. You are asked afterwards whether it was right, and a prediction that fails teaches more than one that was never made.")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
    }
    .into_any()
}

fn do_fields(form: &Form) -> AnyView {
    view! {
        {form.lines("done", "Do: what did you do, and what happened?", 4).hint("Nothing about patients.").limit(MAX_PARAGRAPH_CHARS).view()}
        {form
            .lines("differed", "Do: what did you do differently from the plan?", 2)
            .hint("For example, the box was there on four of the seven nights.")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
        {form.date("ends_on", "When did the test end? (optional)").view()}
    }
    .into_any()
}

fn study_fields(form: &Form) -> AnyView {
    let right = WasRight::ALL.iter().map(|right| (right.to_string(), right.label().to_owned(), String::new()));
    let right = right.chain([(String::new(), "Not known yet".to_owned(), String::new())]).collect();
    view! {
        {form.radios("was_right", "Study: was your prediction right?", right).view()}
        {form
            .lines("studied", "Study: what did you learn?", 4)
            .hint("Compare what happened with what you predicted. What does the chart say?")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
    }
    .into_any()
}

fn act_fields(form: &Form) -> AnyView {
    let mut decisions: Vec<(String, String, String)> = Decision::ALL
        .iter()
        .map(|decision| (decision.to_string(), decision.label().to_owned(), decision.explained().to_owned()))
        .collect();
    decisions.push((String::new(), "Not decided yet".to_owned(), String::new()));
    view! {
        {form.radios("decision", "Act: what do you decide?", decisions).view()}
        {form
            .lines("acted", "Act: what follows from it?", 3)
            .hint("What you do next, and who does it. The next cycle shows it.")
            .limit(MAX_PARAGRAPH_CHARS)
            .view()}
    }
    .into_any()
}

async fn cycle(request: Request) -> Result<Page, Error> {
    let id: CycleId = request.param("id")?;
    let mut conn = request.store.read().await?;
    let cycle = store::cycle(&mut conn, id).await?;
    let project = cycle.project_id;
    let relationship = access::relationship(&mut conn, &request, project).await?;
    let head = crate::project::store::summary(&mut conn, project).await?;
    let cycles = store::of_project(&mut conn, project).await?;
    let today = request.today();
    let until = cycle.ends_on.unwrap_or(today).max(cycle.starts_on);
    let series = load_series(&mut conn, project).await?;
    let ideas = store::ideas(&mut conn, project).await?;
    drop(conn);
    let charts = Charts::draw_time(&request, project, series, Time { from: cycle.starts_on, until }).await?;
    let may_write = access::may(Action::WriteCycle(project), relationship);
    let title = format!("Cycle {}: {}", cycle.number, cycle.title);
    Ok(Page::new(title.clone(), move || {
        let (summary, body) = if may_write {
            let offered = Offered::new(ideas, &cycles, cycle.number, Some(&cycle));
            written(&request, &cycle, &offered, charts)
        } else {
            (().into_any(), view! { {read(&cycle)}{charts.view(false)} }.into_any())
        };
        view! {
            {ui::back(&format!("/projects/{project}/cycles"), "PDSA cycles")}
            {summary}
            {ui::heading(&head.title, &title)}
            {sections(&request, project, Section::Cycles)}
            {neighbours(&cycle, &cycles, may_write)}
            {body}
        }
        .into_any()
    }))
}

/// Where the cycle stands in its ramp, and the way to the next one.
fn neighbours(cycle: &Cycle, cycles: &[Cycle], may_write: bool) -> AnyView {
    let link = |words: &str, other: &Cycle| {
        view! { <p>{words.to_owned()}<a href=format!("/cycles/{}", other.id)>{format!("cycle {}: {}", other.number, other.title)}</a></p> }
    };
    let before = cycles.iter().find(|other| Some(other.id) == cycle.continues);
    let after: Vec<&Cycle> = cycles.iter().filter(|other| other.continues == Some(cycle.id)).collect();
    let next = cycle.decision.filter(|_| may_write && after.is_empty()).map(|decision| {
        let (words, label) = match decision {
            Decision::Adopt => (
                "It worked. Test it on a larger scale before you make it the way things are done.",
                "Plan the next cycle",
            ),
            Decision::Adapt => ("Change it, predict again and test it once more.", "Plan the next cycle"),
            Decision::Abandon => ("The question is still open. Try another idea.", "Plan a cycle for another idea"),
        };
        view! {
            <div class="nhsuk-inset-text baton-no-print">
                <p>{words}</p>
                <p><a href=format!("/projects/{}/cycles/new?after={}", cycle.project_id, cycle.id)>{label}</a></p>
            </div>
        }
    });
    view! {
        {before.map(|before| link("Carries on ", before))}
        {after.into_iter().map(|after| link("Carried on in ", after)).collect_view()}
        {next}
    }
    .into_any()
}

fn step(id: &'static str, title: &'static str, fields: AnyView, beside: AnyView) -> AnyView {
    view! {
        <section class="baton-step" aria-labelledby=id>
            <h2 class="nhsuk-heading-m" id=id>{title}</h2>
            <div class="baton-columns"><div>{fields}</div><div class="baton-columns__side">{beside}</div></div>
        </section>
    }
    .into_any()
}

fn written(request: &Request, cycle: &Cycle, offered: &Offered, charts: Charts) -> (AnyView, AnyView) {
    let stored = |value: Option<&'static str>| value.unwrap_or_default();
    let form = Form::new(request, SaveCycle::PATH)
        .version(cycle.version)
        .with("title", &cycle.title)
        .with("idea", cycle.idea_id.map(|id| id.to_string()).unwrap_or_default())
        .with("continues", cycle.continues.map(|id| id.to_string()).unwrap_or_default())
        .with("scale", stored(cycle.scale.map(Scale::as_str)))
        .with("question", &cycle.question)
        .with("prediction", &cycle.prediction)
        .with("done", &cycle.done)
        .with("differed", &cycle.differed)
        .with("studied", &cycle.studied)
        .with("was_right", stored(cycle.was_right.map(WasRight::as_str)))
        .with("decision", stored(cycle.decision.map(Decision::as_str)))
        .with("acted", &cycle.acted)
        .with_date("starts_on", Some(cycle.starts_on))
        .with_date("ends_on", cycle.ends_on);
    let summary = form.summary();
    let started = cycle.starts_on <= request.today();
    let kept = (started && !cycle.prediction.is_empty())
        .then(|| view! { <p>"The test has started. If you change what you predicted, the history keeps what stood here before."</p> });
    let predicted = if cycle.prediction.is_empty() {
        view! { <p>"Nothing was predicted. Next time, write it before the test."</p> }.into_any()
    } else {
        ui::paragraphs(&cycle.prediction)
    };
    let study = view! {
        <div class="baton-step__before">
            <h3 class="nhsuk-heading-s">"What you predicted"</h3>
            {predicted}
        </div>
        {study_fields(&form)}
    }
    .into_any();
    let fields = view! {
        {form.hidden("cycle", cycle.id)}
        {step("plan", "Plan", plan_fields(&form, offered, cycle.project_id), kept.into_any())}
        {step("do", "Do", do_fields(&form), ().into_any())}
        {step("study", "Study", study, charts.view(false))}
        {step("act", "Act", act_fields(&form), ().into_any())}
        {ui::submit("Save the cycle")}
    }
    .into_any();
    (summary, form.draw(fields))
}

fn read(cycle: &Cycle) -> AnyView {
    let text = |text: &str| if text.trim().is_empty() { "Not written yet".into_any() } else { ui::paragraphs(text) };
    let mut rows = vec![
        ("From", ui::time(cycle.starts_on)),
        ("Until", cycle.ends_on.map_or_else(|| "Not ended".into_any(), ui::time)),
    ];
    rows.extend(cycle.idea.clone().map(|idea| ("Change idea", idea.into_any())));
    rows.extend(cycle.scale.map(|scale| ("Size of the test", scale.label().into_any())));
    rows.extend([
        ("Plan: the question", text(&cycle.question)),
        ("Plan: the prediction", text(&cycle.prediction)),
        ("Do", text(&cycle.done)),
    ]);
    if !cycle.differed.is_empty() {
        rows.push(("Do: different from the plan", text(&cycle.differed)));
    }
    rows.extend([
        ("Study: was the prediction right?", cycle.was_right.map_or("Not known yet", WasRight::label).into_any()),
        ("Study", text(&cycle.studied)),
        ("Act: the decision", cycle.decision.map_or("Not decided yet", Decision::label).into_any()),
        ("Act: what follows", text(&cycle.acted)),
    ]);
    ui::summary_list(rows)
}

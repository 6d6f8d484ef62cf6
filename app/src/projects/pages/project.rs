//! The project's own page, a draft's page, and the history.

use std::sync::LazyLock;

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::{self, Action, Relationship};
use crate::continuity::asks;
use crate::continuity::model::ProjectRow;
use crate::continuity::parts::{Mends, Strip};
use crate::cycles::parts::Cycles;
use crate::db::Connection;
use crate::drivers::parts::Drivers;
use crate::duplicates::parts::Links;
use crate::error::{Error, FieldError};
use crate::handover::parts::Handovers;
use crate::history as record;
use crate::id::{MeasureId, ProjectId};
use crate::measures::parts::Charts;
use crate::measures::series::MeasureSeries;
use crate::progress::parts::Progress;
use crate::progress::store::{links as progress_links, tasks, updates};
use crate::project;
use crate::project::details::{Completeness, ProjectDetails};
use crate::project::model::{ProjectType, Status};
use crate::project::parts::{Section, sections};
use crate::project::store::ProjectSummary;
use crate::projects::api::{DeleteDraft, SubmitDraft};
use crate::projects::store::{self, Project};
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};
use crate::{batch, cycles, drivers, duplicates, handover, measures, team};

/// So many entries of the history are read: five lines of it are shown, each of which may be several.
const NEWEST: u32 = 40;
const A_PAGE: u32 = 50;

/// What a project says about itself, read once from its row.
struct ProjectView {
    project: Project,
    relationship: Relationship,
    today: NaiveDate,
}

impl ProjectView {
    fn may(&self, action: fn(ProjectId) -> Action) -> bool {
        access::may(action(self.project.id), self.relationship)
    }
}

/// What the page asks of the store in one go. The answers are taken in this order.
static ASKED: LazyLock<String> = LazyLock::new(|| {
    [
        store::PROJECT,
        measures::store::SERIES,
        cycles::store::OF_PROJECT,
        drivers::store::DIAGRAM,
        &crate::continuity::store::ROW,
        handover::store::OF_PROJECT,
        handover::store::LEFT_BEHIND,
        duplicates::store::LINKS,
        duplicates::store::MERGED_HISTORY,
        asks::store::OF_PROJECT,
        tasks::OPEN,
        updates::LATEST,
        progress_links::OF_PROJECT,
    ]
    .join(";\n")
});

/// The way back: to the list, for whoever may read it.
fn back(shown: &ProjectView) -> AnyView {
    if shown.relationship.belongs || shown.relationship.arriving {
        ui::back("/projects", "Projects").into_any()
    } else {
        ui::back("/", "Home").into_any()
    }
}

fn mends(shown: &ProjectView) -> Mends {
    Mends {
        works: shown.may(Action::EditProject),
        // The row of actions under it says so.
        runs: false,
        takes_on: shown.may(Action::TakeOn),
    }
}

/// To the page of the project of this reference.
async fn by_reference(request: &Request, conn: &mut Connection) -> Result<Reply, Error> {
    let reference: String = request.param("id")?;
    let id = project::store::by_reference(conn, request.person()?.trust, &reference).await?;
    Ok(Reply::Redirect(format!("/projects/{id}")))
}

/// A project's page.
pub async fn project(request: Request) -> Result<Reply, Error> {
    let mut conn = request.store.read().await?;
    let Ok(id) = request.param::<ProjectId>("id") else { return by_reference(&request, &mut conn).await };
    let today = request.today();
    let relationship = access::relationship(&mut conn, &request, id).await?;
    let reader = request.person()?.id;
    let mut answers =
        batch::ask(&mut conn, &ASKED, crate::continuity::store::asked(id, today, NEWEST, reader)?).await?;
    let project: Project = answers.one()?;
    let goes_on = goes_on(&request, &mut conn, &project).await?;
    if let Some(into) = project.merged_into.filter(|_| goes_on && request.query("as") != "was") {
        return Ok(Reply::Redirect(format!("/projects/{into}?merged={id}")));
    }
    let merged = merged_into_it(&request, &mut conn, id).await?;
    let shown = ProjectView { project, relationship, today };
    let series: Vec<MeasureSeries> = answers.all()?;
    let cycles = Cycles::take(&mut answers, id, today)?;
    let drivers = Drivers::take(&mut answers)?;
    if shown.project.status == Status::Draft {
        drop(conn);
        let charts = Charts::draw(&request, id, series).await?;
        return Ok(draft(request, shown, charts, drivers, cycles)?.into());
    }
    let (strip, handovers) = (Strip::take(&mut answers, today)?, Handovers::take(&mut answers)?);
    let links = Links::take(&mut answers, &mut conn, &request).await?;
    let (waiting, progress) = (answers.all()?, Progress::take(&mut answers, id)?);
    // Whoever waits for a large chart keeps no reader of the store.
    drop(conn);
    let charts = Charts::draw(&request, id, series).await?;
    Ok(Page::new(shown.project.details.title.clone(), move || {
        let project = &shown.project;
        let mends = mends(&shown);
        let open = project.status != Status::Closed;
        let due = strip.row().next_measurement.as_ref().map(|next| next.id);
        let (summaries, without_a_lead) = handover::parts::without_a_lead(&request, project.id, shown.relationship);
        view! {
            {back(&shown)}
            {summaries}
            {merged.map(merge_notice)}
            {title(&shown)}
            {strip.view(mends)}
            {asks::parts::on_project(&waiting)}
            {standing_words(project, goes_on, today)}
            {actions(&shown, strip.row(), due)}
            {without_a_lead}
            {sections(&request, project.id, Section::Overview)}
            <div class="baton-overview">
                <div>{(open || !charts.is_empty()).then(|| charts.view(shown.may(Action::RecordMeasurement)))}</div>
                {about(&shown)}
            </div>
            {progress.view(&request, shown.may(Action::WriteProgress), open)}
            {change(&shown, drivers, cycles)}
            {team(&shown)}
            {handovers.folded(id)}
            {links.folded(&request)}
            {history_section(&shown)}
        }
        .into_any()
    })
    .into())
}

/// Whether whoever looks may read what the project was merged into: who reads this one only, because they contributed
/// to it, stays on it.
async fn goes_on(request: &Request, conn: &mut Connection, project: &Project) -> Result<bool, Error> {
    match project.merged_into {
        Some(into) => request.may(conn, access::ReadProject(into)).await,
        None => Ok(false),
    }
}

/// The project from which the visitor was led here, when it was merged into this one and they may read it.
async fn merged_into_it(
    request: &Request,
    conn: &mut Connection,
    id: ProjectId,
) -> Result<Option<ProjectSummary>, Error> {
    match request.query("merged").parse::<ProjectId>() {
        Ok(merged) if merged != id && request.may(conn, access::ReadProject(merged)).await? => {
            Ok(Some(project::store::summary(conn, merged).await?).filter(|merged| merged.merged_into == Some(id)))
        }
        _ => Ok(None),
    }
}

fn merge_notice(merged: ProjectSummary) -> AnyView {
    view! {
        <div class="nhsuk-inset-text">
            <p>{merged.reference.unwrap_or_default()}" was merged into this project. "<a href=format!("/projects/{}?as=was", merged.id)>"See it as it was"</a></p>
        </div>
    }
    .into_any()
}

fn title(shown: &ProjectView) -> AnyView {
    let project = &shown.project;
    let reference = project.reference.clone().unwrap_or_else(|| "Draft".to_owned());
    let department = (!project.department_name.is_empty()).then(|| format!(" · {}", project.department_name));
    // Nearly every project is active: only what is not says so.
    let status = (project.status != Status::Active).then(|| view! { " "{project::parts::status_tag(project.status)} });
    view! {
        <div class="baton-title">
            <h1 class="nhsuk-heading-l">{project.details.title.clone()}</h1>
            <p class="baton-meta">{reference}" · "{project.details.kind.label()}{department}{status}</p>
        </div>
    }
    .into_any()
}

/// `goes_on`: whoever looks may read what it was merged into.
fn standing_words(project: &Project, goes_on: bool, today: NaiveDate) -> AnyView {
    let note = |text: &str| (!text.is_empty()).then(|| view! { <p class="baton-lines">{text.to_owned()}</p> });
    match project.status {
        Status::Closed => {
            let into = project.merged_into.filter(|_| goes_on).map(|into| view! { <p><a href=format!("/projects/{into}")>"Go to the project that it was merged into"</a></p> });
            view! {
                <div class="nhsuk-inset-text">
                    <p>"Closed"{project.closed_on.map(|on| view! { " on "{ui::time(on)} })}": "{project.closed_reason.map_or("", |reason| reason.label()).to_lowercase()}"."</p>
                    {note(&project.closed_note)}
                    {into}
                </div>
            }
            .into_any()
        }
        Status::Paused | Status::Sustaining => {
            let again = project.review_on.map(|on| {
                let label = if project.status == Status::Paused {
                    "Paused. Look again on "
                } else {
                    "Sustaining. Next look on "
                };
                view! { <p>{label}{ui::time(on)}" ("{ui::distance(on, today)}")."</p> }
            });
            view! { <div class="nhsuk-inset-text">{again}{note(&project.closed_note)}</div> }.into_any()
        }
        Status::Draft | Status::Active => ().into_any(),
    }
}

/// How many of a project's actions stand beside each other: the others open on demand.
const IN_SIGHT: usize = 5;

/// One row, of which the first is the main one. `row`: who leads it and who asks to, as the strip says; `due`: the
/// measure that is measured next.
fn actions(shown: &ProjectView, row: &ProjectRow, due: Option<MeasureId>) -> AnyView {
    let (is_led, asked_for) = (row.lead.is_some(), row.asked_for().is_some());
    let id = shown.project.id;
    let open = shown.project.status.is_open();
    let of = |page: &str| format!("/projects/{id}/{page}");
    let finishes = !is_led && shown.may(Action::WriteSummary) && !shown.may(Action::OfferHandover);
    let record = due.filter(|_| shown.may(Action::RecordMeasurement));
    let record = record.map(|measure| (format!("/measures/{measure}#record"), "Record a data point"));
    // Whoever looks at a project without a lead finds first how to be it.
    let take_on = (!is_led && !asked_for && shown.may(Action::TakeOn)).then(|| (of("take-on"), "Take it on"));
    let rest = [
        (shown.may(Action::OfferHandover), "handover", "Hand over"),
        (finishes, "handover", "Finish the handover summary"),
        (shown.may(Action::WriteProgress), "updates#add", "Post an update"),
        (shown.may(Action::AskToJoin), "team#join", "Ask to join"),
        (shown.may(Action::EditProject), "edit", "Edit"),
        (shown.may(Action::ChangeStatus), "status", if open { "Change status" } else { "Reopen" }),
    ];
    let rest = rest.into_iter().filter(|(may, _, _)| *may).map(|(_, page, label)| (of(page), label));
    let mut all: Vec<(String, &str)> = take_on.into_iter().chain(record).chain(rest).collect();
    let more = all.split_off(all.len().min(IN_SIGHT));
    let more = (!more.is_empty()).then(|| {
        let links = more.into_iter().map(|(href, label)| view! { <li><a href=href>{label}</a></li> }).collect_view();
        view! { <details class="baton-more"><summary>"More"</summary><ul>{links}</ul></details> }
    });
    let buttons =
        all.into_iter().enumerate().map(|(at, (href, label))| ui::button_link(&href, label, at > 0)).collect_view();
    view! { <div class="baton-buttons-inline baton-project-actions">{buttons}{more}</div> }.into_any()
}

/// What it is about, in one compact block.
fn about(shown: &ProjectView) -> AnyView {
    let project = &shown.project;
    let edits = shown.may(Action::EditProject);
    let mend = |words: &str, label: &str| {
        let link = edits.then(|| view! { " "<a class="baton-no-print" href=format!("/projects/{}/edit", project.id)>{label.to_owned()}</a> });
        view! { {words.to_owned()}{link} }.into_any()
    };
    let details = &project.details;
    let aim = aim(details).unwrap_or_else(|| mend("Not written yet.", "Write the aim"));
    let problem = if details.problem.is_empty() {
        mend("Not described yet.", "Describe the problem")
    } else {
        lines(&details.problem)
    };
    let mut rows = vec![("Aim", aim), ("Problem", problem)];
    if details.kind == ProjectType::ClinicalAudit || !details.standard.is_empty() {
        rows.push(("Standard", standard(details)));
    }
    if !project.priorities.is_empty() {
        rows.push(("Priorities", priorities(shown)));
    } else if details.local_need.is_empty() {
        rows.push(("Priorities", mend("None yet.", "Link a priority")));
    }
    if !details.local_need.is_empty() {
        rows.push(("Local need", lines(&details.local_need)));
    }
    let more = (!details.origin_note.is_empty()).then(|| format!(": {}", details.origin_note));
    let registered = project.submitted_at.map(|at| {
        view! { ". Registered on "{ui::time(crate::clock::date_in_london(at))}" by "{project.author.clone()} }
    });
    rows.push(("Came from", view! { {details.origin.label()}{more}{registered} }.into_any()));
    let rows = rows.into_iter().map(|(key, value)| view! { <div><dt>{key}</dt><dd>{value}</dd></div> }).collect_view();
    view! {
        <section class="baton-overview__about" aria-labelledby="about">
            <h2 class="nhsuk-heading-m" id="about">"About this project"</h2>
            <dl class="baton-facts">{rows}</dl>
        </section>
    }
    .into_any()
}

fn lines(text: &str) -> AnyView {
    view! { <span class="baton-lines">{text.to_owned()}</span> }.into_any()
}

/// The parts of the aim that are written, as one sentence; none when nothing is.
fn aim(details: &ProjectDetails) -> Option<AnyView> {
    let parts = [&details.aim_what, &details.aim_whom, &details.aim_how_much];
    let written: Vec<&str> =
        parts.into_iter().map(|part| part.trim().trim_end_matches('.')).filter(|part| !part.is_empty()).collect();
    let by = details.aim_by.map(|by| {
        let before = if written.is_empty() { "By " } else { ", by " };
        view! { {before}{ui::time(by)} }
    });
    if written.is_empty() && by.is_none() {
        return None;
    }
    Some(view! { <span class="baton-lines">{written.join(", ")}</span>{by}"." }.into_any())
}

fn standard(details: &ProjectDetails) -> AnyView {
    let source = (!details.standard_source.is_empty()).then(|| format!(" ({})", details.standard_source));
    let level = (!details.standard_level.is_empty()).then(|| format!("Level to meet: {}. ", details.standard_level));
    let again = details.reaudit_on.map(|on| view! { "Re-audit on "{ui::time(on)}"." });
    view! { {details.standard.clone()}{source}<br />{level}{again} }.into_any()
}

/// Each with a way to its page, for those who belong to the trust.
fn priorities(shown: &ProjectView) -> AnyView {
    let items = shown.project.priorities.iter().map(|priority| {
        let title = priority.title.clone();
        let title = if shown.relationship.belongs {
            view! { <a href=format!("/priorities/{}", priority.id)>{title}</a> }.into_any()
        } else {
            title.into_any()
        };
        view! { <li>{title}</li> }
    });
    view! { <ul class="nhsuk-list nhsuk-u-margin-bottom-0">{items.collect_view()}</ul> }.into_any()
}

/// The driver diagram and the cycles. What is not there yet is promised of open projects only.
fn change(shown: &ProjectView, drivers: Drivers, cycles: Cycles) -> AnyView {
    let open = shown.project.status != Status::Closed;
    let drivers = (open || !drivers.is_empty()).then(|| drivers.folded(shown.may(Action::DrawDrivers)));
    let cycles = (open || !cycles.is_empty()).then(|| cycles.folded(shown.may(Action::WriteCycle)));
    view! { {drivers}{cycles} }.into_any()
}

fn team(shown: &ProjectView) -> AnyView {
    let id = shown.project.id;
    let (team, today) = (&shown.project.team, shown.today);
    let current = team.iter().filter(|member| member.is_current(today) || member.is_ahead(today)).count();
    let body = view! {
        {team::pages::current(team, today, None, false)}
        {team::pages::past(team, today)}
        <p class="baton-no-print"><a href=format!("/projects/{id}/team")>"The whole team, invitations and requests"</a></p>
    };
    ui::folded_section("team", &format!("Team ({current})"), body.into_any())
}

fn history_section(shown: &ProjectView) -> AnyView {
    let body = view! {
        {project::parts::lately(shown.project.history.clone())}
        <p><a href=format!("/projects/{}/history", shown.project.id)>"The whole history"</a></p>
    };
    view! { <div class="baton-no-print">{ui::folded_section("history", "History", body.into_any())}</div> }.into_any()
}

fn draft(
    request: Request,
    shown: ProjectView,
    charts: Charts,
    drivers: Drivers,
    cycles: Cycles,
) -> Result<Page, Error> {
    let missing: Vec<FieldError> = match shown.project.form()?.parse(Completeness::Registered) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(errors)) => errors,
        Err(other) => return Err(other),
    };
    Ok(Page::new(shown.project.details.title.clone(), move || {
        let id = shown.project.id;
        let author = shown.may(Action::FinishDraft);
        let form = Form::new(&request, SubmitDraft::PATH);
        let summary = form.summary();
        let edit = format!("/projects/{id}/edit");
        let edits = shown.may(Action::EditProject);
        let complete = missing.is_empty();
        let state = if complete {
            view! { <p>"Nothing is missing. When it is registered, it gets its reference and everybody in the trust can see it."</p> }.into_any()
        } else {
            missing_list(missing, edits.then_some(edit.as_str()))
        };
        let submit =
            view! { {form.effects()}{form.hidden("project", id)}{ui::submit(&form.doing("Register project"))} }
                .into_any();
        let delete = author.then(|| delete_form(&request, id));
        view! {
            {ui::back("/", "Home")}
            {summary}
            {title(&shown)}
            {sections(&request, id, Section::Overview)}
            <div class="nhsuk-inset-text">
                <p>"This is a draft. Only "{if author { "you".to_owned() } else { shown.project.author.clone() }}" and the people invited can see it, and it is in no list."</p>
                {state}
            </div>
            <div class="baton-actions">
                {(complete && author).then(|| form.draw(submit))}
                {edits.then(|| ui::button_link(&edit, if complete { "Edit" } else { "Finish the form" }, complete))}
                {shown.may(Action::ManageTeam).then(|| view! { <a href=format!("/projects/{id}/team")>"Invite somebody"</a> })}
            </div>
            {about(&shown)}
            {charts.view(shown.may(Action::RecordMeasurement))}
            {drivers.view(shown.may(Action::DrawDrivers))}
            {cycles.view(shown.may(Action::WriteCycle))}
            {team(&shown)}
            {delete}
        }
        .into_any()
    }))
}

/// What a draft lacks; `edit` is the form's address, for those who may fill it in.
fn missing_list(missing: Vec<FieldError>, edit: Option<&str>) -> AnyView {
    let items = missing.into_iter().map(|error| match edit {
        Some(edit) => {
            let field = error.field.replace(['[', ']', '.'], "-");
            view! { <li><a href=format!("{edit}#{field}")>{error.message}</a></li> }.into_any()
        }
        None => view! { <li>{error.message}</li> }.into_any(),
    });
    view! {
        <p>"Before it can be registered:"</p>
        <ul class="nhsuk-list nhsuk-list--bullet">{items.collect_view()}</ul>
    }
    .into_any()
}

fn delete_form(request: &Request, id: ProjectId) -> AnyView {
    let form = Form::new(request, DeleteDraft::PATH);
    let fields = view! {
        {form.hidden("project", id)}
        <button class="nhsuk-button nhsuk-button--warning" type="submit" data-module="nhsuk-button" data-prevent-double-click="true">"Delete the draft"</button>
    }
    .into_any();
    ui::details(
        "Delete this draft",
        view! {
            <p>"The draft and its measures are deleted for everybody who could see it. This cannot be undone."</p>
            {form.draw(fields)}
        }
        .into_any(),
    )
}

/// All of a project's history, page by page.
pub async fn history(request: Request) -> Result<Page, Error> {
    let id: ProjectId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, access::ReadProject(id)).await?;
    let reader = request.person()?.id;
    let head = project::store::summary(&mut conn, id).await?;
    let rows = record::count_of_project_read_by(&mut conn, id, reader).await?;
    let last = rows.div_euclid(i64::from(A_PAGE)) + i64::from(rows % i64::from(A_PAGE) > 0);
    let page = request.query("page").parse::<u32>().unwrap_or(1).clamp(1, u32::try_from(last.max(1)).unwrap_or(1));
    let shown = record::of_project_read_by(&mut conn, id, reader, A_PAGE, (page - 1) * A_PAGE).await?;
    drop(conn);
    Ok(Page::new(format!("History of {}", head.title), move || {
        view! {
            {ui::back(&format!("/projects/{id}"), &head.title)}
            {ui::heading(&head.title, "History")}
            {sections(&request, id, Section::History)}
            {project::parts::timeline(shown)}
            {ui::pages(i64::from(page), last, |page| format!("/projects/{id}/history?page={page}"))}
        }
        .into_any()
    }))
}

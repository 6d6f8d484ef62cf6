//! The board of a changeover, to come or past, and its download.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::Arrange;
use super::model::{Act, MOST, Progress, Row, SUMMARY_PARTS, Span, Suggested, Why, first_choices, offered_to};
use super::store::{self, Became, Board};
use crate::access::Coordinate;
use crate::error::Error;
use crate::format::{count, date};
use crate::id::{PersonId, ProjectId};
use crate::route;
use crate::sheet;
use crate::web::page::{Page, Reply, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/changeover", show), route!("/changeover.csv", download)]
}

/// The changeover that is asked for, else the next one, else the last; none where the trust has none.
fn asked(request: &Request, days: &[NaiveDate]) -> Option<NaiveDate> {
    let asked: Option<NaiveDate> = request.query("on").parse().ok();
    asked
        .filter(|day| days.contains(day))
        .or_else(|| days.iter().copied().find(|day| *day >= request.today()))
        .or_else(|| days.last().copied())
}

async fn show(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, Coordinate(trust)).await?;
    let days = store::days(&mut conn, trust, today).await?;
    let Some(day) = asked(&request, &days) else {
        return Ok(Page::new("Changeover", || {
            view! {
                {ui::heading("", "Changeover")}
                {ui::empty("No changeover date is known. Add the next one, and its board shows who goes and what is arranged.",
                    Some(("/changeovers", "Changeover dates")))}
            }
            .into_any()
        }));
    };
    let span = Span::among(&days, day, today).ok_or(Error::NotFound)?;
    if day <= today {
        let became = store::became(&mut conn, trust, span, today).await?;
        return Ok(Page::new(title(day), move || past(day, &days, became, today)));
    }
    let board = store::board(&mut conn, trust, span, today).await?;
    drop(conn);
    Ok(Page::new(title(day), move || draw(&request, day, &days, board)))
}

fn title(day: NaiveDate) -> String {
    format!("Changeover of {}", date(day))
}

/// The other changeovers: the last two that have passed, and the next four.
fn others(day: NaiveDate, days: &[NaiveDate], today: NaiveDate) -> AnyView {
    let passed = days.iter().filter(|one| **one < today).rev().take(2).copied();
    let mut near: Vec<NaiveDate> = passed.chain(days.iter().copied().filter(|one| *one >= today).take(4)).collect();
    near.sort_unstable();
    let links = near
        .into_iter()
        .map(|one| (format!("/changeover?on={one}"), date(one), one == day))
        .map(|(href, words, here)| view! { <li><a href=href aria-current=here.then_some("true")>{words}</a></li> })
        .collect_view();
    view! {
        <nav aria-label="Changeovers"><ul class="baton-views">{links}<li><a href="/changeovers">"Change these dates"</a></li></ul></nav>
    }
    .into_any()
}

/// How far it is with the board, in numbers.
fn summary(rows: &[Row]) -> AnyView {
    let number =
        |what: &dyn Fn(&Row) -> bool| i64::try_from(rows.iter().filter(|row| what(row)).count()).unwrap_or(i64::MAX);
    let (all, arranged) = (number(&|_| true), number(&|row| row.progress() == Progress::Arranged));
    let leads = number(&|row| row.lead_goes);
    let supervisors = number(&|row| row.supervisor_goes);
    let falls = number(&|row| row.falls);
    let falls = if falls == 0 {
        "As things are, none of them falls into the pool.".to_owned()
    } else {
        let falls = count(falls, "project falls", "projects fall");
        format!("If nobody acts, {falls} into the pool.")
    };
    let goes =
        [(leads, "loses its lead", "lose their lead"), (supervisors, "loses its supervisor", "lose their supervisor")]
            .into_iter()
            .filter(|(number, ..)| *number > 0)
            .map(|(number, one, many)| {
                format!("{} {}", count(number, "project", "projects"), if number == 1 { one } else { many })
            })
            .collect::<Vec<_>>()
            .join(", ");
    view! {
        <p class="baton-changeover">
            <label for="arranged"><strong>{format!("{arranged} of {all} arranged")}</strong></label>
            " "<progress id="arranged" class="baton-board__progress" max=all.to_string() value=arranged.to_string()></progress>
            {format!(" {goes}. {falls}")}
        </p>
    }
    .into_any()
}

fn draw(request: &Request, day: NaiveDate, days: &[NaiveDate], board: Board) -> AnyView {
    let today = request.today();
    let Board { mut rows, suggested, supervisors } = board;
    let more = rows.len() > MOST;
    rows.truncate(MOST);
    rows.sort_by(|one, other| (&one.department, one.progress()).cmp(&(&other.department, other.progress())));
    let form = Form::new(request, Arrange::PATH);
    let errors = form.summary();
    let body = if rows.is_empty() {
        ui::empty(
            "No project loses its lead or its supervisor around this changeover.",
            Some(("/pool", "Projects without a lead")),
        )
    } else {
        let fields = view! {
            {form.hidden("on", day)}
            {departments(&form, request.query("tick"), &rows, &suggested, day)}
            {acts(&form, &supervisors)}
        }
        .into_any();
        view! {
            {summary(&rows)}
            <p class="baton-no-print">
                <a href=format!("/changeover?on={day}&tick=all")>"Tick all for which nothing is arranged"</a>
                " "<a href=format!("/changeover.csv?on={day}")>"Download as CSV"</a>
            </p>
            {form.draw_as("baton-board", fields)}
        }
        .into_any()
    };
    view! {
        {errors}
        {ui::heading(&ui::distance(day, today), &title(day))}
        {others(day, days, today)}
        {more.then(|| view! { <p>{format!("These are the first {MOST} projects. The others follow as these are arranged.")}</p> })}
        {body}
    }
    .into_any()
}

fn departments(form: &Form, tick: &str, rows: &[Row], suggested: &[Suggested], day: NaiveDate) -> AnyView {
    let first = first_choices(rows, suggested);
    rows.chunk_by(|one, other| one.department_id == other.department_id)
        .map(|rows| {
            let Some(head) = rows.first() else { return ().into_any() };
            let name = head.department.clone().unwrap_or_else(|| "Without a department".to_owned());
            let key = head.department_id.map(|id| id.to_string()).unwrap_or_default();
            let mut arriving: Vec<String> = suggested
                .iter()
                .filter(|one| one.why == Why::Arriving && rows.iter().any(|row| row.id == one.project_id))
                .map(|one| format!("{}, {}", one.name, one.post.split(',').next().unwrap_or_default()))
                .collect();
            arriving.sort();
            arriving.dedup();
            let arriving = if arriving.is_empty() {
                "Nobody is known to arrive.".to_owned()
            } else {
                format!("Arriving: {}.", arriving.join("; "))
            };
            let ticked = |row: &Row| {
                if form.is_rejected() {
                    form.values("ticked[]").contains(&row.id.to_string())
                } else {
                    (tick == "all" || (!tick.is_empty() && tick == key)) && row.progress() == Progress::Nothing
                }
            };
            let lines = rows
                .iter()
                .map(|row| line(form, row, suggested, first.get(&row.id).copied(), ticked(row)))
                .collect();
            let columns = vec![
                ui::words("Project"),
                ui::words("Who goes"),
                ui::words("Offer to"),
                ui::words("Handover summary"),
                ui::words("Arranged"),
            ];
            view! {
                <section aria-labelledby=format!("in-{key}")>
                    <h2 class="nhsuk-heading-m" id=format!("in-{key}")>{format!("{name} ({})", rows.len())}</h2>
                    <p>{arriving}" "<a class="baton-no-print" href=format!("/changeover?on={day}&tick={key}#in-{key}")>"Tick all here"<span class="nhsuk-u-visually-hidden">{format!(": {name}")}</span></a></p>
                    {ui::table_under_heading(&format!("Projects in {name}"), columns, lines)}
                </section>
            }
            .into_any()
        })
        .collect_view()
        .into_any()
}

fn line(form: &Form, row: &Row, suggested: &[Suggested], first: Option<PersonId>, ticked: bool) -> Vec<AnyView> {
    vec![
        tick(row, ticked),
        who_goes(row),
        next_lead(form, row, suggested, first),
        match (row.lead_goes, row.begun) {
            (false, _) => ().into_any(),
            (true, false) => "Not begun".into_any(),
            (true, true) if row.written == SUMMARY_PARTS => "Complete".into_any(),
            (true, true) => format!("{} of {} parts", row.written, SUMMARY_PARTS).into_any(),
        },
        arranged(row),
    ]
}

fn tick(row: &Row, ticked: bool) -> AnyView {
    let id = format!("tick-{}", row.id);
    view! {
        <div class="nhsuk-checkboxes nhsuk-checkboxes--small">
            <div class="nhsuk-checkboxes__item">
                <input class="nhsuk-checkboxes__input" id=id.clone() name="ticked[]" type="checkbox" value=row.id.to_string() checked=ticked />
                <label class="nhsuk-label nhsuk-checkboxes__label" for=id>{row.title.clone()}</label>
            </div>
        </div>
        <a class="baton-reference" href=format!("/projects/{}", row.id)>{row.reference.clone()}</a>
    }
    .into_any()
}

fn who_goes(row: &Row) -> AnyView {
    let line = |name: &Option<String>, as_what: &str, day: Option<NaiveDate>| {
        let name = name.clone().unwrap_or_default();
        view! { <div>{format!("{name}, {as_what}, last day ")}{day.map(ui::time)}</div> }
    };
    view! {
        {row.lead_goes.then(|| line(&row.lead, "lead", row.lead_last_on))}
        {row.supervisor_goes.then(|| line(&row.supervisor, "supervisor", row.supervisor_last_on))}
    }
    .into_any()
}

/// The choice of the next lead, where one is to be made: the team first, then who arrives.
fn next_lead(form: &Form, row: &Row, suggested: &[Suggested], first: Option<PersonId>) -> AnyView {
    if row.lead_progress() != Progress::Nothing {
        return row.to.clone().filter(|_| row.lead_goes).unwrap_or_default().into_any();
    }
    let here: Vec<&Suggested> =
        suggested.iter().filter(|one| one.project_id == row.id && Some(one.person_id) != row.meant_id).collect();
    let meant = row.meant_id.zip(row.meant.clone());
    let prepare = format!("/projects/{}/handover", row.id);
    let other = view! { <a class="baton-no-print" href=prepare>"Somebody else"<span class="nhsuk-u-visually-hidden">{format!(" for {}", row.title)}</span></a> };
    if here.is_empty() && meant.is_none() {
        return view! { "Nobody is suggested. "{other} }.into_any();
    }
    let name = offered_to(row.id);
    let chosen =
        if form.is_rejected() { form.value(&name) } else { first.map(|id| id.to_string()).unwrap_or_default() };
    let options = here
        .into_iter()
        .map(|one| {
            let why = match one.why {
                Why::Team => "in the team",
                Why::Arriving => "arriving",
                Why::Looking => "looking for a project",
            };
            let id = one.person_id.to_string();
            let here = id == chosen;
            view! { <option value=id selected=here>{format!("{} ({}, {why})", one.name, one.post)}</option> }
        })
        .collect_view();
    let id = format!("to-{}", row.id);
    view! {
        <label class="nhsuk-u-visually-hidden" for=id.clone()>{format!("Offer {} to", row.title)}</label>
        <select class="nhsuk-select" id=id name=name>
            {meant.map(|(person, name)| {
                let person = person.to_string();
                let here = person == chosen;
                view! { <option value=person selected=here>{format!("{name} (chosen by the lead)")}</option> }
            })}
            {options}
        </select>
        " "{other}
    }
    .into_any()
}

fn arranged(row: &Row) -> AnyView {
    let lead = row.lead_goes.then(|| match row.lead_progress() {
        Progress::Nothing => ui::tag("Nothing yet", "red"),
        Progress::Waiting => ui::tag("Waiting for answers", "blue"),
        Progress::Arranged => ui::tag(if row.rests { "Rests" } else { "Agreed" }, "green"),
    });
    let supervisor = row.supervisor_goes.then(|| match row.supervisor_progress() {
        Progress::Nothing => ui::tag("No next supervisor", "red"),
        Progress::Waiting => {
            ui::tag(&format!("{} is asked to supervise", row.next_supervisor.as_deref().unwrap_or_default()), "blue")
        }
        Progress::Arranged => ui::tag("Supervisor arranged", "green"),
    });
    let handover = row.handover_id.map(|id| view! { " "<a href=format!("/handovers/{id}")>"The handover"<span class="nhsuk-u-visually-hidden">{format!(" of {}", row.title)}</span></a> });
    view! { {lead}" "{supervisor}{handover} }.into_any()
}

/// What can be done with the ticked projects.
fn acts(form: &Form, supervisors: &[(PersonId, String)]) -> AnyView {
    let button = |act: Act, secondary: bool| {
        let class = if secondary { "nhsuk-button nhsuk-button--secondary" } else { "nhsuk-button" };
        view! { <button class=class type="submit" name="then" value=act.as_str() data-module="nhsuk-button" data-prevent-double-click="true">{act.label()}</button> }
    };
    let people = supervisors.iter().map(|(id, name)| (id.to_string(), name.clone()));
    let people = std::iter::once((String::new(), "Choose somebody".to_owned())).chain(people).collect();
    view! {
        <div class="baton-no-print">
            <h2 class="nhsuk-heading-m">"With the ticked projects"</h2>
            <div class="baton-actions">{button(Act::Offer, false)}{button(Act::Pool, true)}{button(Act::Remind, true)}</div>
            <p class="nhsuk-hint">"An offer holds what the handover summary says so far, and what the project says of itself. Each lead goes on leading until the next lead and the supervisor have accepted."</p>
            {ui::details_open("Pause them until a day", form.errors().iter().any(|error| error.field.starts_with("review_on")), view! {
                {form.date("review_on", "When does somebody look at them again?").hint("Within half a year.").view()}
                {button(Act::Pause, true)}
            }.into_any())}
            {ui::details_open("Pass their supervision on", form.errors().iter().any(|error| error.field == "supervisor"), view! {
                {form.select("supervisor", "Who is asked to supervise them?", people).hint("For those whose supervisor goes. The supervision goes on until they accept.").view()}
                {button(Act::Supervise, true)}
            }.into_any())}
        </div>
    }
    .into_any()
}

/// What became of the projects whose lead went.
fn past(day: NaiveDate, days: &[NaiveDate], became: Vec<Became>, today: NaiveDate) -> AnyView {
    let all = i64::try_from(became.len()).unwrap_or(i64::MAX);
    let led = i64::try_from(became.iter().filter(|one| one.next.is_some()).count()).unwrap_or(i64::MAX);
    let without =
        i64::try_from(became.iter().filter(|one| one.next.is_none() && !one.closed).count()).unwrap_or(i64::MAX);
    let rows = became.into_iter().map(became_row).collect();
    let columns = vec![
        ui::words("Project"),
        ui::words("Department"),
        ui::words("Led until then by"),
        ui::words("What became of it"),
        ui::numbers("Days without a lead"),
    ];
    let table = if all == 0 {
        ui::empty("No project lost its lead around this changeover.", None)
    } else {
        view! {
            <p>{format!("{} changed or lost its lead: {led} led by somebody else since, {without} without a lead today.", count(all, "project", "projects"))}</p>
            {ui::table_under_heading("What became of them", columns, rows)}
        }
        .into_any()
    };
    view! {
        {ui::heading(&ui::distance(day, today), &title(day))}
        {others(day, days, today)}
        {table}
    }
    .into_any()
}

fn became_row(one: Became) -> Vec<AnyView> {
    let outcome = match (&one.next, one.next_from, one.closed) {
        (Some(name), Some(from), _) => view! { {format!("{name} leads it from ")}{ui::time(from)} }.into_any(),
        (_, Some(from), true) => view! { "Closed on "{ui::time(from)} }.into_any(),
        _ => ui::tag("No lead", "red"),
    };
    vec![
        view! { <a href=format!("/projects/{}", one.id)>{one.title}</a>" "{one.reference} }.into_any(),
        one.department.unwrap_or_default().into_any(),
        view! { {format!("{}, until ", one.lead)}{ui::time(one.last_on)} }.into_any(),
        outcome,
        one.days.to_string().into_any(),
    ]
}

/// The board as a table for a spreadsheet.
async fn download(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, Coordinate(trust)).await?;
    let days = store::days(&mut conn, trust, today).await?;
    let day = asked(&request, &days).ok_or(Error::NotFound)?;
    let span = Span::among(&days, day, today).ok_or(Error::NotFound)?;
    let Board { rows, suggested, .. } = store::board(&mut conn, trust, span, today).await?;
    drop(conn);
    let body = written(&rows, &suggested).map_err(|error| {
        tracing::error!(%error, "a board could not be written as CSV");
        Error::Internal
    })?;
    Ok(Reply::File { name: format!("changeover-{day}.csv"), kind: "text/csv; charset=utf-8", body })
}

const HEADINGS: [&str; 11] = [
    "Reference",
    "Title",
    "Department",
    "Lead",
    "Lead until",
    "Supervisor",
    "Supervisor until",
    "Offered to",
    "Suggested",
    "Summary parts written",
    "Arranged",
];

fn written(rows: &[Row], suggested: &[Suggested]) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(HEADINGS)?;
    for row in rows {
        table.write_record(cells(row, suggested).map(|text| sheet::cell(&text)))?;
    }
    table.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

fn cells(row: &Row, suggested: &[Suggested]) -> [String; 11] {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let names = |id: ProjectId| {
        let here = suggested.iter().filter(|one| one.project_id == id).map(|one| one.name.as_str());
        here.collect::<Vec<_>>().join("; ")
    };
    [
        row.reference.clone(),
        row.title.clone(),
        text(&row.department),
        text(&row.lead),
        day(row.lead_last_on),
        text(&row.supervisor),
        day(row.supervisor_last_on),
        text(&row.to),
        names(row.id),
        format!("{} of {}", row.written, SUMMARY_PARTS),
        match row.progress() {
            Progress::Nothing => "Nothing yet",
            Progress::Waiting => "Waiting",
            Progress::Arranged => "Arranged",
        }
        .to_owned(),
    ]
}

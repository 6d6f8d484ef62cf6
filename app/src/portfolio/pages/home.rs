//! Home: what a person holds, what waits for them, and, for the academy lead, where everything stands.
//! One person can be several: each section is shown to whom it concerns.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use crate::access::ReadTrust;
use crate::clock::date_in_london;
use crate::continuity::model::ProjectRow;
use crate::continuity::parts::Mends;
use crate::db::Connection;
use crate::error::Error;
use crate::handover;
use crate::handover::model::Asks;
use crate::handover::store::Waiting;
use crate::id::TrustId;
use crate::people;
use crate::people::ties::api::ChooseTrust;
use crate::portfolio::store;
use crate::priorities;
use crate::project::model::Status;
use crate::team::model::OpenedBy;
use crate::team::store::Question;
use crate::visitor::Person;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Form};
use timeline::Continuity;

/// After so many days without a change, an author is asked what is to become of a draft.
const OLD_DRAFT: i64 = 30;

/// So many projects that look for a lead are shown.
const LOOKING: i64 = 5;

pub async fn home(request: Request) -> Result<Reply, Error> {
    let person = request.person()?.clone();
    let today = request.today();
    let mut conn = request.store.read().await?;
    let belongs = request.may(&mut conn, ReadTrust(person.trust)).await?;
    let mine = store::mine(&mut conn, person.trust, person.id, today).await?;
    let coordinates = person.academy_lead.then_some(person.trust);
    let (questions, silent): (Vec<_>, Vec<_>) =
        crate::team::store::questions_for(&mut conn, person.id, belongs.then_some(person.trust), coordinates, today)
            .await?
            .into_iter()
            .partition(|one| one.opened_by == OpenedBy::Person || one.person_id == person.id);
    let mut waiting = handover::store::waiting_for(&mut conn, person.id, today).await?;
    // Without a post here, one can read what one is offered, and answer nothing.
    waiting.retain(|one| belongs || one.trust_id != person.trust || matches!(one.asks, Asks::Successor));
    let looking = if person.has_post { looking_for_a_lead(&mut conn, &person, today).await? } else { Vec::new() };
    let (board, idle) = if person.academy_lead {
        let board = store::board(&mut conn, person.trust, today).await?;
        (Some(board), without_a_project(&request, &mut conn, person.trust).await?)
    } else {
        (None, Vec::new())
    };
    drop(conn);

    Ok(Page::new("Home", move || {
        let (drafts, registered): (Vec<_>, Vec<_>) = mine.into_iter().partition(|one| one.row.status == Status::Draft);
        let due: Vec<ProjectRow> =
            registered.iter().filter(|one| one.row.is_overdue(today)).map(|one| one.row.clone()).collect();
        let (held, others): (Vec<_>, Vec<_>) = registered.into_iter().partition(|one| one.leads);
        let (supervised, joined): (Vec<_>, Vec<_>) = others.into_iter().partition(|one| one.supervises);
        let (held, supervised, joined) = (rows(held), rows(supervised), rows(joined));
        let newcomer = belongs
            && held.is_empty()
            && supervised.is_empty()
            && joined.is_empty()
            && drafts.is_empty()
            && board.is_none();
        // Without a post, one only reads.
        let runs = if belongs { Mends::ALL } else { Mends::default() };
        let first = person.name.split(' ').next().unwrap_or_default().to_owned();
        view! {
            <div class="baton-actions baton-actions--title">
                {ui::heading(&person.trust_name, &format!("Hello {first}"))}
                {belongs.then(|| ui::button_link("/projects/register", "Register a project", false))}
            </div>
            {(!belongs).then(without_a_post)}
            {waits(&request, questions, waiting)}
            {board.map(|board| where_things_stand(&board, today))}
            {unanswered(&silent, today)}
            {(!idle.is_empty()).then(|| no_project(idle))}
            {overdue(due, today)}
            {list("What you lead", "led", held, today, runs)}
            {list("What you supervise", "supervised", supervised, today, runs)}
            {list("Teams you are in", "teams", joined, today, Mends { runs: person.academy_lead, ..runs })}
            {unfinished(drafts, today)}
            {newcomer.then(first_steps)}
            {in_departments(looking, today)}
        }
        .into_any()
    })
    .into())
}

/// The trust's current priorities that no open project serves.
async fn without_a_project(
    request: &Request,
    conn: &mut Connection,
    trust: TrustId,
) -> Result<Vec<priorities::store::PriorityRow>, Error> {
    let all = priorities::store::list(conn, trust).await?;
    Ok(all.into_iter().filter(|one| one.is_current(request.today()) && one.open == 0).collect())
}

/// Projects of the person's departments that look for a lead, but for those that they lead themselves.
async fn looking_for_a_lead(
    conn: &mut Connection,
    person: &Person,
    today: NaiveDate,
) -> Result<Vec<ProjectRow>, Error> {
    let own = people::store::departments_of(conn, person.id, person.trust, today).await?;
    let narrowed =
        handover::store::Narrowed { departments: Some(own), but_led_by: Some(person.id), page: 1, rows: LOOKING };
    Ok(handover::store::pool(conn, person.trust, &narrowed, today).await?.rows)
}

fn rows(mine: Vec<store::Mine>) -> Vec<ProjectRow> {
    mine.into_iter().map(|one| one.row).collect()
}

fn without_a_post() -> AnyView {
    view! {
        <div class="nhsuk-inset-text">
            <p>"You have no current post in this trust. You still see what you contributed to. If you have a new post, ask the academy lead to add it."</p>
        </div>
    }
    .into_any()
}

fn unfinished(drafts: Vec<store::Mine>, today: NaiveDate) -> AnyView {
    if drafts.is_empty() {
        return ().into_any();
    }
    let items = drafts.into_iter().map(|one| {
        let changed = date_in_london(one.row.updated_at);
        let old = (today - changed).num_days() >= OLD_DRAFT;
        view! {
            <li>
                <a href=format!("/projects/{}", one.row.id)>{one.row.title.clone()}</a>
                {format!(", changed {}", crate::format::date(changed))}
                {old.then_some(". Do you want to finish it, give it to a colleague or delete it?")}
            </li>
        }
    });
    view! {
        <section aria-labelledby="drafts">
            <h2 class="nhsuk-heading-m" id="drafts">"Your drafts"</h2>
            <ul class="nhsuk-list">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}

fn list(title: &'static str, id: &'static str, rows: Vec<ProjectRow>, today: NaiveDate, mends: Mends) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section aria-labelledby=id>
            <h2 class="nhsuk-heading-m" id=id>{title}</h2>
            {crate::continuity::parts::rows_in_section(rows, today, mends)}
        </section>
    }
    .into_any()
}

fn waits(request: &Request, questions: Vec<Question>, waiting: Vec<Waiting>) -> AnyView {
    if questions.is_empty() && waiting.is_empty() {
        return ().into_any();
    }
    let handovers = waiting
        .into_iter()
        .map(|one| {
            let words = match one.asks {
                Asks::Successor => {
                    format!("{} asks you to take over", one.from.clone().unwrap_or_else(|| "The academy".to_owned()))
                }
                Asks::Supervisor => format!("As its supervisor, say whether {} may take over", one.to),
                Asks::ForSupervisor => format!("No supervisor has answered: say whether {} may take over", one.to),
            };
            view! {
                <div class="nhsuk-inset-text">
                    <p>
                        {words}" "
                        <strong>{one.title.clone()}</strong>
                        {format!(" ({}) on {}.", one.reference, crate::format::date(one.takes_effect_on))}
                    </p>
                    {answer_it(request, &one)}
                </div>
            }
        })
        .collect_view();
    let questions =
        questions.iter().map(|question| crate::team::parts::question(request, question, true)).collect_view();
    view! {
        <section aria-labelledby="waiting">
            <h2 class="nhsuk-heading-m" id="waiting">"Waiting for you"</h2>
            {handovers}
            {questions}
        </section>
    }
    .into_any()
}

/// The way to a handover, by the trust in which it is answered.
fn answer_it(request: &Request, one: &Waiting) -> AnyView {
    let page = format!("/handovers/{}", one.handover_id);
    let of = view! { <span class="nhsuk-u-visually-hidden">{format!(": {}", one.title)}</span> };
    if request.person().is_ok_and(|person| person.trust == one.trust_id) {
        return view! { <p><a href=page>"Read the handover and answer"{of}</a></p> }.into_any();
    }
    let form = Form::named(request, ChooseTrust::PATH, &format!("h{}", one.handover_id.0.simple()));
    let fields = view! {
        {form.hidden("trust", one.trust_id)}
        {form.hidden("next", page)}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{format!("Change over to {} to answer", one.trust)}{of}</button>
    }
    .into_any();
    form.draw(fields)
}

fn where_things_stand(board: &store::Board, today: NaiveDate) -> AnyView {
    let number = |count: i64, label: &str, href: String, attention: bool| {
        let class = if attention && count > 0 {
            "baton-numbers__item baton-numbers__item--attention"
        } else {
            "baton-numbers__item"
        };
        view! {
            <li class=class>
                <a class="baton-numbers__link" href=href>
                    <span class="baton-numbers__value">{count}</span>
                    <span class="baton-numbers__label">{label.to_lowercase()}</span>
                </a>
            </li>
        }
        .into_any()
    };
    let mut numbers: Vec<AnyView> = board
        .states
        .iter()
        .map(|(state, count)| {
            let attention = matches!(state, Continuity::InPool | Continuity::Due);
            number(*count, state.label(), format!("/projects?continuity={}", state.as_str()), attention)
        })
        .collect();
    numbers.push(number(board.without_supervisor, "No supervisor", "/projects?gap=supervisor".to_owned(), true));
    numbers.push(number(board.overdue, "Measurement overdue", "/projects?gap=measurement".to_owned(), true));
    let more = board.at_risk - i64::try_from(board.first.len()).unwrap_or_default();
    let risky = if board.first.is_empty() {
        ui::empty("No project is at risk.", None)
    } else {
        view! {
            {crate::continuity::parts::rows_in_section(board.first.clone(), today, Mends::ALL)}
            {(more > 0).then(|| view! { <p><a href="/projects?gap=risk&sort=risk">{format!("See all that are at risk ({more} more)")}</a></p> })}
        }
        .into_any()
    };
    view! {
        <section aria-labelledby="standing">
            <h2 class="nhsuk-heading-m" id="standing">"Where open projects stand"</h2>
            <ul class="baton-numbers">{numbers}</ul>
        </section>
        <section aria-labelledby="risk">
            <h2 class="nhsuk-heading-m" id="risk">"At risk"</h2>
            {risky}
        </section>
    }
    .into_any()
}

fn unanswered(silent: &[Question], today: NaiveDate) -> AnyView {
    const SHOWN: usize = 10;
    if silent.is_empty() {
        return ().into_any();
    }
    let items = silent
        .iter()
        .take(SHOWN)
        .map(|one| {
            let asked = date_in_london(one.asked_at);
            view! {
                <li>
                    {one.name.clone()}", for "
                    <a href=format!("/projects/{}/team", one.project_id)>{one.title.clone()}</a>
                    {format!(", asked on {} ({})", crate::format::date(asked), ui::distance(asked, today))}
                </li>
            }
        })
        .collect_view();
    let more = silent.len().saturating_sub(SHOWN);
    view! {
        <section aria-labelledby="unanswered">
            <h2 class="nhsuk-heading-m" id="unanswered">"Supervisors who have not answered"</h2>
            <p>"A project is supervised once its supervisor accepts. When you have their word, you can answer for them on the project’s team page."</p>
            <ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>
            {(more > 0).then(|| view! { <p>{format!("{more} more were asked later. ")}<a href="/projects?gap=supervisor">"See all projects without a supervisor"</a></p> })}
        </section>
    }
    .into_any()
}

fn no_project(idle: Vec<priorities::store::PriorityRow>) -> AnyView {
    let items = idle
        .into_iter()
        .map(|one| view! { <li><a href=format!("/priorities/{}", one.id)>{one.title}</a></li> })
        .collect_view();
    view! {
        <section aria-labelledby="idle">
            <h2 class="nhsuk-heading-m" id="idle">"Priorities that nobody works on"</h2>
            <ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>
        </section>
    }
    .into_any()
}

fn overdue(rows: Vec<ProjectRow>, today: NaiveDate) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let items = rows
        .into_iter()
        .filter_map(|row| {
            let next = row.next_measurement?;
            Some(view! {
                <li>
                    <a href=format!("/measures/{}", next.id)>{format!("{}: {}", row.title, next.measure)}</a>
                    {format!(", due {} ({})", crate::format::date(next.on), ui::distance(next.on, today))}
                </li>
            })
        })
        .collect_view();
    view! {
        <section aria-labelledby="overdue">
            <h2 class="nhsuk-heading-m" id="overdue">"Measurements overdue"</h2>
            <ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>
        </section>
    }
    .into_any()
}

fn first_steps() -> AnyView {
    view! {
        <section aria-labelledby="first">
            <h2 class="nhsuk-heading-m" id="first">"Where to start"</h2>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li><a href="/pool">"Take on a project that looks for a lead"</a>": its pack tells you where it stands"</li>
                <li><a href="/projects">"See what others work on"</a>", and ask to join a team"</li>
                <li><a href="/projects/register">"Register a project"</a>": four answers are enough"</li>
            </ul>
        </section>
    }
    .into_any()
}

fn in_departments(rows: Vec<ProjectRow>, today: NaiveDate) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    view! {
        <section aria-labelledby="looking">
            <h2 class="nhsuk-heading-m" id="looking">"Looking for a lead in your department"</h2>
            {crate::continuity::parts::rows_in_section(rows, today, Mends::TAKES_ON)}
            <p><a href="/pool">"See the whole pool"</a></p>
        </section>
    }
    .into_any()
}

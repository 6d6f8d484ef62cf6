//! The academy lead's pages: pairs that look alike, one pair to decide about, and what was decided.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::Decide;
use super::model::{Answer, LinkKind};
use super::parts::{address, undo};
use super::store::{self, Decided, MergeEffects, Pair, Side};
use crate::access::Coordinate;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::parse::MAX_PARAGRAPH_CHARS;
use crate::project::parts::status_tag;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/look-alikes", look_alikes), route!("/look-alikes/pair", pair)]
}

/// The longest part of a problem that the list shows.
const EXCERPT: usize = 220;

async fn look_alikes(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    let allowed = request.require(&mut conn, Coordinate(trust)).await?;
    if request.query("view") == "decided" {
        let page = request.query("page").parse().unwrap_or(1).clamp(1, 10_000);
        let (rows, total) = store::decided(&mut conn, &allowed, page).await?;
        return Ok(Page::new("Decided pairs", move || decided(&request, rows, total, page)));
    }
    let before = request.query("before").parse().ok();
    let found = store::pairs(&mut conn, &allowed, before).await?;
    drop(conn);
    Ok(Page::new("Possible duplicates", move || {
        let compared = i64::try_from(found.compared).unwrap_or_default();
        let none = found.pairs.is_empty().then(|| {
            ui::empty(
                "There are no possible duplicates here. When two projects of your trust have similar titles, they are shown side by side and you decide what they are to each other.",
                None,
            )
        });
        let more = found.next.map(|next| {
            view! { <p><a href=format!("/look-alikes?before={next}")>"Compare older projects"</a></p> }
        });
        let newest = before.map(|_| view! { <p><a href="/look-alikes">"Back to the newest projects"</a></p> });
        let told = format!(
            "{} among {}, each compared with all older ones.",
            crate::format::count(
                i64::try_from(found.pairs.len()).unwrap_or_default(),
                "possible duplicate",
                "possible duplicates"
            ),
            crate::format::count(
                compared,
                if before.is_none() { "newest project" } else { "project" },
                if before.is_none() { "newest projects" } else { "projects" }
            ),
        );
        let pairs = found.pairs.iter().map(|pair| side_by_side(&request, pair, before)).collect_view();
        view! {
            {ui::heading("", "Possible duplicates")}
            {views(false)}
            <p role="status">{told}</p>
            {none}
            <div class="baton-compare">{pairs}</div>
            {more}
            {newest}
            {ui::details("Compare two other projects", choose("", ""))}
        }
        .into_any()
    }))
}

fn views(decided: bool) -> AnyView {
    ui::tabs(
        "Possible duplicates",
        vec![
            ("To decide".to_owned(), "/look-alikes".to_owned(), !decided),
            ("Decided".to_owned(), "/look-alikes?view=decided".to_owned(), decided),
        ],
    )
}

fn side_by_side(request: &Request, pair: &Pair, before: Option<i64>) -> AnyView {
    let Pair { newer, older } = pair;
    let names = format!("{} and {}", newer.reference, older.reference);
    let form = Form::named(request, Decide::PATH, &format!("{}-{}", newer.id, older.id));
    let fields = view! {
        {form.hidden("first", newer.id)}
        {form.hidden("second", older.id)}
        {form.hidden("answer", Answer::NotAlike)}
        {form.hidden("before", before.map(|before| before.to_string()).unwrap_or_default())}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
            "Not duplicates"<span class="nhsuk-u-visually-hidden">{format!(": {names}")}</span>
        </button>
    }
    .into_any();
    let query = before.map(|before| format!("&before={before}")).unwrap_or_default();
    view! {
        <section class="baton-compare__part">
            <h2 class="baton-compare__name">{names.clone()}</h2>
            {side(newer, "Newer", false)}
            {side(older, "Older", false)}
            <div class="baton-buttons-inline">
                <a class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" role="button" draggable="false"
                    href=format!("/look-alikes/pair?first={}&second={}{query}", newer.id, older.id)>
                    "Decide"<span class="nhsuk-u-visually-hidden">{format!(" about {names}")}</span>
                </a>
                {form.summary()}
                {form.draw_as("baton-form", fields)}
            </div>
        </section>
    }
    .into_any()
}

fn side(side: &Side, age: &str, whole: bool) -> AnyView {
    let problem = if whole || side.problem.chars().count() <= EXCERPT {
        side.problem.clone()
    } else {
        format!("{}…", side.problem.chars().take(EXCERPT).collect::<String>().trim_end())
    };
    let status = view! {
        {status_tag(side.status)}
        {side.closed_reason.map(|reason| format!(" {}", reason.label()))}
    }
    .into_any();
    let lead = match &side.lead {
        Some(name) => name.clone(),
        None if side.status.is_open() => "Nobody: looking for a lead".to_owned(),
        None => "Nobody".to_owned(),
    };
    let mut rows = vec![
        ("Status", status),
        ("Lead", lead.into_any()),
        ("Department", side.department.clone().into_any()),
        ("Registered", side.submitted_at.map(|at| ui::time(date_in_london(at))).into_any()),
        ("Last changed", ui::time(date_in_london(side.updated_at))),
        ("Measurements", side.points.to_string().into_any()),
        ("Problem", view! { <span class="baton-compare__text">{problem}</span> }.into_any()),
    ];
    if whole && !side.aim.is_empty() {
        rows.push(("Aim", view! { <span class="baton-compare__text">{side.aim.clone()}</span> }.into_any()));
    }
    view! {
        <div class="baton-compare__version">
            <h3 class="baton-compare__whose">
                {format!("{age}: {} ", side.reference)}
                <a class="baton-compare__title" href=format!("/projects/{}", side.id)>{side.title.clone()}</a>
            </h3>
            {ui::summary_list(rows)}
        </div>
    }
    .into_any()
}

fn choose(first: &str, second: &str) -> AnyView {
    let input = |name: &'static str, label: &'static str, value: &str| {
        view! {
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for=format!("reference-{name}")>{label}</label>
                <input class="nhsuk-input nhsuk-input--width-10" id=format!("reference-{name}") name=name value=value.to_owned() maxlength="40" />
            </div>
        }
    };
    view! {
        <form method="get" action="/look-alikes/pair">
            {input("first", "Reference of the first project, for example QI-2026-0042", first)}
            {input("second", "Reference of the second project", second)}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Compare"</button>
        </form>
    }
    .into_any()
}

async fn pair(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    let allowed = request.require(&mut conn, Coordinate(trust)).await?;
    let asked = [request.query("first").trim().to_owned(), request.query("second").trim().to_owned()];
    let sides = store::sides(&mut conn, trust, &asked, request.today()).await?;
    let named = |name: &str| {
        let is = |side: &&Side| side.id.to_string() == name || side.reference.eq_ignore_ascii_case(name);
        sides.iter().find(is).cloned()
    };
    let (Some(first), Some(second)) = (named(&asked[0]), named(&asked[1])) else {
        return Ok(Page::new("Compare two projects", move || nothing_to_compare(&asked)));
    };
    if first.id == second.id {
        return Ok(Page::new("Compare two projects", move || nothing_to_compare(&asked)));
    }
    let decision = store::decision(&mut conn, &allowed, first.id, second.id).await?;
    let effects = [
        store::merge_effects(&mut conn, first.id, second.id, request.today()).await?,
        store::merge_effects(&mut conn, second.id, first.id, request.today()).await?,
    ];
    drop(conn);
    Ok(Page::new("How are these two projects related?", move || {
        let form = Form::new(&request, Decide::PATH);
        let summary = form.summary();
        let body = match decision {
            Some(decision) => view! {
                <h2 class="nhsuk-heading-m">"Decided"</h2>
                {decided_item(&request, &decision)}
            }
            .into_any(),
            None => {
                let fields = view! {
                    {form.hidden("first", first.id)}
                    {form.hidden("second", second.id)}
                    {form.hidden("before", request.query("before"))}
                    {form.radios("answer", "What are they to each other?", answers(&first, &second, &effects)).heading().view()}
                    {form.lines("word", "Why (optional)", 3).limit(MAX_PARAGRAPH_CHARS).hint("People of both projects read this. Do not include anything that could identify a patient.").view()}
                    {ui::submit("Record decision")}
                }
                .into_any();
                form.draw(fields)
            }
        };
        view! {
            {ui::back("/look-alikes", "Possible duplicates")}
            {summary}
            {ui::heading("", "How are these two projects related?")}
            <div class="baton-compare">
                <section class="baton-compare__part">
                    <h2 class="baton-compare__name">"Side by side"</h2>
                    {side(&first, "First", true)}
                    {side(&second, "Second", true)}
                </section>
            </div>
            {body}
        }
        .into_any()
    }))
}

fn nothing_to_compare(asked: &[String; 2]) -> AnyView {
    let typed = asked.iter().any(|name| !name.is_empty());
    let told = if typed {
        "These are not two different projects of your trust that have been submitted. Check both references."
    } else {
        "Enter the references of two projects of your trust to see them side by side."
    };
    view! {
        {ui::back("/look-alikes", "Possible duplicates")}
        {ui::heading("", "Compare two projects")}
        <p role="status">{told}</p>
        {choose(&asked[0], &asked[1])}
    }
    .into_any()
}

fn answers(first: &Side, second: &Side, effects: &[MergeEffects; 2]) -> Vec<(String, String, String)> {
    let (one, two) = (&first.reference, &second.reference);
    let merged = |closes: &str, stays: &str, effects: &MergeEffects| {
        format!(
            "{closes} closes as merged, and its page leads to {stays}. Its team, updates and history are kept and shown there.{} You can undo this; who is invited or offered the lead by then stays so, and so does a task or link that was changed.",
            effects.sentence()
        )
    };
    Answer::ALL
        .iter()
        .map(|answer| {
            let (label, sentence) = match answer {
                Answer::FirstIsDuplicate => (format!("{one} is a duplicate of {two}"), merged(one, two, &effects[0])),
                Answer::SecondIsDuplicate => (format!("{two} is a duplicate of {one}"), merged(two, one, &effects[1])),
                Answer::FirstContinues => (format!("{one} continues {two}"), String::new()),
                Answer::SecondContinues => (format!("{two} continues {one}"), String::new()),
                Answer::Related => {
                    ("They are related".to_owned(), "Both go on, and each shows a link to the other.".to_owned())
                }
                Answer::NotAlike => (
                    "Not duplicates".to_owned(),
                    "Nothing shows on the projects, and this pair is not suggested again.".to_owned(),
                ),
            };
            (answer.as_str().to_owned(), label, sentence)
        })
        .collect()
}

fn decided(request: &Request, rows: Vec<Decided>, total: i64, page: i64) -> AnyView {
    let last = (total + store::DECIDED_A_PAGE - 1) / store::DECIDED_A_PAGE;
    let list = if rows.is_empty() {
        ui::empty(
            "Nothing is decided yet. What you decide about possible duplicates is listed here, and you can undo it.",
            Some(("/look-alikes", "See the possible duplicates")),
        )
    } else {
        let items = rows.iter().map(|row| view! { <li>{decided_item(request, row)}</li> }).collect_view();
        view! {
            <p role="status">{crate::format::count(total, "decision", "decisions")}</p>
            <ul class="nhsuk-list baton-links">{items}</ul>
        }
        .into_any()
    };
    view! {
        {ui::heading("", "Decided pairs")}
        {views(true)}
        {list}
        {ui::pages(page, last, |page| format!("/look-alikes?view=decided&page={page}"))}
    }
    .into_any()
}

fn decided_item(request: &Request, row: &Decided) -> AnyView {
    let between = match row.kind {
        LinkKind::DuplicateOf => " was a duplicate and was merged into ",
        LinkKind::Continues => " continues ",
        LinkKind::RelatedTo => " is related to ",
        LinkKind::SpreadOf => " spreads ",
        LinkKind::NotAlike => " is not like ",
        LinkKind::Differs => " differs from ",
    };
    let word = (!row.word.is_empty()).then(|| view! { <p class="baton-lines">{row.word.clone()}</p> });
    view! {
        <p>
            <a href=address(row.project, row.kind == LinkKind::DuplicateOf)>{format!("{} {}", row.reference, row.title)}</a>
            {between}
            <a href=format!("/projects/{}", row.other)>{format!("{} {}", row.other_reference, row.other_title)}</a>
            "."
            <span class="nhsuk-hint baton-links__by">
                {format!("Decided by {} on ", row.decided_by)}{ui::time(date_in_london(row.decided_at))}
            </span>
        </p>
        {word}
        {undo(request, row.id.to_string(), &format!("{} and {}", row.reference, row.other_reference), row.kind)}
    }
    .into_any()
}

//! Asks as pages draw them: a line each, with what can be done about it on the spot.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use timeline::Kind;

use super::api::{ClaimAsk, SayItGoesOn};
use super::model::{
    Action, Answering, Asked, Claim, LONGEST_BRIDGE, LONGEST_CLAIM_DAYS, LONGEST_LOOK, Line, Seat, Waiting, WaitsFor,
    names, waiting,
};
use crate::clock::date_in_london;
use crate::format::{count, date};
use crate::people::ties::api::ChooseTrust;
use crate::team::api::AnswerQuestion;
use crate::web::request::Request;
use crate::web::ui::{self, Form, Part};

/// The server functions that answer a handover: a later room has them, so they are known by their addresses only.
pub const ANSWER_AS_NEXT_LEAD: &str = "/api/handovers/answer";
/// As [`ANSWER_AS_NEXT_LEAD`], for the supervisor.
pub const ANSWER_AS_SUPERVISOR: &str = "/api/handovers/answer-as-supervisor";
/// As [`ANSWER_AS_NEXT_LEAD`], for leading again, for leading for now and for keeping looking.
pub const LEAD_AGAIN: &str = "/api/projects/lead-again";
/// As [`LEAD_AGAIN`].
pub const BRIDGE: &str = "/api/projects/bridge";
/// As [`LEAD_AGAIN`].
pub const KEEP_LOOKING: &str = "/api/projects/keep-looking";

/// A section of lines, with the number of those that do not rest; nothing without a line.
#[must_use]
pub fn section(request: &Request, heading: &str, id: &'static str, lines: Vec<Line>) -> AnyView {
    if lines.is_empty() {
        return ().into_any();
    }
    let (waiting, all) = (waiting(&lines), all(&lines));
    let Part { rows, links, .. } = Part::of(request, "/", id, heading, lines);
    let items = rows.iter().map(|one| line(request, one)).collect_view();
    view! {
        <section aria-labelledby=id>
            <h2 class="nhsuk-heading-m" id=id>{format!("{heading} ({waiting})")}</h2>
            <ul class="baton-asks">{items}</ul>
            {links}
            {all}
        </section>
    }
    .into_any()
}

/// The way to all lines, where only some are shown.
fn all(lines: &[Line]) -> AnyView {
    let all = lines.iter().map(|one| one.first.all_lines).max().unwrap_or_default();
    (usize::try_from(all).is_ok_and(|all| all > lines.len()))
        .then(|| view! { <p><a href="/asks">{format!("All {all}")}<span class="nhsuk-u-visually-hidden">" that the QI academy is asked"</span></a></p> })
        .into_any()
}

/// Lines as a list.
#[must_use]
pub fn list(request: &Request, lines: &[Line]) -> AnyView {
    view! { <ul class="baton-asks">{lines.iter().map(|one| line(request, one)).collect_view()}</ul> }.into_any()
}

/// One line by itself, with those of its projects that are read.
#[must_use]
pub fn whole(request: &Request, line: &Line) -> AnyView {
    let Ok(person) = request.person() else { return ().into_any() };
    let here = person.trust == line.first.trust_id;
    view! {
        <div class="baton-ask">
            <p class="baton-ask__says">{line.sentence(person.id, request.today()).to_string()}</p>
            {line.first.claim.as_ref().map(claimed)}
            {claim(request, line)}
        </div>
        <ul class="baton-ask__projects">{line.rows().map(|row| project(request, row, here)).collect_view()}</ul>
    }
    .into_any()
}

fn line(request: &Request, line: &Line) -> AnyView {
    let (row, today) = (&line.first, request.today());
    let Ok(person) = request.person() else { return ().into_any() };
    let sentence = line.sentence(person.id, today).to_string();
    let says = if line.len() == 1 { linked(row, person.trust == row.trust_id, sentence) } else { sentence.into_any() };
    let elsewhere =
        (row.trust_id != person.trust).then(|| view! { " "<span class="baton-ask__trust">{row.trust.clone()}</span> });
    let rests = line.rests().then(|| {
        let until = row.last_day().map_or_else(String::new, |day| format!(" until {}", date(day)));
        view! { <p class="baton-ask__more">{format!("Waits{until}: that was chosen, and it is not counted.")}</p> }
    });
    let does = if line.len() == 1 { does(request, row) } else { each(request, line) };
    let class = if line.rests() { "baton-ask baton-ask--rests" } else { "baton-ask" };
    view! {
        <li class=class>
            <p class="baton-ask__says">{says}{elsewhere}</p>
            <p class="baton-ask__when">{when(row, today)}</p>
            {message(row)}
            {row.claim.as_ref().map(claimed)}
            {rests}
            {does}
            {claim(request, line)}
        </li>
    }
    .into_any()
}

/// The sentence with its project as a link, for whoever reads the project in this session.
fn linked(row: &Asked, here: bool, sentence: String) -> AnyView {
    let title = format!("“{}”", row.title);
    let reads = row.known && (here || row.seat() == Seat::Own);
    match sentence.split_once(&title).filter(|_| reads) {
        Some((before, after)) => view! {
            {before.to_owned()}<a href=format!("/projects/{}", row.project_id)>{title}</a>{after.to_owned()}
        }
        .into_any(),
        None => sentence.into_any(),
    }
}

fn when(row: &Asked, today: NaiveDate) -> String {
    match row.due_on {
        Some(due) => ui::distance(due, today),
        None => format!("since {}", date(row.since_on)),
    }
}

fn message(row: &Asked) -> AnyView {
    (!row.message.is_empty())
        .then(|| view! { <p class="baton-ask__more baton-lines">{format!("“{}”", row.message)}</p> })
        .into_any()
}

fn claimed(claim: &Claim) -> AnyView {
    let since = date(date_in_london(claim.since));
    view! { <p class="baton-ask__more">{format!("With {} since {since}, until {}.", claim.name, date(claim.until))}</p> }.into_any()
}

/// Each project of a line that is about several.
fn each(request: &Request, line: &Line) -> AnyView {
    let here = request.person().is_ok_and(|person| person.trust == line.first.trust_id);
    let items = line.rows().map(|row| project(request, row, here)).collect_view();
    let summary = count(i64::try_from(line.len()).unwrap_or(i64::MAX), "project", "projects");
    let rest = (line.len() > line.shown()).then(|| {
        view! { <p><a href=format!("/asks?line={}", line.first.line)>{format!("All {summary}")}</a></p> }
    });
    let projects = view! { <ul class="baton-ask__projects">{items}</ul>{rest} }.into_any();
    view! { <div class="baton-ask__each">{ui::details(&summary, projects)}</div> }.into_any()
}

fn project(request: &Request, row: &Asked, here: bool) -> AnyView {
    let says = linked(row, here, format!("“{}”", row.title));
    let reference =
        row.reference.clone().map(|reference| view! { " "<span class="baton-ask__trust">{reference}</span> });
    view! { <li class="baton-ask__project"><p>{says}{reference}</p>{does(request, row)}</li> }.into_any()
}

/// What can be done about a row: on the spot, or on the page to which it leads. In another trust one goes there
/// first, unless one is named.
fn does(request: &Request, row: &Asked) -> AnyView {
    if !row.known {
        let words = format!("Tell {} whether you are who it asks for", row.trust);
        return view! { <div class="baton-ask__does"><a class="baton-act" href="/trusts">{words}{of(&row.title)}</a></div> }.into_any();
    }
    let actions = row.actions();
    let here = request.person().is_ok_and(|person| person.trust == row.trust_id);
    if !here && !row.is_answered_anywhere() {
        let next = actions.iter().find_map(|action| row.address(*action));
        return change_over(request, row, next);
    }
    let drawn = actions.iter().map(|action| does_one(request, row, *action)).collect_view();
    view! { <div class="baton-ask__does">{drawn}</div> }.into_any()
}

fn does_one(request: &Request, row: &Asked, action: Action) -> AnyView {
    match action {
        Action::Answer(answering) => answer(request, row, answering),
        Action::GoesOn => at_once(request, row, SayItGoesOn::PATH, "It goes on"),
        Action::LeadAgain => at_once(request, row, LEAD_AGAIN, "Lead it again"),
        Action::Bridge => {
            let field = ("leads_until", "What is your last day as lead?", LONGEST_BRIDGE);
            let says = "You lead it from today, and the search for a permanent lead goes on.";
            until_a_day(request, row, BRIDGE, ("Lead it for now", says, "Lead it until then"), field)
        }
        Action::KeepLooking => {
            let field = ("looks_until", "Until when?", LONGEST_LOOK);
            let says = "It stays in the pool, and nobody is reminded until then.";
            until_a_day(request, row, KEEP_LOOKING, ("Keep looking for a lead", says, "Keep looking until then"), field)
        }
        _ => row
            .address(action)
            .map(|to| view! { <a class="baton-act" href=to>{action.label()}{of(&row.title)}</a> })
            .into_any(),
    }
}

/// Of several forms of one function on a page, the one of this row.
fn named(request: &Request, row: &Asked, path: &'static str) -> Form {
    let cause = row.cause_on.to_string().replace('-', "");
    Form::named(request, path, &format!("{}{cause}{}", row.kind.as_str(), row.project_id.0.simple()))
}

/// One button does it.
fn at_once(request: &Request, row: &Asked, path: &'static str, label: &'static str) -> AnyView {
    let form = named(request, row, path);
    let summary = form.summary();
    let fields = view! { {form.hidden("project", row.project_id)}{button(label, &row.title, None)} }.into_any();
    view! { {summary}{form.draw(fields)} }.into_any()
}

/// A day and a button behind a word: the word, what it means and the button; the day's field, what it asks for and
/// how many days ahead it is at the latest.
fn until_a_day(
    request: &Request,
    row: &Asked,
    path: &'static str,
    (word, says, label): (&'static str, &'static str, &'static str),
    (field, asks, longest): (&'static str, &'static str, i64),
) -> AnyView {
    let form = named(request, row, path);
    let (summary, open) = (form.summary(), form.is_rejected());
    let latest = date(request.today() + chrono::Duration::days(longest));
    let fields = view! {
        {form.hidden("project", row.project_id)}
        <p>{says}</p>
        {form.date(field, asks).hint(&format!("At the latest {latest}.")).view()}
        {button(label, &row.title, None)}
    }
    .into_any();
    view! {
        {summary}
        <details class="baton-ask__decline" open=open>
            <summary class="baton-act">{format!("{word}…")}{of(&row.title)}</summary>
            {form.draw(fields)}
        </details>
    }
    .into_any()
}

fn of(title: &str) -> AnyView {
    view! { <span class="nhsuk-u-visually-hidden">{format!(": {title}")}</span> }.into_any()
}

fn button(label: &'static str, title: &str, answer: Option<&'static str>) -> AnyView {
    view! {
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name=answer.map(|_| "answer") value=answer>
            {label}{of(title)}
        </button>
    }
    .into_any()
}

/// Yes by one button; no with a word, which stands behind another.
fn answer(request: &Request, row: &Asked, answering: Answering) -> AnyView {
    let (path, object) = match answering {
        Answering::AsNextLead => (ANSWER_AS_NEXT_LEAD, "handover"),
        Answering::AsSupervisor => (ANSWER_AS_SUPERVISOR, "handover"),
        Answering::Question => (AnswerQuestion::PATH, "question"),
    };
    let Some(id) = row.object_id.as_deref() else { return ().into_any() };
    let short = id.replace('-', "");
    let (yes, no) = match answering {
        Answering::AsSupervisor => ("Agree", "Decline"),
        Answering::AsNextLead | Answering::Question => ("Accept", "Decline"),
    };
    let accept = Form::named(request, path, &format!("a{short}"));
    let decline = Form::named(request, path, &format!("d{short}"));
    let (accepting, declining) = (accept.summary(), decline.summary());
    let open = decline.is_rejected();
    let home = |form: &Form| (answering == Answering::Question).then(|| form.hidden("from", "home"));
    let agrees = view! {
        {accept.hidden(object, id)}{home(&accept)}{accept.hidden("word", "")}{button(yes, &row.title, Some("accepted"))}
    }
    .into_any();
    let hint = if answering == Answering::Question { "" } else { "So that the project finds the right person next." };
    let refuses = view! {
        {decline.hidden(object, id)}{home(&decline)}
        {decline.line("word", "Comment").hint(hint).view()}
        {button(no, &row.title, Some("declined"))}
    }
    .into_any();
    view! {
        {accepting}{declining}
        {accept.draw(agrees)}
        <details class="baton-ask__decline" open=open>
            <summary class="baton-act">{format!("{no}…")}{of(&row.title)}</summary>
            {decline.draw(refuses)}
        </details>
    }
    .into_any()
}

/// The way to a row of another trust.
fn change_over(request: &Request, row: &Asked, next: Option<String>) -> AnyView {
    let name = format!("t{}{}{}", row.project_id.0.simple(), row.kind.as_str(), row.cause_on);
    let form = Form::named(request, ChooseTrust::PATH, &name);
    let fields = view! {
        {form.hidden("trust", row.trust_id)}
        {form.hidden("next", next.unwrap_or_else(|| "/".to_owned()))}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
            {format!("Change over to {}", row.trust)}{of(&row.title)}
        </button>
    }
    .into_any();
    view! { <div class="baton-ask__does">{form.draw(fields)}</div> }.into_any()
}

/// "I’m on it until …", for whoever is asked for the academy of the trust that they are in: as an academy lead, or as
/// an administrator.
fn claim(request: &Request, line: &Line) -> AnyView {
    let row = &line.first;
    if row.seat() == Seat::Own || request.person().is_ok_and(|person| person.trust != row.trust_id) {
        return ().into_any();
    }
    let whole = row.kind == Kind::StillYours;
    let about = row.about_id.filter(|_| !whole).map_or_else(String::new, |id| id.to_string());
    let cause = if whole { String::new() } else { row.cause_on.to_string() };
    let today = request.today();
    let latest = today + chrono::Duration::days(LONGEST_CLAIM_DAYS);
    let until = line.rows().filter_map(|row| row.due_on).filter(|due| *due > today).chain([latest]).min();
    let name = format!("c{}{}{}", row.kind.as_str(), cause.replace('-', ""), about.replace('-', ""));
    let form = Form::named(request, ClaimAsk::PATH, &name).with_date("until", until);
    let (summary, open) = (form.summary(), form.is_rejected());
    let fields = view! {
        {form.hidden("kind", row.kind.as_str())}
        {form.hidden("about", about)}
        {form.hidden("cause", cause)}
        {form.date("until", "Until when?").hint("At most 14 days. Whoever reads the project sees it.").view()}
        {button("I’m on it", &row.title, None)}
    }
    .into_any();
    view! {
        {summary}
        <details class="baton-ask__decline" open=open>
            <summary class="baton-act">"I’m on it until…"{of(&row.title)}</summary>
            {form.draw(fields)}
        </details>
    }
    .into_any()
}

/// What somebody waits for; nothing when they wait for nothing.
#[must_use]
pub fn waits_for(request: &Request, waits: Vec<WaitsFor>) -> AnyView {
    if waits.is_empty() {
        return ().into_any();
    }
    let Part { rows, total, links, .. } = Part::of(request, "/", "waiting", "You wait for", waits);
    let items = rows
        .iter()
        .map(|one| {
            let subject = match one.kind {
                Kind::AnswerAsSuccessor => "to accept the lead of ",
                Kind::AgreeToHandover => "to agree to the handover of ",
                Kind::AnswerTakeOn => "to agree that it is taken on: ",
                Kind::AnswerJoin => "to answer the request to join ",
                Kind::AskedToSupervise => "to agree to supervise ",
                _ => "to answer the invitation to ",
            };
            let next = asked_next(&one.next);
            let page = match one.kind {
                Kind::AnswerAsSuccessor | Kind::AgreeToHandover | Kind::AnswerTakeOn => {
                    one.object_id.as_ref().map(|id| (format!("/handovers/{id}"), "See the handover"))
                }
                _ => Some((format!("/projects/{}/team", one.project_id), "See the team")),
            };
            let page = page.map(|(to, label)| view! { " "<a href=to>{label}{of(&one.title)}</a> });
            view! {
                <li>
                    <strong>{sentence_case(&names(&one.asked))}</strong>{format!(", since {}: {subject}", date(one.since_on))}
                    <a href=format!("/projects/{}", one.project_id)>{one.title.clone()}</a>"."{next}{page}
                </li>
            }
        })
        .collect_view();
    view! {
        <section aria-labelledby="waiting">
            <h2 class="nhsuk-heading-m" id="waiting">{format!("You wait for ({total})")}</h2>
            <ul class="nhsuk-list baton-links">{items}</ul>
            {links}
        </section>
    }
    .into_any()
}

fn asked_next(next: &[super::model::Turn]) -> Option<String> {
    let first = next.first()?;
    let same: Vec<_> = next.iter().filter(|turn| turn.on == first.on).cloned().collect();
    let verb = if same.len() == 1 && !first.administrators { "is" } else { "are" };
    Some(format!(" From {} {} {verb} asked too.", date(first.on), names(&same)))
}

/// With a capital letter, as a sentence begins: of those who are asked, only people have one.
fn sentence_case(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// What waits on a project, for its page: whose turn it is, since when, and who is asked next.
#[must_use]
pub fn on_project(waiting: &[Waiting]) -> AnyView {
    if waiting.is_empty() {
        return ().into_any();
    }
    let items = waiting
        .iter()
        .map(|one| {
            let since =
                sentence_case(&format!("{} since {}, {}.", names(&one.asked), date(one.since_on), one.subject()));
            let claim = one.claim.as_ref().map(|claim| format!(" With {} until {}.", claim.name, date(claim.until)));
            view! { <li>{since}{claim}{asked_next(&one.next)}</li> }
        })
        .collect_view();
    view! {
        <section class="baton-waiting" aria-labelledby="waits">
            <h2 class="baton-waiting__title" id="waits">"Waiting"</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

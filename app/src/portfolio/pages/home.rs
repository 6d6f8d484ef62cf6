//! Home: what is wanted from a person, what they work on and wait for, and, for an academy lead, the next changeover.
//! One person can be several: each section is shown to whom it concerns.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::{academy, administration};
use crate::access::ReadTrust;
use crate::clock::date_in_london;
use crate::continuity::asks::model::{Line, Seat};
use crate::continuity::asks::parts;
use crate::continuity::model::ProjectRow;
use crate::continuity::parts::{Mends, rows_in_section};
use crate::error::Error;
use crate::format::{count, date};
use crate::portfolio::store::home::{Due, Home, LOOKING, Mine, Posts, home as load};
use crate::portfolio::store::news::News;
use crate::progress::parts::own_tasks;
use crate::progress::store::tasks::MyTask;
use crate::project::model::Status;
use crate::visitor::Person;
use crate::web::page::{Page, Reply};
use crate::web::request::Request;
use crate::web::ui::{self, Markup, Part};

/// After so many days without a change, an author is asked what is to become of a draft.
const OLD_DRAFT: i64 = 30;

/// What one works on, by one's part in it.
struct Parts {
    drafts: Vec<Mine>,
    led: Vec<ProjectRow>,
    /// What they led, and nobody leads now.
    left: Vec<ProjectRow>,
    next: Vec<ProjectRow>,
    supervised: Vec<ProjectRow>,
    joined: Vec<ProjectRow>,
}

impl Parts {
    fn of(mine: Vec<Mine>) -> Self {
        let (drafts, registered): (Vec<_>, Vec<_>) = mine.into_iter().partition(|one| one.row.status == Status::Draft);
        let (led, others): (Vec<_>, Vec<_>) = registered.into_iter().partition(|one| one.leads);
        let (next, others): (Vec<_>, Vec<_>) = others.into_iter().partition(|one| one.leads_next);
        let (supervised, joined): (Vec<_>, Vec<_>) = others.into_iter().partition(|one| one.supervises);
        let rows = |mine: Vec<Mine>| mine.into_iter().map(|one| one.row).collect::<Vec<ProjectRow>>();
        let (led, left) = rows(led).into_iter().partition(|row| row.lead.is_some());
        Self { drafts, led, left, next: rows(next), supervised: rows(supervised), joined: rows(joined) }
    }

    fn is_empty(&self) -> bool {
        self.drafts.is_empty()
            && self.led.is_empty()
            && self.left.is_empty()
            && self.next.is_empty()
            && self.supervised.is_empty()
            && self.joined.is_empty()
    }
}

/// What is wanted, and where everything of one's own stands.
pub async fn home(request: Request) -> Result<Reply, Error> {
    let person = request.person()?.clone();
    let today = request.today();
    let mut conn = request.store.read().await?;
    let reads = request.may(&mut conn, ReadTrust(person.trust)).await?;
    let home = load(&mut conn, person.trust, person.id, (person.academy_lead, person.administrator), today).await?;
    drop(conn);
    Ok(Page::new("Home", move || draw(&request, &person, home, reads)).into())
}

/// `reads`: they read what is the trust's.
fn draw(request: &Request, person: &Person, home: Home, reads: bool) -> AnyView {
    let today = request.today();
    let Home { asks, waits_for, mine, due, tasks, posts, news, past, looking, looking_total, academy, administration } =
        home;
    let mine = Parts::of(mine);
    let works = person.belongs();
    let arrives = !posts.has_post && posts.begins_on.is_some();
    let newcomer = works && mine.is_empty() && academy.is_none() && administration.is_none() && asks.is_empty();
    let (own, desk): (Vec<Line>, Vec<Line>) = asks.into_iter().partition(|line| line.first.seat() == Seat::Own);
    // Without a post, one only reads.
    let runs = if works { Mends::ALL } else { Mends::default() };
    let in_teams = Mends { runs: person.academy_lead, ..runs };
    let looks = reads.then(|| in_departments(looking, looking_total, &posts, today, works));
    let (first, last) = if arrives { (looks, None) } else { (None, looks) };
    let hello = format!("Hello {}", person.name.split(' ').next().unwrap_or_default());
    let title =
        if academy.is_some() { ("", person.trust_name.as_str()) } else { (person.trust_name.as_str(), hello.as_str()) };
    view! {
        <div class="baton-actions baton-actions--title">
            {ui::heading(title.0, title.1)}
            {works.then(|| ui::button_link("/projects/register", "Register a project", false))}
        </div>
        {presence(&posts, works, reads)}
        {finishes(&posts, works, &mine.left, today)}
        {academy.map(|academy| academy::begin(academy, today, request))}
        {parts::section(request, "For the QI academy", "desk", desk)}
        {parts::section(request, "Wanted from you", "wanted", own)}
        {administration.map(|told| administration::begin(told, request))}
        {first}
        {works.then(|| data_points(due, request))}
        {your_tasks(&tasks, today)}
        {list("Projects you lead", "led", mine.led, request, runs)}
        {list("Projects you led that are looking for a lead", "left", mine.left, request, runs)}
        {list("Projects you lead next", "next", mine.next, request, Mends::default())}
        {parts::waits_for(request, waits_for)}
        {list("Projects you supervise", "supervised", mine.supervised, request, runs)}
        {folded("Drafts", "drafts", mine.drafts, request, |rows| drafts(&rows, today))}
        {folded("Teams you are in", "joined", mine.joined, request, |rows| rows_in_section(rows, today, in_teams))}
        <p>
            {(past > 0).then(|| view! { <a href="/past">{format!("Your past projects ({past})")}</a>" · " })}
            <a href="/qi">"Your QI, for a portfolio or an appraisal"</a>
        </p>
        {folded("News of the last 14 days", "news", news, request, |news| told(&news))}
        {newcomer.then(first_steps)}
        {last}
    }
    .into_any()
}

/// Whoever is not here today is told when they are.
fn presence(posts: &Posts, works: bool, reads: bool) -> AnyView {
    let words = match (posts.has_post || works, posts.begins_on, posts.ended_on) {
        (true, ..) => return ().into_any(),
        (_, Some(day), _) => {
            let place = posts.department.as_deref().map_or_else(String::new, |name| format!(" in {name}"));
            let then = if reads {
                "Until then you can read the trust’s projects, answer what you are asked, and ask to take on a project that is looking for a lead."
            } else {
                "Until then you can answer what you are asked."
            };
            format!("Your post{place} begins on {}. {then}", date(day))
        }
        (_, None, Some(day)) => format!(
            "Your post ended on {}. You still read what you contributed to. If you have a new post, ask the QI academy to add it.",
            date(day)
        ),
        (_, None, None) => "You have no current post in this trust. You still read what you contributed to, and answer what you are asked. If you have a post, ask the QI academy to add it.".to_owned(),
    };
    view! { <div class="nhsuk-inset-text"><p>{words}</p></div> }.into_any()
}

/// Whoever has just left what they led finishes what they tell the next lead.
fn finishes(posts: &Posts, works: bool, mine: &[ProjectRow], today: NaiveDate) -> AnyView {
    let left = posts.ended_on.is_some_and(|last| (today - last).num_days() <= 14);
    let free: Vec<_> = mine.iter().filter(|row| row.agreed.is_none() && row.offer.is_none()).collect();
    if works || !left || free.is_empty() {
        return ().into_any();
    }
    let items = free.into_iter().map(|row| {
        view! { <li><a href=format!("/projects/{}/handover", row.id)>"Finish the handover summary"</a>{format!(": {}", row.title)}</li> }
    });
    view! {
        <p>"For two weeks after your last day you can finish what you tell whoever leads next."</p>
        <ul class="nhsuk-list">{items.collect_view()}</ul>
    }
    .into_any()
}

fn list(title: &'static str, id: &'static str, rows: Vec<ProjectRow>, request: &Request, mends: Mends) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let Part { rows, total, links, .. } = Part::of(request, "/", id, title, rows);
    view! {
        <section aria-labelledby=id>
            <h2 class="nhsuk-heading-m" id=id>{format!("{title} ({total})")}</h2>
            {rows_in_section(rows, request.today(), mends)}
            {links}
        </section>
    }
    .into_any()
}

/// What opens on demand; nothing when there is nothing in it.
fn folded<T>(
    title: &str,
    id: &'static str,
    rows: Vec<T>,
    request: &Request,
    body: impl FnOnce(Vec<T>) -> AnyView,
) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let Part { rows, total, is_turned, links } = Part::of(request, "/", id, title, rows);
    let body = view! { {body(rows)}{links} }.into_any();
    view! { <div class="baton-folded" id=id>{ui::details_open(&format!("{title} ({total})"), is_turned, body)}</div> }
        .into_any()
}

fn drafts(drafts: &[Mine], today: NaiveDate) -> AnyView {
    let items = drafts.iter().map(|one| {
        let changed = date_in_london(one.row.updated_at);
        let old = (today - changed).num_days() >= OLD_DRAFT;
        view! {
            <li>
                <a href=format!("/projects/{}", one.row.id)>{one.row.title.clone()}</a>
                {format!(", changed {}", date(changed))}
                {old.then_some(". Do you want to finish it, give it to a colleague or delete it?")}
            </li>
        }
    });
    view! { <ul class="nhsuk-list">{items.collect_view()}</ul> }.into_any()
}

fn told(news: &[News]) -> AnyView {
    let items = news.iter().map(|one| {
        let who = one.actor.clone().map(|name| format!("{name} "));
        view! {
            <li>
                <a href=format!("/projects/{}", one.project_id)>{one.title.clone()}</a>": "
                {who}{one.action.clone()}{format!(", {}", date(one.on))}
            </li>
        }
    });
    view! { <ul class="nhsuk-list">{items.collect_view()}</ul> }.into_any()
}

fn data_points(due: Vec<Due>, request: &Request) -> AnyView {
    if due.is_empty() {
        return ().into_any();
    }
    let today = request.today();
    let Part { rows: due, total, links, .. } = Part::of(request, "/", "due", "Data points due", due);
    let mut markup = Markup::default();
    for one in &due {
        let late = (today - one.on).num_days();
        let late = if late > 0 { format!(", {} late", count(late, "day", "days")) } else { ", today".to_owned() };
        markup.raw("<li>").text(&one.project).raw(": ").text(&one.measure).raw(", ").time(one.on).text(&late);
        markup.raw(" <a class=\"baton-act\" href=\"/measures/").value(one.measure_id).raw("#record\">Record");
        markup.raw("<span class=\"nhsuk-u-visually-hidden\">: ").text(&one.project).raw(": ").text(&one.measure);
        markup.raw("</span></a></li>");
    }
    view! {
        <section aria-labelledby="due">
            <h2 class="nhsuk-heading-m" id="due">{format!("Data points due ({total})")}</h2>
            {markup.into_items("nhsuk-list baton-links")}
            {links}
        </section>
    }
    .into_any()
}

fn your_tasks(tasks: &[MyTask], today: NaiveDate) -> AnyView {
    let Some(total) = tasks.first().map(|task| task.total) else { return ().into_any() };
    let rest = usize::try_from(total).is_ok_and(|total| total > tasks.len());
    view! {
        <section aria-labelledby="tasks">
            <h2 class="nhsuk-heading-m" id="tasks">{format!("Your tasks ({total})")}</h2>
            {own_tasks(tasks, today)}
            {rest.then(|| view! { <p><a href="/tasks">{format!("All {total} tasks")}</a></p> })}
        </section>
    }
    .into_any()
}

fn first_steps() -> AnyView {
    view! {
        <section aria-labelledby="first">
            <h2 class="nhsuk-heading-m" id="first">"Where to start"</h2>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li><a href="/pool">"Take on a project that is looking for a lead"</a>": its summary tells you where it stands"</li>
                <li><a href="/projects">"See what others work on"</a>", and ask to join a team"</li>
                <li><a href="/projects/register">"Register a project"</a>": four answers are enough"</li>
            </ul>
        </section>
    }
    .into_any()
}

fn in_departments(rows: Vec<ProjectRow>, total: i64, posts: &Posts, today: NaiveDate, works: bool) -> AnyView {
    if rows.is_empty() {
        return ().into_any();
    }
    let place = posts.department.as_deref().unwrap_or("your department");
    let mends = if works { Mends::TAKES_ON } else { Mends::default() };
    let all = if rows.len() < LOOKING { "See the whole pool" } else { "See all of them in the pool" };
    view! {
        <section aria-labelledby="looking">
            <h2 class="nhsuk-heading-m" id="looking">{format!("Looking for a lead in {place} ({total})")}</h2>
            {rows_in_section(rows, today, mends)}
            <p><a href="/pool">{all}</a></p>
        </section>
    }
    .into_any()
}

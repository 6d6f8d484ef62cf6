//! A person's page, their name, and the codes that are handed to them.

use chrono::{DateTime, NaiveDate, Utc};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use timeline::DUE_DAYS;

use super::account::{Deciding, INVITE};
use super::pieces::{address_view, dates, frame, hidden, small_button};
use crate::access::ManageOrganisation;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::id::PersonId;
use crate::people::directory::api::{MakeAnswerCode, RemoveAway, RenamePerson};
use crate::people::directory::model::TrustRole;
use crate::people::directory::store::{self, Address, Away, Person, PersonProject, Post, Tie};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// Says what becomes of the projects that somebody leads: those without a lead today, and those that are due for
/// handover. An academy lead hands them over from here.
fn at_risk(name: &str, projects: &[PersonProject], today: NaiveDate, coordinates: bool) -> AnyView {
    let soon = |day: NaiveDate| (day - today).num_days() <= DUE_DAYS;
    let pooled: Vec<_> = projects.iter().filter(|project| project.leads && project.in_pool).collect();
    let due: Vec<_> = projects.iter().filter(|project| project.leads && project.last_on.is_some_and(soon)).collect();
    let count = |number: usize| crate::format::count(i64::try_from(number).unwrap_or(i64::MAX), "project", "projects");
    let in_pool = (!pooled.is_empty()).then(|| {
        let it = if pooled.len() == 1 { "it now: it is" } else { "them now: they are" };
        format!("{name} leads {} and cannot lead {it} in the pool, looking for a lead.", count(pooled.len()))
    });
    let due_soon = due.iter().filter_map(|project| project.last_on).min().map(|day| {
        let (it, are) = if due.len() == 1 { ("it", "it is") } else { ("them", "they are") };
        let (on, far) = (crate::format::date(day), ui::distance(day, today));
        format!("{name} leads {} and can lead {it} until {on}, {far}: {are} due for handover.", count(due.len()))
    });
    let told = |words: Option<String>, projects: Vec<&PersonProject>| {
        let links = projects
            .into_iter()
            .map(|project| {
                let (page, hand_over) = if coordinates { ("/handover", "Hand over ") } else { ("", "") };
                view! { <li><a href=format!("/projects/{}{page}", project.id)>{hand_over}{project.title.clone()}</a></li> }
            })
            .collect_view();
        words.map(|words| {
            view! { <div class="nhsuk-inset-text"><p>{words}</p><ul class="nhsuk-list">{links}</ul></div> }
        })
    };
    view! { {told(in_pool, pooled)}{told(due_soon, due)} }.into_any()
}

/// Says from when on somebody is here who has no post today.
fn arriving(posts: &[Post], today: NaiveDate) -> AnyView {
    let ahead = || posts.iter().filter(|post| post.ends_on.is_none_or(|day| day >= today));
    if ahead().any(|post| post.starts_on <= today) {
        return ().into_any();
    }
    let first = ahead().min_by_key(|post| post.starts_on);
    first
        .map(|post| {
            let far = ui::distance(post.starts_on, today);
            view! { <p>{ui::tag("Arriving", "blue")}" on "{ui::time(post.starts_on)}", "{far}", in "{post.department.clone()}"."</p> }
        })
        .into_any()
}

pub(super) fn projects_table(projects: Vec<PersonProject>) -> AnyView {
    let rows = projects.into_iter().map(|project| {
        vec![
            view! { <a href=format!("/projects/{}", project.id)>{project.title}</a> }.into_any(),
            view! { <span class="baton-reference">{project.reference}</span> }.into_any(),
            match (project.leads, project.in_pool) {
                (true, false) => "Leads".into_any(),
                (true, true) => "Led, now in the pool".into_any(),
                (false, _) => "Supervises".into_any(),
            },
            ui::time(project.from_on),
        ]
    });
    let columns = vec![ui::words("Project"), ui::words("Reference"), ui::words("Part"), ui::words("Since")];
    ui::table("Open projects they lead or supervise", columns, rows.collect())
}

/// Says that the dates are the person's own word.
fn said(at: Option<DateTime<Utc>>) -> AnyView {
    at.map(|at| view! { <span class="baton-said">"They said so on "{ui::time(date_in_london(at))}</span> }).into_any()
}

fn posts_table(posts: Vec<Post>, today: NaiveDate) -> AnyView {
    let rows = posts.into_iter().map(|post| {
        let of = format!(" the post as {} in {}", post.grade, post.department);
        let running = post.ends_on.is_none_or(|day| day >= today);
        let end = running.then(|| {
            view! { <a href=format!("/posts/{}/end", post.id)>"End"{hidden(of.clone())}</a> }
        });
        vec![
            format!("{}, {}", post.grade, post.department).into_any(),
            post.staff_group.into_any(),
            view! { {dates(post.starts_on, post.ends_on)}{said(post.said_at)} }.into_any(),
            format!("{} %", post.percent).into_any(),
            view! { <div class="baton-buttons-inline"><a href=format!("/posts/{}", post.id)>"Change"{hidden(of)}</a>{end}</div> }
                .into_any(),
        ]
    });
    let columns = vec![
        ui::words("Post"),
        ui::words("Staff group"),
        ui::words("Dates"),
        ui::numbers("Of full time"),
        ui::words("Actions"),
    ];
    ui::table("Posts", columns, rows.collect())
}

fn away_section(request: &Request, person: PersonId, away: Vec<Away>) -> AnyView {
    let table = (!away.is_empty()).then(|| {
        let rows = away.into_iter().map(|period| {
            let form = Form::named(request, RemoveAway::PATH, &period.id.to_string());
            let fields = form.hidden("id", period.id);
            vec![
                view! { {dates(period.starts_on, Some(period.ends_on))}{said(period.said_at)} }.into_any(),
                if period.keeps_contributing { "Yes".into_any() } else { "No".into_any() },
                small_button(
                    form,
                    fields,
                    "Remove",
                    format!(" the period from {}", crate::format::date(period.starts_on)),
                ),
            ]
        });
        let columns = vec![ui::words("Dates"), ui::words("Keeps contributing"), ui::words("Actions")];
        ui::table("Periods away", columns, rows.collect())
    });
    let none = table.is_none().then(|| view! { <h2 class="nhsuk-heading-s">"Periods away"</h2><p>"None."</p> });
    view! { {table}{none}<p><a href=format!("/people/{person}/away/new")>"Add a period away"</a></p> }.into_any()
}

pub(super) async fn person(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PersonId = request.param("id")?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let person = store::person(&mut conn, trust, id).await?;
    let posts = store::posts(&mut conn, trust, id).await?;
    let away = store::away(&mut conn, trust, id).await?;
    let addresses = store::addresses(&mut conn, trust, id).await?;
    let projects = store::projects(&mut conn, trust, id, today).await?;
    let who = Deciding::load(&request, &mut conn).await?;
    drop(conn);
    Ok(Page::new(person.name.clone(), move || {
        let coordinates = request.person().is_ok_and(|person| person.academy_lead);
        let warned = at_risk(&person.name, &projects, today, coordinates);
        let arrives = arriving(&posts, today);
        let closed =
            person.closed_on.map(|day| view! { <p>{ui::tag("Account closed", "grey")}" since "{ui::time(day)}</p> });
        let posts = if posts.is_empty() {
            let words = "They have no post in this trust. With a post they can sign in, lead and supervise projects.";
            ui::empty(words, None)
        } else {
            posts_table(posts, today)
        };
        let passes_on = (coordinates && projects.iter().any(|project| !project.leads)).then(|| {
            view! { <p><a href=format!("/supervision?of={id}")>"Pass on what they supervise"</a></p> }
        });
        let projects = if projects.is_empty() { ().into_any() } else { projects_table(projects) };
        view! {
            {ui::back("/people", "People")}
            {ui::heading("", &person.name)}
            {closed}
            {arrives}
            {unanswered(&request, &person)}
            {warned}
            <div class="baton-actions">
                {ui::button_link(&format!("/people/{id}/posts/new"), "Add a post", false)}
                {who.refuses(&person, today).is_none().then(|| ui::button_link(&format!("/people/{id}/edit"), "Change the name", true))}
                {(person.tie == Tie::Accepted).then(|| ui::button_link(&format!("/people/{id}/account"), "Sign-in and roles", true))}
            </div>
            {posts}
            {projects}
            {passes_on}
            {away_section(&request, id, away)}
            {sign_in_section(&person, addresses, today)}
        }
        .into_any()
    }))
}

fn sign_in_section(person: &Person, addresses: Vec<Address>, today: NaiveDate) -> AnyView {
    let roles = TrustRole::ALL.iter().filter_map(|role| person.role(*role, today)).map(|held| {
        let begins = held.from_on.filter(|day| *day > today).map(|day| format!(" from {}", crate::format::date(day)));
        let last = held.last_on().map(|day| format!(" until {}", crate::format::date(day)));
        format!("{}{}{}", held.role.label(), begins.unwrap_or_default(), last.unwrap_or_default())
    });
    let roles: Vec<String> = roles.collect();
    let roles = if roles.is_empty() { "None".to_owned() } else { roles.join(", ") };
    let password = match person.tie {
        Tie::Accepted if person.signs_in => "Set",
        Tie::Accepted => "None: they cannot sign in",
        Tie::Asked | Tie::Declined => UNSEEN,
    };
    let addresses = if person.tie != Tie::Accepted {
        UNSEEN.into_any()
    } else if addresses.is_empty() {
        "None".into_any()
    } else {
        addresses.into_iter().map(|address| view! { <div>{address_view(&address)}</div> }).collect_view().into_any()
    };
    view! {
        <h2 class="nhsuk-heading-s">"Sign-in and roles"</h2>
        {ui::summary_list(vec![
            ("Email addresses", addresses),
            ("Password", password.into_any()),
            ("Roles in the trust", roles.into_any()),
        ])}
    }
    .into_any()
}

/// What a trust sees of how somebody signs in who has not accepted it.
const UNSEEN: &str = "Not shown to this trust until they accept it";

/// What becomes of somebody who is known to Baton already and has not accepted this trust.
fn unanswered(request: &Request, person: &Person) -> AnyView {
    let name = person.name.clone();
    match person.tie {
        Tie::Accepted => ().into_any(),
        Tie::Declined => view! {
            <div class="nhsuk-inset-text">
                <p>{format!("Whoever has the email address that was given says that they are not {name}. What stands here counts for nothing. Check the address with them. A new post asks them again. Were they never meant? Remove their post, under “Change”: then they leave the list.")}</p>
            </div>
        }
        .into_any(),
        Tie::Asked => {
            let form = Form::new(request, MakeAnswerCode::PATH);
            let invite = Form::new(request, INVITE);
            let summary = view! { {form.summary()}{invite.summary()} };
            let by_mail = request.mail.sends.then(|| {
                let fields = view! {
                    {invite.hidden("people[0]", person.id)}
                    {ui::submit_as("Send an invitation by mail", "how", "mail")}
                }
                .into_any();
                view! {
                    <p>"Or send them an invitation: with its link, and signed in, they accept without a code."</p>
                    {invite.draw(fields)}
                }
            });
            let fields = view! {
                {form.hidden("person", person.id)}
                <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Make a code for them"</button>
            }
            .into_any();
            view! {
                {summary}
                <div class="nhsuk-inset-text">
                    <p>{format!("The email address that was given for {name} is known to Baton already, so they are asked first. What stands here counts once they accept.")}</p>
                    <p>"They accept after signing in, under “A trust asks for you”, with a code that you give them in person. Make it when they are with you: that is how this trust knows that it is them. If they cannot sign in, because a former trust closed their account or they have forgotten their password, whoever runs Baton can help."</p>
                    {form.draw(fields)}
                    {by_mail}
                </div>
            }
            .into_any()
        }
    }
}

/// The page that shows a code, once.
pub(super) async fn code(request: Request) -> Result<Page, Error> {
    let (trust, maker) = request.person().map(|person| (person.trust, person.id))?;
    let id: PersonId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let person = store::person(&mut conn, trust, id).await?;
    drop(conn);
    let code = request.codes.take(request.query("key"), maker, id, request.now);
    let (back, use_it) = if request.query("for") == "answer" {
        (
            format!("/people/{id}"),
            "They sign in, open “A trust asks for you” at the top of the page, and enter it there. It works once, within 7 days.",
        )
    } else {
        (
            format!("/people/{id}/account"),
            "They open “Forgotten your password?” on the sign-in page and enter it there with their email address and a new password. It works once, within 24 hours.",
        )
    };
    Ok(Page::new(format!("Code for {}", person.name), move || {
        let body = match code {
            Some(code) => view! {
                <div class="nhsuk-inset-text"><p class="baton-code">{code}</p></div>
                <p>"Give this code to "{person.name.clone()}" in person, and to nobody else. It is shown only now."</p>
                <p>{use_it}</p>
            }
            .into_any(),
            None => view! {
                <p>"The code was shown once and is not kept. If it is lost, make a new one: the old one then opens nothing."</p>
            }
            .into_any(),
        };
        frame(ui::back(&back, &person.name), ().into_any(), &person.name, "Code", body)
    }))
}

pub(super) async fn rename(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PersonId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let person = store::person(&mut conn, trust, id).await?;
    drop(conn);
    Ok(Page::new(format!("Change the name of {}", person.name), move || {
        let form = Form::new(&request, RenamePerson::PATH).version(person.version).with("name", &person.name);
        let summary = form.summary();
        let fields = view! { {form.hidden("id", id)}{form.line("name", "Name").view()}{ui::submit("Save")} }.into_any();
        let back = ui::back(&format!("/people/{id}"), &person.name);
        frame(back, summary, &person.name, "Change the name", form.draw(fields))
    }))
}

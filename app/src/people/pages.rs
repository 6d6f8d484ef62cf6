//! Signing in and out, the account.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{ChangePassword, SignIn, SignInAs, SignOut, onward, with_next};
use super::model::NEW_PASSWORD;
use super::{
    changeovers, dates, directory, forgotten, information, intake, interests, invitations, joining, mails,
    organisation, sessions, store, ties,
};
use crate::error::Error;
use crate::format::{count, date};
use crate::route;
use crate::visitor::Visitor;
use crate::web::page::{Page, Reply, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    let account = vec![
        route!("/sign-in", sign_in),
        route!("/sign-out", sign_out),
        route!("/account", account),
        route!("/account/password", first_password),
    ];
    [
        account,
        ties::pages::routes(),
        dates::pages::routes(),
        interests::pages::routes(),
        directory::pages::routes(),
        intake::pages::routes(),
        organisation::pages::routes(),
        changeovers::pages::routes(),
        forgotten::pages::routes(),
        invitations::pages::routes(),
        joining::pages::routes(),
        mails::pages::routes(),
        information::routes(),
    ]
    .concat()
}

async fn sign_in(request: Request) -> Result<Reply, Error> {
    match &request.visitor {
        Visitor::Held(_) => {
            return Ok(Reply::Redirect(with_next("/account/password", onward(request.query("next")))));
        }
        Visitor::Person(_) if request.query("next").is_empty() => return Ok(Reply::Redirect("/".to_owned())),
        Visitor::Person(_) | Visitor::Nobody => {}
    }
    let people = if request.demo {
        let mut conn = request.store.read().await?;
        store::demo_people(&mut conn, request.today()).await?
    } else {
        Vec::new()
    };
    Ok(Page::new("Sign in", move || {
        let next = request.query("next").to_owned();
        let form = Form::new(&request, SignIn::PATH);
        let waiting = next.contains("form=").then(|| waiting_form(&request));
        let summary = form.summary();
        let fields = view! {
            {form.email("address", "Email address").autocomplete("username").view()}
            {form.password("password", "Password").autocomplete("current-password").view()}
            {form.hidden("next", &next)}
            {ui::submit("Sign in")}
        }
        .into_any();
        let demo = (!people.is_empty()).then(|| demonstration(&request, &people, &next));
        view! {
            <div class="nhsuk-grid-row">
                <div class="nhsuk-grid-column-two-thirds">
                    {summary}
                    {waiting}
                    {ui::heading("", "Sign in to Baton")}
                    <p>"Register improvement projects, measure them, and hand them over when you rotate."</p>
                    {form.draw(fields)}
                    <p><a href="/forgotten-password">"Forgotten your password?"</a></p>
                    {request.mail.sends.then(|| view! { <p><a href="/join">"Join by yourself"</a></p> })}
                    {demo}
                </div>
            </div>
        }
        .into_any()
    })
    .into())
}

/// Signing in as one of the demonstration's people.
fn demonstration(request: &Request, people: &[store::DemoPerson], next: &str) -> AnyView {
    let today = request.today();
    let groups = Tried::ALL.iter().enumerate().map(|(at, group)| {
        let here = people.iter().filter(|person| Tried::of(person, today) == *group);
        let rows: Vec<AnyView> = here.map(|person| sign_in_as_one(request, person, next)).collect();
        let id = format!("demo-{at}");
        (!rows.is_empty()).then(|| {
            view! {
                <h3 class="nhsuk-heading-s" id=id.clone()>{group.label()}</h3>
                <ul class="nhsuk-list baton-sign-in-as" aria-labelledby=id>{rows}</ul>
            }
        })
    });
    view! {
        <section aria-labelledby="demo-heading">
            <h2 class="nhsuk-heading-m" id="demo-heading">"Try the demonstration"</h2>
            <p>"Sign in as one of these invented people. No password is needed."</p>
            {groups.collect_view()}
        </section>
    }
    .into_any()
}

fn sign_in_as_one(request: &Request, person: &store::DemoPerson, next: &str) -> AnyView {
    let form = Form::named(request, SignInAs::PATH, "as");
    let fields = view! {
        {form.hidden("person", person.id)}
        {form.hidden("next", next)}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{person.name.clone()}</button>
        <span class="nhsuk-hint">{who(person, request.today())}</span>
    }
    .into_any();
    view! { <li>{form.draw_as("baton-sign-in-as__form", fields)}</li> }.into_any()
}

/// What somebody of the demonstration is, first of all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tried {
    Lead,
    Supervisor,
    Academy,
    Arriving,
    Left,
    Colleague,
}

impl Tried {
    /// Every one, those whom one should try first first.
    const ALL: [Self; 6] = [Self::Lead, Self::Supervisor, Self::Academy, Self::Arriving, Self::Left, Self::Colleague];

    fn of(person: &store::DemoPerson, today: NaiveDate) -> Self {
        if !person.role.is_empty() || person.role_from.is_some() {
            Self::Academy
        } else if person.starts_on.is_some_and(|day| day > today) {
            Self::Arriving
        } else if person.last_on.is_some_and(|day| day < today) {
            Self::Left
        } else if person.supervises > 0 {
            Self::Supervisor
        } else if person.leads > 0 {
            Self::Lead
        } else {
            Self::Colleague
        }
    }

    fn label(self) -> &'static str {
        match self {
            Self::Lead => "They lead projects",
            Self::Supervisor => "They supervise projects",
            Self::Academy => "QI academy and administration",
            Self::Arriving => "They arrive soon",
            Self::Left => "They have left",
            Self::Colleague => "Colleagues",
        }
    }
}

/// Who somebody of the demonstration is, in a word or two.
fn who(person: &store::DemoPerson, today: NaiveDate) -> String {
    let post = [person.grade.as_str(), person.department.as_str()];
    let post = post.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    let mut words: Vec<String> = [person.role.clone(), post].into_iter().filter(|word| !word.is_empty()).collect();
    words.extend(person.role_from.map(|day| format!("academy lead from {}", date(day))));
    if person.supervises > 0 {
        words.push(format!("supervisor of {}", count(person.supervises, "project", "projects")));
    }
    if person.leads > 0 {
        words.push(format!("leads {}", count(person.leads, "project", "projects")));
    }
    match (person.starts_on, person.last_on) {
        (None, _) => words.push("named by a colleague, without a post".to_owned()),
        (Some(day), _) if day > today => words.push(format!("begins on {}", date(day))),
        (_, Some(day)) if day < today => words.push(format!("left on {}", date(day))),
        (_, Some(day)) if (day - today).num_days() <= timeline::DUE_DAYS => {
            words.push(format!("last day {}", date(day)));
        }
        _ => {}
    }
    words.join("; ")
}

/// Why somebody is asked to sign in who has just sent a form.
fn waiting_form(request: &Request) -> AnyView {
    match &request.visitor {
        // A shared computer: the form is somebody else's, whose name is not told.
        Visitor::Person(person) => view! {
            <div class="nhsuk-inset-text">
                <p>{format!("Nothing is sent: somebody else opened this form, and {} is signed in now.", person.name)}</p>
                <p>"Whoever wrote it signs in here and finds it as they typed it. Is it not yours? "<a href="/">"Go to your home page"</a></p>
            </div>
        }
        .into_any(),
        Visitor::Held(_) | Visitor::Nobody => view! {
            <div class="nhsuk-inset-text"><p>"Your session had ended. Sign in and your form is back as you typed it."</p></div>
        }
        .into_any(),
    }
}

async fn sign_out(request: Request) -> Result<Reply, Error> {
    if request.visitor.account().is_err() {
        return Ok(Reply::Redirect("/sign-in".to_owned()));
    }
    Ok(Page::new("Sign out", move || {
        let form = Form::new(&request, SignOut::PATH);
        view! {
            {ui::heading("", "Sign out of Baton?")}
            <p>"Drafts and everything you have saved are kept."</p>
            {form.draw(ui::submit("Sign out"))}
            <p><a href="/">"Stay signed in"</a></p>
        }
        .into_any()
    })
    .into())
}

/// Where a password that somebody else gave is changed, before anything else.
async fn first_password(request: Request) -> Result<Reply, Error> {
    let Visitor::Held(person) = request.visitor.clone() else {
        // Back after it was changed: there is nothing left to change first.
        request.person()?;
        return Ok(Reply::Redirect(onward(request.query("next")).to_owned()));
    };
    Ok(Page::new("Choose your own password", move || {
        let form = Form::new(&request, ChangePassword::PATH);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("next", onward(request.query("next")))}
            {form.password("password", "The password that you were given").autocomplete("current-password").view()}
            {form.password("new_password", "Your own password").hint(NEW_PASSWORD).autocomplete("new-password").view()}
            {ui::submit("Continue")}
        }
        .into_any();
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&person.name, "Choose your own password")}
                <p>"Somebody else gave you the password that you signed in with. Before you go on, choose one that only you know."</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    })
    .into())
}

async fn account(request: Request) -> Result<Page, Error> {
    let person = request.person()?.clone();
    let mut conn = request.store.read().await?;
    let posts = directory::store::posts(&mut conn, person.trust, person.id).await?;
    let projects = directory::store::projects(&mut conn, person.trust, person.id, request.today()).await?;
    let addresses = directory::store::addresses(&mut conn, person.trust, person.id).await?;
    let own = sessions::store::sessions(&mut conn, person.id, request.sessions, request.now).await?;
    drop(conn);
    let signed_in = sessions::parts::section(&request, own)?;
    Ok(Page::new("Your account", move || {
        let form = Form::new(&request, ChangePassword::PATH);
        let summary = form.summary();
        let fields = view! {
            {form.password("password", "Current password").autocomplete("current-password").view()}
            {form.password("new_password", "New password").hint(NEW_PASSWORD).autocomplete("new-password").view()}
            {ui::submit("Change password")}
        }
        .into_any();
        let (posts, projects) = (own_posts(posts), own_projects(projects, person.belongs()));
        let more = !person.others.is_empty() || person.questions > 0;
        let more = more.then(|| view! { ", "<a href="/trusts">"your trusts"</a> });
        let trust = view! { {person.trust_name.clone()}{more} }.into_any();
        let addresses: Vec<String> = addresses.into_iter().map(|address| address.address).collect();
        let addresses = if addresses.is_empty() { "None".to_owned() } else { addresses.join(", ") };
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading("", "Your account")}
                {ui::summary_list(vec![
                    ("Name", person.name.clone().into_any()),
                    ("Trust", trust),
                    ("Email addresses", addresses.into_any()),
                    ("Posts", posts),
                    ("Open projects", projects),
                ])}
                <p><a href="/account/dates">"Say your own dates"</a>": a last day, a move to another department, time away"</p>
                <p><a href="/account/mail">"Mail and calendar"</a>": how much mail you want, and the days of your projects in your own calendar"</p>
                <p><a href="/qi">"Your QI"</a>": what you did in each project, to print and to have confirmed"</p>
                <p><a href="/account/interests">"Say what you look for and offer"</a>": a project to work on, coaching, supervision"</p>
                <p class="nhsuk-hint">"Is something else wrong here? Your academy lead or administrator can change it."</p>
                <h2 class="nhsuk-heading-m">"Change your password"</h2>
                {form.draw(fields)}
                {signed_in}
            </div></div>
        }
        .into_any()
    }))
}

fn own_posts(posts: Vec<directory::store::Post>) -> AnyView {
    if posts.is_empty() {
        return "None".into_any();
    }
    let line = |post: directory::store::Post| {
        let ends = post.ends_on.map(|day| view! { " to "{ui::time(day)} });
        view! { <li>{format!("{}, {}, from ", post.grade, post.department)}{ui::time(post.starts_on)}{ends}</li> }
    };
    view! { <ul class="nhsuk-list">{posts.into_iter().map(line).collect_view()}</ul> }.into_any()
}

fn own_projects(projects: Vec<directory::store::PersonProject>, belongs: bool) -> AnyView {
    if projects.is_empty() {
        let looking = belongs.then(|| view! { " "<a href="/pool">"See what is looking for a lead"</a> });
        return view! { "None yet."{looking} }.into_any();
    }
    let line = |project: directory::store::PersonProject| {
        let part = match (project.leads, project.in_pool) {
            (true, false) => ", you lead",
            (true, true) => ", in the pool since you left it",
            (false, _) => ", you supervise",
        };
        view! { <li><a href=format!("/projects/{}", project.id)>{project.title}</a>{part}</li> }
    };
    view! { <ul class="nhsuk-list">{projects.into_iter().map(line).collect_view()}</ul> }.into_any()
}

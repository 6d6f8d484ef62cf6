//! The list of the trust's people, a person's page, and the forms that change what is on it.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use timeline::{DUE_DAYS, Tenure};

use super::api::{
    AddAddress, AddAway, AddPerson, AddPost, CloseAccount, ConfirmAddress, EditPost, EndPost, GiveSignIn, GrantRole,
    MakeAnswerCode, MakePasswordCode, RemoveAddress, RemoveAway, RemovePost, RenamePerson, ReopenAccount, TakeRole,
};
use super::model::{GRADES, STAFF_GROUPS, Show, TrustRole};
use super::store::{self, Address, Away, Filter, Person, PersonProject, PersonRow, Post, Tie};
use crate::access::{GrantRoles, ManageOrganisation};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, PostId};
use crate::people::store::{Department, departments};
use crate::route;
use crate::web::page::{Page, Reply, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The pages of people.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/people", list),
        route!("/people/new", new_person),
        route!("/people/{id}", person),
        route!("/people/{id}/edit", rename),
        route!("/people/{id}/account", account),
        route!("/people/{id}/code", code),
        route!("/people/{id}/posts/new", new_post),
        route!("/people/{id}/away/new", new_away),
        route!("/posts/{id}", edit_post),
        route!("/posts/{id}/end", end_post),
    ]
}

fn filter_of(request: &Request) -> Filter {
    Filter {
        name: request.query("q").trim().chars().take(200).collect(),
        department: request.query("department").parse().ok(),
        show: Show::of(request.query("show")),
        page: request.query("page").parse().unwrap_or(1).clamp(1, 100_000),
    }
}

fn address_of(filter: &Filter, page: i64) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if !filter.name.is_empty() {
        query.append_pair("q", &filter.name);
    }
    if let Some(department) = filter.department {
        query.append_pair("department", &department.to_string());
    }
    if filter.show != Show::All {
        query.append_pair("show", filter.show.code());
    }
    if page > 1 {
        query.append_pair("page", &page.to_string());
    }
    let query = query.finish();
    if query.is_empty() { "/people".to_owned() } else { format!("/people?{query}") }
}

async fn list(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let filter = filter_of(&request);
    let departments = departments(&mut conn, trust).await?;
    let found = store::people(&mut conn, trust, &filter, request.today()).await?;
    drop(conn);
    if found.rows.is_empty() && filter.page > 1 {
        // The list has become shorter than that.
        return Ok(Reply::Redirect(address_of(&filter, 1)));
    }
    let today = request.today();
    Ok(Page::new("People", move || {
        let last = (found.total + store::PAGE - 1) / store::PAGE;
        let told = crate::format::count(found.total, "person", "people");
        let results = if found.rows.is_empty() {
            let words = "Nobody matches. Try part of the name, another department, or everybody.";
            ui::empty(words, Some(("/people", "Show everybody")))
        } else {
            view! { {people_table(found.rows, today)}{ui::pages(filter.page, last, |page| address_of(&filter, page))} }
                .into_any()
        };
        view! {
            {ui::heading("", "People")}
            <div class="baton-actions">{ui::button_link("/people/new", "Add a person", false)}</div>
            <div class="baton-browse">
                {filters(&filter, &departments)}
                <div class="baton-browse__results">
                    <div class="baton-browse__summary"><p role="status">{told}</p></div>
                    {results}
                </div>
            </div>
        }
        .into_any()
    })
    .into())
}

fn filters(filter: &Filter, departments: &[Department]) -> AnyView {
    let option = |value: String, label: String, chosen: bool| {
        view! { <option value=value selected=chosen>{label}</option> }
    };
    let shows = Show::ALL
        .map(|show| option(show.code().to_owned(), show.label().to_owned(), filter.show == show))
        .collect_view();
    let departments = departments
        .iter()
        .map(|department| {
            option(department.id.to_string(), department.name.clone(), filter.department == Some(department.id))
        })
        .collect_view();
    view! {
        <form class="baton-filters" method="get" action="/people">
            <h2 class="baton-filters__title">"Filter"</h2>
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="q">"Name"</label>
                <input class="nhsuk-input" id="q" name="q" type="search" value=filter.name.clone() />
            </div>
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="department">"Department"</label>
                <select class="nhsuk-select" id="department" name="department">
                    <option value="">"All departments"</option>
                    {departments}
                </select>
            </div>
            <div class="nhsuk-form-group">
                <label class="nhsuk-label" for="show">"Show"</label>
                <select class="nhsuk-select" id="show" name="show">{shows}</select>
            </div>
            <div class="baton-actions">
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">"Apply filters"</button>
                <a href="/people">"Clear"</a>
            </div>
        </form>
    }
    .into_any()
}

fn people_table(rows: Vec<PersonRow>, today: NaiveDate) -> AnyView {
    let rows = rows.into_iter().map(|row| {
        let roles = [(row.academy_lead, TrustRole::AcademyLead), (row.administrator, TrustRole::Administrator)]
            .into_iter()
            .filter(|(has, _)| *has)
            .map(|(_, role)| view! { " "{ui::tag(role.label(), "blue")} })
            .collect_view();
        let ends = match row.ends_on {
            _ if row.post.is_empty() => ().into_any(),
            None => "No end date".into_any(),
            Some(day) => view! { {ui::time(day)}", "{ui::distance(day, today)} }.into_any(),
        };
        let asked = match row.tie {
            Tie::Accepted => None,
            Tie::Asked => Some("Not accepted yet"),
            Tie::Declined => Some("Somebody else, they say"),
        };
        let asked = asked.map(|words| view! { " "{ui::tag(words, "yellow")} });
        let post = if row.post.is_empty() { "No current post".to_owned() } else { row.post };
        vec![
            view! { <a href=format!("/people/{}", row.id)>{row.name}</a>{roles}{asked} }.into_any(),
            post.into_any(),
            ends,
            row.leads.into_any(),
        ]
    });
    let columns = vec![ui::words("Name"), ui::words("Post now"), ui::words("Ends"), ui::numbers("Projects led")];
    ui::table("People", columns, rows.collect())
}

fn dates(starts_on: NaiveDate, ends_on: Option<NaiveDate>) -> AnyView {
    match ends_on {
        Some(end) => view! { {ui::time(starts_on)}" to "{ui::time(end)} }.into_any(),
        None => view! { "Since "{ui::time(starts_on)}", no end date" }.into_any(),
    }
}

/// How long somebody can hold projects of the trust, as continuity sees it.
fn tenure(person: &Person, posts: &[Post], away: &[Away], today: NaiveDate) -> Tenure {
    timeline::Lead {
        from_on: today,
        until_on: None,
        closed_on: person.closed_on,
        posts: posts.iter().map(|post| timeline::Post { starts_on: post.starts_on, ends_on: post.ends_on }).collect(),
        away: away
            .iter()
            .map(|away| timeline::Away {
                starts_on: away.starts_on,
                ends_on: away.ends_on,
                keeps_contributing: away.keeps_contributing,
            })
            .collect(),
    }
    .tenure(today)
}

/// Says what becomes of the projects that somebody leads, when they cannot hold them much longer; an academy
/// lead hands them over from here.
fn at_risk(name: &str, projects: &[PersonProject], tenure: Tenure, today: NaiveDate, coordinates: bool) -> AnyView {
    let led: Vec<_> = projects.iter().filter(|project| project.leads).collect();
    let number = i64::try_from(led.len()).unwrap_or(i64::MAX);
    let words = match tenure {
        Tenure::Over => format!(
            "{name} leads {} and cannot lead {} now: {} in the pool, looking for a lead.",
            crate::format::count(number, "project", "projects"),
            if number == 1 { "it" } else { "them" },
            if number == 1 { "it is" } else { "they are" },
        ),
        Tenure::Until(day) if (day - today).num_days() <= DUE_DAYS => format!(
            "{name} leads {} and can lead {} until {}, {}: {} due for handover.",
            crate::format::count(number, "project", "projects"),
            if number == 1 { "it" } else { "them" },
            crate::format::date(day),
            ui::distance(day, today),
            if number == 1 { "it is" } else { "they are" },
        ),
        Tenure::Until(_) | Tenure::Open => return ().into_any(),
    };
    if led.is_empty() {
        return ().into_any();
    }
    let links = led
        .into_iter()
        .map(|project| {
            let (page, hand_over) = if coordinates { ("/handover", "Hand over ") } else { ("", "") };
            view! { <li><a href=format!("/projects/{}{page}", project.id)>{hand_over}{project.title.clone()}</a></li> }
        })
        .collect_view();
    view! { <div class="nhsuk-inset-text"><p>{words}</p><ul class="nhsuk-list">{links}</ul></div> }.into_any()
}

fn projects_table(projects: Vec<PersonProject>) -> AnyView {
    let rows = projects.into_iter().map(|project| {
        vec![
            view! { <a href=format!("/projects/{}", project.id)>{project.title}</a> }.into_any(),
            project.reference.into_any(),
            if project.leads { "Leads".into_any() } else { "Supervises".into_any() },
            ui::time(project.from_on),
        ]
    });
    let columns = vec![ui::words("Project"), ui::words("Reference"), ui::words("Part"), ui::words("Since")];
    ui::table("Open projects they lead or supervise", columns, rows.collect())
}

fn hidden(text: String) -> AnyView {
    view! { <span class="nhsuk-u-visually-hidden">{text}</span> }.into_any()
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
            dates(post.starts_on, post.ends_on),
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

fn small_button(form: Form, fields: AnyView, label: &'static str, of: String) -> AnyView {
    let fields = view! {
        {fields}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{label}{hidden(of)}</button>
    }
    .into_any();
    form.draw(fields)
}

fn away_section(request: &Request, person: PersonId, away: Vec<Away>) -> AnyView {
    let table = (!away.is_empty()).then(|| {
        let rows = away.into_iter().map(|period| {
            let form = Form::named(request, RemoveAway::PATH, &period.id.to_string());
            let fields = form.hidden("id", period.id);
            vec![
                dates(period.starts_on, Some(period.ends_on)),
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

async fn person(request: Request) -> Result<Page, Error> {
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
        let warned = at_risk(&person.name, &projects, tenure(&person, &posts, &away, today), today, coordinates);
        let closed =
            person.closed_on.map(|day| view! { <p>{ui::tag("Account closed", "grey")}" since "{ui::time(day)}</p> });
        let posts = if posts.is_empty() {
            let words = "They have no post in this trust. With a post they can sign in, lead and supervise projects.";
            ui::empty(words, None)
        } else {
            posts_table(posts, today)
        };
        let projects = if projects.is_empty() { ().into_any() } else { projects_table(projects) };
        view! {
            {ui::back("/people", "People")}
            {ui::heading("", &person.name)}
            {closed}
            {unanswered(&request, &person)}
            {warned}
            <div class="baton-actions">
                {ui::button_link(&format!("/people/{id}/posts/new"), "Add a post", false)}
                {who.refuses(&person).is_none().then(|| ui::button_link(&format!("/people/{id}/edit"), "Change the name", true))}
                {(person.tie == Tie::Accepted).then(|| ui::button_link(&format!("/people/{id}/account"), "Sign-in and roles", true))}
            </div>
            {posts}
            {projects}
            {away_section(&request, id, away)}
            {sign_in_section(&person, addresses)}
        }
        .into_any()
    }))
}

fn sign_in_section(person: &Person, addresses: Vec<Address>) -> AnyView {
    let roles: Vec<&str> = TrustRole::ALL.iter().filter(|role| person.has(**role)).map(|role| role.label()).collect();
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
            let summary = form.summary();
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
                </div>
            }
            .into_any()
        }
    }
}

/// The page that shows a code, once.
async fn code(request: Request) -> Result<Page, Error> {
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

fn address_view(address: &Address) -> AnyView {
    let state = address.verified_at.is_none().then(|| view! { " "{ui::tag("Not confirmed", "yellow")} });
    view! { <span class="baton-lines">{address.address.clone()}</span>{state} }.into_any()
}

fn frame(back: AnyView, summary: AnyView, caption: &str, title: &str, body: AnyView) -> AnyView {
    view! {
        {back}
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {summary}
            {ui::heading(caption, title)}
            {body}
        </div></div>
    }
    .into_any()
}

fn suggestions(id: &'static str, words: &'static [&'static str]) -> AnyView {
    let options = words.iter().map(|word| view! { <option value=*word /> }).collect_view();
    view! { <datalist id=id>{options}</datalist> }.into_any()
}

fn post_fields(form: &Form, departments: &[Department]) -> AnyView {
    let mut options = vec![(String::new(), "Choose a department".to_owned())];
    options.extend(departments.iter().map(|department| (department.id.to_string(), department.name.clone())));
    view! {
        {form.select("department", "Department", options).view()}
        {form.line("staff_group", "Staff group").width(20).suggested_by("staff-groups").view()}
        {suggestions("staff-groups", STAFF_GROUPS)}
        {form.line("grade", "Grade").hint("For example, ST3, Consultant or Band 6").width(20).suggested_by("grades").view()}
        {suggestions("grades", GRADES)}
        {form.date("starts_on", "First day").hint("For example, 5 8 2026").view()}
        {form.date("ends_on", "Last day (optional)").hint("Leave empty for a permanent post").view()}
        {form.number("percent", "Percentage of full time").width(3).suffix("%").view()}
    }
    .into_any()
}

async fn new_person(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let departments = departments(&mut conn, trust).await?;
    drop(conn);
    Ok(Page::new("Add a person", move || {
        let back = ui::back("/people", "People");
        if departments.is_empty() {
            let words = "A person works in a department, and the trust has none yet.";
            let step = ui::empty(words, Some(("/departments/new", "Add the first department")));
            return frame(back, ().into_any(), "", "Add a person", step);
        }
        let form = Form::new(&request, AddPerson::PATH).with("staff_group", "Medical").with("percent", 100);
        let summary = form.summary();
        let fields = view! {
            {form.line("name", "Name").hint("First and last name, as colleagues know them").view()}
            {form.email("address", "Email address (optional)").hint("You confirm that it is theirs. They need one to sign in.").view()}
            <h2 class="nhsuk-heading-m">"First post in this trust"</h2>
            {post_fields(&form, &departments)}
            {ui::submit("Add person")}
        }
        .into_any();
        frame(back, summary, "", "Add a person", form.draw(fields))
    }))
}

async fn rename(request: Request) -> Result<Page, Error> {
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

async fn new_post(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PersonId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let person = store::person(&mut conn, trust, id).await?;
    let posts = store::posts(&mut conn, trust, id).await?;
    let departments = departments(&mut conn, trust).await?;
    drop(conn);
    Ok(Page::new(format!("Add a post of {}", person.name), move || {
        let mut form = Form::new(&request, AddPost::PATH).with("percent", 100);
        if let Some(last) = posts.first() {
            let follows = last.ends_on.and_then(|day| day.succ_opt());
            form = form.with("staff_group", &last.staff_group).with_date("starts_on", follows);
        }
        let summary = form.summary();
        let fields = view! {
            {form.hidden("person", id)}
            {post_fields(&form, &departments)}
            {ui::submit("Add post")}
        }
        .into_any();
        let words = view! { <p>"Posts may overlap, for example two part-time posts."</p> };
        let back = ui::back(&format!("/people/{id}"), &person.name);
        frame(back, summary, &person.name, "Add a post", view! { {words}{form.draw(fields)} }.into_any())
    }))
}

/// The departments in use, and the one that the post is in.
fn offered(mut departments: Vec<Department>, id: DepartmentId, name: &str) -> Vec<Department> {
    if !departments.iter().any(|department| department.id == id) {
        let name = format!("{name} (retired)");
        departments.push(Department { id, name, specialty: String::new(), site: String::new() });
    }
    departments
}

async fn edit_post(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PostId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let post = store::post(&mut conn, trust, id).await?;
    let person = store::person(&mut conn, trust, post.person_id).await?;
    let departments = offered(departments(&mut conn, trust).await?, post.department_id, &post.department);
    drop(conn);
    Ok(Page::new(format!("Change a post of {}", person.name), move || {
        let form = Form::new(&request, EditPost::PATH)
            .version(post.version)
            .with("department", post.department_id)
            .with("staff_group", &post.staff_group)
            .with("grade", &post.grade)
            .with_date("starts_on", Some(post.starts_on))
            .with_date("ends_on", post.ends_on)
            .with("percent", post.percent);
        let remove = Form::new(&request, RemovePost::PATH);
        let summary = view! { {form.summary()}{remove.summary()} }.into_any();
        let fields = view! { {form.hidden("id", id)}{post_fields(&form, &departments)}{ui::submit("Save")} }.into_any();
        let gone = view! {
            {remove.hidden("id", id)}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Remove this post"</button>
        }
        .into_any();
        let body = view! {
            {form.draw(fields)}
            <h2 class="nhsuk-heading-m">"Added by mistake?"</h2>
            <p>"A post that is over is kept with its dates. Remove it only when it never was."</p>
            {remove.draw(gone)}
        }
        .into_any();
        let back = ui::back(&format!("/people/{}", person.id), &person.name);
        frame(back, summary, &person.name, "Change a post", body)
    }))
}

async fn end_post(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PostId = request.param("id")?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let post = store::post(&mut conn, trust, id).await?;
    let person = store::person(&mut conn, trust, post.person_id).await?;
    let projects = store::projects(&mut conn, trust, post.person_id, today).await?;
    drop(conn);
    Ok(Page::new(format!("End a post of {}", person.name), move || {
        let form = Form::new(&request, EndPost::PATH).version(post.version).with_date("ends_on", post.ends_on);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("id", id)}
            {form.date("ends_on", "Last day").hint("For example, 4 8 2026").view()}
            {ui::submit("End the post")}
        }
        .into_any();
        let effect = (!projects.is_empty()).then(|| {
            view! {
                <p>"What they lead is due for handover from 12 weeks before the last day. If nobody has taken it on by then, and no other post of theirs follows, it goes into the pool by itself."</p>
                {projects_table(projects)}
            }
        });
        let body = view! {
            <p>{format!("{}, {}. ", post.grade, post.department)}{dates(post.starts_on, post.ends_on)}"."</p>
            {form.draw(fields)}
            {effect}
        }
        .into_any();
        let back = ui::back(&format!("/people/{}", person.id), &person.name);
        frame(back, summary, &person.name, "End a post", body)
    }))
}

async fn new_away(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PersonId = request.param("id")?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let person = store::person(&mut conn, trust, id).await?;
    drop(conn);
    Ok(Page::new(format!("Add a period away of {}", person.name), move || {
        let form = Form::new(&request, AddAway::PATH);
        let summary = form.summary();
        let keeps = vec![("yes".to_owned(), "They keep contributing to their projects".to_owned())];
        let fields = view! {
            {form.hidden("person", id)}
            {form.date("starts_on", "First day").view()}
            {form.date("ends_on", "Last day").view()}
            {form.checkboxes("keeps[]", "During this time", keeps).view()}
            {ui::submit("Add period")}
        }
        .into_any();
        let body = view! {
            <p>"Baton keeps the dates and never the reason. More than four weeks without contributing put what they lead into the pool for that time."</p>
            {form.draw(fields)}
        }
        .into_any();
        let back = ui::back(&format!("/people/{id}"), &person.name);
        frame(back, summary, &person.name, "Add a period away", body)
    }))
}

async fn account(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: PersonId = request.param("id")?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let who = Deciding::load(&request, &mut conn).await?;
    let person = store::person(&mut conn, trust, id).await?;
    let addresses = store::addresses(&mut conn, trust, id).await?;
    let only = person.administrator && store::is_last_administrator(&mut conn, trust, id, today).await?;
    drop(conn);
    Ok(Page::new(format!("Sign-in and roles of {}", person.name), move || {
        let back = ui::back(&format!("/people/{id}"), &person.name);
        let (title, refused) = ("Sign-in and roles", who.refuses(&person));
        if let Some(words) = refused {
            let mut summaries = Vec::new();
            let roles =
                (person.tie == Tie::Accepted).then(|| roles_section(&request, &person, who, only, &mut summaries));
            let body = view! { {ui::empty(words, None)}{roles} }.into_any();
            return frame(back, summaries.collect_view().into_any(), &person.name, title, body);
        }
        let mut summaries = Vec::new();
        let addresses_confirmed = addresses.iter().any(|address| address.verified_at.is_some());
        let addresses = addresses_section(&request, &person, &addresses, &mut summaries);
        let confirmed = addresses_confirmed;
        let password = password_section(&request, &person, who, confirmed, &mut summaries);
        let roles = roles_section(&request, &person, who, only, &mut summaries);
        let close = closing_section(&request, &person, who, only, &mut summaries);
        let body = view! { {addresses}{password}{roles}{close} }.into_any();
        frame(back, summaries.collect_view().into_any(), &person.name, title, body)
    }))
}

/// Who looks at a person's page, and what they may decide there.
#[derive(Clone, Copy)]
struct Deciding {
    me: PersonId,
    administrator: bool,
}

impl Deciding {
    async fn load(request: &Request, conn: &mut Connection) -> Result<Self, Error> {
        let (me, trust) = request.person().map(|person| (person.id, person.trust))?;
        Ok(Self { me, administrator: request.may(conn, GrantRoles(trust)).await? })
    }

    /// Why they have no say in who somebody is and how they sign in.
    fn refuses(self, person: &Person) -> Option<&'static str> {
        let above = (person.academy_lead || person.administrator) && person.id != self.me && !self.administrator;
        not_ours(person).or(above.then_some(
            "They have a role in the trust. Only an administrator can change who they are or how they sign in.",
        ))
    }
}

/// Why this trust has no say in how somebody signs in.
fn not_ours(person: &Person) -> Option<&'static str> {
    match person.tie {
        Tie::Asked => Some(
            "They have not accepted this trust yet. Until they do, it has no say in how they sign in, and sees no address of theirs.",
        ),
        Tie::Declined => Some("Somebody else is meant, they say. This trust has no say in how they sign in."),
        Tie::Accepted if person.elsewhere => Some(
            "They also belong to another trust, so no trust alone can change who they are or how they sign in. If they have forgotten their password, whoever runs Baton can help.",
        ),
        Tie::Accepted => None,
    }
}

fn addresses_section(
    request: &Request,
    person: &Person,
    addresses: &[Address],
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let confirmed: Vec<&str> = addresses
        .iter()
        .filter(|address| address.verified_at.is_some())
        .map(|address| address.address.as_str())
        .collect();
    let rows = addresses.iter().enumerate().map(|(at, address)| {
        let mut button = |path: &'static str, label: &'static str| {
            let form = Form::named(request, path, &format!("address-{at}"));
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("person", person.id)}
                {form.hidden("address", &address.address)}
            };
            small_button(form, fields.into_any(), label, format!(" {}", address.address))
        };
        let confirm = address.verified_at.is_none().then(|| button(ConfirmAddress::PATH, "Confirm"));
        // Without any confirmed address they could not sign in any more.
        let last = person.signs_in && !confirmed.iter().any(|other| *other != address.address);
        let remove = (!last).then(|| button(RemoveAddress::PATH, "Remove"));
        vec![address_view(address), view! { <div class="baton-buttons-inline">{confirm}{remove}</div> }.into_any()]
    });
    let table = if addresses.is_empty() {
        view! { <h2 class="nhsuk-heading-s">"Email addresses"</h2><p>"None."</p> }.into_any()
    } else {
        ui::table("Email addresses", vec![ui::words("Address"), ui::words("Actions")], rows.collect())
    };
    let form = Form::new(request, AddAddress::PATH);
    summaries.push(form.summary());
    let fields = view! {
        {form.hidden("person", person.id)}
        {form.email("address", "Another email address").hint("You confirm that it is theirs").view()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Add address"</button>
    }
    .into_any();
    view! { {table}{form.draw(fields)} }.into_any()
}

fn password_section(
    request: &Request,
    person: &Person,
    who: Deciding,
    confirmed: bool,
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let body = if person.is_closed(request.today()) {
        view! { <p>"The account is closed. Reopen it before anything about their password."</p> }.into_any()
    } else if person.signs_in && who.me == person.id {
        view! { <p>"You can change your own password on "<a href="/account">"your account page"</a>"."</p> }.into_any()
    } else if !person.signs_in && !confirmed {
        view! { <p>"They cannot sign in yet. Add or confirm their email address first: with it they sign in."</p> }
            .into_any()
    } else if person.signs_in {
        let form = Form::new(request, MakePasswordCode::PATH);
        summaries.push(form.summary());
        let fields = view! {
            {form.hidden("person", person.id)}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Make a code for a new password"</button>
        }
        .into_any();
        view! {
            <p>"They have a password, which only they can change. If they have forgotten it, make a code when they are with you: with it they set a new one."</p>
            {form.draw(fields)}
        }
        .into_any()
    } else {
        let form = Form::new(request, GiveSignIn::PATH);
        summaries.push(form.summary());
        let fields = view! {
            {form.hidden("person", person.id)}
            {form.password("password", "First password").hint("At least 12 characters. Three random words work well.").autocomplete("new-password").view()}
            {ui::submit("Give sign-in")}
        }
        .into_any();
        view! {
            <p>"They cannot sign in yet. Choose a first password, and tell it to them in person. When they first sign in, they change it to one of their own."</p>
            {form.draw(fields)}
        }
        .into_any()
    };
    view! { <h2 class="nhsuk-heading-s">"Password"</h2>{body} }.into_any()
}

fn roles_section(
    request: &Request,
    person: &Person,
    who: Deciding,
    only: bool,
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let rows = TrustRole::ALL.iter().copied().map(|role| {
        let has = person.has(role);
        let state = if has { ui::tag("Has this role", "blue") } else { "No".into_any() };
        let stays = only && role == TrustRole::Administrator;
        let change = (who.administrator && !stays).then(|| {
            let (path, label) = if has { (TakeRole::PATH, "Take away") } else { (GrantRole::PATH, "Grant") };
            let form = Form::named(request, path, &role.to_string());
            summaries.push(form.summary());
            let fields = view! { {form.hidden("person", person.id)}{form.hidden("role", role)} };
            small_button(form, fields.into_any(), label, format!(" the role of {}", role.label().to_lowercase()))
        });
        vec![role.label().into_any(), role.explained().into_any(), state, change.into_any()]
    });
    let columns = vec![ui::words("Role"), ui::words("What it is for"), ui::words("State"), ui::words("Actions")];
    let table = ui::table("Roles in the trust", columns, rows.collect());
    let told = (!who.administrator).then_some("Administrators decide who has these roles.");
    let stays = only.then_some(
        "The trust has no other administrator who can sign in. Make somebody else administrator before this role ends.",
    );
    let told = told.or(stays).map(|words| view! { <p class="nhsuk-hint">{words}</p> });
    view! { {table}{told} }.into_any()
}

fn closing_section(
    request: &Request,
    person: &Person,
    who: Deciding,
    only: bool,
    summaries: &mut Vec<AnyView>,
) -> AnyView {
    let closed = person.is_closed(request.today());
    let stays = if who.me == person.id {
        Some("You cannot close your own account. Ask another administrator or academy lead.")
    } else {
        only.then_some(
            "They are the trust’s only administrator. Make somebody else administrator before you close their account.",
        )
    };
    if let Some(words) = stays.filter(|_| !closed) {
        return view! { <h2 class="nhsuk-heading-s">"Account"</h2><p>{words}</p> }.into_any();
    }
    let (path, label, words) = if closed {
        (
            ReopenAccount::PATH,
            "Reopen the account",
            "The account is closed. Reopening it lets them sign in again with the password they had.",
        )
    } else {
        let words = "They will be signed out and cannot sign in again. What they lead goes into the pool; what they did stays on record. You can reopen it at any time.";
        (CloseAccount::PATH, "Close the account", words)
    };
    let form = Form::new(request, path);
    summaries.push(form.summary());
    let fields = view! {
        {form.hidden("person", person.id)}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{label}</button>
    }
    .into_any();
    view! { <h2 class="nhsuk-heading-s">"Account"</h2><p>{words}</p>{form.draw(fields)} }.into_any()
}

//! Posts and periods away; with the first post comes the person.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::person::projects_table;
use super::pieces::{dates, frame};
use crate::access::ManageOrganisation;
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, PostId};
use crate::people::directory::api::{AddAway, AddPerson, AddPost, EditPost, EndPost, RemovePost};
use crate::people::directory::model::{GRADES, STAFF_GROUPS};
use crate::people::directory::store;
use crate::people::store::{Department, departments};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

pub(in crate::people) fn suggestions(id: &'static str, words: &'static [&'static str]) -> AnyView {
    let options = words.iter().map(|word| view! { <option value=*word /> }).collect_view();
    view! { <datalist id=id>{options}</datalist> }.into_any()
}

pub(in crate::people) fn post_fields(form: &Form, departments: &[Department]) -> AnyView {
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

pub(super) async fn new_person(request: Request) -> Result<Page, Error> {
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

pub(super) async fn new_post(request: Request) -> Result<Page, Error> {
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

pub(super) async fn edit_post(request: Request) -> Result<Page, Error> {
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
        let fields = view! { {form.hidden("id", id)}{post_fields(&form, &departments)}{form.effects()}{ui::submit(&form.doing("Save"))} }.into_any();
        let gone = view! {
            {remove.hidden("id", id)}
            {remove.effects()}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">{remove.doing("Remove this post")}</button>
        }
        .into_any();
        let body = view! {
            {form.draw(fields)}
            <h2 class="nhsuk-heading-m">"Added by mistake?"</h2>
            <p>"A post that has ended stays on record. Remove one only if it was added by mistake."</p>
            {remove.draw(gone)}
        }
        .into_any();
        let back = ui::back(&format!("/people/{}", person.id), &person.name);
        frame(back, summary, &person.name, "Change a post", body)
    }))
}

pub(super) async fn end_post(request: Request) -> Result<Page, Error> {
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
            {form.effects()}
            {ui::submit(&form.doing("End the post"))}
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

pub(super) async fn new_away(request: Request) -> Result<Page, Error> {
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
            {form.effects()}
            {ui::submit(&form.doing("Add period"))}
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

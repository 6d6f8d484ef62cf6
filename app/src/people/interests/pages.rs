//! The page on which somebody says what they look for and offer.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::SayInterests;
use super::model::{Interest, NOTE};
use super::store;
use crate::access::ChangeOwnDates;
use crate::error::Error;
use crate::people::store::departments;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The page.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/account/interests", own)]
}

async fn own(request: Request) -> Result<Page, Error> {
    let (me, trust) = request.person().map(|person| (person.id, person.trust))?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ChangeOwnDates(me)).await?;
    let said = store::of_person(&mut conn, trust, me).await?;
    let departments = departments(&mut conn, trust).await?;
    drop(conn);
    Ok(Page::new("What you look for and offer", move || {
        let mut form = Form::new(&request, SayInterests::PATH);
        if let Some(said) = said {
            for kind in &said.kinds {
                form = form.with("kinds[]", kind);
            }
            let department = said.department.map(|id| id.to_string()).unwrap_or_default();
            form =
                form.with("department", department).with("note", &said.note).with_date("until_on", Some(said.until_on));
        }
        let summary = form.summary();
        let places = departments.into_iter().map(|one| (one.id.to_string(), one.name));
        let places = std::iter::once((String::new(), "Any department".to_owned())).chain(places).collect();
        let fields = view! {
            {form.checkboxes("kinds[]", "What do you look for, or offer?", Interest::options()).hint("Leave all of them empty to take it back.").view()}
            {form.select("department", "Where?", places).view()}
            {form.line("note", "In your words").hint("For example: falls or frailty, two hours a week").limit(NOTE).view()}
            {form.date("until_on", "Until when?").hint("The last day on which it holds, at most a year ahead").view()}
            {ui::submit("Save")}
        }
        .into_any();
        view! {
            {ui::back("/account", "Your account")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading("", "What you look for and offer")}
                <p>"Colleagues of your trust see it in the pool and where a team needs somebody. At a changeover you are suggested for projects whose lead leaves."</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

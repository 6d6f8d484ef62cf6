//! The page of one's trusts: which ask, and which one to work in.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AnswerTrust, ChooseTrust};
use super::store::{self, AskedPlace, AskedPost, Question};
use crate::clock::date_in_london;
use crate::error::Error;
use crate::route;
use crate::visitor::Person;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The page of one's trusts.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/trusts", trusts)]
}

async fn trusts(request: Request) -> Result<Page, Error> {
    let person = request.person()?.clone();
    let mut conn = request.store.read().await?;
    let questions = store::questions(&mut conn, person.id).await?;
    drop(conn);
    Ok(Page::new("Your trusts", move || {
        let mut summaries = Vec::new();
        let asked = questions.into_iter().map(|question| ask(&request, question, &mut summaries)).collect_view();
        let choice = choice(&request, &person);
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading("", "Your trusts")}
                {asked}
                {choice}
            </div></div>
        }
        .into_any()
    }))
}

fn choice(request: &Request, person: &Person) -> AnyView {
    if person.others.is_empty() {
        return view! {
            <p>"You work in "{person.trust_name.clone()}"."</p>
            <p><a href="/">"Go to your home page"</a></p>
        }
        .into_any();
    }
    // Who changed over with a form open is led here, and back to the form by its trust.
    let waiting = person.others.iter().find(|other| other.id.to_string() == request.query("trust"));
    let chosen = waiting.map_or(person.trust, |other| other.id);
    let form = Form::new(request, ChooseTrust::PATH).with("trust", chosen);
    let waiting = waiting.map(|other| {
        view! {
            <div class="nhsuk-inset-text">
                <p>{format!("Nothing is sent yet. You opened the form in {}, and work in {} now. Choose {} and the form is back as you typed it.", other.name, person.trust_name, other.name)}</p>
            </div>
        }
    });
    let here = (person.trust.to_string(), person.trust_name.clone(), "Where you are now".to_owned());
    let others = person.others.iter().map(|other| (other.id.to_string(), other.name.clone(), String::new()));
    let fields = view! {
        {form.radios("trust", "Which trust do you want to work in now?", std::iter::once(here).chain(others).collect()).view()}
        {form.hidden("next", request.query("next"))}
        {ui::submit("Continue")}
    }
    .into_any();
    view! {
        {waiting}
        {form.draw(fields)}
        <p class="nhsuk-hint">"You can change over at any time, from the name of the trust at the top of each page."</p>
    }
    .into_any()
}

fn ask(request: &Request, question: Question, summaries: &mut Vec<AnyView>) -> AnyView {
    let form = Form::named(request, AnswerTrust::PATH, &question.trust_id.to_string());
    summaries.push(form.summary());
    let by = (!question.asked_by.is_empty()).then(|| format!(" by {}", question.asked_by));
    let post = |post: &AskedPost| view! { <li>{format!("a post: {}, {}", post.grade, post.department)}</li> };
    let place = |place: &AskedPlace| {
        let role = place.role.replace('_', " ");
        let project = place.title.clone().unwrap_or_else(|| "a project that is not registered yet".to_owned());
        view! { <li>{format!("a place in a team: {role}, {project}")}</li> }
    };
    let for_what = view! {
        <ul class="nhsuk-list nhsuk-list--bullet">
            {question.posts.iter().map(post).collect_view()}
            {question.places.iter().map(place).collect_view()}
        </ul>
    };
    let code = question.needs_code.then(|| {
        view! {
            <p>"To show that it is you, ask the trust’s academy lead or administrator for a code. They give it to you in person."</p>
            {form.line("code", "Code").hint("10 letters and digits, like ABCDE-FGHJK").width(20).autocomplete("one-time-code").view()}
        }
    });
    let fields = view! {
        {form.hidden("trust", question.trust_id)}
        {code}
        <div class="nhsuk-button-group">
            <button class="nhsuk-button" type="submit" name="answer" value="accept" data-module="nhsuk-button" data-prevent-double-click="true">"Accept"</button>
            {ui::submit_as("This isn’t me", "answer", "decline")}
        </div>
    }
    .into_any();
    view! {
        <section aria-labelledby=format!("ask-{}", question.trust_id)>
            <h2 class="nhsuk-heading-m" id=format!("ask-{}", question.trust_id)>{question.trust.clone()}" asks whether you are "{question.named}</h2>
            <p>"Asked"{by}" on "{ui::time(date_in_london(question.asked_at))}", for:"</p>
            {for_what}
            <p>"It counts once you accept. Then you can work in this trust as well, and it keeps you in its list of people."</p>
            {form.draw(fields)}
        </section>
    }
    .into_any()
}

//! How much mail one gets, and one's calendar.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{ChooseMail, MakeCalendar, RevokeCalendar};
use super::calendar;
use super::model::Often;
use super::store;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The room's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    [vec![route!("/account/mail", mail)], calendar::pages::routes()].concat()
}

async fn mail(request: Request) -> Result<Page, Error> {
    let person = request.person()?.id;
    let mut conn = request.store.read().await?;
    let often = store::choice(&mut conn, person).await?;
    let made_at = calendar::store::made_at(&mut conn, person).await?;
    drop(conn);
    let secret = request.codes.take(request.query("calendar"), person, person, request.now);
    Ok(Page::new("Mail and calendar", move || {
        let form = Form::new(&request, ChooseMail::PATH).with("often", often);
        let summary = form.summary();
        let options = Often::options().into_iter().map(|(value, words)| (value, words, String::new())).collect();
        let fields = view! {
            {form.radios("often", "How often do you want mail about what is asked of you?", options).view()}
            {ui::submit("Save")}
        }
        .into_any();
        let unsent = (!request.mail.sends).then(|| {
            view! { <div class="nhsuk-inset-text"><p>"No mail server is set up here, so nothing is sent. What is asked of you stands on your home page."</p></div> }
        });
        view! {
            {ui::back("/account", "Your account")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading("", "Mail and calendar")}
                {unsent}
                <p>"At most one mail a day, in the morning, says what is new: each thing at most three times, as others are asked too. What you do in Baton ends it everywhere."</p>
                {form.draw(fields)}
                {calendar_section(&request, made_at, secret)}
            </div></div>
        }
        .into_any()
    }))
}

fn calendar_section(request: &Request, made_at: Option<DateTime<Utc>>, secret: Option<String>) -> AnyView {
    let shown = secret.map(|secret| {
        let address = request.mail.address(&format!("/calendar.ics?of={secret}"));
        view! {
            <div class="nhsuk-inset-text">
                <p>"Your calendar’s address, shown only now. Add it in your calendar program as a calendar from the internet:"</p>
                <p class="baton-invitation__link">{address}</p>
            </div>
        }
    });
    let make = Form::new(request, MakeCalendar::PATH);
    let label = if made_at.is_some() { "Make a new address" } else { "Make an address" };
    let make = make
        .draw(view! { <button class="nhsuk-button nhsuk-button--secondary" type="submit">{label}</button> }.into_any());
    let has = made_at.map(|at| {
        let revoke = Form::new(request, RevokeCalendar::PATH);
        let button = view! { <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Take the address back"</button> };
        view! {
            <p>"You have an address, made on "{ui::time(date_in_london(at))}". A new one ends it: then whoever had the old one reads nothing any more."</p>
            {revoke.draw(button.into_any())}
        }
    });
    view! {
        <h2 class="nhsuk-heading-m" id="calendar">"Your calendar"</h2>
        {shown}
        <p>"Measurements, next steps, tasks, handovers, re-audits and changeovers of your projects, in your own calendar. It holds titles and days, and nothing about patients. Whoever has the address can read it, so keep it to yourself."</p>
        {has}
        {make}
    }
    .into_any()
}

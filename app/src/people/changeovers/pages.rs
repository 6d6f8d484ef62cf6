//! The list of changeover dates, with the forms that change it.

use chrono::{Datelike as _, NaiveDate, Weekday};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddChangeover, RemoveChangeover};
use super::store;
use crate::access::Coordinate;
use crate::error::Error;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The page of changeover dates.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/changeovers", list)]
}

/// How the dates came here.
fn first_set(demonstration: bool) -> &'static str {
    if demonstration {
        "In this demonstration they are the first Wednesdays of every fourth month, for two years, and the next one was 3 to 8 weeks ahead when it was filled. In a trust of your own they are first set to the first Wednesdays of February, April, August and December."
    } else {
        "They were first set to the first Wednesdays of February, April, August and December, for two years. Change them to match your trust, and add the years that follow."
    }
}

/// The first Wednesday in August that is not a changeover yet.
fn example(today: NaiveDate, days: &[NaiveDate]) -> NaiveDate {
    (today.year()..)
        .filter_map(|year| NaiveDate::from_weekday_of_month_opt(year, 8, Weekday::Wed, 1))
        .find(|day| *day > today && !days.contains(day))
        .unwrap_or(today)
}

async fn list(request: Request) -> Result<Page, Error> {
    let (trust, demonstration) = request.person().map(|person| (person.trust, person.demonstration))?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, Coordinate(trust)).await?;
    let days = store::changeovers(&mut conn, trust, today).await?;
    drop(conn);
    let example = example(today, &days).format("%-d %-m %Y");
    Ok(Page::new("Changeover dates", move || {
        let add = Form::new(&request, AddChangeover::PATH);
        let mut summaries = vec![add.summary()];
        let rows: Vec<_> = days
            .into_iter()
            .map(|day| {
                let form = Form::named(&request, RemoveChangeover::PATH, &day.to_string());
                summaries.push(form.summary());
                let fields = view! {
                    {form.hidden("day", day)}
                    <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                        "Remove"<span class="nhsuk-u-visually-hidden">{format!(" {}", crate::format::date(day))}</span>
                    </button>
                }
                .into_any();
                let weekday = day.format("%A").to_string();
                vec![
                    view! { {weekday}" "{ui::time(day)} }.into_any(),
                    ui::distance(day, today).into_any(),
                    form.draw(fields),
                ]
            })
            .collect();
        let dates = if rows.is_empty() {
            ui::empty("No changeover lies ahead. Add the next one below.", None)
        } else {
            ui::table("Changeovers to come", vec![ui::words("Day"), ui::words("When"), ui::words("Actions")], rows)
        };
        let fields = view! {
            {add.date("on_day", "Another changeover").hint(&format!("The first day of the new posts. For example, {example}")).view()}
            {ui::submit("Add date")}
        }
        .into_any();
        view! {
            {ui::back("/people", "People")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading("", "Changeover dates")}
                <p>"Many posts end and begin on these days. Within 14 days of one, Baton holds back questions that can wait."</p>
                <p>{first_set(demonstration)}</p>
                {dates}
                {add.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

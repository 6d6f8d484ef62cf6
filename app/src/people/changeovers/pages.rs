//! The list of changeover dates, with the forms that change it.

use chrono::{Datelike as _, NaiveDate, Weekday};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddChangeover, DescribeChangeover, RemoveChangeover};
use super::store::{self, Changeover, Suggested};
use crate::access::{Coordinate, ManageOrganisation};
use crate::error::Error;
use crate::format;
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
fn example(today: NaiveDate, days: &[Changeover]) -> NaiveDate {
    (today.year()..)
        .filter_map(|year| NaiveDate::from_weekday_of_month_opt(year, 8, Weekday::Wed, 1))
        .find(|day| *day > today && !days.iter().any(|other| other.on_day == *day))
        .unwrap_or(today)
}

async fn list(request: Request) -> Result<Page, Error> {
    let (trust, demonstration) = request.person().map(|person| (person.trust, person.demonstration))?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    request.require(&mut conn, Coordinate(trust)).await?;
    let days = store::described(&mut conn, trust, today).await?;
    let suggested = store::suggested(&mut conn, trust, today).await?;
    let organises = request.may(&mut conn, ManageOrganisation(trust)).await?;
    drop(conn);
    let example = example(today, &days).format("%-d %-m %Y").to_string();
    Ok(Page::new("Changeover dates", move || {
        let add = Form::new(&request, AddChangeover::PATH);
        let mut summaries = vec![add.summary()];
        let rows: Vec<_> = days.iter().map(|day| row(&request, day, today, &mut summaries)).collect();
        let dates = if rows.is_empty() {
            ui::empty("No changeover lies ahead. Add the next one below.", None)
        } else {
            let columns = vec![ui::words("Day"), ui::words("When"), ui::words("Name and grades"), ui::words("Actions")];
            ui::table("Changeovers to come", columns, rows)
        };
        let proposed = proposed(&request, &suggested, today, &mut summaries);
        let fields = view! {
            {add.date("on_day", "Another changeover").hint(&format!("The first day of the new posts. For example, {example}")).view()}
            {words(&add)}
            {ui::submit("Add date")}
        }
        .into_any();
        let intake = organises.then(|| view! { <p><a href="/people/intake">"Take in a list of people"</a></p> });
        view! {
            {ui::back("/people", "People")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading("", "Changeover dates")}
                <p>"Many posts end and begin on these days. Within 14 days of one, Baton holds back questions that can wait."</p>
                <p>{first_set(demonstration)}</p>
                {intake}
                {dates}
                {proposed}
                {add.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

/// What a changeover is called and whom it concerns.
fn words(form: &Form) -> AnyView {
    view! {
        {form.line("name", "Name (optional)").hint("For example, August changeover").view()}
        {form.line("grades", "Grades (optional)").hint("With commas, for example FY1, FY2. Leave empty for all grades.").view()}
    }
    .into_any()
}

fn row(request: &Request, day: &Changeover, today: NaiveDate, summaries: &mut Vec<AnyView>) -> Vec<AnyView> {
    let of = format!(" {}", format::date(day.on_day));
    let remove = Form::named(request, RemoveChangeover::PATH, &day.on_day.to_string());
    let describe = Form::named(request, DescribeChangeover::PATH, &day.on_day.to_string())
        .with("name", &day.name)
        .with("grades", day.grades.join(", "));
    summaries.extend([remove.summary(), describe.summary()]);
    let button = |label: &'static str| {
        view! {
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                {label}<span class="nhsuk-u-visually-hidden">{of.clone()}</span>
            </button>
        }
    };
    let removing = view! { {remove.hidden("day", day.on_day)}{button("Remove")} }.into_any();
    let describing = view! { {describe.hidden("day", day.on_day)}{words(&describe)}{button("Save")} }.into_any();
    let open = describe.is_rejected();
    let grades = (!day.grades.is_empty()).then(|| day.grades.join(", "));
    let told: Vec<String> =
        [Some(day.name.clone()).filter(|name| !name.is_empty()), grades].into_iter().flatten().collect();
    vec![
        view! { {day.on_day.format("%A").to_string()}" "{ui::time(day.on_day)} }.into_any(),
        ui::distance(day.on_day, today).into_any(),
        view! { {told.join(": ")}{ui::details_open("Name and grades", open, describe.draw(describing))} }.into_any(),
        remove.draw(removing),
    ]
}

/// Days on which many posts begin, each taken over by a press.
fn proposed(request: &Request, suggested: &[Suggested], today: NaiveDate, summaries: &mut Vec<AnyView>) -> AnyView {
    if suggested.is_empty() {
        return ().into_any();
    }
    let rows = suggested
        .iter()
        .map(|day| {
            let form = Form::named(request, AddChangeover::PATH, &day.on_day.to_string());
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("on_day", day.on_day)}
                {form.hidden("name", format!("{} changeover", day.on_day.format("%B")))}
                {form.hidden("grades", day.grades.join(", "))}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "Add"<span class="nhsuk-u-visually-hidden">{format!(" {}", format::date(day.on_day))}</span>
                </button>
            }
            .into_any();
            vec![
                view! { {day.on_day.format("%A").to_string()}" "{ui::time(day.on_day)}", "{ui::distance(day.on_day, today)} }.into_any(),
                format!("{}: {}", format::count(day.posts, "post begins", "posts begin"), day.grades.join(", ")).into_any(),
                form.draw(fields),
            ]
        })
        .collect();
    ui::table("Days on which many posts begin", vec![ui::words("Day"), ui::words("Posts"), ui::words("Actions")], rows)
}

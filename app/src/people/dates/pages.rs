//! One's own dates, and the list of what people said of theirs.

use chrono::NaiveDate;
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{ConfirmOwnEnd, SayAway, SayLastDay, SayMove, TakeBackAway};
use super::store::{self, Said};
use crate::access::ManageOrganisation;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::people::directory::store::{self as directory, Away, Post};
use crate::people::store::{Department, departments};
use crate::route;
use crate::web::page::{Page, Reply, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The pages of dates.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/account/dates", own), route!("/people/dates", said)]
}

async fn own(request: Request) -> Result<Page, Error> {
    let (me, trust) = request.person().map(|person| (person.id, person.trust))?;
    let today = request.today();
    let mut conn = request.store.read().await?;
    let posts = directory::posts(&mut conn, trust, me).await?;
    let away = directory::away(&mut conn, trust, me).await?;
    let departments = departments(&mut conn, trust).await?;
    drop(conn);
    Ok(Page::new("Your dates", move || {
        let mut summaries = Vec::new();
        let mut posts: Vec<Post> =
            posts.into_iter().filter(|post| post.ends_on.is_none_or(|day| day >= today)).collect();
        posts.sort_by_key(|post| post.starts_on);
        let none = posts.is_empty().then(|| {
            ui::empty(
                "You have no post in this trust today or to come. If you have a new one, ask the QI academy to add it.",
                None,
            )
        });
        let sections: Vec<AnyView> =
            posts.iter().map(|post| post_section(&request, post, &departments, &mut summaries)).collect();
        let away = away.into_iter().filter(|period| period.ends_on >= today).collect();
        let away = away_section(&request, away, &mut summaries);
        view! {
            {ui::back("/account", "Your account")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading("", "Your dates")}
                <p>"Changes apply at once, and Baton plans handovers by them. The QI academy sees them and can correct them."</p>
                {none}
                {sections}
                {away}
            </div></div>
        }
        .into_any()
    }))
}

/// What can be said of one post.
fn post_section(request: &Request, post: &Post, departments: &[Department], summaries: &mut Vec<AnyView>) -> AnyView {
    let today = request.today();
    let begins = if post.starts_on > today { "Begins on " } else { "Since " };
    let ends = match post.ends_on {
        Some(day) => view! { ". Last day: "{ui::time(day)}", "{ui::distance(day, today)}"." }.into_any(),
        None => view! { ", no end date." }.into_any(),
    };
    let right = post.ends_on.map(|day| confirming(request, post, day, summaries));
    view! {
        <h2 class="nhsuk-heading-m">{format!("{}, {}", post.grade, post.department)}</h2>
        <p>{begins}{ui::time(post.starts_on)}{ends}</p>
        {right}
        {last_day_form(request, post, summaries)}
        {moving(request, post, departments, summaries)}
    }
    .into_any()
}

fn confirming(request: &Request, post: &Post, day: NaiveDate, summaries: &mut Vec<AnyView>) -> AnyView {
    if post.end_confirmed {
        return view! { <p>"That this is your last day is confirmed."</p> }.into_any();
    }
    let form = Form::named(request, ConfirmOwnEnd::PATH, &format!("right-{}", post.id)).version(post.version);
    summaries.push(form.summary());
    let words = format!("My post ends on {}: that is right", crate::format::date(day));
    let fields = view! {
        {form.hidden("id", post.id)}
        {form.effects()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{form.doing(&words)}</button>
    }
    .into_any();
    form.draw(fields)
}

fn last_day_form(request: &Request, post: &Post, summaries: &mut Vec<AnyView>) -> AnyView {
    let form = Form::named(request, SayLastDay::PATH, &format!("last-{}", post.id)).version(post.version);
    summaries.push(form.summary());
    let (label, hint) = match post.ends_on {
        Some(_) => ("I leave earlier, or am extended: my last day is", "For example, 4 8 2026"),
        None => ("I leave: my last day is", "For example, 4 8 2026"),
    };
    let open = post.ends_on.is_some().then(|| {
        let choices = vec![("yes".to_owned(), "No end date".to_owned())];
        form.checkboxes("open[]", "Or", choices).view()
    });
    let fields = view! {
        {form.hidden("id", post.id)}
        {form.date("ends_on", label).hint(hint).view()}
        {open}
        {form.effects()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{form.doing("Save my last day")}{of(post)}</button>
    }
    .into_any();
    form.draw(fields)
}

/// Which post a button is about, for whoever does not see what stands above it.
fn of(post: &Post) -> AnyView {
    let words = format!(" as {} in {}", post.grade, post.department);
    view! { <span class="nhsuk-u-visually-hidden">{words}</span> }.into_any()
}

fn moving(request: &Request, post: &Post, departments: &[Department], summaries: &mut Vec<AnyView>) -> AnyView {
    let others: Vec<_> = departments.iter().filter(|department| department.id != post.department_id).collect();
    if others.is_empty() {
        return ().into_any();
    }
    let form = Form::named(request, SayMove::PATH, &format!("move-{}", post.id)).version(post.version);
    summaries.push(form.summary());
    let mut options = vec![(String::new(), "Choose a department".to_owned())];
    options.extend(others.into_iter().map(|department| (department.id.to_string(), department.name.clone())));
    let hint = match post.ends_on {
        Some(day) => format!("Leave empty if it is still {}", crate::format::date(day)),
        None => "Leave empty if there is no end date".to_owned(),
    };
    let fields = view! {
        {form.hidden("id", post.id)}
        {form.select("department", "I move to", options).view()}
        {form.date("starts_on", "My first day there").view()}
        {form.date("ends_on", "My last day there (optional)").hint(&hint).view()}
        {form.effects()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{form.doing("Save my move")}{of(post)}</button>
    }
    .into_any();
    form.draw(fields)
}

fn away_section(request: &Request, away: Vec<Away>, summaries: &mut Vec<AnyView>) -> AnyView {
    let table = (!away.is_empty()).then(|| {
        let rows = away.into_iter().map(|period| {
            let mine = period.said_at.is_some().then(|| {
                let form = Form::named(request, TakeBackAway::PATH, &period.id.to_string());
                summaries.push(form.summary());
                let of = format!(" the period from {}", crate::format::date(period.starts_on));
                let fields = view! {
                    {form.hidden("id", period.id)}
                    {form.effects()}
                    <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                        {form.doing("Remove")}<span class="nhsuk-u-visually-hidden">{of}</span>
                    </button>
                }
                .into_any();
                form.draw(fields)
            });
            let action = mine.unwrap_or_else(|| "Added by the QI academy".into_any());
            vec![
                view! { {ui::time(period.starts_on)}" to "{ui::time(period.ends_on)} }.into_any(),
                if period.keeps_contributing { "Yes".into_any() } else { "No".into_any() },
                action,
            ]
        });
        let columns = vec![ui::words("Dates"), ui::words("Keep contributing"), ui::words("Actions")];
        ui::table("Your periods away", columns, rows.collect())
    });
    let form = Form::new(request, SayAway::PATH);
    summaries.push(form.summary());
    let keeps = vec![("yes".to_owned(), "I keep contributing to my projects".to_owned())];
    let fields = view! {
        {form.date("starts_on", "I am away from").view()}
        {form.date("ends_on", "Until (the last day away)").view()}
        {form.checkboxes("keeps[]", "During this time", keeps).view()}
        {form.effects()}
        <button class="nhsuk-button nhsuk-button--secondary" type="submit">{form.doing("Save my time away")}</button>
    }
    .into_any();
    view! {
        <h2 class="nhsuk-heading-m">"Away"</h2>
        <p>"Baton keeps the dates and never the reason. Four weeks or more without contributing put what you lead into the pool for that time."</p>
        {table}
        {form.draw(fields)}
    }
    .into_any()
}

fn address(page: i64) -> String {
    if page > 1 { format!("/people/dates?page={page}") } else { "/people/dates".to_owned() }
}

async fn said(request: Request) -> Result<Reply, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let page = request.query("page").parse().unwrap_or(1).clamp(1, 100_000);
    let (rows, total) = store::said(&mut conn, trust, page).await?;
    drop(conn);
    if rows.is_empty() && page > 1 {
        return Ok(Reply::Redirect(address(1)));
    }
    Ok(Page::new("Dates that people changed", move || {
        let last = (total + store::PAGE - 1) / store::PAGE;
        let body = if rows.is_empty() {
            ui::empty("Changes that people make to their own dates will be listed here.", None)
        } else {
            view! { {said_table(rows)}{ui::pages(page, last, address)} }.into_any()
        };
        view! {
            {ui::back("/people", "People")}
            {ui::heading("", "Dates that people changed")}
            <p>"These changes already apply. If one is wrong, open the person’s page and correct it: it then leaves this list."</p>
            {body}
        }
        .into_any()
    })
    .into())
}

fn said_table(rows: Vec<Said>) -> AnyView {
    let rows = rows.into_iter().map(|row| {
        let what = match row.post {
            Some(post) => post,
            None if row.keeps_contributing => "Away, keeps contributing".to_owned(),
            None => "Away".to_owned(),
        };
        let dates = match row.ends_on {
            Some(end) => view! { {ui::time(row.starts_on)}" to "{ui::time(end)} }.into_any(),
            None => view! { "Since "{ui::time(row.starts_on)}", no end date" }.into_any(),
        };
        vec![
            view! { <a href=format!("/people/{}", row.person_id)>{row.name}</a> }.into_any(),
            what.into_any(),
            dates,
            ui::time(date_in_london(row.said_at)),
        ]
    });
    let columns = vec![ui::words("Name"), ui::words("Post or time away"), ui::words("Dates"), ui::words("Said on")];
    ui::table_under_heading("Dates that people changed", columns, rows.collect())
}

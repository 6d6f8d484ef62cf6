//! What an administrator's home begins with: who cannot sign in, whose post ends, departments without anybody, who has
//! which role, the age of the last backup, and what was done of late.

use chrono::{DateTime, Utc};
use leptos::prelude::*;

use super::numbers;
use crate::clock::date_in_london;
use crate::format::date;
use crate::portfolio::store::administration::{Act, Administration, Granted, Place};
use crate::project;
use crate::web::request::Request;
use crate::web::ui::{self, Part};

/// After so many days without a backup it is said in colour.
const OLD_BACKUP: i64 = 2;

/// The numbers, and what opens on demand.
pub fn begin(told: Administration, request: &Request) -> AnyView {
    let Administration { without_sign_in, ending, empty, roles, acts, backed_up_at, demonstration } = told;
    let departments = i64::try_from(empty.len()).unwrap_or(i64::MAX);
    let tiles = [
        (without_sign_in, "cannot sign in yet", "/people?show=without-sign-in"),
        (ending, "posts that end within 12 weeks", "/people?show=ending"),
        (
            departments,
            if departments == 1 { "department without anybody" } else { "departments without anybody" },
            "#departments",
        ),
    ];
    // Everybody of the demonstration signs in without a password.
    let tiles = tiles.into_iter().filter(|(number, _, href)| match *href {
        "#departments" => *number > 0,
        "/people?show=without-sign-in" => !demonstration,
        _ => true,
    });
    view! {
        <section aria-labelledby="administration">
            <h2 class="nhsuk-heading-m" id="administration">"Administration"</h2>
            {numbers::row(tiles)}
            {backup(backed_up_at, demonstration, request.now)}
            {without(empty, request)}
            {held(roles, request)}
            {lately(acts)}
        </section>
    }
    .into_any()
}

/// How old the last backup is: whoever keeps the machine makes them, and nobody else would notice that none is made.
fn backup(at: Option<DateTime<Utc>>, demonstration: bool, now: DateTime<Utc>) -> AnyView {
    if demonstration {
        return ().into_any();
    }
    let (on, today) = (at.map(date_in_london), date_in_london(now));
    match on {
        None => view! {
            <p><strong class="nhsuk-tag nhsuk-tag--orange">"No backup yet"</strong>" Ask whoever runs Baton to make one every night: “server backup”."</p>
        }
        .into_any(),
        Some(on) if (today - on).num_days() > OLD_BACKUP => view! {
            <p><strong class="nhsuk-tag nhsuk-tag--orange">"Old backup"</strong>" The last one was made on "{ui::time(on)}", "{ui::distance(on, today)}". Tell whoever runs Baton."</p>
        }
        .into_any(),
        Some(on) => view! { <p>"Last backup: "{ui::time(on)}", "{ui::distance(on, today)}"."</p> }.into_any(),
    }
}

fn without(empty: Vec<Place>, request: &Request) -> AnyView {
    if empty.is_empty() {
        return ().into_any();
    }
    let Part { rows, is_turned, links, .. } =
        Part::of(request, "/", "departments", "Departments without anybody", empty);
    let items = rows
        .into_iter()
        .map(|one| view! { <li><a href=format!("/departments/{}", one.id)>{one.name}</a></li> })
        .collect_view();
    view! {
        <details class="nhsuk-details" id="departments" open=is_turned>
            <summary class="nhsuk-details__summary"><span class="nhsuk-details__summary-text">"Departments in which nobody has a post today"</span></summary>
            <div class="nhsuk-details__text"><ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>{links}</div>
        </details>
    }
    .into_any()
}

fn held(roles: Vec<Granted>, request: &Request) -> AnyView {
    let Part { rows, total, is_turned, links } = Part::of(request, "/", "roles", "Roles in the trust", roles);
    let items = rows
        .iter()
        .map(|one| {
            let last = one.until.and_then(|day| day.pred_opt()).map(|day| format!(" until {}", date(day)));
            let role = one.role.label().to_lowercase();
            view! { <li><a href=format!("/people/{}/account", one.person)>{one.name.clone()}</a>{format!(", {role}")}{last}</li> }
        })
        .collect_view();
    let body = view! { <ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>{links} }.into_any();
    let title = format!("Roles in the trust ({total})");
    view! { <div id="roles">{ui::details_open(&title, is_turned, body)}</div> }.into_any()
}

fn lately(acts: Vec<Act>) -> AnyView {
    if acts.is_empty() {
        return ().into_any();
    }
    let rows = acts.into_iter().map(|act| crate::history::Row {
        at: act.at,
        actor: act.actor,
        action: act.action,
        detail: String::new(),
    });
    ui::details("Recent activity", project::parts::lately(rows.collect()))
}

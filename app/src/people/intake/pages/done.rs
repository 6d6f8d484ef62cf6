//! What an intake did.

use leptos::prelude::*;

use super::first::told;
use crate::access::ManageOrganisation;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::format;
use crate::id::IntakeId;
use crate::people::intake::store::{self, IntakePerson, PEOPLE};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui;

pub(super) async fn intake(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let id: IntakeId = request.param("id")?;
    let page = request.query("page").parse().unwrap_or(1).clamp(1, 100_000);
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let intake = store::intake(&mut conn, trust, id).await?;
    let people = store::people(&mut conn, trust, id, page).await?;
    drop(conn);
    Ok(Page::new(format!("Intake {}", intake.number), move || {
        let all = intake.added + intake.known + intake.asked;
        let invite = (intake.without_sign_in > 0).then(|| {
            let words =
                format::count(intake.without_sign_in, "of them cannot sign in yet", "of them cannot sign in yet");
            view! {
                <p>{words}". "<a href="/people/invitations">"Invite people"</a></p>
            }
        });
        view! {
            {ui::back("/people/intake", "Take in a list of people")}
            {ui::heading("", &format!("Intake {}", intake.number))}
            <p>{intake.by.clone()}", "{ui::time(date_in_london(intake.made_at))}". "{format!("{}: {}.", format::count(intake.rows, "row", "rows"), told(&intake))}</p>
            {invite}
            {table(people)}
            {ui::pages(page, (all + PEOPLE - 1) / PEOPLE, |page| format!("/intakes/{id}?page={page}"))}
        }
        .into_any()
    }))
}

fn table(people: Vec<IntakePerson>) -> AnyView {
    let rows = people
        .into_iter()
        .map(|one| {
            let (word, colour) = match one.did.as_str() {
                "added" => ("New", "green"),
                "asked" => ("Asked", "yellow"),
                _ => ("Known", "grey"),
            };
            let posts = [(one.added, "post added", "posts added"), (one.changed, "post changed", "posts changed")];
            let posts: Vec<String> = posts
                .into_iter()
                .filter(|(number, ..)| *number > 0)
                .map(|(number, one, many)| format::count(number, one, many))
                .collect();
            vec![
                view! { <a href=format!("/people/{}", one.id)>{one.name}</a> }.into_any(),
                view! { <span class="baton-lines">{one.address}</span> }.into_any(),
                view! { {ui::tag(word, colour)}" "{posts.join(", ")} }.into_any(),
                if one.signs_in { "Yes" } else { "Not yet" }.into_any(),
            ]
        })
        .collect();
    let columns =
        vec![ui::words("Name"), ui::words("Email address"), ui::words("What was done"), ui::words("Can sign in")];
    ui::table("People of this intake", columns, rows)
}

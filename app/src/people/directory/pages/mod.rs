//! The list of the trust's people, a person's page, and the forms that change what is on it.

mod account;
mod list;
mod person;
mod posts;

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::people::directory::store::Address;
use crate::route;
use crate::web::page::Route;
use crate::web::ui::{self, Form};

/// The pages of people.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/people", list::list),
        route!("/people/new", posts::new_person),
        route!("/people/{id}", person::person),
        route!("/people/{id}/edit", person::rename),
        route!("/people/{id}/account", account::account),
        route!("/people/{id}/code", person::code),
        route!("/people/{id}/posts/new", posts::new_post),
        route!("/people/{id}/away/new", posts::new_away),
        route!("/posts/{id}", posts::edit_post),
        route!("/posts/{id}/end", posts::end_post),
    ]
}

fn dates(starts_on: NaiveDate, ends_on: Option<NaiveDate>) -> AnyView {
    match ends_on {
        Some(end) => view! { {ui::time(starts_on)}" to "{ui::time(end)} }.into_any(),
        None => view! { "Since "{ui::time(starts_on)}", no end date" }.into_any(),
    }
}

fn hidden(text: String) -> AnyView {
    view! { <span class="nhsuk-u-visually-hidden">{text}</span> }.into_any()
}

fn small_button(form: Form, fields: AnyView, label: &'static str, of: String) -> AnyView {
    let fields = view! {
        {fields}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{label}{hidden(of)}</button>
    }
    .into_any();
    form.draw(fields)
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

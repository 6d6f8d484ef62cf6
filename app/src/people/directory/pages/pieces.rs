//! What the pages of a person are made of.

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::people::directory::store::Address;
use crate::web::ui::{self, Form};

pub(super) fn dates(starts_on: NaiveDate, ends_on: Option<NaiveDate>) -> AnyView {
    match ends_on {
        Some(end) => view! { {ui::time(starts_on)}" to "{ui::time(end)} }.into_any(),
        None => view! { "Since "{ui::time(starts_on)}", no end date" }.into_any(),
    }
}

pub(super) fn hidden(text: String) -> AnyView {
    view! { <span class="nhsuk-u-visually-hidden">{text}</span> }.into_any()
}

pub(super) fn small_button(form: Form, fields: AnyView, label: &'static str, of: String) -> AnyView {
    let fields = view! {
        {fields}
        {form.effects()}
        <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">{form.doing(label)}{hidden(of)}</button>
    }
    .into_any();
    form.draw(fields)
}

pub(super) fn address_view(address: &Address) -> AnyView {
    let state = address.verified_at.is_none().then(|| view! { " "{ui::tag("Not confirmed", "yellow")} });
    view! { <span class="baton-lines">{address.address.clone()}</span>{state} }.into_any()
}

pub(super) fn frame(back: AnyView, summary: AnyView, caption: &str, title: &str, body: AnyView) -> AnyView {
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

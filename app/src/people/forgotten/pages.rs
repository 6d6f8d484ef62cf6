//! Where a forgotten password is set anew: with a link by mail where mail is sent, and with a code in person.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{ForgottenPassword, SetPassword};
use super::store;
use crate::error::Error;
use crate::people::api::ResetPassword;
use crate::people::model::NEW_PASSWORD;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/forgotten-password", forgotten), route!("/new-password", set)]
}

async fn forgotten(request: Request) -> Result<Page, Error> {
    Ok(Page::new("Forgotten your password?", move || {
        let mailed = request.mail.sends.then(|| Form::named(&request, ForgottenPassword::PATH, "mail"));
        let form = Form::new(&request, ResetPassword::PATH);
        let summaries = view! { {mailed.as_ref().map(Form::summary)}{form.summary()} }.into_any();
        let open = form.is_rejected();
        let by_mail = mailed.is_some();
        let mailed = mailed.map(|mailed| {
            let fields = view! {
                {mailed.email("address", "Email address").autocomplete("username").view()}
                {ui::submit("Send me a link")}
            }
            .into_any();
            view! {
                <p>"If the address is of an account, a mail with a link is on its way within a minute. The link works once, for 10 minutes."</p>
                {mailed.draw(fields)}
            }
        });
        let fields = view! {
            {form.email("address", "Email address").autocomplete("username").view()}
            {form.line("code", "Code").hint("10 letters and digits, like ABCDE-FGHJK").width(20).autocomplete("one-time-code").view()}
            {form.password("new_password", "New password").hint(NEW_PASSWORD).autocomplete("new-password").view()}
            {ui::submit("Set the password")}
        }
        .into_any();
        let in_person = view! {
            <p>"Ask your academy lead or administrator for a code. They give it to you in person, and it works once, within 24 hours."</p>
            <p>"If you belong to several trusts, or nobody there can help, ask whoever runs Baton."</p>
            {form.draw(fields)}
        }
        .into_any();
        let in_person =
            if by_mail { ui::details_open("No mail, or none that comes", open, in_person) } else { in_person };
        view! {
            {ui::back("/sign-in", "Sign in")}
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summaries}
                {ui::heading("", "Forgotten your password?")}
                {mailed}
                {in_person}
            </div></div>
        }
        .into_any()
    }))
}

async fn set(request: Request) -> Result<Page, Error> {
    let secret = request.query("link").to_owned();
    let mut conn = request.store.read().await?;
    let found = store::reset(&mut conn, &secret, request.today(), request.now).await;
    drop(conn);
    let found = match found {
        Err(Error::NotFound) => return Ok(over()),
        other => other?,
    };
    Ok(Page::new("Set a new password", move || {
        let form = Form::new(&request, SetPassword::PATH);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("link_code", &secret)}
            {form.password("new_password", "New password").hint(NEW_PASSWORD).autocomplete("new-password").view()}
            {ui::submit("Set the password")}
        }
        .into_any();
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&found.name, "Set a new password")}
                <p>"You sign in with "<strong>{found.address.clone()}</strong>". All your sessions end."</p>
                {form.draw(fields)}
            </div></div>
        }
        .into_any()
    }))
}

fn over() -> Page {
    Page::new("Set a new password", || {
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading("", "This link cannot be used")}
                <p>"It was used already, it has expired, or you asked for a newer one."</p>
                <p><a href="/forgotten-password">"Ask for a new link"</a></p>
            </div></div>
        }
        .into_any()
    })
    .with_status(404)
}

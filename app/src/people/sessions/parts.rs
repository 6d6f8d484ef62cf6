//! One's own sessions, for the page of one's account.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{EndOtherSessions, EndSession};
use super::store::Own;
use crate::error::Error;
use crate::format::datetime;
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The table of sessions and what ends them.
///
/// # Errors
/// [`Error::SignIn`] when nobody is signed in.
pub fn section(request: &Request, sessions: Vec<Own>) -> Result<AnyView, Error> {
    let here = request.person()?.session.clone();
    let several = sessions.len() > 1;
    let rows = sessions.into_iter().map(|own| {
        let device = if own.device.is_empty() { "A browser".to_owned() } else { own.device.clone() };
        let act = if own.session == here {
            ui::tag("This one", "blue")
        } else {
            let form = Form::named(request, EndSession::PATH, &own.session[..8]);
            let fields = view! {
                {form.hidden("session", &own.session)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "End"<span class="nhsuk-u-visually-hidden">{format!(" the session in {device}, last used {}", datetime(own.seen_at))}</span>
                </button>
            }
            .into_any();
            form.draw(fields)
        };
        vec![device.clone().into_any(), datetime(own.created_at).into_any(), datetime(own.seen_at).into_any(), act]
    });
    let columns = vec![ui::words("Where"), ui::words("Began"), ui::words("Last used"), ui::acts("End")];
    let table = ui::table_under_heading("Sessions", columns, rows.collect());
    let others = several.then(|| {
        let form = Form::new(request, EndOtherSessions::PATH);
        let button =
            view! { <button class="nhsuk-button nhsuk-button--secondary" type="submit">"End all others"</button> };
        form.draw(button.into_any())
    });
    Ok(view! {
        <h2 class="nhsuk-heading-m">"Where you are signed in"</h2>
        <p>"Do you not know one of them? End it, and change your password."</p>
        {table}
        {others}
    }
    .into_any())
}

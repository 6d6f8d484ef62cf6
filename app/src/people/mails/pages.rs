//! The list of a trust's mail: what went, what waits, what was refused, and what it says.

use leptos::prelude::*;

use crate::access::ReadMail;
use crate::error::Error;
use crate::format::{count, datetime};
use crate::outbox::{self, SECRET, Written};
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui;

/// How many mails a page of the list shows.
const PAGE: i64 = 25;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/people/mail", list)]
}

async fn list(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let page: i64 = request.query("page").parse().unwrap_or(1).clamp(1, 100_000);
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ReadMail(trust)).await?;
    let total = outbox::count_of_trust(&mut conn, trust).await?;
    let mails = outbox::of_trust(&mut conn, trust, (PAGE, (page - 1) * PAGE)).await?;
    drop(conn);
    Ok(Page::new("Mail", move || {
        let last = (total + PAGE - 1) / PAGE;
        let body = if mails.is_empty() {
            ui::empty("No mail was written in the last 30 days.", None)
        } else {
            let mails = mails.into_iter().map(|mail| one(mail, request.mail.sends)).collect_view();
            let pages = ui::pages(page, last, |page| format!("/people/mail?page={page}"));
            view! { <p role="status">{count(total, "mail", "mails")}</p><ul class="nhsuk-list baton-mails">{mails}</ul>{pages} }.into_any()
        };
        let unsent = (!request.mail.sends).then(|| {
            view! { <div class="nhsuk-inset-text"><p>"No mail server is set up here, so nothing is sent. What would have been sent stands here."</p></div> }
        });
        view! {
            {ui::back("/people", "People")}
            {ui::heading("", "Mail")}
            {unsent}
            <p>"What Baton wrote to the people of this trust in the last 30 days. A link that lets somebody in is shown to nobody but its addressee."</p>
            {body}
        }
        .into_any()
    }))
}

/// What became of a mail.
fn state(mail: &Written, sends: bool) -> (String, AnyView) {
    if let Some(at) = mail.sent_at {
        return (format!("on {}", datetime(at)), ui::tag("Sent", "green"));
    }
    if let Some(at) = mail.failed_at {
        return (format!("on {}: {}", datetime(at), mail.failure), ui::tag("Not sent", "red"));
    }
    if !sends {
        return (String::new(), ui::tag("Not sent", "grey"));
    }
    let again =
        (mail.attempts > 0).then(|| format!("tried {}: {}", count(mail.attempts, "time", "times"), mail.failure));
    (again.unwrap_or_default(), ui::tag("Waiting", "yellow"))
}

fn one(mail: Written, sends: bool) -> AnyView {
    let (words, tag) = state(&mail, sends);
    let says = match mail.plain {
        Some(plain) => {
            let plain = plain.replace(SECRET, "…");
            let says = view! { <p class="baton-lines">{plain}</p> }.into_any();
            ui::details("What it says", says)
        }
        None => view! { <p class="nhsuk-hint">"It names what only its addressee may know of, so only they read what it says."</p> }.into_any(),
    };
    view! {
        <li class="baton-mails__one">
            <h2 class="nhsuk-heading-s">{mail.subject}</h2>
            <p class="baton-lines">{mail.kind.label()}" to "{mail.address}", written on "{datetime(mail.written_at)}</p>
            <p class="baton-lines">{tag}" "{words}</p>
            {says}
        </li>
    }
    .into_any()
}

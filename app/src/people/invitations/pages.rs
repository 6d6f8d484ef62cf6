//! An invitation as whoever gets it opens it; whom a trust can invite; links that are handed over.

use chrono::{DateTime, Utc};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AcceptInvitation, InvitePeople};
use super::model::Handed;
use super::sheet;
use super::store::{self, Candidate, Invitation, last_day};
use crate::access::ManageOrganisation;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::people::model::NEW_PASSWORD;
use crate::route;
use crate::visitor::Visitor;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/invitation", invitation),
        route!("/people/invitations", candidates),
        route!("/people/invitations/links", links),
    ]
}

/// The page of an invitation that cannot be used, or is none.
fn over() -> Page {
    Page::new("Invitation", || {
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {ui::heading("", "This invitation cannot be used")}
                <p>"It was used already, it has expired, or a newer one took its place."</p>
                <p>"Have you chosen your password? "<a href="/sign-in">"Sign in"</a>". If not, ask your QI academy for another invitation."</p>
            </div></div>
        }
        .into_any()
    })
    .with_status(404)
}

async fn invitation(request: Request) -> Result<Page, Error> {
    let secret = request.query("link").to_owned();
    let mut conn = request.store.read().await?;
    let found = store::invitation(&mut conn, &secret, request.today(), request.now).await;
    drop(conn);
    let invitation = match found {
        Err(Error::NotFound) => return Ok(over()),
        other => other?,
    };
    Ok(Page::new(format!("{} invites you", invitation.trust_name), move || {
        let form = Form::new(&request, AcceptInvitation::PATH);
        let summary = form.summary();
        let body = if invitation.has_password {
            accept_trust(&request, form, &secret, &invitation)
        } else {
            first_password(form, &secret, &invitation)
        };
        view! {
            <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
                {summary}
                {ui::heading(&invitation.trust_name, &format!("Welcome to Baton, {}", invitation.name))}
                {body}
            </div></div>
        }
        .into_any()
    }))
}

fn first_password(form: Form, secret: &str, invitation: &Invitation) -> AnyView {
    let fields = view! {
        {form.hidden("link_code", secret)}
        {form.password("new_password", "Choose a password").hint(NEW_PASSWORD).autocomplete("new-password").view()}
        {ui::submit("Set the password and sign in")}
    }
    .into_any();
    view! {
        <p>{format!("{} keeps its quality improvement projects here. From now on you sign in with ", invitation.trust_name)}<strong>{invitation.address.clone()}</strong>" and a password that only you know."</p>
        {form.draw(fields)}
        <p class="nhsuk-hint">{format!("Are you not {}? Then close this page: nothing has happened.", invitation.name)}</p>
    }
    .into_any()
}

fn accept_trust(request: &Request, form: Form, secret: &str, invitation: &Invitation) -> AnyView {
    let signed_in = matches!(&request.visitor, Visitor::Person(person) if person.id == invitation.person);
    if !signed_in {
        let next = ui::encoded(&format!("/invitation?link={secret}"));
        return view! {
            <p>"You have a password in Baton already. Sign in with it first: then you accept the trust here."</p>
            {ui::button_link(&format!("/sign-in?next={next}"), "Sign in", false)}
        }
        .into_any();
    }
    let fields = view! {
        {form.hidden("link_code", secret)}
        {form.hidden("new_password", "")}
        {ui::submit(&format!("Accept {}", invitation.trust_name))}
    }
    .into_any();
    view! {
        <p>{format!("{} has entered you as {}. Is that you? Then you can work in this trust too.", invitation.trust_name, invitation.name)}</p>
        {form.draw(fields)}
    }
    .into_any()
}

async fn candidates(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let people = store::candidates(&mut conn, trust, request.today()).await?;
    drop(conn);
    Ok(Page::new("Invitations", move || {
        let form = Form::new(&request, InvitePeople::PATH);
        let summary = form.summary();
        let body = if people.is_empty() {
            ui::empty("Everybody who works here, or begins within 12 weeks, can sign in.", None)
        } else {
            let boxes = boxes(&form, people, request.now);
            let mail = request.mail.sends.then(|| {
                view! { <button class="nhsuk-button" type="submit" name="how" value="mail">"Send by mail"</button> }
            });
            let class = if request.mail.sends { "nhsuk-button nhsuk-button--secondary" } else { "nhsuk-button" };
            let fields = view! {
                {boxes}
                <div class="baton-actions">
                    {mail}
                    <button class=class type="submit" name="how" value="hand">"Make links to hand over"</button>
                </div>
            }
            .into_any();
            form.draw(fields)
        };
        let by_mail = if request.mail.sends {
            "By mail, whoever reads the address chooses a password, which also proves that the address is theirs."
        } else {
            "No mail server is set up here, so invitations are handed over."
        };
        view! {
            {ui::back("/people", "People")}
            {summary}
            {ui::heading("", "Invitations")}
            <p>"People who have a post here, or begin within 12 weeks, and cannot sign in yet. "{by_mail}</p>
            <p><a href="/people/joining">"Who joins by themselves"</a>": with an address that this trust accepts"</p>
            <p>"A link that you hand over, copied or printed, works for people whose address you confirmed and whom no other trust knows. Each link works once, until four weeks after the post begins."</p>
            {body}
        }
        .into_any()
    }))
}

/// What became of the last invitation.
fn invited(person: &Candidate, now: DateTime<Utc>) -> AnyView {
    let (Some(at), Some(until)) = (person.invited_at, person.expires_at) else { return "Not invited yet. ".into_any() };
    let how = if person.by_mail { "Invited by mail on " } else { "A link was made on " };
    let state = if person.refused {
        view! { ": "{ui::tag("Mail refused", "red")}" " }.into_any()
    } else if until <= now {
        view! { ": "{ui::tag("Expired", "yellow")}" " }.into_any()
    } else {
        view! { ", works until "{ui::time(last_day(until))}". " }.into_any()
    };
    view! { {how}{ui::time(date_in_london(at))}{state} }.into_any()
}

/// Everybody with a box to tick, but for those who have no address.
fn boxes(form: &Form, people: Vec<Candidate>, now: DateTime<Utc>) -> AnyView {
    let ticked = form.values("people[]");
    let items = people.into_iter().map(|person| {
        let id = form.id(&format!("people-{}", person.id));
        let hint_id = format!("{id}-hint");
        let begins = if person.starts_on > date_in_london(now) { "begins on " } else { "since " };
        let how = match (person.has_address, person.by_hand) {
            (false, _) => {
                let to = format!("/people/{}/account", person.id);
                view! { <a href=to>"Add an email address first"<span class="nhsuk-u-visually-hidden">{format!(": {}", person.name)}</span></a> }.into_any()
            }
            (true, true) => ().into_any(),
            (true, false) => "By mail only.".into_any(),
        };
        let hint = view! { {person.post.clone()}", "{begins}{ui::time(person.starts_on)}". "{invited(&person, now)}{how} };
        if !person.has_address {
            return view! { <div class="nhsuk-checkboxes__item"><p class="nhsuk-u-margin-bottom-0">{person.name}</p><div class="nhsuk-hint">{hint}</div></div> }.into_any();
        }
        let chosen = if form.is_rejected() {
            ticked.contains(&person.id.to_string())
        } else {
            person.invited_at.is_none() || person.refused
        };
        view! {
            <div class="nhsuk-checkboxes__item">
                <input class="nhsuk-checkboxes__input" type="checkbox" id=id.clone() name="people[]" value=person.id.to_string()
                    checked=chosen aria-describedby=hint_id.clone() />
                <label class="nhsuk-label nhsuk-checkboxes__label" for=id>{person.name.clone()}</label>
                <div class="nhsuk-hint nhsuk-checkboxes__hint" id=hint_id>{hint}</div>
            </div>
        }
        .into_any()
    });
    let items = items.collect_view();
    view! {
        <fieldset class="nhsuk-fieldset">
            <legend class="nhsuk-fieldset__legend nhsuk-fieldset__legend--m">"People to invite"</legend>
            <div class="nhsuk-checkboxes nhsuk-checkboxes--small">{items}</div>
        </fieldset>
    }
    .into_any()
}

/// Links that were made to be handed over: shown once, to copy or to print.
async fn links(request: Request) -> Result<Page, Error> {
    let (trust, maker) = request.person().map(|person| (person.trust, person.id))?;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let trust_name = request.person()?.trust_name.clone();
    drop(conn);
    let kept = request.codes.take(request.query("key"), maker, maker, request.now);
    let handed: Vec<Handed> = kept.map(|kept| serde_json::from_str(&kept)).transpose()?.unwrap_or_default();
    Ok(Page::new("Links to hand over", move || {
        let body = if handed.is_empty() {
            view! { <p>"The links were shown once and are not kept. If one is lost, make a new one: the old one then opens nothing."</p> }.into_any()
        } else {
            let sheets = handed
                .iter()
                .map(|one| {
                    sheet::sheet(&trust_name, one, &request.mail.address(&format!("/invitation?link={}", one.secret)))
                })
                .collect_view();
            view! {
                <div class="baton-no-print">
                    <p>"Give each link to the person it is for, and to nobody else: whoever opens it chooses the password. The links are shown only now. Print this page, or copy them."</p>
                </div>
                {sheets}
            }
            .into_any()
        };
        view! {
            <div class="baton-no-print">
                {ui::back("/people/invitations", "Invitations")}
                {ui::heading("", "Links to hand over")}
            </div>
            {body}
        }
        .into_any()
    }))
}

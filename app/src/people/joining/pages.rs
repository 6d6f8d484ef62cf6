//! Where one joins by oneself, and where a trust decides who may and sees who did.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{AddDomain, AskToEnter, Join, NoteJoined, RemoveDomain, RenewJoiningCode};
use super::model::read_out;
use super::store::{self, Accepting, Domain, Joined, Opened};
use crate::access::ManageOrganisation;
use crate::clock::date_in_london;
use crate::error::Error;
use crate::id::TrustId;
use crate::people::directory::pages::posts::post_fields;
use crate::people::model::NEW_PASSWORD;
use crate::people::store::departments;
use crate::route;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui::{self, Form};

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![route!("/join", join), route!("/people/joining", decide)]
}

fn two_thirds(body: AnyView) -> AnyView {
    view! { <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">{body}</div></div> }.into_any()
}

async fn ask(request: Request) -> Result<Page, Error> {
    let mut conn = request.store.read().await?;
    let open = request.mail.sends && store::is_open(&mut conn).await?;
    drop(conn);
    Ok(Page::new("Join Baton", move || {
        let back = ui::back("/sign-in", "Sign in");
        if !open {
            let words = "Nobody joins by themselves here. Ask your QI academy for an invitation.";
            let body = view! { {back}{ui::heading("", "Join Baton")}<p>{words}</p> };
            return two_thirds(body.into_any());
        }
        let form = Form::new(&request, AskToEnter::PATH);
        let summary = form.summary();
        let fields = view! {
            {form.email("address", "Your email address at work").autocomplete("email").view()}
            {ui::submit("Send me a link")}
        }
        .into_any();
        let body = view! {
            {back}
            {summary}
            {ui::heading("", "Join Baton")}
            <p>"Do you work at a trust that keeps its improvement projects here, or begin there soon? Enter your address at work. If your trust lets people with such an address join, a mail with a link is on its way within a minute."</p>
            {form.draw(fields)}
            <p>"If no mail comes, ask your QI academy for an invitation."</p>
        };
        two_thirds(body.into_any())
    }))
}

fn over() -> Page {
    Page::new("Join Baton", || {
        let body = view! {
            {ui::heading("", "This link cannot be used")}
            <p>"It was used already or has expired. Have you chosen your password? "<a href="/sign-in">"Sign in"</a>"."</p>
            <p><a href="/join">"Ask for a new link"</a></p>
        };
        two_thirds(body.into_any())
    })
    .with_status(404)
}

async fn join(request: Request) -> Result<Page, Error> {
    let secret = request.query("link").to_owned();
    if secret.is_empty() {
        return ask(request).await;
    }
    let mut conn = request.store.read().await?;
    let opened = match store::opened(&mut conn, &secret, request.now).await {
        Err(Error::NotFound) => return Ok(over()),
        other => other?,
    };
    let chosen: Option<TrustId> = request.query("trust").parse().ok();
    let trust = match opened.trusts.as_slice() {
        [only] => Some(only.clone()),
        several => several.iter().find(|one| Some(one.trust_id) == chosen).cloned(),
    };
    let departments = match &trust {
        Some(trust) => departments(&mut conn, trust.trust_id).await?,
        None => Vec::new(),
    };
    drop(conn);
    Ok(Page::new("Join Baton", move || {
        let Some(trust) = trust else { return choose(&secret, &opened) };
        let form = Form::new(&request, Join::PATH).with("staff_group", "Medical").with("percent", 100);
        let summary = form.summary();
        let fields = view! {
            {form.hidden("link_code", &secret)}
            {form.hidden("trust", trust.trust_id)}
            {form.line("name", "Your name").hint("First and last name, as colleagues know them").autocomplete("name").view()}
            {post_fields(&form, &departments)}
            {joining_code(&form, &trust)}
            {form.password("new_password", "Choose a password").hint(NEW_PASSWORD).autocomplete("new-password").view()}
            {ui::submit("Join")}
        }
        .into_any();
        let body = view! {
            {summary}
            {ui::heading(&trust.name, "Join Baton")}
            <p>"You sign in with "<strong>{opened.address.clone()}</strong>". Say where you work and until when: the QI academy sees it, and can correct it."</p>
            {form.draw(fields)}
        };
        two_thirds(body.into_any())
    }))
}

fn joining_code(form: &Form, trust: &Accepting) -> Option<AnyView> {
    let hint = "The QI academy tells it to people who begin. 10 letters and digits, like ABCDE-FGHJK.";
    trust.shared.then(|| form.line("joining_code", "The trust’s joining code").hint(hint).width(20).view())
}

/// Of several trusts that accept the address, the one to join.
fn choose(secret: &str, opened: &Opened) -> AnyView {
    let trusts = opened
        .trusts
        .iter()
        .map(|trust| view! { <li><a href=format!("/join?link={secret}&trust={}", trust.trust_id)>{trust.name.clone()}</a></li> })
        .collect_view();
    let body = view! {
        {ui::heading("", "Which trust do you work for?")}
        <ul class="nhsuk-list">{trusts}</ul>
    };
    two_thirds(body.into_any())
}

async fn decide(request: Request) -> Result<Page, Error> {
    let trust = request.person()?.trust;
    let mut conn = request.store.read().await?;
    request.require(&mut conn, ManageOrganisation(trust)).await?;
    let domains = store::domains(&mut conn, trust).await?;
    let joined = store::joined(&mut conn, trust).await?;
    let code = store::code(&mut conn, trust, request.today()).await?;
    drop(conn);
    Ok(Page::new("Joining", move || {
        let mut summaries = Vec::new();
        let new = new_people(&request, joined, &mut summaries);
        let shared = domains.iter().any(|domain| domain.shared);
        let table = accepted(&request, domains, &mut summaries);
        let add = Form::new(&request, AddDomain::PATH);
        summaries.push(add.summary());
        let fields = view! {
            {add.line("domain", "Another domain").hint("What stands behind the @ of an address, for example tamarvale.nhs.uk").width(20).view()}
            {add.checkboxes("shared[]", "", vec![("yes".to_owned(), "Others than people of this trust have addresses there too, so the joining code is needed as well".to_owned())]).view()}
            <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Let them join"</button>
        }
        .into_any();
        let code = shared.then(|| code_section(&request, &code));
        let unsent = (!request.mail.sends).then(|| {
            view! { <div class="nhsuk-inset-text"><p>"No mail server is set up here, so nobody can prove an address, and nobody joins by themselves."</p></div> }
        });
        view! {
            {ui::back("/people", "People")}
            {summaries}
            {ui::heading("", "Joining by themselves")}
            {unsent}
            <p>"Whoever reads mail at one of these domains can join this trust: they say where they work and until when, and read its projects at once. You see who they are, and can correct or end that."</p>
            {new}
            {table}
            {add.draw(fields)}
            {code}
        }
        .into_any()
    }))
}

fn new_people(request: &Request, joined: Vec<Joined>, summaries: &mut Vec<AnyView>) -> AnyView {
    if joined.is_empty() {
        return ().into_any();
    }
    let rows = joined
        .into_iter()
        .map(|one| {
            let form = Form::named(request, NoteJoined::PATH, &one.id.0.simple().to_string());
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("person", one.id)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "I know them"<span class="nhsuk-u-visually-hidden">{format!(": {}", one.name)}</span>
                </button>
            }
            .into_any();
            let dates = one.starts_on.map(|day| {
                let ends = one.ends_on.map(|day| view! { " to "{ui::time(day)} });
                view! { {ui::time(day)}{ends} }
            });
            vec![
                view! { <a href=format!("/people/{}", one.id)>{one.name}</a>" "<span class="baton-lines">{one.address}</span> }.into_any(),
                one.post.into_any(),
                dates.into_any(),
                ui::time(date_in_london(one.joined_at)),
                form.draw(fields),
            ]
        })
        .collect();
    let columns =
        vec![ui::words("Who"), ui::words("Post"), ui::words("Dates"), ui::words("Joined"), ui::acts("Looked at")];
    view! {
        {ui::table("New people", columns, rows)}
        <p class="nhsuk-hint">"Is something wrong? Open their page: there you change their post, or close their account."</p>
    }
    .into_any()
}

fn accepted(request: &Request, domains: Vec<Domain>, summaries: &mut Vec<AnyView>) -> AnyView {
    if domains.is_empty() {
        return view! { <h2 class="nhsuk-heading-m">"Domains"</h2><p>"None: nobody joins by themselves."</p> }
            .into_any();
    }
    let rows = domains
        .into_iter()
        .map(|domain| {
            let form = Form::named(request, RemoveDomain::PATH, &domain.domain.replace('.', "-"));
            summaries.push(form.summary());
            let fields = view! {
                {form.hidden("domain", &domain.domain)}
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit">
                    "Remove"<span class="nhsuk-u-visually-hidden">{format!(" {}", domain.domain)}</span>
                </button>
            }
            .into_any();
            let needs = if domain.shared { "The address and the joining code" } else { "The address" };
            vec![domain.domain.into_any(), needs.into_any(), form.draw(fields)]
        })
        .collect();
    ui::table("Domains", vec![ui::words("Domain"), ui::words("What they need"), ui::acts("Remove")], rows)
}

fn code_section(request: &Request, code: &str) -> AnyView {
    let form = Form::new(request, RenewJoiningCode::PATH);
    let button =
        view! { <button class="nhsuk-button nhsuk-button--secondary" type="submit">"Make another code"</button> };
    view! {
        <h2 class="nhsuk-heading-m">"The joining code"</h2>
        <div class="nhsuk-inset-text"><p class="baton-code">{read_out(code)}</p></div>
        <p>"Tell it to people who begin, at their induction for example. It changes at each changeover, and when you make another."</p>
        {form.draw(button.into_any())}
    }
    .into_any()
}

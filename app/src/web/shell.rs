//! The HTML document around every page: header, banner of what was done, footer; and the pages of errors.

use std::sync::atomic::Ordering;

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::error::Error;
use crate::visitor::{Person, Visitor};
use crate::web::page::Page;
use crate::web::request::Request;
use crate::web::ui;
use crate::web::ui::Form;

/// Where the site's files are, and whether the WASM is among them.
#[derive(Clone, Debug)]
pub struct Site {
    /// The address before every asset, which changes with their content.
    pub assets: String,
    /// The WASM was built.
    pub islands: bool,
}

/// The whole document.
pub fn document(page: Page, request: &Request, site: &Site) -> AnyView {
    let Page { title, islands, view, .. } = page;
    let nonce = use_nonce();
    let before = match &request.rejected {
        Some(rejected) if !rejected.errors.is_empty() => "Error: ",
        Some(rejected) if rejected.unconfirmed.is_some() => "Not saved yet: ",
        _ => "",
    };
    let title = ui::escaped(&format!("{before}{title} – Baton"));
    let assets = site.assets.clone();
    let options = LeptosOptions::builder().output_name("baton").site_pkg_dir("pkg").build();
    let scripts = (islands && site.islands).then({
        let root = assets.clone();
        move || view! { <HydrationScripts options islands=true root /> }
    });
    let module = format!("import {{ initAll }} from '{assets}/nhsuk-frontend.min.js'; initAll();");
    // Drawn first: only then is known whether it has the form that was rejected.
    let body = view();
    let supported = "document.body.className += ' js-enabled' + ('noModule' in HTMLScriptElement.prototype ? ' nhsuk-frontend-supported' : '');";
    view! {
        <!DOCTYPE html>
        <html lang="en-GB">
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <title inner_html=title />
                <link rel="stylesheet" href=format!("{assets}/baton.css") />
                <link rel="icon" href=format!("{assets}/baton.svg") type="image/svg+xml" />
                {scripts}
            </head>
            <body>
                <script nonce=nonce.clone() inner_html=supported />
                <a class="nhsuk-skip-link" href="#maincontent" data-module="nhsuk-skip-link">"Skip to main content"</a>
                {header(request)}
                <div class="nhsuk-width-container">
                    <main class="nhsuk-main-wrapper" id="maincontent">{done(request)} {refused(request)} {body}</main>
                </div>
                {footer()}
                <script type="module" nonce=nonce inner_html=module />
            </body>
        </html>
    }
    .into_any()
}

/// What went wrong, as a heading, and what to do about it.
fn what_went_wrong(error: &Error, request: &Request) -> (&'static str, Vec<String>) {
    match error {
        Error::NotFound => (
            "Page not found",
            vec![
                "If you typed the address, check that it is correct. If you followed a link, what it led to may have been a draft that was deleted, or belongs to another trust.".into(),
            ],
        ),
        Error::Forbidden | Error::SignIn => (
            "You cannot do this",
            vec![
                "You do not have permission to do this.".into(),
                "The project’s lead, its supervisor or the QI academy can do it, or can add you to the team.".into(),
            ],
        ),
        Error::Unconfirmed(seen) => {
            ("Check what this changes", seen.lines.iter().map(|line| line.text.clone()).collect())
        }
        Error::Invalid(errors) => ("There is a problem", errors.iter().map(|e| e.message.clone()).collect()),
        Error::Conflict => (
            "Somebody else changed this",
            vec!["It was changed after you opened it. Go back, reload the page and try again.".into()],
        ),
        Error::TooLarge => (
            "This is too large",
            vec!["More was sent than Baton takes at once: 1 MB, or 8 MB with a file. Go back, send less and try again.".into()],
        ),
        Error::TooMany(seconds) => (
            "Too many attempts",
            vec![format!("Wait {} and try again.", if *seconds > 90 { format!("{} minutes", seconds.div_ceil(60)) } else { format!("{seconds} seconds") })],
        ),
        Error::Busy => (
            "Baton is busy",
            vec!["Nothing was changed. Wait a moment, then reload the page or send the form again.".into()],
        ),
        Error::Internal => (
            "Sorry, there is a problem with Baton",
            vec![
                "The fault has been recorded. Try again; if it happens again, tell your academy lead or whoever runs Baton in your trust.".into(),
                format!("Quote this number: {}", request.id),
            ],
        ),
    }
}

/// The page that says what went wrong and what to do about it.
#[must_use]
pub fn error_page(error: &Error, request: &Request) -> Page {
    let (title, words) = what_went_wrong(error, request);
    let home = matches!(request.visitor, Visitor::Person(_));
    Page::new(title, move || {
        view! {
            <div class="nhsuk-grid-row">
                <div class="nhsuk-grid-column-two-thirds">
                    <h1 class="nhsuk-heading-l">{title}</h1>
                    {words.into_iter().map(|line| view! { <p>{line}</p> }).collect_view()}
                    <p>
                        {if home {
                            view! { <a href="/">"Go to your home page"</a> }
                        } else {
                            view! { <a href="/sign-in">"Sign in"</a> }
                        }}
                    </p>
                </div>
            </div>
        }
        .into_any()
    })
    .with_status(error.status())
}

/// What a form's acceptance is told as, on the page that it leads to. Only these words can stand in a
/// banner, whatever an address says; in braces, a number that the address gives by that name.
const DONE: &[(&str, &str)] = &[
    ("saved", "Your changes are saved."),
    ("on-it", "You are on it until then. Everybody at the QI academy sees it."),
    ("goes-on", "It is recorded that the project goes on."),
    ("asked", "This person is known to Baton already. They will be asked."),
    ("trust-accepted", "You belong to this trust now. You can change over to it at any time."),
    ("trust-declined", "Your answer is recorded. The trust sees that somebody else is meant."),
    ("reset", "Your password is set. Sign in with it."),
    ("welcome", "Your password is set, and you are signed in."),
    (
        "link-mailed",
        "If the address is of an account, a mail with a link is on its way. The link works for 10 minutes.",
    ),
    ("invited-by-mail", "The invitation is on its way by mail."),
    ("invited-people", "Invitations on their way by mail: {new}."),
    ("session-ended", "The session is ended."),
    ("sessions-ended", "Your other sessions are ended."),
    (
        "join-mailed",
        "If people with this address may join, a mail with a link is on its way. The link works for 24 hours.",
    ),
    ("domain", "The domain is saved."),
    ("code-renewed", "The joining code is renewed. The one before opens nothing any more."),
    ("joined-seen", "It is noted that you looked at who they are."),
    ("signed-out", "You are signed out. Close the window if others use this computer."),
    ("dates", "Your dates are saved. The QI academy sees what you said."),
    ("password", "Your password is changed. Your other sessions are ended."),
    ("draft", "Your draft is saved. Only you and the people you invite can see it."),
    ("draft-deleted", "The draft is deleted."),
    ("registered", "The project is registered."),
    ("status", "The project's status is changed."),
    ("invited", "The invitation is sent. They see it on their home page."),
    ("team", "The team is changed."),
    ("left", "You have left the team. What you contributed stays on record."),
    ("joining", "Your request to join is with the project's lead."),
    ("answered", "Your answer is recorded."),
    ("measure", "The measure is saved. Now record its first points."),
    ("recorded", "The measurement is recorded."),
    ("corrected", "The measurement is changed. Its history is kept."),
    ("cycle", "The cycle is saved."),
    ("task", "The task is saved."),
    ("task-done", "The task is done. You find it under the tasks that are done, where you can open it again."),
    ("update", "Your update is saved. Everybody who reads the project sees it."),
    ("link", "The link is saved."),
    ("progress-deleted", "It is deleted. You can put it back at the foot of this page."),
    ("put-back", "It is back."),
    ("handover-draft", "The handover is saved as a draft."),
    ("offered", "The handover is offered. It stands until both have answered."),
    ("withdrawn", "The offer is withdrawn. You still lead the project."),
    ("taken", "Your request has been sent to the supervisor or the QI academy."),
    ("bridged", "You lead the project until the day that you gave. The search for a permanent lead goes on."),
    ("leads-again", "You lead the project again."),
    ("looking", "The project goes on looking for a lead. You are asked again on the day that you gave."),
    ("supervisor-confirmed", "The supervisor is confirmed until the day that you gave."),
    ("supervises-alone", "Your colleague supervised it already, and nobody had to be asked."),
    ("passed-on", "Your colleague is asked. The supervision of each project goes on until they accept it."),
    ("linked", "The decision about the two projects is recorded."),
    ("unlinked", "The decision is undone."),
    ("retired", "It is retired. Everything that refers to it is kept."),
    ("restored", "It is in use again."),
    ("removed", "It is removed."),
    ("phase", "The phase is started. The chart has new lines from that day on."),
    ("phase-removed", "The phase is removed. Its points are read with those before it again."),
    ("priority", "The priority is saved."),
    ("confirmed", "It is confirmed with your name and today’s date."),
    ("board-offer", "{n} offered. Each is agreed once its next lead and its supervisor have accepted."),
    ("board-pool", "{n} put into the pool. Each lead goes on leading until their last day."),
    ("board-remind", "{n} reminded. The team sees it on their home pages."),
    ("board-pause", "{n} paused until then."),
    ("board-supervise", "{n} passed on. The supervision of each goes on until your colleague accepts it."),
    ("points", "{new} data points recorded."),
    ("batch-undone", "It is undone. Data points deleted: {void}. Data points left: {left}."),
    (
        "batch-undone-corrected",
        "It is undone. Data points deleted: {void}. Corrections taken back: {back}. Data points left: {left}.",
    ),
    (
        "batch-undone-partly",
        "It is undone. Data points deleted: {void}. Corrections taken back: {back}. Changed again since, and left as they are: {kept}. Data points left: {left}.",
    ),
    ("chart-changed", "The chart is changed. It is in the measure’s history."),
    ("chart-kept", "The chart stays as it is. It is in the measure’s history."),
    ("agreed", "Both have accepted. The handover is agreed."),
    ("handover-withdrawn", "The handover is withdrawn. What it said is kept."),
    ("handover-discarded", "The draft of the handover is discarded."),
    ("counted", "The count is closed and recorded. The chart has one point more."),
    ("discarded", "The count is discarded. No point was recorded."),
    ("drivers", "The driver diagram is changed."),
    ("driver-moved", "It is moved."),
    ("driver-removed", "It is out of the diagram. You can restore it at the foot of this page."),
    ("taken-in", "The list is taken in."),
    ("imported", "{new} data points imported, {corrected} corrected."),
];

/// The banner that says that a form was accepted.
fn done(request: &Request) -> AnyView {
    let Some((_, words)) = DONE.iter().find(|(code, _)| *code == request.query("done")) else {
        return ().into_any();
    };
    let mut words = (*words).to_owned();
    while let Some((before, rest)) = words.split_once('{')
        && let Some((name, after)) = rest.split_once('}')
    {
        let number: u32 = request.query(name).parse().unwrap_or_default();
        words = format!("{before}{number}{after}");
    }
    if let Some(rest) = words.strip_prefix("1 data points") {
        words = format!("1 data point{rest}");
    }
    view! {
        <div class="nhsuk-notification-banner nhsuk-notification-banner--success" role="alert" aria-labelledby="done-title" data-module="nhsuk-notification-banner">
            <div class="nhsuk-notification-banner__header">
                <h2 class="nhsuk-notification-banner__title" id="done-title">"Done"</h2>
            </div>
            <div class="nhsuk-notification-banner__content">
                <p class="nhsuk-notification-banner__heading">{words}</p>
            </div>
        </div>
    }
    .into_any()
}

/// So many characters of what was typed are given back at most: more than the longest form holds, less than a file.
const MOST_SHOWN: usize = 100_000;

/// What was wrong with a form that its page no longer has, because somebody was faster, and what was written in it.
fn refused(request: &Request) -> Option<AnyView> {
    let rejected = request.rejected.as_ref().filter(|_| !request.has_rejected_form.load(Ordering::Relaxed))?;
    let errors = rejected.errors.iter().map(|error| view! { <li>{error.message.clone()}</li> }).collect_view();
    let written = |(name, value): &&(String, String)| {
        let hidden = name.starts_with('_') || ["then", "version", "confirmed"].contains(&name.as_str());
        !hidden && !value.trim().is_empty() && uuid::Uuid::parse_str(value).is_err()
    };
    let mut room = MOST_SHOWN;
    let line = |(name, value): &(String, String)| {
        let line = format!("{}: {value}", name.replace(['_', '.', '[', ']'], " ").trim());
        let line: String = line.chars().take(room).collect();
        room -= line.chars().count();
        (!line.is_empty()).then(|| view! { <p class="baton-lines">{line}</p> })
    };
    let wrote: Vec<_> = rejected.typed.iter().filter(written).map_while(line).collect();
    let wrote = (!wrote.is_empty()).then(|| view! { <h3 class="nhsuk-heading-s">"What you wrote"</h3>{wrote} });
    Some(
        view! {
            <div class="nhsuk-error-summary" aria-labelledby="refused-title" role="alert" tabindex="-1" data-module="nhsuk-error-summary">
                <h2 class="nhsuk-error-summary__title" id="refused-title">"This was not saved"</h2>
                <div class="nhsuk-error-summary__body">
                    <ul class="nhsuk-list nhsuk-error-summary__list">{errors}</ul>
                    <p>"The page has changed since you opened it, and its form is gone."</p>
                    {wrote}
                </div>
            </div>
        }
        .into_any(),
    )
}

/// The header: the service's name, where one can go, and whose session it is.
fn header(request: &Request) -> AnyView {
    let here = request.path.split(['?', '#']).next().unwrap_or_default().to_owned();
    let item = |href: &'static str, label: &'static str| {
        let current = if href == "/" { here == "/" } else { here == href || here.starts_with(&format!("{href}/")) };
        view! {
            <li class=if current { "nhsuk-header__navigation-item nhsuk-header__navigation-item--current" } else { "nhsuk-header__navigation-item" }>
                <a class="nhsuk-header__navigation-link" href=href aria-current=current.then_some("page")>{label}</a>
            </li>
        }
        .into_any()
    };
    let mut links = Vec::new();
    if let Visitor::Person(person) = &request.visitor {
        links.push(item("/", "Home"));
        // The trust’s lists are for its people of today, and for whoever arrives soon.
        if person.reads_trust() {
            links.extend([item("/projects", "Projects"), item("/pool", "Pool"), item("/priorities", "Priorities")]);
        }
        if person.academy_lead {
            links.push(item("/changeover", "Changeover"));
            links.push(item("/look-alikes", "Possible duplicates"));
        }
        if person.academy_lead || person.administrator {
            links.push(item("/people", "People"));
            links.push(item("/departments", "Departments"));
        }
    }
    let account = request.visitor.account().ok().map(|person| account_links(person, !links.is_empty()));
    let banner = request.visitor.account().is_ok_and(|person| person.demonstration).then(demonstration_banner);
    let trust = request.visitor.person().ok().map(|person| trust_switch(request, person));
    // The page of the search has the form itself.
    let searches = request.visitor.person().is_ok_and(Person::reads_trust) && here != "/search";
    let search = searches.then(search);
    let navigation = request.visitor.person().ok().map(|person| {
        view! {
            <nav class="nhsuk-header__navigation" aria-label="Menu">
                <div class="nhsuk-header__navigation-container nhsuk-width-container">
                    <ul class="nhsuk-header__navigation-list">{links}{account_in_menu(person)}</ul>
                </div>
            </nav>
        }
    });
    view! {
        {banner}
        <header class="nhsuk-header baton-header" role="banner">
            <div class="nhsuk-header__container nhsuk-width-container">
                <div class="nhsuk-header__service">
                    <a class="nhsuk-header__service-name" href="/">"Baton"</a>
                    {trust}
                </div>
                {search}
                {account}
            </div>
            {navigation}
        </header>
    }
    .into_any()
}

/// The search of what one's trust has; on a phone a line of its own.
fn search() -> AnyView {
    view! {
        <form class="baton-header__search" method="get" action="/search" role="search">
            <label class="nhsuk-u-visually-hidden" for="header-search">"Search projects, people, priorities"</label>
            <input class="baton-header__search-input" id="header-search" name="q" type="search" maxlength="200"
                placeholder="Projects, people, priorities" autocomplete="off" />
            <button class="baton-header__search-button" type="submit">"Search"</button>
        </form>
    }
    .into_any()
}

fn questions(person: &Person) -> Option<&'static str> {
    (person.questions > 0).then_some(if person.questions == 1 { "A trust asks for you" } else { "Trusts ask for you" })
}

/// Whose session it is, and what waits for them. `menu`: on a phone all but what waits is in the menu, which is shown
/// while the `details` here is open; it holds nothing itself, so that there is one menu for all screens.
fn account_links(person: &Person, menu: bool) -> AnyView {
    let class = if menu { "nhsuk-header__account-item baton-header__wide" } else { "nhsuk-header__account-item" };
    let asked = questions(person)
        .map(|words| view! { <li class=class><a class="nhsuk-header__account-link" href="/trusts">{words}</a></li> });
    let waiting = (person.asks > 0).then(|| {
        view! {
            <li class="nhsuk-header__account-item">
                <a class="nhsuk-header__account-link baton-header__waiting" href="/">{format!("{} waiting", person.asks)}</a>
            </li>
        }
    });
    let menu = menu.then(|| {
        let news = (person.questions > 0).then(|| format!(" ({})", person.questions));
        view! {
            <li class="nhsuk-header__account-item baton-header__narrow">
                <details class="baton-header__menu"><summary>"Menu"{news}</summary></details>
            </li>
        }
    });
    view! {
        <nav class="nhsuk-header__account" aria-label="Account">
            <ul class="nhsuk-header__account-list">
                {asked}
                {waiting}
                <li class=class>
                    <a class="nhsuk-header__account-link" href="/account">{person.name.clone()}</a>
                </li>
                <li class=class>
                    <a class="nhsuk-header__account-link" href="/sign-out">"Sign out"</a>
                </li>
                {menu}
            </ul>
        </nav>
    }
    .into_any()
}

/// The same at the end of a phone's menu.
fn account_in_menu(person: &Person) -> AnyView {
    let item = |href: &'static str, words: String| {
        view! {
            <li class="nhsuk-header__navigation-item baton-header__narrow">
                <a class="nhsuk-header__navigation-link" href=href>{words}</a>
            </li>
        }
    };
    let asked = questions(person).map(|words| item("/trusts", words.to_owned()));
    view! { {asked}{item("/account", person.name.clone())}{item("/sign-out", "Sign out".to_owned())} }.into_any()
}

/// The server function that goes on in another trust: the header knows it by its address only.
const CHOOSE_TRUST: &str = "/api/trusts/choose";

/// The trust that one works in, and the way to the others that one belongs to.
fn trust_switch(request: &Request, person: &Person) -> AnyView {
    if person.others.is_empty() {
        return view! { <span class="baton-header__trust">{person.trust_name.clone()}</span> }.into_any();
    }
    let others = person
        .others
        .iter()
        .map(|other| {
            let form = Form::named(request, CHOOSE_TRUST, &format!("header-{}", other.id));
            let fields = view! {
                {form.hidden("trust", other.id)}
                <button class="baton-header__switch-button" type="submit">{other.name.clone()}</button>
            }
            .into_any();
            view! { <li>{form.draw(fields)}</li> }
        })
        .collect_view();
    view! {
        <details class="baton-header__switch">
            <summary>{person.trust_name.clone()}<span class="nhsuk-u-visually-hidden">", change the trust"</span></summary>
            <ul>{others}</ul>
        </details>
    }
    .into_any()
}

/// Says on every page that nothing here is real.
fn demonstration_banner() -> AnyView {
    view! {
        <aside class="baton-demo-banner" aria-label="Demonstration">
            <div class="nhsuk-width-container">
                <strong>"Demonstration."</strong>
                " Everything in it is invented."
            </div>
        </aside>
    }
    .into_any()
}

/// The footer.
fn footer() -> AnyView {
    view! {
        <footer class="nhsuk-footer" role="contentinfo">
            <div class="nhsuk-width-container">
                <ul class="nhsuk-footer__list">
                    <li class="nhsuk-footer__list-item"><a class="nhsuk-footer__list-item-link" href="/about">"About Baton"</a></li>
                    <li class="nhsuk-footer__list-item"><a class="nhsuk-footer__list-item-link" href="/glossary">"Glossary"</a></li>
                    <li class="nhsuk-footer__list-item"><a class="nhsuk-footer__list-item-link" href="/accessibility">"Accessibility"</a></li>
                    <li class="nhsuk-footer__list-item"><a class="nhsuk-footer__list-item-link" href="/privacy">"Privacy"</a></li>
                </ul>
                <p class="nhsuk-footer__copyright">"Never enter information about patients."</p>
            </div>
        </footer>
    }
    .into_any()
}

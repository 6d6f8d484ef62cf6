//! The HTML document around every page, the route table, and the pages of errors.

use std::future::Future;
use std::pin::Pin;

use leptos::config::LeptosOptions;
use leptos::nonce::use_nonce;
use leptos::prelude::*;

use crate::error::Error;
use crate::request::Request;
use crate::ui;
use crate::visitor::Visitor;
use crate::{cycles, drivers, duplicates, handover, measures, people, portfolio, priorities, projects};

/// What a route answers with.
pub enum Reply {
    /// A page.
    Page(Page),
    /// A file to keep.
    File {
        /// The name under which it is saved.
        name: String,
        /// Its media type.
        kind: &'static str,
        /// Its content.
        body: Vec<u8>,
    },
    /// Another address.
    Redirect(String),
}

impl From<Page> for Reply {
    fn from(page: Page) -> Self {
        Self::Page(page)
    }
}

/// A page that has everything it needs from the store: what is left is to draw it.
pub struct Page {
    title: String,
    status: u16,
    islands: bool,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Page {
    /// A page; `view` draws what stands in `<main>`.
    pub fn new(title: impl Into<String>, view: impl FnOnce() -> AnyView + Send + 'static) -> Self {
        Self { title: title.into(), status: 200, islands: false, view: Box::new(view) }
    }

    /// Loads the WASM: only for a page with an island on it.
    #[must_use]
    pub fn with_islands(mut self) -> Self {
        self.islands = true;
        self
    }

    /// Answers with another status than 200.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }
}

type Answer = Pin<Box<dyn Future<Output = Result<Reply, Error>> + Send>>;

/// One address and the function that answers it.
#[derive(Clone, Copy)]
pub struct Route {
    /// The path, with `{name}` for what varies.
    pub path: &'static str,
    /// Answers a request for it.
    pub answer: fn(Request) -> Answer,
}

/// A [`Route`] from a path and an `async fn(Request) -> Result<impl Into<Reply>, Error>`.
#[macro_export]
macro_rules! route {
    ($path:literal, $page:path) => {
        $crate::shell::Route {
            path: $path,
            answer: |request| Box::pin(async move { Ok($crate::shell::Reply::from($page(request).await?)) }),
        }
    };
}

/// Every page and download, slice by slice.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        portfolio::pages::routes(),
        people::pages::routes(),
        priorities::pages::routes(),
        projects::pages::routes(),
        measures::pages::routes(),
        measures::tally::pages::routes(),
        measures::import::pages::routes(),
        measures::reading::pages::routes(),
        measures::board::routes(),
        cycles::pages::routes(),
        drivers::pages::routes(),
        handover::pages::routes(),
        duplicates::pages::routes(),
    ]
    .concat()
}

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
    let wrong = request.rejected.as_ref().is_some_and(|rejected| !rejected.errors.is_empty());
    let title = ui::escaped(&format!("{}{title} – Baton", if wrong { "Error: " } else { "" }));
    let assets = site.assets.clone();
    let options = LeptosOptions::builder().output_name("baton").site_pkg_dir("pkg").build();
    let scripts = (islands && site.islands).then({
        let root = assets.clone();
        move || view! { <HydrationScripts options islands=true root /> }
    });
    let module = format!("import {{ initAll }} from '{assets}/nhsuk-frontend.min.js'; initAll();");
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
                {ui::header(request)}
                <div class="nhsuk-width-container">
                    <main class="nhsuk-main-wrapper" id="maincontent">{ui::done(request)} {view()}</main>
                </div>
                {ui::footer()}
                <script type="module" nonce=nonce inner_html=module />
            </body>
        </html>
    }
    .into_any()
}

/// The page that says what went wrong and what to do about it.
#[must_use]
pub fn error_page(error: &Error, request: &Request) -> Page {
    let (title, words): (&str, Vec<String>) = match error {
        Error::NotFound => (
            "Page not found",
            vec![
                "If you typed the address, check that it is correct. If you followed a link, what it led to may have been a draft that was deleted, or belongs to another trust.".into(),
            ],
        ),
        Error::Forbidden | Error::SignIn => (
            "You cannot do this",
            vec![
                "Your place in this trust or in this project does not allow it.".into(),
                "The project's lead, its supervisor or the academy lead can do it or can give you a place in the team.".into(),
            ],
        ),
        Error::Invalid(errors) => ("There is a problem", errors.iter().map(|e| e.message.clone()).collect()),
        Error::Changed => (
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
        Error::Fault => (
            "Sorry, there is a problem with Baton",
            vec![
                "The fault has been recorded. Try again; if it happens again, tell your academy lead or whoever runs Baton in your trust.".into(),
                format!("Quote this number: {}", request.id),
            ],
        ),
    };
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

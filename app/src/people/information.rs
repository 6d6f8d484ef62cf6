//! What Baton is, how accessible it is and what it keeps: pages that need no sign-in.

use leptos::prelude::*;

use crate::error::Error;
use crate::route;
use crate::web::glossary::GLOSSARY;
use crate::web::page::{Page, Route};
use crate::web::request::Request;
use crate::web::ui;

/// The pages about Baton itself.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/about", about),
        route!("/accessibility", accessibility),
        route!("/privacy", privacy),
        route!("/glossary", glossary),
    ]
}

fn page(title: &'static str, body: AnyView) -> AnyView {
    view! {
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {ui::heading("", title)}
            {body}
        </div></div>
    }
    .into_any()
}

async fn about(request: Request) -> Result<Page, Error> {
    Ok(Page::new("About Baton", move || {
        let demonstration = request.demo.then(|| {
            view! { <div class="nhsuk-inset-text"><p>"This is a demonstration. The trust, its people and every number are invented; project titles and priorities follow published ones."</p></div> }
        });
        let body = view! {
            {demonstration}
            <p>"Baton is a registry of quality improvement projects for hospital trusts. Resident doctors register projects, link them to the trust's priorities, record measurements, and hand the projects over when they rotate. Academy leads keep effort from being duplicated and projects from being lost."</p>
            <h2 class="nhsuk-heading-m">"The promise"</h2>
            <p><strong>"No project is ever silently ownerless."</strong></p>
            <p>"At any moment every open project answers four questions on one screen:"</p>
            <ol class="nhsuk-list nhsuk-list--number">
                <li>"Who leads it now?"</li>
                <li>"Who supervises it, and stays when others rotate?"</li>
                <li>"When is the next measurement?"</li>
                <li>"What is the next step?"</li>
            </ol>
            <p>"A missing answer is shown to the people who can fix it."</p>
            <h2 class="nhsuk-heading-m">"How a project passes on"</h2>
            <p>"Twelve weeks before its lead's post ends, a project is due for handover. The lead offers it to a colleague or to the pool; the colleague and the supervisor accept. A project whose lead has left without handing over goes into the pool by itself. What each person contributed stays on record."</p>
            <h2 class="nhsuk-heading-m">"What is not for Baton"</h2>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li>"Information about patients: never enter any."</li>
                <li>"Research: it needs approval first. Ask your trust's research and development office."</li>
            </ul>
        };
        page("About Baton", body.into_any())
    }))
}

/// Whom to write to, as the operator said: an email address and the address of a page are links.
fn contact(said: &str) -> AnyView {
    let words = said.to_owned();
    if said.starts_with("https://") && !said.contains(char::is_whitespace) {
        return view! { <a href=said.to_owned()>{words}</a> }.into_any();
    }
    if said.contains('@') && !said.contains(char::is_whitespace) {
        return view! { <a href=format!("mailto:{said}")>{words}</a> }.into_any();
    }
    words.into_any()
}

async fn accessibility(request: Request) -> Result<Page, Error> {
    Ok(Page::new("Accessibility", move || {
        let whom = match &*request.contact {
            "" => view! { <p>"Contact your QI academy or whoever runs Baton in your trust."</p> }.into_any(),
            said => view! { <p>"Contact "{contact(said)}", or your QI academy."</p> }.into_any(),
        };
        let body = view! {
            <p>"Everybody in the trust should be able to use Baton. It is made to meet level AA of the Web Content Accessibility Guidelines (WCAG) 2.2."</p>
            <p>"You can:"</p>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li>"use every page and form with the keyboard alone, with a screen reader, and without JavaScript"</li>
                <li>"zoom to 400 % or use a narrow screen without losing anything"</li>
                <li>"use your own colours: charts, timelines and driver diagrams follow them"</li>
                <li>"read every chart in words and as a table as well: nothing depends on colour alone"</li>
                <li>"print every project, measure, team and handover summary"</li>
            </ul>
            <h2 class="nhsuk-heading-m">"What does not work yet"</h2>
            <p>"We know of these limits:"</p>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li>"Wide tables and large driver diagrams scroll sideways inside a frame of their own on narrow screens. The keyboard scrolls them too, and an outline below a diagram says the same in words."</li>
                <li>"The pictures that you download, of a chart or as a slide, hold no text that a screen reader can read. The page that they come from says the same in words."</li>
                <li>"Printed pages and PDF files made by your browser carry no headings for screen readers in some browsers. Share the page itself instead."</li>
                <li>"No independent audit has been made yet, and nobody who uses a screen reader every day has tried all of Baton."</li>
            </ul>
            <h2 class="nhsuk-heading-m">"If something does not work for you"</h2>
            {whom}
            <p>"Say what you were trying to do, and with which browser or aid. Ask for the same information in another form if you need it."</p>
            <h2 class="nhsuk-heading-m">"How to complain"</h2>
            <p>"If you are not happy with the answer, use your trust’s complaints procedure. The Equality and Human Rights Commission (EHRC) enforces the Public Sector Bodies (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018. If the trust’s reply does not settle it, contact the "<a href="https://www.equalityadvisoryservice.com/">"Equality Advisory and Support Service"</a>". In Northern Ireland, contact the "<a href="https://www.equalityni.org/">"Equality Commission for Northern Ireland"</a>"."</p>
            <h2 class="nhsuk-heading-m">"How it is tested"</h2>
            <p>"Automatic checks (axe, with its best-practice rules) run over every kind of page, at desktop and phone width, whenever Baton is changed. The journeys through it are tested with and without JavaScript, with forced colours, and on paper."</p>
        };
        page("Accessibility", body.into_any())
    }))
}

async fn glossary(_: Request) -> Result<Page, Error> {
    Ok(Page::new("Glossary", || {
        let terms = GLOSSARY
            .iter()
            .map(|term| {
                let example =
                    (!term.example.is_empty()).then(|| view! { <p><strong>"For example: "</strong>{term.example}</p> });
                view! {
                    <h2 class="nhsuk-heading-s nhsuk-u-margin-bottom-1" id=term.id>{term.name}</h2>
                    <p>{term.meaning}</p>
                    {example}
                }
            })
            .collect_view();
        let body = view! {
            <p>"The words of improvement, as Baton uses them."</p>
            {terms}
        };
        page("Glossary", body.into_any())
    }))
}

async fn privacy(_: Request) -> Result<Page, Error> {
    Ok(Page::new("Privacy", || {
        let body = view! {
            <p>"Baton holds information about improvement projects and the staff who work on them. It holds none about patients: text that looks like an NHS number is refused."</p>
            <h2 class="nhsuk-heading-m">"What is kept about you"</h2>
            <ul class="nhsuk-list nhsuk-list--bullet">
                <li>"your name and your email addresses"</li>
                <li>"your posts in the trust: department, staff group, grade, dates and percentage of full time"</li>
                <li>"dates on which you are away from a post, never the reason"</li>
                <li>"your password, as a hash from which it cannot be read"</li>
                <li>"your part in projects, and what you wrote in them"</li>
                <li>"where you are signed in, in rough words, for as long as you are"</li>
                <li>"mail that Baton wrote to you, for 30 days, and what it mentioned"</li>
            </ul>
            <h2 class="nhsuk-heading-m">"Who sees it"</h2>
            <p>"Colleagues with a post in the same trust see its projects, who works on them and what was handed over. A draft is seen by its author and the people whom they invite. Academy leads and administrators of your trust see your posts, periods away and addresses. Administrators see the mail that Baton wrote to you about your trust, but never the link in it that lets you in. Your calendar is read by whoever has its address."</p>
            <h2 class="nhsuk-heading-m">"History"</h2>
            <p>"Every change of a project, and of who may do what, is kept with the time and the person who made it, so that credit and questions find the right person. The record cannot be altered. Details in it can be erased when the law asks."</p>
            <h2 class="nhsuk-heading-m">"Cookies"</h2>
            <p>"There are two cookies. One holds your session while you are signed in. The other lets Baton tell this browser from a stranger’s when your password is guessed at; it names nobody. There is no tracking, no advertising and no content from other sites."</p>
            <h2 class="nhsuk-heading-m">"Your rights"</h2>
            <p>"Your trust decides how long records are kept and answers requests about them. Ask its data protection officer."</p>
        };
        page("Privacy", body.into_any())
    }))
}

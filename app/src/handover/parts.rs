//! What other slices' pages show of handovers.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::model::{Answer, Party, State};
use super::store::{self, Answered, Listed};
use crate::access::OfferHandover;
use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;
use crate::request::Request;
use crate::ui;

/// A project's handovers, as its page shows them.
#[derive(Clone, Debug)]
pub struct Handovers {
    project: ProjectId,
    listed: Vec<Listed>,
    may_offer: bool,
    open: bool,
    today: NaiveDate,
}

impl Handovers {
    /// Loads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(conn: &mut Connection, project: ProjectId, request: &Request) -> Result<Self, Error> {
        let may_offer = request.may(conn, OfferHandover(project)).await?;
        let open = store::is_open(conn, project).await?;
        let listed = store::of_project(conn, project).await?;
        Ok(Self { project, listed, may_offer, open, today: request.today() })
    }

    /// Draws the section: every handover that is not a draft, and the next step for who may take it.
    #[must_use]
    pub fn view(self) -> AnyView {
        let Self { project, listed, may_offer, open, today } = self;
        let prepare = format!("/projects/{project}/handover");
        let live = listed
            .iter()
            .map(|handover| handover.state(today))
            .find(|state| matches!(state, State::Draft | State::Offered));
        let step = (may_offer && open)
            .then(|| match live {
                None => Some("Prepare a handover"),
                Some(State::Draft) => Some("Go on preparing the handover"),
                Some(_) => None,
            })
            .flatten()
            .map(|label| view! { <p><a href=prepare>{label}</a></p> });
        let rows: Vec<_> = listed.into_iter().filter(|handover| handover.state(today) != State::Draft).collect();
        let list = if rows.is_empty() {
            view! { <p>"This project has not been handed over yet. Each handover, with its pack and its answers, is kept here."</p> }
                .into_any()
        } else {
            let rows = rows.into_iter().map(|handover| row(handover, today)).collect_view();
            view! { <ul class="nhsuk-list baton-handovers">{rows}</ul> }.into_any()
        };
        view! {
            <section aria-labelledby="handovers">
                <h2 class="nhsuk-heading-m" id="handovers">"Handovers"</h2>
                {list}
                {step}
            </section>
        }
        .into_any()
    }
}

fn row(handover: Listed, today: NaiveDate) -> AnyView {
    let state = handover.state(today);
    let told = told(&handover);
    let answers = handover.answers.iter().map(|answer| view! { <li>{answered(answer)}</li> }).collect_view();
    view! {
        <li>
            <p>
                <a href=format!("/handovers/{}", handover.id)>{told}</a>" "
                {ui::tag(state.words(), state.colour())}
            </p>
            {(!handover.answers.is_empty()).then(|| view! { <ul class="nhsuk-list nhsuk-list--bullet">{answers}</ul> })}
        </li>
    }
    .into_any()
}

fn told(handover: &Listed) -> String {
    let from = handover.from.as_deref().unwrap_or("Nobody");
    let to = match (&handover.to, handover.to_pool) {
        (Some(name), _) => name.as_str(),
        (None, true) => "the pool",
        (None, false) => "somebody",
    };
    let on = handover.takes_effect_on.map(|date| format!(", {}", ui::day(date))).unwrap_or_default();
    format!("{from} to {to}{on}")
}

/// An answer in a sentence.
#[must_use]
pub fn answered(answer: &Answered) -> String {
    let verb = match answer.answer {
        Answer::Accepted => "accepted",
        Answer::Declined => "declined",
    };
    let part = match (answer.party, answer.for_anchor) {
        (Party::Successor, _) => "as the next lead",
        (Party::Anchor, false) => "as supervisor",
        (Party::Anchor, true) => "as academy lead, for the supervisor",
    };
    let day = ui::day(crate::clock::date_in_london(answer.at));
    let word = if answer.word.is_empty() { String::new() } else { format!(": “{}”", answer.word) };
    format!("{} {verb} {part} on {day}{word}", answer.name)
}

//! What other slices' pages show of handovers.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::model::{Answer, Party};
use super::store::{Answered, Listed};
use crate::batch::Answers;
use crate::error::Error;
use crate::web::ui;

/// A project's handovers, as its page shows them.
#[derive(Clone, Debug)]
pub struct Handovers {
    listed: Vec<Listed>,
    today: NaiveDate,
}

impl Handovers {
    /// Takes the answer to [`super::store::OF_PROJECT`].
    ///
    /// # Errors
    /// When it is not one.
    pub fn take(answers: &mut Answers, today: NaiveDate) -> Result<Self, Error> {
        Ok(Self { listed: answers.all()?, today })
    }

    /// Whether there is nothing to draw yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// Draws the section: every handover that was offered, newest first.
    #[must_use]
    pub fn view(self) -> AnyView {
        let Self { listed, today } = self;
        let body = if listed.is_empty() {
            ui::empty("Each handover of this project will be kept here, with its pack and its answers.", None)
        } else {
            let rows = listed.into_iter().map(|handover| row(handover, today)).collect_view();
            view! { <ul class="nhsuk-list">{rows}</ul> }.into_any()
        };
        view! {
            <section aria-labelledby="handovers">
                <h2 class="nhsuk-heading-m" id="handovers">"Handovers"</h2>
                {body}
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
                {ui::tag(state.label(), state.colour())}
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
    let on = handover.takes_effect_on.map(|date| format!(", {}", crate::format::date(date))).unwrap_or_default();
    format!("{from} to {to}{on}")
}

/// An answer in a sentence.
#[must_use]
pub fn answered(answer: &Answered) -> String {
    let verb = match answer.answer {
        Answer::Accepted => "accepted",
        Answer::Declined => "declined",
    };
    let part = match (answer.party, answer.for_supervisor) {
        (Party::Successor, _) => "as the next lead",
        (Party::Supervisor, false) => "as supervisor",
        (Party::Supervisor, true) => "as academy lead, for the supervisor",
    };
    let day = crate::format::date(crate::clock::date_in_london(answer.at));
    let word = if answer.word.is_empty() { String::new() } else { format!(": “{}”", answer.word) };
    format!("{} {verb} {part} on {day}{word}", answer.name)
}

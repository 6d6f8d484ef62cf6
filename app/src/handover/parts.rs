//! What other slices' pages show of handovers.

use chrono::{Days, NaiveDate};
use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::api::{KeepLookingForLead, LeadProjectAgain, LeadUntil};
use super::model::{Answer, Party, State};
use super::store::{self, Answered, LeftBehind, Listed};
use crate::access::{Action, Relationship, may};
use crate::batch::Answers;
use crate::continuity::asks::model::{LONGEST_BRIDGE, LONGEST_LOOK};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{PersonId, ProjectId};
use crate::web::request::Request;
use crate::web::ui::{self, Form, Part};

/// So many stand on a project's overview, with the way to all of them.
const FOLDED: usize = 5;

/// A project's handovers, as its page shows them.
#[derive(Clone, Debug)]
pub struct Handovers {
    listed: Vec<Listed>,
    left: Option<LeftBehind>,
}

impl Handovers {
    /// Takes the answers to [`super::store::OF_PROJECT`] and [`super::store::LEFT_BEHIND`].
    ///
    /// # Errors
    /// When they are not these.
    pub fn take(answers: &mut Answers) -> Result<Self, Error> {
        Ok(Self { listed: answers.all()?, left: answers.all()?.pop() })
    }

    /// Loads them: two queries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(
        conn: &mut Connection,
        project: ProjectId,
        today: NaiveDate,
        reader: PersonId,
    ) -> Result<Self, Error> {
        let listed = store::of_project(conn, project, today).await?;
        Ok(Self { listed, left: store::left_behind(conn, project, today, reader).await? })
    }

    /// Whether there is nothing to draw yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty() && self.left.is_none()
    }

    /// How many were offered.
    #[must_use]
    pub fn count(&self) -> usize {
        self.listed.len()
    }

    /// Whether somebody has asked to take the project on and waits for an answer.
    #[must_use]
    pub fn is_asked_for(&self) -> bool {
        self.listed.iter().any(|one| one.to_pool && one.to.is_some() && one.state() == State::Offered)
    }

    /// Draws them, to be opened on demand; nothing where there are none.
    #[must_use]
    pub fn folded(self, project: ProjectId) -> AnyView {
        if self.is_empty() {
            return ().into_any();
        }
        let (count, Self { mut listed, left }) = (self.count(), self);
        listed.truncate(FOLDED);
        let all = (count > FOLDED).then(|| {
            let href = format!("/projects/{project}/handovers");
            view! { <p><a href=href>{format!("All {count} handovers")}</a></p> }
        });
        let body = view! { {Self { listed, left }.draw()}{all} }.into_any();
        ui::folded_section("handovers", &format!("Handovers ({count})"), body)
    }

    /// Draws every handover that was offered, newest first, a page of them at a time under the address of their list.
    #[must_use]
    pub fn pages(self, request: &Request, path: &str) -> AnyView {
        let Part { rows, links, .. } = Part::of(request, path, "handovers", "Handovers so far", self.listed);
        view! { {Self { listed: rows, left: self.left }.draw()}{links} }.into_any()
    }

    fn draw(self) -> AnyView {
        let Self { listed, left } = self;
        let left = left.map(|left| {
            let words = format!("What {} wrote for the next lead before they left", left.author);
            view! { <p><a href=format!("/handovers/{}/pack", left.id)>{words}</a></p> }
        });
        let body = if listed.is_empty() {
            ui::empty("Each handover of this project will be kept here, with its pack and its answers.", None)
        } else {
            let rows = listed.into_iter().map(row).collect_view();
            view! { <ul class="nhsuk-list">{rows}</ul> }.into_any()
        };
        view! { {left}{body} }.into_any()
    }
}

fn row(handover: Listed) -> AnyView {
    let state = handover.state();
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

/// What whoever looks at a project that nobody leads can do so that somebody does, beside taking it on: lead it again,
/// lead it for now, or keep looking. Gives the summaries of what is wrong with the forms, and the forms.
#[must_use]
pub fn without_a_lead(request: &Request, project: ProjectId, relationship: Relationship) -> (AnyView, AnyView) {
    let today = request.today();
    let may = |action| may(action, relationship);
    let mut drawn = Vec::new();
    if may(Action::LeadAgain(project)) {
        let form = Form::new(request, LeadProjectAgain::PATH);
        let summary = form.summary();
        let fields = view! { {form.hidden("project", project)}{ui::submit("Lead it again")} }.into_any();
        let words = "You led this project before you were away, and nobody leads it now.";
        drawn.push((summary, view! { <p>{words}</p>{form.draw(fields)} }.into_any()));
    }
    if may(Action::Bridge(project)) {
        let form = Form::new(request, LeadUntil::PATH);
        let summary = form.summary();
        let last = crate::format::date(today + Days::new(LONGEST_BRIDGE.unsigned_abs()));
        let fields = view! {
            {form.hidden("project", project)}
            <p>"You lead it from today, without anybody’s yes, and the search for a permanent lead goes on. Where a handover is agreed, you lead until its eve."</p>
            {form.date("leads_until", "What is your last day?").hint(&format!("At the latest {last}.")).view()}
            {ui::submit("Lead it until then")}
        }
        .into_any();
        drawn.push((summary, ui::details("Lead it for now", form.draw(fields))));
    }
    let long = |since: NaiveDate| (today - since).num_days() >= LONGEST_LOOK;
    if may(Action::KeepLooking(project)) && relationship.unled_since.is_some_and(long) {
        let form = Form::new(request, KeepLookingForLead::PATH);
        let summary = form.summary();
        let last = crate::format::date(today + Days::new(LONGEST_LOOK.unsigned_abs()));
        let fields = view! {
            {form.hidden("project", project)}
            <p>"It stays in the pool, and nobody is reminded until then. You can also pause or close it under “Change status”, or offer it to a colleague under “Hand over”."</p>
            {form.date("looks_until", "Until when?").hint(&format!("At the latest {last}.")).view()}
            {ui::submit("Keep looking until then")}
        }
        .into_any();
        drawn.push((summary, ui::details("Keep looking for a lead", form.draw(fields))));
    }
    let (summaries, forms): (Vec<_>, Vec<_>) = drawn.into_iter().unzip();
    (summaries.collect_view().into_any(), forms.collect_view().into_any())
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
        (Party::Supervisor, true) => "for the QI academy, in the supervisor’s place",
    };
    let day = crate::format::date(crate::clock::date_in_london(answer.at));
    let word = if answer.word.is_empty() { String::new() } else { format!(": “{}”", answer.word) };
    format!("{} {verb} {part} on {day}{word}", answer.name)
}

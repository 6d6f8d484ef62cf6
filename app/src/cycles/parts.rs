//! What other slices' pages show of cycles.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::model::Decision;
use super::ramp::{self, Ramp};
use super::store::Cycle;
use super::timeline;
use crate::batch::Answers;
use crate::error::Error;
use crate::id::ProjectId;
use crate::web::ui;

/// The section of a project's page that lists its PDSA cycles.
#[derive(Clone, Debug)]
pub struct Cycles {
    project: ProjectId,
    today: NaiveDate,
    cycles: Vec<Cycle>,
}

impl Cycles {
    /// Takes the answer to [`super::store::OF_PROJECT`].
    ///
    /// # Errors
    /// When it is not one.
    pub fn take(answers: &mut Answers, project: ProjectId, today: NaiveDate) -> Result<Self, Error> {
        Ok(Self { project, today, cycles: answers.all()? })
    }

    /// Whether there is nothing to draw yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.cycles.is_empty()
    }

    /// Draws it; with the link that adds one, when the visitor may.
    #[must_use]
    pub fn view(self, may_write: bool) -> AnyView {
        let body = self.body(may_write);
        view! {
            <section aria-labelledby="cycles">
                <h2 class="nhsuk-heading-m" id="cycles">"PDSA cycles"</h2>
                {body}
            </section>
        }
        .into_any()
    }

    /// The same, to be opened on demand.
    #[must_use]
    pub fn folded(self, may_write: bool) -> AnyView {
        let number = self.cycles.len();
        let title = if number == 0 { "PDSA cycles: none yet".to_owned() } else { format!("PDSA cycles ({number})") };
        let body = self.body(may_write);
        ui::folded_section("cycles", &title, body)
    }

    fn body(self, may_write: bool) -> AnyView {
        let add = format!("/projects/{}/cycles/new", self.project);
        if self.cycles.is_empty() {
            let words = "The project’s tests of change will be here: what you asked and predicted, what you did, what you learnt and what you decided.";
            ui::empty(words, may_write.then_some((add.as_str(), "Plan the first cycle")))
        } else {
            let rows = self.cycles.iter().map(row).collect();
            let columns = vec![
                ui::numbers("Cycle"),
                ui::words("What was tested"),
                ui::words("From"),
                ui::words("Until"),
                ui::words("Decision"),
            ];
            let all = format!("/projects/{}/cycles", self.project);
            let more = may_write.then(|| view! { " · "<a href=add>"Plan another cycle"</a> });
            view! {
                {timeline(&ramp::ramps(&self.cycles), self.today)}
                {ui::table("PDSA cycles", columns, rows)}
                <p class="baton-no-print"><a href=all>"What each cycle taught"</a>{more}</p>
            }
            .into_any()
        }
    }
}

/// The timeline, wide and as a telephone shows it.
#[must_use]
pub fn timeline(ramps: &[Ramp<'_>], today: NaiveDate) -> AnyView {
    let wide = timeline::draw(ramps, today, 960.0, "cycles-wide");
    let narrow = timeline::draw(ramps, today, 290.0, "cycles-narrow");
    view! {
        <div class="baton-drawing">
            <div class="baton-only-wide" inner_html=wide />
            <div class="baton-only-narrow" inner_html=narrow />
        </div>
    }
    .into_any()
}

fn row(cycle: &Cycle) -> Vec<AnyView> {
    vec![
        cycle.number.to_string().into_any(),
        view! { <a href=format!("/cycles/{}", cycle.id)>{cycle.title.clone()}</a> }.into_any(),
        ui::time(cycle.starts_on),
        cycle.ends_on.map_or_else(|| "Under way".into_any(), ui::time),
        cycle.decision.map_or("Not yet", Decision::label).into_any(),
    ]
}

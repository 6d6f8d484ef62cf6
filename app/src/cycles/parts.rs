//! What other slices' pages show of cycles.

use leptos::prelude::*;

use super::store::{self, Cycle};
use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;
use crate::ui;

/// The section of a project's page that lists its PDSA cycles.
#[derive(Clone, Debug)]
pub struct Cycles {
    project: ProjectId,
    cycles: Vec<Cycle>,
}

impl Cycles {
    /// Loads them.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(conn: &mut Connection, project: ProjectId) -> Result<Self, Error> {
        Ok(Self { project, cycles: store::of_project(conn, project).await? })
    }

    /// Draws it; with the link that adds one, when the visitor may.
    #[must_use]
    pub fn view(self, may_write: bool) -> AnyView {
        let add = format!("/projects/{}/cycles/new", self.project);
        let body = if self.cycles.is_empty() {
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
            let more = may_write.then(|| view! { <p><a href=add>"Plan another cycle"</a></p> });
            view! { {ui::table("PDSA cycles", columns, rows)}{more} }.into_any()
        };
        view! {
            <section aria-labelledby="cycles">
                <h2 class="nhsuk-heading-m" id="cycles">"Tests of change"</h2>
                {body}
            </section>
        }
        .into_any()
    }
}

fn row(cycle: &Cycle) -> Vec<AnyView> {
    let decision = cycle.decision.map_or("Not yet", |decision| decision.words());
    vec![
        cycle.number.to_string().into_any(),
        view! { <a href=format!("/cycles/{}", cycle.id)>{cycle.title.clone()}</a> }.into_any(),
        ui::time(cycle.starts_on),
        cycle.ends_on.map_or_else(|| "Under way".into_any(), ui::time),
        decision.to_owned().into_any(),
    ]
}

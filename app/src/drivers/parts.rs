//! What other slices' pages show of a driver diagram.

use leptos::prelude::*;

use super::store::{Diagram, Driver};
use super::tree::{self, Node};
use crate::batch::Answers;
use crate::error::Error;
use crate::web::ui;

/// The section of a project's page that says what its aim depends on.
#[derive(Clone, Debug)]
pub struct Drivers {
    diagram: Diagram,
}

impl Drivers {
    /// Takes the answer to [`super::store::DIAGRAM`].
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such project.
    pub fn take(answers: &mut Answers) -> Result<Self, Error> {
        Ok(Self { diagram: answers.one()? })
    }

    /// Whether there is nothing to draw yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        tree::tree(&self.diagram.drivers).is_empty()
    }

    /// Draws it; with the first step, when the visitor may.
    #[must_use]
    pub fn view(self, may_draw: bool) -> AnyView {
        let body = self.body(may_draw);
        view! {
            <section aria-labelledby="drivers">
                <h2 class="nhsuk-heading-m" id="drivers">"Driver diagram"</h2>
                {body}
            </section>
        }
        .into_any()
    }

    /// The same, to be opened on demand.
    #[must_use]
    pub fn folded(self, may_draw: bool) -> AnyView {
        let title = if self.is_empty() { "Driver diagram: none yet" } else { "Driver diagram" };
        let body = self.body(may_draw);
        ui::folded_section("drivers", title, body)
    }

    fn body(self, may_draw: bool) -> AnyView {
        let href = format!("/projects/{}/drivers", self.diagram.project);
        let nodes = tree::tree(&self.diagram.drivers);
        if nodes.is_empty() {
            let words = "What the aim depends on will be here, and the ideas that the team could test.";
            ui::empty(words, may_draw.then_some((href.as_str(), "Draw the driver diagram")))
        } else {
            let items = nodes.iter().map(item).collect_view();
            view! {
                <p>"The aim depends on:"</p>
                <ul class="nhsuk-list nhsuk-list--bullet">{items}</ul>
                <p class="baton-no-print"><a href=href>"The driver diagram"</a></p>
            }
            .into_any()
        }
    }
}

fn item(node: &Node<'_>) -> AnyView {
    let ideas = node.ideas();
    let tested = ideas.iter().filter(|idea| !idea.cycles.is_empty()).count();
    let words = match (ideas.len(), tested) {
        (0, _) => "no change idea yet".to_owned(),
        (all, tested) => {
            format!(
                "{}, {tested} tested",
                crate::format::count(i64::try_from(all).unwrap_or(i64::MAX), "change idea", "change ideas")
            )
        }
    };
    view! { <li>{node.driver.text.clone()}" "<span class="nhsuk-u-secondary-text-colour">{format!("({words})")}</span></li> }
        .into_any()
}

/// The cycles that test a line and the measures that tell whether it moves, as links.
#[must_use]
pub fn linked(driver: &Driver) -> AnyView {
    let cycles = driver.cycles.iter().map(|cycle| {
        let decision = cycle.decision.map_or("under way", |decision| decision.label());
        let words = format!("Cycle {}: {}", cycle.number, cycle.title);
        view! { <li><a href=format!("/cycles/{}", cycle.id)>{words}</a>{format!(", {}", decision.to_lowercase())}</li> }
            .into_any()
    });
    let measures = driver.measures.iter().map(|measure| {
        view! { <li>"Measured by "<a href=format!("/measures/{}", measure.id)>{measure.name.clone()}</a></li> }
            .into_any()
    });
    let all: Vec<AnyView> = cycles.chain(measures).collect();
    if all.is_empty() { ().into_any() } else { view! { <ul class="baton-outline__linked">{all}</ul> }.into_any() }
}

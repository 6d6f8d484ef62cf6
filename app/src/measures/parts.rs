//! What other slices' pages show of measures.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::chart::{Heavy, Small, Time};
use super::model;
use super::series::{Measure, MeasureSeries};
use crate::error::Error;
use crate::id::{MeasureId, ProjectId};
use crate::web::request::Request;
use crate::web::ui;

/// The section of a project's page that shows its measures as small charts.
#[derive(Debug)]
pub struct Charts {
    project: ProjectId,
    today: NaiveDate,
    time: Option<Time>,
    drawn: Vec<Small>,
}

/// What tells these pictures apart from others of the same measures on a page.
const PLACE: &str = "small";

impl Charts {
    /// Draws the small charts of the measures in use; of a large one that nobody has looked at of late only where the
    /// page was asked to by the link that stands in its place.
    ///
    /// # Errors
    /// [`Error::Internal`] when a computation was given up.
    pub async fn draw(request: &Request, project: ProjectId, series: Vec<MeasureSeries>) -> Result<Self, Error> {
        let asked: Option<MeasureId> = request.query("draw").parse().ok();
        let drawn = Small::draw(request.visitor.id(), series, PLACE, Heavy::Asked(asked)).await?;
        Ok(Self { project, today: request.today(), time: None, drawn })
    }

    /// The same of a time only, with some points from before it.
    ///
    /// # Errors
    /// [`Error::Internal`] when a computation was given up.
    pub async fn draw_time(
        request: &Request,
        project: ProjectId,
        series: Vec<MeasureSeries>,
        time: Time,
    ) -> Result<Self, Error> {
        let drawn = Small::draw_time(request.visitor.id(), series, PLACE, time).await?;
        Ok(Self { project, today: request.today(), time: Some(time), drawn })
    }

    /// Whether there is nothing to draw yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.drawn.is_empty()
    }

    /// Draws it; with the links that record and define, when the visitor may.
    #[must_use]
    pub fn view(self, may_record: bool) -> AnyView {
        let Self { project, today, time, drawn } = self;
        let define = format!("/projects/{project}/measures/new");
        let body = if drawn.is_empty() {
            let words = "The project’s measures will be here, each with its run chart. Without one, nobody can tell whether the change is an improvement.";
            ui::empty(words, may_record.then_some((define.as_str(), "Define the first measure")))
        } else {
            let figures = drawn
                .iter()
                .map(|drawn| match time {
                    Some(_) => figure_of_time(drawn),
                    None => figure(drawn, today, may_record),
                })
                .collect_view();
            let more = may_record.then(|| view! { <a href=define>"Define a measure"</a> });
            let slide = view! {
                <a href=format!("/projects/{project}/slide.png") download="">"Slide (PNG)"</a>" "
                <a href=format!("/projects/{project}/slide")>"Slide to print"</a>
            };
            let more = view! { <p class="baton-actions">{more}" "{slide}</p> };
            view! { <div class="baton-charts">{figures}</div>{more} }.into_any()
        };
        view! {
            <section aria-labelledby="measures">
                <h2 class="nhsuk-heading-m" id="measures">"Measures"</h2>
                {time.map(|time| view! { <p>{ui::time(time.from)}" to "{ui::time(time.until)}", with the points just before"</p> })}
                {body}
            </section>
        }
        .into_any()
    }
}

fn figure(drawn: &Small, today: NaiveDate, may_record: bool) -> AnyView {
    let measure = &drawn.series.measure;
    let href = format!("/measures/{}", measure.id);
    let record = may_record.then(|| {
        view! { " "<a class="baton-act baton-no-print" href=format!("{href}#record")>"Record a point"<span class="nhsuk-u-visually-hidden">" of "{measure.name.clone()}</span></a> }
    });
    let said = if drawn.is_drawn() {
        drawn.said()
    } else {
        let asks = format!("/projects/{}?draw={}#measures", measure.project_id, measure.id);
        view! { <a class="baton-act baton-no-print" href=asks rel="nofollow">"Draw this chart"<span class="nhsuk-u-visually-hidden">" of "{measure.name.clone()}</span></a> }.into_any()
    };
    view! {
        <figure class="baton-chart baton-chart--small">
            <figcaption class="baton-chart__caption"><a href=href.clone()>{measure.name.clone()}</a></figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{said}</p>
            <p class="baton-chart__found baton-chart__due"><span>{due(measure, today)}</span>{record}</p>
        </figure>
    }
    .into_any()
}

fn figure_of_time(drawn: &Small) -> AnyView {
    let measure = &drawn.series.measure;
    view! {
        <figure class="baton-chart baton-chart--small">
            <figcaption class="baton-chart__caption"><a href=format!("/measures/{}", measure.id)>{measure.name.clone()}</a></figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{drawn.words()}</p>
        </figure>
    }
    .into_any()
}

/// When the next point is due, in a sentence.
#[must_use]
pub fn due(measure: &Measure, today: NaiveDate) -> AnyView {
    match measure.next_on() {
        Some(next) if next < today => view! {
            <strong class="nhsuk-tag nhsuk-tag--orange">"Overdue"</strong>
            " Next point was due on "{ui::time(next)}", "{ui::distance(next, today)}"."
        }
        .into_any(),
        Some(next) => view! { "Next point due on "{ui::time(next)}", "{ui::distance(next, today)}"." }.into_any(),
        None if measure.retired_on.is_some() => "No longer measured.".into_any(),
        None if !measure.running => "Nothing is due while the project is not under way.".into_any(),
        None => format!("{}.", model::frequency(measure.every_days)).into_any(),
    }
}

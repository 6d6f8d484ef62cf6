//! What other slices' pages show of measures.

use chrono::NaiveDate;
use leptos::prelude::*;

use super::chart::{self, Small, Time};
use super::model;
use super::series::Measure;
use super::store;
use crate::batch::Answers;
use crate::db::Connection;
use crate::error::Error;
use crate::id::ProjectId;
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
    /// Loads the series of every measure in use: one query.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Self, Error> {
        let series = store::load_series(conn, project).await?;
        Ok(Self { project, today, time: None, drawn: Small::draw(series, PLACE).await? })
    }

    /// The same of a time only, with some points from before it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn load_time(
        conn: &mut Connection,
        project: ProjectId,
        today: NaiveDate,
        time: Time,
    ) -> Result<Self, Error> {
        let series = store::load_series(conn, project).await?;
        Ok(Self { project, today, time: Some(time), drawn: Small::draw_time(series, PLACE, Some(time)).await? })
    }

    /// Takes the answer to [`store::SERIES`].
    ///
    /// # Errors
    /// When it is not one.
    pub async fn take(answers: &mut Answers, project: ProjectId, today: NaiveDate) -> Result<Self, Error> {
        Ok(Self { project, today, time: None, drawn: Small::draw(answers.all()?, PLACE).await? })
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
                    Some(time) => figure_of_time(drawn, time),
                    None => figure(drawn, today, may_record),
                })
                .collect_view();
            let board = format!("/projects/{project}/board");
            let more = may_record.then(|| view! { <a href=define>"Define another measure"</a> });
            let slide = view! {
                <a href=format!("/projects/{project}/slide.png") download="">"Download a slide (PNG)"</a>" "
                <a href=format!("/projects/{project}/slide")>"Slide to print"</a>
            };
            let more =
                view! { <p class="baton-actions">{more}<a href=board>"All measures in one table"</a>" "{slide}</p> };
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
    view! {
        <figure class="baton-chart baton-chart--small">
            <figcaption class="baton-chart__caption"><a href=href.clone()>{measure.name.clone()}</a></figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{chart::headline(&drawn.chart)}" "{spc::words::brief(&drawn.chart)}</p>
            <p class="baton-chart__found baton-chart__due"><span>{due(measure, today)}</span>{record}</p>
        </figure>
    }
    .into_any()
}

fn figure_of_time(drawn: &Small, time: Time) -> AnyView {
    let measure = &drawn.series.measure;
    view! {
        <figure class="baton-chart baton-chart--small">
            <figcaption class="baton-chart__caption"><a href=format!("/measures/{}", measure.id)>{measure.name.clone()}</a></figcaption>
            {drawn.view()}
            <p class="baton-chart__found">{spc::words::period(&drawn.chart, time.from)}</p>
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

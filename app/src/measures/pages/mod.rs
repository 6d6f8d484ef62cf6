//! The pages of measures: defining one, its chart with its points, recording points, one point, and files to
//! download.

mod batch;
mod define;
mod files;
mod measurement;
mod record;
mod show;
mod slide;

use crate::route;
use crate::web::page::Route;

/// The slice's pages.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        route!("/projects/{id}/measures/new", define::new_measure),
        route!("/measures/{id}", show::measure),
        route!("/measures/{id}/edit", define::edit_measure),
        route!("/measures/{id}/points", record::points),
        route!("/measures/{id}/chart.svg", files::chart_file),
        route!("/measures/{id}/chart.png", files::chart_picture),
        route!("/measures/{id}/points.csv", files::points_file),
        route!("/measures/{id}/slide", slide::measure_page),
        route!("/measures/{id}/slide.png", slide::measure_picture),
        route!("/projects/{id}/slide", slide::project_page),
        route!("/projects/{id}/slide.png", slide::project_picture),
        route!("/measurements/{id}", measurement::measurement),
        route!("/batches/{id}", batch::batch),
    ]
}

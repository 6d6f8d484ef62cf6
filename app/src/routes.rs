//! Every page and download, room by room.

use crate::web::page::Route;
use crate::{
    changeover, cycles, drivers, duplicates, evidence, handover, measures, notices, people, portfolio, priorities,
    progress, projects, team,
};

/// Every page and download, slice by slice.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        portfolio::pages::routes(),
        people::pages::routes(),
        priorities::pages::routes(),
        projects::pages::routes(),
        notices::pages::routes(),
        team::pages::routes(),
        progress::pages::routes(),
        measures::pages::routes(),
        measures::tally::pages::routes(),
        measures::import::pages::routes(),
        measures::chart_settings::pages::routes(),
        measures::board::routes(),
        cycles::pages::routes(),
        drivers::pages::routes(),
        handover::pages::routes(),
        duplicates::pages::routes(),
        changeover::pages::routes(),
        evidence::pages::routes(),
    ]
    .concat()
}

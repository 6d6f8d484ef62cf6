//! Drawn parts of projects that other slices' pages show.

use leptos::prelude::*;

use super::model::Status;
use crate::ui;

/// A project's status as a tag.
#[must_use]
pub fn status_tag(status: Status) -> AnyView {
    let colour = match status {
        Status::Draft => "white",
        Status::Active => "blue",
        Status::Paused => "yellow",
        Status::Sustaining => "green",
        Status::Closed => "grey",
    };
    ui::tag(status.words(), colour)
}

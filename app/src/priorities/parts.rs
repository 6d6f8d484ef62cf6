//! Drawn parts of priorities.

use chrono::NaiveDate;
use leptos::prelude::*;

use crate::web::ui;

/// From when until when a priority holds.
pub fn dates(starts_on: NaiveDate, ends_on: Option<NaiveDate>) -> AnyView {
    match ends_on {
        Some(end) => view! { {ui::time(starts_on)}" to "{ui::time(end)} }.into_any(),
        None => view! { "From "{ui::time(starts_on)} }.into_any(),
    }
}

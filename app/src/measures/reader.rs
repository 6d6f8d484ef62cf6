//! Reading a chart's points where they are, and copying its picture.
//!
//! The server draws all of it hidden; the browser shows it when it can work. Without scripts each point of the picture
//! has its words as a title, every point stands in the table, and the picture can be downloaded.

use islands::ChartReader;
use leptos::prelude::*;
use spc::{Chart, format, words};

/// Beyond so many points nobody reads them one by one.
const MOST_READ: usize = 400;

/// What lies over the picture of a chart: a slider along its points, one stop of the tab key, and the words of the point
/// that it stands on, or that is pointed at. The arrow keys move it, and each point is read aloud.
#[must_use]
pub fn along_points(chart: &Chart) -> Option<AnyView> {
    let count = chart.points.len();
    if !(2..=MOST_READ).contains(&count) {
        return None;
    }
    let points = (0..count).map(|place| view! { <li>{point(chart, place)}</li> }).collect_view();
    Some(
        view! {
            <input class="baton-reader__slider" id="reader" type="range" min="1" max=count value=count autocomplete="off"
                aria-label="Points of the chart" aria-valuetext=words::point(chart, count - 1) hidden />
            <div class="baton-reader__tip" hidden></div>
            <ol class="baton-reader__points" hidden>{points}</ol>
        }
        .into_any(),
    )
}

/// A point: its date, and what there is to say of it.
fn point(chart: &Chart, place: usize) -> AnyView {
    let Some(point) = chart.points.get(place) else { return ().into_any() };
    let when = format::moment(point.date, point.time);
    let said = words::point(chart, place).unwrap_or_default();
    let said = said.strip_prefix(&when).map(|rest| rest.trim_start_matches([',', ':', ' ']).to_owned()).unwrap_or(said);
    view! { <strong>{when}</strong>": "{said} }.into_any()
}

/// The button that copies the picture at an address, and what wakes all of this.
#[must_use]
pub fn reader(picture: String) -> AnyView {
    view! {
        <div class="baton-reader baton-no-print" hidden>
            <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small baton-reader__copy" type="button" data-picture=picture>
                "Copy the chart"
            </button>
            <span class="baton-reader__copied" role="status"></span>
            <ChartReader />
        </div>
    }
    .into_any()
}

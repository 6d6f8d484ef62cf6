//! Reading a chart's points one by one with the arrow keys, and copying its picture.
//!
//! The server draws all of it hidden; the browser shows it when it can work. Without scripts every
//! point stands in the table, and the picture can be downloaded.

use islands::ChartReader;
use leptos::prelude::*;

/// A slider along the points of a chart: one stop of the tab key. The point that it stands on is read
/// aloud, and marked in the picture. `points` are their words in the order of the chart, `picture` is
/// the address of what can be copied.
#[must_use]
pub fn reader(points: Vec<String>, picture: String) -> AnyView {
    let count = points.len();
    let slider = (count > 1).then(|| {
        let points = points.into_iter().map(|point| view! { <li>{point}</li> }).collect_view();
        view! {
            <label class="nhsuk-label nhsuk-label--s" for="reader">"Read the points one by one"</label>
            <input class="baton-reader__slider" id="reader" type="range" min="1" max=count value=count autocomplete="off"
                aria-valuetext=format!("Point {count} of {count}") />
            <output class="baton-reader__point" for="reader"></output>
            <ol class="baton-reader__points" hidden>{points}</ol>
        }
    });
    view! {
        <div class="baton-reader" hidden>
            {slider}
            <div class="baton-buttons-inline">
                <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small baton-reader__copy" type="button" data-picture=picture>
                    "Copy the chart"
                </button>
                <span class="baton-reader__copied" role="status"></span>
            </div>
            <ChartReader />
        </div>
    }
    .into_any()
}

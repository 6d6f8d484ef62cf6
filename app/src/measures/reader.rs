//! Reading a chart's points one by one with the arrow keys, and copying its picture.
//!
//! Without scripts nothing of it is drawn: every point stands in the table, and the picture can be
//! downloaded.

use leptos::prelude::*;

/// A slider along the points of a chart: one stop of the tab key. The point that it stands on is read
/// aloud, and marked in the picture.
#[island]
pub fn ChartReader(
    /// What each point is, in words, in the order of the chart.
    points: Vec<String>,
    /// The address of the picture that can be copied.
    picture: String,
) -> impl IntoView {
    let awake = RwSignal::new(false);
    let here = RwSignal::new(points.len());
    let told = RwSignal::new(String::new());
    let copied = RwSignal::new("");
    let count = points.len();
    let points = StoredValue::new(points);
    let picture = StoredValue::new(picture);
    Effect::new(move || awake.set(true));
    let go = move |to: usize| {
        mark(here.get_untracked(), false);
        mark(to, true);
        here.set(to);
        told.set(points.with_value(|points| points.get(to - 1).cloned().unwrap_or_default()));
    };
    let copy = move |_| copy(picture.get_value(), copied);
    move || {
        awake.get().then(|| {
            let slider = (count > 1).then(|| {
                view! {
                    <label class="nhsuk-label nhsuk-label--s" for="reader">"Read the points one by one"</label>
                    <input class="baton-reader__slider" id="reader" type="range" min="1" max=count value=count
                        aria-valuetext=move || format!("Point {} of {count}", here.get())
                        on:input=move |event| go(event_target_value(&event).parse().unwrap_or(count)) />
                    <output class="baton-reader__point" for="reader">{move || told.get()}</output>
                }
            });
            let copy = can_copy().then(|| {
                view! {
                    <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="button" on:click=copy>"Copy the chart"</button>
                    <span role="status">{move || copied.get()}</span>
                }
            });
            view! { <div class="baton-reader">{slider}<div class="baton-buttons-inline">{copy}</div></div> }
        })
    }
}

#[cfg(feature = "hydrate")]
use browser::{can_copy, copy, mark};

#[cfg(not(feature = "hydrate"))]
fn can_copy() -> bool {
    false
}

#[cfg(not(feature = "hydrate"))]
fn copy(_: String, _: RwSignal<&'static str>) {}

#[cfg(not(feature = "hydrate"))]
fn mark(_: usize, _: bool) {}

#[cfg(feature = "hydrate")]
mod browser {
    use js_sys::{Array, Function, Object, Reflect};
    use leptos::prelude::*;
    use wasm_bindgen::{JsCast as _, JsValue};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::Response;

    /// Marks a point, counted from 1, in both pictures of the chart; one that shows too many points to
    /// tell apart has no ids.
    pub(super) fn mark(point: usize, on: bool) {
        for picture in ["chart-wide", "chart-narrow"] {
            if let Some(mark) = document().get_element_by_id(&format!("{picture}-p{point}")) {
                // A picture that cannot be changed is no reason to stop reading.
                let _ = if on { mark.set_attribute("data-here", "") } else { mark.remove_attribute("data-here") };
            }
        }
    }

    fn clipboard() -> Option<(JsValue, Function)> {
        let window: JsValue = window().into();
        let navigator = Reflect::get(&window, &"navigator".into()).ok()?;
        let clipboard = Reflect::get(&navigator, &"clipboard".into()).ok().filter(JsValue::is_object)?;
        let item = Reflect::get(&window, &"ClipboardItem".into()).ok()?.dyn_into().ok()?;
        Some((clipboard, item))
    }

    /// Whether the browser puts pictures on its clipboard.
    pub(super) fn can_copy() -> bool {
        clipboard().is_some()
    }

    /// Puts the picture on the clipboard and says whether it is there.
    pub(super) fn copy(picture: String, told: RwSignal<&'static str>) {
        leptos::task::spawn_local(async move {
            told.set(match put(&picture).await {
                Some(()) => "Copied.",
                None => "The browser did not allow it. Download the chart instead.",
            });
        });
    }

    async fn put(picture: &str) -> Option<()> {
        let (clipboard, item) = clipboard()?;
        let answer: Response = JsFuture::from(window().fetch_with_str(picture)).await.ok()?.dyn_into().ok()?;
        let blob = JsFuture::from(answer.ok().then(|| answer.blob().ok())??).await.ok()?;
        let parts = Object::new();
        Reflect::set(&parts, &"image/png".into(), &blob).ok()?;
        let item = Reflect::construct(&item, &Array::of1(&parts)).ok()?;
        let write: Function = Reflect::get(&clipboard, &"write".into()).ok()?.dyn_into().ok()?;
        let written = write.call1(&clipboard, &Array::of1(&item)).ok()?;
        JsFuture::from(js_sys::Promise::from(written)).await.ok().map(|_| ())
    }
}

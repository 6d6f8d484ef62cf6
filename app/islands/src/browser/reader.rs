//! Following the slider of a chart's reader, and copying the chart's picture.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, Response};

fn find(what: &str) -> Option<Element> {
    document().query_selector(what).ok()?
}

/// Shows the reader and follows its slider and its button.
pub(crate) fn listen() {
    if let Some(reader) = find(".baton-reader") {
        let _ = reader.remove_attribute("hidden");
    }
    if clipboard().is_none()
        && let Some(button) = find(".baton-reader__copy")
    {
        button.remove();
    }
    window_event_listener_untyped("input", |event| {
        if event_target::<Element>(&event).id() == "reader" {
            go(&event_target_value(&event));
        }
    });
    window_event_listener_untyped("click", |event| {
        let target: Element = event_target(&event);
        if let Some(picture) =
            target.closest(".baton-reader__copy").ok().flatten().and_then(|button| button.get_attribute("data-picture"))
        {
            copy(picture);
        }
    });
}

/// Reads and marks a point, counted from 1. A picture with too many points to tell apart marks none.
fn go(point: &str) -> Option<()> {
    let points = find(".baton-reader__points")?.children();
    let at: u32 = point.parse().ok()?;
    find("output.baton-reader__point")?.set_text_content(points.item(at.checked_sub(1)?)?.text_content().as_deref());
    let told = format!("Point {at} of {}", points.length());
    // What cannot be changed is no reason to stop reading.
    let _ = find("#reader")?.set_attribute("aria-valuetext", &told);
    while let Some(before) = find(".spc-chart [data-here]") {
        before.remove_attribute("data-here").ok()?;
    }
    for picture in ["chart-wide", "chart-narrow"] {
        if let Some(mark) = document().get_element_by_id(&format!("{picture}-p{at}")) {
            let _ = mark.set_attribute("data-here", "");
        }
    }
    Some(())
}

fn clipboard() -> Option<(JsValue, Function)> {
    let window: JsValue = window().into();
    let navigator = Reflect::get(&window, &"navigator".into()).ok()?;
    let clipboard = Reflect::get(&navigator, &"clipboard".into()).ok().filter(JsValue::is_object)?;
    let item = Reflect::get(&window, &"ClipboardItem".into()).ok()?.dyn_into().ok()?;
    Some((clipboard, item))
}

/// Puts the picture on the clipboard and says whether it is there.
fn copy(picture: String) {
    spawn_local(async move {
        let told = match put(&picture).await {
            Some(()) => "Copied.",
            None => "The browser did not allow it. Download the chart instead.",
        };
        if let Some(status) = find(".baton-reader__copied") {
            status.set_text_content(Some(told));
        }
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

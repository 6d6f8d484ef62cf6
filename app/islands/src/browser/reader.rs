//! Saying what a point of a chart is where it is pointed at, and copying the chart's picture.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlElement, HtmlInputElement, KeyboardEvent, MouseEvent, Response};

fn find(what: &str) -> Option<Element> {
    document().query_selector(what).ok()?
}

fn find_all(what: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(what) else { return Vec::new() };
    (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok()).collect()
}

const STAGE: &str = ".baton-chart__drawing--read";
const SLIDER: &str = "reader";

/// Shows the reader, follows the pointer and the slider over the picture, and the button that copies it.
pub(crate) fn listen() {
    for hidden in [".baton-reader", "#reader"].into_iter().filter_map(find) {
        let _ = hidden.remove_attribute("hidden");
    }
    // What they say is said at once, and only once.
    find_all(&format!("{STAGE} .spc-point > title")).iter().for_each(Element::remove);
    if clipboard().is_none()
        && let Some(button) = find(".baton-reader__copy")
    {
        button.remove();
    }
    for moved in ["input", "focusin"] {
        window_event_listener_untyped(moved, |event| {
            if event_target::<Element>(&event).id() == SLIDER {
                go(&event_target_value(&event));
            }
        });
    }
    window_event_listener_untyped("focusout", |event| {
        if event_target::<Element>(&event).id() == SLIDER {
            leave();
        }
    });
    for pointed in ["pointermove", "pointerdown"] {
        window_event_listener_untyped(pointed, |event| {
            let inside = event.target().and_then(|target| target.dyn_into::<Element>().ok()?.closest(STAGE).ok()?);
            match (inside, event.dyn_ref::<MouseEvent>()) {
                (Some(_), Some(pointer)) => {
                    point_at(pointer);
                }
                (None, _) if !is_focused() => leave(),
                _ => {}
            }
        });
    }
    window_event_listener_untyped("keydown", |event| {
        if event.dyn_ref::<KeyboardEvent>().is_some_and(|key| key.key() == "Escape") {
            leave();
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

fn is_focused() -> bool {
    document().active_element().is_some_and(|element| element.id() == SLIDER)
}

/// The mark of a point, counted from 1, in the picture that is shown.
fn mark(at: &str) -> Option<Element> {
    let drawn = |picture: &&str| document().get_element_by_id(&format!("{picture}-p{at}"));
    ["chart-wide", "chart-narrow"].iter().filter_map(drawn).find(|mark| mark.get_bounding_client_rect().width() > 0.0)
}

/// Goes to the point that lies nearest to the pointer, if one is near.
fn point_at(pointer: &MouseEvent) -> Option<()> {
    const NEAR: f64 = 40.0;
    let (x, y) = (f64::from(pointer.client_x()), f64::from(pointer.client_y()));
    let mut nearest: Option<(f64, String)> = None;
    for mark in find_all(&format!("{STAGE} .spc-point[id]")) {
        let area = mark.get_bounding_client_rect();
        if area.width() == 0.0 {
            continue;
        }
        let away = (area.x() + area.width() / 2.0 - x).hypot(area.y() + area.height() / 2.0 - y);
        if away < NEAR && nearest.as_ref().is_none_or(|(least, _)| away < *least) {
            nearest = mark.id().rsplit_once("-p").map(|(_, at)| (away, at.to_owned())).or(nearest);
        }
    }
    let Some((_, at)) = nearest else {
        if !is_focused() {
            leave();
        }
        return None;
    };
    find("#reader")?.dyn_into::<HtmlInputElement>().ok()?.set_value(&at);
    go(&at)
}

/// Marks a point, counted from 1, and says beside it what it is. A picture with too many points to tell apart marks none.
fn go(point: &str) -> Option<()> {
    let points = find(".baton-reader__points")?.children();
    let at: u32 = point.parse().ok()?;
    let said = points.item(at.checked_sub(1)?)?;
    let _ = find("#reader")?.set_attribute("aria-valuetext", &said.text_content().unwrap_or_default());
    unmark();
    for picture in ["chart-wide", "chart-narrow"] {
        if let Some(mark) = document().get_element_by_id(&format!("{picture}-p{at}")) {
            let _ = mark.set_attribute("data-here", "");
        }
    }
    let tip: HtmlElement = find(".baton-reader__tip")?.dyn_into().ok()?;
    // What the server escaped stays escaped.
    tip.set_inner_html(&said.inner_html());
    let _ = tip.remove_attribute("hidden");
    place(&tip, mark(point).as_ref())
}

/// Puts the words above the point, or below where there is no room; inside the picture in any case.
fn place(tip: &HtmlElement, mark: Option<&Element>) -> Option<()> {
    let stage = find(STAGE)?.get_bounding_client_rect();
    let own = tip.get_bounding_client_rect();
    let (x, above, below) = match mark.map(Element::get_bounding_client_rect) {
        Some(mark) => (
            mark.x() + mark.width() / 2.0 - stage.x(),
            mark.y() - stage.y() - own.height() - 10.0,
            mark.bottom() - stage.y() + 10.0,
        ),
        None => (stage.width() / 2.0, 4.0, 4.0),
    };
    let left = (x - own.width() / 2.0).min(stage.width() - own.width() - 4.0).max(4.0);
    let top = if above >= 0.0 { above } else { below };
    tip.style().set_property("left", &format!("{left}px")).ok()?;
    tip.style().set_property("top", &format!("{top}px")).ok()
}

fn unmark() {
    for before in find_all(".spc-chart [data-here]") {
        let _ = before.remove_attribute("data-here");
    }
}

fn leave() {
    unmark();
    if let Some(tip) = find(".baton-reader__tip") {
        let _ = tip.set_attribute("hidden", "");
    }
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

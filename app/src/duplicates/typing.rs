//! Following somebody's typing in the browser. The request is made by hand: the client of server
//! functions would make the WASM half as large again.

use std::cell::RefCell;
use std::time::Duration;

use leptos::prelude::*;
use leptos::serde_json;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, Response};

use super::model::{ENOUGH_WORDS, Similar, useful_words};

/// A pause of this length in the typing is taken for a look.
const PAUSE: Duration = Duration::from_millis(400);

/// Looks again after every pause in the typing. An answer that a later look has overtaken is dropped.
pub(super) fn follow(field: String, found: RwSignal<Vec<Similar>>, asked: RwSignal<bool>) {
    let latest = StoredValue::new(0_u32);
    let look = RefCell::new(debounce(PAUSE, move |title: String| {
        latest.update_value(|number| *number += 1);
        let number = latest.get_value();
        if useful_words(&title).len() < ENOUGH_WORDS {
            found.set(Vec::new());
            asked.set(false);
            return;
        }
        leptos::task::spawn_local(async move {
            // What could not be found is no reason to disturb somebody who is typing.
            if let Some(projects) = ask(&title).await
                && latest.get_value() == number
            {
                found.set(projects);
                asked.set(true);
            }
        });
    }));
    window_event_listener_untyped("input", move |event| {
        if event_target::<Element>(&event).id() == field {
            look.borrow_mut()(event_target_value(&event));
        }
    });
}

async fn ask(title: &str) -> Option<Vec<Similar>> {
    let address = format!("/api/similar?title={}", String::from(js_sys::encode_uri_component(title)));
    let answer: Response = JsFuture::from(window().fetch_with_str(&address)).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(answer.ok().then(|| answer.text().ok())??).await.ok()?.as_string()?;
    serde_json::from_str(&text).ok()
}

//! Following somebody's typing in the browser. The request is made by hand: the client of server
//! functions would make the WASM half as large again.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, Response};

/// A pause of this length in the typing is taken for a look.
const PAUSE: Duration = Duration::from_millis(400);

fn find(what: &str) -> Option<Element> {
    document().query_selector(what).ok()?
}

/// Looks again after every pause in the typing. An answer that a later look has overtaken is dropped.
pub(crate) fn follow() {
    // Taken away rather than hidden: a hidden button would still answer the Enter key.
    if let Some(button) = find(".baton-similar__look") {
        button.remove();
    }
    let latest = Rc::new(Cell::new(0_u32));
    let waiting: RefCell<Option<TimeoutHandle>> = RefCell::default();
    window_event_listener_untyped("input", move |event| {
        if event_target::<Element>(&event).id() != "title" {
            return;
        }
        let title = event_target_value(&event);
        latest.set(latest.get() + 1);
        let (number, latest) = (latest.get(), Rc::clone(&latest));
        if let Some(earlier) = waiting.take() {
            earlier.clear();
        }
        let look = move || {
            spawn_local(async move {
                // What could not be found is no reason to disturb somebody who is typing.
                if let Some(found) = ask(&title).await
                    && latest.get() == number
                {
                    show(&found);
                }
            });
        };
        waiting.replace(set_timeout_with_handle(look, PAUSE).ok());
    });
}

/// Puts what the server drew into the section: the sentence is told, the list replaced.
fn show(found: &str) {
    let Ok(drawn) = document().create_element("div") else { return };
    drawn.set_inner_html(found);
    let parts = |what| Some((drawn.query_selector(what).ok()??, find(".baton-similar")?.query_selector(what).ok()??));
    if let Some((new, old)) = parts("p") {
        old.set_text_content(new.text_content().as_deref());
    }
    if let Some((new, old)) = parts("ul") {
        old.set_inner_html(&new.inner_html());
    }
}

/// What the server draws for a title.
async fn ask(title: &str) -> Option<String> {
    let address = format!("/api/similar?title={}", String::from(js_sys::encode_uri_component(title)));
    let answer: Response = JsFuture::from(window().fetch_with_str(&address)).await.ok()?.dyn_into().ok()?;
    let text = JsFuture::from(answer.ok().then(|| answer.text().ok())??).await.ok()?.as_string()?;
    js_sys::JSON::parse(&text).ok()?.as_string()
}

//! Who looks for a project or offers help, on other rooms' pages.

use leptos::prelude::*;

use super::model::Interest;
use super::store::Interested;
use crate::format::count;
use crate::web::ui;

/// Those who said one of these, folded; nothing where nobody did.
#[must_use]
pub fn who(interested: &[Interested], kinds: &[Interest]) -> AnyView {
    let here: Vec<&Interested> = interested.iter().filter(|one| kinds.contains(&one.kind)).collect();
    if here.is_empty() {
        return ().into_any();
    }
    let people = i64::try_from(here.len()).unwrap_or(i64::MAX);
    let summary = if kinds == [Interest::Project] {
        format!("{} for a project", count(people, "person is looking", "people are looking"))
    } else {
        format!("{} to help", count(people, "person offers", "people offer"))
    };
    let lines = here
        .into_iter()
        .map(|one| {
            let place = one.department.as_ref().map(|name| format!(", in {name}")).unwrap_or_default();
            let note = Some(format!(": {}", one.note)).filter(|_| !one.note.is_empty()).unwrap_or_default();
            let words = format!("{} ({}), {}{place}, until ", one.name, one.post, one.kind.of_others());
            view! { <li>{words}{ui::time(one.until_on)}{note}</li> }
        })
        .collect_view();
    ui::details(&summary, view! { <ul class="nhsuk-list nhsuk-list--bullet">{lines}</ul> }.into_any())
}

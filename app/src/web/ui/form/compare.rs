//! Both versions of what a form changes, when somebody else was faster.

use leptos::prelude::*;

use super::{Drawn, Form, of};
use crate::web::form::Rejected;

impl Form {
    /// Both versions, where they differ; nothing when nobody else was faster.
    pub(super) fn compare(&self) -> AnyView {
        let Some(rejected) = self.rejected.as_ref().filter(|rejected| rejected.changed) else { return ().into_any() };
        let rows: Vec<AnyView> =
            self.drawn.borrow().iter().filter_map(|drawn| self.compared(drawn, rejected)).collect();
        if rows.is_empty() {
            return view! {
                <div class="nhsuk-inset-text">
                    <p>"It was saved by somebody else in the meantime. What you filled in is the same as what is stored now: nothing is left to save, unless you change it."</p>
                </div>
            }
            .into_any();
        }
        view! {
            <div class="baton-compare">
                <table class="nhsuk-table">
                    <caption class="nhsuk-table__caption">"Both versions, where they differ"</caption>
                    <thead class="nhsuk-table__head">
                        <tr>
                            <th scope="col" class="nhsuk-table__header">"What"</th>
                            <th scope="col" class="nhsuk-table__header">"Stored now"</th>
                            <th scope="col" class="nhsuk-table__header">"Yours"</th>
                        </tr>
                    </thead>
                    <tbody class="nhsuk-table__body">{rows}</tbody>
                </table>
                <p>
                    "The form below holds your version. Save it to replace what is stored, change it first, or "
                    <a href=self.page.clone()>"keep what is stored now"</a>"."
                </p>
            </div>
        }
        .into_any()
    }

    /// A field's row, when its versions differ.
    fn compared(&self, drawn: &Drawn, rejected: &Rejected) -> Option<AnyView> {
        let theirs = drawn.read(|name| self.stored(name));
        let yours = drawn.read(|name| of(&rejected.typed, name));
        let shown = |text: String| if text.trim().is_empty() { "Nothing".to_owned() } else { text };
        (theirs.trim() != yours.trim()).then(|| {
            view! {
                <tr class="nhsuk-table__row">
                    <th scope="row" class="nhsuk-table__header">{drawn.label.clone()}</th>
                    <td class="nhsuk-table__cell baton-lines">{shown(theirs)}</td>
                    <td class="nhsuk-table__cell baton-lines">{shown(yours)}</td>
                </tr>
            }
            .into_any()
        })
    }
}

impl Drawn {
    /// What one version says in this field, as people read it: a date in its three parts, choices by their labels.
    fn read(&self, values: impl Fn(&str) -> Vec<String>) -> String {
        let Self { name, options, .. } = self;
        let date = [values(&format!("{name}.day")), values(&format!("{name}.month")), values(&format!("{name}.year"))]
            .concat()
            .join(" ");
        if !date.trim().is_empty() {
            return date;
        }
        values(name)
            .into_iter()
            .map(|value| options.iter().find(|(key, _)| *key == value).map_or(value, |(_, label)| label.clone()))
            .collect::<Vec<_>>()
            .join(", ")
    }
}

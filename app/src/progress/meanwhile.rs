//! The change of a task, an update or a link that somebody deleted meanwhile.

use leptos::prelude::*;

use super::parts::frame;
use crate::error::Error;
use crate::project::store::ProjectSummary;
use crate::web::request::Request;
use crate::web::ui::Form;

/// What somebody typed into the form that changes what was deleted meanwhile.
pub(super) struct Typed(Form);

impl Typed {
    /// What the first of these forms held that was rejected; of the last, it was then sent to be saved anew.
    pub(super) fn of(request: &Request, actions: [&'static str; 2]) -> Result<Self, Error> {
        let rejected = actions.into_iter().map(|action| Form::new(request, action)).find(Form::is_rejected);
        rejected.map(Self).ok_or(Error::NotFound)
    }

    /// The form that saves it anew, with these fields as they were typed.
    pub(super) fn again(&self, request: &Request, action: &'static str, fields: &[&str]) -> Form {
        fields.iter().fold(Form::new(request, action), |form, field| form.with(field, self.0.value(field)))
    }
}

/// The page of what was deleted while somebody changed it: nothing that they typed is lost.
pub(super) fn deleted_meanwhile(
    request: &Request,
    project: &ProjectSummary,
    form: Form,
    what: &'static str,
    fields: AnyView,
) -> AnyView {
    let words = format!(
        "Somebody deleted this {what} while you were changing it, so your change was not saved. What you typed is below."
    );
    let summary = if form.is_rejected() {
        form.summary()
    } else {
        view! {
            <div class="nhsuk-error-summary" aria-labelledby="deleted-meanwhile" role="alert" tabindex="-1">
                <h2 class="nhsuk-error-summary__title" id="deleted-meanwhile">"There is a problem"</h2>
                <div class="nhsuk-error-summary__body"><p>{words.clone()}</p></div>
            </div>
        }
        .into_any()
    };
    let said = form.is_rejected().then(|| view! { <p>{words}</p> });
    let body = view! {
        <div class="nhsuk-grid-row"><div class="nhsuk-grid-column-two-thirds">
            {said}
            <p>{format!("Save it as a new {what}, or cancel. The one that was deleted stands at the foot of the list, and can be put back.")}</p>
            {form.draw(fields)}
        </div></div>
    }
    .into_any();
    frame(request, project, &format!("This {what} was deleted"), summary, body)
}

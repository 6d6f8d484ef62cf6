//! What a form does to projects, shown above its button before it is done.

use leptos::prelude::*;

use super::{Form, of};
use crate::error::Unconfirmed;
use crate::web::confirm::CONFIRMED;

impl Form {
    fn unconfirmed(&self) -> Option<&Unconfirmed> {
        self.rejected.as_ref()?.unconfirmed.as_ref()
    }

    /// What the form does to projects, when that is to be seen before it is done: stands above the button.
    #[must_use]
    pub fn effects(&self) -> AnyView {
        let Some(seen) = self.unconfirmed() else { return self.seen_before() };
        let lines = seen
            .lines
            .iter()
            .map(|line| {
                let text = match &line.link {
                    Some(link) => view! { <a href=link.clone()>{line.text.clone()}</a> }.into_any(),
                    None => line.text.clone().into_any(),
                };
                let mend = line.mend.as_ref().map(|(to, label)| {
                    let of = view! { <span class="nhsuk-u-visually-hidden">{format!(": {}", line.text)}</span> };
                    view! { ". "<a href=to.clone()>{label.clone()}{of}</a> }
                });
                view! { <li>{text}{mend}</li> }
            })
            .collect_view();
        view! {
            <div class="nhsuk-inset-text" id=self.id(CONFIRMED)>
                <h2 class="nhsuk-heading-s">{if seen.doubt { "Is this right?" } else { "What this changes" }}</h2>
                <ul class="nhsuk-list nhsuk-list--bullet">{lines}</ul>
                <p>"Nothing is saved yet. Confirm it, or change what you entered."</p>
                {self.hidden(CONFIRMED, &seen.digest)}
            </div>
        }
        .into_any()
    }

    /// What was confirmed in a form that came back for another reason, because somebody else was faster, or a field was
    /// wrong: it is asked again only where the effects are others by then.
    fn seen_before(&self) -> AnyView {
        let confirmed = self.rejected.as_ref().map_or_else(Vec::new, |rejected| of(&rejected.typed, CONFIRMED));
        let confirmed = confirmed.into_iter().find(|digest| !digest.is_empty());
        confirmed.map(|digest| self.hidden(CONFIRMED, digest)).into_any()
    }

    /// The words of the button: what it does, or that this is confirmed.
    #[must_use]
    pub fn doing(&self, label: &str) -> String {
        if self.unconfirmed().is_some() { format!("Confirm: {}", lower(label)) } else { label.to_owned() }
    }

    /// Says above the page's heading that nothing is saved before it is confirmed.
    pub(super) fn not_saved_yet(&self) -> AnyView {
        let Some(seen) = self.unconfirmed() else { return ().into_any() };
        let what = if seen.doubt { "Check what you entered" } else { "See what this changes" };
        view! {
            <div class="nhsuk-notification-banner" role="alert" aria-labelledby="unconfirmed-title" data-module="nhsuk-notification-banner">
                <div class="nhsuk-notification-banner__header">
                    <h2 class="nhsuk-notification-banner__title" id="unconfirmed-title">"Not saved yet"</h2>
                </div>
                <div class="nhsuk-notification-banner__content">
                    <p class="nhsuk-notification-banner__heading">
                        <a class="nhsuk-notification-banner__link" href=format!("#{}", self.id(CONFIRMED))>{what}</a>
                        ", then confirm it."
                    </p>
                </div>
            </div>
        }
        .into_any()
    }
}

/// The words as they stand within a sentence.
fn lower(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::lower;

    #[test]
    fn a_label_goes_on_in_small_letters_within_a_sentence() {
        assert_eq!(lower("End the post"), "end the post");
        assert_eq!(lower(""), "");
    }
}

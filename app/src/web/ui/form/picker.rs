//! A field in which somebody is chosen of more people than a list can hold: who is likely to be meant, and a search by
//! name. Without JavaScript too: its button, or the Enter key, brings the form back as it was filled in, with whom it
//! found.

use leptos::prelude::*;

use super::{Drawn, Form, id_of, of};
use crate::web::form::{FIND, LOOKED, SOUGHT};
use crate::web::request::Request;

/// The most letters of a name that is looked for.
const LONGEST_NAME: u8 = 80;

/// One of those to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pick {
    pub value: String,
    pub label: String,
    /// What tells them from others of the same name.
    pub hint: String,
}

impl Pick {
    #[must_use]
    pub fn new(value: impl ToString, label: &str, hint: &str) -> Self {
        Self { value: value.to_string(), label: label.to_owned(), hint: hint.to_owned() }
    }
}

/// Whom a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The first of them.
    pub picks: Vec<Pick>,
    /// How many they are.
    pub total: usize,
    /// Who has that name and cannot be chosen, and why: a sentence each.
    pub left_out: Vec<String>,
}

/// Whom a field offers to choose.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Offered {
    /// Who is likely to be meant, each group under its heading.
    pub groups: Vec<(String, Vec<Pick>)>,
    /// Whom the search found; none before one.
    pub found: Option<Found>,
}

/// What was typed of a rejected form to find somebody for a field, and who is chosen there.
#[must_use]
pub fn sought(request: &Request, field: &str) -> (String, String) {
    let typed = request.rejected.as_ref().map_or(&[][..], |rejected| &rejected.typed);
    let first = |name: &str| of(typed, name).into_iter().next().unwrap_or_default();
    (first(&format!("{SOUGHT}{field}")).trim().to_owned(), first(field))
}

/// The id of a field's search, to which a form comes back.
#[must_use]
pub fn picker_id(form: &str, field: &str) -> String {
    format!("{}-picker", id_of(form, field))
}

/// A field in which somebody is chosen, on its way to being drawn.
#[derive(Debug)]
pub struct Picker<'a> {
    form: &'a Form,
    name: String,
    label: String,
    hint: String,
    offered: Offered,
    before: Vec<Pick>,
    after: Vec<Pick>,
    then: Option<(&'static str, &'static str)>,
}

impl Form {
    /// Somebody, found by their name.
    #[must_use]
    pub fn picker(&self, name: &str, label: &str, offered: Offered) -> Picker<'_> {
        Picker {
            form: self,
            name: name.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            offered,
            before: Vec::new(),
            after: Vec::new(),
            then: None,
        }
    }
}

impl Picker<'_> {
    /// A sentence under the label.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = hint.to_owned();
        self
    }

    /// What can be chosen instead of anybody: stands first.
    #[must_use]
    pub fn or(mut self, value: &str, label: &str) -> Self {
        self.before.push(Pick::new(value, label, ""));
        self
    }

    /// What can be chosen instead of those who are listed: stands last, where anybody is.
    #[must_use]
    pub fn or_none_of_these(mut self, value: &str, label: &str) -> Self {
        self.after.push(Pick::new(value, label, ""));
        self
    }

    /// What the Enter key sends with the form: as the form's main button.
    #[must_use]
    pub fn then(mut self, name: &'static str, value: &'static str) -> Self {
        self.then = Some((name, value));
        self
    }

    /// Whom the search found, in the form that looked for them.
    fn found(&self) -> Option<&Found> {
        self.offered.found.as_ref().filter(|_| !self.sought().is_empty())
    }

    fn sought(&self) -> String {
        self.form.value(&format!("{SOUGHT}{}", self.name)).trim().to_owned()
    }

    /// Draws it.
    #[must_use]
    pub fn view(self) -> AnyView {
        let found = self.found().cloned();
        let is_found =
            |pick: &Pick| found.as_ref().is_some_and(|found| found.picks.iter().any(|one| one.value == pick.value));
        let groups: Vec<(String, Vec<Pick>)> = self
            .offered
            .groups
            .iter()
            .map(|(heading, picks)| (heading.clone(), picks.iter().filter(|pick| !is_found(pick)).cloned().collect()))
            .filter(|(_, picks): &(String, Vec<Pick>)| !picks.is_empty())
            .collect();
        let all = self.before.iter().chain(groups.iter().flat_map(|(_, picks)| picks));
        let all: Vec<&Pick> = all.chain(found.iter().flat_map(|found| &found.picks)).collect();
        let after = if all.is_empty() { &[][..] } else { &self.after };
        self.form.drawn.borrow_mut().push(Drawn {
            name: self.name.clone(),
            label: self.label.clone(),
            options: all.iter().copied().chain(after).map(|pick| (pick.value.clone(), pick.label.clone())).collect(),
        });
        let mut radios = Radios { picker: &self, chosen: self.form.value(&self.name), drawn: 0 };
        let before = radios.draw(&self.before);
        let groups: Vec<AnyView> = groups.iter().map(|(heading, picks)| radios.group(heading, picks)).collect();
        let result = found.as_ref().map(|found| radios.found(found));
        let after = radios.draw(after);
        let search_id = if radios.drawn == 0 { self.id() } else { format!("{}-sought", self.id()) };
        self.frame(view! { {before}{groups}{self.search(&search_id)}{result}{after} }.into_any())
    }

    fn id(&self) -> String {
        self.form.id(&self.name)
    }

    /// The fieldset around what is chosen from.
    fn frame(&self, body: AnyView) -> AnyView {
        let id = self.id();
        let error = self.form.error(&self.name);
        let wrong = error.is_some();
        let described: Vec<String> =
            [(!self.hint.is_empty()).then(|| format!("{id}-hint")), wrong.then(|| format!("{id}-error"))]
                .into_iter()
                .flatten()
                .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let hint = (!self.hint.is_empty())
            .then(|| view! { <div class="nhsuk-hint" id=format!("{id}-hint")>{self.hint.clone()}</div> });
        let error = error.map(|message| {
            view! {
                <span class="nhsuk-error-message" id=format!("{id}-error")>
                    <span class="nhsuk-u-visually-hidden">"Error: "</span>
                    {message}
                </span>
            }
        });
        let class = if wrong { "nhsuk-form-group nhsuk-form-group--error" } else { "nhsuk-form-group" };
        view! {
            <div class=class id=picker_id(&self.form.name, &self.name)>
                <fieldset class="nhsuk-fieldset baton-picker" aria-describedby=described>
                    <legend class="nhsuk-fieldset__legend">{self.label.clone()}</legend>
                    {hint}
                    {error}
                    {body}
                </fieldset>
            </div>
        }
        .into_any()
    }

    /// The field that a name is typed into, with its button. The form's own button stands before it, unseen, because the
    /// Enter key presses the first.
    fn search(&self, id: &str) -> AnyView {
        let (then, value) = self.then.unzip();
        let looked = self.found().map(|_| self.form.hidden(&format!("{LOOKED}{}", self.name), self.sought()));
        view! {
            <button class="nhsuk-u-visually-hidden" type="submit" tabindex="-1" aria-hidden="true" name=then value=value>"Send"</button>
            <div class="baton-picker__search">
                <label class="nhsuk-label" for=id.to_owned()>"Find somebody by name"</label>
                <div class="baton-picker__field">
                    <input class="nhsuk-input nhsuk-input--width-20" id=id.to_owned() name=format!("{SOUGHT}{}", self.name) type="text"
                        autocomplete="off" spellcheck="false" maxlength=LONGEST_NAME value=self.sought() />
                    <button class="nhsuk-button nhsuk-button--secondary nhsuk-button--small" type="submit" name=FIND value=self.name.clone()>
                        "Find"<span class="nhsuk-u-visually-hidden">{format!(": {}", self.label)}</span>
                    </button>
                </div>
                {looked}
            </div>
        }
        .into_any()
    }
}

/// The radio buttons of a field, which count on through its groups.
struct Radios<'a> {
    picker: &'a Picker<'a>,
    chosen: String,
    drawn: usize,
}

impl Radios<'_> {
    fn draw(&mut self, picks: &[Pick]) -> Option<AnyView> {
        let items: Vec<AnyView> = picks.iter().map(|pick| self.item(pick)).collect();
        (!items.is_empty()).then(|| {
            view! { <div class="nhsuk-radios nhsuk-radios--small" data-module="nhsuk-radios">{items}</div> }.into_any()
        })
    }

    fn item(&mut self, pick: &Pick) -> AnyView {
        let id = self.picker.id();
        let id = if self.drawn == 0 { id } else { format!("{id}-{}", self.drawn) };
        self.drawn += 1;
        let hint_id = (!pick.hint.is_empty()).then(|| format!("{id}-item-hint"));
        let hint = hint_id.clone().map(|id| {
            view! { <div class="nhsuk-hint nhsuk-radios__hint" id=id>{pick.hint.clone()}</div> }
        });
        view! {
            <div class="nhsuk-radios__item">
                <input class="nhsuk-radios__input" id=id.clone() name=self.picker.name.clone() type="radio" value=pick.value.clone()
                    checked=pick.value == self.chosen aria-describedby=hint_id />
                <label class="nhsuk-label nhsuk-radios__label" for=id>{pick.label.clone()}</label>
                {hint}
            </div>
        }
        .into_any()
    }

    fn group(&mut self, heading: &str, picks: &[Pick]) -> AnyView {
        let id = format!("{}-group-{}", self.picker.id(), self.drawn);
        let title = view! { <p class="baton-picker__group" id=id.clone()>{heading.to_owned()}</p> };
        view! { <div role="group" aria-labelledby=id>{title}{self.draw(picks)}</div> }.into_any()
    }

    fn found(&mut self, found: &Found) -> AnyView {
        let sought = self.picker.sought();
        let words = match (found.total, found.picks.len()) {
            (0, _) if found.left_out.is_empty() => format!(
                "Nobody in the trust has a name like “{sought}”. Check the spelling, or type another part of the name."
            ),
            (0, _) => format!("Nobody who can be chosen here has a name like “{sought}”."),
            (total, shown) if total > shown => {
                format!("{total} people have “{sought}”. These are the first {shown}. Type more of the name.")
            }
            (total, _) => {
                let people = crate::format::count(i64::try_from(total).unwrap_or(i64::MAX), "person", "people");
                format!("{people} found for “{sought}”. Nothing is sent yet: choose, then go on.")
            }
        };
        let left_out = (!found.left_out.is_empty()).then(|| {
            let items = found.left_out.iter().map(|one| view! { <li>{one.clone()}</li> }).collect_view();
            // Where nobody was found, that is said above already.
            let title = (!found.picks.is_empty())
                .then(|| view! { <p class="baton-picker__group">"Cannot be chosen here:"</p> });
            view! { {title}<ul class="nhsuk-list nhsuk-list--bullet">{items}</ul> }
        });
        if found.picks.is_empty() {
            return view! { <p class="baton-picker__group">{words}</p>{left_out} }.into_any();
        }
        view! { {self.group(&words, &found.picks)}{left_out} }.into_any()
    }
}

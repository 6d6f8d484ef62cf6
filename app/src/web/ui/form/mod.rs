//! Every form of Baton is drawn here: its labels, hints and errors, what was typed before, its own
//! address and key, the version it was made from, and both versions when somebody else was faster.

mod compare;
mod effects;
mod field;
mod picker;

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use serde::Serialize;

pub use self::field::{Field, Kind};
pub use self::picker::{Found, Offered, Pick, Picker, picker_id, sought};
use crate::error::{Error, FieldError};
use crate::id::TrustId;
use crate::limits;
use crate::web::form::{self, Rejected};
use crate::web::request::Request;

/// A form on a page: what is stored, or, when it was rejected, what was typed.
#[derive(Debug)]
pub struct Form {
    action: &'static str,
    name: String,
    page: String,
    key: String,
    trust: Option<TrustId>,
    version: Option<i64>,
    stored: Vec<(String, String)>,
    rejected: Option<Rejected>,
    /// What is set when the form that was rejected is drawn.
    is_drawn: Arc<AtomicBool>,
    drawn: RefCell<Vec<Drawn>>,
}

/// What was drawn of a field, for the comparison of two versions.
#[derive(Debug)]
struct Drawn {
    name: String,
    label: String,
    /// The values to choose from, each with its label.
    options: Vec<(String, String)>,
}

/// The address of the page as each of its forms repeats it: the query may be as long as a request's head.
fn address(path: &str) -> String {
    let short = |path: &&str| path.len() <= limits::PAGE_ADDRESS;
    [path, path.split('?').next().unwrap_or_default()].into_iter().find(short).unwrap_or("/").to_owned()
}

impl Form {
    /// A form that posts to this server function's path. If the visitor's last attempt at it was
    /// rejected, it holds what they typed.
    #[must_use]
    pub fn new(request: &Request, action: &'static str) -> Self {
        Self::named(request, action, "")
    }

    /// One of several forms of the same action on a page, told apart by `name`.
    #[must_use]
    pub fn named(request: &Request, action: &'static str, name: &str) -> Self {
        let rejected = request.rejected.as_ref().filter(|r| r.action == action && r.name == name);
        Self {
            action,
            name: name.to_owned(),
            page: address(&request.path),
            key: request.forms.key(request.visitor.id()),
            trust: request.person().ok().filter(|person| !person.others.is_empty()).map(|person| person.trust),
            version: None,
            stored: Vec::new(),
            rejected: rejected.map(|rejected| Rejected::clone(rejected)),
            is_drawn: Arc::clone(&request.has_rejected_form),
            drawn: RefCell::default(),
        }
    }

    /// The version of the row that this form would change.
    #[must_use]
    pub fn version(mut self, version: i64) -> Self {
        self.version = Some(version);
        self
    }

    /// What is stored in a field (again for each of several values).
    #[must_use]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.stored.push((name.to_owned(), value.to_string()));
        self
    }

    /// What is stored, as the form's own struct says it: each of its fields stands in the field of its name, a list's
    /// in `name[]`, a date's in its day, month and year as soon as one is drawn.
    ///
    /// # Errors
    /// [`Error::Internal`] when it is no struct of texts, numbers and lists of these.
    pub fn holding(mut self, stored: &impl Serialize) -> Result<Self, Error> {
        let serde_json::Value::Object(fields) = serde_json::to_value(stored)? else { return Err(Error::Internal) };
        for (name, value) in fields {
            match value {
                serde_json::Value::Array(values) => {
                    for value in values {
                        self.stored.push((format!("{name}[]"), text(value)?));
                    }
                }
                value => self.stored.push((name, text(value)?)),
            }
        }
        Ok(self)
    }

    /// What stands in a field instead of what was typed there: for a page that works it out of the rest.
    #[must_use]
    pub fn instead(mut self, name: &str, value: impl ToString) -> Self {
        let from = self.rejected.as_mut().map_or(&mut self.stored, |rejected| &mut rejected.typed);
        from.retain(|(key, _)| key != name);
        from.push((name.to_owned(), value.to_string()));
        self
    }

    /// What is stored in a date's field.
    #[must_use]
    pub fn with_date(self, name: &str, date: Option<NaiveDate>) -> Self {
        let Some(date) = date else { return self };
        self.with(&format!("{name}.day"), date.day())
            .with(&format!("{name}.month"), date.month())
            .with(&format!("{name}.year"), date.year())
    }

    /// What stands in a field: what was typed, else what is stored.
    #[must_use]
    pub fn value(&self, name: &str) -> String {
        self.values(name).into_iter().next().unwrap_or_default()
    }

    /// Every value of a field.
    #[must_use]
    pub fn values(&self, name: &str) -> Vec<String> {
        match &self.rejected {
            Some(rejected) => of(&rejected.typed, name),
            None => self.stored(name),
        }
    }

    /// What is stored in a field, or in a part of a date that is stored whole.
    fn stored(&self, name: &str) -> Vec<String> {
        let values = of(&self.stored, name);
        let Some((date, part)) = name.rsplit_once('.').filter(|_| values.is_empty()) else { return values };
        let Some(date) = of(&self.stored, date).iter().find_map(|date| date.parse::<NaiveDate>().ok()) else {
            return values;
        };
        match part {
            "day" => vec![date.day().to_string()],
            "month" => vec![date.month().to_string()],
            "year" => vec![date.year().to_string()],
            _ => values,
        }
    }

    /// Whether this is the form that was rejected.
    #[must_use]
    pub fn is_rejected(&self) -> bool {
        self.rejected.is_some()
    }

    /// What was wrong with it, if it was rejected.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        self.rejected.as_ref().map_or(&[], |rejected| &rejected.errors)
    }

    fn error(&self, name: &str) -> Option<String> {
        self.errors().iter().find(|error| error.field == name).map(|error| error.message.clone())
    }

    /// The id of a field, to which a link of the page can lead.
    #[must_use]
    pub fn id(&self, name: &str) -> String {
        id_of(&self.name, name)
    }

    /// A field of one line.
    #[must_use]
    pub fn line(&self, name: &str, label: &str) -> Field<'_> {
        Field::new(self, name, label, Kind::Line)
    }

    /// A field of several lines.
    #[must_use]
    pub fn lines(&self, name: &str, label: &str, rows: u8) -> Field<'_> {
        Field::new(self, name, label, Kind::Lines(rows))
    }

    /// A date of day, month and year.
    #[must_use]
    pub fn date(&self, name: &str, label: &str) -> Field<'_> {
        Field::new(self, name, label, Kind::Date)
    }

    /// A file; the form is drawn with [`Form::draw_with_file`].
    #[must_use]
    pub fn file(&self, name: &str, label: &str, endings: &'static str) -> Field<'_> {
        Field::new(self, name, label, Kind::File(endings))
    }

    /// A number.
    #[must_use]
    pub fn number(&self, name: &str, label: &str) -> Field<'_> {
        Field::new(self, name, label, Kind::Number)
    }

    /// A password.
    #[must_use]
    pub fn password(&self, name: &str, label: &str) -> Field<'_> {
        Field::new(self, name, label, Kind::Password)
    }

    /// An e-mail address.
    #[must_use]
    pub fn email(&self, name: &str, label: &str) -> Field<'_> {
        Field::new(self, name, label, Kind::Email)
    }

    /// One of several, from a list that opens: value and label.
    #[must_use]
    pub fn select(&self, name: &str, label: &str, options: Vec<(String, String)>) -> Field<'_> {
        Field::new(self, name, label, Kind::Select(options))
    }

    /// One of several, all in sight: value, label and a sentence (or nothing).
    #[must_use]
    pub fn radios(&self, name: &str, label: &str, options: Vec<(String, String, String)>) -> Field<'_> {
        Field::new(self, name, label, Kind::Radios(options))
    }

    /// Any of several, all in sight. Its name ends in `[]`.
    #[must_use]
    pub fn checkboxes(&self, name: &str, label: &str, options: Vec<(String, String)>) -> Field<'_> {
        Field::new(self, name, label, Kind::Checkboxes(options))
    }

    /// A value that the person does not see.
    #[must_use]
    pub fn hidden(&self, name: &str, value: impl ToString) -> AnyView {
        view! { <input type="hidden" name=name.to_owned() value=value.to_string() /> }.into_any()
    }

    /// The error summary: stands above the page's heading.
    #[must_use]
    pub fn summary(&self) -> AnyView {
        if self.errors().is_empty() {
            return self.not_saved_yet();
        }
        let items = self
            .errors()
            .iter()
            .map(|error| {
                let href = error
                    .link
                    .clone()
                    .or_else(|| (!error.field.is_empty()).then(|| format!("#{}", self.id(&error.field))));
                match href {
                    Some(href) => view! { <li><a href=href>{error.message.clone()}</a></li> }.into_any(),
                    None => view! { <li>{error.message.clone()}</li> }.into_any(),
                }
            })
            .collect_view();
        view! {
            <div class="nhsuk-error-summary" aria-labelledby="error-summary-title" role="alert" tabindex="-1" data-module="nhsuk-error-summary">
                <h2 class="nhsuk-error-summary__title" id="error-summary-title">"There is a problem"</h2>
                <div class="nhsuk-error-summary__body"><ul class="nhsuk-list nhsuk-error-summary__list">{items}</ul></div>
            </div>
        }
        .into_any()
    }

    /// The form around its drawn fields and buttons. Shows both versions when somebody else was faster.
    #[must_use]
    pub fn draw(self, fields: AnyView) -> AnyView {
        self.draw_as("baton-form", fields)
    }

    /// The form around its drawn fields, with a class of its own.
    #[must_use]
    pub fn draw_as(self, class: &'static str, fields: AnyView) -> AnyView {
        self.drawn_as(class, None, fields)
    }

    /// The form around its drawn fields, one of which is a file.
    #[must_use]
    pub fn draw_with_file(self, fields: AnyView) -> AnyView {
        self.drawn_as("baton-form", Some("multipart/form-data"), fields)
    }

    /// The version that what stands in the form was made from: the stored one, unless it came back for another reason
    /// than that somebody else was faster. Then it is still what was typed over the version of that time, and whatever
    /// was stored meanwhile is not replaced unseen.
    fn made_from(&self, stored: i64) -> String {
        let typed = self.rejected.as_ref().filter(|rejected| !rejected.changed);
        let typed = typed.map_or_else(Vec::new, |rejected| of(&rejected.typed, "version")).into_iter();
        typed.take(1).find(|version| version.parse::<i64>().is_ok()).unwrap_or_else(|| stored.to_string())
    }

    fn drawn_as(self, class: &'static str, encoding: Option<&'static str>, fields: AnyView) -> AnyView {
        if self.is_rejected() {
            self.is_drawn.store(true, Ordering::Relaxed);
        }
        let compare = self.compare();
        let version = self.version.map(|version| self.hidden("version", self.made_from(version)));
        let name = (!self.name.is_empty()).then(|| self.hidden(form::NAME, &self.name));
        let trust = self.trust.map(|trust| self.hidden(form::TRUST, trust));
        view! {
            <form method="post" action=self.action class=class enctype=encoding novalidate>
                {self.hidden(form::PAGE, &self.page)}
                {self.hidden(form::KEY, &self.key)}
                {version}
                {name}
                {trust}
                {compare}
                {fields}
            </form>
        }
        .into_any()
    }
}

/// The id of a field of a form that may have a name.
fn id_of(form: &str, field: &str) -> String {
    let field = field.replace(['[', ']', '.'], "-");
    if form.is_empty() { field } else { format!("{form}-{field}") }
}

/// Every value of this name.
fn of(pairs: &[(String, String)], name: &str) -> Vec<String> {
    pairs.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
}

/// A value as a form's field holds it.
fn text(value: serde_json::Value) -> Result<String, Error> {
    match value {
        serde_json::Value::Null => Ok(String::new()),
        serde_json::Value::String(text) => Ok(text),
        serde_json::Value::Bool(_) | serde_json::Value::Number(_) => Ok(value.to_string()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => Err(Error::Internal),
    }
}

/// The one main button of a form.
#[must_use]
pub fn submit(label: &str) -> AnyView {
    view! { <button class="nhsuk-button" type="submit" data-module="nhsuk-button" data-prevent-double-click="true">{label.to_owned()}</button> }.into_any()
}

/// A second button of a form: posts with `name=value` as well.
#[must_use]
pub fn submit_as(label: &str, name: &str, value: &str) -> AnyView {
    view! {
        <button class="nhsuk-button nhsuk-button--secondary" type="submit" name=name.to_owned() value=value.to_owned()
            data-module="nhsuk-button" data-prevent-double-click="true">{label.to_owned()}</button>
    }
    .into_any()
}

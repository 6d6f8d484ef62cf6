//! Every form of Baton is drawn here: its labels, hints and errors, what was typed before, its own
//! address and key, the version it was made from, and both versions when somebody else was faster.

use std::cell::RefCell;

use chrono::{Datelike, NaiveDate};
use leptos::prelude::*;
use serde::Serialize;

use super::escaped;
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

/// What a field is typed or chosen with.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One line.
    Line,
    /// A password: never drawn again.
    Password,
    /// An e-mail address.
    Email,
    /// A whole or decimal number; the keyboard of a telephone shows digits.
    Number,
    /// Several lines, this many high.
    Lines(u8),
    /// Day, month and year.
    Date,
    /// A file of one of these endings, as `accept` wants them.
    File(&'static str),
    /// One of these, from a list that opens.
    Select(Vec<(String, String)>),
    /// One of these, all in sight; each with an optional sentence.
    Radios(Vec<(String, String, String)>),
    /// Any of these, all in sight.
    Checkboxes(Vec<(String, String)>),
}

/// One field, on its way to being drawn.
#[derive(Debug)]
pub struct Field<'a> {
    form: &'a Form,
    name: String,
    label: String,
    hint: String,
    kind: Kind,
    width: Option<u8>,
    limit: Option<usize>,
    /// Text that stands after the input, such as a unit.
    suffix: String,
    heading: bool,
    autocomplete: Option<&'static str>,
    datalist: Option<String>,
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

    fn errors(&self) -> &[FieldError] {
        self.rejected.as_ref().map_or(&[], |rejected| &rejected.errors)
    }

    fn error(&self, name: &str) -> Option<String> {
        self.errors().iter().find(|error| error.field == name).map(|error| error.message.clone())
    }

    /// The id of a field, to which a link of the page can lead.
    #[must_use]
    pub fn id(&self, name: &str) -> String {
        let name = name.replace(['[', ']', '.'], "-");
        if self.name.is_empty() { name } else { format!("{}-{name}", self.name) }
    }

    fn field(&self, name: &str, label: &str, kind: Kind) -> Field<'_> {
        Field {
            form: self,
            name: name.to_owned(),
            label: label.to_owned(),
            hint: String::new(),
            kind,
            width: None,
            limit: None,
            suffix: String::new(),
            heading: false,
            autocomplete: None,
            datalist: None,
        }
    }

    /// A field of one line.
    #[must_use]
    pub fn line(&self, name: &str, label: &str) -> Field<'_> {
        self.field(name, label, Kind::Line)
    }

    /// A field of several lines.
    #[must_use]
    pub fn lines(&self, name: &str, label: &str, rows: u8) -> Field<'_> {
        self.field(name, label, Kind::Lines(rows))
    }

    /// A date of day, month and year.
    #[must_use]
    pub fn date(&self, name: &str, label: &str) -> Field<'_> {
        self.field(name, label, Kind::Date)
    }

    /// A file; the form is drawn with [`Form::draw_with_file`].
    #[must_use]
    pub fn file(&self, name: &str, label: &str, endings: &'static str) -> Field<'_> {
        self.field(name, label, Kind::File(endings))
    }

    /// A number.
    #[must_use]
    pub fn number(&self, name: &str, label: &str) -> Field<'_> {
        self.field(name, label, Kind::Number)
    }

    /// A password.
    #[must_use]
    pub fn password(&self, name: &str, label: &str) -> Field<'_> {
        self.field(name, label, Kind::Password)
    }

    /// An e-mail address.
    #[must_use]
    pub fn email(&self, name: &str, label: &str) -> Field<'_> {
        self.field(name, label, Kind::Email)
    }

    /// One of several, from a list that opens: value and label.
    #[must_use]
    pub fn select(&self, name: &str, label: &str, options: Vec<(String, String)>) -> Field<'_> {
        self.field(name, label, Kind::Select(options))
    }

    /// One of several, all in sight: value, label and a sentence (or nothing).
    #[must_use]
    pub fn radios(&self, name: &str, label: &str, options: Vec<(String, String, String)>) -> Field<'_> {
        self.field(name, label, Kind::Radios(options))
    }

    /// Any of several, all in sight. Its name ends in `[]`.
    #[must_use]
    pub fn checkboxes(&self, name: &str, label: &str, options: Vec<(String, String)>) -> Field<'_> {
        self.field(name, label, Kind::Checkboxes(options))
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
            return ().into_any();
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

    fn drawn_as(self, class: &'static str, encoding: Option<&'static str>, fields: AnyView) -> AnyView {
        let compare = self.compare();
        let version = self.version.map(|version| self.hidden("version", version));
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

    fn compare(&self) -> AnyView {
        let Some(rejected) = self.rejected.as_ref().filter(|rejected| rejected.changed) else { return ().into_any() };
        let read = |values: &dyn Fn(&str) -> Vec<String>, name: &str, options: &[(String, String)]| {
            let date =
                [values(&format!("{name}.day")), values(&format!("{name}.month")), values(&format!("{name}.year"))]
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
        };
        let rows: Vec<AnyView> = self
            .drawn
            .borrow()
            .iter()
            .filter_map(|Drawn { name, label, options }| {
                let (theirs, yours) = (
                    read(&|name| self.stored(name), name, options),
                    read(&|name| of(&rejected.typed, name), name, options),
                );
                (theirs.trim() != yours.trim()).then(|| {
                    let told = |text: String| if text.trim().is_empty() { "Nothing".to_owned() } else { text };
                    view! {
                        <tr class="nhsuk-table__row">
                            <th scope="row" class="nhsuk-table__header">{label.clone()}</th>
                            <td class="nhsuk-table__cell baton-lines">{told(theirs)}</td>
                            <td class="nhsuk-table__cell baton-lines">{told(yours)}</td>
                        </tr>
                    }
                    .into_any()
                })
            })
            .collect();
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
}

impl Field<'_> {
    /// A sentence under the label.
    #[must_use]
    pub fn hint(mut self, hint: &str) -> Self {
        self.hint = hint.to_owned();
        self
    }

    /// As wide as this many characters: 2, 3, 4, 5, 10, 20 or 30.
    #[must_use]
    pub fn width(mut self, characters: u8) -> Self {
        self.width = Some(characters);
        self
    }

    /// At most this many characters, counted while typing where JavaScript is on.
    #[must_use]
    pub fn limit(mut self, characters: usize) -> Self {
        self.limit = Some(characters);
        self
    }

    /// Text that stands after the input, such as a unit.
    #[must_use]
    pub fn suffix(mut self, text: &str) -> Self {
        self.suffix = text.to_owned();
        self
    }

    /// What a password manager may fill in.
    #[must_use]
    pub fn autocomplete(mut self, what: &'static str) -> Self {
        self.autocomplete = Some(what);
        self
    }

    /// Suggests what is in the `<datalist>` of this id.
    #[must_use]
    pub fn suggested_by(mut self, datalist: &str) -> Self {
        self.datalist = Some(datalist.to_owned());
        self
    }

    /// The label is a heading of the page's size M.
    #[must_use]
    pub fn heading(mut self) -> Self {
        self.heading = true;
        self
    }

    /// Draws it.
    #[must_use]
    pub fn view(self) -> AnyView {
        let options = match &self.kind {
            Kind::Select(options) | Kind::Checkboxes(options) => options.clone(),
            Kind::Radios(options) => options.iter().map(|(value, label, _)| (value.clone(), label.clone())).collect(),
            _ => Vec::new(),
        };
        self.form.drawn.borrow_mut().push(Drawn { name: self.name.clone(), label: self.label.clone(), options });
        let id = self.form.id(&self.name);
        let error = self.form.error(&self.name);
        let hint_id = (!self.hint.is_empty()).then(|| format!("{id}-hint"));
        let error_id = error.as_ref().map(|_| format!("{id}-error"));
        let described: Vec<String> = [hint_id.clone(), error_id.clone()].into_iter().flatten().collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let hint = hint_id.map(|id| view! { <div class="nhsuk-hint" id=id>{self.hint.clone()}</div> });
        let told = error.map(|message| {
            view! {
                <span class="nhsuk-error-message" id=error_id.clone().unwrap_or_default()>
                    <span class="nhsuk-u-visually-hidden">"Error: "</span>
                    {message}
                </span>
            }
        });
        let wrong = told.is_some();
        let group = if wrong { "nhsuk-form-group nhsuk-form-group--error" } else { "nhsuk-form-group" };
        match &self.kind {
            Kind::Line | Kind::Password | Kind::Email | Kind::Number => {
                let input = self.input(&id, described, wrong);
                view! { <div class=group>{self.label_view(&id)}{hint}{told}{input}</div> }.into_any()
            }
            Kind::Lines(rows) => {
                let class = if wrong {
                    "nhsuk-textarea nhsuk-textarea--error nhsuk-js-character-count"
                } else {
                    "nhsuk-textarea nhsuk-js-character-count"
                };
                let text = escaped(&self.form.value(&self.name));
                let described = match self.limit {
                    Some(_) => Some([described.unwrap_or_default(), format!("{id}-info")].join(" ").trim().to_owned()),
                    None => described,
                };
                let area = view! {
                    <textarea class=class id=id.clone() name=self.name.clone() rows=*rows aria-describedby=described
                        // The browser drops a first line break, so one more is sent for it to drop.
                        inner_html=format!("\n{text}") />
                };
                let label = self.label_view(&id);
                match self.limit {
                    Some(limit) => {
                        let group = format!("{group} nhsuk-character-count");
                        view! {
                            <div class=group data-module="nhsuk-character-count" data-maxlength=limit data-threshold="75">
                                {label}{hint}{told}{area}
                                <div id=format!("{id}-info") class="nhsuk-hint nhsuk-character-count__message">
                                    {format!("You can enter up to {limit} characters")}
                                </div>
                            </div>
                        }
                        .into_any()
                    }
                    None => view! { <div class=group>{label}{hint}{told}{area}</div> }.into_any(),
                }
            }
            Kind::File(endings) => {
                let class = if wrong { "baton-file baton-file--error" } else { "baton-file" };
                let input = view! {
                    <input class=class id=id.clone() name=self.name.clone() type="file" accept=*endings aria-describedby=described />
                };
                view! { <div class=group>{self.label_view(&id)}{hint}{told}{input}</div> }.into_any()
            }
            Kind::Date => {
                let part = |part: &str, label: &str, width: u8| {
                    let name = format!("{}.{part}", self.name);
                    // The error summary leads to the group's first input.
                    let part_id = if part == "day" { id.clone() } else { format!("{id}-{part}") };
                    let class = format!(
                        "nhsuk-input nhsuk-date-input__input nhsuk-input--width-{width}{}",
                        if wrong { " nhsuk-input--error" } else { "" }
                    );
                    view! {
                        <div class="nhsuk-date-input__item">
                            <div class="nhsuk-form-group">
                                <label class="nhsuk-label nhsuk-date-input__label" for=part_id.clone()>{label.to_owned()}</label>
                                <input class=class id=part_id name=name.clone() type="text" inputmode="numeric" maxlength="12" value=self.form.value(&name) />
                            </div>
                        </div>
                    }
                };
                view! {
                    <div class=group>
                        <fieldset class="nhsuk-fieldset" role="group" aria-describedby=described>
                            {self.legend()}{hint}{told}
                            <div class="nhsuk-date-input">{part("day", "Day", 2)}{part("month", "Month", 2)}{part("year", "Year", 4)}</div>
                        </fieldset>
                    </div>
                }
                .into_any()
            }
            Kind::Select(options) => {
                let chosen = self.form.value(&self.name);
                let class = if wrong { "nhsuk-select nhsuk-select--error" } else { "nhsuk-select" };
                let options = options
                    .iter()
                    .map(|(value, label)| view! { <option value=value.clone() selected=*value == chosen>{label.clone()}</option> })
                    .collect_view();
                view! {
                    <div class=group>
                        {self.label_view(&id)}{hint}{told}
                        <select class=class id=id name=self.name.clone() aria-describedby=described>{options}</select>
                    </div>
                }
                .into_any()
            }
            Kind::Radios(options) => {
                let options = options.iter().map(|(value, label, hint)| (value, label, hint.as_str())).collect();
                self.choices("radio", options, &id, group, hint.into_any(), told.into_any(), described)
            }
            Kind::Checkboxes(options) => {
                let options = options.iter().map(|(value, label)| (value, label, "")).collect();
                self.choices("checkbox", options, &id, group, hint.into_any(), told.into_any(), described)
            }
        }
    }

    fn label_view(&self, id: &str) -> AnyView {
        let class = if self.heading { "nhsuk-label nhsuk-label--m" } else { "nhsuk-label" };
        view! { <label class=class for=id.to_owned()>{self.label.clone()}</label> }.into_any()
    }

    fn legend(&self) -> AnyView {
        let class =
            if self.heading { "nhsuk-fieldset__legend nhsuk-fieldset__legend--m" } else { "nhsuk-fieldset__legend" };
        view! { <legend class=class>{self.label.clone()}</legend> }.into_any()
    }

    fn input(&self, id: &str, described: Option<String>, wrong: bool) -> AnyView {
        let kind = match self.kind {
            Kind::Password => "password",
            Kind::Email => "email",
            _ => "text",
        };
        let mode = matches!(self.kind, Kind::Number).then_some("decimal");
        let value = if matches!(self.kind, Kind::Password) { String::new() } else { self.form.value(&self.name) };
        let mut class = "nhsuk-input".to_owned();
        if let Some(width) = self.width {
            class.push_str(&format!(" nhsuk-input--width-{width}"));
        }
        if wrong {
            class.push_str(" nhsuk-input--error");
        }
        let spell = matches!(self.kind, Kind::Password | Kind::Email).then_some("false");
        let input = view! {
            <input class=class id=id.to_owned() name=self.name.clone() type=kind inputmode=mode value=value
                autocomplete=self.autocomplete spellcheck=spell list=self.datalist.clone() aria-describedby=described />
        };
        let suffix = &self.suffix;
        if suffix.is_empty() {
            return input.into_any();
        }
        view! {
            <div class="nhsuk-input-wrapper">
                {input}
                <div class="nhsuk-input-wrapper__suffix" aria-hidden="true">{suffix.clone()}</div>
            </div>
        }
        .into_any()
    }

    #[allow(clippy::too_many_arguments, reason = "the drawn parts of one field, used once each")]
    fn choices(
        &self,
        kind: &'static str,
        options: Vec<(&String, &String, &str)>,
        id: &str,
        group: &'static str,
        hint: AnyView,
        told: AnyView,
        described: Option<String>,
    ) -> AnyView {
        let block = if kind == "radio" { "nhsuk-radios" } else { "nhsuk-checkboxes" };
        let chosen = self.form.values(&self.name);
        let items = options
            .into_iter()
            .enumerate()
            .map(|(at, (value, label, sentence))| {
                let item_id = if at == 0 { id.to_owned() } else { format!("{id}-{at}") };
                let sentence_id = format!("{item_id}-item-hint");
                let has_sentence = !sentence.is_empty();
                let sentence = has_sentence.then(|| {
                    view! { <div class=format!("nhsuk-hint {block}__hint") id=sentence_id.clone()>{sentence.to_owned()}</div> }
                });
                view! {
                    <div class=format!("{block}__item")>
                        <input class=format!("{block}__input") id=item_id.clone() name=self.name.clone() type=kind value=value.clone()
                            checked=chosen.contains(value) aria-describedby=has_sentence.then_some(sentence_id) />
                        <label class=format!("nhsuk-label {block}__label") for=item_id>{label.clone()}</label>
                        {sentence}
                    </div>
                }
            })
            .collect_view();
        view! {
            <div class=group>
                <fieldset class="nhsuk-fieldset" aria-describedby=described>
                    {self.legend()}{hint}{told}
                    <div class=block data-module=block>{items}</div>
                </fieldset>
            </div>
        }
        .into_any()
    }
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

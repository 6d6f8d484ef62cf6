//! A field of a form: its label, hint and error around an input of its kind.

use leptos::prelude::*;

use super::{Drawn, Form};
use crate::web::ui::escaped;

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

/// What surrounds the input of every kind of field.
struct Frame {
    /// The id of the input; of several, of the first.
    id: String,
    /// The class of the group.
    group: &'static str,
    /// What was typed was rejected.
    wrong: bool,
    hint: AnyView,
    error: AnyView,
    /// The ids of hint and error, for `aria-describedby`.
    described: Option<String>,
}

impl<'a> Field<'a> {
    pub(super) fn new(form: &'a Form, name: &str, label: &str, kind: Kind) -> Self {
        Self {
            form,
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
        self.form.drawn.borrow_mut().push(self.drawn());
        let frame = self.frame();
        match &self.kind {
            Kind::Line | Kind::Password | Kind::Email | Kind::Number => {
                let Frame { id, group, wrong, hint, error, described } = frame;
                let input = self.input(&id, described, wrong);
                view! { <div class=group>{self.label_view(&id)}{hint}{error}{input}</div> }.into_any()
            }
            Kind::Lines(rows) => self.text_area(*rows, frame),
            Kind::File(endings) => self.file(endings, frame),
            Kind::Date => self.date(frame),
            Kind::Select(options) => self.select(options, frame),
            Kind::Radios(options) => {
                let options = options.iter().map(|(value, label, hint)| (value, label, hint.as_str())).collect();
                self.choices("radio", options, frame)
            }
            Kind::Checkboxes(options) => {
                let options = options.iter().map(|(value, label)| (value, label, "")).collect();
                self.choices("checkbox", options, frame)
            }
        }
    }

    fn drawn(&self) -> Drawn {
        let options = match &self.kind {
            Kind::Select(options) | Kind::Checkboxes(options) => options.clone(),
            Kind::Radios(options) => options.iter().map(|(value, label, _)| (value.clone(), label.clone())).collect(),
            _ => Vec::new(),
        };
        Drawn { name: self.name.clone(), label: self.label.clone(), options }
    }

    fn frame(&self) -> Frame {
        let id = self.form.id(&self.name);
        let error = self.form.error(&self.name);
        let hint_id = (!self.hint.is_empty()).then(|| format!("{id}-hint"));
        let error_id = error.as_ref().map(|_| format!("{id}-error"));
        let described: Vec<String> = [hint_id.clone(), error_id.clone()].into_iter().flatten().collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let hint = hint_id.map(|id| view! { <div class="nhsuk-hint" id=id>{self.hint.clone()}</div> });
        let error = error.map(|message| {
            view! {
                <span class="nhsuk-error-message" id=error_id.unwrap_or_default()>
                    <span class="nhsuk-u-visually-hidden">"Error: "</span>
                    {message}
                </span>
            }
        });
        let wrong = error.is_some();
        let group = if wrong { "nhsuk-form-group nhsuk-form-group--error" } else { "nhsuk-form-group" };
        Frame { id, group, wrong, hint: hint.into_any(), error: error.into_any(), described }
    }

    fn text_area(&self, rows: u8, frame: Frame) -> AnyView {
        let Frame { id, group, wrong, hint, error, described } = frame;
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
            <textarea class=class id=id.clone() name=self.name.clone() rows=rows aria-describedby=described
                // The browser drops a first line break, so one more is sent for it to drop.
                inner_html=format!("\n{text}") />
        };
        let label = self.label_view(&id);
        let Some(limit) = self.limit else {
            return view! { <div class=group>{label}{hint}{error}{area}</div> }.into_any();
        };
        let group = format!("{group} nhsuk-character-count");
        view! {
            <div class=group data-module="nhsuk-character-count" data-maxlength=limit data-threshold="75">
                {label}{hint}{error}{area}
                <div id=format!("{id}-info") class="nhsuk-hint nhsuk-character-count__message">
                    {format!("You can enter up to {limit} characters")}
                </div>
            </div>
        }
        .into_any()
    }

    fn file(&self, endings: &'static str, frame: Frame) -> AnyView {
        let Frame { id, group, wrong, hint, error, described } = frame;
        let class = if wrong { "baton-file baton-file--error" } else { "baton-file" };
        let input = view! {
            <input class=class id=id.clone() name=self.name.clone() type="file" accept=endings aria-describedby=described />
        };
        view! { <div class=group>{self.label_view(&id)}{hint}{error}{input}</div> }.into_any()
    }

    fn date(&self, frame: Frame) -> AnyView {
        let Frame { id, group, wrong, hint, error, described } = frame;
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
                    {self.legend()}{hint}{error}
                    <div class="nhsuk-date-input">{part("day", "Day", 2)}{part("month", "Month", 2)}{part("year", "Year", 4)}</div>
                </fieldset>
            </div>
        }
        .into_any()
    }

    fn select(&self, options: &[(String, String)], frame: Frame) -> AnyView {
        let Frame { id, group, wrong, hint, error, described } = frame;
        let chosen = self.form.value(&self.name);
        let class = if wrong { "nhsuk-select nhsuk-select--error" } else { "nhsuk-select" };
        let options = options
            .iter()
            .map(|(value, label)| view! { <option value=value.clone() selected=*value == chosen>{label.clone()}</option> })
            .collect_view();
        view! {
            <div class=group>
                {self.label_view(&id)}{hint}{error}
                <select class=class id=id name=self.name.clone() aria-describedby=described>{options}</select>
            </div>
        }
        .into_any()
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

    fn choices(&self, kind: &'static str, options: Vec<(&String, &String, &str)>, frame: Frame) -> AnyView {
        let Frame { id, group, hint, error, described, .. } = frame;
        let block = if kind == "radio" { "nhsuk-radios" } else { "nhsuk-checkboxes" };
        let chosen = self.form.values(&self.name);
        let items = options
            .into_iter()
            .enumerate()
            .map(|(at, (value, label, sentence))| {
                let item_id = if at == 0 { id.clone() } else { format!("{id}-{at}") };
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
                    {self.legend()}{hint}{error}
                    <div class=block data-module=block>{items}</div>
                </fieldset>
            </div>
        }
        .into_any()
    }
}

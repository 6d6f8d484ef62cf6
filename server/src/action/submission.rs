//! A form that has arrived: what was typed, on which page, under which key.

use std::collections::HashMap;

use app::error::Error;
use app::id::TrustId;
use app::limits;
use app::web::form::{self, NEVER_REPLAYED, PICKERS, Rejected};
use app::web::ui::picker_id;
use http::request::Parts;

use crate::body::Fields;
use crate::request::accepts_html;

/// What a form says of itself. Nothing of it is parsed yet but what decides where its answer leads.
#[derive(Debug)]
pub struct Submission {
    /// The path of the server function.
    pub action: String,
    /// A browser sent it, and wants a page.
    pub html: bool,
    /// As typed, in the form's order.
    pub fields: Fields,
    /// The address of the page that the form stands on; `/` when it names none of ours.
    pub page: String,
    /// Made by [`app::web::form::Forms::key`], or empty.
    pub key: String,
    /// The trust that it was drawn in, of a person who belongs to several.
    pub trust: Option<TrustId>,
}

impl Submission {
    pub fn new(parts: &Parts, fields: Fields) -> Self {
        let find = |name| first(&fields, name);
        let (page, key) = (local(find(form::PAGE)).to_owned(), find(form::KEY).to_owned());
        let trust = find(form::TRUST).parse().ok();
        Self { action: parts.uri.path().to_owned(), html: accepts_html(&parts.headers), fields, page, key, trust }
    }

    /// Whether its answer is given again when it is sent again.
    pub fn is_replayed(&self) -> bool {
        !NEVER_REPLAYED.contains(&self.action.as_str())
    }

    /// What the server function reads.
    pub fn urlencoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(join_dates(&self.fields)).finish()
    }

    /// What [`app::web::form::Forms::keep`] keeps, for its page to draw.
    pub fn rejected(&self, error: &Error) -> Rejected {
        Rejected {
            action: self.action.clone(),
            name: first(&self.fields, form::NAME).to_owned(),
            typed: self.fields.clone(),
            errors: form::field_errors(error),
            unconfirmed: match error {
                Error::Unconfirmed(seen) => Some(seen.clone()),
                _ => None,
            },
            changed: *error == Error::Conflict,
            // A form that comes back without an error is what its sender asked for.
            status: if *error == Error::Invalid(Vec::new()) { 200 } else { error.status() },
        }
    }

    /// The field for which a browser looks for somebody instead of sending the form: by its button, or with a name that
    /// the page has not looked for yet, as the Enter key sends it. Only forms that have such a field look for anybody.
    pub fn looks_for(&self) -> Option<&'static str> {
        if !self.html {
            return None;
        }
        let mut fields = PICKERS.iter().filter(|(action, _)| *action == self.action).map(|(_, field)| *field);
        let pressed = first(&self.fields, form::FIND);
        fields.find(|field| {
            let sought = first(&self.fields, &format!("{}{field}", form::SOUGHT)).trim();
            let looked = first(&self.fields, &format!("{}{field}", form::LOOKED)).trim();
            pressed == *field || (!sought.is_empty() && sought != looked)
        })
    }

    /// As [`Self::page_with`], where it shows whom it found.
    pub fn page_with_found(&self, kept: Option<String>) -> String {
        let picker = picker_id(first(&self.fields, form::NAME), self.looks_for().unwrap_or_default());
        let page = self.page_with(kept);
        // The name of the form comes from outside.
        if picker.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
            format!("{page}#{picker}")
        } else {
            page
        }
    }

    /// The form's page, which draws the rejected form that is kept under a key.
    pub fn page_with(&self, kept: Option<String>) -> String {
        match kept {
            None => self.page.clone(),
            Some(key) => format!("{}{}form={key}", self.page, if self.page.contains('?') { '&' } else { '?' }),
        }
    }
}

/// The first value of this name; empty when there is none.
fn first<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// An address, when it is one of ours: a form never leads to another site.
fn local(page: &str) -> &str {
    let ours = page.starts_with('/')
        && !page.starts_with("//")
        && !page.contains('\\')
        && page.len() <= limits::PAGE_ADDRESS
        && page.chars().all(|c| c.is_ascii_graphic());
    if ours { page } else { "/" }
}

/// Day, month and year of each date (`on.day`, `on.month`, `on.year`) become one value (`on`), as the server
/// functions read it: where the first of them stands.
fn join_dates(fields: &Fields) -> Fields {
    const PARTS: [&str; 3] = ["day", "month", "year"];
    let part_of = |name: &str| {
        let (base, part) = name.rsplit_once('.')?;
        Some((base.len(), PARTS.iter().position(|one| *one == part)?))
    };
    let mut dates: HashMap<&str, [&str; 3]> = HashMap::new();
    for (name, value) in fields.iter().rev() {
        if let Some((base, part)) = part_of(name) {
            dates.entry(&name[..base]).or_default()[part] = value.trim();
        }
    }
    let mut joined = Fields::with_capacity(fields.len());
    for (name, value) in fields {
        match part_of(name) {
            None => joined.push((name.clone(), value.clone())),
            Some((base, _)) => {
                let Some([day, month, year]) = dates.remove(&name[..base]) else { continue };
                joined.push((name[..base].to_owned(), format!("{day} {month} {year}").trim().to_owned()));
            }
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use app::error::FieldError;

    use super::*;

    fn fields(text: &str) -> Fields {
        form_urlencoded::parse(text.as_bytes()).into_owned().collect()
    }

    fn sent(accept: &str, action: &str, typed: &str) -> Submission {
        let http = http::Request::post(action).header(http::header::ACCEPT, accept).body(()).expect("a request");
        Submission::new(&http.into_parts().0, fields(typed))
    }

    fn by_browser(action: &str, typed: &str) -> Submission {
        sent("text/html,*/*", action, typed)
    }

    #[test]
    fn a_submission_knows_its_action_its_page_and_its_key() {
        let form = by_browser("/api/x?a=1", "_page=%2Fprojects%3Fpage%3D2&_key=abc&title=A");
        assert_eq!(
            (form.action.as_str(), form.page.as_str(), form.key.as_str()),
            ("/api/x", "/projects?page=2", "abc")
        );
        assert!(form.html);
        assert!(!sent("application/json", "/api/x", "").html);
        assert_eq!(by_browser("/api/x", "title=A").page, "/", "without a page, the home page");
        let trust = TrustId::new();
        assert_eq!(by_browser("/api/x", &format!("_trust={trust}")).trust, Some(trust));
        assert_eq!(by_browser("/api/x", "_trust=nonsense").trust, None);
    }

    #[test]
    fn what_is_kept_of_a_form_is_what_its_page_needs() {
        let form = by_browser("/api/x", "_form=second&title=A&on.day=4");
        let kept = form.rejected(&Error::field("title", "Too short."));
        assert_eq!((kept.action.as_str(), kept.name.as_str(), kept.status), ("/api/x", "second", 422));
        assert_eq!(kept.typed, fields("_form=second&title=A&on.day=4"), "as typed");
        assert_eq!(kept.errors, [FieldError::new("title", "Too short.")]);
        assert!(!kept.changed && form.rejected(&Error::Conflict).changed);
    }

    #[test]
    fn a_form_looks_for_somebody_by_its_button_or_with_a_name_not_looked_for_yet() {
        let prepare = "/api/handovers/prepare";
        let asks = |typed: &str| by_browser(prepare, typed).looks_for();
        assert_eq!(asks("_find=to&_sought.to="), Some("to"));
        assert_eq!(asks("_sought.to=Raman&to="), Some("to"), "as the Enter key sends it");
        assert_eq!(asks("_sought.to=Raman+&_looked.to=Raman&to=1"), None, "it has been looked for");
        assert_eq!(asks("_sought.to=Rahman&_looked.to=Raman&to=1"), Some("to"), "somebody else is sought");
        assert_eq!(asks("_find=summary&_sought.summary=Raman"), None, "a field that chooses nobody");
        assert_eq!(asks("_sought.to=+&to=1"), None);
        assert_eq!(sent("application/json", prepare, "_find=to").looks_for(), None, "a machine chooses by id");
        for other in ["/api/sign-in", "/api/measurements/record", "/api/projects/close"] {
            let form = by_browser(other, "_find=to&_sought.to=Raman&_find=person&_sought.person=Raman");
            assert_eq!(form.looks_for(), None, "{other} chooses nobody");
        }
        let form = by_browser(prepare, "_page=/a&_form=date-lead&_find=to");
        assert_eq!(form.page_with_found(Some("k".to_owned())), "/a?form=k#date-lead-to-picker");
        assert_eq!(
            by_browser(prepare, "_page=/a&_form=%22%3E&_find=to").page_with_found(Some("k".to_owned())),
            "/a?form=k"
        );
        assert_eq!(form.rejected(&Error::Invalid(Vec::new())).status, 200, "nothing is wrong");
    }

    #[test]
    fn a_rejected_form_is_found_on_its_own_page() {
        let page = |typed: &str, kept: Option<&str>| by_browser("/api/x", typed).page_with(kept.map(str::to_owned));
        assert_eq!(page("_page=/a", Some("k")), "/a?form=k");
        assert_eq!(page("_page=/a?tab=team", Some("k")), "/a?tab=team&form=k");
        assert_eq!(page("_page=/a", None), "/a", "what could not be kept");
    }

    #[test]
    fn the_parts_of_a_date_become_one_value() {
        assert_eq!(join_dates(&fields("a=1&on.day=4&on.month=1&on.year=2026&b=2")), fields("a=1&on=4 1 2026&b=2"));
        assert_eq!(join_dates(&fields("on.day=&on.month=&on.year=")), fields("on="));
        assert_eq!(join_dates(&fields("on.year=2026&on.day=4&on.day=5")), fields("on=4  2026"), "the first counts");
        assert_eq!(by_browser("/api/x", "on.day=4&on.month=1&on.year=2026&b=é").urlencoded(), "on=4+1+2026&b=%C3%A9");
    }

    #[test]
    fn many_dates_are_joined_in_one_pass() {
        let many: Fields = (0..200_000).map(|number| (format!("{number:x}.day"), "4".to_owned())).collect();
        let joined = join_dates(&many);
        assert_eq!(joined.len(), many.len());
        assert_eq!(joined[199_999], ("30d3f".to_owned(), "4".to_owned()));
    }

    #[test]
    fn a_form_never_leads_to_another_site() {
        for page in ["//evil.example", "https://evil.example", "/\\evil.example", "", "javascript:alert(1)", "/a\r\nb"]
        {
            assert_eq!(local(page), "/", "{page}");
        }
        assert_eq!(local("/projects/1?tab=team"), "/projects/1?tab=team");
        assert_eq!(local(&format!("/{}", "a".repeat(limits::PAGE_ADDRESS))), "/", "too long");
    }
}

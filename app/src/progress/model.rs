//! What is typed about tasks, updates and links, and what it must be.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::id::{PersonId, TaskId, UpdateId, WebLinkId};
use crate::parse::{Fields, MAX_LINE_CHARS, nhs_number};

/// The longest that an update may be, in characters: whoever reads it is in a hurry.
pub const UPDATE: usize = 600;
/// The longest that an address may be, in characters.
const ADDRESS: usize = 1000;
/// How far ahead a task may be due, in days: what is further away is an aim.
const FURTHEST: u64 = 2 * 366;

choices! {
    /// What stands behind a link.
    LinkKind {
        /// A shared folder.
        Folder = "folder" => "Folder",
        /// A document.
        Document = "document" => "Document",
        /// A spreadsheet.
        Spreadsheet = "spreadsheet" => "Spreadsheet",
        /// A form that people fill in.
        Form = "form" => "Form or survey",
        /// A dashboard or report.
        Dashboard = "dashboard" => "Dashboard or report",
        /// Guidance or a standard.
        Guidance = "guidance" => "Guidance or standard",
        /// Something else.
        Other = "other" => "Something else",
    }
}

/// One of the three, as a form that deletes or puts back names it: `tasks/`, `updates/` or `links/` and its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Thing {
    Task(TaskId),
    Update(UpdateId),
    Link(WebLinkId),
}

impl Thing {
    /// The last part of the address of the page that lists it.
    #[must_use]
    pub fn list(self) -> &'static str {
        match self {
            Self::Task(_) => "tasks",
            Self::Update(_) => "updates",
            Self::Link(_) => "links",
        }
    }
}

impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = match self {
            Self::Task(id) => id.to_string(),
            Self::Update(id) => id.to_string(),
            Self::Link(id) => id.to_string(),
        };
        write!(f, "{}/{id}", self.list())
    }
}

impl FromStr for Thing {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        let (list, id) = text.split_once('/').ok_or(Error::NotFound)?;
        match list {
            "tasks" => Ok(Self::Task(id.parse().map_err(|_| Error::NotFound)?)),
            "updates" => Ok(Self::Update(id.parse().map_err(|_| Error::NotFound)?)),
            "links" => Ok(Self::Link(id.parse().map_err(|_| Error::NotFound)?)),
            _ => Err(Error::NotFound),
        }
    }
}

/// A task, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TaskForm {
    /// What is to be done.
    pub what: String,
    /// Who of the team does it; empty for nobody yet.
    pub person: String,
    /// By when.
    pub due_on: String,
}

/// A task as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TaskDetails {
    pub what: String,
    pub person: Option<PersonId>,
    pub due_on: Option<NaiveDate>,
}

impl TaskForm {
    /// The task that is meant. A day that has passed is accepted only where it stood already (`before`).
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self, today: NaiveDate, before: Option<NaiveDate>) -> Result<TaskDetails, Error> {
        let mut fields = Fields::new();
        let what = fields.required("what", &self.what, MAX_LINE_CHARS, "Enter what is to be done.");
        let person = self.person.trim();
        let person = if person.is_empty() {
            None
        } else {
            fields.choice("person", person, "Choose somebody of the team from the list.")
        };
        let due_on = fields.date("due_on", &self.due_on);
        if let Some(day) = due_on.filter(|day| Some(*day) != before) {
            if day < today {
                fields.error("due_on", "This day has passed. Enter by when it is to be done.");
            } else if day > today + Days::new(FURTHEST) {
                fields.error("due_on", "Enter a day within two years.");
            }
        }
        fields.finish(|| TaskDetails { what, person, due_on })
    }
}

/// An update, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct UpdateForm {
    /// The day that it speaks of.
    pub on_day: String,
    /// What happened.
    pub words: String,
}

/// An update as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UpdateDetails {
    pub on_day: NaiveDate,
    pub words: String,
}

impl UpdateForm {
    /// The update that is meant: of today, where no day is given.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self, today: NaiveDate) -> Result<UpdateDetails, Error> {
        let mut fields = Fields::new();
        let words = fields.required("words", &self.words, UPDATE, "Enter what happened, in a sentence or two.");
        let on_day = fields.date("on_day", &self.on_day).unwrap_or(today);
        if on_day > today {
            fields.error(
                "on_day",
                "This day is still to come. An update says what has happened; for what is to happen, add a task.",
            );
        }
        fields.finish(|| UpdateDetails { on_day, words })
    }
}

/// A link, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct LinkForm {
    /// What is there.
    pub kind: String,
    /// What it is called.
    pub title: String,
    /// Its address.
    pub address: String,
    /// Whose account it is kept in.
    pub account: String,
}

/// A link as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkDetails {
    pub kind: LinkKind,
    pub title: String,
    pub address: String,
    pub account: String,
}

impl LinkForm {
    /// The link that is meant.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong.
    pub fn parse(&self) -> Result<LinkDetails, Error> {
        let mut fields = Fields::new();
        let title = fields.required("title", &self.title, MAX_LINE_CHARS, "Enter what it is called.");
        let address = fields.required("address", &self.address, ADDRESS, "Enter its address.");
        if !address.is_empty() {
            if let Err(wrong) = check_address(&address) {
                fields.error("address", wrong);
            } else if nhs_number::holds(&decoded(&address)) && !nhs_number::holds(&address) {
                fields.error("address", "This address holds what looks like an NHS number. Link to a page without it.");
            }
        }
        let kind: Option<LinkKind> = fields.choice("kind", &self.kind, "Choose what is there.");
        let missing = "Enter who owns the account behind it, such as the ward’s shared mailbox.";
        let account = fields.required("account", &self.account, MAX_LINE_CHARS, missing);
        fields.finish(|| LinkDetails { kind: kind.unwrap_or(LinkKind::Other), title, address, account })
    }
}

/// Whether it is the address of a page on the web, and of nothing else: a browser does what a link says.
fn check_address(address: &str) -> Result<(), &'static str> {
    const SHAPE: &str = "Enter a whole address that begins with https:// or http://.";
    let lower = address.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")).ok_or(SHAPE)?;
    if address.chars().any(|c| c.is_whitespace() || c.is_control() || "<>\"'`\\{}|^".contains(c)) {
        return Err("Remove the spaces and marks that an address cannot hold.");
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err("Remove the name or password before the @: everybody who sees the project would see it.");
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, "80"));
    let named = host.split('.').all(|label| {
        !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-') && !label.starts_with('-')
    });
    if named && port.parse::<u16>().is_ok_and(|port| port > 0) { Ok(()) } else { Err(SHAPE) }
}

/// What an address says once its percent signs are read.
fn decoded(address: &str) -> String {
    form_urlencoded::parse(address.as_bytes())
        .map(|(key, value)| format!("{key} {value}"))
        .collect::<Vec<_>>()
        .join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{TODAY, on};

    fn wrong<T: fmt::Debug>(parsed: Result<T, Error>) -> Vec<String> {
        match parsed {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            Err(other) => panic!("{other:?}"),
            Ok(_) => Vec::new(),
        }
    }

    fn link(address: &str) -> LinkForm {
        LinkForm {
            kind: "folder".into(),
            title: "Shared folder".into(),
            address: address.into(),
            account: "QI academy mailbox".into(),
        }
    }

    #[test]
    fn a_link_leads_to_a_page_on_the_web_and_tells_no_password() {
        for address in [
            "https://trust.sharepoint.com/sites/qi/Shared%20Documents?id=4#top",
            "http://intranet:8080/qi",
            "HTTPS://Example.nhs.uk",
        ] {
            assert_eq!(wrong(link(address).parse()), Vec::<String>::new(), "{address}");
        }
        for address in [
            "",
            "javascript:alert(1)",
            "data:text/html,x",
            "ftp://files.nhs.uk",
            "//example.nhs.uk",
            "example.nhs.uk",
            "https://",
            "https:///x",
            "https://user:secret@example.nhs.uk",
            "https://user@example.nhs.uk",
            "https://exa mple.nhs.uk",
            "https://example.nhs.uk/\"onclick=",
            "https://example..uk",
            "https://example.uk:99999",
            "https://example.uk/?patient=9434765919",
            "https://example.uk/?patient=943%20476%205919",
        ] {
            assert_eq!(wrong(link(address).parse()), ["address"], "{address}");
        }
        let empty = LinkForm::default();
        assert_eq!(wrong(empty.parse()), ["title", "address", "kind", "account"]);
    }

    #[test]
    fn a_task_is_due_today_or_later_unless_its_day_stood_before() {
        let due = |day: &str| TaskForm { what: "Ask the ward".into(), due_on: day.into(), ..TaskForm::default() };
        assert_eq!(wrong(due("").parse(TODAY, None)), Vec::<String>::new());
        assert_eq!(wrong(due("4 3 2026").parse(TODAY, None)), Vec::<String>::new());
        assert_eq!(wrong(due("3 3 2026").parse(TODAY, None)), ["due_on"]);
        assert_eq!(wrong(due("3 3 2026").parse(TODAY, Some(on("2026-03-03")))), Vec::<String>::new());
        assert_eq!(wrong(due("3 3 2029").parse(TODAY, None)), ["due_on"]);
        let nobody = TaskForm { person: "the ward clerk".into(), ..TaskForm::default() };
        assert_eq!(wrong(nobody.parse(TODAY, None)), ["what", "person"]);
    }

    #[test]
    fn an_update_is_of_today_or_before_and_short() {
        let update = |day: &str, words: &str| UpdateForm { on_day: day.into(), words: words.into() };
        let parsed = update("", "Met the ward: they agreed").parse(TODAY).expect("an update");
        assert_eq!(parsed.on_day, TODAY);
        assert_eq!(wrong(update("5 3 2026", "We will meet").parse(TODAY)), ["on_day"]);
        assert_eq!(wrong(update("1 3 2026", &"a".repeat(UPDATE + 1)).parse(TODAY)), ["words"]);
        assert_eq!(wrong(update("", "Patient 943 476 5919").parse(TODAY)), ["words"]);
    }

    #[test]
    fn what_is_deleted_is_named_by_its_list_and_id() {
        let task = Thing::Task(TaskId::new());
        assert_eq!(task.to_string().parse::<Thing>(), Ok(task));
        for text in ["tasks", "tasks/x", "people/0198c9a4-0000-7000-8000-00000000dead"] {
            assert_eq!(text.parse::<Thing>(), Err(Error::NotFound), "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_address_that_is_accepted_begins_with_http_and_holds_no_space(address in ".{0,60}") {
            for address in [address.clone(), format!("https://{address}")] {
                if check_address(&address).is_ok() {
                    prop_assert!(address.to_ascii_lowercase().starts_with("http"));
                    prop_assert!(!address.contains(|c: char| c.is_whitespace() || c == '"'));
                }
            }
        }
    }
}

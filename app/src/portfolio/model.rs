//! What a list shows of a project, and how a list is asked for.

use chrono::{Days, NaiveDate};
use timeline::Continuity;

use crate::choices;
use crate::continuity::model::ProjectRow;
use crate::id::{DepartmentId, PersonId, PriorityId};
use crate::parse;
use crate::project::model::ProjectType;

/// How many projects a page of a list shows.
pub const PAGE: i64 = 20;

/// One page of a list.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// The page's projects.
    pub rows: Vec<ProjectRow>,
    /// How many the whole list has.
    pub total: i64,
    /// None has the words of the search: these have words that are spelled like them.
    pub misspelt: bool,
}

choices! {
    /// Which statuses a list shows.
    Statuses {
        /// Active, paused and sustaining.
        Open = "open" => "All open",
        /// Active.
        Active = "active" => "Active",
        /// Paused.
        Paused = "paused" => "Paused",
        /// Sustaining.
        Sustaining = "sustaining" => "Sustaining",
        /// Closed.
        Closed = "closed" => "Closed",
        /// Open and closed.
        Any = "any" => "Open and closed",
        /// The drafts of whoever asks.
        Draft = "draft" => "Your drafts",
    }

    /// Which answer is missing or late.
    Gap {
        /// Something about its continuity is with the QI academy.
        Risk = "risk" => "At risk",
        /// Nobody supervises it.
        Supervisor = "supervisor" => "No supervisor",
        /// It has no measure.
        Measure = "measure" => "No measure",
        /// A measurement is overdue.
        Measurement = "measurement" => "Measurement overdue",
        /// Nobody has said for long whether it goes on, and the QI academy is asked.
        Quiet = "quiet" => "Gone quiet",
        /// No next step is set.
        Step = "step" => "No next step",
    }

    /// The order of a list.
    Sort {
        /// The one whose team did something last comes first: an update, a task, a data point, any change.
        Updated = "updated" => "Latest activity",
        /// Those at risk first, then by when the lead goes.
        Risk = "risk" => "Continuity at risk",
        /// By the date of the next measurement.
        Measurement = "measurement" => "Next measurement",
        /// By title.
        Title = "title" => "Title",
        /// By reference.
        Reference = "reference" => "Reference",
        /// By the department's name.
        Department = "department" => "Department",
        /// By the lead's name; those without one come last.
        Lead = "lead" => "Lead",
        /// By the lead's last day; those without a lead come first.
        Until = "until" => "Lead until",
        /// By the supervisor's name; those without one come last.
        Supervisor = "supervisor" => "Supervisor",
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that makes the enum marks no default")]
impl Default for Statuses {
    fn default() -> Self {
        Self::Open
    }
}

#[expect(clippy::derivable_impls, reason = "the macro that makes the enum marks no default")]
impl Default for Sort {
    fn default() -> Self {
        Self::Updated
    }
}

impl Sort {
    /// Whether the largest comes first, where nobody says otherwise.
    #[must_use]
    pub fn descends(self) -> bool {
        matches!(self, Self::Updated | Self::Risk)
    }
}

/// How many projects each option of a list's filters would show beside its other filters: the filter's name, the
/// option's value and the number. What is not there would show none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub Vec<(String, String, i64)>);

impl Counts {
    /// How many an option would show; none where nothing was counted.
    #[must_use]
    pub fn of(&self, filter: &str, option: &str) -> Option<i64> {
        if self.0.is_empty() {
            return None;
        }
        let count = |option: &str| {
            self.0.iter().find(|(of, value, _)| of == filter && value == option).map_or(0, |(_, _, number)| *number)
        };
        Some(match (filter, option) {
            ("status", "open") => ["active", "paused", "sustaining"].into_iter().map(count).sum(),
            ("status", "any") => ["active", "paused", "sustaining", "closed"].into_iter().map(count).sum(),
            _ => count(option),
        })
    }
}

/// What a list is narrowed to and how it is ordered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words to look for, or a reference.
    pub text: String,
    pub statuses: Statuses,
    /// Only of this department.
    pub department: Option<DepartmentId>,
    /// Only of this priority.
    pub priority: Option<PriorityId>,
    /// Only of this type.
    pub kind: Option<ProjectType>,
    /// Only in this state of continuity.
    pub continuity: Option<Continuity>,
    /// Only with this answer missing or late.
    pub gap: Option<Gap>,
    /// Only those on which this person has a place.
    pub mine: Option<PersonId>,
    /// Only those on which this colleague has a place.
    pub with: Option<PersonId>,
    /// Who asks: drafts are listed for nobody else than those who write them.
    pub person: Option<PersonId>,
    /// The order.
    pub sort: Sort,
    /// The other way round than usual.
    pub reversed: bool,
    /// As a table whose columns sort, for those who coordinate.
    pub table: bool,
    /// The day on which the projects stand as the list shows them; none for today.
    pub on: Option<NaiveDate>,
    /// The page, from 1; none for all of them.
    pub page: Option<i64>,
}

/// The first and the last day that can be looked at: three years back and ahead.
#[must_use]
pub fn days(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    (today - Days::new(1_096), today + Days::new(1_096))
}

impl Filter {
    /// The statuses that are meant: what ended is closed.
    #[must_use]
    pub fn meant_statuses(&self) -> Statuses {
        match self.continuity {
            Some(Continuity::Ended) if self.statuses == Statuses::Open => Statuses::Closed,
            _ => self.statuses,
        }
    }

    /// The filter that an address asks for, as this person. What is not understood is left out.
    #[must_use]
    pub fn of(person: PersonId, query: &[(String, String)], today: NaiveDate) -> Self {
        let value = |name: &str| query.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
        // Bookmarks may still hold the words of the first releases.
        let continuity = if value("continuity") == "held" { "led" } else { value("continuity") };
        let gap = if value("gap") == "anchor" { "supervisor" } else { value("gap") };
        let (first, last) = days(today);
        Self {
            text: value("q").chars().take(200).collect(),
            statuses: value("status").parse().unwrap_or_default(),
            department: value("department").parse().ok(),
            priority: value("priority").parse().ok(),
            kind: value("type").parse().ok(),
            continuity: continuity.parse().ok(),
            gap: gap.parse().ok(),
            mine: (value("mine") == "yes").then_some(person),
            with: value("with").parse().ok(),
            person: Some(person),
            sort: value("sort").parse().unwrap_or_default(),
            reversed: value("reverse") == "yes",
            table: value("view") == "table",
            on: parse::date(value("on")).filter(|day| *day != today && (first..=last).contains(day)),
            page: Some(value("page").parse().unwrap_or(1).clamp(1, 100_000)),
        }
    }

    /// What an address says to ask for this filter again: names and values, without what is usual.
    #[must_use]
    pub fn query(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        let mut add = |name, value: Option<String>| pairs.extend(value.map(|value| (name, value)));
        add("q", (!self.text.is_empty()).then(|| self.text.clone()));
        add("status", (self.statuses != Statuses::default()).then(|| self.statuses.as_str().to_owned()));
        add("department", self.department.map(|id| id.to_string()));
        add("priority", self.priority.map(|id| id.to_string()));
        add("type", self.kind.map(|kind| kind.to_string()));
        add("continuity", self.continuity.map(|state| state.as_str().to_owned()));
        add("gap", self.gap.map(|gap| gap.as_str().to_owned()));
        add("mine", self.mine.map(|_| "yes".to_owned()));
        add("with", self.with.map(|id| id.to_string()));
        add("sort", (self.sort != Sort::default()).then(|| self.sort.as_str().to_owned()));
        add("reverse", self.reversed.then(|| "yes".to_owned()));
        add("view", self.table.then(|| "table".to_owned()));
        add("on", self.on.map(|day| day.to_string()));
        add("page", self.page.filter(|page| *page > 1).map(|page| page.to_string()));
        pairs
    }
}

/// The address of a view.
#[must_use]
pub fn address(path: &str, filter: &Filter) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(filter.query()).finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{TODAY, on};

    #[test]
    fn a_filter_is_asked_for_again_by_its_own_address() {
        let person = PersonId::new();
        let filter = Filter {
            text: "falls & trips".into(),
            statuses: Statuses::Any,
            department: Some(DepartmentId::new()),
            priority: Some(PriorityId::new()),
            kind: Some(ProjectType::ClinicalAudit),
            continuity: Some(Continuity::InPool),
            gap: Some(Gap::Measurement),
            mine: Some(person),
            with: Some(PersonId::new()),
            person: Some(person),
            sort: Sort::Risk,
            reversed: true,
            table: true,
            on: Some(on("2027-01-06")),
            page: Some(3),
        };
        let query: Vec<(String, String)> =
            filter.query().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        assert_eq!(Filter::of(person, &query, TODAY), filter);
        let usual = Filter::of(person, &[], TODAY);
        assert!(usual.query().is_empty());
        assert_eq!(usual.statuses, Statuses::Open);
    }

    #[test]
    fn addresses_that_were_kept_before_lead_and_supervisor_had_their_names_go_on_working() {
        let of = |name: &str, value: &str| Filter::of(PersonId::new(), &[(name.to_owned(), value.to_owned())], TODAY);
        assert_eq!(of("continuity", "held").continuity, Some(Continuity::Led));
        assert_eq!(of("gap", "anchor").gap, Some(Gap::Supervisor));
    }

    #[test]
    fn a_day_that_is_not_within_three_years_or_is_none_is_today() {
        for (typed, day) in [
            ("2027-01-06", Some("2027-01-06")),
            ("6 January 2027", Some("2027-01-06")),
            ("2026-03-05", Some("2026-03-05")),
            ("2026-03-04", None),
            ("2023-03-04", Some("2023-03-04")),
            ("2023-03-02", None),
            ("2029-03-04", Some("2029-03-04")),
            ("2029-03-05", None),
            ("2026-02-30", None),
            ("tomorrow", None),
            ("", None),
        ] {
            let filter = Filter::of(PersonId::new(), &[("on".to_owned(), typed.to_owned())], TODAY);
            assert_eq!(filter.on, day.map(on), "{typed}");
        }
    }
}

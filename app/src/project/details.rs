//! What is written about a project: the form, and what was parsed from it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use sqlx::FromRow;

use super::model::{Origin, ProjectType};
use crate::error::{Consequence, Error, Unconfirmed};
use crate::format;
use crate::history::Entry;
use crate::id::{DepartmentId, PriorityId, ProjectId};
use crate::parse::{Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};
use crate::people::model::Named;

/// The most projects that a registrant's word about likeness is kept for.
const MOST_SEEN: usize = 5;

/// Registering or editing a project, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProjectForm {
    /// The project that is edited; empty for a new one.
    pub project: String,
    /// The version that the edit was made from.
    pub version: String,
    /// Which button was pressed: empty, `draft`, `register` or `similar`.
    pub then: String,
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The title.
    pub title: String,
    /// What goes wrong, for whom.
    pub problem: String,
    /// The department's id.
    pub department: String,
    /// Ids of priorities.
    pub priorities: Vec<String>,
    /// Why it matters locally, when no priority fits.
    pub local_need: String,
    /// Where it came from.
    pub origin: String,
    /// More about where it came from.
    pub origin_note: String,
    /// What is to change.
    pub aim_what: String,
    /// For whom.
    pub aim_whom: String,
    /// How much.
    pub aim_how_much: String,
    /// By when.
    pub aim_by: String,
    /// An audit's standard.
    pub standard: String,
    /// Where the standard comes from.
    pub standard_source: String,
    /// The level to meet.
    pub standard_level: String,
    /// When it is audited again.
    pub reaudit_on: String,
    /// The next step.
    pub next_step: String,
    /// When it is due.
    pub next_step_on: String,
    /// The supervisor's id.
    pub supervisor: String,
    /// The name of a supervisor whom Baton does not know yet.
    pub supervisor_name: String,
    /// Their address.
    pub supervisor_address: String,
    /// Ids of the projects that were listed as like this one.
    pub seen: Vec<String>,
    /// How this one differs from them.
    pub differs: String,
    /// The dates that were asked about and are meant.
    pub confirmed: String,
}

impl ProjectForm {
    /// A form that holds what is stored.
    ///
    /// # Errors
    /// [`Error::Internal`] when what is stored cannot be written as text.
    pub fn holding(
        project: ProjectId,
        version: i64,
        details: &ProjectDetails,
        priorities: impl Iterator<Item = PriorityId>,
    ) -> Result<Self, Error> {
        let mut typed = serde_json::to_value(details)?;
        if let Some(fields) = typed.as_object_mut() {
            fields.retain(|_, value| !value.is_null());
        }
        Ok(Self {
            project: project.to_string(),
            version: version.to_string(),
            priorities: priorities.map(|id| id.to_string()).collect(),
            ..serde_json::from_value(typed)?
        })
    }

    /// What the form says of a project that is to be as complete as `completeness` asks.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong or missing.
    pub fn parse(&self, completeness: Completeness) -> Result<Registration, Error> {
        let mut fields = Fields::new();
        let (details, priorities) = self.details(&mut fields, completeness == Completeness::Registered);
        let next_step = fields.text("next_step", &self.next_step, MAX_LINE_CHARS);
        let next_step_on = fields.date("next_step_on", &self.next_step_on);
        if next_step.is_empty() && next_step_on.is_some() {
            fields.error("next_step", "Enter what the next step is.");
        }
        let differs = fields.text("differs", &self.differs, MAX_LINE_CHARS);
        let supervisor = Named::read(
            &mut fields,
            ["supervisor", "supervisor_name", "supervisor_address"],
            [&self.supervisor, &self.supervisor_name, &self.supervisor_address],
        );
        fields.finish(|| Registration { details, priorities, next_step, next_step_on, supervisor, differs })
    }

    /// The fields are read in the order in which the page shows them, in which their errors are listed.
    fn details(&self, fields: &mut Fields, registered: bool) -> (ProjectDetails, Vec<PriorityId>) {
        let kind: Option<ProjectType> = fields.choice("type", &self.kind, "Choose what kind of project it is.");
        let required = |fields: &mut Fields, is_required: bool, (name, typed): (&str, &str), limit, missing: &str| {
            if is_required { fields.required(name, typed, limit, missing) } else { fields.text(name, typed, limit) }
        };
        let line = |fields: &mut Fields, name: &str, typed: &str| fields.text(name, typed, MAX_LINE_CHARS);
        let audit = registered && kind == Some(ProjectType::ClinicalAudit);
        let title = fields.required("title", &self.title, MAX_LINE_CHARS, "Enter a title.");
        let missing = "Say what the problem is, in a sentence or two.";
        let problem = required(fields, registered, ("problem", &self.problem), MAX_PARAGRAPH_CHARS, missing);
        let department = self.department(fields, registered);
        let local_need = line(fields, "local_need", &self.local_need);
        let priorities = self.priorities(fields, registered && local_need.is_empty());
        let details = ProjectDetails {
            kind: kind.unwrap_or(ProjectType::QualityImprovement),
            title,
            problem,
            department,
            local_need,
            origin: self.origin(fields),
            origin_note: line(fields, "origin_note", &self.origin_note),
            standard: required(
                fields,
                audit,
                ("standard", &self.standard),
                MAX_LINE_CHARS,
                "Enter the standard that you audit against.",
            ),
            standard_source: required(
                fields,
                audit,
                ("standard_source", &self.standard_source),
                MAX_LINE_CHARS,
                "Say where the standard comes from, such as a NICE guideline.",
            ),
            standard_level: required(
                fields,
                audit,
                ("standard_level", &self.standard_level),
                MAX_LINE_CHARS,
                "Enter the level to meet, such as 95%.",
            ),
            reaudit_on: fields.date("reaudit_on", &self.reaudit_on),
            aim_what: line(fields, "aim_what", &self.aim_what),
            aim_whom: line(fields, "aim_whom", &self.aim_whom),
            aim_how_much: line(fields, "aim_how_much", &self.aim_how_much),
            aim_by: fields.date("aim_by", &self.aim_by),
        };
        if audit && self.reaudit_on.trim().is_empty() {
            fields.error("reaudit_on", "Enter the date on which you audit again.");
        }
        (details, priorities)
    }

    fn department(&self, fields: &mut Fields, registered: bool) -> Option<DepartmentId> {
        let department = self.department.parse().ok();
        if department.is_none() && (registered || !self.department.is_empty()) {
            fields.error("department", "Choose the department that the project belongs to.");
        }
        department
    }

    fn origin(&self, fields: &mut Fields) -> Origin {
        if self.origin.is_empty() {
            return Origin::Idea;
        }
        fields.choice("origin", &self.origin, "Choose where it came from.").unwrap_or(Origin::Idea)
    }

    fn priorities(&self, fields: &mut Fields, needed: bool) -> Vec<PriorityId> {
        let priorities: Vec<PriorityId> = self.priorities.iter().filter_map(|id| id.parse().ok()).collect();
        if priorities.len() != self.priorities.len() {
            fields.error("priorities[]", "Choose priorities from the list.");
        } else if needed && priorities.is_empty() {
            fields.error("priorities[]", "Choose at least one priority, or say what the local need is.");
        }
        priorities
    }

    /// The projects that were listed as like this one.
    pub fn seen(&self) -> impl Iterator<Item = ProjectId> {
        self.seen.iter().take(MOST_SEEN).filter_map(|id| id.parse().ok())
    }
}

/// What the form of a project says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub details: ProjectDetails,
    pub priorities: Vec<PriorityId>,
    /// The first task; empty without one, and when a project is edited: tasks have pages of their own.
    pub next_step: String,
    pub next_step_on: Option<NaiveDate>,
    /// Who is to be asked to supervise it.
    pub supervisor: Option<Named>,
    /// How it differs from the projects that were listed as like it.
    pub differs: String,
}

/// A project lasts months: a date so many days ahead is rather a slip of the finger.
const FAR_AHEAD: i64 = 5 * 366;

impl Registration {
    /// Asks about dates that can hardly be meant: those that have passed, and those that are years ahead. What stood there
    /// `before` was meant, and so is what stands in `confirmed`.
    ///
    /// # Errors
    /// [`Error::Unconfirmed`] with a sentence about each.
    pub fn dates_are_meant(
        &self,
        before: Option<&ProjectDetails>,
        confirmed: &str,
        today: NaiveDate,
    ) -> Result<(), Error> {
        let details = &self.details;
        let dates = [
            ("The aim is to be met by", details.aim_by, before.and_then(|before| before.aim_by)),
            ("The next audit is on", details.reaudit_on, before.and_then(|before| before.reaudit_on)),
            ("The next step is due on", self.next_step_on, None),
        ];
        let (mut lines, mut digest) = (Vec::new(), Vec::new());
        for (what, day, before) in dates {
            let Some(day) = day.filter(|_| day != before) else { continue };
            let why = match (day - today).num_days() {
                ..0 => "which has passed",
                0..=FAR_AHEAD => continue,
                _ => "which is more than five years away",
            };
            lines.push(Consequence { text: format!("{what} {}, {why}.", format::date(day)), ..Consequence::default() });
            digest.push(format!("{what} {day}"));
        }
        let digest = digest.join(" ");
        if lines.is_empty() || digest == confirmed {
            return Ok(());
        }
        Err(Error::Unconfirmed(Unconfirmed { lines, digest, doubt: true }))
    }
}

/// What a person says about a project: the columns of its row that the form edits, by the form's names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, FromRow)]
pub struct ProjectDetails {
    #[serde(rename = "type")]
    #[sqlx(rename = "type")]
    pub kind: ProjectType,
    pub title: String,
    /// What goes wrong, for whom.
    pub problem: String,
    /// Only a draft may have none.
    #[sqlx(rename = "department_id")]
    pub department: Option<DepartmentId>,
    /// Why it matters locally, when no priority fits.
    pub local_need: String,
    pub origin: Origin,
    /// More about where it came from.
    pub origin_note: String,
    pub aim_what: String,
    pub aim_whom: String,
    pub aim_how_much: String,
    pub aim_by: Option<NaiveDate>,
    /// What an audit measures against.
    pub standard: String,
    /// Where the standard comes from.
    pub standard_source: String,
    /// The level to meet.
    pub standard_level: String,
    /// When it is audited again.
    pub reaudit_on: Option<NaiveDate>,
}

impl ProjectDetails {
    /// Adds to an entry of the history what is no longer as it was. The department is not among it: its name is the
    /// store's to know.
    #[must_use]
    pub fn changes(&self, before: &Self, entry: Entry) -> Entry {
        let date = |date: Option<NaiveDate>| date.map(format::date).unwrap_or_default();
        entry
            .change("Type", before.kind.label(), self.kind.label())
            .change("Title", &before.title, &self.title)
            .change("Problem", &before.problem, &self.problem)
            .change("Local need", &before.local_need, &self.local_need)
            .change("Origin", before.origin.label(), self.origin.label())
            .change("More about the origin", &before.origin_note, &self.origin_note)
            .change("Aim: what", &before.aim_what, &self.aim_what)
            .change("Aim: for whom", &before.aim_whom, &self.aim_whom)
            .change("Aim: how much", &before.aim_how_much, &self.aim_how_much)
            .change("Aim: by when", date(before.aim_by), date(self.aim_by))
            .change("Standard", &before.standard, &self.standard)
            .change("Source of the standard", &before.standard_source, &self.standard_source)
            .change("Level to meet", &before.standard_level, &self.standard_level)
            .change("Re-audit", date(before.reaudit_on), date(self.reaudit_on))
    }
}

/// How complete a project has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// A draft needs only a title.
    Draft,
    /// A registered project needs all that is asked for.
    Registered,
}

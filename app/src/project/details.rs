//! What is written about a project: the form, and what was parsed from it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::model::{Origin, ProjectType};
use crate::error::Error;
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
}

impl ProjectForm {
    /// What was typed, and the supervisor to ask.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong or missing.
    pub fn parse(&self, whole: Completeness) -> Result<(ProjectDetails, Option<Named>), Error> {
        let registered = whole == Completeness::Registered;
        let mut fields = Fields::new();
        let kind = fields.choice("type", &self.kind, "Choose what kind of project it is.");
        let title = fields.required("title", &self.title, MAX_LINE_CHARS, "Enter a title.");
        let problem = if registered {
            fields.required(
                "problem",
                &self.problem,
                MAX_PARAGRAPH_CHARS,
                "Say what the problem is, in a sentence or two.",
            )
        } else {
            fields.text("problem", &self.problem, MAX_PARAGRAPH_CHARS)
        };
        let department = self.department.parse().ok();
        if department.is_none() && (registered || !self.department.is_empty()) {
            fields.error("department", "Choose the department that the project belongs to.");
        }
        let priorities: Vec<PriorityId> = self.priorities.iter().filter_map(|id| id.parse().ok()).collect();
        let local_need = fields.text("local_need", &self.local_need, MAX_LINE_CHARS);
        if priorities.len() != self.priorities.len() {
            fields.error("priorities[]", "Choose priorities from the list.");
        } else if registered && priorities.is_empty() && local_need.is_empty() {
            fields.error("priorities[]", "Choose at least one priority, or say what the local need is.");
        }
        let origin = if self.origin.is_empty() {
            Some(Origin::Idea)
        } else {
            fields.choice("origin", &self.origin, "Choose where it came from.")
        };
        let origin_note = fields.text("origin_note", &self.origin_note, MAX_LINE_CHARS);
        let audit = registered && kind == Some(ProjectType::ClinicalAudit);
        let mut of_audit = |field: &str, typed: &str, missing: &str| {
            if audit {
                fields.required(field, typed, MAX_LINE_CHARS, missing)
            } else {
                fields.text(field, typed, MAX_LINE_CHARS)
            }
        };
        let standard = of_audit("standard", &self.standard, "Enter the standard that you audit against.");
        let standard_source = of_audit(
            "standard_source",
            &self.standard_source,
            "Say where the standard comes from, such as a NICE guideline.",
        );
        let standard_level = of_audit("standard_level", &self.standard_level, "Enter the level to meet, such as 95%.");
        let reaudit_on = fields.date("reaudit_on", &self.reaudit_on);
        if audit && self.reaudit_on.trim().is_empty() {
            fields.error("reaudit_on", "Enter the date on which you audit again.");
        }
        let aim_what = fields.text("aim_what", &self.aim_what, MAX_LINE_CHARS);
        let aim_whom = fields.text("aim_whom", &self.aim_whom, MAX_LINE_CHARS);
        let aim_how_much = fields.text("aim_how_much", &self.aim_how_much, MAX_LINE_CHARS);
        let aim_by = fields.date("aim_by", &self.aim_by);
        let next_step = fields.text("next_step", &self.next_step, MAX_LINE_CHARS);
        let next_step_on = fields.date("next_step_on", &self.next_step_on);
        if next_step.is_empty() && next_step_on.is_some() {
            fields.error("next_step", "Say what the next step is.");
        }
        let differs = fields.text("differs", &self.differs, MAX_LINE_CHARS);
        let supervisor = Named::read(
            &mut fields,
            ["supervisor", "supervisor_name", "supervisor_address"],
            [&self.supervisor, &self.supervisor_name, &self.supervisor_address],
        );
        fields.finish(|| {
            let words = ProjectDetails {
                kind: kind.unwrap_or(ProjectType::QualityImprovement),
                title,
                problem,
                department,
                priorities,
                local_need,
                origin: origin.unwrap_or(Origin::Idea),
                origin_note,
                aim_what,
                aim_whom,
                aim_how_much,
                aim_by,
                standard,
                standard_source,
                standard_level,
                reaudit_on,
                next_step,
                next_step_on,
                differs,
            };
            (words, supervisor)
        })
    }
}

impl ProjectForm {
    /// The projects that were listed as like this one.
    pub fn seen(&self) -> impl Iterator<Item = ProjectId> {
        self.seen.iter().take(MOST_SEEN).filter_map(|id| id.parse().ok())
    }
}

/// What a person says about a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectDetails {
    /// The type.
    pub kind: ProjectType,
    /// The title.
    pub title: String,
    /// What goes wrong, for whom.
    pub problem: String,
    /// The department; only a draft may have none.
    pub department: Option<DepartmentId>,
    /// The priorities.
    pub priorities: Vec<PriorityId>,
    /// Why it matters locally, when no priority fits.
    pub local_need: String,
    /// Where it came from.
    pub origin: Origin,
    /// More about where it came from.
    pub origin_note: String,
    /// What is to change.
    pub aim_what: String,
    /// For whom.
    pub aim_whom: String,
    /// How much.
    pub aim_how_much: String,
    /// By when.
    pub aim_by: Option<NaiveDate>,
    /// An audit's standard.
    pub standard: String,
    /// Where the standard comes from.
    pub standard_source: String,
    /// The level to meet.
    pub standard_level: String,
    /// When it is audited again.
    pub reaudit_on: Option<NaiveDate>,
    /// The next step.
    pub next_step: String,
    /// When it is due.
    pub next_step_on: Option<NaiveDate>,
    /// How it differs from the projects that were listed as like it.
    pub differs: String,
}

/// How complete a project has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// A draft needs only a title.
    Draft,
    /// A registered project needs all that is asked for.
    Registered,
}

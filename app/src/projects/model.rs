//! What a project is: its type, status, origin and team.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, PriorityId, ProjectId};
use crate::parse::{self, Fields, LINE, PARAGRAPH};

/// The most projects that a registrant's word about likeness is kept for.
const MOST_SEEN: usize = 5;

choices! {
    /// The kind of work that a project is.
    ProjectType {
        /// Tests changes to make something better.
        QualityImprovement = "quality_improvement" => "Quality improvement project",
        /// Measures care against a standard.
        ClinicalAudit = "clinical_audit" => "Clinical audit",
        /// Describes or judges a service as it is.
        ServiceEvaluation = "service_evaluation" => "Service evaluation",
    }

    /// Where a project stands.
    Status {
        /// Not submitted yet: only its author and those invited see it.
        Draft = "draft" => "Draft",
        /// Being worked on.
        Active = "active" => "Active",
        /// At rest until a date.
        Paused = "paused" => "Paused",
        /// Done, still re-measured.
        Sustaining = "sustaining" => "Sustaining",
        /// Ended.
        Closed = "closed" => "Closed",
    }

    /// Why a project is closed.
    ClosedReason {
        /// It did what it set out to do.
        Completed = "completed" => "Completed",
        /// It was given up.
        Stopped = "stopped" => "Stopped",
        /// It goes on inside another project.
        Merged = "merged" => "Merged",
        /// Another project took its place.
        Superseded = "superseded" => "Superseded",
        /// It turned out to be something else, such as research.
        NotQi = "not_qi" => "Not quality improvement",
    }

    /// What a project came from.
    Origin {
        /// Somebody's idea.
        Idea = "idea" => "An idea",
        /// An incident.
        Incident = "incident" => "An incident",
        /// A near miss.
        NearMiss = "near_miss" => "A near miss",
        /// A complaint.
        Complaint = "complaint" => "A complaint",
        /// The result of an audit.
        AuditResult = "audit_result" => "An audit result",
        /// A priority of the trust.
        Priority = "priority" => "A trust priority",
    }

    /// A place in a project's team.
    TeamRole {
        /// Holds the project.
        Lead = "lead" => "Lead",
        /// Works on it.
        Member = "member" => "Member",
        /// Anchors it: stays when trainees rotate.
        Supervisor = "supervisor" => "Supervisor",
        /// Opens doors for it.
        Sponsor = "sponsor" => "Sponsor",
        /// The manager who works with it.
        ManagerPartner = "manager_partner" => "Manager partner",
        /// Teaches it the method.
        Coach = "coach" => "Coach",
    }

    /// The answer to being asked into a team, or to asking to join one.
    RoleState {
        /// Not answered yet.
        Asked = "asked" => "Asked",
        /// In the team.
        Accepted = "accepted" => "Accepted",
        /// Said no.
        Declined = "declined" => "Declined",
    }

    /// Who opened the question of a place in the team.
    OpenedBy {
        /// The team invited the person.
        Team = "team" => "The team",
        /// The person asked to join.
        Person = "person" => "The person",
    }

    /// A change of a project's status.
    Move {
        /// Rests until a date.
        Pause = "pause" => "Pause it",
        /// The change is made; it is still re-measured.
        Sustain = "sustain" => "Move it to sustaining",
        /// Worked on again after a pause, or after it was sustaining.
        Resume = "resume" => "Make it active again",
        /// It did what it set out to do.
        Complete = "complete" => "Complete it",
        /// It is given up.
        Stop = "stop" => "Stop it",
        /// It is something else.
        NotQi = "not_qi" => "Mark it as not quality improvement",
        /// Open again after it was closed.
        Reopen = "reopen" => "Reopen it",
    }
}

impl Status {
    /// Whether the project is open: active, paused or sustaining.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Active | Self::Paused | Self::Sustaining)
    }
}

impl TeamRole {
    /// The places that somebody can be invited to: a lead comes by a handover.
    pub const INVITED: &[Self] = &[Self::Member, Self::Supervisor, Self::Sponsor, Self::ManagerPartner, Self::Coach];

    /// The places between which a person is moved without being asked. Who anchors a project says so.
    pub const MOVED: &[Self] = &[Self::Member, Self::Sponsor, Self::ManagerPartner, Self::Coach];

    /// What somebody in this place does.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Lead => "Holds the project and hands it over.",
            Self::Member => "Works on the project and records measurements.",
            Self::Supervisor => "Anchors the project and stays when trainees rotate.",
            Self::Sponsor => "A senior person who opens doors.",
            Self::ManagerPartner => "The manager who works with the team.",
            Self::Coach => "Teaches the team the method.",
        }
    }
}

impl Move {
    /// Whether a project of this status can make this move.
    #[must_use]
    pub fn fits(self, from: Status) -> bool {
        match self {
            Self::Pause => matches!(from, Status::Active | Status::Sustaining),
            Self::Sustain => matches!(from, Status::Active | Status::Paused),
            Self::Resume => matches!(from, Status::Paused | Status::Sustaining),
            Self::Complete | Self::Stop | Self::NotQi => from.is_open(),
            Self::Reopen => from == Status::Closed,
        }
    }

    /// The status that it leads to.
    #[must_use]
    pub fn status(self) -> Status {
        match self {
            Self::Pause => Status::Paused,
            Self::Sustain => Status::Sustaining,
            Self::Resume | Self::Reopen => Status::Active,
            Self::Complete | Self::Stop | Self::NotQi => Status::Closed,
        }
    }

    /// The reason for which it closes a project.
    #[must_use]
    pub fn reason(self) -> Option<ClosedReason> {
        match self {
            Self::Complete => Some(ClosedReason::Completed),
            Self::Stop => Some(ClosedReason::Stopped),
            Self::NotQi => Some(ClosedReason::NotQi),
            Self::Pause | Self::Sustain | Self::Resume | Self::Reopen => None,
        }
    }

    /// What happens, and how it is undone.
    #[must_use]
    pub fn consequence(self) -> (&'static str, &'static str) {
        match self {
            Self::Pause => (
                "No measurement is expected until the date that you give. The team and everything recorded stay as they are.",
                "On that day you are asked to look again. You can make it active again at any time.",
            ),
            Self::Sustain => (
                "The change is in place and you only check that it holds. The project counts as done, and its measures are still due.",
                "You can make it active again at any time.",
            ),
            Self::Resume => (
                "The project is worked on again, and its measures are due from now on.",
                "You can pause it again at any time.",
            ),
            Self::Complete => (
                "The project is closed as completed. Its page, team, measurements and history stay, and others find it when they plan similar work.",
                "You can reopen it from this page.",
            ),
            Self::Stop => (
                "The project is closed and your reason stands on its page, so that others learn from it. Nothing is deleted.",
                "You can reopen it from this page.",
            ),
            Self::NotQi => (
                "The project is closed because it belongs elsewhere, for example with research and development. Nothing is deleted.",
                "You can reopen it from this page.",
            ),
            Self::Reopen => (
                "The project is active again with the team it had, and its measures are due from now on.",
                "You can close it again at any time.",
            ),
        }
    }
}

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

/// What a person says about a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
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

/// Somebody named in a form: from the list, or by name and address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// A colleague of the trust.
    Colleague(PersonId),
    /// Somebody whom Baton does not know yet.
    Newcomer {
        /// Their name.
        name: String,
        /// Their address.
        address: String,
    },
}

impl Named {
    /// Reads the three fields that name somebody; none when all are empty.
    fn read(
        fields: &mut Fields,
        [id_field, name_field, address_field]: [&str; 3],
        [id, name, address]: [&str; 3],
    ) -> Option<Self> {
        let (typed_name, typed_address) = (name.trim(), address.trim());
        if !id.is_empty() {
            if !typed_name.is_empty() || !typed_address.is_empty() {
                fields.wrong(id_field, "Choose somebody from the list or name somebody new, not both.");
            }
            let person = id.parse().ok();
            if person.is_none() {
                fields.wrong(id_field, "Choose somebody from the list.");
            }
            return person.map(Self::Colleague);
        }
        if typed_name.is_empty() && typed_address.is_empty() {
            return None;
        }
        let name = fields.needed(name_field, name, LINE, "Enter their name.");
        let address = parse::address(address);
        if address.is_none() {
            fields.wrong(address_field, "Enter their email address, like name@trust.nhs.uk.");
        }
        Some(Self::Newcomer { name, address: address.unwrap_or_default() })
    }
}

/// How complete a project has to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whole {
    /// A draft needs only a title.
    Draft,
    /// A registered project needs all that is asked for.
    Registered,
}

impl ProjectForm {
    /// What was typed, and the supervisor to ask.
    ///
    /// # Errors
    /// [`Error::Invalid`] with everything that is wrong or missing.
    pub fn parse(&self, whole: Whole) -> Result<(Words, Option<Named>), Error> {
        let registered = whole == Whole::Registered;
        let mut fields = Fields::new();
        let kind = fields.choice("type", &self.kind, "Choose what kind of project it is.");
        let title = fields.needed("title", &self.title, LINE, "Enter a title.");
        let problem = if registered {
            fields.needed("problem", &self.problem, PARAGRAPH, "Say what the problem is, in a sentence or two.")
        } else {
            fields.text("problem", &self.problem, PARAGRAPH)
        };
        let department = self.department.parse().ok();
        if department.is_none() && (registered || !self.department.is_empty()) {
            fields.wrong("department", "Choose the department that the project belongs to.");
        }
        let priorities: Vec<PriorityId> = self.priorities.iter().filter_map(|id| id.parse().ok()).collect();
        let local_need = fields.text("local_need", &self.local_need, LINE);
        if priorities.len() != self.priorities.len() {
            fields.wrong("priorities[]", "Choose priorities from the list.");
        } else if registered && priorities.is_empty() && local_need.is_empty() {
            fields.wrong("priorities[]", "Choose at least one priority, or say what the local need is.");
        }
        let origin = if self.origin.is_empty() {
            Some(Origin::Idea)
        } else {
            fields.choice("origin", &self.origin, "Choose where it came from.")
        };
        let origin_note = fields.text("origin_note", &self.origin_note, LINE);
        let audit = registered && kind == Some(ProjectType::ClinicalAudit);
        let mut of_audit = |field: &str, typed: &str, missing: &str| {
            if audit { fields.needed(field, typed, LINE, missing) } else { fields.text(field, typed, LINE) }
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
            fields.wrong("reaudit_on", "Enter the date on which you audit again.");
        }
        let aim_what = fields.text("aim_what", &self.aim_what, LINE);
        let aim_whom = fields.text("aim_whom", &self.aim_whom, LINE);
        let aim_how_much = fields.text("aim_how_much", &self.aim_how_much, LINE);
        let aim_by = fields.date("aim_by", &self.aim_by);
        let next_step = fields.text("next_step", &self.next_step, LINE);
        let next_step_on = fields.date("next_step_on", &self.next_step_on);
        if next_step.is_empty() && next_step_on.is_some() {
            fields.wrong("next_step", "Say what the next step is.");
        }
        let differs = fields.text("differs", &self.differs, LINE);
        let supervisor = Named::read(
            &mut fields,
            ["supervisor", "supervisor_name", "supervisor_address"],
            [&self.supervisor, &self.supervisor_name, &self.supervisor_address],
        );
        fields.finish(|| {
            let words = Words {
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

/// Inviting somebody into a team, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    /// The project.
    pub project: String,
    /// A colleague's id.
    pub person: String,
    /// The name of somebody whom Baton does not know yet.
    pub name: String,
    /// Their address.
    pub address: String,
    /// The place.
    pub role: String,
    /// A word to them.
    pub message: String,
}

/// An invitation.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// Whom.
    pub whom: Named,
    /// To which place.
    pub role: TeamRole,
    /// A word to them.
    pub message: String,
}

impl InviteForm {
    /// The invitation.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody or no place is named.
    pub fn parse(&self) -> Result<Invitation, Error> {
        let mut fields = Fields::new();
        let whom = Named::read(&mut fields, ["person", "name", "address"], [&self.person, &self.name, &self.address]);
        if whom.is_none() && fields.is_ok() {
            fields.wrong("person", "Choose a colleague, or name somebody who has no account yet.");
        }
        let role = fields
            .choice("role", &self.role, "Choose what you ask them to be.")
            .filter(|role| TeamRole::INVITED.contains(role));
        if role.is_none() && fields.is_ok() {
            fields.wrong("role", "Choose what you ask them to be. A lead comes by a handover.");
        }
        let message = fields.text("message", &self.message, LINE);
        match (whom, role) {
            (Some(whom), Some(role)) => fields.finish(|| Invitation { whom, role, message }),
            _ => fields.finish(|| ()).and(Err(Error::Fault)),
        }
    }
}

/// An answer to a question, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AnswerForm {
    /// The question.
    pub question: String,
    /// `accepted` or `declined`: the button that was pressed.
    pub answer: String,
    /// A word with it.
    pub word: String,
    /// `home` when it was answered there.
    pub from: String,
}

impl AnswerForm {
    /// Whether it was accepted, and the word with it.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is neither accepted nor declined.
    pub fn parse(&self) -> Result<(bool, String), Error> {
        let mut fields = Fields::new();
        let answer: Option<RoleState> = fields.choice("answer", &self.answer, "Accept or decline.");
        if answer == Some(RoleState::Asked) {
            fields.wrong("answer", "Accept or decline.");
        }
        let word = fields.text("word", &self.word, LINE);
        fields.finish(|| (answer == Some(RoleState::Accepted), word))
    }
}

/// Changing or ending somebody's place in a team, or leaving it, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceForm {
    /// The project.
    pub project: String,
    /// The place; empty when somebody leaves with all of theirs.
    pub place: String,
    /// The new role.
    pub role: String,
    /// What they contributed.
    pub contribution: String,
    /// `yes` when the place was given by mistake, and they contributed nothing.
    pub mistake: String,
}

impl PlaceForm {
    /// The role to change to.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none of those that need no answer.
    pub fn role(&self) -> Result<TeamRole, Error> {
        let mut fields = Fields::new();
        let role = fields.choice("role", &self.role, "Choose what they become.");
        if role.is_some_and(|role| !TeamRole::MOVED.contains(&role)) {
            fields.wrong(
                "role",
                "Invite them as supervisor instead: they say themselves whether they anchor the project.",
            );
        }
        fields.finish(|| role.unwrap_or(TeamRole::Member))
    }

    /// What they contributed.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing or too long.
    pub fn contribution(&self, missing: &str) -> Result<String, Error> {
        let mut fields = Fields::new();
        let contribution = fields.needed("contribution", &self.contribution, PARAGRAPH, missing);
        fields.finish(|| contribution)
    }

    /// What somebody contributed whose place ends; none when they had it by mistake.
    ///
    /// # Errors
    /// [`Error::Invalid`] when neither is said, or both.
    pub fn ended(&self) -> Result<Option<String>, Error> {
        let mistake = self.mistake == "yes";
        let missing = "Say what they contributed, so that they keep the credit, or that they were added by mistake.";
        let mut fields = Fields::new();
        let contribution = if mistake {
            fields.text("contribution", &self.contribution, PARAGRAPH)
        } else {
            fields.needed("contribution", &self.contribution, PARAGRAPH, missing)
        };
        if mistake && !contribution.is_empty() && fields.is_ok() {
            fields.wrong("contribution", "Say what they contributed, or that they were added by mistake, not both.");
        }
        fields.finish(|| (!mistake).then_some(contribution))
    }
}

/// Asking to join a team, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JoinForm {
    /// The project.
    pub project: String,
    /// A word to its lead.
    pub message: String,
}

impl JoinForm {
    /// The word to the lead.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing.
    pub fn parse(&self) -> Result<String, Error> {
        let mut fields = Fields::new();
        let message = fields.needed("message", &self.message, LINE, "Say in a line what you would like to do.");
        fields.finish(|| message)
    }
}

/// Changing a project's status, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct StatusForm {
    /// The project.
    pub project: String,
    /// The version that it was changed from.
    pub version: String,
    /// The move.
    pub to: String,
    /// When to look again.
    pub look_again_on: String,
    /// Why, or what came of it.
    pub note: String,
}

/// A change of status that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// The move.
    pub to: Move,
    /// When to look again, for one that rests.
    pub look_again_on: Option<NaiveDate>,
    /// Why, or what came of it.
    pub note: String,
}

impl StatusForm {
    /// The change.
    ///
    /// # Errors
    /// [`Error::Invalid`] when a date or a reason is missing.
    pub fn parse(&self, today: NaiveDate) -> Result<StatusChange, Error> {
        let mut fields = Fields::new();
        let to: Option<Move> = fields.choice("to", &self.to, "Choose what happens to the project.");
        let look_again_on = match to {
            Some(to @ (Move::Pause | Move::Sustain)) => {
                let missing = if to == Move::Pause {
                    "Enter the date on which to look at it again."
                } else {
                    "Enter the date of the next look."
                };
                let date = fields.needed_date("look_again_on", &self.look_again_on, missing);
                if fields.is_ok() && (date <= today || date > today + Days::new(366)) {
                    fields.wrong("look_again_on", "Choose a date after today and within a year.");
                }
                Some(date)
            }
            _ => None,
        };
        let note = match to {
            Some(Move::Stop) => {
                fields.needed("note", &self.note, PARAGRAPH, "Say why it stops, so that others learn from it.")
            }
            Some(Move::NotQi) => {
                fields.needed("note", &self.note, PARAGRAPH, "Say what it is instead and where it goes.")
            }
            _ => fields.text("note", &self.note, PARAGRAPH),
        };
        fields.finish(|| StatusChange { to: to.unwrap_or(Move::Resume), look_again_on, note })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn filled() -> ProjectForm {
        ProjectForm {
            kind: "quality_improvement".into(),
            title: "Sepsis".into(),
            problem: "Antibiotics are late.".into(),
            department: DepartmentId::new().to_string(),
            priorities: vec![PriorityId::new().to_string()],
            ..ProjectForm::default()
        }
    }

    fn wrong(form: &ProjectForm, whole: Whole) -> Vec<String> {
        match form.parse(whole) {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn four_answers_register_a_project_and_one_makes_a_draft() {
        assert_eq!(wrong(&filled(), Whole::Registered), Vec::<String>::new());
        let draft = ProjectForm { kind: "clinical_audit".into(), title: "Notes".into(), ..ProjectForm::default() };
        assert_eq!(wrong(&draft, Whole::Draft), Vec::<String>::new());
        assert_eq!(
            wrong(&draft, Whole::Registered),
            ["problem", "department", "priorities[]", "standard", "standard_source", "standard_level", "reaudit_on"]
        );
    }

    #[test]
    fn a_local_need_stands_for_a_priority() {
        let local = ProjectForm { priorities: Vec::new(), local_need: "Our rota".into(), ..filled() };
        assert_eq!(wrong(&local, Whole::Registered), Vec::<String>::new());
    }

    #[test]
    fn a_supervisor_is_chosen_or_named_whole() {
        let id = PersonId::new();
        let chosen = ProjectForm { supervisor: id.to_string(), ..filled() };
        assert_eq!(chosen.parse(Whole::Registered).expect("parsed").1, Some(Named::Colleague(id)));
        let both = ProjectForm { supervisor_name: "Dr New".into(), ..chosen };
        assert_eq!(wrong(&both, Whole::Registered), ["supervisor"]);
        let half = ProjectForm { supervisor_name: "Dr New".into(), ..filled() };
        assert_eq!(wrong(&half, Whole::Registered), ["supervisor_address"]);
    }

    #[test]
    fn every_open_project_can_be_closed_and_every_closed_one_reopened() {
        for from in Status::ALL.iter().copied() {
            let closes = Move::ALL.iter().any(|to| to.fits(from) && to.status() == Status::Closed);
            assert_eq!(closes, from.is_open(), "{from}");
            assert_eq!(Move::Reopen.fits(from), from == Status::Closed);
            for to in Move::ALL.iter().filter(|to| to.fits(from)) {
                assert_ne!(to.status(), from, "{to} changes something");
                assert_eq!(to.status() == Status::Closed, to.reason().is_some());
            }
        }
    }

    #[test]
    fn a_project_rests_until_a_date_ahead_within_a_year() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
        let parse = |on: &str| {
            StatusForm { to: "pause".into(), look_again_on: on.into(), ..StatusForm::default() }.parse(today)
        };
        assert!(parse("1 6 2026").is_ok());
        for on in ["", "4 3 2026", "1 6 2027", "soon"] {
            assert!(parse(on).is_err(), "{on}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_gives_words_or_reasons(title in ".{0,300}", problem in ".{0,50}", on in ".{0,20}", id in ".{0,40}") {
            let form = ProjectForm { title, problem, aim_by: on, department: id.clone(), supervisor: id, ..filled() };
            if let Err(error) = form.parse(Whole::Registered) {
                prop_assert!(matches!(error, Error::Invalid(errors) if !errors.is_empty()));
            }
        }
    }
}

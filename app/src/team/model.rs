//! The places in a project's team, and the forms that change them.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TeamRoleId};
use crate::parse::{Fields, MAX_LINE_CHARS, MAX_PARAGRAPH_CHARS};
use crate::people::model::Named;

choices! {
    /// A place in a project's team.
    TeamRole {
        /// Holds the project.
        Lead = "lead" => "Lead",
        /// Works on it.
        Member = "member" => "Member",
        /// Supervises it: stays when trainees rotate.
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
}

impl TeamRole {
    /// The places that the team invites somebody to: a lead comes by a handover, or is asked by the lead themselves.
    pub const INVITABLE: &[Self] = &[Self::Member, Self::Supervisor, Self::Sponsor, Self::ManagerPartner, Self::Coach];

    /// The places between which a person is moved without being asked. Who supervises a project says so.
    pub const ASSIGNABLE: &[Self] = &[Self::Member, Self::Sponsor, Self::ManagerPartner, Self::Coach];

    /// What somebody is asked to be: who is asked to lead leads together with whoever asks.
    #[must_use]
    pub fn asked(self) -> String {
        if self == Self::Lead { "co-lead".to_owned() } else { self.label().to_lowercase() }
    }

    /// What somebody in this place does.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Lead => "Holds the project and hands it over.",
            Self::Member => "Works on the project and records measurements.",
            Self::Supervisor => "Supervises the project and stays when trainees rotate.",
            Self::Sponsor => "A senior person who opens doors.",
            Self::ManagerPartner => "The manager who works with the team.",
            Self::Coach => "Teaches the team the method.",
        }
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

impl InviteForm {
    /// The invitation.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody or no place is named.
    pub fn parse(&self) -> Result<Invitation, Error> {
        let mut fields = Fields::new();
        let whom = self.whom(&mut fields);
        let role = fields
            .choice("role", &self.role, "Choose what you ask them to be.")
            .filter(|role| TeamRole::INVITABLE.contains(role));
        if role.is_none() && fields.is_ok() {
            fields.error("role", "Choose what you ask them to be. A lead comes by a handover.");
        }
        let message = fields.text("message", &self.message, MAX_LINE_CHARS);
        match (whom, role) {
            (Some(whom), Some(role)) => fields.finish(|| Invitation { whom, role, message }),
            _ => fields.finish(|| ()).and(Err(Error::Internal)),
        }
    }

    /// The invitation to lead the project together with whoever asks.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody is named.
    pub fn parse_co_lead(&self) -> Result<Invitation, Error> {
        let mut fields = Fields::new();
        let whom = self.whom(&mut fields);
        let message = fields.text("message", &self.message, MAX_LINE_CHARS);
        match whom {
            Some(whom) => fields.finish(|| Invitation { whom, role: TeamRole::Lead, message }),
            None => fields.finish(|| ()).and(Err(Error::Internal)),
        }
    }

    fn whom(&self, fields: &mut Fields) -> Option<Named> {
        let whom = Named::read(fields, ["person", "name", "address"], [&self.person, &self.name, &self.address]);
        if whom.is_none() && fields.is_ok() {
            fields.error("person", "Choose a colleague, or name somebody who has no account yet.");
        }
        whom
    }
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
            fields.error("answer", "Accept or decline.");
        }
        let word = fields.text("word", &self.word, MAX_LINE_CHARS);
        fields.finish(|| (answer == Some(RoleState::Accepted), word))
    }
}

/// Changing or ending somebody's place in a team, or leaving it, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MembershipForm {
    /// The project.
    pub project: String,
    /// The membership; empty when somebody leaves with all of theirs.
    #[serde(alias = "place")]
    pub membership: String,
    /// The new role.
    pub role: String,
    /// What they contributed.
    pub contribution: String,
    /// `yes` when the place was given by mistake, and they contributed nothing.
    pub mistake: String,
}

impl MembershipForm {
    /// The role to change to.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is none of those that need no answer.
    pub fn role(&self) -> Result<TeamRole, Error> {
        let mut fields = Fields::new();
        let role = fields.choice("role", &self.role, "Choose what they become.");
        if role.is_some_and(|role| !TeamRole::ASSIGNABLE.contains(&role)) {
            fields.error(
                "role",
                "Invite them as supervisor instead: they say themselves whether they supervise the project.",
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
        let contribution = fields.required("contribution", &self.contribution, MAX_PARAGRAPH_CHARS, missing);
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
            fields.text("contribution", &self.contribution, MAX_PARAGRAPH_CHARS)
        } else {
            fields.required("contribution", &self.contribution, MAX_PARAGRAPH_CHARS, missing)
        };
        if mistake && !contribution.is_empty() && fields.is_ok() {
            fields.error("contribution", "Say what they contributed, or that they were added by mistake, not both.");
        }
        fields.finish(|| (!mistake).then_some(contribution))
    }
}

/// Confirming a supervisor until a day, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ConfirmForm {
    /// The project.
    pub project: String,
    /// The supervisor's place in its team.
    pub membership: String,
    /// The last day on which they count.
    pub confirmed_until: String,
}

impl ConfirmForm {
    /// The last day.
    ///
    /// # Errors
    /// [`Error::Invalid`] when it is missing or no day.
    pub fn last_day(&self) -> Result<NaiveDate, Error> {
        let mut fields = Fields::new();
        let last = fields.required_date("confirmed_until", &self.confirmed_until, "Enter the last day.");
        fields.finish(|| last)
    }
}

/// The projects whose supervision is passed on in one form, at most: as many as its page shows.
pub const MOST_PASSED_ON: usize = 200;

/// Passing on what somebody supervises, as typed.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct PassOnForm {
    /// Whose it is.
    pub of: String,
    /// The colleague who is asked.
    pub person: String,
    /// The places that are passed on: each the project and the place, with a stroke between them.
    pub places: Vec<String>,
}

impl PassOnForm {
    /// The places that are chosen, each once, with their projects: of these is asked who may.
    #[must_use]
    pub fn places(&self) -> BTreeSet<(ProjectId, TeamRoleId)> {
        let place = |typed: &String| {
            let (project, place) = typed.split_once('/')?;
            Some((project.parse().ok()?, place.parse().ok()?))
        };
        self.places.iter().filter_map(place).collect()
    }

    /// Whose supervision it is, and who is asked.
    ///
    /// # Errors
    /// [`Error::Invalid`] when nobody or nothing is chosen.
    pub fn parse(&self) -> Result<(PersonId, PersonId), Error> {
        let mut fields = Fields::new();
        match self.places().len() {
            0 => fields.error("places[]", "Choose at least one project."),
            1..=MOST_PASSED_ON => {}
            _ => fields.error("places[]", format!("Choose at most {MOST_PASSED_ON} projects at once.")),
        }
        let to: Option<PersonId> = self.person.parse().ok();
        if to.is_none() {
            fields.error("person", "Choose a colleague from the list.");
        }
        match (self.of.parse(), to) {
            (Ok(of), Some(to)) => fields.finish(|| (of, to)),
            (Err(_), Some(_)) => Err(Error::NotFound),
            _ => fields.finish(|| ()).and(Err(Error::Internal)),
        }
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
        let message =
            fields.required("message", &self.message, MAX_LINE_CHARS, "Say in a line what you would like to do.");
        fields.finish(|| message)
    }
}

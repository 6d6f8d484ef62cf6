//! How a project's status changes.

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::choices;
use crate::error::Error;
use crate::parse::{Fields, MAX_PARAGRAPH_CHARS};
use crate::project::model::{ClosedReason, Status};

choices! {
    /// A change of a project's status.
    Transition {
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

impl Transition {
    /// Whether a project of this status can make this move.
    #[must_use]
    pub fn is_allowed_from(self, from: Status) -> bool {
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

/// How many days ahead somebody looks again at a project that rests, at most, also in words. A pause is short: while
/// it lasts, nobody asks.
#[must_use]
pub fn furthest(to: Transition) -> (u64, &'static str) {
    if to == Transition::Pause { (182, "half a year") } else { (366, "a year") }
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
    #[serde(alias = "look_again_on")]
    pub review_on: String,
    /// Why, or what came of it.
    pub note: String,
}

/// A change of status that can be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// The move.
    pub to: Transition,
    /// When to look again, for one that rests.
    pub review_on: Option<NaiveDate>,
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
        let to: Option<Transition> = fields.choice("to", &self.to, "Choose what happens to the project.");
        let review_on = match to {
            Some(to @ (Transition::Pause | Transition::Sustain)) => {
                let missing = if to == Transition::Pause {
                    "Enter the date on which to look at it again."
                } else {
                    "Enter the date of the next look."
                };
                let date = fields.required_date("review_on", &self.review_on, missing);
                let (days, words) = furthest(to);
                if fields.is_ok() && (date <= today || date > today + Days::new(days)) {
                    fields.error("review_on", format!("Choose a date after today and within {words}."));
                }
                Some(date)
            }
            _ => None,
        };
        let note = match to {
            Some(Transition::Stop) => fields.required(
                "note",
                &self.note,
                MAX_PARAGRAPH_CHARS,
                "Say why it stops, so that others learn from it.",
            ),
            Some(Transition::NotQi) => {
                fields.required("note", &self.note, MAX_PARAGRAPH_CHARS, "Say what it is instead and where it goes.")
            }
            _ => fields.text("note", &self.note, MAX_PARAGRAPH_CHARS),
        };
        fields.finish(|| StatusChange { to: to.unwrap_or(Transition::Resume), review_on, note })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{DepartmentId, PersonId, PriorityId};
    use crate::people::model::Named;
    use crate::project::details::{Completeness, ProjectForm};
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

    fn wrong(form: &ProjectForm, whole: Completeness) -> Vec<String> {
        match form.parse(whole) {
            Err(Error::Invalid(errors)) => errors.into_iter().map(|error| error.field).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn four_answers_register_a_project_and_one_makes_a_draft() {
        assert_eq!(wrong(&filled(), Completeness::Registered), Vec::<String>::new());
        let draft = ProjectForm { kind: "clinical_audit".into(), title: "Notes".into(), ..ProjectForm::default() };
        assert_eq!(wrong(&draft, Completeness::Draft), Vec::<String>::new());
        assert_eq!(
            wrong(&draft, Completeness::Registered),
            ["problem", "department", "priorities[]", "standard", "standard_source", "standard_level", "reaudit_on"]
        );
    }

    #[test]
    fn a_local_need_stands_for_a_priority() {
        let local = ProjectForm { priorities: Vec::new(), local_need: "Our rota".into(), ..filled() };
        assert_eq!(wrong(&local, Completeness::Registered), Vec::<String>::new());
    }

    #[test]
    fn a_supervisor_is_chosen_or_named_whole() {
        let id = PersonId::new();
        let chosen = ProjectForm { supervisor: id.to_string(), ..filled() };
        assert_eq!(chosen.parse(Completeness::Registered).expect("parsed").supervisor, Some(Named::Colleague(id)));
        let both = ProjectForm { supervisor_name: "Dr New".into(), ..chosen };
        assert_eq!(wrong(&both, Completeness::Registered), ["supervisor"]);
        let half = ProjectForm { supervisor_name: "Dr New".into(), ..filled() };
        assert_eq!(wrong(&half, Completeness::Registered), ["supervisor_address"]);
    }

    #[test]
    fn every_open_project_can_be_closed_and_every_closed_one_reopened() {
        for from in Status::ALL.iter().copied() {
            let closes = Transition::ALL.iter().any(|to| to.is_allowed_from(from) && to.status() == Status::Closed);
            assert_eq!(closes, from.is_open(), "{from}");
            assert_eq!(Transition::Reopen.is_allowed_from(from), from == Status::Closed);
            for to in Transition::ALL.iter().filter(|to| to.is_allowed_from(from)) {
                assert_ne!(to.status(), from, "{to} changes something");
                assert_eq!(to.status() == Status::Closed, to.reason().is_some());
            }
        }
    }

    #[test]
    fn a_project_rests_until_a_date_ahead_that_is_not_too_far() {
        let today = NaiveDate::from_ymd_opt(2026, 3, 4).expect("a date");
        let parse = |to: &str, on: &str| {
            StatusForm { to: to.into(), review_on: on.into(), ..StatusForm::default() }.parse(today)
        };
        for (to, on) in [("pause", "1 6 2026"), ("pause", "2 9 2026"), ("sustain", "3 9 2026"), ("sustain", "5 3 2027")]
        {
            assert!(parse(to, on).is_ok(), "{to} until {on}");
        }
        for (to, on) in
            [("pause", "3 9 2026"), ("sustain", "6 3 2027"), ("pause", ""), ("pause", "4 3 2026"), ("sustain", "soon")]
        {
            assert!(parse(to, on).is_err(), "{to} until {on}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_gives_words_or_reasons(title in ".{0,300}", problem in ".{0,50}", on in ".{0,20}", id in ".{0,40}") {
            let form = ProjectForm { title, problem, aim_by: on, department: id.clone(), supervisor: id, ..filled() };
            if let Err(error) = form.parse(Completeness::Registered) {
                prop_assert!(matches!(error, Error::Invalid(errors) if !errors.is_empty()));
            }
        }
    }
}

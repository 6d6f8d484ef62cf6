//! Who may do what.

use super::actions::Action;
#[cfg(any(test, feature = "testing"))]
use super::broken;
use super::relationship::Relationship;

impl Relationship {
    /// Whether they may read the project. A draft is read by whoever writes it, works on it or is asked to;
    /// a submitted project by everybody who belongs to its trust, and by who had a part in it.
    #[must_use]
    pub fn reads(self) -> bool {
        if self.draft {
            self.author || self.team || self.invited
        } else {
            self.belongs || self.team || self.invited || self.past || self.successor
        }
    }
}

/// Whether somebody of this relationship may do it.
#[must_use]
pub fn may(action: Action, s: Relationship) -> bool {
    #[cfg(any(test, feature = "testing"))]
    if broken::is(broken::Check::May, action) {
        return true;
    }
    let coordinates = s.belongs && s.academy_lead;
    let works_on = s.belongs && !s.closed && (s.team || (s.draft && s.author));
    match action {
        Action::ReadTrust(_) | Action::RegisterProject(_) => s.belongs,
        Action::ManageOrganisation(_) => s.belongs && (s.academy_lead || s.administrator),
        Action::GrantRoles(_) => s.belongs && s.administrator,
        Action::ManagePriorities(_) | Action::Coordinate(_) => coordinates,
        Action::ReadProject(_) | Action::ReadHandover(_) => s.reads(),
        Action::EditProject(_)
        | Action::DefineMeasure(_)
        | Action::RecordMeasurement(_)
        | Action::WriteCycle(_)
        | Action::DrawDrivers(_) => works_on || (coordinates && !s.draft && !s.closed),
        Action::FinishDraft(_) => s.belongs && s.draft && s.author,
        Action::ChangeStatus(_) => !s.draft && !s.merged && s.runs(),
        Action::OfferHandover(_) => !s.draft && !s.closed && s.runs(),
        Action::ManageTeam(_) => {
            !s.closed && s.belongs && (s.lead || s.supervisor || (s.draft && s.author) || (coordinates && !s.draft))
        }
        Action::AskToJoin(_) => !s.draft && !s.closed && s.belongs && !s.team && !s.invited,
        Action::LeaveTeam(_) => s.team && !s.closed,
        Action::AnswerQuestion(_) if s.closed => false,
        Action::AnswerQuestion(_) => {
            if s.wants_to_join && s.asks_supervisor {
                // Who names themselves as the supervisor has the academy lead's word for it, never their own.
                coordinates && !s.asked && !s.draft
            } else if s.wants_to_join {
                s.belongs && (s.lead || s.supervisor || coordinates)
            } else {
                s.asked || (s.asks_supervisor && coordinates && !s.draft)
            }
        }
        Action::TakeOn(_) => !s.draft && !s.closed && s.belongs,
        Action::WithdrawHandover(_) => s.belongs && (s.offered || s.lead || coordinates),
        Action::AnswerAsSuccessor(_) => s.belongs && s.successor,
        Action::AnswerAsSupervisor(_) => {
            s.belongs && !s.party && (s.supervisor || (coordinates && s.supervisor_silent))
        }
        Action::ChangeOwnAccount(_) | Action::ChangeOwnDates(_) | Action::ChooseOwnTrust(_) => s.oneself,
    }
}

//! Who may do what.

use super::actions::Action;
#[cfg(any(test, feature = "testing"))]
use super::broken;
use super::relationship::Relationship;

impl Relationship {
    /// Whether they may read the project. A draft is read by whoever writes it, works on it or is asked to;
    /// a submitted project by everybody who belongs to its trust or arrives there soon, and by who had a part in it
    /// or is named in an offer.
    #[must_use]
    pub fn reads(self) -> bool {
        if self.draft {
            self.author || self.team || self.invited
        } else {
            self.belongs || self.arriving || self.team || self.invited || self.past || self.successor
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
    let coordinates = s.coordinates();
    let works_on = s.belongs && !s.closed && (s.team || (s.draft && s.author));
    let open = !s.draft && !s.closed;
    let unled = s.unled_since.is_some();
    match action {
        Action::ReadTrust(_) => s.belongs || s.arriving,
        Action::RegisterProject(_) => s.belongs,
        Action::ManageOrganisation(_) => s.belongs && (s.academy_lead || s.administrator),
        Action::GrantRoles(_) | Action::ReadMail(_) => s.belongs && s.administrator,
        Action::ManagePriorities(_) | Action::Coordinate(_) => coordinates,
        Action::ReadProject(_) | Action::ReadHandover(_) => s.reads(),
        Action::EditProject(_)
        | Action::DefineMeasure(_)
        | Action::RecordMeasurement(_)
        | Action::WriteCycle(_)
        | Action::WriteProgress(_)
        | Action::DrawDrivers(_) => works_on || (coordinates && open),
        Action::FinishDraft(_) => s.belongs && s.draft && s.author,
        Action::ChangeStatus(_) => !s.draft && !s.merged && s.runs(),
        Action::OfferHandover(_) => open && s.runs(),
        // What somebody left behind is finished while nobody leads: then it is the next lead's to prepare.
        Action::WriteSummary(_) => open && (s.runs() || (s.left_lately && unled)),
        Action::ManageTeam(_) => {
            !s.closed && (s.belongs && (s.lead || s.supervisor || (s.draft && s.author)) || (coordinates && !s.draft))
        }
        // A supervisor or the academy changes the lead by a handover, which asks whoever supervises.
        Action::NameCoLead(_) => open && s.belongs && s.lead && !unled,
        Action::AskToJoin(_) => open && s.belongs && !s.team && !s.invited,
        Action::LeaveTeam(_) => s.team && !s.closed,
        Action::AnswerQuestion(_) if s.closed => false,
        // With nobody there is to lead with, leading it takes a supervisor's word.
        Action::AnswerQuestion(_) if s.asks_lead && unled => false,
        Action::AnswerQuestion(_) => {
            if s.wants_to_join && s.asks_supervisor {
                // Who names themselves as the supervisor has the academy lead's word for it, never their own.
                coordinates && !s.asked && !s.draft
            } else if s.wants_to_join {
                !s.asked && (s.belongs && (s.lead || s.supervisor) || coordinates)
            } else {
                // Nobody accepts for whoever can answer themselves.
                s.asked || (s.asks_supervisor && s.cannot_answer && coordinates && !s.draft)
            }
        }
        Action::TakeOn(_) => open && (s.belongs || s.arriving),
        // Whoever leads it until a near day lets nobody down and asks nobody; whoever goes on leading it asks.
        Action::Bridge(_) => open && unled && (s.belongs && s.supervisor && s.counts || coordinates),
        Action::LeadAgain(_) => open && unled && s.returned,
        Action::KeepLooking(_) => open && unled && (s.belongs && s.supervisor || coordinates),
        Action::ConfirmSupervisor(_) => open && coordinates,
        // Also once it is closed: that is when it is asked for.
        Action::ConfirmPart(_) => !s.draft && s.belongs && s.supervisor,
        Action::WithdrawHandover(_) => {
            // Being named is enough to step back until the day, and having offered it to take it back.
            s.offered || (s.successor && s.agreed) || s.asked_to_replace || (s.belongs && s.lead) || coordinates
        }
        Action::AnswerAsSuccessor(_) => s.successor,
        Action::AnswerAsSupervisor(_) => !s.party && (s.asked_as_supervisor || s.answers_for_desk),
        Action::ChangeOwnAccount(_) | Action::ChangeOwnDates(_) | Action::ChooseOwnTrust(_) => s.oneself,
    }
}

//! What somebody is to the object of an action.

use sqlx::FromRow;

/// What the visitor is to the object of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Relationship {
    /// The object belongs to the trust in which the visitor has a current post or a trust role.
    pub belongs: bool,
    /// Academy lead of the object's trust.
    pub academy_lead: bool,
    /// Administrator of the object's trust.
    pub administrator: bool,
    /// The project is a draft.
    pub draft: bool,
    /// The project is closed, for whatever reason.
    pub closed: bool,
    /// The project was merged into another.
    pub merged: bool,
    /// The visitor wrote the draft.
    pub author: bool,
    /// Leads the project today.
    pub lead: bool,
    /// Supervises the project today. For a handover: and neither gives nor takes it.
    pub supervisor: bool,
    /// Has any accepted place in the team today.
    pub team: bool,
    /// Was asked into the team and has not answered.
    pub invited: bool,
    /// Had an accepted place in the team that was not given by mistake.
    pub past: bool,
    /// The question is put to the visitor.
    pub asked: bool,
    /// The question asks for somebody to supervise the project.
    pub asks_supervisor: bool,
    /// The question was put by the person who wants to join.
    pub wants_to_join: bool,
    /// Is the successor named in the handover.
    pub successor: bool,
    /// Offered the handover.
    pub offered: bool,
    /// Gives the project away in the handover, or takes it.
    pub party: bool,
    /// No supervisor counts for the handover, or they have been silent for 14 days.
    pub supervisor_silent: bool,
    /// The object is the visitor.
    pub oneself: bool,
}

impl Relationship {
    /// Leads or supervises the project, or coordinates its trust.
    pub(super) fn runs(self) -> bool {
        self.belongs && (self.lead || self.supervisor || self.academy_lead)
    }
}

//! What somebody is to the object of an action.

use chrono::NaiveDate;
use sqlx::FromRow;

/// What the visitor is to the object of an action.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, FromRow)]
pub struct Relationship {
    /// The object belongs to the trust in which the visitor has a current post or a trust role.
    pub belongs: bool,
    /// Has a post in the object's trust that begins soon, and none today.
    pub arriving: bool,
    /// Academy lead of the object's trust.
    pub academy_lead: bool,
    /// Administrator of the object's trust.
    pub administrator: bool,
    /// Administrator of the object's trust on a day without an academy lead who can act: stands in for one.
    pub stands_in: bool,
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
    /// Supervises the project today.
    pub supervisor: bool,
    /// Has any accepted place in the team today.
    pub team: bool,
    /// Was asked into the team and has not answered.
    pub invited: bool,
    /// Had an accepted place in the team that was not given by mistake.
    pub past: bool,
    /// Led the project until a day within the last 14.
    pub left_lately: bool,
    /// Since when nobody leads the project; none while somebody does.
    pub unled_since: Option<NaiveDate>,
    /// Leads the project again where nobody does: they led it before a break, and are back.
    pub returned: bool,
    /// Supervises the project as the academy counts it: see `standing.supervisor_id`.
    pub counts: bool,
    /// The question is put to the visitor.
    pub asked: bool,
    /// The question asks for somebody to supervise the project.
    pub asks_supervisor: bool,
    /// The question asks for somebody to lead the project together with its lead.
    pub asks_lead: bool,
    /// The question was put by the person who wants to join.
    pub wants_to_join: bool,
    /// Whoever the question is put to has no account here to answer with.
    pub cannot_answer: bool,
    /// Is the successor named in the handover.
    pub successor: bool,
    /// Offered the handover.
    pub offered: bool,
    /// Gives the project away in the handover, or takes it.
    pub party: bool,
    /// The handover is agreed, for a day to come.
    pub agreed: bool,
    /// An ask of the handover is theirs as its supervisor.
    pub asked_as_supervisor: bool,
    /// An ask of the handover is the academy's, and theirs for the academy: never who gives or takes it.
    pub answers_for_desk: bool,
    /// The successor has not answered, and it is their turn to take the offer back or to offer it to somebody else.
    pub asked_to_replace: bool,
    /// The object is the visitor.
    pub oneself: bool,
}

impl Relationship {
    /// Is of the academy of the object's trust: an academy lead, or whoever stands in for one.
    #[must_use]
    pub fn coordinates(self) -> bool {
        self.belongs && (self.academy_lead || self.stands_in)
    }

    /// Leads or supervises the project, or coordinates its trust.
    pub(super) fn runs(self) -> bool {
        self.belongs && (self.lead || self.supervisor) || self.coordinates()
    }
}

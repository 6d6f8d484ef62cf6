//! A project with its four answers: who leads it, who supervises it, what is measured next, what is done next.

use chrono::{DateTime, NaiveDate, Utc};
use timeline::Continuity;

use crate::id::{MeasureId, PersonId, ProjectId};
use crate::project::model::{ProjectType, Status};

/// The lead who holds a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadInPost {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// The last day on which they hold it; none when no end is in sight.
    pub until: Option<NaiveDate>,
}

/// A handover that is offered or agreed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// The day on which it takes effect.
    pub on: NaiveDate,
    /// The successor; none when it is offered to whoever takes it on.
    pub to: Option<String>,
}

/// The measurement that comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextMeasurement {
    /// The measure's id.
    pub id: MeasureId,
    /// Its name.
    pub measure: String,
    /// When it is due.
    pub on: NaiveDate,
}

/// A project as a list shows it: what it is, and its four answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectRow {
    /// Its id.
    pub id: ProjectId,
    /// Its reference; a draft has none.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// Its type.
    pub kind: ProjectType,
    /// Its department's name.
    pub department: Option<String>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When somebody looks again at it while it rests.
    pub review_on: Option<NaiveDate>,
    /// When it was closed.
    pub closed_on: Option<NaiveDate>,
    /// Whether it is safely held; none for a draft.
    pub continuity: Option<Continuity>,
    /// Who holds it.
    pub lead: Option<LeadInPost>,
    /// Who supervises it.
    pub supervisor: Option<(PersonId, String)>,
    /// Who was asked to supervise it and has not answered.
    pub supervisor_asked: Option<String>,
    /// Who supervises it by name, and is away for long or has left.
    pub supervisor_absent: Option<String>,
    /// How many measures it has.
    pub measures: i64,
    /// The measurement that comes next; none without a measure that has a frequency.
    pub next_measurement: Option<NextMeasurement>,
    /// The next step; empty when none is set.
    pub next_step: String,
    /// By when.
    pub next_step_on: Option<NaiveDate>,
    /// A live offer.
    pub offer: Option<Passing>,
    /// A handover that is agreed and has not taken effect.
    pub agreed: Option<Passing>,
}

impl ProjectRow {
    /// The next measurement should have been taken by now. Nothing is overdue while a project is paused.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        matches!(self.status, Status::Active | Status::Sustaining)
            && self.next_measurement.as_ref().is_some_and(|next| next.on < today)
    }
}

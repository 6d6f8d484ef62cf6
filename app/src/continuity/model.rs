//! A project with its four answers: who leads it, who supervises it, what is measured next, what is done next.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::{Database, FromRow};
use timeline::Continuity;

use crate::db::Db;
use crate::id::{MeasureId, PersonId, ProjectId};
use crate::project::model::{ProjectType, Status};

/// The lead who holds a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LeadInPost {
    pub id: PersonId,
    pub name: String,
    /// The last day on which they hold it; none when no end is in sight.
    pub until: Option<NaiveDate>,
}

/// Somebody in post who supervises a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SupervisorInPost {
    pub id: PersonId,
    pub name: String,
}

/// A handover that is offered or agreed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Passing {
    /// The day on which it takes effect.
    pub on: NaiveDate,
    /// The successor; none when it is offered to whoever takes it on.
    pub to: Option<String>,
}

/// The measurement that comes next.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NextMeasurement {
    pub id: MeasureId,
    pub measure: String,
    /// When it is due.
    pub on: NaiveDate,
}

/// A state as the store says it; none for a draft.
#[derive(Clone, Copy, Debug)]
pub(super) struct State(Option<Continuity>);

impl From<State> for Option<Continuity> {
    fn from(State(state): State) -> Self {
        state
    }
}

impl TryFrom<State> for Continuity {
    type Error = &'static str;

    fn try_from(State(state): State) -> Result<Self, Self::Error> {
        state.ok_or("a draft is in no state")
    }
}

impl sqlx::Type<Db> for State {
    fn type_info() -> <Db as Database>::TypeInfo {
        <str as sqlx::Type<Db>>::type_info()
    }

    fn compatible(info: &<Db as Database>::TypeInfo) -> bool {
        <str as sqlx::Type<Db>>::compatible(info)
    }
}

impl<'r> sqlx::Decode<'r, Db> for State {
    fn decode(value: <Db as Database>::ValueRef<'r>) -> Result<Self, sqlx::error::BoxDynError> {
        let state = <Option<&str> as sqlx::Decode<'r, Db>>::decode(value)?;
        Ok(Self(state.map(str::parse).transpose()?))
    }
}

/// A project as a list shows it: what it is, and its four answers.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct ProjectRow {
    pub id: ProjectId,
    /// A draft has none.
    pub reference: Option<String>,
    pub title: String,
    pub status: Status,
    pub kind: ProjectType,
    pub department: Option<String>,
    pub updated_at: DateTime<Utc>,
    /// When somebody looks again at it while it rests.
    pub review_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// Whether it is safely held; none for a draft.
    #[sqlx(try_from = "State")]
    pub continuity: Option<Continuity>,
    #[sqlx(json(nullable))]
    pub lead: Option<LeadInPost>,
    #[sqlx(json(nullable))]
    pub supervisor: Option<SupervisorInPost>,
    /// Who was asked to supervise it and has not answered.
    pub supervisor_asked: Option<String>,
    /// Who supervises it by name, and is away for long or has left; none when somebody in post does.
    pub supervisor_absent: Option<String>,
    /// How many measures it has.
    pub measures: i64,
    /// None without a measure that has a frequency.
    #[sqlx(json(nullable))]
    pub next_measurement: Option<NextMeasurement>,
    /// Empty when none is set.
    pub next_step: String,
    pub next_step_on: Option<NaiveDate>,
    /// A live offer.
    #[sqlx(json(nullable))]
    pub offer: Option<Passing>,
    /// A handover that is agreed and has not taken effect.
    #[sqlx(json(nullable))]
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

//! A project with its four answers: who leads it, who supervises it, what is measured next, what is done next.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::{Database, FromRow};
use timeline::Continuity;

use crate::clock::date_in_london;
use crate::db::Db;
use crate::id::{MeasureId, PersonId, ProjectId};
use crate::project::model::{ProjectType, Status};

/// The lead of a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LeadInPost {
    pub id: PersonId,
    pub name: String,
    /// The last day on which they lead it; none when no end is in sight.
    pub until: Option<NaiveDate>,
}

/// The supervisor of a project.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct SupervisorInPost {
    pub id: PersonId,
    pub name: String,
    /// The last day on which they count; none when no end is in sight.
    pub until: Option<NaiveDate>,
}

/// Who supervises a project by name, and does not count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct NamedSupervisor {
    pub name: String,
    /// They lead it themselves for now.
    pub leads: bool,
    /// The QI academy has yet to say until when they may; otherwise they are away for long, or have left.
    pub unconfirmed: bool,
}

/// A handover that is offered or agreed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Passing {
    /// The day on which it takes effect.
    pub on: NaiveDate,
    /// The successor; none when it is offered to whoever takes it on.
    pub to: Option<String>,
    /// It is offered to the pool: a successor who is named asked for it.
    pub to_pool: bool,
    /// When it was offered.
    pub offered_at: Option<DateTime<Utc>>,
    /// The first day on which the successor will lead, once it is agreed; none when they will not be there.
    pub begins_on: Option<NaiveDate>,
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
pub struct State(Option<Continuity>);

impl From<State> for Option<Continuity> {
    fn from(State(state): State) -> Self {
        state
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
    /// The last day on which somebody of its team did something.
    pub last_active_on: Option<NaiveDate>,
    /// When somebody looks again at it while it rests.
    pub review_on: Option<NaiveDate>,
    pub closed_on: Option<NaiveDate>,
    /// Where it stands; none for a draft.
    #[sqlx(try_from = "State")]
    pub continuity: Option<Continuity>,
    /// Something about its continuity is with the QI academy.
    pub at_risk: bool,
    /// The first day without a lead, while it has none.
    pub no_lead_since: Option<NaiveDate>,
    #[sqlx(json(nullable))]
    pub lead: Option<LeadInPost>,
    #[sqlx(json(nullable))]
    pub supervisor: Option<SupervisorInPost>,
    /// Who was asked to supervise it and has not answered.
    pub supervisor_asked: Option<String>,
    /// Who supervises it by name and does not count; none when somebody does.
    #[sqlx(json(nullable))]
    pub supervisor_named: Option<NamedSupervisor>,
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
    /// The day of the last activity: of its team, or where none is known the last change of its row.
    #[must_use]
    pub fn active_on(&self) -> NaiveDate {
        self.last_active_on.unwrap_or_else(|| date_in_london(self.updated_at))
    }

    /// Since when it has looked for a lead: since it had none, or since its lead offered it to the pool.
    #[must_use]
    pub fn looking_since(&self) -> Option<NaiveDate> {
        let offered = self.offer.as_ref().filter(|offer| offer.to_pool).and_then(|offer| offer.offered_at);
        self.no_lead_since.into_iter().chain(offered.map(date_in_london)).min()
    }

    /// Who has asked to take it on and waits for an answer, and when they asked: until it is given, nobody else asks.
    #[must_use]
    pub fn asked_for(&self) -> Option<(&str, Option<NaiveDate>)> {
        let offer = self.offer.as_ref().filter(|offer| offer.to_pool)?;
        Some((offer.to.as_deref()?, offer.offered_at.map(date_in_london)))
    }

    /// The next measurement should have been taken by now. Nothing is overdue while a project is paused.
    #[must_use]
    pub fn is_overdue(&self, today: NaiveDate) -> bool {
        matches!(self.status, Status::Active | Status::Sustaining)
            && self.next_measurement.as_ref().is_some_and(|next| next.on < today)
    }
}

//! What the rule knows of a project: dates and facts, and nothing of today. Moments are days in London by
//! the time they come here.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// What decides where a project stands and what is asked about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    pub project: Uuid,
    pub status: Status,
    pub department: Option<Uuid>,
    pub author: Uuid,
    pub created_on: NaiveDate,
    /// The day on which it was submitted; none for a draft.
    pub registered_on: Option<NaiveDate>,
    /// The day on which somebody looks again at it while it is paused or sustaining.
    pub review_on: Option<NaiveDate>,
    pub reaudit_on: Option<NaiveDate>,
    /// When the first of the approvals expires that the last handover summary names.
    pub approvals_expire_on: Option<NaiveDate>,
    pub aim_by: Option<NaiveDate>,
    pub next_step_on: Option<NaiveDate>,
    /// Without a lead, somebody chose to keep looking until this day.
    pub keep_looking_until: Option<NaiveDate>,
    /// The last day on which somebody of the team did something.
    pub last_active_on: Option<NaiveDate>,
    /// The shortest rhythm of its measures in use, in days.
    pub shortest_rhythm: Option<i64>,
    /// The changeover dates of its trust.
    pub changeovers: Vec<NaiveDate>,
    /// Everybody whom a membership or a handover names, and the author.
    pub people: Vec<Person>,
    /// Those that are asked or accepted, past ones too, but none that was given by mistake.
    pub memberships: Vec<Membership>,
    /// Those that are offered or agreed.
    pub handovers: Vec<Handover>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Draft,
    Active,
    Paused,
    Sustaining,
    Closed,
}

/// Somebody, in the project's trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    pub id: Uuid,
    /// The day from which the account is closed.
    pub closed_on: Option<NaiveDate>,
    /// They have a way in: a password, or they are of the demonstration.
    pub signs_in: bool,
    /// They have accepted the trust.
    pub tied: bool,
    pub posts: Vec<Post>,
    pub away: Vec<Away>,
}

/// A time-bound place in the trust.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Post {
    pub department: Uuid,
    pub starts_on: NaiveDate,
    /// The last day; none while it is open-ended.
    pub ends_on: Option<NaiveDate>,
    /// Somebody confirmed that it ends on that day.
    pub end_confirmed: bool,
}

/// A period out of a post, first and last day included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    /// They go on working on their projects.
    pub keeps_contributing: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Lead,
    Supervisor,
    /// Any other place in the team.
    Member,
}

/// A place in the team.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Membership {
    pub id: Uuid,
    pub person: Uuid,
    pub role: Role,
    /// Otherwise it waits for an answer.
    pub accepted: bool,
    /// The person put the question themselves, rather than being invited.
    pub opened_by_person: bool,
    pub asked_on: NaiveDate,
    pub from_on: NaiveDate,
    /// The day from which it is over.
    pub until_on: Option<NaiveDate>,
    /// Of a supervisor: the last day for which the academy lead confirmed them.
    pub confirmed_until: Option<NaiveDate>,
    /// The handover that began it: it counts only as that one does.
    pub begun_by: Option<Uuid>,
    /// The handover that ended it.
    pub ended_by: Option<Uuid>,
}

/// A handover that is offered or agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handover {
    pub id: Uuid,
    /// Both accepted it; otherwise it is offered.
    pub agreed: bool,
    /// Who hands over; none when nobody led.
    pub from: Option<Uuid>,
    /// Who takes over; none while it is offered to whoever asks.
    pub to: Option<Uuid>,
    /// It was offered to the pool: who is named asked for it.
    pub to_pool: bool,
    pub effect_on: NaiveDate,
    /// When it was offered to whom it is offered now.
    pub offered_on: NaiveDate,
    /// When it was agreed.
    pub agreed_on: Option<NaiveDate>,
    pub successor_accepted: bool,
    pub supervisor_accepted: bool,
}

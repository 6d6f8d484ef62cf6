//! A handover as it is read: with its pack and its answers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use super::super::model::{Answer, Pack, Party, Plan, State, To};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, MeasureId, PersonId, ProjectId, TrustId};
use crate::project::model::Status;
use crate::roles::{holds_on, in_force, leads_on, live_offer};
use crate::team::model::TeamRole;

/// A handover's answers, in one column.
macro_rules! answers_column {
    () => {
        "(select json_group_array(json_object('party', a.party, 'name', n.name, 'for_supervisor', json(iif(a.for_supervisor, 'true', 'false')),
              'answer', a.answer, 'word', a.word, 'at', a.answered_at))
          from handover_answer a join person n on n.id = a.person_id where a.handover_id = h.id) as answers"
    };
}

/// An answer to a handover, as a page shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Answered {
    /// As what they answered.
    pub party: Party,
    /// Who answered.
    pub name: String,
    /// The academy lead answered for the supervisor.
    pub for_supervisor: bool,
    /// What they answered.
    pub answer: Answer,
    /// Their word on it.
    pub word: String,
    pub at: DateTime<Utc>,
}

/// A handover in a project's list of them.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    pub id: HandoverId,
    /// Its state as stored; see [`Listed::state`].
    stored: State,
    /// It is offered and has not lapsed.
    live: bool,
    /// It was offered to the pool.
    pub to_pool: bool,
    /// Who handed over.
    pub from: Option<String>,
    /// Who is to take it on.
    pub to: Option<String>,
    /// When it takes effect.
    pub takes_effect_on: Option<NaiveDate>,
    /// The answers so far.
    #[sqlx(json)]
    pub answers: Vec<Answered>,
}

impl Listed {
    /// The state on the day for which it was read.
    #[must_use]
    pub fn state(&self) -> State {
        on_the_day(self.stored, self.live)
    }
}

/// An offer that nobody answered in time has lapsed, whether or not anybody wrote it down.
fn on_the_day(stored: State, live: bool) -> State {
    if stored == State::Offered && !live { State::Lapsed } else { stored }
}

/// What [`of_project`] asks: `$1` the project, `$2` today. [`Listed`] rows.
pub const OF_PROJECT: &str = concat!(
    "select h.id, h.state as stored, ",
    live_offer!("h", "$2"),
    " as live, h.to_pool, f.name as \"from\", t.name as \"to\", h.takes_effect_on, ",
    answers_column!(),
    "
         from handover h
         left join person f on f.id = h.from_person
         left join person t on t.id = h.to_person
         where h.project_id = $1 and h.offered_at is not null
         order by h.created_at desc, h.id desc"
);

/// Every handover of a project that was ever offered, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as(OF_PROJECT).bind(project).bind(today).fetch_all(conn).await?)
}

/// A summary that a lead wrote and left behind without offering the project to anybody.
#[derive(Clone, Debug, FromRow)]
pub struct LeftBehind {
    pub id: HandoverId,
    /// Who wrote it.
    pub author: String,
}

/// What [`left_behind`] asks: `$1` the project, `$2` today, `$4` who reads it. At most one [`LeftBehind`].
pub const LEFT_BEHIND: &str = concat!(
    "select h.id, n.name as author from handover h join person n on n.id = h.created_by
     where h.project_id = $1 and h.shared_after_leaving = 1 and h.offered_at is null and h.state in ('draft', 'withdrawn')
       and h.created_by <> $4 and $3 is $3
       and exists (select 1 from team_role r where r.project_id = $1 and r.person_id = h.created_by and r.role = 'lead'
            and r.state = 'accepted' and r.from_on <= $2)
       and not exists (select 1 from standing z where z.project_id = $1 and z.lead_id = h.created_by and ", holds_on!("z", "$2"), ")
       and (exists (select 1 from team_role r where r.project_id = $1 and r.person_id = $4 and r.role in ('lead', 'supervisor') and ",
    in_force!("r", "$2"),
    ") or ",
    leads_on!("$1", "$4", "$2"),
    ")
     order by h.created_at desc, h.id desc limit 1"
);

/// The summary that a lead who has left wrote last, for the lead and the supervisors who come after them. What was
/// written before its form said so is for nobody else.
///
/// # Errors
/// When the store cannot be read.
pub async fn left_behind(
    conn: &mut Connection,
    project: ProjectId,
    today: NaiveDate,
    reader: PersonId,
) -> Result<Option<LeftBehind>, Error> {
    Ok(sqlx::query_as(LEFT_BEHIND)
        .bind(project)
        .bind(today)
        .bind(None::<i64>)
        .bind(reader)
        .fetch_optional(conn)
        .await?)
}

/// How the next point of a measure is got, as the pack says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Planned {
    pub measure: MeasureId,
    pub name: String,
    pub how: String,
    pub next_on: Option<NaiveDate>,
}

/// What somebody contributed, as the pack says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Contributed {
    pub person: PersonId,
    pub name: String,
    /// What.
    pub contribution: String,
}

/// A handover with its pack and its answers.
#[derive(Clone, Debug, FromRow)]
pub struct Handover {
    pub id: HandoverId,
    pub project_id: ProjectId,
    pub reference: String,
    pub title: String,
    pub status: Status,
    /// Who hands over.
    pub from_person: Option<PersonId>,
    pub from: Option<String>,
    /// Who is to take over.
    pub to_person: Option<PersonId>,
    pub to: Option<String>,
    /// It was offered to the pool.
    pub to_pool: bool,
    pub(super) stored: State,
    /// It is offered and has not lapsed.
    live: bool,
    /// It is agreed and has not come true: its day is ahead, or its successor is awaited.
    pub ahead: bool,
    /// It is agreed, and its successor will not be there.
    pub broken: bool,
    /// The first day on which an offer that nobody answers has lapsed; none for an offer to the pool.
    pub lapses_on: Option<NaiveDate>,
    /// When it takes effect.
    pub takes_effect_on: Option<NaiveDate>,
    /// The state of the project.
    pub summary: String,
    /// The next step.
    pub next_step: String,
    pub next_step_on: Option<NaiveDate>,
    /// Where the files and tools are.
    pub files: String,
    /// What not to repeat.
    pub not_repeat: String,
    /// Approvals.
    pub approvals: String,
    /// When the first expires.
    pub approvals_expire_on: Option<NaiveDate>,
    /// Who helped.
    pub helped: String,
    /// Who began to prepare it; of what was offered, who offered it.
    pub created_by: PersonId,
    /// When it was offered to whom it is offered now.
    pub offered_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// The project's trust.
    pub(super) trust_id: TrustId,
    /// The supervisors whose turn it is to answer today.
    #[sqlx(json)]
    pub(super) supervisors: Vec<TeamMember>,
    /// It is the academy's turn to answer for the supervisor.
    pub for_desk: bool,
    /// How the next points are got.
    #[sqlx(json)]
    pub plans: Vec<Planned>,
    /// Who contributed what.
    #[sqlx(json)]
    pub contributions: Vec<Contributed>,
    /// The answers so far.
    #[sqlx(json)]
    pub answers: Vec<Answered>,
}

macro_rules! handover_columns {
    () => {
        concat!(
            "select h.id, h.project_id, coalesce(p.reference, '') as reference, p.title, p.status,
                h.from_person, f.name as \"from\", h.to_person, t.name as \"to\", h.to_pool, h.state as stored, h.takes_effect_on,
                h.summary, h.next_step, h.next_step_on, h.files, h.not_repeat, h.approvals, h.approvals_expire_on, h.helped,
                h.created_by, h.offered_at, h.version,
                p.trust_id, ", live_offer!("h", "$2"), " as live,
                h.state = 'agreed' and (h.takes_effect_on > $2 or exists (select 1 from standing z where z.project_id = h.project_id
                    and z.handover_id = h.id and ", holds_on!("z", "$2"), ")) as ahead,
                exists (select 1 from ask a where a.project_id = h.project_id and a.object_id = h.id and a.kind = 'broken_handover'
                    and ", holds_on!("a", "$2"), ") as broken,
                (select max(a.until_on) from ask a where a.project_id = h.project_id and a.object_id = h.id and h.state = 'offered') as lapses_on,
                exists (select 1 from ask a where a.project_id = h.project_id and a.object_id = h.id and a.person_id is null
                    and a.kind in ('agree_to_handover', 'answer_take_on') and ", holds_on!("a", "$2"), ") as for_desk,
                (select json_group_array(distinct json_object('person', a.person_id, 'name', n.name, 'role', 'supervisor')) from ask a join person n on n.id = a.person_id
                 where a.project_id = h.project_id and a.object_id = h.id and a.kind in ('agree_to_handover', 'answer_take_on') and ",
            holds_on!("a", "$2"),
            ") as supervisors,
                (select json_group_array(json_object('measure', m.id, 'name', m.name, 'how', hm.how, 'next_on', hm.next_on) order by m.position, m.id)
                 from handover_measure hm join measure m on m.id = hm.measure_id where hm.handover_id = h.id) as plans,
                (select json_group_array(json_object('person', n.id, 'name', n.name, 'contribution', c.contribution) order by c.person_id <> h.from_person, n.name)
                 from handover_contribution c join person n on n.id = c.person_id where c.handover_id = h.id and c.contribution <> '') as contributions, ",
            answers_column!(),
            " from handover h
              join project p on p.id = h.project_id
              left join person f on f.id = h.from_person
              left join person t on t.id = h.to_person "
        )
    };
}

impl Handover {
    /// The state on the day for which it was read.
    #[must_use]
    pub fn state(&self) -> State {
        on_the_day(self.stored, self.live)
    }

    /// The names of the supervisors whose turn it is: who neither gives nor takes the project.
    #[must_use]
    pub fn supervisors(&self) -> Vec<&str> {
        self.supervisors.iter().map(|supervisor| supervisor.name.as_str()).collect()
    }

    /// What was answered for a party.
    #[must_use]
    pub fn answer(&self, party: Party) -> Option<&Answered> {
        self.answers.iter().find(|answered| answered.party == party)
    }

    /// It was discarded before anybody was offered anything: nobody reads it any more.
    #[must_use]
    pub fn is_discarded(&self) -> bool {
        self.stored != State::Draft && self.offered_at.is_none()
    }

    /// To whom it goes.
    #[must_use]
    pub fn recipient(&self) -> To {
        match (self.to_person, self.to_pool) {
            (_, true) => To::Pool,
            (Some(person), false) => To::Person(person),
            (None, false) => To::Nobody,
        }
    }

    /// What it tells the next lead.
    #[must_use]
    pub fn pack(&self) -> Pack {
        Pack {
            to: self.recipient(),
            takes_effect_on: self.takes_effect_on,
            summary: self.summary.clone(),
            next_step: self.next_step.clone(),
            next_step_on: self.next_step_on,
            files: self.files.clone(),
            not_repeat: self.not_repeat.clone(),
            approvals: self.approvals.clone(),
            approvals_expire_on: self.approvals_expire_on,
            helped: self.helped.clone(),
            plans: self
                .plans
                .iter()
                .map(|plan| Plan { measure: plan.measure, how: plan.how.clone(), next_on: plan.next_on })
                .collect(),
            contributions: self.contributions.iter().map(|c| (c.person, c.contribution.clone())).collect(),
        }
    }
}

/// A handover.
///
/// # Errors
/// [`Error::NotFound`] when there is no such handover.
pub async fn find(conn: &mut Connection, id: HandoverId, today: NaiveDate) -> Result<Handover, Error> {
    Ok(sqlx::query_as(concat!(handover_columns!(), "where h.id = $1")).bind(id).bind(today).fetch_one(conn).await?)
}

/// The project's live offer, else its draft, else the handover that was offered last: what whoever may
/// offer it starts from.
///
/// # Errors
/// When the store cannot be read.
pub async fn latest(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Option<Handover>, Error> {
    Ok(sqlx::query_as(concat!(
        handover_columns!(),
        "where h.project_id = $1 and (h.offered_at is not null or h.state = 'draft')
         order by h.state = 'offered' desc, h.state = 'draft' desc, h.created_at desc, h.id desc limit 1"
    ))
    .bind(project)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

/// The project's live offer, else the handover that was offered last: what everybody may read.
///
/// # Errors
/// When the store cannot be read.
pub async fn last_offered(
    conn: &mut Connection,
    project: ProjectId,
    today: NaiveDate,
) -> Result<Option<Handover>, Error> {
    Ok(sqlx::query_as(concat!(
        handover_columns!(),
        "where h.project_id = $1 and h.offered_at is not null
         order by h.state = 'offered' desc, h.created_at desc, h.id desc limit 1"
    ))
    .bind(project)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

/// Somebody in a project's team.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct TeamMember {
    pub person: PersonId,
    pub name: String,
    /// As what.
    pub role: TeamRole,
}

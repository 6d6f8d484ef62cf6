//! A handover as it is read: with its pack and its answers.

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;
use timeline::SILENT_AFTER_DAYS;

use super::super::model::{Answer, Asks, Pack, Party, Plan, State, To};
use crate::access::Relationship;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, MeasureId, PersonId, ProjectId, TrustId};
use crate::project::model::Status;
use crate::roles::{answers_as_supervisor, oldest_live, open_project};
use crate::team::model::TeamRole;

/// A handover's answers, in one column.
macro_rules! answers_column {
    () => {
        "(select json_group_array(json_object('party', a.party, 'name', n.name, 'for_supervisor', json(iif(a.for_supervisor, 'true', 'false')),
              'answer', a.answer, 'word', a.word, 'at', a.answered_at))
          from handover_answer a join person n on n.id = a.person_id where a.handover_id = h.id) as answers"
    };
}

/// A handover that waits for somebody's answer.
#[derive(Clone, Debug, FromRow)]
pub struct Waiting {
    /// The handover.
    pub handover_id: HandoverId,
    pub project_id: ProjectId,
    pub reference: String,
    pub title: String,
    /// In what part they are asked.
    pub asks: Asks,
    /// Who hands over; none when nobody led it.
    pub from: Option<String>,
    /// Who would take it on.
    pub to: String,
    /// The day on which it is to take effect.
    pub takes_effect_on: NaiveDate,
    pub trust_id: TrustId,
    pub trust: String,
}

/// What waits for this person's answer in any trust that they have accepted, soonest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn waiting_for(conn: &mut Connection, person: PersonId, today: NaiveDate) -> Result<Vec<Waiting>, Error> {
    Ok(sqlx::query_as(concat!(
        "select h.id as handover_id, h.project_id, coalesce(p.reference, '') as reference, p.title, h.takes_effect_on,
                p.trust_id, o.name as trust, f.name as \"from\", t.name as \"to\",
                case when h.to_person = $1 and s.party is null then 'successor'
                     when exists (select 1 from team_role r where r.person_id = $1 and ",
        answers_as_supervisor!("$2"),
        ") then 'supervisor' else 'for_supervisor' end as asks
         from handover h
         join project p on p.id = h.project_id and ", open_project!("p"), "
         join trust o on o.id = p.trust_id
         join tie k on k.person_id = $1 and k.trust_id = p.trust_id and k.state = 'accepted'
         join person t on t.id = h.to_person
         left join person f on f.id = h.from_person
         left join handover_answer s on s.handover_id = h.id and s.party = 'successor'
         left join handover_answer a on a.handover_id = h.id and a.party = 'anchor'
         where h.state = 'offered' and h.takes_effect_on >= $3
           and ((h.to_person = $1 and s.party is null)
             or (a.party is null and exists (select 1 from team_role r where r.person_id = $1 and ",
        answers_as_supervisor!("$2"),
        "))
             or (a.party is null and h.to_person <> $1 and h.from_person is not $1
                 and exists (select 1 from trust_role l where l.person_id = $1 and l.trust_id = p.trust_id and l.role = 'academy_lead')
                 and (h.offered_at < $4 or not exists (select 1 from team_role r where ",
        answers_as_supervisor!("$2"),
        "))))
         order by h.takes_effect_on, h.id"
    ))
    .bind(person)
    .bind(today)
    .bind(oldest_live(today))
    .bind(today - Duration::days(SILENT_AFTER_DAYS))
    .fetch_all(conn)
    .await?)
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
    /// The state as it is today.
    #[must_use]
    pub fn state(&self, today: NaiveDate) -> State {
        self.stored.on(today, self.takes_effect_on, self.to.is_some())
    }
}

/// What [`of_project`] asks: `$1` the project. [`Listed`] rows.
pub const OF_PROJECT: &str = concat!(
    "select h.id, h.state as stored, h.to_pool, f.name as \"from\", t.name as \"to\", h.takes_effect_on, ",
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
pub async fn of_project(conn: &mut Connection, project: ProjectId) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as(OF_PROJECT).bind(project).fetch_all(conn).await?)
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
    /// Who prepared it.
    pub created_by: PersonId,
    /// When it was offered to whom it is offered now.
    pub offered_at: Option<DateTime<Utc>>,
    pub version: i64,
    /// Who can answer as supervisor today.
    #[sqlx(json)]
    pub(super) supervisors: Vec<TeamMember>,
    /// How many academy leads of the trust neither give nor take it.
    academy_leads: i64,
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
                (select count(*) from trust_role l where l.trust_id = p.trust_id and l.role = 'academy_lead'
                    and l.person_id is not h.from_person and l.person_id is not h.to_person) as academy_leads,
                (select json_group_array(json_object('person', r.person_id, 'name', n.name, 'role', r.role)) from team_role r join person n on n.id = r.person_id
                 where ",
            answers_as_supervisor!("$2"),
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
    /// The state as it is today.
    #[must_use]
    pub fn state(&self, today: NaiveDate) -> State {
        self.stored.on(today, self.takes_effect_on, self.to_person.is_some())
    }

    /// What the visitor is to this handover, from what they are to its project.
    #[must_use]
    pub fn relationship(&self, of_project: Relationship, person: PersonId, now: DateTime<Utc>) -> Relationship {
        let silent = |at: DateTime<Utc>| at <= now - Duration::days(SILENT_AFTER_DAYS);
        Relationship {
            successor: self.to_person == Some(person),
            offered: self.created_by == person,
            supervisor: self.supervisors.iter().any(|supervisor| supervisor.person == person),
            party: [self.from_person, self.to_person].contains(&Some(person)),
            supervisor_silent: self.supervisors.is_empty() || self.offered_at.is_some_and(silent),
            ..of_project
        }
    }

    /// The names of those who can answer as supervisor today: who neither gives nor takes the project.
    #[must_use]
    pub fn supervisors(&self) -> Vec<&str> {
        self.supervisors.iter().map(|supervisor| supervisor.name.as_str()).collect()
    }

    /// Who answers in the place of a supervisor, where there is none, as a sentence goes on.
    #[must_use]
    pub fn instead_of_a_supervisor(&self) -> &'static str {
        instead_of_a_supervisor(self.academy_leads > 0)
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

/// Who answers in the place of a supervisor; `coordinated` says that an academy lead neither gives nor takes
/// the project.
#[must_use]
pub fn instead_of_a_supervisor(coordinated: bool) -> &'static str {
    if coordinated {
        "the academy lead, because the project has no supervisor in post who neither gives nor takes it"
    } else {
        "a supervisor or an academy lead who neither gives nor takes the project: there is none yet. An administrator of the trust can make somebody academy lead"
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

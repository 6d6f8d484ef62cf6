//! Handovers and the pool: their SQL.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Deserializer};
use sqlx::FromRow;

use super::model::{Answer, Asks, Measured, Needs, Pack, Party, Plan, SILENT_AFTER, State, To};
use crate::access::{
    Act, Allowed, AnswerAsSuccessor, AnswerAsSupervisor, OfferHandover, Relationship, TakeOn, WithdrawHandover,
};
use crate::continuity::store::ContinuityRows;
use crate::db::{Connection, Store};
use crate::error::{Error, FieldError};
use crate::history::{self, Entry};
use crate::id::{DepartmentId, HandoverId, MeasureId, PersonId, ProjectId, TeamRoleId, TrustId};
use crate::measures::series::MeasureSeries;
use crate::people;
use crate::project::model::Status;
use crate::roles::oldest_live;
use crate::roles::{acts, counts};
use crate::team::model::TeamRole;

fn stored<'de, D: Deserializer<'de>, T: FromStr<Err = String>>(from: D) -> Result<T, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

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
    /// Its project.
    pub project_id: ProjectId,
    /// The project's reference.
    pub reference: String,
    /// The project's title.
    pub title: String,
    /// In what part they are asked.
    pub asks: Asks,
    /// Who hands over; none when nobody led it.
    pub from: Option<String>,
    /// Who would take it on.
    pub to: String,
    /// The day on which it is to take effect.
    pub takes_effect_on: NaiveDate,
    /// The project's trust.
    pub trust_id: TrustId,
    /// Its name.
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
        counts!("$2"),
        ") then 'supervisor' else 'for_supervisor' end as asks
         from handover h
         join project p on p.id = h.project_id and p.status in ('active', 'paused', 'sustaining')
         join trust o on o.id = p.trust_id
         join tie k on k.person_id = $1 and k.trust_id = p.trust_id and k.state = 'accepted'
         join person t on t.id = h.to_person
         left join person f on f.id = h.from_person
         left join handover_answer s on s.handover_id = h.id and s.party = 'successor'
         left join handover_answer a on a.handover_id = h.id and a.party = 'anchor'
         where h.state = 'offered' and h.takes_effect_on >= $3
           and ((h.to_person = $1 and s.party is null)
             or (a.party is null and exists (select 1 from team_role r where r.person_id = $1 and ",
        counts!("$2"),
        "))
             or (a.party is null and h.to_person <> $1 and h.from_person is not $1
                 and exists (select 1 from trust_role l where l.person_id = $1 and l.trust_id = p.trust_id and l.role = 'academy_lead')
                 and (h.offered_at < $4 or not exists (select 1 from team_role r where ",
        counts!("$2"),
        "))))
         order by h.takes_effect_on, h.id"
    ))
    .bind(person)
    .bind(today)
    .bind(oldest_live(today))
    .bind(today - Days::new(SILENT_AFTER))
    .fetch_all(conn)
    .await?)
}

/// An answer to a handover, as a page shows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Answered {
    /// As what they answered.
    #[serde(deserialize_with = "stored")]
    pub party: Party,
    /// Who answered.
    pub name: String,
    /// The academy lead answered for the supervisor.
    pub for_supervisor: bool,
    /// What they answered.
    #[serde(deserialize_with = "stored")]
    pub answer: Answer,
    /// Their word on it.
    pub word: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A handover in a project's list of them.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// Its id.
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
    /// The measure.
    pub measure: MeasureId,
    /// Its name.
    pub name: String,
    /// How.
    pub how: String,
    /// When.
    pub next_on: Option<NaiveDate>,
}

/// What somebody contributed, as the pack says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Contributed {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// What.
    pub contribution: String,
}

/// A handover with its pack and its answers.
#[derive(Clone, Debug, FromRow)]
pub struct Handover {
    /// Its id.
    pub id: HandoverId,
    /// The project.
    pub project_id: ProjectId,
    /// The project's reference.
    pub reference: String,
    /// The project's title.
    pub title: String,
    /// The project's status.
    pub status: Status,
    /// Who hands over.
    pub from_person: Option<PersonId>,
    /// Their name.
    pub from: Option<String>,
    /// Who is to take over.
    pub to_person: Option<PersonId>,
    /// Their name.
    pub to: Option<String>,
    /// It was offered to the pool.
    pub to_pool: bool,
    stored: State,
    /// When it takes effect.
    pub takes_effect_on: Option<NaiveDate>,
    /// The state of the project.
    pub summary: String,
    /// The next step.
    pub next_step: String,
    /// By when.
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
    /// Its version.
    pub version: i64,
    /// Who can answer as supervisor today.
    #[sqlx(json)]
    supervisors: Vec<TeamMember>,
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
            counts!("$2"),
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
        let silent = |at: DateTime<Utc>| at <= now - chrono::Duration::days(SILENT_AFTER.cast_signed());
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
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
    /// As what.
    #[serde(deserialize_with = "stored")]
    pub role: TeamRole,
}

/// What a handover is prepared from.
#[derive(Clone, Debug, FromRow)]
pub struct Subject {
    /// The project.
    pub id: ProjectId,
    /// Its trust.
    pub trust_id: TrustId,
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Its status.
    pub status: Status,
    /// The problem.
    pub problem: String,
    /// What is to be achieved.
    pub aim_what: String,
    /// For whom.
    pub aim_whom: String,
    /// How much.
    pub aim_how_much: String,
    /// By when.
    pub aim_by: Option<NaiveDate>,
    /// The next step.
    pub next_step: String,
    /// By when.
    pub next_step_on: Option<NaiveDate>,
    /// Who leads, whether or not their post goes on.
    pub leader: Option<PersonId>,
    /// Their name.
    pub leader_name: Option<String>,
    /// Since when.
    pub leads_since: Option<NaiveDate>,
    /// The last day of their post; none without an end.
    pub last_day: Option<NaiveDate>,
    /// How many points of the project they recorded.
    pub recorded: i64,
    /// How many cycles the project has had.
    pub cycles: i64,
    /// The handover that is agreed and has not taken effect.
    pub agreed: Option<HandoverId>,
    /// The academy leads of its trust.
    #[sqlx(json)]
    pub academy_leads: Vec<PersonId>,
    /// Its supervisors who can act today.
    #[sqlx(json)]
    pub supervisors: Vec<TeamMember>,
    /// Everybody in the team today.
    #[sqlx(json)]
    pub team: Vec<TeamMember>,
}

/// What a handover of this project is prepared from.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn subject(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Subject, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id, p.trust_id, coalesce(p.reference, '') as reference, p.title, p.status, p.problem,
                p.aim_what, p.aim_whom, p.aim_how_much, p.aim_by, p.next_step, p.next_step_on,
                l.person_id as leader, n.name as leader_name, l.from_on as leads_since,
                (select nullif(max(coalesce(o.ends_on, '9999-12-31')), '9999-12-31') from post o
                 where o.person_id = l.person_id and o.trust_id = p.trust_id and o.starts_on <= $2 and (o.ends_on is null or o.ends_on >= $2)) as last_day,
                (select count(*) from measure m join measurement x on x.measure_id = m.id
                 where m.project_id = p.id and x.recorded_by = l.person_id and x.state <> 'void') as recorded,
                (select count(*) from cycle c where c.project_id = p.id) as cycles,
                (select h.id from handover h where h.project_id = p.id and h.state = 'agreed' and h.takes_effect_on > $2 limit 1) as agreed,
                (select json_group_array(a.person_id) from trust_role a where a.trust_id = p.trust_id and a.role = 'academy_lead') as academy_leads,
                (select json_group_array(json_object('person', r.person_id, 'name', m.name, 'role', r.role) order by r.from_on, m.name)
                 from team_role r join person m on m.id = r.person_id
                 where r.project_id = p.id and r.role = 'supervisor' and r.state = 'accepted' and r.from_on <= $2
                   and (r.until_on is null or r.until_on > $2) and ",
        acts!("$2"),
        ") as supervisors,
                (select json_group_array(json_object('person', r.person_id, 'name', m.name, 'role', r.role) order by r.from_on, m.name)
                 from team_role r join person m on m.id = r.person_id
                 where r.project_id = p.id and r.state = 'accepted' and r.from_on <= $2 and (r.until_on is null or r.until_on > $2)) as team
         from project p
         left join team_role l on l.id = (select r.id from team_role r where r.project_id = p.id and r.role = 'lead' and r.state = 'accepted'
              and r.from_on <= $2 and (r.until_on is null or r.until_on > $2) order by r.from_on desc, r.id desc limit 1)
         left join person n on n.id = l.person_id
         where p.id = $1"
    ))
    .bind(project)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

impl Subject {
    /// What the pack has to hold before the project can be offered.
    #[must_use]
    pub fn needs(&self, charted: &[MeasureSeries], today: NaiveDate) -> Needs {
        let works = |member: &&TeamMember| matches!(member.role, TeamRole::Lead | TeamRole::Member);
        let named = |member: &TeamMember| (member.person, member.name.clone());
        let others = self.team.iter().filter(works).map(named).filter(|(person, _)| Some(*person) != self.leader);
        let mut team: Vec<_> = others.collect();
        team.dedup();
        Needs {
            measures: charted
                .iter()
                .map(|MeasureSeries { measure, .. }| Measured {
                    id: measure.id,
                    name: measure.name.clone(),
                    rhythm: measure.every_days.is_some(),
                })
                .collect(),
            leaver: self.leader.zip(self.leader_name.clone()),
            team,
            today,
        }
    }
}

/// Since when each of these projects has looked for a lead: since the last lead's place or post was
/// over, or since it was offered to the pool if that was earlier.
///
/// # Errors
/// When the store cannot be read.
pub async fn looking_since(
    conn: &mut Connection,
    projects: &[ProjectId],
    today: NaiveDate,
) -> Result<HashMap<ProjectId, NaiveDate>, Error> {
    let rows: Vec<(ProjectId, NaiveDate)> = sqlx::query_as(
        "select p.id, min($2,
                coalesce((select date(h.offered_at) from handover h where h.project_id = p.id and h.state = 'offered' and h.to_pool = 1), $2),
                coalesce((select max(min(coalesce(r.until_on, '9999-12-31'),
                        coalesce((select date(max(coalesce(o.ends_on, '9999-12-30')), '+1 day') from post o
                             where o.person_id = r.person_id and o.trust_id = p.trust_id and o.starts_on <= $2), r.from_on)))
                    from team_role r where r.project_id = p.id and r.role = 'lead' and r.state = 'accepted' and r.from_on <= $2),
                    date(p.submitted_at), date(p.created_at)))
         from project p where p.id in (select value from json_each($1))",
    )
    .bind(serde_json::to_string(projects)?)
    .bind(today)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().collect())
}

/// A project of the pool.
#[derive(Clone, Debug)]
pub struct Looking {
    /// The project.
    pub id: ProjectId,
    /// Its department.
    pub department_id: Option<DepartmentId>,
    /// Since when it has looked for a lead.
    pub since: NaiveDate,
}

/// A trust's projects that look for a lead, the longest waiting first.
#[derive(Clone, Debug)]
pub struct Pool(pub Vec<Looking>);

/// A trust's pool: computed once until something changes.
///
/// # Errors
/// When the store cannot be read.
pub async fn pool(store: &Store, conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Arc<Pool>, Error> {
    let all = crate::continuity::store::standings(store, conn, trust, today).await?;
    store.cached(format!("pool {trust} {today}"), order(conn, all, today)).await
}

async fn order(conn: &mut Connection, all: Arc<ContinuityRows>, today: NaiveDate) -> Result<Pool, Error> {
    let looking: Vec<&crate::continuity::store::ContinuityRow> =
        all.0.iter().filter(|one| one.looks_for_lead()).collect();
    let ids: Vec<ProjectId> = looking.iter().map(|one| one.id).collect();
    let since = looking_since(conn, &ids, today).await?;
    let mut pool: Vec<Looking> = looking
        .into_iter()
        .map(|one| Looking {
            id: one.id,
            department_id: one.department_id,
            since: since.get(&one.id).copied().unwrap_or(today),
        })
        .collect();
    pool.sort_by_key(|one| (one.since, one.id));
    Ok(Pool(pool))
}

/// Somebody who could lead a project.
#[derive(Clone, Debug, FromRow)]
pub struct Candidate {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Grade and department of their post.
    pub post: String,
    /// The first day of their post.
    pub starts_on: NaiveDate,
}

/// The people of the trust with a post today, or one that starts before `until`, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn candidates(
    conn: &mut Connection,
    trust: TrustId,
    today: NaiveDate,
    until: NaiveDate,
) -> Result<Vec<Candidate>, Error> {
    // With `min` in a query that groups, SQLite takes the other columns from the row of the minimum.
    Ok(sqlx::query_as(
        "select p.id, p.name, o.grade || ', ' || d.name as post, min(o.starts_on) as starts_on
         from post o join person p on p.id = o.person_id join department d on d.id = o.department_id
         join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
         where o.trust_id = $1 and o.starts_on <= $3 and (o.ends_on is null or o.ends_on >= $2)
           and (p.closed_on is null or p.closed_on > $2)
         group by p.id
         order by p.name collate nocase, p.id",
    )
    .bind(trust)
    .bind(today)
    .bind(until)
    .fetch_all(conn)
    .await?)
}

/// Refuses whom the form does not offer as the next lead.
async fn check_candidate(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
) -> Result<(), Error> {
    let here: bool = sqlx::query_scalar(
        "select exists (select 1 from post o join person p on p.id = o.person_id
                where o.person_id = $1 and o.trust_id = $2 and (o.ends_on is null or o.ends_on >= $3)
                  and (p.closed_on is null or p.closed_on > $3))",
    )
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_one(conn)
    .await?;
    if here { Ok(()) } else { Err(Error::field("to", "Choose somebody from the list, or the pool.")) }
}

/// Writes down what has lapsed, so that the project's one place for a live offer is free again.
///
/// # Errors
/// [`Error::Store`] when the database fails.
pub async fn settle<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, project: ProjectId) -> Result<(), Error> {
    let lapsed: Option<HandoverId> = sqlx::query_scalar(
        "update handover set state = 'lapsed', ended_at = $3, version = version + 1
         where project_id = $1 and state = 'offered' and to_person is not null and takes_effect_on < $2 returning id",
    )
    .bind(project)
    .bind(oldest_live(allowed.today()))
    .bind(allowed.now)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(lapsed) = lapsed else { return Ok(()) };
    // Nobody let it lapse: time did, and somebody's request only found it so.
    let nobody = allowed.by_itself();
    history::record(conn, &nobody, Entry::new("handover", lapsed, "handover lapsed").of(project)).await
}

#[derive(FromRow)]
struct Live {
    id: HandoverId,
    state: State,
    to_name: Option<String>,
    version: i64,
}

/// The project's offer, else its draft.
async fn live(conn: &mut Connection, project: ProjectId) -> Result<Option<Live>, Error> {
    Ok(sqlx::query_as(
        "select h.id, h.state, t.name as to_name, h.version
         from handover h left join person t on t.id = h.to_person
         where h.project_id = $1 and h.state in ('draft', 'offered') order by h.state = 'draft' limit 1",
    )
    .bind(project)
    .fetch_optional(conn)
    .await?)
}

fn see(message: impl Into<String>, handover: HandoverId) -> Error {
    Error::Invalid(vec![FieldError { link: Some(format!("/handovers/{handover}")), ..FieldError::new("", message) }])
}

fn open_only(subject: &Subject) -> Result<(), Error> {
    if subject.status.is_open() {
        return Ok(());
    }
    Err(Error::form("Only an active, paused or sustaining project can be handed over."))
}

fn not_agreed(subject: &Subject) -> Result<(), Error> {
    match subject.agreed {
        None => Ok(()),
        Some(agreed) => Err(see("A handover of this project is already agreed. Withdraw it first.", agreed)),
    }
}

/// Keeps what was prepared as the project's draft; `version` is that of the draft it was made from, 0
/// when there was none.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed the draft, a refusal when the project is offered,
/// agreed or closed.
pub async fn keep_draft(
    conn: &mut Connection,
    allowed: &Allowed<OfferHandover>,
    version: i64,
    pack: &Pack,
) -> Result<HandoverId, Error> {
    let project = allowed.project();
    settle(conn, allowed, project).await?;
    let subject = subject(conn, project, allowed.today()).await?;
    open_only(&subject)?;
    not_agreed(&subject)?;
    let live = live(conn, project).await?;
    if let Some(offered) = live.as_ref().filter(|live| live.state == State::Offered) {
        return Err(see("This project is already offered. Withdraw that offer first.", offered.id));
    }
    if live.as_ref().map_or(0, |live| live.version) != version {
        return Err(Error::Conflict);
    }
    let id = live.map_or_else(HandoverId::new, |live| live.id);
    if let Some(person) = pack.to.person() {
        check_candidate(conn, subject.trust_id, person, allowed.today()).await?;
    }
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_person, to_pool, state, takes_effect_on, summary, next_step, next_step_on,
                files, not_repeat, approvals, approvals_expire_on, helped, created_by, created_at)
         values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
         on conflict (id) do update set from_person = excluded.from_person, to_person = excluded.to_person, to_pool = excluded.to_pool,
                takes_effect_on = excluded.takes_effect_on, summary = excluded.summary, next_step = excluded.next_step,
                next_step_on = excluded.next_step_on, files = excluded.files, not_repeat = excluded.not_repeat,
                approvals = excluded.approvals, approvals_expire_on = excluded.approvals_expire_on, helped = excluded.helped,
                version = version + 1",
    )
    .bind(id)
    .bind(project)
    .bind(subject.leader)
    .bind(pack.to.person())
    .bind(pack.to == To::Pool)
    .bind(pack.takes_effect_on)
    .bind(&pack.summary)
    .bind(&pack.next_step)
    .bind(pack.next_step_on)
    .bind(&pack.files)
    .bind(&pack.not_repeat)
    .bind(&pack.approvals)
    .bind(pack.approvals_expire_on)
    .bind(&pack.helped)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    for delete in [
        "delete from handover_measure where handover_id = $1",
        "delete from handover_contribution where handover_id = $1",
    ] {
        sqlx::query(delete).bind(id).execute(&mut *conn).await?;
    }
    for plan in &pack.plans {
        sqlx::query("insert into handover_measure (handover_id, measure_id, how, next_on) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(plan.measure)
            .bind(&plan.how)
            .bind(plan.next_on)
            .execute(&mut *conn)
            .await?;
    }
    for (person, contribution) in &pack.contributions {
        sqlx::query("insert into handover_contribution (handover_id, person_id, contribution) values ($1, $2, $3)")
            .bind(id)
            .bind(person)
            .bind(contribution)
            .execute(&mut *conn)
            .await?;
    }
    if version == 0 {
        history::record(conn, allowed, Entry::new("handover", id, "began a handover").of(project)).await?;
    }
    Ok(id)
}

/// Offers what was prepared. To the pool: the lead's place ends on the day, so that the project is
/// looking for a lead from then on whatever else happens.
///
/// # Errors
/// As [`keep_draft`]; and when the colleague leads already or has no post on the day.
pub async fn offer(
    conn: &mut Connection,
    allowed: &Allowed<OfferHandover>,
    version: i64,
    pack: &Pack,
) -> Result<HandoverId, Error> {
    let project = allowed.project();
    let id = keep_draft(conn, allowed, version, pack).await?;
    let subject = subject(conn, project, allowed.today()).await?;
    let effect = pack.takes_effect_on.ok_or_else(|| Error::field("takes_effect_on", "Enter a day."))?;
    let to = match pack.to {
        To::Nobody => return Err(Error::field("to", "Choose who takes the project over, or the pool.")),
        To::Pool => "the pool".to_owned(),
        To::Person(person) if subject.leader == Some(person) => {
            return Err(Error::field("to", "They lead this project already. Choose somebody else, or the pool."));
        }
        To::Person(person) => {
            if !people::store::has_post(conn, person, subject.trust_id, effect).await? {
                let message = "They have no post in this trust on that day. Choose somebody else, or another day.";
                return Err(Error::field("to", message));
            }
            people::store::name(conn, person).await?
        }
    };
    sqlx::query("update handover set state = 'offered', offered_at = $2 where id = $1")
        .bind(id)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    if pack.to == To::Pool {
        end_leads(conn, id, project, effect, None).await?;
    }
    let entry = Entry::new("handover", id, "offered the handover").of(project);
    let entry = entry.change("To", "", to).change("Takes effect on", "", crate::format::date(effect));
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Ends the places of those who lead on that day, but for one person's, and freezes what the handover
/// says they contributed.
async fn end_leads(
    conn: &mut Connection,
    handover: HandoverId,
    project: ProjectId,
    on: NaiveDate,
    but: Option<PersonId>,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = max(from_on, $3),
                contribution = coalesce((select c.contribution from handover_contribution c where c.handover_id = $1 and c.person_id = team_role.person_id), contribution)
         where project_id = $2 and role = 'lead' and state = 'accepted' and (until_on is null or until_on > $3) and person_id is not $4",
    )
    .bind(handover)
    .bind(project)
    .bind(on)
    .bind(but)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a draft, an offer or an agreed handover back before it takes effect. Whoever led until then
/// goes on leading.
///
/// # Errors
/// A refusal when it has ended or taken effect.
pub async fn withdraw(conn: &mut Connection, allowed: &Allowed<WithdrawHandover>) -> Result<Handover, Error> {
    take_back(conn, allowed, allowed.handover()).await
}

/// Takes back what is prepared, offered or agreed for a day to come, because the project goes on inside
/// another.
///
/// # Errors
/// When the store cannot write.
pub async fn end_for_merge<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
) -> Result<(), Error> {
    settle(conn, allowed, project).await?;
    let ends: Vec<HandoverId> = sqlx::query_scalar(
        "select id from handover
         where project_id = $1 and (state in ('draft', 'offered') or (state = 'agreed' and takes_effect_on > $2))",
    )
    .bind(project)
    .bind(allowed.today())
    .fetch_all(&mut *conn)
    .await?;
    for handover in ends {
        take_back(conn, allowed, handover).await?;
    }
    Ok(())
}

async fn take_back<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, id: HandoverId) -> Result<Handover, Error> {
    let today = allowed.today();
    let handover = find(conn, id, today).await?;
    let effect = handover.takes_effect_on.unwrap_or(today);
    match handover.state(today) {
        State::Draft => {}
        State::Offered if handover.to_pool => {
            // After the day, nobody but the one who left can make themselves the lead again.
            sqlx::query(
                "update team_role set until_on = null, contribution = ''
                 where id = (select r.id from team_role r where r.project_id = $1 and r.person_id = $2 and r.role = 'lead' and r.state = 'accepted'
                             order by r.from_on desc, r.id desc limit 1)
                   and until_on is not null and (until_on > $3 or person_id = $4)",
            )
            .bind(handover.project_id)
            .bind(handover.from_person)
            .bind(today)
            .bind(allowed.person()?)
            .execute(&mut *conn)
            .await?;
        }
        State::Offered => {}
        State::Agreed if effect > today => {
            sqlx::query(
                "delete from team_role where project_id = $1 and person_id = $2 and role = 'lead' and from_on = $3",
            )
            .bind(handover.project_id)
            .bind(handover.to_person)
            .bind(effect)
            .execute(&mut *conn)
            .await?;
            sqlx::query(
                "update team_role set until_on = null, contribution = ''
                 where project_id = $1 and state = 'accepted' and until_on = $3
                   and ((role = 'lead' and person_id is not $2) or (role = 'member' and person_id is $2))",
            )
            .bind(handover.project_id)
            .bind(handover.to_person)
            .bind(effect)
            .execute(&mut *conn)
            .await?;
        }
        State::Agreed => {
            return Err(Error::form("This handover has taken effect. To pass the project on, prepare a new one."));
        }
        State::Declined | State::Withdrawn | State::Lapsed => return Err(ended(&handover, today)),
    }
    sqlx::query("update handover set state = 'withdrawn', ended_at = $2, version = version + 1 where id = $1")
        .bind(id)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    let what = if handover.stored == State::Draft { "discarded a handover" } else { "withdrew the handover" };
    history::record(conn, allowed, Entry::new("handover", id, what).of(handover.project_id)).await?;
    Ok(handover)
}

fn ended(handover: &Handover, today: NaiveDate) -> Error {
    Error::form(match handover.state(today) {
        State::Draft => "This handover is still being prepared.",
        State::Offered => "Nobody has asked to take this project on yet.",
        State::Agreed => "This handover is agreed already.",
        State::Declined => "This offer was declined. The project needs a new one.",
        State::Withdrawn => "This offer was withdrawn. The project needs a new one.",
        State::Lapsed => {
            "This offer lapsed a fortnight after the day on which it was to take effect. The project needs a new one."
        }
    })
}

/// Records the successor's answer.
///
/// # Errors
/// A refusal when the offer is no longer live.
pub async fn answer_as_successor(
    conn: &mut Connection,
    allowed: &Allowed<AnswerAsSuccessor>,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    record_answer(conn, allowed, allowed.handover(), Party::Successor, answer, word).await
}

/// Records the supervisor's answer, or the academy lead's for the supervisor.
///
/// # Errors
/// A refusal when the offer is no longer live.
pub async fn answer_as_supervisor(
    conn: &mut Connection,
    allowed: &Allowed<AnswerAsSupervisor>,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    record_answer(conn, allowed, allowed.handover(), Party::Supervisor, answer, word).await
}

async fn record_answer<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    id: HandoverId,
    party: Party,
    answer: Answer,
    word: &str,
) -> Result<Handover, Error> {
    let today = allowed.today();
    let handover = find(conn, id, today).await?;
    if handover.state(today) != State::Offered || handover.to_person.is_none() {
        return Err(ended(&handover, today));
    }
    if !handover.status.is_open() {
        return Err(Error::form("The project is closed. Reopen it before it is handed over."));
    }
    let by = allowed.person()?;
    let for_supervisor =
        party == Party::Supervisor && handover.supervisors.iter().all(|supervisor| supervisor.person != by);
    sqlx::query(
        "insert into handover_answer (handover_id, party, person_id, for_supervisor, answer, word, answered_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (handover_id, party) do update set person_id = excluded.person_id, for_supervisor = excluded.for_supervisor,
                answer = excluded.answer, word = excluded.word, answered_at = excluded.answered_at",
    )
    .bind(id)
    .bind(party)
    .bind(by)
    .bind(for_supervisor)
    .bind(answer)
    .bind(word)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let what = match answer {
        Answer::Accepted => "accepted the handover",
        Answer::Declined => "declined the handover",
    };
    let entry = Entry::new("handover", id, what).of(handover.project_id);
    history::record(conn, allowed, entry.change("As", "", party.label()).change("Word", "", word)).await?;

    let handover = find(conn, id, today).await?;
    let accepted = |party| handover.answer(party).is_some_and(|answered| answered.answer == Answer::Accepted);
    if answer == Answer::Declined {
        sqlx::query("update handover set state = 'declined', ended_at = $2, version = version + 1 where id = $1")
            .bind(id)
            .bind(allowed.now)
            .execute(&mut *conn)
            .await?;
        if handover.to_pool {
            // One who came and was not taken leaves the project in the pool, with its pack.
            let effect = handover.takes_effect_on.unwrap_or(today);
            copy(conn, allowed, &handover, handover.from_person, effect).await?;
        }
    } else if accepted(Party::Successor) && accepted(Party::Supervisor) {
        agree(conn, allowed, &handover).await?;
    }
    find(conn, id, today).await
}

/// Both accepted: the successor leads from the agreed day, or from today when that has passed.
async fn agree<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, handover: &Handover) -> Result<(), Error> {
    let today = allowed.today();
    let successor = handover.to_person.ok_or(Error::NotFound)?;
    let project = handover.project_id;
    let effect = handover.takes_effect_on.unwrap_or(today).max(today);
    sqlx::query("update handover set state = 'agreed', takes_effect_on = $2, ended_at = $3, version = version + 1 where id = $1")
        .bind(handover.id)
        .bind(effect)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    // What the last lead began to prepare is not the next one's to read.
    sqlx::query(
        "update handover set state = 'withdrawn', ended_at = $2, version = version + 1 where project_id = $1 and state = 'draft'",
    )
    .bind(project)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    end_leads(conn, handover.id, project, effect, Some(successor)).await?;
    sqlx::query(
        "update team_role set until_on = max(from_on, $3)
         where project_id = $1 and person_id = $2 and role = 'member' and state = 'accepted' and (until_on is null or until_on > $3)",
    )
    .bind(project)
    .bind(successor)
    .bind(effect)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at, answered_at, answered_by)
         select $1, $2, $3, 'lead', 'accepted', 'team', $4, $5, $5, $3
         where not exists (select 1 from team_role r where r.project_id = $2 and r.person_id = $3 and r.role = 'lead' and r.state = 'accepted'
                and r.from_on <= $4 and r.until_on is null)",
    )
    .bind(TeamRoleId::new())
    .bind(project)
    .bind(successor)
    .bind(effect)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "update project set next_step = iif($2 = '', next_step, $2), next_step_on = iif($2 = '', next_step_on, $3),
                updated_at = $4, version = version + 1 where id = $1",
    )
    .bind(project)
    .bind(&handover.next_step)
    .bind(handover.next_step_on)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let name = |name: &Option<String>| name.clone().unwrap_or_default();
    let entry = Entry::new("handover", handover.id, "agreed the handover")
        .of(project)
        .change("Lead", name(&handover.from), name(&handover.to))
        .change("Takes effect on", "", crate::format::date(effect));
    history::record(conn, allowed, entry).await
}

/// Asks to take on a project that is looking for a lead: records the wish as the successor's acceptance
/// of the offer to the pool, or of an offer made for them when the last lead left none.
///
/// # Errors
/// A refusal when somebody leads the project and does not offer it to the pool, when somebody else was
/// faster, and for who has no post to hold it from.
pub async fn take_on(conn: &mut Connection, allowed: &Allowed<TakeOn>, word: &str) -> Result<HandoverId, Error> {
    let (project, today, person) = (allowed.project(), allowed.today(), allowed.person()?);
    settle(conn, allowed, project).await?;
    let subject = subject(conn, project, today).await?;
    if !subject.status.is_open() {
        return Err(Error::form("Only an active, paused or sustaining project can be taken on."));
    }
    not_agreed(&subject)?;
    let row = crate::continuity::store::row(conn, project, today).await?;
    if row.lead.as_ref().is_some_and(|lead| lead.id == person) {
        return Err(Error::form("You lead this project already."));
    }
    let live = live(conn, project).await?;
    let id = match live {
        Some(Live { id, state: State::Offered, to_name: Some(name), .. }) => {
            return Err(see(
                format!("It is with {name}, and waits for both answers. If they do not take it on, it is free again."),
                id,
            ));
        }
        Some(Live { id, state: State::Offered, .. }) => id,
        _ if row.lead.is_some() => {
            return Err(Error::form("Somebody leads this project. Ask to join its team instead."));
        }
        // A draft is its author's: whoever takes the project on starts from what was offered last, and
        // from today, whatever day that was for.
        _ => match last_offered(conn, project, today).await? {
            Some(last) => copy(conn, allowed, &last, subject.leader, today).await?,
            None => blank(conn, allowed, project, subject.leader).await?,
        },
    };
    sqlx::query(
        "update handover set state = 'offered', to_pool = 1, to_person = $2, offered_at = $3,
                takes_effect_on = max(coalesce(takes_effect_on, $4), $4), version = version + 1
         where id = $1",
    )
    .bind(id)
    .bind(person)
    .bind(allowed.now)
    .bind(today)
    .execute(&mut *conn)
    .await?;
    let handover = find(conn, id, today).await?;
    if !people::store::has_post(conn, person, subject.trust_id, handover.takes_effect_on.unwrap_or(today)).await? {
        return Err(Error::form(
            "A lead needs a post in this trust on the day of the handover, and you have none then.",
        ));
    }
    sqlx::query(
        "insert into handover_answer (handover_id, party, person_id, answer, word, answered_at) values ($1, 'successor', $2, 'accepted', $3, $4)",
    )
    .bind(id)
    .bind(person)
    .bind(word)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("handover", id, "asked to take it on").of(project).change("Word", "", word);
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// An offer to the pool without a pack: the last lead left before they wrote one.
async fn blank<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    from: Option<PersonId>,
) -> Result<HandoverId, Error> {
    let id = HandoverId::new();
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_pool, state, takes_effect_on, created_by, created_at, offered_at)
         values ($1, $2, $3, 1, 'offered', $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(project)
    .bind(from)
    .bind(allowed.today())
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    Ok(id)
}

/// The same pack again, offered to the pool from a day on.
async fn copy<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    handover: &Handover,
    from: Option<PersonId>,
    effect: NaiveDate,
) -> Result<HandoverId, Error> {
    let id = HandoverId::new();
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_pool, state, takes_effect_on, summary, next_step, next_step_on,
                files, not_repeat, approvals, approvals_expire_on, helped, created_by, created_at, offered_at)
         select $2, project_id, $3, 1, 'offered', $4, summary, next_step, next_step_on,
                files, not_repeat, approvals, approvals_expire_on, helped, created_by, $5, $5
         from handover where id = $1",
    )
    .bind(handover.id)
    .bind(id)
    .bind(from)
    .bind(effect)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    for children in [
        "insert into handover_measure (handover_id, measure_id, how, next_on) select $2, measure_id, how, next_on from handover_measure where handover_id = $1",
        "insert into handover_contribution (handover_id, person_id, contribution) select $2, person_id, contribution from handover_contribution where handover_id = $1",
    ] {
        sqlx::query(children).bind(handover.id).bind(id).execute(&mut *conn).await?;
    }
    Ok(id)
}

#[cfg(test)]
mod tests;

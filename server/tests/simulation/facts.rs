//! The raw rows, by plain selects, as the checker reads them each day.

use std::collections::BTreeMap;

use app::continuity::asks::model::Asked;
use app::db::Connection;
use app::id::{HandoverId, PersonId, ProjectId, TrustId};
use app::testing::Result;
use chrono::NaiveDate;
use sqlx::FromRow;

/// A stretch of days, the last one included; none without an end.
pub type Stretch = (NaiveDate, Option<NaiveDate>);

/// What decides when somebody is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Human {
    pub closed_on: Option<NaiveDate>,
    pub signs_in: bool,
    pub tied: bool,
    pub posts: Vec<Stretch>,
    /// First and last day, and whether they keep contributing.
    pub away: Vec<(NaiveDate, NaiveDate, bool)>,
}

/// A place as lead.
#[derive(Clone, Debug, FromRow)]
pub struct Place {
    pub project_id: ProjectId,
    pub person_id: PersonId,
    pub from_on: NaiveDate,
    pub until_on: Option<NaiveDate>,
    pub begun_by: Option<HandoverId>,
    pub ended_by: Option<HandoverId>,
}

/// A handover that is offered or agreed.
#[derive(Clone, Debug, FromRow)]
pub struct Arranged {
    pub id: HandoverId,
    pub project_id: ProjectId,
    pub to_person: Option<PersonId>,
    pub agreed: bool,
    pub takes_effect_on: NaiveDate,
    /// Of the two answers, one is missing.
    pub waits: bool,
}

/// A role in the trust, with its first day and the day from which it is over.
#[derive(Clone, Debug, FromRow)]
pub struct Role {
    pub person_id: PersonId,
    pub role: String,
    pub from_on: Option<NaiveDate>,
    pub until_on: Option<NaiveDate>,
}

/// A row of what is asked.
#[derive(Clone, Debug, FromRow)]
pub struct AskRow {
    pub project_id: ProjectId,
    pub kind: String,
    pub object_id: Option<String>,
    pub about_id: Option<PersonId>,
    pub cause_on: NaiveDate,
    pub level: i64,
    pub person_id: Option<PersonId>,
}

/// What tells one ask from another.
pub type Identity = (ProjectId, String, Option<String>, Option<PersonId>, NaiveDate);

/// The ask of a row of somebody's home.
pub fn identity(row: &Asked) -> Identity {
    (row.project_id, row.kind.as_str().to_owned(), row.object_id.clone(), row.about_id, row.cause_on)
}

impl AskRow {
    pub fn identity(&self) -> Identity {
        (self.project_id, self.kind.clone(), self.object_id.clone(), self.about_id, self.cause_on)
    }
}

/// Everything that the checker knows of a day.
#[derive(Debug, Default)]
pub struct Raw {
    pub people: BTreeMap<PersonId, Human>,
    /// Those that are open.
    pub projects: Vec<ProjectId>,
    pub places: Vec<Place>,
    pub arranged: Vec<Arranged>,
    pub roles: Vec<Role>,
    /// Who leads each project, as the timeline says it.
    pub said: BTreeMap<ProjectId, Option<PersonId>>,
    pub asks: Vec<AskRow>,
}

impl Raw {
    pub async fn load(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Self> {
        let mut raw = Self { people: people(conn, trust).await?, ..Self::default() };
        raw.projects = sqlx::query_scalar(
            "select id from project
             where trust_id = $1 and status in ('active', 'paused', 'sustaining') order by id",
        )
        .bind(trust)
        .fetch_all(&mut *conn)
        .await?;
        raw.places = sqlx::query_as(
            "select r.project_id, r.person_id, r.from_on, r.until_on, r.begun_by, r.ended_by
             from team_role r join project p on p.id = r.project_id
             where p.trust_id = $1 and p.status in ('active', 'paused', 'sustaining')
               and r.role = 'lead' and r.state = 'accepted' and r.by_mistake = 0",
        )
        .bind(trust)
        .fetch_all(&mut *conn)
        .await?;
        raw.arranged = sqlx::query_as(
            "select h.id, h.project_id, h.to_person, h.state = 'agreed' as agreed, h.takes_effect_on,
                    (select count(*) from handover_answer a where a.handover_id = h.id and a.answer = 'accepted') < 2 as waits
             from handover h join project p on p.id = h.project_id
             where p.trust_id = $1 and p.status in ('active', 'paused', 'sustaining')
               and h.state in ('offered', 'agreed') and h.takes_effect_on is not null",
        )
        .bind(trust)
        .fetch_all(&mut *conn)
        .await?;
        raw.roles = sqlx::query_as("select person_id, role, from_on, until_on from trust_role where trust_id = $1")
            .bind(trust)
            .fetch_all(&mut *conn)
            .await?;
        let said: Vec<(ProjectId, Option<PersonId>)> = sqlx::query_as(
            "select project_id, lead_id from standing where trust_id = $1 and from_on <= $2 and until_on > $2",
        )
        .bind(trust)
        .bind(today)
        .fetch_all(&mut *conn)
        .await?;
        raw.said = said.into_iter().collect();
        raw.asks = sqlx::query_as(
            "select project_id, kind, object_id, about_id, cause_on, level, person_id from ask
             where trust_id = $1 and from_on <= $2 and until_on > $2",
        )
        .bind(trust)
        .bind(today)
        .fetch_all(conn)
        .await?;
        Ok(raw)
    }
}

/// The rows of what is asked about a project on a day.
pub async fn asked_about(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Vec<AskRow>> {
    Ok(sqlx::query_as(
        "select project_id, kind, object_id, about_id, cause_on, level, person_id from ask
         where project_id = $1 and from_on <= $2 and until_on > $2",
    )
    .bind(project)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

async fn people(conn: &mut Connection, trust: TrustId) -> Result<BTreeMap<PersonId, Human>> {
    let accounts: Vec<(PersonId, Option<NaiveDate>, bool, bool)> = sqlx::query_as(
        "select p.id, p.closed_on, c.person_id is not null, k.state = 'accepted' from person p
         join tie k on k.person_id = p.id left join credential c on c.person_id = p.id where k.trust_id = $1",
    )
    .bind(trust)
    .fetch_all(&mut *conn)
    .await?;
    let human = |(id, closed_on, signs_in, tied)| (id, Human { closed_on, signs_in, tied, ..Human::default() });
    let mut people: BTreeMap<PersonId, Human> = accounts.into_iter().map(human).collect();
    let posts: Vec<(PersonId, NaiveDate, Option<NaiveDate>)> = sqlx::query_as(
        "select person_id, starts_on, ends_on from post where trust_id = $1 order by person_id, starts_on, id",
    )
    .bind(trust)
    .fetch_all(&mut *conn)
    .await?;
    for (person, first, last) in posts {
        people.entry(person).or_default().posts.push((first, last));
    }
    let away: Vec<(PersonId, NaiveDate, NaiveDate, bool)> =
        sqlx::query_as("select person_id, starts_on, ends_on, keeps_contributing from away where trust_id = $1 order by person_id, starts_on, id")
            .bind(trust)
            .fetch_all(&mut *conn)
            .await?;
    for (person, first, last, keeps) in away {
        people.entry(person).or_default().away.push((first, last, keeps));
    }
    Ok(people)
}

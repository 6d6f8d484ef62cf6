//! Handovers and the pool: their SQL.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::FromRow;

use super::model::{Answer, Asks, Party, SILENT_AFTER, State, oldest_live};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, PersonId, ProjectId};

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
    #[sqlx(try_from = "String")]
    pub asks: Asks,
    /// Who hands over; none when nobody led it.
    pub from: Option<String>,
    /// Who would take it on.
    pub to: String,
    /// The day on which it is to take effect.
    pub takes_effect_on: NaiveDate,
}

/// What waits for this person's answer, soonest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn waiting_for(conn: &mut Connection, person: PersonId, today: NaiveDate) -> Result<Vec<Waiting>, Error> {
    // `state in ('draft', 'offered')` lets the partial index of live handovers be used.
    Ok(sqlx::query_as(
        "select h.id as handover_id, h.project_id, coalesce(p.reference, '') as reference, p.title, h.takes_effect_on,
                f.name as \"from\", t.name as \"to\",
                case when h.to_person = $1 and s.party is null then 'successor'
                     when exists (select 1 from team_role r where r.project_id = h.project_id and r.person_id = $1 and r.role = 'supervisor'
                          and r.state = 'accepted' and r.from_on <= $2 and (r.until_on is null or r.until_on > $2)) then 'anchor'
                     else 'for_anchor' end as asks
         from handover h
         join project p on p.id = h.project_id and p.status in ('active', 'paused', 'sustaining')
         join person t on t.id = h.to_person
         left join person f on f.id = h.from_person
         left join handover_answer s on s.handover_id = h.id and s.party = 'successor'
         left join handover_answer a on a.handover_id = h.id and a.party = 'anchor'
         where h.state in ('draft', 'offered') and h.state = 'offered' and h.takes_effect_on >= $3
           and ((h.to_person = $1 and s.party is null)
             or (a.party is null and exists (select 1 from team_role r where r.project_id = h.project_id and r.person_id = $1
                    and r.role = 'supervisor' and r.state = 'accepted' and r.from_on <= $2 and (r.until_on is null or r.until_on > $2)))
             or (a.party is null and exists (select 1 from trust_role l where l.person_id = $1 and l.trust_id = p.trust_id and l.role = 'academy_lead')
                 and (h.offered_at < $4 or not exists (select 1 from team_role r where r.project_id = h.project_id and r.role = 'supervisor'
                    and r.state = 'accepted' and r.from_on <= $2 and (r.until_on is null or r.until_on > $2)))))
         order by h.takes_effect_on, h.id",
    )
    .bind(person)
    .bind(today)
    .bind(oldest_live(today))
    .bind(today - Days::new(SILENT_AFTER))
    .fetch_all(conn)
    .await?)
}

/// An answer to a handover, as a page shows it.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Answered {
    /// As what they answered.
    pub party: Party,
    /// Who answered.
    pub name: String,
    /// The academy lead answered for the anchor.
    pub for_anchor: bool,
    /// What they answered.
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
    #[sqlx(try_from = "String")]
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

/// Every handover of a project, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId) -> Result<Vec<Listed>, Error> {
    Ok(sqlx::query_as(
        "select h.id, h.state as stored, h.to_pool, f.name as \"from\", t.name as \"to\", h.takes_effect_on,
                (select json_group_array(json_object('party', a.party, 'name', n.name, 'for_anchor', json(iif(a.for_anchor, 'true', 'false')),
                     'answer', a.answer, 'word', a.word, 'at', a.answered_at))
                 from handover_answer a join person n on n.id = a.person_id where a.handover_id = h.id) as answers
         from handover h
         left join person f on f.id = h.from_person
         left join person t on t.id = h.to_person
         where h.project_id = $1
         order by h.created_at desc, h.id desc",
    )
    .bind(project)
    .fetch_all(conn)
    .await?)
}

/// Whether the project is active, paused or sustaining.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_open(conn: &mut Connection, project: ProjectId) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select count(*) > 0 from project where id = $1 and status in ('active', 'paused', 'sustaining')",
    )
    .bind(project)
    .fetch_one(conn)
    .await?)
}

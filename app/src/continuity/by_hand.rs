//! Rows of the timeline as a test writes them, into a change that it never commits: how they are read is tested
//! without the rule.

use chrono::NaiveDate;
use timeline::Continuity;

use crate::db::Connection;
use crate::id::{HandoverId, PersonId, ProjectId, TrustId};

/// A row of `standing`. Lead and supervisor have their last days.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) from_on: NaiveDate,
    pub(crate) until_on: NaiveDate,
    pub(crate) state: Continuity,
    pub(crate) lead: Option<(PersonId, Option<NaiveDate>)>,
    pub(crate) supervisor: Option<(PersonId, Option<NaiveDate>)>,
    pub(crate) handover: Option<HandoverId>,
    pub(crate) no_lead_since: Option<NaiveDate>,
    pub(crate) at_risk: bool,
}

impl Row {
    /// Nobody leads or supervises, and nothing is at risk.
    pub(crate) fn new(state: Continuity, from_on: NaiveDate, until_on: NaiveDate) -> Self {
        Self {
            from_on,
            until_on,
            state,
            lead: None,
            supervisor: None,
            handover: None,
            no_lead_since: None,
            at_risk: false,
        }
    }
}

/// Takes what was derived of a project away.
pub(crate) async fn clear(conn: &mut Connection, project: ProjectId) {
    for text in [
        "insert into standing_stale (project_id) select $1 where not exists (select 1 from standing_stale where project_id = $1)",
        "delete from standing where project_id = $1",
    ] {
        sqlx::query(text).bind(project).execute(&mut *conn).await.expect(text);
    }
}

/// Adds a row to a project whose rows were [taken away](clear), or that has none yet.
pub(crate) async fn stand(conn: &mut Connection, trust: TrustId, project: ProjectId, row: &Row) {
    sqlx::query(
        "insert into standing (project_id, trust_id, from_on, until_on, state, lead_id, lead_last_on, supervisor_id,
             supervisor_last_on, handover_id, no_lead_since, at_risk, rule_version)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 0)",
    )
    .bind(project)
    .bind(trust)
    .bind(row.from_on)
    .bind(row.until_on)
    .bind(row.state.as_str())
    .bind(row.lead.map(|(id, _)| id))
    .bind(row.lead.and_then(|(_, last)| last))
    .bind(row.supervisor.map(|(id, _)| id))
    .bind(row.supervisor.and_then(|(_, last)| last))
    .bind(row.handover)
    .bind(row.no_lead_since)
    .bind(row.at_risk)
    .execute(conn)
    .await
    .expect("a row of a project that is marked");
}

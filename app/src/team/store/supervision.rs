//! Leading for a while, and what leading a project means for supervising it: nobody does both. Who may is asked by
//! whoever calls these; each leaves the entry in the history to it.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::Connection;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TeamRoleId};

/// Makes a person lead a project from a day on, until another or without an end; the places of whoever was to lead it
/// on that day end. What begins later stands.
///
/// # Errors
/// When the store cannot write.
pub async fn lead_for_now(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    from: NaiveDate,
    until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = max(from_on, $2), ended_by = null
         where project_id = $1 and role = 'lead' and state = 'accepted' and from_on <= $2 and (until_on is null or until_on > $2)",
    )
    .bind(project)
    .bind(from)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, until_on, asked_at, answered_at, answered_by)
         values ($1, $2, $3, 'lead', 'accepted', 'team', $4, $5, $6, $6, $3)",
    )
    .bind(TeamRoleId::new())
    .bind(project)
    .bind(person)
    .bind(from)
    .bind(until)
    .bind(now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the supervision of somebody who leads the project from a day on.
///
/// # Errors
/// When the store cannot write.
pub async fn end_own(conn: &mut Connection, project: ProjectId, person: PersonId, on: NaiveDate) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = max(from_on, $3)
         where project_id = $1 and person_id = $2 and role = 'supervisor' and state <> 'declined' and (until_on is null or until_on > $3)",
    )
    .bind(project)
    .bind(person)
    .bind(on)
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives back the supervision that was to end on a day, because its supervisor does not come to lead on it.
///
/// # Errors
/// When the store cannot write.
pub async fn resume_own(
    conn: &mut Connection,
    project: ProjectId,
    person: Option<PersonId>,
    on: NaiveDate,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = null
         where project_id = $1 and person_id = $2 and role = 'supervisor' and state = 'accepted' and until_on = $3 and contribution = ''",
    )
    .bind(project)
    .bind(person)
    .bind(on)
    .execute(conn)
    .await?;
    Ok(())
}

/// Whether somebody leads the project, or comes to.
///
/// # Errors
/// When the store cannot be read.
pub async fn leads(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    today: NaiveDate,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from team_role where project_id = $1 and person_id = $2 and role = 'lead' and state = 'accepted'
                and (until_on is null or until_on > $3))
             or exists (select 1 from project where id = $1 and author_id = $2 and status = 'draft')",
    )
    .bind(project)
    .bind(person)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

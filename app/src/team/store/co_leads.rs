//! Leading a project together: whoever leads it asks somebody, who becomes a lead as they are. Of several the one who
//! stays longest stands first.

use chrono::NaiveDate;

use super::supervision;
use crate::access::{Act, Allowed};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, TeamRoleId};
use crate::people;
use crate::roles::{account_open, has_post, in_force};
use crate::team::model::TeamRole;

/// Why nobody is asked to lead a project with its lead for now.
pub const UNDER_WAY: &str =
    "A handover of this project is under way, after which its next lead leads it alone. They can name a co-lead then.";

/// Whether somebody supervises the project, or is asked to.
pub(super) async fn supervises(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    today: NaiveDate,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from team_role where project_id = $1 and person_id = $2 and role = 'supervisor' and state <> 'declined'
                and (until_on is null or until_on > $3))",
    )
    .bind(project)
    .bind(person)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

/// What it means for somebody's other places that they lead the project from a day on: they are no longer a member beside
/// it, and do not supervise what they lead.
pub(super) async fn begin(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    today: NaiveDate,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = max(from_on, $3)
         where project_id = $1 and person_id = $2 and role = 'member' and state <> 'declined' and (until_on is null or until_on > $3)",
    )
    .bind(project)
    .bind(person)
    .bind(today)
    .execute(&mut *conn)
    .await?;
    supervision::end_own(conn, project, person, today).await
}

/// Whether a lead can leave the project to somebody who leads it with them, while no handover of it is under way: it has
/// another lead, who is in post.
///
/// # Errors
/// When the store cannot be read.
pub async fn lead_on(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    today: NaiveDate,
) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select exists (select 1 from team_role r join project p on p.id = r.project_id join person n on n.id = r.person_id
            where r.project_id = $1 and r.person_id is not $2 and r.role = 'lead' and r.until_on is null and ",
        in_force!("r", "$3"),
        " and ",
        account_open!("n", "$3"),
        " and ",
        has_post!("r.person_id", "p.trust_id", "$3"),
        " and not exists (select 1 from away a where a.person_id = r.person_id and a.trust_id = p.trust_id
                and a.starts_on <= $3 and a.ends_on >= $3))"
    ))
    .bind(project)
    .bind(person)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

/// Withdraws what is asked of those who were to lead the project with its lead: it is offered to somebody, or
/// somebody else leads it now.
///
/// # Errors
/// When the store cannot write.
pub async fn withdraw<A: Act>(conn: &mut Connection, allowed: &Allowed<A>, project: ProjectId) -> Result<(), Error> {
    let asked: Vec<(TeamRoleId, PersonId)> = sqlx::query_as(
        "update team_role set until_on = max(from_on, $2)
         where project_id = $1 and role = 'lead' and state = 'asked' and until_on is null returning id, person_id",
    )
    .bind(project)
    .bind(allowed.today())
    .fetch_all(&mut *conn)
    .await?;
    for (membership, person) in asked {
        let name = people::store::name_in(conn, allowed.in_trust()?, person).await?;
        let entry = Entry::new("team_role", membership, "withdrew an invitation").in_project(project);
        history::record(conn, allowed, entry.change(TeamRole::Lead.label(), name, "")).await?;
    }
    Ok(())
}

//! What a merge asks of the team of the project that goes on inside another: each is invited into the other's team.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::insert_membership;
use crate::access::{Act, Allowed};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId};
use crate::roles::{account_open, holds_on, in_force};
use crate::team::model::{OpenedBy, RoleState, TeamRole};

/// Somebody of a team who has no place in another project's.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Outside {
    pub person: PersonId,
    pub name: String,
    pub role: TeamRole,
}

/// Those of a project's team, its leads as members, who are neither in another project's team nor asked into it.
///
/// # Errors
/// When the store cannot be read.
pub async fn outside(
    conn: &mut Connection,
    of: ProjectId,
    other: ProjectId,
    today: NaiveDate,
) -> Result<Vec<Outside>, Error> {
    // With `min` in a query that groups, SQLite takes the other columns from the row of the minimum.
    Ok(sqlx::query_as(concat!(
        "select r.person_id as person, n.name, iif(r.role = 'lead', 'member', r.role) as role,
                min(case r.role when 'supervisor' then 0 when 'lead' then 1 else 2 end)
         from (select r.project_id, r.person_id, r.role from team_role r where r.project_id = $1 and ",
        in_force!("r", "$3"),
        " union select z.project_id, z.lead_id, 'lead' from standing z where z.project_id = $1 and z.lead_id is not null and ",
        holds_on!("z", "$3"),
        ") r join person n on n.id = r.person_id
         where ",
        account_open!("n", "$3"),
        "
           and not exists (select 1 from team_role o where o.project_id = $2 and o.person_id = r.person_id
                and ((",
        in_force!("o", "$3"),
        ") or (o.state = 'asked' and o.until_on is null)))
         group by r.person_id order by n.name collate nocase, r.person_id"
    ))
    .bind(of)
    .bind(other)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// Invites them into the other project's team, in the places that they have.
///
/// # Errors
/// When the store cannot write.
pub async fn invite<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    other: ProjectId,
    people: &[Outside],
    message: &str,
) -> Result<(), Error> {
    for one in people {
        let (state, by) = (RoleState::Asked, OpenedBy::Team);
        let membership = insert_membership(conn, allowed, other, one.person, one.role, state, by, message).await?;
        let entry = Entry::new("team_role", membership, "invited somebody to the team").in_project(other);
        history::record(conn, allowed, entry.change(one.role.label(), "", &one.name).change("Why", "", message))
            .await?;
    }
    Ok(())
}

//! Passing on what somebody supervises: a colleague is invited to each project, and the old place ends when they
//! accept.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::{does_not_lead, insert_membership, not_in_place};
use crate::access::{Allowed, ManageTeam};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, TeamRoleId, TrustId};
use crate::people;
use crate::roles::{holds_on, in_force, open_project};
use crate::team::model::{OpenedBy, RoleState, TeamRole};

/// A project that somebody supervises.
#[derive(Clone, Debug, FromRow)]
pub struct Supervised {
    /// Their place in its team.
    pub membership: TeamRoleId,
    pub project_id: ProjectId,
    pub reference: String,
    pub title: String,
    /// Who leads it; none when nobody does.
    pub lead: Option<String>,
    /// Who is asked to supervise it next.
    pub asked: Option<String>,
}

/// The open projects of a trust that somebody supervises, whether or not they are still there.
///
/// # Errors
/// When the store cannot be read.
pub async fn supervised(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Vec<Supervised>, Error> {
    Ok(sqlx::query_as(concat!(
        "select r.id as membership, p.id as project_id, coalesce(p.reference, '') as reference, p.title, l.name as lead,
                (select min(coalesce(k.named, n.name)) from team_role q join person n on n.id = q.person_id
                 left join tie k on k.person_id = q.person_id and k.trust_id = p.trust_id and k.state <> 'accepted'
                 where q.project_id = p.id and q.role = 'supervisor' and q.state = 'asked' and q.until_on is null) as asked
         from team_role r join project p on p.id = r.project_id
         left join standing z on z.project_id = p.id and ", holds_on!("z", "$3"), "
         left join person l on l.id = z.lead_id
         where r.person_id = $1 and r.role = 'supervisor' and ", in_force!("r", "$3"), " and p.trust_id = $2 and ", open_project!("p"), "
         order by p.title collate nocase, p.id limit 200"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// Invites a colleague to supervise a project in the place of a supervisor, whose place ends once they accept. Who is
/// asked already by somebody else's invitation stays asked.
///
/// # Errors
/// [`Error::NotFound`] when the place is not a supervisor's in the project, [`Error::Invalid`] when the colleague is
/// the supervisor, leads the project or has a place like it.
pub async fn pass_on(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    (membership, of): (TeamRoleId, PersonId),
    to: PersonId,
) -> Result<(), Error> {
    let (project, trust, today) = (allowed.project(), allowed.in_trust()?, allowed.today());
    let there: bool = sqlx::query_scalar(concat!(
        "select exists (select 1 from team_role r where r.id = $1 and r.project_id = $2 and r.person_id = $4 and r.role = 'supervisor' and ",
        in_force!("r", "$3"),
        ")"
    ))
    .bind(membership)
    .bind(project)
    .bind(today)
    .bind(of)
    .fetch_one(&mut *conn)
    .await?;
    if !there {
        return Err(Error::NotFound);
    }
    let colleagues = people::store::colleagues(conn, trust, today).await?;
    if to == of || !colleagues.iter().any(|colleague| colleague.id == to) {
        return Err(Error::field("person", "Choose a colleague from the list."));
    }
    not_in_place(conn, project, to, TeamRole::Supervisor, today, "person").await?;
    does_not_lead(conn, project, to, today, "person").await?;
    let (role, state, by) = (TeamRole::Supervisor, RoleState::Asked, OpenedBy::Team);
    let asked = insert_membership(conn, allowed, project, to, role, state, by, "").await?;
    sqlx::query("update team_role set instead_of = $2 where id = $1")
        .bind(asked)
        .bind(membership)
        .execute(&mut *conn)
        .await?;
    let (old, new) = (people::store::name(conn, of).await?, people::store::name(conn, to).await?);
    let entry = Entry::new("team_role", asked, "asked a colleague to take supervision over").in_project(project);
    history::record(conn, allowed, entry.change("Supervisor", old, new)).await
}

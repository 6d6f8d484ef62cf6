//! Passing on what somebody supervises: a colleague is invited to each project, and the old place ends when they
//! accept.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::{SUPERVISOR_STAYS, end_role, has_room_for_question, insert_membership, supervision, supervisor_stays};
use crate::access::{Allowed, ManageTeam};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, TeamRoleId, TrustId};
use crate::people;
use crate::roles::{holds_on, in_force, open_project};
use crate::team::model::{MOST_PASSED_ON, OpenedBy, RoleState, TeamRole};

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
         order by p.title collate nocase, p.id limit $4"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .bind(MOST_PASSED_ON as i64)
    .fetch_all(conn)
    .await?)
}

/// Invites a colleague to supervise a project in the place of a supervisor, whose place ends once they accept. Who is
/// asked already stays asked; where they supervise it beside them already, nobody is asked and the place ends at once.
/// Gives whether somebody is asked.
///
/// # Errors
/// [`Error::NotFound`] when the place is not a supervisor's in the project, [`Error::Invalid`] when the colleague is
/// the supervisor or leads the project.
pub async fn pass_on(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    (membership, of): (TeamRoleId, PersonId),
    to: PersonId,
) -> Result<bool, Error> {
    let (project, trust, today) = (allowed.project(), allowed.in_trust()?, allowed.today());
    is_supervised_by(conn, project, (membership, of), today).await?;
    if to == of || !people::store::is_colleague(conn, trust, to, today).await? {
        return Err(Error::field("person", "Choose a colleague from the list."));
    }
    if supervision::leads(conn, project, to, today).await? {
        let title = crate::project::store::summary(conn, project).await?.title;
        return Err(Error::field(
            "person",
            format!(
                "They lead “{title}”, and whoever leads a project cannot supervise it. Leave it out, or choose somebody else."
            ),
        ));
    }
    let beside: Option<(TeamRoleId, RoleState, Option<TeamRoleId>)> = sqlx::query_as(
        "select id, state, instead_of from team_role where project_id = $1 and person_id = $2 and role = 'supervisor' and state <> 'declined'
           and (until_on is null or until_on > $3)",
    )
    .bind(project)
    .bind(to)
    .bind(today)
    .fetch_optional(&mut *conn)
    .await?;
    let asked = match beside {
        Some((_, RoleState::Asked, Some(instead_of))) if instead_of == membership => return Ok(true),
        Some((beside, ..)) => beside,
        None => {
            has_room_for_question(conn, project).await?;
            let (role, state, by) = (TeamRole::Supervisor, RoleState::Asked, OpenedBy::Team);
            insert_membership(conn, allowed, project, to, role, state, by, "").await?
        }
    };
    withdraw_others(conn, allowed, membership, asked).await?;
    sqlx::query("update team_role set instead_of = $2 where id = $1")
        .bind(asked)
        .bind(membership)
        .execute(&mut *conn)
        .await?;
    if let Some((beside, RoleState::Accepted, _)) = beside {
        if allowed.actor != Some(of) {
            supervisor_stays(conn, allowed, project, SUPERVISOR_STAYS).await?;
        }
        supervision::take_over(conn, allowed, beside).await?;
        return Ok(false);
    }
    record_asked(conn, allowed, asked, (of, to)).await.map(|()| true)
}

async fn record_asked(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    asked: TeamRoleId,
    (of, to): (PersonId, PersonId),
) -> Result<(), Error> {
    let (old, new) = (people::store::name(conn, of).await?, people::store::name(conn, to).await?);
    let entry =
        Entry::new("team_role", asked, "asked a colleague to take supervision over").in_project(allowed.project());
    history::record(conn, allowed, entry.change("Supervisor", old, new)).await
}

/// Whoever else is asked in the place of the same supervisor is asked no longer: the first to accept would be displaced
/// by the next.
async fn withdraw_others(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    membership: TeamRoleId,
    asked: TeamRoleId,
) -> Result<(), Error> {
    let others: Vec<TeamRoleId> = sqlx::query_scalar(
        "select id from team_role where instead_of = $1 and id <> $2 and state = 'asked' and until_on is null",
    )
    .bind(membership)
    .bind(asked)
    .fetch_all(&mut *conn)
    .await?;
    for other in others {
        end_role(conn, allowed, other, None).await?;
    }
    Ok(())
}

async fn is_supervised_by(
    conn: &mut Connection,
    project: ProjectId,
    (membership, of): (TeamRoleId, PersonId),
    today: NaiveDate,
) -> Result<(), Error> {
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
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, Result, TODAY, make};

    /// The supervisors of a project on the day, and who was asked in somebody's place.
    async fn supervisors(conn: &mut Connection, project: ProjectId) -> Result<Vec<(PersonId, RoleState, bool)>> {
        Ok(sqlx::query_as(
            "select person_id, state, instead_of is not null from team_role where project_id = $1 and role = 'supervisor'
               and (until_on is null or until_on > $2) order by from_on, id",
        )
        .bind(project)
        .bind(TODAY)
        .fetch_all(conn)
        .await?)
    }

    #[tokio::test]
    async fn supervision_is_passed_on_also_to_who_is_asked_or_supervises_it_already() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.supervisor)).await;
        for (beside, left) in [
            (None, vec![(at.supervisor, RoleState::Accepted, false), (at.colleague, RoleState::Asked, true)]),
            (Some("asked"), vec![(at.supervisor, RoleState::Accepted, false), (at.colleague, RoleState::Asked, true)]),
            (Some("accepted"), vec![(at.colleague, RoleState::Accepted, true)]),
        ] {
            let project = at.project("Sepsis").await;
            let mut change = at.store.write().await?;
            if let Some(state) = beside {
                make::place(&mut change, project, at.colleague, ["supervisor", state, "team"], TODAY, None).await?;
            }
            let held: TeamRoleId = sqlx::query_scalar(
                "select id from team_role where project_id = $1 and person_id = $2 and role = 'supervisor'",
            )
            .bind(project)
            .bind(at.supervisor)
            .fetch_one(&mut *change)
            .await?;
            let allowed = request.require(&mut change, ManageTeam(project)).await?;
            let asks = pass_on(&mut change, &allowed, (held, at.supervisor), at.colleague).await?;
            assert_eq!(
                (supervisors(&mut change, project).await?, asks),
                (left, beside != Some("accepted")),
                "{beside:?}"
            );
            if asks {
                let told = history::of_project(&mut change, project, 50, 0).await?.len();
                assert_eq!(pass_on(&mut change, &allowed, (held, at.supervisor), at.colleague).await, Ok(true));
                assert_eq!(history::of_project(&mut change, project, 50, 0).await?.len(), told, "asked once");
                pass_on(&mut change, &allowed, (held, at.supervisor), at.lead).await?;
                let asked: Vec<PersonId> = sqlx::query_scalar(
                    "select person_id from team_role where instead_of = $1 and state = 'asked' and until_on is null",
                )
                .bind(held)
                .fetch_all(&mut *change)
                .await?;
                assert_eq!(asked, [at.lead], "somebody else is asked instead");
            }
            change.commit().await?;
        }
        Ok(())
    }
}

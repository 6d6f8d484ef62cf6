//! How the lead of a project changes: the places as lead begin, end, and are given back on the days of a
//! handover. Who may do that is the handover's to ask; each of these leaves the entry in the history to it.

use chrono::{DateTime, NaiveDate, Utc};

use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId};

/// Makes a person lead a project from the day of an agreed handover on, with no end; their place as a member ends on
/// that day. Who leads it on that day already goes on.
///
/// # Errors
/// When the store cannot write.
pub async fn begin_lead(
    conn: &mut Connection,
    handover: HandoverId,
    project: ProjectId,
    person: PersonId,
    on: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = max(from_on, $3), ended_by = $4
         where project_id = $1 and person_id = $2 and role = 'member' and state = 'accepted' and (until_on is null or until_on > $3)",
    )
    .bind(project)
    .bind(person)
    .bind(on)
    .bind(handover)
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into team_role (id, project_id, person_id, role, state, opened_by, from_on, asked_at, answered_at, answered_by, begun_by)
         select $1, $2, $3, 'lead', 'accepted', 'team', $4, $5, $5, $3, $6
         where not exists (select 1 from team_role r where r.project_id = $2 and r.person_id = $3 and r.role = 'lead' and r.state = 'accepted'
                and r.from_on <= $4 and r.until_on is null)",
    )
    .bind(TeamRoleId::new())
    .bind(project)
    .bind(person)
    .bind(on)
    .bind(now)
    .bind(handover)
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends the places of those who lead a project on a day, but for `successor`'s, and freezes what the handover
/// says they contributed. With a successor the handover is agreed, and their end counts as it does; what is offered
/// to the pool ends by itself.
///
/// # Errors
/// When the store cannot write.
pub async fn end_leads(
    conn: &mut Connection,
    handover: HandoverId,
    project: ProjectId,
    on: NaiveDate,
    successor: Option<PersonId>,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = max(from_on, $3), ended_by = iif($4 is null, null, $1),
                contribution = coalesce((select c.contribution from handover_contribution c where c.handover_id = $1 and c.person_id = team_role.person_id), contribution)
         where project_id = $2 and role = 'lead' and state = 'accepted' and (until_on is null or until_on > $3) and person_id is not $4",
    )
    .bind(handover)
    .bind(project)
    .bind(on)
    .bind(successor)
    .execute(conn)
    .await?;
    Ok(())
}

/// Freezes anew what a handover says of those whose places ended with it: its summary was written on.
///
/// # Errors
/// When the store cannot write.
pub(crate) async fn credit_anew(conn: &mut Connection, handover: HandoverId) -> Result<(), Error> {
    sqlx::query(
        "update team_role set contribution = c.contribution from handover_contribution c, handover h
         where h.id = $1 and c.handover_id = h.id and c.person_id = team_role.person_id and team_role.project_id = h.project_id
           and team_role.role = 'lead' and team_role.state = 'accepted'
           and (team_role.ended_by = h.id or (h.to_pool = 1 and team_role.until_on = h.takes_effect_on))",
    )
    .bind(handover)
    .execute(conn)
    .await?;
    Ok(())
}

/// Gives the last lead their place back, without an end, when an offer to the pool is taken back. After the
/// day on which it ended, nobody but the one who left can make themselves the lead again.
///
/// # Errors
/// When the store cannot write.
pub async fn restore_lead(
    conn: &mut Connection,
    project: ProjectId,
    lead: Option<PersonId>,
    by: PersonId,
    today: NaiveDate,
) -> Result<(), Error> {
    sqlx::query(
        "update team_role set until_on = null, ended_by = null, contribution = ''
         where id = (select r.id from team_role r where r.project_id = $1 and r.person_id = $2 and r.role = 'lead' and r.state = 'accepted'
                     order by r.from_on desc, r.id desc limit 1)
           and until_on is not null and (until_on > $3 or person_id = $4)",
    )
    .bind(project)
    .bind(lead)
    .bind(today)
    .bind(by)
    .execute(conn)
    .await?;
    Ok(())
}

/// Undoes an agreed handover before its day: the successor's place as lead goes, and what it was to end on that
/// day, the leads' places and the successor's as a member, goes on. Who leads until its eve only goes then.
///
/// # Errors
/// When the store cannot write.
pub async fn cancel_lead(
    conn: &mut Connection,
    project: ProjectId,
    successor: Option<PersonId>,
    on: NaiveDate,
) -> Result<(), Error> {
    sqlx::query("delete from team_role where project_id = $1 and person_id = $2 and role = 'lead' and from_on = $3")
        .bind(project)
        .bind(successor)
        .bind(on)
        .execute(&mut *conn)
        .await?;
    sqlx::query(
        "update team_role set until_on = null, ended_by = null, contribution = ''
         where project_id = $1 and state = 'accepted' and until_on = $3 and ended_by is not null
           and ((role = 'lead' and person_id is not $2) or (role = 'member' and person_id is $2))",
    )
    .bind(project)
    .bind(successor)
    .bind(on)
    .execute(conn)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, TODAY, make, noon, on};

    async fn leads(conn: &mut Connection, project: ProjectId) -> Vec<(PersonId, NaiveDate, Option<NaiveDate>)> {
        sqlx::query_as(
            "select person_id, from_on, until_on from team_role where project_id = $1 and role = 'lead' order by from_on",
        )
        .bind(project)
        .fetch_all(conn)
        .await
        .expect("leads")
    }

    #[tokio::test]
    async fn the_lead_passes_on_its_day_and_is_given_back() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await.expect("a change");
        let day = on("2026-04-01");
        let before = leads(&mut change, project).await;
        let [(lead, since, None)] = before[..] else { panic!("one lead without an end: {before:?}") };

        let parties = [at.trainee, at.colleague];
        let handover = make::handover(&mut change, project, parties, "agreed", TODAY).await.expect("a handover");
        let by_handover = "select count(*) from team_role where begun_by = $1 or ended_by = $1";
        end_leads(&mut change, handover, project, day, Some(at.colleague)).await.expect("ended");
        for _ in 0..2 {
            begin_lead(&mut change, handover, project, at.colleague, day, noon()).await.expect("begun");
        }
        let counted: i64 =
            sqlx::query_scalar(by_handover).bind(handover).fetch_one(&mut *change).await.expect("a count");
        assert_eq!(counted, 2, "it ended one place and began the other");
        let passed = leads(&mut change, project).await;
        assert_eq!(passed, [(lead, since, Some(day)), (at.colleague, day, None)], "begun once");
        cancel_lead(&mut change, project, Some(at.colleague), day).await.expect("cancelled");
        assert_eq!(leads(&mut change, project).await, before);
        let counted: i64 =
            sqlx::query_scalar(by_handover).bind(handover).fetch_one(&mut *change).await.expect("a count");
        assert_eq!(counted, 0, "it is undone");

        end_leads(&mut change, handover, project, day, None).await.expect("ended");
        restore_lead(&mut change, project, Some(lead), at.lead, TODAY).await.expect("restored");
        assert_eq!(leads(&mut change, project).await, before, "before the day anybody gives it back");

        end_leads(&mut change, handover, project, TODAY, None).await.expect("ended");
        let left = [(lead, since, Some(TODAY))];
        restore_lead(&mut change, project, Some(lead), at.lead, TODAY).await.expect("passed over");
        assert_eq!(leads(&mut change, project).await, left, "after the day nobody else does");
        restore_lead(&mut change, project, Some(lead), lead, TODAY).await.expect("restored");
        assert_eq!(leads(&mut change, project).await, before);
    }
}

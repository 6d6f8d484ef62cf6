//! Leading for a while, and what leading a project means for supervising it: nobody does both. Who may is asked by
//! whoever calls these; each leaves the entry in the history to it.

use chrono::{DateTime, NaiveDate, Utc};

use crate::access::{Act, Allowed, ConfirmSupervisor};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, TeamRoleId};
use crate::roles::{holds_on, in_force, leads_on};

/// Makes a person lead a project from a day on, until another or without an end; the places of whoever was to lead it
/// on that day end. What begins later stands, and so does what an agreed handover begins whose successor is on the way.
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
    sqlx::query(concat!(
        "update team_role set until_on = max(from_on, $2), ended_by = null
         where project_id = $1 and role = 'lead' and state = 'accepted' and from_on <= $2 and (until_on is null or until_on > $2)
           and (begun_by is null or begun_by is not (select z.handover_id from standing z where z.project_id = $1 and ",
        holds_on!("z", "$2"),
        " and not exists (select 1 from ask a where a.project_id = $1 and a.object_id = z.handover_id and a.kind = 'broken_handover' and ",
        holds_on!("a", "$2"),
        ")))"
    ))
    .bind(project)
    .bind(from)
    .execute(&mut *conn)
    .await?;
    begin_lead(conn, project, person, from, until, now).await
}

/// Makes a person lead a project from a day on, until another or without an end, beside the places of whoever is away.
///
/// # Errors
/// When the store cannot write.
pub async fn begin_lead(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    from: NaiveDate,
    until: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<(), Error> {
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
    Ok(sqlx::query_scalar(concat!(
        "select exists (select 1 from team_role where project_id = $1 and person_id = $2 and role = 'lead' and state = 'accepted'
                and (until_on is null or until_on > $3))
             or ",
        leads_on!("$1", "$2", "$3"),
        " or exists (select 1 from project where id = $1 and author_id = $2 and status = 'draft')",
    ))
    .bind(project)
    .bind(person)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

/// The last day until which somebody can be confirmed as supervisor: the end of their post, a year without one; none
/// when their post has no end, and they need no confirmation.
///
/// # Errors
/// When the store cannot be read.
pub async fn longest_confirmation(
    conn: &mut Connection,
    membership: TeamRoleId,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, Error> {
    Ok(sqlx::query_scalar(
        "select iif(exists (select 1 from post o where o.person_id = r.person_id and o.trust_id = p.trust_id and o.ends_on is null), null,
                coalesce((select max(o.ends_on) from post o where o.person_id = r.person_id and o.trust_id = p.trust_id and o.ends_on >= $2), $3))
         from team_role r join project p on p.id = r.project_id where r.id = $1",
    )
    .bind(membership)
    .bind(today)
    .bind(today + chrono::Duration::days(LONGEST_WITHOUT_POST))
    .fetch_one(conn)
    .await?)
}

/// Without a post somebody supervises by the academy's word for at most a year.
const LONGEST_WITHOUT_POST: i64 = 365;

/// Confirms a supervisor for as long as they can be.
///
/// # Errors
/// When the store cannot write.
pub async fn confirm_at_most(conn: &mut Connection, membership: TeamRoleId, today: NaiveDate) -> Result<(), Error> {
    let last = longest_confirmation(conn, membership, today).await?;
    confirm(conn, membership, last).await
}

async fn confirm(conn: &mut Connection, membership: TeamRoleId, last: Option<NaiveDate>) -> Result<(), Error> {
    sqlx::query("update team_role set confirmed_until = $2 where id = $1")
        .bind(membership)
        .bind(last)
        .execute(conn)
        .await?;
    Ok(())
}

/// Says until which day a supervisor on a time-bound post, or without one, counts.
///
/// # Errors
/// [`Error::NotFound`] when they do not supervise the project, [`Error::Invalid`] when they need no confirmation or
/// the day is later than the end of their post, or than a year ahead without one.
pub async fn confirm_supervisor(
    conn: &mut Connection,
    allowed: &Allowed<ConfirmSupervisor>,
    membership: TeamRoleId,
    last: NaiveDate,
) -> Result<(), Error> {
    let found: Option<String> = sqlx::query_scalar(concat!(
        "select n.name from team_role r join person n on n.id = r.person_id
         where r.id = $1 and r.project_id = $2 and r.role = 'supervisor' and ",
        in_force!("r", "$3")
    ))
    .bind(membership)
    .bind(allowed.project())
    .bind(allowed.today())
    .fetch_optional(&mut *conn)
    .await?;
    let name = found.ok_or(Error::NotFound)?;
    let longest = longest_confirmation(conn, membership, allowed.today())
        .await?
        .ok_or_else(|| Error::form("Their post has no end, so they need no confirmation."))?;
    if last < allowed.today() || last > longest {
        let longest = crate::format::date(longest);
        return Err(Error::field("confirmed_until", format!("Enter a day from today to {longest}.")));
    }
    confirm(conn, membership, Some(last)).await?;
    let entry = Entry::new("team_role", membership, "confirmed a supervisor")
        .in_project(allowed.project())
        .change("Supervisor", "", name)
        .change("Until", "", crate::format::date(last));
    history::record(conn, allowed, entry).await
}

/// Whoever accepted was asked in somebody's place: that one ends.
pub(super) async fn take_over<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    accepted: TeamRoleId,
) -> Result<(), Error> {
    let ended: Option<(TeamRoleId, ProjectId, bool)> = sqlx::query_as(concat!(
        "update team_role as r set until_on = max(r.from_on, $2)
         where r.id = (select n.instead_of from team_role n where n.id = $1) and ",
        in_force!("r", "$2"),
        " returning id, project_id, (select n.person_id is $3 from team_role n where n.id = $1)"
    ))
    .bind(accepted)
    .bind(allowed.today())
    .bind(allowed.actor)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((membership, project, by_successor)) = ended else { return Ok(()) };
    let action = if by_successor { "took supervision over" } else { "passed supervision on" };
    history::record(conn, allowed, Entry::new("team_role", membership, action).in_project(project)).await
}

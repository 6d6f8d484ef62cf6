//! Roles in the trust.

use chrono::NaiveDate;

use super::people::{Held, Tie, person};
use crate::access::{Allowed, GrantRoles};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::people::directory::model::{RoleDates, TrustRole};
use crate::roles::{account_open, role_on};

const ONLY_ADMINISTRATOR: &str = "They are the trust's only administrator. Make somebody else administrator first.";

/// Whether nobody else could act as administrator from now on: others count only when they can sign in, and
/// their role has no end. In the demonstration everybody can sign in.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_last_administrator(
    conn: &mut Connection,
    trust: TrustId,
    id: PersonId,
    today: NaiveDate,
) -> Result<bool, Error> {
    let others: i64 = sqlx::query_scalar(concat!(
        "select count(*) from trust_role r join person p on p.id = r.person_id join trust t on t.id = r.trust_id
         join tie k on k.person_id = r.person_id and k.trust_id = r.trust_id and k.state = 'accepted'
         where r.trust_id = $1 and r.role = 'administrator' and r.person_id <> $2 and r.until_on is null and ",
        role_on!("r", "$3"),
        " and ",
        account_open!("p", "$3"),
        "
           and (t.demonstration = 1
                or (exists (select 1 from credential c where c.person_id = p.id)
                    and exists (select 1 from person_address a where a.person_id = p.id and a.verified_at is not null)))"
    ))
    .bind(trust)
    .bind(id)
    .bind(today)
    .fetch_one(conn)
    .await?;
    Ok(others == 0)
}

/// Whether a person is an academy lead, and from this day on nobody else would be: others count with an open
/// account and a role that holds that day.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_last_academy_lead(
    conn: &mut Connection,
    trust: TrustId,
    id: PersonId,
    from: NaiveDate,
) -> Result<bool, Error> {
    let last: bool = sqlx::query_scalar(concat!(
        "with one as (select r.person_id from trust_role r join person p on p.id = r.person_id
                      join tie k on k.person_id = r.person_id and k.trust_id = r.trust_id and k.state = 'accepted'
                      where r.trust_id = $1 and r.role = 'academy_lead' and ",
        role_on!("r", "$3"),
        " and ",
        account_open!("p", "$3"),
        ")
         select exists (select 1 from one where person_id = $2) and not exists (select 1 from one where person_id <> $2)"
    ))
    .bind(trust)
    .bind(id)
    .bind(from)
    .fetch_one(conn)
    .await?;
    Ok(last)
}

/// Stops whatever leaves a trust without an academy lead from this day on.
pub(super) async fn keeps_an_academy_lead(
    conn: &mut Connection,
    trust: TrustId,
    id: PersonId,
    from: NaiveDate,
) -> Result<(), Error> {
    if is_last_academy_lead(conn, trust, id, from).await? {
        return Err(Error::field(
            "successor",
            "They are the trust's only academy lead. Choose who takes over, and both are saved together.",
        ));
    }
    Ok(())
}

/// Grants a role in the trust; changes nothing for somebody who has it or is to have it.
///
/// # Errors
/// [`Error::NotFound`] for a person whom the trust does not know, [`Error::Invalid`] for one who has not
/// accepted it.
pub async fn grant(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
    dates: RoleDates,
) -> Result<(), Error> {
    let found = person(conn, allowed.trust(), id).await?;
    if found.has(role, allowed.today()) {
        return Ok(());
    }
    if found.tie != Tie::Accepted {
        return Err(Error::form(format!("{} has not accepted this trust. Grant the role once they have.", found.name)));
    }
    put_role(conn, allowed, id, role, dates).await?;
    let entry = Entry::new("person", id, "granted a role").change("Role", "", role.label());
    history::record(conn, allowed, told(entry, None, dates)).await
}

/// The days of a role as the history tells them; those that are not said, not.
fn told(entry: Entry, before: Option<Held>, dates: RoleDates) -> Entry {
    let day = |day: Option<NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    entry.change("First day", day(before.and_then(|held| held.from_on)), day(dates.from_on)).change(
        "Last day",
        day(before.and_then(|held| held.last_on())),
        day(dates.last_on),
    )
}

/// Writes a role down, in the place of one that is over.
pub(super) async fn put_role(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
    dates: RoleDates,
) -> Result<(), Error> {
    sqlx::query(
        "insert into trust_role (person_id, trust_id, role, granted_at, from_on, until_on) values ($1, $2, $3, $4, $5, $6)
         on conflict (person_id, trust_id, role) do update
         set granted_at = excluded.granted_at, from_on = excluded.from_on, until_on = excluded.until_on",
    )
    .bind(id)
    .bind(allowed.trust())
    .bind(role)
    .bind(allowed.now)
    .bind(dates.from_on)
    .bind(dates.until_on())
    .execute(conn)
    .await?;
    Ok(())
}

/// Says the last day of a role, or that it has none. The day before the one from which it is over.
///
/// # Errors
/// [`Error::NotFound`] when they do not have the role, or [`Error::Invalid`] for a day before its first, for
/// the last administrator, and for the last academy lead.
pub async fn date_role(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
    last_on: Option<NaiveDate>,
) -> Result<(), Error> {
    let (trust, today) = (allowed.trust(), allowed.today());
    let found = person(conn, trust, id).await?;
    let held = found.role(role, today).ok_or(Error::NotFound)?;
    let dates = RoleDates { from_on: held.from_on, last_on };
    if last_on.is_some_and(|day| day < held.from_on.unwrap_or(today).max(today)) {
        return Err(Error::field(
            "last_on",
            "The last day is today or later, and not before the first. To end the role at once, take it away.",
        ));
    }
    if let Some(until) = dates.until_on() {
        match role {
            TrustRole::AcademyLead => keeps_an_academy_lead(conn, trust, id, until).await?,
            TrustRole::Administrator if is_last_administrator(conn, trust, id, today).await? => {
                return Err(Error::form(ONLY_ADMINISTRATOR));
            }
            TrustRole::Administrator => {}
        }
    }
    sqlx::query("update trust_role set until_on = $4 where person_id = $1 and trust_id = $2 and role = $3")
        .bind(id)
        .bind(trust)
        .bind(role)
        .bind(dates.until_on())
        .execute(&mut *conn)
        .await?;
    let entry = Entry::new("person", id, "changed the days of a role").change("Role", "", role.label());
    history::record(conn, allowed, told(entry, Some(held), dates)).await
}

/// Takes a role in the trust away.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] for the last administrator and the last academy lead.
pub async fn take(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = person(conn, trust, id).await?;
    if !found.has(role, allowed.today()) {
        return Ok(());
    }
    match role {
        TrustRole::AcademyLead => keeps_an_academy_lead(conn, trust, id, allowed.today()).await?,
        TrustRole::Administrator if is_last_administrator(conn, trust, id, allowed.today()).await? => {
            return Err(Error::form(ONLY_ADMINISTRATOR));
        }
        TrustRole::Administrator => {}
    }
    sqlx::query("delete from trust_role where person_id = $1 and trust_id = $2 and role = $3")
        .bind(id)
        .bind(trust)
        .bind(role)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "took a role away").change("Role", role.label(), "")).await
}

//! Roles in the trust.

use chrono::NaiveDate;

use super::people::{Tie, person};
use crate::access::{Allowed, GrantRoles};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PersonId, TrustId};
use crate::people::directory::model::TrustRole;
use crate::roles::account_open;

/// Whether nobody else could act as administrator: others count only when they can sign in. In the
/// demonstration everybody can.
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
         where r.trust_id = $1 and r.role = 'administrator' and r.person_id <> $2
           and ",
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

/// Grants a role in the trust.
///
/// # Errors
/// [`Error::NotFound`] for a person whom the trust does not know, [`Error::Invalid`] for one who has not
/// accepted it.
pub async fn grant(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = person(conn, trust, id).await?;
    if found.has(role) {
        return Ok(());
    }
    if found.tie != Tie::Accepted {
        return Err(Error::form(format!("{} has not accepted this trust. Grant the role once they have.", found.name)));
    }
    insert_role(conn, allowed, id, role).await?;
    history::record(conn, allowed, Entry::new("person", id, "granted a role").change("Role", "", role.label())).await
}

pub(super) async fn insert_role(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
) -> Result<(), Error> {
    sqlx::query("insert into trust_role (person_id, trust_id, role, granted_at) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(allowed.trust())
        .bind(role)
        .bind(allowed.now)
        .execute(conn)
        .await?;
    Ok(())
}

/// Takes a role in the trust away.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] for the last administrator.
pub async fn take(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = person(conn, trust, id).await?;
    if !found.has(role) {
        return Ok(());
    }
    if role == TrustRole::Administrator && is_last_administrator(conn, trust, id, allowed.today()).await? {
        return Err(Error::form("They are the trust's only administrator. Make somebody else administrator first."));
    }
    sqlx::query("delete from trust_role where person_id = $1 and trust_id = $2 and role = $3")
        .bind(id)
        .bind(trust)
        .bind(role)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "took a role away").change("Role", role.label(), "")).await
}

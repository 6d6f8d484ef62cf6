//! Where a reference number comes from: a project gets it when it is registered, counted within its trust and the
//! year in London, as `QI-2026-0001`.

use chrono::Datelike;

use crate::access::{Act, Allowed};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{ProjectId, TrustId};

/// Makes a draft an active project with the next reference of its trust and year, which is returned.
///
/// # Errors
/// [`Error::Conflict`] when it is no draft any more.
pub async fn activate<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    trust: TrustId,
) -> Result<String, Error> {
    let year = allowed.today().year();
    let number: i64 = sqlx::query_scalar(
        "insert into reference_counter (trust_id, year, last) values ($1, $2, 1)
         on conflict (trust_id, year) do update set last = last + 1 returning last",
    )
    .bind(trust)
    .bind(year)
    .fetch_one(&mut *conn)
    .await?;
    let reference = format!("QI-{year}-{number:04}");
    let activated = sqlx::query(
        "update project set status = 'active', reference = $2, submitted_at = $3, updated_at = $3, version = version + 1
         where id = $1 and status = 'draft'",
    )
    .bind(project)
    .bind(&reference)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if activated.rows_affected() == 0 { Err(Error::Conflict) } else { Ok(reference) }
}

//! Facts out, rows in: one text each, for everything that is marked.

mod compare;
mod effects;
mod read;
mod rows;

use std::time::Instant;

use timeline::RULE_VERSION;

pub use self::compare::{differences, unanswerable};
pub use self::effects::effects;
use self::read::{MARKED, Page, page_after};
use self::rows::{derive_all, desks};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;

/// Puts rows in the place of the old ones and takes the marks away: of the projects `$1` the standings `$2` and the
/// asks `$3`, of the trusts `$4` the desk `$5`. Gives how many of these are marked all the same, and whether others are.
/// (`jsonb_each`: a row that `json_each` gives is text, and read anew for each of its columns, three times as slow.)
const REPLACE: &str = "delete from ask where project_id in (select value from json_each($1));
    delete from standing where project_id in (select value from json_each($1));
    insert into standing (project_id, trust_id, from_on, until_on, state, lead_id, lead_last_on, supervisor_id, supervisor_last_on,
            handover_id, no_lead_since, at_risk, rule_version)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
            value ->> 9, value ->> 10, value ->> 11, $6 from jsonb_each($2);
    insert into ask (project_id, trust_id, kind, object_id, about_id, cause_on, since_on, due_on, level, audience, person_id,
            giver_id, taker_id, from_on, until_on, rests)
        select value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6, value ->> 7, value ->> 8,
            value ->> 9, value ->> 10, value ->> 11, value ->> 12, value ->> 13, value ->> 14, value ->> 15 from jsonb_each($3);
    delete from desk where trust_id in (select value from json_each($4));
    insert into desk (trust_id, person_id, from_on, until_on) select value ->> 0, value ->> 1, value ->> 2, value ->> 3 from jsonb_each($5);
    delete from standing_stale where project_id in (select value from json_each($1));
    delete from desk_stale where trust_id in (select value from json_each($4));
    select (select count(*) from json_each($1) j join standing_stale z on z.project_id = j.value)
            + (select count(*) from json_each($4) j join desk_stale z on z.trust_id = j.value),
        exists (select 1 from standing_stale where project_id > '') or exists (select 1 from desk_stale where trust_id > '')";

/// Derives everything that is marked, and takes the marks away.
///
/// # Errors
/// When the store cannot be read or written, or a mark is left.
pub async fn drain(conn: &mut Connection) -> Result<(), Error> {
    drain_counting(conn).await.map(drop)
}

/// As [`drain`]; gives how many projects it derived.
async fn drain_counting(conn: &mut Connection) -> Result<usize, Error> {
    let mut derived = 0;
    loop {
        let marked = page_after(conn, MARKED, &Page::default()).await?;
        if marked.is_empty() {
            return Ok(derived);
        }
        derived += marked.projects.len();
        let (left, others): (i64, bool) = replace(conn, &marked).await?;
        if left > 0 {
            tracing::error!(left, "what was derived is marked all the same");
            return Err(Error::Internal);
        }
        if !others {
            return Ok(derived);
        }
    }
}

/// Derives, in one transaction, what a migration marked; everything when the rows are of another version of the rule.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn refresh(conn: &mut Connection) -> Result<(), Error> {
    let (marked, of_another_rule): (bool, bool) = sqlx::query_as(
        "select exists (select 1 from standing_stale) or exists (select 1 from desk_stale),
            coalesce((select rule_version from standing limit 1), -1) <> $1 and exists (select 1 from project)",
    )
    .bind(RULE_VERSION)
    .fetch_one(&mut *conn)
    .await?;
    if !marked && !of_another_rule {
        return Ok(());
    }
    let began = Instant::now();
    sqlx::query("begin immediate").execute(&mut *conn).await?;
    let derived = async {
        if of_another_rule {
            mark_all(conn).await?;
        }
        let derived = drain_counting(conn).await?;
        sqlx::query("commit").execute(&mut *conn).await?;
        Ok(derived)
    }
    .await;
    match derived {
        Ok(projects) => {
            tracing::info!(projects, milliseconds = began.elapsed().as_millis(), "derived where each project stands");
            Ok(())
        }
        Err(error) => {
            let _ = sqlx::query("rollback").execute(conn).await;
            Err(error)
        }
    }
}

/// Marks every project and every trust.
///
/// # Errors
/// When the store cannot write.
pub async fn mark_all(conn: &mut Connection) -> Result<(), Error> {
    sqlx::query(
        "insert into standing_stale (project_id) select p.id from project p
            where not exists (select 1 from standing_stale z where z.project_id = p.id);
         insert into desk_stale (trust_id) select t.id from trust t
            where not exists (select 1 from desk_stale z where z.trust_id = t.id)",
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Derives what is marked, and puts it in the place of what was there.
async fn replace(conn: &mut Connection, marked: &Page) -> Result<(i64, bool), Error> {
    let derived = derive_all(marked);
    let projects: Vec<&str> = marked.projects.iter().map(|(id, _)| id.as_str()).collect();
    let standings: Vec<_> = derived.iter().flat_map(|one| one.standings()).collect();
    let asks: Vec<_> = derived.iter().flat_map(|one| one.asks()).collect();
    let trusts: Vec<&str> = marked.desks.iter().map(|(id, _)| id.as_str()).collect();
    let desks: Vec<_> = desks(marked).collect();
    let mut parameters = <Db as sqlx::Database>::Arguments::default();
    batch::bind(&mut parameters, serde_json::to_string(&projects)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&standings)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&asks)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&trusts)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&desks)?)?;
    batch::bind(&mut parameters, RULE_VERSION)?;
    Ok(sqlx::query_as_with(REPLACE, parameters).fetch_one(conn).await?)
}

#[cfg(test)]
mod tests;

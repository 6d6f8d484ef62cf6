//! Changeover dates: their SQL.

use chrono::NaiveDate;

use crate::access::{Allowed, Coordinate};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::TrustId;

/// The changeover dates of a trust from a day on.
///
/// # Errors
/// When the store cannot be read.
pub async fn changeovers(conn: &mut Connection, trust: TrustId, from: NaiveDate) -> Result<Vec<NaiveDate>, Error> {
    Ok(sqlx::query_scalar("select on_day from changeover where trust_id = $1 and on_day >= $2 order by on_day")
        .bind(trust)
        .bind(from)
        .fetch_all(conn)
        .await?)
}

/// Adds a changeover date.
///
/// # Errors
/// [`Error::Invalid`] when the trust has it already.
pub async fn add(conn: &mut Connection, allowed: &Allowed<Coordinate>, day: NaiveDate) -> Result<(), Error> {
    let trust = allowed.trust();
    let added = sqlx::query("insert into changeover (trust_id, on_day) values ($1, $2) on conflict do nothing")
        .bind(trust)
        .bind(day)
        .execute(&mut *conn)
        .await?;
    if added.rows_affected() == 0 {
        return Err(Error::field("on_day", format!("{} is a changeover date already.", format::date(day))));
    }
    history::record(conn, allowed, Entry::new("trust", trust, "added a changeover date").change("Day", "", day)).await
}

/// Removes a changeover date.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not have it.
pub async fn remove(conn: &mut Connection, allowed: &Allowed<Coordinate>, day: NaiveDate) -> Result<(), Error> {
    let trust = allowed.trust();
    let removed = sqlx::query("delete from changeover where trust_id = $1 and on_day = $2")
        .bind(trust)
        .bind(day)
        .execute(&mut *conn)
        .await?;
    if removed.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    history::record(conn, allowed, Entry::new("trust", trust, "removed a changeover date").change("Day", day, "")).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, Result, TODAY, on};

    #[tokio::test]
    async fn the_academy_lead_adds_and_removes_changeovers_of_their_own_trust() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let trainee = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await?;
        let allowed = request.require(&mut change, Coordinate(at.trust)).await?;
        sqlx::query("delete from changeover").execute(&mut *change).await?;
        for day in ["2026-08-05", "2026-04-01", "2026-03-03"] {
            add(&mut change, &allowed, on(day)).await?;
        }
        let twice = add(&mut change, &allowed, on("2026-08-05")).await;
        assert!(matches!(twice, Err(Error::Invalid(errors)) if errors[0].message.contains("5 August 2026")));
        assert_eq!(changeovers(&mut change, at.trust, TODAY).await?, [on("2026-04-01"), on("2026-08-05")]);
        assert_eq!(changeovers(&mut change, at.other_trust, TODAY).await?, []);
        remove(&mut change, &allowed, on("2026-04-01")).await?;
        assert_eq!(remove(&mut change, &allowed, on("2026-04-01")).await, Err(Error::NotFound));
        assert_eq!(changeovers(&mut change, at.trust, TODAY).await?, [on("2026-08-05")]);
        let told = history::of_object(&mut change, at.trust, 10).await?;
        let actions: Vec<_> = told.iter().map(|row| row.action.as_str()).collect();
        assert_eq!(actions.first().copied(), Some("removed a changeover date"));
        assert_eq!(actions.len(), 4);
        let refused = trainee.require(&mut change, Coordinate(at.trust)).await;
        assert_eq!(refused.err(), Some(Error::Forbidden));
        Ok(())
    }
}

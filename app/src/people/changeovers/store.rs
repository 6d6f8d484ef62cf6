//! Changeover dates: their SQL.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::model::ChangeoverDetails;
use crate::access::{Allowed, Coordinate};
use crate::db::Connection;
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::TrustId;

/// A changeover date.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Changeover {
    pub on_day: NaiveDate,
    /// What people call it; empty when nobody said it.
    pub name: String,
    /// The grades that it concerns; empty for all.
    #[sqlx(json)]
    pub grades: Vec<String>,
}

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

/// The changeover dates of a trust from a day on, with what they are called.
///
/// # Errors
/// When the store cannot be read.
pub async fn described(conn: &mut Connection, trust: TrustId, from: NaiveDate) -> Result<Vec<Changeover>, Error> {
    let text = "select on_day, name, grades from changeover where trust_id = $1 and on_day >= $2 order by on_day";
    Ok(sqlx::query_as(text).bind(trust).bind(from).fetch_all(conn).await?)
}

/// A day on which many posts begin, and which is no changeover date.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Suggested {
    pub on_day: NaiveDate,
    /// How many posts begin.
    pub posts: i64,
    /// Their grades, the most frequent first.
    #[sqlx(json)]
    pub grades: Vec<String>,
}

/// A day is proposed when so many posts begin on it.
const MANY_POSTS: i64 = 5;

/// The days ahead on which most posts of a trust begin and which are no changeover dates, at most six, soonest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn suggested(conn: &mut Connection, trust: TrustId, from: NaiveDate) -> Result<Vec<Suggested>, Error> {
    Ok(sqlx::query_as(
        "select w.on_day, w.posts,
                (select json_group_array(g.grade) from (select o.grade from post o where o.trust_id = $1 and o.starts_on = w.on_day
                    group by o.grade order by count(*) desc, o.grade limit 6) g) as grades
         from (select o.starts_on as on_day, count(*) as posts from post o where o.trust_id = $1 and o.starts_on > $2
                 and not exists (select 1 from changeover c where c.trust_id = $1 and c.on_day = o.starts_on)
               group by o.starts_on having count(*) >= $3 order by count(*) desc, o.starts_on limit 6) w
         order by w.on_day",
    )
    .bind(trust)
    .bind(from)
    .bind(MANY_POSTS)
    .fetch_all(conn)
    .await?)
}

/// Adds a changeover date.
///
/// # Errors
/// [`Error::Invalid`] when the trust has it already.
pub async fn add(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    day: NaiveDate,
    details: &ChangeoverDetails,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let text = "insert into changeover (trust_id, on_day, name, grades) values ($1, $2, $3, $4) on conflict do nothing";
    let added = sqlx::query(text)
        .bind(trust)
        .bind(day)
        .bind(&details.name)
        .bind(serde_json::to_string(&details.grades)?)
        .execute(&mut *conn)
        .await?;
    if added.rows_affected() == 0 {
        return Err(Error::field("on_day", format!("{} is a changeover date already.", format::date(day))));
    }
    let entry = Entry::new("trust", trust, "added a changeover date")
        .change("Day", "", day)
        .change("Name", "", &details.name)
        .change("Grades", "", details.grades.join(", "));
    history::record(conn, allowed, entry).await
}

/// Says what a changeover is called and whom it concerns.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not have it.
pub async fn describe(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    day: NaiveDate,
    details: &ChangeoverDetails,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let (name, grades): (String, String) =
        sqlx::query_as("select name, grades from changeover where trust_id = $1 and on_day = $2")
            .bind(trust)
            .bind(day)
            .fetch_one(&mut *conn)
            .await?;
    let before: Vec<String> = serde_json::from_str(&grades)?;
    sqlx::query("update changeover set name = $3, grades = $4 where trust_id = $1 and on_day = $2")
        .bind(trust)
        .bind(day)
        .bind(&details.name)
        .bind(serde_json::to_string(&details.grades)?)
        .execute(&mut *conn)
        .await?;
    let entry = Entry::new("trust", trust, "described a changeover date")
        .change("Day", "", day)
        .change("Name", name, &details.name)
        .change("Grades", before.join(", "), details.grades.join(", "));
    history::record(conn, allowed, entry).await
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
    use crate::testing::{self, Fixture, Result, TODAY, on};

    #[tokio::test]
    async fn the_academy_lead_adds_and_removes_changeovers_of_their_own_trust() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let trainee = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await?;
        let allowed = request.require(&mut change, Coordinate(at.trust)).await?;
        let plain = ChangeoverDetails::default();
        sqlx::query("delete from changeover").execute(&mut *change).await?;
        for day in ["2026-08-05", "2026-04-01", "2026-03-03"] {
            add(&mut change, &allowed, on(day), &plain).await?;
        }
        let twice = add(&mut change, &allowed, on("2026-08-05"), &plain).await;
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

    #[tokio::test]
    async fn a_changeover_is_named_and_says_which_grades_it_concerns() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await?;
        let allowed = request.require(&mut change, Coordinate(at.trust)).await?;
        sqlx::query("delete from changeover").execute(&mut *change).await?;
        let named = ChangeoverDetails { name: "August changeover".into(), grades: vec!["FY1".into(), "FY2".into()] };
        add(&mut change, &allowed, on("2026-08-05"), &ChangeoverDetails::default()).await?;
        describe(&mut change, &allowed, on("2026-08-05"), &named).await?;
        let found = described(&mut change, at.trust, TODAY).await?;
        assert_eq!((found[0].name.as_str(), &found[0].grades), ("August changeover", &named.grades));
        assert_eq!(describe(&mut change, &allowed, on("2026-08-06"), &named).await, Err(Error::NotFound));
        Ok(())
    }

    #[tokio::test]
    async fn days_on_which_many_posts_begin_are_proposed() -> Result {
        let at = Fixture::new().await;
        let mut change = at.store.write().await?;
        sqlx::query("delete from changeover").execute(&mut *change).await?;
        for (day, posts) in [("2026-08-05", 6), ("2026-12-02", 5), ("2026-10-07", 4), ("2026-03-04", 9)] {
            for at_post in 0..posts {
                let grade = if at_post < 4 { "FY1" } else { "CT1" };
                let days = [Some(on(day)), None];
                testing::make::post(&mut change, at.trust, at.department, at.trainee, grade, days).await?;
            }
        }
        let found = suggested(&mut change, at.trust, TODAY).await?;
        let told: Vec<_> = found.iter().map(|one| (one.on_day, one.posts, one.grades.join(" "))).collect();
        assert_eq!(told, [(on("2026-08-05"), 6, "FY1 CT1".to_owned()), (on("2026-12-02"), 5, "FY1 CT1".to_owned())]);
        sqlx::query("insert into changeover (trust_id, on_day) values ($1, '2026-08-05')")
            .bind(at.trust)
            .execute(&mut *change)
            .await?;
        assert_eq!(suggested(&mut change, at.trust, TODAY).await?.len(), 1);
        assert_eq!(suggested(&mut change, at.other_trust, TODAY).await?, []);
        Ok(())
    }
}

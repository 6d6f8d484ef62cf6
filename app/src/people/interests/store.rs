//! What people look for and offer: their SQL.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::model::{Interest, Said};
use crate::access::{Allowed, ChangeOwnDates};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, PersonId, TrustId};
use crate::roles::{account_open, post_on};

/// Somebody who looks for something, or offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Interested {
    pub person_id: PersonId,
    pub name: String,
    /// Grade and department of a post that they have today, or have next.
    pub post: String,
    pub kind: Interest,
    /// Where; none for any department.
    pub department_id: Option<DepartmentId>,
    pub department: Option<String>,
    pub note: String,
    pub until_on: NaiveDate,
}

/// The most people that a list of them shows.
pub const SHOWN: i64 = 100;

/// What [`interested`] asks: `$1` the trust, `$2` today.
pub const INTERESTED: &str = concat!(
    "select i.person_id, p.name, i.kind, i.department_id, d.name as department, i.note, i.until_on,
            coalesce((select o.grade || ', ' || e.name from post o join department e on e.id = o.department_id
                where o.person_id = i.person_id and o.trust_id = i.trust_id and (o.ends_on is null or o.ends_on >= $2)
                order by ",
    post_on!("o", "$2"),
    " desc, o.starts_on limit 1), '') as post
     from interest i join person p on p.id = i.person_id left join department d on d.id = i.department_id
     join tie k on k.person_id = i.person_id and k.trust_id = i.trust_id and k.state = 'accepted'
     where i.trust_id = $1 and i.until_on >= $2 and ",
    account_open!("p", "$2"),
    " and exists (select 1 from post o where o.person_id = i.person_id and o.trust_id = i.trust_id and (o.ends_on is null or o.ends_on >= $2))
     order by i.kind <> 'project', i.kind, i.said_at desc, p.name collate nocase limit 100"
);

/// Who looks for something or offers it in a trust, the newest of each kind first, up to [`SHOWN`].
///
/// # Errors
/// When the store cannot be read.
pub async fn interested(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<Interested>, Error> {
    Ok(sqlx::query_as(INTERESTED).bind(trust).bind(today).fetch_all(conn).await?)
}

/// What somebody said last, whether or not its day has passed.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_person(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Option<Said>, Error> {
    let rows: Vec<(Interest, Option<DepartmentId>, String, NaiveDate)> = sqlx::query_as(
        "select kind, department_id, note, until_on from interest where trust_id = $1 and person_id = $2",
    )
    .bind(trust)
    .bind(person)
    .fetch_all(conn)
    .await?;
    let kinds = rows.iter().map(|(kind, ..)| *kind).collect();
    let said = rows.into_iter().next();
    Ok(said.map(|(_, department, note, until_on)| Said { kinds, department, note, until_on }))
}

/// Puts what somebody says now in the place of what they said before.
///
/// # Errors
/// [`Error::Invalid`] for a department of another trust.
pub async fn say(conn: &mut Connection, allowed: &Allowed<ChangeOwnDates>, said: &Said) -> Result<(), Error> {
    let (trust, person) = (allowed.in_trust()?, allowed.account());
    if let Some(department) = said.department {
        let here: bool = sqlx::query_scalar("select exists (select 1 from department where id = $1 and trust_id = $2)")
            .bind(department)
            .bind(trust)
            .fetch_one(&mut *conn)
            .await?;
        if !here {
            return Err(Error::field("department", "Choose a department from the list."));
        }
    }
    sqlx::query("delete from interest where trust_id = $1 and person_id = $2")
        .bind(trust)
        .bind(person)
        .execute(&mut *conn)
        .await?;
    for kind in &said.kinds {
        sqlx::query(
            "insert into interest (trust_id, person_id, kind, department_id, note, until_on, said_at) values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(trust)
        .bind(person)
        .bind(*kind)
        .bind(said.department)
        .bind(&said.note)
        .bind(said.until_on)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    }
    let kinds: Vec<&str> = said.kinds.iter().map(|kind| kind.of_others()).collect();
    let entry = Entry::new("person", person, "said what they look for and offer");
    history::record(conn, allowed, entry.change("Looks for and offers", "", kinds.join(", "))).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, Result, TODAY, on};

    fn said(kinds: &[Interest], department: Option<DepartmentId>) -> Said {
        let kinds = kinds.iter().copied().collect();
        Said { kinds, department, note: "Falls".into(), until_on: on("2026-07-01") }
    }

    #[tokio::test]
    async fn what_somebody_says_stands_in_their_trust_until_its_day() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.colleague)).await;
        let mut change = at.store.write().await?;
        let allowed = request.require(&mut change, ChangeOwnDates(at.colleague)).await?;
        assert_eq!(of_person(&mut change, at.trust, at.colleague).await?, None);
        let first = said(&[Interest::Project, Interest::Coach], Some(at.department));
        say(&mut change, &allowed, &first).await?;
        assert_eq!(of_person(&mut change, at.trust, at.colleague).await?, Some(first));
        let elsewhere = said(&[Interest::Coach], Some(DepartmentId::new()));
        assert!(matches!(say(&mut change, &allowed, &elsewhere).await, Err(Error::Invalid(_))));

        let found = interested(&mut change, at.trust, TODAY).await?;
        let kinds: Vec<_> = found.iter().map(|one| (one.name.as_str(), one.kind, one.post.as_str())).collect();
        let post = "CT1, Acute medicine";
        assert_eq!(kinds, [("Colin Colleague", Interest::Project, post), ("Colin Colleague", Interest::Coach, post)]);
        assert_eq!(interested(&mut change, at.other_trust, TODAY).await?, []);
        assert_eq!(interested(&mut change, at.trust, on("2026-07-02")).await?, [], "its day has passed");

        say(&mut change, &allowed, &said(&[], None)).await?;
        assert_eq!(interested(&mut change, at.trust, TODAY).await?, []);
        let told = history::of_object(&mut change, at.colleague, 10).await?;
        assert_eq!(told.len(), 2);
        Ok(())
    }
}

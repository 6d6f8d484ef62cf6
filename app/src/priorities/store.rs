//! Priorities: their SQL.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::model::PriorityDetails;
use crate::access::{Allowed, ManagePriorities};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{PriorityId, TrustId};
use crate::roles::open_project;

/// A priority, as a form offers it.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct PriorityChoice {
    pub id: PriorityId,
    pub title: String,
}

/// What [`current`] asks: `$1` the trust, `$3` today. [`PriorityChoice`] rows.
pub const CURRENT: &str = "select id, title from priority
         where trust_id = $1 and retired_on is null and (ends_on is null or ends_on >= $3)
         order by title";

/// The trust's priorities to which a project can be linked today, by title.
///
/// # Errors
/// When the store cannot be read.
pub async fn current(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<PriorityChoice>, Error> {
    Ok(sqlx::query_as(CURRENT).bind(trust).bind(None::<i64>).bind(today).fetch_all(conn).await?)
}

/// A priority in the trust's list.
#[derive(Clone, Debug, FromRow)]
pub struct PriorityRow {
    pub id: PriorityId,
    /// What is to be improved.
    pub title: String,
    /// Who answers for it.
    pub owner: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day, if it has one.
    pub ends_on: Option<NaiveDate>,
    /// Since when it is retired.
    pub retired_on: Option<NaiveDate>,
    /// How many open projects serve it.
    pub open: i64,
}

impl PriorityRow {
    /// Whether the trust wants it improved today or from a later day on.
    #[must_use]
    pub fn is_current(&self, today: NaiveDate) -> bool {
        self.retired_on.is_none() && self.ends_on.is_none_or(|end| end >= today)
    }
}

/// All priorities of a trust, by title.
///
/// # Errors
/// When the store cannot be read.
pub async fn list(conn: &mut Connection, trust: TrustId) -> Result<Vec<PriorityRow>, Error> {
    Ok(sqlx::query_as(concat!(
        "select y.id, y.title, y.owner, y.starts_on, y.ends_on, y.retired_on,
                (select count(*) from project_priority l join project p on p.id = l.project_id
                 where l.priority_id = y.id and ",
        open_project!("p"),
        ") as open
         from priority y where y.trust_id = $1
         order by y.title"
    ))
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// A priority.
#[derive(Clone, Debug, FromRow)]
pub struct Priority {
    pub id: PriorityId,
    /// What is to be improved.
    pub title: String,
    /// What would be different.
    pub aim: String,
    /// Where it was decided.
    pub source: String,
    /// Who answers for it.
    pub owner: String,
    /// Its first day.
    pub starts_on: NaiveDate,
    /// Its last day, if it has one.
    pub ends_on: Option<NaiveDate>,
    /// Since when it is retired.
    pub retired_on: Option<NaiveDate>,
    /// Counts its edits.
    pub version: i64,
}

impl Priority {
    /// Whether a project can be linked to it on this day.
    #[must_use]
    pub fn is_current(&self, today: NaiveDate) -> bool {
        self.retired_on.is_none() && self.ends_on.is_none_or(|end| end >= today)
    }
}

/// A priority of this trust.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such priority.
pub async fn find(conn: &mut Connection, trust: TrustId, id: PriorityId) -> Result<Priority, Error> {
    Ok(sqlx::query_as(FIND).bind(id).bind(trust).fetch_one(conn).await?)
}

/// What [`find`] asks: `$1` the priority, `$2` its trust. A [`Priority`].
pub const FIND: &str = "select id, title, aim, source, owner, starts_on, ends_on, retired_on, version
         from priority where id = $1 and trust_id = $2";

/// Binds `$3` to `$8` of the statements that write a priority: what was parsed, in one order.
fn bind_details<'q>(query: db::Query<'q>, details: &'q PriorityDetails) -> db::Query<'q> {
    query
        .bind(&details.title)
        .bind(&details.aim)
        .bind(&details.source)
        .bind(&details.owner)
        .bind(details.starts_on)
        .bind(details.ends_on)
}

/// Adds a priority.
///
/// # Errors
/// When the store cannot write.
pub async fn create(
    conn: &mut Connection,
    allowed: &Allowed<ManagePriorities>,
    details: &PriorityDetails,
) -> Result<PriorityId, Error> {
    let id = PriorityId::new();
    let insert = sqlx::query(
        "insert into priority (id, trust_id, title, aim, source, owner, starts_on, ends_on)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    );
    bind_details(insert.bind(id).bind(allowed.trust()), details).execute(&mut *conn).await?;
    history::record(conn, allowed, Entry::new("priority", id, "created").change("Title", "", &details.title)).await?;
    Ok(id)
}

/// Changes what a priority says.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such priority, [`Error::Conflict`] when somebody else was faster.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<ManagePriorities>,
    id: PriorityId,
    version: i64,
    details: &PriorityDetails,
) -> Result<(), Error> {
    let before = find(conn, allowed.trust(), id).await?;
    let update = sqlx::query(
        "update priority set title = $3, aim = $4, source = $5, owner = $6, starts_on = $7, ends_on = $8, version = version + 1
         where id = $1 and version = $2",
    );
    db::expect_one(bind_details(update.bind(id).bind(version), details).execute(&mut *conn).await?)?;
    let told = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
    let entry = Entry::new("priority", id, "edited")
        .change("Title", before.title, &details.title)
        .change("Aim", before.aim, &details.aim)
        .change("Source", before.source, &details.source)
        .change("Owner", before.owner, &details.owner)
        .change("First day", before.starts_on, details.starts_on)
        .change("Last day", told(before.ends_on), told(details.ends_on));
    history::record(conn, allowed, entry).await
}

/// Retires a priority: its projects keep it, no further project can be linked to it.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such priority, [`Error::Conflict`] when somebody else was faster.
pub async fn retire(
    conn: &mut Connection,
    allowed: &Allowed<ManagePriorities>,
    id: PriorityId,
    version: i64,
) -> Result<(), Error> {
    set_retired(conn, allowed, id, version, Some(allowed.today())).await?;
    history::record(conn, allowed, Entry::new("priority", id, "retired")).await
}

/// Takes a retired priority back into use.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such priority, [`Error::Conflict`] when somebody else was faster.
pub async fn restore(
    conn: &mut Connection,
    allowed: &Allowed<ManagePriorities>,
    id: PriorityId,
    version: i64,
) -> Result<(), Error> {
    set_retired(conn, allowed, id, version, None).await?;
    history::record(conn, allowed, Entry::new("priority", id, "restored")).await
}

async fn set_retired(
    conn: &mut Connection,
    allowed: &Allowed<ManagePriorities>,
    id: PriorityId,
    version: i64,
    on: Option<NaiveDate>,
) -> Result<(), Error> {
    find(conn, allowed.trust(), id).await?;
    let done = sqlx::query("update priority set retired_on = $3, version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(on)
        .execute(conn)
        .await?;
    db::expect_one(done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, TODAY, on};

    fn words(title: &str) -> PriorityDetails {
        PriorityDetails {
            title: title.to_owned(),
            aim: "Fewer".to_owned(),
            source: "Quality Account".to_owned(),
            owner: "Medical director".to_owned(),
            starts_on: on("2026-04-01"),
            ends_on: None,
        }
    }

    #[tokio::test]
    async fn a_priority_is_created_edited_retired_and_restored_by_the_academy_lead() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManagePriorities(at.trust)).await.expect("allowed");
        let id = create(&mut change, &allowed, &words("Falls")).await.expect("created");
        edit(&mut change, &allowed, id, 1, &words("Inpatient falls")).await.expect("edited");
        assert_eq!(edit(&mut change, &allowed, id, 1, &words("Late")).await, Err(Error::Conflict));
        retire(&mut change, &allowed, id, 2).await.expect("retired");
        let offered = current(&mut change, at.trust, TODAY).await.expect("read");
        assert_eq!(offered.iter().map(|choice| choice.title.as_str()).collect::<Vec<_>>(), ["Sepsis"]);
        assert_eq!(restore(&mut change, &allowed, id, 2).await, Err(Error::Conflict));
        restore(&mut change, &allowed, id, 3).await.expect("restored");
        let found = find(&mut change, at.trust, id).await.expect("found");
        assert_eq!((found.title.as_str(), found.retired_on), ("Inpatient falls", None));
        let actions: Vec<String> =
            sqlx::query_scalar("select action from history where object_id = $1 order by sequence")
                .bind(id)
                .fetch_all(&mut *change)
                .await
                .expect("history");
        assert_eq!(actions, ["created", "edited", "retired", "restored"]);
    }

    #[tokio::test]
    async fn only_the_academy_lead_may_and_only_in_their_own_trust() {
        let at = Fixture::new().await;
        let mut change = at.store.write().await.expect("a change");
        let foreign = PriorityId::new();
        sqlx::query("insert into priority (id, trust_id, title, aim, source, owner, starts_on) values ($1, $2, 'Theirs', '', '', '', '2026-01-01')")
            .bind(foreign).bind(at.other_trust).execute(&mut *change).await.expect("a priority");
        change.commit().await.expect("committed");
        let lead = at.request(Some(at.lead)).await;
        let trainee = at.request(Some(at.trainee)).await;
        let administrator = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        for request in [&trainee, &administrator] {
            let refused = request.require(&mut change, ManagePriorities(at.trust)).await;
            assert_eq!(refused.err(), Some(Error::Forbidden));
        }
        let refused = lead.require(&mut change, ManagePriorities(at.other_trust)).await;
        assert_eq!(refused.err(), Some(Error::NotFound));
        let allowed = lead.require(&mut change, ManagePriorities(at.trust)).await.expect("allowed");
        assert_eq!(edit(&mut change, &allowed, foreign, 1, &words("Mine")).await, Err(Error::NotFound));
        assert_eq!(retire(&mut change, &allowed, foreign, 1).await, Err(Error::NotFound));
    }

    #[tokio::test]
    async fn only_open_projects_count() {
        let at = Fixture::new().await;
        let first = at.project("One").await;
        at.project("Two").await;
        let mut change = at.store.write().await.expect("a change");
        sqlx::query(
            "update project set status = 'closed', closed_reason = 'completed', closed_on = '2026-02-01' where id = $1",
        )
        .bind(first)
        .execute(&mut *change)
        .await
        .expect("closed");
        let rows = list(&mut change, at.trust).await.expect("listed");
        assert_eq!((rows.len(), rows[0].open), (1, 1));
        assert!(list(&mut change, at.other_trust).await.expect("listed").is_empty());
    }
}

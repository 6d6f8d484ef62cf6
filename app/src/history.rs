//! The record of who did what: append-only, chained by hash, written in the caller's transaction.
//! The chain covers the detail's salted digest, so a detail can be erased and the chain still verifies;
//! a row that says so, and stays, tells an erased detail from a lost one.

pub mod words;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use sqlx::{Database, FromRow, Row as _};

use crate::access::{Act, Allowed};
use crate::clock::date_in_london;
use crate::db::{Connection, Db};
use crate::digest::hex;
use crate::error::Error;
use crate::id::{PersonId, ProjectId, TrustId};
use crate::roles::{in_force, leads_on};

/// One field's change, as the history detail keeps it.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
pub struct Change {
    /// The field's name, in the field's words.
    pub field: String,
    /// What stood there; empty when nothing did.
    pub from: String,
    /// What stands there now.
    pub to: String,
}

impl Change {
    /// A change of one field.
    pub fn new(field: &str, from: impl ToString, to: impl ToString) -> Self {
        Self { field: field.to_owned(), from: from.to_string(), to: to.to_string() }
    }
}

/// What is to be recorded: the kind and id of the thing, its project if it has one, and what was done.
#[derive(Clone, Debug)]
pub struct Entry {
    object: &'static str,
    object_id: String,
    project: Option<ProjectId>,
    action: &'static str,
    changes: Vec<Change>,
}

impl Entry {
    /// Something done to a thing: `Entry::new("priority", id, "priority retired")`.
    pub fn new(object: &'static str, object_id: impl ToString, action: &'static str) -> Self {
        Self { object, object_id: object_id.to_string(), project: None, action, changes: Vec::new() }
    }

    /// Something done to a project.
    #[must_use]
    pub fn project(id: ProjectId, action: &'static str) -> Self {
        Self::new("project", id, action).in_project(id)
    }

    /// The project that the thing belongs to.
    #[must_use]
    pub fn in_project(mut self, project: ProjectId) -> Self {
        self.project = Some(project);
        self
    }

    /// Adds a field's change; nothing when it did not change.
    #[must_use]
    pub fn change(mut self, field: &str, from: impl ToString, to: impl ToString) -> Self {
        let change = Change::new(field, from, to);
        if change.from != change.to {
            self.changes.push(change);
        }
        self
    }
}

/// Records what an allowed action did.
///
/// # Errors
/// When the store cannot write.
pub async fn record<A: Act>(conn: &mut Connection, by: &Allowed<A>, entry: Entry) -> Result<(), Error> {
    append(conn, by, entry).await?;
    Ok(())
}

/// Appends a row, and says of its project that its team did something on that day, when one of the team did it; the
/// row's sequence.
async fn append<A: Act>(conn: &mut Connection, by: &Allowed<A>, entry: Entry) -> Result<i64, Error> {
    let previous: Option<(i64, String)> =
        sqlx::query_as("select sequence, hash from history order by sequence desc limit 1")
            .fetch_optional(&mut *conn)
            .await?;
    let (last, previous) = previous.unwrap_or_default();
    let sequence = last + 1;
    let salt = format!("{:032x}", rand::random::<u128>());
    let detail = serde_json::to_string(&entry.changes)?;
    let digest = hex(&Sha256::digest(format!("{salt}{detail}")));
    let at = by.now.to_rfc3339();
    let hash = row_hash(&previous, sequence, &at, by.actor, by.trust, &entry, &by.request, &digest);
    sqlx::query(concat!(
        "insert into history (sequence, at, actor_id, trust_id, object, object_id, project_id, action, request_id, detail_digest, previous, hash)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);
         insert into history_detail (sequence, salt, detail) values ($1, $13, $14);
         update project set last_active_on = $15 where id = $7 and (last_active_on is null or last_active_on < $15)
            and ((status = 'draft' and author_id = $3)
                or exists (select 1 from team_role r where r.project_id = $7 and r.person_id = $3 and ",
        in_force!("r", "$15"),
        ") or ",
        leads_on!("$7", "$3", "$15"),
        ")"
    ))
    .bind(sequence)
    .bind(at)
    .bind(by.actor)
    .bind(by.trust)
    .bind(entry.object)
    .bind(&entry.object_id)
    .bind(entry.project)
    .bind(entry.action)
    .bind(&by.request)
    .bind(&digest)
    .bind(&previous)
    .bind(&hash)
    .bind(salt)
    .bind(detail)
    .bind(date_in_london(by.now))
    .execute(conn)
    .await?;
    Ok(sequence)
}

/// The object and the action of a row that says which details were erased. The triggers of
/// `history_erased` know them too.
const ERASED: (&str, &str) = ("history", "erased details");
/// The field of its detail that lists their sequences.
const ERASED_ROWS: &str = "rows";

/// Erases what changed in these rows, and writes one row that says so and why. That something was done,
/// by whom and when stays. Rows whose detail is erased already are passed over, and so is a row that says
/// what was erased.
///
/// # Errors
/// When the store cannot write.
pub async fn erase<A: Act>(
    conn: &mut Connection,
    by: &Allowed<A>,
    sequences: &[i64],
    reason: &str,
) -> Result<(), Error> {
    let listed = serde_json::to_string(sequences)?;
    let erased: Vec<i64> = sqlx::query_scalar(
        "select d.sequence from history_detail d join history h on h.sequence = d.sequence
         where d.sequence in (select value from json_each($1)) and not (h.object = $2 and h.action = $3)
         order by d.sequence",
    )
    .bind(listed)
    .bind(ERASED.0)
    .bind(ERASED.1)
    .fetch_all(&mut *conn)
    .await?;
    let Some(first) = erased.first() else { return Ok(()) };
    let listed = serde_json::to_string(&erased)?;
    let entry = Entry::new(ERASED.0, first, ERASED.1).change(ERASED_ROWS, &listed, "").change("reason", "", reason);
    let erased_by = append(conn, by, entry).await?;
    sqlx::query("insert into history_erased (sequence, erased_by) select value, $2 from json_each($1)")
        .bind(&listed)
        .bind(erased_by)
        .execute(&mut *conn)
        .await?;
    sqlx::query("delete from history_detail where sequence in (select value from json_each($1))")
        .bind(&listed)
        .execute(conn)
        .await?;
    Ok(())
}

/// Erases what changed in every row of a project's history, as [`erase`] does.
///
/// # Errors
/// When the store cannot write.
pub async fn erase_project<A: Act>(
    conn: &mut Connection,
    by: &Allowed<A>,
    project: ProjectId,
    reason: &str,
) -> Result<(), Error> {
    let sequences: Vec<i64> = sqlx::query_scalar("select sequence from history where project_id = $1")
        .bind(project)
        .fetch_all(&mut *conn)
        .await?;
    erase(conn, by, &sequences, reason).await
}

#[expect(clippy::too_many_arguments, reason = "the hash covers every column, and they stand here in the table's order")]
fn row_hash(
    previous: &str,
    sequence: i64,
    at: &str,
    actor: Option<PersonId>,
    trust: Option<TrustId>,
    entry: &Entry,
    request: &str,
    digest: &str,
) -> String {
    hash_parts(&[
        previous,
        &sequence.to_string(),
        at,
        &actor.map(|id| id.to_string()).unwrap_or_default(),
        &trust.map(|id| id.to_string()).unwrap_or_default(),
        entry.object,
        &entry.object_id,
        &entry.project.map(|id| id.to_string()).unwrap_or_default(),
        entry.action,
        request,
        digest,
    ])
}

fn hash_parts(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.len().to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hex(&hasher.finalize())
}

/// A history row as a page shows it.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct Row {
    /// When it was done.
    pub at: DateTime<Utc>,
    /// Who did it; none for Baton itself.
    pub actor: Option<String>,
    /// What was done, in the words of today.
    #[serde(deserialize_with = "in_words_of_today")]
    pub action: String,
    /// What changed, as JSON of [`Change`]; empty when erased.
    pub detail: String,
}

impl Row {
    /// The changes, when their detail still exists.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let recorded: Vec<Change> = serde_json::from_str(&self.detail).unwrap_or_default();
        let in_words = |change: Change| {
            Change::new(&words::field(&change.field), words::field(&change.from), words::field(&change.to))
        };
        recorded.into_iter().map(in_words).collect()
    }
}

impl<'r> FromRow<'r, <Db as Database>::Row> for Row {
    fn from_row(row: &'r <Db as Database>::Row) -> Result<Self, sqlx::Error> {
        let recorded: &str = row.try_get("action")?;
        Ok(Self {
            at: row.try_get("at")?,
            actor: row.try_get("actor")?,
            action: words::act(recorded).into_owned(),
            detail: row.try_get("detail")?,
        })
    }
}

fn in_words_of_today<'de, D: serde::Deserializer<'de>>(recorded: D) -> Result<String, D::Error> {
    let recorded = <String as serde::Deserialize>::deserialize(recorded)?;
    Ok(words::act(&recorded).into_owned())
}

/// What is recorded when a project stops being a draft.
pub const REGISTERED: &str = "registered the project";

/// The sequence from which on somebody reads a project's history, as a select's column: what was written
/// while it was a draft is for its author and for whom they had invited into the draft.
macro_rules! read_from {
    ($project:literal, $reader:literal) => {
        concat!(
            "(select case when w.author_id = ",
            $reader,
            " or exists (select 1 from team_role g where g.project_id = w.id and g.person_id = ",
            $reader,
            "     and g.asked_at < w.submitted_at and (g.state = 'accepted' or (g.state = 'asked' and g.until_on is null)))
              then 0
              else coalesce((select f.sequence from history f where f.project_id = w.id and f.action = 'registered the project'
                  order by f.sequence limit 1), 0) end
              from project w where w.id = ",
            $project,
            ")"
        )
    };
}
pub(crate) use read_from;

/// The rows of a project's history that somebody reads, as a select: what they do not read of its draft
/// is one row, which says that there was one.
macro_rules! read_by {
    ($project:literal, $reader:literal) => {
        concat!(
            "select r.sequence, r.at, r.actor_id, r.action from history r where r.project_id = ",
            $project,
            " and r.sequence >= ",
            crate::history::read_from!($project, $reader),
            " union all
              select 0, w.created_at, w.author_id, 'wrote it as a draft' from project w where w.id = ",
            $project,
            " and exists (select 1 from history r where r.project_id = w.id and r.sequence < ",
            crate::history::read_from!($project, $reader),
            ")"
        )
    };
}
pub(crate) use read_by;

/// What a [`Row`] is read from: the start of a select, whose `from` clause is given and called `h`.
macro_rules! select_rows {
    ($($from:tt)+) => {
        concat!(
            "select h.at, p.name as actor, h.action, coalesce(d.detail, '') as detail",
            $($from)+,
            " h left join person p on p.id = h.actor_id left join history_detail d on d.sequence = h.sequence"
        )
    };
}

/// The newest history of a project as somebody reads it, at most `limit` rows after the first `skip`.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project_read_by(
    conn: &mut Connection,
    project: ProjectId,
    reader: PersonId,
    limit: u32,
    skip: u32,
) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query_as(concat!(
        select_rows!(" from (", read_by!("$1", "$2"), " order by 1 desc limit $3 offset $4)"),
        " order by h.sequence desc"
    ))
    .bind(project)
    .bind(reader)
    .bind(limit)
    .bind(skip)
    .fetch_all(conn)
    .await?)
}

/// How many rows of a project's history somebody reads.
///
/// # Errors
/// When the store cannot be read.
pub async fn count_of_project_read_by(
    conn: &mut Connection,
    project: ProjectId,
    reader: PersonId,
) -> Result<i64, Error> {
    Ok(sqlx::query_scalar(concat!("select count(*) from (", read_by!("$1", "$2"), ")"))
        .bind(project)
        .bind(reader)
        .fetch_one(conn)
        .await?)
}

/// The whole newest history of a project, at most `limit` rows after the first `skip`.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_project(conn: &mut Connection, project: ProjectId, limit: u32, skip: u32) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query_as(concat!(
        select_rows!(" from history"),
        " where h.project_id = $1
         order by h.sequence desc limit $2 offset $3"
    ))
    .bind(project)
    .bind(limit)
    .bind(skip)
    .fetch_all(conn)
    .await?)
}

/// The history of one thing as somebody reads it, newest first: see [`of_project_read_by`].
///
/// # Errors
/// When the store cannot be read.
pub async fn of_object_read_by(
    conn: &mut Connection,
    object_id: impl ToString,
    reader: PersonId,
    limit: u32,
) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query_as(concat!(
        select_rows!(" from history"),
        " where h.object_id = $1 and (h.project_id is null or h.sequence >= ",
        read_from!("h.project_id", "$2"),
        ") order by h.sequence desc limit $3"
    ))
    .bind(object_id.to_string())
    .bind(reader)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// The whole history of one thing, newest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn of_object(conn: &mut Connection, object_id: impl ToString, limit: u32) -> Result<Vec<Row>, Error> {
    Ok(sqlx::query_as(concat!(
        select_rows!(" from history"),
        " where h.object_id = $1
         order by h.sequence desc limit $2"
    ))
    .bind(object_id.to_string())
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

#[derive(FromRow)]
struct Stored {
    sequence: i64,
    at: String,
    actor_id: Option<String>,
    trust_id: Option<String>,
    object: String,
    object_id: String,
    project_id: Option<String>,
    action: String,
    request_id: String,
    detail_digest: String,
    previous: String,
    hash: String,
    salt: Option<String>,
    detail: Option<String>,
}

impl Stored {
    /// The rows whose detail this one says was erased.
    fn erased(&self) -> Vec<i64> {
        if (self.object.as_str(), self.action.as_str()) != ERASED {
            return Vec::new();
        }
        let changes: Vec<Change> =
            self.detail.as_deref().and_then(|detail| serde_json::from_str(detail).ok()).unwrap_or_default();
        let rows = changes.iter().find(|change| change.field == ERASED_ROWS);
        rows.and_then(|change| serde_json::from_str(&change.from).ok()).unwrap_or_default()
    }
}

/// Walks the whole chain; the first row that does not fit, if any: a row that was changed, whose detail
/// was changed, or whose detail is missing although no later row says that it was erased.
///
/// # Errors
/// When the store cannot be read.
pub async fn verify_chain(conn: &mut Connection) -> Result<Option<i64>, Error> {
    let mut expected = String::new();
    let mut after = 0_i64;
    let mut missing = BTreeSet::new();
    loop {
        let rows: Vec<Stored> = sqlx::query_as(
            "select h.sequence, h.at, h.actor_id, h.trust_id, h.object, h.object_id, h.project_id, h.action, h.request_id,
                    h.detail_digest, h.previous, h.hash, d.salt, d.detail
             from history h left join history_detail d on d.sequence = h.sequence
             where h.sequence > $1 order by h.sequence limit 1000",
        )
        .bind(after)
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = rows.last().map(|row| row.sequence) else { return Ok(missing.first().copied()) };
        for row in rows {
            let hash = hash_parts(&[
                &row.previous,
                &row.sequence.to_string(),
                &row.at,
                row.actor_id.as_deref().unwrap_or_default(),
                row.trust_id.as_deref().unwrap_or_default(),
                &row.object,
                &row.object_id,
                row.project_id.as_deref().unwrap_or_default(),
                &row.action,
                &row.request_id,
                &row.detail_digest,
            ]);
            let detail_fits = match (&row.salt, &row.detail) {
                (Some(salt), Some(detail)) => hex(&Sha256::digest(format!("{salt}{detail}"))) == row.detail_digest,
                _ => missing.insert(row.sequence),
            };
            if row.previous != expected || hash != row.hash || !detail_fits {
                return Ok(Some(row.sequence));
            }
            for erased in row.erased() {
                missing.remove(&erased);
            }
            expected = row.hash;
        }
        after = last;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{self, EditProject};
    use crate::db::Write;
    use crate::testing::{Fixture, noon};

    /// Three rows about a project, the first of them row 1.
    async fn three(fixture: &Fixture) -> (Write, Allowed<EditProject>, ProjectId) {
        let project = fixture.project("Sepsis").await;
        let by = access::system(EditProject(project), Some(fixture.trust), noon());
        let mut change = fixture.store.write().await.expect("a change");
        for title in ["First", "Second", "Third"] {
            let entry = Entry::project(project, "edited the project").change("title", "", title);
            record(&mut change, &by, entry).await.expect("recorded");
        }
        (change, by, project)
    }

    async fn details(conn: &mut Connection) -> Vec<i64> {
        sqlx::query_scalar("select sequence from history_detail order by sequence")
            .fetch_all(conn)
            .await
            .expect("details")
    }

    #[tokio::test]
    async fn old_entries_are_read_in_the_words_of_today_and_stay_as_they_were_recorded() {
        let fixture = Fixture::new().await;
        let (mut change, by, project) = three(&fixture).await;
        let entry = Entry::project(project, "voided a measurement").change("State", "In use", "Void");
        record(&mut change, &by, entry).await.expect("recorded");
        let told = of_project(&mut change, project, 1, 0).await.expect("rows").remove(0);
        assert_eq!(told.action, "deleted a measurement");
        assert_eq!(told.changes()[0].to, "Deleted");
        let as_json = serde_json::json!({"at": noon(), "actor": null, "action": "voided a measurement", "detail": ""});
        let told: Row = serde_json::from_value(as_json).expect("a row");
        assert_eq!(told.action, "deleted a measurement", "on a project's page too");
        assert_eq!(verify_chain(&mut change).await, Ok(None), "the record is what it was");
    }

    #[tokio::test]
    async fn an_erased_detail_is_told_from_a_lost_one() {
        let fixture = Fixture::new().await;
        let (mut change, by, project) = three(&fixture).await;
        erase(&mut change, &by, &[2, 99], "a patient's name").await.expect("erased");
        assert_eq!(details(&mut change).await, [1, 3, 4], "the row that says so has a detail of its own");
        assert_eq!(verify_chain(&mut change).await, Ok(None));
        erase_project(&mut change, &by, project, "the draft was deleted").await.expect("erased");
        erase(&mut change, &by, &[1, 2, 3, 4, 5], "again").await.expect("nothing is left to erase");
        assert_eq!(details(&mut change).await, [4, 5]);
        assert_eq!(verify_chain(&mut change).await, Ok(None));

        // As somebody with the file in their hands would do it.
        for trigger in ["history_detail_is_not_just_deleted", "history_erased_is_said"] {
            sqlx::query(sqlx::AssertSqlSafe(format!("drop trigger {trigger}")))
                .execute(&mut *change)
                .await
                .expect("dropped");
        }
        sqlx::query("insert into history_erased (sequence, erased_by) values (4, 5)")
            .execute(&mut *change)
            .await
            .expect_err("what says that something was erased is not erased");
        sqlx::query("delete from history_detail where sequence = 4").execute(&mut *change).await.expect("deleted");
        assert_eq!(verify_chain(&mut change).await, Ok(Some(2)), "nothing says any more that row 2 was erased");
    }

    #[tokio::test]
    async fn a_detail_is_neither_changed_nor_just_deleted() {
        let fixture = Fixture::new().await;
        let (mut change, ..) = three(&fixture).await;
        for refused in [
            "update history_detail set detail = '[]' where sequence = 2",
            "delete from history_detail where sequence = 2",
            "insert into history_erased (sequence, erased_by) values (2, 3)",
            "delete from history where sequence = 3",
            "update history set action = 'other' where sequence = 3",
        ] {
            assert!(sqlx::query(refused).execute(&mut *change).await.is_err(), "{refused}");
        }
        assert_eq!(details(&mut change).await, [1, 2, 3]);
        sqlx::query("drop trigger history_detail_is_not_just_deleted").execute(&mut *change).await.expect("dropped");
        sqlx::query("delete from history_detail where sequence = 2").execute(&mut *change).await.expect("deleted");
        assert_eq!(verify_chain(&mut change).await, Ok(Some(2)), "deleting a detail is not erasing it");
    }

    #[tokio::test]
    async fn the_day_on_which_the_team_last_did_something_is_kept() -> crate::testing::Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let mut change = at.store.write().await?;
        sqlx::query("update project set last_active_on = null").execute(&mut *change).await?;
        let baton = access::system(EditProject(project), Some(at.trust), noon());
        record(&mut change, &baton, Entry::project(project, "edited the project")).await?;
        let last = "select last_active_on from project";
        assert_eq!(sqlx::query_scalar::<_, Option<String>>(last).fetch_one(&mut *change).await?, None, "nobody did it");
        change.commit().await?;
        let days = [("2026-03-01T23:30:00Z", "2026-03-01"), ("2026-06-01T23:30:00Z", "2026-06-02")];
        for (moment, day) in [days[0], days[1], (days[0].0, days[1].1)] {
            let request = at.request_at(Some(at.trainee), moment.parse()?).await;
            let mut change = at.store.write().await?;
            let allowed = request.require(&mut change, EditProject(project)).await?;
            record(&mut change, &allowed, Entry::project(project, "edited the project")).await?;
            let kept: Option<String> = sqlx::query_scalar(last).fetch_one(&mut *change).await?;
            assert_eq!(kept.as_deref(), Some(day), "at {moment}");
            change.commit().await?;
        }
        Ok(())
    }
}

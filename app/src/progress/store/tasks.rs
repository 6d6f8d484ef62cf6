//! Tasks: what is to be done, by whom and by when.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::kinds::{TASKS, has_room, has_room_for_new};
use crate::access::{Act, Allowed, WriteProgress};
use crate::db::Connection;
use crate::error::Error;
use crate::format::date;
use crate::history::{self, Entry};
use crate::id::{PersonId, ProjectId, TaskId, TrustId};
use crate::progress::model::TaskDetails;
use crate::roles::{has_post, leads_on};

/// How many that are done or deleted a page lists.
const MOST_LISTED: i64 = 100;

/// A task.
#[derive(Clone, Debug, FromRow)]
pub struct Task {
    pub id: TaskId,
    pub project_id: ProjectId,
    pub what: String,
    /// Who does it; none while nobody has it.
    pub person_id: Option<PersonId>,
    /// Their name.
    pub person: Option<String>,
    /// They are in the team no more, nor come to it, or have left the trust.
    pub gone: bool,
    pub due_on: Option<NaiveDate>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
    /// Who said so.
    pub done_by: Option<String>,
    pub removed: bool,
    pub version: i64,
}

/// Whether an accepted place in a team is not over on a day: it counts, or is to begin.
macro_rules! stays {
    ($role:literal, $day:literal) => {
        concat!(
            $role,
            ".state = 'accepted' and (",
            $role,
            ".until_on is null or (",
            $role,
            ".until_on > ",
            $day,
            " and ",
            $role,
            ".until_on > ",
            $role,
            ".from_on))"
        )
    };
}

/// A select of tasks `w`: `$2` is today.
macro_rules! select_tasks {
    ($($rest:expr),+) => {
        concat!(
            "select w.id, w.project_id, w.what, w.person_id, n.name as person, w.due_on, w.done_at, b.name as done_by,
                w.removed_at is not null as removed, w.version,
                w.person_id is not null and not ",
            leads_on!("w.project_id", "w.person_id", "$2"),
            " and not exists (select 1 from team_role r where r.project_id = w.project_id and r.person_id = w.person_id and ",
            stays!("r", "$2"),
            " and (r.role = 'supervisor' or ",
            has_post!("w.person_id", "p.trust_id", "$2"),
            " or exists (select 1 from post c where c.person_id = w.person_id and c.trust_id = p.trust_id and c.starts_on > $2
                and c.starts_on <= date(max(r.from_on, $2), '+84 days')))) as gone
             from task w join project p on p.id = w.project_id
             left join person n on n.id = w.person_id left join person b on b.id = w.done_by ",
            $($rest),+
        )
    };
}

/// What [`open`] asks: `$1` the project, `$2` today. [`Task`] rows.
pub const OPEN: &str = select_tasks!(
    "where w.project_id = $1 and w.done_at is null and w.removed_at is null order by w.due_on is null, w.due_on, w.id"
);

/// A task of somebody's own, in a list over all their projects.
#[derive(Clone, Debug, FromRow)]
pub struct MyTask {
    pub what: String,
    pub due_on: Option<NaiveDate>,
    pub project_id: ProjectId,
    pub project: String,
    /// How many they have in all.
    pub total: i64,
}

/// The open tasks of a person in a trust on a day, in whose projects they are, come to, or lead: the soonest first.
macro_rules! own_tasks {
    ($trust:literal, $day:literal, $person:literal, $rows:literal) => {
        concat!(
            "select w.what, w.due_on, p.id as project_id, p.title as project, count(*) over () as total
             from task w join project p on p.id = w.project_id
             where w.person_id = ",
            $person,
            " and w.done_at is null and w.removed_at is null and p.trust_id = ",
            $trust,
            " and p.status <> 'closed' and (exists (select 1 from team_role r where r.project_id = p.id and r.person_id = ",
            $person,
            " and ",
            stays!("r", $day),
            ") or ",
            leads_on!("p.id", $person, $day),
            ") order by w.due_on is null, w.due_on, p.title, w.id ",
            $rows
        )
    };
}

/// What a home page asks: `$1` the trust, `$2` today, `$4` whose tasks. At most five [`MyTask`] rows.
pub const MINE: &str = own_tasks!("$1", "$2", "$4", "limit 5");

/// A page of somebody's open tasks over all projects of a trust, the soonest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn mine(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
    (rows, before): (i64, i64),
) -> Result<Vec<MyTask>, Error> {
    Ok(sqlx::query_as(own_tasks!("$1", "$2", "$3", "limit $4 offset $5"))
        .bind(trust)
        .bind(today)
        .bind(person)
        .bind(rows)
        .bind(before)
        .fetch_all(conn)
        .await?)
}

/// The open tasks of a project: the first is its next step.
///
/// # Errors
/// When the store cannot be read.
pub async fn open(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Vec<Task>, Error> {
    Ok(sqlx::query_as(OPEN).bind(project).bind(today).fetch_all(conn).await?)
}

/// The tasks that are done or deleted, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn over(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Vec<Task>, Error> {
    Ok(sqlx::query_as(select_tasks!(
        "where w.project_id = $1 and (w.done_at is not null or w.removed_at is not null)
         order by coalesce(w.removed_at, w.done_at) desc, w.id limit $3"
    ))
    .bind(project)
    .bind(today)
    .bind(MOST_LISTED)
    .fetch_all(conn)
    .await?)
}

/// A task.
///
/// # Errors
/// [`Error::NotFound`] when there is none.
pub async fn task(conn: &mut Connection, task: TaskId, today: NaiveDate) -> Result<Task, Error> {
    Ok(sqlx::query_as(select_tasks!("where w.id = $1")).bind(task).bind(today).fetch_one(conn).await?)
}

/// The name of who is to do it, who has a place in the team today or from a day on.
async fn named(
    conn: &mut Connection,
    project: ProjectId,
    person: Option<PersonId>,
    today: NaiveDate,
) -> Result<String, Error> {
    let Some(person) = person else { return Ok(String::new()) };
    let name: Option<String> = sqlx::query_scalar(concat!(
        "select n.name from person n where n.id = $2 and (exists (select 1 from team_role r
            where r.project_id = $1 and r.person_id = $2 and ",
        stays!("r", "$3"),
        ") or ",
        leads_on!("$1", "$2", "$3"),
        ")",
    ))
    .bind(project)
    .bind(person)
    .bind(today)
    .fetch_optional(conn)
    .await?;
    name.ok_or_else(|| Error::field("person", "Choose somebody of the team from the list."))
}

fn day(day: Option<NaiveDate>) -> String {
    day.map(date).unwrap_or_default()
}

/// Adds a task.
///
/// # Errors
/// [`Error::Invalid`] when it is for somebody outside the team, or there are too many.
pub async fn add(conn: &mut Connection, allowed: &Allowed<WriteProgress>, said: &TaskDetails) -> Result<TaskId, Error> {
    let project = allowed.project();
    has_room_for_new(conn, project, &TASKS).await?;
    let who = named(conn, project, said.person, allowed.today()).await?;
    let id = insert(conn, allowed, project, said).await?;
    let entry = Entry::new("task", id, "added a task")
        .in_project(project)
        .change("Task", "", &said.what)
        .change("Who", "", who)
        .change("By when", "", day(said.due_on));
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

async fn insert<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    said: &TaskDetails,
) -> Result<TaskId, Error> {
    let id = TaskId::new();
    sqlx::query(
        "insert into task (id, project_id, what, person_id, due_on, author_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(project)
    .bind(&said.what)
    .bind(said.person)
    .bind(said.due_on)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    Ok(id)
}

/// What a registration, or an agreed handover, says of the next step becomes a task; where it is a task already, that
/// one gets its day. Without words nothing changes. Whoever calls this tells the history.
///
/// # Errors
/// When the store cannot write.
pub async fn set_next_step<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    step: &str,
    due_on: Option<NaiveDate>,
) -> Result<(), Error> {
    if step.is_empty() {
        return Ok(());
    }
    let known = sqlx::query(
        "update task set due_on = coalesce($3, due_on), version = version + (due_on is not coalesce($3, due_on))
         where id = (select w.id from task w where w.project_id = $1 and w.what = $2 and w.done_at is null and w.removed_at is null
            order by w.due_on is null, w.due_on, w.id limit 1)",
    )
    .bind(project)
    .bind(step)
    .bind(due_on)
    .execute(&mut *conn)
    .await?;
    if known.rows_affected() == 0 {
        insert(conn, allowed, project, &TaskDetails { what: step.to_owned(), person: None, due_on }).await?;
    }
    Ok(())
}

/// Changes a task, if it still has the version that the change was made from.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when it is for somebody outside the team.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    before: &Task,
    said: &TaskDetails,
    version: i64,
) -> Result<(), Error> {
    let project = allowed.project();
    // Whoever has left keeps what they have until somebody else gets it.
    let who = if said.person == before.person_id {
        before.person.clone().unwrap_or_default()
    } else {
        named(conn, project, said.person, allowed.today()).await?
    };
    let edited = sqlx::query(
        "update task set what = $3, person_id = $4, due_on = $5, version = version + 1
         where id = $1 and project_id = $2 and version = $6 and removed_at is null",
    )
    .bind(before.id)
    .bind(project)
    .bind(&said.what)
    .bind(said.person)
    .bind(said.due_on)
    .bind(version)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(edited)?;
    let entry = Entry::new("task", before.id, "changed a task")
        .in_project(project)
        .change("Task", &before.what, &said.what)
        .change("Who", before.person.as_deref().unwrap_or_default(), who)
        .change("By when", day(before.due_on), day(said.due_on));
    history::record(conn, allowed, entry).await
}

/// Says that a task is done, or that it is not after all, from the version that was seen.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when too many are open to open one again.
pub async fn set_done(
    conn: &mut Connection,
    allowed: &Allowed<WriteProgress>,
    before: &Task,
    done: bool,
    version: i64,
) -> Result<(), Error> {
    let project = allowed.project();
    if !done {
        has_room(conn, project, &TASKS).await?;
    }
    let set = sqlx::query(
        "update task set done_at = $3, done_by = $4, version = version + 1
         where id = $1 and project_id = $2 and version = $5 and removed_at is null and (done_at is null) = $6",
    )
    .bind(before.id)
    .bind(project)
    .bind(done.then_some(allowed.now))
    .bind(if done { Some(allowed.person()?) } else { None })
    .bind(version)
    .bind(done)
    .execute(&mut *conn)
    .await?;
    crate::db::expect_one(set)?;
    let action = if done { "finished a task" } else { "opened a task again" };
    let entry = Entry::new("task", before.id, action).in_project(project).change("Task", "", &before.what);
    history::record(conn, allowed, entry).await
}

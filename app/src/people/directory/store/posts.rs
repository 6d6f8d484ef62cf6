//! People's posts.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::people::{Tie, person};
use crate::access::{Act, Allowed, ManageOrganisation};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, PersonId, PostId, TrustId};
use crate::people::directory::model::PostDetails;
use crate::people::ties::store::{self as ties, Again, Tied};

/// A person's post in a trust.
#[derive(Clone, Debug, FromRow)]
pub struct Post {
    pub id: PostId,
    /// Whose it is.
    pub person_id: PersonId,
    pub department_id: DepartmentId,
    /// The department's name.
    pub department: String,
    /// Medical, nursing and so on.
    pub staff_group: String,
    /// Such as ST3 or Band 6.
    pub grade: String,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day; none while it is permanent.
    pub ends_on: Option<NaiveDate>,
    /// Percentage of full time.
    pub percent: i64,
    /// Somebody confirmed that it ends on its last day.
    pub end_confirmed: bool,
    /// When the person themselves last said its dates; none once somebody else changed them.
    pub said_at: Option<DateTime<Utc>>,
    /// Counts its edits.
    pub version: i64,
}

/// The columns of a [`Post`] `o`, with its department.
macro_rules! of_post {
    ($which:literal) => {
        concat!(
            "select o.id, o.person_id, o.department_id, d.name as department, o.staff_group, o.grade, o.starts_on,
                    o.ends_on, o.percent, o.end_confirmed, o.said_at, o.version
             from post o join department d on d.id = o.department_id where ",
            $which
        )
    };
}

/// A person's posts in a trust, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn posts(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Vec<Post>, Error> {
    Ok(sqlx::query_as(of_post!("o.person_id = $1 and o.trust_id = $2 order by o.starts_on desc, o.id desc"))
        .bind(person)
        .bind(trust)
        .fetch_all(conn)
        .await?)
}

/// A post in this trust.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such post.
pub async fn post(conn: &mut Connection, trust: TrustId, id: PostId) -> Result<Post, Error> {
    Ok(sqlx::query_as(of_post!("o.id = $1 and o.trust_id = $2")).bind(id).bind(trust).fetch_one(conn).await?)
}

/// The name of a department of the trust that a post can be in: one in use, or the one it is in.
pub(in crate::people) async fn department_for(
    conn: &mut Connection,
    trust: TrustId,
    department: DepartmentId,
    before: Option<DepartmentId>,
) -> Result<String, Error> {
    let found: Option<(String, bool)> =
        sqlx::query_as("select name, retired_on is not null from department where id = $1 and trust_id = $2")
            .bind(department)
            .bind(trust)
            .fetch_optional(conn)
            .await?;
    let (name, retired) = found.ok_or(Error::NotFound)?;
    if retired && before != Some(department) {
        return Err(Error::field("department", format!("{name} is retired. Choose a department that is in use.")));
    }
    Ok(name)
}

pub(in crate::people) fn last_day(ends_on: Option<NaiveDate>) -> String {
    ends_on.map_or_else(|| "open".to_owned(), |day| day.to_string())
}

pub(super) async fn insert_post(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    person: PersonId,
    details: &PostDetails,
) -> Result<(), Error> {
    insert_post_in(conn, allowed, allowed.trust(), person, details).await
}

/// Writes a post down in a trust, for whoever may write there.
pub(in crate::people) async fn insert_post_in<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    person: PersonId,
    details: &PostDetails,
) -> Result<(), Error> {
    let department = department_for(conn, trust, details.department, None).await?;
    sqlx::query(
        "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on, percent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(PostId::new())
    .bind(person)
    .bind(trust)
    .bind(details.department)
    .bind(&details.staff_group)
    .bind(&details.grade)
    .bind(details.starts_on)
    .bind(details.ends_on)
    .bind(details.percent)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("person", person, "added a post")
        .change("Post", "", format!("{}, {department}", details.grade))
        .change("First day", "", details.starts_on)
        .change("Last day", "", last_day(details.ends_on));
    history::record(conn, allowed, entry).await
}

/// Adds a post. It counts once the person has accepted the trust; who said that somebody else is meant is
/// asked again.
///
/// # Errors
/// [`Error::NotFound`] for a person or department that is not of this trust.
pub async fn add_post(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    details: &PostDetails,
) -> Result<Tied, Error> {
    let trust = allowed.trust();
    let known = person(conn, trust, id).await?;
    let tied = ties::ask(conn, allowed, trust, id, &known.name, Again::Yes).await?;
    insert_post(conn, allowed, id, details).await?;
    Ok(tied)
}

/// Writes what a post is now; what was said of its days stands where they stay.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub(crate) async fn write_post(
    conn: &mut Connection,
    id: PostId,
    version: i64,
    details: &PostDetails,
) -> Result<(), Error> {
    let done = sqlx::query(
        "update post set department_id = $3, staff_group = $4, grade = $5, starts_on = $6, ends_on = $7, percent = $8,
                version = version + 1, end_confirmed = iif(ends_on is $7, end_confirmed, 0),
                said_at = iif(department_id = $3 and starts_on = $6 and ends_on is $7, said_at, null)
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(details.department)
    .bind(&details.staff_group)
    .bind(&details.grade)
    .bind(details.starts_on)
    .bind(details.ends_on)
    .bind(details.percent)
    .execute(conn)
    .await?;
    db::expect_one(done)
}

/// Writes the last day of a post, which confirms it.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster.
pub(crate) async fn write_end(
    conn: &mut Connection,
    id: PostId,
    version: i64,
    last_on: NaiveDate,
) -> Result<(), Error> {
    let update = "update post set ends_on = $3, version = version + 1, end_confirmed = 1,
                         said_at = iif(ends_on is $3, said_at, null)
                  where id = $1 and version = $2";
    db::expect_one(sqlx::query(update).bind(id).bind(version).bind(last_on).execute(conn).await?)
}

/// Changes a post and says whose it is.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Conflict`] when somebody else was faster.
pub async fn edit_post(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PostId,
    version: i64,
    details: &PostDetails,
) -> Result<PersonId, Error> {
    let trust = allowed.trust();
    let before = post(conn, trust, id).await?;
    let department = department_for(conn, trust, details.department, Some(before.department_id)).await?;
    write_post(conn, id, version, details).await?;
    let entry = Entry::new("person", before.person_id, "changed a post")
        .change("Department", before.department, department)
        .change("Staff group", before.staff_group, &details.staff_group)
        .change("Grade", before.grade, &details.grade)
        .change("First day", before.starts_on, details.starts_on)
        .change("Last day", last_day(before.ends_on), last_day(details.ends_on))
        .change("Percentage of full time", before.percent, details.percent);
    history::record(conn, allowed, entry).await?;
    Ok(before.person_id)
}

/// Sets the last day of a post, which confirms it, and says whose it is.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`], or [`Error::Invalid`] when the day lies before the first.
pub async fn end_post(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PostId,
    version: i64,
    ends_on: NaiveDate,
) -> Result<PersonId, Error> {
    let before = post(conn, allowed.trust(), id).await?;
    if ends_on < before.starts_on {
        return Err(Error::field(
            "ends_on",
            format!(
                "The post began on {}. The last day must be that day or later.",
                crate::format::date(before.starts_on)
            ),
        ));
    }
    write_end(conn, id, version, ends_on).await?;
    let entry =
        Entry::new("person", before.person_id, "ended a post").change("Last day", last_day(before.ends_on), ends_on);
    history::record(conn, allowed, entry).await?;
    Ok(before.person_id)
}

/// Removes a post that was added by mistake and says whose it was; nobody's, when the trust does not know
/// them any more: the last thing that it wrote about somebody who never accepted it takes its question back.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when it is all that ties the person to the trust.
pub async fn remove_post(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PostId,
) -> Result<Option<PersonId>, Error> {
    let trust = allowed.trust();
    let before = post(conn, trust, id).await?;
    let known = person(conn, trust, before.person_id).await?;
    sqlx::query("delete from post where id = $1").bind(id).execute(&mut *conn).await?;
    let gone = known.tie != Tie::Accepted && ties::take_back(conn, allowed, before.person_id).await?;
    // Without any post, role or project the trust would know the person no more, and nobody could mend that.
    match person(conn, trust, before.person_id).await {
        Ok(_) => {}
        Err(Error::NotFound) if gone => {}
        Err(Error::NotFound) => {
            return Err(Error::form("This is their only post. Change it, or end it, instead of removing it."));
        }
        Err(other) => return Err(other),
    }
    let entry = Entry::new("person", before.person_id, "removed a post")
        .change("Post", format!("{}, {}", before.grade, before.department), "")
        .change("First day", before.starts_on, "")
        .change("Last day", last_day(before.ends_on), "");
    history::record(conn, allowed, entry).await?;
    Ok((!gone).then_some(before.person_id))
}

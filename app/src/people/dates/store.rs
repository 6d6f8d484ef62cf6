//! What people say of their own dates: their SQL.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::model::Move;
use crate::access::{Allowed, ChangeOwnDates};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::format;
use crate::history::{self, Entry};
use crate::id::{AwayId, PersonId, PostId, TrustId};
use crate::people::directory::model::AwayDetails;
use crate::people::directory::store::{self as directory, Post, department_for, last_day};

/// How many lines a page of what people said shows.
pub const PAGE: i64 = 25;

/// A post of whoever says something of it, which is not over.
async fn own_post(conn: &mut Connection, allowed: &Allowed<ChangeOwnDates>, id: PostId) -> Result<Post, Error> {
    let post = directory::post(conn, allowed.in_trust()?, id).await?;
    if post.person_id != allowed.account() {
        return Err(Error::NotFound);
    }
    if let Some(day) = post.ends_on.filter(|day| *day < allowed.today()) {
        return Err(Error::form(format!(
            "This post was over on {}. If it goes on, ask the QI academy to change its last day.",
            format::date(day)
        )));
    }
    Ok(post)
}

/// Says of one's own post that it ends on its last day.
///
/// # Errors
/// [`Error::NotFound`] for a post of somebody else, [`Error::Conflict`] when it was changed meanwhile,
/// [`Error::Invalid`] for one that is over or has no last day.
pub async fn confirm_end(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    id: PostId,
    version: i64,
) -> Result<(), Error> {
    let post = own_post(conn, allowed, id).await?;
    let last = post.ends_on.ok_or_else(|| Error::form("This post has no last day."))?;
    say_end(conn, allowed, &post, version, Some(last)).await?;
    let entry = Entry::new("person", allowed.account(), "said that a post ends as it stands");
    history::record(conn, allowed, entry.change("Last day", "", last)).await
}

/// Writes the last day of one's own post, as its owner says it.
async fn say_end(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    post: &Post,
    version: i64,
    ends_on: Option<NaiveDate>,
) -> Result<(), Error> {
    let done = sqlx::query(
        "update post set ends_on = $3, end_confirmed = $3 is not null, said_at = $4, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(post.id)
    .bind(version)
    .bind(ends_on)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    db::expect_one(done)
}

/// Says that one's own post ends earlier, is extended, or has no end in sight.
///
/// # Errors
/// [`Error::NotFound`] for a post of somebody else, [`Error::Conflict`] when it was changed meanwhile,
/// [`Error::Invalid`] for one that is over, and for a day before its first.
pub async fn say_last_day(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    id: PostId,
    version: i64,
    ends_on: Option<NaiveDate>,
) -> Result<(), Error> {
    let post = own_post(conn, allowed, id).await?;
    if ends_on.is_some_and(|day| day < post.starts_on) {
        let began = format::date(post.starts_on);
        return Err(Error::field(
            "ends_on",
            format!("The post begins on {began}. The last day must be that day or later."),
        ));
    }
    say_end(conn, allowed, &post, version, ends_on).await?;
    let action = match (post.ends_on, ends_on) {
        (before, now) if before == now => "said that a post ends as it stands",
        (None, Some(_)) => "said that they leave",
        (Some(before), Some(now)) if now < before => "said that they leave earlier",
        _ => "said that they are extended",
    };
    let entry = Entry::new("person", allowed.account(), action);
    history::record(conn, allowed, entry.change("Last day", last_day(post.ends_on), last_day(ends_on))).await
}

/// Says that one moves to another department of the trust: the post ends on the day before, and another of the same
/// grade follows there.
///
/// # Errors
/// [`Error::NotFound`] for a post of somebody else or a department of another trust, [`Error::Conflict`] when the post
/// was changed meanwhile, [`Error::Invalid`] for days that do not follow from it.
pub async fn move_on(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    id: PostId,
    version: i64,
    moved: Move,
) -> Result<(), Error> {
    let trust = allowed.in_trust()?;
    let post = own_post(conn, allowed, id).await?;
    let department = department_for(conn, trust, moved.department, None).await?;
    if moved.department == post.department_id {
        return Err(Error::field("department", format!("This post is in {department}. Choose where you move.")));
    }
    let (eve, ends_on) = days_of(&post, moved)?;
    say_end(conn, allowed, &post, version, Some(eve)).await?;
    sqlx::query(
        "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on, percent, end_confirmed, said_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(PostId::new())
    .bind(allowed.account())
    .bind(trust)
    .bind(moved.department)
    .bind(&post.staff_group)
    .bind(&post.grade)
    .bind(moved.starts_on)
    .bind(ends_on)
    .bind(post.percent)
    .bind(moved.ends_on.is_some() || (post.end_confirmed && ends_on.is_some()))
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("person", allowed.account(), "said that they move")
        .change("Department", &post.department, department)
        .change("First day", "", moved.starts_on)
        .change("Last day", "", last_day(ends_on));
    history::record(conn, allowed, entry).await
}

/// The last day of the post that somebody moves from, and that of the one they move to.
fn days_of(post: &Post, moved: Move) -> Result<(NaiveDate, Option<NaiveDate>), Error> {
    let eve = moved.starts_on.pred_opt().filter(|eve| *eve >= post.starts_on).ok_or_else(|| {
        let began = format::date(post.starts_on);
        Error::field("starts_on", format!("The post begins on {began}. Enter a later day."))
    })?;
    let Some(end) = post.ends_on else { return Ok((eve, moved.ends_on)) };
    let ends = format::date(end);
    if eve > end {
        return Err(Error::field(
            "starts_on",
            format!("The post ends on {ends}. Enter a day until the day after, or say first that it is extended."),
        ));
    }
    if eve == end && moved.ends_on.is_none() {
        return Err(Error::field("ends_on", format!("The post ends on {ends}. Enter your last day there.")));
    }
    Ok((eve, moved.ends_on.or(Some(end))))
}

/// Says that one is away.
///
/// # Errors
/// When the store cannot write.
pub async fn say_away(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    period: &AwayDetails,
) -> Result<(), Error> {
    sqlx::query(
        "insert into away (id, person_id, trust_id, starts_on, ends_on, keeps_contributing, said_at)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(AwayId::new())
    .bind(allowed.account())
    .bind(allowed.in_trust()?)
    .bind(period.starts_on)
    .bind(period.ends_on)
    .bind(period.keeps_contributing)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("person", allowed.account(), "said that they are away")
        .change("First day", "", period.starts_on)
        .change("Last day", "", period.ends_on);
    history::record(conn, allowed, entry).await
}

/// Takes a period away back that one said oneself.
///
/// # Errors
/// [`Error::NotFound`] for one of somebody else, or that somebody else wrote down.
pub async fn take_back_away(conn: &mut Connection, allowed: &Allowed<ChangeOwnDates>, id: AwayId) -> Result<(), Error> {
    let (starts_on, ends_on): (NaiveDate, NaiveDate) = sqlx::query_as(
        "delete from away where id = $1 and person_id = $2 and trust_id = $3 and said_at is not null
         returning starts_on, ends_on",
    )
    .bind(id)
    .bind(allowed.account())
    .bind(allowed.in_trust()?)
    .fetch_one(&mut *conn)
    .await?;
    let entry = Entry::new("person", allowed.account(), "said that they are not away")
        .change("First day", starts_on, "")
        .change("Last day", ends_on, "");
    history::record(conn, allowed, entry).await
}

/// What somebody said of their own dates, as it stands.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Said {
    pub person_id: PersonId,
    pub name: String,
    /// Grade and department of the post; none for a period away.
    pub post: Option<String>,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day; none while no end is in sight.
    pub ends_on: Option<NaiveDate>,
    /// While away, they keep contributing.
    pub keeps_contributing: bool,
    pub said_at: DateTime<Utc>,
}

/// What people of a trust said of their own dates, the latest first: a page of it, and how much there is.
///
/// # Errors
/// When the store cannot be read.
pub async fn said(conn: &mut Connection, trust: TrustId, page: i64) -> Result<(Vec<Said>, i64), Error> {
    let total: i64 = sqlx::query_scalar(
        "select (select count(*) from post where trust_id = $1 and said_at is not null)
              + (select count(*) from away where trust_id = $1 and said_at is not null)",
    )
    .bind(trust)
    .fetch_one(&mut *conn)
    .await?;
    let rows = sqlx::query_as(
        "select s.person_id, p.name, s.post, s.starts_on, s.ends_on, s.keeps_contributing, s.said_at
         from (select o.id, o.person_id, o.grade || ', ' || d.name as post, o.starts_on, o.ends_on, 0 as keeps_contributing, o.said_at
               from post o join department d on d.id = o.department_id where o.trust_id = $1 and o.said_at is not null
               union all
               select id, person_id, null, starts_on, ends_on, keeps_contributing, said_at
               from away where trust_id = $1 and said_at is not null) s
         join person p on p.id = s.person_id
         order by s.said_at desc, s.id desc limit $2 offset $3",
    )
    .bind(trust)
    .bind(PAGE)
    .bind((page - 1).max(0) * PAGE)
    .fetch_all(conn)
    .await?;
    Ok((rows, total))
}

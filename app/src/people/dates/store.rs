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

/// How many periods away, and how many posts, somebody can have in a trust when they say another: every one of them
/// divides what is asked about all their projects, and all of that is derived in the change.
const MOST: i64 = 50;

/// A post of whoever says something of it, which is not over.
///
/// # Errors
/// [`Error::NotFound`] for a post of somebody else, [`Error::Invalid`] for one that is over: nobody who has left
/// comes back by their own word.
pub async fn own_post(conn: &mut Connection, allowed: &Allowed<ChangeOwnDates>, id: PostId) -> Result<Post, Error> {
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

/// Says that one's own post ends earlier, is extended, or has no end date.
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
/// was changed meanwhile, [`Error::Invalid`] for days that do not follow from it and for one post too many.
pub async fn move_on(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    id: PostId,
    version: i64,
    moved: Move,
) -> Result<(), Error> {
    let trust = allowed.in_trust()?;
    let post = own_post(conn, allowed, id).await?;
    let held: i64 = sqlx::query_scalar("select count(*) from post where person_id = $1 and trust_id = $2")
        .bind(allowed.account())
        .bind(trust)
        .fetch_one(&mut *conn)
        .await?;
    if held >= MOST {
        return Err(Error::form(format!("You have {held} posts here already. Ask the QI academy to add another.")));
    }
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
/// [`Error::Invalid`] for one period too many.
pub async fn say_away(
    conn: &mut Connection,
    allowed: &Allowed<ChangeOwnDates>,
    period: &AwayDetails,
) -> Result<(), Error> {
    let said: i64 = sqlx::query_scalar("select count(*) from away where person_id = $1 and trust_id = $2")
        .bind(allowed.account())
        .bind(allowed.in_trust()?)
        .fetch_one(&mut *conn)
        .await?;
    if said >= MOST {
        return Err(Error::form(format!("You have {said} periods away already. Take back those that are past first.")));
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::{ManageOrganisation, system};
    use crate::id::DepartmentId;
    use crate::people::directory::model::PostDetails;
    use crate::testing::{Fixture, Result, TODAY, make, noon, on};

    /// The proof of somebody who says something of themselves.
    async fn own(at: &Fixture, conn: &mut Connection, person: PersonId) -> Allowed<ChangeOwnDates> {
        let request = at.request(Some(person)).await;
        request.require(conn, ChangeOwnDates(person)).await.expect("allowed")
    }

    async fn posts(at: &Fixture, conn: &mut Connection, person: PersonId) -> Vec<Post> {
        directory::posts(conn, at.trust, person).await.expect("posts")
    }

    fn refused<T: std::fmt::Debug>(done: std::result::Result<T, Error>) -> String {
        let Err(Error::Invalid(errors)) = done else { panic!("not refused: {done:?}") };
        errors[0].message.clone()
    }

    async fn told(conn: &mut Connection, person: PersonId) -> Vec<String> {
        let actions = sqlx::query_scalar("select action from history where object_id = $1 order by sequence");
        actions.bind(person).fetch_all(conn).await.expect("history")
    }

    #[tokio::test]
    async fn a_last_day_is_said_and_confirmed_by_whose_post_it_is() -> Result {
        let at = Fixture::new().await;
        let allowed = own(&at, &mut *at.store.read().await?, at.trainee).await;
        let mut change = at.store.write().await?;
        let id = posts(&at, &mut change, at.trainee).await[0].id;
        confirm_end(&mut change, &allowed, id, 1).await?;
        let post = posts(&at, &mut change, at.trainee).await[0].clone();
        assert_eq!((post.ends_on, post.end_confirmed, post.said_at), (Some(on("2026-08-04")), true, Some(noon())));
        assert_eq!(confirm_end(&mut change, &allowed, id, 1).await, Err(Error::Conflict));
        say_last_day(&mut change, &allowed, id, 2, Some(on("2026-05-01"))).await?;
        say_last_day(&mut change, &allowed, id, 3, Some(on("2026-12-01"))).await?;
        say_last_day(&mut change, &allowed, id, 4, None).await?;
        let post = posts(&at, &mut change, at.trainee).await[0].clone();
        assert_eq!((post.ends_on, post.end_confirmed), (None, false), "nothing ends that could be confirmed");
        assert!(refused(confirm_end(&mut change, &allowed, id, 5).await).contains("no last day"));
        say_last_day(&mut change, &allowed, id, 5, Some(on("2026-06-01"))).await?;
        let early = say_last_day(&mut change, &allowed, id, 6, Some(on("2025-08-05"))).await;
        assert!(refused(early).contains("6 August 2025"));
        assert_eq!(
            told(&mut change, at.trainee).await,
            [
                "said that a post ends as it stands",
                "said that they leave earlier",
                "said that they are extended",
                "said that they are extended",
                "said that they leave"
            ]
        );
        Ok(())
    }

    #[tokio::test]
    async fn nobody_says_the_dates_of_another_or_of_a_post_that_is_over() -> Result {
        let at = Fixture::new().await;
        let request = at.request(Some(at.colleague)).await;
        let allowed = own(&at, &mut *at.store.read().await?, at.colleague).await;
        let mut change = at.store.write().await?;
        assert_eq!(request.require(&mut change, ChangeOwnDates(at.trainee)).await.err(), Some(Error::Forbidden));
        let theirs = posts(&at, &mut change, at.trainee).await[0].id;
        assert_eq!(own_post(&mut change, &allowed, theirs).await.err(), Some(Error::NotFound));
        assert_eq!(confirm_end(&mut change, &allowed, theirs, 1).await, Err(Error::NotFound));
        assert_eq!(say_last_day(&mut change, &allowed, theirs, 1, Some(TODAY)).await, Err(Error::NotFound));
        let moved = Move { department: at.department, starts_on: TODAY, ends_on: None };
        assert_eq!(move_on(&mut change, &allowed, theirs, 1, moved).await, Err(Error::NotFound));
        let mine = posts(&at, &mut change, at.colleague).await[0].id;
        sqlx::query("update post set ends_on = '2026-03-03' where id = $1").bind(mine).execute(&mut *change).await?;
        let late = say_last_day(&mut change, &allowed, mine, 1, Some(on("2026-09-01"))).await;
        assert!(refused(late).contains("over on 3 March 2026"), "nobody who has left comes back by themselves");
        Ok(())
    }

    #[tokio::test]
    async fn moving_ends_the_post_the_day_before_and_goes_on_in_the_other_department() -> Result {
        let at = Fixture::new().await;
        let allowed = own(&at, &mut *at.store.read().await?, at.trainee).await;
        let mut change = at.store.write().await?;
        let surgery = make::department(&mut change, at.trust, "Surgery", "General surgery").await?;
        let elsewhere: DepartmentId = sqlx::query_scalar("select id from department where trust_id = $1")
            .bind(at.other_trust)
            .fetch_one(&mut *change)
            .await?;
        let id = posts(&at, &mut change, at.trainee).await[0].id;
        let moved =
            |department, day: &str, last: Option<&str>| Move { department, starts_on: on(day), ends_on: last.map(on) };
        for (wrong, words) in [
            (moved(at.department, "2026-05-01", None), "in Acute medicine"),
            (moved(surgery, "2025-08-06", None), "begins on 6 August 2025"),
            (moved(surgery, "2026-08-06", Some("2026-12-01")), "ends on 4 August 2026"),
            (moved(surgery, "2026-08-05", None), "Enter your last day there"),
        ] {
            let told = refused(move_on(&mut change, &allowed, id, 1, wrong).await);
            assert!(told.contains(words), "{told}");
        }
        let foreign = move_on(&mut change, &allowed, id, 1, moved(elsewhere, "2026-05-01", None)).await;
        assert_eq!(foreign, Err(Error::NotFound));
        move_on(&mut change, &allowed, id, 1, moved(surgery, "2026-05-01", None)).await?;
        let held = posts(&at, &mut change, at.trainee).await;
        let days: Vec<_> = held.iter().map(|post| (post.department.as_str(), post.starts_on, post.ends_on)).collect();
        assert_eq!(
            days,
            [
                ("Surgery", on("2026-05-01"), Some(on("2026-08-04"))),
                ("Acute medicine", on("2025-08-06"), Some(on("2026-04-30")))
            ]
        );
        assert_eq!((held[0].grade.as_str(), held[0].percent, held[0].end_confirmed), ("FY2", 100, false));
        assert!(held.iter().all(|post| post.said_at == Some(noon())));
        // The next post of a rotation follows on the day after, with a last day of its own.
        let next = moved(at.department, "2026-08-05", Some("2026-12-01"));
        move_on(&mut change, &allowed, held[0].id, held[0].version, next).await?;
        let held = posts(&at, &mut change, at.trainee).await;
        assert_eq!((held.len(), held[0].ends_on, held[0].end_confirmed), (3, Some(on("2026-12-01")), true));
        assert_eq!(told(&mut change, at.trainee).await, ["said that they move", "said that they move"]);
        Ok(())
    }

    #[tokio::test]
    async fn who_said_that_they_are_away_takes_it_back_and_nothing_that_others_wrote() -> Result {
        let at = Fixture::new().await;
        let allowed = own(&at, &mut *at.store.read().await?, at.trainee).await;
        let mut change = at.store.write().await?;
        make::away(&mut change, at.trust, at.trainee, ["2026-07-01", "2026-07-10"]).await?;
        let period = AwayDetails { starts_on: on("2026-04-01"), ends_on: on("2026-06-30"), keeps_contributing: false };
        say_away(&mut change, &allowed, &period).await?;
        let kept = directory::away(&mut change, at.trust, at.trainee).await?;
        let said: Vec<_> = kept.iter().map(|one| (one.starts_on, one.said_at)).collect();
        assert_eq!(said, [(on("2026-07-01"), None), (on("2026-04-01"), Some(noon()))]);
        assert_eq!(take_back_away(&mut change, &allowed, kept[0].id).await, Err(Error::NotFound));
        let colleague = system(ChangeOwnDates(at.colleague), Some(at.trust), noon());
        assert_eq!(take_back_away(&mut change, &colleague, kept[1].id).await, Err(Error::NotFound));
        take_back_away(&mut change, &allowed, kept[1].id).await?;
        assert_eq!(directory::away(&mut change, at.trust, at.trainee).await?.len(), 1);
        let told = told(&mut change, at.trainee).await;
        assert_eq!(told, ["added a period away", "said that they are away", "said that they are not away"]);
        Ok(())
    }

    #[tokio::test]
    async fn nobody_fills_the_store_with_periods_away_and_moves_of_their_own() -> Result {
        let at = Fixture::new().await;
        let allowed = own(&at, &mut *at.store.read().await?, at.trainee).await;
        let mut change = at.store.write().await?;
        let surgery = make::department(&mut change, at.trust, "Surgery", "General surgery").await?;
        for days in 0..MOST {
            let day = TODAY + chrono::Duration::days(10 * days);
            let period = AwayDetails { starts_on: day, ends_on: day, keeps_contributing: true };
            say_away(&mut change, &allowed, &period).await?;
        }
        let period = AwayDetails { starts_on: TODAY, ends_on: TODAY, keeps_contributing: true };
        assert!(refused(say_away(&mut change, &allowed, &period).await).contains("50 periods away"));
        let first = directory::away(&mut change, at.trust, at.trainee).await?[0].id;
        take_back_away(&mut change, &allowed, first).await?;
        say_away(&mut change, &allowed, &period).await?;
        let move_again = async |change: &mut Connection| {
            let last = posts(&at, change, at.trainee).await[0].clone();
            let department = if last.department_id == surgery { at.department } else { surgery };
            let moved = Move { department, starts_on: last.starts_on + chrono::Duration::days(1), ends_on: None };
            move_on(change, &allowed, last.id, last.version, moved).await
        };
        let latest = posts(&at, &mut change, at.trainee).await[0].clone();
        say_last_day(&mut change, &allowed, latest.id, latest.version, Some(on("2028-01-01"))).await?;
        for _ in 1..MOST {
            move_again(&mut change).await?;
        }
        assert!(refused(move_again(&mut change).await).contains("50 posts"));
        Ok(())
    }

    #[tokio::test]
    async fn nobody_confirms_themselves_as_a_supervisor_by_their_own_dates() -> Result {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let allowed = own(&at, &mut *at.store.read().await?, at.colleague).await;
        let mut change = at.store.write().await?;
        let place = ["supervisor", "accepted", "team"];
        make::place(&mut change, project, at.colleague, place, on("2026-01-01"), None).await?;
        let confirmed = async |change: &mut Connection| -> Option<NaiveDate> {
            let text = "select confirmed_until from team_role where person_id = $1 and role = 'supervisor'";
            sqlx::query_scalar(text).bind(at.colleague).fetch_one(change).await.expect("a place")
        };
        for text in [
            "update post set ends_on = '2026-08-04' where person_id = $1",
            "update team_role set confirmed_until = null where person_id = $1",
        ] {
            sqlx::query(text).bind(at.colleague).execute(&mut *change).await?;
        }
        let id = posts(&at, &mut change, at.colleague).await[0].id;
        say_last_day(&mut change, &allowed, id, 1, None).await?;
        say_last_day(&mut change, &allowed, id, 2, Some(on("2030-11-01"))).await?;
        assert_eq!(confirmed(&mut change).await, None, "that it had no end was their word alone");
        let open = "update post set ends_on = null, said_at = null where id = $1";
        sqlx::query(open).bind(id).execute(&mut *change).await?;
        say_last_day(&mut change, &allowed, id, 3, Some(on("2026-11-01"))).await?;
        assert_eq!(confirmed(&mut change).await, Some(on("2026-11-01")), "the academy said that it has none");
        Ok(())
    }

    #[tokio::test]
    async fn the_academy_reads_what_was_said_until_it_corrects_it() -> Result {
        let at = Fixture::new().await;
        let mut change = at.store.write().await?;
        let day = |days| noon() + chrono::Duration::days(days);
        let said_on = |person, days| system(ChangeOwnDates(person), Some(at.trust), day(days));
        let mine = posts(&at, &mut change, at.trainee).await[0].clone();
        say_last_day(&mut change, &said_on(at.trainee, 0), mine.id, 1, Some(on("2026-06-01"))).await?;
        let period = AwayDetails { starts_on: on("2026-04-01"), ends_on: on("2026-04-09"), keeps_contributing: true };
        say_away(&mut change, &said_on(at.colleague, 1), &period).await?;
        say_away(&mut change, &system(ChangeOwnDates(at.stranger), Some(at.other_trust), day(2)), &period).await?;
        let (rows, total) = said(&mut change, at.trust, 1).await?;
        let names: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.post.as_deref(), row.ends_on)).collect();
        assert_eq!(
            names,
            [
                ("Colin Colleague", None, Some(on("2026-04-09"))),
                ("Tara Trainee", Some("FY2, Acute medicine"), Some(on("2026-06-01")))
            ]
        );
        assert!(rows[0].keeps_contributing && total == 2);
        assert!(said(&mut change, at.trust, 2).await?.0.is_empty());
        let organises = system(ManageOrganisation(at.trust), Some(at.trust), noon());
        let same = PostDetails {
            department: mine.department_id,
            staff_group: mine.staff_group.clone(),
            grade: "CT1".to_owned(),
            starts_on: mine.starts_on,
            ends_on: Some(on("2026-06-01")),
            percent: mine.percent,
        };
        directory::edit_post(&mut change, &organises, mine.id, 2, &same).await?;
        let post = posts(&at, &mut change, at.trainee).await[0].clone();
        assert!(post.said_at.is_some() && post.end_confirmed, "its days are still their word");
        directory::end_post(&mut change, &organises, mine.id, 3, on("2026-07-01")).await?;
        let post = posts(&at, &mut change, at.trainee).await[0].clone();
        assert_eq!((post.said_at, post.end_confirmed), (None, true), "the academy's word now");
        assert_eq!(said(&mut change, at.trust, 1).await?.1, 1);
        Ok(())
    }
}

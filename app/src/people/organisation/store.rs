//! Sites and departments: their SQL.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::model::{DepartmentDetails, Place, why_not_removed};
use crate::access::{Allowed, Coordinate, ManageOrganisation};
use crate::db::{self, Connection};
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, SiteId, TrustId};
use crate::roles::{open_project, post_on};

/// A site.
#[derive(Clone, Debug, FromRow)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    /// Since when it is retired.
    pub retired_on: Option<NaiveDate>,
    /// Counts its edits.
    pub version: i64,
    /// How many departments are on it.
    pub departments: i64,
}

/// All sites of a trust, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn sites(conn: &mut Connection, trust: TrustId) -> Result<Vec<Site>, Error> {
    Ok(sqlx::query_as(
        "select s.id, s.name, s.retired_on, s.version,
                (select count(*) from department d where d.site_id = s.id) as departments
         from site s where s.trust_id = $1 order by s.name",
    )
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// A site of this trust.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such site.
pub async fn site(conn: &mut Connection, trust: TrustId, id: SiteId) -> Result<Site, Error> {
    Ok(sqlx::query_as(
        "select s.id, s.name, s.retired_on, s.version,
                (select count(*) from department d where d.site_id = s.id) as departments
         from site s where s.id = $1 and s.trust_id = $2",
    )
    .bind(id)
    .bind(trust)
    .fetch_one(conn)
    .await?)
}

/// A department, and what depends on it.
#[derive(Clone, Debug, FromRow)]
pub struct DepartmentRow {
    pub id: DepartmentId,
    pub name: String,
    pub specialty: String,
    pub site_id: Option<SiteId>,
    /// The site's name; empty without one.
    pub site: String,
    /// Since when it is retired.
    pub retired_on: Option<NaiveDate>,
    /// Counts its edits.
    pub version: i64,
    /// How many people have a post in it today.
    pub people: i64,
    /// How many open projects it has.
    pub open: i64,
    /// How many posts it has or had.
    pub posts: i64,
    /// How many projects it has or had.
    pub projects: i64,
}

/// All departments of a trust, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn departments(conn: &mut Connection, trust: TrustId, today: NaiveDate) -> Result<Vec<DepartmentRow>, Error> {
    Ok(sqlx::query_as(concat!(
        "select d.id, d.name, d.specialty, d.site_id, coalesce(s.name, '') as site, d.retired_on, d.version,
                (select count(distinct o.person_id) from post o where o.department_id = d.id
                 and ",
        post_on!("o", "$2"),
        ") as people,
                (select count(*) from project p where p.department_id = d.id and ",
        open_project!("p"),
        ") as open,
                (select count(*) from post o where o.department_id = d.id) as posts,
                (select count(*) from project p where p.department_id = d.id) as projects
         from department d left join site s on s.id = d.site_id
         where d.trust_id = $1 order by d.name"
    ))
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// A department of this trust.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such department.
pub async fn department(
    conn: &mut Connection,
    trust: TrustId,
    id: DepartmentId,
    today: NaiveDate,
) -> Result<DepartmentRow, Error> {
    Ok(sqlx::query_as(concat!(
        "select d.id, d.name, d.specialty, d.site_id, coalesce(s.name, '') as site, d.retired_on, d.version,
                (select count(distinct o.person_id) from post o where o.department_id = d.id
                 and ",
        post_on!("o", "$3"),
        ") as people,
                (select count(*) from project p where p.department_id = d.id and ",
        open_project!("p"),
        ") as open,
                (select count(*) from post o where o.department_id = d.id) as posts,
                (select count(*) from project p where p.department_id = d.id) as projects
         from department d left join site s on s.id = d.site_id
         where d.id = $1 and d.trust_id = $2"
    ))
    .bind(id)
    .bind(trust)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

/// Adds a trust: the one that the proof is of.
///
/// # Errors
/// [`Error::Invalid`] when there is one of this name.
pub async fn add_trust(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, name: &str) -> Result<(), Error> {
    let id = allowed.trust();
    let done =
        sqlx::query("insert into trust (id, name, created_at) values ($1, $2, $3) on conflict (name) do nothing")
            .bind(id)
            .bind(name)
            .bind(allowed.now)
            .execute(&mut *conn)
            .await?;
    db::expect_one(done).map_err(|_| Error::field("name", "There is a trust of this name already."))?;
    add_changeovers(conn, id, allowed.today()).await?;
    history::record(conn, allowed, Entry::new("trust", id, "made trust")).await
}

/// Gives a new trust its first changeover dates: the first Wednesdays of February, April, August and December of the
/// two years from a day on. Its academy leads correct them.
///
/// # Errors
/// When the store cannot write.
pub async fn add_changeovers(conn: &mut Connection, trust: TrustId, from: NaiveDate) -> Result<(), Error> {
    sqlx::query(
        "insert into changeover (trust_id, on_day)
         select $1, w.day from (
            select date(printf('%d-%s-01', strftime('%Y', $2) + y.value, m.value), 'weekday 3') as day
            from json_each('[0, 1, 2]') y join json_each('[\"02\", \"04\", \"08\", \"12\"]') m) w
         where w.day between $2 and date($2, '+2 years')",
    )
    .bind(trust)
    .bind(from)
    .execute(conn)
    .await?;
    Ok(())
}

/// The trust of this name.
///
/// # Errors
/// When the store cannot be read.
pub async fn trust_named(conn: &mut Connection, name: &str) -> Result<Option<TrustId>, Error> {
    Ok(sqlx::query_scalar("select id from trust where name = $1").bind(name).fetch_optional(conn).await?)
}

async fn site_name_is_free(
    conn: &mut Connection,
    trust: TrustId,
    name: &str,
    except: Option<SiteId>,
) -> Result<(), Error> {
    let taken: bool = sqlx::query_scalar(
        "select exists (select 1 from site where trust_id = $1 and lower(name) = lower($2) and ($3 is null or id <> $3))",
    )
    .bind(trust)
    .bind(name)
    .bind(except)
    .fetch_one(conn)
    .await?;
    if taken { Err(Error::field("name", "The trust already has a site of this name.")) } else { Ok(()) }
}

async fn department_name_is_free(
    conn: &mut Connection,
    trust: TrustId,
    name: &str,
    except: Option<DepartmentId>,
) -> Result<(), Error> {
    let taken: bool = sqlx::query_scalar(
        "select exists (select 1 from department where trust_id = $1 and lower(name) = lower($2) and ($3 is null or id <> $3))",
    )
    .bind(trust)
    .bind(name)
    .bind(except)
    .fetch_one(conn)
    .await?;
    if taken {
        Err(Error::field("name", "The trust already has a department of this name. Add the site to tell them apart."))
    } else {
        Ok(())
    }
}

/// Adds a site.
///
/// # Errors
/// [`Error::Invalid`] when the trust has one of this name.
pub async fn add_site(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    name: &str,
) -> Result<SiteId, Error> {
    let trust = allowed.trust();
    site_name_is_free(conn, trust, name, None).await?;
    let id = SiteId::new();
    sqlx::query("insert into site (id, trust_id, name) values ($1, $2, $3)")
        .bind(id)
        .bind(trust)
        .bind(name)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("site", id, "added").change("Name", "", name)).await?;
    Ok(id)
}

/// Renames a site.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`], or [`Error::Invalid`] when the trust has one of this name.
pub async fn edit_site(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: SiteId,
    version: i64,
    name: &str,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let before = site(conn, trust, id).await?;
    site_name_is_free(conn, trust, name, Some(id)).await?;
    let done = sqlx::query("update site set name = $3, version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(name)
        .execute(&mut *conn)
        .await?;
    db::expect_one(done)?;
    history::record(conn, allowed, Entry::new("site", id, "edited").change("Name", before.name, name)).await
}

/// Adds a department.
///
/// # Errors
/// [`Error::Invalid`] when the trust has one of this name, [`Error::NotFound`] for a site of another trust.
pub async fn add_department(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    details: &DepartmentDetails,
) -> Result<DepartmentId, Error> {
    let trust = allowed.trust();
    if let Some(id) = details.site {
        site(conn, trust, id).await?;
    }
    department_name_is_free(conn, trust, &details.name, None).await?;
    let id = DepartmentId::new();
    sqlx::query("insert into department (id, trust_id, site_id, name, specialty) values ($1, $2, $3, $4, $5)")
        .bind(id)
        .bind(trust)
        .bind(details.site)
        .bind(&details.name)
        .bind(&details.specialty)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("department", id, "added").change("Name", "", &details.name)).await?;
    Ok(id)
}

/// Changes a department.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`], or [`Error::Invalid`] when the trust has one of this name.
pub async fn edit_department(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: DepartmentId,
    version: i64,
    details: &DepartmentDetails,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let before = department(conn, trust, id, allowed.today()).await?;
    let site_name = match details.site {
        Some(id) => site(conn, trust, id).await?.name,
        None => String::new(),
    };
    department_name_is_free(conn, trust, &details.name, Some(id)).await?;
    let done = sqlx::query(
        "update department set name = $3, specialty = $4, site_id = $5, version = version + 1 where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&details.name)
    .bind(&details.specialty)
    .bind(details.site)
    .execute(&mut *conn)
    .await?;
    db::expect_one(done)?;
    let entry = Entry::new("department", id, "edited")
        .change("Name", before.name, &details.name)
        .change("Specialty", before.specialty, &details.specialty)
        .change("Site", before.site, site_name);
    history::record(conn, allowed, entry).await
}

/// Retires a site or department: what refers to it keeps it, no form offers it any more.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such place.
pub async fn retire(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, place: Place) -> Result<(), Error> {
    set_retired(conn, allowed, place, Some(allowed.today()), "retired").await
}

/// Takes a retired site or department back into use.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such place.
pub async fn restore(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, place: Place) -> Result<(), Error> {
    set_retired(conn, allowed, place, None, "restored").await
}

async fn set_retired(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    place: Place,
    on: Option<NaiveDate>,
    action: &'static str,
) -> Result<(), Error> {
    let (update, id) = match place {
        Place::Site(id) => {
            ("update site set retired_on = $3, version = version + 1 where id = $1 and trust_id = $2", id.to_string())
        }
        Place::Department(id) => (
            "update department set retired_on = $3, version = version + 1 where id = $1 and trust_id = $2",
            id.to_string(),
        ),
    };
    let done = sqlx::query(update).bind(&id).bind(allowed.trust()).bind(on).execute(&mut *conn).await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    history::record(conn, allowed, Entry::new(place.kind(), id, action)).await
}

/// Removes a site or department to which nothing refers.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such place, [`Error::Invalid`] with the reason when it is in use.
pub async fn remove(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, place: Place) -> Result<(), Error> {
    let (name, uses, delete, id) = match place {
        Place::Site(id) => {
            let site = site(conn, allowed.trust(), id).await?;
            let uses = [(site.departments, "department", "departments")].to_vec();
            (site.name, uses, "delete from site where id = $1", id.to_string())
        }
        Place::Department(id) => {
            let department = department(conn, allowed.trust(), id, allowed.today()).await?;
            let uses = [(department.posts, "post", "posts"), (department.projects, "project", "projects")].to_vec();
            (department.name, uses, "delete from department where id = $1", id.to_string())
        }
    };
    if let Some(reason) = why_not_removed(&name, &uses) {
        return Err(Error::form(reason));
    }
    sqlx::query(delete).bind(&id).execute(&mut *conn).await?;
    history::record(conn, allowed, Entry::new(place.kind(), id, "removed").change("Name", name, "")).await
}

/// Sets the rules that the charts of a trust are judged by, by their stored word: which there are, the charts know.
/// Whoever calls records it in the history.
///
/// # Errors
/// When the store cannot write.
pub async fn set_chart_rules(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    rule_set: &'static str,
) -> Result<(), Error> {
    sqlx::query("update trust set rule_set = $2 where id = $1")
        .bind(allowed.trust())
        .bind(rule_set)
        .execute(conn)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::store::departments as offered;
    use crate::testing::{Fixture, TODAY};

    fn words(name: &str, site: Option<SiteId>) -> DepartmentDetails {
        DepartmentDetails { name: name.to_owned(), specialty: "Cardiology".to_owned(), site }
    }

    #[tokio::test]
    async fn what_is_in_use_is_retired_and_not_removed() {
        let at = Fixture::new().await;
        at.project("One").await;
        let request = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let place = Place::Department(at.department);
        let Err(Error::Invalid(errors)) = remove(&mut change, &allowed, place).await else { panic!("removed") };
        assert!(errors[0].message.starts_with("Acute medicine has 5 posts and 1 project,"), "{}", errors[0].message);
        retire(&mut change, &allowed, place).await.expect("retired");
        assert!(offered(&mut change, at.trust).await.expect("read").is_empty());
        restore(&mut change, &allowed, place).await.expect("restored");
        let row = department(&mut change, at.trust, at.department, TODAY).await.expect("found");
        assert_eq!((row.people, row.open, row.retired_on), (5, 1, None));
    }

    #[tokio::test]
    async fn a_site_and_a_department_come_and_go() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let site = add_site(&mut change, &allowed, "Northmere").await.expect("added");
        assert!(add_site(&mut change, &allowed, "NORTHMERE").await.is_err(), "a name twice");
        let id = add_department(&mut change, &allowed, &words("Heart centre", Some(site))).await.expect("added");
        assert!(add_department(&mut change, &allowed, &words("heart centre", None)).await.is_err(), "a name twice");
        assert!(remove(&mut change, &allowed, Place::Site(site)).await.is_err(), "in use");
        edit_department(&mut change, &allowed, id, 1, &words("Heart centre", None)).await.expect("edited");
        let late = edit_department(&mut change, &allowed, id, 1, &words("Late", None)).await;
        assert_eq!(late, Err(Error::Conflict));
        edit_site(&mut change, &allowed, site, 1, "Southmere").await.expect("renamed");
        assert_eq!(edit_site(&mut change, &allowed, site, 1, "Late").await, Err(Error::Conflict));
        remove(&mut change, &allowed, Place::Site(site)).await.expect("removed");
        remove(&mut change, &allowed, Place::Department(id)).await.expect("removed");
        assert_eq!(sites(&mut change, at.trust).await.expect("read").len(), 0);
        assert_eq!(departments(&mut change, at.trust, TODAY).await.expect("read").len(), 1);
    }

    #[tokio::test]
    async fn another_trusts_places_are_not_found() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let trainee = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await.expect("a change");
        let foreign: DepartmentId = sqlx::query_scalar("select id from department where trust_id = $1")
            .bind(at.other_trust)
            .fetch_one(&mut *change)
            .await
            .expect("a department");
        let foreign_site = SiteId::new();
        sqlx::query("insert into site (id, trust_id, name) values ($1, $2, 'Theirs')")
            .bind(foreign_site)
            .bind(at.other_trust)
            .execute(&mut *change)
            .await
            .expect("a site");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        for place in [Place::Department(foreign), Place::Site(foreign_site)] {
            assert_eq!(retire(&mut change, &allowed, place).await, Err(Error::NotFound));
            assert_eq!(restore(&mut change, &allowed, place).await, Err(Error::NotFound));
            assert_eq!(remove(&mut change, &allowed, place).await, Err(Error::NotFound));
        }
        let edited = edit_department(&mut change, &allowed, foreign, 1, &words("Mine", None)).await;
        assert_eq!(edited, Err(Error::NotFound));
        assert_eq!(edit_site(&mut change, &allowed, foreign_site, 1, "Mine").await, Err(Error::NotFound));
        let on_theirs = add_department(&mut change, &allowed, &words("Mine", Some(foreign_site))).await;
        assert_eq!(on_theirs.err(), Some(Error::NotFound));
        let refused = trainee.require(&mut change, ManageOrganisation(at.trust)).await;
        assert_eq!(refused.err(), Some(Error::Forbidden));
    }
}

//! The trust's people: their SQL. A person belongs to a trust's directory by a post, a trust role or a
//! place in the team of one of its projects, now or in the past, while the trust asks for them, or because
//! they can sign in to it. Of somebody who has not accepted the trust it shows what the trust itself wrote
//! down, and nothing else.

use chrono::{DateTime, Days, NaiveDate, Utc};
use sqlx::{FromRow, QueryBuilder};
use timeline::LONGEST_AWAY_DAYS;

use super::model::{AwayWords, NewPerson, PostWords, Show, TrustRole};
use crate::access::{Act, Allowed, GrantRoles, ManageOrganisation};
use crate::db::{Connection, Db};
use crate::error::{Error, FieldError};
use crate::history::{self, Entry};
use crate::id::{AwayId, DepartmentId, PersonId, PostId, ProjectId, TrustId};
use crate::people::codes::HandedCode;
use crate::people::store::{give_password as put_password, insert_address, insert_person, keep_password_code};
use crate::people::ties::store::{self as ties, Again, Tied};
use crate::roles::{account_open, in_force, in_post, open_project};

/// How many people a page of the list shows.
pub const PAGE: i64 = 25;
/// "Ends soon" means within this many days: 12 weeks.
pub const SOON: u64 = 84;

/// Which people are looked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the name.
    pub name: String,
    /// Has a post in this department: now, or ever when those without a current post are looked for.
    pub department: Option<DepartmentId>,
    /// Which of them.
    pub show: Show,
    /// The page, from 1.
    pub page: i64,
}

/// A person in the list.
#[derive(Clone, Debug, FromRow)]
pub struct PersonRow {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their posts today: grade and department; empty without one.
    pub post: String,
    /// The last day of the post that lasts longest; none while it is open-ended.
    pub ends_on: Option<NaiveDate>,
    /// How many open projects they lead.
    pub leads: i64,
    /// Is an academy lead.
    pub academy_lead: bool,
    /// Is an administrator.
    pub administrator: bool,
    /// Whether they have accepted the trust.
    pub tie: Tie,
}

/// The people found: one page of them, and how many there are.
#[derive(Clone, Debug)]
pub struct Found {
    /// The page.
    pub rows: Vec<PersonRow>,
    /// How many there are in all.
    pub total: i64,
}

/// The name of a person `p` as the trust of the tie `k` knows it.
const SHOWN_NAME: &str = "iif(k.state = 'accepted', p.name, k.named)";

fn matching(query: &mut QueryBuilder<Db>, trust: TrustId, filter: &Filter, today: NaiveDate) {
    query.push(" from person p join tie k on k.person_id = p.id and k.trust_id = ").push_bind(trust);
    query.push(" where (k.state = 'asked' or (k.state = 'accepted' and exists (select 1 from credential c where c.person_id = p.id))");
    query.push(" or p.id in (select person_id from post where trust_id = ");
    query.push_bind(trust).push(" union select person_id from trust_role where trust_id = ").push_bind(trust);
    query.push(" union select r.person_id from project j join team_role r on r.project_id = j.id where j.status <> 'draft' and j.trust_id = ");
    query.push_bind(trust).push("))");
    let name = filter.name.trim();
    if !name.is_empty() {
        let pattern = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query.push(" and ").push(SHOWN_NAME).push(" like ").push_bind(format!("%{pattern}%")).push(" escape '\\'");
    }
    let current = |query: &mut QueryBuilder<Db>| {
        query.push(" and o.starts_on <= ").push_bind(today);
        query.push(" and (o.ends_on is null or o.ends_on >= ").push_bind(today).push(")");
    };
    if let Some(department) = filter.department {
        query.push(" and exists (select 1 from post o where o.person_id = p.id and o.department_id = ");
        query.push_bind(department);
        if matches!(filter.show, Show::All | Show::Ending) {
            current(query);
        }
        query.push(")");
    }
    if filter.show == Show::Closed {
        query.push(" and k.state = 'accepted' and p.closed_on <= ").push_bind(today);
        return;
    }
    query.push(" and (k.state <> 'accepted' or p.closed_on is null or p.closed_on > ").push_bind(today).push(")");
    match filter.show {
        Show::All | Show::Closed => {}
        Show::Ending => {
            query.push(" and exists (select 1 from post o where o.person_id = p.id and o.trust_id = ");
            query.push_bind(trust);
            current(query);
            let soon = today + Days::new(SOON);
            query.push(") and not exists (select 1 from post o where o.person_id = p.id and o.trust_id = ");
            query.push_bind(trust).push(" and o.starts_on <= ").push_bind(soon);
            query.push(" and (o.ends_on is null or o.ends_on > ").push_bind(soon).push("))");
        }
        Show::WithoutPost => {
            query.push(" and not exists (select 1 from post o where o.person_id = p.id and o.trust_id = ");
            query.push_bind(trust);
            current(query);
            query.push(")");
        }
    }
}

/// The people of a trust who match, by name.
///
/// # Errors
/// When the store cannot be read.
pub async fn people(conn: &mut Connection, trust: TrustId, filter: &Filter, today: NaiveDate) -> Result<Found, Error> {
    let mut query = QueryBuilder::<Db>::new("select count(*)");
    matching(&mut query, trust, filter, today);
    let total: i64 = query.build_query_scalar().fetch_one(&mut *conn).await?;

    let mut query = QueryBuilder::<Db>::new("with today as materialized (select ");
    query.push_bind(today).push(" as day, ").push_bind(LONGEST_AWAY_DAYS).push(" as longest) select p.id, ");
    query.push(SHOWN_NAME).push(
        " as name, k.state as tie,
            coalesce((select string_agg(o.grade || ', ' || d.name, '; ') from post o join department d on d.id = o.department_id
                      where o.person_id = p.id and o.trust_id = ",
    );
    query.push_bind(trust).push(" and o.starts_on <= ").push_bind(today);
    query.push(" and (o.ends_on is null or o.ends_on >= ").push_bind(today).push(")), '') as post,");
    query.push(
        " (select case when count(*) = count(o.ends_on) then max(o.ends_on) end from post o
           where o.person_id = p.id and o.trust_id = ",
    );
    query.push_bind(trust).push(") as ends_on,");
    query.push(concat!(
        " (select count(*) from team_role r join project j on j.id = r.project_id
           where r.person_id = p.id and r.role = 'lead' and ",
        in_force!("r", "(select day from today)"),
        " and ",
        in_post!("p", "j.trust_id", "(select day from today)", "(select longest from today)"),
        " and ",
        open_project!("j"),
        " and j.trust_id = "
    ));
    query.push_bind(trust);
    query.push(
        ") as leads, exists (select 1 from trust_role where person_id = p.id and role = 'academy_lead' and trust_id = ",
    );
    query.push_bind(trust).push(") as academy_lead, exists (select 1 from trust_role where person_id = p.id and role = 'administrator' and trust_id = ");
    query.push_bind(trust).push(") as administrator");
    matching(&mut query, trust, filter, today);
    query.push(" order by 2 collate nocase, p.id limit ").push_bind(PAGE);
    query.push(" offset ").push_bind((filter.page - 1).max(0) * PAGE);
    let rows = query.build_query_as().fetch_all(conn).await?;
    Ok(Found { rows, total })
}

/// A person of a trust's directory.
#[derive(Clone, Debug, FromRow)]
pub struct Person {
    /// Their id.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// The day from which their account is closed.
    pub closed_on: Option<NaiveDate>,
    /// Counts the edits of their name and account.
    pub version: i64,
    /// Is an academy lead of this trust.
    pub academy_lead: bool,
    /// Is an administrator of this trust.
    pub administrator: bool,
    /// Has a password.
    pub signs_in: bool,
    /// Has accepted another trust as well.
    pub elsewhere: bool,
    /// Whether they have accepted this trust.
    pub tie: Tie,
}

/// Whether somebody has accepted a trust.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(rename_all = "snake_case")]
pub enum Tie {
    /// They are asked and have not answered.
    Asked,
    /// They have.
    Accepted,
    /// They said that somebody else is meant.
    Declined,
}

impl Person {
    /// Whether they have this role in the trust.
    #[must_use]
    pub fn has(&self, role: TrustRole) -> bool {
        match role {
            TrustRole::AcademyLead => self.academy_lead,
            TrustRole::Administrator => self.administrator,
        }
    }

    /// Whether their account is closed on this day.
    #[must_use]
    pub fn is_closed(&self, today: NaiveDate) -> bool {
        self.closed_on.is_some_and(|day| day <= today)
    }
}

/// A person of this trust.
///
/// # Errors
/// [`Error::NotFound`] when the trust does not know them.
pub async fn person(conn: &mut Connection, trust: TrustId, id: PersonId) -> Result<Person, Error> {
    Ok(sqlx::query_as(
        "select p.id, iif(k.state = 'accepted', p.name, k.named) as name, iif(k.state = 'accepted', p.closed_on, null) as closed_on,
                p.version, k.state as tie,
                exists (select 1 from trust_role where person_id = p.id and trust_id = $2 and role = 'academy_lead') as academy_lead,
                exists (select 1 from trust_role where person_id = p.id and trust_id = $2 and role = 'administrator') as administrator,
                k.state = 'accepted' and exists (select 1 from credential where person_id = p.id) as signs_in,
                exists (select 1 from tie where person_id = p.id and trust_id <> $2 and state = 'accepted') as elsewhere
         from person p join tie k on k.person_id = p.id and k.trust_id = $2
         where p.id = $1
           and (k.state = 'asked'
                or (k.state = 'accepted' and exists (select 1 from credential where person_id = p.id))
                or exists (select 1 from post where person_id = p.id and trust_id = $2)
                or exists (select 1 from trust_role where person_id = p.id and trust_id = $2)
                or exists (select 1 from team_role r join project j on j.id = r.project_id
                           where r.person_id = p.id and j.trust_id = $2 and j.status <> 'draft'))",
    )
    .bind(id)
    .bind(trust)
    .fetch_one(conn)
    .await?)
}

/// A person's post in a trust.
#[derive(Clone, Debug, FromRow)]
pub struct Post {
    /// Its id.
    pub id: PostId,
    /// Whose it is.
    pub person_id: PersonId,
    /// The department.
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
    /// Counts its edits.
    pub version: i64,
}

/// A person's posts in a trust, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn posts(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Vec<Post>, Error> {
    Ok(sqlx::query_as(
        "select o.id, o.person_id, o.department_id, d.name as department, o.staff_group, o.grade, o.starts_on, o.ends_on, o.percent, o.version
         from post o join department d on d.id = o.department_id
         where o.person_id = $1 and o.trust_id = $2
         order by o.starts_on desc, o.id desc",
    )
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
    Ok(sqlx::query_as(
        "select o.id, o.person_id, o.department_id, d.name as department, o.staff_group, o.grade, o.starts_on, o.ends_on, o.percent, o.version
         from post o join department d on d.id = o.department_id
         where o.id = $1 and o.trust_id = $2",
    )
    .bind(id)
    .bind(trust)
    .fetch_one(conn)
    .await?)
}

/// A period away from a trust.
#[derive(Clone, Debug, FromRow)]
pub struct Away {
    /// Its id.
    pub id: AwayId,
    /// The first day.
    pub starts_on: NaiveDate,
    /// The last day.
    pub ends_on: NaiveDate,
    /// The person goes on working on their projects.
    pub keeps_contributing: bool,
}

/// A person's periods away from a trust, the latest first.
///
/// # Errors
/// When the store cannot be read.
pub async fn away(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Vec<Away>, Error> {
    Ok(sqlx::query_as(
        "select id, starts_on, ends_on, keeps_contributing from away
         where person_id = $1 and trust_id = $2 order by starts_on desc",
    )
    .bind(person)
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// A person's e-mail address.
#[derive(Clone, Debug, FromRow)]
pub struct Address {
    /// The address.
    pub address: String,
    /// When it was confirmed to be theirs.
    pub verified_at: Option<DateTime<Utc>>,
}

/// A person's addresses, for a trust that they have accepted; none for any other.
///
/// # Errors
/// When the store cannot be read.
pub async fn addresses(conn: &mut Connection, trust: TrustId, person: PersonId) -> Result<Vec<Address>, Error> {
    Ok(sqlx::query_as(
        "select a.address, a.verified_at from person_address a
         join tie k on k.person_id = a.person_id and k.trust_id = $2 and k.state = 'accepted'
         where a.person_id = $1 order by a.created_at, a.address",
    )
    .bind(person)
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// An open project that a person leads or supervisors.
#[derive(Clone, Debug, FromRow)]
pub struct PersonProject {
    /// Its id.
    pub id: ProjectId,
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// They lead it; else they supervise it.
    pub leads: bool,
    /// Since when.
    pub from_on: NaiveDate,
}

/// The open projects of a trust that a person leads or supervisors on this day, those they lead first.
///
/// # Errors
/// When the store cannot be read.
pub async fn projects(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
) -> Result<Vec<PersonProject>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id, p.reference, p.title, r.role = 'lead' as leads, r.from_on
         from team_role r join project p on p.id = r.project_id
         where r.person_id = $1 and r.role in ('lead', 'supervisor') and ",
        in_force!("r", "$3"),
        "
           and p.trust_id = $2 and ",
        open_project!("p"),
        "
         order by leads desc, p.title"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// The name of a department of the trust that a post can be in: one in use, or the one it is in.
async fn department_for(
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

fn last_day(ends_on: Option<NaiveDate>) -> String {
    ends_on.map_or_else(|| "open".to_owned(), |day| day.to_string())
}

async fn insert_post(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    person: PersonId,
    words: &PostWords,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let department = department_for(conn, trust, words.department, None).await?;
    sqlx::query(
        "insert into post (id, person_id, trust_id, department_id, staff_group, grade, starts_on, ends_on, percent)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(PostId::new())
    .bind(person)
    .bind(trust)
    .bind(words.department)
    .bind(&words.staff_group)
    .bind(&words.grade)
    .bind(words.starts_on)
    .bind(words.ends_on)
    .bind(words.percent)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("person", person, "added a post")
        .change("Post", "", format!("{}, {department}", words.grade))
        .change("First day", "", words.starts_on)
        .change("Last day", "", last_day(words.ends_on));
    history::record(conn, allowed, entry).await
}

/// Adds somebody with their first post in the trust. Somebody who is known by the same address is the
/// same person: they are asked, unless nothing but this trust is known of them, and keep their name.
///
/// # Errors
/// [`Error::Invalid`] with a link when the trust has them in its list already.
pub async fn add_person(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    new: &NewPerson,
) -> Result<(PersonId, Tied), Error> {
    let trust = allowed.trust();
    if let Some(address) = &new.address {
        let known: Option<PersonId> = sqlx::query_scalar("select person_id from person_address where address = $1")
            .bind(address)
            .fetch_optional(&mut *conn)
            .await?;
        if let Some(id) = known {
            return match person(conn, trust, id).await {
                Ok(Person { name, .. }) => Err(Error::Invalid(vec![FieldError {
                    link: Some(format!("/people/{id}")),
                    ..FieldError::new(
                        "address",
                        format!("This is the address of {name}. Open their page and add the post there."),
                    )
                }])),
                Err(Error::NotFound) => {
                    let tied = ties::ask(conn, allowed, trust, id, &new.name, Again::Yes).await?;
                    insert_post(conn, allowed, id, &new.post).await?;
                    Ok((id, tied))
                }
                Err(other) => Err(other),
            };
        }
    }
    let id = insert_person(conn, &new.name, allowed.now).await?;
    let mut entry = Entry::new("person", id, "added").change("Name", "", &new.name);
    if let Some(address) = &new.address {
        insert_address(conn, id, address, Some(allowed.now), allowed.now).await?;
        entry = entry.change("Address", "", address);
    }
    ties::insert_new(conn, allowed, trust, id, &new.name).await?;
    history::record(conn, allowed, entry).await?;
    insert_post(conn, allowed, id, &new.post).await?;
    Ok((id, Tied::Accepted))
}

/// Changes a person's name.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Conflict`] when somebody else was faster, or [`Error::Invalid`] when whoever
/// acts may not decide.
pub async fn rename(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    version: i64,
    name: &str,
) -> Result<(), Error> {
    let before = account_of(conn, allowed, allowed.trust(), id).await?;
    let done = sqlx::query("update person set name = $3, version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(name)
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    history::record(conn, allowed, Entry::new("person", id, "renamed").change("Name", before.name, name)).await
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
    words: &PostWords,
) -> Result<Tied, Error> {
    let trust = allowed.trust();
    let known = person(conn, trust, id).await?;
    let tied = ties::ask(conn, allowed, trust, id, &known.name, Again::Yes).await?;
    insert_post(conn, allowed, id, words).await?;
    Ok(tied)
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
    words: &PostWords,
) -> Result<PersonId, Error> {
    let trust = allowed.trust();
    let before = post(conn, trust, id).await?;
    let department = department_for(conn, trust, words.department, Some(before.department_id)).await?;
    let done = sqlx::query(
        "update post set department_id = $3, staff_group = $4, grade = $5, starts_on = $6, ends_on = $7, percent = $8, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(words.department)
    .bind(&words.staff_group)
    .bind(&words.grade)
    .bind(words.starts_on)
    .bind(words.ends_on)
    .bind(words.percent)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    let entry = Entry::new("person", before.person_id, "changed a post")
        .change("Department", before.department, department)
        .change("Staff group", before.staff_group, &words.staff_group)
        .change("Grade", before.grade, &words.grade)
        .change("First day", before.starts_on, words.starts_on)
        .change("Last day", last_day(before.ends_on), last_day(words.ends_on))
        .change("Percentage of full time", before.percent, words.percent);
    history::record(conn, allowed, entry).await?;
    Ok(before.person_id)
}

/// Sets the last day of a post and says whose it is.
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
    let done = sqlx::query("update post set ends_on = $3, version = version + 1 where id = $1 and version = $2")
        .bind(id)
        .bind(version)
        .bind(ends_on)
        .execute(&mut *conn)
        .await?;
    if done.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
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

/// Adds a period away.
///
/// # Errors
/// [`Error::NotFound`] for a person whom the trust does not know.
pub async fn add_away(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    words: &AwayWords,
) -> Result<(), Error> {
    let trust = allowed.trust();
    person(conn, trust, id).await?;
    sqlx::query(
        "insert into away (id, person_id, trust_id, starts_on, ends_on, keeps_contributing) values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(AwayId::new())
    .bind(id)
    .bind(trust)
    .bind(words.starts_on)
    .bind(words.ends_on)
    .bind(words.keeps_contributing)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("person", id, "added a period away").change("First day", "", words.starts_on).change(
        "Last day",
        "",
        words.ends_on,
    );
    history::record(conn, allowed, entry).await
}

/// Removes a period away and says whose it was.
///
/// # Errors
/// [`Error::NotFound`] when the trust has no such period.
pub async fn remove_away(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: AwayId,
) -> Result<PersonId, Error> {
    let (person, starts_on, ends_on): (PersonId, NaiveDate, NaiveDate) =
        sqlx::query_as("delete from away where id = $1 and trust_id = $2 returning person_id, starts_on, ends_on")
            .bind(id)
            .bind(allowed.trust())
            .fetch_one(&mut *conn)
            .await?;
    let entry = Entry::new("person", person, "removed a period away")
        .change("First day", starts_on, "")
        .change("Last day", ends_on, "");
    history::record(conn, allowed, entry).await?;
    Ok(person)
}

/// The person, when whoever acts may decide who they are and how they come into Baton: not for somebody
/// who has not accepted the trust or has accepted another one too, and only an administrator for somebody
/// with a role in the trust.
async fn account_of<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    id: PersonId,
) -> Result<Person, Error> {
    let found = person(conn, trust, id).await?;
    if found.tie != Tie::Accepted {
        return Err(Error::form(format!(
            "{} has not accepted this trust, so it cannot change who they are or how they sign in.",
            found.name
        )));
    }
    if found.elsewhere {
        return Err(Error::form(format!(
            "{} also belongs to another trust, so no trust alone can change who they are or how they sign in. You can end their posts here.",
            found.name
        )));
    }
    if (found.academy_lead || found.administrator) && allowed.actor.is_some_and(|actor| actor != id) {
        let administrator: bool = sqlx::query_scalar(
            "select exists (select 1 from trust_role where person_id = $1 and trust_id = $2 and role = 'administrator')",
        )
        .bind(allowed.actor)
        .bind(trust)
        .fetch_one(conn)
        .await?;
        if !administrator {
            return Err(Error::form(format!(
                "{} has a role in the trust. Only an administrator can change who they are or how they sign in.",
                found.name
            )));
        }
    }
    Ok(found)
}

/// Adds an address, which whoever adds it confirms to be the person's.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when the address is taken or whoever acts may not decide.
pub async fn add_address(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    address: &str,
) -> Result<(), Error> {
    account_of(conn, allowed, allowed.trust(), id).await?;
    let taken: bool = sqlx::query_scalar("select exists (select 1 from person_address where address = $1)")
        .bind(address)
        .fetch_one(&mut *conn)
        .await?;
    if taken {
        return Err(Error::field("address", "This address already belongs to a person in Baton."));
    }
    insert_address(conn, id, address, Some(allowed.now), allowed.now).await?;
    history::record(conn, allowed, Entry::new("person", id, "added an address").change("Address", "", address)).await
}

/// Confirms that an address is the person's.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when whoever acts may not decide.
pub async fn confirm_address(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    address: &str,
) -> Result<(), Error> {
    account_of(conn, allowed, allowed.trust(), id).await?;
    let done = sqlx::query(
        "update person_address set verified_at = coalesce(verified_at, $3) where person_id = $1 and address = $2",
    )
    .bind(id)
    .bind(address)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if done.rows_affected() == 0 {
        return Err(Error::NotFound);
    }
    history::record(conn, allowed, Entry::new("person", id, "confirmed an address").change("Address", "", address))
        .await
}

/// Removes an address.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when the person could then not sign in any more.
pub async fn remove_address(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    address: &str,
) -> Result<(), Error> {
    let found = account_of(conn, allowed, allowed.trust(), id).await?;
    let all = addresses(conn, allowed.trust(), id).await?;
    if !all.iter().any(|known| known.address == address) {
        return Err(Error::NotFound);
    }
    let other = all.iter().any(|known| known.address != address && known.verified_at.is_some());
    if found.signs_in && !other {
        return Err(Error::form("This is the only address with which they can sign in. Add the new one first."));
    }
    sqlx::query("delete from person_address where person_id = $1 and address = $2")
        .bind(id)
        .bind(address)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "removed an address").change("Address", address, "")).await
}

/// Whether a first password can be given: nobody is surprised by a changed one.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] with what stands in the way.
pub async fn may_give_sign_in(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
) -> Result<(), Error> {
    let found = account_of(conn, allowed, allowed.trust(), id).await?;
    if found.signs_in {
        return Err(Error::form("They already have a password, which only they can change."));
    }
    if found.is_closed(allowed.today()) {
        return Err(Error::form("Their account is closed. Reopen it first."));
    }
    if !addresses(conn, allowed.trust(), id).await?.iter().any(|address| address.verified_at.is_some()) {
        return Err(Error::form("They have no confirmed email address to sign in with. Add or confirm one first."));
    }
    Ok(())
}

/// Gives a first password to somebody who has none.
///
/// # Errors
/// As [`may_give_sign_in`].
pub async fn give_sign_in(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    hash: &str,
) -> Result<(), Error> {
    may_give_sign_in(conn, allowed, id).await?;
    put_password(conn, id, hash, Some(allowed.trust()), allowed.now).await?;
    history::record(conn, allowed, Entry::new("person", id, "gave sign-in")).await
}

/// Whether a code for a new password can be made: for somebody whose password this trust alone may decide
/// about, and who is there to receive it.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] with what stands in the way.
pub async fn may_give_password_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
) -> Result<(), Error> {
    let found = account_of(conn, allowed, allowed.trust(), id).await?;
    if allowed.actor == Some(id) {
        return Err(Error::form("You can change your own password on your account page."));
    }
    if !found.signs_in {
        return Err(Error::form("They have no password yet. Give them a first one."));
    }
    if found.is_closed(allowed.today()) {
        return Err(Error::form("Their account is closed. Reopen it first."));
    }
    Ok(())
}

/// Keeps the code with which somebody sets a new password.
///
/// # Errors
/// As [`may_give_password_code`].
pub async fn give_password_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    code: &HandedCode,
) -> Result<(), Error> {
    may_give_password_code(conn, allowed, id).await?;
    keep_password_code(conn, allowed, id, code).await
}

/// Keeps the code with which somebody whom the trust asks accepts it.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when they have answered.
pub async fn give_answer_code(
    conn: &mut Connection,
    allowed: &Allowed<ManageOrganisation>,
    id: PersonId,
    code: &HandedCode,
) -> Result<(), Error> {
    person(conn, allowed.trust(), id).await?;
    ties::keep_code(conn, allowed, id, code).await
}

/// Whether nobody else could act as administrator: others count only when they can sign in. In the
/// demonstration everybody can.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_last_administrator(
    conn: &mut Connection,
    trust: TrustId,
    id: PersonId,
    today: NaiveDate,
) -> Result<bool, Error> {
    let others: i64 = sqlx::query_scalar(
        concat!("select count(*) from trust_role r join person p on p.id = r.person_id join trust t on t.id = r.trust_id
         join tie k on k.person_id = r.person_id and k.trust_id = r.trust_id and k.state = 'accepted'
         where r.trust_id = $1 and r.role = 'administrator' and r.person_id <> $2
           and ", account_open!("p", "$3"), "
           and (t.demonstration = 1
                or (exists (select 1 from credential c where c.person_id = p.id)
                    and exists (select 1 from person_address a where a.person_id = p.id and a.verified_at is not null)))"),
    )
    .bind(trust)
    .bind(id)
    .bind(today)
    .fetch_one(conn)
    .await?;
    Ok(others == 0)
}

/// Closes a person's account today and ends their sessions. What they did stays; what they lead goes
/// into the pool.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] for oneself, for the last administrator, or when whoever
/// acts may not decide.
pub async fn close(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, id: PersonId) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = account_of(conn, allowed, trust, id).await?;
    if allowed.actor == Some(id) {
        return Err(Error::form("You cannot close your own account. Ask another administrator or academy lead."));
    }
    if found.administrator && is_last_administrator(conn, trust, id, allowed.today()).await? {
        return Err(Error::form("They are the trust's only administrator. Make somebody else administrator first."));
    }
    sqlx::query("update person set closed_on = $2, version = version + 1 where id = $1")
        .bind(id)
        .bind(allowed.today())
        .execute(&mut *conn)
        .await?;
    sqlx::query("update session set ended_at = $2 where person_id = $1 and ended_at is null")
        .bind(id)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "closed the account")).await
}

/// Opens a closed account again.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] when whoever acts may not decide.
pub async fn reopen(conn: &mut Connection, allowed: &Allowed<ManageOrganisation>, id: PersonId) -> Result<(), Error> {
    account_of(conn, allowed, allowed.trust(), id).await?;
    sqlx::query("update person set closed_on = null, version = version + 1 where id = $1")
        .bind(id)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "reopened the account")).await
}

/// Grants a role in the trust.
///
/// # Errors
/// [`Error::NotFound`] for a person whom the trust does not know, [`Error::Invalid`] for one who has not
/// accepted it.
pub async fn grant(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = person(conn, trust, id).await?;
    if found.has(role) {
        return Ok(());
    }
    if found.tie != Tie::Accepted {
        return Err(Error::form(format!("{} has not accepted this trust. Grant the role once they have.", found.name)));
    }
    sqlx::query("insert into trust_role (person_id, trust_id, role, granted_at) values ($1, $2, $3, $4)")
        .bind(id)
        .bind(trust)
        .bind(role.to_string())
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "granted a role").change("Role", "", role.label())).await
}

/// Whether the trust's directory still shows somebody.
///
/// # Errors
/// When the store cannot be read.
pub async fn is_known(conn: &mut Connection, trust: TrustId, id: PersonId) -> Result<bool, Error> {
    match person(conn, trust, id).await {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Takes a role in the trust away.
///
/// # Errors
/// [`Error::NotFound`], or [`Error::Invalid`] for the last administrator.
pub async fn take(
    conn: &mut Connection,
    allowed: &Allowed<GrantRoles>,
    id: PersonId,
    role: TrustRole,
) -> Result<(), Error> {
    let trust = allowed.trust();
    let found = person(conn, trust, id).await?;
    if !found.has(role) {
        return Ok(());
    }
    if role == TrustRole::Administrator && is_last_administrator(conn, trust, id, allowed.today()).await? {
        return Err(Error::form("They are the trust's only administrator. Make somebody else administrator first."));
    }
    sqlx::query("delete from trust_role where person_id = $1 and trust_id = $2 and role = $3")
        .bind(id)
        .bind(trust)
        .bind(role.to_string())
        .execute(&mut *conn)
        .await?;
    history::record(conn, allowed, Entry::new("person", id, "took a role away").change("Role", role.label(), "")).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Fixture, TODAY, on};

    fn words(at: &Fixture, starts_on: &str, ends_on: Option<&str>) -> PostWords {
        PostWords {
            department: at.department,
            staff_group: "Medical".to_owned(),
            grade: "ST3".to_owned(),
            starts_on: on(starts_on),
            ends_on: ends_on.map(on),
            percent: 60,
        }
    }

    fn refused<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
        let Err(Error::Invalid(errors)) = result else { panic!("not refused: {result:?}") };
        errors[0].message.clone()
    }

    async fn names(at: &Fixture, filter: Filter, today: NaiveDate) -> Vec<String> {
        let mut conn = at.store.read().await.expect("a reader");
        let found = people(&mut conn, at.trust, &filter, today).await.expect("found");
        assert_eq!(usize::try_from(found.total).expect("a count"), found.rows.len());
        found.rows.into_iter().map(|row| row.name).collect()
    }

    #[tokio::test]
    async fn the_list_is_narrowed_by_name_department_and_the_end_of_posts() {
        let at = Fixture::new().await;
        let all = names(&at, Filter::default(), TODAY).await;
        assert_eq!(
            all,
            ["Adam Administrator", "Colin Colleague", "Lena Lead", "Sonia Supervisor", "Tara Trainee"],
            "nobody of the other trust"
        );
        let show = |show| Filter { show, ..Filter::default() };
        assert!(names(&at, show(Show::Ending), on("2026-05-11")).await.is_empty(), "12 weeks and a day before");
        assert_eq!(names(&at, show(Show::Ending), on("2026-05-12")).await, ["Colin Colleague", "Tara Trainee"]);
        assert_eq!(names(&at, show(Show::WithoutPost), on("2026-08-05")).await, ["Colin Colleague", "Tara Trainee"]);
        let named = Filter { name: "tara".into(), ..Filter::default() };
        assert_eq!(names(&at, named, TODAY).await, ["Tara Trainee"]);
        let wild = Filter { name: "%".into(), ..Filter::default() };
        assert!(names(&at, wild, TODAY).await.is_empty(), "a sign is a sign");
        let here = |show| Filter { department: Some(at.department), show, ..Filter::default() };
        assert_eq!(names(&at, here(Show::All), TODAY).await.len(), 5);
        assert_eq!(names(&at, here(Show::All), on("2026-08-05")).await.len(), 3);
        assert_eq!(names(&at, here(Show::WithoutPost), on("2026-08-05")).await.len(), 2);
        let elsewhere = Filter { department: Some(DepartmentId::new()), ..Filter::default() };
        assert!(names(&at, elsewhere, TODAY).await.is_empty());
    }

    #[tokio::test]
    async fn a_post_that_follows_soon_is_no_ending() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        add_post(&mut change, &allowed, at.trainee, &words(&at, "2026-08-05", None)).await.expect("added");
        change.commit().await.expect("committed");
        let ending = Filter { show: Show::Ending, ..Filter::default() };
        assert_eq!(names(&at, ending, on("2026-07-01")).await, ["Colin Colleague"]);
        let mut conn = at.store.read().await.expect("a reader");
        let found = people(&mut conn, at.trust, &Filter::default(), TODAY).await.expect("found");
        let tara = found.rows.iter().find(|row| row.id == at.trainee).expect("Tara");
        assert_eq!((tara.ends_on, tara.post.as_str()), (None, "FY2, Acute medicine"));
    }

    #[tokio::test]
    async fn somebody_is_added_once_whatever_trust_they_come_from() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        insert_address(&mut change, at.stranger, "stella@other.uk", None, testing::noon()).await.expect("an address");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let new = |name: &str, address: &str| NewPerson {
            name: name.to_owned(),
            address: Some(address.to_owned()),
            post: words(&at, "2026-04-01", None),
        };
        let (id, tied) = add_person(&mut change, &allowed, &new("Amara Osei", "amara@trust.uk")).await.expect("added");
        assert_eq!(tied, Tied::Accepted);
        let told = refused(add_person(&mut change, &allowed, &new("A. Osei", "AMARA@trust.uk")).await);
        assert!(told.contains("Amara Osei"), "{told}");
        assert!(addresses(&mut change, at.trust, id).await.expect("addresses")[0].verified_at.is_some());
        let history = history::of_object(&mut change, id, 10).await.expect("history");
        assert!(
            history.iter().any(|row| row.action == "added" && row.detail.contains("amara@trust.uk")),
            "{history:?}"
        );
        let (rotated, tied) =
            add_person(&mut change, &allowed, &new("S. Stranger", "stella@other.uk")).await.expect("asked");
        assert_eq!((rotated, tied), (at.stranger, Tied::Asked));
    }

    #[tokio::test]
    async fn of_somebody_who_has_not_accepted_the_trust_it_sees_what_it_wrote_and_decides_nothing() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        insert_address(&mut change, at.stranger, "stella@other.uk", None, testing::noon()).await.expect("an address");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let grants = request.require(&mut change, GrantRoles(at.trust)).await.expect("allowed");
        let new = NewPerson {
            name: "S. Stranger".to_owned(),
            address: Some("stella@other.uk".to_owned()),
            post: words(&at, "2026-02-01", None),
        };
        let (id, _) = add_person(&mut change, &allowed, &new).await.expect("asked");
        assert_eq!(add_post(&mut change, &allowed, id, &words(&at, "2026-04-01", None)).await, Ok(Tied::Asked));
        let stella = person(&mut change, at.trust, id).await.expect("known now");
        assert_eq!((stella.name.as_str(), stella.tie, stella.signs_in), ("S. Stranger", Tie::Asked, false));
        assert!(addresses(&mut change, at.trust, id).await.expect("addresses").is_empty());
        let found = people(&mut change, at.trust, &Filter::default(), TODAY).await.expect("found");
        let row = found.rows.iter().find(|row| row.id == id).expect("Stella");
        assert_eq!((row.name.as_str(), row.tie), ("S. Stranger", Tie::Asked));
        let real = Filter { name: "Stella".to_owned(), ..Filter::default() };
        assert_eq!(people(&mut change, at.trust, &real, TODAY).await.expect("found").total, 0, "nor by her real name");
        for told in [
            refused(rename(&mut change, &allowed, id, 1, "Another Name").await),
            refused(add_address(&mut change, &allowed, id, "s@trust.uk").await),
            refused(confirm_address(&mut change, &allowed, id, "stella@other.uk").await),
            refused(remove_address(&mut change, &allowed, id, "stella@other.uk").await),
            refused(close(&mut change, &allowed, id).await),
            refused(reopen(&mut change, &allowed, id).await),
            refused(give_sign_in(&mut change, &allowed, id, "hash").await),
            refused(may_give_password_code(&mut change, &allowed, id).await),
            refused(grant(&mut change, &grants, id, TrustRole::AcademyLead).await),
        ] {
            assert!(told.contains("has not accepted this trust"), "{told}");
        }
        // Nor when she has: she belongs to the other trust as well.
        sqlx::query("update tie set state = 'accepted', answered_at = asked_at where person_id = $1")
            .bind(id)
            .execute(&mut *change)
            .await
            .expect("accepted");
        assert_eq!(person(&mut change, at.trust, id).await.expect("known").name, "Stella Stranger");
        for told in [
            refused(rename(&mut change, &allowed, id, 1, "Another Name").await),
            refused(add_address(&mut change, &allowed, id, "s@trust.uk").await),
            refused(confirm_address(&mut change, &allowed, id, "stella@other.uk").await),
            refused(close(&mut change, &allowed, id).await),
            refused(give_sign_in(&mut change, &allowed, id, "hash").await),
            refused(may_give_password_code(&mut change, &allowed, id).await),
        ] {
            assert!(told.contains("also belongs to another trust"), "{told}");
        }
    }

    #[tokio::test]
    async fn posts_overlap_change_end_and_go() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let half = words(&at, "2026-02-01", Some("2026-12-31"));
        add_post(&mut change, &allowed, at.trainee, &half).await.expect("overlapping posts are allowed");
        let held = posts(&mut change, at.trust, at.trainee).await.expect("posts");
        assert_eq!(held.iter().map(|post| post.percent).collect::<Vec<_>>(), [60, 100]);
        let id = held[0].id;
        let changed = PostWords { grade: "ST4".to_owned(), ..half.clone() };
        assert_eq!(edit_post(&mut change, &allowed, id, 1, &changed).await, Ok(at.trainee));
        assert_eq!(edit_post(&mut change, &allowed, id, 1, &half).await, Err(Error::Conflict));
        let told = refused(end_post(&mut change, &allowed, id, 2, on("2026-01-31")).await);
        assert!(told.contains("1 February 2026"), "{told}");
        assert_eq!(end_post(&mut change, &allowed, id, 2, on("2026-03-31")).await, Ok(at.trainee));
        assert_eq!(end_post(&mut change, &allowed, id, 2, on("2026-04-30")).await, Err(Error::Conflict));
        assert_eq!(remove_post(&mut change, &allowed, id).await, Ok(Some(at.trainee)));
        let told = refused(remove_post(&mut change, &allowed, held[1].id).await);
        assert!(told.contains("only post"), "{told}");
        let actions: Vec<String> =
            sqlx::query_scalar("select action from history where object_id = $1 order by sequence")
                .bind(at.trainee)
                .fetch_all(&mut *change)
                .await
                .expect("history");
        assert_eq!(actions, ["added a post", "changed a post", "ended a post", "removed a post"]);
    }

    #[tokio::test]
    async fn a_retired_department_keeps_its_posts_and_gets_no_more() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        sqlx::query("update department set retired_on = '2026-03-01' where id = $1")
            .bind(at.department)
            .execute(&mut *change)
            .await
            .expect("retired");
        let told = refused(add_post(&mut change, &allowed, at.trainee, &words(&at, "2026-04-01", None)).await);
        assert!(told.contains("retired"), "{told}");
        let held = posts(&mut change, at.trust, at.trainee).await.expect("posts");
        let same = words(&at, "2025-08-06", Some("2026-06-30"));
        assert_eq!(edit_post(&mut change, &allowed, held[0].id, 1, &same).await, Ok(at.trainee));
    }

    #[tokio::test]
    async fn periods_away_have_no_reason_and_belong_to_the_trust() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let period = AwayWords { starts_on: on("2026-04-01"), ends_on: on("2026-06-30"), keeps_contributing: true };
        add_away(&mut change, &allowed, at.trainee, &period).await.expect("added");
        let kept = away(&mut change, at.trust, at.trainee).await.expect("periods");
        assert!(kept[0].keeps_contributing);
        let theirs = AwayId::new();
        sqlx::query("insert into away (id, person_id, trust_id, starts_on, ends_on) values ($1, $2, $3, '2026-01-01', '2026-01-02')")
            .bind(theirs).bind(at.stranger).bind(at.other_trust).execute(&mut *change).await.expect("a period");
        assert_eq!(remove_away(&mut change, &allowed, theirs).await, Err(Error::NotFound));
        assert_eq!(remove_away(&mut change, &allowed, kept[0].id).await, Ok(at.trainee));
    }

    #[tokio::test]
    async fn sign_in_is_given_once_to_a_confirmed_address() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        insert_address(&mut change, at.trainee, "tara@trust.uk", None, testing::noon()).await.expect("an address");
        let told = refused(give_sign_in(&mut change, &allowed, at.trainee, "hash").await);
        assert!(told.contains("confirmed"), "{told}");
        confirm_address(&mut change, &allowed, at.trainee, "TARA@trust.uk").await.expect("confirmed");
        give_sign_in(&mut change, &allowed, at.trainee, "hash").await.expect("given");
        assert!(refused(give_sign_in(&mut change, &allowed, at.trainee, "other").await).contains("already"));
        assert!(refused(remove_address(&mut change, &allowed, at.trainee, "tara@trust.uk").await).contains("only"));
        assert!(refused(add_address(&mut change, &allowed, at.colleague, "tara@trust.uk").await).contains("belongs"));
        add_address(&mut change, &allowed, at.trainee, "t.trainee@trust.uk").await.expect("added");
        remove_address(&mut change, &allowed, at.trainee, "tara@trust.uk").await.expect("removed");
        let missing = confirm_address(&mut change, &allowed, at.colleague, "t.trainee@trust.uk").await;
        assert_eq!(missing, Err(Error::NotFound), "somebody else's");
    }

    #[tokio::test]
    async fn an_academy_lead_does_not_decide_how_an_administrator_signs_in() {
        let at = Fixture::new().await;
        let lead = at.request(Some(at.lead)).await;
        let administrator = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        let by_lead = lead.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let told = refused(add_address(&mut change, &by_lead, at.administrator, "x@trust.uk").await);
        assert!(told.contains("Only an administrator"), "{told}");
        refused(close(&mut change, &by_lead, at.administrator).await);
        let by_administrator = administrator.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        add_address(&mut change, &by_administrator, at.lead, "lena@trust.uk").await.expect("added");
        assert!(refused(close(&mut change, &by_administrator, at.administrator).await).contains("your own"));
    }

    #[tokio::test]
    async fn a_closed_account_ends_its_sessions_and_can_be_reopened() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        close(&mut change, &allowed, at.trainee).await.expect("closed");
        let live: i64 = sqlx::query_scalar("select count(*) from session where person_id = $1 and ended_at is null")
            .bind(at.trainee)
            .fetch_one(&mut *change)
            .await
            .expect("a count");
        assert_eq!(live, 0);
        assert!(person(&mut change, at.trust, at.trainee).await.expect("known").is_closed(TODAY));
        reopen(&mut change, &allowed, at.trainee).await.expect("reopened");
        assert!(!person(&mut change, at.trust, at.trainee).await.expect("known").is_closed(TODAY));
    }

    #[tokio::test]
    async fn only_administrators_grant_roles_and_one_always_stays() {
        let at = Fixture::new().await;
        let lead = at.request(Some(at.lead)).await;
        let administrator = at.request(Some(at.administrator)).await;
        let mut change = at.store.write().await.expect("a change");
        let by_lead = lead.require(&mut change, GrantRoles(at.trust)).await;
        assert_eq!(by_lead.err(), Some(Error::Forbidden));
        let allowed = administrator.require(&mut change, GrantRoles(at.trust)).await.expect("allowed");
        let told = refused(take(&mut change, &allowed, at.administrator, TrustRole::Administrator).await);
        assert!(told.contains("only administrator"), "{told}");
        grant(&mut change, &allowed, at.lead, TrustRole::Administrator).await.expect("granted");
        grant(&mut change, &allowed, at.lead, TrustRole::Administrator).await.expect("granted again");
        let told = refused(take(&mut change, &allowed, at.administrator, TrustRole::Administrator).await);
        assert!(told.contains("only administrator"), "who cannot sign in is nobody to rely on: {told}");
        insert_address(&mut change, at.lead, "lena@trust.uk", Some(testing::noon()), testing::noon())
            .await
            .expect("an address");
        put_password(&mut change, at.lead, "hash", Some(at.trust), testing::noon()).await.expect("a password");
        take(&mut change, &allowed, at.administrator, TrustRole::Administrator).await.expect("taken");
        let lena = person(&mut change, at.trust, at.lead).await.expect("known");
        assert!(lena.administrator && lena.academy_lead);
        let stranger = grant(&mut change, &allowed, at.stranger, TrustRole::AcademyLead).await;
        assert_eq!(stranger, Err(Error::NotFound));
    }

    #[tokio::test]
    async fn nothing_of_another_trust_is_found() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageOrganisation(at.trust)).await.expect("allowed");
        let foreign = posts(&mut change, at.other_trust, at.stranger).await.expect("posts")[0].clone();
        let mine = words(&at, "2026-04-01", None);
        let theirs = PostWords { department: foreign.department_id, ..mine.clone() };
        let not_found = Some(Error::NotFound);
        assert_eq!(add_post(&mut change, &allowed, at.stranger, &mine).await.err(), not_found);
        assert_eq!(add_post(&mut change, &allowed, at.trainee, &theirs).await.err(), not_found);
        assert_eq!(edit_post(&mut change, &allowed, foreign.id, 1, &mine).await.err(), not_found);
        assert_eq!(end_post(&mut change, &allowed, foreign.id, 1, TODAY).await.err(), not_found);
        assert_eq!(remove_post(&mut change, &allowed, foreign.id).await.err(), not_found);
        assert_eq!(rename(&mut change, &allowed, at.stranger, 1, "X").await.err(), not_found);
        assert_eq!(close(&mut change, &allowed, at.stranger).await.err(), not_found);
        assert_eq!(add_address(&mut change, &allowed, at.stranger, "x@y.uk").await.err(), not_found);
        let period = AwayWords { starts_on: TODAY, ends_on: TODAY, keeps_contributing: false };
        assert_eq!(add_away(&mut change, &allowed, at.stranger, &period).await.err(), not_found);
    }

    #[tokio::test]
    async fn a_person_page_knows_what_they_lead_and_supervisor() {
        let at = Fixture::new().await;
        at.project("Sepsis bundle").await;
        let mut conn = at.store.read().await.expect("a reader");
        let led = projects(&mut conn, at.trust, at.trainee, TODAY).await.expect("projects");
        let supervised = projects(&mut conn, at.trust, at.supervisor, TODAY).await.expect("projects");
        assert_eq!((led[0].leads, supervised[0].leads), (true, false));
        let found = people(&mut conn, at.trust, &Filter::default(), TODAY).await.expect("found");
        assert_eq!(found.rows.iter().find(|row| row.id == at.trainee).map(|row| row.leads), Some(1));
    }
}

//! Who is in the directory: the list, and one person of it.

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use sqlx::{FromRow, QueryBuilder};

use crate::db::{Connection, Db};
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, ProjectId, TrustId};
use crate::people::directory::model::{PeopleSort, Show, TrustRole};
use crate::roles::{comes_to_lead, in_force, open_project};

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
    /// In which order.
    pub sort: PeopleSort,
    /// The other way round.
    pub reversed: bool,
    /// The page, from 1.
    pub page: i64,
}

/// A person in the list.
#[derive(Clone, Debug, FromRow)]
pub struct PersonRow {
    pub id: PersonId,
    pub name: String,
    /// Their posts today: grade and department; empty without one.
    pub post: String,
    /// The last day of the post that lasts longest; none while it is open-ended.
    pub ends_on: Option<NaiveDate>,
    /// The first day of the next post of somebody who has none today.
    pub arrives_on: Option<NaiveDate>,
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

fn named(query: &mut QueryBuilder<Db>, name: &str) {
    if !name.is_empty() {
        let pattern = name.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        query.push(" and ").push(SHOWN_NAME).push(" like ").push_bind(format!("%{pattern}%")).push(" escape '\\'");
    }
}

fn matching(query: &mut QueryBuilder<Db>, trust: TrustId, filter: &Filter, today: NaiveDate) {
    query.push(" from person p join tie k on k.person_id = p.id and k.trust_id = ").push_bind(trust);
    query.push(" where (k.state = 'asked' or (k.state = 'accepted' and exists (select 1 from credential c where c.person_id = p.id))");
    query.push(" or p.id in (select person_id from post where trust_id = ");
    query.push_bind(trust).push(" union select person_id from trust_role where trust_id = ").push_bind(trust);
    query.push(" union select r.person_id from project j join team_role r on r.project_id = j.id where j.status <> 'draft' and j.trust_id = ");
    query.push_bind(trust).push("))");
    named(query, filter.name.trim());
    let current = |query: &mut QueryBuilder<Db>| {
        query.push(" and o.starts_on <= ").push_bind(today);
        query.push(" and (o.ends_on is null or o.ends_on >= ").push_bind(today).push(")");
    };
    let soon_to_begin = |query: &mut QueryBuilder<Db>| {
        query
            .push(" and o.starts_on > ")
            .push_bind(today)
            .push(" and o.starts_on <= ")
            .push_bind(today + Days::new(SOON));
    };
    if let Some(department) = filter.department {
        query.push(" and exists (select 1 from post o where o.person_id = p.id and o.department_id = ");
        query.push_bind(department);
        match filter.show {
            Show::All | Show::Ending => current(query),
            Show::Arriving => soon_to_begin(query),
            Show::WithoutSignIn | Show::WithoutPost | Show::Closed => {}
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
        Show::Arriving => {
            query.push(" and exists (select 1 from post o where o.person_id = p.id and o.trust_id = ");
            query.push_bind(trust);
            soon_to_begin(query);
            query.push(")");
        }
        Show::WithoutSignIn => without_sign_in(query, trust, today),
        Show::WithoutPost => {
            query.push(" and not exists (select 1 from post o where o.person_id = p.id and o.trust_id = ");
            query.push_bind(trust);
            current(query);
            query.push(")");
        }
    }
}

/// They have a post, or will have one soon, and no way to sign in.
fn without_sign_in(query: &mut QueryBuilder<Db>, trust: TrustId, today: NaiveDate) {
    query.push(" and not exists (select 1 from credential c where c.person_id = p.id)");
    query.push(" and exists (select 1 from post o where o.person_id = p.id and o.trust_id = ").push_bind(trust);
    query.push(" and (o.ends_on is null or o.ends_on >= ").push_bind(today);
    query.push(") and o.starts_on <= ").push_bind(today + Days::new(SOON)).push(")");
}

/// The people of a trust who match, in the order that is asked for.
///
/// # Errors
/// When the store cannot be read.
pub async fn people(conn: &mut Connection, trust: TrustId, filter: &Filter, today: NaiveDate) -> Result<Found, Error> {
    let mut query = QueryBuilder::<Db>::new("select count(*)");
    matching(&mut query, trust, filter, today);
    let total: i64 = query.build_query_scalar().fetch_one(&mut *conn).await?;

    let mut query = QueryBuilder::<Db>::new("select p.id, ");
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
    query
        .push(" (select case when min(o.starts_on) > ")
        .push_bind(today)
        .push(" then min(o.starts_on) end from post o");
    query.push(" where (o.ends_on is null or o.ends_on >= ").push_bind(today);
    query.push(") and o.person_id = p.id and o.trust_id = ").push_bind(trust).push(") as arrives_on,");
    query.push(" (select count(*) from standing s where s.lead_id = p.id and s.until_on > ").push_bind(today);
    query.push(" and s.from_on <= ").push_bind(today).push(" and s.trust_id = ");
    query.push_bind(trust).push(") as leads");
    for role in TrustRole::ALL {
        query.push(", exists (select 1 from trust_role k where k.person_id = p.id and k.trust_id = ").push_bind(trust);
        query.push(" and k.role = ").push_bind(*role);
        query.push(" and (k.from_on is null or k.from_on <= ").push_bind(today);
        query.push(") and (k.until_on is null or k.until_on > ").push_bind(today).push(")) as ").push(role.as_str());
    }
    matching(&mut query, trust, filter, today);
    query.push(" order by ").push(match (filter.sort, filter.reversed) {
        (PeopleSort::Name, false) => "2 collate nocase",
        (PeopleSort::Name, true) => "2 collate nocase desc",
        (PeopleSort::Ends, false) => "ends_on nulls last, 2 collate nocase",
        (PeopleSort::Ends, true) => "ends_on desc nulls last, 2 collate nocase",
        (PeopleSort::Leads, false) => "leads, 2 collate nocase",
        (PeopleSort::Leads, true) => "leads desc, 2 collate nocase",
    });
    query.push(", p.id limit ").push_bind(PAGE);
    query.push(" offset ").push_bind((filter.page - 1).max(0) * PAGE);
    let rows = query.build_query_as().fetch_all(conn).await?;
    Ok(Found { rows, total })
}

/// A person of a trust's directory.
#[derive(Clone, Debug, FromRow)]
pub struct Person {
    pub id: PersonId,
    pub name: String,
    /// The day from which their account is closed.
    pub closed_on: Option<NaiveDate>,
    /// Counts the edits of their name and account.
    pub version: i64,
    /// The roles in this trust that they have, had or are to have.
    #[sqlx(json)]
    pub roles: Vec<Held>,
    /// Has a password.
    pub signs_in: bool,
    /// Has accepted another trust as well.
    pub elsewhere: bool,
    /// Whether they have accepted this trust.
    pub tie: Tie,
}

/// A role in the trust, with its days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Held {
    pub role: TrustRole,
    /// The first day; none since it was granted.
    pub from_on: Option<NaiveDate>,
    /// The day from which it is over.
    pub until_on: Option<NaiveDate>,
}

impl Held {
    /// Whether it is not over on this day: it holds, or begins later.
    #[must_use]
    pub fn lasts(&self, today: NaiveDate) -> bool {
        self.until_on.is_none_or(|day| day > today)
    }

    /// The last day.
    #[must_use]
    pub fn last_on(&self) -> Option<NaiveDate> {
        self.until_on.and_then(|day| day.pred_opt())
    }
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
    /// This role in the trust, when they have it or are to have it.
    #[must_use]
    pub fn role(&self, role: TrustRole, today: NaiveDate) -> Option<Held> {
        self.roles.iter().copied().find(|held| held.role == role && held.lasts(today))
    }

    /// Whether they have this role in the trust, or are to have it.
    #[must_use]
    pub fn has(&self, role: TrustRole, today: NaiveDate) -> bool {
        self.role(role, today).is_some()
    }

    /// Whether they have any role in the trust, or are to have one.
    #[must_use]
    pub fn has_role(&self, today: NaiveDate) -> bool {
        self.roles.iter().any(|held| held.lasts(today))
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
                (select json_group_array(json_object('role', role, 'from_on', from_on, 'until_on', until_on))
                 from trust_role where person_id = p.id and trust_id = $2) as roles,
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

/// An open project that a person leads or supervises.
#[derive(Clone, Debug, FromRow)]
pub struct PersonProject {
    pub id: ProjectId,
    pub reference: String,
    pub title: String,
    /// They lead it; else they supervise it.
    pub leads: bool,
    /// Since when.
    pub from_on: NaiveDate,
    /// Nobody leads it today: it is in the pool.
    pub in_pool: bool,
    /// Of who leads it today: their last day, when one is in sight.
    pub last_on: Option<NaiveDate>,
}

/// The open projects of a trust that a person leads or supervises by name on this day, those they lead first; those
/// in the pool of which they are the last lead are among them.
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
        "select p.id, p.reference, p.title, 1 as leads,
                coalesce((select max(r.from_on) from team_role r where r.project_id = p.id and r.person_id = $1
                    and r.role = 'lead' and r.state = 'accepted' and r.from_on <= $3), s.from_on) as from_on,
                0 as in_pool, s.lead_last_on as last_on
         from standing s join project p on p.id = s.project_id
         where s.lead_id = $1 and s.until_on > $3 and s.from_on <= $3 and s.trust_id = $2
         union all
         select p.id, p.reference, p.title, r.role = 'lead', r.from_on, r.role = 'lead', null
         from team_role r join project p on p.id = r.project_id
         where r.person_id = $1 and ",
        in_force!("r", "$3"),
        " and not ",
        comes_to_lead!("r", "$3"),
        " and (r.role = 'supervisor'
               or (r.role = 'lead' and exists (select 1 from standing s where s.project_id = p.id and s.state = 'in_pool'
                                               and s.until_on > $3 and s.from_on <= $3)))
           and p.trust_id = $2 and ",
        open_project!("p"),
        " order by 4 desc, 3"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
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

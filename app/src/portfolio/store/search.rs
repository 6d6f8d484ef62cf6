//! What the search of every page finds: projects, people, priorities and departments of one's trust.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::super::model::Found;
use super::{found, misspelt};
use crate::batch;
use crate::continuity::store::ProjectQuery;
use crate::db::Connection;
use crate::duplicates::store::{of_trust, spelled_like};
use crate::error::Error;
use crate::id::{DepartmentId, PersonId, PriorityId, ProjectId, TrustId};
use crate::roles::account_open;
use crate::sought;

/// How many of each kind are shown.
pub const SHOWN: usize = 10;

/// A person who was found.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FoundPerson {
    pub id: PersonId,
    pub name: String,
    /// Their post: grade and department. Empty without one.
    pub post: String,
    /// The first day of the next post of somebody who has none today.
    pub arrives_on: Option<NaiveDate>,
}

/// A priority or a department that was found.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct FoundEntry<Id> {
    pub id: Id,
    pub title: String,
    /// What else tells it apart: whose it is, or where.
    pub detail: String,
    /// How many open projects it has.
    pub open: i64,
}

/// What was found, the likeliest first, up to [`SHOWN`] of each kind.
#[derive(Clone, Debug, Default)]
pub struct Results {
    pub projects: Found,
    pub people: Vec<FoundPerson>,
    pub priorities: Vec<FoundEntry<PriorityId>>,
    pub departments: Vec<FoundEntry<DepartmentId>>,
}

impl Results {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.projects.rows.is_empty()
            && self.people.is_empty()
            && self.priorities.is_empty()
            && self.departments.is_empty()
    }
}

/// The project that the text names by its whole reference, with the year.
///
/// # Errors
/// When the store cannot be read.
pub async fn by_reference(conn: &mut Connection, trust: TrustId, text: &str) -> Result<Option<ProjectId>, Error> {
    let Some(reference) = sought::reference(text).filter(|pattern| !pattern.contains('_')) else { return Ok(None) };
    Ok(sqlx::query_scalar("select id from project where trust_id = $1 and reference = $2")
        .bind(trust)
        .bind(reference)
        .fetch_optional(conn)
        .await?)
}

/// Looks for a text. Drafts are not found.
///
/// # Errors
/// When the store cannot be read.
pub async fn search(conn: &mut Connection, trust: TrustId, text: &str, today: NaiveDate) -> Result<Results, Error> {
    let words = sought::words(text);
    if words.is_empty() {
        return Ok(Results::default());
    }
    let query = projects(trust, text, &sought::expression(text), today)?;
    let statements = [&query.text, ENTRIES].join(";\n");
    let mut answers = batch::ask_built(conn, statements, query.arguments).await?;
    let mut results = Results { projects: found(answers.all()?), ..Results::default() };
    let named = |entry: &str| sought::is_in(&words, entry);
    let name = sought::name(&words);
    results.people = shown(answers.all()?, |one: &FoundPerson| sought::is_in(&name, &one.name));
    results.priorities = shown(answers.all()?, |one: &FoundEntry<_>| named(&one.title));
    results.departments = shown(answers.all()?, |one: &FoundEntry<_>| named(&format!("{} {}", one.title, one.detail)));
    if results.projects.rows.is_empty()
        && let Some(like) = spelled_like(conn, trust, text).await?
    {
        let query = projects(trust, text, &like, today)?;
        results.projects = misspelt(found(batch::ask_built(conn, query.text, query.arguments).await?.all()?));
    }
    Ok(results)
}

fn shown<T>(all: Vec<T>, matches: impl Fn(&T) -> bool) -> Vec<T> {
    all.into_iter().filter(matches).take(SHOWN).collect()
}

/// The projects that have the words or the reference, those with the words in their title first.
fn projects(trust: TrustId, text: &str, words: &str, today: NaiveDate) -> Result<ProjectQuery, Error> {
    let mut query = ProjectQuery::as_of(trust, today, today)?;
    query.push("with hit as materialized (select rowid as number, bm25(project_text, 10.0, 3.0, 3.0, 0.0) as far from project_text where project_text match ");
    query
        .bind(of_trust(trust, words))?
        .push("), found as materialized (select p.id, p.number, h.far, p.reference like ");
    query.bind(sought::reference(text))?.push(
        " as named from project p left join hit h using (number)
            where p.trust_id = $1 and p.status <> 'draft' and (h.number is not null or p.reference like ",
    );
    query.bind(sought::reference(text))?.push(
        ")), page as materialized (select id, '' as roles, (select count(*) from found) as total,
            row_number() over (order by named desc nulls last, far, number desc) as place from found
            order by named desc nulls last, far, number desc limit ",
    );
    query.bind(i64::try_from(SHOWN).unwrap_or(i64::MAX))?.push(")");
    Ok(query.select_rows())
}

/// The people who work in the trust or arrive within 12 weeks; its current priorities; its departments.
const ENTRIES: &str = concat!(
    "select p.id, p.name, coalesce(min(case when o.starts_on <= $2 then o.grade || ', ' || d.name end), min(o.grade || ', ' || d.name)) as post,
            case when min(o.starts_on) > $2 then min(o.starts_on) end as arrives_on
     from post o join person p on p.id = o.person_id join department d on d.id = o.department_id
     join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
     where o.trust_id = $1 and o.starts_on <= date($2, '+84 days') and (o.ends_on is null or o.ends_on >= $2) and ",
    account_open!("p", "$2"),
    " group by p.id order by p.name collate nocase limit 10000;
     select y.id, y.title, y.owner as detail,
            (select count(*) from project_priority c join project p on p.id = c.project_id
             where c.priority_id = y.id and p.status in ('active', 'paused', 'sustaining')) as open
     from priority y where y.trust_id = $1 and y.retired_on is null and (y.ends_on is null or y.ends_on >= $2) order by y.title;
     select d.id, d.name as title, d.specialty as detail,
            (select count(*) from project p where p.department_id = d.id and p.status in ('active', 'paused', 'sustaining')) as open
     from department d where d.trust_id = $1 and d.retired_on is null order by d.name"
);

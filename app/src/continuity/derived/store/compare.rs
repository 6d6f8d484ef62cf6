//! Whether what is stored is what the rule says of the facts, and whether what is asked has somebody to answer it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;

use super::read::{ALL, Page, page_after};
use super::rows::{derive_all, desks};
use crate::batch;
use crate::db::{Connection, Db};
use crate::error::Error;
use crate::roles::account_open;

/// So many are listed, and no more.
const MOST_LISTED: usize = 20;

/// The stored rows of the projects `$1` and of the trusts `$2`, as [`Derived`](super::rows::Derived) and
/// [`desks`] give them; the version of the rule is none of their columns.
const STORED: &str = "select json_array(s.project_id, s.trust_id, s.from_on, s.until_on, s.state, s.lead_id, s.lead_last_on,
            s.supervisor_id, s.supervisor_last_on, s.handover_id, s.no_lead_since, s.at_risk)
        from standing s where s.project_id in (select value from json_each($1));
    select json_array(s.project_id, s.trust_id, s.kind, s.object_id, s.about_id, s.cause_on, s.since_on, s.due_on, s.level,
            s.audience, s.person_id, s.giver_id, s.taker_id, s.from_on, s.until_on, s.rests)
        from ask s where s.project_id in (select value from json_each($1));
    select json_array(s.trust_id, s.person_id, s.from_on, s.until_on)
        from desk s where s.trust_id in (select value from json_each($2))";

/// Rows of projects and trusts that are not there.
const OF_NOTHING: &str =
    "select count(*) from standing s where not exists (select 1 from project p where p.id = s.project_id);
    select count(*) from ask s where not exists (select 1 from project p where p.id = s.project_id);
    select count(*) from desk s where not exists (select 1 from trust t where t.id = s.trust_id)";

/// What is asked of the desk on the day `$1` in a trust in which neither an academy lead can act on it nor an
/// administrator with an open account is there.
const UNANSWERABLE: &str = concat!(
    "select a.project_id, a.kind, a.cause_on from ask a
     where a.audience = 'desk' and a.from_on <= $1 and a.until_on > $1
       and not exists (select 1 from desk d where d.trust_id = a.trust_id and d.person_id is not null and d.from_on <= $1 and d.until_on > $1)
       and not exists (select 1 from trust_role l join person n on n.id = l.person_id
            where l.trust_id = a.trust_id and l.role = 'administrator'
              and (l.from_on is null or l.from_on <= $1) and (l.until_on is null or l.until_on > $1) and ",
    account_open!("n", "$1"),
    ") order by a.trust_id, a.kind, a.project_id limit $2"
);

/// How the stored rows differ from what the rule says of the facts: a sentence each, and no more than a page of them.
///
/// # Errors
/// When the store cannot be read.
pub async fn differences(conn: &mut Connection) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    let mut page = Page::default();
    loop {
        page = page_after(conn, ALL, &page).await?;
        if page.is_empty() || found.len() >= MOST_LISTED {
            break;
        }
        found.extend(differences_of(conn, &page).await?);
    }
    let mut of_nothing = batch::ask(conn, OF_NOTHING, <Db as sqlx::Database>::Arguments::default()).await?;
    for table in ["standing", "ask", "desk"] {
        let (rows,): (i64,) = of_nothing.one()?;
        if rows > 0 {
            found.push(format!("{rows} rows of {table} are of nothing that is there"));
        }
    }
    found.truncate(MOST_LISTED);
    Ok(found)
}

async fn differences_of(conn: &mut Connection, page: &Page) -> Result<Vec<String>, Error> {
    let projects: Vec<&str> = page.projects.iter().map(|(id, _)| id.as_str()).collect();
    let trusts: Vec<&str> = page.desks.iter().map(|(id, _)| id.as_str()).collect();
    let mut parameters = <Db as sqlx::Database>::Arguments::default();
    batch::bind(&mut parameters, serde_json::to_string(&projects)?)?;
    batch::bind(&mut parameters, serde_json::to_string(&trusts)?)?;
    let mut stored = batch::ask(conn, STORED, parameters).await?;
    let derived = derive_all(page);
    let mut found = differing("standing", stored.all()?, derived.iter().flat_map(|one| one.standings()))?;
    found.extend(differing("ask", stored.all()?, derived.iter().flat_map(|one| one.asks()))?);
    found.extend(differing("desk", stored.all()?, desks(page))?);
    Ok(found)
}

/// The rows of a table that are stored more often than they are derived, and the reverse.
fn differing(
    table: &str,
    stored: Vec<(String,)>,
    derived: impl Iterator<Item = impl Serialize>,
) -> Result<Vec<String>, Error> {
    let mut rows: BTreeMap<String, i64> = BTreeMap::new();
    for (row,) in stored {
        *rows.entry(row).or_default() += 1;
    }
    for row in derived {
        *rows.entry(serde_json::to_string(&row)?).or_default() -= 1;
    }
    let told = |(row, more): (String, i64)| match more {
        0 => None,
        1.. => Some(format!("{table} has {row}, which the facts do not give")),
        _ => Some(format!("{table} lacks {row}, which the facts give")),
    };
    Ok(rows.into_iter().filter_map(told).collect())
}

/// What is asked of the desk on a day in a trust that has nobody to answer it: a sentence each, and no more than a page
/// of them.
///
/// # Errors
/// When the store cannot be read.
pub async fn unanswerable(conn: &mut Connection, day: NaiveDate) -> Result<Vec<String>, Error> {
    let rows: Vec<(String, String, String)> = sqlx::query_as(UNANSWERABLE)
        .bind(day)
        .bind(i64::try_from(MOST_LISTED).unwrap_or(i64::MAX))
        .fetch_all(conn)
        .await?;
    let told = |(project, kind, cause): (String, String, String)| {
        format!("nobody can answer {kind} of the project {project}, since {cause}")
    };
    Ok(rows.into_iter().map(told).collect())
}

//! The search index, and the projects that are most like a title.

use chrono::NaiveDate;
use sqlx::types::Json;

use super::super::model::{Query, Similar};
use super::lead::lead_of;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{ProjectId, TrustId};

/// How many suggestions are shown.
pub const SUGGESTIONS: u8 = 5;

/// Brings the search index in line with a project: a draft is never in it. SQLite's FTS5.
///
/// # Errors
/// When the store cannot write.
pub async fn index(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    remove_from_index(conn, project).await?;
    sqlx::query(
        "insert into project_text (rowid, title, problem, aim)
         select number, title, problem, trim(aim_what || ' ' || aim_whom || ' ' || aim_how_much)
         from project where id = $1 and status <> 'draft'",
    )
    .bind(project)
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a project out of the search index. SQLite's FTS5.
///
/// # Errors
/// When the store cannot write.
pub async fn remove_from_index(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    sqlx::query("delete from project_text where rowid = (select number from project where id = $1)")
        .bind(project)
        .execute(conn)
        .await?;
    Ok(())
}

/// The query in the index's own language: any of the words, each quoted. None when there is no word.
pub(super) fn expression(query: &Query) -> Option<String> {
    let last = query.words.len().checked_sub(1)?;
    let terms = query.words.iter().enumerate().map(|(at, word)| {
        let open = if at == last && query.unfinished { "*" } else { "" };
        format!("\"{word}\"{open}")
    });
    Some(terms.collect::<Vec<_>>().join(" OR "))
}

/// The numbers of the trust's projects that are most like the query, best first: the one place that
/// ranks. SQLite's FTS5 and its bm25, the title weighing most.
///
/// # Errors
/// When the store cannot be read.
pub async fn rank(
    conn: &mut Connection,
    trust: TrustId,
    query: &Query,
    except: Option<ProjectId>,
    limit: u8,
) -> Result<Vec<i64>, Error> {
    let Some(expression) = expression(query) else { return Ok(Vec::new()) };
    Ok(sqlx::query_scalar(
        "select p.number from project_text join project p on p.number = project_text.rowid
         where project_text match $1 and p.trust_id = $2 and p.status <> 'draft' and p.id is not $3
         order by bm25(project_text, 10.0, 3.0, 3.0), p.number desc limit $4",
    )
    .bind(expression)
    .bind(trust)
    .bind(except)
    .bind(limit)
    .fetch_all(conn)
    .await?)
}

/// The trust's projects that are most like the query, best first, for somebody who registers one.
///
/// # Errors
/// When the store cannot be read.
pub async fn similar(
    conn: &mut Connection,
    trust: TrustId,
    query: &Query,
    except: Option<ProjectId>,
    today: NaiveDate,
) -> Result<Vec<Similar>, Error> {
    let ranked = rank(conn, trust, query, except, SUGGESTIONS).await?;
    if ranked.is_empty() {
        return Ok(Vec::new());
    }
    Ok(sqlx::query_as(concat!(
        "select p.id, coalesce(p.reference, '') as reference, p.title, p.status, p.closed_reason,
                m.reference as survivor, coalesce(d.name, '') as department, ",
        lead_of!("$2"),
        " as lead
         from json_each($1) best join project p on p.number = best.value
         left join project m on m.id = p.merged_into
         left join department d on d.id = p.department_id
         order by best.key",
    ))
    .bind(Json(ranked))
    .bind(today)
    .fetch_all(conn)
    .await?)
}

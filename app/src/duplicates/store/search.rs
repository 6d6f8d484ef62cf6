//! The search index, and the projects that are most like a title.

use chrono::NaiveDate;
use sqlx::types::Json;

use super::super::model::{Query, Similar};
use super::lead::lead_of;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{ProjectId, TrustId};
use crate::sought;

/// How many suggestions are shown.
pub const SUGGESTIONS: u8 = 5;

/// Brings the search index in line with a project: a draft is never in it. SQLite's FTS5.
///
/// # Errors
/// When the store cannot write.
pub async fn index(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    remove_from_index(conn, project).await?;
    sqlx::query(
        "insert into project_text (rowid, title, problem, aim, trust)
         select number, title, problem, trim(aim_what || ' ' || aim_whom || ' ' || aim_how_much), 't' || replace(trust_id, '-', '') || '0'
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

/// What finds these words, which are in the index's own language, in the projects of a trust: without it the index reads
/// those of every trust. Nothing where there are none.
#[must_use]
pub fn of_trust(trust: TrustId, words: &str) -> String {
    if words.is_empty() {
        return String::new();
    }
    format!("trust : \"t{}0\" AND {{title problem aim}} : ({words})", trust.0.simple())
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

/// How a text is looked for where no project of the trust has a word of it in any form: by the words of its projects
/// that are spelled like it, in the index's own language. None when they have them all, or nothing like one of them.
///
/// # Errors
/// When the store cannot be read.
pub async fn spelled_like(conn: &mut Connection, trust: TrustId, text: &str) -> Result<Option<String>, Error> {
    let words = sought::words(text);
    let known = in_trust(conn, trust, &words).await?;
    if known.len() == words.len() {
        return Ok(None);
    }
    let mut terms = Vec::new();
    for word in words {
        if known.contains(&word) {
            terms.push(sought::term(&word));
            continue;
        }
        let near = nearest(conn, trust, &word).await?;
        if near.is_empty() {
            return Ok(None);
        }
        terms.push(format!("({})", near.iter().map(|near| sought::term(near)).collect::<Vec<_>>().join(" OR ")));
    }
    Ok(Some(terms.join(" AND ")))
}

/// Those of the words that a project of the trust has. The index holds the words of every trust: that another has one
/// is nobody's business here.
async fn in_trust(conn: &mut Connection, trust: TrustId, words: &[String]) -> Result<Vec<String>, Error> {
    let asked: Vec<(&String, String)> = words.iter().map(|word| (word, of_trust(trust, &sought::term(word)))).collect();
    Ok(sqlx::query_scalar(
        "select w.value ->> 0 from json_each($1) w where exists (
            select 1 from project_text join project p on p.number = project_text.rowid
            where project_text match w.value ->> 1 and p.trust_id = $2 and p.status <> 'draft')
         order by w.key",
    )
    .bind(Json(asked))
    .bind(trust)
    .fetch_all(conn)
    .await?)
}

/// How many words of the index stand in for one that is not in it, and of how many is asked whether the trust has them.
const NEAREST: usize = 3;
const LIKELY: usize = 500;

/// The words of the trust's projects that are spelled most like a word, the commonest first.
async fn nearest(conn: &mut Connection, trust: TrustId, word: &str) -> Result<Vec<String>, Error> {
    let Some(first) = word.chars().next() else { return Ok(Vec::new()) };
    let terms: Vec<String> = sqlx::query_scalar(
        "select term from project_word where term >= $1 and term < $2 and length(term) <= $3 order by doc desc limit 5000",
    )
    .bind(first.to_string())
    .bind(format!("{first}\u{10ffff}"))
    .bind(i64::try_from(word.chars().count() + 2).unwrap_or(i64::MAX))
    .fetch_all(&mut *conn)
    .await?;
    let mut near: Vec<(usize, String)> =
        terms.into_iter().filter_map(|term| Some((sought::difference_of_stem(word, &term)?, term))).collect();
    near.sort_by_key(|(letters, _)| *letters);
    let likely: Vec<String> = near.into_iter().take(LIKELY).map(|(_, term)| term).collect();
    Ok(in_trust(conn, trust, &likely).await?.into_iter().take(NEAREST).collect())
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
         order by bm25(project_text, 10.0, 3.0, 3.0, 0.0), p.number desc limit $4",
    )
    .bind(of_trust(trust, &expression))
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

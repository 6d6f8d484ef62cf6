//! Pairs of projects that look alike.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use sqlx::types::Json;

use super::super::model::Query;
use super::lead::lead_of;
use super::search::{expression, of_trust};
use crate::access::{Allowed, Coordinate};
use crate::db::Connection;
use crate::error::Error;
use crate::id::{ProjectId, TrustId};
use crate::project::model::{ClosedReason, Status};

/// How many projects one page of look-alike pairs compares with all older ones.
pub const COMPARED: u8 = 20;
/// The most pairs that one of them brings to the page.
const PAIRS_EACH: u8 = 3;
/// A pair counts as look-alike when the older project scores at least this share of what the newer one
/// scores against itself.
const SIMILARITY_THRESHOLD: f64 = 0.3;
/// Looking for pairs, a word that stands in more than one project of so many tells too little for its
/// work.
const COMMON_WORD_SHARE: i64 = 20;
/// So many words of a title are looked for all the same, the rarest.
const RAREST_KEPT: usize = 3;

/// One of two projects that stand side by side.
#[derive(Clone, Debug, FromRow)]
pub struct Side {
    pub id: ProjectId,
    pub reference: String,
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// What it aims for.
    pub aim: String,
    pub status: Status,
    /// Why it is closed.
    pub closed_reason: Option<ClosedReason>,
    pub department: String,
    /// Who leads it today; none when nobody does.
    pub lead: Option<String>,
    /// When it was registered.
    pub submitted_at: Option<DateTime<Utc>>,
    /// When something about it last changed.
    pub updated_at: DateTime<Utc>,
    /// How many points its measures have.
    pub points: i64,
}

/// The trust's projects of these ids or references, drafts left out.
///
/// # Errors
/// When the store cannot be read.
pub async fn sides(
    conn: &mut Connection,
    trust: TrustId,
    projects: &[String],
    today: NaiveDate,
) -> Result<Vec<Side>, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id, coalesce(p.reference, '') as reference, p.title, p.problem,
                trim(p.aim_what || ' ' || p.aim_whom || ' ' || p.aim_how_much) as aim, p.status, p.closed_reason,
                coalesce(d.name, '') as department, p.submitted_at, p.updated_at,
                (select count(*) from measure m join measurement t on t.measure_id = m.id
                 where m.project_id = p.id and t.state = 'current') as points, ",
        lead_of!("$3"),
        " as lead
         from project p left join department d on d.id = p.department_id
         where p.trust_id = $2 and p.status <> 'draft' and p.number in (
             select number from project where id in (select value from json_each($1))
             union select number from project where trust_id = $2 and reference in (select upper(value) from json_each($1)))",
    ))
    .bind(Json(projects))
    .bind(trust)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

/// Two projects that look alike and that nobody decided about.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The newer one.
    pub newer: Side,
    /// The older one.
    pub older: Side,
}

/// One page of look-alike pairs.
#[derive(Clone, Debug)]
pub struct Pairs {
    /// The pairs, most alike first.
    pub pairs: Vec<Pair>,
    /// How many projects were compared with all older ones.
    pub compared: usize,
    /// The number before which the next page begins, when there are older projects.
    pub next: Option<i64>,
}

#[derive(FromRow)]
struct CandidatePair {
    newer: ProjectId,
    older: ProjectId,
}

/// Compares the newest [`COMPARED`] projects before a number with all older ones: bounded work, and
/// every pair stands on exactly one page. SQLite's FTS5 and its bm25.
///
/// # Errors
/// When the store cannot be read.
pub async fn pairs(conn: &mut Connection, allowed: &Allowed<Coordinate>, before: Option<i64>) -> Result<Pairs, Error> {
    let trust = allowed.trust();
    let page: Vec<(i64, String)> = sqlx::query_as(
        "select number, title from project
         where +trust_id = $1 and number < $2 and status <> 'draft' and merged_into is null
         order by number desc limit $3",
    )
    .bind(trust)
    .bind(before.unwrap_or(i64::MAX))
    .bind(COMPARED)
    .fetch_all(&mut *conn)
    .await?;
    let next = page.last().map(|(number, _)| *number).filter(|_| page.len() == usize::from(COMPARED));
    let mut queries: Vec<(i64, Query)> = page.iter().map(|(number, title)| (*number, Query::whole(title))).collect();
    drop_common_words(conn, &mut queries).await?;
    let asked: Vec<(i64, String)> =
        queries.iter().filter_map(|(number, query)| Some((*number, of_trust(trust, &expression(query)?)))).collect();
    let alike: Vec<CandidatePair> = sqlx::query_as(
        "with asked as materialized (select value ->> 0 as number, value ->> 1 as words from json_each($1)),
         hits as materialized (
             select asked.number as newer, project_text.rowid as older, bm25(project_text, 10.0, 3.0, 3.0, 0.0) as score
             from asked, project_text where project_text match asked.words and project_text.rowid <= asked.number),
         likeness as (
             select hits.newer, hits.older, hits.score / own.score as share
             from hits join hits own on own.newer = hits.newer and own.older = hits.newer
             where hits.older < hits.newer and hits.score / own.score >= $3),
         best as (
             select n.id as newer, o.id as older, share, row_number() over (partition by n.number order by share desc, o.number desc) as place
             from likeness join project n on n.number = likeness.newer join project o on o.number = likeness.older
             where o.trust_id = $2 and o.status <> 'draft' and o.merged_into is null
               and not (n.status = 'closed' and o.status = 'closed')
               and not exists (select 1 from project_link l where l.undone_at is null and l.kind <> 'differs'
                   and ((l.project_id = n.id and l.other_id = o.id) or (l.project_id = o.id and l.other_id = n.id))))
         select newer, older from best where place <= $4 order by share desc, newer, place",
    )
    .bind(Json(asked))
    .bind(trust)
    .bind(SIMILARITY_THRESHOLD)
    .bind(PAIRS_EACH)
    .fetch_all(&mut *conn)
    .await?;
    let mut ids: Vec<String> = alike.iter().flat_map(|pair| [pair.newer.to_string(), pair.older.to_string()]).collect();
    ids.sort_unstable();
    ids.dedup();
    let sides = sides(conn, trust, &ids, allowed.today()).await?;
    let side = |id: ProjectId| sides.iter().find(|side| side.id == id).cloned();
    let pairs =
        alike.iter().filter_map(|pair| Some(Pair { newer: side(pair.newer)?, older: side(pair.older)? })).collect();
    Ok(Pairs { pairs, compared: page.len(), next })
}

/// Takes the words out of queries that so many projects have that they would find everything and tell
/// little. SQLite's FTS5.
async fn drop_common_words(conn: &mut Connection, queries: &mut [(i64, Query)]) -> Result<(), Error> {
    let mut words: Vec<&String> = queries.iter().flat_map(|(_, query)| &query.words).collect();
    words.sort_unstable();
    words.dedup();
    let counted: Vec<(String, i64, i64)> = sqlx::query_as(
        "with total as materialized (select count(*) as n from project)
         select value, (select count(*) from project_text where project_text match '\"' || value || '\"'), total.n
         from json_each($1), total",
    )
    .bind(Json(words))
    .fetch_all(conn)
    .await?;
    let common: HashMap<String, (i64, bool)> = counted
        .into_iter()
        .map(|(word, count, total)| (word, (count, count > COMMON_WORD_SHARE.max(total / COMMON_WORD_SHARE))))
        .collect();
    for (_, query) in queries {
        let mut rarest: Vec<(i64, String)> =
            query.words.iter().map(|word| (common.get(word).map_or(0, |(count, _)| *count), word.clone())).collect();
        rarest.sort_unstable();
        rarest.truncate(RAREST_KEPT);
        query.words.retain(|word| {
            !common.get(word).is_some_and(|(_, common)| *common) || rarest.iter().any(|(_, rare)| rare == word)
        });
    }
    Ok(())
}

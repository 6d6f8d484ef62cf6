//! The search index, and the projects that are most like a title.

use std::sync::LazyLock;

use chrono::NaiveDate;
use similarity::{Engine, Field, Index, Known, Row, Vocabulary};
use sqlx::FromRow;
use sqlx::types::Json;
use tokio::sync::Semaphore;

use super::super::model::{Query, Similar};
use super::lead::lead_of;
use crate::db::{Connection, Store};
use crate::error::Error;
use crate::id::{ProjectId, TrustId};
use crate::sought;

/// How many suggestions are shown.
pub const SUGGESTIONS: u8 = 3;

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
    .execute(&mut *conn)
    .await?;
    keep_terms(conn, project).await
}

/// Takes a project out of the search index. SQLite's FTS5.
///
/// # Errors
/// When the store cannot write.
pub async fn remove_from_index(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    sqlx::query("delete from project_text where rowid = (select number from project where id = $1)")
        .bind(project)
        .execute(&mut *conn)
        .await?;
    sqlx::query("delete from project_terms where project_id = $1").bind(project).execute(conn).await?;
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

/// The vocabulary and what else the ranking is made of, read once.
static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(Vocabulary::embedded().expect("a test reads the vocabulary that is shipped")));

/// The version of what the engine says of a project: raised when the engine or its vocabulary says something else.
const VERSION: i64 = 2;

/// So many rankings are computed at the same time, and of so many projects at most the words are read anew for one.
const AT_ONCE: usize = 2;
const MOST_READ_ANEW: usize = 50;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);

/// Of a problem and an aim so much is read.
const READ: usize = 2_000;

fn known(title: &str, problem: &str, aim: &str) -> Known {
    let cut = |text: &str| text.chars().take(READ).collect::<String>();
    Known::titled(title).and(Field::Problem, &cut(problem)).and(Field::Aim, &cut(aim))
}

/// Keeps what a project says, for the ranking: of a draft nothing.
async fn keep_terms(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    let said: Option<(TrustId, String, String, String)> = sqlx::query_as(
        "select trust_id, title, problem, trim(aim_what || ' ' || aim_whom || ' ' || aim_how_much)
         from project where id = $1 and status <> 'draft'",
    )
    .bind(project)
    .fetch_optional(&mut *conn)
    .await?;
    let Some((trust, title, problem, aim)) = said else { return Ok(()) };
    sqlx::query("insert into project_terms (project_id, trust_id, terms, version) values ($1, $2, $3, $4)")
        .bind(project)
        .bind(trust)
        .bind(similarity::to_text(&ENGINE.rows(&known(&title, &problem, &aim))))
        .bind(VERSION)
        .execute(conn)
        .await?;
    Ok(())
}

/// Keeps what the projects say of which that is not kept yet, as after an update; how many that were.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn keep_missing_terms(store: &Store) -> Result<usize, Error> {
    let mut kept = 0;
    loop {
        let mut conn = store.read().await?;
        let projects: Vec<ProjectId> = sqlx::query_scalar(
            "select p.id from project p where p.status <> 'draft'
               and not exists (select 1 from project_terms s where s.project_id = p.id and s.version = $1) limit 50",
        )
        .bind(VERSION)
        .fetch_all(&mut *conn)
        .await?;
        drop(conn);
        if projects.is_empty() {
            return Ok(kept);
        }
        let mut change = store.write().await?;
        for project in &projects {
            index(&mut change, *project).await?;
        }
        change.commit().await?;
        kept += projects.len();
    }
}

/// A project that is compared: its number, and what it says, as it is kept or else in its words.
#[derive(FromRow)]
struct Compared {
    number: i64,
    terms: Option<String>,
    title: String,
    problem: String,
    aim: String,
}

/// The numbers of the trust's projects that are likely about the same problem, the likeliest first: the one place that
/// ranks.
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
    if query.words.is_empty() {
        return Ok(Vec::new());
    }
    let place = PLACES.acquire().await.map_err(|_| Error::Internal)?;
    let projects: Vec<Compared> = sqlx::query_as(
        "select p.number, s.terms, iif(s.terms is null, p.title, '') as title, iif(s.terms is null, p.problem, '') as problem,
                iif(s.terms is null, trim(p.aim_what || ' ' || p.aim_whom || ' ' || p.aim_how_much), '') as aim
         from project p left join project_terms s on s.project_id = p.id and s.version = $3
         where p.trust_id = $1 and p.status <> 'draft' and p.id is not $2 order by p.number desc",
    )
    .bind(trust)
    .bind(except)
    .bind(VERSION)
    .fetch_all(conn)
    .await?;
    let query = query.clone();
    // Some milliseconds for a large trust: not on a thread that others wait for.
    let work = move || {
        let _held = place;
        likeliest(&projects, &query, limit)
    };
    tokio::task::spawn_blocking(work).await.map_err(|_| Error::Internal)
}

fn likeliest(projects: &[Compared], query: &Query, limit: u8) -> Vec<i64> {
    let mut anew = 0..MOST_READ_ANEW;
    let said: Vec<Vec<Row>> = projects
        .iter()
        .map(|one| match &one.terms {
            Some(terms) => similarity::from_text(terms),
            None if anew.next().is_some() => ENGINE.rows(&known(&one.title, &one.problem, &one.aim)),
            None => ENGINE.rows(&Known::titled(&one.title)),
        })
        .collect();
    let asked = Known::titled(&query.title);
    let asked = if query.unfinished { ENGINE.rows_of_typed(&asked) } else { ENGINE.rows(&asked) };
    Index::new(&ENGINE, &said)
        .rank(&asked)
        .into_iter()
        .take_while(|one| one.score >= ENGINE.tuning.floor)
        .take(usize::from(limit))
        .filter_map(|one| projects.get(one.project).map(|project| project.number))
        .collect()
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

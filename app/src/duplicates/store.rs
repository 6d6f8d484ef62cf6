//! Projects that look alike and what was decided about them: their SQL.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use sqlx::types::Json;

use super::model::{Decision, LinkKind, Query, Similar};
use crate::access::{Act, Allowed, Coordinate, RegisterProject};
use crate::db::Connection;
use crate::error::Error;
use crate::handover;
use crate::history::{self, Entry};
use crate::id::{LinkId, ProjectId, TrustId};
use crate::project::model::{ClosedReason, Status};

/// How many suggestions are shown.
pub const SUGGESTIONS: u8 = 5;
/// How many projects one page of look-alike pairs compares with all older ones.
pub const COMPARED: u8 = 20;
/// The most pairs that one of them brings to the page.
const PAIRS_EACH: u8 = 3;
/// A pair counts as look-alike when the older project scores at least this share of what the newer one
/// scores against itself.
const LIKE_ENOUGH: f64 = 0.3;
/// Looking for pairs, a word that stands in more than one project of so many tells too little for its
/// work.
const TELLS: i64 = 20;
/// So many words of a title are looked for all the same, the rarest.
const RAREST: usize = 3;

/// Who leads a project today, with a current post in its trust, as a select's column over `project p`.
macro_rules! lead_of {
    ($today:literal) => {
        concat!(
            "(select n.name from team_role r join person n on n.id = r.person_id
              where r.project_id = p.id and r.role = 'lead' and r.state = 'accepted'
                and r.from_on <= ",
            $today,
            " and (r.until_on is null or r.until_on > ",
            $today,
            ") and exists (select 1 from post o where o.person_id = r.person_id and o.trust_id = p.trust_id
                and o.starts_on <= ",
            $today,
            " and (o.ends_on is null or o.ends_on >= ",
            $today,
            ")) limit 1)"
        )
    };
}

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
fn expression(query: &Query) -> Option<String> {
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

#[derive(FromRow)]
struct Found {
    id: ProjectId,
    reference: String,
    title: String,
    status: Status,
    closed_reason: Option<ClosedReason>,
    survivor: Option<String>,
    department: String,
    lead: Option<String>,
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
    let found: Vec<Found> = sqlx::query_as(concat!(
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
    .await?;
    Ok(found
        .into_iter()
        .map(|row| Similar {
            id: row.id,
            reference: row.reference,
            title: row.title,
            status: match (row.survivor, row.closed_reason) {
                (Some(survivor), _) => format!("Closed, merged into {survivor}"),
                (None, Some(reason)) => format!("Closed: {}", reason.label().to_lowercase()),
                (None, None) => row.status.label().to_owned(),
            },
            department: row.department,
            lead: match row.lead {
                Some(name) => format!("led by {name}"),
                None if row.status.is_open() => "looking for a lead".to_owned(),
                None => String::new(),
            },
        })
        .collect())
}

/// One of two projects that stand side by side.
#[derive(Clone, Debug, FromRow)]
pub struct Side {
    /// Its id.
    pub id: ProjectId,
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// What is wrong.
    pub problem: String,
    /// What it aims for.
    pub aim: String,
    /// Its status.
    pub status: Status,
    /// Why it is closed.
    pub closed_reason: Option<ClosedReason>,
    /// Its department's name.
    pub department: String,
    /// Who leads it; none when nobody with a current post does.
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
struct Alike {
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
    keep_telling(conn, &mut queries).await?;
    let asked: Vec<(i64, String)> =
        queries.iter().filter_map(|(number, query)| Some((*number, expression(query)?))).collect();
    let alike: Vec<Alike> = sqlx::query_as(
        "with asked as materialized (select value ->> 0 as number, value ->> 1 as words from json_each($1)),
         hits as materialized (
             select asked.number as newer, project_text.rowid as older, bm25(project_text, 10.0, 3.0, 3.0) as score
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
    .bind(LIKE_ENOUGH)
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
async fn keep_telling(conn: &mut Connection, queries: &mut [(i64, Query)]) -> Result<(), Error> {
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
    let common: HashMap<String, (i64, bool)> =
        counted.into_iter().map(|(word, count, total)| (word, (count, count > TELLS.max(total / TELLS)))).collect();
    for (_, query) in queries {
        let mut rarest: Vec<(i64, String)> =
            query.words.iter().map(|word| (common.get(word).map_or(0, |(count, _)| *count), word.clone())).collect();
        rarest.sort_unstable();
        rarest.truncate(RAREST);
        query.words.retain(|word| {
            !common.get(word).is_some_and(|(_, common)| *common) || rarest.iter().any(|(_, rare)| rare == word)
        });
    }
    Ok(())
}

/// What the status of a merged project was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromRow)]
struct Before {
    status: String,
    // Merges of before migration 9 say it by the name of then.
    #[serde(alias = "look_again_on")]
    review_on: Option<String>,
    closed_reason: Option<String>,
    closed_on: Option<String>,
    closed_note: String,
}

#[derive(FromRow)]
struct End {
    reference: String,
    trust_id: TrustId,
    status: Status,
    merged_into: Option<ProjectId>,
}

async fn end(conn: &mut Connection, trust: TrustId, project: ProjectId) -> Result<End, Error> {
    let end: End = sqlx::query_as(
        "select coalesce(reference, '') as reference, trust_id, status, merged_into from project where id = $1",
    )
    .bind(project)
    .fetch_one(conn)
    .await?;
    if end.trust_id == trust { Ok(end) } else { Err(Error::NotFound) }
}

/// Decides what two projects are to each other. A duplicate closes as merged, in the same change.
///
/// # Errors
/// [`Error::NotFound`] for drafts and projects of other trusts, [`Error::Invalid`] when the pair is
/// decided already or the one that would go on is closed.
pub async fn decide(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    decision: &Decision,
) -> Result<LinkId, Error> {
    let trust = allowed.trust();
    let first = end(conn, trust, decision.project).await?;
    let second = end(conn, trust, decision.other).await?;
    if first.status == Status::Draft || second.status == Status::Draft {
        return Err(Error::NotFound);
    }
    let decided: bool = sqlx::query_scalar(
        "select exists (select 1 from project_link where undone_at is null and kind <> 'differs'
             and ((project_id = $1 and other_id = $2) or (project_id = $2 and other_id = $1)))",
    )
    .bind(decision.project)
    .bind(decision.other)
    .fetch_one(&mut *conn)
    .await?;
    if decided {
        return Err(Error::form(format!(
            "Somebody has already decided about {} and {}. Undo that decision first.",
            first.reference, second.reference
        )));
    }
    let before = if decision.kind == LinkKind::DuplicateOf {
        Some(Json(merge(conn, allowed, decision, &first, &second).await?))
    } else {
        None
    };
    let id = LinkId::new();
    insert(conn, allowed, id, decision, before).await?;
    if decision.kind != LinkKind::DuplicateOf {
        let (one, other) = match decision.kind {
            LinkKind::Continues => ("marked as continuing another project", "marked as continued by another project"),
            LinkKind::NotAlike => ("marked as not like another project", "marked as not like another project"),
            _ => ("marked as related to another project", "marked as related to another project"),
        };
        record(conn, allowed, decision.project, one, &second.reference, &decision.word).await?;
        record(conn, allowed, decision.other, other, &first.reference, &decision.word).await?;
    }
    Ok(id)
}

async fn record<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    action: &'static str,
    other: &str,
    word: &str,
) -> Result<(), Error> {
    let entry = Entry::project(project, action).change("Other project", "", other).change("Why", "", word);
    history::record(conn, allowed, entry).await
}

async fn insert<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    id: LinkId,
    link: &Decision,
    before: Option<Json<Before>>,
) -> Result<(), Error> {
    sqlx::query(
        "insert into project_link (id, project_id, other_id, kind, word, before, decided_by, decided_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(link.project)
    .bind(link.other)
    .bind(link.kind)
    .bind(&link.word)
    .bind(before)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    Ok(())
}

/// Closes the duplicate as merged and takes back its handover; what its status was made of is given back. The survivor is open, so
/// merged projects never lead round in a circle.
async fn merge(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    decision: &Decision,
    duplicate: &End,
    survivor: &End,
) -> Result<Before, Error> {
    if !survivor.status.is_open() {
        return Err(Error::field(
            "answer",
            format!(
                "{} is closed, so nothing can go on inside it. Reopen it first, or choose that it is the one that closes.",
                survivor.reference
            ),
        ));
    }
    if duplicate.merged_into.is_some() {
        return Err(Error::field("answer", format!("{} was merged into another project before.", duplicate.reference)));
    }
    handover::store::end_for_merge(conn, allowed, decision.project).await?;
    let before: Before =
        sqlx::query_as("select status, review_on, closed_reason, closed_on, closed_note from project where id = $1")
            .bind(decision.project)
            .fetch_one(&mut *conn)
            .await?;
    sqlx::query(
        "update project set status = 'closed', closed_reason = 'merged', closed_on = $2, closed_note = $3,
             review_on = null, merged_into = $4, updated_at = $5, version = version + 1
         where id = $1",
    )
    .bind(decision.project)
    .bind(allowed.today())
    .bind(&decision.word)
    .bind(decision.other)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::project(decision.project, "merged into another project")
        .change("Merged into", "", &survivor.reference)
        .change("Status", duplicate.status.label(), Status::Closed.label())
        .change("Why", "", &decision.word);
    history::record(conn, allowed, entry).await?;
    record(conn, allowed, decision.other, "took in a duplicate", &duplicate.reference, &decision.word).await?;
    Ok(before)
}

#[derive(FromRow)]
struct Stored {
    project_id: ProjectId,
    other_id: ProjectId,
    kind: LinkKind,
    before: Option<Json<Before>>,
}

/// Takes a decision back. A merged project gets exactly the status that it had, unless somebody has
/// changed its status since. Gives the first project and what was undone.
///
/// # Errors
/// [`Error::NotFound`] when there is no such decision, or not any more.
pub async fn undo(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    link: LinkId,
) -> Result<(ProjectId, LinkKind), Error> {
    let stored: Option<Stored> = sqlx::query_as(
        "update project_link set undone_at = $2 where id = $1 and undone_at is null
         returning project_id, other_id, kind, before",
    )
    .bind(link)
    .bind(allowed.now)
    .fetch_optional(&mut *conn)
    .await?;
    let stored = stored.ok_or(Error::NotFound)?;
    let first = end(conn, allowed.trust(), stored.project_id).await?;
    let second = end(conn, allowed.trust(), stored.other_id).await?;
    let mut entry =
        Entry::project(stored.project_id, "decision undone").change(stored.kind.label(), &second.reference, "");
    if let Some(Json(before)) = stored.before
        && first.merged_into == Some(stored.other_id)
    {
        sqlx::query(
            "update project set status = $2, review_on = $3, closed_reason = $4, closed_on = $5, closed_note = $6,
                 merged_into = null, updated_at = $7, version = version + 1
             where id = $1",
        )
        .bind(stored.project_id)
        .bind(&before.status)
        .bind(before.review_on)
        .bind(before.closed_reason)
        .bind(before.closed_on)
        .bind(before.closed_note)
        .bind(allowed.now)
        .execute(&mut *conn)
        .await?;
        let status: Status = before.status.parse().map_err(|_| Error::Internal)?;
        entry = entry.change("Status", first.status.label(), status.label());
    }
    history::record(conn, allowed, entry).await?;
    let entry = Entry::project(stored.other_id, "decision undone").change(stored.kind.label(), &first.reference, "");
    history::record(conn, allowed, entry).await?;
    Ok((stored.project_id, stored.kind))
}

/// Keeps a registrant's word on how their project differs from one that was listed as like it. Said
/// again, the newer word stands; nothing is kept of a project that is not there to be seen.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn say_differs(
    conn: &mut Connection,
    allowed: &Allowed<RegisterProject>,
    project: ProjectId,
    other: ProjectId,
    word: &str,
) -> Result<(), Error> {
    let new = end(conn, allowed.trust(), project).await?;
    let listed = match end(conn, allowed.trust(), other).await {
        Ok(end) if end.status != Status::Draft && project != other => end,
        Ok(_) | Err(Error::NotFound) => return Ok(()),
        Err(error) => return Err(error),
    };
    let said: Option<String> = sqlx::query_scalar(
        "select word from project_link where project_id = $1 and other_id = $2 and kind = 'differs' and undone_at is null",
    )
    .bind(project)
    .bind(other)
    .fetch_optional(&mut *conn)
    .await?;
    if word.is_empty() || said.as_deref() == Some(word) {
        return Ok(());
    }
    sqlx::query(
        "update project_link set undone_at = $3 where project_id = $1 and other_id = $2 and kind = 'differs' and undone_at is null",
    )
    .bind(project)
    .bind(other)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let link = Decision { project, other, kind: LinkKind::Differs, word: word.to_owned() };
    insert(conn, allowed, LinkId::new(), &link, None).await?;
    record(conn, allowed, project, "said how it differs from another project", &listed.reference, word).await?;
    // A draft is for its author alone: the other project's history does not tell of it.
    if new.status != Status::Draft {
        record(conn, allowed, other, "another project said how it differs", &new.reference, word).await?;
    }
    Ok(())
}

/// Somebody in the team of a project that was merged.
#[derive(Clone, Debug, Deserialize)]
pub struct Kept {
    /// Their name.
    pub name: String,
    /// Their role, as stored.
    pub role: String,
}

/// A link, seen from one of its two projects.
#[derive(Clone, Debug, FromRow)]
pub struct Link {
    /// Its id.
    pub id: LinkId,
    /// What was decided.
    pub kind: LinkKind,
    /// Seen from the first project.
    pub first: bool,
    /// Why.
    pub word: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// The trust of the projects.
    #[sqlx(rename = "trust_id")]
    pub trust: TrustId,
    /// The other project.
    pub other: ProjectId,
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// Its team, when it was merged into this one.
    pub team: Json<Vec<Kept>>,
}

/// What [`links`] asks: `$1` the project. [`Link`] rows.
pub const LINKS: &str = "select l.id, l.kind, l.project_id = $1 as first, l.word, n.name as decided_by, l.decided_at,
                o.trust_id, o.id as other, coalesce(o.reference, '') as reference, o.title,
                case when l.kind = 'duplicate_of' and l.other_id = $1 then
                    (select json_group_array(json_object('name', t.name, 'role', r.role) order by r.from_on, t.name)
                     from team_role r join person t on t.id = r.person_id
                     where r.project_id = o.id and r.state = 'accepted')
                else '[]' end as team
         from project_link l
         join project o on o.id = case when l.project_id = $1 then l.other_id else l.project_id end
         join person n on n.id = l.decided_by
         where (l.project_id = $1 or l.other_id = $1) and l.undone_at is null
           and l.kind <> 'not_alike' and o.status <> 'draft'
         order by l.decided_at, l.id";

/// The links of a project to others that may be seen; pairs that only look alike are left out.
///
/// # Errors
/// When the store cannot be read.
pub async fn links(conn: &mut Connection, project: ProjectId) -> Result<Vec<Link>, Error> {
    Ok(sqlx::query_as(LINKS).bind(project).fetch_all(conn).await?)
}

/// A history row of a project that was merged into another.
#[derive(Clone, Debug, FromRow)]
pub struct Told {
    /// The merged project.
    #[sqlx(rename = "project_id")]
    pub project: ProjectId,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; none for Baton itself.
    pub actor: Option<String>,
    /// What was done.
    pub action: String,
}

/// The newest history of the projects that were merged into `$1`, as `$4` reads it. [`Told`] rows.
pub const TOLD: &str = concat!(
    "select h.project_id, h.at, n.name as actor, h.action
     from project_link l join history h on h.project_id = l.project_id and h.sequence >= ",
    history::read_from!("l.project_id", "$4"),
    " left join person n on n.id = h.actor_id
     where l.other_id = $1 and l.kind = 'duplicate_of' and l.undone_at is null
     order by h.sequence desc limit 100"
);

/// A decision that stands, in the academy lead's list.
#[derive(Clone, Debug, FromRow)]
pub struct Decided {
    /// Its id.
    pub id: LinkId,
    /// What was decided.
    pub kind: LinkKind,
    /// Why.
    pub word: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub decided_at: DateTime<Utc>,
    /// The first project.
    pub project: ProjectId,
    /// Its reference.
    pub reference: String,
    /// Its title.
    pub title: String,
    /// The other project.
    pub other: ProjectId,
    /// Its reference.
    pub other_reference: String,
    /// Its title.
    pub other_title: String,
}

/// How many decisions a page of them holds.
pub const DECIDED_A_PAGE: i64 = 20;

/// The decisions of a trust that stand, without its registrants' words; more conditions may follow.
macro_rules! decided {
    ($columns:literal, $more:literal) => {
        concat!(
            "select ",
            $columns,
            " from project_link l join project p on p.id = l.project_id join project o on o.id = l.other_id
              join person n on n.id = l.decided_by
              where p.trust_id = $1 and l.undone_at is null and l.kind <> 'differs' ",
            $more
        )
    };
    ($more:literal) => {
        decided!(
            "l.id, l.kind, l.word, n.name as decided_by, l.decided_at, p.id as project,
             coalesce(p.reference, '') as reference, p.title, o.id as other,
             coalesce(o.reference, '') as other_reference, o.title as other_title",
            $more
        )
    };
}

/// The decisions that stand, newest first, and how many there are in all.
///
/// # Errors
/// When the store cannot be read.
pub async fn decided(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    page: i64,
) -> Result<(Vec<Decided>, i64), Error> {
    let total = sqlx::query_scalar(decided!("count(*)", "")).bind(allowed.trust()).fetch_one(&mut *conn).await?;
    let rows = sqlx::query_as(decided!("order by l.decided_at desc, l.id limit $2 offset $3"))
        .bind(allowed.trust())
        .bind(DECIDED_A_PAGE)
        .bind((page - 1) * DECIDED_A_PAGE)
        .fetch_all(conn)
        .await?;
    Ok((rows, total))
}

/// What was decided about two projects, if anything.
///
/// # Errors
/// When the store cannot be read.
pub async fn decision(
    conn: &mut Connection,
    allowed: &Allowed<Coordinate>,
    one: ProjectId,
    other: ProjectId,
) -> Result<Option<Decided>, Error> {
    Ok(sqlx::query_as(decided!(
        "and ((l.project_id = $2 and l.other_id = $3) or (l.project_id = $3 and l.other_id = $2))"
    ))
    .bind(allowed.trust())
    .bind(one)
    .bind(other)
    .fetch_optional(conn)
    .await?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Fixture, TODAY};

    async fn coordinate(fixture: &Fixture) -> Allowed<Coordinate> {
        let request = fixture.request(Some(fixture.lead)).await;
        let mut conn = fixture.store.read().await.expect("a reader");
        request.require(&mut conn, Coordinate(fixture.trust)).await.expect("allowed")
    }

    async fn registers(fixture: &Fixture) -> Allowed<RegisterProject> {
        let request = fixture.request(Some(fixture.trainee)).await;
        let mut conn = fixture.store.read().await.expect("a reader");
        request.require(&mut conn, RegisterProject(fixture.trust)).await.expect("allowed")
    }

    async fn titles(fixture: &Fixture, title: &str) -> Vec<String> {
        let mut conn = fixture.store.read().await.expect("a reader");
        similar(&mut conn, fixture.trust, &Query::typed(title), None, TODAY)
            .await
            .expect("answered")
            .into_iter()
            .map(|similar| similar.title)
            .collect()
    }

    async fn retitle(fixture: &Fixture, project: ProjectId, sql: &'static str) {
        let mut change = fixture.store.write().await.expect("a change");
        sqlx::query(sql).bind(project).execute(&mut *change).await.expect("changed");
        index(&mut change, project).await.expect("indexed");
        change.commit().await.expect("committed");
    }

    #[derive(Deserialize)]
    struct Labelled {
        title: String,
        topic: String,
    }

    /// Real titles with topics given by hand. The floor is what the ranking reaches on them; the
    /// generic words were chosen with these titles in sight, so it flatters.
    #[tokio::test]
    async fn the_five_best_hold_one_of_the_same_topic() {
        let labelled: Vec<Labelled> = include_str!("testdata/titles.jsonl")
            .lines()
            .map(|line| serde_json::from_str(line).expect("a labelled title"))
            .collect();
        let fixture = Fixture::new().await;
        let mut projects = Vec::new();
        for Labelled { title, topic } in &labelled {
            projects.push((fixture.project(title).await, title, topic));
        }
        let mut sizes: HashMap<&String, usize> = HashMap::new();
        projects.iter().for_each(|(_, _, topic)| *sizes.entry(topic).or_default() += 1);
        let of: HashMap<ProjectId, &String> = projects.iter().map(|(id, _, topic)| (*id, *topic)).collect();
        let mut conn = fixture.store.read().await.expect("a reader");
        let (mut asked, mut met) = (0_u32, 0_u32);
        for (id, title, topic) in projects.iter().filter(|(_, _, topic)| sizes[topic] > 1) {
            let best =
                similar(&mut conn, fixture.trust, &Query::typed(title), Some(*id), TODAY).await.expect("answered");
            asked += 1;
            if best.iter().any(|similar| of[&similar.id] == *topic) {
                met += 1;
            } else {
                eprintln!("missed: {topic}: {title}");
            }
        }
        let recall = f64::from(met) / f64::from(asked);
        eprintln!("recall at five: {met} of {asked}, {recall:.2}");
        let allowed = coordinate(&fixture).await;
        let (mut right, mut wrong, mut before) = (0, 0, None);
        loop {
            let page = pairs(&mut conn, &allowed, before).await.expect("pairs");
            for pair in &page.pairs {
                if of[&pair.newer.id] == of[&pair.older.id] {
                    right += 1;
                } else {
                    wrong += 1;
                }
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        eprintln!("pairs: {right} of the same topic, {wrong} not");
        assert!(recall >= 0.9, "{recall}");
        assert!(right > 3 * wrong, "{right} of the same topic, {wrong} not");
    }

    #[tokio::test]
    async fn a_draft_and_another_trust_are_never_suggested() {
        let fixture = Fixture::new().await;
        let draft = fixture.project("Weekend handover on the wards").await;
        retitle(&fixture, draft, "update project set status = 'draft', reference = null where id = $1").await;
        assert!(titles(&fixture, "weekend handover").await.is_empty());

        let foreign = fixture.project("Weekend handover elsewhere").await;
        retitle(
            &fixture,
            foreign,
            "update project set trust_id = (select trust_id from post where trust_id <> project.trust_id limit 1) where id = $1",
        )
        .await;
        assert!(titles(&fixture, "weekend handover").await.is_empty());

        retitle(&fixture, draft, "update project set status = 'active', reference = 'QI-2026-0900' where id = $1")
            .await;
        assert_eq!(titles(&fixture, "weekend handover").await, ["Weekend handover on the wards"]);
    }

    #[tokio::test]
    async fn the_index_follows_title_problem_and_aim() {
        let fixture = Fixture::new().await;
        let project = fixture.project("Weekend handover").await;
        retitle(
            &fixture,
            project,
            "update project set title = 'Oxygen prescribing', aim_what = 'Fewer cannulas' where id = $1",
        )
        .await;
        assert!(titles(&fixture, "weekend handover").await.is_empty());
        assert_eq!(titles(&fixture, "prescription of oxygen").await, ["Oxygen prescribing"]);
        assert_eq!(titles(&fixture, "cannula").await, ["Oxygen prescribing"]);
        assert_eq!(titles(&fixture, "oxyg").await, ["Oxygen prescribing"], "the last word is still being typed");
        assert!(titles(&fixture, "oxyg ").await.is_empty());
    }

    #[tokio::test]
    async fn whatever_is_typed_is_looked_for_and_never_obeyed() {
        let fixture = Fixture::new().await;
        fixture.project("Weekend handover").await;
        for typed in [
            "\" OR *",
            "title:handover*",
            "NEAR(weekend handover)",
            "weekend\"",
            "^weekend NOT handover",
            "'; drop table project; --",
            "{title}: x",
            "²³ ₂₂",
            "\0\0",
        ] {
            let _ = titles(&fixture, typed).await;
        }
        assert_eq!(titles(&fixture, "\"weekend\" AND NOT (handover*").await, ["Weekend handover"]);
    }

    #[derive(Debug, PartialEq, FromRow)]
    struct Completeness {
        status: String,
        review_on: Option<String>,
        closed_reason: Option<String>,
        closed_on: Option<String>,
        closed_note: String,
        merged_into: Option<String>,
    }

    async fn whole(fixture: &Fixture, project: ProjectId) -> Completeness {
        let mut conn = fixture.store.read().await.expect("a reader");
        sqlx::query_as(
            "select status, review_on, closed_reason, closed_on, closed_note, merged_into from project where id = $1",
        )
        .bind(project)
        .fetch_one(&mut *conn)
        .await
        .expect("a project")
    }

    async fn actions(fixture: &Fixture, project: ProjectId) -> Vec<String> {
        let mut conn = fixture.store.read().await.expect("a reader");
        history::of_project(&mut conn, project, 10, 0).await.expect("rows").into_iter().map(|row| row.action).collect()
    }

    #[tokio::test]
    async fn undoing_a_merge_restores_exactly_what_was() {
        let fixture = Fixture::new().await;
        let allowed = coordinate(&fixture).await;
        let survivor = fixture.project("Weekend handover").await;
        for sql in [
            "update project set status = 'paused', review_on = '2026-06-01' where id = $1",
            "update project set status = 'closed', closed_reason = 'stopped', closed_on = '2026-02-01', closed_note = 'No time' where id = $1",
            "update project set status = 'active' where id = $1",
        ] {
            let duplicate = fixture.project("Weekend handover again").await;
            retitle(&fixture, duplicate, sql).await;
            let before = whole(&fixture, duplicate).await;

            let mut change = fixture.store.write().await.expect("a change");
            let decision = Decision {
                project: duplicate,
                other: survivor,
                kind: LinkKind::DuplicateOf,
                word: "Same wards".to_owned(),
            };
            let link = decide(&mut change, &allowed, &decision).await.expect("decided");
            change.commit().await.expect("committed");
            let merged = whole(&fixture, duplicate).await;
            assert_eq!((merged.status.as_str(), merged.closed_reason.as_deref()), ("closed", Some("merged")));
            assert_eq!(merged.merged_into, Some(survivor.to_string()));

            let mut change = fixture.store.write().await.expect("a change");
            undo(&mut change, &allowed, link).await.expect("undone");
            assert_eq!(undo(&mut change, &allowed, link).await, Err(Error::NotFound), "it is undone once");
            change.commit().await.expect("committed");
            assert_eq!(whole(&fixture, duplicate).await, before);
            assert_eq!(actions(&fixture, duplicate).await, ["decision undone", "merged into another project"]);
        }
        assert_eq!(actions(&fixture, survivor).await[..2], ["decision undone", "took in a duplicate"]);
        let mut conn = fixture.store.read().await.expect("a reader");
        assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
    }

    #[tokio::test]
    async fn a_merge_takes_back_the_handover_that_is_under_way() {
        let fixture = Fixture::new().await;
        let allowed = coordinate(&fixture).await;
        let (duplicate, survivor) = (fixture.project("Weekend handover").await, fixture.project("Weekend").await);
        let mut change = fixture.store.write().await.expect("a change");
        sqlx::query("insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', $3, $5, $5)")
            .bind(crate::id::HandoverId::new()).bind(duplicate).bind(fixture.trainee).bind(fixture.colleague)
            .bind(crate::testing::noon()).execute(&mut *change).await.expect("a handover");
        let merge = Decision { project: duplicate, other: survivor, kind: LinkKind::DuplicateOf, word: String::new() };
        decide(&mut change, &allowed, &merge).await.expect("decided");
        let state: String = sqlx::query_scalar("select state from handover where project_id = $1")
            .bind(duplicate)
            .fetch_one(&mut *change)
            .await
            .expect("a handover");
        assert_eq!(state, "withdrawn");
        change.commit().await.expect("committed");
        assert_eq!(actions(&fixture, duplicate).await, ["merged into another project", "withdrew the handover"]);
    }

    #[tokio::test]
    async fn nothing_is_merged_into_what_is_closed_or_twice() {
        let fixture = Fixture::new().await;
        let allowed = coordinate(&fixture).await;
        let [a, b, c] = [
            fixture.project("Weekend handover").await,
            fixture.project("Weekend handover on wards").await,
            fixture.project("Weekend handover in theatres").await,
        ];
        let merge = |project, other| Decision { project, other, kind: LinkKind::DuplicateOf, word: String::new() };
        let mut change = fixture.store.write().await.expect("a change");
        decide(&mut change, &allowed, &merge(a, b)).await.expect("decided");
        for again in
            [merge(a, b), merge(b, a), merge(c, a), merge(a, c), Decision { kind: LinkKind::RelatedTo, ..merge(b, a) }]
        {
            assert!(matches!(decide(&mut change, &allowed, &again).await, Err(Error::Invalid(_))), "{again:?}");
        }
    }

    #[tokio::test]
    async fn drafts_and_other_trusts_are_not_linked() {
        let fixture = Fixture::new().await;
        let allowed = coordinate(&fixture).await;
        let (ours, draft, foreign) = (
            fixture.project("Weekend handover").await,
            fixture.project("Draft").await,
            fixture.project("Foreign").await,
        );
        retitle(&fixture, draft, "update project set status = 'draft', reference = null where id = $1").await;
        retitle(
            &fixture,
            foreign,
            "update project set trust_id = (select trust_id from post where trust_id <> project.trust_id limit 1) where id = $1",
        )
        .await;
        let mut change = fixture.store.write().await.expect("a change");
        for other in [draft, foreign, ProjectId::new()] {
            let decision = Decision { project: ours, other, kind: LinkKind::RelatedTo, word: String::new() };
            assert_eq!(decide(&mut change, &allowed, &decision).await, Err(Error::NotFound));
        }
    }

    #[tokio::test]
    async fn a_pair_is_shown_once_until_it_is_decided() {
        let fixture = Fixture::new().await;
        let allowed = coordinate(&fixture).await;
        let (older, newer) =
            (fixture.project("Weekend handover").await, fixture.project("Weekend handover on wards").await);
        fixture.project("Oxygen prescribing").await;
        let shown = async || {
            let mut conn = fixture.store.read().await.expect("a reader");
            let found = pairs(&mut conn, &allowed, None).await.expect("pairs").pairs;
            found.into_iter().map(|pair| (pair.newer.id, pair.older.id)).collect::<Vec<_>>()
        };
        assert_eq!(shown().await, [(newer, older)]);
        let mut change = fixture.store.write().await.expect("a change");
        let decision = Decision { project: older, other: newer, kind: LinkKind::NotAlike, word: String::new() };
        let link = decide(&mut change, &allowed, &decision).await.expect("decided");
        change.commit().await.expect("committed");
        assert!(shown().await.is_empty());
        let mut change = fixture.store.write().await.expect("a change");
        assert!(links(&mut change, older).await.expect("links").is_empty(), "what is not alike is no link");
        undo(&mut change, &allowed, link).await.expect("undone");
        change.commit().await.expect("committed");
        assert_eq!(shown().await, [(newer, older)]);
    }

    #[tokio::test]
    async fn how_a_project_differs_shows_on_both_but_never_tells_of_a_draft() {
        let fixture = Fixture::new().await;
        let allowed = registers(&fixture).await;
        let (listed, new) = (fixture.project("Weekend handover").await, fixture.project("Night handover").await);
        retitle(&fixture, new, "update project set status = 'draft', reference = null where id = $1").await;
        let words = async |project: ProjectId| {
            let mut conn = fixture.store.read().await.expect("a reader");
            let links = links(&mut conn, project).await.expect("links");
            links.into_iter().map(|link| (link.first, link.word)).collect::<Vec<_>>()
        };
        let mut change = fixture.store.write().await.expect("a change");
        for word in ["Nights only", "Nights only", "", "Nights and bank holidays"] {
            say_differs(&mut change, &allowed, new, listed, word).await.expect("said");
        }
        say_differs(&mut change, &allowed, new, new, "Itself").await.expect("passed over");
        say_differs(&mut change, &allowed, new, ProjectId::new(), "Nothing").await.expect("passed over");
        change.commit().await.expect("committed");
        assert_eq!(words(new).await, [(true, "Nights and bank holidays".to_owned())]);
        assert!(words(listed).await.is_empty());
        assert!(actions(&fixture, listed).await.is_empty());

        retitle(&fixture, new, "update project set status = 'active', reference = 'QI-2026-0900' where id = $1").await;
        assert_eq!(words(listed).await, [(false, "Nights and bank holidays".to_owned())]);
    }
}

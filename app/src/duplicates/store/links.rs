//! What was decided about two projects, and what a merged project brought along.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::FromRow;
use sqlx::types::Json;

use super::super::model::{Decision, LinkKind};
use super::ends::end;
use super::merge::{BeforeMerge, merge, stays, unmerge};
use crate::access::{Act, Allowed, Coordinate, RegisterProject};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{LinkId, ProjectId, TrustId};
use crate::project::model::Status;
use crate::team::model::TeamRole;

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
    before: Option<Json<BeforeMerge>>,
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

#[derive(FromRow)]
struct Stored {
    project_id: ProjectId,
    other_id: ProjectId,
    kind: LinkKind,
    decided_at: DateTime<Utc>,
    before: Option<Json<BeforeMerge>>,
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
         returning project_id, other_id, kind, decided_at, before",
    )
    .bind(link)
    .bind(allowed.now)
    .fetch_optional(&mut *conn)
    .await?;
    let stored = stored.ok_or(Error::NotFound)?;
    let mut kept = String::new();
    let first = end(conn, allowed.trust(), stored.project_id).await?;
    let second = end(conn, allowed.trust(), stored.other_id).await?;
    let mut entry =
        Entry::project(stored.project_id, "decision undone").change(stored.kind.label(), &second.reference, "");
    if let Some(Json(before)) = stored.before
        && first.merged_into == Some(stored.other_id)
    {
        let unmerged = unmerge(conn, allowed, (stored.other_id, stored.project_id), &before).await?;
        entry = entry.change("Status", first.status.label(), before.status.status.label()).change(
            "Came back",
            "",
            unmerged.came_back,
        );
        kept = unmerged.kept;
    }
    history::record(conn, allowed, entry).await?;
    let stays = match stored.kind {
        LinkKind::DuplicateOf => stays(conn, stored.other_id, stored.decided_at).await?,
        _ => String::new(),
    };
    let entry = Entry::project(stored.other_id, "decision undone")
        .change(stored.kind.label(), &first.reference, "")
        .change("What stays", "", stays)
        .change("What was changed since and stays", "", kept);
    history::record(conn, allowed, entry).await?;
    Ok((stored.project_id, stored.kind))
}

/// Keeps a registrant's word on how their project differs from one that was listed as like it. Said
/// again, the newer word stands; nothing is kept of a project that is not there to be seen.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn record_difference(
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
pub struct FormerMember {
    pub name: String,
    pub role: TeamRole,
}

/// A link, seen from one of its two projects.
#[derive(Clone, Debug, FromRow)]
pub struct Link {
    pub id: LinkId,
    /// What was decided.
    pub kind: LinkKind,
    /// Seen from the first project.
    pub first: bool,
    /// Why.
    pub word: String,
    pub decided_by: String,
    pub decided_at: DateTime<Utc>,
    /// The trust of the projects.
    #[sqlx(rename = "trust_id")]
    pub trust: TrustId,
    pub other: ProjectId,
    pub reference: String,
    pub title: String,
    /// Its team, when it was merged into this one.
    #[sqlx(json)]
    pub team: Vec<FormerMember>,
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
pub struct MergedHistory {
    /// The merged project.
    #[sqlx(rename = "project_id")]
    pub project: ProjectId,
    pub at: DateTime<Utc>,
    /// Who; none for Baton itself.
    pub actor: Option<String>,
    /// What was done.
    pub action: String,
}

/// The newest history of the projects that were merged into `$1`, as `$4` reads it. [`MergedHistory`] rows.
pub const MERGED_HISTORY: &str = concat!(
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
    pub id: LinkId,
    /// What was decided.
    pub kind: LinkKind,
    /// Why.
    pub word: String,
    pub decided_by: String,
    pub decided_at: DateTime<Utc>,
    /// The first project.
    pub project: ProjectId,
    pub reference: String,
    pub title: String,
    pub other: ProjectId,
    pub other_reference: String,
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

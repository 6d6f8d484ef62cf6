//! What was decided about two projects, and what a merged project brought along.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;
use sqlx::types::Json;

use super::super::model::{Decision, LinkKind};
use crate::access::{Act, Allowed, Coordinate, RegisterProject};
use crate::db::Connection;
use crate::error::Error;
use crate::handover;
use crate::history::{self, Entry};
use crate::id::{LinkId, PersonId, ProjectId, TrustId};
use crate::project::model::Status;
use crate::project::store::merged::{StatusBeforeMerge, close_as_merged, reopen_unmerged};
use crate::roles::{holds_on, live_offer};
use crate::team::model::TeamRole;
use crate::team::store::merged::{self, Outside};

#[derive(FromRow)]
struct PairEnd {
    reference: String,
    trust_id: TrustId,
    status: Status,
    merged_into: Option<ProjectId>,
}

async fn end(conn: &mut Connection, trust: TrustId, project: ProjectId) -> Result<PairEnd, Error> {
    let end: PairEnd = sqlx::query_as(
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
    before: Option<Json<StatusBeforeMerge>>,
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
    duplicate: &PairEnd,
    survivor: &PairEnd,
) -> Result<StatusBeforeMerge, Error> {
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
    let (today, now) = (allowed.today(), allowed.now);
    let effects = merge_effects(conn, decision.project, decision.other, today).await?;
    handover::store::end_for_merge(conn, allowed, decision.project).await?;
    let before = close_as_merged(conn, decision.project, decision.other, &decision.word, today, now).await?;
    let entry = Entry::project(decision.project, "merged into another project")
        .change("Merged into", "", &survivor.reference)
        .change("Status", duplicate.status.label(), Status::Closed.label())
        .change("Why", "", &decision.word);
    history::record(conn, allowed, entry).await?;
    record(conn, allowed, decision.other, "took in a duplicate", &duplicate.reference, &decision.word).await?;
    let why = format!("{} goes on inside this project", duplicate.reference);
    if let Some(lead) = &effects.lead {
        handover::store::offer_to_merged_lead(conn, allowed, decision.other, lead.person, &why).await?;
    }
    merged::invite(conn, allowed, decision.other, &effects.invited, &why).await?;
    Ok(before)
}

/// What merging a project into another does to its people and its handovers.
#[derive(Clone, Debug, Default)]
pub struct MergeEffects {
    /// How many handovers that are offered or agreed end.
    pub handovers: i64,
    /// Who is invited into the other's team.
    pub invited: Vec<Outside>,
    /// Its lead, when the other project is offered to them because nobody leads it.
    pub lead: Option<Outside>,
}

impl MergeEffects {
    /// In sentences.
    #[must_use]
    pub fn sentence(&self) -> String {
        let mut told = String::new();
        if self.handovers > 0 {
            let count = crate::format::count(self.handovers, "handover", "handovers");
            told.push_str(&format!(" {count} of it that is offered or agreed ends, and those concerned are told."));
        }
        if let Some(lead) = &self.lead {
            told.push_str(&format!(" Nobody leads the other project: it is offered to {}.", lead.name));
        }
        let names: Vec<&str> = self.invited.iter().map(|one| one.name.as_str()).collect();
        if !names.is_empty() {
            told.push_str(&format!(" {} invited into the other’s team.", people_are(&names)));
        }
        told
    }
}

fn people_are(names: &[&str]) -> String {
    match names {
        [one] => format!("{one} is"),
        [first @ .., last] => format!("{} and {last} are", first.join(", ")),
        [] => "Nobody is".to_owned(),
    }
}

/// What merging a project into another would do.
///
/// # Errors
/// When the store cannot be read.
pub async fn merge_effects(
    conn: &mut Connection,
    project: ProjectId,
    other: ProjectId,
    today: NaiveDate,
) -> Result<MergeEffects, Error> {
    let handovers = sqlx::query_scalar(concat!(
        "select count(*) from handover h where h.project_id = $1 and ((",
        live_offer!("h", "$2"),
        ") or (h.state = 'agreed' and h.takes_effect_on > $2))"
    ))
    .bind(project)
    .bind(today)
    .fetch_one(&mut *conn)
    .await?;
    let mut invited = merged::outside(conn, project, other, today).await?;
    let leads: Option<PersonId> = sqlx::query_scalar(concat!(
        "select z.lead_id from standing z where z.project_id = $1 and z.lead_id is not null and ",
        holds_on!("z", "$2")
    ))
    .bind(project)
    .bind(today)
    .fetch_optional(&mut *conn)
    .await?;
    let mut lead = None;
    if let Some(leads) = leads
        && handover::store::is_free(conn, other, today).await?
    {
        let name = crate::people::store::name(conn, leads).await?;
        invited.retain(|one| one.person != leads);
        lead = Some(Outside { person: leads, name, role: TeamRole::Lead });
    }
    Ok(MergeEffects { handovers, invited, lead })
}

/// What came of a merge and stays when it is undone, in a sentence: who was invited into the other's team then, and
/// whether it was offered to anybody.
async fn stays(conn: &mut Connection, other: ProjectId, merged_at: DateTime<Utc>) -> Result<String, Error> {
    let names: Vec<String> = sqlx::query_scalar(
        "select n.name from team_role r join person n on n.id = r.person_id
         where r.project_id = $1 and r.asked_at = $2 and r.opened_by = 'team' and r.state <> 'declined' and r.until_on is null
         union
         select n.name from handover h join person n on n.id = h.to_person
         where h.project_id = $1 and h.offered_at = $2 and h.state in ('offered', 'agreed') order by 1",
    )
    .bind(other)
    .bind(merged_at)
    .fetch_all(conn)
    .await?;
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    Ok(if names.is_empty() { String::new() } else { format!("{} still asked or in the team", people_are(&names)) })
}

#[derive(FromRow)]
struct Stored {
    project_id: ProjectId,
    other_id: ProjectId,
    kind: LinkKind,
    decided_at: DateTime<Utc>,
    before: Option<Json<StatusBeforeMerge>>,
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
    let first = end(conn, allowed.trust(), stored.project_id).await?;
    let second = end(conn, allowed.trust(), stored.other_id).await?;
    let mut entry =
        Entry::project(stored.project_id, "decision undone").change(stored.kind.label(), &second.reference, "");
    if let Some(Json(before)) = stored.before
        && first.merged_into == Some(stored.other_id)
    {
        reopen_unmerged(conn, stored.project_id, &before, allowed.now).await?;
        entry = entry.change("Status", first.status.label(), before.status.label());
    }
    history::record(conn, allowed, entry).await?;
    let stays = match stored.kind {
        LinkKind::DuplicateOf => stays(conn, stored.other_id, stored.decided_at).await?,
        _ => String::new(),
    };
    let entry = Entry::project(stored.other_id, "decision undone").change(stored.kind.label(), &first.reference, "");
    history::record(conn, allowed, entry.change("What stays", "", stays)).await?;
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

//! Projects registered, edited and ended.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use super::model::StatusChange;
use crate::access::{Act, Allowed, ChangeStatus, EditProject, FinishDraft, RegisterProject};
use crate::db::Connection;
use crate::duplicates;
use crate::error::{Error, FieldError};
use crate::handover;
use crate::history::{self, Entry};
use crate::id::{PersonId, PriorityId, ProjectId, TrustId};
use crate::progress::store::tasks;
use crate::project;
use crate::project::details::{ProjectDetails, ProjectForm, Registration};
use crate::project::model::{ClosedReason, Status};
use crate::project::store::{StatusDetails, details_columns, keep_looking};
use crate::roles::holds_on;
use crate::team;
use crate::team::model::{OpenedBy, RoleState, TeamRole};
use crate::team::store::{Membership, memberships};

/// A project with its priorities, its team and its newest history: the project's page, in one row.
#[derive(Clone, Debug, FromRow)]
pub struct Project {
    pub id: ProjectId,
    pub trust_id: TrustId,
    /// None while it is a draft.
    pub reference: Option<String>,
    #[sqlx(flatten)]
    pub details: ProjectDetails,
    /// Empty without a department.
    pub department_name: String,
    pub status: Status,
    /// When to look again at one that rests.
    pub review_on: Option<NaiveDate>,
    pub closed_reason: Option<ClosedReason>,
    pub closed_on: Option<NaiveDate>,
    /// What was said when its status last changed.
    pub closed_note: String,
    pub merged_into: Option<ProjectId>,
    /// The name of who registered it or wrote the draft.
    pub author: String,
    /// When it was registered.
    pub submitted_at: Option<DateTime<Utc>>,
    /// Rises by one with every change of the row.
    pub version: i64,
    #[sqlx(json)]
    pub priorities: Vec<LinkedPriority>,
    /// Leads first, then by role and date.
    #[sqlx(json)]
    pub team: Vec<Membership>,
    /// Newest first, as many as were asked for.
    #[sqlx(json)]
    pub history: Vec<history::Row>,
}

/// A priority that a project is linked to.
#[derive(Clone, Debug, Deserialize)]
pub struct LinkedPriority {
    pub id: PriorityId,
    pub title: String,
}

impl Project {
    /// The form that would say what is stored.
    ///
    /// # Errors
    /// [`Error::Internal`] when what is stored cannot be written as text.
    pub fn form(&self) -> Result<ProjectForm, Error> {
        let priorities = self.priorities.iter().map(|priority| priority.id);
        ProjectForm::holding(self.id, self.version, &self.details, priorities)
    }
}

/// What [`project_read_by`] asks: `$1` the project, `$2` today, `$3` how many entries of its history, `$4`
/// who reads them. One [`Project`].
pub const PROJECT: &str = concat!(
    "select ",
    details_columns!(),
    "p.id, p.trust_id, p.reference, p.status, p.review_on, p.closed_reason, p.closed_on, p.closed_note, p.merged_into,
                p.submitted_at, p.version, coalesce(d.name, '') as department_name, a.name as author,
                (select json_group_array(json_object('id', q.id, 'title', q.title) order by q.title)
                 from project_priority l join priority q on q.id = l.priority_id where l.project_id = p.id) as priorities,
                ",
        memberships!("p.id", "p.trust_id", "$2"),
        " as team,
                (select json_group_array(json_object('at', h.at, 'actor', n.name, 'action', h.action, 'detail', coalesce(t.detail, '')) order by h.sequence desc)
                 from (",
        history::read_by!("p.id", "$4"),
        " order by 1 desc limit $3) h
                 left join person n on n.id = h.actor_id
                 left join history_detail t on t.sequence = h.sequence) as history
         from project p
         join person a on a.id = p.author_id
         left join department d on d.id = p.department_id
         where p.id = $1"
);

/// A project as its page shows it, with the newest `entries` of its history.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn project(
    conn: &mut Connection,
    project: ProjectId,
    today: NaiveDate,
    entries: u32,
) -> Result<Project, Error> {
    project_read_by(conn, project, today, None, entries).await
}

/// A project as its page shows it to somebody, with the newest `entries` of the history that they read.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn project_read_by(
    conn: &mut Connection,
    project: ProjectId,
    today: NaiveDate,
    reader: Option<PersonId>,
    entries: u32,
) -> Result<Project, Error> {
    Ok(sqlx::query_as(PROJECT).bind(project).bind(today).bind(entries).bind(reader).fetch_one(conn).await?)
}

/// A draft, as its author's home page lists it.
#[derive(Clone, Debug, FromRow)]
pub struct Draft {
    /// Its id.
    pub id: ProjectId,
    /// Its title.
    pub title: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A person's drafts, the newest change first.
///
/// # Errors
/// When the store cannot be read.
pub async fn drafts(conn: &mut Connection, person: PersonId) -> Result<Vec<Draft>, Error> {
    Ok(sqlx::query_as(
        "select id, title, created_at, updated_at from project
         where author_id = $1 and status = 'draft' order by updated_at desc",
    )
    .bind(person)
    .fetch_all(conn)
    .await?)
}

/// Registers a project: it gets the next reference of its trust and year, who registers it leads it,
/// and the supervisor is asked.
///
/// # Errors
/// [`Error::Invalid`] when a choice is not one of the trust's.
pub async fn register(
    conn: &mut Connection,
    allowed: &Allowed<RegisterProject>,
    said: &Registration,
) -> Result<ProjectId, Error> {
    let project = project::store::insert_draft(conn, allowed, allowed.trust(), said).await?;
    activate(conn, allowed, project, allowed.trust()).await?;
    tasks::set_next_step(conn, allowed, project, &said.next_step, said.next_step_on).await?;
    if let Some(named) = &said.supervisor {
        team::store::ask_supervisor(conn, allowed, project, allowed.trust(), named).await?;
    }
    Ok(project)
}

/// The drafts that one person may keep: whoever forgets them hides their own projects behind them.
const MOST_DRAFTS: i64 = 50;

/// Saves a draft.
///
/// # Errors
/// [`Error::Invalid`] when a choice is not one of the trust's, or its author has too many drafts.
pub async fn save_draft(
    conn: &mut Connection,
    allowed: &Allowed<RegisterProject>,
    said: &Registration,
) -> Result<ProjectId, Error> {
    let drafts: i64 = sqlx::query_scalar("select count(*) from project where author_id = $1 and status = 'draft'")
        .bind(allowed.person()?)
        .fetch_one(&mut *conn)
        .await?;
    if drafts >= MOST_DRAFTS {
        return Err(Error::form(format!("You have {MOST_DRAFTS} drafts. Register or delete one of them first.")));
    }
    let project = project::store::insert_draft(conn, allowed, allowed.trust(), said).await?;
    tasks::set_next_step(conn, allowed, project, &said.next_step, said.next_step_on).await?;
    history::record(conn, allowed, Entry::project(project, "began a draft")).await?;
    if let Some(named) = &said.supervisor {
        team::store::ask_supervisor(conn, allowed, project, allowed.trust(), named).await?;
    }
    Ok(project)
}

async fn activate<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    trust: TrustId,
) -> Result<(), Error> {
    let reference = project::store::reference::activate(conn, allowed, project, trust).await?;
    team::store::insert_membership(
        conn,
        allowed,
        project,
        allowed.person()?,
        TeamRole::Lead,
        RoleState::Accepted,
        OpenedBy::Team,
        "",
    )
    .await?;
    duplicates::store::index(conn, project).await?;
    history::record(conn, allowed, Entry::project(project, history::REGISTERED).change("Reference", "", reference))
        .await
}

/// What a project is linked to, as its history tells it.
#[derive(FromRow)]
struct LinkNames {
    trust_id: TrustId,
    department: String,
    priorities: String,
}

async fn link_names(conn: &mut Connection, project: ProjectId) -> Result<LinkNames, Error> {
    Ok(sqlx::query_as(
        "select p.trust_id, coalesce(d.name, '') as department,
                coalesce((select group_concat(q.title, ', ' order by q.title) from project_priority l
                          join priority q on q.id = l.priority_id where l.project_id = p.id), '') as priorities
         from project p left join department d on d.id = p.department_id where p.id = $1",
    )
    .bind(project)
    .fetch_one(conn)
    .await?)
}

/// Changes what is said about a project, if its row still has the version that the change was made from; asks a
/// supervisor if one is named.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when a choice is not one of the
/// trust's.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<EditProject>,
    version: i64,
    said: &Registration,
) -> Result<(), Error> {
    let id = allowed.project();
    let before = project::store::details(conn, id).await?;
    let names_before = link_names(conn, id).await?;
    project::store::update(conn, allowed, (id, version), &before, names_before.trust_id, said).await?;
    let names = link_names(conn, id).await?;
    let entry = said
        .details
        .changes(&before, Entry::project(id, "edited the project"))
        .change("Department", names_before.department, names.department)
        .change("Priorities", names_before.priorities, names.priorities);
    history::record(conn, allowed, entry).await?;
    duplicates::store::index(conn, id).await?;
    if let Some(named) = &said.supervisor {
        team::store::ask_supervisor(conn, allowed, id, names_before.trust_id, named).await?;
    }
    Ok(())
}

/// Submits a draft that lacks nothing: see [`register`].
///
/// # Errors
/// When the store cannot write.
pub async fn submit(conn: &mut Connection, allowed: &Allowed<FinishDraft>) -> Result<(), Error> {
    activate(conn, allowed, allowed.project(), allowed.in_trust()?).await
}

/// Deletes a draft. A trigger deletes what hangs on it, and refuses for what is no draft. Its history
/// says that there was one, and nothing of what stood in it.
///
/// # Errors
/// When the store cannot write.
pub async fn delete_draft(conn: &mut Connection, allowed: &Allowed<FinishDraft>) -> Result<(), Error> {
    let id = allowed.project();
    project::store::delete_draft(conn, id).await?;
    history::erase_project(&mut *conn, allowed, id, "its author deleted the draft").await?;
    history::record(conn, allowed, Entry::project(id, "deleted the draft")).await
}

/// Changes a project's status, if its row still has the version that the change was made from.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when the status does not allow
/// it or a handover is under way.
pub async fn change_status(
    conn: &mut Connection,
    allowed: &Allowed<ChangeStatus>,
    version: i64,
    change: &StatusChange,
) -> Result<(), Error> {
    let id = allowed.project();
    let now = project::store::summary(conn, id).await?;
    if now.version != version {
        return Err(Error::Conflict);
    }
    if now.merged_into.is_some() {
        return Err(Error::form(
            "This project was merged into another. The academy lead can undo that under Possible duplicates.",
        ));
    }
    if !change.to.is_allowed_from(now.status) {
        return Err(Error::form("The project's status does not allow this any more. Open the page again."));
    }
    let status = change.to.status();
    if status == Status::Closed {
        handover::store::expire_lapsed_offer(conn, allowed, id).await?;
        let under_way = team::store::under_way(conn, id, allowed.today()).await?;
        if let Some(handover) = under_way {
            let mut error = FieldError::new("", "A handover of this project is under way. Withdraw it first.");
            error.link = Some(format!("/handovers/{handover}"));
            return Err(Error::Invalid(vec![error]));
        }
    }
    let details =
        StatusDetails { status, review_on: change.review_on, closed_reason: change.to.reason(), note: &change.note };
    project::store::update_status(conn, allowed, id, version, &details).await?;
    rests(conn, allowed, id, change).await?;
    let label = change.to.reason().map_or(status.label(), ClosedReason::label);
    let action = match status {
        Status::Closed => "closed the project",
        _ if now.status == Status::Closed => "reopened the project",
        _ => "changed the status",
    };
    history::record(
        conn,
        allowed,
        Entry::project(id, action)
            .change("Status", now.status.label(), label)
            .change("Look again on", "", change.review_on.map(crate::format::date).unwrap_or_default())
            .change("Note", "", &change.note),
    )
    .await
}

/// Where nobody leads the project, pausing it is the choice to leave it so until the day; any other status ends what was
/// chosen.
async fn rests(
    conn: &mut Connection,
    allowed: &Allowed<ChangeStatus>,
    id: ProjectId,
    change: &StatusChange,
) -> Result<(), Error> {
    let until = change.review_on.filter(|_| change.to.status() == Status::Paused);
    let Some(until) = until else { return keep_looking::end(conn, id, allowed.today()).await };
    let unled: bool = sqlx::query_scalar(concat!(
        "select exists (select 1 from standing z where z.project_id = $1 and z.lead_id is null and ",
        holds_on!("z", "$2"),
        ")"
    ))
    .bind(id)
    .bind(allowed.today())
    .fetch_one(&mut *conn)
    .await?;
    if unled { keep_looking::choose(conn, id, until).await } else { Ok(()) }
}

#[cfg(test)]
mod tests;

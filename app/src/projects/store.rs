//! Projects registered, edited and ended.

use std::collections::HashSet;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use super::model::StatusChange;
use crate::access::{Act, Allowed, ChangeStatus, EditProject, FinishDraft, RegisterProject};
use crate::db::Connection;
use crate::duplicates;
use crate::error::{Error, FieldError};
use crate::handover;
use crate::history::{self, Entry};
use crate::id::{DepartmentId, PersonId, PriorityId, ProjectId, TrustId};
use crate::people::model::Named;
use crate::project;
use crate::project::details::{ProjectDetails, ProjectForm};
use crate::project::model::{ClosedReason, Origin, ProjectType, Status};
use crate::roles::post_on;
use crate::team;
use crate::team::model::{OpenedBy, RoleState, TeamRole};
use crate::team::store::Membership;

/// A project with its priorities, its team and its newest history: the project's page, in one row.
#[derive(Clone, Debug, FromRow)]
pub struct Project {
    /// Its id.
    pub id: ProjectId,
    /// Its trust.
    pub trust_id: TrustId,
    /// Its reference; none while it is a draft.
    pub reference: Option<String>,
    /// Its title.
    pub title: String,
    /// What goes wrong, for whom.
    pub problem: String,
    /// Its type.
    #[sqlx(rename = "type")]
    pub kind: ProjectType,
    /// Its department.
    pub department_id: Option<DepartmentId>,
    /// The department's name; empty without one.
    pub department_name: String,
    /// Its status.
    pub status: Status,
    /// When to look again at one that rests.
    pub review_on: Option<NaiveDate>,
    /// Why it is closed.
    pub closed_reason: Option<ClosedReason>,
    /// When it was closed.
    pub closed_on: Option<NaiveDate>,
    /// What was said when its status last changed.
    pub closed_note: String,
    /// Where it was merged into.
    pub merged_into: Option<ProjectId>,
    /// What it came from.
    pub origin: Origin,
    /// More about what it came from.
    pub origin_note: String,
    /// Why it matters locally, when no priority fits.
    pub local_need: String,
    /// What is to change.
    pub aim_what: String,
    /// For whom.
    pub aim_whom: String,
    /// How much.
    pub aim_how_much: String,
    /// By when.
    pub aim_by: Option<NaiveDate>,
    /// An audit's standard.
    pub standard: String,
    /// Where the standard comes from.
    pub standard_source: String,
    /// The level to meet.
    pub standard_level: String,
    /// When it is audited again.
    pub reaudit_on: Option<NaiveDate>,
    /// The next step.
    pub next_step: String,
    /// When it is due.
    pub next_step_on: Option<NaiveDate>,
    /// The name of who registered it or wrote the draft.
    pub author: String,
    /// When it was begun.
    pub created_at: DateTime<Utc>,
    /// When it was registered.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The version of its row.
    pub version: i64,
    priorities: String,
    team: String,
    history: String,
}

/// A priority that a project is linked to.
#[derive(Clone, Debug, Deserialize)]
pub struct Linked {
    /// Its id.
    pub id: PriorityId,
    /// Its title.
    pub title: String,
}

impl Project {
    /// The priorities it is linked to.
    ///
    /// # Errors
    /// When the stored JSON cannot be read.
    pub fn priorities(&self) -> Result<Vec<Linked>, Error> {
        Ok(serde_json::from_str(&self.priorities)?)
    }

    /// The team: leads first, then by role and date.
    ///
    /// # Errors
    /// When the stored JSON cannot be read.
    pub fn team(&self) -> Result<Vec<Membership>, Error> {
        Ok(serde_json::from_str(&self.team)?)
    }

    /// The newest history.
    ///
    /// # Errors
    /// When the stored JSON cannot be read.
    pub fn history(&self) -> Result<Vec<history::Row>, Error> {
        Ok(serde_json::from_str(&self.history)?)
    }

    /// The form that would say what is stored.
    ///
    /// # Errors
    /// When the stored JSON cannot be read.
    pub fn form(&self) -> Result<ProjectForm, Error> {
        let date = |date: Option<NaiveDate>| date.map(|date| date.to_string()).unwrap_or_default();
        Ok(ProjectForm {
            project: self.id.to_string(),
            version: self.version.to_string(),
            then: String::new(),
            kind: self.kind.to_string(),
            title: self.title.clone(),
            problem: self.problem.clone(),
            department: self.department_id.map(|id| id.to_string()).unwrap_or_default(),
            priorities: self.priorities()?.into_iter().map(|priority| priority.id.to_string()).collect(),
            local_need: self.local_need.clone(),
            origin: self.origin.to_string(),
            origin_note: self.origin_note.clone(),
            aim_what: self.aim_what.clone(),
            aim_whom: self.aim_whom.clone(),
            aim_how_much: self.aim_how_much.clone(),
            aim_by: date(self.aim_by),
            standard: self.standard.clone(),
            standard_source: self.standard_source.clone(),
            standard_level: self.standard_level.clone(),
            reaudit_on: date(self.reaudit_on),
            next_step: self.next_step.clone(),
            next_step_on: date(self.next_step_on),
            ..ProjectForm::default()
        })
    }
}

/// What [`project_read_by`] asks: `$1` the project, `$2` today, `$3` how many entries of its history, `$4`
/// who reads them. One [`Project`].
pub const PROJECT: &str = concat!(
    "select p.*, coalesce(d.name, '') as department_name, a.name as author,
                (select json_group_array(json_object('id', q.id, 'title', q.title) order by q.title)
                 from project_priority l join priority q on q.id = l.priority_id where l.project_id = p.id) as priorities,
                (select json_group_array(json_object(
                        'id', r.id, 'person', r.person_id, 'name', coalesce(k.named, n.name), 'role', r.role, 'state', r.state,
                        'opened_by', r.opened_by, 'message', r.message, 'from_on', r.from_on, 'until_on', r.until_on,
                        'contribution', r.contribution, 'mistake', json(iif(r.by_mistake, 'true', 'false')), 'asked_at', r.asked_at,
                        'account', json(iif(k.named is null and exists (select 1 from credential c where c.person_id = r.person_id), 'true', 'false')),
                        'post', coalesce(o.grade || ', ' || e.name, ''), 'post_ends', o.ends_on)
                        order by case r.role when 'lead' then 0 when 'supervisor' then 1 else 2 end, r.from_on, n.name)
                 from team_role r join person n on n.id = r.person_id
                 left join tie k on k.person_id = r.person_id and k.trust_id = p.trust_id and k.state <> 'accepted'
                 left join post o on k.named is null and o.id = (select x.id from post x where x.person_id = r.person_id and x.trust_id = p.trust_id
                        and ", post_on!("x", "$2"), " order by x.ends_on is null desc, x.ends_on desc limit 1)
                 left join department e on e.id = o.department_id
                 where r.project_id = p.id) as team,
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
    words: &ProjectDetails,
    supervisor: Option<&Named>,
) -> Result<ProjectId, Error> {
    let project = insert(conn, allowed, words).await?;
    activate(conn, allowed, project, allowed.trust()).await?;
    if let Some(named) = supervisor {
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
    words: &ProjectDetails,
    supervisor: Option<&Named>,
) -> Result<ProjectId, Error> {
    let drafts: i64 = sqlx::query_scalar("select count(*) from project where author_id = $1 and status = 'draft'")
        .bind(allowed.person()?)
        .fetch_one(&mut *conn)
        .await?;
    if drafts >= MOST_DRAFTS {
        return Err(Error::form(format!("You have {MOST_DRAFTS} drafts. Register or delete one of them first.")));
    }
    let project = insert(conn, allowed, words).await?;
    history::record(conn, allowed, Entry::project(project, "began a draft")).await?;
    if let Some(named) = supervisor {
        team::store::ask_supervisor(conn, allowed, project, allowed.trust(), named).await?;
    }
    Ok(project)
}

async fn insert(
    conn: &mut Connection,
    allowed: &Allowed<RegisterProject>,
    words: &ProjectDetails,
) -> Result<ProjectId, Error> {
    let trust = allowed.trust();
    let project = ProjectId::new();
    check_department(conn, trust, words.department).await?;
    sqlx::query(
        "insert into project (id, trust_id, title, problem, type, department_id, status, origin, origin_note, local_need,
                aim_what, aim_whom, aim_how_much, aim_by, standard, standard_source, standard_level, reaudit_on,
                next_step, next_step_on, author_id, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, 'draft', $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21)",
    )
    .bind(project)
    .bind(trust)
    .bind(&words.title)
    .bind(&words.problem)
    .bind(words.kind)
    .bind(words.department)
    .bind(words.origin)
    .bind(&words.origin_note)
    .bind(&words.local_need)
    .bind(&words.aim_what)
    .bind(&words.aim_whom)
    .bind(&words.aim_how_much)
    .bind(words.aim_by)
    .bind(&words.standard)
    .bind(&words.standard_source)
    .bind(&words.standard_level)
    .bind(words.reaudit_on)
    .bind(&words.next_step)
    .bind(words.next_step_on)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    link_priorities(conn, trust, project, &words.priorities).await?;
    Ok(project)
}

async fn check_department(
    conn: &mut Connection,
    trust: TrustId,
    department: Option<DepartmentId>,
) -> Result<(), Error> {
    let Some(department) = department else { return Ok(()) };
    let known: bool = sqlx::query_scalar("select exists (select 1 from department where id = $1 and trust_id = $2)")
        .bind(department)
        .bind(trust)
        .fetch_one(conn)
        .await?;
    if known { Ok(()) } else { Err(Error::field("department", "Choose a department from the list.")) }
}

async fn link_priorities(
    conn: &mut Connection,
    trust: TrustId,
    project: ProjectId,
    priorities: &[PriorityId],
) -> Result<(), Error> {
    let mut once = HashSet::new();
    for priority in priorities.iter().filter(|priority| once.insert(**priority)) {
        let linked = sqlx::query(
            "insert into project_priority (project_id, priority_id)
             select $1, id from priority where id = $2 and trust_id = $3",
        )
        .bind(project)
        .bind(priority)
        .bind(trust)
        .execute(&mut *conn)
        .await?;
        if linked.rows_affected() == 0 {
            return Err(Error::field("priorities[]", "Choose priorities from the list."));
        }
    }
    Ok(())
}

async fn activate<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    trust: TrustId,
) -> Result<(), Error> {
    let year = allowed.today().year();
    let number: i64 = sqlx::query_scalar(
        "insert into reference_counter (trust_id, year, last) values ($1, $2, 1)
         on conflict (trust_id, year) do update set last = last + 1 returning last",
    )
    .bind(trust)
    .bind(year)
    .fetch_one(&mut *conn)
    .await?;
    let reference = format!("QI-{year}-{number:04}");
    sqlx::query(
        "update project set status = 'active', reference = $2, submitted_at = $3, updated_at = $3, version = version + 1
         where id = $1 and status = 'draft'",
    )
    .bind(project)
    .bind(&reference)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
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

#[derive(FromRow)]
struct Choices {
    trust_id: TrustId,
    department: String,
    priorities: String,
}

async fn choices_of(conn: &mut Connection, project: ProjectId) -> Result<Choices, Error> {
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

/// Changes a project's words, if its row still has the version that the change was made from.
///
/// # Errors
/// [`Error::Conflict`] when somebody else was faster, [`Error::Invalid`] when a choice is not one of the
/// trust's.
pub async fn edit(
    conn: &mut Connection,
    allowed: &Allowed<EditProject>,
    version: i64,
    words: &ProjectDetails,
    supervisor: Option<&Named>,
) -> Result<(), Error> {
    let id = allowed.project();
    let old = project(conn, id, allowed.today(), 0).await?;
    let before = choices_of(conn, id).await?;
    if old.department_id != words.department {
        check_department(conn, before.trust_id, words.department).await?;
    }
    let changed = sqlx::query(
        "update project set title = $3, problem = $4, type = $5, department_id = $6, origin = $7, origin_note = $8,
                local_need = $9, aim_what = $10, aim_whom = $11, aim_how_much = $12, aim_by = $13, standard = $14,
                standard_source = $15, standard_level = $16, reaudit_on = $17, next_step = $18, next_step_on = $19,
                updated_at = $20, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(&words.title)
    .bind(&words.problem)
    .bind(words.kind)
    .bind(words.department)
    .bind(words.origin)
    .bind(&words.origin_note)
    .bind(&words.local_need)
    .bind(&words.aim_what)
    .bind(&words.aim_whom)
    .bind(&words.aim_how_much)
    .bind(words.aim_by)
    .bind(&words.standard)
    .bind(&words.standard_source)
    .bind(&words.standard_level)
    .bind(words.reaudit_on)
    .bind(&words.next_step)
    .bind(words.next_step_on)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    sqlx::query("delete from project_priority where project_id = $1").bind(id).execute(&mut *conn).await?;
    link_priorities(conn, before.trust_id, id, &words.priorities).await?;
    let after = choices_of(conn, id).await?;
    let date = |date: Option<NaiveDate>| date.map(crate::format::date).unwrap_or_default();
    let entry = Entry::project(id, "edited the project")
        .change("Type", old.kind.label(), words.kind.label())
        .change("Title", &old.title, &words.title)
        .change("Problem", &old.problem, &words.problem)
        .change("Department", before.department, after.department)
        .change("Priorities", before.priorities, after.priorities)
        .change("Local need", &old.local_need, &words.local_need)
        .change("Origin", old.origin.label(), words.origin.label())
        .change("More about the origin", &old.origin_note, &words.origin_note)
        .change("Aim: what", &old.aim_what, &words.aim_what)
        .change("Aim: for whom", &old.aim_whom, &words.aim_whom)
        .change("Aim: how much", &old.aim_how_much, &words.aim_how_much)
        .change("Aim: by when", date(old.aim_by), date(words.aim_by))
        .change("Standard", &old.standard, &words.standard)
        .change("Source of the standard", &old.standard_source, &words.standard_source)
        .change("Level to meet", &old.standard_level, &words.standard_level)
        .change("Re-audit", date(old.reaudit_on), date(words.reaudit_on))
        .change("Next step", &old.next_step, &words.next_step)
        .change("Date of the next step", date(old.next_step_on), date(words.next_step_on));
    history::record(conn, allowed, entry).await?;
    duplicates::store::index(conn, id).await?;
    if let Some(named) = supervisor {
        team::store::ask_supervisor(conn, allowed, id, before.trust_id, named).await?;
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
    sqlx::query("delete from project where id = $1").bind(id).execute(&mut *conn).await?;
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
            "This project was merged into another. The academy lead can undo that under Look-alikes.",
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
    let changed = sqlx::query(
        "update project set status = $3, review_on = $4, closed_reason = $5, closed_on = $6, closed_note = $7,
                updated_at = $8, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(id)
    .bind(version)
    .bind(status)
    .bind(change.review_on)
    .bind(change.to.reason())
    .bind((status == Status::Closed).then(|| allowed.today()))
    .bind(&change.note)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Error::Conflict);
    }
    let told = change.to.reason().map_or(status.label(), ClosedReason::label);
    let action = match status {
        Status::Closed => "closed the project",
        _ if now.status == Status::Closed => "reopened the project",
        _ => "changed the status",
    };
    history::record(
        conn,
        allowed,
        Entry::project(id, action)
            .change("Status", now.status.label(), told)
            .change("Look again on", "", change.review_on.map(crate::format::date).unwrap_or_default())
            .change("Note", "", &change.note),
    )
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access;
    use crate::access::{AnswerQuestion, ManageTeam};
    use crate::duplicates::model::Query;
    use crate::id::TeamRoleId;
    use crate::project::details::Completeness;
    use crate::project::store::summary;
    use crate::projects::model::Transition;
    use crate::team::model::Invitation;
    use crate::team::model::InviteForm;
    use crate::team::store::{MOST_ASKED, answer, change_role, end_role, invite, questions_for};
    use crate::testing::{Fixture, TODAY, noon, on};

    fn form(at: &Fixture) -> ProjectForm {
        ProjectForm {
            kind: "quality_improvement".into(),
            title: "Antibiotics in sepsis".into(),
            problem: "They are late.".into(),
            department: at.department.to_string(),
            priorities: vec![at.priority.to_string()],
            ..ProjectForm::default()
        }
    }

    async fn registered(
        at: &Fixture,
        person: PersonId,
        form: &ProjectForm,
        now: DateTime<Utc>,
    ) -> Result<ProjectId, Error> {
        let request = at.request_at(Some(person), now).await;
        let trust = request.person()?.trust;
        let (words, supervisor) = form.parse(Completeness::Registered)?;
        let mut change = at.store.write().await?;
        let allowed = request.require(&mut change, RegisterProject(trust)).await?;
        let project = register(&mut change, &allowed, &words, supervisor.as_ref()).await?;
        change.commit().await?;
        Ok(project)
    }

    #[tokio::test]
    async fn references_count_within_a_trust_and_a_year() {
        let at = Fixture::new().await;
        let form = form(&at);
        let next_year = "2027-01-01T00:30:00Z".parse().expect("a moment");
        let mut references = Vec::new();
        for (person, now) in [(at.trainee, noon()), (at.colleague, noon()), (at.lead, next_year)] {
            let project = registered(&at, person, &form, now).await.expect("registered");
            let mut conn = at.store.read().await.expect("a reader");
            references.push(summary(&mut conn, project).await.expect("a head").reference.unwrap_or_default());
        }
        assert_eq!(references, ["QI-2026-0001", "QI-2026-0002", "QI-2027-0001"]);
    }

    #[tokio::test]
    async fn what_is_registered_is_led_found_and_on_record() {
        let at = Fixture::new().await;
        let named = ProjectForm { supervisor: at.supervisor.to_string(), ..form(&at) };
        let id = registered(&at, at.trainee, &named, noon()).await.expect("registered");
        let mut conn = at.store.read().await.expect("a reader");
        let stored = project(&mut conn, id, TODAY, 20).await.expect("a project");
        let team = stored.team().expect("a team");
        let lead = team.iter().find(|place| place.role() == TeamRole::Lead).expect("a lead");
        assert!(lead.person == at.trainee && lead.is_current(TODAY));
        assert_eq!((lead.post.as_str(), lead.post_ends), ("FY2, Acute medicine", Some(on("2026-08-04"))));
        let supervisor = team.iter().find(|place| place.role() == TeamRole::Supervisor).expect("a supervisor");
        assert!(supervisor.is_open_question() && !supervisor.is_current(TODAY), "a supervisor counts once they accept");
        let actions: Vec<String> = stored.history().expect("a history").into_iter().map(|row| row.action).collect();
        assert_eq!(actions, ["asked for a supervisor", "registered the project"]);
        let found = duplicates::store::similar(&mut conn, at.trust, &Query::whole("Sepsis antibiotics"), None, TODAY)
            .await
            .expect("found");
        assert_eq!(found.first().map(|one| one.id), Some(id));
        let waiting = questions_for(&mut conn, at.supervisor, Some(at.trust), None, TODAY).await.expect("questions");
        assert_eq!(waiting.iter().map(|question| question.role).collect::<Vec<_>>(), [TeamRole::Supervisor]);
        assert!(questions_for(&mut conn, at.trainee, Some(at.trust), None, TODAY).await.expect("questions").is_empty());
        let asked = questions_for(&mut conn, at.lead, Some(at.trust), Some(at.trust), TODAY).await.expect("questions");
        assert_eq!(asked.iter().map(|question| question.person_id).collect::<Vec<_>>(), [at.supervisor]);
        assert!(questions_for(&mut conn, at.lead, Some(at.trust), None, TODAY).await.expect("questions").is_empty());
    }

    #[tokio::test]
    async fn who_names_themselves_supervisor_waits_for_the_academy_lead() {
        let at = Fixture::new().await;
        let own = ProjectForm { supervisor: at.supervisor.to_string(), ..form(&at) };
        let id = registered(&at, at.supervisor, &own, noon()).await.expect("registered");
        let supervisor = async || {
            let mut conn = at.store.read().await.expect("a reader");
            let team = project(&mut conn, id, TODAY, 0).await.expect("a project").team().expect("a team");
            team.into_iter().find(|place| place.role() == TeamRole::Supervisor).expect("a supervisor")
        };
        let place = supervisor().await;
        assert!(place.is_open_question() && place.person == at.supervisor, "they lead it");
        let mut conn = at.store.read().await.expect("a reader");
        assert!(
            questions_for(&mut conn, at.supervisor, Some(at.trust), None, TODAY).await.expect("questions").is_empty()
        );
        let asked = questions_for(&mut conn, at.lead, Some(at.trust), Some(at.trust), TODAY).await.expect("questions");
        assert_eq!(asked.iter().map(|question| question.id).collect::<Vec<_>>(), [place.id]);
        drop(conn);
        let own = at.request(Some(at.supervisor)).await;
        let mut change = at.store.write().await.expect("a change");
        let refused = own.require(&mut change, AnswerQuestion(place.id)).await;
        assert_eq!(refused.err(), Some(Error::Forbidden), "nobody confirms themselves");
        drop(change);
        let request = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, AnswerQuestion(place.id)).await.expect("allowed");
        answer(&mut change, &allowed, true, "").await.expect("confirmed");
        change.commit().await.expect("committed");
        assert!(supervisor().await.is_current(TODAY));
    }

    #[tokio::test]
    async fn whoever_stays_supervises_a_project_of_others_by_saying_so() {
        let at = Fixture::new().await;
        let id = at.project("Sepsis").await;
        for (person, state) in [(at.lead, "accepted"), (at.trainee, "asked")] {
            let request = at.request(Some(person)).await;
            let mut change = at.store.write().await.expect("a change");
            let allowed = request.require(&mut change, ManageTeam(id)).await.expect("allowed");
            let whom = Named::Colleague(person);
            let invitation = Invitation { whom, role: TeamRole::Supervisor, message: String::new() };
            invite(&mut change, &allowed, &invitation).await.expect("invited");
            let stored: String = sqlx::query_scalar(
                "select state from team_role where project_id = $1 and person_id = $2 and role = 'supervisor'",
            )
            .bind(id)
            .bind(person)
            .fetch_one(&mut *change)
            .await
            .expect("a place");
            assert_eq!(stored, state);
            change.commit().await.expect("committed");
        }
    }

    #[tokio::test]
    async fn a_supervisor_stays_while_a_handover_waits_for_them() {
        let at = Fixture::new().await;
        let id = at.project("Sepsis").await;
        let mut change = at.store.write().await.expect("a change");
        sqlx::query("insert into handover (id, project_id, from_person, to_person, state, takes_effect_on, created_by, created_at, offered_at) values ($1, $2, $3, $4, 'offered', '2026-04-01', $3, $5, $5)")
            .bind(crate::id::HandoverId::new()).bind(id).bind(at.trainee).bind(at.colleague).bind(noon())
            .execute(&mut *change).await.expect("a handover");
        let place: TeamRoleId =
            sqlx::query_scalar("select id from team_role where project_id = $1 and role = 'supervisor'")
                .bind(id)
                .fetch_one(&mut *change)
                .await
                .expect("a place");
        change.commit().await.expect("committed");

        let trainee = at.request(Some(at.trainee)).await;
        let administrator = at.request(Some(at.administrator)).await;
        let lead = at.request(Some(at.lead)).await;
        let mut change = at.store.write().await.expect("a change");
        let by_lead = trainee.require(&mut change, ManageTeam(id)).await.expect("allowed");
        let ended = end_role(&mut change, &by_lead, place, Some("Guided it")).await;
        assert!(matches!(ended, Err(Error::Invalid(_))), "the lead does not choose who answers");
        let moved = change_role(&mut change, &by_lead, place, TeamRole::Coach).await;
        assert!(matches!(moved, Err(Error::Invalid(_))));

        let whom = Named::Colleague(at.administrator);
        let invitation = Invitation { whom, role: TeamRole::Supervisor, message: String::new() };
        invite(&mut change, &by_lead, &invitation).await.expect("invited");
        let waiting =
            questions_for(&mut change, at.administrator, Some(at.trust), None, TODAY).await.expect("questions");
        assert!(waiting[0].waits, "their page offers no button that is refused");
        let question = waiting[0].id;
        let own = administrator.require(&mut change, AnswerQuestion(question)).await.expect("allowed");
        assert!(matches!(answer(&mut change, &own, true, "").await, Err(Error::Invalid(_))));
        let academy = lead.require(&mut change, AnswerQuestion(question)).await.expect("allowed");
        answer(&mut change, &academy, true, "").await.expect("with the academy lead's word");
        let academy = lead.require(&mut change, ManageTeam(id)).await.expect("allowed");
        end_role(&mut change, &academy, place, Some("Guided it")).await.expect("with the academy lead's word");
    }

    #[tokio::test]
    async fn one_place_is_asked_for_once_and_a_priority_named_twice_is_one() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.trainee)).await;
        let twice = ProjectForm {
            supervisor: at.supervisor.to_string(),
            priorities: vec![at.priority.to_string(), at.priority.to_string()],
            ..form(&at)
        };
        let (words, supervisor) = twice.parse(Completeness::Draft).expect("words");
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
        let id = save_draft(&mut change, &allowed, &words, supervisor.as_ref()).await.expect("saved");
        let allowed = request.require(&mut change, EditProject(id)).await.expect("allowed");
        let again = edit(&mut change, &allowed, 1, &words, supervisor.as_ref()).await;
        assert!(matches!(again, Err(Error::Invalid(errors)) if errors[0].field == "supervisor"));
    }

    #[tokio::test]
    async fn whoever_has_many_drafts_finishes_one_before_the_next() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
        let (words, _) = form(&at).parse(Completeness::Draft).expect("words");
        let mut last = None;
        for _ in 0..MOST_DRAFTS {
            last = Some(save_draft(&mut change, &allowed, &words, None).await.expect("saved"));
        }
        let refused = save_draft(&mut change, &allowed, &words, None).await;
        let Err(Error::Invalid(errors)) = refused else { panic!("refused") };
        assert!(errors[0].message.contains("You have 50 drafts"), "{}", errors[0].message);
        let draft = FinishDraft(last.expect("a draft"));
        let finish = request.require(&mut change, draft).await.expect("allowed");
        submit(&mut change, &finish).await.expect("registered");
        save_draft(&mut change, &allowed, &words, None).await.expect("saved");
    }

    #[tokio::test]
    async fn a_team_asks_so_many_people_until_some_have_answered() {
        let at = Fixture::new().await;
        let project = at.project("Sepsis").await;
        let request = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, ManageTeam(project)).await.expect("allowed");
        for number in 0..=MOST_ASKED {
            let form = InviteForm {
                role: "member".into(),
                name: "Dr New".into(),
                address: format!("new{number}@trust.uk"),
                ..InviteForm::default()
            };
            let invited = invite(&mut change, &allowed, &form.parse().expect("an invitation")).await;
            match invited {
                Ok(()) => assert!(number < MOST_ASKED, "one more than there may be"),
                Err(Error::Invalid(errors)) => {
                    assert!(number == MOST_ASKED && errors[0].message.contains("have not answered"), "{errors:?}");
                }
                Err(other) => panic!("{other:?}"),
            }
        }
    }

    #[tokio::test]
    async fn what_stood_in_a_draft_is_read_by_its_author_and_whom_they_invited() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.trainee)).await;
        let secret = ProjectForm { problem: "Mr Secret fell".into(), ..form(&at) };
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
        let (words, _) = secret.parse(Completeness::Draft).expect("words");
        let supervisor = Named::Colleague(at.supervisor);
        let id = save_draft(&mut change, &allowed, &words, Some(&supervisor)).await.expect("saved");
        change.commit().await.expect("committed");
        // Edited and registered with one press: at one moment.
        let later = at.request_at(Some(at.trainee), noon() + chrono::Duration::minutes(5)).await;
        let mut change = at.store.write().await.expect("a change");
        let allowed = later.require(&mut change, EditProject(id)).await.expect("allowed");
        let (words, _) = form(&at).parse(Completeness::Registered).expect("words");
        edit(&mut change, &allowed, 1, &words, None).await.expect("edited");
        let allowed = later.require(&mut change, FinishDraft(id)).await.expect("allowed");
        submit(&mut change, &allowed).await.expect("registered");
        change.commit().await.expect("committed");

        let mut conn = at.store.read().await.expect("a reader");
        for (reader, all) in [(at.trainee, true), (at.supervisor, true), (at.colleague, false), (at.lead, false)] {
            let rows = history::of_project_read_by(&mut conn, id, reader, 50, 0).await.expect("a history");
            let page = project_read_by(&mut conn, id, TODAY, Some(reader), 20).await.expect("a project");
            let newest = page.history().expect("a history");
            let count = history::count_of_project_read_by(&mut conn, id, reader).await.expect("a count");
            let actions: Vec<&str> = rows.iter().map(|row| row.action.as_str()).collect();
            assert_eq!(newest.iter().map(|row| row.action.as_str()).collect::<Vec<_>>(), actions);
            assert_eq!(i64::try_from(actions.len()), Ok(count));
            let told = rows.iter().chain(&newest).any(|row| row.detail.contains("Mr Secret"));
            assert_eq!(told, all);
            if all {
                assert_eq!(
                    actions,
                    ["registered the project", "edited the project", "asked for a supervisor", "began a draft"]
                );
            } else {
                assert_eq!(actions, ["registered the project", "wrote it as a draft"]);
                assert_eq!(rows[1].actor.as_deref(), Some("Tara Trainee"));
            }
        }
        let second = history::of_project_read_by(&mut conn, id, at.colleague, 1, 1).await.expect("a history");
        assert_eq!(second[0].action, "wrote it as a draft", "also page by page");
    }

    /// The tables that lead to a project, directly or through others.
    async fn hang_on_a_project(conn: &mut Connection) -> std::collections::BTreeSet<String> {
        let keys: Vec<(String, String)> = sqlx::query_as(
            "select m.name, f.\"table\" from sqlite_schema m join pragma_foreign_key_list(m.name) f where m.type = 'table'",
        )
        .fetch_all(conn)
        .await
        .expect("foreign keys");
        let mut found = std::collections::BTreeSet::from(["project".to_owned()]);
        loop {
            let more: Vec<String> = keys
                .iter()
                .filter(|(child, parent)| found.contains(parent) && !found.contains(child))
                .map(|(child, _)| child.clone())
                .collect();
            if more.is_empty() {
                break;
            }
            found.extend(more);
        }
        found.remove("project");
        found
    }

    #[tokio::test]
    async fn every_table_that_leads_to_a_project_is_named_where_drafts_are_deleted() {
        let at = Fixture::new().await;
        let mut conn = at.store.read().await.expect("a reader");
        let trigger: String =
            sqlx::query_scalar("select sql from sqlite_schema where type = 'trigger' and name = 'project_is_deleted'")
                .fetch_one(&mut *conn)
                .await
                .expect("the trigger");
        let tables = hang_on_a_project(&mut conn).await;
        assert!(tables.len() >= 15, "{tables:?}");
        for table in tables {
            assert!(
                trigger.contains(&format!("delete from {table} where")),
                "{table} keeps a draft from being deleted"
            );
        }
    }

    #[tokio::test]
    async fn a_draft_goes_with_all_that_hangs_on_it_and_with_what_its_history_says() {
        let at = Fixture::new().await;
        let (id, other) = (at.project("Half a thought").await, at.project("Registered").await);
        let measure = at.measure(id).await;
        let mut change = at.store.write().await.expect("a change");
        let person = at.trainee.to_string();
        let (id_text, other_text, measure) = (id.to_string(), other.to_string(), measure.to_string());
        for sql in [
            "insert into measurement (id, measure_id, taken_on, entry, value, recorded_by, recorded_at) values ('m', $2, '2026-03-01', 1, 5.0, $3, 'now')",
            "insert into tally (id, measure_id, taken_on, started_by, started_at, closed_at, measurement_id) values ('t', $2, '2026-03-01', $3, 'now', 'now', 'm')",
            "insert into phase (id, measure_id, starts_on, reason, created_by, created_at) values ('p', $2, '2026-03-01', 'A ward', $3, 'now')",
            "insert into measure_target (id, measure_id, starts_on, target, created_at) values ('g', $2, '2026-03-01', 5.0, 'now')",
            "insert into driver (id, project_id, level, text, position, created_at) values ('d', $1, 'primary', 'Staff', 1, 'now')",
            "insert into driver (id, project_id, parent_id, level, text, position, created_at) values ('e', $1, 'd', 'idea', 'Box', 1, 'now')",
            "insert into driver_measure (driver_id, measure_id) values ('d', $2)",
            "insert into cycle (id, project_id, number, title, starts_on, created_at, idea_id) values ('c', $1, 1, 'Box', '2026-03-01', 'now', 'e')",
            "insert into cycle (id, project_id, number, title, starts_on, created_at, continues) values ('b', $1, 2, 'Box', '2026-03-01', 'now', 'c')",
            "insert into handover (id, project_id, state, created_by, created_at) values ('h', $1, 'draft', $3, 'now')",
            "insert into handover_measure (handover_id, measure_id) values ('h', $2)",
            "insert into handover_contribution (handover_id, person_id) values ('h', $3)",
            "insert into handover_answer (handover_id, party, person_id, answer, answered_at) values ('h', 'successor', $3, 'accepted', 'now')",
            "insert into project_link (id, project_id, other_id, kind, decided_by, decided_at) values ('l', $1, $4, 'differs', $3, 'now')",
        ] {
            sqlx::query(sql)
                .bind(&id_text)
                .bind(&measure)
                .bind(&person)
                .bind(&other_text)
                .execute(&mut *change)
                .await
                .expect(sql);
        }
        change.commit().await.expect("committed");
        let mut change = at.store.write().await.expect("a change");
        let refused = sqlx::query("delete from project where id = $1").bind(id).execute(&mut *change).await;
        assert!(refused.is_err_and(|error| error.to_string().contains("only a draft can be deleted")));
        drop(change);
        let mut change = at.store.write().await.expect("a change");
        sqlx::query("update project set status = 'draft', reference = null where id = $1")
            .bind(id)
            .execute(&mut *change)
            .await
            .expect("a draft");
        let by = access::system(EditProject(id), Some(at.trust), noon());
        history::record(&mut change, &by, Entry::project(id, "edited the project").change("Problem", "Mr Secret", ""))
            .await
            .expect("recorded");
        change.commit().await.expect("committed");

        let request = at.request(Some(at.trainee)).await;
        let mut change = at.store.write().await.expect("a change");
        let tables = hang_on_a_project(&mut change).await;
        let count = |table: &str| format!("select count(*) from {table}");
        let mut kept = Vec::new();
        for table in &tables {
            let rows: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(count(table))).fetch_one(&mut *change).await.expect("a count");
            assert!(rows > 0, "this draft has nothing in {table}");
        }
        let allowed = request.require(&mut change, FinishDraft(id)).await.expect("allowed");
        delete_draft(&mut change, &allowed).await.expect("deleted with one press");
        for table in &tables {
            let rows: i64 =
                sqlx::query_scalar(sqlx::AssertSqlSafe(count(table))).fetch_one(&mut *change).await.expect("a count");
            if rows > 0 {
                kept.push((table.as_str(), rows));
            }
        }
        // The registered project keeps its team and its priority.
        assert_eq!(kept, [("project_priority", 1), ("team_role", 2)]);
        change.commit().await.expect("committed");
        let mut conn = at.store.read().await.expect("a reader");
        let told: i64 = sqlx::query_scalar("select count(*) from history_detail where detail like '%Secret%'")
            .fetch_one(&mut *conn)
            .await
            .expect("a count");
        assert_eq!(told, 0);
        assert_eq!(history::of_project(&mut conn, id, 9, 0).await.expect("a history").len(), 2);
        assert_eq!(history::verify_chain(&mut conn).await, Ok(None));
        assert!(summary(&mut conn, other).await.is_ok() && summary(&mut conn, id).await.is_err());
    }

    #[tokio::test]
    async fn choices_of_another_trust_are_refused_and_nothing_is_kept() {
        let at = Fixture::new().await;
        let theirs = registered(&at, at.stranger, &form(&at), noon()).await;
        assert!(matches!(theirs, Err(Error::Invalid(errors)) if errors[0].field == "department"));
        let stranger = ProjectForm { supervisor: at.stranger.to_string(), ..form(&at) };
        let refused = registered(&at, at.trainee, &stranger, noon()).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "supervisor"));
        let unknown = ProjectForm { priorities: vec![PriorityId::new().to_string()], ..form(&at) };
        let refused = registered(&at, at.trainee, &unknown, noon()).await;
        assert!(matches!(refused, Err(Error::Invalid(errors)) if errors[0].field == "priorities[]"));
        let mut conn = at.store.read().await.expect("a reader");
        let kept: i64 =
            sqlx::query_scalar("select count(*) from project").fetch_one(&mut *conn).await.expect("a count");
        assert_eq!(kept, 0);
    }

    #[tokio::test]
    async fn a_stored_project_says_the_same_when_it_is_read_into_its_form() {
        let at = Fixture::new().await;
        let full = ProjectForm {
            kind: "clinical_audit".into(),
            origin: "complaint".into(),
            aim_what: "Give them earlier".into(),
            aim_by: "2026-09-01".into(),
            standard: "Within the hour".into(),
            standard_source: "NICE".into(),
            standard_level: "95%".into(),
            reaudit_on: "2026-10-01".into(),
            next_step: "Collect".into(),
            next_step_on: "2026-04-01".into(),
            ..form(&at)
        };
        let id = registered(&at, at.trainee, &full, noon()).await.expect("registered");
        let mut conn = at.store.read().await.expect("a reader");
        let read = project(&mut conn, id, TODAY, 0).await.expect("a project").form().expect("a form");
        assert_eq!(
            read.parse(Completeness::Registered).expect("whole"),
            full.parse(Completeness::Registered).expect("whole")
        );
    }

    #[tokio::test]
    async fn an_edit_from_an_old_version_changes_nothing() {
        let at = Fixture::new().await;
        let id = at.project("Sepsis").await;
        let request = at.request(Some(at.trainee)).await;
        let (words, _) = form(&at).parse(Completeness::Registered).expect("words");
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, EditProject(id)).await.expect("allowed");
        assert_eq!(edit(&mut change, &allowed, 7, &words, None).await, Err(Error::Conflict));
        edit(&mut change, &allowed, 1, &words, None).await.expect("edited");
        assert_eq!(edit(&mut change, &allowed, 1, &words, None).await, Err(Error::Conflict));
        change.commit().await.expect("committed");
        let mut conn = at.store.read().await.expect("a reader");
        let found = duplicates::store::similar(&mut conn, at.trust, &Query::whole("antibiotics"), None, TODAY).await;
        assert_eq!(found.expect("found").len(), 1, "the new title is found");
    }

    #[tokio::test]
    async fn a_status_changes_only_as_it_can_and_from_the_version_seen() {
        let at = Fixture::new().await;
        let id = at.project("Sepsis").await;
        let request = at.request(Some(at.trainee)).await;
        let mut conn = at.store.write().await.expect("a change");
        let allowed = request.require(&mut conn, ChangeStatus(id)).await.expect("allowed");
        let wish = |to| StatusChange { to, review_on: None, note: "Because".into() };
        assert!(matches!(
            change_status(&mut conn, &allowed, 1, &wish(Transition::Reopen)).await,
            Err(Error::Invalid(_))
        ));
        assert_eq!(change_status(&mut conn, &allowed, 9, &wish(Transition::Stop)).await, Err(Error::Conflict));
        change_status(&mut conn, &allowed, 1, &wish(Transition::Stop)).await.expect("stopped");
        let closed = project(&mut conn, id, TODAY, 1).await.expect("a project");
        assert_eq!((closed.status, closed.closed_reason), (Status::Closed, Some(ClosedReason::Stopped)));
        assert_eq!(closed.closed_on, Some(TODAY));
        assert!(closed.team().expect("a team").iter().any(|place| place.is_current(TODAY)), "the team stays");
        change_status(&mut conn, &allowed, 2, &wish(Transition::Reopen)).await.expect("reopened");
        let open = project(&mut conn, id, TODAY, 1).await.expect("a project");
        assert_eq!((open.status, open.closed_reason, open.closed_on), (Status::Active, None, None));
    }

    #[tokio::test]
    async fn drafts_are_listed_for_their_author_alone() {
        let at = Fixture::new().await;
        let request = at.request(Some(at.trainee)).await;
        let (words, _) = form(&at).parse(Completeness::Draft).expect("words");
        let mut change = at.store.write().await.expect("a change");
        let allowed = request.require(&mut change, RegisterProject(at.trust)).await.expect("allowed");
        let id = save_draft(&mut change, &allowed, &words, None).await.expect("saved");
        change.commit().await.expect("committed");
        let mut conn = at.store.read().await.expect("a reader");
        let mine = drafts(&mut conn, at.trainee).await.expect("drafts");
        assert_eq!(mine.iter().map(|draft| draft.id).collect::<Vec<_>>(), [id]);
        assert!(drafts(&mut conn, at.colleague).await.expect("drafts").is_empty());
        let found =
            duplicates::store::similar(&mut conn, at.trust, &Query::whole("antibiotics sepsis"), None, TODAY).await;
        assert!(found.expect("found").is_empty(), "a draft is in nobody's suggestions");
    }

    #[tokio::test]
    async fn the_lists_of_questions_and_drafts_use_their_indexes() {
        let at = Fixture::new().await;
        let mut conn = at.store.read().await.expect("a reader");
        for sql in [
            "explain query plan select id from project where author_id = $1 and status = 'draft'",
            "explain query plan select id from team_role where person_id = $1 and state = 'asked' and opened_by = 'team'",
        ] {
            let plan: Vec<(i64, i64, i64, String)> =
                sqlx::query_as(sql).bind(at.trainee).fetch_all(&mut *conn).await.expect("a plan");
            assert!(plan.iter().all(|(.., step)| step.contains("INDEX")), "{plan:?}");
        }
    }
}

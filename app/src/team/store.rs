//! Teams: who is in one, who is asked, and how that changes. The one writer of `team_role`.

pub mod co_leads;
pub mod leads;
pub mod merged;
pub mod pass_on;
pub mod supervision;

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;
use sqlx::FromRow;

use super::model::{Invitation, OpenedBy, RoleState, TeamRole};
use crate::access::{Act, Allowed, AnswerQuestion, AskToJoin, LeaveTeam, ManageTeam, NameCoLead, OnProject};
use crate::db::Connection;
use crate::error::{Error, FieldError};
use crate::history::{self, Entry};
use crate::id::{HandoverId, PersonId, ProjectId, TeamRoleId, TrustId};
use crate::people::model::Named;
use crate::people::{self, ties};
use crate::project::store::ProjectSummary;
use crate::roles::{account_open, awaits_supervisor, holds_on, live_offer, post_on, role_on};

/// A membership of a team, past or present, asked or answered.
#[derive(Clone, Debug, Deserialize)]
pub struct Membership {
    pub id: TeamRoleId,
    pub person: PersonId,
    pub name: String,
    /// Their post in the project's trust today: grade and department; empty without one.
    pub post: String,
    /// When that post ends.
    pub post_ends: Option<NaiveDate>,
    /// They have an account.
    pub account: bool,
    pub role: TeamRole,
    pub state: RoleState,
    pub opened_by: OpenedBy,
    /// What was said with the question.
    pub message: String,
    /// Since when.
    pub from_on: NaiveDate,
    /// Until when; the person is no longer in it on that day.
    pub until_on: Option<NaiveDate>,
    /// What they contributed, written when it ended.
    pub contribution: String,
    /// It was given by mistake.
    pub mistake: bool,
    /// When the question was put.
    pub asked_at: DateTime<Utc>,
    /// It is over, and they lead on until the next lead is there.
    pub leads_on: bool,
}

impl Membership {
    /// In force on this day.
    #[must_use]
    pub fn is_current(&self, today: NaiveDate) -> bool {
        self.leads_on
            || self.state == RoleState::Accepted && self.from_on <= today && self.until_on.is_none_or(|on| on > today)
    }

    /// Accepted, and to begin after this day.
    #[must_use]
    pub fn is_ahead(&self, today: NaiveDate) -> bool {
        self.state == RoleState::Accepted && self.from_on > today && self.until_on.is_none_or(|on| on > self.from_on)
    }

    /// In force once, and no more; one that was given by mistake is forgotten.
    #[must_use]
    pub fn is_past(&self, today: NaiveDate) -> bool {
        !self.mistake
            && !self.leads_on
            && self.state == RoleState::Accepted
            && self.until_on.is_some_and(|on| on <= today)
    }

    /// Asked, and not answered yet.
    #[must_use]
    pub fn is_open_question(&self) -> bool {
        self.state == RoleState::Asked && self.until_on.is_none()
    }

    /// The person asked to join, rather than being invited.
    #[must_use]
    pub fn wants_to_join(&self) -> bool {
        self.opened_by == OpenedBy::Person
    }
}

/// A select's column of a project's memberships as JSON of [`Membership`]: leads first, then by role and date. Given
/// are the SQL of the project's id, of its trust's, and of today.
macro_rules! memberships {
    ($project:literal, $trust:literal, $today:literal) => {
        concat!(
            "(select json_group_array(json_object(
                    'id', r.id, 'person', r.person_id, 'name', coalesce(k.named, n.name), 'role', r.role, 'state', r.state,
                    'opened_by', r.opened_by, 'message', r.message, 'from_on', r.from_on, 'until_on', r.until_on,
                    'contribution', r.contribution, 'mistake', json(iif(r.by_mistake, 'true', 'false')), 'asked_at', r.asked_at,
                    'leads_on', json(iif(r.role = 'lead' and r.state = 'accepted' and r.until_on <= ", $today, "
                        and r.id = (select x.id from team_role x where x.project_id = ", $project, " and x.person_id = r.person_id
                            and x.role = 'lead' and x.state = 'accepted' and x.from_on <= ", $today, " order by x.from_on desc, x.id desc limit 1)
                        and ", $crate::roles::leads_on!($project, "r.person_id", $today), ", 'true', 'false')),
                    'account', json(iif(k.named is null and exists (select 1 from credential c where c.person_id = r.person_id), 'true', 'false')),
                    'post', coalesce(o.grade || ', ' || e.name, ''), 'post_ends', o.ends_on)
                    order by case r.role when 'lead' then 0 when 'supervisor' then 1 else 2 end, r.from_on, n.name)
             from team_role r join person n on n.id = r.person_id
             left join tie k on k.person_id = r.person_id and k.trust_id = ", $trust, " and k.state <> 'accepted'
             left join post o on k.named is null and o.id = (select x.id from post x where x.person_id = r.person_id and x.trust_id = ", $trust, "
                    and x.starts_on <= ", $today, " and (x.ends_on is null or x.ends_on >= ", $today, ") order by x.ends_on is null desc, x.ends_on desc limit 1)
             left join department e on e.id = o.department_id
             where r.project_id = ", $project, ")"
        )
    };
}
pub(crate) use memberships;

/// A project and its team: what the team's pages show.
#[derive(Clone, Debug, FromRow)]
pub struct Team {
    #[sqlx(flatten)]
    pub project: ProjectSummary,
    #[sqlx(json)]
    pub memberships: Vec<Membership>,
}

/// A project's team.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn team(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Team, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id, p.trust_id, p.reference, p.title, p.status, p.type, p.department_id,
                coalesce(d.name, '') as department_name, p.merged_into, p.version, ",
        memberships!("p.id", "p.trust_id", "$2"),
        " as memberships
         from project p left join department d on d.id = p.department_id
         where p.id = $1",
    ))
    .bind(project)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

#[expect(clippy::too_many_arguments, reason = "the columns of one row, in the table's order")]
pub async fn insert_membership<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    person: PersonId,
    role: TeamRole,
    state: RoleState,
    opened_by: OpenedBy,
    message: &str,
) -> Result<TeamRoleId, Error> {
    let membership = TeamRoleId::new();
    let answered = (state != RoleState::Asked).then_some(allowed.now);
    sqlx::query(
        "insert into team_role (id, project_id, person_id, role, state, opened_by, message, from_on, asked_at, answered_at, answered_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind(membership)
    .bind(project)
    .bind(person)
    .bind(role)
    .bind(state)
    .bind(opened_by)
    .bind(message)
    .bind(allowed.today())
    .bind(allowed.now)
    .bind(answered)
    .bind(answered.and(allowed.actor))
    .execute(conn)
    .await?;
    Ok(membership)
}

async fn find<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    trust: TrustId,
    named: &Named,
    field: &str,
) -> Result<PersonId, Error> {
    match named {
        Named::Newcomer { name, address } => people::store::find_or_name(conn, allowed, trust, name, address).await,
        Named::Colleague(person) => {
            let here: bool = sqlx::query_scalar(concat!(
                "select exists (select 1 from post o join person p on p.id = o.person_id
                        join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id
                        where o.person_id = $1 and o.trust_id = $2 and k.state = 'accepted'
                          and ",
                post_on!("o", "$3"),
                "
                          and ",
                account_open!("p", "$3"),
                ")"
            ))
            .bind(person)
            .bind(trust)
            .bind(allowed.today())
            .fetch_one(conn)
            .await?;
            if here { Ok(*person) } else { Err(Error::field(field, "Choose somebody from the list.")) }
        }
    }
}

pub async fn ask_supervisor<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    trust: TrustId,
    named: &Named,
) -> Result<(), Error> {
    let person = find(conn, allowed, trust, named, "supervisor").await?;
    not_in_place(conn, project, person, TeamRole::Supervisor, allowed.today(), "supervisor").await?;
    does_not_lead(conn, project, person, allowed.today(), "supervisor").await?;
    let (state, opened_by) = asked(conn, allowed, project, trust, person, TeamRole::Supervisor).await?;
    let membership =
        insert_membership(conn, allowed, project, person, TeamRole::Supervisor, state, opened_by, "").await?;
    let name = people::store::name_in(conn, trust, person).await?;
    history::record(
        conn,
        allowed,
        Entry::new("team_role", membership, "asked for a supervisor").in_project(project).change(
            "Supervisor",
            "",
            name,
        ),
    )
    .await
}

/// Refuses to ask whoever leads the project, or comes to, to supervise it.
async fn does_not_lead(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    today: NaiveDate,
    field: &str,
) -> Result<(), Error> {
    if supervision::leads(conn, project, person, today).await? {
        return Err(Error::field(field, "Whoever leads a project cannot supervise it. Choose somebody else."));
    }
    Ok(())
}

/// Refuses somebody who has a membership already, or is asked to take it.
async fn not_in_place(
    conn: &mut Connection,
    project: ProjectId,
    person: PersonId,
    role: TeamRole,
    today: NaiveDate,
    field: &str,
) -> Result<(), Error> {
    let already: Option<RoleState> = sqlx::query_scalar(
        "select state from team_role where project_id = $1 and person_id = $2 and role = $3 and state <> 'declined'
           and (until_on is null or until_on > $4)",
    )
    .bind(project)
    .bind(person)
    .bind(role)
    .bind(today)
    .fetch_optional(conn)
    .await?;
    match already {
        Some(RoleState::Asked) => Err(Error::field(field, "They are asked already. Their answer is awaited.")),
        Some(_) => Err(Error::field(field, "They are in the team in this role already.")),
        None => Ok(()),
    }
}

/// In which state a membership begins, and who opened the question. Who names themselves has answered by
/// naming; but who leaves when their post ends supervises the project only with the academy lead's word, and so does
/// everybody while a handover waits for the supervisor's answer.
async fn asked<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    trust: TrustId,
    person: PersonId,
    role: TeamRole,
) -> Result<(RoleState, OpenedBy), Error> {
    if Some(person) != allowed.actor {
        return Ok((RoleState::Asked, OpenedBy::Team));
    }
    if role != TeamRole::Supervisor {
        return Ok((RoleState::Accepted, OpenedBy::Team));
    }
    let stays: bool = sqlx::query_scalar(
        "select exists (select 1 from post where person_id = $1 and trust_id = $2 and starts_on <= $3 and ends_on is null)",
    )
    .bind(person)
    .bind(trust)
    .bind(allowed.today())
    .fetch_one(&mut *conn)
    .await?;
    if stays && awaits_supervisor(conn, project, allowed.today()).await?.is_none() {
        Ok((RoleState::Accepted, OpenedBy::Team))
    } else {
        Ok((RoleState::Asked, OpenedBy::Person))
    }
}

/// Whether it is an academy lead of the trust who acts, or an administrator in their place.
async fn coordinates<A: Act>(conn: &mut Connection, allowed: &Allowed<A>) -> Result<bool, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select exists (select 1 from trust_role b where b.person_id = $1 and b.trust_id = $2 and ",
        role_on!("b", "$3"),
        " and (b.role = 'academy_lead' or exists (select 1 from desk k where k.trust_id = $2 and k.person_id is null and ",
        holds_on!("k", "$3"),
        ")))"
    ))
    .bind(allowed.actor)
    .bind(allowed.trust)
    .bind(allowed.today())
    .fetch_one(conn)
    .await?)
}

/// While a handover waits for the supervisor's answer, nobody else changes who the supervisor is.
pub async fn supervisor_stays<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    message: &str,
) -> Result<(), Error> {
    if coordinates(conn, allowed).await? {
        return Ok(());
    }
    match awaits_supervisor(conn, project, allowed.today()).await? {
        None => Ok(()),
        Some(handover) => {
            let mut error = FieldError::new("", message);
            error.link = Some(format!("/handovers/{handover}"));
            Err(Error::Invalid(vec![error]))
        }
    }
}

/// The questions of one project that nobody has answered: all of them stand on its team's page.
pub const MOST_ASKED: i64 = 50;

/// Refuses one question more than a team may hold.
async fn has_room_for_question(conn: &mut Connection, project: ProjectId) -> Result<(), Error> {
    let asked_already: i64 = sqlx::query_scalar(
        "select count(*) from team_role where project_id = $1 and state = 'asked' and until_on is null",
    )
    .bind(project)
    .fetch_one(conn)
    .await?;
    if asked_already >= MOST_ASKED {
        return Err(Error::form(format!(
            "{MOST_ASKED} people have been asked and have not answered. Withdraw an invitation, or wait for an answer."
        )));
    }
    Ok(())
}

/// Invites somebody into the team.
///
/// # Errors
/// [`Error::Invalid`] when they are in that membership already, or are asked already, or too many are.
pub async fn invite(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    invitation: &Invitation,
) -> Result<(), Error> {
    let (person, field) = invited(conn, allowed, invitation).await?;
    if invitation.role == TeamRole::Supervisor {
        does_not_lead(conn, allowed.project(), person, allowed.today(), field).await?;
    }
    put_question(conn, allowed, person, invitation).await
}

/// Asks somebody to lead the project together with whoever asks.
///
/// # Errors
/// [`Error::Invalid`] when they lead it, supervise it or are asked already, or a handover of it is under way.
pub async fn ask_co_lead(
    conn: &mut Connection,
    allowed: &Allowed<NameCoLead>,
    invitation: &Invitation,
) -> Result<(), Error> {
    let (project, today) = (allowed.project(), allowed.today());
    if let Some(handover) = under_way(conn, project, today).await? {
        let mut error = FieldError::new("", co_leads::UNDER_WAY);
        error.link = Some(format!("/handovers/{handover}"));
        return Err(Error::Invalid(vec![error]));
    }
    let (person, field) = invited(conn, allowed, invitation).await?;
    if co_leads::supervises(conn, project, person, today).await? {
        let message = "They supervise this project, or are asked to. Nobody does both: choose somebody else.";
        return Err(Error::field(field, message));
    }
    put_question(conn, allowed, person, invitation).await
}

/// Whom an invitation names, who may be asked; and the field that names them.
async fn invited<A: OnProject>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    invitation: &Invitation,
) -> Result<(PersonId, &'static str), Error> {
    let project = allowed.project();
    has_room_for_question(conn, project).await?;
    let person = find(conn, allowed, allowed.in_trust()?, &invitation.whom, "person").await?;
    let field = if matches!(invitation.whom, Named::Colleague(_)) { "person" } else { "address" };
    not_in_place(conn, project, person, invitation.role, allowed.today(), field).await?;
    Ok((person, field))
}

async fn put_question<A: OnProject>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    person: PersonId,
    invitation: &Invitation,
) -> Result<(), Error> {
    let project = allowed.project();
    let (state, opened_by) = asked(conn, allowed, project, allowed.in_trust()?, person, invitation.role).await?;
    let membership =
        insert_membership(conn, allowed, project, person, invitation.role, state, opened_by, &invitation.message)
            .await?;
    let name = people::store::name_in(conn, allowed.in_trust()?, person).await?;
    history::record(
        conn,
        allowed,
        Entry::new("team_role", membership, "invited somebody to the team").in_project(project).change(
            invitation.role.label(),
            "",
            name,
        ),
    )
    .await
}

/// Asks to join a team.
///
/// # Errors
/// [`Error::Invalid`] when the person has asked already.
pub async fn ask_to_join(conn: &mut Connection, allowed: &Allowed<AskToJoin>, message: &str) -> Result<(), Error> {
    let project = allowed.project();
    let person = allowed.person()?;
    let asked: bool = sqlx::query_scalar(
        "select exists (select 1 from team_role where project_id = $1 and person_id = $2 and state = 'asked' and until_on is null)",
    )
    .bind(project)
    .bind(person)
    .fetch_one(&mut *conn)
    .await?;
    if asked {
        return Err(Error::form("You have asked to join already. The project's lead will answer."));
    }
    let membership = insert_membership(
        conn,
        allowed,
        project,
        person,
        TeamRole::Member,
        RoleState::Asked,
        OpenedBy::Person,
        message,
    )
    .await?;
    history::record(conn, allowed, Entry::new("team_role", membership, "asked to join the team").in_project(project))
        .await
}

#[derive(FromRow)]
struct Held {
    project_id: ProjectId,
    person_id: PersonId,
    name: String,
    /// They have accepted the project's trust.
    tied: bool,
    role: TeamRole,
    state: RoleState,
}

async fn held(conn: &mut Connection, membership: TeamRoleId) -> Result<Held, Error> {
    Ok(sqlx::query_as(
        "select r.project_id, r.person_id, coalesce(k.named, n.name) as name, k.named is null as tied, r.role, r.state
         from team_role r join person n on n.id = r.person_id join project p on p.id = r.project_id
         left join tie k on k.person_id = r.person_id and k.trust_id = p.trust_id and k.state <> 'accepted'
         where r.id = $1 and r.until_on is null and r.state <> 'declined'",
    )
    .bind(membership)
    .fetch_one(conn)
    .await?)
}

/// Why a new supervisor is not accepted for now.
pub const SUPERVISOR_WAITS: &str =
    "A handover of this project waits for its supervisor’s answer. Another supervisor can accept once it is answered.";

/// Why a supervisor's membership is not ended for now.
pub const SUPERVISOR_STAYS: &str = "A handover of this project waits for its supervisor’s answer. Until then only they themselves or the academy lead can end this place.";

/// Answers an invitation or a request to join, and gives the project.
///
/// # Errors
/// When the store cannot write.
pub async fn answer(
    conn: &mut Connection,
    allowed: &Allowed<AnswerQuestion>,
    accepted: bool,
    word: &str,
) -> Result<ProjectId, Error> {
    let membership = allowed.membership();
    if accepted && held(conn, membership).await?.person_id == allowed.person()? {
        ties::store::accept_by_answering(conn, allowed).await?;
    }
    let held = held(conn, membership).await?;
    if accepted && !held.tied {
        return Err(Error::form(
            "They have not accepted this trust yet, so nobody can say yes for them. An academy lead or administrator can give them a code for it.",
        ));
    }
    if accepted && held.role == TeamRole::Supervisor {
        supervisor_stays(conn, allowed, held.project_id, SUPERVISOR_WAITS).await?;
    }
    sqlx::query(
        "update team_role set state = $2, from_on = $3, answered_at = $4, answered_by = $5
         where id = $1 and state = 'asked' and until_on is null",
    )
    .bind(membership)
    .bind(if accepted { RoleState::Accepted } else { RoleState::Declined })
    .bind(allowed.today())
    .bind(allowed.now)
    .bind(allowed.actor)
    .execute(&mut *conn)
    .await?;
    let oneself = allowed.actor == Some(held.person_id);
    if accepted && held.role == TeamRole::Supervisor {
        does_not_lead(conn, held.project_id, held.person_id, allowed.today(), "").await?;
        if !oneself {
            // The academy's word for somebody says how long it holds.
            supervision::confirm_at_most(conn, membership, allowed.today()).await?;
        }
        supervision::take_over(conn, allowed, membership).await?;
    }
    if accepted && held.role == TeamRole::Lead {
        co_leads::begin(conn, held.project_id, held.person_id, allowed.today()).await?;
    }
    let action = match (accepted, oneself) {
        (true, true) => "accepted a place in the team",
        (false, true) => "declined a place in the team",
        (true, false) => "confirmed a place in the team",
        (false, false) => "refused a place in the team",
    };
    history::record(
        conn,
        allowed,
        Entry::new("team_role", membership, action)
            .in_project(held.project_id)
            .change(held.role.label(), "", held.name)
            .change("Word", "", word),
    )
    .await?;
    Ok(held.project_id)
}

/// Changes somebody's role to one that needs no answer of theirs.
///
/// # Errors
/// [`Error::NotFound`] when the membership is not one of the project's, [`Error::Invalid`] for a lead.
pub async fn change_role(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    membership: TeamRoleId,
    role: TeamRole,
) -> Result<(), Error> {
    let held = of_team(conn, allowed, membership).await?;
    if held.role == TeamRole::Lead {
        return Err(keeps_the_lead(allowed.project()));
    }
    if held.state != RoleState::Accepted {
        return Err(Error::form("They have not answered yet. Withdraw the invitation and send another."));
    }
    keeps_the_supervisor(conn, allowed, &held).await?;
    sqlx::query("update team_role set role = $2 where id = $1").bind(membership).bind(role).execute(&mut *conn).await?;
    history::record(
        conn,
        allowed,
        Entry::new("team_role", membership, "changed a role in the team").in_project(held.project_id).change(
            &held.name,
            held.role.label(),
            role.label(),
        ),
    )
    .await
}

/// Refuses to take a supervisor's membership from them while they have a handover to answer.
async fn keeps_the_supervisor(conn: &mut Connection, allowed: &Allowed<ManageTeam>, held: &Held) -> Result<(), Error> {
    let of_another = allowed.actor != Some(held.person_id);
    if held.role == TeamRole::Supervisor && held.state == RoleState::Accepted && of_another {
        supervisor_stays(conn, allowed, held.project_id, SUPERVISOR_STAYS).await?;
    }
    Ok(())
}

async fn of_team(conn: &mut Connection, allowed: &Allowed<ManageTeam>, membership: TeamRoleId) -> Result<Held, Error> {
    let held = held(conn, membership).await?;
    if held.project_id == allowed.project() { Ok(held) } else { Err(Error::NotFound) }
}

fn keeps_the_lead(project: ProjectId) -> Error {
    let mut error = FieldError::new(
        "",
        "A lead leaves by handing the project over, to a colleague or to the pool. Prepare the handover.",
    );
    error.link = Some(format!("/projects/{project}/handover"));
    Error::Invalid(vec![error])
}

/// Whoever is to lead the project steps back from the handover before they leave.
fn steps_back(handover: HandoverId) -> Error {
    let mut error = FieldError::new("", "You are to lead this project. Step back from its handover first.");
    error.link = Some(format!("/handovers/{handover}"));
    Error::Invalid(vec![error])
}

/// The project in whose team a membership is.
///
/// # Errors
/// [`Error::NotFound`] when there is no such membership.
pub async fn project_of(conn: &mut Connection, membership: TeamRoleId) -> Result<ProjectId, Error> {
    Ok(sqlx::query_scalar("select project_id from team_role where id = $1").bind(membership).fetch_one(conn).await?)
}

/// Whether the membership is still a question, which ends without a contribution.
///
/// # Errors
/// [`Error::NotFound`] when the membership has ended.
pub async fn is_asked(conn: &mut Connection, membership: TeamRoleId) -> Result<bool, Error> {
    Ok(held(conn, membership).await?.state == RoleState::Asked)
}

/// Ends somebody's membership today and keeps what they contributed, or withdraws an invitation. Without a
/// contribution it was given by mistake.
///
/// # Errors
/// [`Error::NotFound`] when the membership is not one of the project's, [`Error::Invalid`] for a lead, and for
/// a supervisor who has a handover to answer.
pub async fn end_role(
    conn: &mut Connection,
    allowed: &Allowed<ManageTeam>,
    membership: TeamRoleId,
    contribution: Option<&str>,
) -> Result<(), Error> {
    let held = of_team(conn, allowed, membership).await?;
    if held.role == TeamRole::Lead {
        return Err(keeps_the_lead(allowed.project()));
    }
    keeps_the_supervisor(conn, allowed, &held).await?;
    let action = match (held.state, contribution) {
        (RoleState::Asked, _) => "withdrew an invitation",
        (_, None) => "ended a place given by mistake",
        (_, Some(_)) => "ended a place in the team",
    };
    end(conn, membership, allowed.today(), contribution).await?;
    history::record(
        conn,
        allowed,
        Entry::new("team_role", membership, action)
            .in_project(held.project_id)
            .change(held.role.label(), held.name, "")
            .change("Contribution", "", contribution.unwrap_or_default()),
    )
    .await
}

async fn end(
    conn: &mut Connection,
    membership: TeamRoleId,
    today: NaiveDate,
    contribution: Option<&str>,
) -> Result<(), Error> {
    // A membership that was to begin later ends before it began.
    sqlx::query("update team_role set until_on = max(from_on, $2), contribution = $3, by_mistake = $4 where id = $1")
        .bind(membership)
        .bind(today)
        .bind(contribution.unwrap_or_default())
        .bind(contribution.is_none())
        .execute(conn)
        .await?;
    Ok(())
}

/// Ends every membership that the person has in the team.
///
/// # Errors
/// [`Error::Invalid`] for a lead, who hands over first unless another leads on.
pub async fn leave(conn: &mut Connection, allowed: &Allowed<LeaveTeam>, contribution: &str) -> Result<(), Error> {
    let project = allowed.project();
    let memberships: Vec<(TeamRoleId, TeamRole, NaiveDate)> = sqlx::query_as(
        "select id, role, from_on from team_role where project_id = $1 and person_id = $2 and state = 'accepted'
           and (until_on is null or until_on > $3)",
    )
    .bind(project)
    .bind(allowed.person()?)
    .bind(allowed.today())
    .fetch_all(&mut *conn)
    .await?;
    if memberships.is_empty() && supervision::leads(conn, project, allowed.person()?, allowed.today()).await? {
        return Err(keeps_the_lead(project));
    }
    let leads = memberships.iter().find(|(_, role, _)| *role == TeamRole::Lead);
    let leads_on = co_leads::lead_on(conn, project, allowed.person()?, allowed.today()).await?
        && under_way(conn, project, allowed.today()).await?.is_none();
    if let Some((_, _, from)) = leads.filter(|_| !leads_on) {
        let ahead = under_way(conn, project, allowed.today()).await?.filter(|_| *from > allowed.today());
        return Err(ahead.map_or_else(|| keeps_the_lead(project), steps_back));
    }
    for (membership, role, _) in memberships {
        end(conn, membership, allowed.today(), Some(contribution)).await?;
        history::record(
            conn,
            allowed,
            Entry::new("team_role", membership, "left the team")
                .in_project(project)
                .change("Role", role.label(), "")
                .change("Contribution", "", contribution),
        )
        .await?;
    }
    Ok(())
}

/// The handover of a project that is offered, or agreed for a day to come.
///
/// # Errors
/// When the store cannot be read.
pub async fn under_way(
    conn: &mut Connection,
    project: ProjectId,
    today: NaiveDate,
) -> Result<Option<HandoverId>, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select h.id from handover h where h.project_id = $1
           and ((",
        live_offer!("h", "$2"),
        ") or (h.state = 'agreed' and h.takes_effect_on > $2)) limit 1",
    ))
    .bind(project)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

/// The handover of a project that waits for the supervisor's answer.
///
/// # Errors
/// When the store cannot be read.
pub async fn awaits_supervisor(
    conn: &mut Connection,
    project: ProjectId,
    today: NaiveDate,
) -> Result<Option<HandoverId>, Error> {
    Ok(sqlx::query_scalar(concat!(
        "select h.id from handover h where h.project_id = $1 and ",
        awaits_supervisor!("h", "$2"),
        " limit 1",
    ))
    .bind(project)
    .bind(today)
    .fetch_optional(conn)
    .await?)
}

#[cfg(test)]
mod tests;

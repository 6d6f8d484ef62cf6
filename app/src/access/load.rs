//! What somebody is to an object, as the store says it now.

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;

use super::relationship::Relationship;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, MeasureId, ProjectId, TeamRoleId, TrustId};
use crate::roles::{account_open, answers_as_supervisor, in_force, oldest_live, post_on};
use crate::visitor::Person;

/// The person in the trust of their session, as they are now.
#[derive(Clone, Copy, Debug, Default, FromRow)]
struct Now {
    /// The session has not ended, the account is open, and the tie to the trust is accepted.
    live: bool,
    has_post: bool,
    academy_lead: bool,
    administrator: bool,
}

/// The one row of [`Now`], empty when the session does not live: `$2` is the person, `$3` the day, `$4`
/// the session, `$5` its trust.
macro_rules! now {
    () => {
        concat!("select 1 as live,
                exists (select 1 from post where person_id = $2 and trust_id = $5
                        and ", post_on!("post", "$3"), ") as has_post,
                exists (select 1 from trust_role where person_id = $2 and trust_id = $5 and role = 'academy_lead') as academy_lead,
                exists (select 1 from trust_role where person_id = $2 and trust_id = $5 and role = 'administrator') as administrator
         from session s join person q on q.id = s.person_id
         join tie k on k.person_id = s.person_id and k.trust_id = s.trust_id and k.state = 'accepted'
         where s.token_hash = $4 and s.person_id = $2 and s.trust_id = $5 and s.ended_at is null
           and ", account_open!("q", "$3"))
    };
}

/// What somebody is to a trust and to themselves: their session alone says it.
pub(super) async fn of_session(
    conn: &mut Connection,
    person: &Person,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Found, Error> {
    let now = now(conn, person, today).await?;
    Ok(Found { project: None, trust, tied: true, relationship: Relationship::default(), now })
}

async fn now(conn: &mut Connection, person: &Person, today: NaiveDate) -> Result<Now, Error> {
    // The text speaks of $2 to $5: the first is only there to be left out.
    let now: Option<Now> = sqlx::query_as(concat!("select n.* from (", now!(), ") n where $1 is null"))
        .bind(None::<String>)
        .bind(person.id)
        .bind(today)
        .bind(&person.session)
        .bind(person.trust)
        .fetch_optional(conn)
        .await?;
    Ok(now.unwrap_or_default())
}

#[derive(FromRow)]
struct Question {
    project_id: ProjectId,
    asked: bool,
    asks_supervisor: bool,
    wants_to_join: bool,
}

#[derive(FromRow)]
struct Parties {
    project_id: ProjectId,
    successor: bool,
    offered: bool,
    party: bool,
    supervisor: bool,
    supervisor_silent: bool,
}

#[derive(FromRow)]
struct InProject {
    id: ProjectId,
    trust_id: TrustId,
    tied: bool,
    draft: bool,
    closed: bool,
    merged: bool,
    author: bool,
    lead: bool,
    supervisor: bool,
    team: bool,
    invited: bool,
    past: bool,
    successor: bool,
    #[sqlx(flatten)]
    now: Now,
}

/// The trust of an object, and what somebody is to the object.
pub(super) struct Found {
    /// None for what is no project and belongs to none.
    pub(super) project: Option<ProjectId>,
    pub(super) trust: TrustId,
    /// They have accepted the trust: before, no place in the project counts.
    tied: bool,
    /// As the object's rows say it; see [`Found::for_visitor`].
    pub(super) relationship: Relationship,
    now: Now,
}

impl Found {
    /// The relationship, with what the visitor's session gives them in the object's trust.
    ///
    /// # Errors
    /// [`Error::SignIn`] when the session has ended meanwhile.
    pub(super) fn for_visitor(&self, person: &Person) -> Result<Relationship, Error> {
        let now = self.now;
        if !now.live {
            return Err(Error::SignIn);
        }
        let here = self.trust == person.trust;
        Ok(Relationship {
            belongs: here && (now.has_post || now.academy_lead || now.administrator),
            academy_lead: here && now.academy_lead,
            administrator: here && now.administrator,
            ..self.relationship
        })
    }
}

/// Which project is asked about.
#[derive(Clone, Copy, Debug)]
pub(super) enum At {
    Project(ProjectId),
    /// The project of this measure.
    Measure(MeasureId),
}

/// The one row of [`InProject`]: `$1` is what the condition speaks of, `$2` to `$5` as for [`Now`], `$6` the
/// earliest day of an offer that has not lapsed.
macro_rules! in_project {
    ($which:literal) => {
        concat!(
            "select p.id, p.trust_id, p.status = 'draft' as draft, p.status = 'closed' as closed,
                p.merged_into is not null as merged, p.author_id = $2 as author,
                exists (select 1 from tie where person_id = $2 and trust_id = p.trust_id and state = 'accepted') as tied,
                coalesce(max(r.role = 'lead' and ", in_force!("r", "$3"), "), 0) as lead,
                coalesce(max(r.role = 'supervisor' and ", in_force!("r", "$3"), "), 0) as supervisor,
                coalesce(max(", in_force!("r", "$3"), "), 0) as team,
                coalesce(max(r.state = 'asked' and r.opened_by = 'team' and r.until_on is null), 0) as invited,
                coalesce(max(r.state = 'accepted' and r.until_on is not null and r.until_on <= $3 and not r.by_mistake), 0) as past,
                exists (select 1 from handover h where h.project_id = p.id and h.to_person = $2
                        and ((h.state = 'offered' and h.takes_effect_on >= $6) or (h.state = 'agreed' and h.takes_effect_on > $3))) as successor,
                coalesce(n.live, 0) as live, coalesce(n.has_post, 0) as has_post,
                coalesce(n.academy_lead, 0) as academy_lead, coalesce(n.administrator, 0) as administrator
             from project p left join team_role r on r.project_id = p.id and r.person_id = $2
             left join (",
            now!(),
            ") n on true where ",
            $which,
            " group by p.id, n.live, n.has_post, n.academy_lead, n.administrator"
        )
    };
}

/// What somebody is to a project.
pub(super) async fn of_project(
    conn: &mut Connection,
    person: &Person,
    at: At,
    today: NaiveDate,
) -> Result<Found, Error> {
    let (text, id) = match at {
        At::Project(id) => (in_project!("p.id = $1"), id.0),
        At::Measure(id) => (in_project!("p.id = (select project_id from measure where id = $1)"), id.0),
    };
    let found: Option<InProject> = sqlx::query_as(text)
        .bind(id.hyphenated().to_string())
        .bind(person.id)
        .bind(today)
        .bind(&person.session)
        .bind(person.trust)
        .bind(oldest_live(today))
        .fetch_optional(conn)
        .await?;
    let InProject {
        id: project,
        trust_id: trust,
        tied,
        draft,
        closed,
        merged,
        author,
        lead,
        supervisor,
        team,
        invited,
        past,
        successor,
        now,
    } = found.ok_or(Error::NotFound)?;
    let what = Relationship { draft, closed, merged, ..Relationship::default() };
    let relationship =
        if tied { Relationship { author, lead, supervisor, team, invited, past, successor, ..what } } else { what };
    Ok(Found { project: Some(project), trust, tied, relationship, now })
}

/// What somebody is to a question that waits in a project's team.
pub(super) async fn of_question(
    conn: &mut Connection,
    person: &Person,
    id: TeamRoleId,
    today: NaiveDate,
) -> Result<Found, Error> {
    let question: Option<Question> = sqlx::query_as(
        "select project_id, person_id = $2 as asked, role = 'supervisor' as asks_supervisor, opened_by = 'person' as wants_to_join
         from team_role where id = $1 and state = 'asked' and until_on is null",
    )
    .bind(id)
    .bind(person.id)
    .fetch_optional(&mut *conn)
    .await?;
    let question = question.ok_or(Error::NotFound)?;
    let found = of_project(conn, person, At::Project(question.project_id), today).await?;
    let Question { asked, asks_supervisor, wants_to_join, .. } = question;
    let relationship =
        Relationship { asked: asked && found.tied, asks_supervisor, wants_to_join, ..found.relationship };
    Ok(Found { relationship, ..found })
}

/// What somebody is to a handover.
pub(super) async fn of_handover(
    conn: &mut Connection,
    person: &Person,
    id: HandoverId,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<Found, Error> {
    let handover: Option<Parties> = sqlx::query_as(concat!(
        "select h.project_id, coalesce(h.to_person = $2, 0) as successor, h.created_by = $2 as offered,
                coalesce(h.from_person = $2, 0) or coalesce(h.to_person = $2, 0) as party,
                exists (select 1 from team_role r where r.person_id = $2 and ",
        answers_as_supervisor!("$3"),
        ") as supervisor,
                (h.offered_at is not null and h.offered_at <= $4) or not exists (select 1 from team_role r where ",
        answers_as_supervisor!("$3"),
        ") as supervisor_silent
         from handover h where h.id = $1",
    ))
    .bind(id)
    .bind(person.id)
    .bind(today)
    .bind(now - chrono::Duration::days(timeline::SILENT_AFTER_DAYS))
    .fetch_optional(&mut *conn)
    .await?;
    let handover = handover.ok_or(Error::NotFound)?;
    let found = of_project(conn, person, At::Project(handover.project_id), today).await?;
    let Parties { successor, offered, party, supervisor, supervisor_silent, .. } = handover;
    let relationship = Relationship {
        successor: successor && found.tied,
        offered: offered && found.tied,
        supervisor: supervisor && found.tied,
        party,
        supervisor_silent,
        ..found.relationship
    };
    Ok(Found { relationship, ..found })
}

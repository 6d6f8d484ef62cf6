//! What somebody is to an object, as the store says it now.

use chrono::{Duration, NaiveDate};
use sqlx::FromRow;
use timeline::DUE_DAYS;

use super::relationship::Relationship;
use crate::db::Connection;
use crate::error::Error;
use crate::id::{HandoverId, MeasureId, ProjectId, TeamRoleId, TrustId};
use crate::roles::{
    account_open, arrives_on, asked_for_desk, has_post, holds_on, in_force, leads_on, live_offer, role_on,
};
use crate::visitor::Person;

/// The person in the trust of their session, as they are now.
#[derive(Clone, Copy, Debug, Default, FromRow)]
struct Now {
    /// The session has not ended, the account is open, and the tie to the trust is accepted.
    live: bool,
    has_post: bool,
    /// They have no post yet, and one that begins soon.
    arriving: bool,
    academy_lead: bool,
    administrator: bool,
    /// No academy lead of the trust can act.
    unattended: bool,
}

/// The one row of [`Now`], empty when the session does not live: `$2` is the person, `$3` the day, `$4`
/// the session, `$5` its trust, `$6` the last day on which a post begins soon.
macro_rules! now {
    () => {
        concat!("select 1 as live,
                ", has_post!("$2", "$5", "$3"), " as has_post,
                ", arrives_on!("$2", "$5", "$3", "$6"), " is not null as arriving,
                exists (select 1 from trust_role b where b.person_id = $2 and b.trust_id = $5 and b.role = 'academy_lead'
                        and ", role_on!("b", "$3"), ") as academy_lead,
                exists (select 1 from trust_role b where b.person_id = $2 and b.trust_id = $5 and b.role = 'administrator'
                        and ", role_on!("b", "$3"), ") as administrator,
                exists (select 1 from desk b where b.trust_id = $5 and b.person_id is null and ", holds_on!("b", "$3"), ") as unattended
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
    Ok(Found { project: None, trust, known: true, relationship: Relationship::default(), now })
}

async fn now(conn: &mut Connection, person: &Person, today: NaiveDate) -> Result<Now, Error> {
    // The text speaks of $2 to $6: the first is only there to be left out.
    let now: Option<Now> = sqlx::query_as(concat!("select n.* from (", now!(), ") n where $1 is null"))
        .bind(None::<String>)
        .bind(person.id)
        .bind(today)
        .bind(&person.session)
        .bind(person.trust)
        .bind(today + Duration::days(DUE_DAYS))
        .fetch_optional(conn)
        .await?;
    Ok(now.unwrap_or_default())
}

#[derive(FromRow)]
struct Question {
    project_id: ProjectId,
    asked: bool,
    asks_supervisor: bool,
    asks_lead: bool,
    wants_to_join: bool,
    cannot_answer: bool,
}

#[derive(FromRow)]
struct Parties {
    project_id: ProjectId,
    successor: bool,
    offered: bool,
    party: bool,
    agreed: bool,
    asked_as_supervisor: bool,
    answers_for_desk: bool,
    asked_to_replace: bool,
}

#[derive(FromRow)]
struct InProject {
    id: ProjectId,
    trust_id: TrustId,
    tied: bool,
    known: bool,
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
    left_lately: bool,
    unled_since: Option<NaiveDate>,
    returned: bool,
    counts: bool,
    #[sqlx(flatten)]
    now: Now,
}

/// The trust of an object, and what somebody is to the object.
pub(super) struct Found {
    /// None for what is no project and belongs to none.
    pub(super) project: Option<ProjectId>,
    pub(super) trust: TrustId,
    /// They have accepted the trust, or accept it by answering: before, being named in the project counts for nothing.
    known: bool,
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
            arriving: here && now.arriving,
            academy_lead: here && now.academy_lead,
            administrator: here && now.administrator,
            stands_in: here && now.administrator && now.unattended,
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

/// The one row of [`InProject`]: `$1` is what the condition speaks of, `$2` to `$6` as for [`Now`]. Who has not
/// accepted the trust accepts it by answering, if the trust gave them their password: of others, somebody who owns the
/// address has to show the trust's code first.
macro_rules! in_project {
    ($which:literal) => {
        concat!(
            "select p.id, p.trust_id, p.status = 'draft' as draft, p.status = 'closed' as closed,
                p.merged_into is not null as merged, p.author_id = $2 as author,
                exists (select 1 from tie where person_id = $2 and trust_id = p.trust_id and state = 'accepted') as tied,
                exists (select 1 from tie k where k.person_id = $2 and k.trust_id = p.trust_id and (k.state = 'accepted'
                        or (k.state = 'asked' and exists (select 1 from credential c where c.person_id = $2 and c.given_by_trust = p.trust_id)))) as known,
                coalesce(max(r.role = 'lead' and ", in_force!("r", "$3"), "), 0) or ", leads_on!("p.id", "$2", "$3"), " as lead,
                coalesce(max(r.role = 'supervisor' and ", in_force!("r", "$3"), "), 0) as supervisor,
                coalesce(max(", in_force!("r", "$3"), "), 0) or ", leads_on!("p.id", "$2", "$3"), " as team,
                coalesce(max(r.state = 'asked' and r.opened_by = 'team' and r.until_on is null), 0) as invited,
                coalesce(max(r.state = 'accepted' and r.until_on is not null and r.until_on <= $3 and not r.by_mistake), 0) as past,
                exists (select 1 from handover h where h.project_id = p.id and h.to_person = $2
                        and ((", live_offer!("h", "$3"), ") or (h.state = 'agreed' and h.takes_effect_on > $3))) as successor,
                exists (select 1 from standing z where z.project_id = p.id and z.lead_id = $2
                        and z.until_on <= $3 and z.until_on > date($3, '-14 days')) as left_lately,
                (select z.no_lead_since from standing z where z.project_id = p.id and z.lead_id is null and ", holds_on!("z", "$3"), ") as unled_since,
                exists (select 1 from ask a where a.project_id = p.id and a.person_id = $2 and a.kind = 'returned_lead'
                        and ", holds_on!("a", "$3"), ") as returned,
                exists (select 1 from standing z where z.project_id = p.id and z.supervisor_id = $2 and ", holds_on!("z", "$3"), ")
                    or exists (select 1 from ask a where a.project_id = p.id and a.person_id = $2 and a.kind in ('no_lead', 'gap', 'broken_handover')
                        and ", holds_on!("a", "$3"), ") as counts,
                coalesce(n.live, 0) as live, coalesce(n.has_post, 0) as has_post, coalesce(n.arriving, 0) as arriving,
                coalesce(n.academy_lead, 0) as academy_lead, coalesce(n.administrator, 0) as administrator,
                coalesce(n.unattended, 0) as unattended
             from project p left join team_role r on r.project_id = p.id and r.person_id = $2
             left join (",
            now!(),
            ") n on true where ",
            $which,
            " group by p.id, n.live, n.has_post, n.arriving, n.academy_lead, n.administrator, n.unattended"
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
        .bind(today + Duration::days(DUE_DAYS))
        .fetch_optional(conn)
        .await?;
    let InProject {
        id: project,
        trust_id: trust,
        tied,
        known,
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
        left_lately,
        unled_since,
        returned,
        counts,
        now,
    } = found.ok_or(Error::NotFound)?;
    let what = Relationship { draft, closed, merged, unled_since, ..Relationship::default() };
    let named = if known { Relationship { invited, successor, ..what } } else { what };
    let relationship = if tied {
        Relationship { author, lead, supervisor, team, past, left_lately, returned, counts, ..named }
    } else {
        named
    };
    Ok(Found { project: Some(project), trust, known, relationship, now })
}

/// What somebody is to a question that waits in a project's team.
pub(super) async fn of_question(
    conn: &mut Connection,
    person: &Person,
    id: TeamRoleId,
    today: NaiveDate,
) -> Result<Found, Error> {
    let question: Option<Question> = sqlx::query_as(
        "select project_id, person_id = $2 as asked, role = 'supervisor' as asks_supervisor, role = 'lead' as asks_lead, opened_by = 'person' as wants_to_join,
                not exists (select 1 from credential c where c.person_id = r.person_id) or exists (select 1 from tie k
                    where k.person_id = r.person_id and k.trust_id = (select p.trust_id from project p where p.id = r.project_id)
                      and k.state <> 'accepted') as cannot_answer
         from team_role r where id = $1 and state = 'asked' and until_on is null",
    )
    .bind(id)
    .bind(person.id)
    .fetch_optional(&mut *conn)
    .await?;
    let question = question.ok_or(Error::NotFound)?;
    let found = of_project(conn, person, At::Project(question.project_id), today).await?;
    let Question { asked, asks_supervisor, asks_lead, wants_to_join, cannot_answer, .. } = question;
    let asked = asked && found.known;
    let relationship =
        Relationship { asked, asks_supervisor, asks_lead, wants_to_join, cannot_answer, ..found.relationship };
    Ok(Found { relationship, ..found })
}

/// Whether an ask `a` of the handover `h` is somebody's own on a day: one of these kinds, from this level on.
macro_rules! asked_oneself {
    ($kinds:literal, $level:literal) => {
        concat!(
            "exists (select 1 from ask a where a.project_id = h.project_id and a.object_id = h.id and a.person_id = $2
                and a.kind in (",
            $kinds,
            ") and a.level >= ",
            $level,
            " and ",
            holds_on!("a", "$3"),
            ")"
        )
    };
}

/// Whether an ask `a` of the handover `h` is the academy's, and somebody's for it.
macro_rules! asked_of_desk {
    ($kinds:literal) => {
        concat!(
            "exists (select 1 from ask a where a.project_id = h.project_id and a.object_id = h.id
                and a.kind in (",
            $kinds,
            ") and ",
            holds_on!("a", "$3"),
            " and ",
            asked_for_desk!("a", "$2", "$3"),
            ")"
        )
    };
}

/// What somebody is to a handover.
pub(super) async fn of_handover(
    conn: &mut Connection,
    person: &Person,
    id: HandoverId,
    today: NaiveDate,
) -> Result<Found, Error> {
    let handover: Option<Parties> = sqlx::query_as(concat!(
        "select h.project_id, coalesce(h.to_person = $2, 0) as successor,
                h.created_by = $2 as offered,
                coalesce(h.from_person = $2, 0) or coalesce(h.to_person = $2, 0) as party,
                h.state = 'agreed' and (h.takes_effect_on > $3 or exists (select 1 from standing z
                    where z.project_id = h.project_id and z.handover_id = h.id and ",
        holds_on!("z", "$3"),
        ")) as agreed, ",
        asked_oneself!("'agree_to_handover', 'answer_take_on'", "1"),
        " as asked_as_supervisor, ",
        asked_of_desk!("'agree_to_handover', 'answer_take_on'"),
        " as answers_for_desk, ",
        asked_oneself!("'answer_as_successor'", "2"),
        " or ",
        asked_oneself!("'broken_handover', 'gap'", "1"),
        " or ",
        asked_of_desk!("'answer_as_successor'"),
        // Who is to find a lead for what is offered to whoever asks can take that back, and offer it to somebody.
        " or (h.state = 'offered' and h.to_person is null and exists (select 1 from ask a
                where a.project_id = h.project_id and a.person_id = $2 and a.kind in ('hand_over', 'no_lead') and ",
        holds_on!("a", "$3"),
        ")) as asked_to_replace
         from handover h where h.id = $1",
    ))
    .bind(id)
    .bind(person.id)
    .bind(today)
    .fetch_optional(&mut *conn)
    .await?;
    let handover = handover.ok_or(Error::NotFound)?;
    let found = of_project(conn, person, At::Project(handover.project_id), today).await?;
    let Parties { successor, offered, party, agreed, asked_as_supervisor, answers_for_desk, asked_to_replace, .. } =
        handover;
    let relationship = Relationship {
        successor: successor && found.known,
        offered: offered && found.known,
        party,
        agreed,
        asked_as_supervisor,
        answers_for_desk,
        asked_to_replace,
        ..found.relationship
    };
    Ok(Found { relationship, ..found })
}

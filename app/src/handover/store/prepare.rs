//! Preparing a handover, offering it, and taking it back.

use chrono::NaiveDate;
use sqlx::FromRow;

use super::super::model::{Measured, Pack, PackRequirements, State, To};
use super::read::{Handover, TeamMember, find};
use super::reoffer::reoffer_to_pool;
use crate::access::{Act, Allowed, OfferHandover, OnProject, WithdrawHandover, WriteSummary};
use crate::db::Connection;
use crate::error::{Error, FieldError};
use crate::history::{self, Entry};
use crate::id::{HandoverId, PersonId, ProjectId, TrustId};
use crate::progress::store::next_step;
use crate::project::model::Status;
use crate::roles::{account_open, comes_to_lead, holds_on, in_force, live_offer, post_on};
use crate::team::model::TeamRole;
use crate::team::store::{co_leads, leads, supervision};
use crate::{measures, people};

/// The day on which an agreed handover comes true: its own, or the first on which its successor is there.
macro_rules! comes_true_on {
    ($handover:literal) => {
        concat!(
            "coalesce((select min(t.from_on) from standing t where t.project_id = ",
            $handover,
            ".project_id and t.lead_id = ",
            $handover,
            ".to_person and t.from_on >= ",
            $handover,
            ".takes_effect_on), ",
            $handover,
            ".takes_effect_on)"
        )
    };
}

/// What a handover is prepared from.
#[derive(Clone, Debug, FromRow)]
pub struct HandoverContext {
    pub id: ProjectId,
    pub trust_id: TrustId,
    pub reference: String,
    pub title: String,
    pub status: Status,
    /// The problem.
    pub problem: String,
    /// What is to be achieved.
    pub aim_what: String,
    /// For whom.
    pub aim_whom: String,
    /// How much.
    pub aim_how_much: String,
    pub aim_by: Option<NaiveDate>,
    /// The next step.
    pub next_step: String,
    pub next_step_on: Option<NaiveDate>,
    /// Who leads; where nobody does, who led last and keeps the place.
    pub leader: Option<PersonId>,
    pub leader_name: Option<String>,
    /// Since when.
    pub leads_since: Option<NaiveDate>,
    /// The last day of their post; none without an end.
    pub last_day: Option<NaiveDate>,
    /// How many points of the project they recorded.
    pub recorded: i64,
    /// How many cycles the project has had.
    pub cycles: i64,
    /// The handover that is agreed and has not come true; also one whose successor will not be there.
    pub agreed: Option<HandoverId>,
    /// From which day that one is agreed, and whether its successor will not be there.
    pub agreed_for: Option<NaiveDate>,
    pub agreed_to: Option<String>,
    pub broken: bool,
    /// Who leads it today, as its timeline says.
    pub leads: Option<PersonId>,
    /// Its supervisors who are there today.
    #[sqlx(json)]
    pub supervisors: Vec<TeamMember>,
    /// Everybody in the team today.
    #[sqlx(json)]
    pub team: Vec<TeamMember>,
}

/// What a handover of this project is prepared from.
///
/// # Errors
/// [`Error::NotFound`] when there is no such project.
pub async fn context(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<HandoverContext, Error> {
    Ok(sqlx::query_as(concat!(
        "select p.id, p.trust_id, coalesce(p.reference, '') as reference, p.title, p.status, p.problem,
                p.aim_what, p.aim_whom, p.aim_how_much, p.aim_by,
                coalesce(", next_step!("p.id", "what"), ", '') as next_step, ", next_step!("p.id", "due_on"), " as next_step_on,
                n.id as leader, n.name as leader_name,
                (select max(r.from_on) from team_role r where r.project_id = p.id and r.person_id = n.id and r.role = 'lead'
                 and r.state = 'accepted' and r.from_on <= $2) as leads_since,
                (select nullif(max(coalesce(o.ends_on, '9999-12-31')), '9999-12-31') from post o
                 where o.person_id = n.id and o.trust_id = p.trust_id and ", post_on!("o", "$2"), ") as last_day,
                (select count(*) from measure m join measurement x on x.measure_id = m.id
                 where m.project_id = p.id and x.recorded_by = n.id and x.state <> 'void') as recorded,
                (select count(*) from cycle c where c.project_id = p.id) as cycles,
                g.id as agreed, ", comes_true_on!("g"), " as agreed_for, s.name as agreed_to,
                exists (select 1 from ask a where a.project_id = p.id and a.object_id = g.id and a.kind = 'broken_handover' and ", holds_on!("a", "$2"), ") as broken,
                z.lead_id as leads,
                (select json_group_array(json_object('person', r.person_id, 'name', m.name, 'role', r.role) order by r.from_on, m.name)
                 from team_role r join person m on m.id = r.person_id
                 where r.project_id = p.id and r.role = 'supervisor' and ", in_force!("r", "$2"), " and ", account_open!("m", "$2"), "
                   and (r.confirmed_until >= $2 or exists (select 1 from post o where o.person_id = m.id and o.trust_id = p.trust_id and ", post_on!("o", "$2"), "))
                   and not exists (select 1 from away a where a.person_id = m.id and a.trust_id = p.trust_id and a.starts_on <= $2 and a.ends_on >= $2)) as supervisors,
                (select json_group_array(json_object('person', q.person_id, 'name', m.name, 'role', q.role) order by q.from_on, m.name)
                 from (select r.person_id, r.role, r.from_on from team_role r where r.project_id = p.id and ", in_force!("r", "$2"), "
                         and not ", comes_to_lead!("r", "$2"), "
                       union all select z.lead_id, 'lead', z.from_on where z.lead_id is not null and not exists (select 1 from team_role r
                         where r.project_id = p.id and r.person_id = z.lead_id and r.role = 'lead' and ", in_force!("r", "$2"), ")
                      ) q join person m on m.id = q.person_id) as team
         from project p
         left join standing z on z.project_id = p.id and ", holds_on!("z", "$2"), "
         left join handover g on g.id = z.handover_id and g.state = 'agreed'
         left join person s on s.id = g.to_person
         left join person n on n.id = coalesce(z.lead_id, (select r.person_id from team_role r where r.project_id = p.id and r.role = 'lead' and ", in_force!("r", "$2"), "
            and not ", comes_to_lead!("r", "$2"), " order by r.from_on desc, r.id desc limit 1))
         where p.id = $1"
    ))
    .bind(project)
    .bind(today)
    .fetch_one(conn)
    .await?)
}

impl HandoverContext {
    /// Nobody leads it today, and on the day that is agreed somebody will.
    #[must_use]
    pub fn is_in_a_gap(&self) -> bool {
        self.agreed.is_some() && !self.broken && self.leads.is_none()
    }

    /// Nobody leads it today, and somebody who begins on this day could lead it before the agreed one.
    #[must_use]
    pub fn leaves_days_before(&self, starts: NaiveDate) -> bool {
        self.is_in_a_gap() && self.agreed_for.is_some_and(|day| starts < day)
    }

    /// What the pack has to hold before the project can be offered.
    #[must_use]
    pub fn requirements(&self, measures: Vec<Measured>, today: NaiveDate) -> PackRequirements {
        let works = |member: &&TeamMember| matches!(member.role, TeamRole::Lead | TeamRole::Member);
        let named = |member: &TeamMember| (member.person, member.name.clone());
        let others = self.team.iter().filter(works).map(named).filter(|(person, _)| Some(*person) != self.leader);
        let mut team: Vec<_> = others.collect();
        team.dedup();
        PackRequirements { measures, leaver: self.leader.zip(self.leader_name.clone()), team, today }
    }
}

/// The measures of a project for which the pack says how the next point is got.
///
/// # Errors
/// When the store cannot be read.
pub async fn measured(conn: &mut Connection, project: ProjectId) -> Result<Vec<Measured>, Error> {
    let measures = measures::store::for_handover(conn, project).await?;
    Ok(measures
        .into_iter()
        .map(|measure| Measured { id: measure.id, name: measure.name, rhythm: measure.every_days.is_some() })
        .collect())
}

/// Refuses whom the form does not offer as the next lead.
async fn check_candidate(
    conn: &mut Connection,
    trust: TrustId,
    person: PersonId,
    today: NaiveDate,
) -> Result<(), Error> {
    let here: bool = sqlx::query_scalar(concat!(
        "select exists (select 1 from post o join person p on p.id = o.person_id
                where o.person_id = $1 and o.trust_id = $2 and (o.ends_on is null or o.ends_on >= $3)
                  and ",
        account_open!("p", "$3"),
        ")"
    ))
    .bind(person)
    .bind(trust)
    .bind(today)
    .fetch_one(conn)
    .await?;
    if here { Ok(()) } else { Err(Error::field("to", "Choose somebody from the list, or the pool.")) }
}

/// Writes down what has lapsed, so that the project's one place for a live offer is free again. Whoever asked to take
/// it on from the pool asked in vain; the offer to the pool goes on.
///
/// # Errors
/// When the store cannot write.
pub async fn expire_lapsed_offer<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
) -> Result<(), Error> {
    let lapsed: Option<HandoverId> = sqlx::query_scalar(concat!(
        "update handover as h set state = 'lapsed', ended_at = $3, version = version + 1
         where h.project_id = $1 and h.state = 'offered' and not (",
        live_offer!("h", "$2"),
        ") returning id",
    ))
    .bind(project)
    .bind(allowed.today())
    .bind(allowed.now)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(lapsed) = lapsed else { return Ok(()) };
    // Nobody let it lapse: time did, and somebody's request only found it so.
    let nobody = allowed.by_itself();
    let handover = find(conn, lapsed, allowed.today()).await?;
    let entry = Entry::new("handover", lapsed, "handover lapsed").in_project(project);
    let entry = entry.change("Next lead", handover.to.as_deref().unwrap_or_default(), "");
    history::record(conn, &nobody, entry.change("Why", "", "Nobody answered in time")).await?;
    if handover.to_pool {
        let effect = handover.takes_effect_on.unwrap_or(allowed.today());
        reoffer_to_pool(conn, allowed, &handover, handover.from_person, effect).await?;
    }
    Ok(())
}

#[derive(FromRow)]
pub(super) struct Live {
    pub(super) id: HandoverId,
    pub(super) state: State,
    pub(super) to_person: Option<PersonId>,
    pub(super) to_name: Option<String>,
    pub(super) to_pool: bool,
    version: i64,
}

/// The project's offer, else its draft.
pub(super) async fn live(conn: &mut Connection, project: ProjectId) -> Result<Option<Live>, Error> {
    Ok(sqlx::query_as(
        "select h.id, h.state, h.to_person, t.name as to_name, h.to_pool, h.version
         from handover h left join person t on t.id = h.to_person
         where h.project_id = $1 and h.state in ('draft', 'offered') order by h.state = 'draft' limit 1",
    )
    .bind(project)
    .fetch_optional(conn)
    .await?)
}

/// A handover that is agreed and has not come true.
#[derive(FromRow)]
pub(super) struct Ahead {
    pub(super) id: HandoverId,
    pub(super) on: NaiveDate,
    /// Its successor will not be there.
    pub(super) broken: bool,
}

/// The handovers of a project that are agreed and have not come true.
pub(super) async fn ahead(conn: &mut Connection, project: ProjectId, today: NaiveDate) -> Result<Vec<Ahead>, Error> {
    Ok(sqlx::query_as(concat!(
        "select h.id, ", comes_true_on!("h"), " as \"on\",
                exists (select 1 from ask a where a.project_id = h.project_id and a.object_id = h.id and a.kind = 'broken_handover'
                    and ", holds_on!("a", "$2"), ") as broken
         from handover h where h.project_id = $1 and h.state = 'agreed' and (h.takes_effect_on > $2
            or exists (select 1 from standing z where z.project_id = h.project_id and z.handover_id = h.id and ", holds_on!("z", "$2"), "))
         order by h.takes_effect_on, h.id"
    ))
    .bind(project)
    .bind(today)
    .fetch_all(conn)
    .await?)
}

pub(super) fn error_linking_to(message: impl Into<String>, handover: HandoverId) -> Error {
    Error::Invalid(vec![FieldError { link: Some(format!("/handovers/{handover}")), ..FieldError::new("", message) }])
}

fn open_only(context: &HandoverContext) -> Result<(), Error> {
    if context.status.is_open() {
        return Ok(());
    }
    Err(Error::form("Only an active, paused or sustaining project can be handed over."))
}

pub(super) fn not_agreed(context: &HandoverContext) -> Result<(), Error> {
    match context.agreed {
        None => Ok(()),
        Some(agreed) if context.broken => Err(error_linking_to(
            "A handover of this project is agreed, and its next lead will not be there. Withdraw it first.",
            agreed,
        )),
        Some(agreed) => {
            Err(error_linking_to("A handover of this project is already agreed. Withdraw it first.", agreed))
        }
    }
}

/// Keeps what was prepared as the project's draft; `version` is that of the draft it was made from, 0
/// when there was none.
///
/// # Errors
/// [`Error::Conflict`] when somebody else changed the draft, a refusal when the project is offered,
/// agreed or closed.
pub async fn keep_draft<A: OnProject>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    version: i64,
    pack: &Pack,
) -> Result<HandoverId, Error> {
    let id = write_draft(conn, allowed, version, pack).await?;
    let what = if version == 0 { "began a handover" } else { "changed the handover that is being prepared" };
    history::record(conn, allowed, Entry::new("handover", id, what).in_project(allowed.project())).await?;
    Ok(id)
}

/// As [`keep_draft`], by somebody who may write nothing more than what they began: who led the project until lately.
///
/// # Errors
/// As [`keep_draft`]; and [`Error::Invalid`] when somebody else prepares the handover now.
pub async fn finish_own(
    conn: &mut Connection,
    allowed: &Allowed<WriteSummary>,
    version: i64,
    pack: &Pack,
) -> Result<HandoverId, Error> {
    let others: bool = sqlx::query_scalar(
        "select exists (select 1 from handover where project_id = $1 and state = 'draft' and created_by <> $2)",
    )
    .bind(allowed.project())
    .bind(allowed.person()?)
    .fetch_one(&mut *conn)
    .await?;
    if others {
        return Err(prepared_by_another());
    }
    keep_draft(conn, allowed, version, pack).await
}

/// Why whoever led until lately neither reads nor changes what is being prepared.
#[must_use]
pub fn prepared_by_another() -> Error {
    Error::form("Somebody else prepares the handover of this project now. Tell them what they should know.")
}

async fn write_draft<A: OnProject>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    version: i64,
    pack: &Pack,
) -> Result<HandoverId, Error> {
    let project = allowed.project();
    expire_lapsed_offer(conn, allowed, project).await?;
    let context = context(conn, project, allowed.today()).await?;
    open_only(&context)?;
    not_agreed(&context)?;
    let live = live(conn, project).await?;
    if let Some(offered) = live.as_ref().filter(|live| live.state == State::Offered) {
        return Err(error_linking_to("This project is already offered. Withdraw that offer first.", offered.id));
    }
    if live.as_ref().map_or(0, |live| live.version) != version {
        return Err(Error::Conflict);
    }
    let id = live.map_or_else(HandoverId::new, |live| live.id);
    if let Some(person) = pack.to.person() {
        check_candidate(conn, context.trust_id, person, allowed.today()).await?;
    }
    write_pack(conn, allowed, id, context.leader, pack).await?;
    Ok(id)
}

/// Offers what was prepared. To the pool: the lead's place ends on the day, so that the project is
/// looking for a lead from then on whatever else happens.
///
/// # Errors
/// As [`keep_draft`]; and when the colleague leads already or has no post on the day.
pub async fn offer(
    conn: &mut Connection,
    allowed: &Allowed<OfferHandover>,
    version: i64,
    pack: &Pack,
) -> Result<HandoverId, Error> {
    let project = allowed.project();
    let id = write_draft(conn, allowed, version, pack).await?;
    if version == 0 {
        history::record(conn, allowed, Entry::new("handover", id, "began a handover").in_project(project)).await?;
    }
    let context = context(conn, project, allowed.today()).await?;
    let effect = pack.takes_effect_on.ok_or_else(|| Error::field("takes_effect_on", "Enter a day."))?;
    let to = match pack.to {
        To::Nobody => return Err(Error::field("to", "Choose who takes the project over, or the pool.")),
        To::Pool => "the pool".to_owned(),
        To::Person(person) if context.leader == Some(person) => {
            return Err(Error::field("to", "They lead this project already. Choose somebody else, or the pool."));
        }
        To::Person(person) => {
            if !people::store::has_post(conn, person, context.trust_id, effect).await? {
                let message = "They have no post in this trust on that day. Choose somebody else, or another day.";
                return Err(Error::field("to", message));
            }
            people::store::name(conn, person).await?
        }
    };
    // From here on it is the offer of whoever made it, and not of who began to prepare it.
    sqlx::query("update handover set state = 'offered', offered_at = $2, created_by = $3 where id = $1")
        .bind(id)
        .bind(allowed.now)
        .bind(allowed.person()?)
        .execute(&mut *conn)
        .await?;
    co_leads::withdraw(conn, allowed, project).await?;
    if pack.to == To::Pool {
        leads::end_leads(conn, id, project, effect, None).await?;
    }
    let entry = Entry::new("handover", id, "offered the handover").in_project(project);
    let entry = entry.change("To", "", to).change("Takes effect on", "", crate::format::date(effect));
    history::record(conn, allowed, entry).await?;
    Ok(id)
}

/// Takes a draft, an offer or an agreed handover back before it takes effect. Whoever led until then
/// goes on leading.
///
/// # Errors
/// A refusal when it has ended or taken effect.
pub async fn withdraw(conn: &mut Connection, allowed: &Allowed<WithdrawHandover>) -> Result<Handover, Error> {
    take_back(conn, allowed, allowed.handover(), "").await
}

/// Takes back what is prepared, offered or agreed for a day to come, because the project goes on inside
/// another.
///
/// # Errors
/// When the store cannot write.
pub async fn end_for_merge<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
) -> Result<(), Error> {
    expire_lapsed_offer(conn, allowed, project).await?;
    let mut ends: Vec<HandoverId> =
        ahead(conn, project, allowed.today()).await?.into_iter().map(|agreed| agreed.id).collect();
    let offered: Vec<HandoverId> =
        sqlx::query_scalar("select id from handover where project_id = $1 and state in ('draft', 'offered')")
            .bind(project)
            .fetch_all(&mut *conn)
            .await?;
    ends.extend(offered);
    for handover in ends {
        take_back(conn, allowed, handover, "The project goes on inside another").await?;
    }
    Ok(())
}

/// `why`, where it is said, stands in the history for whoever waited for it.
pub(super) async fn take_back<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    id: HandoverId,
    why: &str,
) -> Result<Handover, Error> {
    let today = allowed.today();
    let handover = find(conn, id, today).await?;
    let effect = handover.takes_effect_on.unwrap_or(today);
    match handover.state() {
        State::Draft => {}
        State::Offered if handover.to_pool => {
            leads::restore_lead(conn, handover.project_id, handover.from_person, allowed.person()?, today).await?;
        }
        State::Offered => {}
        State::Agreed if handover.ahead => {
            leads::cancel_lead(conn, handover.project_id, handover.to_person, effect).await?;
            supervision::resume_own(conn, handover.project_id, handover.to_person, effect).await?;
        }
        State::Agreed => {
            return Err(Error::form("This handover has taken effect. To pass the project on, prepare a new one."));
        }
        State::Declined | State::Withdrawn | State::Lapsed => return Err(ended(&handover)),
    }
    // What is discarded before it was offered is nobody's to read.
    sqlx::query(
        "update handover set state = 'withdrawn', ended_at = $2, version = version + 1,
                shared_after_leaving = iif(state = 'draft', 0, shared_after_leaving)
         where id = $1",
    )
    .bind(id)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let stepped_back = handover.stored == State::Agreed && allowed.actor == handover.to_person;
    let what = match handover.stored {
        State::Draft => "discarded a handover",
        _ if stepped_back => "stepped back from the handover",
        _ => "withdrew the handover",
    };
    let entry = Entry::new("handover", id, what).in_project(handover.project_id);
    history::record(conn, allowed, entry.change("Why", "", why)).await?;
    Ok(handover)
}

pub(super) fn ended(handover: &Handover) -> Error {
    Error::form(match handover.state() {
        State::Draft => "This handover is still being prepared.",
        State::Offered => "Nobody has asked to take this project on yet.",
        State::Agreed => "This handover is agreed already.",
        State::Declined => "This offer was declined. The project needs a new one.",
        State::Withdrawn => "This offer was withdrawn. The project needs a new one.",
        State::Lapsed => "This offer expired because nobody answered in time. The project needs a new one.",
    })
}

/// Writes down a draft: its row, and what the pack says of each measure and each person.
async fn write_pack<A: OnProject>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    id: HandoverId,
    from: Option<PersonId>,
    pack: &Pack,
) -> Result<(), Error> {
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_person, to_pool, state, takes_effect_on, summary, next_step, next_step_on,
                files, not_repeat, approvals, approvals_expire_on, helped, created_by, created_at, shared_after_leaving)
         values ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 1)
         on conflict (id) do update set from_person = excluded.from_person, to_person = excluded.to_person, to_pool = excluded.to_pool,
                takes_effect_on = excluded.takes_effect_on, summary = excluded.summary, next_step = excluded.next_step,
                next_step_on = excluded.next_step_on, files = excluded.files, not_repeat = excluded.not_repeat,
                approvals = excluded.approvals, approvals_expire_on = excluded.approvals_expire_on, helped = excluded.helped,
                shared_after_leaving = 1, version = version + 1",
    )
    .bind(id)
    .bind(allowed.project())
    .bind(from)
    .bind(pack.to.person())
    .bind(pack.to == To::Pool)
    .bind(pack.takes_effect_on)
    .bind(&pack.summary)
    .bind(&pack.next_step)
    .bind(pack.next_step_on)
    .bind(&pack.files)
    .bind(&pack.not_repeat)
    .bind(&pack.approvals)
    .bind(pack.approvals_expire_on)
    .bind(&pack.helped)
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    replace_plans(conn, id, pack).await
}

pub(super) async fn replace_plans(conn: &mut Connection, id: HandoverId, pack: &Pack) -> Result<(), Error> {
    for delete in [
        "delete from handover_measure where handover_id = $1",
        "delete from handover_contribution where handover_id = $1",
    ] {
        sqlx::query(delete).bind(id).execute(&mut *conn).await?;
    }
    for plan in &pack.plans {
        sqlx::query("insert into handover_measure (handover_id, measure_id, how, next_on) values ($1, $2, $3, $4)")
            .bind(id)
            .bind(plan.measure)
            .bind(&plan.how)
            .bind(plan.next_on)
            .execute(&mut *conn)
            .await?;
    }
    for (person, contribution) in &pack.contributions {
        sqlx::query("insert into handover_contribution (handover_id, person_id, contribution) values ($1, $2, $3)")
            .bind(id)
            .bind(person)
            .bind(contribution)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

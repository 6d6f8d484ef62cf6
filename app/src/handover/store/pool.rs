//! Taking on a project from the pool.

use chrono::NaiveDate;

use super::super::model::State;
use super::answer::agree_when_complete;
use super::prepare::{
    HandoverContext, Live, context, error_linking_to, expire_lapsed_offer, live, not_agreed, take_back,
};
use super::read::find;
use crate::access::{Act, Allowed, TakeOn};
use crate::db::Connection;
use crate::error::Error;
use crate::history::{self, Entry};
use crate::id::{HandoverId, PersonId, ProjectId, TrustId};

/// Asks to take on a project that is looking for a lead: records the wish as the successor's acceptance
/// of the offer to the pool, or of an offer made for them when the last lead left none. They lead it from today, or
/// from their first day; before a handover that is agreed, until its eve.
///
/// # Errors
/// A refusal when somebody leads the project and does not offer it to the pool, when somebody else was
/// faster, and for who has no post to hold it from.
pub async fn take_on(conn: &mut Connection, allowed: &Allowed<TakeOn>, word: &str) -> Result<HandoverId, Error> {
    let (project, today, person) = (allowed.project(), allowed.today(), allowed.person()?);
    expire_lapsed_offer(conn, allowed, project).await?;
    let context = context(conn, project, today).await?;
    if !context.status.is_open() {
        return Err(Error::form("Only an active, paused or sustaining project can be taken on."));
    }
    let starts = first_day(conn, person, context.trust_id, today).await?.ok_or_else(|| {
        Error::form("A lead needs a post in this trust, today or within the next 12 weeks, and you have none then.")
    })?;
    let id = offer_to_take(conn, allowed, &context, starts).await?;
    // The day of a lead who goes on until then; whoever is gone keeps nobody waiting.
    sqlx::query(
        "update handover set state = 'offered', to_pool = 1, to_person = $2, offered_at = $3,
                takes_effect_on = iif($5, max(coalesce(takes_effect_on, $4), $4), $4), version = version + 1
         where id = $1",
    )
    .bind(id)
    .bind(person)
    .bind(allowed.now)
    .bind(starts)
    .bind(context.leads.is_some())
    .execute(&mut *conn)
    .await?;
    sqlx::query(
        "insert into handover_answer (handover_id, party, person_id, answer, word, answered_at) values ($1, 'successor', $2, 'accepted', $3, $4)",
    )
    .bind(id)
    .bind(person)
    .bind(word)
    .bind(allowed.now)
    .execute(&mut *conn)
    .await?;
    let entry = Entry::new("handover", id, "asked to take it on").in_project(project).change("Word", "", word);
    history::record(conn, allowed, entry).await?;
    let handover = find(conn, id, today).await?;
    agree_when_complete(conn, allowed, &handover).await?;
    Ok(id)
}

/// The first day on which somebody could lead a project of a trust: today, or the first day of a post that begins
/// soon.
///
/// # Errors
/// When the store cannot be read.
pub async fn first_day(
    conn: &mut Connection,
    person: PersonId,
    trust: TrustId,
    today: NaiveDate,
) -> Result<Option<NaiveDate>, Error> {
    Ok(sqlx::query_scalar(
        "select max(min(o.starts_on), $3) from post o
         join tie k on k.person_id = o.person_id and k.trust_id = o.trust_id and k.state = 'accepted'
         where o.person_id = $1 and o.trust_id = $2 and o.starts_on <= $4 and (o.ends_on is null or o.ends_on >= $3)",
    )
    .bind(person)
    .bind(trust)
    .bind(today)
    .bind(today + chrono::Duration::days(timeline::DUE_DAYS))
    .fetch_one(conn)
    .await?)
}

/// The offer that somebody takes by asking: the one to the pool, or an empty one. What somebody offered to a
/// successor and left behind keeps nobody out.
async fn offer_to_take(
    conn: &mut Connection,
    allowed: &Allowed<TakeOn>,
    context: &HandoverContext,
    starts: NaiveDate,
) -> Result<HandoverId, Error> {
    let person = allowed.person()?;
    if context.leads == Some(person) {
        return Err(Error::form("You lead this project already."));
    }
    if context.agreed.is_some() && !context.broken && !context.leaves_days_before(starts) {
        not_agreed(context)?;
    }
    match live(conn, context.id).await? {
        Some(Live { id, state: State::Offered, to_person: Some(to), to_name, to_pool, .. }) => {
            if to == person {
                return Err(error_linking_to("You are named as its next lead. Answer that offer.", id));
            }
            if to_pool || context.leads.is_some() {
                let name = to_name.unwrap_or_default();
                return Err(error_linking_to(
                    format!("Waiting for an answer from {name}. If they do not take it on, it is free again."),
                    id,
                ));
            }
            take_back(conn, allowed, id, "Nobody leads the project any more, and somebody else takes it on").await?;
        }
        Some(Live { id, state: State::Offered, .. }) => return Ok(id),
        _ if context.leads.is_some() => {
            return Err(Error::form("Somebody leads this project. Ask to join its team instead."));
        }
        _ => {}
    }
    // A draft is its author's, and what an offer said that came to nothing is past: whoever takes the project on
    // begins without.
    create_empty_offer(conn, allowed, context.id, context.leader).await
}

/// An offer to the pool without a pack: the last lead left before they wrote one.
pub(super) async fn create_empty_offer<A: Act>(
    conn: &mut Connection,
    allowed: &Allowed<A>,
    project: ProjectId,
    from: Option<PersonId>,
) -> Result<HandoverId, Error> {
    let id = HandoverId::new();
    sqlx::query(
        "insert into handover (id, project_id, from_person, to_pool, state, takes_effect_on, created_by, created_at, offered_at)
         values ($1, $2, $3, 1, 'offered', $4, $5, $6, $6)",
    )
    .bind(id)
    .bind(project)
    .bind(from)
    .bind(allowed.today())
    .bind(allowed.person()?)
    .bind(allowed.now)
    .execute(conn)
    .await?;
    Ok(id)
}
